import { AgentChatError, connectionFailed } from '../core/error.ts';
import { guarded } from '../core/guarded.ts';
import type { ConnectionState, ConnectionStateListener } from '../core/transport.ts';
import { noAnswer, Watchdog } from './watchdog.ts';

/** What this transport needs of a socket: `WebSocket`, SockJS and `ws` have it. */
export interface SocketLike {
  readonly readyState: number;
  /** Bytes that wait to be sent, where the socket tells. */
  readonly bufferedAmount?: number;
  send(data: string): void;
  close(code?: number, reason?: string): void;
  /** Set here to a function of `{ data }`. Untyped, as each kind of socket has event types of its own. */
  onmessage: unknown;
  onclose: unknown;
}

export interface SocketConnectionOptions {
  readonly connect: () => Promise<SocketLike>;
  /** Milliseconds of silence after a sign of life; 0 for any time. */
  readonly idleTimeout: number;
  /** Bytes that may wait to be sent. */
  readonly maxBufferedAmount: number;
  readonly onOpen: () => void;
  readonly onMessage: (data: unknown) => void;
  /** The connection is gone, and nobody here closed it. */
  readonly onDrop: () => void;
}

const OPEN = 1;

interface Generation {
  readonly opening: Promise<SocketLike>;
  socket: SocketLike | null;
}

/** One socket at a time. What an older one says late is not heard. */
export class SocketConnection {
  readonly #options: SocketConnectionOptions;
  readonly #listeners = new Set<ConnectionStateListener>();
  readonly #watchdog: Watchdog;
  #state: ConnectionState = 'disconnected';
  #error: Error | undefined;
  #current: Generation | null = null;
  /** Whether the server is known to give signs of life. */
  #alive = false;

  constructor(options: SocketConnectionOptions) {
    this.#options = options;
    this.#watchdog = new Watchdog(options.idleTimeout, () => this.#drop());
  }

  get state(): ConnectionState {
    return this.#state;
  }

  listen(listener: ConnectionStateListener): () => void {
    const entry: ConnectionStateListener = (state, error) => listener(state, error);
    this.#listeners.add(entry);
    guarded(() => entry(this.#state, this.#error));
    return () => void this.#listeners.delete(entry);
  }

  /** The open socket; opens one where there is none. Throws `AgentChatError`. */
  open(): Promise<SocketLike> {
    const current = this.#current;
    if (current && (!current.socket || current.socket.readyState === OPEN)) return current.opening;
    if (current?.socket) this.#release(current.socket);
    this.#setState('connecting');
    const generation: Generation = {
      socket: null,
      // Inside a promise, so that a function that throws fails like one that rejects.
      opening: this.#inTime(
        new Promise<SocketLike>((resolve) => resolve(this.#options.connect())).then((socket) =>
          this.#opened(generation, socket),
        ),
      ).catch((cause) => {
        const error = AgentChatError.isInstance(cause) ? cause : connectionFailed(undefined, cause);
        if (this.#current === generation) {
          this.#current = null;
          this.#setState('error', error);
        }
        throw error;
      }),
    };
    this.#current = generation;
    return generation.opening;
  }

  /** Asks for something; see `say`. Throws where too much waits to be sent. */
  ask(message: object): boolean {
    if ((this.#current?.socket?.bufferedAmount ?? 0) > this.#options.maxBufferedAmount) {
      throw connectionFailed(
        'The connection is too slow for what is to be sent.',
        undefined,
        'socket-congested',
      );
    }
    return this.say(message);
  }

  /** False where the socket is not open, and it was not said. */
  say(message: object): boolean {
    const socket = this.#current?.socket;
    if (socket?.readyState !== OPEN) return false;
    socket.send(JSON.stringify(message));
    return true;
  }

  /** The server gives signs of life: from now on its silence means something, on later sockets from the start. */
  watch(): void {
    if (this.#options.idleTimeout === 0) return;
    this.#alive = true;
    this.#watchdog.arm();
  }

  close(): void {
    const { socket } = this.#current ?? {};
    this.#current = null;
    if (socket) this.#release(socket);
    this.#setState('disconnected');
  }

  #opened(generation: Generation, socket: SocketLike): SocketLike {
    if (this.#current !== generation) {
      socket.close();
      throw connectionFailed('The connection was closed before it was open.');
    }
    generation.socket = socket;
    if (this.#alive) this.#watchdog.arm();
    socket.onmessage = ({ data }: { data: unknown }) => {
      if (this.#current !== generation) return;
      this.#watchdog.heard();
      this.#options.onMessage(data);
    };
    socket.onclose = () => {
      if (this.#current === generation) this.#drop();
    };
    // An open socket keeps a page that the user leaves out of the browser's cache.
    globalThis.addEventListener?.('pagehide', this.#leave);
    this.#options.onOpen();
    this.#setState('connected');
    return socket;
  }

  /** Rejects where a server that gives signs of life gives none. */
  #inTime(opening: Promise<SocketLike>): Promise<SocketLike> {
    if (!this.#alive) return opening;
    return new Promise((resolve, reject) => {
      const watchdog = new Watchdog(this.#options.idleTimeout, () => reject(noAnswer()));
      watchdog.arm();
      opening.then(resolve, reject).finally(() => watchdog.stop());
    });
  }

  readonly #leave = (): void => {
    if (this.#current?.socket) this.#drop();
  };

  #drop(): void {
    this.close();
    this.#options.onDrop();
  }

  /** Nothing is heard of this socket any more. */
  #release(socket: SocketLike): void {
    this.#watchdog.stop();
    globalThis.removeEventListener?.('pagehide', this.#leave);
    socket.onmessage = null;
    socket.onclose = null;
    socket.close();
  }

  #setState(state: ConnectionState, error?: Error): void {
    if (state === this.#state && error === this.#error) return;
    this.#state = state;
    this.#error = error;
    for (const listener of [...this.#listeners]) guarded(() => listener(state, error));
  }
}

/** Opens a browser's socket. Only an encrypted one, or one to this machine: what is said there is the user's. */
export function openWebSocket(url: string | URL): () => Promise<SocketLike> {
  return async () => {
    const page = globalThis.location?.href;
    const address = new URL(url, page);
    address.protocol = address.protocol.replace('http', 'ws');
    if (address.protocol === 'ws:' && !isLocal(address.hostname) && !page?.startsWith('http:')) {
      throw new AgentChatError('The socket is not encrypted. Give a `wss:` address.', {
        type: 'permission_error',
        source: 'client',
        retryable: false,
        code: 'insecure-socket',
      });
    }
    return new Promise((resolve, reject) => {
      const socket = new WebSocket(address);
      socket.onopen = () => resolve(socket);
      socket.onerror = () => reject(new Error('The WebSocket could not be opened.'));
    });
  };
}

function isLocal(host: string): boolean {
  return host === 'localhost' || host === '[::1]' || /^127(\.\d+){3}$/.test(host);
}
