import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { inspect } from 'node:util';
import {
  AgentChat,
  AgentChatError,
  type ChatRequest,
  createHttpTransport,
  type StreamEvent,
  type Transport,
} from 'agent-chat-kit';
import { octavus } from 'agent-chat-kit/protocols';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { waitFor } from '../wait-for.ts';

const open: (() => Promise<void>)[] = [];

afterEach(async () => {
  await Promise.all(open.splice(0).map((close) => close()));
});

interface Received {
  readonly method: string | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: unknown;
}

interface Server {
  readonly url: string;
  readonly requests: readonly Received[];
  /** How many clients went away before they had the whole answer. */
  readonly gone: () => number;
}

type Answer = (response: ServerResponse, request?: Received) => void;

/** A server that gives one answer to each request, in order. */
async function serve(...answers: readonly Answer[]): Promise<Server> {
  const requests: Received[] = [];
  let gone = 0;
  const server = createServer(async (request, response) => {
    response.on('close', () => {
      if (!response.writableFinished) gone++;
    });
    let text = '';
    for await (const chunk of request.setEncoding('utf8')) text += chunk;
    const answer = answers[requests.length];
    const received: Received = { method: request.method, headers: request.headers, body: JSON.parse(text) };
    requests.push(received);
    if (answer) answer(response, received);
    else response.writeHead(500).end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  open.push(async () => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  });
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}/chat`, requests, gone: () => gone };
}

const EVENT_STREAM = { 'Content-Type': 'text/event-stream' };

const line = (event: object) => `data: ${JSON.stringify(event)}\n\n`;
const lines = (events: readonly StreamEvent[]) => events.map(line).join('');

/** The given body, whole. */
const body =
  (text: string, headers: Record<string, string> = EVENT_STREAM, status = 200): Answer =>
  (response) => {
    response.writeHead(status, headers);
    response.end(text);
  };

/** A good answer. */
const events = (...all: readonly StreamEvent[]): Answer => body(`${lines(all)}data: [DONE]\n\n`);

/** The beginning of an answer whose end does not come. */
const unfinished =
  (text: string): Answer =>
  (response) => {
    response.writeHead(200, EVENT_STREAM);
    response.write(text);
  };

/** The beginning of an answer, after which the connection breaks. */
const broken =
  (text: string | Uint8Array): Answer =>
  (response) => {
    response.writeHead(200, EVENT_STREAM);
    response.write(text, () => setTimeout(() => response.destroy(), 20));
  };

const refusal = (status: number, content: unknown, headers: Record<string, string> = {}): Answer =>
  body(JSON.stringify(content), { 'Content-Type': 'application/json', ...headers }, status);

const START: StreamEvent = { type: 'start', executionId: 'ex1' };
const FINISH: StreamEvent = { type: 'finish', finishReason: 'stop' };
const says = (text: string): StreamEvent[] => [
  { type: 'text-start', id: 't' },
  { type: 'text-delta', id: 't', delta: text },
  { type: 'text-end', id: 't' },
];
const HELLO: readonly StreamEvent[] = [START, ...says('Hello'), FINISH];

const TRIGGER: ChatRequest = { type: 'trigger', triggerName: 'user-message', input: { USER_MESSAGE: 'Hi' } };

async function eventsOf(transport: Transport, request = TRIGGER): Promise<StreamEvent[]> {
  const all: StreamEvent[] = [];
  const { signal } = new AbortController();
  for await (const batch of transport.send(request, { signal, messages: [] })) all.push(...[batch].flat());
  return all;
}

/** What a leg fails with, which has to be an error of ours. */
async function failureOf(transport: Transport, request?: ChatRequest): Promise<AgentChatError> {
  try {
    await eventsOf(transport, request);
  } catch (error) {
    if (AgentChatError.isInstance(error)) return error;
    throw error;
  }
  throw new Error('The leg did not fail.');
}

/** As a page does it that makes its requests itself. */
const requester =
  (url: string) =>
  (payload: ChatRequest, { signal }: { signal: AbortSignal }): Promise<Response> =>
    fetch(url, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ sessionId: 's1', ...payload }),
      signal,
    });

const answerOf = (chat: AgentChat) => chat.messages.filter((message) => message.role === 'assistant').at(-1);
const textOf = (chat: AgentChat) =>
  answerOf(chat)
    ?.parts.map((part) => (part.type === 'text' ? part.text : ''))
    .join('');

describe('a request that the page makes itself', () => {
  it('is given exactly the trigger, without the conversation', async () => {
    const server = await serve(events(...HELLO), events(...HELLO));
    const chat = new AgentChat({ transport: createHttpTransport({ request: requester(server.url) }) });
    await chat.send('user-message', { USER_MESSAGE: 'Hi' }, { userMessage: { content: 'Hi' } });
    await chat.send('summarise');
    expect(server.requests.map((request) => request.body)).toStrictEqual([
      { sessionId: 's1', type: 'trigger', triggerName: 'user-message', input: { USER_MESSAGE: 'Hi' } },
      { sessionId: 's1', type: 'trigger', triggerName: 'summarise' },
    ]);
    expect(chat.messages.map((message) => message.role)).toEqual(['user', 'assistant', 'assistant']);
    expect(textOf(chat)).toBe('Hello');
    expect(chat.status).toBe('idle');
  });

  it('is given where to go back to on a retry', async () => {
    const server = await serve(
      refusal(503, {}),
      events({ ...START, lastMessageId: 'lm0' }, ...says('no'), { type: 'finish', finishReason: 'stop' }),
      events(...HELLO),
    );
    const chat = new AgentChat({ transport: createHttpTransport({ request: requester(server.url) }) });
    await chat.sendMessage('Hi');
    await chat.retry();
    await chat.retry();
    expect(server.requests.map((request) => request.body)).toMatchObject([
      { triggerName: 'user-message' },
      { triggerName: 'user-message', rollbackAfterMessageId: null },
      { triggerName: 'user-message', rollbackAfterMessageId: 'lm0' },
    ]);
    expect(server.requests[0]?.body).not.toHaveProperty('rollbackAfterMessageId');
    expect(chat.messages).toHaveLength(2);
    expect(textOf(chat)).toBe('Hello');
  });

  it('is given the results of the tools that the page ran', async () => {
    const server = await serve(
      events(
        START,
        { type: 'tool-input-available', toolCallId: 'c1', toolName: 'cli', input: { z: 1 } },
        {
          type: 'client-tool-request',
          executionId: 'ex1',
          toolCalls: [
            { toolCallId: 'c1', toolName: 'cli', args: { z: 1 }, outputVariable: 'OUT', blockIndex: 2 },
          ],
          serverToolResults: [{ toolCallId: 'c0', toolName: 'srv', result: { ok: true } }],
        },
        { type: 'finish', finishReason: 'client-tool-calls', executionId: 'ex1' },
      ),
      events(START, ...says('after'), FINISH),
    );
    const chat = new AgentChat({
      transport: createHttpTransport({ request: requester(server.url) }),
      clientTools: { cli: ({ z }) => Number(z) + 6 },
    });
    await chat.sendMessage('Hi');
    expect(server.requests[1]?.body).toStrictEqual({
      sessionId: 's1',
      type: 'continue',
      executionId: 'ex1',
      toolResults: [
        { toolCallId: 'c0', toolName: 'srv', result: { ok: true } },
        { toolCallId: 'c1', toolName: 'cli', result: 7, outputVariable: 'OUT', blockIndex: 2 },
      ],
    });
    expect(answerOf(chat)?.parts).toMatchObject([
      { type: 'tool-call', status: 'done', result: 7 },
      { type: 'step-start' },
      { type: 'text', text: 'after' },
    ]);
  });
});

describe('a request that the transport makes', () => {
  it('posts JSON with the trigger, the conversation and the fields of the page', async () => {
    const server = await serve(events(...HELLO));
    const chat = new AgentChat({
      transport: createHttpTransport({ url: server.url, body: { sessionId: 's1', tenant: { id: 7 } } }),
    });
    await chat.sendMessage('Hi');
    const [request] = server.requests;
    expect(request?.method).toBe('POST');
    expect(request?.headers).toMatchObject({
      'content-type': 'application/json',
      accept: 'text/event-stream',
    });
    expect(request?.body).toMatchObject({
      sessionId: 's1',
      tenant: { id: 7 },
      type: 'trigger',
      triggerName: 'user-message',
      input: { USER_MESSAGE: 'Hi' },
      messages: [{ role: 'user', parts: [{ type: 'text', text: 'Hi' }] }],
    });
    expect(textOf(chat)).toBe('Hello');
  });

  it('leaves the conversation out for a server that keeps it', async () => {
    const server = await serve(events(...HELLO));
    await eventsOf(createHttpTransport({ url: server.url, protocol: octavus({ sendMessages: false }) }));
    expect(server.requests[0]?.body).toStrictEqual({ ...TRIGGER });
  });

  it('asks for the headers anew each time', async () => {
    const server = await serve(events(...HELLO), events(...HELLO));
    let asked = 0;
    const transport = createHttpTransport({
      url: new URL(server.url),
      headers: async () => {
        await new Promise((resolve) => setTimeout(resolve, 1));
        return { Authorization: `Bearer ${++asked}`, Accept: 'text/event-stream, application/json' };
      },
    });
    await eventsOf(transport);
    await eventsOf(transport);
    expect(server.requests.map((request) => request.headers.authorization)).toEqual(['Bearer 1', 'Bearer 2']);
    expect(server.requests[0]?.headers.accept).toBe('text/event-stream, application/json');
  });

  it.each([
    ['a list', [['X-Tenant', 'seven']] as [string, string][]],
    ['Headers', new Headers({ 'x-tenant': 'seven' })],
    ['an object', { 'X-TENANT': 'seven' }],
  ])('takes headers as %s', async (_, headers) => {
    const server = await serve(events(...HELLO));
    await eventsOf(createHttpTransport({ url: server.url, headers }));
    expect(server.requests[0]?.headers['x-tenant']).toBe('seven');
  });

  it('asks for the headers once more where they are refused, and for all that wait at once', async () => {
    const guarded: Answer = (response, request) => {
      const welcome = request?.headers.authorization === 'Bearer new';
      const answer = welcome ? events(START, { type: 'finish', finishReason: 'stop' }) : body('', {}, 401);
      answer(response);
    };
    const server = await serve(guarded, guarded, guarded, guarded);
    let asked = 0;
    const headers = async () => {
      asked += 1;
      await new Promise((resolve) => setTimeout(resolve, 300));
      // Whoever was first to be refused brings the new token for both.
      return { Authorization: asked > 2 ? 'Bearer new' : 'Bearer old' };
    };
    const transport = createHttpTransport({ url: server.url, headers });
    const chats = [new AgentChat({ transport }), new AgentChat({ transport })];
    await Promise.all(chats.map((chat) => chat.sendMessage('Hi')));
    expect(chats.map((chat) => chat.error)).toEqual([null, null]);
    expect(server.requests).toHaveLength(4);
    expect(asked).toBe(3);
  });

  it('fails visibly where the headers are refused again, and tells nobody what they were', async () => {
    const refuse = body('', {}, 401);
    const server = await serve(refuse, refuse, refuse);
    const headers = vi.fn(() => ({ Authorization: 'Bearer canary' }));
    const chat = new AgentChat({ transport: createHttpTransport({ url: server.url, headers }) });
    await chat.sendMessage('Hi');
    expect(chat.error).toMatchObject({ type: 'authentication_error', retryable: false });
    expect(server.requests).toHaveLength(2);
    expect(headers).toHaveBeenCalledTimes(2);
    expect(JSON.stringify([chat.error, chat.getSnapshot()])).not.toContain('canary');
  });

  it('lets no field of the page change what is asked', async () => {
    const server = await serve(events(...HELLO));
    await eventsOf(
      createHttpTransport({ url: server.url, body: { type: 'stop', triggerName: 'other', extra: 1 } }),
    );
    expect(server.requests[0]?.body).toMatchObject({
      type: 'trigger',
      triggerName: 'user-message',
      extra: 1,
    });
  });

  it('uses the fetch and the credentials that it is given', async () => {
    const server = await serve(events(...HELLO));
    const calls: RequestInit[] = [];
    const transport = createHttpTransport({
      url: server.url,
      credentials: 'include',
      fetch: (input, init) => {
        calls.push(init ?? {});
        return fetch(input, init);
      },
    });
    expect(await eventsOf(transport)).toEqual(HELLO);
    expect(calls).toMatchObject([{ method: 'POST', credentials: 'include' }]);
  });

  it('is not made where it cannot be written as JSON', async () => {
    const server = await serve();
    const transport = createHttpTransport({ url: server.url });
    const error = await failureOf(transport, { type: 'trigger', triggerName: 't', input: { count: 1n } });
    expect(error).toMatchObject({
      type: 'validation_error',
      source: 'client',
      retryable: false,
      code: 'request-not-json',
    });
    expect(server.requests).toEqual([]);
  });
});

describe('a stream', () => {
  it.each([
    ['without a space after the colon', HELLO.map((event) => `data:${JSON.stringify(event)}\n\n`).join('')],
    ['with CRLF', `${lines(HELLO)}data: [DONE]\n\n`.replaceAll('\n', '\r\n')],
    ['with comments between', HELLO.map((event) => `: heartbeat\n\n${line(event)}`).join('')],
    ['whose last event lacks its blank line', lines(HELLO).trimEnd()],
    [
      'with event names and ids',
      HELLO.map((event, id) => `id: ${id}\nevent: message\n${line(event)}`).join(''),
    ],
    ['with a byte order mark', `\uFEFF${lines(HELLO)}`],
  ])('is read %s', async (_, text) => {
    const server = await serve(body(text));
    expect(await eventsOf(createHttpTransport({ url: server.url }))).toEqual(HELLO);
  });

  it.each(['text/event-stream; charset=utf-8', 'text/event-stream;charset=UTF-8', 'Text/Event-Stream'])(
    'is one by its content type: %s',
    async (type) => {
      const server = await serve(body(lines(HELLO), { 'Content-Type': type }));
      expect(await eventsOf(createHttpTransport({ url: server.url }))).toEqual(HELLO);
    },
  );

  it('is taken for one where the server does not say what it sends', async () => {
    const server = await serve(body(lines(HELLO), {}));
    expect(await eventsOf(createHttpTransport({ url: server.url }))).toEqual(HELLO);
  });

  it('ends where it says so: nothing after that is read', async () => {
    const server = await serve(
      body(`${lines(HELLO)}data: [DONE]\n\n${line({ type: 'late' })}not an event\n\n`),
    );
    expect(await eventsOf(createHttpTransport({ url: server.url }))).toEqual(HELLO);
  });

  it('shows each event when it comes, not when all have come', async () => {
    let go = (): void => {};
    const server = await serve((response) => {
      unfinished(lines([START, ...says('first ')]))(response);
      go = () => response.end(lines([...says('second'), FINISH]));
    });
    const chat = new AgentChat({ transport: createHttpTransport({ url: server.url }) });
    const sent = chat.sendMessage('Hi');
    await waitFor(() => expect(textOf(chat)).toBe('first '));
    expect(chat.status).toBe('streaming');
    go();
    await sent;
    expect(textOf(chat)).toBe('first second');
    expect(chat.status).toBe('idle');
  });

  it.each([
    ['together with it', 0],
    ['a moment later', 20],
  ])('may say what the run cost after its end, %s', async (_, delay) => {
    const server = await serve((response) => {
      const cost = line({ type: 'usage', tokens: { totalTokens: 3 } });
      unfinished(lines(HELLO) + (delay ? '' : cost))(response);
      setTimeout(() => response.end(delay ? cost : ''), delay);
    });
    const chat = new AgentChat({ transport: createHttpTransport({ url: server.url }) });
    await chat.sendMessage('Hi');
    expect(chat.status).toBe('idle');
    await waitFor(() =>
      expect(answerOf(chat)?.metadata).toMatchObject({ usage: { tokens: { totalTokens: 3 } } }),
    );
  });

  it('passes over events that it does not know', async () => {
    const server = await serve(
      body(`${line(START)}${line({ type: 'hologram', beam: 1 })}${lines(HELLO.slice(1))}`),
    );
    const chat = new AgentChat({ transport: createHttpTransport({ url: server.url }) });
    await chat.sendMessage('Hi');
    expect(chat.error).toBeNull();
    expect(textOf(chat)).toBe('Hello');
  });

  it('that carries an error ends the run with it', async () => {
    const server = await serve(
      events(START, ...says('But'), {
        type: 'error',
        errorType: 'rate_limit_error',
        message: 'Too many requests.',
        source: 'provider',
        retryable: true,
        retryAfter: 20,
        provider: { name: 'example', model: 'small' },
      }),
    );
    const chat = new AgentChat({ transport: createHttpTransport({ url: server.url }) });
    await chat.sendMessage('Hi');
    expect(chat.status).toBe('error');
    expect(chat.error).toMatchObject({
      message: 'Too many requests.',
      type: 'rate_limit_error',
      source: 'provider',
      retryable: true,
      retryAfter: 20,
      provider: { name: 'example', model: 'small' },
    });
    expect(answerOf(chat)).toMatchObject({ status: 'done', parts: [{ type: 'text', text: 'But' }] });
  });

  it('that carries an error of few words ends the run with a whole error all the same', async () => {
    const server = await serve(body(`${line(START)}${line({ type: 'error', message: 'No.' })}`));
    const chat = new AgentChat({ transport: createHttpTransport({ url: server.url }) });
    await chat.sendMessage('Hi');
    expect(chat.error).toMatchObject({
      message: 'No.',
      type: expect.any(String),
      source: expect.any(String),
      retryable: expect.any(Boolean),
    });
  });
});

describe('a status that tells of failure', () => {
  it.each([
    [400, 'validation_error', false],
    [401, 'authentication_error', false],
    [402, 'quota_exceeded_error', false],
    [403, 'permission_error', false],
    [404, 'not_found_error', false],
    [408, 'unknown_error', true],
    [418, 'unknown_error', false],
    [422, 'validation_error', false],
    [425, 'unknown_error', true],
    [429, 'rate_limit_error', true],
    [500, 'internal_error', true],
    [502, 'internal_error', true],
    [503, 'provider_overloaded', true],
    [504, 'provider_timeout', true],
  ])('gives the error its kind: %i is %s, retryable: %s', async (status, type, retryable) => {
    const server = await serve(refusal(status, { error: 'Not now.', code: 'NOT_NOW' }));
    const chat = new AgentChat({ transport: createHttpTransport({ request: requester(server.url) }) });
    await chat.sendMessage('Hi');
    expect(chat.status).toBe('error');
    expect(chat.error).toMatchObject({
      message: 'Not now.',
      code: 'NOT_NOW',
      type,
      retryable,
      source: 'platform',
    });
    expect(chat.messages.map((message) => message.role)).toEqual(['user']);
  });

  it.each([
    ['{error}', { error: 'Session is gone.' }, 'Session is gone.', 'http-404'],
    [
      '{error, message, code}',
      { error: 'NotFound', message: 'Session is gone.', code: 'GONE' },
      'Session is gone.',
      'GONE',
    ],
    [
      '{error: {code, message}}',
      { error: { code: 'GONE', message: 'Session is gone.' } },
      'Session is gone.',
      'GONE',
    ],
    ['{detail}', { detail: 'Session is gone.' }, 'Session is gone.', 'http-404'],
    ['no words', { ok: false }, 'The server answered with status 404.', 'http-404'],
    [
      'words that are none',
      { error: 7, message: ['x'], code: {} },
      'The server answered with status 404.',
      'http-404',
    ],
    ['a list', ['Session is gone.'], 'The server answered with status 404.', 'http-404'],
    ['null', null, 'The server answered with status 404.', 'http-404'],
  ])('gives the error the server’s own words: %s', async (_, content, message, code) => {
    const server = await serve(refusal(404, content));
    const error = await failureOf(createHttpTransport({ url: server.url }));
    expect(error).toMatchObject({ message, code, type: 'not_found_error' });
  });

  it('says when to try again, told in seconds', async () => {
    const server = await serve(refusal(429, { error: 'Busy.' }, { 'Retry-After': '7' }));
    expect(await failureOf(createHttpTransport({ url: server.url }))).toMatchObject({ retryAfter: 7 });
  });

  it('says when to try again, told as a date', async () => {
    const date = new Date(Date.now() + 90_000).toUTCString();
    const server = await serve(refusal(503, {}, { 'Retry-After': date }));
    const { retryAfter } = await failureOf(createHttpTransport({ url: server.url }));
    expect(retryAfter).toBeGreaterThan(80);
    expect(retryAfter).toBeLessThanOrEqual(90);
  });

  it.each([
    ['a date that is past', new Date(0).toUTCString(), 0],
    ['words', 'soon', undefined],
  ])('makes no nonsense of %s as the time to try again', async (_, header, expected) => {
    const server = await serve(refusal(503, {}, { 'Retry-After': header }));
    const { retryAfter } = await failureOf(createHttpTransport({ url: server.url }));
    expect(retryAfter).toBe(expected);
  });

  it('does not show a page', async () => {
    const page = '<!doctype html><title>502 Bad Gateway</title><h1>nginx</h1>';
    const server = await serve(body(page, { 'Content-Type': 'text/html' }, 502));
    const error = await failureOf(createHttpTransport({ url: server.url }));
    expect(error).toMatchObject({
      message: 'The server answered with status 502.',
      code: 'http-502',
      retryable: true,
    });
    expect(inspect(error, { depth: 5 })).not.toContain('nginx');
  });

  it('shows only the beginning of a long message', async () => {
    const server = await serve(refusal(500, { error: { message: `Because ${'x'.repeat(5_000)}` } }));
    const { message } = await failureOf(createHttpTransport({ url: server.url }));
    expect(message).toHaveLength(500);
    expect(message).toMatch(/^Because x+$/);
  });

  it('is told although its body never ends', async () => {
    const server = await serve((response) => {
      response.writeHead(500, { 'Content-Type': 'application/json' });
      const more = (): void => {
        while (!response.destroyed && response.write(`{"error":"${'x'.repeat(4_096)}`));
        if (!response.destroyed) response.once('drain', more);
      };
      more();
    });
    expect(await failureOf(createHttpTransport({ url: server.url }))).toMatchObject({
      message: 'The server answered with status 500.',
    });
    await waitFor(() => expect(server.gone()).toBe(1));
  });

  it('puts neither a header nor the request nor the rest of the response into the error', async () => {
    const server = await serve(
      refusal(401, { error: 'No.', stack: 'at hunter2.js' }, { 'X-Trace': 'hunter2' }),
    );
    const chat = new AgentChat({
      transport: createHttpTransport({ url: server.url, headers: { Authorization: 'Bearer hunter2' } }),
    });
    await chat.sendMessage('hunter2');
    expect(chat.error?.message).toBe('No.');
    expect(inspect(chat.error, { depth: 8, showHidden: true })).not.toContain('hunter2');
  });
});

