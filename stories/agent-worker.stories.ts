import { partStory, played, stopped } from './played.ts';

export default { title: 'Parts/Worker', component: 'agent-worker' };

export const Running = partStory('agent-worker', 'worker', () => played('worker', 22));
export const Done = partStory('agent-worker', 'worker', () => played('worker'));
export const Cancelled = partStory('agent-worker', 'worker', () => stopped('worker', 22));
export const Failed = {
  render: () =>
    Object.assign(document.createElement('agent-worker'), {
      data: {
        type: 'worker',
        workerId: 'w',
        workerSlug: 'researcher',
        description: 'Compare two transports',
        input: { topics: ['SSE', 'WebSocket'] },
        parts: [{ type: 'text', text: 'First I look at', status: 'done' }],
        error: 'The researcher lost its connection.',
        status: 'error',
      },
    }),
};
