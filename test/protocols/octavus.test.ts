import { inspect } from 'node:util';
import {
  AgentChatError,
  type ChatRequest,
  emptyState,
  reduce,
  type StreamEvent,
  type UIMessage,
} from 'agent-chat-kit';
import { octavus } from 'agent-chat-kit/protocols';
import { recordedEvents } from 'agent-chat-kit/testing';
import { describe, expect, it } from 'vitest';
import { fixtures } from '../fixtures/index.ts';
import { testProtocol } from './test-protocol.ts';

const recordings = import.meta.glob<string>('../fixtures/octavus/*.sse', {
  query: '?raw',
  import: 'default',
  eager: true,
});

function recording(name: string): string {
  const text = recordings[`../fixtures/octavus/${name}.sse`];
  if (text === undefined) throw new Error(`There is no recording “${name}”.`);
  return text;
}

const message: UIMessage = {
  id: 'm1',
  role: 'user',
  parts: [{ type: 'text', text: 'Hello', status: 'done' }],
  status: 'done',
  createdAt: new Date(0),
};

const read = (data: string) => octavus().decode().read({ data });

/** What `read` throws, which has to be an error of ours. */
function refusal(data: string): AgentChatError {
  try {
    read(data);
  } catch (error) {
    if (AgentChatError.isInstance(error)) return error;
    throw error;
  }
  throw new Error(`This was read: ${data}`);
}

describe('a request', () => {
  const trigger: ChatRequest = {
    type: 'trigger',
    triggerName: 'user-message',
    input: { USER_MESSAGE: 'Hello' },
  };

  it('carries the conversation unless told not to', () => {
    expect(octavus().encode(trigger, [message])).toStrictEqual({ ...trigger, messages: [message] });
    expect(octavus({ sendMessages: true }).encode(trigger, [])).toStrictEqual({ ...trigger, messages: [] });
  });

  it('is exactly the native payload where the server keeps the conversation', () => {
    expect(octavus({ sendMessages: false }).encode(trigger, [message])).toStrictEqual({
      type: 'trigger',
      triggerName: 'user-message',
      input: { USER_MESSAGE: 'Hello' },
    });
  });

  it('says of a retry where to go back to, also when that is the beginning', () => {
    const again: ChatRequest = { type: 'trigger', triggerName: 't', rollbackAfterMessageId: null };
    expect(JSON.stringify(octavus({ sendMessages: false }).encode(again, []))).toBe(
      '{"type":"trigger","triggerName":"t","rollbackAfterMessageId":null}',
    );
  });

  it('goes on with the results of tools as they are', () => {
    const next: ChatRequest = {
      type: 'continue',
      executionId: 'ex1',
      toolResults: [
        { toolCallId: 'c1', toolName: 'ask', result: 7, outputVariable: 'ANSWER', blockIndex: 2 },
      ],
    };
    expect(octavus({ sendMessages: false }).encode(next, [message])).toStrictEqual(next);
  });

  it('delivers a decision on an approval', () => {
    const decision = { approvalId: 'a1', approved: true, choice: 'once', args: { title: 'Groceries' } };
    expect(octavus().encodeDecision?.(decision)).toStrictEqual({ type: 'approval', ...decision });
  });
});

