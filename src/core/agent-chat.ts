import {
  ClientToolCalls,
  type ClientToolHandler,
  type PendingClientTools,
} from './client-tools.ts';
import { AgentChatError, isAbortError, streamInterrupted, unsupported } from './error.ts';
import type { ApprovalRequestEvent, ErrorEvent, StreamEvent } from './event.ts';
import { generateId } from './generate-id.ts';
import type { FileReference, UIMessage, UIMessagePart } from './message.ts';
import { type ChatState, endRun, emptyState, type ReduceContext, type RunEnding, reduce } from './reduce.ts';
import { restoreMessages } from './restore.ts';
import { frameScheduler, type Scheduler } from './scheduler.ts';
import type { ApprovalDecision, ChatRequest, ConnectionState, Transport } from './transport.ts';
import { isFileReference, type RequestUploadUrls, type UploadProgress, uploadFiles } from './upload.ts';

/** `awaiting-input`: the run goes on once a person has answered an interactive client tool. */
export type ChatStatus = 'idle' | 'streaming' | 'error' | 'awaiting-input';

export interface AgentChatOptions {
  readonly transport: Transport;
  /** Where files that the user attaches may be put; without it there are no attachments. */
  readonly requestUploadUrls?: RequestUploadUrls | undefined;
  /** By tool name. */
  readonly clientTools?: Readonly<Record<string, ClientToolHandler>> | undefined;
  /** How long an automatic client tool may take. Milliseconds; 60,000 unless told. */
  readonly clientToolTimeout?: number | undefined;
  /** Messages of an earlier visit, as they were stored: dates may be strings. */
  readonly initialMessages?: readonly UIMessage[] | undefined;
  readonly onStart?: ((executionId: string | undefined) => void) | undefined;
  readonly onFinish?: (() => void) | undefined;
  readonly onStop?: (() => void) | undefined;
  readonly onError?: ((error: AgentChatError) => void) | undefined;
  readonly onResourceUpdate?: ((name: string, value: unknown) => void) | undefined;
  /** When listeners hear of streamed changes; once a frame unless told. */
  readonly scheduler?: Scheduler | undefined;
  readonly generateId?: (() => string) | undefined;
  /** Epoch milliseconds. */
  readonly now?: (() => number) | undefined;
}

/** What a `send` shows as the user's message. */
export interface UserMessageInput {
  /** Text, or an object that becomes an `object` part named by its `type`. */
  readonly content?: string | Readonly<Record<string, unknown>> | undefined;
  /** Files to upload, or references to files that already are. */
  readonly files?: Iterable<File> | readonly FileReference[] | undefined;
}

/** A tool call that waits for a person's permission. */
export interface PendingApproval {
  readonly approvalId: string;
  readonly toolCallId: string;
  readonly toolName: string;
  readonly args: Readonly<Record<string, unknown>>;
  readonly choices?: readonly string[] | undefined;
  readonly context?: string | undefined;
  readonly expiresAt?: number | undefined;
  approve(answer?: { choice?: string; args?: Readonly<Record<string, unknown>> }): Promise<void>;
  deny(answer?: { reason?: string }): Promise<void>;
}

/** All there is to show. The same object until something changed. */
export interface ChatSnapshot {
  readonly messages: readonly UIMessage[];
  readonly status: ChatStatus;
  readonly error: AgentChatError | null;
  readonly pendingClientTools: PendingClientTools;
  readonly pendingApprovals: readonly PendingApproval[];
  readonly canRetry: boolean;
  readonly connectionState: ConnectionState | undefined;
  readonly connectionError: Error | undefined;
}

/** What `retry` needs to ask the same again. */
interface Trigger {
  readonly triggerName: string;
  readonly input: Readonly<Record<string, unknown>> | undefined;
  readonly parts: readonly UIMessagePart[] | null;
  /** The conversation before it was asked. */
  readonly before: readonly UIMessage[];
  /** The last message that the server keeps on a retry; the server's word for it once it said one. */
  rollbackAfterMessageId: string | null;
}

/** One run: everything the agent does for one trigger. All that is late from an old one is known by its run. */
interface Run {
  readonly trigger: Trigger;
  readonly abort: AbortController;
  started: boolean;
  ended: boolean;
  /** The calls that the current leg hands to the page. */
  calls: ClientToolCalls | null;
}

