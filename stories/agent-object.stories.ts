import { partStory, played } from './played.ts';

export default { title: 'Parts/Object', component: 'agent-object' };

export const Streaming = partStory('agent-object', 'object', () => played('object', 12));
export const Done = partStory('agent-object', 'object', () => played('object'));

export const Failed = {
  render: () =>
    Object.assign(document.createElement('agent-object'), {
      data: {
        type: 'object',
        id: 'o',
        typeName: 'Recipe',
        partial: { name: 'Flatbread' },
        status: 'error',
        error: 'The answer was not valid JSON.',
      },
    }),
};
