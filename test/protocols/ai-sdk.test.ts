import { emptyState, type ReduceContext, reduce, type StreamEvent, type UIMessage } from 'agent-chat-kit';
import { describe, expect, it } from 'vitest';
import { aiSdk } from '../../src/protocols/ai-sdk/ai-sdk.ts';
import { testProtocol } from './test-protocol.ts';

const recordings = import.meta.glob<string>('../fixtures/ai-sdk/*.sse', {
  query: '?raw',
  import: 'default',
  eager: true,
});

const streams = Object.fromEntries(
  Object.entries(recordings).map(([path, text]) => [path.split('/').at(-1)?.replace('.sse', '') ?? '', text]),
);

function context(): ReduceContext {
  let ids = 0;
  return { now: () => 1_000, generateId: () => `id-${++ids}` };
}

type Chunk = Readonly<Record<string, unknown>> | '[DONE]';

const dataOf = (chunk: Chunk): string => (typeof chunk === 'string' ? chunk : JSON.stringify(chunk));

/** The events of a leg with that name, all of its body read. */
function eventsOf(leg: string, chunks: readonly Chunk[]): StreamEvent[] {
  const decoder = aiSdk({ generateId: () => leg }).decode();
  const said = chunks.flatMap((chunk) => (decoder.ended ? [] : decoder.read({ data: dataOf(chunk) })));
  return decoder.ended ? said : [...said, ...(decoder.end?.() ?? [])];
}

const events = (...chunks: readonly Chunk[]) => eventsOf('leg', chunks);

/** The message that the legs of one answer write. */
function answer(...legs: readonly (readonly Chunk[])[]): UIMessage {
  const shared = context();
  const state = legs.reduce(
    (state, leg, index) => reduce(state, eventsOf(`leg-${index}`, leg), shared),
    emptyState,
  );
  return state.messages.at(-1) as UIMessage;
}

const typesOf = (said: readonly StreamEvent[]): string[] => said.map(({ type }) => type);

const START = { type: 'start' };
const STEP = { type: 'start-step' };
const FINISH = { type: 'finish', finishReason: 'stop' };
const call = (toolCallId: string, more: Chunk | object = {}) => ({
  type: 'tool-input-available',
  toolCallId,
  toolName: 'look',
  input: { at: 'a' },
  ...(more as object),
});
const text = (id: string, ...deltas: readonly string[]) => [
  { type: 'text-start', id },
  ...deltas.map((delta) => ({ type: 'text-delta', id, delta })),
  { type: 'text-end', id },
];

const next = { type: 'continue', executionId: 'e', toolResults: [] } as const;

/** What goes back of what came. */
const echo = (...leg: readonly Chunk[]): unknown =>
  JSON.parse(JSON.stringify(aiSdk().encode(next, [answer(leg)]))).messages[0]?.parts;

