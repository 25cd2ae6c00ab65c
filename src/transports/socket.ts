import { streamInterrupted } from '../core/error.ts';
import type { StreamEvent } from '../core/event.ts';
import { generateId } from '../core/generate-id.ts';
import { guarded } from '../core/guarded.ts';
import type {
  ApprovalDecision,
  ChatRequest,
  ConnectionState,
  ConnectionStateListener,
  EventStream,
  SendContext,
  SocketTransport,
} from '../core/transport.ts';
import { octavus, parseEvent } from '../protocols/octavus.ts';
import { backoff, wait } from './backoff.ts';
import { Place } from './place.ts';
import { openWebSocket, SocketConnection, type SocketLike } from './socket-connection.ts';

interface CommonOptions {
  /** Sees every message of the socket first, parsed where it is JSON: for events of the application's own. */
  readonly onMessage?: ((message: unknown) => void) | undefined;
  readonly onClose?: (() => void) | undefined;
  /** Whether each request carries the conversation; as in the native protocol. */
  readonly sendMessages?: boolean | undefined;
  /** Fields that every request carries. */
  readonly body?: Readonly<Record<string, unknown>> | undefined;
  /** Names the conversation to the server: what goes on in it can be read again after a reload of the page. */
  readonly sessionId?: string | undefined;
  /**
   * How long the socket may be silent once the server has shown that it gives signs of life (`heartbeat`).
   * Milliseconds; 45,000 unless told, 0 for any time.
   */
  readonly idleTimeout?: number | undefined;
  /** How much may wait to be sent before a request is refused. Bytes; 4,194,304 unless told. */
  readonly maxBufferedAmount?: number | undefined;
}

export interface SocketConnectOptions extends CommonOptions {
  /** Opens a socket; resolves once it is open. */
  readonly connect: () => Promise<SocketLike>;
}

export interface SocketUrlOptions extends CommonOptions {
  /** `wss:`, or `ws:` to this machine; a relative one is taken from the page, `http` becomes `ws`. */
  readonly url: string | URL;
}

/** How long a run may still say what it cost after it said that it was over. Milliseconds. */
const LINGER = 1_000;
const IDLE_TIMEOUT = 45_000;
const MAX_BUFFERED_AMOUNT = 4_194_304;
/** How often in a row a run that was cut off is asked for again. */
const MAX_ATTEMPTS = 6;

/** One leg that waits for its events. */
interface Leg {
  readonly runId: string;
  /** What it was asked with. */
  readonly payload: object;
  readonly signal: AbortSignal;
  /** Where events have ids, those that arrived. */
  readonly place: Place;
  /** Answers to approvals, by their ids, until the run shows that it has them: a lost connection loses them too. */
  readonly decisions: Map<string, object>;
  /**
   * After a stop, frames of the stopped run may still arrive. A server that echoes the run's id tells them
   * apart; from any other, everything up to the first `start` or `error` is taken for theirs.
   */
  awaitsStart: boolean;
  readonly queue: StreamEvent[];
  /** It said that it was over: there is nothing to stop any more. */
  over: boolean;
  /** It was cut off, and is being asked for again. */
  recovering: boolean;
  /** The server said that nothing goes on. */
  missing: boolean;
  closed: boolean;
  failure: unknown;
  wake: () => void;
}

/**
 * Carries runs over one socket that stays open between them. Frames are JSON events, as on an Octavus socket;
 * requests carry a `runId` that servers may echo. From a server whose events have an `eventId`, a run that is cut
 * off goes on over a new socket. One that was opened with `connect` is opened again when it is lost.
 */
export function createSocketTransport(options: SocketConnectOptions | SocketUrlOptions): SocketTransport {
  return new SocketRuns(options);
}

class SocketRuns implements SocketTransport {
  readonly keepsHistory: boolean;
  readonly #options: SocketConnectOptions | SocketUrlOptions;
  readonly #connection: SocketConnection;
  readonly #body: Readonly<Record<string, unknown>>;
  #leg: Leg | null = null;
  /** Whether a run was stopped whose frames may still be under way. */
  #stopped = false;
  /** Whether the server is known to find runs again. */
  #findsRuns: boolean;
  /** Aborted where the connection is not to be opened again by itself. */
  #kept: AbortController | null = null;

