import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import {
  AgentChat,
  type ConnectionState,
  createSocketTransport,
  isSocketTransport,
  type SocketTransport,
  type StreamEvent,
} from 'agent-chat-kit';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { waitFor } from '../wait-for.ts';

const open: (() => void | Promise<void>)[] = [];

afterEach(async () => {
  vi.unstubAllGlobals();
  await Promise.all(open.splice(0).map((close) => close()));
});

/** What the tests read of a message; it has more. */
interface Message {
  readonly type?: string;
  readonly runId?: string;
  readonly input?: { readonly USER_MESSAGE?: string };
}
type Send = (...frames: readonly (object | string)[]) => void;

interface Server {
  readonly url: string;
  /** Every connection so far. */
  readonly sockets: readonly WebSocket[];
  /** Every message so far. */
  readonly received: readonly Message[];
}

async function serve(
  onMessage: (message: Message, send: Send, socket: WebSocket) => void = () => {},
): Promise<Server> {
  const sockets: WebSocket[] = [];
  const received: Message[] = [];
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
  server.on('connection', (socket) => {
    sockets.push(socket);
    socket.on('message', (data) => {
      const message: Message = JSON.parse(String(data));
      received.push(message);
      onMessage(message, sender(socket), socket);
    });
  });
  await once(server, 'listening');
  open.push(async () => {
    for (const socket of sockets) socket.terminate();
    server.close();
    await once(server, 'close');
  });
  return { url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}`, sockets, received };
}

const sender =
  (socket: WebSocket): Send =>
  (...frames) => {
    for (const frame of frames) socket.send(typeof frame === 'string' ? frame : JSON.stringify(frame));
  };

/** Opens a socket the way a page does. */
const dial = (url: string) => () =>
  new Promise<WebSocket>((resolve, reject) => {
    const socket = new WebSocket(url);
    socket.on('open', () => resolve(socket));
    socket.on('error', reject);
  });

/** Where nobody listens. */
async function deadUrl(): Promise<string> {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return `ws://127.0.0.1:${port}`;
}

/** Every state from now on, the current one first. */
function statesOf(transport: SocketTransport): ConnectionState[] {
  const states: ConnectionState[] = [];
  transport.onConnectionStateChange((state) => void states.push(state));
  return states;
}

function chatOf(transport: SocketTransport): AgentChat {
  const chat = new AgentChat({ transport });
  open.push(() => chat.dispose());
  return chat;
}

const START: StreamEvent = { type: 'start', executionId: 'ex1' };
const FINISH: StreamEvent = { type: 'finish', finishReason: 'stop' };
const delta = (text: string): StreamEvent => ({ type: 'text-delta', id: 't', delta: text });
const HELLO: readonly StreamEvent[] = [START, delta('Hello'), FINISH];

const answers = (chat: AgentChat) =>
  chat.messages
    .filter((message) => message.role === 'assistant')
    .map((message) => message.parts.map((part) => (part.type === 'text' ? part.text : part.type)).join('|'));
const kinds = (server: Server) => server.received.map((message) => message.type);

/** Long enough for a frame that is under way on the loopback to arrive. */
const settled = () => new Promise((resolve) => setTimeout(resolve, 50));

