/** So much of what waits is shown in that time, and as much of the rest in the next. Milliseconds. */
const SMOOTH = 200;
/** Nothing waits longer. Milliseconds. */
const MOST_WAIT = 450;
/** So much is shown each time at least. Characters. */
const LEAST = 3;
/** Longest run of characters that look like one. */
const MOST_JOINED = 64;

const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

/** Text that arrives in large pieces, handed out in small ones: more at a time where more waits. */
export class Reveal {
  #text = '';
  #taken = 0;
  #last = 0;
  /** When what waits came, and how much had come by then. */
  #arrivals: { readonly at: number; readonly end: number }[] = [];

  get hasMore(): boolean {
    return this.#text !== '';
  }

  add(text: string, now: number): void {
    if (this.#text === '') this.#last = now;
    this.#text += text;
    this.#arrivals.push({ at: now, end: this.#taken + this.#text.length });
  }

  /** What is to be shown by now. */
  take(now: number): string {
    const share = Math.min(1, (now - this.#last) / SMOOTH);
    this.#last = now;
    let count = Math.max(LEAST, Math.ceil(this.#text.length * share));
    for (const { at, end } of this.#arrivals) {
      if (now - at < MOST_WAIT) break;
      count = Math.max(count, end - this.#taken);
    }
    const taken = this.#text.slice(0, wholeAt(this.#text, count));
    this.#text = this.#text.slice(taken.length);
    this.#taken += taken.length;
    while (this.#arrivals[0] && this.#arrivals[0].end <= this.#taken) this.#arrivals.shift();
    return taken;
  }

  /** All that waits. */
  rest(): string {
    const text = this.#text;
    this.#text = '';
    this.#taken += text.length;
    this.#arrivals = [];
    return text;
  }
}

/** That place, or the next one that is not in the middle of what looks like one character. */
function wholeAt(text: string, at: number): number {
  if (at >= text.length) return text.length;
  const from = Math.max(0, at - MOST_JOINED);
  const around = graphemes.segment(text.slice(from, at + MOST_JOINED)).containing(at - from);
  if (!around || from + around.index === at) return at;
  return from + around.index + around.segment.length;
}
