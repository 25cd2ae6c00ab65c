import { type ChatRequest, emptyState, reduce, type StreamEvent, type UIMessagePart } from 'agent-chat-kit';
import { describe, expect, it } from 'vitest';
import { managedAgents } from '../../src/protocols/managed-agents/managed-agents.ts';
import { isAtRest, SessionMemory } from '../../src/protocols/managed-agents/memory.ts';
import { ManagedAgentsDecoder } from '../../src/protocols/managed-agents/stream.ts';
import { testProtocol } from './test-protocol.ts';

const recordings = import.meta.glob<string>('../fixtures/managed-agents/*.sse', {
  query: '?raw',
  import: 'default',
  eager: true,
});

function recording(name: string): string {
  const text = recordings[`../fixtures/managed-agents/${name}.sse`];
  if (text === undefined) throw new Error(`There is no recording “${name}”.`);
  return text;
}

type Fields = Record<string, unknown>;

const framesOf = (text: string): Fields[] =>
  text.split('\n').flatMap((line) => (line.startsWith('data: ') ? [JSON.parse(line.slice(6))] : []));

function read(events: readonly Fields[], memory = new SessionMemory()): StreamEvent[] {
  const decoder = new ManagedAgentsDecoder(memory);
  return events.flatMap((event) => (decoder.ended ? [] : decoder.read({ data: JSON.stringify(event) })));
}

function partsOf(text: string): readonly UIMessagePart[] {
  let ids = 0;
  const context = { now: () => 1, generateId: () => `id-${++ids}` };
  return reduce(emptyState, read(framesOf(text)), context).messages.at(-1)?.parts ?? [];
}

const idle = (type: string, more: Fields = {}): Fields => ({
  id: `idle-${type}`,
  type: 'session.status_idle',
  stop_reason: { type, ...more },
});

describe('a request', () => {
  const trigger: ChatRequest = {
    type: 'trigger',
    triggerName: 'user-message',
    input: { USER_MESSAGE: 'Hello' },
  };

  it('says the last message only, with its files: the session knows the rest', () => {
    const said = (parts: readonly UIMessagePart[]) =>
      ({ id: 'm', role: 'user', parts, status: 'done', createdAt: new Date(0) }) as const;
    const body = managedAgents().encode(trigger, [
      said([{ type: 'text', text: 'Before', status: 'done' }]),
      said([
        { type: 'file', id: 'f', mediaType: 'image/png', url: 'https://example.com/a.png' },
        { type: 'text', text: 'Look', status: 'done' },
      ]),
    ]);
    expect(body).toStrictEqual({
      events: [
        {
          type: 'user.message',
          content: [
            { type: 'image', source: { type: 'url', url: 'https://example.com/a.png' } },
            { type: 'text', text: 'Look' },
          ],
        },
      ],
    });
    expect(managedAgents().encode(trigger, [])).toMatchObject({ events: [{ content: [{ text: 'Hello' }] }] });
  });

  it('says what tools of the page gave, in whichever form', () => {
    const file = { id: 'f', mediaType: 'image/png', url: 'data:image/png;base64,AA==' };
    const body = managedAgents().encode(
      {
        type: 'continue',
        executionId: '',
        toolResults: [
          { toolCallId: 'a', result: 'text' },
          { toolCallId: 'b', result: { x: 1 }, files: [file] },
          { toolCallId: 'c', error: 'No.' },
          { toolCallId: 'd' },
        ],
      },
      [],
    );
    const result = (id: string, ...content: Fields[]) => ({
      type: 'user.custom_tool_result',
      custom_tool_use_id: id,
      content,
    });
    expect(body['events']).toStrictEqual([
      result('a', { type: 'text', text: 'text' }),
      result(
        'b',
        { type: 'text', text: '{"x":1}' },
        { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'AA==' } },
      ),
      { ...result('c', { type: 'text', text: 'No.' }), is_error: true },
      result('d'),
    ]);
  });

  it('names its beta, and others that are wanted', () => {
    expect(managedAgents({ betas: ['more-1'] }).headers).toMatchObject({
      'anthropic-beta': 'managed-agents-2026-04-01,more-1',
    });
  });
});

