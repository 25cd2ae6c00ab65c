import {
  AgentChat,
  AgentChatError,
  type AgentChatOptions,
  type ChatRequest,
  createHttpTransport,
  type UIMessage,
  type UIMessagePart,
} from 'agent-chat-kit';
import { describe, expect, it, vi } from 'vitest';
import {
  type OpenAIResponsesOptions,
  openAIResponses,
} from '../../src/protocols/openai-responses/openai-responses.ts';
import { waitFor } from '../wait-for.ts';
import { bodyOf, eventsOf, partsOf, recording } from './openai-responses-frames.ts';

const URL_OF_RESPONSES = 'http://localhost/v1/responses';
const trigger: ChatRequest = { type: 'trigger', triggerName: 'user-message', input: { USER_MESSAGE: 'Hi.' } };

let ids = 0;
function message(role: UIMessage['role'], ...parts: readonly UIMessagePart[]): UIMessage {
  return { id: `m${++ids}`, role, parts, status: 'done', createdAt: new Date(0) };
}

const words = (text: string): UIMessagePart => ({ type: 'text', text, status: 'done' });
const user = (text: string): UIMessage => message('user', words(text));
const said = (text: string) => ({ type: 'message', role: 'user', content: [{ type: 'input_text', text }] });

/** The answer that a recording makes. */
function answer(name: string, options?: OpenAIResponsesOptions): readonly UIMessagePart[] {
  return partsOf(eventsOf(openAIResponses(options).decode(), recording(name)));
}

/** What `input` is as JSON, without what JSON leaves out. */
function inputOf(messages: readonly UIMessage[], options?: OpenAIResponsesOptions, request = trigger) {
  return JSON.parse(JSON.stringify(openAIResponses(options).encode(request, messages))).input;
}

interface Asked {
  readonly method: string;
  readonly url: string;
  readonly body: Readonly<Record<string, unknown>>;
}

/** A chat with a server that answers each request with the next of the bodies. */
function chatWith(
  bodies: readonly (string | Response)[],
  options: OpenAIResponsesOptions,
  more: Partial<AgentChatOptions> = {},
) {
  const asked: Asked[] = [];
  const left = [...bodies];
  const chat = new AgentChat({
    transport: createHttpTransport({
      url: URL_OF_RESPONSES,
      protocol: openAIResponses({ model: 'gpt-5.4', ...options }),
      fetch: async (url, init) => {
        const body = typeof init?.body === 'string' ? JSON.parse(init.body) : {};
        asked.push({ method: init?.method ?? 'GET', url: `${url}`, body });
        const next = left.shift() ?? new Response('', { status: 404 });
        return typeof next === 'string'
          ? new Response(next, { headers: { 'Content-Type': 'text/event-stream' } })
          : next;
      },
    }),
    ...more,
  });
  return { chat, asked };
}

