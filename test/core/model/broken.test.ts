import { AgentChat, type AgentChatOptions, type EventStream, type StreamEvent } from 'agent-chat-kit';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { interleavings } from './interleavings.ts';
import { giveBack, play, takeOver } from './play.ts';
import type { MakeChat } from './world.ts';

beforeAll(takeOver);
afterAll(giveBack);

/** The chat with what arrives for it changed on its way. */
function hearing(change: (events: readonly StreamEvent[]) => readonly StreamEvent[]): MakeChat {
  return (options) => {
    const { transport } = options;
    const changed = async function* (events: EventStream): EventStream {
      for await (const batch of events) yield change(batch as readonly StreamEvent[]);
    };
    return new AgentChat({
      ...options,
      transport: { ...transport, send: (request, context) => changed(transport.send(request, context)) },
    });
  };
}

/** The chat with one of its commands done otherwise. */
function doing(change: (chat: AgentChat) => Partial<AgentChat>): MakeChat {
  return (options) => {
    const chat = new AgentChat(options);
    return Object.assign(chat, change(chat));
  };
}

function having(change: (options: AgentChatOptions) => Partial<AgentChatOptions>): MakeChat {
  return (options) => new AgentChat({ ...options, ...change(options) });
}

let count = 0;
/** True each so many times. */
const each = (n: number): boolean => {
  count += 1;
  return count % n === 0;
};

const BROKEN: Readonly<Record<string, MakeChat>> = {
  'loses an event': hearing((events) => (each(40) ? events.slice(1) : events)),
  'takes an event twice': hearing((events) => (each(40) ? [...events, ...events.slice(-1)] : events)),
  'takes events in another order': hearing((events) => (each(10) ? events.toReversed() : events)),
  'goes on listening to what was stopped': having(({ transport }) => ({
    transport: {
      ...transport,
      send: (request, context) =>
        transport.send(request, { ...context, signal: new AbortController().signal }),
    },
  })),
  'makes a snapshot at each look': doing((chat) => {
    const { getSnapshot } = chat;
    return { getSnapshot: () => ({ ...getSnapshot() }) };
  }),
  'forgets to tell a listener': doing((chat) => {
    const { subscribe } = chat;
    return { subscribe: (listener) => subscribe(() => (each(20) ? undefined : listener())) };
  }),
  'goes on telling those who left': doing((chat) => {
    const { subscribe } = chat;
    return {
      subscribe: (listener) => {
        subscribe(listener);
        return () => {};
      },
    };
  }),
  'asks anew instead of again': doing((chat) => ({ retry: () => chat.send('user-message') })),
  'forgets what was said before': doing((chat) => ({
    edit: async (_, content) => {
      chat.replaceMessages([]);
      return chat.sendMessage(content);
    },
  })),
  'stops nothing': doing(() => ({ stop: () => {} })),
  'interrupts whoever asks it to wait': having(() => ({ whenBusy: 'interrupt' })),
  'runs tools twice': having(({ clientTools = {} }) => ({
    clientTools: Object.fromEntries(
      Object.entries(clientTools).map(([name, run]) => [
        name,
        run === 'interactive'
          ? run
          : (args, context) => {
              void run(args, context);
              return run(args, context);
            },
      ]),
    ),
  })),
  'delivers a decision twice': having(({ transport }) => ({
    transport: {
      ...transport,
      respond: async (decision, context) => {
        await transport.respond?.(decision, context);
        await transport.respond?.(decision, context);
      },
    },
  })),
  'has two messages under one id': having(() => ({ generateId: () => (each(5) ? 'one' : `id-${count}`) })),
};

// What the model finds in no chat it may not be able to find.
it.each(Object.entries(BROKEN))('finds a chat that %s', { timeout: 60_000 }, async (_, make) => {
  count = 0;
  const details = await fc.check(
    fc.asyncProperty(interleavings(30, 60), (interleaving) => play(interleaving, make)),
    { numRuns: 1000, seed: 1, endOnFailure: true },
  );
  expect(details.failed).toBe(true);
});