describe('a stream', () => {
  it('is an answer with what was thought, said and done', () => {
    expect(partsOf(recording('answered'))).toMatchObject([
      { type: 'reasoning', status: 'done' },
      { type: 'text', text: 'I will look: “ls”.', status: 'done' },
      {
        type: 'tool-call',
        toolName: 'bash',
        args: { command: 'ls' },
        result: 'notes.md\n🕤',
        status: 'done',
      },
      { type: 'tool-call', toolName: 'find', error: 'No such thing.', status: 'error' },
      { type: 'data', name: 'managed-agents-error' },
      { type: 'text', text: 'Two notes.' },
      { type: 'text', text: 'No docs.' },
    ]);
    expect(read(framesOf(recording('answered'))).at(-2)).toMatchObject({
      type: 'usage',
      tokens: { inputTokens: 26, outputTokens: 8, totalTokens: 34 },
    });
  });

  it.each([
    ['end_turn', 'stop'],
    ['refusal', 'content-filter'],
    ['of_a_later_version', 'other'],
  ])('that rests with %s finishes with %s', (reason, finishReason) => {
    expect(read([idle(reason)]).at(-1)).toStrictEqual({ type: 'finish', finishReason });
  });

  it.each([
    ['the budget', [idle('budget_reached')], 'quota_exceeded_error', 'budget-reached', false],
    ['retries', [idle('retries_exhausted')], 'provider_error', 'retries-exhausted', true],
    [
      'the model',
      [
        { type: 'session.error', error: { type: 'billing_error', message: 'Pay.' } },
        idle('retries_exhausted'),
      ],
      'quota_exceeded_error',
      'retries-exhausted',
      false,
    ],
    [
      'the session',
      [
        { type: 'session.error', error: { type: 'unknown_error', message: 'x' } },
        { type: 'session.status_terminated' },
      ],
      'provider_error',
      'session-terminated',
      false,
    ],
    ['its deletion', [{ type: 'session.deleted' }], 'not_found_error', 'session-deleted', false],
  ] as const)('that ends by %s fails', (_, events, errorType, code, retryable) => {
    expect(read(events).at(-1)).toMatchObject({ type: 'error', errorType, code, retryable });
  });

  it('of a session that was completed finishes', () => {
    expect(read([{ type: 'session.status_terminated' }]).at(-1)).toMatchObject({ finishReason: 'stop' });
  });

  it('asks about permissions of a later version, too', () => {
    const call = {
      id: 'c',
      type: 'agent.tool_use',
      name: 'bash',
      input: {},
      evaluated_permission: 'ask_twice',
    };
    const events = read([call, idle('requires_action', { event_ids: ['c'] })]);
    expect(events.at(-1)).toMatchObject({ type: 'approval-request', approvalId: 'c' });
  });

  it('waits on where others have to act, or calls are not known', () => {
    const call = { id: 'c', type: 'agent.tool_use', name: 'bash', input: {}, evaluated_permission: 'allow' };
    const decoder = new ManagedAgentsDecoder(new SessionMemory());
    for (const event of [call, idle('requires_action', { event_ids: ['c', 'unknown', 7] })]) {
      decoder.read({ data: JSON.stringify(event) });
    }
    expect(decoder.ended).toBe(false);
  });

  it('whose preview lacks words says the message whole', () => {
    const start = { type: 'event_start', event: { type: 'agent.message', id: 'm' } };
    const word = {
      type: 'event_delta',
      event_id: 'm',
      delta: { content: { type: 'text', text: 'a c' }, index: 0 },
    };
    const message = { type: 'agent.message', id: 'm', content: [{ type: 'text', text: 'a b c' }] };
    const texts = read([start, word, message]).flatMap((event) =>
      event.type === 'text-delta' ? [event.delta] : [],
    );
    expect(texts).toEqual(['a c', 'a b c']);
  });

  it('says what others have done before only once it is past that', () => {
    const memory = new SessionMemory();
    memory.begin([{ type: 'user.message', id: 'mine' }], false);
    expect(read([idle('end_turn')], memory)).toEqual([]);
    expect(read([{ type: 'session.status_running', id: 'r' }], memory)).toEqual([{ type: 'start' }]);
    memory.begin([{ type: 'user.message', id: 'mine' }], true);
    const late = { type: 'agent.message', id: 'late', content: [{ type: 'text', text: 'old' }] };
    const mine = { type: 'user.message', id: 'mine', processed_at: null };
    expect(read([late, mine, { ...late, id: 'later' }], memory)).toEqual([]);
    expect(
      read(
        [
          { ...mine, processed_at: 'now' },
          { ...late, id: 'new' },
        ],
        memory,
      ),
    ).toMatchObject([
      { type: 'start' },
      { type: 'text-start' },
      { type: 'text-delta' },
      { type: 'text-end' },
    ]);
  });
});

describe('a session', () => {
  it.each([
    [[], true],
    [[{ type: 'user.message' }], false],
    [[{ type: 'user.message' }, idle('end_turn'), { type: 'agent.thinking' }], true],
    [[idle('end_turn'), { type: 'user.message' }], false],
    [[{ type: 'user.message' }, idle('requires_action')], false],
    [[{ type: 'session.status_rescheduled' }], false],
    [[{ type: 'session.status_running' }, { type: 'session.status_terminated' }], true],
  ] as const)('with the history %j rests: %s', (history, isResting) => {
    expect(isAtRest(history)).toBe(isResting);
  });
});

testProtocol('managed-agents', {
  protocol: () => managedAgents(),
  streams: Object.fromEntries(Object.entries(recordings).map(([path, body]) => [path.slice(12), body])),
  failures: [
    {
      status: 401,
      body: '{"type":"error","error":{"type":"authentication_error","message":"invalid x-api-key"}}',
      type: 'authentication_error',
      retryable: false,
    },
    {
      status: 404,
      body: '{"type":"error","error":{"type":"not_found_error","message":"No such session"}}',
      type: 'not_found_error',
      retryable: false,
    },
  ],
});
