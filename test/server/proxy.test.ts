import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { inspect } from 'node:util';
import { AgentChat, createHttpTransport } from 'agent-chat-kit';
import { octavus } from 'agent-chat-kit/protocols';
import { type ProxyAgentOptions, proxyAgent, toNodeHandler } from 'agent-chat-kit/server';
import { afterEach, describe, expect, it, vi } from 'vitest';

const KEY = 'sk-canary-2f9c81d07be64a55';
const open: (() => Promise<void>)[] = [];

afterEach(async () => {
  vi.restoreAllMocks();
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

interface Asked {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: unknown;
}

/** An agent that wants a key, and the proxy before it. */
async function setup(
  answer: (response: ServerResponse, asked: Asked) => void,
  options: Partial<ProxyAgentOptions> = {},
) {
  const asked: Asked[] = [];
  const errors: unknown[] = [];
  const agent = await listen(async (request, response) => {
    let text = '';
    for await (const chunk of request.setEncoding('utf8')) text += chunk;
    const { method = '', url = '', headers } = request;
    const entry = { method, url, headers, body: text === '' ? undefined : JSON.parse(text) };
    asked.push(entry);
    answer(response, entry);
  });
  const proxy = await listen(
    toNodeHandler(
      proxyAgent({
        url: `${agent}/v1/answers?version=2`,
        headers: { Authorization: `Bearer ${KEY}` },
        onError: (error) => errors.push(error),
        ...options,
      }),
    ),
  );
  const post = (path = '/agent', body: unknown = {}) =>
    fetch(`${proxy}${path}`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', Cookie: 'a=1', 'X-Other': 'b' },
      body: JSON.stringify(body),
    });
  return { asked, errors, proxy, post };
}

const stream = (response: ServerResponse): ServerResponse =>
  response.writeHead(200, { 'Content-Type': 'text/event-stream', 'X-Key': KEY, 'Set-Cookie': 'a=b' });

describe('a request to an agent behind a key', () => {
  it('gets there with the key and the words of the page, and nothing else of the page', async () => {
    const { asked, post } = await setup((response) => stream(response).end('data: [DONE]\n\n'), {
      protocol: { headers: { 'Agent-Version': '3' } },
      body: { model: 'small' },
    });
    const response = await post('/agent', { model: 'large', messages: ['Hi'] });
    expect(await response.text()).toBe('data: [DONE]\n\n');
    expect(asked[0]).toMatchObject({
      method: 'POST',
      url: '/v1/answers?version=2',
      body: { model: 'small', messages: ['Hi'] },
      headers: { authorization: `Bearer ${KEY}`, 'agent-version': '3', accept: 'text/event-stream' },
    });
    expect(asked[0]?.headers).not.toHaveProperty('cookie');
    expect(asked[0]?.headers).not.toHaveProperty('x-other');
  });

  it('is not made where it is no JSON, no POST or too long', async () => {
    const { asked, proxy, post } = await setup((response) => response.end(), { maxBodyLength: 100 });
    expect((await fetch(`${proxy}/agent`)).status).toBe(405);
    expect((await fetch(`${proxy}/agent`, { method: 'POST', body: '{}' })).status).toBe(415);
    expect((await post('/agent', [])).status).toBe(400);
    expect((await post('/agent', { text: 'x'.repeat(200) })).status).toBe(413);
    expect(asked).toEqual([]);
  });

  it('reaches what is below the agent only where the path says so, and nothing beside it', async () => {
    const { asked, proxy, post } = await setup((response) => response.end('{}'), { path: '/agent' });
    await fetch(`${proxy}/agent/run_1?starting_after=4&stream=true`, { headers: { 'Last-Event-ID': '4' } });
    await post('/agent/run_1/cancel');
    expect(asked.map(({ method, url }) => `${method} ${url}`)).toEqual([
      'GET /v1/answers/run_1?version=2&starting_after=4&stream=true',
      'POST /v1/answers/run_1/cancel?version=2',
    ]);
    expect(asked[0]?.headers['last-event-id']).toBe('4');
    for (const path of ['/agent/a/b/c', '/agent/a%2F..%2Fb', '/agent/a.b', '/agent/..%2f..%2fother']) {
      expect((await post(path)).status, path).toBe(404);
    }
    expect(asked.length).toBe(2);
  });

  it('ends when the page goes away', async () => {
    const closed = new Promise<void>((resolve) => {
      void setup((response) => {
        stream(response).write('data: {}\n\n');
        response.once('close', resolve);
      }).then(async ({ post }) => {
        const response = await post();
        const reader = response.body?.getReader();
        await reader?.read();
        await reader?.cancel();
      });
    });
    await closed;
  });
});

describe('the key', () => {
  /** Everything that left the server: to the page, to its log, and to whoever is told of errors. */
  async function leaks(answer: (response: ServerResponse) => void, options?: Partial<ProxyAgentOptions>) {
    const log = ['log', 'info', 'warn', 'error', 'debug'].map((method) =>
      vi.spyOn(console, method as 'log').mockImplementation(() => {}),
    );
    const { errors, post, proxy } = await setup(answer, options);
    const seen: string[] = [];
    const response = await post();
    seen.push(inspect([...response.headers]));
    seen.push(await response.text().catch((error) => inspect(error)));
    const chat = new AgentChat({
      transport: createHttpTransport({ url: `${proxy}/agent`, protocol: octavus() }),
    });
    await chat.sendMessage('Hello');
    seen.push(JSON.stringify(chat.getSnapshot()), inspect(chat.error, { depth: 9 }));
    seen.push(inspect(errors, { depth: 9 }), ...errors.map((error) => JSON.stringify(error)));
    seen.push(inspect(log.map(({ mock }) => mock.calls)));
    return { seen: seen.join('\n'), chat, errors };
  }

  it('is taken out of an answer that repeats it, wherever it is cut', async () => {
    const { seen, chat } = await leaks(async (response) => {
      stream(response);
      const text = `data: {"type":"text-delta","id":"t","delta":"It is ${KEY}, ${KEY}."}\n\ndata: {"type":"finish","finishReason":"stop"}\n\n`;
      for (const character of text) {
        response.write(character);
        await new Promise((resolve) => setImmediate(resolve));
      }
      response.end();
    });
    expect(seen).not.toContain(KEY);
    expect(chat.messages.at(-1)?.parts).toMatchObject([{ text: 'It is …, ….' }]);
  });

  it.each([
    [401, JSON.stringify({ error: { message: `Incorrect API key: ${KEY}`, code: 'invalid_api_key' } })],
    [400, JSON.stringify({ error: { message: `Bad request with ${KEY}` } })],
    [429, JSON.stringify({ error: `Slow down, ${KEY}` })],
    [500, `<html>${KEY}</html>`],
    [302, KEY],
  ])('is not in what is told of a failure with status %i', async (status, body) => {
    const { seen, chat, errors } = await leaks((response) =>
      response.writeHead(status, { 'X-Key': KEY, Location: `http://127.0.0.1/?key=${KEY}` }).end(body),
    );
    expect(seen).not.toContain(KEY);
    expect(chat.status).toBe('error');
    expect(errors.length).toBeGreaterThan(0);
    if (status === 401) expect(chat.error?.code).toBe('agent-refused');
    if (status === 400) expect(chat.error?.message).toBe('Bad request with …');
  });

  it('is not in what is told of an agent that is not there, or goes away', async () => {
    const gone = await leaks((response) => void response.destroy());
    expect(gone.seen).not.toContain(KEY);
    expect(gone.chat.error?.code).toBe('agent-unreachable');
    const failing = await leaks((response) => response.end(), {
      fetch: async () => {
        throw new Error(`connect failed with ${KEY}`, { cause: KEY });
      },
    });
    expect(failing.seen).not.toContain(KEY);
  });

  it('would be seen', async () => {
    const { seen } = await leaks((response) =>
      stream(response).end(`data: {"type":"data","name":"n","data":"canary"}\n\n`),
    );
    expect(seen).toContain('canary');
  });
});
