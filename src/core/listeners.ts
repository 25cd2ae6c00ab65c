import { guarded } from './guarded.ts';
import type { Scheduler } from './scheduler.ts';

/** Whoever wants to hear of changes: at once, or once a frame however much changed. */
export class Listeners {
  readonly #schedule: Scheduler;
  readonly #listeners = new Set<() => void>();
  #cancel: (() => void) | null = null;

  constructor(schedule: Scheduler) {
    this.#schedule = schedule;
  }

  /** Safe to call, and to undo, while listeners are being told. */
  add(listener: () => void): () => void {
    // Wrapped, so that the same function given twice is two subscriptions.
    const entry = () => listener();
    this.#listeners.add(entry);
    return () => void this.#listeners.delete(entry);
  }

  tellLater(): void {
    if (!this.#cancel && this.#listeners.size > 0) this.#cancel = this.#schedule(() => this.#tell());
  }

  tellNow(): void {
    this.#cancel?.();
    this.#tell();
  }

  clear(): void {
    this.#listeners.clear();
  }

  #tell(): void {
    this.#cancel = null;
    for (const listener of [...this.#listeners]) if (this.#listeners.has(listener)) guarded(listener);
  }
}
