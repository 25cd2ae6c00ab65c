import { describe, expect, it } from 'vitest';
import type { Frame } from '../../src/stream/frame.ts';
import {
  EventTooLongError,
  MAX_EVENT_LENGTH,
  type SSEFramesOptions,
  sseFrames,
} from '../../src/stream/sse-frames.ts';
import { corpus } from '../corpora.ts';
import { fixtures } from '../fixtures/index.ts';

const encoder = new TextEncoder();

function streamOf(chunks: readonly Uint8Array[]): ReadableStream<Uint8Array> {
  let next = 0;
  return new ReadableStream({
    pull(controller) {
      const chunk = chunks[next++];
      if (chunk) controller.enqueue(chunk);
      else controller.close();
    },
  });
}

async function framesOf(chunks: readonly Uint8Array[], options?: SSEFramesOptions): Promise<Frame[]> {
  const all: Frame[] = [];
  for await (const batch of sseFrames(streamOf(chunks), options)) all.push(...batch);
  return all;
}

const frames = (text: string, options?: SSEFramesOptions) => framesOf([encoder.encode(text)], options);

/** The bytes in pieces that end at the given positions. */
function cut(bytes: Uint8Array, positions: readonly number[]): Uint8Array[] {
  const ends = [...positions, bytes.length];
  return ends.map((end, index) => bytes.subarray(ends[index - 1] ?? 0, end));
}

const byteByByte = (bytes: Uint8Array) =>
  cut(
    bytes,
    Array.from({ length: Math.max(0, bytes.length - 1) }, (_, index) => index + 1),
  );

/** Repeatable numbers from 0 to 1. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const ALL_SPLITS_UP_TO = 4_096;
const SAMPLED_SPLITS = 400;

/** Ways to cut: every one in two where there are few, a repeatable sample with more pieces where there are many. */
function* cuts(bytes: Uint8Array): Generator<number[]> {
  if (bytes.length <= ALL_SPLITS_UP_TO) {
    for (let position = 0; position <= bytes.length; position++) yield [position];
    return;
  }
  const random = seeded(bytes.length);
  for (let count = 0; count < SAMPLED_SPLITS; count++) {
    const pieces = 1 + (count % 8);
    const positions = Array.from({ length: pieces }, () => Math.floor(random() * bytes.length));
    yield positions.sort((one, other) => one - other);
  }
}

const key = (all: readonly Frame[]) => JSON.stringify(all.map(({ data, event, id }) => [data, event, id]));

/** The cuts that give other frames than `expected`; none is what we want. */
async function deviatingCuts(bytes: Uint8Array, expected: readonly Frame[]): Promise<number[][]> {
  const wanted = key(expected);
  const deviating: number[][] = [];
  for (const positions of cuts(bytes)) {
    if (key(await framesOf(cut(bytes, positions))) !== wanted) deviating.push(positions);
  }
  return deviating;
}

/** What our fixtures say, read without the parser: one `data: ` line and a blank line for each event. */
const written = (text: string): Frame[] =>
  text
    .trimEnd()
    .split('\n\n')
    .map((block) => ({ data: block.slice('data: '.length) }));

describe('a fixture', () => {
  it.each([...fixtures])('gives the same frames however its bytes are cut: %s', async (_, text) => {
    const bytes = encoder.encode(text);
    const expected = written(text);
    expect(await framesOf([bytes])).toEqual(expected);
    expect(await framesOf(byteByByte(bytes))).toEqual(expected);
    expect(await deviatingCuts(bytes, expected)).toEqual([]);
  });

  it.each([
    ['CR', '\r'],
    ['CRLF', '\r\n'],
  ])('gives the same frames with %s at the ends of its lines', async (_, end) => {
    for (const name of ['client-tool', 'file', 'operation']) {
      const text = fixtures.get(name) ?? '';
      const bytes = encoder.encode(text.replaceAll('\n', end));
      const expected = written(text);
      expect(await framesOf([bytes])).toEqual(expected);
      expect(await framesOf(byteByByte(bytes))).toEqual(expected);
      expect(await deviatingCuts(bytes, expected)).toEqual([]);
    }
  });
});

