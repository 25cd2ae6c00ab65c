import { flushSync, mount, unmount } from 'svelte';
import { testPartSlots } from '../test-part-slots.ts';
import PartSlots from './part-slots.svelte';
import StorePartSlots from './store-part-slots.svelte';

for (const [name, component] of Object.entries({ 'with runes': PartSlots, 'as a store': StorePartSlots })) {
  testPartSlots(`slots of parts in Svelte, ${name}`, (target, props) => {
    const app = mount(component, { target, props: { ...props } });
    flushSync();
    return () => unmount(app);
  });
}
