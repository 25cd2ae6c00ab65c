import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import { property, state } from 'lit/decorators.js';
import type { UIWorkerPart } from '../core/message.ts';
import { baseStyles, partsStyles, stepStyles } from './base.styles.ts';
import { icons } from './icons.ts';
import { RenderedParts } from './rendered-parts.ts';
import type { DisplayOptions } from './renderers.ts';
import { strings } from './strings.ts';
import { nameOf } from './value.ts';

/**
 * @summary Another agent's work inside this answer, with everything it wrote. Open while it works.
 * @csspart parts - What the worker wrote.
 * @csspart sources - Sources that follow one another.
 * @csspart thread - What belongs to another thread.
 * @csspart failure - In the place of what an application failed to draw.
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

  /** What the application has its own mind of. */
  @property({ attribute: false }) display: DisplayOptions | undefined;

  readonly #parts = new RenderedParts();

  private get isOpen(): boolean {
    return this.chosen ?? this.data?.status === 'running';
  }

  private onToggle(event: Event): void {
    event.preventDefault();
    this.chosen = !this.isOpen;
  }

  override render() {
    if (!this.data) return;
    const { workerSlug = '', description, error, status } = this.data;
    return html`
      <details ?open=${this.isOpen}>
        <summary @click=${this.onToggle}>
          ${ICONS[status] ?? icons.worker}
          <span class="title" dir="auto">${description ?? nameOf(workerSlug)}</span>
          <span class=${status === 'done' ? 'hidden-visually' : status}>${strings.toolStatus[status] ?? status}</span>
          ${icons.chevron}
        </summary>
        <div class="body">
          ${this.isOpen ? this.details() : nothing}
          ${error ? html`<div part="error" class="error" dir="auto">${error}</div>` : nothing}
        </div>
      </details>
    `;
  }

  private details() {
    const { workerId = '', parts = [], input, inputText, output, status } = this.data ?? {};
    const { display } = this;
    return html`${this.field(strings.input, input ?? inputText)}
      <div part="parts">${this.#parts.render(workerId, parts, { display, isLive: status === 'running' })}</div>
      ${this.field(strings.output, output)}`;
  }

  private field(label: string, value: unknown): TemplateResult | typeof nothing {
    if (value === undefined || value === null) return nothing;
    return html`<div>
      <div class="label">${label}</div>
      <agent-value .value=${value} label=${label}></agent-value>
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
