import { flushSync, mount, unmount } from 'svelte';
import { type MountPartSlots, testPartSlots } from '../test-part-slots.ts';
import PartSlots from './part-slots.svelte';
import StorePartSlots from './store-part-slots.svelte';

const mounted =
  (component: typeof PartSlots): MountPartSlots =>
  (target, props) => {
    const app = mount(component, { target, props: { ...props } });
    flushSync();
    return () => unmount(app);
  };

testPartSlots('slots of parts in Svelte, with runes', mounted(PartSlots));
// To Svelte, objects in a store are others each time.
testPartSlots('slots of parts in Svelte, as a store', mounted(StorePartSlots), 'all');
