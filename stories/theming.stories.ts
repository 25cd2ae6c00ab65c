import { AgentChat } from 'agent-chat-kit';
import type { AgentChatElement } from 'agent-chat-kit/elements';
import { createScriptedTransport } from 'agent-chat-kit/testing';
import { html } from 'lit';
import graphite from '../src/themes/graphite.css?inline';
import meadow from '../src/themes/meadow.css?inline';
import paper from '../src/themes/paper.css?inline';
import { paced } from './played.ts';

export default {
  title: 'Theming',
  component: 'agent-chat',
  tags: ['!autodocs'],
  parameters: { layout: 'fullscreen' },
};

/** A conversation with every part in it. */
function everything(fields: Partial<AgentChatElement> = {}): AgentChatElement {
  const leg = () => paced('mixed', 4);
  const chat = new AgentChat({ transport: createScriptedTransport(leg, leg, leg) });
  void chat.sendMessage('Show everything');
  return Object.assign(document.createElement('agent-chat'), { chat, ...fields });
}

const shown = (element: AgentChatElement) => html`<div class="tall">${element}</div>`;

/** A theme is a sheet of the page; it goes with the story. */
const themed = (css: string) => ({
  beforeEach: () => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(css);
    document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
    return () => {
      document.adoptedStyleSheets = document.adoptedStyleSheets.filter((other) => other !== sheet);
    };
  },
  render: () => shown(everything()),
});

export const Paper = themed(paper);
export const Graphite = themed(graphite);
export const Meadow = themed(meadow);

export const Compact = { render: () => shown(everything({ density: 'compact' })) };
export const Roomy = { render: () => shown(everything({ density: 'roomy' })) };

const COLOURS = {
  Accent: ['--agent-chat-accent', '#3451d1'],
  Bubble: ['--agent-chat-bubble', '#eef1f6'],
  Surface: ['--agent-chat-surface', '#f5f6f8'],
} as const;
const LENGTHS = {
  Corners: ['--agent-chat-radius', 0, 2, 0.75],
  Room: ['--agent-chat-space', 0.5, 2, 1],
  Text: ['--agent-chat-font-size', 0.75, 1.5, 1],
} as const;
const DENSITIES = ['compact', 'regular', 'roomy'] as const;

/** Tokens that are changed while the conversation is there. */
export const LiveTokens = {
  render: () => {
    const element = everything();
    const set = (name: string, unit: string) => (event: Event) =>
      element.style.setProperty(name, (event.target as HTMLInputElement).value + unit);
    const setDensity = (event: Event) => {
      element.density = (event.target as HTMLSelectElement).value as (typeof DENSITIES)[number];
    };
    return html`<form class="tokens">
        ${Object.entries(COLOURS).map(
          ([label, [name, value]]) =>
            html`<label>${label} <input type="color" value=${value} @input=${set(name, '')} /></label>`,
        )}
        ${Object.entries(LENGTHS).map(
          ([label, [name, min, max, value]]) => html`<label>
            ${label}
            <input type="range" min=${min} max=${max} step="0.0625" value=${value} @input=${set(name, 'rem')} />
          </label>`,
        )}
        <label>
          Density
          <select @change=${setDensity}>
            ${DENSITIES.map((density) => html`<option ?selected=${density === 'regular'}>${density}</option>`)}
          </select>
        </label>
      </form>
      ${shown(element)}`;
  },
};
