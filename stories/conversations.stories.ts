import { AgentChat } from 'agent-chat-kit';
import { createScriptedTransport } from 'agent-chat-kit/testing';
import { html } from 'lit';
import { paced } from './played.ts';

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
