import { type AgentChatError, connectionFailed } from '../core/error.ts';
import { onWake } from './backoff.ts';

/** How long a connection that was not looked at for a while (page frozen, timers late) has to speak. Milliseconds. */
const GRACE = 2_000;

/**
 * Says when a connection has been silent for too long, as one does whose other end is gone without a word. Asleep
 * until `arm`: only a server that gives signs of life can be missed.
 */
export class Watchdog {
  readonly #limit: number;
  readonly #onSilent: () => void;
  #heard = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #forget: (() => void) | null = null;

  /** `limit` in milliseconds. */
  constructor(limit: number, onSilent: () => void) {
    this.#limit = limit;
    this.#onSilent = onSilent;
  }

  arm(): void {
    if (this.#forget) return;
    this.#heard = performance.now();
    // What came while the page was frozen is read only after this: it gets its chance.
    this.#forget = onWake(() => this.#check(true));
    this.#wait(this.#limit);
  }

  /** The connection lives. */
  heard(): void {
    // Not the timer: this is called for every piece of every answer.
    this.#heard = performance.now();
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#forget?.();
    this.#forget = null;
  }

  #check(late: boolean): void {
    const left = this.#heard + this.#limit - performance.now();
    if (left > 0) return this.#wait(left);
    if (late) return this.#wait(GRACE);
    this.stop();
    this.#onSilent();
  }

  #wait(milliseconds: number): void {
    clearTimeout(this.#timer);
    const due = performance.now() + milliseconds;
    this.#timer = setTimeout(() => this.#check(performance.now() - due > 1_000), milliseconds);
  }
}

/** A server that is gone without a word does not refuse: nothing comes. */
export function noAnswer(): AgentChatError {
  return connectionFailed('The server did not answer in time.', undefined, 'no-answer');
}
