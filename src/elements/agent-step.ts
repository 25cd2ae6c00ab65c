import { css, html, LitElement } from 'lit';
import { baseStyles } from './base.styles.ts';

/**
 * @summary The boundary between two steps of one answer.
 * @csspart rule - The line.
 */
export class AgentStep extends LitElement {
  static override styles = [
    baseStyles,
    css`
      [part='rule'] {
        border: 0;
        border-block-start: 1px solid var(--_line);
        inline-size: 2rem;
        margin: 0.25rem 0;
      }
    `,
  ];

  override render() {
    return html`<hr part="rule" aria-hidden="true" />`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'agent-step': AgentStep;
  }
}
