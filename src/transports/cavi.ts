import { AgentChatError, malformed, unsupported } from '../core/error.ts';
import { guarded } from '../core/guarded.ts';
import { isRecord } from '../core/is-record.ts';
import type {
  ApprovalDecision,
  ChatRequest,
  ConnectionState,
  ConnectionStateListener,
  EventStream,
  SendContext,
  Transport,
} from '../core/transport.ts';
import { CaviDecoder, type CaviOptions, cavi, UNNAMED, unwrap } from '../protocols/cavi/cavi.ts';
import { type CaviMethods, HttpRuns, type Runs, SocketRuns, type StartedRun } from './cavi-runs.ts';
import { CaviSocket, type CaviSocketOptions } from './cavi-socket.ts';
import { errorFromResponse } from './http-error.ts';
import { persist } from './http-leg.ts';
import { HttpRequests, type HttpRequestsOptions } from './http-requests.ts';
import { Place } from './place.ts';

type Json = Readonly<Record<string, unknown>>;

export interface CaviTransportOptions extends CaviOptions, Omit<HttpRequestsOptions, 'url'> {
  /** The gateway’s address, below which it has `v1/runs`. Without it runs go over the `socket`. */
  readonly url?: string | URL | undefined;
  /** Who asks, as the gateway knows its clients. */
  readonly clientId?: string | undefined;
  /** A socket for requests of the application’s own and, without a `url`, for runs. */
  readonly socket?: CaviSocketOptions | undefined;
  /** What the gateway calls what is done with runs over the socket; as an OpenClaw gateway does unless told. */
  readonly methods?: Partial<CaviMethods> | undefined;
  /** How often the state of a run is looked at where its events are not streamed. Milliseconds; 1,250 unless told. */
  readonly pollInterval?: number | undefined;
  /** How long such a run may take. Milliseconds; 120,000 unless told. */
  readonly pollTimeout?: number | undefined;
  /** Longest single event that is accepted. Characters; 1,048,576 unless told. */
  readonly maxEventLength?: number | undefined;
  /** How long a stream may be silent once it has given signs of life. Milliseconds; 45,000 unless told, 0 for any time. */
  readonly idleTimeout?: number | undefined;
}

/** What a gateway can do. What it does not say it can is not known. */
export interface CaviCapabilities {
  readonly providerKind: string;
  readonly protocolVersion?: string | undefined;
  readonly auth?: Json | undefined;
  readonly supports: Readonly<Record<string, boolean>>;
}

export interface CaviTransport extends Transport {
  /** The run that was started last. */
  readonly runId: string | undefined;
  /** For requests of the application's own. */
  readonly socket: CaviSocket | undefined;
  /** Asks the gateway. A run is then not started where it has none, and looked at where it cannot stream. */
  capabilities(): Promise<CaviCapabilities>;
  /** The state of a run, as the gateway tells it. */
  getRun(runId: string): Promise<unknown>;
  cancelRun(runId: string): Promise<void>;
}

/** A request for permission that nobody answered yet. */
interface Asked {
  readonly approvalId: string;
  readonly runId: string;
  readonly answered: Promise<void>;
  readonly settle: () => void;
}

const POLL_INTERVAL = 1_250;
const POLL_TIMEOUT = 120_000;
const IDLE_TIMEOUT = 45_000;
const METHODS: CaviMethods = {
  start: 'chat.send',
  get: 'agent.wait',
  stop: 'sessions.abort',
  approve: 'exec.approval.resolve',
};

/**
 * Carries runs of a CAVI gateway: started by a request, told of by events over HTTP or a socket. Most gateways give
 * requests for permission no id and take an answer for the oldest of a run, so that answers wait for those before
 * them. Events cannot be had again: a run whose stream is lost is interrupted, unless it turns out to be over.
 */
export function createCaviTransport(options: CaviTransportOptions): CaviTransport {
  return new CaviRuns(options);
}

