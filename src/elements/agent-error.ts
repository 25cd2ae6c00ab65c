import { css, html, LitElement, nothing } from 'lit';
import { property } from 'lit/decorators.js';
import type { AgentChatError } from '../core/error.ts';
import { baseStyles } from './base.styles.ts';
import { AgentRetryEvent } from './events.ts';
import { icons } from './icons.ts';
import { formatDuration, strings } from './strings.ts';

/**
 * @summary What went wrong, and a way to try again.
 * @event {AgentRetryEvent} agent-retry - The user tries again.
 * @csspart error - The card.
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
        font-size: var(--_small);
        gap: 0.75rem;
        padding: 0.75rem 1rem;
      }
      svg {
        color: var(--_bad);
        margin-block-start: 0.2em;
      }
      .words {
        flex: 1;
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

  private get heading(): string {
    const { code = '', type = '' } = this.error ?? {};
    const titles: Readonly<Record<string, string>> = strings.errorTitle;
    const key = [code, type].find((name) => Object.hasOwn(titles, name)) ?? 'other';
    return titles[key] ?? '';
  }

  override render() {
    if (!this.error) return;
    const { message, retryAfter } = this.error;
    return html`<div part="error" role="alert">
      ${icons.warning}
      <div class="words">
        <div class="title">${this.heading}</div>
        <div dir="auto">
          ${message} ${retryAfter ? strings.retryAfter(formatDuration(retryAfter * 1_000)) : nothing}
        </div>
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
