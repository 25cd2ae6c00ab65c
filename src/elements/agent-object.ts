import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import { property } from 'lit/decorators.js';
import type { UIObjectPart } from '../core/message.ts';
import { baseStyles } from './base.styles.ts';
import { nameOf, toText } from './value.ts';

/** Nesting deeper than this is shown as JSON. */
const MAX_DEPTH = 4;

/**
 * @summary A structured object, readable while it still streams.
 * @csspart object - The card.
 * @csspart title - The name of the object's type.
 */
export class AgentObject extends LitElement {
  static override styles = [
    baseStyles,
    css`
      [part='object'] {
        border: 1px solid var(--_line);
        border-radius: var(--_radius);
        padding: 0.75rem 1rem;
      }
      [part='title'] {
        color: var(--_ink-quiet);
        font-size: var(--_small);
        margin-block-end: 0.375rem;
      }
      dl {
        display: grid;
        gap: 0.125rem 1rem;
        grid-template-columns: minmax(5rem, max-content) 1fr;
        margin: 0;
      }
      dt {
        color: var(--_ink-quiet);
      }
      dd {
        margin: 0;
        min-inline-size: 0;
      }
      ul {
        margin: 0;
        padding-inline-start: 1.125rem;
      }
      .error {
        color: var(--_bad);
        font-size: var(--_small);
      }
    `,
  ];

  /** The part to show. */
  @property({ attribute: false }) data: UIObjectPart | undefined;

  override render() {
    if (!this.data) return;
    const { typeName = '', object, partial, status, error } = this.data;
    return html`<div part="object" aria-busy=${status === 'streaming'}>
      <div part="title">${nameOf(typeName)}</div>
      ${this.value(object ?? partial, 0)} ${error ? html`<div class="error">${error}</div>` : nothing}
    </div>`;
  }

  private value(value: unknown, depth: number): TemplateResult | string | typeof nothing {
    if (value === undefined || value === null) return nothing;
    if (typeof value !== 'object') return html`<span dir="auto">${String(value)}</span>`;
    if (depth === MAX_DEPTH) return html`<pre>${toText(value)}</pre>`;
    if (Array.isArray(value)) {
      return html`<ul>
        ${value.map((item) => html`<li>${this.value(item, depth + 1)}</li>`)}
      </ul>`;
    }
    return html`<dl>
      ${Object.entries(value).map(
        ([key, item]) => html`<dt>${nameOf(key)}</dt>
          <dd>${this.value(item, depth + 1)}</dd>`,
      )}
    </dl>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'agent-object': AgentObject;
  }
}
