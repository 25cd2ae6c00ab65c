import { readFileSync } from 'node:fs';
import {
  AgentChat,
  type ChatRequest,
  createHttpTransport,
  emptyState,
  reduce,
  type StreamEvent,
  type UIMessage,
  type UIMessagePart,
} from 'agent-chat-kit';
import { afterEach, describe, expect, it, vi } from 'vitest';
import {
  type AnthropicMessagesOptions,
  anthropicMessages,
} from '../../src/protocols/anthropic/anthropic-messages.ts';
import { corpus } from '../corpora.ts';
import { testProtocol } from './test-protocol.ts';

const recordings = import.meta.glob<string>('../fixtures/anthropic/*.sse', {
  query: '?raw',
  import: 'default',
  eager: true,
});

function recording(name: string): string {
  const text = recordings[`../fixtures/anthropic/${name}.sse`];
  if (text === undefined) throw new Error(`There is no recording “${name}”.`);
  return text;
}

const protocol = (options: Partial<AnthropicMessagesOptions> = {}) =>
  anthropicMessages({ model: 'claude-test-1', ...options });

/** The payloads of a recording: Server-Sent Events, or one JSON text on each line. */
function payloads(text: string): string[] {
  return text.split('\n').flatMap((line) => {
    if (line.startsWith('data:')) return [line.slice(5)];
    return line.startsWith('{') ? [line] : [];
  });
}

function eventsOf(text: string, options: Partial<AnthropicMessagesOptions> = {}): StreamEvent[] {
  const decoder = protocol(options).decode();
  const events = payloads(text).flatMap((data) => decoder.read({ data }));
  return [...events, ...(decoder.end?.() ?? [])];
}

function stateOf(text: string) {
  let ids = 0;
  return reduce(emptyState, eventsOf(text), { now: () => 1, generateId: () => `id-${++ids}` });
}

const partsOf = (text: string): readonly UIMessagePart[] => stateOf(text).messages.at(-1)?.parts ?? [];

function message(
  role: UIMessage['role'],
  parts: readonly UIMessagePart[],
  more: Partial<UIMessage> = {},
): UIMessage {
  return { id: role, role, parts, status: 'done', createdAt: new Date(0), ...more };
}

const text = (words: string): UIMessagePart => ({ type: 'text', text: words, status: 'done' });
const trigger: ChatRequest = {
  type: 'trigger',
  triggerName: 'user-message',
  input: { USER_MESSAGE: 'Hello' },
};

function turnsOf(messages: readonly UIMessage[], request: ChatRequest = trigger) {
  return protocol().encode(request, messages)['messages'] as { role: string; content: Block[] }[];
}

type Block = Record<string, unknown>;

/** A chat whose answers are these bodies, and what was asked for them. */
function chatOf(
  bodies: readonly string[],
  options: Partial<AnthropicMessagesOptions> = {},
  more: object = {},
) {
  const asked: { body: Block; headers: Headers }[] = [];
  const chat = new AgentChat({
    transport: createHttpTransport({
      url: 'https://api.anthropic.com/v1/messages',
      headers: { 'x-api-key': 'secret' },
      protocol: protocol(options),
      fetch: async (_, init) => {
        const body = bodies[asked.length] ?? '';
        asked.push({ body: JSON.parse(`${init?.body}`), headers: new Headers(init?.headers) });
        const type = body.startsWith('{') ? 'application/json' : 'text/event-stream';
        return new Response(body, { headers: { 'Content-Type': type } });
      },
    }),
    ...more,
  });
  return { chat, asked };
}

function turnsIn(asked: { readonly body: Block } | undefined) {
  return (asked?.body['messages'] ?? []) as { role: string; content: Block[] }[];
}

afterEach(() => vi.unstubAllGlobals());

