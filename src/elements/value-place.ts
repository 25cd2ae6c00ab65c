/** As many of a long list are shown at once, and as many more with every press. */
export const PAGE = 100;

/** Some of a list that are not shown: the page that comes next, and how many are on it. */
export interface Gap {
  readonly page: number;
  readonly count: number;
}

/**
 * A place in a value, and what the reader did there. It is known by the keys that lead to it, so that it stays when
 * the value is replaced by another one.
 */
export class Place {
  readonly parent: Place | undefined;
  readonly key: string;
  /** Whether it was opened or closed; undefined until somebody or its first size decides. */
  isOpen: boolean | undefined;
  /** How records are shown; undefined until the reader chooses. */
  view: 'table' | 'tree' | undefined;
  /** How much of a long text is shown. Characters. */
  length = 0;
  /** The pages of a list that are shown. */
  readonly pages = new Set([0]);
  readonly #inside = new Map<string, Place>();
  readonly #gaps = new Map<number, object>();

  constructor(parent?: Place, key = '') {
    this.parent = parent;
    this.key = key;
  }

  inside(key: string): Place {
    return kept(this.#inside, key, () => new Place(this, key));
  }

  /** What stands for the row that shows more. */
  gap(page: number): object {
    return kept(this.#gaps, page, () => ({}));
  }

  /** The places that lead here from `base`, which is left out, or undefined if it is not inside of it. */
  from(base: Place): Place[] | undefined {
    const places: Place[] = [];
    let place: Place | undefined = this;
    for (; place && place !== base; place = place.parent) places.push(place);
    return place && places.reverse();
  }
}

/** The positions that are shown of `count`, in order, and what stands for those between and after them. */
export function* shownOf(pages: ReadonlySet<number>, count: number, size: number): Generator<number | Gap> {
  let next = 0;
  for (const page of [...pages].sort((a, b) => a - b)) {
    const start = page * size;
    if (start >= count) break;
    if (start > next) yield { page: next / size, count: Math.min(size, start - next) };
    next = start + size;
    for (let index = start; index < Math.min(next, count); index += 1) yield index;
  }
  if (next < count) yield { page: next / size, count: Math.min(size, count - next) };
}

/** What is under that key; made once. */
export function kept<Key, T>(
  all: { get(key: Key): T | undefined; set(key: Key, value: T): unknown },
  key: Key,
  make: () => T,
): T {
  const known = all.get(key);
  if (known !== undefined) return known;
  const made = make();
  all.set(key, made);
  return made;
}
