import { isDeepStrictEqual } from 'node:util';
import {
  AgentChat,
  type ChatState,
  createHttpTransport,
  emptyState,
  endRun,
  type ReduceContext,
  reduce,
  type StreamEvent,
  type UIMessage,
  type UIMessagePart,
} from 'agent-chat-kit';
import { octavus } from 'agent-chat-kit/protocols';
import { createManualScheduler } from 'agent-chat-kit/testing';
import { describe, expect, it } from 'vitest';
import type { Frame } from '../../src/stream/frame.ts';
import { sseFrames } from '../../src/stream/sse-frames.ts';
import { fixtures } from '../fixtures/index.ts';

type Texts = Record<string, string>;
const recorded: Texts = import.meta.glob('../fixtures/octavus/*.sse', {
  query: '?raw',
  import: 'default',
  eager: true,
});
const foreign: Texts = import.meta.glob('../fixtures/wire/**/*.txt', {
  query: '?raw',
  import: 'default',
  eager: true,
});

const nameOf = (path: string) => path.replace('../fixtures/', '').replace(/\.\w+$/, '');
/** Streams in the native protocol, by name; two that are the same are one. */
const streams = [
  ...new Map([
    ...Object.entries(recorded).map(([path, text]) => [text, nameOf(path)] as const),
    ...[...fixtures].map(([name, text]) => [text, name] as const),
  ]),
].map(([text, name]) => [name, text] as const);
/** Streams in other dialects, by name: what came after the head of the response, without the note of its end. */
const others = Object.entries(foreign).map(([path, text]): [string, string] => {
  const head = text.indexOf('\r\n\r\n');
  return [nameOf(path), text.slice(head < 0 ? 0 : head + 4).replace(/curl_exit=\d+\n$/, '')];
});

const SEED = 20_261_121;
/** Where more would take too long: a stream that is cut everywhere at once, and pairs of places. */
const EVERY_PLACE_UP_TO = 4_096;
const EVERY_PLACE_TRANSLATED_UP_TO = 1_024;
const EVERY_PAIR_UP_TO = 33_000;
/** For a busy machine. Milliseconds. */
const PATIENCE = { timeout: 60_000 };

const bytesOf = (text: string) => new TextEncoder().encode(text);

/** The bytes in pieces that end at the given places. */
function cut(bytes: Uint8Array, places: readonly number[]): Uint8Array[] {
  return [...places, bytes.length].map((end, index) => bytes.subarray(places[index - 1] ?? 0, end));
}

const every = (bytes: Uint8Array) => Array.from({ length: bytes.length + 1 }, (_, place) => place);

/** All places within two bytes of the end of a line. */
const atLineEnds = (bytes: Uint8Array) =>
  every(bytes).filter((place) =>
    [-2, -1, 0, 1].some((near) => bytes[place + near] === 10 || bytes[place + near] === 13),
  );

/** Repeatable numbers from 0 up to, not including, `limit`. */
function seeded(seed: number): (limit: number) => number {
  let state = seed;
  return (limit) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 4_294_967_296) * limit);
  };
}

async function batchesOf(pieces: readonly Uint8Array[]): Promise<(readonly Frame[])[]> {
  let next = 0;
  const bytes = new ReadableStream<Uint8Array>({
    pull(controller) {
      const piece = pieces[next++];
      if (piece) controller.enqueue(piece);
      else controller.close();
    },
  });
  const batches: (readonly Frame[])[] = [];
  for await (const batch of sseFrames(bytes)) batches.push(batch);
  return batches;
}

function fixedContext(): ReduceContext {
  let ids = 0;
  return { now: () => 1_000, generateId: () => `id-${++ids}` };
}

/** The state after frames that came in these batches. */
function stateOf(batches: readonly (readonly Frame[])[]): ChatState {
  const decoder = octavus().decode();
  const context = fixedContext();
  let state = emptyState;
  for (const frames of batches) {
    const events: StreamEvent[] = [];
    for (const frame of frames) if (!decoder.ended) events.push(...decoder.read(frame));
    state = reduce(state, events, context);
  }
  return state;
}

