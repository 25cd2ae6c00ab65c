import { css, html, nothing } from 'lit';
import { visible } from '../markdown/visible.ts';
import type { AgentProgress } from './agent-progress.ts';
import { strings } from './strings.ts';

/** A bar and what is at work, in one line. */
export class ProgressView {
  static readonly styles = css`
    progress {
      accent-color: var(--_accent);
      block-size: 0.5rem;
      flex: 0 1 10rem;
      min-inline-size: 4rem;
    }
  `;

  readonly #host: AgentProgress;

  constructor(host: AgentProgress) {
    this.#host = host;
  }

  render() {
    const { data } = this.#host;
    if (!data) return nothing;
    const { label, value } = Object(data.data) as { readonly label?: unknown; readonly value?: unknown };
    const words = typeof label === 'string' ? visible(label) : '';
    const number = typeof value === 'string' && value.trim() ? Number(value) : value;
    // Without a value, the bar says that something moves.
    const amount = typeof number === 'number' && number >= 0 ? Math.min(number, 1) : undefined;
    return html`<div class="line">
      <span part="label" class="title" dir="auto">${words}</span>
      <progress
        part="bar" max="1" value=${amount ?? nothing} aria-label=${words || strings.toolStatus.running}
      ></progress>
      ${amount === undefined ? nothing : html`<span class="quiet">${amount.toLocaleString(strings.locale, { style: 'percent' })}</span>`}
    </div>`;
  }
}