describe('a request', () => {
  it('asks for a stream that is not stored, with the reasoning sealed', () => {
    const protocol = openAIResponses({
      model: 'gpt-5.4',
      system: 'Be brief.',
      tools: [
        { name: 'read-clock', description: 'Reads.', inputSchema: { type: 'object' }, strict: true },
        { type: 'web_search' },
      ],
      body: { reasoning: { effort: 'low', summary: 'auto' } },
    });
    expect(JSON.parse(JSON.stringify(protocol.encode(trigger, [user('Hello')])))).toStrictEqual({
      model: 'gpt-5.4',
      stream: true,
      store: false,
      instructions: 'Be brief.',
      tools: [
        {
          type: 'function',
          name: 'read-clock',
          description: 'Reads.',
          parameters: { type: 'object' },
          strict: true,
        },
        { type: 'web_search' },
      ],
      include: ['reasoning.encrypted_content'],
      input: [said('Hello')],
      reasoning: { effort: 'low', summary: 'auto' },
    });
  });

  it.each([
    [{ model: 'gpt-4.1' }, undefined],
    [{ model: 'gpt-4.1', encryptedReasoning: true }, ['reasoning.encrypted_content']],
    [{ model: 'gpt-5.4', store: true }, undefined],
    [{ model: 'gpt-5.4', encryptedReasoning: false }, undefined],
    [{}, ['reasoning.encrypted_content']],
  ])('asks for sealed reasoning where there can be some: %j', (options, include) => {
    expect(openAIResponses(options).encode(trigger, [])['include']).toEqual(include);
  });

  it('says what the trigger says where the conversation does not', () => {
    expect(inputOf([])).toEqual([said('Hi.')]);
    expect(inputOf([user('Hello')])).toEqual([said('Hello')]);
  });

  it('leaves out what is not of the conversation', () => {
    const other: UIMessagePart = { type: 'text', text: 'Aside.', status: 'done', thread: 'summary' };
    const worker: UIMessagePart = {
      type: 'worker',
      workerId: 'w',
      workerSlug: 'w',
      parts: [words('x')],
      status: 'done',
    };
    expect(
      inputOf([message('user', other, words('Hello')), message('assistant', other, worker), user('Go on.')]),
    ).toEqual([said('Hello'), said('Go on.')]);
  });

  it('carries files in the form that the model takes', () => {
    const file = (id: string, mediaType: string, url: string, filename?: string): UIMessagePart => ({
      type: 'file',
      id,
      mediaType,
      url,
      filename,
    });
    const files = [
      file('1', 'image/png', 'data:image/png;base64,AAAA'),
      file('2', 'image/jpeg', 'https://example.com/a.jpg'),
      file('3', 'application/pdf', 'data:application/pdf;base64,BBBB', 'a.pdf'),
      file('4', 'text/csv', 'https://example.com/a.csv'),
      file('file-5', 'application/pdf', '', 'b.pdf'),
      file('file-6', 'image/png', 'blob:http://localhost/1'),
      file('7', 'application/zip', 'blob:http://localhost/2', 'c.zip'),
    ];
    expect(inputOf([message('user', words('See.'), ...files)])[0].content).toEqual([
      { type: 'input_text', text: 'See.' },
      { type: 'input_image', image_url: 'data:image/png;base64,AAAA', detail: 'auto' },
      { type: 'input_image', image_url: 'https://example.com/a.jpg', detail: 'auto' },
      { type: 'input_file', filename: 'a.pdf', file_data: 'data:application/pdf;base64,BBBB' },
      { type: 'input_file', file_url: 'https://example.com/a.csv' },
      { type: 'input_file', file_id: 'file-5' },
      { type: 'input_image', file_id: 'file-6', detail: 'auto' },
      { type: 'input_text', text: '[Attached file: c.zip, application/zip]' },
    ]);
  });

  it('refuses to carry a key out of a page to a provider', () => {
    vi.stubGlobal('document', {});
    vi.stubGlobal('window', {});
    try {
      const key = new Headers({ Authorization: 'Bearer x' });
      const azure = new URL('https://mine.openai.azure.com/openai/v1/responses');
      expect(() => openAIResponses().assertAllowed?.(azure, key)).toThrow(AgentChatError);
      expect(() => openAIResponses().assertAllowed?.(new URL(URL_OF_RESPONSES), key)).not.toThrow();
      const allowed = openAIResponses({ dangerouslyAllowBrowser: true });
      expect(() => allowed.assertAllowed?.(azure, key)).not.toThrow();
    } finally {
      vi.unstubAllGlobals();
    }
  });
});

