import { AgentChatError, malformed, refused } from '../core/error.ts';
import type { StreamEvent } from '../core/event.ts';
import { guarded } from '../core/guarded.ts';
import { isRecord } from '../core/is-record.ts';
import type {
  ApprovalDecision,
  ChatRequest,
  ConnectionStateListener,
  EventStream,
  SendContext,
  Transport,
} from '../core/transport.ts';
import { AgentWebkitDecoder, agentWebkit, toNumber } from '../protocols/agent-webkit/agent-webkit.ts';
import type { Frame } from '../stream/frame.ts';
import { type Backlog, readBacklog, resultsIn } from './agent-webkit-backlog.ts';
import { Asides } from './asides.ts';
import { backoff, wait } from './backoff.ts';
import { errorFromResponse } from './http-error.ts';
import { type Ask, type HttpLegOptions, persist, readLeg } from './http-leg.ts';
import { HttpRequests, type HttpRequestsOptions } from './http-requests.ts';
import { Place } from './place.ts';

/** `url` is the address below which the server has its `sessions`. */
export interface AgentWebkitTransportOptions extends HttpRequestsOptions {
  /** A session to attach to. Without it one is created when it is first needed. */
  readonly sessionId?: string | undefined;
  /** The `lastEventId` up to which the page shows that session already. */
  readonly resumeFromEventId?: string | undefined;
  /** What a new session is created with, in the server's words: `model`, `permission_mode`, `cwd`. */
  readonly create?: Readonly<Record<string, unknown>> | undefined;
  /**
   * Whether others send messages to this session too, such as another tab. What they were answered is then read
   * and passed over before a message is sent, which takes half a second.
   */
  readonly shared?: boolean | undefined;
  /** Whether a denied permission also ends the turn. */
  readonly interruptOnDeny?: boolean | undefined;
  /** Longest single event that is accepted. Characters; 1,048,576 unless told. */
  readonly maxEventLength?: number | undefined;
  /** How long the server may be silent between its signs of life. Milliseconds; 45,000 unless told, 0 for any time. */
  readonly idleTimeout?: number | undefined;
}

/** A transport that is one session of an agent-webkit server. */
export interface AgentWebkitTransport extends Transport {
  /** Known once the session exists. */
  readonly sessionId: string | undefined;
  /** The id of the last event that was read. */
  readonly lastEventId: string | undefined;
  /** Null for the server's own choice. */
  setModel(model: string | null): Promise<void>;
  setPermissionMode(mode: string): Promise<void>;
  stopTask(taskId: string): Promise<void>;
  /** Ends the session at the server. What is asked afterwards begins a new one. */
  close(): Promise<void>;
}

/** A turn of the agent that its server has yet to end. */
interface Turn {
  ended: boolean;
}

const IDLE_TIMEOUT = 45_000;
/** How often in a row a busy server is asked again. */
const MAX_ATTEMPTS = 6;
/** A connection that was held so long says that the server lives, though it said nothing. Milliseconds. */
const HELD = 5_000;

/**
 * Carries the turns of one session of an agent-webkit server. The session has one stream of events whose ids count
 * up. The server closes it whenever the agent is silent for a while, so that it is asked for again and again; what
 * was read before is passed over.
 */
export function createAgentWebkitTransport(options: AgentWebkitTransportOptions): AgentWebkitTransport {
  return new AgentWebkitSession(options);
}

class AgentWebkitSession implements AgentWebkitTransport {
  readonly keepsHistory = true;
  readonly #options: AgentWebkitTransportOptions;
  readonly #protocol = agentWebkit();
  readonly #requests: HttpRequests;
  readonly #listeners = new Set<ConnectionStateListener>();
  readonly #asides = new Asides();
  /** Turns that the server was asked for, in its order. */
  #turns: Turn[] = [];
  #id: string | undefined;
  #last: number | undefined;
  /** Whether what was said before is known. */
  #isCurrent = true;
  #creating: Promise<string> | null = null;
  #saying: Promise<unknown> = Promise.resolve();
  #gone: AgentChatError | null = null;
  #decoder: AgentWebkitDecoder | undefined;
  /** What the agent proposed to allow for good. */
  #proposals: AgentWebkitDecoder['proposals'] = new Map();