describe('a request', () => {
  it('names the model, a limit and the version of the interface', () => {
    const { headers, encode } = protocol({ system: 'Be brief.', betas: ['a-1', 'b-2'] });
    expect(headers).toStrictEqual({ 'anthropic-version': '2023-06-01', 'anthropic-beta': 'a-1,b-2' });
    expect(encode(trigger, [message('user', [text('Hello')])])).toStrictEqual({
      model: 'claude-test-1',
      max_tokens: 8192,
      stream: true,
      system: 'Be brief.',
      messages: [{ role: 'user', content: [{ type: 'text', text: 'Hello' }] }],
    });
  });

  it('has the limit, the tools and the further fields that it is told', () => {
    const body = protocol({
      maxTokens: 100,
      tools: [
        { name: 'ask', description: 'Asks.', inputSchema: { type: 'object' }, strict: true },
        { type: 'web_search_20250305', name: 'web_search' },
      ],
      body: { thinking: { type: 'adaptive' }, stream: false },
    }).encode(trigger, []);
    expect(body).toStrictEqual({
      model: 'claude-test-1',
      max_tokens: 100,
      stream: false,
      tools: [
        { name: 'ask', description: 'Asks.', strict: true, input_schema: { type: 'object' } },
        { type: 'web_search_20250305', name: 'web_search' },
      ],
      thinking: { type: 'adaptive' },
      messages: [{ role: 'user', content: [{ type: 'text', text: 'Hello' }] }],
    });
  });

  it('has roles that alternate and no text without words', () => {
    const turns = turnsOf([
      message('user', [text('One')]),
      message('user', [text(' \n'), text('Two')]),
      message('assistant', [text('')]),
      message('user', [text('Three')]),
      message('assistant', [text('A'), { type: 'text', text: 'Other', status: 'done', thread: 'summary' }]),
      message('assistant', [text('B')]),
      message('user', [text('Four')]),
    ]);
    expect(turns).toStrictEqual([
      { role: 'user', content: ['One', 'Two', 'Three'].map((words) => ({ type: 'text', text: words })) },
      { role: 'assistant', content: ['A', 'B'].map((words) => ({ type: 'text', text: words })) },
      { role: 'user', content: [{ type: 'text', text: 'Four' }] },
    ]);
  });

  it.each([
    [
      'an image by its address',
      { mediaType: 'image/png', url: 'https://example.com/a.png' },
      { type: 'image', source: { type: 'url', url: 'https://example.com/a.png' } },
    ],
    [
      'an image by its bytes',
      { mediaType: 'application/octet-stream', url: 'data:image/webp;base64,AAAA' },
      { type: 'image', source: { type: 'base64', media_type: 'image/webp', data: 'AAAA' } },
    ],
    [
      'a PDF',
      { mediaType: 'application/pdf', url: 'data:application/pdf;base64,JVBE', filename: 'a.pdf' },
      {
        type: 'document',
        source: { type: 'base64', media_type: 'application/pdf', data: 'JVBE' },
        title: 'a.pdf',
      },
    ],
    [
      'a text in base64',
      { mediaType: 'text/csv', url: `data:text/csv;charset=utf-8;base64,${btoa('a,\u00c3\u00a9')}` },
      { type: 'document', source: { type: 'text', media_type: 'text/plain', data: 'a,é' } },
    ],
    [
      'a text as it is',
      { mediaType: 'text/plain', url: 'data:,a%20b' },
      { type: 'document', source: { type: 'text', media_type: 'text/plain', data: 'a b' } },
    ],
    [
      'a file that it cannot read, in words',
      { mediaType: 'video/mp4', url: 'https://example.com/v.mp4', filename: 'v.mp4' },
      { type: 'text', text: '[Attached file: v.mp4, video/mp4. https://example.com/v.mp4]' },
    ],
    [
      'a file that only the page can reach, in words',
      { mediaType: 'image/png', url: 'blob:https://example.com/1' },
      { type: 'text', text: '[Attached file: without a name, image/png.]' },
    ],
  ])('has %s', (_, file, block) => {
    const [turn] = turnsOf([message('user', [{ type: 'file', id: 'f', ...file }])]);
    expect(turn?.content[0]).toStrictEqual(block);
  });

  it('has what tools of the page gave after the calls, with failures named as such', () => {
    const call = { type: 'tool-call', toolName: 'ask', args: {} } as const;
    const turns = turnsOf([
      message('assistant', [
        text('Wait.'),
        { ...call, toolCallId: 'a', status: 'done', result: { ok: 1 } },
        { ...call, toolCallId: 'b:1', status: 'error', error: 'No.' },
        { ...call, toolCallId: 'c', status: 'cancelled' },
        text('Done.'),
      ]),
      message('user', [text('Thanks')]),
    ]);
    expect(turns).toStrictEqual([
      {
        role: 'assistant',
        content: [
          { type: 'text', text: 'Wait.' },
          { type: 'tool_use', id: 'a', name: 'ask', input: {} },
          { type: 'tool_use', id: 'b_1', name: 'ask', input: {} },
          { type: 'tool_use', id: 'c', name: 'ask', input: {} },
        ],
      },
      {
        role: 'user',
        content: [
          { type: 'tool_result', tool_use_id: 'a', content: '{"ok":1}' },
          { type: 'tool_result', tool_use_id: 'b_1', content: 'No.', is_error: true },
          { type: 'tool_result', tool_use_id: 'c', content: 'The call was cancelled.', is_error: true },
        ],
      },
      { role: 'assistant', content: [{ type: 'text', text: 'Done.' }] },
      { role: 'user', content: [{ type: 'text', text: 'Thanks' }] },
    ]);
  });

  it('has the files that a tool of the page gave', () => {
    const file = { id: 'f', mediaType: 'image/png', url: 'data:image/png;base64,AA==' };
    const [, turn] = turnsOf(
      [
        message('assistant', [
          { type: 'tool-call', toolCallId: 'a', toolName: 'shoot', args: {}, status: 'done', result: '' },
        ]),
      ],
      { type: 'continue', executionId: 'e', toolResults: [{ toolCallId: 'a', result: '', files: [file] }] },
    );
    expect(turn?.content).toStrictEqual([
      {
        type: 'tool_result',
        tool_use_id: 'a',
        content: [{ type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'AA==' } }],
      },
    ]);
  });

  it('leaves out thinking that nobody signed, and tools of others that were given up', () => {
    const kept = { providerMetadata: { anthropic: { call: { type: 'server_tool_use' } } } };
    const turns = turnsOf([
      message('assistant', [
        { type: 'reasoning', text: 'Hm.', status: 'done' },
        {
          type: 'tool-call',
          toolCallId: 's',
          toolName: 'web_search',
          args: {},
          status: 'cancelled',
          ...kept,
        },
        text('So.  '),
      ]),
      message('user', [text('Go on')]),
    ]);
    expect(turns[0]).toStrictEqual({ role: 'assistant', content: [{ type: 'text', text: 'So.  ' }] });
  });

  it('does not end in an answer that ends in space', () => {
    expect(turnsOf([message('assistant', [text('So.  ')])], { ...trigger, input: {} })).toStrictEqual([
      { role: 'assistant', content: [{ type: 'text', text: 'So.' }] },
    ]);
  });

  it('names the container that code ran in, until it expires', () => {
    const container = (until: string): UIMessage[] => [
      message('assistant', [
        {
          type: 'data',
          name: 'anthropic-container',
          id: 'c',
          data: { id: 'container_1', expires_at: until },
        },
      ]),
    ];
    const later = container('2100-01-01T00:00:00Z');
    expect(protocol().encode(trigger, later)['container']).toBe('container_1');
    expect(protocol().encode(trigger, container('2020-01-01T00:00:00Z'))).not.toHaveProperty('container');
    const skills = protocol({ body: { container: { skills: ['s'] } } });
    expect(skills.encode(trigger, later)['container']).toStrictEqual({ id: 'container_1', skills: ['s'] });
  });
});

