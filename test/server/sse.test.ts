import type { StreamEvent } from 'agent-chat-kit';
import { SSE_HEADERS, toSSEStream } from 'agent-chat-kit/server';
import { recordedEvents } from 'agent-chat-kit/testing';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { fixture, fixtures } from '../fixtures/index.ts';

afterEach(() => {
  vi.useRealTimers();
});

const delta = (text: string): StreamEvent => ({ type: 'text-delta', id: 't', delta: text });

async function* source(...events: readonly StreamEvent[]): AsyncGenerator<StreamEvent> {
  yield* events;
}

/** A source that never ends and counts what is asked of it. */
function endless() {
  const seen = { pulled: 0, closed: 0 };
  async function* events(): AsyncGenerator<StreamEvent> {
    try {
      while (true) yield delta(String(++seen.pulled));
    } finally {
      seen.closed++;
    }
  }
  return { seen, events: events() };
}

/** A source that says nothing and never ends. */
async function* silent(): AsyncGenerator<StreamEvent> {
  await new Promise(() => {});
  yield delta('never');
}

const textOf = (stream: ReadableStream<Uint8Array>) => new Response(stream).text();
const settled = () => new Promise((resolve) => setTimeout(resolve, 20));

async function readText(reader: ReadableStreamDefaultReader<Uint8Array>): Promise<string | undefined> {
  const { value } = await reader.read();
  return value && new TextDecoder().decode(value);
}

describe('an event stream', () => {
  it('has one data line for each event, and says that it is done', async () => {
    const text = await textOf(toSSEStream(source({ type: 'start' }, delta('two\nlines\r "quoted" ü 🎈'))));
    expect(text).toBe(
      'data: {"type":"start"}\n\n' +
        'data: {"type":"text-delta","id":"t","delta":"two\\nlines\\r \\"quoted\\" ü 🎈"}\n\n' +
        'data: [DONE]\n\n',
    );
  });

  it('of nothing is only done', async () => {
    expect(await textOf(toSSEStream(source()))).toBe('data: [DONE]\n\n');
  });

  it.each([...fixtures.keys()])('is what a client reads back: %s', async (name) => {
    const events = await recordedEvents(fixture(name));
    const bytes = new Uint8Array(await new Response(toSSEStream(source(...events))).arrayBuffer());
    expect(await recordedEvents(bytes)).toEqual(events);
  });

  it('goes with headers that keep it from being cached, buffered or guessed at', () => {
    expect(SSE_HEADERS).toMatchObject({
      'Content-Type': 'text/event-stream; charset=utf-8',
      'X-Accel-Buffering': 'no',
      'X-Content-Type-Options': 'nosniff',
    });
    expect(SSE_HEADERS['Cache-Control']).toContain('no-cache');
  });
});

describe('a reader that takes its time', () => {
  it('makes the source wait: one event is taken ahead and no more', async () => {
    const { seen, events } = endless();
    const stream = toSSEStream(events);
    await settled();
    expect(seen.pulled).toBeLessThanOrEqual(1);
    const reader = stream.getReader();
    for (let count = 1; count <= 5; count++) {
      expect(await readText(reader)).toBe(`data: ${JSON.stringify(delta(String(count)))}\n\n`);
      await settled();
      expect(seen.pulled).toBe(count + 1);
    }
    await reader.cancel();
  });

  it('that goes away closes the source', async () => {
    const { seen, events } = endless();
    const onCancel = vi.fn();
    const reader = toSSEStream(events, { onCancel }).getReader();
    await reader.read();
    expect(onCancel).not.toHaveBeenCalled();
    await reader.cancel();
    expect(onCancel).toHaveBeenCalledTimes(1);
    expect(seen.closed).toBe(1);
    const { pulled } = seen;
    await settled();
    expect(seen.pulled).toBe(pulled);
  });

  it('that goes away is told of at once, though the source is in the middle of something', async () => {
    const onCancel = vi.fn();
    const reader = toSSEStream(silent(), { onCancel }).getReader();
    const reading = reader.read();
    void reader.cancel();
    await expect(reading).resolves.toMatchObject({ done: true });
    expect(onCancel).toHaveBeenCalledTimes(1);
  });

  it('that stays to the end did not go away', async () => {
    const onCancel = vi.fn();
    await textOf(toSSEStream(source(delta('x')), { onCancel }));
    expect(onCancel).not.toHaveBeenCalled();
  });
});