describe('the framing', () => {
  it('keeps characters whole that are cut between their bytes', async () => {
    const bytes = encoder.encode('data: Grüße, 世界 👩🏽‍🚀\n\ndata: ĳ\n\n');
    const expected = [{ data: 'Grüße, 世界 👩🏽‍🚀' }, { data: 'ĳ' }];
    expect(await framesOf(byteByByte(bytes))).toEqual(expected);
    expect(await deviatingCuts(bytes, expected)).toEqual([]);
  });

  it('ends a line at CR, at LF and at CRLF, also mixed', async () => {
    const bytes = encoder.encode('data: a\r\ndata: b\rdata: c\n\r\ndata: d\r\rdata: e\n\n');
    const expected = [{ data: 'a\nb\nc' }, { data: 'd' }, { data: 'e' }];
    expect(await framesOf([bytes])).toEqual(expected);
    expect(await deviatingCuts(bytes, expected)).toEqual([]);
  });

  it('skips one byte order mark, at the very beginning only', async () => {
    const bytes = encoder.encode('\uFEFFdata: 1\n\n\uFEFFdata: 2\n\ndata: 3\n\n');
    const expected = [{ data: '1' }, { data: '3' }];
    expect(await framesOf([bytes])).toEqual(expected);
    expect(await deviatingCuts(bytes, expected)).toEqual([]);
  });

  it('joins the data lines of one event with a line feed', async () => {
    expect(await frames('data: {\ndata:  "a": 1\ndata\ndata: }\n\n')).toEqual([{ data: '{\n "a": 1\n\n}' }]);
  });

  it('takes data with and without a space after the colon, and takes away only one', async () => {
    expect(await frames('data:{"a":1}\n\ndata: b\n\ndata:  c\n\n')).toEqual([
      { data: '{"a":1}' },
      { data: 'b' },
      { data: ' c' },
    ]);
  });

  it('gives the name and the id of an event to that event alone', async () => {
    expect(await frames('id: 7\nevent: note\ndata: a\n\ndata: b\n\n')).toEqual([
      { data: 'a', event: 'note', id: '7' },
      { data: 'b' },
    ]);
  });

  it('gives out nothing for blocks without data, and ignores fields it does not know', async () => {
    expect(await frames('event: ping\n\nid: 1\n\nfoo: bar\njust words\n\ndata: x\n\n')).toEqual([
      { data: 'x' },
    ]);
  });

  it('tells of comments and does not make events of them', async () => {
    let comments = 0;
    const all = await frames(': heartbeat\n\ndata: a\n: inside\ndata: b\n\n:\n', {
      onComment: () => comments++,
    });
    expect(all).toEqual([{ data: 'a\nb' }]);
    expect(comments).toBe(3);
  });

  it('tells of the retry time, and only where it is a number', async () => {
    const times: number[] = [];
    const all = await frames('retry: 1500\nretry: soon\nretry:\nretry: -1\ndata: a\n\n', {
      onRetry: (milliseconds) => times.push(milliseconds),
    });
    expect(all).toEqual([{ data: 'a' }]);
    expect(times).toEqual([1500]);
  });

  it('gives out together what one read completes', async () => {
    const batches: (readonly Frame[])[] = [];
    const chunks = ['data: 1\n\ndata: 2\n\nda', 'ta: 3', '\n\n'].map((text) => encoder.encode(text));
    for await (const batch of sseFrames(streamOf(chunks))) batches.push(batch);
    expect(batches).toEqual([[{ data: '1' }, { data: '2' }], [{ data: '3' }]]);
  });

  it.each([
    ['no line end at all', 'data: a\n\ndata: last'],
    ['one line end', 'data: a\n\ndata: last\n'],
    ['a CR', 'data: a\n\ndata: last\r'],
    ['a CRLF', 'data: a\n\ndata: last\r\n'],
  ])('gives out the last event though the stream ends with %s after it', async (_, text) => {
    const bytes = encoder.encode(text);
    const expected = [{ data: 'a' }, { data: 'last', truncated: true }];
    expect(await framesOf([bytes])).toEqual(expected);
    expect(await deviatingCuts(bytes, expected)).toEqual([]);
  });

  it('makes nothing of an empty stream or of one that ends in the name of a field', async () => {
    expect(await framesOf([])).toEqual([]);
    expect(await frames('da')).toEqual([]);
    expect(await frames('data: a\n\nid: 4\n')).toEqual([{ data: 'a' }]);
  });

  it('shows a replacement character where the stream ends inside a character', async () => {
    const bytes = encoder.encode('data: €');
    expect(await framesOf([bytes.subarray(0, bytes.length - 1)])).toEqual([
      { data: '\uFFFD', truncated: true },
    ]);
  });

  it('gives out what came before the source failed, then throws what it threw', async () => {
    const failure = new Error('cut');
    let pulls = 0;
    const bytes = new ReadableStream<Uint8Array>({
      pull(controller) {
        if (pulls++ === 0) controller.enqueue(encoder.encode('data: a\n\ndata: unfinished'));
        else controller.error(failure);
      },
    });
    const all: Frame[] = [];
    const reading = (async () => {
      for await (const batch of sseFrames(bytes)) all.push(...batch);
    })();
    await expect(reading).rejects.toBe(failure);
    expect(all).toEqual([{ data: 'a' }]);
  });
});

