import { AgentChat, type AgentChatOptions } from 'agent-chat-kit';
import { type Agent, createEventWriter, type EventLog } from 'agent-chat-kit/server';
import { onTestFinished } from 'vitest';
import { createHttpFaultProxy } from './http-proxy.ts';
import { type Fault, NO_PLAN, type Plan } from './plan.ts';
import { createFaultProxy } from './proxy.ts';
import { serveAgent, transportTo, type Way } from './serve.ts';

export interface SceneOptions {
  readonly way: Way;
  readonly agent: Agent;
  /** What happens to the connections, in their order; to later ones nothing. */
  readonly plans?: readonly Partial<Plan>[];
  /** Whether they are made in what HTTP makes of the bytes. */
  readonly inHttp?: boolean;
  readonly onFault?: (fault: string) => void;
  readonly newLog?: () => EventLog;
  readonly chat?: Partial<AgentChatOptions>;
  readonly idleTimeout?: number;
}

/** A chat, a server, and what is between them. */
export async function setScene(options: SceneOptions) {
  const { way, agent, plans = [], inHttp = false, onFault, newLog, chat: chatOptions, idleTimeout } = options;
  const server = await serveAgent(agent, newLog);
  const faults: string[] = [];
  const methods: string[] = [];
  const left = [...plans];
  const proxy = await (inHttp ? createHttpFaultProxy : createFaultProxy)({
    port: server.port,
    plan: (method) => {
      methods.push(method);
      return { ...NO_PLAN, ...left.shift() };
    },
    onFault: (fault) => {
      faults.push(fault);
      onFault?.(fault);
    },
  });
  const transport = transportTo(proxy.port, way, { idleTimeout });
  const chat = new AgentChat({ transport, ...chatOptions });
  onTestFinished(() => {
    chat.dispose();
    proxy.close();
    server.close();
  });
  return { chat, transport, server, proxy, faults, /** Of each connection. */ methods };
}

export const fault = (what: Fault): Partial<Plan> => ({ fault: what });

/** Says so many words, from `w0`, as fast as it can; after some of them it waits to be let on. */
export function createSpeaker(count: number, pauseAfter = count) {
  let goOn = (): void => {};
  const allowed = new Promise<void>((resolve) => {
    goOn = resolve;
  });
  let runs = 0;
  const agent: Agent = async function* (run) {
    runs += 1;
    yield* createEventWriter(run).text(
      (async function* () {
        for (let index = 0; index < count; index += 1) {
          if (index === pauseAfter) await allowed;
          yield `w${index} `;
        }
      })(),
    );
  };
  const all = Array.from({ length: count }, (_, index) => `w${index} `).join('');
  return { agent, goOn, all, runs: () => runs };
}

/** The words of the last message. */
export function lastText({ messages }: Pick<AgentChat, 'messages'>): string {
  return (messages.at(-1)?.parts ?? []).map((part) => (part.type === 'text' ? part.text : '')).join('');
}
