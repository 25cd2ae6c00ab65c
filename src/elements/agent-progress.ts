import { LitElement } from 'lit';
import { property } from 'lit/decorators.js';
import type { UIDataPart } from '../core/message.ts';
import { baseStyles, stepStyles } from './base.styles.ts';
import { OnDemand } from './on-demand.ts';

/**
 * @summary How far some work is: a `data` part named `progress`, with `{label, value}` from 0 to 1, or without a
 * value where nobody can tell.
 * @csspart label - What is at work.
 * @csspart bar - The bar.
 */
export class AgentProgress extends LitElement {
  static override styles = [baseStyles, stepStyles];

  #view = new OnDemand<AgentProgress>(this, async () => (await import('./progress-view.ts')).ProgressView);

  /** The part to show. */
  @property({ attribute: false }) data: UIDataPart | undefined;

  override render() {
    return this.data ? this.#view.render() : undefined;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'agent-progress': AgentProgress;
  }
}