/** Every kind of event, each with the fields without which nothing can be made of it. */
const kinds: readonly (readonly [StreamEvent, readonly string[]])[] = [
  [{ type: 'start' }, []],
  [{ type: 'finish', finishReason: 'stop' }, ['finishReason']],
  [{ type: 'error', errorType: 'tool_error', message: 'No.', source: 'tool', retryable: false }, ['message']],
  [{ type: 'text-start', id: 't' }, ['id']],
  [{ type: 'text-delta', id: 't', delta: '' }, ['id', 'delta']],
  [{ type: 'text-end', id: 't' }, ['id']],
  [{ type: 'reasoning-start', id: 'r' }, ['id']],
  [{ type: 'reasoning-delta', id: 'r', delta: 'hm' }, ['id', 'delta']],
  [{ type: 'reasoning-end', id: 'r' }, ['id']],
  [{ type: 'tool-input-start', toolCallId: 'c', toolName: 'n' }, ['toolCallId', 'toolName']],
  [{ type: 'tool-input-delta', toolCallId: 'c', inputTextDelta: '{' }, ['toolCallId', 'inputTextDelta']],
  [{ type: 'tool-input-end', toolCallId: 'c' }, []],
  [{ type: 'tool-input-available', toolCallId: 'c', toolName: 'n', input: null }, ['toolCallId', 'toolName']],
  [{ type: 'tool-output-available', toolCallId: 'c', output: [1] }, ['toolCallId']],
  [{ type: 'tool-output-error', toolCallId: 'c', error: 'no' }, ['toolCallId', 'error']],
  [{ type: 'source', sourceType: 'url', id: 's', url: 'https://example.org/' }, ['sourceType', 'id']],
  [{ type: 'todo-update', todos: [] }, ['todos']],
  [
    { type: 'block-start', blockId: 'b', blockName: 'B', blockType: 'next-message', display: 'stream' },
    ['blockId', 'blockName', 'blockType'],
  ],
  [{ type: 'block-end', blockId: 'b' }, ['blockId']],
  [{ type: 'resource-update', name: 'R', value: { a: 1 } }, ['name']],
  [{ type: 'client-tool-request', executionId: 'e', toolCalls: [] }, ['executionId', 'toolCalls']],
  [
    { type: 'file-available', id: 'f', mediaType: 'image/png', url: 'https://example.org/f' },
    ['id', 'mediaType', 'url'],
  ],
  [{ type: 'worker-input-start', workerId: 'w', workerSlug: 'helper' }, ['workerId', 'workerSlug']],
  [{ type: 'worker-input-delta', workerId: 'w', delta: '{' }, ['workerId', 'delta']],
  [{ type: 'worker-input-ready', workerId: 'w' }, ['workerId']],
  [{ type: 'worker-start', workerId: 'w', workerSlug: 'helper' }, ['workerId', 'workerSlug']],
  [{ type: 'worker-result', workerId: 'w' }, ['workerId']],
  [{ type: 'approval-request', approvalId: 'a', toolName: 'n', args: {} }, ['approvalId', 'toolName']],
  [{ type: 'approval-resolved', approvalId: 'a', approved: false }, ['approvalId', 'approved']],
  [{ type: 'usage', tokens: { totalTokens: 3 } }, []],
  [{ type: 'data', name: 'chart', data: [1, 2] }, ['name']],
  [{ type: 'progress', value: 0.5 }, []],
];

const incomplete = kinds.flatMap(([event, fields]) =>
  fields.map((field) => [event.type, field, event] as const),
);

describe('an event', () => {
  it.each(kinds.map(([event]) => [event.type, event] as const))('is read as it is: %s', (_, event) => {
    expect(read(JSON.stringify(event))).toStrictEqual([event]);
  });

  it.each(incomplete)('is refused as a protocol error: %s without “%s”', (type, field, event) => {
    const error = refusal(JSON.stringify({ ...event, [field]: undefined }));
    expect(error).toMatchObject({ type: 'protocol_error', source: 'client', code: 'malformed-event' });
    expect(error.message).toContain(type);
    expect(error.message).toContain(field);
  });

  it.each(incomplete)(
    'is refused where a field is of another kind: %s with a wrong “%s”',
    (_, field, event) => {
      const error = refusal(JSON.stringify({ ...event, [field]: { toString: 'x' } }));
      expect(error).toMatchObject({ type: 'protocol_error', code: 'malformed-event' });
    },
  );

  it.each([
    ['a number', '42'],
    ['null', 'null'],
    ['a list', '[{"type":"start"}]'],
    ['a string', '"start"'],
    ['an object without a type', '{"id":"t"}'],
    ['an object whose type is no string', '{"type":1}'],
  ])('is refused where it is no event at all: %s', (_, data) => {
    expect(refusal(data)).toMatchObject({ type: 'protocol_error', code: 'malformed-event', retryable: true });
  });

  it.each(['', '{', '{"type":"start"', 'DONE', '<html>', "{'type':'start'}"])(
    'is refused where it is not JSON: %s',
    (data) => {
      expect(refusal(data)).toMatchObject({
        type: 'protocol_error',
        code: 'malformed-json',
        retryable: true,
      });
    },
  );

  it('does not get into the error that refuses it', () => {
    const error = refusal('{"type":"text-delta","id":"t","delta":hunter2}');
    expect(inspect(error, { depth: 5 })).not.toContain('hunter2');
  });

  it('passes with a type that is not known, and with fields that are not known', () => {
    const hologram = { type: 'hologram', beam: [1, { two: null }] };
    const start = { type: 'start', executionId: 'ex1', colour: 'green' };
    expect(read(JSON.stringify(hologram))).toStrictEqual([hologram]);
    expect(read(JSON.stringify(start))).toStrictEqual([start]);
  });

  it('passes with words that a newer server may have', () => {
    const events = [
      { type: 'finish', finishReason: 'out-of-budget' },
      { type: 'error', errorType: 'lunar_error', message: 'No.', source: 'moon', retryable: false },
      { type: 'source', sourceType: 'scroll', id: 's' },
    ];
    for (const event of events) expect(read(JSON.stringify(event))).toStrictEqual([event]);
  });

  it('is not taken from the prototype of an object', () => {
    expect(refusal('{"type":"text-delta","__proto__":{"id":"t","delta":"x"}}')).toMatchObject({
      code: 'malformed-event',
    });
    expect(read('{"type":"constructor"}')).toStrictEqual([{ type: 'constructor' }]);
    expect(Object.keys(Object.prototype)).toEqual([]);
  });
});