const isSameFrame = (one: Frame | undefined, other: Frame | undefined) =>
  one?.data === other?.data &&
  one?.event === other?.event &&
  one?.id === other?.id &&
  one?.truncated === other?.truncated;

interface Judge {
  /** Whether these pieces give the same as the whole. */
  isSame(pieces: readonly Uint8Array[]): Promise<boolean>;
  /** In how many ways the frames came in batches. */
  readonly partitions: number;
}

/**
 * Compares what pieces give with what the whole gives. Frames that are the same and came in the same batches make
 * the same state, so each way to batch them is reduced and compared once.
 */
async function judge<T>(
  text: string,
  resultOf: (batches: readonly (readonly Frame[])[]) => T,
): Promise<Judge> {
  const whole = await batchesOf([bytesOf(text)]);
  const frames = whole.flat();
  const result = resultOf(whole);
  const known = new Map<string, boolean>();
  return {
    get partitions() {
      return known.size;
    },
    async isSame(pieces) {
      const batches = await batchesOf(pieces);
      const got = batches.flat();
      if (got.length !== frames.length || !got.every((frame, index) => isSameFrame(frame, frames[index]))) {
        return false;
      }
      const partition = batches.map(({ length }) => length).join();
      const verdict = known.get(partition) ?? isDeepStrictEqual(resultOf(batches), result);
      known.set(partition, verdict);
      return verdict;
    },
  };
}

/** Where cutting once gives something else; nowhere is what we want. */
async function deviatingPlaces(judge: Judge, bytes: Uint8Array, places: readonly number[]) {
  const deviating: number[] = [];
  for (const place of places) if (!(await judge.isSame(cut(bytes, [place])))) deviating.push(place);
  return deviating;
}

/** Two places: every pair in a stream of few bytes, a repeatable sample in others, fewer the longer they are. */
function* pairs({ length }: Uint8Array): Generator<[number, number]> {
  if ((length * (length - 1)) / 2 <= EVERY_PAIR_UP_TO) {
    for (let one = 0; one < length; one++) for (let two = one + 1; two < length; two++) yield [one, two];
    return;
  }
  const random = seeded(SEED);
  const count = Math.ceil(400_000 / length);
  for (let pair = 0; pair < count; pair++) {
    const one = random(length);
    // Every other pair is close together: that is where one event is cut twice.
    const two = pair % 2 ? random(length) : Math.min(length, one + random(40));
    yield one < two ? [one, two] : [two, one];
  }
}

/** A long stream in sections of whole events, which are streams too. */
function sections(text: string): string[] {
  const all = [''];
  for (const block of text.split(/(?<=\n\n)/)) {
    const last = all.at(-1) ?? '';
    if (last.length + block.length <= EVERY_PLACE_UP_TO / 2) all[all.length - 1] = last + block;
    else all.push(block);
  }
  return all;
}

