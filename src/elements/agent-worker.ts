import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import { property, state } from 'lit/decorators.js';
import type { UIWorkerPart } from '../core/message.ts';
import { baseStyles, partsStyles, stepStyles } from './base.styles.ts';
import { icons } from './icons.ts';
import { renderParts } from './render-part.ts';
import { strings } from './strings.ts';
import { nameOf, toText } from './value.ts';

/**
 * @summary Another agent's work inside this answer, with everything it wrote. Open while it works.
 * @csspart parts - What the worker wrote.
 * @csspart error - What went wrong.
 */
export class AgentWorker extends LitElement {
  static override styles = [
    baseStyles,
    stepStyles,
    partsStyles,
    css`
      [part='parts'] {
        display: grid;
        gap: 0.5rem;
      }
    `,
  ];

  /** What the reader chose; until then it follows the work. */
  @state() private chosen: boolean | undefined;

  /** The part to show. */
  @property({ attribute: false }) data: UIWorkerPart | undefined;

  private get isOpen(): boolean {
    return this.chosen ?? this.data?.status === 'running';
  }

  private onToggle(event: Event): void {
    event.preventDefault();
    this.chosen = !this.isOpen;
  }

  override render() {
    if (!this.data) return;
    const { workerSlug = '', description, parts = [], input, output, error, status } = this.data;
    return html`
      <details ?open=${this.isOpen}>
        <summary @click=${this.onToggle}>
          ${ICONS[status] ?? icons.worker}
          <span class="title">${description ?? nameOf(workerSlug)}</span>
          <span class=${status === 'done' ? 'hidden-visually' : status}>${strings.toolStatus[status] ?? status}</span>
          ${icons.chevron}
        </summary>
        <div class="body">
          ${this.field(strings.input, input)}
          <div part="parts">${renderParts(parts)}</div>
          ${this.field(strings.output, output)}
          ${error ? html`<div part="error" class="error" dir="auto">${error}</div>` : nothing}
        </div>
      </details>
    `;
  }

  private field(label: string, value: unknown): TemplateResult | typeof nothing {
    if (value === undefined || value === null) return nothing;
    return html`<div>
      <div class="label">${label}</div>
      <pre class="value" tabindex="0">${toText(value)}</pre>
    </div>`;
  }
}

const ICONS: Record<UIWorkerPart['status'], TemplateResult> = {
  running: icons.spinner,
  done: icons.check,
  error: icons.cross,
  cancelled: icons.dash,
};

declare global {
  interface HTMLElementTagNameMap {
    'agent-worker': AgentWorker;
  }
}