describe('the connection', () => {
  it('is not made before it is needed, and kept between runs', async () => {
    const server = await serve((_, send) => send(...HELLO));
    const transport = createSocketTransport({ connect: dial(server.url) });
    const states = statesOf(transport);
    await settled();
    expect(states).toEqual(['disconnected']);
    expect(server.sockets).toHaveLength(0);
    const chat = chatOf(transport);
    await chat.sendMessage('One');
    await chat.sendMessage('Two');
    expect(states).toEqual(['disconnected', 'connecting', 'connected']);
    expect(server.sockets).toHaveLength(1);
    expect(answers(chat)).toEqual(['Hello', 'Hello']);
  });

  it('tells each listener its state at once, every change, and nothing once it left', async () => {
    const server = await serve();
    const transport = createSocketTransport({ connect: dial(server.url) });
    open.push(() => transport.disconnect());
    const before: ConnectionState[] = [];
    const leave = transport.onConnectionStateChange((state) => void before.push(state));
    await transport.connect();
    const after = statesOf(transport);
    leave();
    transport.disconnect();
    expect(before).toEqual(['disconnected', 'connecting', 'connected']);
    expect(after).toEqual(['connected', 'disconnected']);
  });

  it('is one that a chat shows', async () => {
    const server = await serve();
    const transport = createSocketTransport({ connect: dial(server.url) });
    expect(isSocketTransport(transport)).toBe(true);
    const chat = chatOf(transport);
    const seen: (ConnectionState | undefined)[] = [];
    chat.subscribe(() => void seen.push(chat.connectionState));
    await chat.connect();
    chat.disconnect();
    expect(seen).toEqual(['connecting', 'connected', 'disconnected']);
  });

  it('is made once however often it is asked for', async () => {
    const server = await serve();
    const transport = createSocketTransport({ connect: dial(server.url) });
    open.push(() => transport.disconnect());
    const states = statesOf(transport);
    await Promise.all([transport.connect(), transport.connect()]);
    await transport.connect();
    expect(server.sockets).toHaveLength(1);
    expect(states).toEqual(['disconnected', 'connecting', 'connected']);
  });

  it('that is refused is told to whoever asked and whoever listens, and can be tried again', async () => {
    const server = await serve((_, send) => send(...HELLO));
    let url = await deadUrl();
    const transport = createSocketTransport({ connect: () => dial(url)() });
    const states: [ConnectionState, string | undefined][] = [];
    transport.onConnectionStateChange((state, error) => void states.push([state, error?.message]));
    await expect(transport.connect()).rejects.toMatchObject({ code: 'connection-failed', retryable: true });
    expect(states).toEqual([
      ['disconnected', undefined],
      ['connecting', undefined],
      ['error', 'The server could not be reached.'],
    ]);
    let late: unknown;
    transport.onConnectionStateChange((state, error) => {
      late ??= [state, error?.message];
    });
    expect(late).toEqual(['error', 'The server could not be reached.']);
    url = server.url;
    const chat = chatOf(transport);
    await chat.sendMessage('Hi');
    expect(states.at(-1)).toEqual(['connected', undefined]);
    expect(answers(chat)).toEqual(['Hello']);
  });

  it('that is refused fails the run that needs it', async () => {
    const transport = createSocketTransport({ connect: dial(await deadUrl()) });
    const chat = chatOf(transport);
    await chat.sendMessage('Hi');
    expect(chat.status).toBe('error');
    expect(chat.error).toMatchObject({
      type: 'provider_error',
      source: 'client',
      retryable: true,
      code: 'connection-failed',
    });
    expect(chat.connectionState).toBe('error');
  });

  it('fails also where the page’s function throws instead of rejecting', async () => {
    const transport = createSocketTransport({
      connect: () => {
        throw new Error('There is no WebSocket here.');
      },
    });
    const chat = chatOf(transport);
    await chat.sendMessage('Hi');
    expect(chat.error).toMatchObject({ code: 'connection-failed' });
    expect(transport.connectionState).toBe('error');
  });

  it('that the server closes is told, and made anew by the next message', async () => {
    const server = await serve((_, send) => send(...HELLO));
    let closed = 0;
    const transport = createSocketTransport({ connect: dial(server.url), onClose: () => void closed++ });
    const states = statesOf(transport);
    const chat = chatOf(transport);
    await chat.sendMessage('One');
    server.sockets[0]?.close();
    await waitFor(() => expect(transport.connectionState).toBe('disconnected'));
    expect(closed).toBe(1);
    expect(chat.error).toBeNull();
    await chat.sendMessage('Two');
    expect(states).toEqual([
      'disconnected',
      'connecting',
      'connected',
      'disconnected',
      'connecting',
      'connected',
    ]);
    expect(answers(chat)).toEqual(['Hello', 'Hello']);
  });

  it('is closed at the server by `disconnect`, also where that is called twice', async () => {
    const server = await serve();
    const transport = createSocketTransport({ connect: dial(server.url) });
    await transport.connect();
    const states = statesOf(transport);
    transport.disconnect();
    transport.disconnect();
    await waitFor(() => expect(server.sockets[0]?.readyState).toBe(WebSocket.CLOSED));
    expect(states).toEqual(['connected', 'disconnected']);
  });

  it('is not disturbed by an older one that speaks or closes late', async () => {
    const server = await serve((message, send) => {
      if (message.type === 'trigger') send(START, delta('new'));
    });
    const transport = createSocketTransport({ connect: dial(server.url) });
    const chat = chatOf(transport);
    await transport.connect();
    const [old] = server.sockets;
    // The server neither reads nor answers what the old connection says, its end included.
    old?.pause();
    transport.disconnect();
    await transport.connect();
    const states = statesOf(transport);
    expect(server.sockets).toHaveLength(2);

    const sent = chat.sendMessage('Hi');
    await waitFor(() => expect(answers(chat)).toEqual(['new']));
    if (old) sender(old)(START, delta('old'), FINISH);
    old?.resume();
    await waitFor(() => expect(old?.readyState).toBe(WebSocket.CLOSED));
    await settled();
    expect(states).toEqual(['connected']);
    expect(chat.status).toBe('streaming');
    expect(answers(chat)).toEqual(['new']);
    const [, current] = server.sockets;
    if (current) sender(current)(FINISH);
    await sent;
    expect(chat.status).toBe('idle');
    expect(chat.error).toBeNull();
  });

  it('that is given up while it opens is closed once it is open, and nobody is told otherwise', async () => {
    const server = await serve();
    const gates: (() => void)[] = [];
    const transport = createSocketTransport({
      connect: async () => {
        const socket = await dial(server.url)();
        await new Promise<void>((resolve) => void gates.push(resolve));
        return socket;
      },
    });
    open.push(() => transport.disconnect());
    const states = statesOf(transport);
    const first = transport.connect();
    await waitFor(() => expect(gates).toHaveLength(1));
    transport.disconnect();
    expect(states).toEqual(['disconnected', 'connecting', 'disconnected']);

    const second = transport.connect();
    await waitFor(() => expect(gates).toHaveLength(2));
    gates[0]?.();
    await expect(first).rejects.toMatchObject({ code: 'connection-failed' });
    await waitFor(() => expect(server.sockets[0]?.readyState).toBe(WebSocket.CLOSED));
    expect(transport.connectionState).toBe('connecting');
    gates[1]?.();
    await second;
    expect(states).toEqual(['disconnected', 'connecting', 'disconnected', 'connecting', 'connected']);
    expect(server.sockets[1]?.readyState).toBe(WebSocket.OPEN);
  });

  it('is opened by the transport itself where it is given an address', async () => {
    const server = await serve((_, send) => send(...HELLO));
    vi.stubGlobal('WebSocket', WebSocket);
    const chat = chatOf(createSocketTransport({ url: server.url.replace('ws:', 'http:') }));
    await chat.sendMessage('Hi');
    expect(answers(chat)).toEqual(['Hello']);
    const dead = chatOf(createSocketTransport({ url: await deadUrl() }));
    await dead.sendMessage('Hi');
    expect(dead.error).toMatchObject({ code: 'connection-failed' });
  });
});

