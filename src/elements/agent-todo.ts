import { css, html, LitElement, type TemplateResult } from 'lit';
import { property } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import type { TodoItem, UITodoPart } from '../core/message.ts';
import { baseStyles } from './base.styles.ts';
import { icons } from './icons.ts';
import { strings } from './strings.ts';

/**
 * @summary The agent's plan and how far it is.
 * @csspart list - The card.
 * @csspart item - One thing to do.
 */
export class AgentTodo extends LitElement {
  static override styles = [
    baseStyles,
    css`
      [part='list'] {
        background: var(--_surface);
        border-radius: var(--_radius);
        font-size: var(--_small);
        padding: 0.625rem 1rem 0.75rem;
      }
      header {
        color: var(--_ink-quiet);
        display: flex;
        justify-content: space-between;
        margin-block-end: 0.25rem;
      }
      ul {
        list-style: none;
        margin: 0;
        padding: 0;
      }
      li {
        align-items: baseline;
        display: flex;
        gap: 0.625rem;
        padding-block: 0.125rem;
      }
      li svg {
        align-self: center;
        color: var(--_ink-quiet);
      }
      .completed svg {
        color: var(--_good);
      }
      .in_progress {
        font-weight: 500;
      }
      .in_progress svg {
        color: var(--_accent);
      }
      .completed,
      .cancelled {
        color: var(--_ink-quiet);
      }
      .cancelled {
        text-decoration: line-through;
      }
    `,
  ];

  /** The part to show. */
  @property({ attribute: false }) data: UITodoPart | undefined;

  override render() {
    if (!this.data) return;
    const { todos = [] } = this.data;
    const done = todos.filter((todo) => todo.status === 'completed').length;
    return html`<div part="list" role="group" aria-label=${strings.plan}>
      <header><span>${strings.plan}</span><span>${strings.progress(done, todos.length)}</span></header>
      <ul>
        ${repeat(
          todos,
          (todo) => todo.id,
          ({ status, content }) => {
            // What a server says is not always what was agreed, and a class is no place for words of others.
            const standing = Object.hasOwn(ICONS, status) ? status : 'pending';
            return html`<li part="item" class=${standing}>
              ${ICONS[standing]}<span dir="auto">${content}</span>
              <span class="hidden-visually">${strings.todoStatus[standing]}</span>
            </li>`;
          },
        )}
      </ul>
    </div>`;
  }
}

const ICONS: Record<TodoItem['status'], TemplateResult> = {
  pending: icons.circle,
  in_progress: icons.spinner,
  completed: icons.check,
  cancelled: icons.dash,
};

declare global {
  interface HTMLElementTagNameMap {
    'agent-todo': AgentTodo;
  }
}
