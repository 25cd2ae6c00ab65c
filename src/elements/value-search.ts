import { type Container, leafOf, type ValueReader } from './value-reader.ts';

/** As many matches are found. */
export const MAX_MATCHES = 1_000;
/** As many nodes are looked at: a value that names others again and again may have more than fit anywhere. */
const MAX_LOOKED_AT = 2_000_000;
/** How long it works without a pause. Milliseconds. */
const SLICE = 8;
/** After so many nodes it looks at the clock. */
const GLANCE = 200;
/** A value that grows is searched anew after so long. Milliseconds. */
const AGAIN = 250;

/** A step on the way from a value to something inside. */
export interface Step {
  readonly before: Step | undefined;
  readonly key: string;
  readonly index: number;
}

interface Frame {
  readonly value: unknown;
  readonly container: Container;
  readonly step: Step | undefined;
  index: number;
}

/** Finds keys and values, a little at a time, so that the page goes on in between. */
export class ValueSearch {
  readonly #onChange: () => void;
  #run = 0;
  #isRunning = false;
  #again: (() => void) | undefined;
  #words = '';
  matches: readonly Step[] = [];
  /** There may be more than were found. */
  isLimited = false;
  /** Which match the reader is at; -1 before the first. */
  current = -1;

  constructor(onChange: () => void) {
    this.#onChange = onChange;
  }

  /** What is looked for, in small letters. */
  get words(): string {
    return this.#words;
  }

  /** It may still find the first match. */
  get isAtWork(): boolean {
    return this.#isRunning && this.matches.length === 0;
  }

  /** Looks for other words. */
  find(reader: ValueReader, value: unknown, words: string): void {
    this.#words = words.toLowerCase();
    this.matches = [];
    this.current = -1;
    this.isLimited = false;
    this.stop();
    if (this.#words) void this.#search(reader, value);
    this.#onChange();
  }

  /** The same words in another value. Where the reader is stays. */
  refresh(reader: ValueReader, value: unknown): void {
    if (!this.#words) return;
    const isWaiting = this.#again !== undefined;
    this.#again = () => void this.#search(reader, value);
    if (isWaiting || this.#isRunning) return;
    setTimeout(() => this.#goOn(), AGAIN);
  }

  /** Goes to the match that is `by` further, round and round. */
  move(by: number): Step | undefined {
    const { length } = this.matches;
    if (length === 0) return undefined;
    const from = this.current < 0 && by < 0 ? 0 : this.current;
    this.current = (from + by + length) % length;
    return this.matches[this.current];
  }

  stop(): void {
    this.#run += 1;
    this.#isRunning = false;
    this.#again = undefined;
  }

  #goOn(): void {
    const again = this.#again;
    this.#again = undefined;
    again?.();
  }

  async #search(reader: ValueReader, value: unknown): Promise<void> {
    const run = ++this.#run;
    const isFirst = this.matches.length === 0;
    this.#isRunning = true;
    const found: Step[] = [];
    const walk = matchesIn(reader, value, this.#words, found);
    let end = performance.now() + SLICE;
    let step = walk.next();
    for (; !step.done; step = walk.next()) {
      if (performance.now() < end) continue;
      if (isFirst && found.length > this.matches.length) {
        this.matches = [...found];
        this.#onChange();
      }
      await new Promise((resolve) => setTimeout(resolve));
      if (run !== this.#run) return;
      end = performance.now() + SLICE;
    }
    this.#isRunning = false;
    const at = this.matches[this.current];
    this.current = at ? found.findIndex((other) => isSame(other, at)) : -1;
    this.matches = found;
    this.isLimited = step.value;
    this.#onChange();
    if (this.#again) setTimeout(() => this.#goOn(), AGAIN);
  }
}

/** Puts what matches into `found`. Yields now and then; returns whether there may be more. */
function* matchesIn(
  reader: ValueReader,
  value: unknown,
  words: string,
  found: Step[],
): Generator<undefined, boolean> {
  const frames: Frame[] = [];
  const above = new Set<unknown>();
  const enter = (item: unknown, step: Step | undefined): boolean => {
    const container = above.has(item) ? undefined : reader.containerOf(item);
    if (!container) return false;
    frames.push({ value: item, container, step, index: 0 });
    above.add(item);
    return true;
  };
  enter(value, undefined);
  let lookedAt = 0;
  for (let frame = frames.at(-1); frame; frame = frames.at(-1)) {
    const { container, index } = frame;
    if (index === container.count) {
      frames.pop();
      above.delete(frame.value);
      continue;
    }
    frame.index += 1;
    const item = container.at(index);
    const step = { before: frame.step, key: container.key(index), index };
    const isNamed = container.kind === 'object' && container.label(index).toLowerCase().includes(words);
    const isLeaf = !enter(item, step) && !reader.containerOf(item);
    if (isNamed || (isLeaf && leafOf(item).text.toLowerCase().includes(words))) {
      found.push(step);
      if (found.length === MAX_MATCHES) return true;
    }
    lookedAt += 1;
    if (lookedAt === MAX_LOOKED_AT) return true;
    if (lookedAt % GLANCE === 0) yield undefined;
  }
  return false;
}

function isSame(one: Step, other: Step): boolean {
  let left: Step | undefined = one;
  let right: Step | undefined = other;
  while (left && right && left !== right && left.key === right.key) {
    left = left.before;
    right = right.before;
  }
  return left === right;
}
