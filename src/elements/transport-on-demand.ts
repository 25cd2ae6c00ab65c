import { unsupported } from '../core/error.ts';
import type { ConnectionState, ConnectionStateListener, EventStream, Transport } from '../core/transport.ts';

/**
 * A transport whose code comes with the first use: most pages need only one kind. What has to be known before is
 * said by `known`.
 */
export function transportOnDemand(
  load: () => Promise<Transport>,
  known: Pick<Transport, 'keepsHistory' | 'connectionState'>,
): Transport {
  const listeners = new Set<ConnectionStateListener>();
  let state = known.connectionState;
  let loading: Promise<Transport> | undefined;
  const loaded = (): Promise<Transport> => {
    loading ??= load().then(
      (transport) => {
        transport.onConnectionStateChange?.((next, error) => {
          state = next;
          for (const listener of listeners) listener(next, error);
        });
        return transport;
      },
      (error: unknown) => {
        // The next one who asks may have a better connection.
        loading = undefined;
        throw error;
      },
    );
    return loading;
  };
  async function* send(...asked: Parameters<Transport['send']>): EventStream {
    yield* (await loaded()).send(...asked);
  }
  return {
    ...(known.keepsHistory && { keepsHistory: true }),
    get connectionState(): ConnectionState {
      // Absent where no connection is kept, and never where one is.
      return state as ConnectionState;
    },
    onConnectionStateChange(listener) {
      listeners.add(listener);
      if (state) listener(state);
      return () => void listeners.delete(listener);
    },
    send,
    resume: async (context) => (await loaded()).resume?.(context) ?? null,
    async respond(decision, context) {
      const transport = await loaded();
      if (transport.respond) return transport.respond(decision, context);
      throw unsupported('This transport cannot deliver approvals.', 'approvals-not-supported');
    },
    connect: async () => (await loaded()).connect?.(),
    disconnect: () => void loading?.then((transport) => transport.disconnect?.()),
  };
}