describe.each(streams)('the bytes of %s', PATIENCE, (_, text) => {
  const bytes = bytesOf(text);
  const isLong = bytes.length > EVERY_PLACE_UP_TO;

  it('make one state wherever they are cut', async () => {
    const judged = await judge(text, stateOf);
    expect(await deviatingPlaces(judged, bytes, isLong ? atLineEnds(bytes) : every(bytes))).toEqual([]);
    // Each event was once the first of a batch, so the state was looked at between any two.
    expect(judged.partitions).toBeGreaterThanOrEqual(text.trim().split('\n\n').length);
    if (!isLong) return;
    const parts = sections(text);
    expect(parts.join('')).toBe(text);
    for (const section of parts) {
      const places = every(bytesOf(section));
      expect(await deviatingPlaces(await judge(section, stateOf), bytesOf(section), places)).toEqual([]);
    }
  });

  it('make one state one by one', async () => {
    const { isSame } = await judge(text, stateOf);
    expect(await isSame(cut(bytes, every(bytes).slice(1, -1)))).toBe(true);
  });

  it(`make one state wherever they are cut twice (sampled with seed ${SEED} where they are many)`, async () => {
    const { isSame } = await judge(text, stateOf);
    const deviating: [number, number][] = [];
    for (const pair of pairs(bytes)) if (!(await isSame(cut(bytes, pair)))) deviating.push(pair);
    expect(deviating).toEqual([]);
  });

  it.each([
    ['CRLF', '\r\n'],
    ['CR', '\r'],
  ])('make one state wherever they are cut, with %s at the ends of lines', async (_name, end) => {
    const judged = await judge(text, stateOf);
    const translated = bytesOf(text.replaceAll('\n', end));
    const places =
      translated.length <= EVERY_PLACE_TRANSLATED_UP_TO ? every(translated) : atLineEnds(translated);
    expect(await judged.isSame([translated])).toBe(true);
    expect(await deviatingPlaces(judged, translated, places)).toEqual([]);
  });
});

describe.each(others)('the bytes of %s', PATIENCE, (_, text) => {
  it('make the same frames wherever they are cut, whatever ends their lines', async () => {
    const judged = await judge(text, (batches) => batches.flat().length);
    expect((await batchesOf([bytesOf(text)])).flat()).toHaveLength(text.match(/^data:/gm)?.length ?? 0);
    for (const end of ['\n', '\r\n', '\r']) {
      const bytes = bytesOf(text.replaceAll('\n', end));
      expect(await deviatingPlaces(judged, bytes, every(bytes))).toEqual([]);
      expect(await judged.isSame(cut(bytes, every(bytes).slice(1, -1)))).toBe(true);
    }
  });
});

describe('the comparison', () => {
  it('sees pieces that give another text, another id or one event less', async () => {
    const { isSame } = await judge('id: 1\ndata: a\n\ndata: b\n\n', (batches) => batches.flat().length);
    const same = (text: string) => isSame([bytesOf(text)]);
    expect(await same('id:1\r\ndata:a\r\n\r\ndata:b\r\n\r\n')).toBe(true);
    expect(await same('id: 1\ndata: a\n\ndata: c\n\n')).toBe(false);
    expect(await same('id: 2\ndata: a\n\ndata: b\n\n')).toBe(false);
    expect(await same('id: 1\ndata: a\n\n')).toBe(false);
    expect(await same('id: 1\ndata: a\n\ndata: b\n')).toBe(false);
  });

  it('sees a state that depends on how the frames were batched', async () => {
    const bytes = bytesOf('data: a\n\ndata: b\n\n');
    const { isSame } = await judge('data: a\n\ndata: b\n\n', (batches) => batches.length);
    expect(await isSame([bytes])).toBe(true);
    expect(await isSame(cut(bytes, [10]))).toBe(false);
  });
});

/** The events of a stream, and how many bytes of it there have to be for each to be whole. */
function eventsWithEnds(text: string): readonly { readonly event: StreamEvent; readonly end: number }[] {
  let end = -2;
  return text
    .trimEnd()
    .split('\n\n')
    .flatMap((block) => {
      end += bytesOf(block).length + 2;
      const data = block.slice('data: '.length);
      return data === '[DONE]' ? [] : [{ event: JSON.parse(data), end }];
    });
}

/** At the end of every event, before the next and inside it, and everywhere in a short stream. */
function placesToEnd(bytes: Uint8Array, ends: readonly number[]): number[] {
  if (bytes.length <= 600) return every(bytes);
  const random = seeded(SEED);
  const places = ends.flatMap((end, index) => {
    const begin = ends[index - 1] ?? 0;
    return [end, end + 2, begin + random(end - begin)];
  });
  return [...new Set([0, ...places, bytes.length])].filter((place) => place <= bytes.length);
}

const AFTERWARDS = [
  { type: 'start' },
  { type: 'text-delta', id: 'afterwards', delta: 'Thanks.' },
  { type: 'finish', finishReason: 'stop' },
]
  .map((event) => `data: ${JSON.stringify(event)}\n\n`)
  .join('');

