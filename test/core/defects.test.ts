import {
  type Agent,
  AgentChat,
  type AgentChatOptions,
  createHttpTransport,
  createSocketTransport,
  emptyState,
  type InteractiveTool,
  isAbortError,
  type PendingToolCall,
  reduce,
  restoreMessages,
  type SocketConnectOptions,
  type SocketLike,
  type StreamEvent,
  type ToolResult,
  type Transport,
  type UIMessage,
  type UIMessagePart,
} from 'agent-chat-kit';
import { octavus } from 'agent-chat-kit/protocols';
import { createAgentHandler, createEventWriter, toSSEStream } from 'agent-chat-kit/server';
import { createControlledTransport, createManualScheduler, recordedEvents } from 'agent-chat-kit/testing';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { parsePartialJson } from '../../src/core/partial-json.ts';
import { sseFrames } from '../../src/stream/sse-frames.ts';
import { waitFor } from '../wait-for.ts';
import { naiveAgentHandler } from './naive/naive-agent-handler.ts';
import { NaiveAnswer } from './naive/naive-answer.ts';
import { NaiveChat } from './naive/naive-chat.ts';
import { naiveHttpTransport } from './naive/naive-http-transport.ts';
import { naivePartialJson } from './naive/naive-partial-json.ts';
import { naiveEvents, naiveMessages } from './naive/naive-schema.ts';
import { naiveSocketTransport } from './naive/naive-socket-transport.ts';
import { naiveSSE } from './naive/naive-sse.ts';
import { naiveSSEStream } from './naive/naive-sse-stream.ts';

/** What a check is run on: our way, and the naive way that it has to tell from ours. */
interface Ways<T> {
  readonly ours: T;
  readonly naive: T;
}

type MakeChat = (
  options: AgentChatOptions,
) => Pick<
  AgentChat,
  | 'messages'
  | 'pendingClientTools'
  | 'replaceMessages'
  | 'retry'
  | 'sendMessage'
  | 'status'
  | 'stop'
  | 'subscribe'
> & { readonly error: Error | null };
const CHAT: Ways<MakeChat> = {
  ours: (options) => new AgentChat(options),
  naive: (options) => new NaiveChat(options),
};

type PartsOf = (events: readonly StreamEvent[]) => readonly UIMessagePart[];
const PARTS: Ways<PartsOf> = {
  ours: (events) => {
    const { messages } = reduce(emptyState, events, { now: () => 1_000, generateId: () => 'id' });
    return messages.at(-1)?.parts ?? [];
  },
  naive: (events) => {
    const answer = new NaiveAnswer();
    for (const event of events) answer.apply(event);
    return answer.parts;
  },
};

type PartialJsonOf = (text: string) => unknown;
const PARTIAL_JSON: Ways<PartialJsonOf> = { ours: parsePartialJson, naive: naivePartialJson };

type ReadSSE = (
  bytes: ReadableStream<Uint8Array>,
) => AsyncGenerator<readonly { readonly data: string }[], void>;
const SSE: Ways<ReadSSE> = { ours: sseFrames, naive: naiveSSE };

type EventsIn = (data: string) => readonly object[];
const EVENTS: Ways<EventsIn> = { ours: (data) => octavus().decode().read({ data }), naive: naiveEvents };

type Restore = (stored: readonly Readonly<Record<string, unknown>>[]) => readonly object[];
const STORED: Ways<Restore> = { ours: restoreMessages, naive: naiveMessages };

/** A server in the middle: reads a stream and writes it on. */
type PassOn = (text: string) => Promise<string>;
const PASS_ON: Ways<PassOn> = {
  ours: async (text) => textOf(toSSEStream(source(...(await recordedEvents(text))))),
  naive: async (text) => {
    let out = '';
    for await (const frames of naiveSSE(bytesOf(text))) {
      for (const { data } of frames) {
        for (const event of naiveEvents(data)) out += `data: ${JSON.stringify(event)}\n\n`;
      }
    }
    return out;
  },
};

type MakeHttp = (options: { readonly request: () => Promise<Response> }) => Transport;
const HTTP: Ways<MakeHttp> = { ours: createHttpTransport, naive: naiveHttpTransport };

type MakeSocket = (options: SocketConnectOptions) => ReturnType<typeof createSocketTransport>;
const SOCKET: Ways<MakeSocket> = { ours: createSocketTransport, naive: naiveSocketTransport };

type ToStream = (events: AsyncIterable<StreamEvent>) => ReadableStream<Uint8Array>;
const TO_STREAM: Ways<ToStream> = { ours: toSSEStream, naive: naiveSSEStream };

type MakeHandler = (agent: Agent) => (request: Request) => Promise<Response>;
const HANDLER: Ways<MakeHandler> = { ours: createAgentHandler, naive: naiveAgentHandler };