describe('an answer', () => {
  it('is text, what it cost, and its end', () => {
    expect(eventsOf(recording('text'))).toStrictEqual([
      { type: 'start', executionId: 'msg_1' },
      { type: 'text-start', id: 'msg_1-0' },
      { type: 'text-delta', id: 'msg_1-0', delta: 'Half past' },
      { type: 'text-delta', id: 'msg_1-0', delta: ' nine, as “always”: ' },
      { type: 'text-delta', id: 'msg_1-0', delta: '🕤.' },
      { type: 'text-end', id: 'msg_1-0' },
      {
        type: 'usage',
        tokens: {
          inputTokens: 30,
          outputTokens: 12,
          totalTokens: 42,
          cacheReadTokens: 7,
          cacheWriteTokens: 3,
        },
        model: 'claude-test-1',
      },
      { type: 'finish', finishReason: 'stop', executionId: 'msg_1' },
    ]);
  });

  it('asks the page for the calls of its tools, after what it thought and said', () => {
    const events = eventsOf(recording('tools'));
    expect(events.slice(-2)).toStrictEqual([
      {
        type: 'client-tool-request',
        executionId: 'msg_tools',
        toolCalls: [
          { toolCallId: 'toolu_1', toolName: 'read_clock', args: { city: 'Lisbon', days: [1, 2] } },
          { toolCallId: 'toolu_2', toolName: 'read_clock', args: {} },
        ],
      },
      { type: 'finish', finishReason: 'client-tool-calls', executionId: 'msg_tools' },
    ]);
    expect(partsOf(recording('tools'))).toMatchObject([
      {
        type: 'reasoning',
        text: 'Two clocks to read.',
        providerMetadata: { anthropic: { signature: 'c2lnbmVk' } },
      },
      { type: 'reasoning', text: '', providerMetadata: { anthropic: { redactedData: 'aGlkZGVu' } } },
      { type: 'text', text: 'I will look.' },
      { type: 'tool-call', toolCallId: 'toolu_1', args: { city: 'Lisbon' } },
      { type: 'tool-call', toolCallId: 'toolu_2', args: {} },
    ]);
  });

  it('shows tools that ran at Anthropic with what they gave', () => {
    const parts = partsOf(recording('server-tools'));
    expect(parts.filter(({ type }) => type === 'tool-call')).toMatchObject([
      { toolName: 'web_search', args: { query: 'eclipse' }, status: 'done', result: [{ title: 'Eclipses' }] },
      { toolName: 'bash_code_execution', status: 'done', result: { stdout: 'plot.png\n' } },
      {
        toolName: 'web_fetch',
        args: { url: 'https://example.com/' },
        status: 'error',
        error: 'url_not_accessible',
      },
      { toolName: 'echo', status: 'done', result: [{ type: 'text', text: 'hi' }] },
    ]);
    expect(stateOf(recording('server-tools')).run).toBeNull();
  });

  it('names each thing that it cites once, wherever in it the words are', () => {
    const sources = eventsOf(recording('server-tools')).filter(({ type }) => type === 'source');
    expect(sources).toMatchObject([
      { sourceType: 'url', url: 'https://example.com/eclipse', title: 'Eclipses' },
      { sourceType: 'document', title: 'Notes', mediaType: 'text/plain' },
      { sourceType: 'document', title: 'Document 2', mediaType: 'application/pdf' },
      { sourceType: 'document', title: 'Parts' },
      { sourceType: 'url', url: 'https://example.com/found', title: 'Found' },
      { sourceType: 'document', title: 'handbook, page 3' },
    ]);
    expect(new Set(sources.map((source) => 'id' in source && source.id)).size).toBe(6);
  });

  it('offers the files that it made, where the application says how they can be had', () => {
    const files = (options: Partial<AnthropicMessagesOptions>) =>
      eventsOf(recording('server-tools'), options).filter(({ type }) => type === 'file-available');
    expect(files({})).toEqual([]);
    expect(files({ fileUrl: (id) => `/files/${id}` })).toStrictEqual([
      {
        type: 'file-available',
        id: 'file_1',
        url: '/files/file_1',
        mediaType: 'application/octet-stream',
        toolCallId: 'srvtoolu_2',
      },
    ]);
  });

  it.each([
    ['end_turn', 'stop'],
    ['stop_sequence', 'stop'],
    ['max_tokens', 'length'],
    ['model_context_window_exceeded', 'length'],
    ['refusal', 'content-filter'],
    ['tool_use', 'tool-calls'],
    ['of_a_later_version', 'other'],
  ])('that stops with %s finishes with %s', (reason, finishReason) => {
    const events = eventsOf(recording('text').replace('"end_turn"', JSON.stringify(reason)));
    expect(events.at(-1)).toMatchObject({ type: 'finish', finishReason });
  });

  it('is whole once it gave its stop reason, and cut off without', () => {
    const whole = recording('text').split('event: message_stop').slice(0, 1).join();
    expect(eventsOf(whole).at(-1)).toMatchObject({ type: 'finish', finishReason: 'stop' });
    const cut = recording('text').split('event: message_delta').slice(0, 1).join();
    expect(eventsOf(cut).at(-1)).toMatchObject({ type: 'text-end' });
  });

  it('that is refused says why, and not what the refusal is worth', () => {
    expect(partsOf(recording('refusal'))).toMatchObject([
      { type: 'data', name: 'anthropic-refusal', data: { category: 'bio', explanation: 'Not this.' } },
    ]);
    expect(JSON.stringify(eventsOf(recording('refusal')))).not.toContain('secret-credit');
  });

  it('says what was compacted, edited and handed over', () => {
    expect(partsOf(recording('compaction'))).toMatchObject([
      { type: 'data', name: 'anthropic-compaction', data: { content: 'What was said before.' } },
      { type: 'data', name: 'anthropic-fallback', data: { to: { model: 'claude-test-2' } } },
      { type: 'text', text: 'And now.' },
      { type: 'data', name: 'anthropic-context-management' },
    ]);
  });

  it('may be one document', async () => {
    const document = JSON.stringify({
      type: 'message',
      id: 'msg_whole',
      model: 'claude-test-1',
      content: [
        { type: 'thinking', thinking: 'Hm.', signature: 's' },
        { type: 'text', text: 'Nine.', citations: null },
      ],
      stop_reason: 'end_turn',
      usage: { input_tokens: 1, output_tokens: 2 },
    });
    const { chat } = chatOf([document]);
    await chat.sendMessage('Hello');
    expect(chat.error).toBeNull();
    expect(chat.messages[1]).toMatchObject({
      parts: [
        { type: 'reasoning', text: 'Hm.', providerMetadata: { anthropic: { signature: 's' } } },
        { type: 'text', text: 'Nine.' },
      ],
      metadata: { finishReason: 'stop', usage: { tokens: { totalTokens: 3 } } },
    });
  });

  it('that begins twice is one answer, and its tokens count once for each message', () => {
    const [first = '', ...rest] = recording('text').split(/(?<=\n\n)/);
    const again = [first, first, ...rest].join('');
    expect(eventsOf(again)).toStrictEqual(eventsOf(recording('text')));
    const other = [first, ...rest.slice(0, 2), first.replaceAll('msg_1', 'msg_2'), ...rest].join('');
    const events = eventsOf(other);
    expect(events.filter(({ type }) => type === 'start')).toHaveLength(1);
    expect(events.find(({ type }) => type === 'usage')).toMatchObject({
      tokens: { inputTokens: 60, outputTokens: 13 },
    });
    const ids = events.flatMap((event) => (event.type === 'text-start' ? [event.id] : []));
    expect(new Set(ids).size).toBe(2);
    const between = [first, ...rest.slice(0, 2), first.replaceAll('msg_1', 'msg_2'), ...rest.slice(2)].join(
      '',
    );
    const words = eventsOf(between).flatMap((event) => (event.type === 'text-delta' ? [event.delta] : []));
    expect(words.join('')).toBe('Half past nine, as “always”: 🕤.');
  });

  it('keeps words of a block that nothing announced', () => {
    const [first = '', , ...rest] = recording('text').split(/(?<=\n\n)/);
    const text = partsOf([first, ...rest].join(''));
    expect(text).toMatchObject([{ type: 'text', text: 'Half past nine, as “always”: 🕤.', status: 'done' }]);
  });
});