/** A chat whose first answer is these bytes and no more; what the page is asked is answered, and goes on whole. */
async function answeredWith(bytes: Uint8Array<ArrayBuffer>, toolNames: readonly string[]) {
  const bodies = [bytes, bytesOf(AFTERWARDS)];
  const chat = new AgentChat({
    transport: createHttpTransport({
      request: async () =>
        new Response(bodies.shift() ?? '', { headers: { 'Content-Type': 'text/event-stream' } }),
    }),
    clientTools: Object.fromEntries(toolNames.map((name) => [name, 'interactive'])),
    scheduler: createManualScheduler().schedule,
    ...fixedContext(),
  });
  chat.subscribe(() => {
    if (chat.status !== 'awaiting-input') return;
    for (const tool of Object.values(chat.pendingClientTools).flat()) tool.submit('Blue');
  });
  await chat.sendMessage('Hi');
  return chat;
}

/** The parts that somebody could take for unfinished, those of workers among them. */
function openIn(part: UIMessagePart): readonly UIMessagePart[] {
  const open = 'status' in part && ['streaming', 'running', 'pending'].includes(part.status);
  return [...(open ? [part] : []), ...(part.type === 'worker' ? part.parts.flatMap(openIn) : [])];
}

const answersIn = (messages: readonly UIMessage[]) =>
  messages.filter(({ role }) => role === 'assistant').map(({ parts, status }) => ({ parts, status }));

describe.each(streams)('the answer of %s that is cut off', PATIENCE, (_, text) => {
  const events = eventsWithEnds(text);
  const bytes = bytesOf(text);
  const toolNames = events.flatMap(({ event }) =>
    event.type === 'client-tool-request' ? event.toolCalls.map(({ toolName }) => toolName) : [],
  );
  const last = events.find(({ event }) => event.type === 'finish' || event.type === 'error');
  const failure = last?.event.type === 'error' ? last.event : { errorType: 'provider_error' };
  const isWholeAt = (place: number) => last !== undefined && place >= last.end;

  /** What is to be kept of the answer where it ends after so many events. */
  const kept: ReturnType<typeof answersIn>[] = [];
  const context = fixedContext();
  let state = emptyState;
  for (const next of [undefined, ...events]) {
    if (next) state = reduce(state, [next.event], context);
    kept.push(answersIn(endRun(state, 'failed', context).messages));
  }

  it('is kept as an interrupted one, or whole where its last event arrived', async () => {
    const whole = await answeredWith(bytes, toolNames);
    const places = placesToEnd(
      bytes,
      events.map(({ end }) => end),
    );
    for (const place of places) {
      const chat = await answeredWith(bytes.slice(0, place), toolNames);
      const { status, error, messages } = chat;
      const got = { status, code: error?.code, answers: answersIn(messages) };
      const count = events.filter(({ end }) => end <= place).length;
      const wanted = isWholeAt(place)
        ? { status: whole.status, code: whole.error?.code, answers: answersIn(whole.messages) }
        : { status: 'error', code: 'stream-interrupted', answers: kept[count] };
      if (!isDeepStrictEqual(got, wanted)) expect(got, `after ${place} bytes`).toStrictEqual(wanted);
      if (!isWholeAt(place)) expect([error?.retryable, chat.canRetry]).toEqual([true, true]);
    }
    expect(places.some((place) => !isWholeAt(place))).toBe(true);
    expect(places.some(isWholeAt)).toBe(last !== undefined);
  });

  it('has nothing open, whether it is whole or not', async () => {
    const { status, error, messages } = await answeredWith(bytes, toolNames);
    expect([status, error?.type]).toEqual(
      last?.event.type === 'finish' ? ['idle', undefined] : ['error', failure.errorType],
    );
    for (const { parts } of messages) expect(parts.flatMap(openIn)).toEqual([]);
  });
});