/** What the naive ways get wrong. */
const BEHAVIOURS: Table = {
  'a send while an answer streams loses nothing of the new answer': of(
    CHAT,
    keepsTheNewAnswer('sendMessage'),
  ),
  'a retry while an answer streams loses nothing of the new answer': of(CHAT, keepsTheNewAnswer('retry')),
  'a send while an answer streams ends that answer': of(CHAT, endsTheOldAnswer),
  'what comes late of an old run is not written to the new answer': of(CHAT, writesNothingLate),
  'the agent is asked on once everybody has answered': of(CHAT, waitsForAllAnswers),
  'calls of two requests in one leg are all answered': of(CHAT, answersBothRequests),
  'a later leg that fails leaves nothing open': of(CHAT, closesAFailedLeg),
  'a stream that only ends is an error': of(CHAT, isInterrupted),
  'a delta costs the same however much came before': of(CHAT, costsWhatIsNew),
  'listeners are told once a frame': of(CHAT, tellsOnceAFrame),
  'a message keeps its date while it is written': of(CHAT, keepsItsDate),
  'a cancel without a reason is a cancel': of(CHAT, cancelsWithoutReason),
  'a tool that is named like a method of every object has no handler': of(CHAT, findsNoInheritedHandler),
  'the answer to a call that a worker made reaches the worker’s part': of(CHAT, answersInsideWorkers),
  'client tools run side by side': of(CHAT, runsToolsTogether),
  'a client tool that never answers is given up': of(CHAT, givesUpSilentTools),
  'a stop calls off every client tool': of(CHAT, callsOffEveryTool),
  'a conversation that was replaced is not written to by the run before': of(CHAT, leavesOtherMessagesAlone),
  'a retry takes nothing of a conversation that was replaced': of(CHAT, retriesOnlyItsOwn),

  'texts that are mixed do not mix': of(PARTS, keepsTextsApart),
  'a text goes on though another one ended': of(PARTS, outlivesOtherTexts),
  'a worker’s block does not end the main text': of(PARTS, keepsTheMainText),
  'a worker’s thread is the worker’s alone': of(PARTS, keepsThreadsInside),
  'a result finds the call inside a worker that it does not name': of(PARTS, findsNestedCalls),
  'nothing is left running once the run is over': of(PARTS, closesEverything),

  'an object inside a list shows before it is whole': of(
    PARTIAL_JSON,
    reads('{"a":[{"b":1', { a: [{ b: 1 }] }),
  ),
  'a key without a value hides nothing': of(PARTIAL_JSON, reads('{"a":1,"b', { a: 1 })),
  'a key that waits for its value hides nothing': of(PARTIAL_JSON, reads('{"a":1,"b":', { a: 1 })),
  'a word that can only become true is true': of(PARTIAL_JSON, reads('{"a":1,"b":tr', { a: 1, b: true })),
  'a number that ends in its point is a number': of(PARTIAL_JSON, reads('[1,2.', [1, 2])),
  'half an escape hides nothing of its string': of(PARTIAL_JSON, reads('{"a":"so \\u12', { a: 'so ' })),

  'the last event needs no line end': of(SSE, gives('data: a\n\ndata: b', ['a', 'b'])),
  'a field needs no space': of(SSE, gives('data:a\n\n', ['a'])),
  'data of several lines is one event': of(SSE, gives('data: a\ndata: b\n\n', ['a\nb'])),
  'a reader that leaves closes the stream': of(SSE, closesTheStream),

  'an error of a kind that is not known is an error': of(EVENTS, isStillAnError),
  'fields that are not known stay in their event': of(EVENTS, keepsFields),
  'fields that are not known pass a server in the middle': of(PASS_ON, passesFieldsOn),
  'a stored worker keeps its input': of(STORED, keepsStored({ input: { topic: 'SSE' }, status: 'done' })),
  'a stored worker may have a newer status': of(STORED, keepsStored({ status: 'cancelled' })),
  'a stored worker may have parts of any kind': of(
    STORED,
    keepsStored({ status: 'done', parts: [{ type: 'step-start' }] }),
  ),

  'a stop before the answer begins is no failure': of(HTTP, stopsBeforeTheAnswer),
  'an answer that begins after its stop is closed, also where a new run has begun': of(
    HTTP,
    closesALateAnswer,
  ),

  'the end of a stopped run does not end the next': of(SOCKET, endsOnlyItsOwnRun),
  'an old connection that closes late takes no new one with it': of(SOCKET, outlivesAnOldConnection),
  'a connection that is given up while it opens does not open': of(SOCKET, staysDisconnected),
  'a connection that is closing is not written to': of(SOCKET, opensAnother),
  'a listener that throws hides no event': of(SOCKET, hearsInSpiteOfListeners),
  'a connection that drops in the middle is an error': of(SOCKET, noticesADrop),

  'a source waits for its reader': of(TO_STREAM, waitsForItsReader),
  'a source is closed when its reader leaves': of(TO_STREAM, closesItsSource),
  'what a source throws is not told to the browser': of(TO_STREAM, tellsNoSecrets),
  'nothing of a run is open while the page has the turn': of(HANDLER, leavesNothingOpen),
};

/** What the naive ways get right, so that the checks above fail for what they check. */
const PLAIN: Table = {
  'a turn': of(CHAT, answers),
  'a turn with a tool of the page': of(CHAT, usesATool),
  'a turn with a question to the user': of(CHAT, asksTheUser),
  'a turn that fails': of(CHAT, failsOnce),
  'parts of every kind': of(PARTS, makesParts),
  'the beginning of an object': of(PARTIAL_JSON, reads('{"a":"so', { a: 'so' })),
  'the beginning of a list': of(PARTIAL_JSON, reads('[1,2', [1, 2])),
  'an event stream': of(SSE, gives('data: a\n\n: alive\n\ndata: b\n\n', ['a', 'b'])),
  'an event': of(EVENTS, readsAnEvent),
  'a stored worker': of(STORED, keepsStored({ status: 'done', output: 1 })),
  'a stream through a server in the middle': of(PASS_ON, passesOn),
  'a run over HTTP': of(HTTP, answersOverHttp),
  'a run over a socket': of(SOCKET, answersOverASocket),
  'events as bytes': of(TO_STREAM, writesEvents),
  'a run of a server': of(HANDLER, answersRequests),
};

