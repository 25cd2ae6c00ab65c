import { once } from 'node:events';
import {
  type ClientRequest,
  createServer,
  Agent as HttpAgent,
  request as httpRequest,
  type IncomingMessage,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { AgentChat, createHttpTransport } from 'agent-chat-kit';
import { type Agent, createAgentHandler, createEventWriter, toNodeHandler } from 'agent-chat-kit/server';
import { afterEach, describe, expect, it } from 'vitest';
import { waitFor } from '../wait-for.ts';

const open: (() => void | Promise<void>)[] = [];

afterEach(async () => {
  await Promise.all(open.splice(0).map((close) => close()));
});

async function serve(handle: (request: Request) => Promise<Response>): Promise<string> {
  const server = createServer(toNodeHandler(handle));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  open.push(async () => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const TRIGGER = JSON.stringify({ type: 'trigger', triggerName: 'user-message' });
const trigger: RequestInit = {
  method: 'POST',
  headers: { 'Content-Type': 'application/json' },
  body: TRIGGER,
};

/** Sends a trigger and gives the response before its body is read. */
async function ask(url: string): Promise<{ request: ClientRequest; response: IncomingMessage }> {
  const request = httpRequest(url, { method: 'POST', headers: { 'Content-Type': 'application/json' } });
  request.on('error', () => {});
  open.push(() => void request.destroy());
  request.end(TRIGGER);
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  response.on('error', () => {});
  return { request, response };
}

const sleep = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

describe('a request', () => {
  it('reaches the function as it was made', async () => {
    const seen: unknown[] = [];
    const url = await serve(async (request) => {
      const { pathname, search } = new URL(request.url);
      seen.push(request.method, pathname, search, request.headers.get('X-Tenant'), await request.text());
      return new Response(null, { status: 204 });
    });
    const response = await fetch(`${url}/chat?x=1&y=%20`, {
      method: 'PUT',
      headers: { 'X-Tenant': 'seven' },
      body: 'Grüße 🎈',
    });
    expect(seen).toEqual(['PUT', '/chat', '?x=1&y=%20', 'seven', 'Grüße 🎈']);
    expect(response.status).toBe(204);
    expect(await response.text()).toBe('');
  });

  it('reaches the function without a body where it has none', async () => {
    const url = await serve(async (request) => new Response(`${request.method} ${request.body}`));
    expect(await (await fetch(url)).text()).toBe('GET null');
  });

  it('reaches the function piece by piece', async () => {
    const url = await serve(async (request) => {
      const pieces: number[] = [];
      for await (const chunk of request.body ?? []) pieces.push(chunk.byteLength);
      return Response.json(pieces);
    });
    const request = httpRequest(url, { method: 'POST' });
    request.write('one');
    await sleep(20);
    request.end('four');
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    let text = '';
    for await (const chunk of response) text += chunk;
    expect(JSON.parse(text)).toEqual([3, 4]);
  });

  it.each([
    ['while its body is read', 413, 'application/json'],
    ['before its body is read', 415, 'text/plain'],
  ])(
    'may be refused %s: the client gets the answer, and the next request its turn',
    async (_, status, type) => {
      const url = await serve(createAgentHandler(async function* () {}, { maxBodyLength: 1_024 }));
      // Both requests go over one connection, as a page that sends many has it.
      const agent = new HttpAgent({ keepAlive: true, maxSockets: 1 });
      open.push(() => agent.destroy());
      const send = (contentType: string, body: string) =>
        new Promise<number | undefined>((resolve, reject) => {
          const request = httpRequest(url, {
            agent,
            method: 'POST',
            headers: { 'Content-Type': contentType },
          });
          request.on('error', reject);
          request.on('response', (response) =>
            response.resume().on('end', () => resolve(response.statusCode)),
          );
          request.end(body);
        });
      expect(await send(type, 'x'.repeat(2_000_000))).toBe(status);
      const next = send('application/json', TRIGGER);
      expect(await Promise.race([next, sleep(3_000)])).toBe(200);
    },
  );

  it('that breaks off is no request: nothing runs, and nothing waits for the rest', async () => {
    let begun = 0;
    let over = 0;
    const runs: unknown[] = [];
    const handle = createAgentHandler(async function* (run) {
      runs.push(run);
      yield { type: 'finish', finishReason: 'stop' };
    });
    const url = await serve((request) => {
      begun++;
      return handle(request).finally(() => over++);
    });
    const request = httpRequest(url, { method: 'POST', headers: { 'Content-Type': 'application/json' } });
    request.on('error', () => {});
    request.write(TRIGGER.slice(0, -1));
    await waitFor(() => expect(begun).toBe(1));
    await sleep(20);
    expect(over).toBe(0);
    request.destroy();
    await waitFor(() => expect(over).toBe(1));
    expect(runs).toEqual([]);
  });

  it('leaves the connection for the next one', async () => {
    const url = await serve(createAgentHandler(async function* () {}));
    const agent = new HttpAgent({ keepAlive: true, maxSockets: 1 });
    open.push(() => agent.destroy());
    const ports = new Set<number | undefined>();
    for (let count = 0; count < 3; count++) {
      const request = httpRequest(url, {
        agent,
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
      });
      request.end(TRIGGER);
      const [response] = (await once(request, 'response')) as [IncomingMessage];
      ports.add(request.socket?.localPort);
      await once(response.resume(), 'end');
    }
    expect(ports.size).toBe(1);
  });
});

describe('a response', () => {
  it('reaches the client as it was made', async () => {
    const url = await serve(
      async () =>
        new Response('No.', { status: 418, headers: { 'Content-Type': 'text/x-tea', 'X-Pot': 'yes' } }),
    );
    const response = await fetch(url);
    expect(response.status).toBe(418);
    expect(response.headers.get('Content-Type')).toBe('text/x-tea');
    expect(response.headers.get('X-Pot')).toBe('yes');
    expect(await response.text()).toBe('No.');
  });

  it('keeps each of its cookies', async () => {
    const headers = new Headers();
    headers.append('Set-Cookie', 'a=1');
    headers.append('Set-Cookie', 'b=2');
    const url = await serve(async () => new Response(null, { headers }));
    expect((await fetch(url)).headers.getSetCookie()).toEqual(['a=1', 'b=2']);
  });

  it('has its headers out before its first byte, and each byte out when it is there', async () => {
    let go = (): void => {};
    const agent: Agent = async function* (run) {
      await new Promise<void>((resolve) => {
        go = resolve;
      });
      yield* createEventWriter(run).text('Hello');
      await new Promise<void>((resolve) => {
        go = resolve;
      });
    };
    const { response } = await ask(await serve(createAgentHandler(agent)));
    expect(response.statusCode).toBe(200);
    expect(response.headers).toMatchObject({
      'content-type': 'text/event-stream; charset=utf-8',
      'x-accel-buffering': 'no',
      'x-content-type-options': 'nosniff',
    });
    let text = '';
    response.setEncoding('utf8').on('data', (chunk) => {
      text += chunk;
    });
    await sleep(20);
    expect(text).toBe('');
    go();
    await waitFor(() => expect(text).toContain('Hello'));
    expect(text).not.toContain('[DONE]');
    go();
    await once(response, 'end');
    expect(text).toMatch(/data: \[DONE\]\n\n$/);
  });

  it('is cut where its body fails, so that nobody takes it for whole', async () => {
    let pulls = 0;
    const body = new ReadableStream<Uint8Array>({
      async pull(controller) {
        await sleep(10);
        if (pulls++ === 0) controller.enqueue(new TextEncoder().encode('Half'));
        else controller.error(new Error('hunter2'));
      },
    });
    const response = await fetch(await serve(async () => new Response(body)));
    expect(response.status).toBe(200);
    await expect(response.text()).rejects.toThrow();
  });

  it('is none where the function throws, and the server goes on', async () => {
    let calls = 0;
    const url = await serve(async () => {
      if (calls++ === 0) throw new Error('hunter2');
      return new Response('fine');
    });
    const first = await fetch(url).catch((error: unknown) => error);
    if (first instanceof Response) {
      expect(first.status).toBe(500);
      expect(await first.text()).not.toContain('hunter2');
    } else {
      expect(first).toBeInstanceOf(TypeError);
    }
    expect(await (await fetch(url)).text()).toBe('fine');
  });
});

describe('a slow reader', () => {
  /** An agent that has no end of long things to say. */
  function talkative() {
    const seen = { said: 0, closed: 0, signal: undefined as AbortSignal | undefined };
    const agent: Agent = async function* ({ signal }) {
      seen.signal = signal;
      try {
        while (seen.said < 100_000) {
          seen.said++;
          yield { type: 'text-delta', id: 't', delta: 'x'.repeat(65_536) };
        }
      } finally {
        seen.closed++;
      }
    };
    return { seen, agent };
  }

  /** Waits until nothing more is said for a while. */
  async function stalled(seen: { said: number }): Promise<number> {
    for (let round = 0; round < 50; round++) {
      const { said } = seen;
      await sleep(100);
      if (said > 0 && seen.said === said) return said;
    }
    throw new Error(`The agent does not wait: it said ${seen.said} things.`);
  }

  it('makes the agent wait, and hears the rest once it reads on', async () => {
    const { seen, agent } = talkative();
    const { response } = await ask(await serve(createAgentHandler(agent)));
    response.pause();
    const said = await stalled(seen);
    expect(said).toBeLessThan(1_000);
    expect(seen.closed).toBe(0);
    response.resume();
    await waitFor(() => expect(seen.said).toBeGreaterThan(said + 50));
    response.destroy();
    await waitFor(() => expect(seen.closed).toBe(1));
  });

  it('that goes away while the agent waits ends the run', async () => {
    const { seen, agent } = talkative();
    const { request, response } = await ask(await serve(createAgentHandler(agent)));
    response.pause();
    await stalled(seen);
    request.destroy();
    await waitFor(() => expect(seen.closed).toBe(1));
    expect(seen.signal?.aborted).toBe(true);
  });

  it('costs no more the longer it takes', async () => {
    const warnings: Error[] = [];
    const warn = (warning: Error): void => void warnings.push(warning);
    process.on('warning', warn);
    open.push(() => void process.off('warning', warn));
    const { seen, agent } = talkative();
    const { response } = await ask(await serve(createAgentHandler(agent)));
    response.resume();
    await waitFor(() => expect(seen.said).toBeGreaterThan(500));
    response.destroy();
    await waitFor(() => expect(seen.closed).toBe(1));
    expect(warnings.map(String)).toEqual([]);
  });
});

describe('a client that goes away', () => {
  /** An agent that begins, and then says nothing until it is stopped. */
  function silent() {
    const seen = { signal: undefined as AbortSignal | undefined, closed: 0 };
    const agent: Agent = async function* ({ signal }) {
      seen.signal = signal;
      try {
        yield { type: 'start' };
        if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve));
      } finally {
        seen.closed++;
      }
    };
    return { seen, agent };
  }

  it('aborts the run, though the agent has nothing to say', async () => {
    const { seen, agent } = silent();
    const { request } = await ask(await serve(createAgentHandler(agent, { heartbeat: 0 })));
    await waitFor(() => expect(seen.signal).toBeDefined());
    await sleep(20);
    expect(seen.signal?.aborted).toBe(false);
    request.destroy();
    await waitFor(() => expect(seen.closed).toBe(1));
    expect(seen.signal?.aborted).toBe(true);
  });

  it('aborts the run, however much garbage was collected in the meantime', async () => {
    setFlagsFromString('--expose-gc');
    const collectGarbage = runInNewContext('gc') as () => void;
    const { seen, agent } = silent();
    const { request } = await ask(await serve(createAgentHandler(agent, { heartbeat: 0 })));
    for (let round = 0; round < 10; round++) {
      await sleep(20);
      collectGarbage();
    }
    expect(seen.closed).toBe(0);
    request.destroy();
    await waitFor(() => expect(seen.closed).toBe(1));
  });

  it('is one that has its answer: then nothing is aborted', async () => {
    let signal: AbortSignal | undefined;
    const agent: Agent = async function* (run) {
      signal = run.signal;
      yield* createEventWriter(run).text('Hello');
    };
    let abortedAtEnd: boolean | undefined;
    const url = await serve(
      createAgentHandler(async function* (run) {
        yield* agent(run);
        abortedAtEnd = run.signal.aborted;
      }),
    );
    const response = await fetch(url, trigger);
    expect(await response.text()).toContain('Hello');
    expect(signal).toBeDefined();
    expect(abortedAtEnd).toBe(false);
  });

  it('is a chat whose run is stopped: it keeps what it got, and the agent ends', async () => {
    let closed = 0;
    const url = await serve(
      createAgentHandler(async function* (run) {
        try {
          yield* createEventWriter(run).text('Half');
          if (!run.signal.aborted) {
            await new Promise((resolve) => run.signal.addEventListener('abort', resolve));
          }
        } finally {
          closed++;
        }
      }),
    );
    const chat = new AgentChat({ transport: createHttpTransport({ url }) });
    const sent = chat.sendMessage('Hi');
    await waitFor(() => expect(chat.messages.at(-1)?.parts).toMatchObject([{ text: 'Half' }]));
    chat.stop();
    await sent;
    await waitFor(() => expect(closed).toBe(1));
    expect(chat.messages.at(-1)).toMatchObject({ status: 'done', parts: [{ text: 'Half' }] });
  });
});

describe('a whole conversation', () => {
  it('goes through: text, a tool of the page and an approval', async () => {
    const url = await serve(
      createAgentHandler(async function* (run) {
        const write = createEventWriter(run);
        if (run.request.type === 'trigger') {
          yield* write.text(`You said ${String(run.request.input?.['USER_MESSAGE'])}.`);
          yield* write.clientTool({ name: 'where', args: {} });
          return;
        }
        const place = run.request.toolResults[0]?.result;
        yield* write.approvedTool(
          { name: 'book', args: { place } },
          (args) => `Booked ${String(args['place'])}.`,
        );
        yield* write.text(`${run.messages?.length} messages.`);
      }),
    );
    const chat = new AgentChat({
      transport: createHttpTransport({ url }),
      clientTools: { where: async () => 'Oslo' },
    });
    const sent = chat.sendMessage('Hi');
    await waitFor(() => expect(chat.pendingApprovals).toMatchObject([{ args: { place: 'Oslo' } }]));
    await chat.pendingApprovals[0]?.approve({ args: { place: 'Bergen' } });
    await sent;
    expect(chat.messages.at(-1)?.parts).toMatchObject([
      { type: 'text', text: 'You said Hi.' },
      { type: 'tool-call', toolName: 'where', result: 'Oslo' },
      { type: 'step-start' },
      { type: 'tool-call', toolName: 'book', result: 'Booked Bergen.' },
      { type: 'text', text: '2 messages.' },
    ]);
    expect(chat.status).toBe('idle');
  });
});
