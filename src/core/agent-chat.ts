import { Approvals, type PendingApproval } from './approvals.ts';
import type { AgentChatOptions } from './chat-options.ts';
import { type ChatSnapshot, type ChatStatus, differs } from './chat-snapshot.ts';
import type { PendingClientTools } from './client-tools.ts';
import { Conversation, type Trigger } from './conversation.ts';
import { type AgentChatError, busy, discontinuity, refused, unsupported } from './error.ts';
import { fromErrorEvent } from './error-event.ts';
import type { StreamEvent } from './event.ts';
import { generateId } from './generate-id.ts';
import { guarded } from './guarded.ts';
import { limitExceeded, limitOf, Meter } from './limits.ts';
import { Listeners } from './listeners.ts';
import type { FileReference, UIMessage } from './message.ts';
import { Queue } from './queue.ts';
import { Run } from './run.ts';
import { frameScheduler } from './scheduler.ts';
import type { ChatState, RunEnding } from './state.ts';
import type { ConnectionState, Transport } from './transport.ts';
import type { UploadProgress } from './upload.ts';
import { Uploads } from './uploads.ts';
import { type Asked, inOtherWords, type UserMessageInput, userParts } from './user-message.ts';

const CLIENT_TOOL_TIMEOUT = 60_000;

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
  readonly #conversation: Conversation;
  readonly #newId: () => string;
  readonly #listeners: Listeners;
  #status: ChatStatus = 'idle';
  #error: AgentChatError | null = null;
  #run: Run | null = null;
  /** Settles when that run is over. */
  #running: Promise<void> = Promise.resolve();
  /** The run that was started last, whether it goes on or not. */
  #newest: Run | null = null;
  #trigger: Trigger | null = null;
  #snapshot: ChatSnapshot | null = null;
  /** The state that the snapshot is of; null once something beside it changed. */
  #seen: ChatState | null = null;
  #connection: { state: ConnectionState | undefined; error: Error | undefined };
  #unwatch: (() => void) | null = null;
  #lookedForRun = false;
  /** Counts how often the messages were replaced by others. */
  #replaced = 0;
  readonly #queue = new Queue({
    onChange: () => this.#changed(),
    assertSendable: () => this.#assertContinuable(),
    onSend: (asked) => {
      this.#interrupt();
      return this.#ask(asked);
    },
  });
  readonly #uploads = new Uploads({ onChange: () => this.#changed(), chat: () => this.#options });
  readonly #approvals = new Approvals({
    isOpen: (request) => this.#conversation.waitsFor(request),
    deliver: async (decision) => {
      const context = this.#run ? { signal: this.#run.signal } : undefined;
      if (this.#transport.respond) return this.#transport.respond(decision, context);
      throw unsupported('This transport cannot deliver approvals.', 'approvals-not-supported');
    },
    onAnswer: (event) => {
      this.#conversation.add(event);
      this.#listeners.tellNow();
    },
  });

  constructor(options: AgentChatOptions) {
    this.#options = options;
    this.#transport = options.transport;
    this.#listeners = new Listeners(options.scheduler ?? frameScheduler);
    this.#newId = options.generateId ?? generateId;
    const context = { now: options.now ?? Date.now, generateId: this.#newId };
    this.#conversation = new Conversation(context, options.initialMessages ?? []);
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
  get #isBusy(): boolean {
    return this.#status === 'streaming' || this.#status === 'awaiting-input';
  }

  readonly getSnapshot = (): ChatSnapshot => {
    const { state, canContinue } = this.#conversation;
    if (this.#snapshot && this.#seen === state) return this.#snapshot;
    this.#seen = state;
    const snapshot: ChatSnapshot = {
      messages: state.messages,
      status: this.#status,
      error: this.#error,
      pendingClientTools: this.#run?.pendingClientTools ?? NO_TOOLS,
      pendingApprovals: this.#approvals.of(state.run?.approvals ?? []),
      canRetry: this.#trigger !== null && !this.#isBusy && canContinue,
      canContinue,
      queue: this.#queue.messages,
      uploads: this.#uploads.files,
      connectionState: this.#connection.state,
      connectionError: this.#connection.error,
    };
    if (!this.#snapshot || differs(snapshot, this.#snapshot)) this.#snapshot = snapshot;
    return this.#snapshot;
  };

  readonly subscribe = (listener: () => void): (() => void) => {
    const unsubscribe = this.#listeners.add(listener);
    this.#watchConnection();
    if (this.#options.resume && !this.#lookedForRun) void this.resume();
    return unsubscribe;
  };

  /** Takes new callbacks, tools and upload function; the transport stays. */
  updateOptions(options: Partial<Omit<AgentChatOptions, 'transport' | 'initialMessages'>>): void {
    this.#options = { ...this.#options, ...options };
  }

  /**
   * Triggers the agent and, with `userMessage`, shows what the user said. Resolves when the whole turn is over,
   * client tools included. Rejects only where nothing was sent: files could not be uploaded, the chat is busy and
   * rejects, too much is queued, or a version is shown that cannot be gone on with. Files for a conversation that
   * was replaced meanwhile are not sent either.
   */
  async send(
    triggerName: string,
    input?: Readonly<Record<string, unknown>>,
    options: { userMessage?: UserMessageInput } = {},
  ): Promise<void> {
    this.#assertContinuable();
    const { content, files } = options.userMessage ?? {};
    const attached = files ?? (input?.['FILES'] as UserMessageInput['files']);
    const replaced = this.#replaced;
    const uploaded = attached ? await this.#uploads.references([...attached]) : [];
    if (replaced !== this.#replaced) return;
    this.#assertContinuable();
    const sent = attached && input?.['FILES'] ? { ...input, FILES: uploaded } : input;
    const parts = options.userMessage ? userParts(content, files ? uploaded : [], this.#newId) : null;
    const asked = { triggerName, input: sent, parts };
    if (this.#isBusy && this.whenBusy === 'queue') {
      const limit = limitOf(this.#options.limits, 'queue');
      if (this.#queue.messages.length >= limit) throw limitExceeded('queue', limit);
      return this.#queue.add(this.#newId(), asked);
    }
    this.#assertFree();
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

  /**
   * Asks the last trigger again from where it was first asked; what was answered is kept as a version. Files are
   * not uploaded again.
   */
  async retry(): Promise<void> {
    const trigger = this.#trigger;
    if (!trigger) return;
    this.#assertContinuable();
    this.#interrupt();
    if (!this.#conversation.rollBack(trigger)) return this.#changed();
    return this.#start(trigger, trigger.rollbackAfterMessageId);
  }

  /**
   * Says a message of the user in other words: the conversation goes on from there, and what it was is kept as a
   * version. Files of the message stay. Rejects where there is no such message.
   */
  async edit(messageId: string, content: string): Promise<void> {
    this.#assertContinuable();
    this.#assertFree();
    const message = this.#conversation.userMessage(messageId);
    this.#interrupt();
    const trigger = this.#conversation.takeBack(message);
    if (!trigger) return this.#changed();
    return this.#ask(inOtherWords(trigger, content), trigger.rollbackAfterMessageId);
  }

  /** The message in all its versions, itself among them, in the order in which they were made. */
  versions(messageId: string): readonly UIMessage[] {
    return this.#conversation.versions(messageId);
  }

  /**
   * Shows the version that begins with this message, and what followed it. Where the server keeps the history it
   * knows only one: then the others can be read, and `canContinue` is false.
   */
  selectVersion(messageId: string): void {
    if (this.#isBusy) throw busy();
    this.#conversation.select(messageId, this.#transport.keepsHistory ?? false);
    this.#trigger = this.#conversation.lastTrigger;
    // A run that is still looked for is one of what was shown.
    this.#interrupt();
    this.#changed();
  }

  /**
   * Goes on with a run that still goes on at the server, as after a reload of the page. Resolves when the turn is
   * over; at once where there is none, or where this chat has a run of its own.
   */
  resume(): Promise<void> {
    if (this.#run || !this.#transport.resume) return this.#running;
    this.#lookedForRun = true;
    this.#watchConnection();
    return this.#begin(this.#makeRun(this.#conversation.lastTrigger), null);
  }

  /** Ends the current run, and what is being uploaded. What it wrote so far stays. */
  stop(): void {
    this.#uploads.cancel();
    if (!this.#run) return;
    this.#end(this.#run, 'stopped');
    guarded(() => this.#options.onStop?.());
  }

  /** Replaces the conversation, ending the current run. There is nothing to retry afterwards. */
  replaceMessages(messages: readonly UIMessage[]): void {
    this.#interrupt();
    this.#replaced += 1;
    this.#trigger = null;
    this.#error = null;
    this.#status = 'idle';
    this.#conversation.replace(messages);
    this.#queue.clear();
    this.#changed();
  }

  uploadFiles(files: Iterable<File>, onProgress?: UploadProgress): Promise<FileReference[]> {
    return this.#uploads.upload(files, { onProgress });
  }

  /** Permits every call that waits for it. */
  async approveAll(answer?: { choice?: string }): Promise<void> {
    await Promise.all(this.pendingApprovals.map((approval) => approval.approve(answer)));
  }

  async denyAll(answer?: { reason?: string }): Promise<void> {
    await Promise.all(this.pendingApprovals.map((approval) => approval.deny(answer)));
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
    this.#replaced += 1;
    this.#listeners.clear();
    this.#uploads.cancel();
    // What tools do when they hear of it may begin another run.
    do {
      if (this.#run) this.#end(this.#run, 'stopped');
      this.#newest?.close();
    } while (this.#run);
    this.#queue.clear();
    this.#unwatch?.();
    this.#unwatch = null;
    this.disconnect();
  }

  #assertContinuable(): void {
    if (this.#conversation.canContinue) return;
    throw refused('The server cannot go on from the version that is shown.', 'version-not-continued');
  }

  #assertFree(): void {
    if (this.#isBusy && this.whenBusy === 'reject') throw busy();
  }

  /** Asks for the first time, from where the conversation stands now. */
  #ask(asked: Asked, rollbackAfterMessageId?: string | null): Promise<void> {
    return this.#start(this.#conversation.ask(asked, rollbackAfterMessageId), rollbackAfterMessageId);
  }

  async #start(trigger: Trigger, rollbackAfterMessageId?: string | null): Promise<void> {
    this.#watchConnection();
    // Whoever heard of the connection may have begun another.
    this.#interrupt();
    this.#enter(trigger, false);
    const run = this.#makeRun(trigger);
    const { triggerName, input } = trigger;
    return this.#begin(run, {
      type: 'trigger',
      triggerName,
      ...(input === undefined ? {} : { input }),
      ...(rollbackAfterMessageId === undefined ? {} : { rollbackAfterMessageId }),
    });
  }

  #begin(run: Run, request: Parameters<Run['start']>[0]): Promise<void> {
    this.#newest = run;
    this.#run = run;
    if (request) this.#changed();
    // Whoever heard of it may have ended it.
    this.#running = run.start(request);
    return this.#running;
  }

  /** A run is under way. One that `wentOn` elsewhere is heard of again. */
  #enter(trigger: Trigger | null, wentOn: boolean): void {
    this.#conversation.begin(wentOn);
    this.#trigger = trigger;
    this.#error = null;
    this.#status = 'streaming';
  }

  #makeRun(asked: Trigger | null): Run {
    const meter = new Meter();
    let trigger = asked;
    let started = false;
    let reloaded = false;
    const run = new Run({
      transport: this.#transport,
      clientTools: () => ({
        handlers: this.#options.clientTools ?? {},
        timeout: this.#options.clientToolTimeout ?? CLIENT_TOOL_TIMEOUT,
      }),
      messages: () => this.getSnapshot().messages,
      onEvent: (event) => {
        if (!this.#isBusy) {
          this.#enter(trigger, true);
          this.#changed();
          // Whoever heard of it may have ended it.
          if (run.ended) return;
        }
        meter.count(event, this.#conversation.parts, this.#options.limits);
        this.#conversation.add(event);
        if (event.type === 'start' && !started) {
          started = true;
          // Only the first start of a run says where a retry begins: later legs go on from there.
          if (trigger && event.lastMessageId !== undefined) {
            trigger.rollbackAfterMessageId = event.lastMessageId;
          }
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
        this.#conversation.add(event);
        this.#listeners.tellLater();
      },
      onNothing: () => (reloaded ? this.#finish(run) : this.#end(run, 'finished', this.#error)),
      onLost: async () => {
        const { loadMessages } = this.#options;
        if (!loadMessages) throw discontinuity();
        const messages = await loadMessages();
        if (run.ended) return;
        reloaded = true;
        started = false;
        this.#status = 'idle';
        this.#error = null;
        this.#conversation.replace(messages);
        trigger = this.#trigger = this.#conversation.lastTrigger;
        this.#changed();
      },
    });
    return run;
  }

  #receive(run: Run, event: StreamEvent): void {
    switch (event.type) {
      case 'start':
        this.#listeners.tellLater();
        return guarded(() => this.#options.onStart?.(event.executionId));
      case 'resource-update':
        return guarded(() => this.#options.onResourceUpdate?.(event.name, event.value));
      case 'finish':
        if (event.finishReason === 'client-tool-calls' && run.legOver) return this.#listeners.tellLater();
        return this.#finish(run);
      case 'error':
        return this.#fail(run, fromErrorEvent(event));
      case 'approval-request':
      case 'approval-resolved':
        return this.#listeners.tellNow();
      default:
        return this.#listeners.tellLater();
    }
  }

  #finish(run: Run): void {
    this.#end(run, 'finished');
    guarded(() => this.#options.onFinish?.());
    // A run that failed or was stopped holds up the queue: what comes next is for the user to say.
    if (!this.#run) this.#queue.sendNext();
  }

  #fail(run: Run, error: AgentChatError): void {
    this.#end(run, 'failed', error);
    guarded(() => this.#options.onError?.(error));
  }

  /**
   * A newer command takes over: what the current run wrote stays. Nobody is told before the command is done, but for
   * the tools of the run, and they may begin another or replace the conversation.
   */
  #interrupt(): void {
    while (this.#run) {
      if (this.#isBusy) this.#status = 'idle';
      this.#finalise(this.#run, 'stopped');
    }
  }

  #end(run: Run, ending: RunEnding, error: AgentChatError | null = null): void {
    this.#status = error ? 'error' : 'idle';
    this.#error = error;
    this.#finalise(run, ending);
    this.#changed();
  }

  /** Nothing of this run is written after this. */
  #finalise(run: Run, ending: RunEnding): void {
    this.#run = null;
    this.#conversation.end(ending);
    this.#seen = null;
    run.end(ending === 'finished');
  }

  #watchConnection(): void {
    if (this.#unwatch || !this.#transport.onConnectionStateChange) return;
    let isOver = false;
    const end = (): void => {
      isOver = true;
    };
    this.#unwatch = end;
    // It may tell of the state at once, and who hears of it may subscribe or let go of everything.
    const unwatch = this.#transport.onConnectionStateChange((state, error) => {
      if (isOver || (state === this.#connection.state && error === this.#connection.error)) return;
      this.#connection = { state, error };
      this.#changed();
    });
    if (isOver) unwatch();
    else this.#unwatch = unwatch;
  }

  /** Something beside the messages changed. */
  #changed(): void {
    this.#seen = null;
    this.#listeners.tellNow();
  }
}