const CLIENT_TOOL_TIMEOUT = 60_000;
/** How long a stream may stay open after it said that the run is over. Milliseconds. */
const DRAIN_TIMEOUT = 1_000;

const NO_TOOLS: PendingClientTools = Object.freeze(Object.create(null));
const NO_APPROVALS: readonly PendingApproval[] = Object.freeze([]);

/**
 * A conversation with an agent, without a view. Holds the messages, runs the turns, and tells its listeners
 * at most once a frame while an answer streams; what is read from it is current at any time.
 *
 * A `send` or `retry` while a run is going on ends that run first: what it wrote stays, nothing late from it
 * is written. Failures of a run are in `error`, they do not reject.
 */
export class AgentChat {
  #options: AgentChatOptions;
  readonly #transport: Transport;
  readonly #context: ReduceContext;
  readonly #schedule: Scheduler;
  readonly #listeners = new Set<() => void>();
  #state: ChatState;
  /** Events that came and are not yet in the state: they are folded in when somebody looks. */
  #pending: StreamEvent[] = [];
  #status: ChatStatus = 'idle';
  #error: AgentChatError | null = null;
  #run: Run | null = null;
  #trigger: Trigger | null = null;
  #snapshot: ChatSnapshot | null = null;
  #cancelFlush: (() => void) | null = null;
  #connection: { state: ConnectionState | undefined; error: Error | undefined };
  #unwatch: (() => void) | null = null;
  #disposed = false;
  #approvals: { requests: readonly ApprovalRequestEvent[]; pending: readonly PendingApproval[] } = {
    requests: [],
    pending: NO_APPROVALS,
  };

  constructor(options: AgentChatOptions) {
    this.#options = options;
    this.#transport = options.transport;
    this.#schedule = options.scheduler ?? frameScheduler;
    this.#context = { now: options.now ?? Date.now, generateId: options.generateId ?? generateId };
    this.#state = { ...emptyState, messages: restoreMessages(options.initialMessages ?? []) };
    this.#connection = { state: this.#transport.connectionState, error: undefined };
  }

  get messages(): readonly UIMessage[] {
    return this.getSnapshot().messages;
  }
  get status(): ChatStatus {
    return this.#status;
  }
  get error(): AgentChatError | null {
    return this.#error;
  }
  get pendingClientTools(): PendingClientTools {
    return this.getSnapshot().pendingClientTools;
  }
  get pendingApprovals(): readonly PendingApproval[] {
    return this.getSnapshot().pendingApprovals;
  }
  get canRetry(): boolean {
    return this.getSnapshot().canRetry;
  }
  get connectionState(): ConnectionState | undefined {
    return this.getSnapshot().connectionState;
  }
  /** Whether files can be attached. */
  get canUpload(): boolean {
    return this.#options.requestUploadUrls !== undefined;
  }

  readonly getSnapshot = (): ChatSnapshot => {
    this.#fold();
    this.#snapshot ??= {
      messages: this.#state.messages,
      status: this.#status,
      error: this.#error,
      pendingClientTools: this.#run?.calls?.waitsForPerson ? this.#run.calls.pending : NO_TOOLS,
      pendingApprovals: this.#pendingApprovals(),
      canRetry: this.#trigger !== null && this.#status !== 'streaming' && this.#status !== 'awaiting-input',
      connectionState: this.#connection.state,
      connectionError: this.#connection.error,
    };
    return this.#snapshot;
  };

  readonly subscribe = (listener: () => void): (() => void) => {
    // Wrapped, so that the same function given twice is two subscriptions.
    const entry = () => listener();
    this.#listeners.add(entry);
    this.#watchConnection();
    return () => void this.#listeners.delete(entry);
  };

  /** Takes new callbacks, tools and upload function; the transport stays. */
  updateOptions(options: Partial<Omit<AgentChatOptions, 'transport' | 'initialMessages'>>): void {
    this.#options = { ...this.#options, ...options };
  }

  /**
   * Triggers the agent and, with `userMessage`, shows what the user said. Resolves when the whole turn is over,
   * client tools included. Rejects only where files cannot be uploaded: then nothing was sent.
   */
  async send(
    triggerName: string,
    input?: Readonly<Record<string, unknown>>,
    options: { userMessage?: UserMessageInput } = {},
  ): Promise<void> {
    const { content, files } = options.userMessage ?? {};
    // Without files nothing is awaited: the message is there when `send` returns.
    const attached = files ?? (input?.['FILES'] as UserMessageInput['files']);
    const uploaded = attached ? await this.#references(attached) : [];
    const sent = attached && input?.['FILES'] ? { ...input, FILES: uploaded } : input;
    const parts = options.userMessage ? userParts(content, files ? uploaded : []) : null;
    this.#interrupt();
    const before = this.#state.messages;
    return this.#start({
      triggerName,
      input: sent,
      parts,
      before,
      rollbackAfterMessageId: before.at(-1)?.id ?? null,
    });
  }

  /** Says `content` to the agent: `send` with the trigger `user-message`. */
  sendMessage(content: string, options: { files?: UserMessageInput['files'] } = {}): Promise<void> {
    const { files } = options;
    return this.send(
      'user-message',
      files ? { USER_MESSAGE: content, FILES: files } : { USER_MESSAGE: content },
      { userMessage: files ? { content, files } : { content } },
    );
  }

  /** Asks the last trigger again from where it was first asked. Files are not uploaded again. */
  async retry(): Promise<void> {
    if (!this.#trigger || !this.canRetry) return;
    const trigger = this.#trigger;
    this.#state = { messages: trigger.before, run: null };
    return this.#start(trigger, trigger.rollbackAfterMessageId);
  }

  /** Ends the current run. What it wrote so far stays. */
  stop(): void {
    if (!this.#run) return;
    this.#end(this.#run, 'stopped');
    this.#options.onStop?.();
  }

  /** Replaces the conversation, ending the current run. There is nothing to retry afterwards. */
  replaceMessages(messages: readonly UIMessage[]): void {
    this.#interrupt();
    this.#trigger = null;
    this.#error = null;
    this.#status = 'idle';
    this.#state = { messages: restoreMessages(messages), run: null };
    this.#changed('now');
  }

  uploadFiles(files: Iterable<File>, onProgress?: UploadProgress): Promise<FileReference[]> {
    const { requestUploadUrls } = this.#options;
    if (requestUploadUrls) return uploadFiles(files, { requestUploadUrls, onProgress });
    return Promise.reject(
      unsupported('This chat takes no files: `requestUploadUrls` is not set.', 'uploads-not-configured'),
    );
  }

  async connect(): Promise<void> {
    this.#watchConnection();
    await this.#transport.connect?.();
  }

  disconnect(): void {
    this.#transport.disconnect?.();
  }

  /** Ends everything and tells nobody any more. The messages can still be read, nothing can be sent. */
  dispose(): void {
    this.#disposed = true;
    this.#listeners.clear();
    if (this.#run) this.#end(this.#run, 'stopped');
    this.#unwatch?.();
    this.#unwatch = null;
    this.disconnect();
  }

  async #references(files: NonNullable<UserMessageInput['files']>): Promise<readonly FileReference[]> {
    const list: readonly (File | FileReference)[] = [...files];
    return list.every(isFileReference) ? list : this.uploadFiles(list.filter((file) => file instanceof File));
  }

  async #start(trigger: Trigger, rollbackAfterMessageId?: string | null): Promise<void> {
    if (this.#disposed) throw unsupported('This chat was disposed of.', 'disposed');
    const run: Run = { trigger, abort: new AbortController(), started: false, ended: false, calls: null };
    this.#watchConnection();
    this.#run = run;
    this.#trigger = trigger;
    this.#error = null;
    this.#status = 'streaming';
    if (trigger.parts) {
      const message: UIMessage = {
        id: this.#context.generateId(),
        role: 'user',
        parts: trigger.parts,
        status: 'done',
        createdAt: new Date(this.#context.now()),
      };
      this.#state = { messages: [...this.#state.messages, message], run: null };
    }
    this.#changed('now');
    const { triggerName, input } = trigger;
    await this.#turn(run, {
      type: 'trigger',
      triggerName,
      ...(input === undefined ? {} : { input }),
      ...(rollbackAfterMessageId === undefined ? {} : { rollbackAfterMessageId }),
    });
  }

  /** All legs of a run: as long as the agent hands tool calls to the page, it is asked on with the answers. */
  async #turn(run: Run, first: ChatRequest): Promise<void> {
    try {
      let request: ChatRequest | null = first;
      while (request) {
        await this.#leg(run, request);
        if (run.ended) return;
        const calls: ClientToolCalls | null = run.calls;
        if (!calls) throw streamInterrupted();
        this.#settleStatus(run);
        const toolResults = await untilAborted(calls.results(), run.abort.signal);
        run.calls = null;
        this.#settleStatus(run);
        request = { type: 'continue', executionId: calls.executionId ?? '', toolResults };
      }
    } catch (error) {
      if (run.ended) return;
      this.#fail(run, isAbortError(error) ? streamInterrupted(error) : AgentChatError.from(error));
    }
  }

  /** One request and its stream. Returns at the end of the run, or where the page has to answer tool calls. */
  async #leg(run: Run, request: ChatRequest): Promise<void> {
    const { signal } = run.abort;
    const { messages } = this.getSnapshot();
    const stream = this.#transport.send(request, { signal, messages })[Symbol.asyncIterator]();
    let handedOver = false;
    try {
      while (true) {
        const { done, value } = await untilAborted(stream.next(), signal);
        if (done) break;
        for (const event of isBatch(value) ? value : [value]) {
          if (run.ended) break;
          handedOver ||= event.type === 'finish' && event.finishReason === 'client-tool-calls' && run.calls !== null;
          this.#receive(run, event);
        }
        if (run.ended) {
          void this.#drain(run, stream);
          return;
        }
        if (handedOver) break;
      }
    } catch (error) {
      void stream.return?.().catch(() => {});
      throw error;
    }
    if (!handedOver) throw streamInterrupted();
    void stream.return?.().catch(() => {});
  }

  #receive(run: Run, event: StreamEvent): void {
    this.#pending.push(event);
    switch (event.type) {
      case 'start':
        // Only the first start of a run says where a retry begins: later legs go on from there.
        if (!run.started && event.lastMessageId !== undefined) {
          run.trigger.rollbackAfterMessageId = event.lastMessageId;
        }
        run.started = true;
        this.#options.onStart?.(event.executionId);
        return this.#changed('later');
      case 'resource-update':
        return this.#options.onResourceUpdate?.(event.name, event.value);
      case 'client-tool-request':
        run.calls ??= new ClientToolCalls({
          handlers: this.#options.clientTools ?? {},
          timeout: this.#options.clientToolTimeout ?? CLIENT_TOOL_TIMEOUT,
          signal: run.abort.signal,
          onAnswer: (answer) => {
            if (run.ended) return;
            this.#pending.push(answer);
            this.#settleStatus(run);
          },
        });
        run.calls.request(event);
        return this.#changed('now');
      case 'finish':
        if (event.finishReason === 'client-tool-calls' && run.calls) return this.#changed('later');
        this.#end(run, 'finished');
        return this.#options.onFinish?.();
      case 'error':
        return this.#fail(run, fromEvent(event));
      case 'approval-request':
      case 'approval-resolved':
        return this.#changed('now');
      default:
        return this.#changed('later');
    }
  }

  /** `awaiting-input` from when the leg is over until the person has answered; the answer shows at once. */
  #settleStatus(run: Run): void {
    this.#status = run.calls?.waitsForPerson ? 'awaiting-input' : 'streaming';
    this.#changed('now');
  }

  /** What may follow the end of a run: how much it cost. Anything else is not read. */
  async #drain(run: Run, stream: AsyncIterator<StreamEvent | readonly StreamEvent[]>): Promise<void> {
    const timer = setTimeout(() => run.abort.abort(), DRAIN_TIMEOUT);
    try {
      while (!run.abort.signal.aborted) {
        const { done, value } = await untilAborted(stream.next(), run.abort.signal);
        if (done) return;
        const usage = (isBatch(value) ? value : [value]).filter((event) => event.type === 'usage');
        if (this.#trigger !== run.trigger || this.#run || usage.length === 0) continue;
        this.#pending.push(...usage);
        this.#changed('later');
      }
    } catch {
      // The answer is complete; how its stream closes changes nothing.
    } finally {
      clearTimeout(timer);
      void stream.return?.().catch(() => {});
    }
  }

  #fail(run: Run, error: AgentChatError): void {
    this.#end(run, 'failed', error);
    this.#options.onError?.(error);
  }

  /** A newer command takes over: what the current run wrote stays, its status does not matter any more. */
  #interrupt(): void {
    if (this.#run) this.#end(this.#run, 'stopped');
    this.#fold();
  }

  /** Nothing of this run is written after this. */
  #end(run: Run, ending: RunEnding, error: AgentChatError | null = null): void {
    this.#fold();
    run.ended = true;
    run.calls = null;
    this.#run = null;
    this.#state = endRun(this.#state, ending, this.#context);
    this.#status = error ? 'error' : 'idle';
    this.#error = error;
    // A finished stream may still say what it cost; any other is over.
    if (ending !== 'finished') run.abort.abort();
    this.#changed('now');
  }

  #fold(): void {
    if (this.#pending.length === 0) return;
    const events = this.#pending;
    this.#pending = [];
    const state = reduce(this.#state, events, this.#context);
    if (state === this.#state) return;
    this.#state = state;
    this.#snapshot = null;
  }

  #pendingApprovals(): readonly PendingApproval[] {
    const requests = this.#state.run?.approvals ?? [];
    if (requests.length === 0) return NO_APPROVALS;
    if (requests !== this.#approvals.requests) {
      this.#approvals = { requests, pending: requests.map((request) => this.#approval(request)) };
    }
    return this.#approvals.pending;
  }

  #approval(request: ApprovalRequestEvent): PendingApproval {
    const { approvalId, toolCallId, toolName, args, choices, context, expiresAt } = request;
    return {
      approvalId,
      toolCallId: toolCallId ?? approvalId,
      toolName,
      args,
      choices,
      context,
      expiresAt,
      approve: (answer) => this.#respond({ approvalId, approved: true, ...answer }),
      deny: (answer) => this.#respond({ approvalId, approved: false, ...answer }),
    };
  }

  /** Delivers the decision, then shows it. A decision that did not arrive can be made again. */
  async #respond(decision: ApprovalDecision): Promise<void> {
    const run = this.#run;
    const { approvalId, approved, reason } = decision;
    if (!run || !this.#state.run?.approvals.some((open) => open.approvalId === approvalId)) return;
    if (!this.#transport.respond) {
      throw unsupported('This transport cannot deliver approvals.', 'approvals-not-supported');
    }
    await this.#transport.respond(decision);
    if (run.ended) return;
    this.#pending.push({ type: 'approval-resolved', approvalId, approved, reason });
    this.#changed('now');
  }

  #watchConnection(): void {
    if (this.#unwatch || this.#disposed || !this.#transport.onConnectionStateChange) return;
    this.#unwatch = this.#transport.onConnectionStateChange((state, error) => {
      if (state === this.#connection.state && error === this.#connection.error) return;
      this.#connection = { state, error };
      this.#changed('now');
    });
  }

  /** `later`: events came, and whoever looks folds them in. `now`: something else changed as well. */
  #changed(when: 'now' | 'later'): void {
    if (when === 'now') {
      this.#snapshot = null;
      this.#cancelFlush?.();
      this.#notify();
    } else if (!this.#cancelFlush && this.#listeners.size > 0) {
      this.#cancelFlush = this.#schedule(() => this.#notify());
    }
  }

  #notify(): void {
    this.#cancelFlush = null;
    for (const listener of [...this.#listeners]) if (this.#listeners.has(listener)) listener();
  }
}

function isBatch(item: StreamEvent | readonly StreamEvent[]): item is readonly StreamEvent[] {
  return Array.isArray(item);
}

/** Files come first, as a reader expects an attachment above the words about it. */
function userParts(
  content: UserMessageInput['content'],
  files: readonly FileReference[],
): readonly UIMessagePart[] {
  const parts: UIMessagePart[] = files.map((file) => ({ ...file, type: 'file' }));
  if (typeof content === 'string') {
    if (content !== '') parts.push({ type: 'text', text: content, status: 'done' });
  } else if (content) {
    const typeName = typeof content['type'] === 'string' ? content['type'] : 'object';
    parts.push({ type: 'object', id: generateId(), typeName, object: content, status: 'done' });
  }
  return parts;
}

function fromEvent({ type: _, errorType, message, ...details }: ErrorEvent): AgentChatError {
  return new AgentChatError(message, { ...details, type: errorType });
}

/** The promise, unless the run ends first: a stream that ignores its signal must not hold a run open. */
function untilAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = (): void => reject(signal.reason);
    if (signal.aborted) return stop();
    signal.addEventListener('abort', stop, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}
