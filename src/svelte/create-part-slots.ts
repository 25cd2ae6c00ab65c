import { type Readable, readable } from 'svelte/store';
import { type PartSlot, PartSlots, type SlotNames } from '../elements/part-slots.ts';
import type { Renderers } from '../elements/renderers.ts';

/**
 * Lets Svelte draw parts: give `renderers` to `<agent-chat>`, and put into it one element for each of the store
 * `slots`, with its `slot` and keyed by its `key`. It stands in the page's own tree and keeps its state while the part
 * streams.
 */
export function createPartSlots(names: SlotNames): {
  readonly renderers: Renderers;
  readonly slots: Readable<readonly PartSlot[]>;
} {
  const all = new PartSlots(names);
  const slots = readable(all.getSnapshot(), (set) => {
    set(all.getSnapshot());
    return all.subscribe(() => set(all.getSnapshot()));
  });
  return { renderers: all.renderers, slots };
}