  constructor(options: AgentWebkitTransportOptions) {
    const { sessionId, resumeFromEventId } = options;
    this.#options = options;
    this.#requests = new HttpRequests(options, {
      headers: { Accept: 'text/event-stream, application/json' },
    });
    this.#id = sessionId;
    this.#isCurrent = sessionId === undefined;
    this.#last = toNumber(resumeFromEventId);
    if (resumeFromEventId && this.#last === undefined) {
      throw refused('“resumeFromEventId” is not the id of an event.', 'event-id-invalid');
    }
  }

  get sessionId(): string | undefined {
    return this.#id;
  }

  get lastEventId(): string | undefined {
    return this.#last?.toString();
  }

  onConnectionStateChange(listener: ConnectionStateListener): () => void {
    const entry: ConnectionStateListener = (state) => listener(state);
    this.#listeners.add(entry);
    return () => void this.#listeners.delete(entry);
  }

  async *send(request: ChatRequest, { signal, messages }: SendContext): EventStream {
    const message = this.#protocol.encode(request, messages);
    await this.#session();
    if (!this.#isCurrent && request.type === 'trigger') {
      const { open, ends } = await this.#backlog(this.#last, signal);
      for (const turn of this.#turns.splice(0, ends)) turn.ended = true;
      if (open.length > 0 && this.#turns.length === 0) this.#turns.push({ ended: false });
    }
    if (signal.aborted) return;
    if (request.type === 'trigger') {
      await this.#inTurn(() => this.#say(message, signal));
      this.#begin(signal);
      this.#isCurrent = !this.#options.shared;
    } else await this.#answer(message, signal);
    // The turn is the last one: those before it were stopped, and their ends are still to come.
    if (!signal.aborted)
      yield* this.#asides.in(this.#read(signal, this.#decode(this.#turns.length - 1, undefined, this.#last)));
  }

  async resume({ signal }: Pick<SendContext, 'signal'>): Promise<EventStream | null> {
    if (this.#id === undefined) return null;
    const known = this.#last;
    const backlog = await this.#backlog(undefined, signal).catch((error: unknown) => {
      if (this.#gone) return null;
      throw error;
    });
    if (!backlog) return null;
    const { open, over, isCut } = backlog;
    this.#turns = [];
    const end = toNumber(over.at(-1)?.id);
    const isUnread = known !== undefined && end !== undefined && end > known;
    const frames = open.length > 0 ? open : isUnread ? over : [];
    if (frames.length === 0) return null;
    this.#begin(signal);
    return isCut && frames === open ? this.#lost() : this.#asides.in(this.#readAgain(frames, signal));
  }

  async respond(decision: ApprovalDecision, { signal } = { signal: unending() }): Promise<void> {
    const { approvalId, approved, choice } = decision;
    const message = { ...this.#protocol.encodeDecision?.(decision) };
    const proposal = this.#proposals.get(approvalId);
    if (approved && choice === 'always' && proposal) message['updated_permissions'] = proposal;
    if (!approved && this.#options.interruptOnDeny) message['interrupt'] = true;
    if (message['interrupt'] && this.#decoder) this.#decoder.interrupted = true;
    if (await this.#answer(message, signal)) return;
    if (!this.#asides.heard) {
      throw new AgentChatError('This was answered elsewhere.', {
        type: 'conflict_error',
        source: 'platform',
        retryable: false,
        code: 'answered-elsewhere',
      });
    }
    await this.#asides.say({ type: 'approval-voided', approvalId });
  }

  setModel(model: string | null): Promise<void> {
    return this.#tell({ type: 'set_model', model });
  }

  setPermissionMode(mode: string): Promise<void> {
    return this.#tell({ type: 'set_permission_mode', mode });
  }

  stopTask(taskId: string): Promise<void> {
    return this.#tell({ type: 'stop_task', task_id: taskId });
  }

  async close(): Promise<void> {
    const id = this.#id ?? (await this.#creating);
    if (id === undefined || id === null) return;
    this.#forget();
    const { fetch: doFetch = fetch, ...options } = this.#options;
    const requests = new HttpRequests({
      ...options,
      fetch: (input, init) => doFetch(input, { ...init, method: 'DELETE' }),
    });
    const response = await persist(
      (trial) => requests.get(pathOf(id), trial),
      this.#trying(unending()),
      true,
    );
    if (!response.ok && response.status !== 404) throw await errorFromResponse(response);
    await response.body?.cancel();
  }

  /** What follows is another session. */
  #forget(): void {
    this.#id = undefined;
    this.#last = undefined;
    this.#isCurrent = true;
    this.#turns = [];
    this.#gone = null;
  }

  #trying(signal: AbortSignal, place = new Place()): Omit<HttpLegOptions, 'protocol' | 'again' | 'onAbort'> {
    // All of this is answered at once: a server that says nothing is gone.
    place.alive = true;
    let isTold = false;
    return {
      signal,
      place,
      idleTimeout: this.#options.idleTimeout ?? IDLE_TIMEOUT,
      maxEventLength: this.#options.maxEventLength,
      onReconnecting: (reconnecting) => {
        // That the server closes a silent stream is its way, and no news.
        if (reconnecting ? place.attempts === 0 : !isTold) return;
        isTold = reconnecting;
        const state = reconnecting ? 'connecting' : 'connected';
        for (const listener of [...this.#listeners]) guarded(() => listener(state));
      },
    };
  }

  /** The id of the session, which is created once, however many wait for it. */
  async #session(): Promise<string> {
    if (this.#gone && this.#options.sessionId === undefined) this.#forget();
    if (this.#gone) throw this.#gone;
    if (this.#id !== undefined) return this.#id;
    this.#creating ??= this.#create().finally(() => {
      this.#creating = null;
    });
    return this.#creating;
  }

  async #create(): Promise<string> {
    const { create = {} } = this.#options;
    const ask: Ask = (trial) => this.#requests.post(create, trial, 'sessions');
    const response = await this.#whenFree(ask, unending());
    let created: unknown;
    try {
      created = await response.json();
    } catch {
      // Said below.
    }
    const id = isRecord(created) ? created['session_id'] : undefined;
    if (typeof id !== 'string') throw malformed('The server did not say which session it created.');
    this.#id = id;
    return id;
  }

  /** One message after the other, so that their order at the server is known. */
  #inTurn<T>(say: () => Promise<T>): Promise<T> {
    const said = this.#saying.then(say, say);
    this.#saying = said;
    return said;
  }

  /** It is not known of a request without an answer whether it arrived: none is cut off, and none made twice. */
  async #say(message: object, signal: AbortSignal): Promise<void> {
    if (signal.aborted) throw signal.reason;
    const ask: Ask = (trial) => this.#requests.post(message, trial, this.#path('input'));
    const response = await this.#whenFree(ask, signal);
    await response.body?.cancel();
  }

  /** The answer of a server that has time. Throws what else it answers. */
  async #whenFree(ask: Ask, signal: AbortSignal): Promise<Response> {
    for (let attempt = 0; ; attempt += 1) {
      const response = await persist(ask, this.#trying(unending()), false);
      if (response.ok) return response;
      const error = await this.#failure(response);
      const isBusy = response.status === 503 || response.status === 429;
      if (!isBusy || attempt >= MAX_ATTEMPTS) throw error;
      await wait((error.retryAfter ?? 0) * 1_000 + backoff(attempt), signal);
    }
  }

  /** Whether the answer counts: false where somebody else was first. */
  async #answer(message: object, signal: AbortSignal): Promise<boolean> {
    const trying = this.#trying(signal);
    const ask: Ask = (trial) => this.#requests.post(message, trial, this.#path('input'));
    const response = await persist(ask, trying, true);
    if (!response.ok && response.status !== 409) throw await this.#failure(response);
    await response.body?.cancel();
    // An earlier try arrived, and the answer to it did not.
    return response.ok || trying.place.attempts > 0;
  }

  async #tell(message: object): Promise<void> {
    await this.#session();
    await this.#answer(message, unending());
  }

  async #failure(response: Response): Promise<AgentChatError> {
    const { status } = response;
    if (status !== 404) return errorFromResponse(response);
    await response.body?.cancel();
    return this.#end();
  }

  /** The session is over at the server. */
  #end(): AgentChatError {
    this.#gone ??= new AgentChatError('The agent’s session is gone.', {
      type: 'not_found_error',
      source: 'platform',
      retryable: this.#options.sessionId === undefined,
      code: 'session-gone',
    });
    return this.#gone;
  }

  #path(of: string): string {
    return `${pathOf(this.#id ?? '')}/${of}`;
  }

  /** A turn that the agent is stopped in when its run is. */
  #begin(signal: AbortSignal): void {
    const turn: Turn = { ended: false };
    this.#turns.push(turn);
    const stop = (): void => {
      if (!turn.ended) void this.#requests.tell({ type: 'interrupt' }, this.#path('input'));
    };
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true });
  }

  #decode(skip: number, answered?: ReadonlySet<string>, after?: number): AgentWebkitDecoder {
    this.#decoder = new AgentWebkitDecoder({
      after,
      skip,
      answered,
      onTurnEnd: () => {
        const turn = this.#turns.shift();
        if (turn) turn.ended = true;
      },
      onSessionEnd: () => {
        for (const turn of this.#turns) turn.ended = true;
        this.#end();
      },
    });
    this.#proposals = this.#decoder.proposals;
    return this.#decoder;
  }

  async #events(signal: AbortSignal, after: number | undefined): Promise<Response> {
    const response = await this.#requests.get(this.#path('stream'), signal, after?.toString());
    if (response.status !== 404) return response;
    await this.#failure(response);
    // Asking again is of no use, though a new session may be.
    throw refused('The agent’s session is gone.', 'session-gone');
  }

  /** What follows the last event that was read. */
  async *#read(signal: AbortSignal, decoder: AgentWebkitDecoder): EventStream {
    const place = new SessionPlace(
      () => this.#last,
      (id) => {
        this.#last = id;
      },
    );
    let since = performance.now();
    const ask: Ask = async (trial) => {
      const response = await this.#events(trial, this.#last);
      since = performance.now();
      return response;
    };
    const again = (): Ask => {
      if (performance.now() - since > HELD) place.attempts = 0;
      return ask;
    };
    const options: HttpLegOptions = {
      ...this.#trying(signal, place),
      protocol: { ...this.#protocol, decode: () => decoder },
      again,
      onAbort: () => {},
    };
    try {
      const response = await persist(ask, options, true);
      if (response.status === 412) {
        await response.body?.cancel();
        return yield* this.#lost();
      }
      for await (const item of readLeg(async () => response, options)) {
        const events = 'type' in item ? [item] : item;
        if (events.some(({ type }) => type === 'discontinuity')) this.#restart();
        yield events;
      }
    } catch (error) {
      throw this.#gone ?? error;
    }
  }

  /** What was said of a turn before this page came, and what follows it. */
  async *#readAgain(frames: readonly Frame[], signal: AbortSignal): EventStream {
    const decoder = this.#decode(0, resultsIn(frames));
    const events: StreamEvent[] = [];
    for (const frame of frames) {
      if (decoder.ended) break;
      events.push(...decoder.read(frame));
      this.#last = toNumber(frame.id) ?? this.#last;
    }
    yield events;
    if (!decoder.ended) yield* this.#read(signal, decoder);
  }

  /** Where events are lost, what the server still has is looked at anew. */
  #restart(): void {
    this.#last = undefined;
    this.#isCurrent = false;
    this.#turns = [];
  }

  async *#lost(): EventStream {
    this.#restart();
    yield { type: 'discontinuity' };
  }

  /** Everything the server has after that event, up to where it has no more to say at once. */
  async #backlog(after: number | undefined, signal: AbortSignal): Promise<Omit<Backlog, 'last'>> {
    const ask: Ask = (trial) => this.#events(trial, after);
    const response = await persist(ask, this.#trying(signal), true).catch((error: unknown) => {
      throw this.#gone ?? error;
    });
    if (response.status === 412) {
      await response.body?.cancel();
      return this.#backlog(undefined, signal);
    }
    const { last, ...backlog } = await readBacklog(response, after, {
      maxEventLength: this.#options.maxEventLength,
      signal,
    });
    this.#last = last;
    this.#isCurrent = true;
    return backlog;
  }
}

/** Where ids count up, nothing need be remembered of events but the last. */
class SessionPlace extends Place {
  override begun = true;
  readonly #last: () => number | undefined;
  readonly #take: (id: number) => void;

  constructor(last: () => number | undefined, take: (id: number) => void) {
    super();
    this.#last = last;
    this.#take = take;
  }

  override isNew(id: string | undefined): boolean {
    const number = toNumber(id);
    return number === undefined || number > (this.#last() ?? -1);
  }

  override take(id: string | undefined): void {
    const number = toNumber(id);
    if (number !== undefined) this.#take(number);
  }
}

/** A new one each time, as whoever gets it listens to it. */
function unending(): AbortSignal {
  return new AbortController().signal;
}

function pathOf(sessionId: string): string {
  return `sessions/${encodeURIComponent(sessionId)}`;
}
