import {
  AgentChat,
  type ConnectionState,
  isSocketTransport,
  type StreamEvent,
  type Transport,
  type UIMessage,
} from 'agent-chat-kit';
import {
  createControlledTransport,
  createFaultyTransport,
  createScriptedTransport,
  createVirtualClock,
  type FaultyTransportOptions,
} from 'agent-chat-kit/testing';
import { describe, expect, it, vi } from 'vitest';
import { waitFor } from '../wait-for.ts';

const WORDS = Array.from({ length: 30 }, (_, index) => `w${index} `);
const ANSWER: readonly StreamEvent[] = [
  { type: 'start' },
  ...WORDS.map((delta): StreamEvent => ({ type: 'text-delta', id: 't', delta })),
  { type: 'finish', finishReason: 'stop' },
  { type: 'usage', tokens: { inputTokens: 1, outputTokens: 2, totalTokens: 3 } },
];
const REQUEST = { type: 'trigger', triggerName: 'go' } as const;
const SEEDS = Array.from({ length: 100 }, (_, index) => index);
const ALWAYS = 1;

/** Says the answer to everybody, in batches of five. */
function talker(onEnd: () => void = () => {}): Transport {
  return {
    async *send() {
      try {
        for (let at = 0; at < ANSWER.length; at += 5) yield ANSWER.slice(at, at + 5);
      } finally {
        onEnd();
      }
    },
  };
}

/** What comes of a leg: its batches, and what it fails with. */
async function read(transport: Transport) {
  const batches: StreamEvent[][] = [];
  const context = { signal: new AbortController().signal, messages: [] };
  let error: unknown;
  try {
    for await (const item of transport.send(REQUEST, context)) {
      batches.push(Array.isArray(item) ? [...item] : [item as StreamEvent]);
    }
  } catch (cause) {
    error = cause;
  }
  return { batches, events: batches.flat(), error };
}

const faulty = (seed: number, options: Partial<FaultyTransportOptions> = {}, transport = talker()) =>
  createFaultyTransport(transport, { seed, sleep: async () => {}, ...options });

function textOf(messages: readonly UIMessage[]): string {
  return (messages.at(-1)?.parts ?? []).map((part) => (part.type === 'text' ? part.text : '')).join('');
}

describe('a faulty transport', () => {
  it('does the same for the same seed, whatever other legs did meanwhile, and something else for another', async () => {
    const outcomes = new Set<string>();
    for (const seed of SEEDS) {
      const one = faulty(seed);
      const other = faulty(seed);
      const first = [await read(one), await read(one)];
      // The second time both legs go on at once.
      const second = await Promise.all([read(other), read(other)]);
      expect(second).toEqual(first);
      const byLeg = [...other.log].sort((a, b) => a.leg - b.leg);
      expect(byLeg).toEqual(one.log);
      outcomes.add(JSON.stringify(one.log));
    }
    expect(outcomes.size).toBeGreaterThan(80);
  });

  it('does all of it now and then unless told, but loses nothing', async () => {
    const happened = new Map<string, number>();
    for (const seed of SEEDS) {
      const transport = faulty(seed);
      await read(transport);
      for (const fault of new Set(transport.log.map(({ fault }) => fault))) {
        happened.set(fault, (happened.get(fault) ?? 0) + 1);
      }
    }
    expect([...happened.keys()].sort()).toEqual(['delay', 'interrupt', 'refuse', 'slice']);
    for (const times of happened.values()) {
      expect(times).toBeGreaterThan(5);
      expect(times).toBeLessThan(75);
    }
  });

  it('does nothing where no fault is asked for', async () => {
    for (const seed of SEEDS) {
      const transport = faulty(seed, { faults: {} });
      expect(await read(transport)).toEqual(await read(talker()));
      expect(transport.log).toEqual([]);
    }
  });

  it('may not reach the server at all', async () => {
    const send = vi.fn(talker().send);
    const transport = faulty(1, { faults: { refuse: ALWAYS } }, { send });
    const { events, error } = await read(transport);
    expect(error).toMatchObject({ code: 'connection-failed', retryable: true });
    expect(events).toEqual([]);
    expect(send).not.toHaveBeenCalled();
    expect(transport.log).toEqual([{ leg: 0, fault: 'refuse', after: 0 }]);
  });

  it('may cut a stream off after some events, and closes what it read', async () => {
    const cuts = new Set<number>();
    for (const seed of SEEDS) {
      const closed = vi.fn();
      const transport = faulty(seed, { faults: { interrupt: ALWAYS }, within: 12 }, talker(closed));
      const { events, error } = await read(transport);
      expect(error).toMatchObject({ code: 'stream-interrupted', retryable: true });
      expect(events).toEqual(ANSWER.slice(0, events.length));
      expect(transport.log).toEqual([{ leg: 0, fault: 'interrupt', after: events.length }]);
      expect(closed).toHaveBeenCalledTimes(1);
      cuts.add(events.length);
    }
    expect(Math.min(...cuts)).toBe(0);
    expect(Math.max(...cuts)).toBe(12);
    expect(cuts.size).toBe(13);
  });

  it('may lose events, which a chat then reads where they are kept', async () => {
    const kept: UIMessage = {
      id: 'm',
      role: 'assistant',
      parts: [{ type: 'text', id: 't', text: 'As it is kept.', status: 'done' }],
      status: 'done',
      createdAt: new Date(0),
    };
    const transport = faulty(3, { faults: { discontinuity: ALWAYS } });
    const chat = new AgentChat({ transport, loadMessages: async () => [kept] });
    await chat.sendMessage('Go');
    expect(transport.log).toMatchObject([{ leg: 0, fault: 'discontinuity' }]);
    expect(textOf(chat.messages)).toBe('As it is kept.');
    const { events } = await read(transport);
    expect(events.at(-1)).toEqual({ type: 'discontinuity' });
    expect(events.slice(0, -1)).toEqual(ANSWER.slice(0, events.length - 1));
  });

  it('may bring events in other batches, each once and in their order', async () => {
    const sizes = new Set<number>();
    for (const seed of SEEDS) {
      const transport = faulty(seed, { faults: { slice: ALWAYS } });
      const { batches, events, error } = await read(transport);
      expect(error).toBeUndefined();
      expect(events).toEqual(ANSWER);
      for (const { length } of batches) sizes.add(length);
    }
    expect([...sizes].sort()).toEqual([0, 1, 2, 3, 4, 5]);
  });

  it('may be late, for as long as it is told', async () => {
    const clock = createVirtualClock();
    const sleep = vi.fn(clock.sleep);
    const transport = faulty(5, { faults: { delay: ALWAYS }, maxDelay: 40, sleep });
    let isOver = false;
    const reading = read(transport).finally(() => {
      isOver = true;
    });
    await waitFor(() => {
      clock.advance(40);
      expect(isOver).toBe(true);
    });
    expect((await reading).events).toEqual(ANSWER);
    expect(sleep.mock.calls.length).toBeGreaterThan(0);
    expect(transport.log.filter(({ fault }) => fault === 'delay')).toHaveLength(sleep.mock.calls.length);
    for (const [time] of sleep.mock.calls) {
      expect(time).toBeGreaterThan(0);
      expect(time).toBeLessThanOrEqual(40);
    }
  });

  it('waits for real where time is not the test’s', async () => {
    const begun = performance.now();
    const transport = createFaultyTransport(talker(), { seed: 5, faults: { delay: ALWAYS }, maxDelay: 30 });
    expect((await read(transport)).events).toEqual(ANSWER);
    expect(performance.now() - begun).toBeGreaterThan(1);
  });

  it('leaves an answer alone that has ended', async () => {
    for (const seed of SEEDS) {
      const short = createScriptedTransport([{ type: 'finish', finishReason: 'stop' }, ...ANSWER.slice(-1)]);
      const { events, error } = await read(faulty(seed, { faults: { interrupt: ALWAYS }, within: 2 }, short));
      const isCutBefore = events.length === 0;
      expect(error !== undefined).toBe(isCutBefore);
      if (!isCutBefore) expect(events).toHaveLength(2);
    }
  });

  it('is what a chat gets through by trying again, with no word lost and none twice', async () => {
    let failures = 0;
    for (const seed of SEEDS) {
      const chat = new AgentChat({ transport: faulty(seed) });
      await chat.sendMessage('Go');
      while (chat.error?.retryable) {
        failures += 1;
        await chat.retry();
      }
      expect(chat.error).toBeNull();
      expect(textOf(chat.messages)).toBe(WORDS.join(''));
      expect(chat.messages).toHaveLength(2);
    }
    expect(failures).toBeGreaterThan(20);
  });
});