describe('an error', () => {
  it.each([
    ['overloaded_error', 'provider_overloaded', true],
    ['rate_limit_error', 'rate_limit_error', true],
    ['api_error', 'provider_error', true],
    ['timeout_error', 'provider_timeout', true],
    ['of_a_later_version', 'provider_error', true],
    ['invalid_request_error', 'validation_error', false],
    ['request_too_large', 'validation_error', false],
    ['authentication_error', 'authentication_error', false],
    ['billing_error', 'quota_exceeded_error', false],
    ['permission_error', 'permission_error', false],
    ['not_found_error', 'not_found_error', false],
    ['constructor', 'provider_error', true],
  ])('in the stream is told: %s', (kind, errorType, retryable) => {
    const stream = recording('overloaded').replace('overloaded_error', kind);
    expect(eventsOf(stream).at(-1)).toMatchObject({
      type: 'error',
      errorType,
      message: 'Overloaded',
      source: 'provider',
      retryable,
      code: kind,
      provider: { name: 'anthropic', model: 'claude-test-1', requestId: 'req_1' },
    });
  });

  it('leaves what was said before it', async () => {
    const { chat } = chatOf([recording('overloaded')]);
    await chat.sendMessage('Hello');
    expect(chat.error).toMatchObject({ type: 'provider_overloaded', retryable: true });
    expect(chat.messages[1]?.parts).toMatchObject([{ type: 'text', text: 'So far', status: 'done' }]);
  });
});

