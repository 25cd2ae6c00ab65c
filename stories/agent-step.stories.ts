import { html } from 'lit';

export default { title: 'Parts/Step', component: 'agent-step' };

export const Boundary = { render: () => document.createElement('agent-step') };

const text = (words: string) => ({ type: 'text', text: words, status: 'done' });

export const BetweenTexts = {
  render: () => html`
    <agent-text .data=${text('The first boat leaves at nine and needs two hours to the island.')}></agent-text>
    <agent-step></agent-step>
    <agent-text .data=${text('There is one more in the afternoon, which is often full.')}></agent-text>
  `,
};
