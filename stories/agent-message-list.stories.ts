import type { UIMessage } from 'agent-chat-kit';
import { html } from 'lit';
import { played } from './played.ts';

export default { title: 'Chat/Message list', component: 'agent-message-list' };

const question = (id: string, text: string): UIMessage => ({
  id,
  role: 'user',
  status: 'done',
  createdAt: new Date(0),
  parts: [{ type: 'text', text, status: 'done' }],
});

const height = (content: unknown) => html`<div class="tall">${content}</div>`;

export const Empty = {
  render: () => height(html`<agent-message-list>Nothing has been said yet.</agent-message-list>`),
};

export const Waiting = {
  render: () =>
    height(
      html`<agent-message-list .messages=${[question('q', 'Are you there?')]} waiting></agent-message-list>`,
    ),
};

export const Long = {
  loaders: [
    async () => {
      const { messages } = await played('mixed');
      return {
        messages: Array.from({ length: 20 }, (_, i) => [
          question(`q${i}`, `Question ${i + 1}`),
          ...messages.map((message) => ({ ...message, id: `a${i}` })),
        ]).flat(),
      };
    },
  ],
  render: (_: unknown, { loaded }: { loaded: Record<string, unknown> }) =>
    height(html`<agent-message-list .messages=${loaded['messages']}></agent-message-list>`),
};
