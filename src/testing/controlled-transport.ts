import type { StreamEvent } from '../core/event.ts';
import type { ChatRequest, Transport } from '../core/transport.ts';

/** One leg in the hands of a test. */
export interface ControlledLeg {
  readonly request: ChatRequest;
  readonly signal: AbortSignal;
  /** Delivers events; those of one call arrive together. */
  emit(...events: readonly StreamEvent[]): void;
  /** Ends the stream, with an error where one is given. */
  end(error?: unknown): void;
}

export interface ControlledTransport extends Transport {
  /** Every leg that was asked for, the newest last. */
  readonly legs: readonly ControlledLeg[];
}

/** A transport whose streams say and do only what the test tells them; they ignore their signal on purpose. */
export function createControlledTransport(): ControlledTransport {
  const legs: ControlledLeg[] = [];
  return {
    legs,
    async *send(request, { signal }) {
      const queue: (readonly StreamEvent[])[] = [];
      let ended = false;
      let failure: unknown;
      let wake = (): void => {};
      legs.push({
        request,
        signal,
        emit: (...events) => {
          queue.push(events);
          wake();
        },
        end: (error) => {
          ended = true;
          failure = error;
          wake();
        },
      });
      while (true) {
        const batch = queue.shift();
        if (batch) yield batch;
        else if (failure) throw failure;
        else if (ended) return;
        else {
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
        }
      }
    },
  };
}
