import { css, html, LitElement, nothing } from 'lit';
import { property } from 'lit/decorators.js';
import type { UIDataPart } from '../core/message.ts';
import { baseStyles, stepStyles } from './base.styles.ts';

/**
 * @summary How far some work is: a `data` part named `progress`, with `{label, value}` from 0 to 1, or without a
 * value where nobody can tell.
 * @csspart label - What is at work.
 * @csspart bar - The bar.
 */
export class AgentProgress extends LitElement {
  static override styles = [
    baseStyles,
    stepStyles,
    css`
      progress {
        accent-color: var(--_accent);
        inline-size: min(12rem, 40%);
      }
    `,
  ];

  /** The part to show. */
  @property({ attribute: false }) data: UIDataPart | undefined;

  override render() {
    if (!this.data) return;
    const { label, value } = Object(this.data.data) as { label?: unknown; value?: unknown };
    const words = typeof label === 'string' ? label : '';
    // Without a value, the bar says that something moves.
    const amount = typeof value === 'number' && value >= 0 ? Math.min(value, 1) : nothing;
    return html`<div class="line">
      <progress part="bar" max="1" value=${amount} aria-label=${words || nothing}></progress>
      <span part="label" dir="auto">${words}</span>
    </div>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'agent-progress': AgentProgress;
  }
}
