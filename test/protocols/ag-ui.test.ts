import {
  AgentChat,
  AgentChatError,
  type ChatRequest,
  createHttpTransport,
  type UIMessage,
} from 'agent-chat-kit';
import { describe, expect, it } from 'vitest';
import { type AgUiOptions, agUi } from '../../src/protocols/ag-ui/ag-ui.ts';
import { conversationOf, type Json, play } from './ag-ui-play.ts';
import { testProtocol } from './test-protocol.ts';

const recordings = import.meta.glob<string>('../fixtures/ag-ui/*.sse', {
  query: '?raw',
  import: 'default',
  eager: true,
});
const streams = Object.fromEntries(
  Object.entries(recordings).map(([path, text]) => [path.slice(path.lastIndexOf('/') + 1, -4), text]),
);

testProtocol('ag-ui', {
  protocol: () => agUi({ threadId: 'thread-1' }),
  streams,
  failures: [
    { status: 400, body: '{"error":"threadId is missing"}', type: 'validation_error', retryable: false },
    { status: 401, body: '{"detail":"Who are you?"}', type: 'authentication_error', retryable: false },
    { status: 422, body: '{"detail":[{"loc":["body"]}]}', type: 'validation_error', retryable: false },
    { status: 500, body: 'Traceback', type: 'internal_error', retryable: true },
  ],
});

const eventsOf = (name: string): readonly Json[] =>
  (streams[name] ?? '').split('\n\n').flatMap((block) => (block ? [JSON.parse(block.slice(6))] : []));
const partsOf = (name: string, options?: AgUiOptions) =>
  play(eventsOf(name), [], options).state.messages[0]?.parts;

const started = { type: 'RUN_STARTED', threadId: 't', runId: 'r' };
const finished = { type: 'RUN_FINISHED', threadId: 't', runId: 'r' };
const trigger: ChatRequest = {
  type: 'trigger',
  triggerName: 'user-message',
  input: { USER_MESSAGE: 'Hello' },
};

function user(parts: UIMessage['parts']): UIMessage {
  return { id: 'u1', role: 'user', parts, status: 'done', createdAt: new Date(0) };
}

const hello = user([{ type: 'text', text: 'Hello', status: 'done' }]);

/** A chat whose server answers each request with the next of these runs, and what it was asked. */
function chatWith(runs: readonly (readonly Json[])[], options: AgUiOptions = {}, clientTools = {}) {
  const asked: Json[] = [];
  const chat = new AgentChat({
    clientTools,
    transport: createHttpTransport({
      url: 'http://localhost/agent',
      protocol: agUi({ threadId: 't', ...options }),
      fetch: async (_, init) => {
        asked.push(JSON.parse(String(init?.body)));
        const body = (runs[asked.length - 1] ?? [])
          .map((event) => `data: ${JSON.stringify(event)}\n\n`)
          .join('');
        return new Response(body, { headers: { 'Content-Type': 'text/event-stream' } });
      },
    }),
  });
  return { chat, asked };
}

