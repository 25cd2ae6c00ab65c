import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type RequestListener,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  createHttpTransport as createOctavusHttpTransport,
  createSocketTransport as createOctavusSocketTransport,
  OctavusChat,
  OctavusError,
  type SocketLike as OctavusSocketLike,
  type Transport as OctavusTransport,
} from '@octavus/client-sdk';
import {
  OctavusClient,
  type SessionAttachOptions,
  type SessionRequest,
  toSSEStream,
} from '@octavus/server-sdk';
import { AgentChat, AgentChatError, type AgentChatOptions, createHttpTransport } from 'agent-chat-kit';
import { octavus } from 'agent-chat-kit/protocols';
import {
  type Agent,
  type AgentRun,
  createAgentHandler,
  createEventWriter,
  createSocketHandler,
  toNodeHandler,
} from 'agent-chat-kit/server';
import { afterEach, describe, expect, it } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { waitFor } from '../wait-for.ts';

const open: (() => void | Promise<void>)[] = [];

afterEach(async () => {
  await Promise.all(open.splice(0).map((close) => close()));
});

async function listen(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  open.push(async () => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  let text = '';
  for await (const chunk of request.setEncoding('utf8')) text += chunk;
  return JSON.parse(text);
}

const fixture = (name: string) =>
  readFileSync(new URL(`../fixtures/octavus/server-sdk-2.0.0-${name}`, import.meta.url), 'utf8');

describe('our chat with the Octavus server', () => {
  interface PlatformRequest {
    readonly method: string | undefined;
    readonly url: string | undefined;
    readonly headers: IncomingHttpHeaders;
    readonly body: unknown;
  }

  /** What the platform answers to one request of a run. */
  type Leg = readonly object[] | ((response: ServerResponse) => void);

  const EVENT_STREAM = { 'Content-Type': 'text/event-stream' };
  const lines = (events: readonly object[]) =>
    events.map((event) => `data: ${JSON.stringify(event)}\n\n`).join('');

  /** The platform, which plays one leg per request of the session, and a server of an application on top of it. */
  async function serve(tools: NonNullable<SessionAttachOptions['tools']>, ...legs: readonly Leg[]) {
    const requests: PlatformRequest[] = [];
    let platformLeft = 0;
    let leg = 0;
    const platform = await listen(async (request, response) => {
      const { method, url, headers } = request;
      requests.push({ method, url, headers, body: await bodyOf(request) });
      response.on('close', () => {
        if (!response.writableFinished) platformLeft++;
      });
      if (url === '/api/agent-sessions') {
        response.writeHead(200, { 'Content-Type': 'application/json' });
        response.end('{"sessionId":"s1"}');
        return;
      }
      const answer = legs[leg++];
      if (typeof answer === 'function') return answer(response);
      response.writeHead(200, EVENT_STREAM);
      response.end(lines(answer ?? []));
    });

    const client = new OctavusClient({ baseUrl: platform, apiKey: 'k' });
    const sessionId = await client.agentSessions.create('agent1', { A: 1 });
    const session = client.agentSessions.attach(sessionId, { tools });
    /** The bodies that the application's server sent. */
    const sent: string[] = [];
    const url = await listen(async (request, response) => {
      const payload = (await bodyOf(request)) as SessionRequest;
      const gone = new AbortController();
      response.on('close', () => gone.abort());
      const stream = toSSEStream(session.execute(payload, { signal: gone.signal }));
      response.writeHead(200, EVENT_STREAM);
      const index = sent.push('') - 1;
      const decoder = new TextDecoder();
      for await (const chunk of stream) {
        sent[index] += decoder.decode(chunk, { stream: true });
        response.write(chunk);
      }
      response.end();
    });
    return { url, requests, sent, platformLeft: () => platformLeft };
  }

  /** As the Octavus documentation shows it. */
  function chatWith(url: string, options: Partial<AgentChatOptions> = {}): AgentChat {
    const chat = new AgentChat({
      transport: createHttpTransport({
        request: (payload, { signal }) =>
          fetch(url, {
            method: 'POST',
            headers: { 'Content-Type': 'application/json' },
            body: JSON.stringify({ sessionId: 's1', ...payload }),
            signal,
          }),
      }),
      ...options,
    });
    open.push(() => chat.dispose());
    return chat;
  }

  const START = { type: 'start', messageId: 'm1', executionId: 'ex1' };
  const AGAIN = { type: 'start', executionId: 'ex1' };
  const FINISH = { type: 'finish', finishReason: 'stop', executionId: 'ex1' };
  const TOOLS_NEXT = { type: 'finish', finishReason: 'tool-calls', executionId: 'ex1' };
  const says = (text: string) => [
    { type: 'text-start', id: 't' },
    { type: 'text-delta', id: 't', delta: text },
    { type: 'text-end', id: 't' },
  ];
  const calls = (toolCallId: string, toolName: string, args: object) => [
    { type: 'tool-input-start', toolCallId, toolName },
    { type: 'tool-input-available', toolCallId, toolName, input: args },
  ];
  const answerOf = (chat: AgentChat) => chat.messages.filter(({ role }) => role === 'assistant').at(-1);

  it('goes through tools of the server, a resource and a tool of the page, as it was recorded', async () => {
    const { url, requests, sent } = await serve(
      { srv: async (args) => ({ ok: args }) },
      [
        START,
        {
          type: 'block-start',
          blockId: 'b1',
          blockName: 'Respond',
          blockType: 'next-message',
          display: 'stream',
        },
        ...calls('c1', 'srv', { q: 1 }),
        {
          type: 'tool-request',
          toolCalls: [{ toolCallId: 'c1', toolName: 'srv', args: { q: 1 }, blockIndex: 2 }],
        },
        TOOLS_NEXT,
      ],
      [
        AGAIN,
        ...says('hi'),
        { type: 'resource-update', name: 'R', value: 1 },
        {
          type: 'tool-request',
          toolCalls: [
            { toolCallId: 'c2', toolName: 'srv', args: {} },
            { toolCallId: 'c3', toolName: 'cli', args: { z: 1 } },
          ],
        },
        TOOLS_NEXT,
      ],
      [AGAIN, ...says('after'), FINISH],
    );
    const updates: unknown[] = [];
    const starts: unknown[] = [];
    const statuses: string[] = [];
    const chat = chatWith(url, {
      clientTools: { cli: ({ z }) => Number(z) + 6 },
      onResourceUpdate: (...update) => void updates.push(update),
      onStart: (executionId) => void starts.push(executionId),
    });
    chat.subscribe(() => void statuses.push(chat.status));
    await chat.send('user-message', { M: 'x' }, { userMessage: { content: 'x' } });

    expect(answerOf(chat)).toMatchObject({
      status: 'done',
      parts: [
        { type: 'tool-call', toolName: 'srv', args: { q: 1 }, result: { ok: { q: 1 } }, status: 'done' },
        { type: 'step-start' },
        { type: 'text', text: 'hi', status: 'done' },
        { type: 'tool-call', toolCallId: 'c2', result: { ok: {} }, status: 'done' },
        { type: 'tool-call', toolCallId: 'c3', result: 7, status: 'done' },
        { type: 'step-start' },
        { type: 'text', text: 'after', status: 'done' },
      ],
    });
    expect(chat.messages).toHaveLength(2);
    expect(chat.status).toBe('idle');
    expect(statuses).not.toContain('error');
    expect(statuses).not.toContain('awaiting-input');
    expect(updates).toEqual([['R', 1]]);
    expect(starts).toEqual(['ex1', 'ex1', 'ex1']);

    expect(sent).toEqual([fixture('trigger.sse'), fixture('continue.sse')]);
    const recorded: PlatformRequest[] = JSON.parse(fixture('platform-requests.json'));
    expect(requests).toHaveLength(recorded.length);
    expect(requests.slice(0, 3)).toMatchObject(recorded.slice(0, 3));
    // The recording answered the call of the page only; a client has to give the results of the server as well.
    expect(requests[3]).toMatchObject({ ...recorded[3], body: { executionId: 'ex1' } });
    expect(requests[3]?.body).toStrictEqual({
      executionId: 'ex1',
      toolResults: [
        { toolCallId: 'c2', toolName: 'srv', result: { ok: {} } },
        { toolCallId: 'c3', toolName: 'cli', result: 7 },
      ],
    });
  });

  it('goes on once a person has answered an interactive tool, and says where the call came from', async () => {
    const { url, requests } = await serve(
      {},
      [
        START,
        ...calls('c1', 'ask', { question: 'Which?' }),
        {
          type: 'tool-request',
          toolCalls: [
            {
              toolCallId: 'c1',
              toolName: 'ask',
              args: { question: 'Which?' },
              source: 'block',
              outputVariable: 'ANSWER',
              blockIndex: 3,
            },
          ],
        },
        TOOLS_NEXT,
      ],
      [AGAIN, ...says('Blue it is.'), FINISH],
    );
    const chat = chatWith(url, { clientTools: { ask: 'interactive' } });
    const turn = chat.sendMessage('Hi');
    await waitFor(() => expect(chat.status).toBe('awaiting-input'));
    const [tool] = chat.pendingClientTools['ask'] ?? [];
    expect(tool?.args).toEqual({ question: 'Which?' });
    tool?.submit({ colour: 'blue' });
    await turn;
    expect(chat.status).toBe('idle');
    expect(answerOf(chat)?.parts.at(-1)).toMatchObject({ text: 'Blue it is.' });
    expect(requests.at(-1)?.body).toStrictEqual({
      executionId: 'ex1',
      toolResults: [
        {
          toolCallId: 'c1',
          toolName: 'ask',
          result: { colour: 'blue' },
          outputVariable: 'ANSWER',
          blockIndex: 3,
        },
      ],
    });
  });

  it('shows a tool of the server that failed', async () => {
    const { url } = await serve(
      {
        srv: async () => {
          throw new Error('No such city.');
        },
      },
      [
        START,
        ...calls('c1', 'srv', {}),
        { type: 'tool-request', toolCalls: [{ toolCallId: 'c1', toolName: 'srv', args: {} }] },
        TOOLS_NEXT,
      ],
      [AGAIN, ...says('Sorry.'), FINISH],
    );
    const chat = chatWith(url);
    await chat.sendMessage('Hi');
    expect(answerOf(chat)?.parts).toMatchObject([
      { type: 'tool-call', status: 'error', error: 'No such city.' },
      { type: 'step-start' },
      { text: 'Sorry.' },
    ]);
  });

  it('needs no request of the page’s own making', async () => {
    const { url, requests } = await serve({}, [START, ...says('Hello'), FINISH]);
    const chat = chatWith('', {
      transport: createHttpTransport({
        url,
        protocol: octavus({ sendMessages: false }),
        body: { sessionId: 's1' },
      }),
    });
    await chat.sendMessage('Hi');
    expect(answerOf(chat)?.parts).toMatchObject([{ text: 'Hello' }]);
    expect(requests.at(-1)?.body).toStrictEqual({
      triggerName: 'user-message',
      input: { USER_MESSAGE: 'Hi' },
    });
  });

  it.each([
    ['{error}', { error: 'Slow down.', code: 'RATE' }, 'Slow down.'],
    // The server’s library finds no words in this shape and makes its own.
    [
      '{error: {message}}',
      { error: { code: 'RATE', message: 'Slow down.' } },
      'Failed to trigger: Too Many Requests',
    ],
  ])('shows what the platform refuses: %s', async (_, body, message) => {
    const { url } = await serve({}, (response) => {
      response.writeHead(429, { 'Content-Type': 'application/json' });
      response.end(JSON.stringify(body));
    });
    const chat = chatWith(url);
    await chat.sendMessage('Hi');
    expect(chat.status).toBe('error');
    expect(chat.error).toMatchObject({
      type: 'rate_limit_error',
      source: 'platform',
      retryable: true,
      message,
    });
    expect(chat.canRetry).toBe(true);
  });

  it('does not take an answer for whole that the platform did not finish', async () => {
    const { url, sent } = await serve({}, [START, ...says('Half')], [START, ...says('Whole'), FINISH]);
    const chat = chatWith(url);
    await chat.sendMessage('Hi');
    expect(sent[0]).toMatch(/data: \[DONE\]\n\n$/);
    expect(chat.error).toMatchObject({ code: 'stream-interrupted', retryable: true });
    expect(answerOf(chat)).toMatchObject({ status: 'done', parts: [{ text: 'Half', status: 'done' }] });
    await chat.retry();
    expect(chat.error).toBeNull();
    expect(chat.messages).toHaveLength(2);
    expect(answerOf(chat)?.parts).toMatchObject([{ text: 'Whole' }]);
  });

  it('keeps what came before the connection to the platform broke', async () => {
    const { url } = await serve({}, (response) => {
      response.writeHead(200, EVENT_STREAM);
      response.write(lines([START, ...says('Half')]), () => setTimeout(() => response.destroy(), 20));
    });
    const chat = chatWith(url);
    await chat.sendMessage('Hi');
    expect(chat.status).toBe('error');
    expect(chat.error).toMatchObject({ type: 'internal_error' });
    expect(answerOf(chat)).toMatchObject({ status: 'done', parts: [{ text: 'Half', status: 'done' }] });
  });

  it('keeps the partial answer of a run that is stopped, and the stop reaches the platform', async () => {
    const { url, platformLeft } = await serve(
      {},
      (response) => {
        response.writeHead(200, EVENT_STREAM);
        response.write(
          lines([START, ...calls('c1', 'srv', {}), { type: 'text-delta', id: 't', delta: 'Half' }]),
        );
      },
      [START, ...says('Next'), FINISH],
    );
    let stops = 0;
    const chat = chatWith(url, { onStop: () => void stops++ });
    const turn = chat.sendMessage('One');
    await waitFor(() => expect(answerOf(chat)?.parts).toHaveLength(2));
    expect(platformLeft()).toBe(0);
    chat.stop();
    await turn;
    await waitFor(() => expect(platformLeft()).toBe(1));
    expect(stops).toBe(1);
    expect(chat.status).toBe('idle');
    expect(chat.error).toBeNull();
    expect(answerOf(chat)).toMatchObject({
      status: 'done',
      parts: [
        { type: 'tool-call', status: 'cancelled' },
        { text: 'Half', status: 'done' },
      ],
    });
    await chat.sendMessage('Two');
    expect(answerOf(chat)?.parts).toMatchObject([{ text: 'Next' }]);
    expect(chat.messages).toHaveLength(4);
  });
});

/** A chat of Octavus and the server of ours that it talks to. */
type Reach = (agent: Agent) => Promise<OctavusTransport>;

const overHttp: Reach = async (agent) => {
  const url = await listen(toNodeHandler(createAgentHandler(agent)));
  return createOctavusHttpTransport({
    request: (payload, options) =>
      fetch(url, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({ sessionId: 's1', ...payload }),
        signal: options?.signal ?? null,
      }),
  });
};