class CaviRuns implements CaviTransport {
  readonly keepsHistory: boolean;
  readonly socket: CaviSocket | undefined;
  readonly connect?: () => Promise<void>;
  readonly disconnect?: () => void;
  readonly connectionState?: ConnectionState;
  readonly #protocol: ReturnType<typeof cavi>;
  readonly #requests: HttpRequests | undefined;
  readonly #runs: Runs;
  readonly #listeners = new Set<ConnectionStateListener>();
  #supports: CaviCapabilities['supports'] = {};
  #asked: Asked[] = [];
  #runId: string | undefined;

  constructor(options: CaviTransportOptions) {
    const { url, clientId, socket, methods, idleTimeout = IDLE_TIMEOUT, maxEventLength } = options;
    const { pollInterval = POLL_INTERVAL, pollTimeout = POLL_TIMEOUT } = options;
    this.#protocol = cavi(options);
    this.keepsHistory = this.#protocol.keepsHistory ?? false;
    if (socket) {
      const connection = new CaviSocket(socket);
      this.socket = connection;
      this.connect = () => connection.connect();
      this.disconnect = () => connection.disconnect();
      Object.defineProperty(this, 'connectionState', { get: () => connection.connectionState });
    }
    if (url === undefined) {
      if (!this.socket) throw unsupported('A gateway needs a `url` or a `socket`.', 'no-address');
      this.#runs = new SocketRuns(this.socket, { ...METHODS, ...methods });
      return;
    }
    const headers = {
      Accept: 'text/event-stream, application/json',
      ...this.#protocol.headers,
      ...(clientId !== undefined && { 'X-Portal-Client-Id': clientId }),
    };
    this.#requests = new HttpRequests({ ...options, url }, { headers });
    this.#runs = new HttpRuns(this.#requests, {
      pollInterval,
      pollTimeout,
      idleTimeout,
      maxEventLength,
      onReconnecting: (reconnecting) => {
        if (this.socket) return;
        const state = reconnecting ? 'connecting' : 'connected';
        for (const listener of [...this.#listeners]) guarded(() => listener(state));
      },
      isMute: () => this.#supports['streaming'] === false,
    });
  }

  get runId(): string | undefined {
    return this.#runId;
  }

  onConnectionStateChange(listener: ConnectionStateListener): () => void {
    if (this.socket) return this.socket.onConnectionStateChange(listener);
    const entry: ConnectionStateListener = (state) => listener(state);
    this.#listeners.add(entry);
    return () => void this.#listeners.delete(entry);
  }

  async *send(request: ChatRequest, { signal, messages }: SendContext): EventStream {
    if (this.#supports['runs'] === false) {
      throw unsupported('This gateway has no runs.', 'endpoint-not-found');
    }
    const decoder = new CaviDecoder();
    const body = this.#protocol.encode(request, messages);
    // Not cut off by a stop: a run that was started is one to stop.
    const run = await this.#runs.start(body, new AbortController().signal);
    try {
      yield* this.#follow(run, decoder, signal);
    } finally {
      run.end();
    }
  }

