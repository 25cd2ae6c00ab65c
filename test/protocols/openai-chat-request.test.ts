import type { ChatRequest, FileReference, UIMessage, UIMessagePart } from 'agent-chat-kit';
import { describe, expect, it } from 'vitest';
import { type OpenAIChatOptions, openAIChat } from '../../src/protocols/openai-chat/openai-chat.ts';

const trigger: ChatRequest = { type: 'trigger', triggerName: 'user-message' };

function message(role: UIMessage['role'], ...parts: readonly UIMessagePart[]): UIMessage {
  return { id: `${role}-${parts.length}`, role, parts, status: 'done', createdAt: new Date(0) };
}

const text = (words: string): UIMessagePart => ({ type: 'text', text: words, status: 'done' });
const user = (...parts: readonly UIMessagePart[]) => message('user', ...parts);
const assistant = (...parts: readonly UIMessagePart[]) => message('assistant', ...parts);

function call(
  toolCallId: string,
  more: Partial<Extract<UIMessagePart, { type: 'tool-call' }>> = {},
): UIMessagePart {
  return { type: 'tool-call', toolCallId, toolName: 'look_up', args: { word: 'ü' }, status: 'done', ...more };
}

const called = (id: string) => ({
  id,
  type: 'function',
  function: { name: 'look_up', arguments: '{"word":"ü"}' },
});

function body(messages: readonly UIMessage[], options?: OpenAIChatOptions, request = trigger) {
  // As it is sent: what JSON leaves out is not there.
  return JSON.parse(JSON.stringify(openAIChat(options).encode(request, messages)));
}

const sent = (...messages: readonly UIMessage[]) => body(messages).messages;

