import { LitElement } from 'lit';
import { property } from 'lit/decorators.js';
import { baseStyles } from './base.styles.ts';
import { OnDemand } from './on-demand.ts';

/**
 * @summary Any value as people can read it: text, a list of records as a table, images that a tool made, and anything
 * else as a tree that opens step by step. However large it is, and while it still grows.
 * @csspart text - A text.
 * @csspart tree - Objects and lists that open.
 * @csspart table - Records, one a row.
 * @csspart image - An image.
 * @csspart search - The field that finds keys and values.
 */
export class AgentValue extends LitElement {
  static override styles = [baseStyles];

  /** What to show. Another value in its place keeps what the reader opened, by the names that lead there. */
  @property({ attribute: false }) value: unknown;
  /** What the value is to screen readers. */
  @property() label = '';
  /** More of the value is to come. */
  @property({ type: Boolean, reflect: true }) streaming = false;

  readonly #view = new OnDemand<AgentValue>(this, async () => (await import('./value-view.ts')).ValueView);

  override render() {
    return this.#view.render();
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'agent-value': AgentValue;
  }
}