describe('an answer', () => {
  it('is told in the order in which it came', () => {
    expect(partsOf('answer')).toMatchObject([
      { type: 'data', name: 'step', data: { name: 'plan', status: 'done' } },
      {
        type: 'reasoning',
        text: 'They want a flatbread.',
        providerMetadata: { messageId: 'r-1', encryptedValue: 'c2VhbGVk' },
      },
      {
        type: 'text',
        text: 'Let me look up “flatbread” 🫓.',
        providerMetadata: { name: 'baker', metadata: { tokens: 7 } },
      },
      {
        type: 'tool-call',
        toolName: 'search',
        args: { query: 'flatbread', limit: 3 },
        result: '{"id":12345678901234567890}',
      },
      {
        type: 'data',
        name: 'activity',
        id: 'a-1',
        data: { activityType: 'SEARCH', content: { found: 2, pages: ['one'] } },
      },
      { type: 'data', name: 'chart', data: [1, 2] },
      { type: 'data', name: 'raw', id: 'model', data: { kind: 'probe' } },
      { type: 'text', text: 'Mix flour and water.' },
    ]);
  });

  it('says what it cost, in sum and for each model', () => {
    expect(play(eventsOf('answer')).state.messages[0]?.metadata).toMatchObject({
      finishReason: 'stop',
      usage: { inputTokens: 11, outputTokens: 5, models: [{ model: 'm' }, { model: 'n' }] },
    });
  });

  it('goes back as the agent knows it, letter by letter', () => {
    const { next } = play(eventsOf('answer'), [hello]);
    expect(next.messages).toEqual([
      { id: 'u1', role: 'user', content: 'Hello' },
      { id: 'r-1', role: 'reasoning', content: 'They want a flatbread.', encryptedValue: 'c2VhbGVk' },
      {
        id: 'm-1',
        role: 'assistant',
        name: 'baker',
        metadata: { tokens: 7 },
        content: 'Let me look up “flatbread” 🫓.',
        toolCalls: [
          {
            id: 'c-1',
            type: 'function',
            function: { name: 'search', arguments: '{"query":"flatbread","limit":3}' },
          },
        ],
      },
      { id: 't-1', role: 'tool', toolCallId: 'c-1', content: '{"id":12345678901234567890}' },
      { id: 'm-2', role: 'assistant', content: 'Mix flour and water.' },
    ]);
  });

  it('changes the state as a whole, which the next request carries', () => {
    const { resources, next } = play(eventsOf('answer'));
    const before = { recipe: { title: 'Bread', steps: [] }, done: null };
    const after = { recipe: { title: 'Flatbread', steps: ['Mix'] }, done: null };
    expect(resources).toEqual([before, after]);
    expect(next.state).toEqual(after);
  });

  it('keeps the state where a change of it does not fit', () => {
    const delta = {
      type: 'STATE_DELTA',
      delta: [
        { op: 'add', path: '/a', value: 1 },
        { op: 'remove', path: '/b' },
      ],
    };
    const { resources, next, error } = play([started, delta, finished], [], { state: { c: 1 } });
    expect([resources, next.state, error]).toEqual([[], { c: 1 }, undefined]);
  });

  it('shows the work of subagents in workers', () => {
    expect(partsOf('subagents')).toMatchObject([
      {
        type: 'worker',
        workerSlug: 'researcher',
        description: 'Looks things up',
        status: 'done',
        output: { pages: 1 },
        parts: [{ name: 'step' }, { text: 'One and' }, { toolName: 'look', result: 'found' }],
      },
      {
        type: 'worker',
        workerSlug: 'critic',
        status: 'error',
        error: 'Too critical.',
        parts: [{ text: 'Two not' }],
      },
      { type: 'data', name: 'step', data: { status: 'done' } },
      { type: 'text', text: 'Done.' },
    ]);
  });

  it('gives the words of subagents back under their names', () => {
    const { next } = play(eventsOf('subagents'));
    expect(next.messages.map(({ id, subagentRunId }) => [id, subagentRunId])).toEqual([
      ['m-1', 's-1'],
      ['c-1', 's-1'],
      ['t-1', 's-1'],
      ['m-2', 's-2'],
      ['m-3', undefined],
    ]);
  });

  it('reads what early servers say, and gives them none of their reasoning back', () => {
    const { state, next } = play(eventsOf('early'), [hello]);
    expect(state.messages[1]?.parts).toMatchObject([
      { type: 'reasoning', text: 'Hm.' },
      { type: 'text', text: 'Yes.' },
      { type: 'tool-call', result: 'found' },
      { type: 'text', text: 'And more.' },
    ]);
    expect(next.messages.some(({ role }) => role === 'reasoning')).toBe(false);
  });

  it('goes on in the same part where only the state changed in between', () => {
    const chunk = (delta: string) => ({ type: 'TEXT_MESSAGE_CHUNK', messageId: 'm', delta });
    const state = { type: 'STATE_SNAPSHOT', snapshot: {} };
    const { state: chat } = play([started, chunk('Hel'), state, chunk('lo'), finished]);
    expect(chat.messages[0]?.parts).toMatchObject([{ text: 'Hello' }]);
  });

  it('goes on in another part where something came in between, and is one message for the agent', () => {
    const chunk = (delta: string) => ({ type: 'TEXT_MESSAGE_CHUNK', messageId: 'm', delta });
    const custom = { type: 'CUSTOM', name: 'chart', value: 1 };
    const { state, next } = play([started, chunk('Hel'), custom, chunk('lo'), custom, chunk('!'), finished]);
    expect(state.messages[0]?.parts.map((part) => ('id' in part ? part.id : part.type))).toEqual([
      'm',
      undefined,
      'm#2',
      undefined,
      'm#3',
    ]);
    expect(next.messages).toEqual([{ id: 'm', role: 'assistant', content: 'Hello!' }]);
  });

  it('keeps what others are said to have said out of the answer, and in the conversation', () => {
    const events = [
      { type: 'TEXT_MESSAGE_START', messageId: 's', role: 'system' },
      { type: 'TEXT_MESSAGE_CONTENT', messageId: 's', delta: 'Be brief.' },
      { type: 'TEXT_MESSAGE_END', messageId: 's' },
    ];
    const { state, next } = play([started, ...events, finished]);
    expect(state.messages[0]?.parts).toMatchObject([{ type: 'data', name: 'message' }]);
    expect(next.messages).toEqual([{ id: 's', role: 'system', content: 'Be brief.' }]);
  });

  it('keeps what comes late for what is over', () => {
    const events = [
      { type: 'TEXT_MESSAGE_CHUNK', messageId: 'm', delta: 'Yes.' },
      { type: 'TOOL_CALL_CHUNK', toolCallId: 'c', toolCallName: 'look', delta: '{}' },
      { type: 'TOOL_CALL_RESULT', messageId: 't', toolCallId: 'c', content: 'found' },
      { type: 'REASONING_ENCRYPTED_VALUE', subtype: 'message', entityId: 'm', encryptedValue: 'one' },
      { type: 'REASONING_ENCRYPTED_VALUE', subtype: 'tool-call', entityId: 'c', encryptedValue: 'two' },
      { type: 'REASONING_ENCRYPTED_VALUE', subtype: 'message', entityId: 'nothing', encryptedValue: 'three' },
    ];
    const { next } = play([started, ...events, finished]);
    expect(next.messages).toMatchObject([
      { encryptedValue: 'one' },
      { toolCalls: [{ encryptedValue: 'two' }] },
      { content: 'found' },
    ]);
    expect(JSON.stringify(next.messages)).not.toContain('three');
  });

  it('is not said twice where the server knows it by another id', () => {
    const events = [
      { type: 'TEXT_MESSAGE_CHUNK', messageId: 'streamed', delta: 'Yes.' },
      {
        type: 'TOOL_CALL_CHUNK',
        toolCallId: 'c',
        toolCallName: 'look',
        parentMessageId: 'streamed',
        delta: '{}',
      },
      {
        type: 'MESSAGES_SNAPSHOT',
        messages: [
          { id: 'u1', role: 'user', content: 'Hello' },
          {
            id: 'kept',
            role: 'assistant',
            content: 'Yes.',
            toolCalls: [{ id: 'c', type: 'function', function: { name: 'look', arguments: '{}' } }],
          },
          { id: 't', role: 'tool', toolCallId: 'c', content: 'found' },
        ],
      },
    ];
    const { state, next } = play([started, ...events, finished], [hello]);
    expect(state.messages[1]?.parts).toMatchObject([
      { text: 'Yes.' },
      { toolName: 'look', result: 'found' },
      { name: 'amendment' },
    ]);
    expect(next.messages.slice(1)).toMatchObject([
      { id: 'kept', content: 'Yes.', toolCalls: [{ id: 'c' }] },
      { id: 't', content: 'found' },
    ]);
  });

  it('brings the files that a tool gave', () => {
    const content = [
      { type: 'text', text: 'A chart.' },
      {
        type: 'image',
        source: { type: 'data', value: 'aGk=', mimeType: 'image/png' },
        metadata: { filename: 'a.png' },
      },
      { type: 'document', source: { type: 'file', value: 'file-1' } },
    ];
    const events = [
      { type: 'TOOL_CALL_CHUNK', toolCallId: 'c', toolCallName: 'draw', delta: '{}' },
      { type: 'TOOL_CALL_RESULT', messageId: 't', toolCallId: 'c', content },
    ];
    const { state, next } = play([started, ...events, finished]);
    expect(state.messages[0]?.parts).toMatchObject([
      { type: 'tool-call', status: 'done' },
      {
        type: 'file',
        toolCallId: 'c',
        mediaType: 'image/png',
        url: 'data:image/png;base64,aGk=',
        filename: 'a.png',
      },
    ]);
    expect(next.messages.at(-1)).toEqual({ id: 't', role: 'tool', toolCallId: 'c', content });
  });

  it('keeps arguments that are no JSON as they are', () => {
    const events = [{ type: 'TOOL_CALL_CHUNK', toolCallId: 'c', toolCallName: 'look', delta: '{"a":' }];
    const { state, next } = play([started, ...events, finished], [], { tools: [] });
    expect(state.messages[0]?.parts).toMatchObject([{ args: { input: '{"a":' } }]);
    expect(next.messages[0]).toMatchObject({ toolCalls: [{ function: { arguments: '{"a":' } }] });
  });

  it('ends with the run that was asked for, after those that the server says again', async () => {
    const { chat, asked } = chatWith([]);
    await chat.sendMessage('Hello');
    expect(chat.error?.code).toBe('stream-interrupted');
    expect(asked[0]).toMatchObject({ threadId: 't', runId: expect.stringMatching(/^[a-z0-9]{21}$/) });
    const words = (messageId: string) => ({ type: 'TEXT_MESSAGE_CHUNK', messageId, delta: messageId });
    const { state } = play([
      started,
      words('one'),
      finished,
      { ...started, runId: 'r2' },
      words('two'),
      { ...finished, runId: 'r2' },
    ]);
    expect(state.messages[0]?.parts).toMatchObject([
      { text: 'one' },
      { type: 'step-start' },
      { text: 'two' },
    ]);
    const protocol = agUi();
    const { runId } = protocol.encode(trigger, [hello]);
    const decoder = protocol.decode();
    decoder.read({ data: JSON.stringify({ ...started, runId }) });
    expect(decoder.read({ data: JSON.stringify({ ...finished, runId }) })).toMatchObject([
      { type: 'finish' },
    ]);
    expect(decoder.ended).toBe(true);
  });

  it('tells of a failure with the code of the server', () => {
    const decoder = agUi().decode();
    const failure = { type: 'RUN_ERROR', message: 'Connection timeout', code: 'TIMEOUT' };
    expect(decoder.read({ data: JSON.stringify(failure) })).toEqual([
      {
        type: 'error',
        errorType: 'provider_error',
        message: 'Connection timeout',
        source: 'provider',
        retryable: true,
        code: 'TIMEOUT',
      },
    ]);
    expect(decoder.ended).toBe(true);
  });

  it.each([
    ['a value of the wrong kind', { type: 'TEXT_MESSAGE_START', messageId: 7 }],
    [
      'a subagent that writes into what is another’s',
      { type: 'TEXT_MESSAGE_CONTENT', messageId: 'm', delta: 'x', subagentRunId: 's' },
    ],
    [
      'a subagent that takes a call for another’s message',
      {
        type: 'TOOL_CALL_START',
        toolCallId: 'c',
        toolCallName: 'n',
        parentMessageId: 'm',
        subagentRunId: 's',
      },
    ],
    ['a subagent that ends without having begun', { type: 'SUBAGENT_FINISHED', subagentRunId: 's' }],
    ['a chunk of nothing', { type: 'REASONING_MESSAGE_CHUNK', delta: 'x' }],
    ['an end with a message open', finished],
    ['a second beginning', started],
  ])('is refused where the server breaks the protocol: %s', (_, event) => {
    const { error, before, state } = play([
      started,
      { type: 'TEXT_MESSAGE_START', messageId: 'm' },
      { type: 'TEXT_MESSAGE_CONTENT', messageId: 'm', delta: 'Half' },
      event,
    ]);
    expect(AgentChatError.isInstance(error)).toBe(true);
    expect(error).toMatchObject({ type: 'protocol_error' });
    expect(before.messages).toMatchObject([{ parts: [{ text: 'Half' }] }]);
    expect(state.messages).toMatchObject([{ parts: [{ text: 'Half' }] }]);
  });

  it.each([
    { type: 'TOOL_CALL_CHUNK', toolCallId: 'c', toolCallName: 'other' },
    { type: 'TOOL_CALL_CHUNK', parentMessageId: 'm' },
    { type: 'TOOL_CALL_CHUNK', toolCallId: 'd', delta: '{}' },
  ])('is refused where a chunk says something else than the first of its kind: %j', (chunk) => {
    const first = { type: 'TOOL_CALL_CHUNK', toolCallId: 'c', toolCallName: 'look', delta: '{' };
    expect(play([started, first, { ...first, delta: '}' }, finished]).error).toBeUndefined();
    expect(play([started, first, chunk]).error).toMatchObject({ type: 'protocol_error' });
  });

  it('is refused where a call is taken over by another subagent', () => {
    const start = { type: 'TOOL_CALL_START', toolCallId: 'c', toolCallName: 'look' };
    const call = [start, { type: 'TOOL_CALL_END', toolCallId: 'c' }];
    expect(play([started, ...call, ...call, finished]).error).toBeUndefined();
    const other = play([started, ...call, { ...start, subagentRunId: 's' }]);
    expect(other.error).toMatchObject({ type: 'protocol_error', code: 'out-of-order' });
  });

  it('is not put into what somebody else said', () => {
    const call = {
      type: 'TOOL_CALL_CHUNK',
      toolCallId: 'c',
      toolCallName: 'look',
      parentMessageId: 'u1',
      delta: '{}',
    };
    const { next } = play([started, call, finished], [hello]);
    expect(next.messages).toMatchObject([
      { id: 'u1', role: 'user' },
      { id: 'c', role: 'assistant' },
      { role: 'tool' },
    ]);
  });

  it('is refused where it is nested deeper than can be written again', () => {
    const snapshot = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
    const decoder = agUi().decode();
    decoder.read({ data: JSON.stringify(started) });
    expect(() => decoder.read({ data: `{"type":"STATE_SNAPSHOT","snapshot":${snapshot}}` })).toThrow(
      'nested too deep',
    );
  });

  it('costs no more at its end than at its beginning', () => {
    const decoder = agUi().decode();
    decoder.read({ data: JSON.stringify(started) });
    const time = (): number => {
      const begin = performance.now();
      for (let count = 0; count < 4_000; count += 1) {
        decoder.read({ data: '{"type":"TEXT_MESSAGE_CHUNK","messageId":"m","delta":"word "}' });
        decoder.read({ data: '{"type":"CUSTOM","name":"n","value":1}' });
      }
      return performance.now() - begin;
    };
    time();
    const early = time();
    for (let count = 0; count < 6; count += 1) time();
    // Sixteen times as long where each costs what came before it; a busy machine may take a few times as long.
    expect(time()).toBeLessThan(early * 5 + 50);
  });
});

