import { Approvals, type PendingApproval } from './approvals.ts';
import type { ClientToolHandler, PendingClientTools } from './client-tools.ts';
import { AgentChatError, unsupported } from './error.ts';
import type { ErrorEvent, StreamEvent } from './event.ts';
import { generateId } from './generate-id.ts';
import { guarded } from './guarded.ts';
import type { FileReference, UIMessage } from './message.ts';
import { type Asked, Queue, type QueuedMessage } from './queue.ts';
import { endRun, reduce } from './reduce.ts';
import { restoreMessages } from './restore.ts';
import { Run } from './run.ts';
import { frameScheduler, type Scheduler } from './scheduler.ts';
import { type ChatState, emptyState, type ReduceContext, type RunEnding } from './state.ts';
import type { ApprovalDecision, ConnectionState, Transport } from './transport.ts';
import { type RequestUploadUrls, type UploadProgress, uploadFiles } from './upload.ts';
import { type UserMessageInput, userParts } from './user-message.ts';

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
  /**
   * What a `send` does while a run is going on: ends that run (unless told otherwise), waits for its end, or is
   * refused with the code `busy`.
   */
  readonly whenBusy?: 'interrupt' | 'queue' | 'reject' | undefined;
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

/** All there is to show. The same object until something changed. */
export interface ChatSnapshot {
  readonly messages: readonly UIMessage[];
  readonly status: ChatStatus;
  readonly error: AgentChatError | null;
  readonly pendingClientTools: PendingClientTools;
  readonly pendingApprovals: readonly PendingApproval[];
  readonly canRetry: boolean;
  /** What was said while the agent was busy, in the order in which it will be asked. */
  readonly queue: readonly QueuedMessage[];
  readonly connectionState: ConnectionState | undefined;
  readonly connectionError: Error | undefined;
}

/** What `retry` needs to ask the same again. */
interface Trigger extends Asked {
  /** The conversation before it was asked. */
  readonly before: readonly UIMessage[];
  /** The last message that the server keeps on a retry; the server's word for it once it said one. */
  rollbackAfterMessageId: string | null;
}

const CLIENT_TOOL_TIMEOUT = 60_000;
/** How many events may wait to be folded in while nobody looks, as in a hidden page. */
const MAX_PENDING = 256;

const NO_TOOLS: PendingClientTools = Object.freeze(Object.create(null));

