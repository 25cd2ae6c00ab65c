import { AgentChat, type AgentChatOptions, createHttpTransport } from 'agent-chat-kit';
import { afterEach, expect, it, vi } from 'vitest';
import { openAIChat } from '../../src/protocols/openai-chat/openai-chat.ts';

const TOOL = { name: 'look_up', inputSchema: { type: 'object', properties: { word: { type: 'string' } } } };

const recordings = import.meta.glob<string>('../fixtures/openai-chat/*.sse', {
  query: '?raw',
  import: 'default',
  eager: true,
});

afterEach(() => vi.unstubAllGlobals());

/** A chat whose model answers each request with the next of these recordings, and what it was asked. */
function chatWith(names: readonly string[], options: Partial<AgentChatOptions> = {}) {
  const requests: { readonly body: Readonly<Record<string, unknown>>; readonly headers: Headers }[] = [];
  const chat = new AgentChat({
    ...options,
    transport: createHttpTransport({
      url: 'http://localhost/v1/chat/completions',
      protocol: openAIChat({ model: 'm', tools: [TOOL] }),
      fetch: async (_, init) => {
        requests.push({ body: JSON.parse(String(init?.body)), headers: new Headers(init?.headers) });
        const recording = recordings[`../fixtures/openai-chat/${names[requests.length - 1]}.sse`];
        return new Response(recording, { headers: { 'Content-Type': 'text/event-stream' } });
      },
    }),
  });
  return { chat, requests };
}

it('a tool of the page is run, and the model goes on with what it gave and with its own signed thoughts', async () => {
  const { chat, requests } = chatWith(['signed-reasoning', 'text'], {
    clientTools: { look_up: ({ word }) => ({ word, found: true }) },
  });
  await chat.sendMessage('Is “grüß” a word?');
  expect(chat.error).toBeNull();
  expect(chat.messages.at(-1)).toMatchObject({
    status: 'done',
    parts: [
      { type: 'reasoning', text: 'I look it up.' },
      { type: 'tool-call', toolCallId: 'call_1', result: { word: 'grüß', found: true }, status: 'done' },
      { type: 'step-start' },
      { type: 'text', text: 'Two words: “grüß dich”.' },
    ],
  });
  expect(requests).toHaveLength(2);
  expect(requests[1]?.body['messages']).toStrictEqual([
    { role: 'user', content: 'Is “grüß” a word?' },
    {
      role: 'assistant',
      content: '',
      reasoning_details: [
        {
          type: 'reasoning.text',
          format: 'anthropic-claude-v1',
          index: 0,
          text: 'I look it up.',
          signature: 'c2lnbmVk',
        },
      ],
      tool_calls: [
        { id: 'call_1', type: 'function', function: { name: 'look_up', arguments: '{"word":"grüß"}' } },
      ],
    },
    { role: 'tool', tool_call_id: 'call_1', content: '{"word":"grüß","found":true}' },
  ]);
});

it('a request has no header but those that every server lets a page send', async () => {
  const { chat, requests } = chatWith(['text']);
  await chat.sendMessage('Hello');
  expect([...(requests[0]?.headers.keys() ?? [])].sort()).toEqual(['accept', 'content-type']);
});

it('a page does not send a key to a public service, unless its author insists', async () => {
  vi.stubGlobal('document', {});
  vi.stubGlobal('window', {});
  const ask = async (url: string, dangerouslyAllowBrowser?: boolean) => {
    const asked = vi.fn(async () => new Response('', { status: 500 }));
    const headers = { Authorization: 'Bearer k' };
    const protocol = openAIChat({ dangerouslyAllowBrowser });
    const chat = new AgentChat({ transport: createHttpTransport({ url, headers, protocol, fetch: asked }) });
    await chat.sendMessage('Hello');
    return { count: asked.mock.calls.length, code: chat.error?.code };
  };
  for (const host of ['api.openai.com', 'openrouter.ai', 'me.openai.azure.com', 'api.x.ai']) {
    const url = `https://${host}/v1/chat/completions`;
    expect(await ask(url), host).toEqual({ count: 0, code: 'key-in-page' });
    expect((await ask(url, true)).count, host).toBe(1);
  }
  expect((await ask('http://localhost:8041/claude/v1/chat/completions')).count).toBe(1);
  expect((await ask('https://notopenai.com/v1')).count).toBe(1);
});
