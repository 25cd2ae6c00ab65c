import { partStory, played, stopped } from './played.ts';

export default { title: 'Parts/Operation', component: 'agent-operation' };

const operation = (name: string, status: string) => ({
  render: () =>
    Object.assign(document.createElement('agent-operation'), {
      data: { type: 'operation', operationId: 'o', operationType: 'set-resource', name, status },
    }),
});

export const Running = partStory('agent-operation', 'operation', () => played('operation', 2));
export const Done = partStory('agent-operation', 'operation', () => played('operation'));
export const Cancelled = partStory('agent-operation', 'operation', () => stopped('operation', 2));
export const LongName = operation(
  'Store the itinerary with all its stops, the opening hours and what each of them costs for two people',
  'running',
);
/** What is hidden in a name is written out, and no tag is one. */
export const Hostile = operation('<img src=x> Save \u202Egpj.exe\u200B', 'done');
/** Another version may know other states. */
export const OtherState = operation('Save the plan', 'paused');