describe('a run', () => {
  it('is asked for with its own id, the conversation and the fields of the page', async () => {
    const server = await serve((_, send) => send(...HELLO));
    const chat = chatOf(createSocketTransport({ connect: dial(server.url), body: { sessionId: 's1' } }));
    await chat.sendMessage('One');
    await chat.sendMessage('Two');
    expect(server.received).toMatchObject([
      {
        sessionId: 's1',
        type: 'trigger',
        triggerName: 'user-message',
        input: { USER_MESSAGE: 'One' },
        runId: expect.any(String),
        messages: [{ role: 'user', parts: [{ text: 'One' }] }],
      },
      { type: 'trigger', input: { USER_MESSAGE: 'Two' }, messages: [{}, {}, { parts: [{ text: 'Two' }] }] },
    ]);
    expect(server.received[0]?.runId).not.toBe(server.received[1]?.runId);
  });

  it('is asked for without the conversation where the server keeps it', async () => {
    const server = await serve((_, send) => send(...HELLO));
    const chat = chatOf(createSocketTransport({ connect: dial(server.url), sendMessages: false }));
    await chat.send('summarise');
    expect(server.received).toStrictEqual([
      { type: 'trigger', triggerName: 'summarise', runId: expect.any(String) },
    ]);
  });

  it('shows each event when it comes', async () => {
    const server = await serve((_, send) => send(START, delta('first ')));
    const chat = chatOf(createSocketTransport({ connect: dial(server.url) }));
    const sent = chat.sendMessage('Hi');
    await waitFor(() => expect(answers(chat)).toEqual(['first ']));
    expect(chat.status).toBe('streaming');
    const [socket] = server.sockets;
    if (socket) sender(socket)(delta('second'), FINISH);
    await sent;
    expect(answers(chat)).toEqual(['first second']);
    expect(chat.status).toBe('idle');
  });

  it('ends with the error that the server sends, and the connection stays', async () => {
    const server = await serve((_, send) =>
      send(START, delta('But'), {
        type: 'error',
        errorType: 'tool_error',
        message: 'No.',
        source: 'tool',
        retryable: false,
      }),
    );
    const chat = chatOf(createSocketTransport({ connect: dial(server.url) }));
    await chat.sendMessage('Hi');
    expect(chat.error).toMatchObject({
      type: 'tool_error',
      source: 'tool',
      retryable: false,
      message: 'No.',
    });
    expect(answers(chat)).toEqual(['But']);
    expect(chat.connectionState).toBe('connected');
    expect(kinds(server)).toEqual(['trigger']);
  });

  it.each([
    ['breaks', (socket: WebSocket) => socket.terminate()],
    ['is closed', (socket: WebSocket) => socket.close(1001)],
  ])('is interrupted where the connection %s, and what came stays', async (_, end) => {
    const server = await serve((_message, send, socket) => {
      send(START, delta('Half'));
      setTimeout(() => end(socket), 20);
    });
    const chat = chatOf(createSocketTransport({ connect: dial(server.url) }));
    await chat.sendMessage('Hi');
    expect(chat.status).toBe('error');
    expect(chat.error).toMatchObject({ code: 'stream-interrupted', retryable: true });
    expect(answers(chat)).toEqual(['Half']);
    expect(chat.messages.at(-1)?.status).toBe('done');
    expect(chat.connectionState).toBe('disconnected');
    expect(chat.canRetry).toBe(true);
  });

  it('is interrupted by `disconnect`', async () => {
    const server = await serve((_, send) => send(START, delta('Half')));
    const chat = chatOf(createSocketTransport({ connect: dial(server.url) }));
    const sent = chat.sendMessage('Hi');
    await waitFor(() => expect(answers(chat)).toEqual(['Half']));
    chat.disconnect();
    await sent;
    expect(chat.error).toMatchObject({ code: 'stream-interrupted' });
    expect(answers(chat)).toEqual(['Half']);
  });

  it('that ended as the connection closed is whole', async () => {
    const server = await serve((_, send, socket) => {
      send(...HELLO);
      socket.close();
    });
    const chat = chatOf(createSocketTransport({ connect: dial(server.url) }));
    await chat.sendMessage('Hi');
    expect(chat.error).toBeNull();
    expect(answers(chat)).toEqual(['Hello']);
  });

  it('may say what it cost after its end', async () => {
    const server = await serve((_, send) => send(...HELLO, { type: 'usage', tokens: { totalTokens: 3 } }));
    const chat = chatOf(createSocketTransport({ connect: dial(server.url) }));
    await chat.sendMessage('Hi');
    await waitFor(() =>
      expect(chat.messages.at(-1)?.metadata).toMatchObject({ usage: { tokens: { totalTokens: 3 } } }),
    );
  });

  it('hears nothing of what was said before it', async () => {
    const server = await serve((_, send) => send(...HELLO));
    const transport = createSocketTransport({ connect: dial(server.url) });
    const chat = chatOf(transport);
    await transport.connect();
    const [socket] = server.sockets;
    if (socket) sender(socket)(START, delta('nobody asked'), FINISH);
    await settled();
    expect(chat.messages).toEqual([]);
    await chat.sendMessage('Hi');
    expect(answers(chat)).toEqual(['Hello']);
  });

  it('goes on with what the page’s tools answer', async () => {
    const server = await serve((message, send) => {
      if (message.type === 'continue') return send(START, delta('after'), FINISH);
      send(
        START,
        { type: 'tool-input-available', toolCallId: 'c1', toolName: 'cli', input: { z: 1 } },
        {
          type: 'client-tool-request',
          executionId: 'ex1',
          toolCalls: [{ toolCallId: 'c1', toolName: 'cli', args: { z: 1 } }],
          serverToolResults: [{ toolCallId: 'c0', result: 1 }],
        },
        { type: 'finish', finishReason: 'client-tool-calls', executionId: 'ex1' },
      );
    });
    const chat = new AgentChat({
      transport: createSocketTransport({
        connect: dial(server.url),
        body: { sessionId: 's1' },
        sendMessages: false,
      }),
      clientTools: { cli: ({ z }) => Number(z) + 6 },
    });
    open.push(() => chat.dispose());
    await chat.sendMessage('Hi');
    expect(kinds(server)).toEqual(['trigger', 'continue']);
    expect(server.received[1]).toStrictEqual({
      sessionId: 's1',
      type: 'continue',
      executionId: 'ex1',
      toolResults: [
        { toolCallId: 'c0', result: 1 },
        { toolCallId: 'c1', toolName: 'cli', result: 7 },
      ],
      runId: expect.any(String),
    });
    expect(answers(chat)).toEqual(['tool-call|step-start|after']);
    expect(chat.status).toBe('idle');
  });

  it('waits for a decision that goes back over the same socket', async () => {
    const server = await serve((message, send) => {
      if (message.type === 'trigger') {
        send(START, {
          type: 'approval-request',
          approvalId: 'a1',
          toolCallId: 'c1',
          toolName: 'delete',
          args: { id: 7 },
        });
      } else {
        send({ type: 'tool-output-available', toolCallId: 'c1', output: 'gone' }, FINISH);
      }
    });
    const chat = chatOf(createSocketTransport({ connect: dial(server.url), body: { sessionId: 's1' } }));
    const sent = chat.sendMessage('Hi');
    await waitFor(() =>
      expect(chat.pendingApprovals).toMatchObject([{ toolName: 'delete', args: { id: 7 } }]),
    );
    await chat.pendingApprovals[0]?.approve({ choice: 'once' });
    await sent;
    expect(server.received[1]).toStrictEqual({
      sessionId: 's1',
      type: 'approval',
      approvalId: 'a1',
      approved: true,
      digest: expect.any(String),
      choice: 'once',
    });
    expect(server.sockets).toHaveLength(1);
    expect(chat.messages.at(-1)?.parts).toMatchObject([
      { status: 'done', result: 'gone', approval: { status: 'approved' } },
    ]);
  });
});

