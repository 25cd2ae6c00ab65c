import { partStory, played, stopped } from './played.ts';

export default { title: 'Parts/Worker', component: 'agent-worker' };

export const Running = partStory('agent-worker', 'worker', () => played('worker', 22));
export const Done = partStory('agent-worker', 'worker', () => played('worker'));
export const Cancelled = partStory('agent-worker', 'worker', () => stopped('worker', 22));
