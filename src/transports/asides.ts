import type { StreamEvent } from '../core/event.ts';
import type { EventStream } from '../core/transport.ts';

interface Aside {
  readonly event: StreamEvent;
  readonly taken: () => void;
}

/** What a transport has to say of its own while it reads what the agent says. */
export class Asides {
  readonly #waiting: Aside[] = [];
  #readers = 0;
  #wake: () => void = () => {};

  /** Whether anybody would hear it. */
  get heard(): boolean {
    return this.#readers > 0;
  }

  /** Resolves once whoever reads has taken it in; at once where nobody reads. */
  say(event: StreamEvent): Promise<void> {
    if (!this.heard) return Promise.resolve();
    return new Promise((taken) => {
      this.#waiting.push({ event, taken });
      this.#wake();
    });
  }

  /** The stream, with what is said meanwhile between its events. */
  async *in(stream: EventStream): EventStream {
    const source = stream[Symbol.asyncIterator]();
    let result: IteratorResult<StreamEvent | readonly StreamEvent[]> | undefined;
    let failure: { readonly cause: unknown } | undefined;
    let isReading = false;
    const read = async (): Promise<void> => {
      isReading = true;
      try {
        result = await source.next();
      } catch (cause) {
        failure = { cause };
      }
      isReading = false;
      this.#wake();
    };
    this.#readers += 1;
    try {
      while (true) {
        const asides = this.#waiting.splice(0);
        if (asides.length > 0) {
          yield asides.map(({ event }) => event);
          for (const { taken } of asides) taken();
        } else if (failure) {
          throw failure.cause;
        } else if (result) {
          const { done, value } = result;
          result = undefined;
          if (done) return;
          yield value;
        } else {
          if (!isReading) void read();
          await new Promise<void>((resolve) => {
            this.#wake = resolve;
          });
        }
      }
    } finally {
      this.#readers -= 1;
      for (const { taken } of this.#waiting.splice(0)) taken();
      source.return?.()?.catch(() => {});
    }
  }
}