describe('a stop', () => {
  it('is sent once for the run that is live, with its id and the fields of the page', async () => {
    const server = await serve((message, send) => {
      if (message.type === 'trigger') send(START, delta('Half'));
    });
    const chat = chatOf(createSocketTransport({ connect: dial(server.url), body: { sessionId: 's1' } }));
    const sent = chat.sendMessage('Hi');
    await waitFor(() => expect(answers(chat)).toEqual(['Half']));
    chat.stop();
    chat.stop();
    await sent;
    await settled();
    const [trigger, ...rest] = server.received;
    expect(rest).toStrictEqual([{ sessionId: 's1', type: 'stop', runId: trigger?.runId }]);
    expect(chat.status).toBe('idle');
    expect(chat.error).toBeNull();
    expect(answers(chat)).toEqual(['Half']);
    expect(chat.connectionState).toBe('connected');
  });

  it('is not sent where nothing runs: before a run, after its end and after its failure', async () => {
    const server = await serve((message, send) => {
      const fails = message.input?.USER_MESSAGE === 'Fail';
      const error = {
        type: 'error',
        errorType: 'tool_error',
        message: 'No.',
        source: 'tool',
        retryable: false,
      };
      send(START, fails ? error : FINISH);
    });
    const transport = createSocketTransport({ connect: dial(server.url) });
    const chat = chatOf(transport);
    await transport.connect();
    chat.stop();
    await chat.sendMessage('Hi');
    chat.stop();
    await chat.sendMessage('Fail');
    chat.stop();
    await chat.sendMessage('Hi');
    await settled();
    expect(kinds(server)).toEqual(['trigger', 'trigger', 'trigger']);
  });

  it('is not sent while the page has the turn', async () => {
    const server = await serve((_, send) =>
      send(
        START,
        {
          type: 'client-tool-request',
          executionId: 'ex1',
          toolCalls: [{ toolCallId: 'c1', toolName: 'ask', args: {} }],
        },
        { type: 'finish', finishReason: 'client-tool-calls', executionId: 'ex1' },
      ),
    );
    const chat = new AgentChat({
      transport: createSocketTransport({ connect: dial(server.url) }),
      clientTools: { ask: 'interactive' },
    });
    open.push(() => chat.dispose());
    const sent = chat.sendMessage('Hi');
    await waitFor(() => expect(chat.status).toBe('awaiting-input'));
    chat.stop();
    await sent;
    await settled();
    expect(kinds(server)).toEqual(['trigger']);
    expect(chat.status).toBe('idle');
  });

  it('is sent once by a new message that takes over', async () => {
    const server = await serve((message, send) => {
      const first = message.input?.USER_MESSAGE === 'One';
      if (message.type === 'trigger') send(START, delta(first ? 'old' : 'new'), ...(first ? [] : [FINISH]));
    });
    const chat = chatOf(createSocketTransport({ connect: dial(server.url) }));
    const first = chat.sendMessage('One');
    await waitFor(() => expect(answers(chat)).toEqual(['old']));
    await Promise.all([first, chat.sendMessage('Two')]);
    expect(kinds(server)).toEqual(['trigger', 'stop', 'trigger']);
    expect(server.received[1]?.runId).toBe(server.received[0]?.runId);
    expect(answers(chat)).toEqual(['old', 'new']);
  });

  it('before the connection is open means that nothing is ever sent', async () => {
    const server = await serve((_, send) => send(...HELLO));
    let go = (): void => {};
    const transport = createSocketTransport({
      connect: async () => {
        await new Promise<void>((resolve) => {
          go = resolve;
        });
        return dial(server.url)();
      },
    });
    const chat = chatOf(transport);
    const sent = chat.sendMessage('Hi');
    expect(chat.connectionState).toBe('connecting');
    chat.stop();
    go();
    await sent;
    await waitFor(() => expect(transport.connectionState).toBe('connected'));
    await settled();
    expect(server.received).toEqual([]);
    expect(chat.error).toBeNull();
  });
});

