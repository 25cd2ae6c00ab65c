import { AgentChat } from 'agent-chat-kit';
import type { Protocol } from 'agent-chat-kit/protocols';
import { createRecordedTransport, createVirtualClock, recordedEvents } from 'agent-chat-kit/testing';
import { describe, expect, it } from 'vitest';
import { fixture, fixtures } from '../fixtures/index.ts';

function chatWith(transport: ReturnType<typeof createRecordedTransport>): AgentChat {
  const clock = createVirtualClock();
  let ids = 0;
  const generateId = (): string => {
    ids += 1;
    return `id-${ids}`;
  };
  return new AgentChat({ transport, now: clock.now, scheduler: clock.schedule, generateId });
}

describe('a recorded transport', () => {
  it.each([...fixtures.keys()])(
    'plays what was recorded, however much of it comes at once: %s',
    async (name) => {
      const states = [];
      for (const chunk of [undefined, 1, 3, 1_000]) {
        const chat = chatWith(createRecordedTransport(fixture(name), { chunk }));
        await chat.sendMessage('Go');
        states.push(JSON.stringify(chat.messages));
      }
      expect(new Set(states).size).toBe(1);
      expect(states[0]).toContain('assistant');
    },
  );

  it('gives so many events at once as it is told, and one unless told', async () => {
    const events = await recordedEvents(fixture('text'));
    const sizes = async (chunk?: number) => {
      const found: number[] = [];
      const context = { signal: new AbortController().signal, messages: [] };
      const request = { type: 'trigger', triggerName: 'go' } as const;
      for await (const batch of createRecordedTransport(fixture('text'), { chunk }).send(request, context)) {
        found.push(Array.isArray(batch) ? batch.length : -1);
      }
      return found;
    };
    expect(await sizes()).toEqual(events.map(() => 1));
    expect(await sizes(0)).toEqual(events.map(() => 1));
    const sevens = await sizes(7);
    expect(sevens.slice(0, -1)).toEqual(sevens.slice(0, -1).map(() => 7));
    expect(sevens.reduce((sum, size) => sum + size)).toBe(events.length);
  });

  it('plays one recording for each request, keeps what was asked, and has no more than it was given', async () => {
    const transport = createRecordedTransport([
      fixture('text'),
      new TextEncoder().encode(fixture('reasoning')),
    ]);
    const chat = chatWith(transport);
    await chat.sendMessage('One');
    await chat.sendMessage('Two');
    expect(chat.error).toBeNull();
    expect(chat.messages.at(-1)?.parts.map(({ type }) => type)).toContain('reasoning');
    expect(transport.requests.map((request) => request.type === 'trigger' && request.input)).toEqual([
      { USER_MESSAGE: 'One' },
      { USER_MESSAGE: 'Two' },
    ]);
    await chat.sendMessage('Three');
    expect(chat.error?.message).toBe('No answer is recorded for request 3.');
  });

  it('keeps decisions', async () => {
    const transport = createRecordedTransport(fixture('approval'));
    await transport.respond?.({ approvalId: 'a', approved: true });
    expect(transport.decisions).toEqual([{ approvalId: 'a', approved: true }]);
  });

  it('plays what another protocol says', async () => {
    const lines: Protocol = {
      name: 'lines',
      encode: () => ({}),
      decode: () => ({
        ended: false,
        read: ({ data }) =>
          data === 'end'
            ? [{ type: 'finish', finishReason: 'stop' }]
            : [{ type: 'text-delta', id: 't', delta: data }],
      }),
    };
    const chat = chatWith(createRecordedTransport('data: Hello\n\ndata: end\n\n', { protocol: lines }));
    await chat.sendMessage('Go');
    expect(chat.messages.at(-1)?.parts).toMatchObject([{ type: 'text', text: 'Hello', status: 'done' }]);
  });

  it('says where a recording is not of its protocol', async () => {
    const chat = chatWith(createRecordedTransport('data: Hello\n\n'));
    await chat.sendMessage('Go');
    expect(chat.error).toMatchObject({ code: 'malformed-json' });
  });
});