type Table = Readonly<Record<string, Ways<() => Promise<void>>>>;

function of<T>({ ours, naive }: Ways<T>, check: (way: T) => void | Promise<void>) {
  return { ours: async () => check(ours), naive: async () => check(naive) };
}

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

describe.each(Object.entries(BEHAVIOURS))('%s', (_, { ours, naive }) => {
  it('here', ours);
  it('but not where it is done the naive way', async () => {
    await expect(naive()).rejects.toMatchObject({ name: 'AssertionError' });
  });
});

describe.each(Object.entries(PLAIN))('%s goes well', (_, { ours, naive }) => {
  it('here', ours);
  it('and the naive way', naive);
});

/** Once everything that only waits for promises has happened. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 3; turn++) await new Promise<void>((resolve) => void setImmediate(resolve));
}

/** A check that cannot even begin says so: that is not the failure it is there for. */
function must<T>(value: T | null | undefined | false, what: string): T {
  if (value === null || value === undefined || value === false) throw new Error(`There is no ${what}.`);
  return value;
}

const encoder = new TextEncoder();

function bytesOf(text: string): ReadableStream<Uint8Array> {
  return new Response(text).body as ReadableStream<Uint8Array>;
}

function textOf(stream: ReadableStream<Uint8Array>): Promise<string> {
  return new Response(stream).text();
}

async function* source(...events: readonly StreamEvent[]): AsyncGenerator<StreamEvent, void> {
  yield* events;
}

const lines = (...events: readonly object[]) =>
  events.map((event) => `data: ${JSON.stringify(event)}\n\n`).join('');

const START: StreamEvent = { type: 'start', executionId: 'run' };
const FINISH: StreamEvent = { type: 'finish', finishReason: 'stop' };
const HAND_OVER: StreamEvent = { type: 'finish', finishReason: 'client-tool-calls' };
const delta = (text: string, id = 't'): StreamEvent => ({ type: 'text-delta', id, delta: text });
const says = (text: string, id = 't'): readonly StreamEvent[] => [
  { type: 'text-start', id },
  delta(text, id),
];

type Call = Omit<PendingToolCall, 'args'>;
const asksFor = (...calls: readonly Call[]): readonly StreamEvent[] => {
  const toolCalls = calls.map((call) => ({ ...call, args: {} }));
  return [
    ...toolCalls.map(({ args: _, ...call }): StreamEvent => ({ type: 'tool-input-start', ...call })),
    { type: 'client-tool-request', executionId: 'run', toolCalls },
  ];
};

function openChat(make: MakeChat, options: Partial<AgentChatOptions> = {}) {
  const transport = createControlledTransport();
  const scheduler = createManualScheduler();
  let time = 0;
  const chat = make({ transport, scheduler: scheduler.schedule, now: () => ++time, ...options });
  const leg = (index: number) => must(transport.legs[index], `leg ${index}`);
  return {
    chat,
    scheduler,
    legs: transport.legs,
    leg,
    ask: async (content: string) => {
      void chat.sendMessage(content);
      await settled();
    },
    say: async (index: number, ...events: readonly StreamEvent[]) => {
      leg(index).emit(...events);
      await settled();
    },
    /** Says that it is the page’s turn, and closes the leg. */
    handOver: async (index: number, ...events: readonly StreamEvent[]) => {
      leg(index).emit(START, ...events, HAND_OVER);
      leg(index).end();
      await settled();
    },
    /** What the agent was told of its calls. */
    results: (index: number): readonly ToolResult[] => {
      const { request } = leg(index);
      return request.type === 'continue' ? request.toolResults : [];
    },
  };
}

interface Written {
  readonly messages: readonly UIMessage[];
}

const answersOf = ({ messages }: Written) =>
  messages.filter(({ role }) => role === 'assistant').map(({ parts }) => parts.map(textIn).join(''));
const textIn = (part: UIMessagePart) => (part.type === 'text' ? part.text : '');
const statusOf = (part: UIMessagePart | undefined) => (part && 'status' in part ? part.status : undefined);
const lastPart = ({ messages }: Written) => must(messages.at(-1)?.parts.at(-1), 'part');
const callIn = ({ messages }: Written) =>
  must(
    messages.at(-1)?.parts.find((part) => part.type === 'tool-call'),
    'tool call',
  );

function waiting(chat: ReturnType<MakeChat>, toolName: string): InteractiveTool {
  return must(chat.pendingClientTools[toolName]?.[0], `question of ${toolName}`);
}

/** Something that can be waited for, and let happen. */
function gate<T = void>() {
  let open: (value: T) => void = () => {};
  const opened = new Promise<T>((resolve) => {
    open = resolve;
  });
  return { opened, open };
}

async function answers(make: MakeChat) {
  const { chat, ask, say, leg } = openChat(make);
  await ask('Hi');
  expect(chat.status).toBe('streaming');
  await say(0, START, ...says('Hel'), delta('lo'));
  expect(answersOf(chat)).toEqual(['Hello']);
  leg(0).emit(FINISH);
  leg(0).end();
  await settled();
  expect([chat.status, chat.error, chat.messages.at(-1)?.status]).toEqual(['idle', null, 'done']);
}

