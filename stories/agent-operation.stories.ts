import { partStory, played, stopped } from './played.ts';

export default { title: 'Parts/Operation', component: 'agent-operation' };

export const Running = partStory('agent-operation', 'operation', () => played('operation', 2));
export const Done = partStory('agent-operation', 'operation', () => played('operation'));
export const Cancelled = partStory('agent-operation', 'operation', () => stopped('operation', 2));
