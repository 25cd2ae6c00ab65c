import { generateId } from '../core/generate-id.ts';
import { guarded } from '../core/guarded.ts';
import type {
  ApprovalDecision,
  ChatRequest,
  ConnectionStateListener,
  EventStream,
  SendContext,
  Transport,
} from '../core/transport.ts';
import { octavus } from '../protocols/octavus.ts';
import type { Protocol } from '../protocols/protocol.ts';
import type { AskedLegs } from './asked-legs.ts';
import { errorFromResponse } from './http-error.ts';
import { type Ask, type HttpLegOptions, persist, readLeg } from './http-leg.ts';
import { HttpRequests, type HttpRequestsOptions, reach } from './http-requests.ts';
import { Place } from './place.ts';

interface CommonOptions {
  /** What the server speaks; the native protocol unless told. */
  readonly protocol?: Protocol | undefined;
  /** Longest single event that is accepted. Characters; 1,048,576 unless told. */
  readonly maxEventLength?: number | undefined;
  /**
   * How long a stream may be silent once it has shown that it gives signs of life. Milliseconds; 45,000 unless
   * told, 0 for any time.
   */
  readonly idleTimeout?: number | undefined;
}

/** The page makes the request itself. The payload is the native one: `trigger` or `continue`. */
export interface HttpRequestOptions extends CommonOptions {
  readonly request: (payload: ChatRequest, options: { readonly signal: AbortSignal }) => Promise<Response>;
  /** Delivers an approval decision; without it there are no approvals. */
  readonly respond?: ((decision: ApprovalDecision) => Promise<Response>) | undefined;
}

/** The transport makes the request: POST to `url` with a JSON body. */
export interface HttpUrlOptions extends CommonOptions, HttpRequestsOptions {
  /** Fields that every request body carries. */
  readonly body?: Readonly<Record<string, unknown>> | undefined;
  /** Names the conversation to the server: what goes on in it can be read again after a reload of the page. */
  readonly sessionId?: string | undefined;
}

const NEVER = { signal: new AbortController().signal };
const IDLE_TIMEOUT = 45_000;

/**
 * Carries runs over HTTP: a request each leg, its events as Server-Sent Events in the response. Where the
 * transport makes the requests and the events have ids, a stream that is cut off goes on after the last event
 * that arrived: GET with `Last-Event-ID`. A run that is stopped is then stopped by name. With a `sessionId`, a
 * request whose answer was lost is made again under the name it had, and a run can be read again from its
 * beginning: GET with `?sessionId=`, which a server answers with 204 where nothing goes on.
 *
 * With headers or `credentials: 'include'` redirects are refused: what proves who the user is goes to one place.
 */
export function createHttpTransport(options: HttpRequestOptions | HttpUrlOptions): Transport {
  return 'url' in options ? new HttpRuns(options) : requestedRuns(options);
}

/** Runs whose requests the page makes. What was cut off is lost, as only the page knows how to ask. */
function requestedRuns({ request, respond, ...options }: HttpRequestOptions): Transport {
  return {
    keepsHistory: true,
    send: (payload, { signal }) =>
      readLeg(() => reach(() => request(payload, { signal })), legOptions(options, signal)),
    ...(respond && { respond: async (decision) => delivered(await reach(() => respond(decision))) }),
  };
}

function legOptions(
  { protocol = octavus(), maxEventLength, idleTimeout = IDLE_TIMEOUT }: CommonOptions,
  signal: AbortSignal,
  more: Partial<HttpLegOptions> = {},
): HttpLegOptions {
  const place = new Place();
  const again = () => undefined;
  const [onReconnecting, onAbort] = [() => {}, () => {}];
  return { protocol, signal, place, again, onReconnecting, onAbort, maxEventLength, idleTimeout, ...more };
}