describe('an answer, given back', () => {
  it('has its thoughts sealed and its words as the message that they were', () => {
    const [, thoughts, text] = inputOf([
      user('When?'),
      message('assistant', ...answer('reasoning')),
      user('Sure?'),
    ]);
    expect(thoughts).toEqual({
      id: 'rs_1',
      type: 'reasoning',
      summary: [
        { type: 'summary_text', text: '**Looking at the question**' },
        { type: 'summary_text', text: 'It is about time.' },
      ],
      encrypted_content: 'sealed-1',
    });
    expect(text).toEqual({
      type: 'message',
      role: 'assistant',
      status: 'completed',
      id: 'msg_2',
      content: [{ type: 'output_text', text: 'Half past nine.', annotations: [] }],
    });
  });

  it('has no thoughts that nobody can read, and none that led to nothing', () => {
    const reasoning = (item: object): UIMessagePart => ({
      type: 'reasoning',
      text: 'Hm.',
      status: 'done',
      providerMetadata: {
        'openai-responses': { item: { type: 'reasoning', id: 'rs', summary: [], ...item } },
      },
    });
    const types = (...parts: readonly UIMessagePart[]) =>
      inputOf([message('assistant', ...parts), user('Go on.')]).map(
        ({ type, role }: { type: string; role?: string }) => role ?? type,
      );
    const [text] = answer('text');
    expect(types(reasoning({}), text as UIMessagePart)).toEqual(['assistant', 'user']);
    expect(types(reasoning({ encrypted_content: 's' }))).toEqual(['user']);
    const content = [{ type: 'reasoning_text', text: 'Hm.' }];
    expect(types(reasoning({ content }), text as UIMessagePart)).toEqual(['reasoning', 'assistant', 'user']);
  });

  it('has the texts of one message as one message', () => {
    const text = (of: string): UIMessagePart => ({
      type: 'text',
      text: of,
      status: 'done',
      providerMetadata: { 'openai-responses': { message: { id: 'msg_1' } } },
    });
    expect(inputOf([message('assistant', text('One.'), text('Two.')), user('Go on.')])).toMatchObject([
      { id: 'msg_1', content: [{ text: 'One.' }, { text: 'Two.' }] },
      { role: 'user' },
    ]);
  });

  it('has no call that ran at the server if it did not say what it gave', () => {
    const call = { type: 'custom_tool_call', call_id: 'xs_1', name: 'x_search', input: '{}' };
    const found = { type: 'message', id: 'm', content: [{ type: 'output_text', text: 'Found.' }] };
    const body = { object: 'response', id: 'r', status: 'completed', output: [call, found] };
    const parts = partsOf(eventsOf(openAIResponses().decode(), bodyOf(body)));
    expect(inputOf([message('assistant', ...parts), user('Go on.')])).toMatchObject([
      { id: 'm' },
      { role: 'user' },
    ]);
  });

  it('has a refusal as one', () => {
    expect(inputOf([message('assistant', ...answer('refusal')), user('Why?')])[0].content).toEqual([
      { type: 'refusal', refusal: 'I cannot help with that.' },
    ]);
  });

  it('has the tools of the server as they were, and its images', () => {
    const items = inputOf([message('assistant', ...answer('tools')), user('Thanks.')]);
    expect(items.map(({ type }: { type: string }) => type)).toEqual([
      'web_search_call',
      'file_search_call',
      'code_interpreter_call',
      'image_generation_call',
      'mcp_list_tools',
      'mcp_call',
      'mcp_call',
      'shell_call',
      'shell_call_output',
      'tool_search_call',
      'tool_search_output',
      'message',
      'message',
    ]);
    expect(items[3]).toMatchObject({ id: 'ig_1', result: 'iVBORw0KGgoABB', revised_prompt: 'A café' });
    expect(items[8]).toMatchObject({ call_id: 'call_sh', output: [{ stdout: '9:30' }] });
  });

  it('has the words of another dialect, its calls and their results', () => {
    const call: UIMessagePart = {
      type: 'tool-call',
      toolCallId: 'c1',
      toolName: 'read-clock',
      args: { city: 'Lyon' },
      result: { time: '9:30' },
      status: 'done',
      providerMetadata: { anthropic: { signature: 'x' } },
    };
    const failed: UIMessagePart = {
      ...call,
      toolCallId: 'c2',
      result: undefined,
      error: 'No.',
      status: 'error',
    };
    const dropped: UIMessagePart = { ...call, toolCallId: 'c3', result: undefined, status: 'cancelled' };
    const parts = [words('I look.'), call, failed, dropped, words('Half past nine.')];
    expect(inputOf([message('assistant', ...parts), user('Sure?')])).toEqual([
      { type: 'message', role: 'assistant', content: 'I look.' },
      { type: 'function_call', call_id: 'c1', name: 'read-clock', arguments: '{"city":"Lyon"}' },
      { type: 'function_call', call_id: 'c2', name: 'read-clock', arguments: '{"city":"Lyon"}' },
      { type: 'function_call_output', call_id: 'c1', output: '{"time":"9:30"}' },
      { type: 'function_call_output', call_id: 'c2', output: 'No.' },
      { type: 'message', role: 'assistant', content: 'Half past nine.' },
      said('Sure?'),
    ]);
  });
});

