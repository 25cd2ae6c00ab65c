import {
  AgentChat,
  createPollingTransport,
  type PollingOptions,
  type PollResult,
  type StreamEvent,
} from 'agent-chat-kit';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

beforeEach(() => {
  vi.useFakeTimers();
  vi.spyOn(Math, 'random').mockReturnValue(0.5);
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

const start: StreamEvent = { type: 'start' };
const finish: StreamEvent = { type: 'finish', finishReason: 'stop' };
const delta = (text: string): StreamEvent => ({ type: 'text-delta', id: 't', delta: text });
const found = (cursor: number, ...events: StreamEvent[]): PollResult => ({
  events,
  cursor,
  status: 'streaming',
});

/** A chat whose looks find what the script says; an error is thrown. */
function setup(script: readonly (PollResult | Error)[], options: Partial<PollingOptions> = {}) {
  const onTrigger = vi.fn(async () => {});
  const onStop = vi.fn();
  const looks = [...script];
  const onPoll = vi.fn(async () => {
    const look = looks.shift() ?? found(99);
    if (look instanceof Error) throw look;
    return look;
  });
  const chat = new AgentChat({
    transport: createPollingTransport({ onTrigger, onPoll, onStop, ...options }),
  });
  const cursors = () => onPoll.mock.calls.map((call: readonly unknown[]) => call[0]);
  return { chat, onTrigger, onPoll, onStop, cursors };
}

const textOf = (chat: AgentChat) =>
  chat.messages.at(-1)?.parts.map((part) => (part.type === 'text' ? part.text : part.type));

describe('polling', () => {
  it('looks after what it has seen until the run is over', async () => {
    const { chat, onTrigger, cursors, onStop } = setup([
      found(2, start, delta('Hel')),
      found(2),
      found(4, delta('lo'), finish),
    ]);
    const sent = chat.sendMessage('Hi');
    await vi.advanceTimersByTimeAsync(1_000);
    await sent;
    expect(textOf(chat)).toEqual(['Hello']);
    expect(cursors()).toEqual([0, 2, 2]);
    expect(onTrigger).toHaveBeenCalledExactlyOnceWith(
      'user-message',
      { USER_MESSAGE: 'Hi' },
      expect.objectContaining({ signal: expect.any(AbortSignal) }),
    );
    expect(onStop).not.toHaveBeenCalled();
    expect(chat.status).toBe('idle');
  });

  it('waits as long as it was told after a look that found nothing', async () => {
    const { chat, onPoll } = setup([], { pollIntervalMs: 2_000 });
    void chat.sendMessage('Hi');
    await vi.advanceTimersByTimeAsync(1_999);
    expect(onPoll).toHaveBeenCalledTimes(1);
    await vi.advanceTimersByTimeAsync(1);
    expect(onPoll).toHaveBeenCalledTimes(2);
    chat.stop();
  });

  it('tells the server of a stop, once, and looks no more', async () => {
    const { chat, onPoll, onStop } = setup([found(1, start, delta('Half'))]);
    const sent = chat.sendMessage('Hi');
    await vi.advanceTimersByTimeAsync(600);
    chat.stop();
    await sent;
    const looks = onPoll.mock.calls.length;
    await vi.advanceTimersByTimeAsync(10_000);
    expect(onPoll).toHaveBeenCalledTimes(looks);
    expect(onStop).toHaveBeenCalledTimes(1);
    expect(textOf(chat)).toEqual(['Half']);
  });

  it('looks again where a look failed, and gives up after some', async () => {
    const once = setup([new Error('down'), found(1, start, delta('Hi'), finish)]);
    const sent = once.chat.sendMessage('Hi');
    await vi.advanceTimersByTimeAsync(60_000);
    await sent;
    expect(textOf(once.chat)).toEqual(['Hi']);
    const always = setup(Array.from({ length: 50 }, () => new Error('down')));
    void always.chat.sendMessage('Hi');
    await vi.advanceTimersByTimeAsync(600_000);
    expect(always.chat.error).toMatchObject({ retryable: true });
    expect(always.onPoll.mock.calls.length).toBeLessThan(10);
  });

  it('is cut off where the server says that it is done and the agent did not', async () => {
    const { chat } = setup([{ events: [start, delta('Half')], cursor: 2, status: 'done' }]);
    const sent = chat.sendMessage('Hi');
    await vi.advanceTimersByTimeAsync(1_000);
    await sent;
    expect(chat.error).toMatchObject({ code: 'stream-interrupted' });
    expect(textOf(chat)).toEqual(['Half']);
  });

  it('fails with what is no event, and says so', async () => {
    const { chat } = setup([found(1, { type: 'text-delta', id: 't' } as unknown as StreamEvent)]);
    const sent = chat.sendMessage('Hi');
    await vi.advanceTimersByTimeAsync(1_000);
    await sent;
    expect(chat.error).toMatchObject({ code: 'malformed-event' });
  });

  it('hands on the results of tools and goes on where it was', async () => {
    const onContinue = vi.fn(async () => {});
    const { chat, cursors } = setup(
      [
        found(
          3,
          start,
          {
            type: 'client-tool-request',
            executionId: 'e',
            toolCalls: [{ toolCallId: 'c', toolName: 'where', args: {} }],
          },
          { type: 'finish', finishReason: 'client-tool-calls' },
        ),
        found(5, delta('Rome'), finish),
      ],
      { onContinue },
    );
    chat.updateOptions({ clientTools: { where: () => 'Rome' } });
    const sent = chat.sendMessage('Where?');
    await vi.advanceTimersByTimeAsync(2_000);
    await sent;
    expect(onContinue).toHaveBeenCalledExactlyOnceWith(
      'e',
      [{ toolCallId: 'c', toolName: 'where', result: 'Rome' }],
      expect.anything(),
    );
    expect(cursors()).toEqual([0, 3]);
    expect(textOf(chat)).toEqual(['tool-call', 'Rome']);
  });
});