async function usesATool(make: MakeChat) {
  const { chat, ask, say, handOver, results } = openChat(make, { clientTools: { look: () => 7 } });
  await ask('Hi');
  await handOver(0, ...asksFor({ toolCallId: 'c', toolName: 'look' }));
  expect(results(1)).toMatchObject([{ toolCallId: 'c', result: 7 }]);
  await say(1, START, ...says('Seven'), FINISH);
  expect(callIn(chat)).toMatchObject({ status: 'done', result: 7 });
  expect(answersOf(chat).join('')).toBe('Seven');
}

async function asksTheUser(make: MakeChat) {
  const { chat, ask, handOver, results } = openChat(make, { clientTools: { ask: 'interactive' } });
  await ask('Hi');
  await handOver(0, ...asksFor({ toolCallId: 'c', toolName: 'ask' }));
  expect(chat.status).toBe('awaiting-input');
  waiting(chat, 'ask').submit('Blue');
  await settled();
  expect(results(1)).toMatchObject([{ toolCallId: 'c', result: 'Blue' }]);
}

async function failsOnce(make: MakeChat) {
  const { chat, ask, say } = openChat(make);
  await ask('Hi');
  await say(0, START, ...says('Half'), failure('provider_error'));
  expect([chat.status, chat.error?.message]).toEqual(['error', 'Gone.']);
  expect(chat.messages.at(-1)?.status).toBe('done');
}

function failure(errorType: string): StreamEvent {
  return { type: 'error', errorType, message: 'Gone.', source: 'provider', retryable: true };
}

function keepsTheNewAnswer(command: 'sendMessage' | 'retry') {
  return async (make: MakeChat) => {
    const { chat, ask, say, leg } = openChat(make);
    await ask('One');
    await say(0, START, ...says('Half'));
    void chat[command]('Two');
    await settled();
    // The old stream heeds its signal and ends while the new one goes on.
    leg(0).end(new DOMException('Aborted.', 'AbortError'));
    await settled();
    await say(1, START, ...says('Whole'), FINISH);
    expect(answersOf(chat).at(-1)).toBe('Whole');
  };
}

async function endsTheOldAnswer(make: MakeChat) {
  const { chat, ask, say } = openChat(make);
  await ask('One');
  await say(0, START, ...says('Half'));
  await ask('Two');
  const old = must(
    chat.messages.find(({ role }) => role === 'assistant'),
    'old answer',
  );
  expect([old.status, statusOf(old.parts[0])]).toEqual(['done', 'done']);
}

async function writesNothingLate(make: MakeChat) {
  const { chat, ask, say, leg } = openChat(make);
  await ask('One');
  await say(0, START, ...says('Half'));
  await ask('Two');
  await say(1, START, ...says('1'));
  leg(0).emit(delta('2'), delta('2'));
  await settled();
  expect(answersOf(chat).at(-1)).toBe('1');
}

async function waitsForAllAnswers(make: MakeChat) {
  const slow = gate<string>();
  const { chat, ask, handOver, legs, results } = openChat(make, {
    clientTools: { ask: 'interactive', look: () => slow.opened },
  });
  await ask('Hi');
  await handOver(0, ...asksFor({ toolCallId: 'a', toolName: 'ask' }, { toolCallId: 'b', toolName: 'look' }));
  waiting(chat, 'ask').submit('Blue');
  await settled();
  expect(legs, 'legs before all have answered').toHaveLength(1);
  slow.open('seen');
  await settled();
  expect(results(1)).toMatchObject([
    { toolCallId: 'a', result: 'Blue' },
    { toolCallId: 'b', result: 'seen' },
  ]);
  expect(chat.error).toBeNull();
}

async function answersBothRequests(make: MakeChat) {
  const { chat, ask, handOver, legs, results } = openChat(make, {
    clientTools: { ask: 'interactive', pick: 'interactive' },
  });
  await ask('Hi');
  await handOver(
    0,
    ...asksFor({ toolCallId: 'a', toolName: 'ask' }),
    ...asksFor({ toolCallId: 'b', toolName: 'pick' }),
  );
  waiting(chat, 'pick').submit(2);
  chat.pendingClientTools['ask']?.[0]?.submit(1);
  await settled();
  must(legs[1], 'second leg');
  expect(results(1)).toMatchObject([
    { toolCallId: 'a', result: 1 },
    { toolCallId: 'b', result: 2 },
  ]);
}

async function closesAFailedLeg(make: MakeChat) {
  const { chat, ask, say, handOver } = openChat(make, { clientTools: { look: () => 7 } });
  await ask('Hi');
  await handOver(0, ...asksFor({ toolCallId: 'c', toolName: 'look' }));
  await say(1, START, ...says('Half'), failure('provider_error'));
  must(chat.status === 'error', 'error');
  expect([chat.messages.at(-1)?.status, statusOf(lastPart(chat))]).toEqual(['done', 'done']);
}

async function isInterrupted(make: MakeChat) {
  const { chat, ask, say, leg } = openChat(make);
  await ask('Hi');
  await say(0, START, ...says('Half'));
  leg(0).end();
  await settled();
  expect(chat.status).toBe('error');
  expect(chat.error).toMatchObject({ code: 'stream-interrupted', retryable: true });
  expect(answersOf(chat)).toEqual(['Half']);
  expect(chat.messages.at(-1)?.status).toBe('done');
}

