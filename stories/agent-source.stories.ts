import { partStory, played } from './played.ts';

export default { title: 'Parts/Source', component: 'agent-source' };

export const Link = partStory('agent-source', 'source', () => played('source'));

export const Document = {
  render: () =>
    Object.assign(document.createElement('agent-source'), {
      data: {
        type: 'source',
        sourceType: 'document',
        id: 's',
        mediaType: 'application/pdf',
        title: 'Protocol notes',
      },
    }),
};

/** An address that is no web address is shown as text. */
export const Refused = {
  render: () =>
    Object.assign(document.createElement('agent-source'), {
      data: { type: 'source', sourceType: 'url', id: 's', url: 'javascript:alert(1)', title: 'Click here' },
    }),
};