describe('a run', () => {
  it('goes on with what the tools of the page gave, and with the thinking as it was', async () => {
    const handlers = { clientTools: { read_clock: (args: object) => ({ time: '9:30', ...args }) } };
    const { chat, asked } = chatOf([recording('tools'), recording('text')], {}, handlers);
    await chat.sendMessage('What time is it?');
    expect(chat.error).toBeNull();
    expect(turnsIn(asked[1])).toStrictEqual([
      { role: 'user', content: [{ type: 'text', text: 'What time is it?' }] },
      {
        role: 'assistant',
        content: [
          { type: 'thinking', thinking: 'Two clocks to read.', signature: 'c2lnbmVk' },
          { type: 'redacted_thinking', data: 'aGlkZGVu' },
          { type: 'text', text: 'I will look.' },
          { type: 'tool_use', id: 'toolu_1', name: 'read_clock', input: { city: 'Lisbon', days: [1, 2] } },
          { type: 'tool_use', id: 'toolu_2', name: 'read_clock', input: {}, caller: { type: 'direct' } },
        ],
      },
      {
        role: 'user',
        content: [
          {
            type: 'tool_result',
            tool_use_id: 'toolu_1',
            content: '{"time":"9:30","city":"Lisbon","days":[1,2]}',
          },
          { type: 'tool_result', tool_use_id: 'toolu_2', content: '{"time":"9:30"}' },
        ],
      },
    ]);
  });

  it('that was paused goes on by itself, in the same container, and results find their calls', async () => {
    const { chat, asked } = chatOf([recording('pause'), recording('resumed'), recording('text')]);
    await chat.sendMessage('Is there a moon?');
    expect(chat.error).toBeNull();
    expect(asked).toHaveLength(2);
    expect(asked[1]?.body).toMatchObject({
      container: 'container_9',
      messages: [
        { role: 'user' },
        { role: 'assistant', content: [{ type: 'text' }, { type: 'server_tool_use', id: 'srvtoolu_9' }] },
      ],
    });
    expect(chat.messages[1]?.parts.filter(({ type }) => type !== 'data')).toMatchObject([
      { type: 'text', text: 'Searching.' },
      { type: 'tool-call', toolCallId: 'srvtoolu_9', status: 'done', result: [] },
      { type: 'step-start' },
      { type: 'text', text: 'No moon.' },
    ]);
    await chat.sendMessage('Sure?');
    expect(turnsIn(asked[2])[1]).toStrictEqual({
      role: 'assistant',
      content: [
        { type: 'text', text: 'Searching.' },
        { type: 'server_tool_use', id: 'srvtoolu_9', name: 'web_search', input: { query: 'moon' } },
        { type: 'web_search_tool_result', tool_use_id: 'srvtoolu_9', content: [] },
        { type: 'text', text: 'No moon.' },
      ],
    });
  });

  it('tells the model of arguments that are not JSON, and does not run the tool', async () => {
    const makeFile = vi.fn();
    const handlers = { clientTools: { make_file: makeFile } };
    const { chat, asked } = chatOf([recording('eager'), recording('text')], {}, handlers);
    await chat.sendMessage('Make a file');
    expect(makeFile).not.toHaveBeenCalled();
    expect(turnsIn(asked[1]).slice(1)).toStrictEqual([
      {
        role: 'assistant',
        content: [
          {
            type: 'tool_use',
            id: 'toolu_bad',
            name: 'make_file',
            input: { INVALID_JSON: '{"lines": ["one", two' },
          },
        ],
      },
      {
        role: 'user',
        content: [
          {
            type: 'tool_result',
            tool_use_id: 'toolu_bad',
            content: 'The arguments are not valid JSON.',
            is_error: true,
          },
        ],
      },
    ]);
  });

  it('from a page with a key is refused, unless that is said to be meant', async () => {
    vi.stubGlobal('window', globalThis);
    vi.stubGlobal('document', { addEventListener: () => {}, removeEventListener: () => {} });
    const refused = chatOf([recording('text')]);
    await refused.chat.sendMessage('Hello');
    expect(refused.chat.error).toMatchObject({ code: 'key-in-page' });
    expect(refused.asked).toEqual([]);
    const meant = chatOf([recording('text')], { dangerouslyAllowBrowser: true });
    await meant.chat.sendMessage('Hello');
    expect(meant.chat.error).toBeNull();
    expect(meant.asked[0]?.headers.get('anthropic-dangerous-direct-browser-access')).toBe('true');
    expect(protocol().headers).not.toHaveProperty('anthropic-dangerous-direct-browser-access');
  });
});

