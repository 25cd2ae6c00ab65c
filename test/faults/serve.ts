import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  createHttpTransport,
  createSocketTransport,
  type HttpUrlOptions,
  type Transport,
} from 'agent-chat-kit';
import {
  type Agent,
  createAgentHandler,
  createMemoryLog,
  createSocketHandler,
  type EventLog,
  toNodeHandler,
} from 'agent-chat-kit/server';
import { WebSocket, WebSocketServer } from 'ws';

export type Way = 'http' | 'socket';

/** Milliseconds. The client must be the more patient of the two, also on a machine that has much else to do. */
const HEARTBEAT = 200;
const IDLE_TIMEOUT = 1_500;

export interface AgentServer {
  readonly port: number;
  /** What was asked for so far: methods of HTTP, types of messages. */
  readonly requests: string[];
  /** Forgets everything, as a process does that is started anew. */
  restart(): void;
  close(): void;
}

/** A server that answers on both ways, with what it takes to go on after a fault. */
export async function serveAgent(
  agent: Agent,
  newLog: () => EventLog = createMemoryLog,
): Promise<AgentServer> {
  const requests: string[] = [];
  const begin = () => {
    const options = { log: newLog(), heartbeat: HEARTBEAT };
    return {
      handle: toNodeHandler(createAgentHandler(agent, options)),
      answer: createSocketHandler(agent, options),
    };
  };
  let process = begin();
  const server = createServer((request, response) => {
    requests.push(request.method ?? '');
    // One request for each connection: which comes next does not hang on who was faster.
    response.setHeader('Connection', 'close');
    void process.handle(request, response);
  });
  const sockets = new WebSocketServer({ server });
  sockets.on('connection', (socket, request) => {
    socket.on('message', (data) => void requests.push(JSON.parse(String(data)).type));
    process.answer(socket, request);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    requests,
    restart() {
      process = begin();
    },
    close() {
      for (const socket of sockets.clients) socket.terminate();
      sockets.close();
      server.close();
      server.closeAllConnections();
    },
  };
}

/** How a page reaches that port. */
export function transportTo(
  port: number,
  way: Way,
  options: Pick<HttpUrlOptions, 'sessionId' | 'idleTimeout' | 'headers'> = {},
): Transport {
  const about = { sessionId: 's1', idleTimeout: IDLE_TIMEOUT, ...options };
  return way === 'socket'
    ? createSocketTransport({ connect: dial(`ws://127.0.0.1:${port}`), ...about })
    : createHttpTransport({ url: `http://127.0.0.1:${port}`, ...about });
}

/** Opens a socket as a page does. */
const dial = (url: string) => () =>
  new Promise<WebSocket>((resolve, reject) => {
    const socket = new WebSocket(url);
    socket.on('open', () => resolve(socket));
    socket.on('error', reject);
  });
