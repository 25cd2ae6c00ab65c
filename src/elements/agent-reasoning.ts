import { css, html, LitElement } from 'lit';
import { property, query, state } from 'lit/decorators.js';
import type { UIReasoningPart } from '../core/message.ts';
import type { MarkdownViewOptions } from '../markdown/markdown-view.ts';
import { baseStyles, stepStyles } from './base.styles.ts';
import { icons } from './icons.ts';
import { markdownStyles } from './markdown.styles.ts';
import { ShownMarkdown } from './shown-markdown.ts';
import { formatDuration, strings } from './strings.ts';

/**
 * @summary What the model thought. Open while it thinks, closed afterwards unless the reader opened it.
 * @csspart text - The thoughts.
 */
export class AgentReasoning extends LitElement {
  static override styles = [
    baseStyles,
    stepStyles,
    markdownStyles,
    css`
      [part='text'] {
        color: var(--_ink-quiet);
      }
      /* Little goes away once the thinking is over. What grows from its end stays at its end. */
      .thoughts.live {
        display: flex;
        flex-direction: column-reverse;
        max-block-size: 12rem;
        overflow-y: auto;
      }
    `,
  ];

  @query('.content') private content!: HTMLElement | null;

  /** What the reader chose; until then it follows the stream. */
  @state() private chosen: boolean | undefined;

  /** The part to show. */
  @property({ attribute: false }) data: UIReasoningPart | undefined;

  /** How Markdown is read and drawn. */
  @property({ attribute: false }) markdown: MarkdownViewOptions | undefined;

  readonly #shown = new ShownMarkdown();

  override updated(): void {
    const { text = '', status } = this.data ?? {};
    this.#shown.show(this.content, text, status === 'streaming', this.markdown);
  }

  private onToggle(event: Event): void {
    event.preventDefault();
    this.chosen = !this.isOpen;
  }

  private get isOpen(): boolean {
    return this.chosen ?? this.data?.status === 'streaming';
  }

  override render() {
    if (!this.data) return;
    const { status, startedAt, endedAt } = this.data;
    const duration = startedAt !== undefined && endedAt !== undefined ? endedAt - startedAt : undefined;
    const isThinking = status === 'streaming';
    const title = isThinking ? strings.thinking : strings.thought(formatDuration(duration));
    return html`
      <details ?open=${this.isOpen}>
        <summary @click=${this.onToggle}>
          ${isThinking ? icons.spinner : icons.thought}<span>${title}</span>${icons.chevron}
        </summary>
        <div class="body">
          <div class=${isThinking ? 'thoughts live' : 'thoughts'} tabindex=${isThinking ? 0 : -1}>
            <div part="text" dir="auto" class="content ${status}"></div>
          </div>
        </div>
      </details>
    `;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'agent-reasoning': AgentReasoning;
  }
}
