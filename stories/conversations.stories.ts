import { AgentChat, type ConnectionStateListener, type Transport } from 'agent-chat-kit';
import { createControlledTransport, createScriptedTransport } from 'agent-chat-kit/testing';
import { html } from 'lit';
import { paced, words } from './played.ts';

export default { title: 'Conversations', component: 'agent-chat', parameters: { layout: 'fullscreen' } };

/** A conversation whose agent plays a recording each time it is asked. */
const conversation = (name: string, say = 'Go ahead') => ({
  render: () => {
    const leg = () => paced(name);
    const chat = new AgentChat({
      transport: createScriptedTransport(leg, leg, leg, leg),
      clientTools: { 'ask-user': 'interactive' },
    });
    void chat.sendMessage(say);
    return html`<div class="tall"><agent-chat .chat=${chat}></agent-chat></div>`;
  },
});

export const Empty = {
  render: () =>
    html`<div class="tall">
      <agent-chat
        .suggestions=${[
          { label: 'Plan a talk', description: 'A plan, ticked off as it runs' },
          { label: 'Summarise a file' },
          { label: 'Which time zone am I in?' },
        ]}
        ><h2 slot="empty">What shall we look into?</h2></agent-chat
      >
    </div>`,
};
export const EveryPart = conversation('mixed', 'Show everything');
export const Text = conversation('text');
export const Reasoning = conversation('reasoning');
export const ToolCall = conversation('tool-call', 'What is the weather?');
export const FailedTool = conversation('tool-error', 'What is the weather in Atlantis?');
export const Plan = conversation('todo', 'Publish a release');
export const Worker = conversation('worker', 'Compare two transports');
export const Structured = conversation('object', 'A recipe, please');
export const Files = conversation('file', 'Draw a chart');
export const Sources = conversation('source', 'Where is that defined?');
export const Question = conversation('client-tool', 'Paint it');
export const Approval = conversation('approval', 'Delete the note “Groceries”');
export const RateLimit = conversation('error', 'One more');

const shown = (chat: AgentChat) => html`<div class="tall"><agent-chat .chat=${chat}></agent-chat></div>`;

/** A conversation that has come to where `lead` leaves it, with an agent that gives these answers one by one. */
const ledTo = (
  answers: readonly string[],
  lead: (chat: AgentChat) => Promise<void>,
  options: Pick<Transport, 'keepsHistory'> = {},
) => ({
  loaders: [
    async () => {
      const transport = createScriptedTransport(...answers.map(words));
      const chat = new AgentChat({ transport: { ...transport, ...options } });
      await lead(chat);
      return { chat };
    },
  ],
  render: (_: unknown, { loaded }: { loaded: Record<string, unknown> }) => shown(loaded['chat'] as AgentChat),
});

const FIRST = 'A day in Basel: the old town in the morning, the Rhine at noon, and a museum when it rains.';
const SECOND = 'Two days in Basel: the old town and the river on the first, the museums on the second.';
const THIRD = 'Then begin at the Museum Tinguely: children may touch nearly everything there.';

const idOf = (chat: AgentChat, index: number): string => chat.messages.at(index)?.id ?? '';

export const EditedMessage = ledTo([FIRST, SECOND, THIRD], async (chat) => {
  await chat.sendMessage('Plan a day in Basel');
  await chat.edit(idOf(chat, 0), 'Plan two days in Basel');
  await chat.sendMessage('With children');
});

export const AnotherAnswer = ledTo([FIRST, SECOND], async (chat) => {
  await chat.sendMessage('What is there to see in Basel?');
  await chat.retry();
});

export const EarlierVersion = ledTo(
  [FIRST, SECOND],
  async (chat) => {
    await chat.sendMessage('What is there to see in Basel?');
    const first = idOf(chat, -1);
    await chat.retry();
    chat.selectVersion(first);
  },
  // The server knows only what it said last.
  { keepsHistory: true },
);

export const Uploading = {
  render: () => {
    const chat = new AgentChat({
      transport: createControlledTransport(),
      requestUploadUrls: () => new Promise(() => {}),
    });
    const uploads = [
      { file: new File(['x'.repeat(9_000)], 'Minutes of the meeting in September.pdf'), progress: 71 },
      { file: new File(['a,b'], 'totals.csv'), progress: 20 },
    ];
    // Files that are on their way for as long as one looks.
    return shown(Object.assign(chat, { getSnapshot: () => ({ ...idle, uploads }) }));
  },
};
const idle = new AgentChat({ transport: createControlledTransport() }).getSnapshot();

export const Reconnecting = {
  render: () => {
    const listeners = new Set<ConnectionStateListener>();
    const chat = new AgentChat({
      transport: {
        async *send() {
          yield [...words(FIRST)].slice(0, -1);
          for (const listener of listeners) listener('connecting');
          await new Promise(() => {});
        },
        onConnectionStateChange: (listener) => {
          listeners.add(listener);
          return () => void listeners.delete(listener);
        },
      },
    });
    void chat.sendMessage('What is there to see in Basel?');
    return shown(chat);
  },
};

export const SeveralApprovals = {
  render: () => {
    const chat = new AgentChat({
      transport: {
        async *send() {
          yield [...words('There are two old drafts. I would delete both.')].slice(0, -1);
          for (const title of ['Groceries', 'Ideas']) {
            const call = { toolCallId: title, toolName: 'delete-note' };
            const args = { title };
            yield { type: 'tool-input-start', ...call };
            yield { type: 'tool-input-delta', toolCallId: title, inputTextDelta: JSON.stringify(args) };
            yield { type: 'approval-request', approvalId: title, ...call, args };
          }
          await new Promise(() => {});
        },
        respond: async () => {},
      },
    });
    void chat.sendMessage('Tidy up my notes');
    return shown(chat);
  },
};
