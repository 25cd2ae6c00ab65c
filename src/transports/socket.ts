import { connectionFailed, streamInterrupted } from '../core/error.ts';
import type { StreamEvent } from '../core/event.ts';
import { generateId } from '../core/generate-id.ts';
import type {
  ChatRequest,
  ConnectionState,
  ConnectionStateListener,
  SocketTransport,
} from '../core/transport.ts';
import { octavus, parseEvent } from '../protocols/octavus.ts';

/** What this transport needs of a socket: `WebSocket`, SockJS and `ws` have it. */
export interface SocketLike {
  readonly readyState: number;
  send(data: string): void;
  close(code?: number, reason?: string): void;
  /** Set here to a function of `{ data }`. Untyped, as each kind of socket has event types of its own. */
  onmessage: unknown;
  onclose: unknown;
}

interface CommonOptions {
  /** Sees every message of the socket first, parsed where it is JSON: for events of the application's own. */
  readonly onMessage?: ((message: unknown) => void) | undefined;
  readonly onClose?: (() => void) | undefined;
  /** Whether each request carries the conversation; as in the native protocol. */
  readonly sendMessages?: boolean | undefined;
  /** Fields that every request carries, such as a session id. */
  readonly body?: Readonly<Record<string, unknown>> | undefined;
}

export interface SocketConnectOptions extends CommonOptions {
  /** Opens a socket; resolves once it is open. */
  readonly connect: () => Promise<SocketLike>;
}

export interface SocketUrlOptions extends CommonOptions {
  /** `ws:` or `wss:`; a relative one is taken from the page, `http` becomes `ws`. */
  readonly url: string | URL;
}

const OPEN = 1;
/** How long a run may still say what it cost after it said that it was over. Milliseconds. */
const LINGER = 1_000;

/** One leg that waits for its events. */
interface Leg {
  readonly runId: string;
  /**
   * After a stop, frames of the stopped run may still arrive. A server that echoes the run's id tells them
   * apart; from any other, everything up to the first `start` or `error` is taken for theirs.
   */
  awaitsStart: boolean;
  readonly queue: StreamEvent[];
  /** It said that it was over: there is nothing to stop any more. */
  over: boolean;
  closed: boolean;
  failure: unknown;
  wake: () => void;
}

/**
 * Carries runs over one socket that stays open between them. Frames are JSON events, as on an Octavus socket;
 * requests carry a `runId` that servers may echo.
 */
export function createSocketTransport(options: SocketConnectOptions | SocketUrlOptions): SocketTransport {
  return new SocketRuns(options);
}

class SocketRuns implements SocketTransport {
  readonly #options: SocketConnectOptions | SocketUrlOptions;
  readonly #listeners = new Set<ConnectionStateListener>();
  #state: ConnectionState = 'disconnected';
  #error: Error | undefined;
  /** The connection in use or under way. An older one that speaks up late is not this object: it is ignored. */
  #connection: { opening: Promise<SocketLike>; socket: SocketLike | null } | null = null;
  #leg: Leg | null = null;
  /** Whether a run was stopped whose frames may still be under way. */
  #stopped = false;

  constructor(options: SocketConnectOptions | SocketUrlOptions) {
    this.#options = options;
  }

  get connectionState(): ConnectionState {
    return this.#state;
  }

