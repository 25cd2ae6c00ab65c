import { partStory, played } from './played.ts';

export default { title: 'Parts/Text', component: 'agent-text' };

export const Done = partStory('agent-text', 'text', () => played('text'));
export const Streaming = partStory('agent-text', 'text', () => played('text', 9));