class HttpRuns implements Transport {
  readonly keepsHistory: boolean;
  readonly respond?: NonNullable<Transport['respond']>;
  readonly #options: HttpUrlOptions;
  readonly #protocol: Protocol;
  readonly #requests: HttpRequests;
  readonly #listeners = new Set<ConnectionStateListener>();
  readonly #shared = {
    onReconnecting: (reconnecting: boolean): void => {
      const state = reconnecting ? 'connecting' : 'connected';
      for (const listener of [...this.#listeners]) guarded(() => listener(state));
    },
  };
  /** Whether the server is known to find runs again: it gave ids, or it was given a session. */
  #findsRuns: boolean;
  #asked: Promise<AskedLegs> | undefined;

  constructor(options: HttpUrlOptions) {
    const { protocol = octavus(), body, sessionId } = options;
    const isNamed = sessionId !== undefined && protocol.encodeStop;
    this.#options = { ...options, body: isNamed ? { ...body, sessionId } : body };
    this.#protocol = protocol;
    this.keepsHistory = protocol.keepsHistory ?? false;
    this.#requests = new HttpRequests(options, protocol);
    this.#findsRuns = protocol.encodeStop !== undefined && sessionId !== undefined;
    if (protocol.decidesInRequest) {
      this.respond = async (decision) => (await this.#askedLegs()).respond(decision);
    }
    const { encodeDecision } = protocol;
    if (encodeDecision) {
      this.respond = async (decision, { signal } = NEVER) => {
        const payload = { ...this.#options.body, ...encodeDecision(decision) };
        const trying = legOptions(this.#options, signal, this.#shared);
        // This is answered at once: a connection that says nothing is gone.
        trying.place.alive = true;
        const response = await persist((trial) => this.#requests.post(payload, trial), trying, true);
        // An earlier try arrived, and its answer did not.
        if (response.status !== 409 || trying.place.attempts === 0) await delivered(response);
      };
    }
  }

  onConnectionStateChange(listener: ConnectionStateListener): () => void {
    const entry: ConnectionStateListener = (state) => listener(state);
    this.#listeners.add(entry);
    return () => void this.#listeners.delete(entry);
  }

  send(request: ChatRequest, context: SendContext): EventStream {
    return this.#protocol.decidesInRequest ? this.#ask(request, context) : this.#leg(request, context);
  }

  async *#ask(request: ChatRequest, context: SendContext): EventStream {
    const legs = await this.#askedLegs();
    yield* legs.send((next) => this.#leg(next, context), request, context.signal);
  }

  /** Comes with the first protocol that needs it. */
  #askedLegs(): Promise<AskedLegs> {
    this.#asked ??= import('./asked-legs.ts').then(({ AskedLegs }) => new AskedLegs());
    return this.#asked;
  }

  #leg(request: ChatRequest, { signal, messages }: SendContext): EventStream {
    const runId = this.#findsRuns ? generateId() : undefined;
    const payload = {
      ...this.#options.body,
      ...this.#protocol.encode(request, messages),
      ...(runId && { runId }),
    };
    const ask: Ask = (trial) => this.#requests.post(payload, trial);
    return this.#read(ask, signal, runId, () => (this.#findsRuns ? ask : undefined));
  }

  async resume({ signal }: { readonly signal: AbortSignal }): Promise<EventStream | null> {
    const { sessionId } = this.#options;
    const { encodeStop, resumePath } = this.#protocol;
    if (sessionId === undefined || !(encodeStop || resumePath)) return null;
    const path = resumePath?.(sessionId) ?? `?sessionId=${encodeURIComponent(sessionId)}`;
    const ask: Ask = (trial) => this.#requests.get(path, trial);
    const response = await persist(ask, legOptions(this.#options, signal, this.#shared), true);
    // A server that keeps nothing does not know the question.
    if (![204, 404, 405, 410].includes(response.status))
      return this.#read(
        async () => response,
        signal,
        undefined,
        () => ask,
      );
    await response.body?.cancel();
    return response.status === 410 ? lost() : null;
  }

  /** `begin` asks for the stream once more where nothing of it has come yet. */
  #read(ask: Ask, signal: AbortSignal, runId: string | undefined, begin: () => Ask | undefined): EventStream {
    const place = new Place();
    const again = (): Ask | undefined => {
      const { rest } = place;
      if (rest) return (trial) => this.#requests.get(rest.resume, trial);
      if (place.id === undefined || !this.#protocol.encodeStop) return place.begun ? undefined : begin();
      this.#findsRuns = true;
      return (trial) => this.#requests.get('', trial, place.id);
    };
    const onAbort = (): void => {
      const { id: eventId, over, rest } = place;
      if (!over && rest?.stop) void this.#requests.tell({}, rest.stop);
      if (over || (eventId === undefined && (runId === undefined || !this.#findsRuns))) return;
      const payload = this.#protocol.encodeStop?.({ runId, eventId });
      if (payload) void this.#requests.tell({ ...this.#options.body, ...payload });
    };
    const options = legOptions(this.#options, signal, { ...this.#shared, place, again, onAbort });
    return readLeg(() => persist(ask, options, begin() !== undefined), options);
  }
}

/** A run whose beginning is not kept any more. */
async function* lost(): EventStream {
  yield { type: 'discontinuity' };
}

/** A decision that arrived, or the reason why it did not. */
async function delivered(response: Response): Promise<void> {
  if (!response.ok) throw await errorFromResponse(response);
  await response.body?.cancel();
}
