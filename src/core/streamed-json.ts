import { PartialJson } from './partial-json.ts';

/**
 * The readers of JSON that parts are still receiving, so that a delta costs what it is long. Only a cache: a part
 * whose reader went on without it, because a state was reduced twice, gets one of its own.
 */
const readers = new WeakMap<object, { readonly json: PartialJson; length: number }>();

/** A part was copied: its reader reads on for the copy. */
export function inheritReader(from: object, to: object): void {
  const reader = readers.get(from);
  if (reader) readers.set(to, reader);
}

/** The JSON text of a part grew; returns the whole of it. */
export function growJson(part: object, before: string, delta: string): string {
  let reader = readers.get(part);
  if (reader?.length !== before.length) {
    reader = { json: new PartialJson(), length: before.length };
    reader.json.push(before);
    readers.set(part, reader);
  }
  reader.json.push(delta);
  reader.length += delta.length;
  return before + delta;
}

/** What can be read of it so far. */
export function readJson(part: object): unknown {
  return readers.get(part)?.json.read();
}
