/** A file the conversation refers to, as returned by an upload. */
export interface FileReference {
  readonly id: string;
  readonly mediaType: string;
  readonly url: string;
  readonly filename?: string | undefined;
  /** Bytes. */
  readonly size?: number | undefined;
}

export function isFileReference(value: unknown): value is FileReference {
  return (
    typeof value === 'object' &&
    value !== null &&
    'id' in value &&
    'mediaType' in value &&
    'url' in value &&
    typeof value.url === 'string'
  );
}

export function isFileReferenceArray(value: unknown): value is FileReference[] {
  return Array.isArray(value) && value.every(isFileReference);
}

/** One bubble of the conversation. Immutable: a change makes a new object. */
export interface UIMessage {
  readonly id: string;
  readonly role: 'user' | 'assistant';
  readonly parts: readonly UIMessagePart[];
  readonly status: 'streaming' | 'done';
  readonly createdAt: Date;
  readonly metadata?: MessageMetadata | undefined;
}

/** What is known about how a message came to be. */
export interface MessageMetadata {
  readonly finishReason?: string | undefined;
  readonly usage?: Readonly<Record<string, unknown>> | undefined;
  readonly [key: string]: unknown;
}

/**
 * What a model wants to get back with the conversation, such as a signature of its reasoning. Only the protocol that
 * brought it knows what it is.
 */
export type ProviderMetadata = Readonly<Record<string, unknown>>;

/** A typed piece of a message, discriminated by `type`. */
export type UIMessagePart =
  | UITextPart
  | UIReasoningPart
  | UIToolCallPart
  | UIOperationPart
  | UISourcePart
  | UIFilePart
  | UIObjectPart
  | UITodoPart
  | UIWorkerPart
  | UIStepStartPart
  | UIDataPart;

export interface UITextPart {
  readonly type: 'text';
  /** The stream's id of this block, where it had one. */
  readonly id?: string | undefined;
  readonly text: string;
  readonly status: 'streaming' | 'done';
  readonly providerMetadata?: ProviderMetadata | undefined;
  readonly thread?: string | undefined;
}

/** What the model thought before it answered. */
export interface UIReasoningPart {
  readonly type: 'reasoning';
  readonly id?: string | undefined;
  readonly text: string;
  readonly status: 'streaming' | 'done';
  readonly providerMetadata?: ProviderMetadata | undefined;
  readonly thread?: string | undefined;
  /** Epoch milliseconds of this page's clock. */
  readonly startedAt?: number | undefined;
  readonly endedAt?: number | undefined;
}

/** One call of a tool, on the server or in the page. */
export interface UIToolCallPart {
  readonly type: 'tool-call';
  readonly toolCallId: string;
  readonly toolName: string;
  readonly displayName?: string | undefined;
  /** While they stream, what can already be read of them. */
  readonly args: Readonly<Record<string, unknown>>;
  /** The raw JSON so far; gone once the arguments are complete. */
  readonly argsText?: string | undefined;
  readonly result?: unknown;
  readonly error?: string | undefined;
  readonly status: 'pending' | 'running' | 'done' | 'error' | 'cancelled';
  readonly approval?: ToolApproval | undefined;
  readonly providerMetadata?: ProviderMetadata | undefined;
  readonly thread?: string | undefined;
  readonly startedAt?: number | undefined;
  readonly endedAt?: number | undefined;
}

/** A person's permission that a tool call waits for or got. */
export interface ToolApproval {
  readonly approvalId: string;
  readonly status: 'pending' | 'approved' | 'denied';
  /** Scopes that the agent offers, such as `once` or `always`. */
  readonly choices?: readonly string[] | undefined;
  readonly reason?: string | undefined;
  /** Epoch milliseconds. */
  readonly expiresAt?: number | undefined;
}

/** Something the agent's runtime did by itself, such as storing a value. */
export interface UIOperationPart {
  readonly type: 'operation';
  readonly operationId: string;
  readonly name: string;
  readonly operationType: string;
  readonly status: 'running' | 'done' | 'cancelled';
  readonly thread?: string | undefined;
}

/** Where a statement comes from. */
export interface UISourcePart {
  readonly type: 'source';
  readonly sourceType: 'url' | 'document';
  readonly id: string;
  readonly url?: string | undefined;
  readonly title?: string | undefined;
  readonly mediaType?: string | undefined;
  readonly filename?: string | undefined;
  readonly thread?: string | undefined;
}

/** A file that the user attached or the agent made. */
export interface UIFilePart extends FileReference {
  readonly type: 'file';
  readonly toolCallId?: string | undefined;
  readonly thread?: string | undefined;
}

/** Structured output; `typeName` says which shape. */
export interface UIObjectPart {
  readonly type: 'object';
  readonly id: string;
  readonly typeName: string;
  /** What can already be read while it streams. */
  readonly partial?: unknown;
  readonly object?: unknown;
  /** The raw JSON so far; gone once the object is complete. */
  readonly text?: string | undefined;
  readonly status: 'streaming' | 'done' | 'error';
  readonly error?: string | undefined;
  readonly thread?: string | undefined;
}

export interface TodoItem {
  readonly id: string;
  readonly content: string;
  readonly status: 'pending' | 'in_progress' | 'completed' | 'cancelled';
}

/** The agent's plan, replaced in place each time it changes. */
export interface UITodoPart {
  readonly type: 'todo';
  readonly todos: readonly TodoItem[];
  readonly status: 'streaming' | 'done';
  readonly thread?: string | undefined;
}

/** A run of another agent inside this one, with its own parts. */
export interface UIWorkerPart {
  readonly type: 'worker';
  readonly workerId: string;
  readonly workerSlug: string;
  readonly description?: string | undefined;
  readonly input?: Readonly<Record<string, unknown>> | undefined;
  /** The raw JSON of the input so far; gone once it is complete. */
  readonly inputText?: string | undefined;
  readonly parts: readonly UIMessagePart[];
  readonly output?: unknown;
  readonly error?: string | undefined;
  readonly status: 'running' | 'done' | 'error' | 'cancelled';
}

/** Where one step of the agent ends and the next begins. */
export interface UIStepStartPart {
  readonly type: 'step-start';
}

/** Anything an application sends of its own; rendered by the application. */
export interface UIDataPart {
  readonly type: 'data';
  readonly name: string;
  readonly id?: string | undefined;
  readonly data: unknown;
}

/** The name of the thread that is the conversation itself. */
export const MAIN_THREAD = 'main';

export function isMainThread(thread: string | undefined): boolean {
  return thread === undefined || thread === MAIN_THREAD;
}

/** The thread by its name: `main` where none is named. */
export function resolveThread(thread: string | undefined): string {
  return thread ?? MAIN_THREAD;
}

/** The thread as parts carry it: nothing for the conversation itself. */
export function threadForPart(thread: string | undefined): string | undefined {
  return isMainThread(thread) ? undefined : thread;
}

/** True where a part belongs to a named thread such as a summary, not to the conversation itself. */
export function isOtherThread(part: UIMessagePart): boolean {
  return 'thread' in part && !isMainThread(part.thread);
}
