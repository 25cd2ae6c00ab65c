import { css, html, LitElement } from 'lit';
import { property } from 'lit/decorators.js';
import type { UIMessage } from '../core/message.ts';
import { baseStyles, partsStyles } from './base.styles.ts';
import { renderParts } from './render-part.ts';
import { strings } from './strings.ts';

/**
 * @summary One message: the user's in a bubble, the assistant's as the page itself.
 * @csspart message - The whole message.
 */
export class AgentMessage extends LitElement {
  static override styles = [
    baseStyles,
    partsStyles,
    css`
      [part='message'] {
        display: grid;
        gap: 0.625rem;
        min-inline-size: 0;
      }
      .user {
        background: var(--_bubble);
        border-radius: calc(var(--_radius) * 1.5);
        inline-size: fit-content;
        margin-inline-start: auto;
        max-inline-size: min(85%, 36rem);
        padding: 0.625rem 1rem;
      }
    `,
  ];

  /** The message to show. */
  @property({ attribute: false }) message: UIMessage | undefined;

  override render() {
    if (!this.message) return;
    const { role, parts = [], status } = this.message;
    // Stored conversations may have messages that are not for people.
    if (role !== 'user' && role !== 'assistant') return;
    return html`<article
      part="message"
      class=${role}
      aria-label=${role === 'user' ? strings.you : strings.assistant}
      aria-busy=${status === 'streaming'}
    >
      ${renderParts(parts)}
    </article>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'agent-message': AgentMessage;
  }
}
