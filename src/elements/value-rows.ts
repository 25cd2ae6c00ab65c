import { type Gap, PAGE, type Place, shownOf } from './value-place.ts';
import type { Container, ValueReader } from './value-reader.ts';

/** Down to this level objects and lists are open at first, if they are small. */
const OPEN_LEVELS = 2;
/** More inside than this is not small. */
const OPEN_COUNT = 20;
/** No more are opened once there are so many rows. */
const OPEN_ROWS = 40;

/** A row of the tree: something in the value. */
export interface NodeRow {
  readonly id: Place;
  readonly place: Place;
  readonly label: string;
  /** It is in a list, and its name only its number. */
  readonly isItem: boolean;
  readonly value: unknown;
  readonly container: Container | undefined;
  readonly level: number;
  readonly position: number;
  readonly size: number;
  /** Undefined where nothing can be opened. */
  readonly isOpen: boolean | undefined;
  /** Where the value is inside of itself: the name of what it is. */
  readonly circular: string | undefined;
}

/** A row of the tree that shows more of a list. */
export interface GapRow {
  readonly id: object;
  readonly place: Place;
  readonly gap: Gap;
  readonly level: number;
}

export type Row = NodeRow | GapRow;

interface Frame {
  readonly place: Place;
  readonly value: unknown;
  readonly container: Container;
  readonly shown: Generator<number | Gap>;
}

/**
 * The rows of what is open in `value`, at `base`. They are one flat list, so that no depth is too much for whoever
 * draws them. `above` names what the value itself is inside of.
 */
export function rowsOf(
  reader: ValueReader,
  base: Place,
  value: unknown,
  above: ReadonlyMap<unknown, string>,
): Row[] {
  const rows: Row[] = [];
  const frames: Frame[] = [];
  const names = new Map(above);
  const enter = (place: Place, inside: unknown, container: Container): void => {
    names.set(inside, place.key);
    const shown = shownOf(place.pages, container.count, PAGE);
    frames.push({ place, value: inside, container, shown });
  };
  const whole = reader.containerOf(value);
  if (whole) enter(base, value, whole);
  for (let frame = frames.at(-1); frame; frame = frames.at(-1)) {
    const { place: parent, container: around } = frame;
    const level = frames.length;
    const next = frame.shown.next();
    if (next.done) {
      frames.pop();
      names.delete(frame.value);
    } else if (typeof next.value === 'object') {
      rows.push({ id: parent.gap(next.value.page), place: parent, gap: next.value, level });
    } else {
      const index = next.value;
      const item = around.at(index);
      const place = parent.inside(around.key(index));
      const circular = typeof item === 'object' && item !== null ? names.get(item) : undefined;
      const container = circular === undefined ? reader.containerOf(item) : undefined;
      const canOpen = container !== undefined && container.count > 0;
      if (canOpen)
        place.isOpen ??= level < OPEN_LEVELS + 1 && container.count <= OPEN_COUNT && rows.length < OPEN_ROWS;
      rows.push({
        id: place,
        place,
        label: around.label(index),
        isItem: around.kind === 'list',
        value: item,
        container,
        level,
        position: index + 1,
        size: around.count,
        isOpen: canOpen ? place.isOpen === true : undefined,
        circular,
      });
      if (canOpen && place.isOpen) enter(place, item, container);
    }
  }
  return rows;
}