describe('a request', () => {
  it('has every field that servers want, also early ones', () => {
    const body = agUi({ threadId: 't' }).encode(trigger, [hello]);
    expect(body).toEqual({
      threadId: 't',
      runId: expect.any(String),
      protocolVersion: '1.0',
      messages: [{ id: 'u1', role: 'user', content: 'Hello' }],
      tools: [],
      context: [],
      state: {},
      forwardedProps: {},
    });
  });

  it('carries what the page knows when it is made', () => {
    let count = 0;
    const protocol = agUi({
      system: 'Be brief.',
      tools: () => [{ name: `tool-${++count}`, inputSchema: { type: 'object' } }],
      context: () => [{ description: 'Page', value: `${count}` }],
      state: (left: unknown) => ({ left, count }),
      forwardedProps: () => ({ model: 'large' }),
      body: { parentRunId: 'p', protocolVersion: undefined },
    });
    protocol.encode(trigger, [hello]);
    const body = JSON.parse(JSON.stringify(protocol.encode(trigger, [hello])));
    expect(body).toMatchObject({
      tools: [{ name: 'tool-2', description: '', parameters: { type: 'object' } }],
      context: [{ value: '2' }],
      state: { left: { count: 1 }, count: 2 },
      forwardedProps: { model: 'large' },
      parentRunId: 'p',
      messages: [{ role: 'system', content: 'Be brief.' }, { role: 'user' }],
    });
    expect(body).not.toHaveProperty('protocolVersion');
  });

  it('has files as parts of content', () => {
    const file = (mediaType: string, url: string, filename?: string) =>
      ({ type: 'file', id: url, mediaType, url, ...(filename && { filename }) }) as const;
    const message = user([
      file('image/png', 'https://example.com/a.png', 'a.png'),
      file('application/pdf', 'data:application/pdf;base64,aGk='),
      { type: 'text', text: 'What are these?', status: 'done' },
    ]);
    const { messages } = agUi().encode(trigger, [message]) as { messages: readonly Json[] };
    expect(messages[0]?.['content']).toEqual([
      {
        type: 'image',
        source: { type: 'url', value: 'https://example.com/a.png', mimeType: 'image/png' },
        metadata: { filename: 'a.png' },
      },
      { type: 'document', source: { type: 'data', value: 'aGk=', mimeType: 'application/pdf' } },
      { type: 'text', text: 'What are these?' },
    ]);
  });

  it('makes a message of what is asked without one', () => {
    const { messages } = agUi().encode(trigger, []) as { messages: readonly Json[] };
    expect(messages).toMatchObject([{ role: 'user', content: 'Hello' }]);
  });

  it('leaves no call without a result, and out what models refuse', () => {
    const messages = conversationOf([
      { id: 'u', role: 'user', content: 'q' },
      {
        id: 'a',
        role: 'assistant',
        content: '',
        toolCalls: [{ id: 'c', function: { name: 'n', arguments: '' } }],
      },
      { id: 'e', role: 'assistant', content: '' },
    ]);
    const { messages: sent } = agUi().encode(trigger, messages) as { messages: readonly Json[] };
    expect(sent.slice(1, 3)).toMatchObject([
      { id: 'a', toolCalls: [{ function: { arguments: '{}' } }] },
      { id: 'c-result', role: 'tool', toolCallId: 'c', error: 'The call was cancelled.' },
    ]);
    expect(sent).toHaveLength(4);
  });
});

