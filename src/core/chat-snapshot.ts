import type { PendingApproval } from './approvals.ts';
import type { PendingClientTools } from './client-tools.ts';
import type { AgentChatError } from './error.ts';
import type { UIMessage } from './message.ts';
import type { QueuedMessage } from './queue.ts';
import type { ConnectionState } from './transport.ts';

/** `awaiting-input`: the run goes on once a person has answered an interactive client tool. */
export type ChatStatus = 'idle' | 'streaming' | 'error' | 'awaiting-input';

/** A file on its way to the server. */
export interface FileUpload {
  readonly file: File;
  /** From 0 to 100. */
  readonly progress: number;
}

/** All there is to show. The same object until something changed. */
export interface ChatSnapshot {
  readonly messages: readonly UIMessage[];
  readonly status: ChatStatus;
  readonly error: AgentChatError | null;
  readonly pendingClientTools: PendingClientTools;
  readonly pendingApprovals: readonly PendingApproval[];
  readonly canRetry: boolean;
  /**
   * False while an earlier version is shown that the server, which keeps the history, cannot go on from: it can
   * be read, and `selectVersion` leads back.
   */
  readonly canContinue: boolean;
  /** What was said while the agent was busy, in the order in which it will be asked. */
  readonly queue: readonly QueuedMessage[];
  /** Files that a message waits for; `stop` calls them off. */
  readonly uploads: readonly FileUpload[];
  readonly connectionState: ConnectionState | undefined;
  readonly connectionError: Error | undefined;
}

/** Whether there is anything else to show. */
export function differs(one: ChatSnapshot, other: ChatSnapshot): boolean {
  return (Object.keys(one) as (keyof ChatSnapshot)[]).some((key) => one[key] !== other[key]);
}