describe('a source that fails', () => {
  async function* failing(): AsyncGenerator<StreamEvent> {
    yield delta('Half');
    throw new Error('hunter2');
  }

  it('ends the stream with an error that tells nothing of it, and without the end mark', async () => {
    const text = await textOf(toSSEStream(failing()));
    expect(text).not.toContain('hunter2');
    expect(text).not.toContain('[DONE]');
    const events = await recordedEvents(text);
    expect(events).toEqual([
      delta('Half'),
      {
        type: 'error',
        errorType: 'internal_error',
        source: 'platform',
        retryable: true,
        message: expect.stringMatching(/./),
      },
    ]);
  });

  it('leaves no timer behind', async () => {
    vi.useFakeTimers();
    await textOf(toSSEStream(failing()));
    expect(vi.getTimerCount()).toBe(0);
  });

  it('is one whose event cannot be written: the stream ends with an error, and the source is closed', async () => {
    let closed = 0;
    async function* unwritable(): AsyncGenerator<StreamEvent> {
      try {
        yield { type: 'data', name: 'count', data: 1n };
        yield delta('never');
      } finally {
        closed++;
      }
    }
    const text = await textOf(toSSEStream(unwritable()));
    expect((await recordedEvents(text)).map((event) => event.type)).toEqual(['error']);
    expect(closed).toBe(1);
  });
});

describe('a heartbeat', () => {
  it('shows every fifteen seconds that the connection lives', async () => {
    vi.useFakeTimers();
    const reader = toSSEStream(silent()).getReader();
    for (let count = 0; count < 3; count++) {
      let text: string | undefined;
      const reading = readText(reader).then((read) => {
        text = read;
      });
      await vi.advanceTimersByTimeAsync(14_999);
      expect(text).toBeUndefined();
      await vi.advanceTimersByTimeAsync(1);
      await reading;
      expect(text).toMatch(/^:.*\n\n$/);
    }
  });

  it('comes as often as told', async () => {
    vi.useFakeTimers();
    const reader = toSSEStream(silent(), { heartbeat: 200 }).getReader();
    const reading = readText(reader);
    await vi.advanceTimersByTimeAsync(200);
    expect(await reading).toMatch(/^:/);
  });

  it('never comes where told so', () => {
    vi.useFakeTimers();
    toSSEStream(silent(), { heartbeat: 0 });
    expect(vi.getTimerCount()).toBe(0);
  });

  it('does not pile up for a reader that is behind', async () => {
    vi.useFakeTimers();
    const reader = toSSEStream(silent(), { heartbeat: 10 }).getReader();
    await vi.advanceTimersByTimeAsync(1_000);
    expect(await readText(reader)).toMatch(/^:/);
    let second: string | undefined;
    void readText(reader).then((text) => {
      second = text;
    });
    await vi.advanceTimersByTimeAsync(9);
    expect(second).toBeUndefined();
    await vi.advanceTimersByTimeAsync(1);
    expect(second).toMatch(/^:/);
  });

  it('is nothing that a client takes for an event', async () => {
    async function* slow(): AsyncGenerator<StreamEvent> {
      yield delta('a');
      await settled();
      yield delta('b');
    }
    const text = await textOf(toSSEStream(slow(), { heartbeat: 1 }));
    expect(text).toMatch(/^:/m);
    expect(await recordedEvents(text)).toEqual([delta('a'), delta('b')]);
  });

  it.each([
    ['the end', async (stream: ReadableStream<Uint8Array>) => void (await textOf(stream))],
    ['the reader', async (stream: ReadableStream<Uint8Array>) => stream.cancel()],
  ])('stops with %s', async (_, finish) => {
    vi.useFakeTimers();
    const stream = toSSEStream(source(delta('x'), delta('y')));
    expect(vi.getTimerCount()).toBe(1);
    await finish(stream);
    expect(vi.getTimerCount()).toBe(0);
  });
});
