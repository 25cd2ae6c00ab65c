import { AgentChat } from 'agent-chat-kit';
import { createHttpFaultProxy } from './http-proxy.ts';
import { type Carrier, planFaults } from './plan.ts';
import { createFaultProxy } from './proxy.ts';
import { serveAgent, transportTo } from './serve.ts';
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

/** Milliseconds: nothing takes that long, on whatever machine. */
const TURN_TIMEOUT = 60_000;

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
    transport: transportTo(proxy.port, carrier === 'socket' ? 'socket' : 'http'),
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
