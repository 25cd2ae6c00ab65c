// What the store costs, as ratios against a floor measured in the same run. CPU time of this process, best of
// several rounds: absolute numbers mean little, and only on this machine.

import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { AgentChat, createHttpTransport } from 'agent-chat-kit';
import { createParser } from 'eventsource-parser';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc');

const DELTAS = 20_000;
const ROUNDS = 20;
const BATCH = 10;

const delta = { type: 'text-delta', id: 't', delta: 'word ' };
const events = [
  { type: 'start' },
  { type: 'text-start', id: 't' },
  ...Array.from({ length: DELTAS }, () => delta),
  { type: 'text-end', id: 't' },
  { type: 'finish', finishReason: 'stop' },
];
const frames = `${events.map((event) => `data: ${JSON.stringify(event)}\n\n`).join('')}data: [DONE]\n\n`;

/** Microseconds of CPU per delta, the best of several rounds; what `prepare` does is not counted. */
async function perDelta(prepare) {
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round < ROUNDS; round += 1) {
    const run = prepare();
    const before = process.cpuUsage();
    await run();
    const { user, system } = process.cpuUsage(before);
    best = Math.min(best, (user + system) / DELTAS);
  }
  return best;
}

function history(count) {
  return Array.from({ length: count }, (_, index) => ({
    id: `m${index}`,
    role: index % 2 ? 'assistant' : 'user',
    status: 'done',
    createdAt: new Date(0),
    parts: [{ type: 'text', text: `Message ${index}`, status: 'done' }],
  }));
}

/** Ten deltas a macrotask, as a fast model sends them, and a listener that looks at every notification. */
function store(earlier) {
  let notified = 0;
  const chat = new AgentChat({
    initialMessages: earlier,
    transport: {
      async *send() {
        for (let i = 0; i < events.length; i += BATCH) {
          yield events.slice(i, i + BATCH);
          if (i % (BATCH * 10) === 0) await new Promise(setImmediate);
        }
      },
    },
  });
  chat.subscribe(() => {
    notified += 1;
    chat.getSnapshot();
  });
  // Earlier messages are old by the time a run begins: that they were made just now is not the run's to pay for.
  collectGarbage();
  return async () => {
    await chat.sendMessage('Go');
    const [{ text }] = chat.messages.at(-1).parts;
    if (text.length !== DELTAS * delta.delta.length) throw new Error('Text was lost.');
    return notified;
  };
}

const encoded = new TextEncoder().encode(frames);

function body() {
  let at = 0;
  return new ReadableStream({
    pull(controller) {
      if (at >= encoded.length) return controller.close();
      controller.enqueue(encoded.subarray(at, at + 1_024));
      at += 1_024;
    },
  });
}

/** The least that any client must do: bytes to text, text to frames, frames to JSON. */
async function floorFromBytes() {
  let length = 0;
  const parser = createParser({
    onEvent: ({ data }) => {
      if (data !== '[DONE]') length += JSON.parse(data).delta?.length ?? 0;
    },
  });
  const decoder = new TextDecoder();
  for await (const chunk of body()) parser.feed(decoder.decode(chunk, { stream: true }));
  if (length !== DELTAS * delta.delta.length) throw new Error('Text was lost.');
}

async function storeFromBytes() {
  const response = () => new Response(body(), { headers: { 'Content-Type': 'text/event-stream' } });
  const chat = new AgentChat({ transport: createHttpTransport({ request: async () => response() }) });
  chat.subscribe(() => chat.getSnapshot());
  await chat.sendMessage('Go');
  if (chat.messages.at(-1).parts[0].text.length !== DELTAS * delta.delta.length)
    throw new Error('Text was lost.');
}

/** How many part objects change for one delta. */
async function identities() {
  const parts = Array.from({ length: 50 }, (_, index) => ({
    type: 'text-delta',
    id: `p${index}`,
    delta: 'x',
  }));
  let release;
  const chat = new AgentChat({
    transport: {
      async *send() {
        yield parts;
        await new Promise((resolve) => (release = resolve));
        yield [{ type: 'text-delta', id: 'p25', delta: 'y' }];
        await new Promise(() => {});
      },
    },
  });
  void chat.sendMessage('Go');
  await new Promise(setImmediate);
  const before = chat.messages.at(-1).parts;
  release();
  await new Promise(setImmediate);
  const after = chat.messages.at(-1).parts;
  chat.dispose();
  return after.filter((part, index) => part !== before[index]).length;
}

/** CPU per delta of tool arguments that arrive in pieces, with a look after each. */
async function streamedArguments(count) {
  const chat = new AgentChat({
    transport: {
      async *send() {
        yield [{ type: 'tool-input-start', toolCallId: 'c', toolName: 't' }];
        yield [{ type: 'tool-input-delta', toolCallId: 'c', inputTextDelta: '{"text":"' }];
        for (let i = 0; i < count; i += 1)
          yield [{ type: 'tool-input-delta', toolCallId: 'c', inputTextDelta: 'word ' }];
        yield [{ type: 'finish', finishReason: 'stop' }];
      },
    },
    scheduler: (flush) => {
      queueMicrotask(flush);
      return () => {};
    },
  });
  chat.subscribe(() => chat.getSnapshot());
  const before = process.cpuUsage();
  await chat.sendMessage('Go');
  const { user, system } = process.cpuUsage(before);
  if (chat.messages.at(-1).parts[0].args.text.length !== count * 5) throw new Error('Arguments were lost.');
  return (user + system) / count;
}

const row = (name, value) => console.log(`${name.padEnd(58)} ${value}`);

const bytesFloor = await perDelta(() => floorFromBytes);
const bytesStore = await perDelta(() => storeFromBytes);
const alone = await perDelta(() => store([]));
const withHistory = await perDelta(() => store(history(1_000)));

row('store alone, CPU per delta', `${alone.toFixed(2)} µs`);
row('  with 1,000 earlier messages', `${(withHistory / alone).toFixed(2)}x`);
row('from SSE bytes: floor, CPU per delta', `${bytesFloor.toFixed(2)} µs`);
row('  store', `${(bytesStore / bytesFloor).toFixed(2)}x`);
await streamedArguments(2_000);
const few = await streamedArguments(5_000);
const many = await streamedArguments(40_000);
row('tool arguments, read after every delta, CPU per delta', `${few.toFixed(2)} µs`);
row('  eight times as many', `${(many / few).toFixed(2)}x`);
row(`notifications for ${DELTAS.toLocaleString('en')} deltas`, await store([])());
row('parts that change identity for one delta, of 50', await identities());
