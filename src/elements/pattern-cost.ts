/** More ways than this to match a value are not tried in a page that somebody uses. */
const MAX_WAYS = 5_000_000;
/** A pattern that is longer is not read. Characters. */
const MAX_PATTERN = 200;

/**
 * Whether a value fits a pattern that others wrote. True as well where that is not to be found out in the time that
 * a page has, as with `(a+)+$`: the server has the last word.
 */
export function fitsPattern(pattern: string, value: string): boolean {
  if (pattern.length > MAX_PATTERN || waysToMatch(pattern, value.length) > MAX_WAYS) return true;
  try {
    return new RegExp(pattern, 'u').test(value);
  } catch {
    // It is no pattern.
    return true;
  }
}

/** At most so many ways are tried to match a value of that length: the product of all choices that there are. */
export function waysToMatch(pattern: string, length: number): number {
  const reader = new PatternReader(pattern, length);
  const ways = reader.alternatives();
  // One that may begin anywhere is tried everywhere.
  return pattern.startsWith('^') && !pattern.includes('|') ? ways : ways * (length + 1);
}

class PatternReader {
  readonly #pattern: string;
  readonly #length: number;
  #at = 0;

  constructor(pattern: string, length: number) {
    this.#pattern = pattern;
    this.#length = length;
  }

  /** Up to the end of the group, or of the pattern. */
  alternatives(): number {
    let all = 0;
    let ways = 1;
    while (this.#at < this.#pattern.length && !this.#takes(')')) {
      if (this.#takes('|')) {
        all += ways;
        ways = 1;
      } else {
        ways *= this.#repeated(this.#atom());
      }
    }
    return all + ways;
  }

  /** One piece without what says how often it comes. */
  #atom(): number {
    if (this.#takes('(')) {
      // `?:`, `?=`, `?<=`, `?<name>`: what they say is no choice, and no quantifier.
      if (this.#takes('?')) this.#at += 1;
      return this.alternatives();
    }
    if (this.#takes('[')) {
      while (this.#at < this.#pattern.length && !this.#takes(']')) {
        this.#takes('\\');
        this.#at += 1;
      }
      return 1;
    }
    if (this.#takes('\\')) {
      const isNamed = 'pPuk'.includes(this.#pattern[this.#at] ?? ' ');
      this.#at += 1;
      const end = this.#pattern[this.#at] === '{' ? this.#pattern.indexOf('}', this.#at) : -1;
      if (isNamed && end > 0) this.#at = end + 1;
      return 1;
    }
    this.#at += 1;
    return 1;
  }

  #repeated(ways: number): number {
    const [least, most] = this.#quantifier();
    if (most === undefined) return ways;
    this.#takes('?');
    const often = Math.max(least, Math.min(most, least + this.#length));
    return (often - least + 1) * ways ** often;
  }

  #quantifier(): readonly [least: number, most?: number] {
    if (this.#takes('*')) return [0, Number.POSITIVE_INFINITY];
    if (this.#takes('+')) return [1, Number.POSITIVE_INFINITY];
    if (this.#takes('?')) return [0, 1];
    const counts = /^\{(\d{1,9})(,?)(\d{0,9})\}/.exec(this.#pattern.slice(this.#at, this.#at + 24));
    if (!counts) return [1];
    this.#at += counts[0].length;
    const least = Number(counts[1]);
    if (!counts[2]) return [least, least];
    return [least, counts[3] ? Number(counts[3]) : Number.POSITIVE_INFINITY];
  }

  #takes(character: string): boolean {
    if (this.#pattern[this.#at] !== character) return false;
    this.#at += 1;
    return true;
  }
}