describe('what a faulty transport does not touch', () => {
  it('is what the transport can and is, at any time', async () => {
    const respond = vi.fn(async () => {});
    class Kept implements Transport {
      readonly keepsHistory = true;
      readonly #said = talker();
      #state: ConnectionState = 'disconnected';
      get connectionState(): ConnectionState {
        return this.#state;
      }
      send(...args: Parameters<Transport['send']>) {
        return this.#said.send(...args);
      }
      resume() {
        return this.#said.send(REQUEST, { signal: new AbortController().signal, messages: [] });
      }
      onConnectionStateChange() {
        return () => {};
      }
      respond = respond;
      async connect() {
        this.#state = 'connected';
      }
      disconnect() {
        this.#state = 'disconnected';
      }
    }
    const transport = faulty(1, { faults: { interrupt: ALWAYS } }, new Kept());
    expect(transport.keepsHistory).toBe(true);
    expect(isSocketTransport(transport)).toBe(true);
    expect(transport.connectionState).toBe('disconnected');
    await transport.connect?.();
    expect(transport.connectionState).toBe('connected');
    expect('respond' in transport).toBe(true);
    await transport.respond?.({ approvalId: 'a', approved: true });
    expect(respond).toHaveBeenCalledWith({ approvalId: 'a', approved: true });
  });

  it('is not there where the transport does not have it', () => {
    const transport = faulty(1, {}, createControlledTransport());
    expect(isSocketTransport(transport)).toBe(false);
    expect(transport.resume).toBeUndefined();
    expect('respond' in transport).toBe(false);
    expect('send' in transport).toBe(true);
  });

  it('is that nothing goes on at the server; what does has its faults', async () => {
    const none = faulty(1, {}, { ...talker(), resume: () => null });
    const context = { signal: new AbortController().signal };
    expect(await none.resume?.(context)).toBeNull();
    const going = faulty(1, { faults: { interrupt: ALWAYS } }, { ...talker(), resume: () => wholeAnswer() });
    const stream = await going.resume?.(context);
    await expect(async () => {
      for await (const _ of stream ?? []);
    }).rejects.toMatchObject({ code: 'stream-interrupted' });
    expect(going.log).toMatchObject([{ leg: 0, fault: 'interrupt' }]);
  });
});

async function* wholeAnswer(): AsyncGenerator<readonly StreamEvent[], void> {
  yield ANSWER;
}
