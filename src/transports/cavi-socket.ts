import { AgentChatError, type AgentChatErrorType, connectionFailed, malformed } from '../core/error.ts';
import { guarded } from '../core/guarded.ts';
import { isRecord } from '../core/is-record.ts';
import type { ConnectionState, ConnectionStateListener } from '../core/transport.ts';
import { backoff, wait } from './backoff.ts';
import { openWebSocket, SocketConnection, type SocketLike } from './socket-connection.ts';

type Json = Readonly<Record<string, unknown>>;

interface CommonOptions {
  /** Who connects, as the gateway knows its clients. */
  readonly clientId: string;
  /** A function is asked anew for every connection. */
  readonly token?: string | (() => string | Promise<string>) | undefined;
  /** What is asked to be allowed; `operator.read` and `operator.write` unless told. */
  readonly scopes?: readonly string[] | undefined;
  /** What the client says of itself beside its id. */
  readonly client?:
    | { readonly version?: string; readonly platform?: string; readonly mode?: string }
    | undefined;
  readonly minProtocol?: number | undefined;
  readonly maxProtocol?: number | undefined;
  /** Proves which device this is: `{id, publicKey, signature, signedAt, nonce}` for the gateway's challenge. */
  readonly device?: ((nonce: string) => Promise<Json>) | undefined;
  /** How long one request may take. Milliseconds; 10,000 unless told. */
  readonly requestTimeout?: number | undefined;
}

/**
 * `connect` opens a socket and resolves once it is open or, so that nothing is missed that the gateway says at once, even
 * before. `url` is `wss:`, or `ws:` to this machine.
 */
export type CaviSocketOptions = CommonOptions &
  ({ readonly connect: () => Promise<SocketLike> } | { readonly url: string | URL });

export interface CaviEvent {
  readonly event: string;
  readonly payload: unknown;
}

interface Request {
  readonly method: string;
  readonly params: Json;
  readonly resolve: (payload: unknown) => void;
  readonly reject: (error: AgentChatError) => void;
}

const CONNECTING = 0;
const OPEN = 1;
const PROTOCOL = 4;
const REQUEST_TIMEOUT = 10_000;
/** How many requests a gateway answers at the same time. */
const MAX_IN_FLIGHT = 3;
/** How long the gateway has to challenge a client that can prove its device. Milliseconds. */
const CHALLENGE_TIMEOUT = 2_000;
const MAX_BUFFERED_AMOUNT = 4_194_304;
const MAX_MESSAGE = 500;

/**
 * Requests to a gateway over one socket, and what it pushes. A socket counts as open once the gateway has said hello.
 * Where it is lost, everything that waits for an answer is rejected: whether it was done is not known. One that was
 * opened by `connect` is opened again, later each time and not at the same moment for all.
 */
export class CaviSocket {
  readonly #options: CaviSocketOptions;
  readonly #connection: SocketConnection;
  readonly #listeners = new Set<(event: CaviEvent) => void>();
  readonly #waiting = new Map<string, Request & { readonly timer: ReturnType<typeof setTimeout> }>();
  #queue: Request[] = [];
  #count = 0;
  /** Aborted where the socket is not to be opened again by itself. */
  #kept: AbortController | null = null;

