import type { ErrorDetails } from './error.ts';
import type { FileReference, ProviderMetadata, TodoItem } from './message.ts';

/** A tool call that the page has to answer. */
export interface PendingToolCall {
  readonly toolCallId: string;
  readonly toolName: string;
  readonly args: Readonly<Record<string, unknown>>;
  readonly source?: string | undefined;
  readonly outputVariable?: string | undefined;
  readonly blockIndex?: number | undefined;
  readonly thread?: string | undefined;
  readonly workerId?: string | undefined;
}

/** The answer to a {@link PendingToolCall}; echoes where the call came from. */
export interface ToolResult {
  readonly toolCallId: string;
  readonly toolName?: string | undefined;
  readonly result?: unknown;
  readonly error?: string | undefined;
  readonly files?: readonly FileReference[] | undefined;
  readonly outputVariable?: string | undefined;
  readonly blockIndex?: number | undefined;
  readonly thread?: string | undefined;
  readonly workerId?: string | undefined;
}

export type FinishReason =
  | 'stop'
  | 'tool-calls'
  | 'client-tool-calls'
  | 'length'
  | 'content-filter'
  | 'error'
  | 'other';

/** Events that may come from inside a worker say which one. */
interface InWorker {
  readonly workerId?: string | undefined;
}

/** Events may bring what the model wants to get back with the conversation; see {@link ProviderMetadata}. */
interface WithProvider {
  readonly providerMetadata?: ProviderMetadata | undefined;
}

export interface StartEvent {
  readonly type: 'start';
  readonly messageId?: string | undefined;
  readonly executionId?: string | undefined;
  readonly lastMessageId?: string | undefined;
  readonly sessionId?: string | undefined;
}
export interface FinishEvent {
  readonly type: 'finish';
  readonly finishReason: FinishReason;
  readonly executionId?: string | undefined;
}
export interface ErrorEvent extends Omit<ErrorDetails, 'type'> {
  readonly type: 'error';
  readonly errorType: string;
  readonly message: string;
}
export interface TextStartEvent extends InWorker {
  readonly type: 'text-start';
  readonly id: string;
  /** Present where the text is the JSON of an object of this type. */
  readonly responseType?: string | undefined;
}
export interface TextDeltaEvent extends InWorker {
  readonly type: 'text-delta';
  readonly id: string;
  readonly delta: string;
}
export interface TextEndEvent extends InWorker, WithProvider {
  readonly type: 'text-end';
  readonly id: string;
}
export interface ReasoningStartEvent extends InWorker {
  readonly type: 'reasoning-start';
  readonly id: string;
}
export interface ReasoningDeltaEvent extends InWorker {
  readonly type: 'reasoning-delta';
  readonly id: string;
  readonly delta: string;
}
export interface ReasoningEndEvent extends InWorker, WithProvider {
  readonly type: 'reasoning-end';
  readonly id: string;
}
export interface ToolInputStartEvent extends InWorker {
  readonly type: 'tool-input-start';
  readonly toolCallId: string;
  readonly toolName: string;
  readonly title?: string | undefined;
}
export interface ToolInputDeltaEvent extends InWorker {
  readonly type: 'tool-input-delta';
  readonly toolCallId: string;
  readonly inputTextDelta: string;
}
export interface ToolInputEndEvent extends InWorker {
  readonly type: 'tool-input-end';
  readonly toolCallId: string;
}
export interface ToolInputAvailableEvent extends InWorker, WithProvider {
  readonly type: 'tool-input-available';
  readonly toolCallId: string;
  readonly toolName: string;
  readonly input: unknown;
}
export interface ToolOutputAvailableEvent extends InWorker {
  readonly type: 'tool-output-available';
  readonly toolCallId: string;
  readonly output?: unknown;
}
export interface ToolOutputErrorEvent extends InWorker {
  readonly type: 'tool-output-error';
  readonly toolCallId: string;
  readonly error: string;
}
export interface SourceEvent extends InWorker {
  readonly type: 'source';
  readonly sourceType: 'url' | 'document';
  readonly id: string;
  readonly url?: string | undefined;
  readonly title?: string | undefined;
  readonly mediaType?: string | undefined;
  readonly filename?: string | undefined;
}
export interface TodoUpdateEvent extends InWorker {
  readonly type: 'todo-update';
  readonly todos: readonly TodoItem[];
}
export interface BlockStartEvent extends InWorker {
  readonly type: 'block-start';
  readonly blockId: string;
  readonly blockName: string;
  readonly blockType: string;
  readonly display: 'hidden' | 'name' | 'description' | 'stream' | 'title';
  readonly description?: string | undefined;
  readonly outputToChat?: boolean | undefined;
  readonly thread?: string | undefined;
}
export interface BlockEndEvent extends InWorker {
  readonly type: 'block-end';
  readonly blockId: string;
  readonly summary?: string | undefined;
}
export interface ResourceUpdateEvent {
  readonly type: 'resource-update';
  readonly name: string;
  readonly value: unknown;
}
export interface ClientToolRequestEvent {
  readonly type: 'client-tool-request';
  readonly executionId: string;
  readonly toolCalls: readonly PendingToolCall[];
  readonly serverToolResults?: readonly ToolResult[] | undefined;
}
export interface FileAvailableEvent extends InWorker, FileReference {
  readonly type: 'file-available';
  readonly toolCallId?: string | undefined;
}
export interface WorkerInputStartEvent {
  readonly type: 'worker-input-start';
  readonly workerId: string;
  readonly workerSlug: string;
  readonly description?: string | undefined;
}
export interface WorkerInputDeltaEvent {
  readonly type: 'worker-input-delta';
  readonly workerId: string;
  readonly delta: string;
}
export interface WorkerInputReadyEvent {
  readonly type: 'worker-input-ready';
  readonly workerId: string;
  readonly input?: unknown;
}
export interface WorkerStartEvent {
  readonly type: 'worker-start';
  readonly workerId: string;
  readonly workerSlug: string;
  readonly description?: string | undefined;
  readonly input?: unknown;
}
export interface WorkerResultEvent {
  readonly type: 'worker-result';
  readonly workerId: string;
  readonly output?: unknown;
  readonly error?: string | undefined;
  readonly cancelled?: boolean | undefined;
}
/** A tool call that a person has to allow before it runs; the stream stays open meanwhile. */
export interface ApprovalRequestEvent extends InWorker {
  readonly type: 'approval-request';
  readonly approvalId: string;
  readonly toolCallId?: string | undefined;
  readonly toolName: string;
  readonly args: Readonly<Record<string, unknown>>;
  readonly choices?: readonly string[] | undefined;
  readonly context?: string | undefined;
  /** JSON Schema of the arguments: what a person may change them to. */
  readonly inputSchema?: Readonly<Record<string, unknown>> | undefined;
  readonly expiresAt?: number | undefined;
}
export interface ApprovalResolvedEvent {
  readonly type: 'approval-resolved';
  readonly approvalId: string;
  readonly approved: boolean;
  readonly reason?: string | undefined;
  /** Arguments as the person changed them. */
  readonly args?: Readonly<Record<string, unknown>> | undefined;
}
export interface UsageEvent {
  readonly type: 'usage';
  readonly [key: string]: unknown;
}
/** App-specific; a later event with the same `name` and `id` replaces the earlier one. */
export interface DataEvent extends InWorker {
  readonly type: 'data';
  readonly name: string;
  readonly id?: string | undefined;
  readonly data: unknown;
}
/** How far some work is. Becomes a `data` part named `progress`. */
export interface ProgressEvent extends InWorker {
  readonly type: 'progress';
  readonly id?: string | undefined;
  readonly label?: string | undefined;
  /** From 0 to 1; absent where it cannot be told. */
  readonly value?: number | undefined;
}