describe('what is late of a stopped run', () => {
  /** Stops the first run once it shows `Half`, and answers the second as `second` says. */
  async function stoppedThenAsked(second: (send: Send, runs: readonly Message[]) => void, echo: boolean) {
    const runs: Message[] = [];
    const server = await serve((message, send) => {
      if (message.type !== 'trigger') return;
      runs.push(message);
      const { runId } = message;
      const first = [START, delta('Half')].map((event) => (echo ? { ...event, runId } : event));
      if (runs.length === 1) send(...first);
      else second(send, runs);
    });
    const chat = chatOf(createSocketTransport({ connect: dial(server.url) }));
    const sent = chat.sendMessage('One');
    await waitFor(() => expect(answers(chat)).toEqual(['Half']));
    chat.stop();
    await sent;
    await chat.sendMessage('Two');
    return chat;
  }

  it('does not reach the next one, where the server says whose each frame is', async () => {
    const chat = await stoppedThenAsked((send, [old, current]) => {
      const late = [START, delta(' late'), FINISH].map((event) => ({ ...event, runId: old?.runId }));
      const mine = (...events: readonly StreamEvent[]) =>
        events.map((event) => ({ ...event, runId: current?.runId }));
      send(...late, ...mine(delta('He')), ...late, ...mine(delta('llo')), ...late, ...mine(FINISH));
    }, true);
    expect(answers(chat)).toEqual(['Half', 'Hello']);
    expect(chat.error).toBeNull();
  });

  it('does not reach the next one, where the server does not say whose a frame is', async () => {
    const chat = await stoppedThenAsked((send) => {
      send(delta(' late'), { type: 'text-end', id: 't' }, { type: 'finish', finishReason: 'stop' });
      send(...HELLO);
    }, false);
    expect(answers(chat)).toEqual(['Half', 'Hello']);
    expect(chat.error).toBeNull();
  });

  it('is not looked for any more once a later run went through', async () => {
    const server = await serve((message, send) => {
      const said = message.input?.USER_MESSAGE;
      if (said === 'One') send(START, delta('Half'));
      if (said === 'Two') send(...HELLO);
      // This one does not begin with `start`.
      if (said === 'Three') send(delta('Again'), FINISH);
    });
    const chat = chatOf(createSocketTransport({ connect: dial(server.url) }));
    const first = chat.sendMessage('One');
    await waitFor(() => expect(answers(chat)).toEqual(['Half']));
    chat.stop();
    await first;
    await chat.sendMessage('Two');
    await chat.sendMessage('Three');
    expect(answers(chat)).toEqual(['Half', 'Hello', 'Again']);
  });

  it('is not looked for on a new connection', async () => {
    const server = await serve((message, send) => {
      const said = message.input?.USER_MESSAGE;
      if (said === 'One') send(START, delta('Half'));
      if (said === 'Two') send(delta('Hello'), FINISH);
    });
    const chat = chatOf(createSocketTransport({ connect: dial(server.url) }));
    const first = chat.sendMessage('One');
    await waitFor(() => expect(answers(chat)).toEqual(['Half']));
    chat.stop();
    await first;
    chat.disconnect();
    await chat.sendMessage('Two');
    expect(answers(chat)).toEqual(['Half', 'Hello']);
  });
});

