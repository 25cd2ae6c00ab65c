import type { ChatRequest, ChatSnapshot, StreamEvent, ToolResult } from 'agent-chat-kit';
import type { ModelLeg } from './model-leg.ts';
import type { Transcript } from './transcript.ts';

/** What it takes to ask the same again, as far as a page could know it. */
export interface Asking {
  /** What tells its request from all others: a text, or the number of a trigger without one. */
  key: string;
  /** What is shown of it. */
  text: string | null;
  messageId: string | undefined;
  /** Where a retry may begin; several while it is not known whether the server's word arrived, null where nothing is known. */
  rollbacks: readonly (string | null)[] | null;
}

/** A request that has to come. */
export interface Due {
  readonly kind: 'first' | 'edit' | 'retry';
  /** Undefined where reactions of the page have made it unknowable. */
  asking: Asking | undefined;
  readonly call: Call;
}

/** A command whose promise has to settle. */
export interface Call {
  readonly what: string;
  state: 'pending' | 'resolved' | 'rejected';
  error: unknown;
  run: Run | null;
  /** The command may be refused, or must be. */
  refusal: 'never' | 'perhaps' | 'certain';
  /** Something came between: it may have ended without a run. */
  excused: boolean;
  readonly withFiles: boolean;
  /** What of it the queue still holds. */
  queued: string | undefined;
}

/** A tool call that was handed to the page. */
export interface CallOfTool {
  readonly tool: string;
  readonly toolCallId: string;
  ran: number;
  /** The first one counts; where time may run out, any. */
  readonly answers: Pick<ToolResult, 'result' | 'error'>[];
}

export interface Leg {
  readonly stream: ModelLeg;
  readonly run: Run;
  readonly request: ChatRequest | null;
  readonly calls: Map<string, CallOfTool>;
  readonly served: ToolResult[];
  executionId: string | undefined;
  /** It handed its calls to the page. */
  over: boolean;
  /** Nothing of it is heard any more. */
  closed: boolean;
  /** Events of it got lost. */
  lost: boolean;
}

/** One turn as the server of the model sees it. */
export interface Run {
  readonly legs: Leg[];
  asking: Asking | null;
  transcript: Transcript;
  /** So much of it arrived for certain, and so much of it was seen in a message. */
  arrived: number;
  seen: number;
  messageId: string | undefined;
  ended: 'finished' | 'failed' | 'stopped' | null;
  /** The chat knows that it goes on. */
  heard: boolean;
  /** What has to end it as soon as everything arrived; `nothing`: there was no run. */
  due: 'finish' | 'error' | 'nothing' | null;
  started: boolean;
  lost: number;
  /** Waits for the stored conversation. */
  loading: boolean;
  word: string | undefined;
  /** What was shown when it was looked for. */
  readonly before: Pick<ChatSnapshot, 'status' | 'error'>;
  events: StreamEvent[];
}