describe('a response that is no event stream', () => {
  it.each(['text/html', 'application/json; charset=utf-8', 'text/plain'])('is refused: %s', async (type) => {
    const server = await serve(body('{"type":"start"} <p>hunter2', { 'Content-Type': type }));
    const error = await failureOf(createHttpTransport({ url: server.url }));
    expect(error).toMatchObject({ type: 'protocol_error', code: 'not-an-event-stream' });
    expect(error.message).toContain(type.split(';')[0]);
    expect(inspect(error, { depth: 5 })).not.toContain('hunter2');
  });

  it('is not read on', async () => {
    const server = await serve((response) => {
      response.writeHead(200, { 'Content-Type': 'video/mp4' });
      response.write('x');
    });
    expect(await failureOf(createHttpTransport({ url: server.url }))).toMatchObject({
      code: 'not-an-event-stream',
    });
    await waitFor(() => expect(server.gone()).toBe(1));
  });

  it('is refused where it has no body', async () => {
    const server = await serve((response) => response.writeHead(204).end());
    const error = await failureOf(createHttpTransport({ url: server.url }));
    expect(error).toMatchObject({ type: 'protocol_error', code: 'empty-body' });
  });
});

describe('a connection', () => {
  it('that is refused is an error, and can be tried again', async () => {
    const server = await serve();
    await Promise.all(open.splice(0).map((close) => close()));
    const chat = new AgentChat({ transport: createHttpTransport({ url: server.url }) });
    await chat.sendMessage('Hi');
    expect(chat.status).toBe('error');
    expect(chat.error).toMatchObject({
      message: 'The server could not be reached.',
      type: 'provider_error',
      source: 'client',
      retryable: true,
      code: 'connection-failed',
    });
    expect(chat.error?.cause).toBeInstanceOf(Error);
    expect(chat.canRetry).toBe(true);
  });

  it.each([
    ['between events', lines([START, ...says('Half')])],
    ['inside an event', `${lines([START, ...says('Half')])}data: {"type":"text-del`],
    [
      'inside a character',
      Buffer.concat([Buffer.from(lines([START, ...says('Half')])), Buffer.from([0xe2, 0x82])]),
    ],
  ])('that breaks %s keeps what came and tells that it is not whole', async (_, text) => {
    const server = await serve(broken(text));
    const chat = new AgentChat({ transport: createHttpTransport({ url: server.url }) });
    await chat.sendMessage('Hi');
    expect(chat.status).toBe('error');
    expect(chat.error).toMatchObject({
      type: 'provider_error',
      source: 'client',
      retryable: true,
      code: 'stream-interrupted',
    });
    expect(answerOf(chat)).toMatchObject({ status: 'done', parts: [{ text: 'Half', status: 'done' }] });
  });

  it('that breaks leaves nothing open in the message', async () => {
    const server = await serve(
      broken(
        lines([
          START,
          { type: 'reasoning-delta', id: 'r', delta: 'Hm' },
          { type: 'tool-input-available', toolCallId: 'c', toolName: 'look', input: {} },
          { type: 'worker-start', workerId: 'w', workerSlug: 'helper' },
          { type: 'text-delta', id: 't', delta: 'and', workerId: 'w' },
        ]),
      ),
    );
    const chat = new AgentChat({ transport: createHttpTransport({ url: server.url }) });
    await chat.sendMessage('Hi');
    expect(answerOf(chat)).toMatchObject({
      status: 'done',
      parts: [
        { type: 'reasoning', status: 'done' },
        { type: 'tool-call', status: 'cancelled' },
        { type: 'worker', status: 'cancelled', parts: [{ text: 'and', status: 'done' }] },
      ],
    });
  });

  it('that breaks after the end of the run changes nothing', async () => {
    const server = await serve(broken(lines(HELLO)));
    const chat = new AgentChat({ transport: createHttpTransport({ url: server.url }) });
    await chat.sendMessage('Hi');
    await waitFor(() => expect(server.gone()).toBe(1));
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(chat.status).toBe('idle');
    expect(chat.error).toBeNull();
    expect(textOf(chat)).toBe('Hello');
  });

  it('that the server keeps after the end of the run is closed', async () => {
    const server = await serve(unfinished(lines(HELLO)));
    const chat = new AgentChat({ transport: createHttpTransport({ url: server.url }) });
    await chat.sendMessage('Hi');
    expect(chat.status).toBe('idle');
    await waitFor(() => expect(server.gone()).toBe(1));
    expect(chat.error).toBeNull();
  });
});

