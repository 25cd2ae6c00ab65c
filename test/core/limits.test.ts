import { AgentChat, type AgentChatOptions, type StreamEvent } from 'agent-chat-kit';
import { createControlledTransport } from 'agent-chat-kit/testing';
import { describe, expect, it } from 'vitest';
import { waitFor } from '../wait-for.ts';

const start: StreamEvent = { type: 'start' };
const delta = (text: string, id = 't'): StreamEvent => ({ type: 'text-delta', id, delta: text });

async function running(options: Partial<AgentChatOptions>) {
  const transport = createControlledTransport();
  const chat = new AgentChat({ transport, ...options });
  const sent = chat.sendMessage('Go');
  await waitFor(() => expect(transport.legs).toHaveLength(1));
  return { chat, transport, sent };
}

const textOf = (chat: AgentChat) =>
  chat.messages.at(-1)?.parts.map((part) => (part.type === 'text' ? part.text : part.type));

describe('a limit', () => {
  it('of what a run may write ends it with an error that names the limit, and keeps what was written', async () => {
    const { chat, transport, sent } = await running({ limits: { messageLength: 100 } });
    transport.legs[0]?.emit(start, delta('x'.repeat(60)), delta('y'.repeat(60)), delta('z'));
    await sent;
    expect(chat.error).toMatchObject({ code: 'limit-message-length', retryable: false });
    expect(chat.error?.message).toContain('100');
    expect(textOf(chat)).toEqual(['x'.repeat(60)]);
    expect(transport.legs[0]?.signal.aborted).toBe(true);
  });

  it.each<[string, StreamEvent]>([
    ['a result', { type: 'tool-output-available', toolCallId: 'c', output: { text: 'x'.repeat(200) } }],
    ['arguments', { type: 'tool-input-delta', toolCallId: 'c', inputTextDelta: 'x'.repeat(200) }],
    ['the input of a worker', { type: 'worker-input-delta', workerId: 'w', delta: 'x'.repeat(200) }],
    ['data of an application', { type: 'data', name: 'd', data: 'x'.repeat(200) }],
  ])('counts %s too', async (_, event) => {
    const { chat, transport, sent } = await running({ limits: { messageLength: 100 } });
    transport.legs[0]?.emit(start, event);
    await sent;
    expect(chat.error).toMatchObject({ code: 'limit-message-length' });
  });

  it.each([
    ['deep', JSON.parse('['.repeat(200_000) + ']'.repeat(200_000))],
    ['without an end', Object.assign([], { 0: null, length: 1 })],
  ])('of depth ends a run with values that are %s, and keeps what was written', async (kind, output) => {
    if (kind === 'without an end') output[0] = output;
    const { chat, transport, sent } = await running({});
    transport.legs[0]?.emit(start, delta('So'), { type: 'data', name: 'd', data: output });
    await sent;
    expect(chat.error).toMatchObject({ code: 'limit-depth', retryable: false });
    expect(chat.error?.message).toContain('500');
    expect(textOf(chat)).toEqual(['So']);
  });

  it('of depth is what the application says', async () => {
    const nested = (levels: number) => JSON.parse('['.repeat(levels) + ']'.repeat(levels));
    const data = (levels: number): StreamEvent => ({ type: 'data', name: 'd', data: nested(levels) });
    const { chat, transport, sent } = await running({ limits: { depth: 3 } });
    transport.legs[0]?.emit(start, data(3));
    await waitFor(() => expect(textOf(chat)).toEqual(['data']));
    expect(chat.error).toBeNull();
    transport.legs[0]?.emit(data(4));
    await sent;
    expect(chat.error).toMatchObject({ code: 'limit-depth' });
  });

  it('begins anew with each run', async () => {
    const { chat, transport, sent } = await running({ limits: { messageLength: 100 } });
    transport.legs[0]?.emit(delta('x'.repeat(60)), { type: 'finish', finishReason: 'stop' });
    await sent;
    const again = chat.sendMessage('More');
    await waitFor(() => expect(transport.legs).toHaveLength(2));
    transport.legs[1]?.emit(delta('y'.repeat(60)), { type: 'finish', finishReason: 'stop' });
    await again;
    expect(chat.error).toBeNull();
  });

  it.each([undefined, 'w'])(
    'of parts ends a run that makes ever more of them, inside worker %s',
    async (workerId) => {
      const { chat, transport, sent } = await running({ limits: { parts: 50 } });
      chat.subscribe(() => chat.getSnapshot());
      for (let id = 0; id < 2_000 && !chat.error; id += 1) {
        transport.legs[0]?.emit({ ...delta('x', `t${id}`), ...(workerId && { workerId }) } as StreamEvent);
        if (id % 100 === 0) await new Promise((resolve) => setTimeout(resolve));
      }
      await sent;
      expect(chat.error).toMatchObject({ code: 'limit-parts' });
    },
  );

  it('of what waits refuses more of it, and says so to whoever asked', async () => {
    const { chat } = await running({ whenBusy: 'queue', limits: { queue: 2 } });
    void chat.sendMessage('One');
    void chat.sendMessage('Two');
    await waitFor(() => expect(chat.getSnapshot().queue).toHaveLength(2));
    await expect(chat.sendMessage('Three')).rejects.toMatchObject({ code: 'limit-queue' });
    expect(chat.getSnapshot().queue).toHaveLength(2);
    chat.dispose();
  });
});
