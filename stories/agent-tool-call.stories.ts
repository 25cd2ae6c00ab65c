import { partStory, played, stopped } from './played.ts';

export default { title: 'Parts/Tool call', component: 'agent-tool-call' };

export const Done = partStory('agent-tool-call', 'tool-call', () => played('tool-call'));
export const ArgumentsStreaming = partStory('agent-tool-call', 'tool-call', () => played('tool-call', 5));
export const Running = partStory('agent-tool-call', 'tool-call', () => played('tool-call', 9));
export const Failed = partStory('agent-tool-call', 'tool-call', () => played('tool-error'));
export const Cancelled = partStory('agent-tool-call', 'tool-call', () => stopped('tool-call', 5));
export const WaitsForApproval = partStory('agent-tool-call', 'tool-call', () => played('approval'));
