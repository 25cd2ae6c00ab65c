import { getCurrentScope, onScopeDispose, type ShallowRef, shallowRef } from 'vue';
import { type PartSlot, PartSlots, type SlotNames } from '../elements/part-slots.ts';
import type { Renderers } from '../elements/renderers.ts';

/**
 * Lets Vue draw parts: give `renderers` to `<agent-chat>`, and put into it one element for each of `slots`, with its
 * `slot` and keyed by its `key`. It stands in the page's own tree and keeps its state while the part streams.
 */
export function usePartSlots(names: SlotNames): {
  readonly renderers: Renderers;
  readonly slots: Readonly<ShallowRef<readonly PartSlot[]>>;
} {
  const all = new PartSlots(names);
  const slots = shallowRef(all.getSnapshot());
  const stop = all.subscribe(() => {
    slots.value = all.getSnapshot();
  });
  if (getCurrentScope()) onScopeDispose(stop);
  return { renderers: all.renderers, slots };
}