async function tellsOnceAFrame(make: MakeChat) {
  const { chat, ask, say, scheduler } = openChat(make);
  await ask('Hi');
  await say(0, START, ...says('1'));
  scheduler.frame();
  let told = 0;
  chat.subscribe(() => void told++);
  for (let word = 0; word < 50; word++) await say(0, delta(' 1'));
  scheduler.frame();
  expect(answersOf(chat)[0]).toHaveLength(101);
  expect(told).toBe(1);
}

/** How many times as much a few deltas cost at the end of a long text as at its beginning. */
async function growthOfCost(make: MakeChat): Promise<number> {
  const { chat, ask, say, leg } = openChat(make);
  await ask('Hi');
  await say(0, START, { type: 'tool-input-start', toolCallId: 'c', toolName: 'write' });
  await say(0, { type: 'tool-input-delta', toolCallId: 'c', inputTextDelta: '{"rows":["' });
  const costs: number[] = [];
  for (let frame = 0; frame < 200; frame++) {
    const begin = performance.now();
    for (let row = 0; row < 10; row++) {
      leg(0).emit({ type: 'tool-input-delta', toolCallId: 'c', inputTextDelta: `row ${row}","` });
    }
    await new Promise<void>((resolve) => void setImmediate(resolve));
    must(chat.messages.length === 2, 'answer');
    costs.push(performance.now() - begin);
  }
  const { rows } = callIn(chat).args as { rows: readonly string[] };
  must(rows.length > 2_000, 'row for each delta');
  return median(costs.slice(-30)) / median(costs.slice(5, 35));
}

function median(numbers: readonly number[]): number {
  return must(numbers.toSorted((one, other) => one - other)[numbers.length >> 1], 'number');
}

async function costsWhatIsNew(make: MakeChat) {
  // The first time, code that is not optimised yet makes the beginning dear.
  await growthOfCost(make);
  const growth = [await growthOfCost(make), await growthOfCost(make)];
  // What reads everything again for each delta takes about 9 times as long.
  expect(Math.min(...growth)).toBeLessThan(4);
}

async function keepsItsDate(make: MakeChat) {
  const { chat, ask, say } = openChat(make);
  await ask('Hi');
  const dates: (number | undefined)[] = [];
  for (const events of [[START, ...says('He')], [delta('ll')], [delta('o'), FINISH]]) {
    await say(0, ...events);
    dates.push(chat.messages.at(-1)?.createdAt.getTime());
  }
  expect(dates).toEqual([dates[0], dates[0], dates[0]]);
}

async function cancelsWithoutReason(make: MakeChat) {
  const { chat, ask, handOver, results } = openChat(make, { clientTools: { ask: 'interactive' } });
  await ask('Hi');
  await handOver(0, ...asksFor({ toolCallId: 'c', toolName: 'ask' }));
  waiting(chat, 'ask').cancel('');
  await settled();
  expect(statusOf(callIn(chat))).toBe('error');
  expect(results(1)[0]?.error).toMatch(/\w/);
}

async function findsNoInheritedHandler(make: MakeChat) {
  const { ask, handOver, results } = openChat(make, { clientTools: {} });
  await ask('Hi');
  const names = ['toString', 'constructor'];
  await handOver(0, ...asksFor(...names.map((toolName) => ({ toolCallId: toolName, toolName }))));
  expect(results(1)).toEqual(
    names.map((toolName) => ({ toolCallId: toolName, toolName, error: expect.stringContaining(toolName) })),
  );
}

async function answersInsideWorkers(make: MakeChat) {
  const { chat, ask, handOver } = openChat(make, { clientTools: { look: () => 7 } });
  await ask('Hi');
  await handOver(
    0,
    { type: 'worker-start', workerId: 'w', workerSlug: 'helper' },
    ...asksFor({ toolCallId: 'c', toolName: 'look', workerId: 'w' }),
  );
  const worker = lastPart(chat);
  expect(worker.type === 'worker' && worker.parts).toMatchObject([{ status: 'done', result: 7 }]);
}

async function runsToolsTogether(make: MakeChat) {
  const { opened } = gate();
  const begun: string[] = [];
  const tool = (name: string) => () => {
    begun.push(name);
    return opened;
  };
  const { ask, handOver } = openChat(make, { clientTools: { one: tool('one'), two: tool('two') } });
  await ask('Hi');
  await handOver(0, ...asksFor({ toolCallId: 'a', toolName: 'one' }, { toolCallId: 'b', toolName: 'two' }));
  must(begun[0], 'tool that began');
  expect(begun).toEqual(['one', 'two']);
}

async function givesUpSilentTools(make: MakeChat) {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const { ask, handOver, legs, results } = openChat(make, {
    clientTools: { look: () => new Promise(() => {}) },
    clientToolTimeout: 1_000,
  });
  await ask('Hi');
  await handOver(0, ...asksFor({ toolCallId: 'c', toolName: 'look' }));
  must(legs.length === 1, 'wait for the tool');
  vi.advanceTimersByTime(1_001);
  await settled();
  expect(legs).toHaveLength(2);
  expect(results(1)[0]?.error).toMatch(/\w/);
}