describe('tools of the page', () => {
  const where = { name: 'where_am_i', description: 'Where the user is', inputSchema: { type: 'object' } };

  it('are answered in the next run of the same conversation', async () => {
    const answer = [started, { type: 'TEXT_MESSAGE_CHUNK', messageId: 'm-2', delta: 'Oslo.' }, finished];
    const { chat, asked } = chatWith(
      [eventsOf('frontend-tools'), answer],
      { tools: [where] },
      {
        where_am_i: (_: unknown, context: { addFile(file: Json): void }) => {
          context.addFile({ id: 'f', mediaType: 'image/png', url: 'https://example.com/map.png' });
          return { city: 'Oslo' };
        },
        ask: () => {
          throw new Error('Nobody is there.');
        },
      },
    );
    await chat.sendMessage('Hello');
    expect(chat.error).toBeNull();
    expect(asked).toHaveLength(2);
    expect(asked[1]).toMatchObject({ threadId: 't' });
    expect(asked[1]).not.toHaveProperty('resume');
    expect(asked[1]?.['messages']).toMatchObject([
      { role: 'user' },
      { id: 'm-1', role: 'assistant', toolCalls: [{ id: 'c-1' }, { id: 'c-2' }] },
      {
        role: 'tool',
        toolCallId: 'c-1',
        content: [{ type: 'text', text: '{"city":"Oslo"}' }, { type: 'image' }],
      },
      { role: 'tool', toolCallId: 'c-2', content: 'Nobody is there.', error: 'Nobody is there.' },
    ]);
    expect(chat.messages[1]?.parts).toMatchObject([
      { status: 'done' },
      { status: 'error' },
      { type: 'step-start' },
      { text: 'Oslo.' },
    ]);
  });

  const call = [
    { type: 'TOOL_CALL_CHUNK', toolCallId: 'c', toolCallName: 'own', delta: '{}' },
    { type: 'TOOL_CALL_CHUNK', toolCallId: 'd', toolCallName: 'where_am_i', delta: '{}' },
  ];

  it.each<[string, AgUiOptions, Json, readonly string[]]>([
    ['all, where the agent was told of none', {}, {}, ['c', 'd']],
    ['those that it was told of', { tools: [where] }, {}, ['d']],
    [
      'those that the server names',
      { tools: [where] },
      { outcome: { type: 'success', pendingToolCallIds: ['c'] } },
      ['c'],
    ],
    ['none of a run that was cancelled', {}, { outcome: { type: 'cancelled' } }, []],
    ['none that a result came for', {}, { results: true }, []],
  ])('are those calls without a result: %s', (_, options, { results, ...more }, expected) => {
    const answers = results
      ? ['c', 'd'].map((toolCallId) => ({
          type: 'TOOL_CALL_RESULT',
          messageId: `t-${toolCallId}`,
          toolCallId,
          content: '',
        }))
      : [];
    const protocol = agUi(options);
    protocol.encode(trigger, [hello]);
    const decoder = protocol.decode();
    for (const event of [started, ...call, ...answers, { ...finished, ...more }])
      decoder.read({ data: JSON.stringify(event) });
    const events = decoder.end?.() ?? [];
    const request = events.find((event) => event.type === 'client-tool-request');
    expect(
      request?.type === 'client-tool-request' ? request.toolCalls.map(({ toolCallId }) => toolCallId) : [],
    ).toEqual(expected);
    expect(events.at(-1)).toMatchObject({ type: 'finish' });
  });
});

