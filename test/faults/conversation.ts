import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { AgentChat, createHttpTransport, createSocketTransport, type Transport } from 'agent-chat-kit';
import {
  type Agent,
  createAgentHandler,
  createMemoryLog,
  createSocketHandler,
  type EventLog,
  toNodeHandler,
} from 'agent-chat-kit/server';
import { WebSocket, WebSocketServer } from 'ws';
import { createHttpFaultProxy } from './http-proxy.ts';
import { type Carrier, planFaults } from './plan.ts';
import { createFaultProxy } from './proxy.ts';
import { answerOf, createTalk, deedsOf, wordsOf } from './talk.ts';

/** How a conversation went. */
export interface Outcome {
  readonly seed: number;
  readonly carrier: Carrier;
  /** What happened to its connections, in order. */
  readonly faults: readonly string[];
  /** What is not as it must be. */
  readonly problem: string | undefined;
}

/** Milliseconds. The client must be the more patient of the two, also on a machine that has much else to do. */
const HEARTBEAT = 60;
const IDLE_TIMEOUT = 300;
const TURN_TIMEOUT = 30_000;

/** A server that answers on both ways, with what it takes to go on after a fault. */
export async function serveAgent(agent: Agent, log: EventLog = createMemoryLog()) {
  const options = { log, heartbeat: HEARTBEAT };
  const handle = toNodeHandler(createAgentHandler(agent, options));
  const server = createServer((request, response) => {
    // One request for each connection: which comes next does not hang on who was faster.
    response.setHeader('Connection', 'close');
    void handle(request, response);
  });
  const sockets = new WebSocketServer({ server });
  sockets.on('connection', createSocketHandler(agent, options));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    close() {
      for (const socket of sockets.clients) socket.terminate();
      sockets.close();
      server.close();
      server.closeAllConnections();
    },
  };
}

/** Opens a socket as a page does. */
export const dial = (url: string) => () =>
  new Promise<WebSocket>((resolve, reject) => {
    const socket = new WebSocket(url);
    socket.on('open', () => resolve(socket));
    socket.on('error', reject);
  });

function transportTo(port: number, carrier: Carrier): Transport {
  const about = { sessionId: 's1', idleTimeout: IDLE_TIMEOUT };
  return carrier === 'socket'
    ? createSocketTransport({ connect: dial(`ws://127.0.0.1:${port}`), ...about })
    : createHttpTransport({ url: `http://127.0.0.1:${port}`, ...about });
}

/** Some turns with an agent through the faults of a seed. */
export async function converse(seed: number, carrier: Carrier, turns: number): Promise<Outcome> {
  const { agent, did } = createTalk();
  const server = await serveAgent(agent);
  const faults: string[] = [];
  const createProxy = carrier === 'http' ? createHttpFaultProxy : createFaultProxy;
  const proxy = await createProxy({
    port: server.port,
    plan: planFaults(seed, carrier),
    onFault: (fault) => faults.push(fault),
  });
  const handled: string[] = [];
  const failures: string[] = [];
  const chat = new AgentChat({
    transport: transportTo(proxy.port, carrier),
    clientTools: {
      where: ({ turn }) => {
        handled.push(`page ${String(turn)}`);
        return `page ${String(turn)}`;
      },
    },
  });
  chat.subscribe(() => {
    for (const approval of chat.pendingApprovals) {
      approval.approve().catch((error) => failures.push(`approve: ${error.code}`));
    }
  });

  const deeds: string[] = [];
  const answers: string[] = [];
  const pages: string[] = [];
  /** What is wrong after a turn. */
  const difference = (): string | undefined => {
    if (chat.error) return `error ${chat.error.code}: ${chat.error.message}`;
    if (chat.status !== 'idle') return `status ${chat.status}`;
    return (
      firstDifference('messages', wordsOf(chat.messages), answers) ??
      firstDifference('server', did, deeds) ??
      firstDifference('page', handled, pages) ??
      firstDifference('failures', failures, [])
    );
  };
  try {
    for (let turn = 1; turn <= turns; turn += 1) {
      deeds.push(...deedsOf(turn));
      answers.push(...answerOf(turn));
      pages.push(`page ${turn}`);
      const isOver = await within(TURN_TIMEOUT, chat.sendMessage(`${turn}`));
      const problem = isOver ? difference() : `not over after ${TURN_TIMEOUT / 1_000} s, ${difference()}`;
      if (problem) return { seed, carrier, faults, problem: `turn ${turn}: ${problem}` };
    }
    return { seed, carrier, faults, problem: undefined };
  } finally {
    chat.dispose();
    proxy.close();
    server.close();
  }
}

async function within(milliseconds: number, promise: Promise<void>): Promise<boolean> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(() => resolve(false), milliseconds);
  });
  try {
    return await Promise.race([promise.then(() => true), late]);
  } finally {
    clearTimeout(timer);
  }
}

function firstDifference(
  what: string,
  actual: readonly string[],
  expected: readonly string[],
): string | undefined {
  const length = Math.max(actual.length, expected.length);
  for (let index = 0; index < length; index += 1) {
    if (actual[index] === expected[index]) continue;
    return `${what} at ${index}: “${actual[index]}” instead of “${expected[index]}”`;
  }
  return undefined;
}
