import type { UIMessage } from 'agent-chat-kit';
import type { AgentMessage } from 'agent-chat-kit/elements';
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
const asked = {
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
} as const satisfies UIMessage;
const versions: readonly UIMessage[] = [{ ...asked, id: 'u1' }, asked, { ...asked, id: 'u3' }];

const user = (fields: Partial<AgentMessage>) => ({
  render: () => Object.assign(document.createElement('agent-message'), { message: asked, ...fields }),
});

export const User = user({});
export const UserWithVersions = user({ canEdit: true, versions });
export const Editing = user({ canEdit: true, editing: true });

const cited = {
  id: 'c',
  role: 'assistant',
  status: 'done',
  createdAt: new Date(0),
  parts: [
    {
      type: 'text',
      text: 'The specification says so[1], and a guide shows how it looks[2]. The minutes agree.【3】 Nobody else does [4].',
      status: 'done',
    },
    { type: 'source', sourceType: 'url', id: 'a', url: 'https://html.spec.whatwg.org/', title: 'HTML' },
    {
      type: 'source',
      sourceType: 'url',
      id: 'b',
      url: 'https://web.dev/articles/custom-elements-v1',
      title: 'Custom elements',
    },
    { type: 'source', sourceType: 'document', id: 'm', title: 'Minutes', filename: 'minutes.pdf' },
  ],
} as const satisfies UIMessage;

export const Cited = {
  render: () => Object.assign(document.createElement('agent-message'), { message: cited }),
};

export const LatestAnswer = {
  loaders: [async () => ({ message: (await played('text')).messages.at(-1) })],
  render: (_: unknown, { loaded }: { loaded: Record<string, unknown> }) =>
    html`<agent-message .message=${loaded['message']} latest can-retry></agent-message>`,
};