describe('an event that is too long', () => {
  const limit = { maxEventLength: 64 };
  const pieces = (text: string, size = 10) => {
    const bytes = encoder.encode(text);
    return cut(
      bytes,
      Array.from({ length: Math.ceil(bytes.length / size) - 1 }, (_, index) => (index + 1) * size),
    );
  };

  it.each([
    ['one line that does not end', `data: ${'x'.repeat(200)}`],
    ['one long line', `data: ${'x'.repeat(200)}\n\n`],
    ['many short lines', `${'data: xxxxxxx\n'.repeat(20)}\n`],
    ['a line of no known field', 'x'.repeat(200)],
  ])('is refused: %s', async (_, text) => {
    await expect(framesOf(pieces(text), limit)).rejects.toThrow(EventTooLongError);
  });

  it('is refused also where it comes in one read', async () => {
    await expect(frames(`data: ${'x'.repeat(200)}\n\n`, limit)).rejects.toThrow(EventTooLongError);
  });

  it('does not take those with it that came before', async () => {
    const all: Frame[] = [];
    const chunks = [encoder.encode(`data: a\n\ndata: b\n\ndata: ${'x'.repeat(200)}`)];
    const reading = (async () => {
      for await (const batch of sseFrames(streamOf(chunks), limit)) all.push(...batch);
    })();
    await expect(reading).rejects.toThrow(EventTooLongError);
    expect(all).toEqual([{ data: 'a' }, { data: 'b' }]);
  });

  it('is one event, not the stream: any number of short ones pass', async () => {
    expect(await framesOf(pieces('data: 0123456789\n\n'.repeat(500)), limit)).toHaveLength(500);
  });

  it('may be as long as the default limit and no longer', async () => {
    const within = `data: ${'x'.repeat(MAX_EVENT_LENGTH - 16)}\n\n`;
    expect(await framesOf(pieces(within, 65_536))).toHaveLength(1);
    const beyond = `data: ${'x'.repeat(MAX_EVENT_LENGTH + 65_536)}\n\n`;
    await expect(framesOf(pieces(beyond, 65_536))).rejects.toThrow(EventTooLongError);
  });
});

describe('a consumer that stops early', () => {
  function endless(): { bytes: ReadableStream<Uint8Array>; cancelled: () => number } {
    let cancelled = 0;
    const bytes = new ReadableStream<Uint8Array>({
      pull: (controller) => controller.enqueue(encoder.encode('data: tick\n\n')),
      cancel: () => void cancelled++,
    });
    return { bytes, cancelled: () => cancelled };
  }

  it('closes the source when it leaves the loop', async () => {
    const { bytes, cancelled } = endless();
    for await (const batch of sseFrames(bytes)) {
      expect(batch).toEqual([{ data: 'tick' }]);
      break;
    }
    expect(cancelled()).toBe(1);
  });

  it('closes the source when it throws', async () => {
    const { bytes, cancelled } = endless();
    const reading = (async () => {
      for await (const _ of sseFrames(bytes)) throw new Error('enough');
    })();
    await expect(reading).rejects.toThrow('enough');
    expect(cancelled()).toBe(1);
  });

  it('is not needed where an event is too long: the source is closed as well', async () => {
    let cancelled = 0;
    const bytes = new ReadableStream<Uint8Array>({
      pull: (controller) => controller.enqueue(encoder.encode('xxxxxxxxxx')),
      cancel: () => void cancelled++,
    });
    const reading = (async () => {
      for await (const _ of sseFrames(bytes, { maxEventLength: 64 })) expect.unreachable();
    })();
    await expect(reading).rejects.toThrow(EventTooLongError);
    expect(cancelled).toBe(1);
  });
});

/** Where the rule we document differs from what a corpus expects, and what we give instead. */
interface Deviation {
  readonly reason: string;
  readonly frames?: readonly Frame[];
  readonly tooLong?: boolean;
}

const FLUSH = 'an event that only lacks its blank line at the end of the stream is given out';
const BOUNDED =
  'a line of no known field counts against the limit as any other, so that none is read without end';

const titled = (name: string, deviations: ReadonlyMap<string, Deviation>) =>
  deviations.has(name) ? `${name} (here: ${deviations.get(name)?.reason})` : name;

const wpt = corpus('sse/wpt-eventsource-format.json') as { readonly cases: readonly unknown[] } | undefined;