describe('a request', () => {
  it('is the conversation in words', () => {
    expect(body([user(text('Hello')), assistant(text('Hi!')), user(text('And now?'))])).toStrictEqual({
      stream: true,
      messages: [
        { role: 'user', content: 'Hello' },
        { role: 'assistant', content: 'Hi!' },
        { role: 'user', content: 'And now?' },
      ],
    });
  });

  it('has what is chosen for it, and nothing that is not', () => {
    const options: OpenAIChatOptions = {
      model: 'm',
      system: 'Be brief.',
      tools: [
        {
          name: 'look_up',
          description: 'Finds a word.',
          inputSchema: { type: 'object', required: ['word'] },
          strict: true,
        },
        { type: 'browser_search' },
      ],
      includeUsage: true,
      body: { temperature: 0 },
    };
    expect(body([user(text('Hello'))], options)).toStrictEqual({
      temperature: 0,
      model: 'm',
      stream: true,
      stream_options: { include_usage: true },
      tools: [
        {
          type: 'function',
          function: {
            name: 'look_up',
            description: 'Finds a word.',
            parameters: { type: 'object', required: ['word'] },
            strict: true,
          },
        },
        { type: 'browser_search' },
      ],
      messages: [
        { role: 'system', content: 'Be brief.' },
        { role: 'user', content: 'Hello' },
      ],
    });
  });

  it('may ask for the answer in one piece', () => {
    const protocol = openAIChat({ stream: false, includeUsage: true });
    expect(protocol.encode(trigger, [user(text('Hello'))])).toMatchObject({ stream: false });
    expect(protocol.encode(trigger, [])).not.toHaveProperty('stream_options');
    expect(protocol.headers).toEqual({ Accept: 'application/json' });
    expect(openAIChat().headers).toEqual({});
  });

  it('has each step of an answer followed by what its calls gave', () => {
    const answer = assistant(
      text('I look.'),
      call('a', { result: { found: true } }),
      call('b', { status: 'error', error: 'No such word.' }),
      call('c', { status: 'cancelled' }),
      text('It is there.'),
      { type: 'step-start' },
      call('d', { result: 'plain' }),
    );
    expect(sent(answer)).toStrictEqual([
      { role: 'assistant', content: 'I look.', tool_calls: [called('a'), called('b'), called('c')] },
      { role: 'tool', tool_call_id: 'a', content: '{"found":true}' },
      { role: 'tool', tool_call_id: 'b', content: 'No such word.' },
      { role: 'tool', tool_call_id: 'c', content: 'The call was cancelled.' },
      { role: 'assistant', content: 'It is there.' },
      { role: 'assistant', content: '', tool_calls: [called('d')] },
      { role: 'tool', tool_call_id: 'd', content: 'plain' },
    ]);
  });

  it('never has a message without content', () => {
    const whole = [
      user(),
      user(text('')),
      assistant(),
      assistant(text(' \n')),
      assistant({ type: 'reasoning', text: 'Hm.', status: 'done' }),
      assistant(call('a', { result: undefined })),
      user({ type: 'text', text: 'aside', status: 'done', thread: 'summary' }),
      assistant({ type: 'text', text: 'aside', status: 'done', thread: 'summary' }),
    ];
    expect(sent(...whole)).toStrictEqual([
      { role: 'assistant', content: '', tool_calls: [called('a')] },
      { role: 'tool', tool_call_id: 'a', content: '' },
    ]);
    for (const options of [{ serverTools: true }, { files: false }]) {
      expect(JSON.stringify(body(whole, options))).not.toContain('null');
    }
  });

  it('has what a trigger says that no message shows', () => {
    const hello = { role: 'user', content: 'Hello' };
    const request = { ...trigger, input: { USER_MESSAGE: 'Hello' } };
    expect(body([], {}, request).messages).toStrictEqual([hello]);
    expect(body([user(text('Hi')), assistant(text('Yes?'))], {}, request).messages.at(-1)).toStrictEqual(
      hello,
    );
    expect(body([user(text('Hello'))], {}, request).messages).toStrictEqual([hello]);
    expect(body([], {}, { type: 'trigger', triggerName: 'begin' }).messages).toStrictEqual([]);
  });

  it('has objects as the JSON that they are', () => {
    const object = {
      type: 'object',
      id: 'o',
      typeName: 'Order',
      object: { size: 2 },
      status: 'done',
    } as const;
    expect(sent(user(object), assistant(text('Here:'), object))).toStrictEqual([
      { role: 'user', content: '{"size":2}' },
      { role: 'assistant', content: 'Here:\n\n{"size":2}' },
    ]);
  });

  it('has no tool calls where the server runs them itself', () => {
    const answer = assistant(
      { type: 'reasoning', text: 'Hm.', status: 'done', providerMetadata: { reasoning_details: [{}] } },
      text('Searching…'),
      call('a', { result: 'x' }),
      text('Found.'),
    );
    expect(body([answer], { serverTools: true }).messages).toStrictEqual([
      { role: 'assistant', content: 'Searching…\n\nFound.' },
    ]);
  });
});

