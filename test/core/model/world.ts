import {
  type AgentChat,
  AgentChatError,
  type AgentChatOptions,
  type ApprovalDecision,
  type ChatRequest,
  type ChatSnapshot,
  type ClientToolContext,
  type ClientToolHandler,
  type ConnectionState,
  type ConnectionStateListener,
  type EventStream,
  type InteractiveTool,
  type PendingApproval,
  type SendContext,
  type StreamEvent,
  type Transport,
  type UIMessage,
} from 'agent-chat-kit';
import { createManualScheduler } from 'agent-chat-kit/testing';
import { type Deferred, deferred } from './deferred.ts';
import { eventsOf, type Say, touchedBy } from './events-of.ts';
import type { Setting } from './interleavings.ts';
import { ModelLeg } from './model-leg.ts';
import type { Asking, Call, CallOfTool, Due, Leg, Run } from './records.ts';
import { Transcript } from './transcript.ts';

/** Makes the chat under test. */
export type MakeChat = (options: AgentChatOptions) => AgentChat;

/** What the page does as soon as it hears of something; each is done once. */
export interface Reaction {
  readonly on: 'start' | 'finish' | 'error' | 'stop' | 'resource' | 'change';
  readonly act: () => void;
}

interface Listening {
  alive: boolean;
  seen: ChatSnapshot;
  readonly leave: () => void;
}

export const STORED: readonly UIMessage[] = [
  message('stored-1', 'user', 'stored one'),
  message('stored-2', 'assistant', 'stored answer'),
  message('stored-3', 'user', 'stored two'),
  { ...message('stored-4', 'assistant', 'stored half'), status: 'streaming' },
];

/**
 * A chat, everything around it — server, page, person — and what is known of what they said. Whatever the chat does
 * to the outside is held against that knowledge here; `checks.ts` looks at what the chat shows.
 */
export class World {
  readonly setting: Setting;
  readonly scheduler = createManualScheduler();
  readonly violations: string[] = [];
  readonly log: string[] = [];
  readonly chat: AgentChat;

  /** The run that the chat has now. */
  live: Run | null = null;
  runs: Run[] = [];
  readonly legs: Leg[] = [];
  readonly calls: Call[] = [];
  due: Due[] = [];
  current: Asking | null = null;
  /** Whether `current` is what a retry would ask. */
  certain = true;
  askings = new Map<string, Asking>();

  readonly handles: { readonly tool: InteractiveTool; readonly call: CallOfTool | undefined }[] = [];
  readonly permissions: PendingApproval[] = [];
  readonly requested = new Map<string, number>();
  readonly delivered = new Map<string, number>();
  readonly #permissible: Extract<StreamEvent, { type: 'approval-request' }>[] = [];
  /** Arguments of what needs no permission any more. */
  readonly moot = new Set<unknown>();
  readonly listenings: Listening[] = [];
  reactions: Reaction[] = [];

  readonly tools: (Deferred<unknown> & { readonly call: CallOfTool })[] = [];
  readonly deliveries: (Deferred<void> & { readonly approvalId: string })[] = [];
  readonly digests: Deferred<ArrayBuffer>[] = [];
  readonly uploads: Deferred<Response>[] = [];
  readonly resumes: (Deferred<EventStream | null> & { readonly run: Run; readonly signal: AbortSignal })[] =
    [];
  readonly loads: (Deferred<readonly UIMessage[]> & { readonly run: Run })[] = [];
  nextResume = 0;
  nextDelivery = 0;
  nextUpload = 0;
  nextDigest = 0;
  failNextSend = false;
  whenBusy: Setting['whenBusy'];

  /** Ids of queued messages, the next first. */
  queue: string[] = [];
  sendingNow: string | undefined;

  readonly connection: { state: ConnectionState } = { state: 'disconnected' };
  readonly watchers = new Set<ConnectionStateListener>();

  /** What events said since everything had arrived may have touched. */
  readonly touched = new Set<string>();
  /** How often the conversation was replaced, and the messages that did not come from a run. */
  forgotten = 0;
  stored = new Set(STORED.map(({ id }) => id));
  /** Messages may be gone since the last look. */
  cut = false;
  /** The cost of a run may still be added to its message. */
  usage = false;
  /** Counts what the page did while it was told something. */
  nested = 0;
  #depth = 0;
  /** Runs of whose end the page was not told. */
  #untold: Run[] = [];
  #seen: ChatSnapshot | null = null;
  #minted = 0;

