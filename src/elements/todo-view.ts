import { css, html, nothing, type TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import type { TodoItem } from '../core/message.ts';
import type { AgentTodo } from './agent-todo.ts';
import { detailsStyles } from './details.styles.ts';
import { icons } from './icons.ts';
import { strings } from './strings.ts';
import { listOf } from './value.ts';
import { viewIcons } from './view-icons.ts';
import { viewStrings } from './view-strings.ts';

/** The card of a plan. */
export class TodoView {
  static readonly styles = css`
    ${detailsStyles}
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
  `;

  readonly #host: AgentTodo;
  /** What the reader chose; until then it is open while there is something to do. */
  #chosen: boolean | undefined;

  constructor(host: AgentTodo) {
    this.#host = host;
  }

  render() {
    const todos = listOf(this.#host.data?.todos);
    const done = todos.filter(({ status }) => status === 'completed').length;
    const isOpen = this.#chosen ?? todos.some((todo) => OPEN.has(standingOf(todo)));
    const current = isOpen ? undefined : todos.find(({ status }) => status === 'in_progress');
    const toggle = (event: Event): void => {
      event.preventDefault();
      this.#chosen = !isOpen;
      this.#host.requestUpdate();
    };
    return html`<details part="list" ?open=${isOpen}>
      <summary @click=${toggle}>
        <span>${viewStrings().plan}</span>
        <span part="current" class="title about" dir="auto">${current?.content ?? nothing}</span>
        <span class="count">${viewStrings().progress(done, todos.length)}</span>
        ${icons.chevron}
      </summary>
      <ul aria-label=${viewStrings().plan}>
        ${repeat(todos, ({ id }) => id, renderTodo)}
      </ul>
    </details>`;
  }
}

function renderTodo(todo: TodoItem): TemplateResult {
  const standing = standingOf(todo);
  const current = standing === 'in_progress' ? 'step' : nothing;
  return html`<li part="item" class=${standing} aria-current=${current}>
    ${ICONS[standing]}<span dir="auto">${todo.content}</span>
    <span class="hidden-visually">${strings.todoStatus[standing]}</span>
  </li>`;
}

/** What a server says is not always what was agreed, and a class is no place for words of others. */
function standingOf({ status }: TodoItem): TodoItem['status'] {
  return Object.hasOwn(ICONS, status) ? status : 'pending';
}

const OPEN: ReadonlySet<string> = new Set(['pending', 'in_progress']);
const ICONS: Record<TodoItem['status'], TemplateResult> = {
  pending: viewIcons.circle,
  in_progress: icons.spinner,
  completed: icons.check,
  cancelled: icons.dash,
};