const index = corpus('provider-sse/index.json') as { api: string; file: string }[] | undefined;
const transcripts = (index ?? []).flatMap(({ api, file }) => {
  const url = new URL(`../../../shared/corpora/provider-sse/${file}`, import.meta.url);
  try {
    return api === 'anthropic-messages' ? [[file, readFileSync(url, 'utf8')] as const] : [];
  } catch {
    // The other part of the corpus is not here.
    return [];
  }
});

/** The messages of a transcript, put together from its frames and nothing else. */
function wholeMessages(transcript: string): Block[][] {
  const messages: Block[][] = [];
  for (const payload of payloads(transcript)) {
    const frame = JSON.parse(payload);
    const blocks = messages.at(-1) ?? [];
    const block = blocks[frame.index] ?? {};
    if (frame.type === 'message_start') messages.push([]);
    if (frame.type === 'content_block_start') blocks[frame.index] = { ...frame.content_block };
    if (frame.type !== 'content_block_delta') continue;
    const { type, ...delta } = frame.delta;
    if (type === 'text_delta') block['text'] += delta.text;
    else if (type === 'thinking_delta') block['thinking'] += delta.thinking;
    else if (type === 'citations_delta')
      block['citations'] = [...((block['citations'] as []) ?? []), delta.citation];
    else if (type === 'input_json_delta') block['json'] = `${block['json'] ?? ''}${delta.partial_json}`;
    else Object.assign(block, delta);
  }
  for (const block of messages.flat()) {
    if (block['json']) block['input'] = parsed(`${block['json']}`);
    delete block['json'];
  }
  return messages;
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return { INVALID_JSON: json };
  }
}