describe('a frame that is malformed', () => {
  it.each([
    ['not JSON', 'oops', 'malformed-json'],
    ['no event', '[1]', 'malformed-event'],
    ['lacks a field', '{"type":"text-delta","id":"t"}', 'malformed-event'],
  ])('fails the run, and what came before it still counts: %s', async (_, frame, code) => {
    const server = await serve((_message, send) =>
      send(START, delta('Half'), frame, delta(' never'), FINISH),
    );
    const chat = chatOf(createSocketTransport({ connect: dial(server.url) }));
    await chat.sendMessage('Hi');
    await settled();
    expect(chat.error).toMatchObject({ type: 'protocol_error', source: 'client', code });
    expect(answers(chat)).toEqual(['Half']);
    expect(chat.messages.at(-1)?.status).toBe('done');
    expect(chat.connectionState).toBe('connected');
  });

  it('stops its run at the server, and nothing late of it reaches the next', async () => {
    const server = await serve((message, send) => {
      const said = message.input?.USER_MESSAGE;
      if (said === 'One') send(START, delta('Half'), 'oops');
      if (said === 'Two') send(delta(' late'), FINISH, ...HELLO);
    });
    const chat = chatOf(createSocketTransport({ connect: dial(server.url) }));
    await chat.sendMessage('One');
    expect(chat.error).toMatchObject({ code: 'malformed-json' });
    await chat.sendMessage('Two');
    expect(kinds(server)).toEqual(['trigger', 'stop', 'trigger']);
    expect(answers(chat)).toEqual(['Half', 'Hello']);
  });

  it('is nothing where no run waits for frames', async () => {
    const server = await serve((_, send) => send(...HELLO));
    const transport = createSocketTransport({ connect: dial(server.url) });
    const chat = chatOf(transport);
    await transport.connect();
    const [socket] = server.sockets;
    if (socket) sender(socket)('oops', '[1]');
    socket?.send(Buffer.from([1, 2, 3]));
    await settled();
    expect(chat.error).toBeNull();
    await chat.sendMessage('Hi');
    expect(answers(chat)).toEqual(['Hello']);
  });
});

