import { css, html, LitElement } from 'lit';
import { property } from 'lit/decorators.js';
import type { UITextPart } from '../core/message.ts';
import { baseStyles } from './base.styles.ts';

/**
 * @summary Text of a message, with its line breaks.
 * @csspart text - The text.
 */
export class AgentText extends LitElement {
  static override styles = [
    baseStyles,
    css`
      [part='text'] {
        white-space: pre-wrap;
      }
      .streaming::after {
        animation: blink 1s steps(2) infinite;
        background: currentColor;
        border-radius: 1px;
        content: '';
        display: inline-block;
        block-size: 1em;
        inline-size: 0.14em;
        margin-inline-start: 0.15em;
        vertical-align: -0.12em;
      }
      @keyframes blink {
        50% {
          opacity: 0;
        }
      }
    `,
  ];

  /** The part to show. */
  @property({ attribute: false }) data: UITextPart | undefined;

  override render() {
    if (!this.data) return;
    const { text, status } = this.data;
    // On one line: inside, white space is text.
    return html`<div part="text" dir="auto" class=${status}>${text}</div>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'agent-text': AgentText;
  }
}