async function callsOffEveryTool(make: MakeChat) {
  const signals: AbortSignal[] = [];
  const { chat, ask, handOver } = openChat(make, {
    clientTools: {
      look: (_, { signal }) => {
        signals.push(signal);
        return new Promise(() => {});
      },
    },
  });
  await ask('Hi');
  await handOver(
    0,
    ...asksFor({ toolCallId: 'a', toolName: 'look' }),
    ...asksFor({ toolCallId: 'b', toolName: 'look' }),
  );
  must(signals.length === 2, 'second tool');
  chat.stop();
  expect(signals.map(({ aborted }) => aborted)).toEqual([true, true]);
}

const stored = (id: string): UIMessage => ({
  id,
  role: 'assistant',
  parts: [{ type: 'text', text: id, status: 'done' }],
  status: 'done',
  createdAt: new Date(0),
});

async function leavesOtherMessagesAlone(make: MakeChat) {
  const { chat, ask, say } = openChat(make);
  await ask('Hi');
  await say(0, START, ...says('Half'));
  chat.replaceMessages([stored('a'), stored('b'), stored('c')]);
  await say(0, delta(' late'), FINISH);
  expect(answersOf(chat)).toEqual(['a', 'b', 'c']);
}

async function retriesOnlyItsOwn(make: MakeChat) {
  const { chat, ask, say, leg } = openChat(make);
  await ask('Hi');
  await say(0, START, ...says('Half'));
  chat.replaceMessages([stored('a'), stored('b'), stored('c')]);
  leg(0).end();
  void chat.retry();
  await settled();
  expect(answersOf(chat).slice(0, 3)).toEqual(['a', 'b', 'c']);
}

function makesParts(partsOf: PartsOf) {
  const parts = partsOf([
    START,
    ...says('Hello'),
    { type: 'text-end', id: 't' },
    { type: 'tool-input-start', toolCallId: 'c', toolName: 'look' },
    { type: 'tool-input-delta', toolCallId: 'c', inputTextDelta: '{"at":"it' },
    { type: 'tool-output-available', toolCallId: 'c', output: 7 },
    { type: 'worker-start', workerId: 'w', workerSlug: 'helper' },
    { type: 'text-start', id: 'n', workerId: 'w' },
    { type: 'text-delta', id: 'n', delta: 'inside', workerId: 'w' },
    { type: 'text-end', id: 'n', workerId: 'w' },
    { type: 'worker-result', workerId: 'w' },
    FINISH,
  ]);
  expect(parts).toMatchObject([
    { type: 'text', text: 'Hello', status: 'done' },
    { type: 'tool-call', args: { at: 'it' }, result: 7, status: 'done' },
    { type: 'worker', parts: [{ type: 'text', text: 'inside', status: 'done' }], status: 'done' },
  ]);
}

function keepsTextsApart(partsOf: PartsOf) {
  const parts = partsOf([
    { type: 'text-start', id: 'a' },
    { type: 'text-start', id: 'b' },
    delta('A', 'a'),
    delta('B', 'b'),
  ]);
  expect(parts.map(textIn)).toEqual(['A', 'B']);
}

function outlivesOtherTexts(partsOf: PartsOf) {
  const parts = partsOf([
    ...says('A', 'a'),
    ...says('B', 'b'),
    { type: 'text-end', id: 'a' },
    delta('B', 'b'),
  ]);
  must(parts.length === 2, 'second text');
  expect(textIn(must(parts[1], 'second text'))).toBe('BB');
}

const SIDE_BLOCK: StreamEvent = {
  type: 'block-start',
  blockId: 'b',
  blockName: 'Side',
  blockType: 'next-message',
  display: 'stream',
  thread: 'side',
  workerId: 'w',
};

function keepsTheMainText(partsOf: PartsOf) {
  const [text] = partsOf([...says('He'), SIDE_BLOCK, delta('llo')]);
  expect(textIn(must(text, 'text'))).toBe('Hello');
}

function keepsThreadsInside(partsOf: PartsOf) {
  const parts = partsOf([SIDE_BLOCK, ...says('Hello')]);
  const text = must(
    parts.find((part) => part.type === 'text'),
    'text',
  );
  expect(text.thread).toBeUndefined();
}

function findsNestedCalls(partsOf: PartsOf) {
  const [worker] = partsOf([
    { type: 'worker-start', workerId: 'w', workerSlug: 'helper' },
    { type: 'tool-input-start', toolCallId: 'c', toolName: 'look', workerId: 'w' },
    { type: 'tool-output-available', toolCallId: 'c', output: 7 },
  ]);
  const nested = must(worker?.type === 'worker' && worker.parts, 'worker');
  expect(nested).toMatchObject([{ status: 'done', result: 7 }]);
}

function closesEverything(partsOf: PartsOf) {
  const parts = partsOf([
    START,
    { type: 'tool-input-start', toolCallId: 'c', toolName: 'look' },
    { type: 'worker-start', workerId: 'w', workerSlug: 'helper' },
    FINISH,
  ]);
  must(parts.length === 2, 'worker');
  for (const part of parts) expect(statusOf(part)).toMatch(/^(done|cancelled)$/);
}

function reads(text: string, expected: unknown) {
  return (partialJsonOf: PartialJsonOf) => expect(partialJsonOf(text)).toEqual(expected);
}

function gives(text: string, expected: readonly string[]) {
  return async (read: ReadSSE) => {
    const all: string[] = [];
    for await (const frames of read(bytesOf(text))) all.push(...frames.map(({ data }) => data));
    expect(all).toEqual(expected);
  };
}

