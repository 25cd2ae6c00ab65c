import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import { property, state } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import type { TodoItem, UITodoPart } from '../core/message.ts';
import { baseStyles, stepStyles } from './base.styles.ts';
import { icons } from './icons.ts';
import { strings } from './strings.ts';

/**
 * @summary The agent's plan and how far it is. Open while something is to be done, unless the reader folds it.
 * @csspart list - The card.
 * @csspart current - What is being done, while it is folded.
 * @csspart item - One thing to do.
 */
export class AgentTodo extends LitElement {
  static override styles = [
    baseStyles,
    stepStyles,
    css`
      [part='list'] {
        background: var(--_surface);
        border-radius: var(--_radius);
        font-size: var(--_small);
        padding: 0.375rem 1rem;
      }
      summary {
        inline-size: 100%;
        margin-inline: 0;
        padding-inline: 0;
      }
      .count {
        font-variant-numeric: tabular-nums;
        margin-inline-start: auto;
      }
      ul {
        list-style: none;
        margin: 0;
        padding: 0 0 0.375rem;
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

  /** What the reader chose; until then it is open while there is something to do. */
  @state() private chosen: boolean | undefined;

  private get isOpen(): boolean {
    return this.chosen ?? (this.data?.todos ?? []).some((todo) => standingOf(todo) in OPEN);
  }

  private onToggle(event: Event): void {
    event.preventDefault();
    this.chosen = !this.isOpen;
  }

  override render() {
    if (!this.data) return;
    const { todos = [] } = this.data;
    const done = todos.filter((todo) => todo.status === 'completed').length;
    const current = this.isOpen ? undefined : todos.find((todo) => todo.status === 'in_progress');
    return html`<details part="list" ?open=${this.isOpen}>
      <summary @click=${this.onToggle}>
        <span>${strings.plan}</span>
        <span part="current" class="title" dir="auto">${current?.content ?? nothing}</span>
        <span class="count">${strings.progress(done, todos.length)}</span>
        ${icons.chevron}
      </summary>
      <ul aria-label=${strings.plan}>
        ${repeat(
          todos,
          (todo) => todo.id,
          (todo) => {
            const standing = standingOf(todo);
            return html`<li part="item" class=${standing} aria-current=${standing === 'in_progress' ? 'step' : nothing}>
              ${ICONS[standing]}<span dir="auto">${todo.content}</span>
              <span class="hidden-visually">${strings.todoStatus[standing]}</span>
            </li>`;
          },
        )}
      </ul>
    </details>`;
  }
}

/** What a server says is not always what was agreed, and a class is no place for words of others. */
function standingOf({ status }: TodoItem): TodoItem['status'] {
  return Object.hasOwn(ICONS, status) ? status : 'pending';
}

const OPEN = { pending: true, in_progress: true };

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
