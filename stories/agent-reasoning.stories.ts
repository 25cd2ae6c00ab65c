import { partStory, played } from './played.ts';

export default { title: 'Parts/Reasoning', component: 'agent-reasoning' };

export const Done = partStory('agent-reasoning', 'reasoning', () => played('reasoning'));
export const Streaming = partStory('agent-reasoning', 'reasoning', () => played('reasoning', 12));
