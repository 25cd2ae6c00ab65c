import type { StreamEvent, ToolResult } from './event.ts';
import type { UIMessage } from './message.ts';

/** What a run or the next leg of it is asked with. */
export type ChatRequest =
  | {
      readonly type: 'trigger';
      readonly triggerName: string;
      readonly input?: Readonly<Record<string, unknown>> | undefined;
      /** Present on a retry: the server forgets everything after this message; `null` forgets all. */
      readonly rollbackAfterMessageId?: string | null | undefined;
    }
  | {
      readonly type: 'continue';
      readonly executionId: string;
      readonly toolResults: readonly ToolResult[];
      /** Answers to approval requests, where they go with the next request. */
      readonly decisions?: readonly ApprovalDecision[] | undefined;
    };

/** How one leg of a run is named where client and server share it. */
export interface RunName {
  /** Made by the client, and part of its request. */
  readonly runId?: string | undefined;
  /** The id of an event that it said. */
  readonly eventId?: string | undefined;
}

/** A person's answer to an approval request. */
export interface ApprovalDecision {
  readonly approvalId: string;
  readonly approved: boolean;
  readonly choice?: string | undefined;
  readonly reason?: string | undefined;
  /** Arguments as the person changed them. */
  readonly args?: Readonly<Record<string, unknown>> | undefined;
  /** Of what the person was shown; see `approvalDigest`. */
  readonly digest?: string | undefined;
}

export type ConnectionState = 'disconnected' | 'connecting' | 'connected' | 'error';
export type ConnectionStateListener = (state: ConnectionState, error?: Error) => void;

/** Events one by one, or as many at once as arrived together. */
export type EventStream = AsyncIterable<StreamEvent | readonly StreamEvent[]>;

export interface SendContext {
  /** Aborted when the run is stopped, interrupted or disposed of; the stream must then end and release everything. */
  readonly signal: AbortSignal;
  /** The conversation as the user sees it when this is read, the message that is being answered last. */
  readonly messages: readonly UIMessage[];
}

/** Carries a request to an agent and its events back. Knows nothing of the state they make. */
export interface Transport {
  /** Whether the conversation is kept at the other end, so that only what it knows can be gone on with. */
  readonly keepsHistory?: boolean;
  /** One leg of a run. Throws `AgentChatError`; ends after `finish` or `error`. */
  send(request: ChatRequest, context: SendContext): EventStream;
  /** A run still going on the server, read from its beginning; null where there is none. */
  resume?(context: { readonly signal: AbortSignal }): Promise<EventStream | null> | EventStream | null;
  /** Delivers an approval decision to the run that waits for it; tries until the signal of that run aborts. */
  respond?(decision: ApprovalDecision, context?: { readonly signal: AbortSignal }): Promise<void>;
  readonly connectionState?: ConnectionState;
  /** Calls back at once with the current state where a connection is kept, then on every change. */
  onConnectionStateChange?(listener: ConnectionStateListener): () => void;
  connect?(): Promise<void>;
  disconnect?(): void;
}

/** A transport that keeps a connection, with the state of it. */
export type SocketTransport = Transport &
  Required<Pick<Transport, 'connectionState' | 'onConnectionStateChange' | 'connect' | 'disconnect'>>;

export function isSocketTransport(transport: Transport): transport is SocketTransport {
  return typeof transport.connect === 'function' && typeof transport.onConnectionStateChange === 'function';
}