/** A body that begins and does not end, and whether it was closed. */
function endlessBody(text: string) {
  const seen = { closed: false };
  const body = new ReadableStream<Uint8Array>({
    start: (controller) => controller.enqueue(encoder.encode(text)),
    cancel: () => {
      seen.closed = true;
    },
  });
  return { seen, body };
}

async function closesTheStream(read: ReadSSE) {
  const { seen, body } = endlessBody('data: a\n\n');
  const frames = read(body);
  const { value } = await frames.next();
  must(value, 'frame');
  await frames.return();
  expect(seen.closed).toBe(true);
}

function readsAnEvent(eventsIn: EventsIn) {
  expect(eventsIn(JSON.stringify(delta('Hi')))).toEqual([delta('Hi')]);
  expect(eventsIn(JSON.stringify(failure('provider_error')))).toEqual([failure('provider_error')]);
}

function isStillAnError(eventsIn: EventsIn) {
  const event = failure('melted_error');
  expect(eventsIn(JSON.stringify(event))).toEqual([event]);
}

function keepsFields(eventsIn: EventsIn) {
  const call = { toolCallId: 'c', toolName: 'look', args: {}, providerMetadata: { signature: 'xyz' } };
  const event = { type: 'client-tool-request', executionId: 'run', toolCalls: [call] };
  const [read] = eventsIn(JSON.stringify(event));
  expect(must(read, 'event')).toEqual(event);
}

async function passesOn(pass: PassOn) {
  const events = [START, ...[delta('Hi'), FINISH]];
  expect(await pass(lines(...events))).toContain(lines(...events));
}

async function passesFieldsOn(pass: PassOn) {
  const event = { type: 'start', messageId: 'm', lastMessageId: 'l', sessionId: 's' };
  expect(await pass(lines(event, FINISH))).toContain(lines(event, FINISH));
}

function keepsStored(worker: Readonly<Record<string, unknown>>) {
  const part = { type: 'worker', workerId: 'w', workerSlug: 'helper', parts: [], ...worker };
  return (restore: Restore) =>
    expect(restore([{ ...stored('m'), parts: [part] }])).toEqual([{ ...stored('m'), parts: [part] }]);
}

const EVENT_STREAM = { headers: { 'Content-Type': 'text/event-stream' } };

async function answersOverHttp(make: MakeHttp) {
  const request = async () => new Response(lines(START, ...says('Hello'), FINISH), EVENT_STREAM);
  const chat = new AgentChat({ transport: make({ request }) });
  await chat.sendMessage('Hi');
  expect([chat.error, answersOf(chat)]).toEqual([null, ['Hello']]);
}

/** Runs in the hands of a check: each asks at once and is answered when the check says so. */
function startRuns(make: MakeHttp) {
  const requests: ReturnType<typeof gate<Response>>[] = [];
  const transport = make({
    request: () => {
      const answer = gate<Response>();
      requests.push(answer);
      return answer.opened;
    },
  });
  const start = async () => {
    const abort = new AbortController();
    const context = { signal: abort.signal, messages: [] };
    const stream = transport.send({ type: 'trigger', triggerName: 't' }, context)[Symbol.asyncIterator]();
    const outcome = stream.next().then(
      () => 'nothing',
      (error: unknown) => (isAbortError(error) ? 'nothing' : error),
    );
    await settled();
    return { abort, outcome, answer: must(requests.at(-1), 'request') };
  };
  return start;
}

async function stopsBeforeTheAnswer(make: MakeHttp) {
  const run = await startRuns(make)();
  run.abort.abort();
  run.answer.open(new Response(lines(START), EVENT_STREAM));
  expect(await run.outcome).toBe('nothing');
}

async function closesALateAnswer(make: MakeHttp) {
  const start = startRuns(make);
  const run = await start();
  run.abort.abort();
  await start();
  const { seen, body } = endlessBody(': nothing yet\n\n');
  run.answer.open(new Response(body, EVENT_STREAM));
  await settled();
  expect(seen.closed).toBe(true);
}

/** A socket whose other end is the check, which says when what happens: servers cannot be made to be this late. */
class Wire implements SocketLike {
  readyState = 1;
  readonly sent: { readonly type?: string }[] = [];
  onmessage: unknown = null;
  onclose: unknown = null;
  send(data: string): void {
    this.sent.push(JSON.parse(data));
  }
  close(): void {
    this.readyState = 2;
  }
  /** The other end says something. What a listener throws stops no browser. */
  receive(...events: readonly object[]): void {
    for (const event of events) {
      try {
        if (typeof this.onmessage === 'function') this.onmessage({ data: JSON.stringify(event) });
      } catch {}
    }
  }
  /** The connection is gone. */
  closed(): void {
    this.readyState = 3;
    if (typeof this.onclose === 'function') this.onclose();
  }
}

function openSocket(make: MakeSocket, options: Partial<SocketConnectOptions> = {}) {
  const wires: Wire[] = [];
  const transport = make({
    connect: async () => {
      const wire = new Wire();
      wires.push(wire);
      return wire;
    },
    ...options,
  });
  const chat = new AgentChat({ transport });
  const ask = async (content: string) => {
    void chat.sendMessage(content);
    await settled();
  };
  const wire = (index: number) => must(wires[index], `connection ${index}`);
  return { transport, chat, ask, wires, wire };
}