  constructor(setting: Setting, make: MakeChat) {
    this.setting = setting;
    this.whenBusy = setting.whenBusy;
    const stored = { nothing: 0, 'a talk': 2, 'half a talk': 4 }[setting.stored];
    this.chat = make({
      transport: this.#transport(),
      scheduler: this.scheduler.schedule,
      generateId: () => `id-${this.mint()}`,
      now: () => this.mint(),
      initialMessages: STORED.slice(0, stored),
      clientTools: this.#clientTools(),
      resume: setting.resumes === 'by itself',
      whenBusy: setting.whenBusy,
      requestUploadUrls: async (files) => {
        if (this.nextUpload === 5) throw new Error('no space');
        return {
          files: files.map(() => ({ id: `f${this.mint()}`, uploadUrl: 'put:', downloadUrl: 'get:' })),
        };
      },
      uploadOptions: { retries: 0 },
      limits: {
        none: undefined,
        length: { messageLength: 150 },
        parts: { parts: 4 },
        queue: { queue: 1 },
      }[setting.limit],
      ...(setting.loads ? { loadMessages: () => this.#load() } : {}),
      onStart: () => this.react('start'),
      onResourceUpdate: () => this.react('resource'),
      onFinish: () => {
        this.#toldOf('finish');
        this.react('finish');
      },
      onError: (error) => {
        if (error.code?.startsWith('limit-')) this.#toldOf('limit');
        else this.#toldOf('error');
        this.react('error');
      },
      onStop: () => this.react('stop'),
    });
  }

  /** A number that was never given before. */
  mint(): number {
    this.#minted += 1;
    return this.#minted;
  }

  violated(what: string): void {
    this.violations.push(what);
  }

  get newest(): Leg | undefined {
    return this.legs.at(-1);
  }

  /** Whether the chat still listens to that leg. */
  isHeard(leg: Leg): boolean {
    return leg.run === this.live && leg === leg.run.legs.at(-1) && !leg.closed && !leg.run.due;
  }

  /** A command whose promise has to settle. */
  call(
    what: string,
    begin: (call: Call) => Promise<unknown>,
    { refusal = 'never', withFiles = false }: Partial<Pick<Call, 'refusal' | 'withFiles'>> = {},
  ): Call {
    const call: Call = {
      what,
      state: 'pending',
      error: undefined,
      run: null,
      refusal,
      excused: false,
      withFiles,
      queued: undefined,
    };
    this.calls.push(call);
    const { nested } = this;
    const settle = (state: 'resolved' | 'rejected') => (error: unknown) => {
      if (call.state !== 'pending') this.violated(`${what} settled twice`);
      Object.assign(call, { state, error });
    };
    begin(call).then(settle('resolved'), settle('rejected'));
    if (nested !== this.nested) call.excused = true;
    return call;
  }

  /** What the newest message of the user asks, as a page would ask it again. */
  askingOf(message: UIMessage): Asking {
    const known = this.askings.get(message.id);
    if (known) return known;
    const { messages } = this.chat;
    const before = messages[messages.findIndex(({ id }) => id === message.id) - 1];
    const text = textOf(message);
    // One that was shown and never asked goes back to wherever the one did that it came from.
    const rollbacks = this.stored.has(message.id) ? [before?.id ?? null] : null;
    const asking = { key: text, text, messageId: message.id, rollbacks };
    this.askings.set(message.id, asking);
    return asking;
  }

  get lastAsking(): Asking | null {
    const last = this.chat.messages.findLast(({ role }) => role === 'user');
    return last ? this.askingOf(last) : null;
  }

  /** The server says something on that leg, whether anybody listens or not. */
  say(leg: Leg, says: readonly Say[], together: boolean): void {
    const said = says.map((one) => eventsOf(one, () => this.mint()));
    for (const events of together ? [said.flat()] : said) {
      if (leg.stream.over) return;
      if (this.isHeard(leg)) {
        for (const event of events) this.#hear(leg, event);
        leg.closed = leg.over || leg.lost || leg.run.due !== null;
        // Once: a second loss is an error whatever is stored.
        if (leg.lost && (!this.setting.loads || leg.run.lost > 1)) this.mustEnd(leg.run, 'error');
      } else if (events.some(({ type }) => type === 'usage')) this.usage = true;
      leg.stream.emit(events);
    }
  }

  endLeg(leg: Leg, error?: unknown): void {
    if (!leg.stream.over && this.isHeard(leg)) this.mustEnd(leg.run, 'error');
    leg.stream.end(error);
  }

  /** Once everything said has arrived, that run is over. */
  mustEnd(run: Run, due: 'finish' | 'error' | 'nothing'): void {
    run.due ??= due;
  }

  ended(run: Run, how: 'finished' | 'failed' | 'stopped'): void {
    run.ended ??= how;
    if (this.live === run) this.live = null;
  }

  /** The conversation was replaced by another. */
  forget(messages: readonly UIMessage[]): void {
    this.runs = this.live ? [this.live] : [];
    this.forgotten += 1;
    this.stored = new Set(messages.map(({ id }) => id));
    this.askings.clear();
    this.cut = true;
    if (!this.live) return;
    this.live.transcript = new Transcript();
    this.live.arrived = 0;
    this.live.seen = 0;
    this.live.messageId = undefined;
  }

  /** What of these calls is still waited for is let go of. */
  letGo(calls: readonly Call[]): void {
    const queued = new Set(this.look().queue.map(({ id }) => id));
    this.queue = this.queue.filter((id) => queued.has(id));
    // What is about to be asked while this happens is asked of what comes after.
    if (!this.isNested) this.due = this.due.filter(({ call }) => !calls.includes(call));
    for (const call of calls) {
      if (call.state !== 'pending') continue;
      call.excused = true;
      call.queued = undefined;
      if (call.withFiles) call.refusal = 'perhaps';
    }
  }

  listen(kind: 'stays' | 'throws' | 'leaves' | 'brings another'): void {
    const { chat } = this;
    const listening: Listening = {
      alive: true,
      seen: chat.getSnapshot(),
      leave: () => {
        listening.alive = false;
        unsubscribe?.();
      },
    };
    // It may be told of something, and leave, before it knows how.
    let unsubscribe: (() => void) | undefined;
    unsubscribe = chat.subscribe(() => {
      if (!listening.alive && unsubscribe) return this.violated('a listener that left is told');
      listening.seen = chat.getSnapshot();
      this.saw(listening.seen);
      if (kind === 'leaves') listening.leave();
      if (kind === 'brings another' && this.listenings.length < 8) this.listen('stays');
      this.react('change');
      if (kind === 'throws') throw new Error('thrown by a listener');
    });
    if (!listening.alive) unsubscribe();
    listening.seen = chat.getSnapshot();
    this.listenings.push(listening);
  }

  look(): ChatSnapshot {
    const snapshot = this.chat.getSnapshot();
    this.saw(snapshot);
    return snapshot;
  }

  /** Somebody looked. */
  saw(snapshot: ChatSnapshot): void {
    const before = this.#seen;
    this.#seen = snapshot;
    if (!before || before === snapshot || differs(before, snapshot)) return;
    this.violated('the snapshot is another, and nothing changed');
  }

  /** The page does what it wanted to do as soon as it heard of this. */
  react(on: Reaction['on']): void {
    const reaction = this.reactions.find((one) => one.on === on);
    if (!reaction || this.#depth > 2) return;
    this.reactions = this.reactions.filter((one) => one !== reaction);
    this.meanwhile(reaction.act);
  }

  get isNested(): boolean {
    return this.#depth > 0;
  }

  /** Something that is done while something else is. */
  meanwhile(act: () => void): void {
    this.nested += 1;
    this.#depth += 1;
    try {
      act();
    } catch (error) {
      if (!AgentChatError.isInstance(error)) this.violated(`the page met ${String(error)}`);
    }
    this.#depth -= 1;
    // What was about to be asked may not have been.
    if (this.due.length > 0) this.certain = false;
  }

  resumed(run: Run, signal: AbortSignal, how: number): EventStream | null {
    if (how === 1) {
      this.mustEnd(run, run.lost > 0 ? 'finish' : 'nothing');
      return null;
    }
    if (how === 2) {
      this.mustEnd(run, 'error');
      throw new Error('not to be resumed');
    }
    return this.#leg(run, null, signal).stream;
  }

  #leg(run: Run, request: ChatRequest | null, signal: AbortSignal): Leg {
    const leg: Leg = {
      stream: new ModelLeg(signal, this.setting.manners),
      run,
      request,
      calls: new Map(),
      served: [],
      executionId: undefined,
      over: false,
      closed: false,
      lost: false,
    };
    run.legs.push(leg);
    this.legs.push(leg);
    return leg;
  }

  #begin(asking: Asking | null, heard: boolean): Run {
    if (this.live) this.ended(this.live, 'stopped');
    const run: Run = {
      legs: [],
      asking,
      transcript: new Transcript(),
      arrived: 0,
      seen: 0,
      messageId: undefined,
      ended: null,
      heard,
      due: null,
      started: false,
      lost: 0,
      loading: false,
      word: undefined,
      before: this.look(),
      events: [],
    };
    this.runs.push(run);
    this.#untold.push(run);
    this.live = run;
    return run;
  }

  #hear(leg: Leg, event: StreamEvent): void {
    const { run } = leg;
    if (event.type === 'usage') this.usage = true;
    if (run.due) return;
    this.touched.add(touchedBy(event));
    if (event.type === 'discontinuity') {
      if (leg.lost) return;
      leg.lost = true;
      run.lost += 1;
      return;
    }
    if (!run.heard) {
      this.certain = false;
      this.cut = true;
      if (run.lost > 0) run.asking = this.lastAsking;
    }
    run.transcript.add(event);
    run.events.push(event);
    switch (event.type) {
      case 'start':
        if (!run.started && run.asking && event.lastMessageId !== undefined) {
          run.word = event.lastMessageId;
          run.asking.rollbacks &&= [...run.asking.rollbacks, run.word];
        }
        run.started = true;
        return;
      case 'client-tool-request':
        leg.executionId = event.executionId;
        leg.served.push(...(event.serverToolResults ?? []));
        for (const { toolCallId, toolName } of event.toolCalls) {
          if (leg.calls.has(toolCallId)) continue;
          const isMissing = !TOOLS_OF_PAGE.has(toolName);
          const answers = isMissing ? [{ error: `No client handler for tool: ${toolName}` }] : [];
          leg.calls.set(toolCallId, { tool: toolName, toolCallId, ran: 0, answers });
        }
        return;
      case 'worker-result':
        for (const { workerId, args } of this.#permissible)
          if (workerId === event.workerId) this.moot.add(args);
        return;
      case 'approval-request':
        this.#permissible.push(event);
        this.requested.set(event.approvalId, (this.requested.get(event.approvalId) ?? 0) + 1);
        return;
      case 'finish':
        if (event.finishReason === 'client-tool-calls' && leg.executionId !== undefined) leg.over = true;
        else this.mustEnd(run, 'finish');
        return;
      case 'error':
        this.mustEnd(run, 'error');
    }
  }

  #transport(): Transport {
    const { setting } = this;
    const transport: Transport = {
      keepsHistory: setting.keepsHistory,
      send: (request, context) => this.#asked(request, context),
    };
    if (setting.approves) transport.respond = (decision) => this.#deliver(decision);
    if (setting.resumes !== 'never') transport.resume = ({ signal }) => this.#askedToResume(signal);
    if (!setting.connects) return transport;
    const { connection, watchers } = this;
    return {
      ...transport,
      get connectionState() {
        return connection.state;
      },
      onConnectionStateChange: (listener) => {
        watchers.add(listener);
        listener(connection.state);
        return () => void watchers.delete(listener);
      },
      connect: async () => this.connect('connected'),
      disconnect: () => this.connect('disconnected'),
    };
  }