describe('what goes back', () => {
  it('is what came: signatures, identities and what else the server wants to have again', () => {
    expect(
      echo(
        START,
        STEP,
        { type: 'reasoning-start', id: 'r1' },
        { type: 'reasoning-delta', id: 'r1', delta: 'Hm', providerMetadata: { p: { signature: 's' } } },
        { type: 'reasoning-end', id: 'r1' },
        call('c1', {
          providerExecuted: true,
          dynamic: true,
          providerMetadata: { p: { a: 1 } },
          title: 'Look',
        }),
        { type: 'tool-output-available', toolCallId: 'c1', output: 1, providerMetadata: { p: { b: 2 } } },
        { type: 'file', url: 'data:,a', mediaType: 'text/plain', providerMetadata: { p: { c: 3 } } },
        {
          type: 'source-url',
          sourceId: 's1',
          url: 'https://example.org/',
          providerMetadata: { p: { d: 4 } },
        },
        { type: 'custom', kind: 'p.compaction', providerMetadata: { p: { e: 5 } } },
        { type: 'data-chart', id: 'd1', data: [1] },
        FINISH,
      ),
    ).toStrictEqual([
      { type: 'reasoning', text: 'Hm', state: 'done', id: 'r1', providerMetadata: { p: { signature: 's' } } },
      {
        type: 'dynamic-tool',
        toolName: 'look',
        toolCallId: 'c1',
        title: 'Look',
        providerExecuted: true,
        callProviderMetadata: { p: { a: 1 } },
        input: { at: 'a' },
        state: 'output-available',
        output: 1,
        resultProviderMetadata: { p: { b: 2 } },
      },
      { type: 'file', mediaType: 'text/plain', url: 'data:,a', providerMetadata: { p: { c: 3 } } },
      {
        type: 'source-url',
        sourceId: 's1',
        url: 'https://example.org/',
        providerMetadata: { p: { d: 4 } },
      },
      { type: 'custom', kind: 'p.compaction', providerMetadata: { p: { e: 5 } } },
      { type: 'data-chart', id: 'd1', data: [1] },
    ]);
  });

  it('is the metadata of all legs, merged', () => {
    const metadata = (messageMetadata: object) => ({ type: 'message-metadata', messageMetadata });
    const written = answer(
      [{ ...START, messageMetadata: { model: 'small', at: { start: 1 } } }, STEP, call('c1'), FINISH],
      [START, STEP, ...text('0', 'Hi'), FINISH, metadata({ at: { end: 2 }, totalUsage: { totalTokens: 7 } })],
    );
    const { messages } = aiSdk().encode(next, [written]) as { messages: readonly { metadata: unknown }[] };
    expect(messages[0]?.metadata).toStrictEqual({
      model: 'small',
      at: { start: 1, end: 2 },
      totalUsage: { totalTokens: 7 },
    });
    expect(written.metadata?.usage).toStrictEqual({ totalTokens: 7 });
  });

  it('is not what the server wrote to a step that it began anew', () => {
    const leg = [
      START,
      STEP,
      ...text('0', 'First.'),
      STEP,
      ...text('0', 'Half'),
      call('c1', { input: { old: true } }),
      { type: 'reset-step' },
      call('c1'),
      { type: 'tool-output-available', toolCallId: 'c1', output: 1 },
      FINISH,
    ];
    expect(echo(...leg)).toMatchObject([
      { type: 'text', text: 'First.' },
      { type: 'step-start' },
      { type: 'tool-look', toolCallId: 'c1', input: { at: 'a' }, output: 1 },
    ]);
    // Nothing can take parts away: what was given up is shown as that.
    expect(answer(leg).parts).toMatchObject([
      { text: 'First.' },
      { type: 'step-start' },
      { text: 'Half' },
      { toolCallId: 'c1', status: 'error', args: { old: true } },
      { type: 'data' },
      { type: 'step-start' },
      { status: 'done', args: { at: 'a' }, result: 1 },
    ]);
  });

  it('has arguments without names as they came', () => {
    const inputs = ['words', null, [1], 7];
    const calls = inputs.map((input, index) => call(`c${index}`, { input }));
    expect(echo(START, STEP, ...calls, FINISH)).toMatchObject(inputs.map((input) => ({ input })));
  });
});

