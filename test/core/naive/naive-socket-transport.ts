import type {
  ConnectionState,
  ConnectionStateListener,
  SocketConnectOptions,
  SocketLike,
  SocketTransport,
  StreamEvent,
} from 'agent-chat-kit';

const CLOSED = 3;

/** A socket as one uses it first: what arrives is for whoever waits, and what closes is the one there is. */
export function naiveSocketTransport({ connect, onMessage }: SocketConnectOptions): SocketTransport {
  const listeners = new Set<ConnectionStateListener>();
  let state: ConnectionState = 'disconnected';
  let socket: SocketLike | null = null;
  let onEvent: (event: StreamEvent) => void = () => {};

  const setState = (next: ConnectionState): void => {
    state = next;
    for (const listener of listeners) listener(state);
  };
  const open = async (): Promise<SocketLike> => {
    if (socket && socket.readyState !== CLOSED) return socket;
    setState('connecting');
    const opened = await connect();
    opened.onmessage = ({ data }: { data: string }) => {
      const event = JSON.parse(data);
      onMessage?.(event);
      onEvent(event);
    };
    opened.onclose = () => {
      socket = null;
      setState('disconnected');
    };
    socket = opened;
    setState('connected');
    return opened;
  };

  return {
    get connectionState() {
      return state;
    },
    onConnectionStateChange(listener) {
      listeners.add(listener);
      listener(state);
      return () => void listeners.delete(listener);
    },
    connect: async () => void (await open()),
    disconnect() {
      socket?.close();
      socket = null;
      setState('disconnected');
    },
    async *send(request, { signal }) {
      const current = await open();
      const queue: StreamEvent[] = [];
      let wake = (): void => {};
      onEvent = (event) => {
        queue.push(event);
        wake();
      };
      signal.addEventListener('abort', () => {
        current.send(JSON.stringify({ type: 'stop' }));
        wake();
      });
      current.send(JSON.stringify(request));
      while (!signal.aborted) {
        const event = queue.shift();
        if (event) yield event;
        if (event?.type === 'finish' || event?.type === 'error') return;
        if (queue.length > 0) continue;
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    },
  };
}
