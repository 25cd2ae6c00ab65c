import type { ApprovalSubject } from './approval-digest.ts';
import { AgentChatError } from './error.ts';
import { toErrorEvent } from './error-event.ts';
import type { ErrorEvent, StreamEvent } from './event.ts';
import { generateId } from './generate-id.ts';
import type { UIMessage } from './message.ts';
import type { ApprovalDecision, ChatRequest } from './transport.ts';

/** What an agent is given: one request to answer. */
export interface AgentRun {
  readonly request: ChatRequest;
  /** The conversation, where the client sends it; the message to answer is the last one. */
  readonly messages?: readonly UIMessage[] | undefined;
  /** Everything the client sent, such as a session id of the application's. */
  readonly body: Readonly<Record<string, unknown>>;
  /** Aborted when the user stops the run or goes away. */
  readonly signal: AbortSignal;
  /**
   * Waits for a person's answer to an `approval-request` event. Rejects when the run is aborted. With a `subject`,
   * an answer of somebody who was shown something else is refused.
   */
  decision(approvalId: string, subject?: ApprovalSubject): Promise<ApprovalDecision>;
}

/** Anything that answers a request with events. What it throws is never shown to the user. */
export type Agent = (run: AgentRun) => AsyncIterable<StreamEvent>;

export interface RunAgentOptions {
  /** Told what an agent threw, to log it where only the operator sees it. */
  readonly onError?: ((error: unknown) => void) | undefined;
}

/** What a client is told of an exception: nothing of what it says. */
export const FAILED: ErrorEvent = {
  type: 'error',
  errorType: 'internal_error',
  source: 'platform',
  retryable: true,
  message: 'The agent failed.',
};

/**
 * The events of one run, well-formed whatever the agent does: `start` comes first, `finish` or `error` last,
 * an `AgentChatError` that is thrown becomes its error event, and any other exception one that tells nothing.
 */
export async function* runAgent(
  agent: Agent,
  run: AgentRun,
  { onError }: RunAgentOptions = {},
): AsyncGenerator<StreamEvent, void> {
  const executionId = run.request.type === 'continue' ? run.request.executionId : generateId();
  let started = false;
  let ended = false;
  try {
    for await (const event of agent(run)) {
      if (!started && event.type !== 'start') yield { type: 'start', executionId };
      started = true;
      ended ||= event.type === 'finish' || event.type === 'error';
      yield event.type === 'client-tool-request' && !event.executionId ? { ...event, executionId } : event;
    }
    if (!started) yield { type: 'start', executionId };
    if (!ended) yield { type: 'finish', finishReason: 'stop', executionId };
  } catch (error) {
    if (run.signal.aborted) return;
    onError?.(error);
    if (ended) return;
    if (!started) yield { type: 'start', executionId };
    yield AgentChatError.isInstance(error) ? toErrorEvent(error) : FAILED;
  }
}