describe('thoughts', () => {
  const thought = (providerMetadata: Readonly<Record<string, unknown>>): UIMessagePart => ({
    type: 'reasoning',
    text: 'Hm.',
    status: 'done',
    providerMetadata,
  });

  it.each(['reasoning_content', 'reasoning'])(
    'go back in the field they came in, before calls: %s',
    (field) => {
      const [first] = sent(assistant(thought({ reasoning_field: field }), call('a')));
      expect(first).toStrictEqual({
        role: 'assistant',
        content: '',
        [field]: 'Hm.',
        tool_calls: [called('a')],
      });
      expect(sent(assistant(thought({ reasoning_field: field }), text('Yes.')))).toStrictEqual([
        { role: 'assistant', content: 'Yes.' },
      ]);
    },
  );

  it('that came as parts of the content go back as such', () => {
    const [first] = sent(assistant(thought({ reasoning_field: 'thinking' }), text('I look.'), call('a')));
    expect(first.content).toStrictEqual([
      { type: 'thinking', thinking: [{ type: 'text', text: 'Hm.' }] },
      { type: 'text', text: 'I look.' },
    ]);
  });

  it('that are signed go back whole and in order, whatever carried them', () => {
    const [one, two, three] = [{ text: 'Hm.', signature: 's' }, { data: 'A' }, { data: 'B' }];
    const answer = assistant(
      thought({ reasoning_details: [one] }),
      { type: 'text', text: 'I look.', status: 'done', providerMetadata: { reasoning_details: [two] } },
      call('a', { providerMetadata: { reasoning_details: [three], extra_content: { google: { x: 1 } } } }),
    );
    expect(sent(answer)[0]).toStrictEqual({
      role: 'assistant',
      content: 'I look.',
      reasoning_details: [one, two, three],
      tool_calls: [{ ...called('a'), extra_content: { google: { x: 1 } } }],
    });
  });

  it('of another back end stay here', () => {
    const strange = [{ signature: 's' }, { reasoning_details: 'x' }, { reasoning_field: '__proto__' }];
    for (const metadata of strange) {
      expect(sent(assistant(thought(metadata), call('a', { providerMetadata: metadata })))[0]).toStrictEqual({
        role: 'assistant',
        content: '',
        tool_calls: [called('a')],
      });
    }
  });
});

describe('a file', () => {
  const file = (mediaType: string, url: string, filename?: string): UIMessagePart => ({
    type: 'file',
    id: 'f',
    mediaType,
    url,
    filename,
  });
  const png = 'data:image/png;base64,AAAA';
  const pdf = 'data:application/pdf;base64,AAAA';

  it.each([
    ['an image', file('image/png', png), { type: 'image_url', image_url: { url: png } }],
    [
      'an image elsewhere',
      file('image/png', 'https://example.org/a.png'),
      { type: 'image_url', image_url: { url: 'https://example.org/a.png' } },
    ],
    [
      'a document',
      file('application/pdf', pdf, 'a.pdf'),
      { type: 'file', file: { filename: 'a.pdf', file_data: pdf } },
    ],
    [
      'a document without a name',
      file('application/pdf', pdf),
      { type: 'file', file: { filename: 'file', file_data: pdf } },
    ],
    [
      'a recording',
      file('audio/mpeg', 'data:audio/mpeg;base64,AAAA'),
      { type: 'input_audio', input_audio: { data: 'AAAA', format: 'mp3' } },
    ],
  ])('is sent as the model takes it: %s', (_, part, content) => {
    expect(sent(user(part, text('Look.')))).toStrictEqual([
      { role: 'user', content: [content, { type: 'text', text: 'Look.' }] },
    ]);
  });

  it('is named where the server takes none, or where only this page can reach it', () => {
    const image = file('image/png', png, 'a.png');
    const named = [{ role: 'user', content: '[Attached file: a.png]\n\nLook.' }];
    expect(body([user(image, text('Look.'))], { files: false }).messages).toStrictEqual(named);
    expect(sent(user(file('image/png', 'blob:x', 'a.png'), text('Look.')))).toStrictEqual(named);
    expect(sent(user(file('image/png', '/a.png')))).toStrictEqual([
      { role: 'user', content: '[Attached file: image/png]' },
    ]);
  });

  it('that a tool in the page added follows the results', () => {
    const added: FileReference = { id: 'f', mediaType: 'image/png', url: png };
    const request: ChatRequest = {
      type: 'continue',
      executionId: 'e',
      toolResults: [{ toolCallId: 'a', result: 'shot', files: [added] }],
    };
    const { messages } = body([assistant(call('a', { result: 'shot' }))], {}, request);
    expect(messages.slice(1)).toStrictEqual([
      { role: 'tool', tool_call_id: 'a', content: 'shot' },
      { role: 'user', content: [{ type: 'image_url', image_url: { url: png } }] },
    ]);
  });
});