describe('a stream', () => {
  it('is over where its body ends, as more may be said after its finish', () => {
    const decoder = aiSdk().decode();
    const read = (chunk: Chunk) => typesOf(decoder.read({ data: dataOf(chunk) }));
    expect(read(START)).toEqual(['start']);
    expect(read(FINISH)).toEqual([]);
    expect(decoder.ended).toBe(false);
    expect(read({ type: 'data-late', data: 1 })).toEqual(['data']);
    expect(read('[DONE]')).toEqual(['finish']);
    expect(decoder.ended).toBe(true);
  });

  it('that ends without finish or [DONE] was cut off', () => {
    expect(typesOf(events(START, STEP, ...text('0', 'Hi')))).not.toContain('finish');
    expect(typesOf(events(START, STEP, ...text('0', 'Hi'), '[DONE]'))).toContain('finish');
    expect(typesOf(events(START, STEP, FINISH, STEP))).not.toContain('finish');
  });

  it.each([
    [undefined, 'stop'],
    ['stop', 'stop'],
    ['length', 'length'],
    ['content-filter', 'content-filter'],
    ['tool-calls', 'tool-calls'],
    ['error', 'error'],
    ['interrupted', 'other'],
    ['of-a-later-version', 'other'],
    [{}, 'other'],
  ])('that finishes with %s does so with %s', (finishReason, expected) => {
    expect(events(START, { type: 'finish', finishReason }).at(-1)).toStrictEqual({
      type: 'finish',
      finishReason: expected,
    });
  });

  it('gives every text an id of its own', () => {
    const ids = events(START, STEP, ...text('0', 'a'), STEP, ...text('0', 'b'), FINISH).flatMap((event) =>
      event.type === 'text-start' ? [event.id] : [],
    );
    expect(new Set(ids).size).toBe(2);
  });

  it('ends a text whose id begins another', () => {
    const begin = { type: 'text-start', id: '0' };
    expect(typesOf(events(START, STEP, begin, begin))).toEqual([
      'start',
      'text-start',
      'text-end',
      'text-start',
    ]);
  });

  it('asks the page for what nobody at the server ran', () => {
    const said = events(
      { ...START, messageId: 'm1' },
      STEP,
      call('mine'),
      call('ran'),
      { type: 'tool-output-available', toolCallId: 'ran', output: 1 },
      call('failed'),
      { type: 'tool-output-error', toolCallId: 'failed', errorText: 'No.' },
      call('running'),
      { type: 'tool-output-available', toolCallId: 'running', output: 1, preliminary: true },
      call('providers', { providerExecuted: true }),
      call('asked'),
      { type: 'tool-approval-request', approvalId: 'a', toolCallId: 'asked' },
      { type: 'tool-input-error', toolCallId: 'wrong', toolName: 'look', input: '{', errorText: 'No.' },
      { type: 'tool-input-start', toolCallId: 'unfinished', toolName: 'look' },
      { type: 'finish', finishReason: 'tool-calls' },
    );
    expect(said.slice(-2)).toStrictEqual([
      {
        type: 'client-tool-request',
        executionId: 'm1',
        toolCalls: [{ toolCallId: 'mine', toolName: 'look', args: { at: 'a' } }],
      },
      { type: 'finish', finishReason: 'client-tool-calls' },
    ]);
  });

  it.each(['length', 'content-filter', 'error', 'interrupted'])(
    'asks the page for nothing where the model was cut short: %s',
    (finishReason) => {
      const said = typesOf(events(START, STEP, call('c1'), { type: 'finish', finishReason }));
      expect(said).not.toContain('client-tool-request');
    },
  );

  it('that the server gave up asks nobody for anything', () => {
    const asked = { type: 'tool-approval-request', approvalId: 'a', toolCallId: 'c2' };
    const said = events(START, STEP, call('c1'), call('c2'), asked, { type: 'abort', reason: 'timeout' });
    expect(said.slice(-2)).toStrictEqual([
      { type: 'approval-voided', approvalId: 'a' },
      { type: 'finish', finishReason: 'other' },
    ]);
  });

  it('shows a preliminary result while the call goes on', () => {
    const preliminary = {
      type: 'tool-output-available',
      toolCallId: 'c1',
      output: 'half',
      preliminary: true,
    };
    expect(
      reduce(emptyState, events(START, STEP, call('c1'), preliminary), context()).messages[0]?.parts,
    ).toMatchObject([{ type: 'tool-call', status: 'running', result: 'half' }]);
  });

  it('shows nobody a request that the server answers itself', () => {
    const asked = { type: 'tool-approval-request', approvalId: 'a', toolCallId: 'c1', isAutomatic: true };
    const answered = { type: 'tool-approval-response', approvalId: 'a', approved: false, reason: 'Never.' };
    expect(typesOf(events(START, STEP, call('c1'), asked))).not.toContain('approval-request');
    const denied = answer([
      START,
      STEP,
      call('c1'),
      asked,
      answered,
      { type: 'tool-output-denied', toolCallId: 'c1' },
    ]);
    expect(denied.parts).toMatchObject([
      {
        status: 'error',
        approval: { status: 'denied', reason: 'Never.' },
        error: 'The call was not allowed.',
      },
    ]);
    expect(typesOf(events(START, STEP, call('c1'), asked, FINISH))).toContain('approval-request');
  });

  it('says once what is only of the moment', () => {
    expect(events(START, { type: 'data-toast', data: 'Hi', transient: true })).toContainEqual({
      type: 'resource-update',
      name: 'toast',
      value: 'Hi',
    });
    expect(
      answer([START, STEP, { type: 'data-toast', data: 'Hi', transient: true }, FINISH]),
    ).toBeUndefined();
  });

  it('ends with what the server says of a failure, and nothing after it', () => {
    const said = events(START, STEP, { type: 'error', errorText: 'Too busy.' }, ...text('0', 'Hi'), FINISH);
    expect(said).toStrictEqual([
      { type: 'start', messageId: undefined },
      {
        type: 'error',
        errorType: 'provider_error',
        message: 'Too busy.',
        source: 'provider',
        retryable: true,
      },
    ]);
    expect(events(START, { type: 'error', errorText: { secret: 1 } }).at(-1)).toMatchObject({
      message: 'The agent failed.',
    });
  });

  it.each([
    [{ type: 'text-delta', id: '0', delta: 'x' }],
    [{ type: 'text-end', id: '0' }],
    [{ type: 'reasoning-delta', id: '__proto__', delta: 'x' }],
    [{ type: 'tool-input-delta', toolCallId: 'constructor', inputTextDelta: '{' }],
    [{ type: 'tool-output-available', toolCallId: 'c1', output: 1 }],
    [{ type: 'tool-output-error', toolCallId: 'c1', errorText: 'x' }],
    [{ type: 'tool-output-denied', toolCallId: 'c1' }],
    [{ type: 'tool-approval-request', approvalId: 'a', toolCallId: 'c1' }],
    [{ type: 'tool-approval-response', approvalId: 'a', approved: true }],
    [{ type: 'text-start', id: 7 }],
    [{ type: 'file', url: 'data:,a' }],
  ])('must not say %o in a step that does not know of it', (chunk) => {
    expect(() => events(START, STEP, chunk)).toThrow(
      expect.objectContaining({ name: 'AgentChatError', type: 'protocol_error', code: 'malformed-event' }),
    );
  });

  it('may give the results of an earlier leg before its first step', () => {
    const asked = { type: 'tool-approval-request', approvalId: 'a', toolCallId: 'c1' };
    const written = answer(
      [START, STEP, call('c1'), asked],
      [
        START,
        { type: 'tool-output-available', toolCallId: 'c1', output: 1 },
        STEP,
        ...text('0', 'Done.'),
        FINISH,
      ],
    );
    expect(written.parts).toMatchObject([
      { toolCallId: 'c1', status: 'done', result: 1 },
      { type: 'step-start' },
      { text: 'Done.' },
    ]);
  });

  it('passes over what it does not know', () => {
    expect(typesOf(events(START, { type: 'of-a-later-version' }, STEP, FINISH))).toEqual(['start', 'finish']);
  });
});

testProtocol('ai-sdk', {
  protocol: () => {
    let legs = 0;
    return aiSdk({ generateId: () => `leg-${++legs}` });
  },
  streams,
  failures: [
    { status: 401, body: '{"error":"Unauthorized"}', type: 'authentication_error', retryable: false },
    { status: 429, body: '{"error":"Slow down"}', type: 'rate_limit_error', retryable: true },
    { status: 500, body: 'An error occurred.', type: 'internal_error', retryable: true },
  ],
});
