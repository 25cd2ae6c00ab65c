import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { AgentChat, createSocketTransport } from 'agent-chat-kit';
import {
  type Agent,
  type AgentRun,
  createEventWriter,
  createSocketHandler,
  type SocketHandlerOptions,
} from 'agent-chat-kit/server';
import { afterEach, describe, expect, it } from 'vitest';
import { type ClientOptions, WebSocket, WebSocketServer } from 'ws';
import { waitFor } from '../wait-for.ts';

const open: (() => void | Promise<void>)[] = [];

afterEach(async () => {
  await Promise.all(open.splice(0).map((close) => close()));
});

/** The address of a server that answers with `agent`. */
async function serve(agent: Agent, options?: SocketHandlerOptions): Promise<string> {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
  server.on('connection', createSocketHandler(agent, options));
  await once(server, 'listening');
  open.push(async () => {
    for (const socket of server.clients) socket.terminate();
    server.close();
    await once(server, 'close');
  });
  return `ws://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** What the tests read of a frame. */
interface Frame {
  readonly type: string;
  readonly runId?: string;
  readonly delta?: string;
}

interface Client {
  readonly socket: WebSocket;
  readonly frames: readonly Frame[];
  readonly send: (message: unknown) => void;
}

async function connect(url: string, options?: ClientOptions): Promise<Client> {
  const socket = new WebSocket(url, options);
  const frames: Frame[] = [];
  socket.on('message', (data) => void frames.push(JSON.parse(String(data))));
  socket.on('error', () => {});
  await once(socket, 'open');
  open.push(() => socket.terminate());
  return { socket, frames, send: (message) => socket.send(JSON.stringify(message)) };
}

const typesOf = ({ frames }: Client, runId?: string) =>
  frames.filter((frame) => frame.runId === runId).map((frame) => frame.type);

/** Long enough for a frame that is under way on the loopback to arrive. */
const settled = () => new Promise((resolve) => setTimeout(resolve, 50));

const trigger = (runId?: string, fields: object = {}) => ({
  type: 'trigger',
  triggerName: 'user-message',
  ...(runId ? { runId } : {}),
  ...fields,
});

const hello: Agent = async function* (run) {
  yield* createEventWriter(run).text('Hello');
};

const WHOLE = ['start', 'text-start', 'text-delta', 'text-end', 'finish'];

/** An agent that says one thing, waits until it is stopped, and then says another. */
function waiting() {
  const runs: AgentRun[] = [];
  let closed = 0;
  const agent: Agent = async function* (run) {
    runs.push(run);
    try {
      yield { type: 'text-delta', id: 't', delta: 'Half' };
      if (!run.signal.aborted) await new Promise((resolve) => run.signal.addEventListener('abort', resolve));
      yield { type: 'text-delta', id: 't', delta: 'late' };
    } finally {
      closed++;
    }
  };
  return { runs, agent, closed: () => closed };
}

const shownHalf = (client: Client, count = 1) =>
  waitFor(() => expect(client.frames.filter((frame) => frame.delta === 'Half')).toHaveLength(count));

describe('a run', () => {
  it('is answered event by event, each with the id of the run', async () => {
    const client = await connect(await serve(hello));
    client.send(trigger('r1'));
    await waitFor(() => expect(typesOf(client, 'r1')).toEqual(WHOLE));
    expect(client.frames).toHaveLength(WHOLE.length);
  });

  it('has no id where the client gives it none', async () => {
    const client = await connect(await serve(hello));
    client.send(trigger());
    await waitFor(() => expect(typesOf(client)).toEqual(WHOLE));
    expect(client.frames.some((frame) => 'runId' in frame)).toBe(false);
  });

  it('follows another on the same socket', async () => {
    const client = await connect(await serve(hello));
    client.send(trigger('r1'));
    await waitFor(() => expect(typesOf(client, 'r1')).toEqual(WHOLE));
    client.send({ type: 'continue', executionId: 'ex1', toolResults: [], runId: 'r2' });
    await waitFor(() => expect(typesOf(client, 'r2')).toEqual(WHOLE));
    expect(client.frames[WHOLE.length]).toMatchObject({ type: 'start', executionId: 'ex1' });
  });

  it('is given the request, the conversation and everything that was sent', async () => {
    const { runs, agent } = waiting();
    const client = await connect(await serve(agent));
    const messages = [
      { id: 'm1', role: 'user', parts: [], status: 'done', createdAt: '2026-01-02T03:04:05.000Z' },
    ];
    client.send(trigger('r1', { input: { USER_MESSAGE: 'Hi' }, messages, sessionId: 's1' }));
    await shownHalf(client);
    expect(runs[0]).toMatchObject({
      request: { type: 'trigger', triggerName: 'user-message', input: { USER_MESSAGE: 'Hi' } },
      messages: [{ id: 'm1', createdAt: new Date('2026-01-02T03:04:05.000Z') }],
      body: { sessionId: 's1', runId: 'r1' },
    });
  });

  it('is given the fields that came before it in messages that are no requests', async () => {
    const { runs, agent } = waiting();
    const client = await connect(await serve(agent));
    client.send({ type: 'init', sessionId: 's1', tenant: 'seven' });
    client.send({ type: 'connect', sessionId: 's2' });
    client.send(trigger('r1', { colour: 'green' }));
    await shownHalf(client);
    expect(runs[0]?.body).toMatchObject({
      type: 'trigger',
      sessionId: 's2',
      tenant: 'seven',
      colour: 'green',
    });
    client.send(trigger('r2', { sessionId: 's3' }));
    await shownHalf(client, 2);
    expect(runs[1]?.body).toMatchObject({ sessionId: 's3', tenant: 'seven' });
    expect(runs[1]?.body).not.toHaveProperty('colour');
  });

  it('is given nothing that another socket sent', async () => {
    const { runs, agent } = waiting();
    const url = await serve(agent);
    const [one, two] = [await connect(url), await connect(url)];
    one.send({ type: 'init', sessionId: 's1' });
    await settled();
    two.send(trigger());
    await shownHalf(two);
    expect(runs[0]?.body).not.toHaveProperty('sessionId');
    expect(one.frames).toEqual([]);
  });

  it('that throws tells the client nothing of it and the operator all', async () => {
    const told: unknown[] = [];
    const thrown = new Error('hunter2');
    const url = await serve(
      async function* () {
        yield { type: 'text-delta', id: 't', delta: 'Half' };
        throw thrown;
      },
      { onError: (error) => void told.push(error) },
    );
    const client = await connect(url);
    client.send(trigger('r1'));
    await waitFor(() => expect(typesOf(client, 'r1')).toEqual(['start', 'text-delta', 'error']));
    expect(client.frames.at(-1)).toMatchObject({ errorType: 'internal_error', source: 'platform' });
    expect(JSON.stringify(client.frames)).not.toContain('hunter2');
    expect(told).toEqual([thrown]);
    expect(client.socket.readyState).toBe(WebSocket.OPEN);
  });

  it('that says what cannot be written ends with an error', async () => {
    const told: unknown[] = [];
    let closed = 0;
    const url = await serve(
      async function* () {
        try {
          yield { type: 'data', name: 'count', data: 1n };
        } finally {
          closed++;
        }
      },
      { onError: (error) => void told.push(error) },
    );
    const client = await connect(url);
    client.send(trigger('r1'));
    await waitFor(() => expect(typesOf(client, 'r1')).toEqual(['start', 'error']));
    expect(told).toHaveLength(1);
    expect(closed).toBe(1);
  });
});

describe('a stop', () => {
  it('of the run that is live aborts it, and nothing more of it is sent', async () => {
    const { runs, agent, closed } = waiting();
    const client = await connect(await serve(agent));
    client.send(trigger('r1'));
    await shownHalf(client);
    client.send({ type: 'stop', runId: 'r1' });
    await waitFor(() => expect(closed()).toBe(1));
    expect(runs[0]?.signal.aborted).toBe(true);
    await settled();
    expect(client.frames.map((frame) => frame.type)).toEqual(['start', 'text-delta']);
  });

  it('that names no run aborts the one that is live', async () => {
    const { agent, closed } = waiting();
    const client = await connect(await serve(agent));
    client.send(trigger('r1'));
    await shownHalf(client);
    client.send({ type: 'stop' });
    await waitFor(() => expect(closed()).toBe(1));
  });

  it('of another run is ignored', async () => {
    const { runs, agent, closed } = waiting();
    const client = await connect(await serve(agent));
    client.send(trigger('r2'));
    await shownHalf(client);
    client.send({ type: 'stop', runId: 'r1' });
    await settled();
    expect(runs[0]?.signal.aborted).toBe(false);
    expect(closed()).toBe(0);
  });

  it('where nothing runs changes nothing', async () => {
    const client = await connect(await serve(hello));
    client.send({ type: 'stop' });
    client.send({ type: 'stop', runId: 'r1' });
    client.send(trigger('r1'));
    await waitFor(() => expect(typesOf(client, 'r1')).toEqual(WHOLE));
    client.send({ type: 'stop', runId: 'r1' });
    client.send(trigger('r2'));
    await waitFor(() => expect(typesOf(client, 'r2')).toEqual(WHOLE));
  });

  it('is what a new run means for the one before', async () => {
    const { runs, agent, closed } = waiting();
    const client = await connect(await serve(agent));
    client.send(trigger('r1'));
    await shownHalf(client);
    client.send(trigger('r2'));
    await shownHalf(client, 2);
    await waitFor(() => expect(closed()).toBe(1));
    expect(runs.map((run) => run.signal.aborted)).toEqual([true, false]);
    await settled();
    expect(typesOf(client, 'r1')).toEqual(['start', 'text-delta']);
    expect(typesOf(client, 'r2')).toEqual(['start', 'text-delta']);
  });

  it.each([
    ['closes', (socket: WebSocket) => socket.close()],
    ['breaks', (socket: WebSocket) => socket.terminate()],
  ])('is what it means where the connection %s', async (_, end) => {
    const { runs, agent, closed } = waiting();
    const client = await connect(await serve(agent));
    client.send(trigger('r1'));
    await shownHalf(client);
    end(client.socket);
    await waitFor(() => expect(closed()).toBe(1));
    expect(runs[0]?.signal.aborted).toBe(true);
  });

  it('on one socket stops no run of another', async () => {
    const { runs, agent } = waiting();
    const url = await serve(agent);
    const [one, two] = [await connect(url), await connect(url)];
    one.send(trigger('r1'));
    await shownHalf(one);
    two.send({ type: 'stop', runId: 'r1' });
    two.send({ type: 'stop' });
    two.socket.close();
    await settled();
    expect(runs[0]?.signal.aborted).toBe(false);
  });
});

describe('a message that cannot be used', () => {
  it.each([
    ['no JSON', 'oops', 'malformed-json'],
    ['cut JSON', '{"type":"trigger"', 'malformed-json'],
    ['null', 'null', 'invalid-request'],
    ['a number', '7', 'invalid-request'],
    ['a trigger without a name', '{"type":"trigger"}', 'invalid-request'],
    ['a trigger whose input is none', '{"type":"trigger","triggerName":"t","input":[]}', 'invalid-request'],
    [
      'tool results that are none',
      '{"type":"continue","executionId":"e","toolResults":{}}',
      'invalid-request',
    ],
    ['a decision that is none', '{"type":"approval","approvalId":"a1"}', 'invalid-request'],
  ])('is answered with an error, and the socket stays: %s', async (_, text, code) => {
    const client = await connect(await serve(hello));
    client.socket.send(text);
    await waitFor(() => expect(client.frames).toHaveLength(1));
    expect(client.frames[0]).toMatchObject({
      type: 'error',
      errorType: 'validation_error',
      source: 'platform',
      retryable: false,
      code,
      message: expect.stringMatching(/./),
    });
    client.send(trigger('r1'));
    await waitFor(() => expect(typesOf(client, 'r1')).toEqual(WHOLE));
  });

  it('is answered with the id of its run', async () => {
    const client = await connect(await serve(hello));
    client.send({ type: 'trigger', runId: 'r1' });
    await waitFor(() => expect(typesOf(client, 'r1')).toEqual(['error']));
  });

  it('does not end a run that is going on', async () => {
    const { runs, agent } = waiting();
    const client = await connect(await serve(agent));
    client.send(trigger('r1'));
    await shownHalf(client);
    client.send({ type: 'trigger', runId: 'r2' });
    await waitFor(() => expect(typesOf(client, 'r2')).toEqual(['error']));
    expect(runs[0]?.signal.aborted).toBe(false);
  });
});

describe('an origin', () => {
  /** How the server closes the connection of a page of this origin. */
  const closing = async (url: string, origin: string) => {
    const socket = new WebSocket(url, { origin });
    socket.on('error', () => {});
    open.push(() => socket.terminate());
    const [code] = (await once(socket, 'close')) as [number];
    return code;
  };

  it('is not needed: programs have none', async () => {
    const client = await connect(await serve(hello));
    client.send(trigger());
    await waitFor(() => expect(typesOf(client)).toEqual(WHOLE));
  });

  it('may be the server’s own', async () => {
    const url = await serve(hello);
    const client = await connect(url, { origin: url.replace('ws:', 'http:') });
    client.send(trigger());
    await waitFor(() => expect(typesOf(client)).toEqual(WHOLE));
  });

  it.each([
    'https://evil.example',
    'http://127.0.0.1',
    'http://127.0.0.1.evil.example',
    'null',
    'not an origin',
  ])('is refused where it is another’s: %s', async (origin) => {
    expect(await closing(await serve(hello), origin)).toBe(1008);
  });

  it('may be one of those that are listed, and only of those', async () => {
    const url = await serve(hello, { origins: ['https://example.org'] });
    const client = await connect(url, { origin: 'https://example.org' });
    client.send(trigger());
    await waitFor(() => expect(typesOf(client)).toEqual(WHOLE));
    expect(await closing(url, 'https://example.org.evil.example')).toBe(1008);
    expect(await closing(url, 'http://example.org')).toBe(1008);
    expect(await closing(url, url.replace('ws:', 'http:'))).toBe(1008);
  });

  it('that is refused has no run, whatever it sends before it knows', async () => {
    const { runs, agent } = waiting();
    const socket = new WebSocket(await serve(agent), { origin: 'https://evil.example' });
    open.push(() => socket.terminate());
    await once(socket, 'open');
    socket.send(JSON.stringify(trigger('r1')));
    await once(socket, 'close');
    await settled();
    expect(runs).toEqual([]);
  });
});

describe('an approval', () => {
  const asking: Agent = async function* ({ decision }) {
    yield { type: 'approval-request', approvalId: 'a1', toolName: 'delete', args: { id: 7 } };
    yield { type: 'data', name: 'answer', data: await decision('a1') };
  };
  const asked = (client: Client) =>
    waitFor(() => expect(client.frames.map((frame) => frame.type)).toEqual(['start', 'approval-request']));

  it('reaches the run of its socket', async () => {
    const client = await connect(await serve(asking));
    client.send(trigger('r1'));
    await asked(client);
    client.send({ type: 'approval', approvalId: 'a1', approved: false, reason: 'No.' });
    await waitFor(() => expect(client.frames).toHaveLength(4));
    expect(client.frames[2]).toEqual({
      type: 'data',
      name: 'answer',
      data: { approvalId: 'a1', approved: false, reason: 'No.' },
      runId: 'r1',
    });
  });

  it('reaches the run of another socket, which may be another tab', async () => {
    const url = await serve(asking);
    const [one, two] = [await connect(url), await connect(url)];
    one.send(trigger('r1'));
    await asked(one);
    two.send({ type: 'approval', approvalId: 'a1', approved: true });
    await waitFor(() => expect(typesOf(one, 'r1')).toContain('finish'));
    expect(two.frames).toEqual([]);
  });

  it('that nobody waits for is void', async () => {
    const client = await connect(await serve(asking));
    client.send({ type: 'approval', approvalId: 'nobody', approved: true });
    await waitFor(() => expect(client.frames).toEqual([{ type: 'approval-voided', approvalId: 'nobody' }]));
  });
});

describe('our client', () => {
  const dial = (url: string) => () =>
    new Promise<WebSocket>((resolve, reject) => {
      const socket = new WebSocket(url);
      socket.on('open', () => resolve(socket));
      socket.on('error', reject);
    });

  it('is answered through a whole conversation: text, a tool of the page and an approval', async () => {
    const url = await serve(async function* (run) {
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
      yield* write.text(`Session ${String(run.body['sessionId'])}.`);
    });
    const chat = new AgentChat({
      transport: createSocketTransport({ connect: dial(url), body: { sessionId: 's1' } }),
      clientTools: { where: async () => 'Oslo' },
    });
    open.push(() => chat.dispose());
    const sent = chat.sendMessage('Hi');
    await waitFor(() => expect(chat.pendingApprovals).toMatchObject([{ args: { place: 'Oslo' } }]));
    await chat.pendingApprovals[0]?.approve();
    await sent;
    expect(chat.messages.at(-1)?.parts).toMatchObject([
      { type: 'text', text: 'You said Hi.' },
      { type: 'tool-call', toolName: 'where', result: 'Oslo' },
      { type: 'step-start' },
      { type: 'tool-call', toolName: 'book', result: 'Booked Oslo.' },
      { type: 'text', text: 'Session s1.' },
    ]);
    expect(chat.status).toBe('idle');
  });

  it('that takes over with a new message gets that answer and nothing of the old', async () => {
    let run = 0;
    const url = await serve(async function* ({ signal }) {
      const name = `run ${++run}`;
      yield { type: 'text-delta', id: 't', delta: name };
      if (run > 1) return;
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
      yield { type: 'text-delta', id: 't', delta: ' late' };
    });
    const chat = new AgentChat({ transport: createSocketTransport({ connect: dial(url) }) });
    open.push(() => chat.dispose());
    const first = chat.sendMessage('One');
    await waitFor(() => expect(chat.messages.at(-1)?.parts).toMatchObject([{ text: 'run 1' }]));
    await Promise.all([first, chat.sendMessage('Two')]);
    expect(chat.messages.map((message) => message.parts)).toMatchObject([
      [{ text: 'One' }],
      [{ text: 'run 1' }],
      [{ text: 'Two' }],
      [{ text: 'run 2' }],
    ]);
    expect(chat.error).toBeNull();
  });
});