  constructor(options: CaviSocketOptions) {
    this.#options = options;
    const dial = 'connect' in options ? options.connect : openWebSocket(options.url);
    this.#connection = new SocketConnection({
      connect: async () => this.#greet(await dial()),
      idleTimeout: 0,
      maxBufferedAmount: MAX_BUFFERED_AMOUNT,
      onOpen: () => {},
      onMessage: (data) => this.#receive(messageOf(data)),
      onDrop: () => {
        this.#rejectAll('socket-closed');
        if (this.#kept) void this.#keepOpen(this.#kept.signal);
      },
    });
  }

  get connectionState(): ConnectionState {
    return this.#connection.state;
  }

  onConnectionStateChange(listener: ConnectionStateListener): () => void {
    return this.#connection.listen(listener);
  }

  /** Everything the gateway pushes. */
  onEvent(listener: (event: CaviEvent) => void): () => void {
    const entry = (event: CaviEvent): void => listener(event);
    this.#listeners.add(entry);
    return () => void this.#listeners.delete(entry);
  }

  async connect(): Promise<void> {
    this.#kept ??= new AbortController();
    await this.#connection.open();
  }

  disconnect(): void {
    this.#kept?.abort();
    this.#kept = null;
    this.#connection.close();
    this.#rejectAll('socket-closed');
  }

  /** Asks the gateway; connects where that was not done. Throws `AgentChatError`. */
  async request(method: string, params: Json = {}): Promise<unknown> {
    if (this.connectionState !== 'connected') await this.#connection.open();
    return new Promise((resolve, reject) => {
      this.#queue.push({ method, params, resolve, reject });
      this.#next();
    });
  }

  #next(): void {
    while (this.#waiting.size < MAX_IN_FLIGHT) {
      const request = this.#queue.shift();
      if (!request) return;
      const id = this.#newId();
      const { method, params } = request;
      const timer = setTimeout(() => {
        this.#waiting.delete(id);
        request.reject(timedOut(method));
        this.#next();
      }, this.#timeout);
      this.#waiting.set(id, { ...request, timer });
      let failure: unknown;
      try {
        if (this.#connection.ask({ type: 'req', id, method, params })) continue;
      } catch (cause) {
        failure = cause;
      }
      clearTimeout(timer);
      this.#waiting.delete(id);
      request.reject(AgentChatError.isInstance(failure) ? failure : closed('socket-closed', failure));
    }
  }

  #newId(): string {
    this.#count += 1;
    return `mc-${Date.now()}-${this.#count}`;
  }

  get #timeout(): number {
    return this.#options.requestTimeout ?? REQUEST_TIMEOUT;
  }

  #receive(message: Json | undefined): void {
    if (message?.['type'] === 'event' && typeof message['event'] === 'string') {
      const { event, payload } = message;
      for (const listener of [...this.#listeners])
        guarded(() => listener({ event: event as string, payload }));
      return;
    }
    const { type, id, payload } = message ?? {};
    const request = type === 'res' && typeof id === 'string' ? this.#waiting.get(id) : undefined;
    if (!message || !request || typeof id !== 'string') return;
    clearTimeout(request.timer);
    this.#waiting.delete(id);
    if (message['ok'] === true) request.resolve(payload);
    else request.reject(refusal(message['error']));
    this.#next();
  }

  #rejectAll(code: string): void {
    const requests = [...this.#waiting.values(), ...this.#queue];
    for (const { timer } of this.#waiting.values()) clearTimeout(timer);
    this.#waiting.clear();
    this.#queue = [];
    for (const { reject } of requests) reject(closed(code));
  }

  /** The socket, once the gateway has let the client in. */
  async #greet(socket: SocketLike): Promise<SocketLike> {
    const { device } = this.#options;
    let take: (message: Json | undefined) => void = () => {};
    const heard: (Json | undefined)[] = [];
    let isIn = false;
    socket.onmessage = ({ data }: { data: unknown }) => {
      const message = messageOf(data);
      // What is pushed in the same breath as the hello is for those who listen.
      if (isIn) this.#receive(message);
      else {
        heard.push(message);
        take(message);
      }
    };
    /** The first message that fits, whenever it came. */
    const hear = <T>(
      of: (message: Json | undefined) => T | undefined,
      limit: number,
    ): Promise<T | undefined> =>
      new Promise((resolve, reject) => {
        const timer = setTimeout(() => resolve(undefined), limit);
        socket.onclose = () => {
          clearTimeout(timer);
          reject(closed('socket-closed'));
        };
        take = (message) => {
          const found = of(message);
          if (found === undefined) return;
          clearTimeout(timer);
          resolve(found);
        };
        for (const message of heard) take(message);
      });
    try {
      if (socket.readyState === CONNECTING) await opened(socket);
      const nonce = device && (await hear(challengeOf, CHALLENGE_TIMEOUT));
      const proof = device && nonce !== undefined ? await device(nonce) : undefined;
      const id = this.#newId();
      const params = await this.#hello(proof);
      if (socket.readyState !== OPEN) throw closed('socket-closed');
      const answer = hear((message) => {
        if (message?.['type'] !== 'res' || message['id'] !== id) return undefined;
        isIn = message['ok'] === true;
        return message;
      }, this.#timeout);
      socket.send(JSON.stringify({ type: 'req', id, method: 'connect', params }));
      const said = await answer;
      if (!said) throw timedOut('connect');
      if (!isIn) throw refusal(said['error']);
      const { payload } = said;
      if (!isRecord(payload) || payload['type'] !== 'hello-ok') {
        throw malformed('The gateway did not say hello.', 'no-hello');
      }
      return socket;
    } catch (error) {
      socket.onmessage = null;
      socket.onclose = null;
      socket.close();
      throw error;
    }
  }

  async #hello(device: Json | undefined): Promise<Json> {
    const { clientId, client, token: given, scopes = ['operator.read', 'operator.write'] } = this.#options;
    const { minProtocol = PROTOCOL, maxProtocol = PROTOCOL } = this.#options;
    const token = typeof given === 'function' ? await given() : given;
    const { userAgent = 'unknown', language = 'en' } = globalThis.navigator ?? {};
    return {
      minProtocol,
      maxProtocol,
      client: { id: clientId, version: '0.1.0', platform: 'web', mode: 'webchat', ...client },
      role: 'operator',
      scopes,
      caps: [],
      ...(token !== undefined && { auth: { token, password: token } }),
      userAgent,
      locale: language,
      ...(device && { device }),
    };
  }

  /** Opens the socket again, however long it takes; not where the gateway refuses the client. */
  async #keepOpen(signal: AbortSignal): Promise<void> {
    for (let attempt = 0; !signal.aborted; attempt += 1) {
      try {
        await wait(backoff(attempt), signal);
        await this.#connection.open();
        return;
      } catch (error) {
        // The state says what is wrong.
        if (!AgentChatError.from(error).retryable) return;
      }
    }
  }
}