  async respond(
    decision: ApprovalDecision,
    { signal }: Partial<Pick<SendContext, 'signal'>> = {},
  ): Promise<void> {
    const until = signal ?? new AbortController().signal;
    const index = this.#asked.findIndex(({ approvalId }) => approvalId === decision.approvalId);
    const asked = this.#asked[index];
    if (!asked) throw notPending();
    const { runId } = asked;
    const isNamed = !asked.approvalId.startsWith(`${runId}:${UNNAMED}`);
    if (!isNamed)
      await unlessAborted(Promise.all(this.#asked.slice(0, index).map(({ answered }) => answered)), until);
    if (!this.#asked.includes(asked)) throw notPending();
    const name = isNamed ? { approval_id: asked.approvalId, approvalId: asked.approvalId } : {};
    const answer = { ...this.#protocol.encodeDecision?.(decision), ...name };
    await this.#runs.approve(runId, answer, isNamed, until);
    this.#settle((other) => other === asked);
  }

  async capabilities(): Promise<CaviCapabilities> {
    const requests = this.#requests;
    if (!requests) throw unsupported('This gateway does not say what it can do.', 'endpoint-not-found');
    const { signal } = new AbortController();
    const trying = { signal, place: new Place(), idleTimeout: 0, onReconnecting: () => {} };
    const response = await persist((trial) => requests.get('v1/capabilities', trial), trying, true);
    if (!response.ok) throw await errorFromResponse(response);
    const said: unknown = await response.json().catch(() => undefined);
    const { data } = unwrap(said);
    if (!isRecord(data)) throw malformed('The gateway did not say what it can do.');
    const capabilities = toCapabilities(data);
    this.#supports = capabilities.supports;
    return capabilities;
  }

  async getRun(runId: string): Promise<unknown> {
    return unwrap(await this.#runs.get(runId, new AbortController().signal)).data;
  }

  cancelRun(runId: string): Promise<void> {
    return this.#runs.stop(runId);
  }

  async *#follow(run: StartedRun, decoder: CaviDecoder, signal: AbortSignal): EventStream {
    const { data } = unwrap(run.answer);
    const told = isRecord(data) ? [data['run_id'], data['runId'], data['id']] : [];
    const runId = [...told, run.runId].find((id) => typeof id === 'string' && id !== '');
    if (typeof runId === 'string') {
      this.#runId = runId;
      decoder.belongTo(runId);
    }
    const events = decoder.takeStatus(run.answer);
    if (decoder.ended) return yield events;
    if (typeof runId !== 'string') throw malformed('The gateway did not say which run it started.');
    const stop = (): void => {
      if (!decoder.ended) void this.#runs.stop(runId).catch(() => {});
    };
    if (signal.aborted) return stop();
    signal.addEventListener('abort', stop, { once: true });
    try {
      yield events;
      for await (const item of run.follow(runId, decoder, signal)) {
        for (const event of 'type' in item ? [item] : item) {
          if (event.type === 'approval-request') this.#ask(event.approvalId, runId);
          else if (event.type === 'approval-resolved' || event.type === 'approval-voided') {
            this.#settle((asked) => asked.approvalId === event.approvalId);
          }
        }
        yield item;
      }
    } finally {
      // Nobody waits for an answer any more.
      this.#settle((asked) => asked.runId === runId);
    }
  }

  #ask(approvalId: string, runId: string): void {
    let settle = (): void => {};
    const answered = new Promise<void>((resolve) => {
      settle = resolve;
    });
    this.#asked.push({ approvalId, runId, answered, settle });
  }

  #settle(isThis: (asked: Asked) => boolean): void {
    const settled = this.#asked.filter(isThis);
    this.#asked = this.#asked.filter((asked) => !settled.includes(asked));
    for (const { settle } of settled) settle();
  }
}

function toCapabilities({
  providerKind,
  platform,
  protocolVersion,
  auth,
  features,
  supports,
}: Json): CaviCapabilities {
  const kind = [providerKind, platform].find((name) => typeof name === 'string');
  const known = { ...(isRecord(features) ? features : {}), ...(isRecord(supports) ? supports : {}) };
  const flags = Object.entries(known).filter(
    (entry): entry is [string, boolean] => typeof entry[1] === 'boolean',
  );
  return {
    providerKind: typeof kind === 'string' ? kind : 'gateway',
    ...(typeof protocolVersion === 'string' && { protocolVersion }),
    ...(isRecord(auth) && { auth }),
    supports: Object.fromEntries(flags),
  };
}

function notPending(): AgentChatError {
  return new AgentChatError('Nobody waits for this answer any more.', {
    type: 'conflict_error',
    source: 'client',
    retryable: false,
    code: 'approval-not-pending',
  });
}

function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = (): void => reject(signal.reason);
    if (signal.aborted) return stop();
    signal.addEventListener('abort', stop, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}