describe('a stream that ends too early', () => {
  it.each([
    ['with the body', ''],
    ['with its end mark', 'data: [DONE]\n\n'],
    ['with signs of life only', ': heartbeat\n\n'],
  ])('is not taken for a whole answer: it ends %s', async (_, end) => {
    const server = await serve(body(`${lines([START, ...says('Half')])}${end}`));
    const chat = new AgentChat({ transport: createHttpTransport({ url: server.url }) });
    await chat.sendMessage('Hi');
    expect(chat.error).toMatchObject({ code: 'stream-interrupted', retryable: true });
    expect(answerOf(chat)).toMatchObject({ status: 'done', parts: [{ text: 'Half', status: 'done' }] });
    expect(chat.canRetry).toBe(true);
  });

  it('is interrupted, not malformed, where it ends inside an event', async () => {
    const server = await serve(
      body(`${lines([START, ...says('Half')])}data: {"type":"text-delta","id":"t","del`),
    );
    const chat = new AgentChat({ transport: createHttpTransport({ url: server.url }) });
    await chat.sendMessage('Hi');
    expect(textOf(chat)).toBe('Half');
    expect(chat.error).toMatchObject({ code: 'stream-interrupted', retryable: true });
  });

  it('is not taken for an answer where it has nothing in it', async () => {
    const server = await serve(body(''));
    const chat = new AgentChat({ transport: createHttpTransport({ url: server.url }) });
    await chat.sendMessage('Hi');
    expect(chat.error).toMatchObject({ code: 'stream-interrupted' });
    expect(answerOf(chat)).toBeUndefined();
  });

  it('can be asked again', async () => {
    const server = await serve(body(lines([START, ...says('Half')])), events(...HELLO));
    const chat = new AgentChat({ transport: createHttpTransport({ url: server.url }) });
    await chat.sendMessage('Hi');
    await chat.retry();
    expect(chat.error).toBeNull();
    expect(chat.messages).toHaveLength(2);
    expect(textOf(chat)).toBe('Hello');
  });
});