function opened(socket: SocketLike & { onopen?: unknown; onerror?: unknown }): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.onopen = () => resolve();
    const fail = (): void => reject(connectionFailed());
    socket.onerror = fail;
    socket.onclose = fail;
  });
}

function messageOf(data: unknown): Json | undefined {
  if (typeof data !== 'string') return undefined;
  try {
    const message: unknown = JSON.parse(data);
    return isRecord(message) ? message : undefined;
  } catch {
    return undefined;
  }
}

function challengeOf(message: Json | undefined): string | undefined {
  const { event, payload } = message ?? {};
  if (event !== 'connect.challenge' || !isRecord(payload)) return undefined;
  return typeof payload['nonce'] === 'string' ? payload['nonce'] : undefined;
}

const TYPES: ReadonlyMap<string, AgentChatErrorType> = new Map([
  ...['unauthorized', 'invalid_token', 'auth_failed', 'authentication_failed', 'not_authenticated'].map(
    (code) => [code, 'authentication_error'] as const,
  ),
  ...[
    'forbidden',
    'not_paired',
    'pairing_required',
    'device_identity_required',
    'origin_not_allowed',
    'socket_policy_violation',
  ].map((code) => [code, 'permission_error'] as const),
  ['not_found', 'not_found_error'],
  ['conflict', 'conflict_error'],
  ['invalid_request', 'validation_error'],
  ['unknown_method', 'unsupported_error'],
  ['rate_limited', 'rate_limit_error'],
  ['unavailable', 'provider_overloaded'],
  ['timeout', 'provider_timeout'],
]);
const RETRYABLE = new Set<AgentChatErrorType>([
  'rate_limit_error',
  'provider_overloaded',
  'provider_timeout',
]);

/** The error that the gateway answers with: its kind is told by its code, never by its words. */
function refusal(error: unknown): AgentChatError {
  const { code, message, retryable, retryAfterMs } = isRecord(error) ? error : ({} as Json);
  const word = typeof code === 'string' && code ? code.toLowerCase() : 'request_failed';
  const type = TYPES.get(word) ?? 'execution_error';
  return new AgentChatError(
    typeof message === 'string' && message
      ? message.slice(0, MAX_MESSAGE)
      : 'The gateway refused the request.',
    {
      type,
      source: 'platform',
      retryable: typeof retryable === 'boolean' ? retryable : RETRYABLE.has(type),
      retryAfter: typeof retryAfterMs === 'number' ? retryAfterMs / 1_000 : undefined,
      code: word.replaceAll('_', '-'),
    },
  );
}

function timedOut(method: string): AgentChatError {
  return new AgentChatError(`The gateway did not answer “${method}” in time.`, {
    type: 'provider_timeout',
    source: 'client',
    retryable: true,
    code: 'rpc-timeout',
  });
}

function closed(code: string, cause?: unknown): AgentChatError {
  return connectionFailed('The connection to the gateway was closed.', cause, code);
}