/** Whether Anthropic takes such a block back: words, thinking that is signed, calls that came to an end. */
function isTakenBack(block: Block, blocks: readonly Block[]): boolean {
  const { type, text, signature, id } = block;
  if (type === 'text') return `${text}`.trim() !== '';
  if (type === 'thinking') return signature !== '';
  if (type !== 'server_tool_use' && type !== 'mcp_tool_use') return true;
  return blocks.some((other) => other['tool_use_id'] === id);
}

describe.skipIf(transcripts.length === 0)('transcripts of others', () => {
  const said = (events: readonly StreamEvent[], type: 'text-delta' | 'reasoning-delta'): string =>
    events.flatMap((event) => (event.type === type ? [event.delta] : [])).join('');

  it('are read without an error, and word for word', () => {
    let frames = 0;
    for (const [file, transcript] of transcripts) {
      const all = payloads(transcript).map((payload) => JSON.parse(payload));
      frames += all.length;
      const events = eventsOf(transcript);
      const deltas = (type: string, field: string): string =>
        all.flatMap(({ delta }) => (delta?.type === type ? [delta[field]] : [])).join('');
      expect(
        events.filter(({ type }) => type === 'error'),
        file,
      ).toEqual([]);
      expect(said(events, 'text-delta'), file).toBe(deltas('text_delta', 'text'));
      expect(said(events, 'reasoning-delta'), file).toBe(deltas('thinking_delta', 'thinking'));
      expect(events.at(-1), file).toMatchObject({ type: 'finish' });
    }
    console.info(`Anthropic transcripts: ${transcripts.length} read, ${frames} frames, 0 errors.`);
  });

  it('are given back block by block as they came', async () => {
    let blocks = 0;
    for (const [file, transcript] of transcripts) {
      const bodies = transcript.split(/(?<="message_stop".*\n)/).filter((body) => body.trim() !== '');
      const sse = bodies.map((body) =>
        payloads(body)
          .map((payload) => `data: ${payload}\n\n`)
          .join(''),
      );
      const expected = wholeMessages(transcript);
      const handler = {
        get: () => async () => 'ok',
        getOwnPropertyDescriptor: () => ({ configurable: true, enumerable: true }),
      };
      const { chat, asked } = chatOf(
        [...sse, recording('text'), recording('text')],
        {},
        { clientTools: new Proxy({}, handler) },
      );
      await chat.sendMessage('Begin');
      await chat.sendMessage('Go on');
      expect(chat.error, file).toBeNull();
      const turns = turnsIn(asked.at(-1));
      const given = turns.filter(({ role }) => role === 'assistant').flatMap(({ content }) => content);
      const wanted = expected.flat().filter((block, _, blocks) => isTakenBack(block, blocks));
      expect(given.slice(0, wanted.length), file).toStrictEqual(wanted);
      blocks += wanted.length;
    }
    console.info(`Anthropic transcripts: ${blocks} blocks given back as they came.`);
  });
});

testProtocol('anthropic', {
  protocol,
  streams: {
    ...Object.fromEntries(Object.entries(recordings).map(([path, body]) => [path.slice(12), body])),
    ...Object.fromEntries(
      transcripts.filter(([file, body]) => file.endsWith('.sse') && body.length < 10_000),
    ),
  },
  failures: [
    {
      status: 401,
      body: '{"type":"error","error":{"type":"authentication_error","message":"invalid x-api-key"}}',
      type: 'authentication_error',
      retryable: false,
    },
    {
      status: 429,
      body: '{"type":"error","error":{"type":"rate_limit_error","message":"Slow down"}}',
      type: 'rate_limit_error',
      retryable: true,
    },
    {
      status: 500,
      body: '{"type":"error","error":{"type":"api_error","message":"Internal server error"}}',
      type: 'internal_error',
      retryable: true,
    },
  ],
});
