import { css, html, LitElement, nothing, type PropertyValues } from 'lit';
import { property } from 'lit/decorators.js';
import type { AgentChatError } from '../core/error.ts';
import { baseStyles } from './base.styles.ts';
import { AgentRetryEvent } from './events.ts';
import { icons } from './icons.ts';
import { own } from './renderers.ts';
import { formatDuration, strings } from './strings.ts';

/**
 * @summary What went wrong, what can be done about it, and a way to try again. Counts down where the server said
 * when.
 * @event {AgentRetryEvent} agent-retry - The user tries again.
 * @csspart error - The card.
 * @csspart wait - For how long it cannot be tried again.
 * @csspart retry - The button.
 */
export class AgentError extends LitElement {
  static override styles = [
    baseStyles,
    css`
      [part='error'] {
        align-items: flex-start;
        background: var(--_bad-surface);
        border: 1px solid color-mix(in srgb, var(--_bad) 30%, transparent);
        border-radius: var(--_radius);
        display: flex;
        flex-wrap: wrap;
        font-size: var(--_small);
        gap: 0.75rem;
        padding: 0.75rem 1rem;
      }
      svg {
        color: var(--_bad);
        margin-block-start: 0.2em;
      }
      .words {
        flex: 1 1 12rem;
        min-inline-size: 0;
      }
      .title {
        font-weight: 600;
      }
      button {
        align-self: center;
        background: var(--_canvas);
        flex: none;
      }
    `,
  ];

  /** The error to show. */
  @property({ attribute: false }) error: AgentChatError | null = null;

  /** Whether the same can be asked again. */
  @property({ type: Boolean, attribute: 'can-retry' }) canRetry = false;

  private onRetry(): void {
    this.dispatchEvent(new AgentRetryEvent());
  }

  /** When the error came, as the page's clock has it that never jumps. Milliseconds. */
  #since = 0;
  #tick: ReturnType<typeof setTimeout> | undefined;

  /** For how long the server wants to be left alone. Milliseconds. */
  private get left(): number {
    return this.#since + (this.error?.retryAfter ?? 0) * 1_000 - performance.now();
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('error')) this.#since = performance.now();
  }

  protected override updated(): void {
    clearTimeout(this.#tick);
    if (this.error?.retryAfter && this.left > 0) this.#tick = setTimeout(() => this.requestUpdate(), 1_000);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearTimeout(this.#tick);
  }

  /** What is said of this kind of error, if anything. */
  private wordsOf(table: Readonly<Record<string, string>>): string | undefined {
    const { code = '', type = '' } = this.error ?? {};
    return own(table, code) ?? own(table, type);
  }

  override render() {
    if (!this.error) return;
    const { message, retryAfter } = this.error;
    const title = this.wordsOf(strings.errorTitle) ?? strings.errorTitle.other;
    const wait = retryAfter ? formatDuration(Math.max(this.left, 0)) : '';
    return html`<div part="error">
      ${icons.warning}
      <div class="words">
        <div role="alert">
          <div class="title">${title}</div>
          ${[title, `${title}.`].includes(message) ? nothing : html`<div dir="auto">${message}</div>`}
          <div class="quiet">${this.wordsOf(strings.errorAdvice) ?? nothing}</div>
        </div>
        ${wait ? html`<div part="wait" class="quiet">${strings.retryAfter(wait)}</div>` : nothing}
      </div>
      ${
        this.canRetry
          ? html`<button part="retry" class="plain" type="button" @click=${this.onRetry}>${strings.retry}</button>`
          : nothing
      }
    </div>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'agent-error': AgentError;
  }
}
