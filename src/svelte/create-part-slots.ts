import { fromStore, type Readable, readable } from 'svelte/store';
import { type PartSlot, PartSlots, type SlotNames } from '../elements/part-slots.ts';
import type { Renderers } from '../elements/renderers.ts';

/**
 * Lets Svelte draw parts: give `renderers` to `<agent-chat>`, and put into it one element for each of `slots.current`,
 * with its `slot` and keyed by its `key`. It stands in the page's own tree and keeps its state while the part streams.
 * `$slots` is the same as a store; to Svelte every part of a store is another with each change of one.
 */
export function createPartSlots(names: SlotNames): {
  readonly renderers: Renderers;
  readonly slots: Readable<readonly PartSlot[]> & { readonly current: readonly PartSlot[] };
} {
  const all = new PartSlots(names);
  const { subscribe } = readable(all.getSnapshot(), (set) => {
    set(all.getSnapshot());
    return all.subscribe(() => set(all.getSnapshot()));
  });
  const shown = fromStore({ subscribe });
  const slots = {
    subscribe,
    get current() {
      return shown.current;
    },
  };
  return { renderers: all.renderers, slots };
}
