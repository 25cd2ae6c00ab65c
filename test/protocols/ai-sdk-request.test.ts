import { AgentChatError, type ChatRequest, type UIMessage, type UIMessagePart } from 'agent-chat-kit';
import { describe, expect, it } from 'vitest';
import { aiSdk } from '../../src/protocols/ai-sdk/ai-sdk.ts';

const trigger: ChatRequest = { type: 'trigger', triggerName: 'user-message', input: { USER_MESSAGE: 'Hi' } };
const next: ChatRequest = { type: 'continue', executionId: 'e', toolResults: [] };

function message(role: UIMessage['role'], ...parts: readonly UIMessagePart[]): UIMessage {
  return { id: `${role}-1`, role, parts, status: 'done', createdAt: new Date(0) };
}

const hello = message('user', { type: 'text', text: 'Hi', status: 'done' });

/** What goes back to the server of the parts of one answer. */
function sent(...parts: readonly UIMessagePart[]): unknown {
  const body = aiSdk().encode(next, [message('assistant', ...parts)]);
  const [last] = JSON.parse(JSON.stringify(body))['messages'];
  return last?.parts;
}

describe('a request', () => {
  const body = (request: ChatRequest, messages: readonly UIMessage[], options = {}) =>
    JSON.parse(JSON.stringify(aiSdk(options).encode(request, messages)));

  it('is the one of DefaultChatTransport', () => {
    expect(
      body(trigger, [hello], { chatId: 'chat-1', body: { model: 'small', messages: 'mine' } }),
    ).toStrictEqual({
      model: 'small',
      id: 'chat-1',
      messages: [{ id: 'user-1', role: 'user', parts: [{ type: 'text', text: 'Hi', state: 'done' }] }],
      trigger: 'submit-message',
    });
  });

  it('says that an answer is asked for again', () => {
    expect(body({ ...trigger, rollbackAfterMessageId: null }, [hello])).toMatchObject({
      trigger: 'regenerate-message',
    });
  });

  it('says which message is gone on with, under the name that the server gave it', () => {
    const about: UIMessagePart = { type: 'data', name: 'ai-sdk:message', data: { id: 'server-1' } };
    const written = message('assistant', about, { type: 'text', text: 'Hm', status: 'done' });
    const { messages, ...rest } = body(next, [hello, written]);
    expect(rest).toStrictEqual({ trigger: 'submit-message', messageId: 'server-1' });
    expect(messages.map(({ id }: { id: string }) => id)).toEqual(['user-1', 'server-1']);
  });

  it('has no message that is empty, and nothing of other threads and workers', () => {
    const aside: UIMessagePart = { type: 'text', text: 'aside', status: 'done', thread: 'summary' };
    const worker: UIMessagePart = {
      type: 'worker',
      workerId: 'w',
      workerSlug: 'w',
      parts: [],
      status: 'done',
    };
    expect(
      body(trigger, [hello, message('assistant', aside, worker), message('assistant')]).messages,
    ).toHaveLength(1);
  });

  it('gives files by their address, the whole of it where a page knows what it is relative to', () => {
    const file = { type: 'file', id: 'f', mediaType: 'image/png', filename: 'a.png', size: 3 } as const;
    expect(sent({ ...file, url: 'data:image/png;base64,AA==' }, { ...file, url: '/a.png' })).toStrictEqual([
      { type: 'file', mediaType: 'image/png', url: 'data:image/png;base64,AA==', filename: 'a.png' },
      { type: 'file', mediaType: 'image/png', url: '/a.png', filename: 'a.png' },
    ]);
    Object.assign(globalThis, { location: new URL('https://example.org/chat/') });
    try {
      expect(sent({ ...file, url: '/a.png' })).toMatchObject([{ url: 'https://example.org/a.png' }]);
    } finally {
      Reflect.deleteProperty(globalThis, 'location');
    }
  });

  it('has no step that nothing was written to', () => {
    const [words, step] = [{ type: 'text', text: 'Hi', status: 'done' }, { type: 'step-start' }] as const;
    expect(sent(words, step, step, words, step)).toMatchObject(
      [words, step, words].map(({ type }) => ({ type })),
    );
  });

  it('says an object in words', () => {
    expect(sent({ type: 'object', id: 'o', typeName: 'T', object: { a: 1 }, status: 'done' })).toStrictEqual([
      { type: 'text', text: '{"a":1}', state: 'done' },
    ]);
  });

  it('carries how each call stands', () => {
    const part = { type: 'tool-call', toolName: 'look', args: { at: 'a' } } as const;
    const approved = { approvalId: 'a', status: 'approved', reason: 'ok' } as const;
    const denied = { approvalId: 'a', status: 'denied' } as const;
    const standing = (more: Partial<UIMessagePart>) => {
      const [encoded] = sent({ ...part, toolCallId: 'c', status: 'done', ...more } as UIMessagePart) as [
        object,
      ];
      const { type, toolCallId, input, ...rest } = encoded as Record<string, unknown>;
      expect({ type, toolCallId, input }).toStrictEqual({
        type: 'tool-look',
        toolCallId: 'c',
        input: { at: 'a' },
      });
      return rest;
    };
    const yes = { id: 'a', approved: true, reason: 'ok' };
    const no = { id: 'a', approved: false };
    expect(standing({ result: 7 })).toStrictEqual({ state: 'output-available', output: 7 });
    expect(standing({})).toStrictEqual({ state: 'output-available', output: null });
    expect(standing({ result: 7, approval: approved })).toStrictEqual({
      state: 'output-available',
      output: 7,
      approval: yes,
    });
    expect(standing({ status: 'error', error: 'No.' })).toStrictEqual({
      state: 'output-error',
      errorText: 'No.',
    });
    expect(standing({ status: 'running' })).toStrictEqual({ state: 'input-available' });
    expect(standing({ status: 'pending' })).toStrictEqual({ state: 'input-streaming' });
    expect(standing({ status: 'running', approval: { approvalId: 'a', status: 'pending' } })).toStrictEqual({
      state: 'approval-requested',
      approval: { id: 'a' },
    });
    expect(standing({ status: 'running', approval: approved })).toStrictEqual({
      state: 'approval-responded',
      approval: yes,
    });
    expect(standing({ status: 'running', approval: denied })).toStrictEqual({
      state: 'approval-responded',
      approval: no,
    });
    expect(standing({ status: 'cancelled', approval: denied })).toStrictEqual({
      state: 'output-denied',
      approval: no,
    });
    expect(standing({ status: 'cancelled' })).toStrictEqual({
      state: 'output-error',
      errorText: 'The call was cancelled.',
    });
  });

  it('has the files that a tool of the page gave with its result', () => {
    const files = [{ id: 'f', mediaType: 'image/png', url: 'https://example.org/a.png' }];
    const part: UIMessagePart = {
      type: 'tool-call',
      toolCallId: 'c',
      toolName: 'shoot',
      args: {},
      result: 'Done.',
      status: 'done',
    };
    const request: ChatRequest = { ...next, toolResults: [{ toolCallId: 'c', result: 'Done.', files }] };
    expect(body(request, [message('assistant', part)]).messages[0].parts).toMatchObject([
      { state: 'output-available', output: { result: 'Done.', files } },
    ]);
  });

  it('leaves out what another kind of back end wants to get back', () => {
    const providerMetadata = { signature: 's', providerMetadata: { a: 'b' }, id: 7 };
    expect(sent({ type: 'reasoning', text: 'Hm', status: 'done', providerMetadata })).toStrictEqual([
      { type: 'reasoning', text: 'Hm', state: 'done' },
    ]);
  });

  it('looks for a run that goes on at the place of DefaultChatTransport, and nowhere above the endpoint', () => {
    expect(aiSdk().resumePath?.('a/b c')).toBe('a%2Fb%20c/stream');
    for (const name of ['.', '..']) expect(() => aiSdk().resumePath?.(name)).toThrow(AgentChatError);
  });
});
