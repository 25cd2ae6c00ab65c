import { html } from 'lit';
import { played } from './played.ts';

export default { title: 'Chat/Message', component: 'agent-message' };

const message = (name: string, events?: number) => ({
  loaders: [async () => ({ message: (await played(name, events)).messages.at(-1) })],
  render: (_: unknown, { loaded }: { loaded: Record<string, unknown> }) =>
    html`<agent-message .message=${loaded['message']}></agent-message>`,
});

export const EveryPart = message('mixed');
export const Streaming = message('mixed', 120);
export const OtherThread = message('thread');
export const User = {
  render: () =>
    html`<agent-message
      .message=${{
        id: 'u',
        role: 'user',
        status: 'done',
        createdAt: new Date(0),
        parts: [
          {
            type: 'file',
            id: 'f',
            mediaType: 'text/csv',
            url: 'blob:none',
            filename: 'totals.csv',
            size: 3_100,
          },
          { type: 'text', text: 'What does this file say about March?\nAnd about April?', status: 'done' },
        ],
      }}
    ></agent-message>`,
};