/** Nobody waits for this approval any more: the call changed, or it was answered elsewhere. */
export interface ApprovalVoidedEvent {
  readonly type: 'approval-voided';
  readonly approvalId: string;
}
/** Events were lost and cannot be had again. Said by a transport, as the last of its stream. */
export interface DiscontinuityEvent {
  readonly type: 'discontinuity';
}

/**
 * One thing the stream said. This is the native language: the event union of the Octavus v4 stream plus
 * approvals, usage, data and progress. Every other dialect is translated to it.
 */
export type StreamEvent =
  | StartEvent
  | FinishEvent
  | ErrorEvent
  | TextStartEvent
  | TextDeltaEvent
  | TextEndEvent
  | ReasoningStartEvent
  | ReasoningDeltaEvent
  | ReasoningEndEvent
  | ToolInputStartEvent
  | ToolInputDeltaEvent
  | ToolInputEndEvent
  | ToolInputAvailableEvent
  | ToolOutputAvailableEvent
  | ToolOutputErrorEvent
  | SourceEvent
  | TodoUpdateEvent
  | BlockStartEvent
  | BlockEndEvent
  | ResourceUpdateEvent
  | ClientToolRequestEvent
  | FileAvailableEvent
  | WorkerInputStartEvent
  | WorkerInputDeltaEvent
  | WorkerInputReadyEvent
  | WorkerStartEvent
  | WorkerResultEvent
  | ApprovalRequestEvent
  | ApprovalResolvedEvent
  | ApprovalVoidedEvent
  | DiscontinuityEvent
  | UsageEvent
  | DataEvent
  | ProgressEvent;