/**
 * A conversation with an agent, without a view. Holds the messages, runs the turns, and tells its listeners
 * at most once a frame while an answer streams; what is read from it is current at any time.
 *
 * A `send` or `retry` while a run is going on ends that run first, unless `whenBusy` says otherwise: what it wrote
 * stays, nothing late from it is written. Failures of a run are in `error`, they do not reject.
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
  /** Counts how often the messages were replaced by others. */
  #conversation = 0;
  readonly #queue = new Queue({
    onChange: () => this.#changed(),
    onSend: (asked) => {
      this.#interrupt();
      return this.#ask(asked);
    },
  });
  /** The run that was started last, whether it goes on or not. */
  #newest: Run | null = null;
  /** Approvals whose answer is under way. */
  readonly #answering = new Set<string>();
  readonly #approvals = new Approvals((decision) => this.#respond(decision));

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
  /** What a `send` does while a run is going on. */
  get whenBusy(): 'interrupt' | 'queue' | 'reject' {
    return this.#options.whenBusy ?? 'interrupt';
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
      pendingClientTools: this.#run?.pendingClientTools ?? NO_TOOLS,
      pendingApprovals: this.#approvals.of(this.#state.run?.approvals ?? []),
      canRetry: this.#trigger !== null && this.#status !== 'streaming' && this.#status !== 'awaiting-input',
      queue: this.#queue.messages,
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
   * client tools included. Rejects only where nothing was sent: files could not be uploaded, or the chat is busy
   * and rejects. Files for a conversation that was replaced meanwhile are not sent either.
   */
  async send(
    triggerName: string,
    input?: Readonly<Record<string, unknown>>,
    options: { userMessage?: UserMessageInput } = {},
  ): Promise<void> {
    const { content, files } = options.userMessage ?? {};
    const attached = files ?? (input?.['FILES'] as UserMessageInput['files']);
    const conversation = this.#conversation;
    const uploaded = attached ? await this.#references([...attached]) : [];
    if (conversation !== this.#conversation) return;
    const sent = attached && input?.['FILES'] ? { ...input, FILES: uploaded } : input;
    const parts = options.userMessage
      ? userParts(content, files ? uploaded : [], this.#context.generateId)
      : null;
    const asked = { triggerName, input: sent, parts };
    if (this.#run && this.whenBusy === 'queue') return this.#queue.add(this.#context.generateId(), asked);
    if (this.#run && this.whenBusy === 'reject') {
      throw new AgentChatError('The agent is still answering.', {
        type: 'execution_error',
        source: 'client',
        retryable: true,
        code: 'busy',
      });
    }
    this.#interrupt();
    return this.#ask(asked);
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
    const trigger = this.#trigger;
    if (!trigger) return;
    this.#interrupt();
    this.#state = { ...emptyState, messages: trigger.before };
    return this.#start(trigger, trigger.rollbackAfterMessageId);
  }

  /** Ends the current run. What it wrote so far stays. */
  stop(): void {
    if (!this.#run) return;
    this.#end(this.#run, 'stopped');
    guarded(() => this.#options.onStop?.());
  }

  /** Replaces the conversation, ending the current run. There is nothing to retry afterwards. */
  replaceMessages(messages: readonly UIMessage[]): void {
    this.#interrupt();
    this.#conversation += 1;
    this.#trigger = null;
    this.#error = null;
    this.#status = 'idle';
    this.#queue.clear();
    this.#state = { ...emptyState, messages: restoreMessages(messages) };
    this.#changed();
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

  /**
   * Lets go of everything: the run, the connection, the listeners, files on their way. The messages can still
   * be read, and a later `send` begins anew.
   */
  dispose(): void {
    this.#conversation += 1;
    this.#listeners.clear();
    this.#queue.clear();
    if (this.#run) this.#end(this.#run, 'stopped');
    this.#newest?.close();
    this.#unwatch?.();
    this.#unwatch = null;
    this.disconnect();
  }

  /** The files as references: those that are none yet are uploaded, and take their places among the others. */
  async #references(files: readonly (File | FileReference)[]): Promise<readonly FileReference[]> {
    const raw = files.filter((file) => file instanceof File);
    const uploaded = raw.length > 0 ? await this.uploadFiles(raw) : [];
    return files.map((file) =>
      file instanceof File ? (uploaded[raw.indexOf(file)] as FileReference) : file,
    );
  }

  /** Asks for the first time, from where the conversation stands now. */
  #ask(asked: Asked): Promise<void> {
    const before = this.#state.messages;
    return this.#start({ ...asked, before, rollbackAfterMessageId: before.at(-1)?.id ?? null });
  }

  async #start(trigger: Trigger, rollbackAfterMessageId?: string | null): Promise<void> {
    this.#watchConnection();
    // Ending a run tells its tools, and what they do may have begun another.
    this.#interrupt();
    if (trigger.parts) {
      const message: UIMessage = {
        id: this.#context.generateId(),
        role: 'user',
        parts: trigger.parts,
        status: 'done',
        createdAt: new Date(this.#context.now()),
      };
      this.#state = { ...emptyState, messages: [...this.#state.messages, message] };
    } else {
      this.#state = { ...emptyState, messages: this.#state.messages };
    }
    const run = this.#makeRun(trigger);
    this.#run = run;
    this.#newest = run;
    this.#trigger = trigger;
    this.#error = null;
    this.#status = 'streaming';
    this.#changed();
    const { triggerName, input } = trigger;
    await run.start({
      type: 'trigger',
      triggerName,
      ...(input === undefined ? {} : { input }),
      ...(rollbackAfterMessageId === undefined ? {} : { rollbackAfterMessageId }),
    });
  }

  #makeRun(trigger: Trigger): Run {
    let started = false;
    const run = new Run({
      transport: this.#transport,
      clientTools: () => ({
        handlers: this.#options.clientTools ?? {},
        timeout: this.#options.clientToolTimeout ?? CLIENT_TOOL_TIMEOUT,
      }),
      messages: () => this.getSnapshot().messages,
      onEvent: (event) => {
        this.#pending.push(event);
        if (this.#pending.length >= MAX_PENDING) this.#fold();
        if (event.type === 'start' && !started) {
          started = true;
          // Only the first start of a run says where a retry begins: later legs go on from there.
          if (event.lastMessageId !== undefined) trigger.rollbackAfterMessageId = event.lastMessageId;
        }
        this.#receive(run, event);
      },
      onWaiting: () => {
        this.#status = run.waitsForPerson ? 'awaiting-input' : 'streaming';
        this.#changed();
      },
      onFail: (error) => this.#fail(run, error),
      onUsage: (event) => {
        if (this.#newest !== run) return;
        this.#pending.push(event);
        this.#notifyLater();
      },
    });
    return run;
  }

  #receive(run: Run, event: StreamEvent): void {
    switch (event.type) {
      case 'start':
        this.#notifyLater();
        return guarded(() => this.#options.onStart?.(event.executionId));
      case 'resource-update':
        return guarded(() => this.#options.onResourceUpdate?.(event.name, event.value));
      case 'finish':
        if (event.finishReason === 'client-tool-calls' && run.legOver) return this.#notifyLater();
        this.#end(run, 'finished');
        guarded(() => this.#options.onFinish?.());
        // A run that failed or was stopped holds up the queue: what comes next is for the user to say.
        if (!this.#run) this.#queue.sendNext();
        return;
      case 'error':
        return this.#fail(run, fromEvent(event));
      case 'approval-request':
      case 'approval-resolved':
        return this.#notifyNow();
      default:
        return this.#notifyLater();
    }
  }

  #fail(run: Run, error: AgentChatError): void {
    this.#end(run, 'failed', error);
    guarded(() => this.#options.onError?.(error));
  }

  /** A newer command takes over: what the current run wrote stays. Nobody is told before the command is done. */
  #interrupt(): void {
    if (this.#run) this.#finalise(this.#run, 'stopped');
    this.#fold();
  }

  #end(run: Run, ending: RunEnding, error: AgentChatError | null = null): void {
    this.#status = error ? 'error' : 'idle';
    this.#error = error;
    this.#finalise(run, ending);
    this.#changed();
  }

  /** Nothing of this run is written after this. */
  #finalise(run: Run, ending: RunEnding): void {
    this.#fold();
    this.#run = null;
    this.#answering.clear();
    this.#state = endRun(this.#state, ending, this.#context);
    this.#snapshot = null;
    run.end(ending === 'finished');
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

  /** Delivers the decision, then shows it. A decision that did not arrive can be made again. */
  async #respond(decision: ApprovalDecision): Promise<void> {
    this.#fold();
    const run = this.#run;
    const { approvalId, approved, reason } = decision;
    if (!run || this.#answering.has(approvalId)) return;
    if (!this.#state.run?.approvals.some((open) => open.approvalId === approvalId)) return;
    if (!this.#transport.respond) {
      throw unsupported('This transport cannot deliver approvals.', 'approvals-not-supported');
    }
    this.#answering.add(approvalId);
    try {
      await this.#transport.respond(decision);
    } catch (error) {
      if (!run.ended) this.#answering.delete(approvalId);
      throw error;
    }
    if (run.ended) return;
    this.#answering.delete(approvalId);
    this.#pending.push({ type: 'approval-resolved', approvalId, approved, reason });
    this.#notifyNow();
  }

  #watchConnection(): void {
    if (this.#unwatch || !this.#transport.onConnectionStateChange) return;
    this.#unwatch = this.#transport.onConnectionStateChange((state, error) => {
      if (state === this.#connection.state && error === this.#connection.error) return;
      this.#connection = { state, error };
      this.#changed();
    });
  }

  /** Something beside the messages changed. */
  #changed(): void {
    this.#snapshot = null;
    this.#notifyNow();
  }

  /** Events came: whoever looks folds them in, and listeners hear of it once a frame. */
  #notifyLater(): void {
    if (!this.#cancelFlush && this.#listeners.size > 0)
      this.#cancelFlush = this.#schedule(() => this.#notify());
  }

  #notifyNow(): void {
    this.#cancelFlush?.();
    this.#notify();
  }

  #notify(): void {
    this.#cancelFlush = null;
    for (const listener of [...this.#listeners]) if (this.#listeners.has(listener)) guarded(listener);
  }
}

/** The error that an event tells of. Servers may leave out what they do not know. */
function fromEvent(event: ErrorEvent): AgentChatError {
  const { type: _, errorType, message, ...told }: Partial<ErrorEvent> = event;
  return new AgentChatError(message ?? '', {
    source: 'platform',
    retryable: false,
    ...told,
    type: errorType ?? 'unknown_error',
  });
}