async function answersOverASocket(make: MakeSocket) {
  const { chat, ask, wire, transport } = openSocket(make);
  await ask('Hi');
  wire(0).receive(START, ...says('Hello'), FINISH);
  await settled();
  expect([chat.status, chat.error, answersOf(chat)]).toEqual(['idle', null, ['Hello']]);
  expect(transport.connectionState).toBe('connected');
  wire(0).closed();
  expect(transport.connectionState).toBe('disconnected');
}

async function endsOnlyItsOwnRun(make: MakeSocket) {
  const { chat, ask, wire } = openSocket(make);
  await ask('One');
  wire(0).receive(START, ...says('Half'));
  await settled();
  chat.stop();
  await ask('Two');
  wire(0).receive(FINISH);
  await settled();
  wire(0).receive(START, ...says('Whole'), FINISH);
  await settled();
  expect(answersOf(chat)).toEqual(['Half', 'Whole']);
}

async function outlivesAnOldConnection(make: MakeSocket) {
  const { transport, wire } = openSocket(make);
  await transport.connect();
  transport.disconnect();
  await transport.connect();
  wire(1);
  wire(0).closed();
  expect(transport.connectionState).toBe('connected');
}

async function staysDisconnected(make: MakeSocket) {
  const opening = gate<Wire>();
  const { transport } = openSocket(make, { connect: () => opening.opened });
  transport.connect().catch(() => {});
  await settled();
  transport.disconnect();
  const wire = new Wire();
  opening.open(wire);
  await settled();
  expect(transport.connectionState).toBe('disconnected');
  expect(wire.readyState).not.toBe(1);
}

async function opensAnother(make: MakeSocket) {
  const { transport, ask, wires, wire } = openSocket(make);
  await transport.connect();
  wire(0).close();
  await ask('Hi');
  expect(wires).toHaveLength(2);
  expect(wires.map(({ sent }) => sent.length)).toEqual([0, 1]);
}

async function hearsInSpiteOfListeners(make: MakeSocket) {
  // Where a browser would report what the page throws.
  vi.spyOn(console, 'error').mockReturnValue();
  const { chat, ask, wire } = openSocket(make, {
    onMessage: () => {
      throw new Error('The page is broken.');
    },
  });
  await ask('Hi');
  wire(0).receive(START, ...says('Hello'), FINISH);
  await settled();
  expect(answersOf(chat)).toEqual(['Hello']);
}

async function noticesADrop(make: MakeSocket) {
  const { chat, ask, wire } = openSocket(make);
  await ask('Hi');
  wire(0).receive(START, ...says('Half'));
  await settled();
  wire(0).closed();
  await settled();
  must(answersOf(chat)[0] === 'Half', 'answer');
  expect(chat.status).toBe('error');
  expect(chat.error).toMatchObject({ code: 'stream-interrupted' });
}

async function writesEvents(toStream: ToStream) {
  const text = await textOf(toStream(source(START, FINISH)));
  expect(text).toBe(`${lines(START, FINISH)}data: [DONE]\n\n`);
}

async function waitsForItsReader(toStream: ToStream) {
  let taken = 0;
  const counted = async function* () {
    for (let count = 0; count < 5; count++) {
      taken++;
      yield delta('x');
    }
  };
  const stream = toStream(counted());
  await settled();
  expect(taken).toBeLessThanOrEqual(1);
  expect((await textOf(stream)).match(/text-delta/g)).toHaveLength(5);
}

async function closesItsSource(toStream: ToStream) {
  let closed = false;
  const waits: AsyncIterable<StreamEvent> = {
    [Symbol.asyncIterator]: () => ({
      next: () => new Promise(() => {}),
      return: async () => {
        closed = true;
        return { done: true, value: undefined };
      },
    }),
  };
  const reader = toStream(waits).getReader();
  void reader.read().catch(() => {});
  await settled();
  await reader.cancel();
  expect(closed).toBe(true);
}

async function tellsNoSecrets(toStream: ToStream) {
  const fails = async function* (): AsyncGenerator<StreamEvent> {
    yield START;
    throw new Error('password hunter2');
  };
  const text = await textOf(toStream(fails()));
  must(text.includes('"error"'), 'error event');
  expect(text).not.toContain('hunter2');
}

function openHandler(make: MakeHandler, agent: Agent) {
  const handle = make(agent);
  const transport = createHttpTransport({
    url: 'http://127.0.0.1/chat',
    fetch: async (input, init) => handle(new Request(input, init)),
  });
  return new AgentChat({ transport, clientTools: { ask: 'interactive' } });
}

async function answersRequests(make: MakeHandler) {
  const chat = openHandler(make, async function* (run) {
    yield* createEventWriter(run).text('Hello');
  });
  await chat.sendMessage('Hi');
  expect([chat.error, answersOf(chat)]).toEqual([null, ['Hello']]);
}

async function leavesNothingOpen(make: MakeHandler) {
  let open = 0;
  const chat = openHandler(make, async function* (run) {
    open++;
    try {
      yield* createEventWriter(run).clientTool({ name: 'ask', args: {} });
    } finally {
      open--;
    }
  });
  void chat.sendMessage('Hi');
  await waitFor(() => must(chat.status === 'awaiting-input', 'question'));
  chat.stop();
  await settled();
  expect(open).toBe(0);
}