const overSocket: Reach = async (agent) => {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
  server.on('connection', createSocketHandler(agent));
  await once(server, 'listening');
  open.push(async () => {
    for (const socket of server.clients) socket.terminate();
    server.close();
    await once(server, 'close');
  });
  const transport = createOctavusSocketTransport({
    connect: () =>
      new Promise((resolve, reject) => {
        const socket = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`);
        socket.on('error', reject);
        socket.on('open', () => {
          socket.send(JSON.stringify({ type: 'init', sessionId: 's1' }));
          // Of the events of a socket only `data` is read, which is the same in `ws` and in browsers.
          resolve(socket as unknown as OctavusSocketLike);
        });
      }),
  });
  open.push(() => transport.disconnect());
  return transport;
};

describe.each([
  ['HTTP', overHttp],
  ['a socket', overSocket],
])('the Octavus chat with our server over %s', (_, reach) => {
  const answerOf = (chat: OctavusChat) => chat.messages.filter(({ role }) => role === 'assistant').at(-1);
  const over = (chat: OctavusChat) => waitFor(() => expect(chat.status).toBe('idle'));

  /** What a chat shows once the agent has answered. */
  async function answerBy(agent: Agent): Promise<OctavusChat> {
    const chat = new OctavusChat({ transport: await reach(agent) });
    await chat.send('user-message', { USER_MESSAGE: 'Hi' }, { userMessage: { content: 'Hi' } });
    await over(chat);
    expect(chat.error).toBeNull();
    expect(answerOf(chat)?.status).toBe('done');
    return chat;
  }

  it('shows text, and its request reaches the agent whole', async () => {
    const runs: AgentRun[] = [];
    let finished = 0;
    const chat = new OctavusChat({
      onFinish: () => void finished++,
      transport: await reach(async function* (run) {
        runs.push(run);
        yield* createEventWriter(run).text(['Hel', 'lo ', '🎈']);
      }),
    });
    await chat.send('user-message', { USER_MESSAGE: 'Hi' }, { userMessage: { content: 'Hi' } });
    expect(answerOf(chat)).toMatchObject({
      status: 'done',
      parts: [{ type: 'text', text: 'Hello 🎈', status: 'done' }],
    });
    expect(chat.status).toBe('idle');
    expect(finished).toBe(1);
    expect(runs).toHaveLength(1);
    expect(runs[0]?.request).toStrictEqual({
      type: 'trigger',
      triggerName: 'user-message',
      input: { USER_MESSAGE: 'Hi' },
    });
    expect(runs[0]?.body).toMatchObject({ sessionId: 's1' });
    expect(runs[0]?.messages).toBeUndefined();
  });

  it('shows the answers to several messages', async () => {
    const chat = new OctavusChat({
      transport: await reach(async function* (run) {
        const { request } = run;
        const said = request.type === 'trigger' ? request.input?.['USER_MESSAGE'] : '';
        yield* createEventWriter(run).text(`You said ${String(said)}.`);
      }),
    });
    for (const message of ['One', 'Two', 'Three']) await chat.send('user-message', { USER_MESSAGE: message });
    expect(chat.messages.map(({ parts }) => parts)).toMatchObject([
      [{ text: 'You said One.' }],
      [{ text: 'You said Two.' }],
      [{ text: 'You said Three.' }],
    ]);
  });

  it('shows reasoning', async () => {
    const chat = await answerBy(async function* (run) {
      const write = createEventWriter(run);
      yield* write.reasoning(['Let me ', 'think.']);
      yield* write.text('42');
    });
    expect(answerOf(chat)?.parts).toMatchObject([
      { type: 'reasoning', text: 'Let me think.', status: 'done' },
      { type: 'text', text: '42', status: 'done' },
    ]);
  });

  it('shows a call of a tool and its result', async () => {
    const chat = await answerBy(async function* (run) {
      const write = createEventWriter(run);
      const sum = yield* write.tool(
        { name: 'add', title: 'Add', args: { a: 1, b: 2 } },
        ({ a, b }) => Number(a) + Number(b),
      );
      yield* write.text(`It is ${sum}.`);
    });
    expect(answerOf(chat)?.parts).toMatchObject([
      {
        type: 'tool-call',
        toolName: 'add',
        displayName: 'Add',
        args: { a: 1, b: 2 },
        result: 3,
        status: 'done',
      },
      { type: 'text', text: 'It is 3.' },
    ]);
  });

  /** An agent that asks the page, and says what it was told. */
  function asking() {
    const runs: AgentRun[] = [];
    const agent: Agent = async function* (run) {
      runs.push(run);
      const write = createEventWriter(run);
      if (run.request.type === 'trigger') {
        yield* write.text('Let me ask.');
        yield* write.clientTool({ name: 'ask', args: { question: 'Which?' }, toolCallId: 'c1' });
        return;
      }
      const [answer] = run.request.toolResults;
      yield* write.text(answer?.error ?? `${String(answer?.result)} it is.`);
    };
    return { runs, agent };
  }

  it('runs a tool of the page, and goes on with what it answers', async () => {
    const { runs, agent } = asking();
    const asked: unknown[] = [];
    const chat = new OctavusChat({
      transport: await reach(agent),
      clientTools: {
        ask: async (args) => {
          asked.push(args);
          return 'Blue';
        },
      },
    });
    await chat.send('user-message');
    await waitFor(() => expect(answerOf(chat)?.parts).toHaveLength(3));
    await over(chat);
    expect(asked).toEqual([{ question: 'Which?' }]);
    expect(answerOf(chat)?.parts).toMatchObject([
      { type: 'text', text: 'Let me ask.' },
      { type: 'tool-call', toolName: 'ask', args: { question: 'Which?' }, result: 'Blue', status: 'done' },
      { type: 'text', text: 'Blue it is.', status: 'done' },
    ]);
    expect(runs).toHaveLength(2);
    expect(runs[1]?.request).toMatchObject({
      type: 'continue',
      executionId: expect.stringMatching(/./),
      toolResults: [{ toolCallId: 'c1', toolName: 'ask', result: 'Blue' }],
    });
  });

  it.each([
    ['answers', 'Red', 'Red it is.', 'done'],
    ['does not want to answer', undefined, 'User cancelled', 'error'],
  ])('waits for a person, who %s', async (_, answer, reply, status) => {
    const { agent } = asking();
    const chat = new OctavusChat({ transport: await reach(agent), clientTools: { ask: 'interactive' } });
    await chat.send('user-message');
    expect(chat.status).toBe('awaiting-input');
    const [tool] = chat.pendingClientTools['ask'] ?? [];
    expect(tool?.args).toEqual({ question: 'Which?' });
    if (answer === undefined) tool?.cancel();
    else tool?.submit(answer);
    await over(chat);
    expect(chat.error).toBeNull();
    expect(answerOf(chat)?.parts).toMatchObject([
      { type: 'text' },
      { type: 'tool-call', status },
      { text: reply },
    ]);
  });

  it('shows files and sources', async () => {
    const file = { mediaType: 'image/png', url: 'https://example.org/a.png', filename: 'a.png', size: 70 };
    const chat = await answerBy(async function* (run) {
      const write = createEventWriter(run);
      yield* write.file({ ...file, id: 'f1' });
      yield* write.source({ url: 'https://example.org/', title: 'Example' });
      yield* write.source({ title: 'Report', mediaType: 'application/pdf', filename: 'report.pdf' });
    });
    expect(answerOf(chat)?.parts).toMatchObject([
      { type: 'file', id: 'f1', ...file },
      { type: 'source', sourceType: 'url', url: 'https://example.org/', title: 'Example' },
      {
        type: 'source',
        sourceType: 'document',
        title: 'Report',
        mediaType: 'application/pdf',
        filename: 'report.pdf',
      },
    ]);
  });

  it('shows an object', async () => {
    const chat = await answerBy(async function* (run) {
      yield* createEventWriter(run).object('Recipe', ['{"name":"Flat', 'bread","minutes":25}']);
    });
    expect(answerOf(chat)?.parts).toMatchObject([
      { type: 'object', typeName: 'Recipe', object: { name: 'Flatbread', minutes: 25 }, status: 'done' },
    ]);
  });

  it('shows an operation', async () => {
    const chat = await answerBy(async function* (run) {
      const write = createEventWriter(run);
      yield* write.operation('Save the draft', 'set-resource', write.text('Saving.'));
    });
    expect(answerOf(chat)?.parts).toMatchObject([
      { type: 'operation', name: 'Save the draft', operationType: 'set-resource', status: 'done' },
      { type: 'text', text: 'Saving.' },
    ]);
  });

  it('is told of resources', async () => {
    const updates: unknown[] = [];
    const chat = new OctavusChat({
      onResourceUpdate: (...update) => void updates.push(update),
      transport: await reach(async function* () {
        yield { type: 'resource-update', name: 'DRAFT', value: { words: 3 } };
      }),
    });
    await chat.send('user-message');
    expect(updates).toEqual([['DRAFT', { words: 3 }]]);
    expect(chat.status).toBe('idle');
  });

  it('passes over what only our chat knows', async () => {
    const chat = await answerBy(async function* (run) {
      const write = createEventWriter(run);
      yield* write.todos([{ id: '1', content: 'Write', status: 'pending' }]);
      yield* write.data('chart', [1, 2]);
      yield { type: 'progress', value: 0.5 };
      yield* write.text('Hello');
      yield* write.finish();
      yield { type: 'usage', tokens: { totalTokens: 3 } };
    });
    expect(answerOf(chat)?.parts).toMatchObject([{ type: 'text', text: 'Hello' }]);
  });

  it('keeps the partial answer of a run that it stops, and the stop reaches the agent', async () => {
    let aborted = 0;
    let run = 0;
    const agent: Agent = async function* ({ signal }) {
      if (run++ > 0) {
        yield* createEventWriter({ decision: () => Promise.reject(signal.reason) }).text('Next');
        return;
      }
      yield { type: 'tool-input-start', toolCallId: 'c1', toolName: 'slow' };
      yield { type: 'text-start', id: 't' };
      yield { type: 'text-delta', id: 't', delta: 'Half' };
      if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve));
      aborted++;
      yield { type: 'text-delta', id: 't', delta: ' late' };
    };
    let stops = 0;
    const chat = new OctavusChat({ transport: await reach(agent), onStop: () => void stops++ });
    const turn = chat.send('user-message');
    await waitFor(() => expect(answerOf(chat)?.parts[1]).toMatchObject({ text: 'Half' }));
    chat.stop();
    await turn;
    await waitFor(() => expect(aborted).toBe(1));
    expect(stops).toBe(1);
    expect(chat.status).toBe('idle');
    expect(chat.error).toBeNull();
    const half = {
      status: 'done',
      parts: [
        { type: 'tool-call', status: 'cancelled' },
        { type: 'text', text: 'Half', status: 'done' },
      ],
    };
    expect(answerOf(chat)).toMatchObject(half);
    await chat.send('user-message');
    expect(chat.messages).toMatchObject([half, { parts: [{ text: 'Next' }] }]);
  });

  it('shows an error that the agent means for people, with all it says', async () => {
    let told: unknown;
    const chat = new OctavusChat({
      onError: (error) => {
        told = error;
      },
      transport: await reach(async function* (run) {
        yield* createEventWriter(run).text('Half');
        throw new AgentChatError('Too many requests.', {
          type: 'rate_limit_error',
          source: 'provider',
          retryable: true,
          retryAfter: 20,
          code: 'slow-down',
          provider: { name: 'example', model: 'small', statusCode: 429 },
        });
      }),
    });
    await chat.send('user-message');
    expect(chat.status).toBe('error');
    expect(OctavusError.isInstance(chat.error)).toBe(true);
    expect(chat.error).toMatchObject({
      message: 'Too many requests.',
      errorType: 'rate_limit_error',
      source: 'provider',
      retryable: true,
      retryAfter: 20,
      code: 'slow-down',
      provider: { name: 'example', model: 'small', statusCode: 429 },
    });
    expect(told).toBe(chat.error);
    expect(answerOf(chat)).toMatchObject({ status: 'done', parts: [{ text: 'Half', status: 'done' }] });
  });

  it('shows nothing of what an agent throws by accident', async () => {
    const chat = new OctavusChat({
      transport: await reach(async function* (run) {
        yield* createEventWriter(run).text('Half');
        throw new Error('hunter2');
      }),
    });
    await chat.send('user-message');
    expect(chat.error).toMatchObject({ errorType: 'internal_error', source: 'platform' });
    expect(JSON.stringify([chat.error, chat.messages])).not.toContain('hunter2');
  });

  it('shows that a request was refused', async () => {
    const chat = new OctavusChat({ transport: await reach(async function* () {}) });
    await chat.send('');
    expect(chat.status).toBe('error');
    expect(chat.error?.message).toContain('triggerName');
  });
});
