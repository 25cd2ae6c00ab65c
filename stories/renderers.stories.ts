import { AgentChat, type InteractiveTool, type StreamEvent, type UIToolCallPart } from 'agent-chat-kit';
import type { Renderers } from 'agent-chat-kit/elements';
import { createScriptedTransport } from 'agent-chat-kit/testing';
import { html, render, type TemplateResult } from 'lit';

export default {
  title: 'Chat/Renderers',
  component: 'agent-chat',
  tags: ['!autodocs'],
  parameters: { layout: 'fullscreen' },
};

interface Forecast {
  readonly degrees: number;
  readonly sky: string;
}

const sheet = new CSSStyleSheet();
sheet.replaceSync(`
  :host { border: 1px solid light-dark(#d8dade, #3a3d44); border-radius: 0.75rem; display: flex; gap: 1rem;
    align-items: center; padding: 0.75rem 1rem; max-inline-size: 22rem; }
  b { font-size: 1.75rem; font-weight: 500; min-inline-size: 3.5rem; }
  p { margin: 0; }
  p + p { color: light-dark(#5d6068, #a2a6b0); font-size: 0.875rem; }
`);

const frameSheet = new CSSStyleSheet();
frameSheet.replaceSync(`
  :host { background: light-dark(#f4f5f7, #212329); border-radius: 0.75rem; display: block; padding: 1rem;
    max-inline-size: 22rem; }
  .hours { display: grid; gap: 0.5rem; grid-template-columns: auto 1fr auto; align-items: center; margin: 0; }
  .hours :nth-child(3n) { text-align: end; }
  meter { inline-size: 100%; }
  p { margin: 0 0 0.75rem; }
  button { background: none; border: 1px solid light-dark(#b9bcc4, #565a64); border-radius: 0.5rem; color: inherit;
    font: inherit; margin-inline-end: 0.5rem; min-block-size: 2.25rem; padding-inline: 0.75rem; }
`);

/** An element of the application, with styles of its own: those of the page end at the chat. */
class WeatherCard extends HTMLElement {
  readonly #degrees = document.createElement('b');
  readonly #city = document.createElement('p');
  readonly #sky = document.createElement('p');

  constructor() {
    super();
    const root = this.attachShadow({ mode: 'open' });
    root.adoptedStyleSheets = [sheet];
    const words = document.createElement('div');
    words.append(this.#city, this.#sky);
    root.append(this.#degrees, words);
  }

  show({ args, result }: UIToolCallPart): void {
    const forecast = result as Forecast | undefined;
    this.#degrees.textContent = forecast ? `${forecast.degrees}°` : '…';
    this.#city.textContent = String(args['city'] ?? '');
    this.#sky.textContent = forecast?.sky ?? 'Asking the weather service';
  }
}
if (!customElements.get('story-weather')) customElements.define('story-weather', WeatherCard);

/** Frames a template, with styles of the application. */
class FramedCard extends HTMLElement {
  readonly #root = this.attachShadow({ mode: 'open' });

  connectedCallback(): void {
    this.#root.adoptedStyleSheets = [frameSheet];
  }

  set content(content: TemplateResult) {
    render(content, this.#root);
  }
}
if (!customElements.get('story-frame')) customElements.define('story-frame', FramedCard);

const cards = new Map<string, WeatherCard>();

const renderers: Renderers = {
  tools: {
    weather: (part, { key }) => {
      const card = cards.get(key) ?? new WeatherCard();
      cards.set(key, card);
      card.show(part);
      return card;
    },
  },
  data: {
    rain: ({ data }) =>
      html`<story-frame
        .content=${html`<div class="hours">
          ${(data as readonly number[]).map(
            (chance, index) => html`<span>${index * 6}:00</span>
              <meter min="0" max="100" .value=${chance} aria-label="Chance of rain at ${index * 6}:00"></meter>
              <span>${chance} %</span>`,
          )}
        </div>`}
      ></story-frame>`,
  },
  clientTools: {
    'choose-city': (tool: InteractiveTool) =>
      html`<story-frame
        .content=${html`<p>${tool.args['question']}</p>
          ${(tool.args['cities'] as readonly string[]).map(
            (city) => html`<button type="button" @click=${() => tool.submit(city)}>${city}</button>`,
          )}`}
      ></story-frame>`,
  },
};

const start: StreamEvent = { type: 'start', executionId: 'run' };
const says = (id: string, delta: string): StreamEvent => ({ type: 'text-delta', id, delta });
const asks = (toolCallId: string, toolName: string, input: object): StreamEvent => ({
  type: 'tool-input-available',
  toolCallId,
  toolName,
  input,
});

const told = (...events: readonly StreamEvent[]) => ({
  render: () => {
    const chat = new AgentChat({
      transport: createScriptedTransport([start, ...events]),
      clientTools: { 'choose-city': 'interactive' },
    });
    void chat.sendMessage('Where is it warmer, in Oslo or in Lisbon?');
    return html`<div class="tall"><agent-chat .chat=${chat} .renderers=${renderers}></agent-chat></div>`;
  },
});

export const Cards = told(
  says('1', 'I look at both.'),
  asks('a', 'weather', { city: 'Oslo' }),
  { type: 'tool-output-available', toolCallId: 'a', output: { degrees: 4, sky: 'Light rain' } },
  asks('b', 'weather', { city: 'Lisbon' }),
  { type: 'tool-output-available', toolCallId: 'b', output: { degrees: 19, sky: 'Clear' } },
  says('2', 'It is warmer in **Lisbon**. For Oslo, the chance of rain:'),
  { type: 'data', name: 'rain', data: [40, 80, 65, 20] },
  { type: 'finish', finishReason: 'stop' },
);

const question = { question: 'Which Lisbon do you mean?', cities: ['Portugal', 'Iowa', 'Ohio'] };
export const Question = told(
  asks('c', 'choose-city', question),
  says('1', 'There are several of them.'),
  {
    type: 'client-tool-request',
    executionId: 'run',
    toolCalls: [{ toolCallId: 'c', toolName: 'choose-city', args: question }],
  },
  { type: 'finish', finishReason: 'client-tool-calls', executionId: 'run' },
);
