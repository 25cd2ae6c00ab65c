import { AgentChat, type AgentChatOptions, type StreamEvent } from 'agent-chat-kit';
import { createControlledTransport } from 'agent-chat-kit/testing';
import { describe, expect, it, vi } from 'vitest';

const start: StreamEvent = { type: 'start' };
const finish: StreamEvent = { type: 'finish', finishReason: 'stop' };
const delta = (text: string): StreamEvent => ({ type: 'text-delta', id: 't', delta: text });
const settled = () => new Promise<void>((resolve) => setTimeout(resolve));

function setup(options: Partial<AgentChatOptions> = {}) {
  const transport = createControlledTransport();
  const chat = new AgentChat({ transport, whenBusy: 'queue', ...options });
  const asked = () =>
    transport.legs.map(({ request }) => request.type === 'trigger' && request.input?.['USER_MESSAGE']);
  const answer = async (text: string) => {
    await settled();
    transport.legs.at(-1)?.emit(start, delta(text), finish);
    await settled();
  };
  const waiting = () =>
    chat
      .getSnapshot()
      .queue.map(({ parts }) => parts.map((part) => (part.type === 'text' ? part.text : '')).join());
  return { transport, chat, asked, answer, waiting };
}

describe('a message while the agent is busy', () => {
  it('waits for its turn, and its promise for its answer', async () => {
    const { chat, asked, answer, waiting } = setup();
    void chat.sendMessage('one');
    const done = vi.fn();
    void chat.sendMessage('two').then(done);
    void chat.sendMessage('three');
    expect(waiting()).toEqual(['two', 'three']);
    expect(chat.messages).toHaveLength(1);
    await answer('1');
    expect(asked()).toEqual(['one', 'two']);
    expect(waiting()).toEqual(['three']);
    expect(done).not.toHaveBeenCalled();
    await answer('2');
    expect(done).toHaveBeenCalled();
    await answer('3');
    expect(asked()).toEqual(['one', 'two', 'three']);
    expect(chat.messages.map(({ role }) => role)).toEqual([
      'user',
      'assistant',
      'user',
      'assistant',
      'user',
      'assistant',
    ]);
    expect(waiting()).toEqual([]);
  });

  it('can be said in other words, moved, taken back and said at once', async () => {
    const { chat, transport, asked, answer, waiting } = setup();
    void chat.sendMessage('one');
    const removed = chat.sendMessage('two');
    void chat.sendMessage('three');
    void chat.sendMessage('four');
    const queued = (index: number) => chat.getSnapshot().queue[index];
    queued(2)?.moveTo(0);
    expect(waiting()).toEqual(['four', 'two', 'three']);
    queued(1)?.remove();
    await removed;
    queued(1)?.edit('drei');
    expect(waiting()).toEqual(['four', 'drei']);
    await settled();
    transport.legs[0]?.emit(start, delta('half'));
    await settled();
    queued(1)?.sendNow();
    await answer('3');
    await answer('4');
    expect(asked()).toEqual(['one', 'drei', 'four']);
    expect(
      chat.messages.map(({ parts }) => parts.map((part) => (part.type === 'text' ? part.text : '')).join()),
    ).toEqual(['one', 'half', 'drei', '3', 'four', '4']);
  });

  it.each([
    ['was stopped', (chat: AgentChat) => chat.stop()],
    ['failed', (_: AgentChat, end: (error: unknown) => void) => end(new Error('gone'))],
  ])('waits on where the run before it %s', async (_, end) => {
    const { chat, transport, asked, answer, waiting } = setup();
    void chat.sendMessage('one');
    void chat.sendMessage('two');
    await settled();
    end(chat, (error) => transport.legs[0]?.end(error));
    await settled();
    expect(asked()).toEqual(['one']);
    expect(waiting()).toEqual(['two']);
    void chat.retry();
    await answer('1');
    expect(asked()).toEqual(['one', 'one', 'two']);
  });

  it('is forgotten with its conversation', async () => {
    const { chat, asked, waiting } = setup();
    void chat.sendMessage('one');
    const queued = chat.sendMessage('two');
    chat.replaceMessages([]);
    await queued;
    await settled();
    expect(waiting()).toEqual([]);
    expect(asked()).toEqual(['one']);
  });

  it('is the same list until it changes', () => {
    const { chat } = setup();
    void chat.sendMessage('one');
    void chat.sendMessage('two');
    const { queue } = chat.getSnapshot();
    chat.updateOptions({});
    expect(chat.getSnapshot().queue).toBe(queue);
  });

  it('is refused where the chat says so, and changes nothing', async () => {
    const { chat, asked } = setup({ whenBusy: 'reject' });
    void chat.sendMessage('one');
    const before = chat.getSnapshot();
    await expect(chat.sendMessage('two')).rejects.toMatchObject({ code: 'busy', retryable: true });
    expect(chat.getSnapshot()).toBe(before);
    expect(asked()).toEqual(['one']);
  });

  it('ends the run that is going on unless told otherwise', () => {
    const { chat, transport, asked } = setup({ whenBusy: undefined });
    void chat.sendMessage('one');
    void chat.sendMessage('two');
    expect(asked()).toEqual(['one', 'two']);
    expect(transport.legs[0]?.signal.aborted).toBe(true);
  });
});