  connect(state: ConnectionState): void {
    this.connection.state = state;
    for (const watcher of this.watchers) watcher(state);
  }

  #asked(request: ChatRequest, { signal, messages }: SendContext): EventStream {
    if (signal.aborted) this.violated('something is asked with a signal that is aborted');
    if (messages !== this.look().messages) this.violated('what is sent is not what is shown');
    const run = request.type === 'continue' ? this.#askedOn(request) : this.#askedFirst(request, messages);
    if (!run) throw new Error('not to be asked');
    if (this.failNextSend) {
      this.failNextSend = false;
      this.mustEnd(run, 'error');
      throw new Error('not to be sent');
    }
    return this.#leg(run, request, signal).stream;
  }

  #askedFirst(
    request: Extract<ChatRequest, { type: 'trigger' }>,
    messages: readonly UIMessage[],
  ): Run | null {
    const key = String(request.input?.['n'] ?? request.input?.['USER_MESSAGE']);
    const isFirst = request.rollbackAfterMessageId === undefined;
    const due = this.due.findLast(
      ({ kind, asking }) => (kind === 'first') === isFirst && (!asking || asking.key === key),
    );
    if (!due) {
      this.violated(`“${key}” is asked, and nobody wanted it`);
      return null;
    }
    this.due = this.due.filter((other) => other !== due);
    const { kind, call } = due;
    const last = messages.at(-1);
    const isSpoken = due.asking ? due.asking.text !== null : request.input?.['n'] === undefined;
    const text = due.asking?.text ?? key;
    if (isSpoken && (last?.role !== 'user' || textOf(last) !== text)) {
      this.violated(`a ${kind} asks for “${text}”, and what is shown does not end with it`);
    }
    const asking: Asking = due.asking ??
      this.askings.get(last?.id ?? '') ?? {
        key,
        text: isSpoken ? text : null,
        messageId: last?.id,
        rollbacks: null,
      };
    const { rollbackAfterMessageId } = request;
    if (kind === 'first') {
      if (rollbackAfterMessageId !== undefined) this.violated('a first request rolls something back');
      const index = isSpoken ? messages.length - 2 : messages.length - 1;
      asking.rollbacks = [messages[index]?.id ?? null];
    } else if (rollbackAfterMessageId === undefined) this.violated(`a ${kind} rolls nothing back`);
    else if (due.asking && asking.rollbacks && !asking.rollbacks.includes(rollbackAfterMessageId)) {
      this.violated(
        `a ${kind} rolls back to ${rollbackAfterMessageId} instead of ${asking.rollbacks.join(' or ')}`,
      );
    }
    if (isSpoken && last) {
      if (kind === 'retry' && due.asking && last.id !== asking.messageId) {
        this.violated('a retry asks with another message');
      }
      asking.messageId = last.id;
      this.askings.set(last.id, asking);
    }
    if (call.queued !== undefined) {
      if (call.queued !== this.queue[0] && call.queued !== this.sendingNow) {
        this.violated('the queue is asked out of turn');
      }
      this.queue = this.queue.filter((id) => id !== call.queued);
      call.queued = undefined;
    }
    this.current = asking;
    this.certain = due.asking !== undefined;
    const run = this.#begin(asking, true);
    call.run = run;
    return run;
  }

  #askedOn({ executionId, toolResults }: Extract<ChatRequest, { type: 'continue' }>): Run | null {
    const run = this.live;
    const leg = run?.legs.at(-1);
    if (!run || !leg?.over || run.due) {
      this.violated('it is gone on with what nobody waits for');
      return null;
    }
    if (executionId !== leg.executionId) this.violated(`${executionId} is gone on with instead`);
    const served = toolResults.slice(0, leg.served.length);
    if (served.some((result, index) => result !== leg.served[index])) {
      this.violated('results of the server are left out');
    }
    const results = toolResults.slice(leg.served.length);
    const expected = [...leg.calls.values()];
    if (results.length !== expected.length) this.violated('a call is answered more than once, or not at all');
    for (const [index, { toolCallId, tool, answers }] of expected.entries()) {
      const result = results[index];
      const fits = (isInteractive({ tool }) ? answers.slice(0, 1) : answers).some(
        (answer) =>
          result?.toolCallId === toolCallId &&
          result.result === answer.result &&
          (result.error === answer.error || (answer.error === '*' && result.error !== undefined)),
      );
      if (!fits) this.violated(`${tool} is answered with ${JSON.stringify(result)}`);
    }
    return run;
  }

  #askedToResume(signal: AbortSignal): EventStream | null | Promise<EventStream | null> {
    const { live } = this;
    const isRecovery = live?.loading === true && live.legs.at(-1)?.stream.signal.aborted === false;
    const run = isRecovery ? live : this.#begin(this.lastAsking, false);
    run.loading = false;
    const how = this.nextResume;
    this.nextResume = 0;
    if (how < 3) return this.resumed(run, signal, how);
    const later = { ...deferred<EventStream | null>(), run, signal };
    this.resumes.push(later);
    return later.promise;
  }

  async #load(): Promise<readonly UIMessage[]> {
    const run = this.live;
    if (run?.lost !== 1) {
      this.violated('what is stored is asked for without need');
      return [];
    }
    run.loading = true;
    const load = { ...deferred<readonly UIMessage[]>(), run };
    this.loads.push(load);
    return load.promise;
  }

  #toldOf(end: 'finish' | 'error' | 'limit'): void {
    const run = this.#untold.findLast(({ due, events }) =>
      end === 'limit' ? events.length > 0 : due === end,
    );
    if (!run) return this.violated(`the page is told of ${end}, and there was none`);
    this.#untold = this.#untold.filter((other) => other !== run);
    if (end === 'limit') {
      if (this.setting.limit === 'none') this.violated('a limit is exceeded that was not set');
    } else run.arrived = run.transcript.length;
    if (!run.heard && run.events.length > 0 && run === this.runs.at(-1)) this.#isHeard(run);
    this.ended(run, end === 'finish' ? 'finished' : 'failed');
  }

  #isHeard(run: Run): void {
    run.heard = true;
    this.current = run.asking;
  }

  /** Everything that was said has arrived. */
  arrived(): void {
    const { live } = this;
    if (!live) return;
    live.arrived = live.transcript.length;
    if (live.word !== undefined && live.asking) live.asking.rollbacks = [live.word];
    if (live.heard || live.events.length === 0) return;
    this.#isHeard(live);
    this.certain = true;
  }

  async #deliver({ approvalId }: ApprovalDecision): Promise<void> {
    if (!this.chat.pendingApprovals.some((open) => open.approvalId === approvalId)) {
      this.violated('a decision is delivered that nobody waits for');
    }
    const before = this.delivered.get(approvalId) ?? 0;
    if (before >= (this.requested.get(approvalId) ?? 0)) this.violated('an approval is delivered twice');
    this.delivered.set(approvalId, before + 1);
    const how = this.nextDelivery;
    this.nextDelivery = 0;
    if (how < 3) return this.arrive(approvalId, how);
    const later = { ...deferred<void>(), approvalId };
    this.deliveries.push(later);
    return later.promise;
  }

  /** How a delivery ends: it arrived, it did not, or nobody waited for it any more. */
  arrive(approvalId: string, how: number): void {
    if (how === 0) return;
    if (how === 1) this.delivered.set(approvalId, (this.delivered.get(approvalId) ?? 0) - 1);
    throw how === 1
      ? new Error('offline')
      : new AgentChatError('Gone.', { type: 'not_found_error', source: 'platform', retryable: false });
  }

  digest(): Promise<ArrayBuffer> {
    if (this.nextDigest === 0) return Promise.resolve(new ArrayBuffer(2));
    this.nextDigest -= 1;
    const digest = deferred<ArrayBuffer>();
    this.digests.push(digest);
    return digest.promise;
  }

  fetch(signal: AbortSignal | null | undefined): Promise<Response> {
    const how = this.nextUpload;
    this.nextUpload = 0;
    const answer = deferred<Response>();
    signal?.addEventListener('abort', () => answer.reject(signal.reason), { once: true });
    if (how === 0) answer.resolve(response(200));
    else if (how === 1) answer.resolve(response(500));
    else if (how === 2) answer.reject(new TypeError('fetch failed'));
    else this.uploads.push(answer);
    return answer.promise;
  }

  #clientTools(): Record<string, ClientToolHandler> {
    const auto =
      (tool: string, run: (call: CallOfTool, context: ClientToolContext) => unknown): ClientToolHandler =>
      (_, context) => {
        const call = this.live?.legs.at(-1)?.calls.get(context.toolCallId);
        if (call?.tool !== tool) {
          this.violated(`${tool} runs, and nobody asked for it`);
          return undefined;
        }
        call.ran += 1;
        if (call.ran > 1) this.violated(`${tool} runs twice for one call`);
        return run(call, context);
      };
    return {
      asks: 'interactive',
      confirms: 'interactive',
      quick: auto('quick', (call) => {
        const result = this.mint();
        call.answers.push({ result });
        return result;
      }),
      later: auto('later', (call) => {
        const later = { ...deferred<unknown>(), call };
        this.tools.push(later);
        return later.promise;
      }),
      throws: auto('throws', (call) => {
        call.answers.push({ error: 'out of order' });
        throw new Error('out of order');
      }),
      hangs: auto('hangs', () => new Promise(() => {})),
      stops: auto('stops', (call) => {
        call.answers.push({ result: 1 });
        this.meanwhile(() => this.stop());
        return 1;
      }),
      resends: auto('resends', (_, { signal }) => {
        signal.addEventListener('abort', () => this.meanwhile(() => this.send(0)), { once: true });
        return new Promise(() => {});
      }),
      odd: auto('odd', (call) => {
        call.answers.push({ error: '*' });
        return 1n;
      }),
    };
  }

  /** Says something, as a message, as a trigger without one, or with a file that is uploaded already. */
  send(how: number): void {
    const { chat } = this;
    const n = this.mint();
    const key = how === 2 ? `${n}` : `m${n}`;
    const { canContinue, queue } = this.look();
    const isBusy = chat.status === 'streaming' || chat.status === 'awaiting-input';
    const isQueued = isBusy && this.whenBusy === 'queue';
    const isFull = isQueued && this.setting.limit === 'queue' && queue.length > 0;
    const isRefused = !canContinue || isFull || (isBusy && this.whenBusy === 'reject');
    const { nested } = this;
    const call = this.call(
      'send',
      (call) => {
        const text = how === 2 ? null : key;
        this.due.push({ kind: 'first', asking: { key, text, messageId: undefined, rollbacks: null }, call });
        if (how === 2) return chat.send('go', { n });
        if (how !== 3) return chat.sendMessage(key);
        return chat.sendMessage(key, { files: [{ id: 'f', mediaType: 'text/plain', url: 'get:' }] });
      },
      { refusal: how === 3 ? 'perhaps' : isRefused ? 'certain' : 'never' },
    );
    if (how === 3) return;
    if (isQueued) this.adoptQueued();
    if (call.queued === undefined) this.due = this.due.filter((due) => due.call !== call);
    if (nested !== this.nested) {
      // It may be what a retry asks, though it was ended before it was asked.
      if (!call.run) this.certain = false;
      return;
    }
    if (!isRefused && !isQueued && !call.run) this.violated('a send asks nothing');
    if (isQueued && !isRefused && call.queued === undefined) this.violated('a send is not queued');
  }

  /** What is new in the queue was put there by a send, and is the last of it. */
  adoptQueued(): void {
    const entries = this.look().queue;
    for (const { id, parts } of entries) {
      if (this.queue.includes(id)) continue;
      const due = this.due.find(
        ({ kind, call, asking }) =>
          kind === 'first' &&
          call.queued === undefined &&
          asking?.text === (parts.length === 0 ? null : textOfParts(parts)),
      );
      if (!due) this.violated('something is queued that nobody sent');
      else due.call.queued = id;
      this.queue.push(id);
    }
  }

  stop(): void {
    const { live } = this;
    this.chat.stop();
    if (live && this.live === live) this.ended(live, 'stopped');
  }
}

const TOOLS_OF_PAGE = new Set([
  'asks',
  'confirms',
  'quick',
  'later',
  'throws',
  'hangs',
  'stops',
  'resends',
  'odd',
]);

/** Whether a person answers it. */
export function isInteractive({ tool }: Pick<CallOfTool, 'tool'>): boolean {
  return tool === 'asks' || tool === 'confirms';
}

function differs(one: ChatSnapshot, other: ChatSnapshot): boolean {
  return (Object.keys(one) as (keyof ChatSnapshot)[]).some((key) => one[key] !== other[key]);
}

/** One that is read without waiting for anything but promises. */
export function response(status: number): Response {
  return Object.assign(new Response(null, { status }), { arrayBuffer: async () => new ArrayBuffer(0) });
}

function textOf({ parts }: UIMessage): string {
  return textOfParts(parts);
}

function textOfParts(parts: UIMessage['parts']): string {
  return parts.flatMap((part) => (part.type === 'text' ? [part.text] : [])).join('\n');
}

function message(id: string, role: UIMessage['role'], text: string): UIMessage {
  return {
    id,
    role,
    parts: [{ type: 'text', text, status: 'done' }],
    status: 'done',
    createdAt: new Date(0),
  };
}