  onConnectionStateChange(listener: ConnectionStateListener): () => void {
    const entry: ConnectionStateListener = (state, error) => listener(state, error);
    this.#listeners.add(entry);
    entry(this.#state, this.#error);
    return () => void this.#listeners.delete(entry);
  }

  async connect(): Promise<void> {
    await this.#open();
  }

  disconnect(): void {
    const { socket } = this.#connection ?? {};
    this.#connection = null;
    if (socket) release(socket);
    this.#close(streamInterrupted());
    this.#setState('disconnected');
  }

  async *send(request: ChatRequest, { signal, messages }: Parameters<SocketTransport['send']>[1]) {
    const socket = await this.#open();
    if (signal.aborted) return;
    // One run at a time: a leg still open here was abandoned by its reader.
    this.#close(streamInterrupted());
    const leg: Leg = {
      runId: generateId(),
      awaitsStart: this.#stopped,
      queue: [],
      over: false,
      closed: false,
      failure: undefined,
      wake: () => {},
    };
    this.#leg = leg;
    const stop = (): void => this.#abandon(leg);
    signal.addEventListener('abort', stop, { once: true });
    try {
      const { body, sendMessages } = this.#options;
      const payload = octavus({ sendMessages }).encode(request, messages);
      socket.send(JSON.stringify({ ...body, ...payload, runId: leg.runId }));
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

  async respond(decision: Parameters<NonNullable<SocketTransport['respond']>>[0]): Promise<void> {
    const socket = await this.#open();
    socket.send(JSON.stringify({ ...this.#options.body, type: 'approval', ...decision }));
  }

  /** The open socket; opens one where there is none. */
  #open(): Promise<SocketLike> {
    const current = this.#connection;
    if (current && (!current.socket || current.socket.readyState === OPEN)) return current.opening;
    if (current?.socket) release(current.socket);

    this.#setState('connecting');
    const connect = 'connect' in this.#options ? this.#options.connect : openWebSocket(this.#options.url);
    const connection: { opening: Promise<SocketLike>; socket: SocketLike | null } = {
      socket: null,
      // Inside a promise, so that a function that throws fails like one that rejects.
      opening: new Promise<SocketLike>((resolve) => resolve(connect())).then(
        (socket) => {
          if (this.#connection !== connection) {
            release(socket);
            throw connectionFailed('The connection was closed before it was open.');
          }
          connection.socket = socket;
          socket.onmessage = ({ data }: { data: unknown }) => {
            if (this.#connection === connection) this.#receive(data);
          };
          socket.onclose = () => {
            if (this.#connection !== connection) return;
            this.#connection = null;
            this.#stopped = false;
            this.#close(streamInterrupted());
            this.#setState('disconnected');
            this.#options.onClose?.();
          };
          this.#stopped = false;
          this.#setState('connected');
          return socket;
        },
        (cause) => {
          const error = connectionFailed(undefined, cause);
          if (this.#connection === connection) {
            this.#connection = null;
            this.#setState('error', error);
          }
          throw error;
        },
      ),
    };
    this.#connection = connection;
    return connection.opening;
  }

  #receive(data: unknown): void {
    if (typeof data !== 'string') return;
    const own = this.#options.onMessage && messageOf(data);
    if (own) this.#options.onMessage?.(own.message);
    const leg = this.#leg;
    // An application that listens has messages of its own; those are no events gone wrong.
    if (!leg || (own && !isEvent(own.message))) return;
    let event: StreamEvent;
    try {
      event = parseEvent(data);
    } catch (error) {
      return this.#abandon(leg, error);
    }
    const { runId, ...told } = event as StreamEvent & { runId?: unknown };
    const mayBeOld = leg.awaitsStart && event.type !== 'start' && event.type !== 'error';
    if (runId === undefined ? mayBeOld : runId !== leg.runId) return;
    if (leg.over && event.type !== 'usage') return;
    leg.awaitsStart = false;
    this.#stopped = false;
    leg.queue.push(told as StreamEvent);
    if (event.type === 'finish' || event.type === 'error') {
      leg.over = true;
      if (event.type === 'error' || event.finishReason === 'client-tool-calls') this.#close();
      else setTimeout(() => this.#leg === leg && this.#close(), LINGER);
    } else if (leg.over) {
      this.#close();
    }
    leg.wake();
  }

  /** Ends a leg before its time; the server is told where the run is still live there. */
  #abandon(leg: Leg, failure?: unknown): void {
    if (this.#leg !== leg) return;
    this.#close(failure);
    if (leg.over) return;
    this.#stopped = true;
    const socket = this.#connection?.socket;
    if (socket?.readyState !== OPEN) return;
    socket.send(JSON.stringify({ ...this.#options.body, type: 'stop', runId: leg.runId }));
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

  #setState(state: ConnectionState, error?: Error): void {
    if (state === this.#state && error === this.#error) return;
    this.#state = state;
    this.#error = error;
    for (const listener of [...this.#listeners]) listener(state, error);
  }
}

/** Nothing is heard of this socket any more. */
function release(socket: SocketLike): void {
  socket.onmessage = null;
  socket.onclose = null;
  socket.close();
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

function openWebSocket(url: string | URL): () => Promise<SocketLike> {
  return () =>
    new Promise((resolve, reject) => {
      const base = typeof location === 'undefined' ? undefined : location.href;
      const address = new URL(url, base);
      address.protocol = address.protocol.replace('http', 'ws');
      const socket = new WebSocket(address);
      socket.onopen = () => resolve(socket);
      socket.onerror = () => reject(new Error('The WebSocket could not be opened.'));
    });
}