describe('an event that is malformed', () => {
  it.each([
    ['not JSON', 'data: {"type":\n\n', 'malformed-json'],
    ['no event', 'data: [1]\n\n', 'malformed-event'],
    ['lacks a field', 'data: {"type":"text-delta","id":"t"}\n\n', 'malformed-event'],
  ])('fails the run, and what came before it still counts: %s', async (_, bad, code) => {
    const server = await serve(
      body(`${lines([START, ...says('Half')])}${bad}${lines([...says('never'), FINISH])}`),
    );
    const chat = new AgentChat({ transport: createHttpTransport({ url: server.url }) });
    await chat.sendMessage('Hi');
    expect(chat.error).toMatchObject({ type: 'protocol_error', source: 'client', code });
    expect(answerOf(chat)).toMatchObject({ status: 'done', parts: [{ text: 'Half', status: 'done' }] });
    expect(textOf(chat)).toBe('Half');
  });

  it('closes the connection', async () => {
    const server = await serve(unfinished(`${line(START)}data: oops\n\n`));
    const chat = new AgentChat({ transport: createHttpTransport({ url: server.url }) });
    await chat.sendMessage('Hi');
    expect(chat.error).toMatchObject({ code: 'malformed-json' });
    await waitFor(() => expect(server.gone()).toBe(1));
  });

  it('is one that is too long: what came before it still counts', async () => {
    const long = `data: {"type":"text-delta","id":"u","delta":"${'x'.repeat(4_096)}`;
    const server = await serve((response) => {
      response.writeHead(200, EVENT_STREAM);
      response.write(lines([START, ...says('Half')]));
      setTimeout(() => response.write(long), 20);
    });
    const chat = new AgentChat({
      transport: createHttpTransport({ url: server.url, maxEventLength: 1_024 }),
    });
    await chat.sendMessage('Hi');
    expect(chat.error).toMatchObject({ type: 'protocol_error', code: 'event-too-long' });
    expect(textOf(chat)).toBe('Half');
    await waitFor(() => expect(server.gone()).toBe(1));
  });
});

