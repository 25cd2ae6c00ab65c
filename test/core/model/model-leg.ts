import type { StreamEvent } from 'agent-chat-kit';

/** What a stream does when its signal aborts: some go on talking. */
export type Manners = 'ignores' | 'ends' | 'throws';

interface Waiting {
  readonly resolve: (result: IteratorResult<readonly StreamEvent[]>) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * One leg in the hands of the model. Unlike an async generator it tells whether its reader let go of it, and
 * keeps what nobody reads.
 */
export class ModelLeg implements AsyncIterable<readonly StreamEvent[]> {
  readonly signal: AbortSignal;
  readonly #queue: (readonly StreamEvent[])[] = [];
  #waiting: Waiting | null = null;
  #end: { readonly error: unknown } | null = null;
  returned = false;

  constructor(signal: AbortSignal, manners: Manners) {
    this.signal = signal;
    if (manners === 'ignores') return;
    const stop = () =>
      this.end(manners === 'throws' ? new DOMException('Aborted.', 'AbortError') : undefined);
    signal.addEventListener('abort', stop, { once: true });
  }

  /** Whether nothing more can come out of it. */
  get over(): boolean {
    return this.#end !== null || this.returned;
  }

  /** Events of one call arrive together. */
  emit(events: readonly StreamEvent[]): void {
    if (this.#end) return;
    const waiting = this.#waiting;
    this.#waiting = null;
    if (waiting) waiting.resolve({ done: false, value: events });
    else this.#queue.push(events);
  }

  end(error?: unknown): void {
    this.#end ??= { error };
    const waiting = this.#waiting;
    this.#waiting = null;
    if (waiting) this.#finish(waiting);
  }

  [Symbol.asyncIterator](): AsyncIterator<readonly StreamEvent[]> {
    return {
      next: () =>
        new Promise((resolve, reject) => {
          const value = this.#queue.shift();
          if (value) resolve({ done: false, value });
          else if (this.#end) this.#finish({ resolve, reject });
          else this.#waiting = { resolve, reject };
        }),
      return: async () => {
        this.returned = true;
        return { done: true, value: undefined };
      },
    };
  }

  #finish({ resolve, reject }: Waiting): void {
    const error = this.#end?.error;
    if (error === undefined) resolve({ done: true, value: undefined });
    else reject(error);
  }
}
