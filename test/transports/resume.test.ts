import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect, createServer as createProxy, type Socket } from 'node:net';
import { AgentChat, createHttpTransport } from 'agent-chat-kit';
import { octavus } from 'agent-chat-kit/protocols';
import {
  type Agent,
  type AgentHandlerOptions,
  createAgentHandler,
  createEventWriter,
  createMemoryLog,
  toNodeHandler,
} from 'agent-chat-kit/server';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { waitFor } from '../wait-for.ts';

const WORDS = Array.from({ length: 200 }, (_, index) => `w${index} `);
const closing: (() => void)[] = [];

beforeEach(() => {
  // No waiting: when to come back is tested elsewhere, here it is what is read.
  vi.spyOn(Math, 'random').mockReturnValue(0);
});
afterEach(() => {
  vi.restoreAllMocks();
  for (const close of closing.splice(0)) close();
});

const talker: Agent = async function* (run) {
  yield* createEventWriter(run).text(
    (async function* () {
      for (const word of WORDS) {
        await new Promise(setImmediate);
        yield word;
      }
    })(),
  );
};

async function serve(agent: Agent, options: AgentHandlerOptions = { log: createMemoryLog() }) {
  const methods: string[] = [];
  const handle = toNodeHandler(createAgentHandler(agent, options));
  const server = createServer((request, response) => {
    methods.push(request.method ?? '');
    void handle(request, response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closing.push(() => {
    server.close();
    server.closeAllConnections();
  });
  return { port: (server.address() as AddressInfo).port, methods };
}

/** Passes bytes on, and resets a connection once so many came back through it. */
async function cutting(port: number, nextCut: () => number) {
  const sockets = new Set<Socket>();
  const proxy = createProxy((client) => {
    const server = connect(port, '127.0.0.1');
    for (const socket of [client, server]) {
      sockets.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => {
        client.destroy();
        server.destroy();
      });
    }
    client.pipe(server);
    let left = nextCut();
    server.on('data', (chunk) => {
      client.write(chunk.subarray(0, left));
      left -= chunk.length;
      if (left <= 0) client.end(() => client.resetAndDestroy());
    });
  });
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  closing.push(() => {
    proxy.close();
    for (const socket of sockets) socket.destroy();
  });
  return `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
}

/** The same numbers every time. */
function random(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state * 48_271) % 2_147_483_647;
    return state % below;
  };
}

const textOf = (chat: AgentChat) =>
  chat.messages
    .at(-1)
    ?.parts.map((part) => (part.type === 'text' ? part.text : ''))
    .join('');

describe('a stream that is cut off', () => {
  it.each([1, 2, 3, 4, 5, 6, 7, 8])(
    'goes on where it was, nothing lost and nothing twice: seed %i',
    async (seed) => {
      const next = random(seed * 7_919);
      const { port, methods } = await serve(talker);
      const url = await cutting(port, () => 400 + next(3_000));
      const chat = new AgentChat({ transport: createHttpTransport({ url }) });
      for (let round = 0; round < 3; round += 1) {
        await chat.sendMessage('Go on');
        expect(chat.error).toBeNull();
        expect(textOf(chat)).toBe(WORDS.join(''));
      }
      expect(methods.filter((method) => method === 'GET').length).toBeGreaterThan(5);
      expect(chat.messages).toHaveLength(6);
    },
  );

  it('is interrupted where the server keeps no events', async () => {
    const { port, methods } = await serve(talker, {});
    const chat = new AgentChat({ transport: createHttpTransport({ url: await cutting(port, () => 2_000) }) });
    await chat.sendMessage('Go on');
    expect(chat.error).toMatchObject({ code: 'stream-interrupted', retryable: true });
    expect(methods).toEqual(['POST']);
  });

  it('is interrupted where the protocol has no way to go on, and nothing is asked that it does not know', async () => {
    const { encodeStop: _, ...protocol } = octavus();
    const { port, methods } = await serve(talker);
    const url = await cutting(port, () => 2_000);
    const chat = new AgentChat({ transport: createHttpTransport({ url, protocol }) });
    await chat.sendMessage('Go on');
    expect(chat.error).toMatchObject({ code: 'stream-interrupted' });
    void chat.sendMessage('Again');
    await waitFor(() => expect(methods).toHaveLength(2));
    chat.stop();
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(methods).toEqual(['POST', 'POST']);
  });

  it('is interrupted where the server does not keep them any more', async () => {
    const { port, methods } = await serve(talker, { log: createMemoryLog({ maxEvents: 4 }) });
    const chat = new AgentChat({ transport: createHttpTransport({ url: await cutting(port, () => 2_000) }) });
    await chat.sendMessage('Go on');
    expect(chat.error).toMatchObject({ code: 'discontinuity', retryable: true });
    // Gone is gone: it is asked once, not again and again.
    expect(methods).toEqual(['POST', 'GET']);
    expect(WORDS.join('')).toContain(textOf(chat));
  });

  it('is given up after some tries where nobody answers any more', async () => {
    const { port } = await serve(talker);
    let connections = 0;
    const url = await cutting(port, () => {
      connections += 1;
      return connections === 1 ? 2_000 : 0;
    });
    const chat = new AgentChat({ transport: createHttpTransport({ url }) });
    await chat.sendMessage('Go on');
    expect(chat.error).toMatchObject({ code: 'stream-interrupted' });
    expect(connections).toBeGreaterThan(2);
    expect(connections).toBeLessThan(20);
  });
});

describe('a run on a server that keeps events', () => {
  it('ends when it is stopped, though it would outlive a connection', async () => {
    let ended: (reason: string) => void = () => {};
    const end = new Promise<string>((resolve) => {
      ended = resolve;
    });
    const { port, methods } = await serve(async function* (run) {
      run.signal.addEventListener('abort', () => ended('aborted'));
      yield* createEventWriter(run).text('Half');
      await new Promise((resolve) => run.signal.addEventListener('abort', resolve));
    });
    const chat = new AgentChat({ transport: createHttpTransport({ url: `http://127.0.0.1:${port}` }) });
    const sent = chat.sendMessage('Go on');
    await waitFor(() => expect(textOf(chat)).toBe('Half'));
    chat.stop();
    await sent;
    expect(await end).toBe('aborted');
    expect(methods).toEqual(['POST', 'POST']);
    expect(textOf(chat)).toBe('Half');
  });

  it('ends by itself when nobody has read it for a while', async () => {
    let aborted = false;
    const { port } = await serve(
      async function* (run) {
        run.signal.addEventListener('abort', () => {
          aborted = true;
        });
        yield* createEventWriter(run).text('Half');
        await new Promise((resolve) => run.signal.addEventListener('abort', resolve));
      },
      { log: createMemoryLog(), patience: 30 },
    );
    const leaving = new AbortController();
    const response = await fetch(`http://127.0.0.1:${port}`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ type: 'trigger', triggerName: 'go' }),
      signal: leaving.signal,
    });
    await response.body?.getReader().read();
    expect(aborted).toBe(false);
    leaving.abort();
    await waitFor(() => expect(aborted).toBe(true));
  });

  it('ends by itself also where its only reader left before it said anything', async () => {
    let aborted = false;
    const { port, methods } = await serve(
      async function* (run) {
        await new Promise((resolve) => run.signal.addEventListener('abort', resolve));
        aborted = true;
        yield* createEventWriter(run).text('Too late');
      },
      { log: createMemoryLog(), patience: 30 },
    );
    const chat = new AgentChat({ transport: createHttpTransport({ url: `http://127.0.0.1:${port}` }) });
    const sent = chat.sendMessage('Go on');
    await waitFor(() => expect(methods).toEqual(['POST']));
    await new Promise((resolve) => setTimeout(resolve, 50));
    chat.stop();
    await sent;
    await waitFor(() => expect(aborted).toBe(true));
  });

  it.each([
    ['no id at all', '', 400],
    ['an id that is none', 'nonsense', 400],
    ['an id of another server', 'abc.7', 410],
  ])('refuses to go on after %s', async (_, id, status) => {
    const { port } = await serve(talker);
    const response = await fetch(`http://127.0.0.1:${port}`, { headers: { 'Last-Event-ID': id } });
    expect(response.status).toBe(status);
    expect(await response.json()).toMatchObject({ code: expect.any(String) });
  });
});
