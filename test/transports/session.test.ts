import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { AgentChat, createHttpTransport, createSocketTransport, type UIMessage } from 'agent-chat-kit';
import {
  type Agent,
  createAgentHandler,
  createEventWriter,
  createMemoryLog,
  createSocketHandler,
  toNodeHandler,
} from 'agent-chat-kit/server';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { waitFor } from '../wait-for.ts';

const closing: (() => void)[] = [];

beforeEach(() => {
  // No waiting: when to come back is tested elsewhere.
  vi.spyOn(Math, 'random').mockReturnValue(0);
});
afterEach(() => {
  vi.restoreAllMocks();
  for (const close of closing.splice(0)) close();
});

/** An agent whose answer goes on when the test says so. */
function paced() {
  const steps: (() => void)[] = [];
  const aborted = vi.fn();
  let asked = 0;
  const step = () =>
    new Promise<void>((resolve) => {
      steps.push(resolve);
    });
  const agent: Agent = async function* (run) {
    asked += 1;
    run.signal.addEventListener('abort', aborted);
    const write = createEventWriter(run);
    if (run.request.type === 'continue') {
      yield* write.text(`You are in ${String(run.request.toolResults[0]?.result)}.`);
      await step();
      yield* write.text(' Nice.');
      return;
    }
    if (run.request.input?.['USER_MESSAGE'] === 'Where am I?') {
      yield* write.text('Let me see. ');
      return yield* write.clientTool({ name: 'where', args: {} });
    }
    yield* write.text('One. ');
    await step();
    yield* write.text('Two. ');
    await step();
    yield* write.text('Three.');
  };
  return {
    agent,
    aborted,
    asked: () => asked,
    next: async () => {
      await waitFor(() => expect(steps).not.toEqual([]));
      steps.shift()?.();
    },
  };
}

/** Opens a socket the way a page does. */
const dial = (url: string) => () =>
  new Promise<WebSocket>((resolve, reject) => {
    const socket = new WebSocket(url);
    socket.on('open', () => resolve(socket));
    socket.on('error', reject);
  });

type Kind = 'http' | 'socket';

