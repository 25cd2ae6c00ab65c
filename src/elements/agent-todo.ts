import { LitElement } from 'lit';
import { property } from 'lit/decorators.js';
import type { UITodoPart } from '../core/message.ts';
import { baseStyles, stepStyles } from './base.styles.ts';
import { OnDemand } from './on-demand.ts';

/**
 * @summary The agent's plan and how far it is. Open while something is to be done, unless the reader folds it.
 * @csspart list - The card.
 * @csspart current - What is being done, while it is folded.
 * @csspart item - One thing to do.
 */
export class AgentTodo extends LitElement {
  static override styles = [baseStyles, stepStyles];

  #view = new OnDemand(this, async () => (await import('./todo-view.ts')).TodoView);

  /** The part to show. */
  @property({ attribute: false }) data: UITodoPart | undefined;

  override render() {
    return this.data ? this.#view.render() : undefined;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'agent-todo': AgentTodo;
  }
}