describe('a tool of the page', () => {
  const clientTools = { 'read-clock': ({ city }: Readonly<Record<string, unknown>>) => `9:30 in ${city}` };
  const outputs = [
    { type: 'function_call_output', call_id: 'call_1', output: '9:30 in Lyon' },
    { type: 'function_call_output', call_id: 'call_2', output: '9:30 in Kyōto' },
  ];

  it('is answered with the whole conversation where nothing is stored', async () => {
    const { chat, asked } = chatWith([recording('function-calls'), recording('text')], {}, { clientTools });
    await chat.sendMessage('When?');
    expect(chat.error).toBeNull();
    expect(asked[1]?.body['input']).toEqual([
      said('When?'),
      { id: 'rs_2', type: 'reasoning', summary: [], encrypted_content: 'sealed-2' },
      {
        type: 'message',
        role: 'assistant',
        status: 'completed',
        id: 'msg_3',
        phase: 'commentary',
        content: [{ type: 'output_text', text: 'I look at both clocks.', annotations: [] }],
      },
      expect.objectContaining({ id: 'fc_1', call_id: 'call_1', arguments: '{"city":"Lyon"}' }),
      expect.objectContaining({ id: 'fc_2', call_id: 'call_2' }),
      ...outputs,
    ]);
    const texts = chat.messages[1]?.parts.flatMap((part) => (part.type === 'text' ? [part.text] : []));
    expect(texts).toEqual(['I look at both clocks.', 'The café opens at half past nine ☕.']);
  });

  it('is answered with no more than its results where responses are stored', async () => {
    const bodies = [recording('function-calls'), recording('text'), recording('reasoning')];
    const { chat, asked } = chatWith(bodies, { store: true }, { clientTools });
    await chat.sendMessage('When?');
    await chat.sendMessage('Sure?');
    expect(asked.map(({ body }) => [body['previous_response_id'], body['input']])).toEqual([
      [undefined, [said('When?')]],
      ['resp_calls', outputs],
      ['resp_text', [said('Sure?')]],
    ]);
  });

  it('is answered again from before where an answer was asked for once more', async () => {
    const bodies = [recording('text'), recording('reasoning'), recording('text')];
    const { chat, asked } = chatWith(bodies, { store: true });
    await chat.sendMessage('When?');
    await chat.sendMessage('Sure?');
    await chat.retry();
    expect(asked[2]?.body).toMatchObject({ previous_response_id: 'resp_text', input: [said('Sure?')] });
  });

  it('may answer with files', () => {
    const parts = answer('function-calls').map((part) =>
      part.type === 'tool-call' ? { ...part, status: 'done' as const, result: 'Here.' } : part,
    );
    const file = { id: 'f', mediaType: 'image/png', url: 'data:image/png;base64,AAAA' };
    const request: ChatRequest = {
      type: 'continue',
      executionId: 'e',
      toolResults: [{ toolCallId: 'call_1', files: [file] }, { toolCallId: 'call_2' }],
    };
    expect(inputOf([message('assistant', ...parts)], {}, request).slice(-2)).toEqual([
      {
        type: 'function_call_output',
        call_id: 'call_1',
        output: [
          { type: 'input_text', text: 'Here.' },
          { type: 'input_image', image_url: file.url, detail: 'auto' },
        ],
      },
      { type: 'function_call_output', call_id: 'call_2', output: 'Here.' },
    ]);
  });

  it('that the model knows is answered in its own form', async () => {
    const { chat, asked } = chatWith(
      [recording('page-tools'), recording('text')],
      {},
      {
        clientTools: {
          computer: () => ({
            image_url: 'data:image/png;base64,AAAA',
            acknowledged_safety_checks: [{ id: 'cs_1' }],
          }),
          local_shell: () => 'a\nb',
          shell: () => ({ output: [{ stdout: 'x', stderr: '', outcome: { type: 'timeout' } }] }),
          apply_patch: () => {
            throw new Error('The file is there already.');
          },
          tool_search: () => [{ type: 'function', name: 'clock' }],
        },
      },
    );
    await chat.sendMessage('Go.');
    expect((asked[1]?.body['input'] as readonly unknown[] | undefined)?.slice(-5)).toEqual([
      {
        type: 'computer_call_output',
        call_id: 'call_cu',
        output: { type: 'computer_screenshot', image_url: 'data:image/png;base64,AAAA' },
        acknowledged_safety_checks: [{ id: 'cs_1' }],
      },
      { type: 'local_shell_call_output', call_id: 'call_ls', output: 'a\nb' },
      {
        type: 'shell_call_output',
        call_id: 'call_sh2',
        output: [{ stdout: 'x', stderr: '', outcome: { type: 'timeout' } }],
      },
      {
        type: 'apply_patch_call_output',
        call_id: 'call_ap',
        status: 'failed',
        output: 'The file is there already.',
      },
      {
        type: 'tool_search_output',
        call_id: 'call_ts',
        execution: 'client',
        status: 'completed',
        tools: [{ type: 'function', name: 'clock' }],
      },
    ]);
  });

  it('gives a custom tool its text back as it was', async () => {
    const { chat, asked } = chatWith(
      [recording('custom-tool'), recording('text')],
      {},
      {
        clientTools: { write_sql: ({ input }) => `ran ${input}` },
      },
    );
    await chat.sendMessage('Go.');
    const input = 'SELECT "name"\nFROM users';
    expect((asked[1]?.body['input'] as readonly unknown[] | undefined)?.slice(-2)).toMatchObject([
      { type: 'custom_tool_call', call_id: 'call_sql', name: 'write_sql', input },
      { type: 'custom_tool_call_output', call_id: 'call_sql', output: `ran ${input}` },
    ]);
  });

  it('without a screen to show is left out, as there is no other answer', () => {
    const cancelled = answer('page-tools').map((part) =>
      part.type === 'tool-call' ? { ...part, status: 'cancelled' as const } : part,
    );
    const items = inputOf([message('assistant', ...cancelled), user('Go on.')]);
    expect(JSON.stringify(items)).not.toContain('computer');
    expect(items.map(({ type }: { type: string }) => type)).toContain('local_shell_call_output');
  });

  it('called by a program says so in its answer', () => {
    const caller = { type: 'program', caller_id: 'call_p' };
    const item = { type: 'function_call', call_id: 'c', name: 'x', arguments: '{}', caller };
    const part: UIMessagePart = {
      type: 'tool-call',
      toolCallId: 'c',
      toolName: 'x',
      args: {},
      result: 'Yes.',
      status: 'done',
      providerMetadata: { 'openai-responses': { item } },
    };
    expect(inputOf([message('assistant', part)])[1]).toEqual({
      type: 'function_call_output',
      call_id: 'c',
      output: 'Yes.',
      caller,
    });
  });
});

