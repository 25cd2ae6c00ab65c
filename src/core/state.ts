import type { ApprovalRequestEvent, BlockStartEvent } from './event.ts';
import type { UIMessage } from './message.ts';

/** The conversation, and what is known of the run that is writing to it. */
export interface ChatState {
  readonly messages: readonly UIMessage[];
  /** Null while no run is writing. */
  readonly run: RunState | null;
  /** The id of the message that the newest run writes or wrote; null while it has none. */
  readonly written: string | null;
}

export interface RunState {
  /** Open blocks of the run and its workers, innermost last. */
  readonly blocks: readonly BlockStartEvent[];
  /** Tool calls that wait for a person. */
  readonly approvals: readonly ApprovalRequestEvent[];
  /** How many parts were made, those of workers among them. */
  readonly parts: number;
}

/** What the outside world lends to an otherwise pure function. */
export interface ReduceContext {
  /** Epoch milliseconds. */
  now(): number;
  generateId(): string;
}

/** How a run came to its end. */
export type RunEnding = 'finished' | 'stopped' | 'failed';

export const emptyState: ChatState = { messages: [], run: null, written: null };
