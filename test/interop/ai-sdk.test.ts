import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import {
  AgentChat,
  type AgentChatOptions,
  createHttpTransport,
  type UIMessage as OurMessage,
} from 'agent-chat-kit';
import type { ToolSet, UIMessage, UIMessageStreamWriter } from 'ai';
import type { MockLanguageModelV3 as MockModel } from 'ai/test';
import { afterEach, describe, expect, it } from 'vitest';
import { aiSdk } from '../../src/protocols/ai-sdk/ai-sdk.ts';
import { waitFor } from '../wait-for.ts';
import { aiPackage } from './ai-sdk-package.ts';

const {
  convertArrayToReadableStream,
  convertToModelMessages,
  createUIMessageStream,
  createUIMessageStreamResponse,
  jsonSchema,
  MockLanguageModelV3,
  safeValidateUIMessages,
  stepCountIs,
  streamText,
} = await aiPackage('ai-sdk');

const open: (() => void | Promise<void>)[] = [];

afterEach(async () => {
  await Promise.all(open.splice(0).map((close) => close()));
});

/** A server of fetch handlers, on this machine only. */
async function serve(answer: (request: Request) => Promise<Response>): Promise<string> {
  const server = createServer(async (incoming, outgoing) => {
    const gone = new AbortController();
    outgoing.on('close', () => gone.abort());
    const { method = 'GET', url = '/' } = incoming;
    let body = '';
    for await (const chunk of incoming.setEncoding('utf8')) body += chunk;
    const request = new Request(new URL(url, 'http://localhost'), {
      method,
      signal: gone.signal,
      ...(body && { body }),
    });
    const response = await answer(request);
    outgoing.writeHead(response.status, Object.fromEntries(response.headers));
    if (!response.body) return void outgoing.end();
    Readable.fromWeb(response.body as Parameters<typeof Readable.fromWeb>[0])
      .on('error', () => outgoing.destroy())
      .pipe(outgoing);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  open.push(async () => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/chat`;
}

interface Body {
  readonly id?: string;
  readonly messages: UIMessage[];
  readonly trigger: string;
  readonly messageId?: string;
}

type StreamPart =
  Awaited<ReturnType<MockModel['doStream']>>['stream'] extends ReadableStream<infer P> ? P : never;

const USAGE = {
  inputTokens: { total: 3, noCache: 3, cacheRead: 0, cacheWrite: 0 },
  outputTokens: { total: 4, text: 4, reasoning: 0 },
};

const finish = (unified: 'stop' | 'tool-calls' = 'stop'): StreamPart => ({
  type: 'finish',
  finishReason: { unified, raw: unified },
  usage: USAGE,
});

const says = (text: string): StreamPart[] => [
  { type: 'text-start', id: '0' },
  ...[...text].map((delta) => ({ type: 'text-delta', id: '0', delta }) as const),
  { type: 'text-end', id: '0' },
];

const calls = (toolCallId: string, toolName: string, args: object): StreamPart[] => [
  { type: 'tool-input-start', id: toolCallId, toolName },
  { type: 'tool-input-delta', id: toolCallId, delta: JSON.stringify(args) },
  { type: 'tool-input-end', id: toolCallId },
  { type: 'tool-call', toolCallId, toolName, input: JSON.stringify(args) },
];

/** A model that gives these answers one after the other. */
function modelOf(...answers: readonly (readonly StreamPart[])[]): MockModel {
  let asked = 0;
  return new MockLanguageModelV3({
    doStream: async () => ({ stream: convertArrayToReadableStream([...(answers[asked++] ?? [])]) }),
  });
}

type Options = Parameters<ReturnType<typeof streamText>['toUIMessageStreamResponse']>[0];

/** A server as the documentation of the SDK shows it. It keeps what it was sent, which the SDK finds valid. */
async function chatServer(model: MockModel, tools: ToolSet = {}, options: Options = {}) {
  const bodies: Body[] = [];
  const url = await serve(async (request) => {
    const body = (await request.json()) as Body;
    bodies.push(body);
    const valid = await safeValidateUIMessages({ messages: body.messages, tools: tools as never });
    if (!valid.success) return Response.json({ error: valid.error.message }, { status: 422 });
    const result = streamText({
      model,
      tools,
      messages: await convertToModelMessages(body.messages, { tools }),
      stopWhen: stepCountIs(5),
      abortSignal: request.signal,
      onError: () => {},
    });
    return result.toUIMessageStreamResponse({ originalMessages: body.messages, ...options });
  });
  return { url, bodies };
}

function chatWith(url: string, options: Partial<AgentChatOptions> = {}): AgentChat {
  const transport = createHttpTransport({ url, sessionId: 'chat-1', protocol: aiSdk({ chatId: 'chat-1' }) });
  const chat = new AgentChat({ transport, ...options });
  open.push(() => chat.dispose());
  return chat;
}

const answerOf = (chat: AgentChat): OurMessage =>
  chat.messages.findLast(({ role }) => role === 'assistant') as OurMessage;
/** Its parts but for what the server said of the message. */
const partsOf = (chat: AgentChat) =>
  answerOf(chat).parts.filter((part) => part.type !== 'data' || part.name !== 'ai-sdk:message');
const promptsOf = (model: MockModel) =>
  JSON.parse(JSON.stringify(model.doStreamCalls.map(({ prompt }) => prompt)));

/** A tool; of the page, where nothing runs it here. */
const weather = (run?: (args: { city: string }) => unknown, needsApproval = false): ToolSet[string] => ({
  description: 'The weather',
  inputSchema: jsonSchema<{ city: string }>({
    type: 'object',
    properties: { city: { type: 'string' } },
    required: ['city'],
  }),
  needsApproval,
  ...(run && { execute: async (args: { city: string }) => run(args) }),
});

describe('our chat with a server of the AI SDK', () => {
  it('shows text, reasoning, usage and metadata, and gives the signature back', async () => {
    const model = modelOf(
      [
        { type: 'reasoning-start', id: '0' },
        { type: 'reasoning-delta', id: '0', delta: 'Hm.' },
        { type: 'reasoning-end', id: '0', providerMetadata: { test: { signature: 'c2ln' } } },
        ...says('Hello 🎈'),
        finish(),
      ],
      [...says('Again'), finish()],
    );
    const { url, bodies } = await chatServer(
      model,
      {},
      {
        messageMetadata: ({ part }) => {
          if (part.type === 'start') return { model: 'small' };
          return part.type === 'finish' ? { totalUsage: part.totalUsage } : undefined;
        },
        generateMessageId: () => 'server-1',
      },
    );
    const chat = chatWith(url);
    await chat.sendMessage('Hi');
    expect(chat.error).toBeNull();
    expect(partsOf(chat)).toMatchObject([
      { type: 'reasoning', text: 'Hm.', status: 'done' },
      { type: 'text', text: 'Hello 🎈', status: 'done' },
    ]);
    expect(answerOf(chat).metadata).toMatchObject({ finishReason: 'stop', usage: { totalTokens: 7 } });
    await chat.sendMessage('And?');
    expect(bodies.map(({ id, trigger, messageId }) => ({ id, trigger, messageId }))).toStrictEqual([
      { id: 'chat-1', trigger: 'submit-message', messageId: undefined },
      { id: 'chat-1', trigger: 'submit-message', messageId: undefined },
    ]);
    expect(bodies[1]?.messages[1]).toMatchObject({
      id: 'server-1',
      metadata: { model: 'small', totalUsage: { totalTokens: 7 } },
    });
    expect(promptsOf(model)[1].slice(1, 2)).toMatchObject([
      {
        role: 'assistant',
        content: [
          { type: 'reasoning', text: 'Hm.', providerOptions: { test: { signature: 'c2ln' } } },
          { type: 'text', text: 'Hello 🎈' },
        ],
      },
    ]);
  });

  it('shows what tools of the server did, step by step, and it goes back as the model wants it', async () => {
    const model = modelOf(
      [
        ...calls('c1', 'weather', { city: 'Rome' }),
        ...calls('c2', 'weather', { city: 'Oz' }),
        finish('tool-calls'),
      ],
      [...says('Warm.'), finish()],
      [...says('Bye'), finish()],
    );
    const tools = {
      weather: weather(({ city }) => {
        if (city === 'Oz') throw new Error('No such city.');
        return { degrees: 21 };
      }),
    };
    const { url } = await chatServer(model, tools);
    const chat = chatWith(url);
    await chat.sendMessage('Weather?');
    expect(chat.error).toBeNull();
    expect(partsOf(chat)).toMatchObject([
      {
        type: 'tool-call',
        toolName: 'weather',
        args: { city: 'Rome' },
        result: { degrees: 21 },
        status: 'done',
      },
      { type: 'tool-call', toolCallId: 'c2', status: 'error' },
      { type: 'step-start' },
      { type: 'text', text: 'Warm.' },
    ]);
    await chat.sendMessage('Thanks');
    expect(chat.error).toBeNull();
    expect(promptsOf(model)[2].slice(1, 4)).toMatchObject([
      { role: 'assistant', content: [{ type: 'tool-call', toolCallId: 'c1' }, { toolCallId: 'c2' }] },
      {
        role: 'tool',
        content: [
          { toolCallId: 'c1', output: { type: 'json', value: { degrees: 21 } } },
          { toolCallId: 'c2', output: { type: 'error-text' } },
        ],
      },
      { role: 'assistant', content: [{ type: 'text', text: 'Warm.' }] },
    ]);
  });

  it('runs tools of the page, and the model goes on with what they gave', async () => {
    const model = modelOf(
      [
        ...says('Let me see.'),
        ...calls('c1', 'weather', { city: 'Rome' }),
        ...calls('c2', 'weather', { city: 'Oz' }),
        finish('tool-calls'),
      ],
      [...says('Warm.'), finish()],
    );
    const { url, bodies } = await chatServer(model, { weather: weather() });
    const chat = chatWith(url, {
      clientTools: {
        weather: ({ city }) => {
          if (city === 'Oz') throw new Error('No such city.');
          return { degrees: 21 };
        },
      },
    });
    await chat.sendMessage('Weather?');
    expect(chat.error).toBeNull();
    expect(partsOf(chat)).toMatchObject([
      { type: 'text', text: 'Let me see.' },
      { type: 'tool-call', result: { degrees: 21 }, status: 'done' },
      { type: 'tool-call', error: 'No such city.', status: 'error' },
      { type: 'step-start' },
      { type: 'text', text: 'Warm.', status: 'done' },
    ]);
    expect(bodies[1]).toMatchObject({ trigger: 'submit-message', messageId: bodies[1]?.messages[1]?.id });
    expect(bodies[1]?.messages[1]?.parts).toMatchObject([
      { type: 'text' },
      { type: 'tool-weather', state: 'output-available', output: { degrees: 21 } },
      { type: 'tool-weather', state: 'output-error', errorText: 'No such city.' },
    ]);
    expect(promptsOf(model)[1].at(-1)).toMatchObject({
      role: 'tool',
      content: [
        { toolCallId: 'c1', output: { type: 'json', value: { degrees: 21 } } },
        { toolCallId: 'c2', output: { type: 'error-text', value: 'No such city.' } },
      ],
    });
  });

  it.each([
    [true, { status: 'done', result: { degrees: 21 }, approval: { status: 'approved' } }, 1],
    [false, { status: 'error', approval: { status: 'denied', reason: 'Not now.' } }, 0],
  ])('waits for a permission, which goes with the next request: %s', async (isAllowed, part, runs) => {
    let ran = 0;
    const model = modelOf(
      [...calls('c1', 'weather', { city: 'Rome' }), finish('tool-calls')],
      [...says('So be it.'), finish()],
      [...says('Bye'), finish()],
    );
    const tools = {
      weather: weather(() => {
        ran += 1;
        return { degrees: 21 };
      }, true),
    };
    const { url, bodies } = await chatServer(model, tools);
    const chat = chatWith(url);
    const turn = chat.sendMessage('Weather?');
    await waitFor(() => expect(chat.pendingApprovals).toHaveLength(1));
    const [approval] = chat.pendingApprovals;
    expect(approval).toMatchObject({ toolCallId: 'c1', toolName: 'weather', args: { city: 'Rome' } });
    expect(ran).toBe(0);
    await (isAllowed ? approval?.approve() : approval?.deny({ reason: 'Not now.' }));
    await turn;
    expect(chat.error).toBeNull();
    expect(ran).toBe(runs);
    expect(bodies[1]?.messages[1]?.parts.at(-1)).toMatchObject({
      state: 'approval-responded',
      approval: { approved: isAllowed },
    });
    expect(partsOf(chat)).toMatchObject([part, { type: 'step-start' }, { text: 'So be it.' }]);
    await chat.sendMessage('Thanks');
    expect(chat.error).toBeNull();
    expect(bodies[2]?.messages[1]?.parts[0]).toMatchObject({
      state: isAllowed ? 'output-available' : 'output-denied',
    });
  });

  it('asks again for another answer, without the first', async () => {
    const model = modelOf([...says('One'), finish()], [...says('Two'), finish()]);
    const { url, bodies } = await chatServer(model);
    const chat = chatWith(url);
    await chat.sendMessage('Hi');
    await chat.retry();
    expect(partsOf(chat)).toMatchObject([{ text: 'Two' }]);
    expect(bodies[1]).toMatchObject({ trigger: 'regenerate-message', messages: [{ role: 'user' }] });
  });

  it('gives files to the model, and shows those that it makes', async () => {
    const url64 = 'data:image/png;base64,iVBORw0KGgo=';
    const model = modelOf(
      [{ type: 'file', mediaType: 'image/png', data: 'iVBORw0KGgo=' }, ...says('Here.'), finish()],
      [...says('Bye'), finish()],
    );
    const { url } = await chatServer(model);
    const chat = chatWith(url);
    const files = [{ id: 'f', mediaType: 'image/png', url: url64, filename: 'a.png' }];
    await chat.sendMessage('What is it?', { files });
    expect(partsOf(chat)).toMatchObject([
      { type: 'file', mediaType: 'image/png', url: url64 },
      { text: 'Here.' },
    ]);
    expect(promptsOf(model)[0][0]).toMatchObject({
      role: 'user',
      content: [
        { type: 'file', mediaType: 'image/png', filename: 'a.png' },
        { type: 'text', text: 'What is it?' },
      ],
    });
    await chat.sendMessage('And?');
    expect(chat.error).toBeNull();
  });

  it('shows sources and data of the application, the newest of an id and nothing of the moment', async () => {
    const updates: unknown[] = [];
    const url = await serve(async () => {
      const execute = ({ writer }: { writer: UIMessageStreamWriter }) => {
        writer.write({ type: 'data-status', id: 's', data: 'begun' });
        writer.write({ type: 'data-toast', data: 'Hi', transient: true });
        writer.write({ type: 'source-url', sourceId: 'u', url: 'https://example.org/', title: 'Example' });
        writer.merge(
          streamText({ model: modelOf([...says('Hello'), finish()]), prompt: 'Hi' }).toUIMessageStream(),
        );
        writer.write({ type: 'data-status', id: 's', data: 'done' });
      };
      return createUIMessageStreamResponse({ stream: createUIMessageStream({ execute }) });
    });
    const chat = chatWith(url, { onResourceUpdate: (...update) => void updates.push(update) });
    await chat.sendMessage('Hi');
    expect(chat.error).toBeNull();
    expect(partsOf(chat)).toMatchObject([
      { type: 'data', name: 'status', id: 's', data: 'done' },
      { type: 'source', sourceType: 'url', id: 'u', url: 'https://example.org/', title: 'Example' },
      { type: 'step-start' },
      { type: 'text', text: 'Hello' },
    ]);
    expect(updates).toEqual([['toast', 'Hi']]);
  });

  it('keeps what was written where the server fails, and shows what it says of it', async () => {
    const failure = { type: 'error', error: new Error('hunter2') } as const;
    const model = modelOf([...says('Half'), failure], [...says('Whole'), finish()]);
    const { url } = await chatServer(model);
    const chat = chatWith(url);
    await chat.sendMessage('Hi');
    expect(chat.error).toMatchObject({ type: 'provider_error', source: 'provider', retryable: true });
    expect(chat.error?.message).not.toContain('hunter2');
    expect(partsOf(chat)).toMatchObject([{ text: 'Half', status: 'done' }]);
    await chat.retry();
    expect(chat.error).toBeNull();
    expect(partsOf(chat)).toMatchObject([{ text: 'Whole' }]);
  });

  it('says why a request was refused', async () => {
    const url = await serve(async () => Response.json({ error: 'Too many requests.' }, { status: 429 }));
    const chat = chatWith(url);
    await chat.sendMessage('Hi');
    expect(chat.error).toMatchObject({ type: 'rate_limit_error', retryable: true });
  });

  it('stops the model by leaving', async () => {
    let aborted = 0;
    const model = new MockLanguageModelV3({
      doStream: async ({ abortSignal }) => ({
        stream: new ReadableStream<StreamPart>({
          start(controller) {
            for (const part of says('Half').slice(0, -1)) controller.enqueue(part);
            abortSignal?.addEventListener('abort', () => {
              aborted += 1;
              controller.error(abortSignal.reason);
            });
          },
        }),
      }),
    });
    const { url } = await chatServer(model);
    const chat = chatWith(url);
    const turn = chat.sendMessage('Hi');
    await waitFor(() => expect(answerOf(chat) && partsOf(chat)[0]).toMatchObject({ text: 'Half' }));
    chat.stop();
    await turn;
    await waitFor(() => expect(aborted).toBe(1));
    expect(chat.error).toBeNull();
    expect(partsOf(chat)).toMatchObject([{ text: 'Half', status: 'done' }]);
  });

  it('goes on with a run that it finds after a reload, and with nothing where there is none', async () => {
    const asked: string[] = [];
    let isGoing = true;
    const url = await serve(async (request) => {
      asked.push(`${request.method} ${new URL(request.url).pathname}`);
      if (!isGoing) return new Response(null, { status: 204 });
      const result = streamText({ model: modelOf([...says('Still here'), finish()]), prompt: 'Hi' });
      return result.toUIMessageStreamResponse();
    });
    const message = (role: OurMessage['role'], text: string, status: OurMessage['status']): OurMessage => ({
      id: role,
      role,
      parts: [{ type: 'text', text, status }],
      status,
      createdAt: new Date(0),
    });
    const stored = [message('user', 'Hi', 'done'), message('assistant', 'Still', 'streaming')];
    const chat = chatWith(url, { initialMessages: stored });
    await chat.resume();
    expect(chat.error).toBeNull();
    expect(chat.messages).toHaveLength(2);
    expect(partsOf(chat)).toMatchObject([{ text: 'Still here', status: 'done' }]);
    isGoing = false;
    const other = chatWith(url, { initialMessages: stored.slice(0, 1) });
    await other.resume();
    expect(other.status).toBe('idle');
    expect(other.messages).toHaveLength(1);
    expect(asked).toEqual(['GET /api/chat/chat-1/stream', 'GET /api/chat/chat-1/stream']);
  });
});
