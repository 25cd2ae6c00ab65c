import type { ConnectionState, ConnectionStateListener, EventStream, Transport } from '../core/transport.ts';
import type { SocketUrlOptions } from '../transports/socket.ts';

/** A socket transport whose code comes with the first use: most pages have none. */
export function socketOnDemand(options: SocketUrlOptions): Transport {
  const listeners = new Set<ConnectionStateListener>();
  let state: ConnectionState = 'disconnected';
  let loading: Promise<Required<Transport>> | undefined;
  const load = (): Promise<Required<Transport>> => {
    loading ??= import('../transports/socket.ts').then(({ createSocketTransport }) => {
      const socket = createSocketTransport(options) as Required<Transport>;
      socket.onConnectionStateChange((next, error) => {
        state = next;
        for (const listener of listeners) listener(next, error);
      });
      return socket;
    });
    return loading;
  };
  async function* send(...asked: Parameters<Transport['send']>): EventStream {
    const socket = await load();
    yield* socket.send(...asked);
  }
  return {
    get connectionState() {
      return state;
    },
    onConnectionStateChange(listener) {
      listeners.add(listener);
      listener(state);
      return () => void listeners.delete(listener);
    },
    send,
    resume: async (context) => (await load()).resume(context),
    respond: async (decision, context) => (await load()).respond(decision, context),
    connect: async () => (await load()).connect(),
    disconnect: () => void loading?.then((socket) => socket.disconnect()),
  };
}