/** A server for one kind of transport; each transport that is made is a page of its own. */
async function serve(kind: Kind, agent: Agent) {
  const log = createMemoryLog();
  const requests: string[] = [];
  const handle = toNodeHandler(createAgentHandler(agent, { log }));
  const server = createServer((request, response) => {
    requests.push(request.method ?? '');
    void handle(request, response);
  });
  const sockets = new WebSocketServer({ server });
  const answer = createSocketHandler(agent, { log });
  sockets.on('connection', (socket, request) => {
    socket.on('message', (data) => void requests.push(JSON.parse(String(data)).type));
    answer(socket, request);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closing.push(() => {
    for (const socket of sockets.clients) socket.terminate();
    sockets.close();
    server.close();
    server.closeAllConnections();
  });
  const { port } = server.address() as AddressInfo;
  const transport = () =>
    kind === 'http'
      ? createHttpTransport({ url: `http://127.0.0.1:${port}`, sessionId: 's1' })
      : createSocketTransport({ connect: dial(`ws://127.0.0.1:${port}`), sessionId: 's1' });
  return { transport, requests };
}

function page(options: ConstructorParameters<typeof AgentChat>[0]): AgentChat {
  const chat = new AgentChat(options);
  closing.push(() => chat.dispose());
  return chat;
}

const textOf = (message: UIMessage | undefined) =>
  message?.parts.map((part) => (part.type === 'text' ? part.text : '')).join('');
const lastText = (chat: AgentChat) => textOf(chat.messages.at(-1));

describe.each<Kind>(['http', 'socket'])('a page that is loaded again, over %s', (kind) => {
  it('reads the run that still goes on from its beginning, and to its end', async () => {
    const { agent, next } = paced();
    const { transport } = await serve(kind, agent);
    const before = page({ transport: transport() });
    void before.sendMessage('Go');
    await waitFor(() => expect(lastText(before)).toBe('One. '));
    // What a page keeps of itself is what it saw: half an answer.
    const stored = structuredClone(before.messages) as UIMessage[];
    const after = page({ transport: transport(), initialMessages: stored });
    const resumed = after.resume();
    await waitFor(() => expect(after.status).toBe('streaming'));
    await waitFor(() => expect(lastText(after)).toBe('One. '));
    expect(after.messages).toHaveLength(2);
    await next();
    await next();
    await resumed;
    expect(after.status).toBe('idle');
    expect(lastText(after)).toBe('One. Two. Three.');
    expect(after.messages).toHaveLength(2);
    // Two tabs read the same run.
    await waitFor(() => expect(before.status).toBe('idle'));
    expect(lastText(before)).toBe('One. Two. Three.');
    expect(after.canRetry).toBe(true);
  });

  it('stays as it is where nothing goes on', async () => {
    const { agent, asked } = paced();
    const { transport } = await serve(kind, agent);
    const chat = page({ transport: transport() });
    const states = vi.fn(() => chat.status);
    chat.subscribe(states);
    await chat.resume();
    expect(chat.messages).toEqual([]);
    expect(states.mock.results.map(({ value }) => value)).not.toContain('streaming');
    expect(asked()).toBe(0);
  });

  it('does not bring back a run that was stopped', async () => {
    const { agent, aborted } = paced();
    const { transport } = await serve(kind, agent);
    const before = page({ transport: transport() });
    void before.sendMessage('Go');
    await waitFor(() => expect(lastText(before)).toBe('One. '));
    before.stop();
    await waitFor(() => expect(aborted).toHaveBeenCalled());
    const after = page({ transport: transport() });
    await after.resume();
    expect(after.messages).toEqual([]);
  });

  it('asks once, however many listen and however often they come and go', async () => {
    const { agent } = paced();
    const { transport, requests } = await serve(kind, agent);
    const before = page({ transport: transport() });
    void before.sendMessage('Go');
    await waitFor(() => expect(lastText(before)).toBe('One. '));
    requests.length = 0;
    const after = page({ transport: transport(), resume: true });
    for (let mount = 0; mount < 10; mount += 1) after.subscribe(() => {})();
    const listeners = Array.from({ length: 10 }, () => after.subscribe(() => {}));
    await waitFor(() => expect(lastText(after)).toBe('One. '));
    expect(requests).toEqual([kind === 'http' ? 'GET' : 'resume']);
    for (const leave of listeners) leave();
  });

  it('goes on with a turn that waits for a tool of the page, which is asked once', async () => {
    const { agent } = paced();
    const { transport } = await serve(kind, agent);
    const before = page({ transport: transport(), clientTools: { where: 'interactive' } });
    void before.sendMessage('Where am I?');
    await waitFor(() => expect(before.status).toBe('awaiting-input'));
    const after = page({ transport: transport(), clientTools: { where: 'interactive' } });
    void after.resume();
    await waitFor(() => expect(after.status).toBe('awaiting-input'));
    after.pendingClientTools['where']?.[0]?.submit('Rome');
    await waitFor(() => expect(lastText(after)).toBe('Let me see. You are in Rome.'));
    // A third page sees the whole turn, with the tool as answered.
    const where = vi.fn();
    const third = page({ transport: transport(), clientTools: { where } });
    void third.resume();
    await waitFor(() => expect(lastText(third)).toBe('Let me see. You are in Rome.'));
    expect(where).not.toHaveBeenCalled();
    expect(third.messages.at(-1)?.parts.find(({ type }) => type === 'tool-call')).toMatchObject({
      status: 'done',
      result: 'Rome',
    });
    expect(third.status).toBe('streaming');
  });

  it('does not let two pages answer the same call', async () => {
    const { agent } = paced();
    const { transport } = await serve(kind, agent);
    const one = page({ transport: transport(), clientTools: { where: 'interactive' } });
    void one.sendMessage('Where am I?');
    await waitFor(() => expect(one.status).toBe('awaiting-input'));
    const two = page({ transport: transport(), clientTools: { where: 'interactive' } });
    void two.resume();
    await waitFor(() => expect(two.status).toBe('awaiting-input'));
    two.pendingClientTools['where']?.[0]?.submit('Rome');
    await waitFor(() => expect(lastText(two)).toContain('Rome'));
    one.pendingClientTools['where']?.[0]?.submit('Paris');
    await waitFor(() => expect(one.error).toMatchObject({ code: 'already-answered' }));
    expect(lastText(two)).not.toContain('Paris');
  });
});