describe('a call that a person is asked about', () => {
  const asking = {
    id: 'mcpr_1',
    name: 'shorten',
    server_label: 'links',
    arguments: '{"url":"https://example.com/"}',
  };

  async function decided(approved: boolean, options: OpenAIResponsesOptions = {}) {
    const bodies = [recording('approval'), recording(approved ? 'approved' : 'refusal'), recording('text')];
    const { chat, asked } = chatWith(bodies, options);
    chat.subscribe(() => {
      for (const approval of chat.pendingApprovals) {
        void (approved ? approval.approve() : approval.deny({ reason: 'Not now.' }));
      }
    });
    await chat.sendMessage('Shorten it.');
    await chat.sendMessage('Thanks.');
    return { chat, inputs: asked.map(({ body }) => body['input'] as readonly unknown[]), asked };
  }

  it('goes on in the next request, and runs as the same call', async () => {
    const { chat, inputs } = await decided(true);
    const response = { type: 'mcp_approval_response', approval_request_id: 'mcpr_1', approve: true };
    expect(inputs[1]?.slice(1)).toEqual([{ type: 'mcp_approval_request', ...asking }, response]);
    expect(inputs[2]?.slice(1, 4)).toEqual([
      { type: 'mcp_approval_request', ...asking },
      response,
      expect.objectContaining({ type: 'mcp_call', id: 'mcp_3', approval_request_id: 'mcpr_1' }),
    ]);
    const calls = chat.messages[1]?.parts.filter(({ type }) => type === 'tool-call');
    expect(calls).toMatchObject([
      {
        toolName: 'shorten',
        status: 'done',
        result: 'https://s.example/1',
        approval: { status: 'approved' },
      },
    ]);
  });

  it('may be denied, with the reason', async () => {
    const { inputs } = await decided(false);
    expect(inputs[1]?.at(-1)).toEqual({
      type: 'mcp_approval_response',
      approval_request_id: 'mcpr_1',
      approve: false,
      reason: 'Not now.',
    });
  });

  it('needs no more than the answer where responses are stored', async () => {
    const { asked } = await decided(true, { store: true });
    expect(asked[1]?.body).toMatchObject({
      previous_response_id: 'resp_approval',
      input: [{ type: 'mcp_approval_response', approve: true }],
    });
    expect(asked[2]?.body).toMatchObject({ previous_response_id: 'resp_approved', input: [said('Thanks.')] });
  });

  it('was not allowed where nobody answered', () => {
    const items = inputOf([message('assistant', ...answer('approval')), user('Never mind.')]);
    expect(items[1]).toMatchObject({ type: 'mcp_approval_response', approve: false });
  });
});

