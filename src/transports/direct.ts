import { type Agent, runAgent } from '../core/agent.ts';
import { Decisions } from '../core/decisions.ts';
import type { Transport } from '../core/transport.ts';

export interface DirectTransportOptions {
  /** What the agent gets as the body of every request. */
  readonly body?: Readonly<Record<string, unknown>> | undefined;
  readonly onError?: ((error: unknown) => void) | undefined;
}

/** Runs an agent in the same process: for tests, for stories, and for agents that live in the page. */
export function createDirectTransport(
  agent: Agent,
  { body = {}, onError }: DirectTransportOptions = {},
): Transport {
  const decisions = new Decisions();
  return {
    send: (request, { signal, messages }) =>
      runAgent(
        agent,
        {
          request,
          messages,
          body,
          signal,
          decision: (approvalId, subject) => decisions.wait(approvalId, signal, subject),
        },
        { onError },
      ),
    respond: async (decision) => void (await decisions.settle(decision)),
  };
}