describe('an interrupt', () => {
  const sent = [
    started,
    { type: 'TOOL_CALL_RESULT', messageId: 't-1', toolCallId: 'c-1', content: 'sent' },
    { type: 'TEXT_MESSAGE_CHUNK', messageId: 'm-2', delta: 'Sent.' },
    finished,
  ];

  async function interrupted(clientTools: object, answer: (chat: AgentChat) => Promise<void>) {
    const { chat, asked } = chatWith([eventsOf('interrupt'), sent], {}, clientTools);
    const turn = chat.sendMessage('Send it');
    await expect.poll(() => chat.pendingApprovals.length).toBe(2);
    await answer(chat);
    await turn;
    return { chat, asked };
  }

  it('asks for a permission or for an answer, and all go with the next run', async () => {
    const { chat, asked } = await interrupted({ input_required: () => ({ year: 2026 }) }, async (chat) => {
      const [mail, goOn] = chat.pendingApprovals;
      expect(mail).toMatchObject({
        toolCallId: 'c-1',
        toolName: 'send_mail',
        args: { to: 'a@example.com' },
        context: 'Send it?',
        expiresAt: Date.parse('2999-01-01'),
      });
      expect(goOn).toMatchObject({ toolName: 'confirmation', context: 'Go on?' });
      await mail?.approve({ args: { to: 'b@example.com' } });
      await goOn?.approve();
    });
    expect(chat.error).toBeNull();
    expect(asked[1]?.['resume']).toEqual([
      {
        interruptId: 'i-1',
        status: 'resolved',
        payload: { approved: true, editedArgs: { to: 'b@example.com' } },
      },
      { interruptId: 'i-2', status: 'resolved', payload: { year: 2026 } },
      { interruptId: 'i-3', status: 'resolved', payload: true },
    ]);
    // The call has no result yet: it is the agent that runs it.
    expect(asked[1]?.['messages']).toMatchObject([
      { role: 'user' },
      { role: 'assistant', toolCalls: [{ id: 'c-1' }] },
    ]);
    expect(chat.messages[1]?.parts).toMatchObject([
      { text: 'I will send it.' },
      { toolName: 'send_mail', status: 'done', result: 'sent', approval: { status: 'approved' } },
      { toolName: 'input_required', status: 'done', result: { year: 2026 } },
      { toolName: 'confirmation', status: 'done', result: true },
      { type: 'step-start' },
      { text: 'Sent.' },
    ]);
  });

  it('is denied with a reason, and given up where nobody answers', async () => {
    const { asked } = await interrupted({}, async (chat) => {
      for (const approval of chat.pendingApprovals) await approval.deny({ reason: 'Not now.' });
    });
    expect(asked[1]?.['resume']).toEqual([
      { interruptId: 'i-1', status: 'resolved', payload: { approved: false, reason: 'Not now.' } },
      { interruptId: 'i-2', status: 'cancelled' },
      { interruptId: 'i-3', status: 'resolved', payload: false },
    ]);
  });

  it('is given up by whoever says something else, and only once', async () => {
    const { chat, asked } = chatWith([eventsOf('interrupt'), sent, sent]);
    void chat.sendMessage('Send it');
    await expect.poll(() => chat.pendingApprovals.length).toBe(2);
    await chat.sendMessage('Never mind');
    const cancelled = ['i-1', 'i-2', 'i-3'].map((interruptId) => ({ interruptId, status: 'cancelled' }));
    expect(asked[1]?.['resume']).toEqual(cancelled);
    await chat.sendMessage('Thanks');
    expect(asked[2]).not.toHaveProperty('resume');
  });

  it('is remembered by the conversation, and given up after a reload', () => {
    const { state } = play(eventsOf('interrupt'), [hello]);
    const restored = JSON.parse(JSON.stringify(state.messages)) as readonly UIMessage[];
    const body = agUi().encode(trigger, [...restored, { ...hello, id: 'u2' }]);
    expect(body['resume']).toHaveLength(3);
    expect(JSON.stringify(body['messages'])).not.toContain('interrupt-');
  });

  it('cannot be answered once it has expired', async () => {
    const [...events] = eventsOf('interrupt').slice(0, -1);
    const interrupts = [
      { id: 'i', reason: 'tool_call', toolCallId: 'c-1', expiresAt: '2001-01-01T00:00:00Z' },
    ];
    const { chat, asked } = chatWith([
      [...events, { ...finished, outcome: { type: 'interrupt', interrupts } }],
      sent,
    ]);
    const turn = chat.sendMessage('Send it');
    await expect.poll(() => chat.pendingApprovals.length).toBe(1);
    await chat.pendingApprovals[0]?.approve();
    await turn;
    expect(asked[1]?.['resume']).toEqual([{ interruptId: 'i', status: 'cancelled' }]);
  });

  it.each<[string, Json, 'approval' | 'question']>([
    ['a reason that is not known', { reason: 'x:hold' }, 'approval'],
    [
      'a form',
      {
        reason: 'x:form',
        responseSchema: { type: 'object', properties: { a: { type: 'string' }, b: { type: 'boolean' } } },
      },
      'question',
    ],
    [
      'one flag by another name',
      { reason: 'x', responseSchema: { properties: { accepted: { type: 'boolean' } } } },
      'approval',
    ],
    ['a choice', { reason: 'x', responseSchema: { type: 'string', enum: ['a', 'b'] } }, 'question'],
    ['input', { reason: 'input_required' }, 'question'],
  ])('is a permission or a question: %s', (_, interrupt, expected) => {
    const decoder = agUi().decode();
    decoder.read({ data: JSON.stringify(started) });
    decoder.read({
      data: JSON.stringify({
        ...finished,
        outcome: { type: 'interrupt', interrupts: [{ id: 'i', ...interrupt }] },
      }),
    });
    const types = decoder.end?.().map(({ type }) => type);
    expect(types?.includes('approval-request')).toBe(expected === 'approval');
    expect(types?.includes('client-tool-request')).toBe(expected === 'question');
  });
});