describe.skipIf(!wpt)('the event stream tests of web-platform-tests', () => {
  interface Case {
    readonly title: string;
    readonly bytesB64: string;
    readonly expect: readonly { data: string; event?: string; lastEventId?: string }[];
    readonly retry?: number | null;
  }
  const cases = (wpt?.cases ?? []) as readonly Case[];
  const deviations: ReadonlyMap<string, Deviation> = new Map([
    [
      'a data before final empty line',
      { reason: FLUSH, frames: [{ data: 'test1' }, { data: 'test2', id: 'test', truncated: true }] },
    ],
  ]);

  const named = cases.map((each) => [titled(each.title, deviations), each] as const);
  it.each(named)('%s', async (_, { title, bytesB64, expect: events, retry }) => {
    const bytes = new Uint8Array(Buffer.from(bytesB64, 'base64'));
    const expected: readonly Frame[] =
      deviations.get(title)?.frames ??
      events.map(({ data, event, lastEventId }) => ({
        data,
        ...(event ? { event } : {}),
        ...(lastEventId ? { id: lastEventId } : {}),
      }));
    const times: number[] = [];
    const whole = await framesOf([bytes], { onRetry: (milliseconds) => times.push(milliseconds) });
    expect(whole).toEqual(expected);
    if (retry !== undefined) expect(times.at(-1) ?? null).toBe(retry);
    expect(await framesOf(byteByByte(bytes))).toEqual(expected);
    expect(await deviatingCuts(bytes, whole)).toEqual([]);
  });

  it('deviates only where a case exists', () => {
    const titles = new Set(cases.map(({ title }) => title));
    expect([...deviations.keys()].filter((title) => !titles.has(title))).toEqual([]);
  });
});

const parserCases = corpus('sse/eventsource-parser-cases.json') as readonly unknown[] | undefined;

describe.skipIf(!parserCases)('the tests of eventsource-parser', () => {
  interface Case {
    readonly name: string;
    readonly chunks: readonly (string | object)[];
    readonly maxBufferSize?: number;
    readonly dispatch: readonly { kind: string; value: unknown }[];
  }
  // Those with `reset` are about starting a parser anew, which a stream never does.
  const cases = ((parserCases ?? []) as readonly (Case & { hasReset: boolean })[]).filter(
    ({ hasReset }) => !hasReset,
  );
  const deviations: ReadonlyMap<string, Deviation> = new Map([
    [
      'maxBufferSize: discards unterminated unknown fields without buffering',
      { reason: BOUNDED, tooLong: true },
    ],
  ]);

  const named = cases.map((each) => [titled(each.name, deviations), each] as const);
  it.each(named)('%s', async (_, { name, chunks, maxBufferSize, dispatch }) => {
    const deviation = deviations.get(name);
    const of = (kind: string) => dispatch.filter((call) => call.kind === kind).map((call) => call.value);
    const tooLong = (error: unknown) => (error as { type?: string }).type === 'max-buffer-size-exceeded';
    // Three characters of one byte each stand for the bytes of a byte order mark there.
    const bytes = chunks.map((chunk) => encoder.encode(String(chunk).replaceAll('ï»¿', '\uFEFF')));
    let comments = 0;
    const times: number[] = [];
    const reading = framesOf(bytes, {
      maxEventLength: maxBufferSize,
      onComment: () => comments++,
      onRetry: (milliseconds) => times.push(milliseconds),
    });
    if (deviation?.tooLong ?? of('onError').some(tooLong)) {
      await expect(reading).rejects.toThrow(EventTooLongError);
      return;
    }
    expect(await reading).toEqual(deviation?.frames ?? of('onEvent'));
    if (of('onComment').length > 0) expect(comments).toBe(of('onComment').length);
    expect(times).toEqual(of('onRetry'));
  });

  it('deviates only where a case exists', () => {
    const names = new Set(cases.map(({ name }) => name));
    expect([...deviations.keys()].filter((name) => !names.has(name))).toEqual([]);
  });
});

const decoderCases = corpus('sse/openai-anthropic-sdk-decoder-cases.json') as readonly unknown[] | undefined;

describe.skipIf(!decoderCases)('the decoder tests of the OpenAI and Anthropic libraries', () => {
  interface Case {
    readonly name: string;
    readonly chunksB64: readonly string[];
    readonly whatwgEvents: readonly { event: string | null; data: string }[];
  }
  const cases = (decoderCases ?? []) as readonly Case[];

  it.each(cases.map((each) => [each.name, each] as const))('%s', async (_, { chunksB64, whatwgEvents }) => {
    const chunks = chunksB64.map((chunk) => new Uint8Array(Buffer.from(chunk, 'base64')));
    const expected = whatwgEvents.map(({ event, data }) => (event === null ? { data } : { data, event }));
    expect(await framesOf(chunks)).toEqual(expected);
    expect(await deviatingCuts(new Uint8Array(Buffer.concat(chunks)), expected)).toEqual([]);
  });
});
