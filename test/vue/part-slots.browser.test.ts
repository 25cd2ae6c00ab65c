import { createApp } from 'vue';
import { testPartSlots } from '../test-part-slots.ts';
import PartSlots from './part-slots.vue';

testPartSlots('slots of parts in Vue', (target, props) => {
  const app = createApp(PartSlots, { ...props });
  app.mount(target);
  return () => app.unmount();
});