  constructor(options: SocketConnectOptions | SocketUrlOptions) {
    const { body, sessionId, idleTimeout = IDLE_TIMEOUT } = options;
    this.#options = options;
    this.#body = sessionId === undefined ? { ...body } : { ...body, sessionId };
    this.#findsRuns = sessionId !== undefined;
    this.keepsHistory = options.sendMessages === false;
    this.#connection = new SocketConnection({
      connect: 'connect' in options ? options.connect : openWebSocket(options.url),
      idleTimeout,
      maxBufferedAmount: options.maxBufferedAmount ?? MAX_BUFFERED_AMOUNT,
      onOpen: () => {
        this.#stopped = false;
      },
      onMessage: (data) => this.#receive(data),
      onDrop: () => this.#dropped(),
    });
  }

  get connectionState(): ConnectionState {
    return this.#connection.state;
  }

  onConnectionStateChange(listener: ConnectionStateListener): () => void {
    return this.#connection.listen(listener);
  }

  async connect(): Promise<void> {
    this.#kept ??= new AbortController();
    await this.#connection.open();
  }

  disconnect(): void {
    this.#kept?.abort();
    this.#kept = null;
    this.#connection.close();
    this.#close(streamInterrupted());
  }

  send(request: ChatRequest, { signal, messages }: SendContext): EventStream {
    const { sendMessages } = this.#options;
    return this.#read(this.#makeLeg(octavus({ sendMessages }).encode(request, messages), signal));
  }

  async resume({ signal }: Pick<SendContext, 'signal'>): Promise<EventStream | null> {
    if (this.#options.sessionId === undefined) return null;
    const leg = this.#makeLeg({ type: 'resume' }, signal);
    const events = this.#read(leg);
    const first = await events.next();
    if (leg.missing || first.done) return null;
    return (async function* () {
      yield first.value;
      yield* events;
    })();
  }

  async respond(decision: ApprovalDecision): Promise<void> {
    const message = { ...this.#body, type: 'approval', ...decision };
    const leg = this.#leg;
    leg?.decisions.set(decision.approvalId, message);
    // It goes along when the run is asked for again.
    if (leg?.recovering) return;
    await this.#connection.open();
    this.#connection.say(message);
  }

  #makeLeg(payload: object, signal: AbortSignal): Leg {
    const runId = generateId();
    return {
      runId,
      payload: { ...this.#body, ...payload, runId },
      signal,
      place: new Place(),
      decisions: new Map(),
      awaitsStart: false,
      queue: [],
      over: false,
      recovering: false,
      missing: false,
      closed: false,
      failure: undefined,
      wake: () => {},
    };
  }

  async *#read(leg: Leg): AsyncGenerator<readonly StreamEvent[], void> {
    const { signal } = leg;
    try {
      await this.#connection.open();
    } catch (error) {
      // Where the server finds runs, the first request may be made again as any other.
      if (!this.#findsRuns) throw error;
    }
    if (signal.aborted) return;
    // One run at a time: a leg still open here was abandoned by its reader.
    this.#close(streamInterrupted());
    leg.awaitsStart = this.#stopped;
    this.#leg = leg;
    const stop = (): void => this.#abandon(leg);
    signal.addEventListener('abort', stop, { once: true });
    try {
      if (!this.#connection.ask(leg.payload)) this.#dropped();
      while (true) {
        if (leg.queue.length > 0) yield leg.queue.splice(0);
        else if (leg.failure) throw leg.failure;
        else if (leg.closed) return;
        else {
          await new Promise<void>((resolve) => {
            leg.wake = resolve;
          });
        }
      }
    } finally {
      signal.removeEventListener('abort', stop);
      stop();
    }
  }

  #receive(data: unknown): void {
    if (typeof data !== 'string') return;
    if (data === '{"type":"heartbeat"}') return this.#connection.watch();
    const own = this.#options.onMessage && messageOf(data);
    if (own) guarded(() => this.#options.onMessage?.(own.message));
    const leg = this.#leg;
    // An application that listens has messages of its own; those are no events gone wrong.
    if (!leg || (own && !isEvent(own.message))) return;
    let event: StreamEvent;
    try {
      event = parseEvent(data);
    } catch (error) {
      return this.#abandon(leg, error);
    }
    const { runId, eventId, ...told } = event as StreamEvent & { runId?: unknown; eventId?: unknown };
    const mayBeOld = leg.awaitsStart && event.type !== 'start' && event.type !== 'error';
    if (runId === undefined ? mayBeOld : runId !== leg.runId) return;
    if ((event.type as string) === 'no-run') {
      leg.missing = true;
      leg.over = true;
      return this.#close();
    }
    if (leg.over && event.type !== 'usage') return;
    this.#take(leg, told as StreamEvent, typeof eventId === 'string' ? eventId : undefined);
  }

  /** The next event of a leg. */
  #take(leg: Leg, event: StreamEvent, eventId: string | undefined): void {
    if (!leg.place.isNew(eventId)) return;
    leg.place.take(eventId);
    leg.place.commit(eventId);
    if (event.type === 'approval-resolved' || event.type === 'approval-voided') {
      leg.decisions.delete(event.approvalId);
    }
    if (eventId !== undefined) this.#findsRuns = true;
    leg.awaitsStart = false;
    this.#stopped = false;
    leg.queue.push(event);
    if (event.type === 'finish' || event.type === 'error' || event.type === 'discontinuity') {
      leg.over = true;
      if (event.type !== 'finish' || event.finishReason === 'client-tool-calls') this.#close();
      else setTimeout(() => this.#leg === leg && this.#close(), LINGER);
    } else if (leg.over) {
      this.#close();
    }
    leg.wake();
  }

  #dropped(): void {
    const leg = this.#leg;
    this.#stopped = false;
    if (leg && !leg.over && (leg.place.begun ? leg.place.id !== undefined : this.#findsRuns)) {
      void this.#recover(leg);
    } else {
      this.#close(streamInterrupted());
      if (this.#kept) void this.#keepOpen(this.#kept.signal);
    }
    guarded(() => this.#options.onClose?.());
  }

  /** Goes on with a leg over a new socket: where it was, or from the beginning where nothing of it came. */
  async #recover(leg: Leg): Promise<void> {
    const { place, signal, runId } = leg;
    if (leg.recovering) return;
    leg.recovering = true;
    let cause: unknown;
    while (this.#leg === leg && place.attempts < MAX_ATTEMPTS) {
      try {
        await wait(backoff(place.attempts), signal);
        place.attempts += 1;
        await this.#connection.open();
        if (this.#leg !== leg) return;
        const { id: eventId } = place;
        const again = eventId === undefined ? leg.payload : { ...this.#body, type: 'resume', runId, eventId };
        if (!this.#connection.ask(again)) continue;
        leg.recovering = false;
        for (const decision of leg.decisions.values()) this.#connection.say(decision);
        return;
      } catch (error) {
        cause = error;
      }
    }
    // Of a run that nothing came of, the reason is that of the connection.
    if (this.#leg === leg)
      this.#close(place.begun ? streamInterrupted(cause) : (cause ?? streamInterrupted()));
  }

  /** Opens the connection again, however long it takes. */
  async #keepOpen(signal: AbortSignal): Promise<void> {
    for (let attempt = 0; !signal.aborted; attempt += 1) {
      try {
        await wait(backoff(attempt), signal);
        await this.#connection.open();
        return;
      } catch {
        // The state says what is wrong.
      }
    }
  }

  /** Ends a leg before its time; the server is told where the run is still live there. */
  #abandon(leg: Leg, failure?: unknown): void {
    if (this.#leg !== leg) return;
    this.#close(failure);
    if (leg.over) return;
    this.#stopped = true;
    const { runId, place } = leg;
    const eventId = place.id === undefined ? {} : { eventId: place.id };
    this.#connection.say({ ...this.#body, type: 'stop', runId, ...eventId });
  }

  /** Ends the leg that is waiting: its reader gets what is queued, then the failure if there is one. */
  #close(failure?: unknown): void {
    const leg = this.#leg;
    if (!leg) return;
    this.#leg = null;
    leg.closed = true;
    leg.failure = failure;
    leg.wake();
  }
}

/** What the application sees of a message: parsed where it is JSON. */
function messageOf(data: string): { readonly message: unknown } {
  try {
    return { message: JSON.parse(data) };
  } catch {
    return { message: data };
  }
}

function isEvent(message: unknown): boolean {
  return (
    typeof message === 'object' && message !== null && 'type' in message && typeof message.type === 'string'
  );
}
