import type { StreamEvent } from '../../core/event.ts';
import { isRecord } from '../../core/is-record.ts';
import { type CallKind, type Item, KEPT, listOf, textOf, toMetadata, wordOf } from './items.ts';

/** An item of a response as far as it has come. */
export interface Slot {
  /** Unique within the message: servers may leave out ids, or give each event of one item another. */
  readonly key: string;
  readonly kind: CallKind | undefined;
  readonly toolCallId: string;
  item: Item;
  /** What was said of each of its texts. */
  readonly said: Map<string, string>;
  /** The texts that are refusals. */
  readonly refusals: Set<string>;
  /** Which of its texts was said last. */
  last?: string;
  isDone?: boolean;
  /** Whether it was said what the call gave. */
  isAnswered?: boolean;
  /** Whether it is a call of a tool of the server’s own, which does not say what it gave. */
  ranThere?: boolean;
  /** The partial image that came last. */
  image?: string;
}

/** A text as an event says it: more of it, or with `isWhole` all of it. */
export interface Said {
  readonly text: unknown;
  readonly isWhole: boolean;
  readonly isRefusal?: boolean;
}

export function placeOf(index: unknown): string {
  return wordOf(index) || '0';
}

/** Puts into a message what was not said before. */
export function write(slot: Slot, place: string, { text, isWhole, isRefusal }: Said): StreamEvent[] {
  const isNew = !slot.said.has(place);
  const delta = take(slot, place, text, isWhole);
  if (!delta) return [];
  if (isRefusal) slot.refusals.add(place);
  const id = `${slot.key}:${place}`;
  return [...(isNew ? [{ type: 'text-start', id } as const] : []), { type: 'text-delta', id, delta }];
}

/** Puts into thoughts what was not said before. */
export function think(slot: Slot, place: string, { text, isWhole }: Said): StreamEvent[] {
  const { key: id, last } = slot;
  const delta = take(slot, place, text, isWhole);
  if (!delta) return [];
  slot.last = place;
  if (last === undefined)
    return [
      { type: 'reasoning-start', id },
      { type: 'reasoning-delta', id, delta },
    ];
  return [{ type: 'reasoning-delta', id, delta: last === place ? delta : `\n\n${delta}` }];
}

/** What of a text was not said before; it counts as said. A whole that is another text comes too late. */
function take({ said }: Slot, place: string, text: unknown, isWhole: boolean): string {
  const before = said.get(place) ?? '';
  const isMore = !isWhole || textOf(text).startsWith(before);
  const delta = isMore ? textOf(text).slice(isWhole ? before.length : 0) : '';
  if (delta) said.set(place, before + delta);
  return delta;
}

/** What the whole of a message says that its pieces did not, and the end of its texts. */
export function endOfMessage(slot: Slot): StreamEvent[] {
  const { id, phase, content } = slot.item;
  const rest = listOf(content).flatMap((part, index) => {
    const { type, text, refusal } = isRecord(part) ? part : {};
    if (type === 'output_text') return write(slot, `${index}`, { text, isWhole: true });
    return type === 'refusal'
      ? write(slot, `${index}`, { text: refusal, isWhole: true, isRefusal: true })
      : [];
  });
  const message = { ...(textOf(id) && { id }), ...(textOf(phase) && { phase }) };
  const ends = [...slot.said.keys()].map((place) => ({
    type: 'text-end' as const,
    id: `${slot.key}:${place}`,
    providerMetadata: toMetadata({ message, ...(slot.refusals.has(place) && { isRefusal: true }) }),
  }));
  return [...rest, ...ends];
}

/** What the whole of a reasoning item says that its pieces did not, and its end. */
export function endOfReasoning(slot: Slot): StreamEvent[] {
  const { item, key: id } = slot;
  // Some say the same as a summary and as text: then it is what came first that counts.
  const written = ['summary', 'content'].find((field) => listOf(item[field]).some(isWritten));
  const field = slot.last?.split('-')[0] ?? written;
  const events = listOf(field && item[field]).flatMap((part, index) =>
    isWritten(part) ? think(slot, `${field}-${index}`, { text: part['text'], isWhole: true }) : [],
  );
  if (slot.last !== undefined) {
    return [...events, { type: 'reasoning-end', id, providerMetadata: toMetadata({ item }) }];
  }
  // Thoughts that nobody can read are not shown.
  return textOf(item['encrypted_content']) ? [{ type: 'data', name: KEPT, data: { item } }] : [];
}

function isWritten(part: unknown): part is Item {
  return isRecord(part) && textOf(part['text']) !== '';
}