describe('a run that is stopped', () => {
  it.each([
    ['the transport makes the request', (url: string) => createHttpTransport({ url })],
    ['the page makes the request', (url: string) => createHttpTransport({ request: requester(url) })],
  ])('closes the connection at the server where %s', async (_, transportTo) => {
    const server = await serve(unfinished(lines([START, ...says('Half')])));
    const chat = new AgentChat({ transport: transportTo(server.url) });
    const sent = chat.sendMessage('Hi');
    await waitFor(() => expect(textOf(chat)).toBe('Half'));
    expect(server.gone()).toBe(0);
    chat.stop();
    await sent;
    await waitFor(() => expect(server.gone()).toBe(1));
    expect(chat.status).toBe('idle');
    expect(chat.error).toBeNull();
    expect(answerOf(chat)).toMatchObject({ status: 'done', parts: [{ text: 'Half' }] });
  });

  it('closes the connection also where the page forgets the signal and the server is silent', async () => {
    const server = await serve(unfinished(lines([START, ...says('Half')])));
    const chat = new AgentChat({
      transport: createHttpTransport({
        request: (payload) => fetch(server.url, { method: 'POST', body: JSON.stringify(payload) }),
      }),
    });
    const sent = chat.sendMessage('Hi');
    await waitFor(() => expect(textOf(chat)).toBe('Half'));
    chat.stop();
    await sent;
    await waitFor(() => expect(server.gone()).toBe(1));
  });

  it('closes the connection also where the page forgets the signal and the answer begins later', async () => {
    let begin = (): void => {};
    const server = await serve((response) => {
      begin = () => {
        response.writeHead(200, EVENT_STREAM);
        response.flushHeaders();
      };
    });
    const chat = new AgentChat({
      transport: createHttpTransport({
        request: (payload) => fetch(server.url, { method: 'POST', body: JSON.stringify(payload) }),
      }),
    });
    const sent = chat.sendMessage('Hi');
    await waitFor(() => expect(server.requests).toHaveLength(1));
    chat.stop();
    await sent;
    begin();
    await waitFor(() => expect(server.gone()).toBe(1));
  });

  it('closes the connection before any answer came', async () => {
    const server = await serve(() => {});
    const chat = new AgentChat({ transport: createHttpTransport({ url: server.url }) });
    const sent = chat.sendMessage('Hi');
    await waitFor(() => expect(server.requests).toHaveLength(1));
    chat.stop();
    await sent;
    await waitFor(() => expect(server.gone()).toBe(1));
    expect(chat.error).toBeNull();
    expect(chat.messages.map((message) => message.role)).toEqual(['user']);
  });

  it('by the next message leaves its words and lets nothing late into the new answer', async () => {
    let late = (): void => {};
    const server = await serve(
      (response) => {
        unfinished(lines([START, ...says('old')]))(response);
        late = () => response.write(lines(says(' late')));
      },
      events(...HELLO),
    );
    const chat = new AgentChat({ transport: createHttpTransport({ url: server.url }) });
    const first = chat.sendMessage('One');
    await waitFor(() => expect(textOf(chat)).toBe('old'));
    const second = chat.sendMessage('Two');
    late();
    await Promise.all([first, second]);
    expect(chat.messages.map((message) => message.parts)).toMatchObject([
      [{ text: 'One' }],
      [{ text: 'old' }],
      [{ text: 'Two' }],
      [{ text: 'Hello' }],
    ]);
    expect(chat.status).toBe('idle');
    await waitFor(() => expect(server.gone()).toBe(1));
  });
});