describe('the end', () => {
  it('is where the stream says that it is done, not where the run finishes', () => {
    const decoder = octavus().decode();
    expect(decoder.read({ data: '{"type":"finish","finishReason":"stop"}' })).toHaveLength(1);
    expect(decoder.ended).toBe(false);
    expect(decoder.read({ data: '{"type":"usage","tokens":{}}' })).toHaveLength(1);
    expect(decoder.ended).toBe(false);
    expect(decoder.read({ data: '[DONE]' })).toEqual([]);
    expect(decoder.ended).toBe(true);
  });

  it('of one stream is not the end of another', () => {
    const protocol = octavus();
    protocol.decode().read({ data: '[DONE]' });
    expect(protocol.decode().ended).toBe(false);
  });
});

describe('a stream of the real server', () => {
  it.each(['2.0.0', '4.0.0'])('of version %s is read event by event', async (version) => {
    const events = await recordedEvents(recording(`server-sdk-${version}-trigger`));
    expect(events.map((event) => event.type)).toEqual([
      'start',
      'block-start',
      'tool-input-start',
      'tool-input-available',
      'tool-output-available',
      'start',
      'text-start',
      'text-delta',
      'text-end',
      'resource-update',
      'tool-output-available',
      'client-tool-request',
      'finish',
    ]);
    expect(events.at(-2)).toStrictEqual({
      type: 'client-tool-request',
      executionId: 'ex1',
      toolCalls: [{ toolCallId: 'c3', toolName: 'cli', args: { z: 1 } }],
      serverToolResults: [{ toolCallId: 'c2', toolName: 'srv', result: { ok: {} } }],
    });
    expect(events.at(-1)).toStrictEqual({
      type: 'finish',
      finishReason: 'client-tool-calls',
      executionId: 'ex1',
    });
  });

  it('of version 4 names the message that a retry goes back to', async () => {
    const [start] = await recordedEvents(recording('server-sdk-4.0.0-trigger'));
    expect(start).toStrictEqual({ type: 'start', messageId: 'm1', executionId: 'ex1', lastMessageId: 'lm0' });
  });

  it.each(['2.0.0', '4.0.0'])('of version %s makes one message of both of its legs', async (version) => {
    const legs = ['trigger', 'continue'].map((leg) =>
      recordedEvents(recording(`server-sdk-${version}-${leg}`)),
    );
    const events = (await Promise.all(legs)).flat();
    const { messages, run } = reduce(emptyState, events, { now: () => 1, generateId: () => 'm' });
    expect(run).toBeNull();
    expect(messages).toHaveLength(1);
    expect(messages[0]?.parts).toMatchObject([
      {
        type: 'tool-call',
        toolCallId: 'c1',
        toolName: 'srv',
        args: { q: 1 },
        result: { ok: { q: 1 } },
        status: 'done',
      },
      { type: 'step-start' },
      { type: 'text', text: 'hi', status: 'done' },
      { type: 'tool-call', toolCallId: 'c2', status: 'done' },
      { type: 'tool-call', toolCallId: 'c3', toolName: 'cli', args: { z: 1 } },
      { type: 'step-start' },
      { type: 'text', text: 'after', status: 'done' },
    ]);
  });
});

testProtocol('octavus', {
  protocol: octavus,
  streams: {
    ...Object.fromEntries(fixtures),
    ...Object.fromEntries(Object.entries(recordings).map(([path, text]) => [path.slice(12), text])),
  },
  failures: [
    { status: 429, body: '{"error":"Too many requests"}', type: 'rate_limit_error', retryable: true },
    {
      status: 401,
      body: '{"error":{"message":"No","code":"x"}}',
      type: 'authentication_error',
      retryable: false,
    },
    { status: 500, body: '<html>', type: 'internal_error', retryable: true },
  ],
});