describe('a run in the background', () => {
  const blocks = recording('background').split(/(?<=\n\n)/);
  const background = { store: true, body: { background: true } };

  it('goes on where it was cut off, also where more comes again than is needed', async () => {
    const { chat, asked } = chatWith([blocks.slice(0, 5).join(''), blocks.slice(3).join('')], background);
    await chat.sendMessage('Take your time.');
    expect(chat.error).toBeNull();
    expect(asked.map(({ method, url }) => `${method} ${url}`)).toEqual([
      `POST ${URL_OF_RESPONSES}`,
      `GET ${URL_OF_RESPONSES}/resp_background?stream=true&starting_after=4`,
    ]);
    expect(chat.messages[1]?.parts[0]).toMatchObject({ text: 'It takes a while, yet it goes on.' });
  });

  it('ends at the server when it is stopped', async () => {
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => controller.enqueue(new TextEncoder().encode(blocks.slice(0, 5).join(''))),
    });
    const open = new Response(body, { headers: { 'Content-Type': 'text/event-stream' } });
    const { chat, asked } = chatWith([open], background);
    const sent = chat.sendMessage('Take your time.');
    await waitFor(() => expect(chat.messages[1]?.parts).toHaveLength(1));
    chat.stop();
    await sent;
    expect(asked[1]).toMatchObject({ method: 'POST', url: `${URL_OF_RESPONSES}/resp_background/cancel` });
  });

  it('is read from its beginning by the id of its response, which no request carries', async () => {
    const protocol = openAIResponses(background);
    const urls: string[] = [];
    const bodies: string[] = [];
    const transport = createHttpTransport({
      url: URL_OF_RESPONSES,
      protocol,
      sessionId: 'resp_background',
      fetch: async (url, init) => {
        urls.push(`${url}`);
        bodies.push(`${init?.body ?? ''}`);
        return new Response(recording('background'), { headers: { 'Content-Type': 'text/event-stream' } });
      },
    });
    const chat = new AgentChat({ transport, resume: true });
    chat.subscribe(() => {});
    await waitFor(() => expect(chat.messages[0]?.status).toBe('done'));
    expect(chat.messages[0]?.parts[0]).toMatchObject({ text: 'It takes a while, yet it goes on.' });
    await chat.sendMessage('And now?');
    expect(urls).toEqual([`${URL_OF_RESPONSES}/resp_background?stream=true`, URL_OF_RESPONSES]);
    expect(bodies[1]).toContain('And now?');
    expect(bodies[1]).not.toContain('session');
  });
});

it('an answer may be one document', async () => {
  const lines = recording('reasoning').split('\n');
  const last = JSON.parse(lines.findLast((line) => line.startsWith('data: '))?.slice(6) ?? '');
  const { chat, asked } = chatWith([Response.json(last.response)], { body: { stream: false } });
  await chat.sendMessage('When?');
  expect(asked[0]?.body['stream']).toBe(false);
  expect(chat.messages[1]?.parts.map(({ type }) => type)).toEqual(['reasoning', 'text']);
  expect(chat.messages[1]?.metadata).toMatchObject({ finishReason: 'stop', usage: { totalTokens: 150 } });
});
