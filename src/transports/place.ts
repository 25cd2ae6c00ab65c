import type { RunAddress } from '../protocols/protocol.ts';

/** How many ids are remembered to know what was repeated. */
const MAX_SEEN = 1_000;

/** How far a stream was read. An event counts once whoever reads has come back for more. */
export class Place {
  /** The id of the last event that counts, where the server gives them ids. */
  id: string | undefined;
  /** Where what follows can be had, where the protocol has an address for it. */
  rest: RunAddress | undefined;
  /** How long the server wants clients to wait at first. Milliseconds. */
  retry: number | undefined;
  /** Whether any event counts. */
  begun = false;
  /** Whether an event said that the leg is over. */
  over = false;
  /** Whether the server gave signs of life on the way: from then on its silence means something. */
  alive = false;
  /** How often in a row it was asked for again in vain. */
  attempts = 0;
  readonly #seen = new Set<string>();

  /** False for an event that was taken before: some servers repeat a little. */
  isNew(id: string | undefined): boolean {
    return !id || !this.#seen.has(id);
  }

  /** An event was read, and whole: one that was cut off comes again. */
  take(id: string | undefined): void {
    if (!id) return;
    this.#seen.add(id);
    const [oldest] = this.#seen;
    if (this.#seen.size > MAX_SEEN && oldest !== undefined) this.#seen.delete(oldest);
  }

  /** Everything up to this event counts. An empty id says that there is nothing to go on from. */
  commit(id: string | undefined, rest?: RunAddress): void {
    this.begun = true;
    this.attempts = 0;
    this.rest = rest;
    if (id !== undefined) this.id = id || undefined;
  }
}
