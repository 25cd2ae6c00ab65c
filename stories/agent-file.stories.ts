import { partStory, played } from './played.ts';

export default { title: 'Parts/File', component: 'agent-file' };

export const Image = partStory('agent-file', 'file', () => played('file'));

export const Download = {
  render: () =>
    Object.assign(document.createElement('agent-file'), {
      data: {
        type: 'file',
        id: 'f',
        mediaType: 'text/csv',
        url: 'https://files.example.org/totals.csv',
        filename: 'totals.csv',
        size: 18_432,
      },
    }),
};

/** An image of another host waits for the reader. */
export const ForeignImage = {
  render: () =>
    Object.assign(document.createElement('agent-file'), {
      data: {
        type: 'file',
        id: 'f',
        mediaType: 'image/png',
        url: 'https://images.example.org/a.png',
        filename: 'a.png',
      },
    }),
};