describe('an approval', () => {
  const asks = lines([
    START,
    { type: 'tool-input-start', toolCallId: 'c1', toolName: 'delete' },
    { type: 'approval-request', approvalId: 'a1', toolCallId: 'c1', toolName: 'delete', args: { id: 7 } },
  ]);
  const goesOn = lines([{ type: 'tool-output-available', toolCallId: 'c1', output: 'gone' }, FINISH]);

  /** A run that asks, and goes on once a second request was answered by `decision`. */
  async function asking(decision: Answer): Promise<Server> {
    let run: ServerResponse | undefined;
    return serve(
      (response) => {
        unfinished(asks)(response);
        run = response;
      },
      (response) => {
        decision(response);
        run?.end(goesOn);
      },
      (response) => response.writeHead(204).end(),
    );
  }

  const accepted: Answer = (response) => response.writeHead(204).end();

  it('is delivered to the address of the chat, with its headers and fields', async () => {
    const server = await asking(accepted);
    const chat = new AgentChat({
      transport: createHttpTransport({
        url: server.url,
        headers: async () => ({ Authorization: 'Bearer 1' }),
        body: { sessionId: 's1' },
      }),
    });
    const sent = chat.sendMessage('Hi');
    await waitFor(() => expect(chat.pendingApprovals).toHaveLength(1));
    await chat.pendingApprovals[0]?.approve({ choice: 'once', args: { id: 8 } });
    await sent;
    expect(server.requests[1]).toMatchObject({ method: 'POST', headers: { authorization: 'Bearer 1' } });
    expect(server.requests[1]?.body).toStrictEqual({
      sessionId: 's1',
      type: 'approval',
      approvalId: 'a1',
      approved: true,
      digest: expect.any(String),
      choice: 'once',
      args: { id: 8 },
    });
    expect(answerOf(chat)?.parts).toMatchObject([
      { status: 'done', result: 'gone', approval: { status: 'approved' } },
    ]);
    expect(chat.pendingApprovals).toEqual([]);
  });

  it('is delivered by the page where the page makes the requests', async () => {
    const server = await asking(accepted);
    const chat = new AgentChat({
      transport: createHttpTransport({
        request: requester(server.url),
        respond: (decision) => fetch(server.url, { method: 'POST', body: JSON.stringify({ decision }) }),
      }),
    });
    const sent = chat.sendMessage('Hi');
    await waitFor(() => expect(chat.pendingApprovals).toHaveLength(1));
    await chat.pendingApprovals[0]?.deny({ reason: 'Not that one.' });
    await sent;
    expect(server.requests[1]?.body).toStrictEqual({
      decision: { approvalId: 'a1', approved: false, reason: 'Not that one.', digest: expect.any(String) },
    });
    expect(answerOf(chat)?.parts).toMatchObject([
      { approval: { status: 'denied', reason: 'Not that one.' } },
    ]);
  });

  it('cannot be given where the page has no way to deliver it', async () => {
    const server = await asking(accepted);
    const transport = createHttpTransport({ request: requester(server.url) });
    const chat = new AgentChat({ transport });
    const sent = chat.sendMessage('Hi');
    await waitFor(() => expect(chat.pendingApprovals).toHaveLength(1));
    await expect(chat.pendingApprovals[0]?.approve()).rejects.toMatchObject({
      code: 'approvals-not-supported',
    });
    expect(transport.respond).toBeUndefined();
    expect(chat.pendingApprovals).toHaveLength(1);
    chat.stop();
    await sent;
  });

  it('stays open where it could not be delivered', async () => {
    const server = await serve(unfinished(asks), refusal(403, { error: 'Not you.', code: 'not-you' }));
    const chat = new AgentChat({ transport: createHttpTransport({ url: server.url }) });
    const sent = chat.sendMessage('Hi');
    await waitFor(() => expect(chat.pendingApprovals).toHaveLength(1));
    await expect(chat.pendingApprovals[0]?.approve()).rejects.toMatchObject({ code: 'not-you' });
    expect(chat.pendingApprovals).toHaveLength(1);
    expect(answerOf(chat)?.parts).toMatchObject([{ approval: { status: 'pending' } }]);
    chat.stop();
    await sent;
    expect(chat.pendingApprovals).toEqual([]);
  });

  it('is void where nobody waits for it any more', async () => {
    const server = await serve(
      unfinished(asks),
      refusal(409, { error: 'Nothing waits.', code: 'approval-not-pending' }),
    );
    const chat = new AgentChat({ transport: createHttpTransport({ url: server.url }) });
    const sent = chat.sendMessage('Hi');
    await waitFor(() => expect(chat.pendingApprovals).toHaveLength(1));
    await expect(chat.pendingApprovals[0]?.approve()).rejects.toMatchObject({
      message: 'Nothing waits.',
      code: 'approval-not-pending',
    });
    expect(chat.pendingApprovals).toEqual([]);
    expect(answerOf(chat)?.parts[0]).not.toHaveProperty('approval');
    chat.stop();
    await sent;
  });
});