describe('the application', () => {
  it('sees every message, parsed where it is JSON, whether or not a run is going on', async () => {
    const server = await serve((_, send) =>
      send(START, { type: 'typing', who: 'Ann' }, delta('Hello'), FINISH),
    );
    const seen: unknown[] = [];
    const transport = createSocketTransport({
      connect: dial(server.url),
      onMessage: (message) => void seen.push(message),
    });
    const chat = chatOf(transport);
    await transport.connect();
    const [socket] = server.sockets;
    if (socket) sender(socket)({ presence: ['Ann'] }, 'welcome');
    await waitFor(() => expect(seen).toEqual([{ presence: ['Ann'] }, 'welcome']));
    await chat.sendMessage('Hi');
    expect(seen.slice(2)).toEqual([START, { type: 'typing', who: 'Ann' }, delta('Hello'), FINISH]);
    expect(answers(chat)).toEqual(['Hello']);
  });

  it.each([
    ['text', 'pong'],
    ['JSON that is no event', { presence: ['Ann'] }],
  ])('that has messages of its own does not disturb a run with them: %s', async (_, own) => {
    const server = await serve((_message, send) => send(START, delta('Hel'), own, delta('lo'), FINISH));
    const seen: unknown[] = [];
    const chat = chatOf(
      createSocketTransport({ connect: dial(server.url), onMessage: (message) => void seen.push(message) }),
    );
    await chat.sendMessage('Hi');
    expect(seen).toContainEqual(own);
    expect(chat.error).toBeNull();
    expect(answers(chat)).toEqual(['Hello']);
  });
});
