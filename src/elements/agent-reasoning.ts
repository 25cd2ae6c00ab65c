import { css, html, LitElement } from 'lit';
import { property, query, state } from 'lit/decorators.js';
import type { UIReasoningPart } from '../core/message.ts';
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
    `,
  ];

  @query('.content') private content!: HTMLElement | null;

  /** What the reader chose; until then it follows the stream. */
  @state() private chosen: boolean | undefined;

  /** The part to show. */
  @property({ attribute: false }) data: UIReasoningPart | undefined;

  readonly #shown = new ShownMarkdown();

  override updated(): void {
    const { text = '', status } = this.data ?? {};
    this.#shown.show(this.content, text, status === 'streaming');
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
    const title = status === 'streaming' ? strings.thinking : strings.thought(formatDuration(duration));
    return html`
      <details ?open=${this.isOpen}>
        <summary @click=${this.onToggle}>
          ${status === 'streaming' ? icons.spinner : icons.thought}<span>${title}</span>${icons.chevron}
        </summary>
        <div class="body"><div part="text" dir="auto" class="content ${status}"></div></div>
      </details>
    `;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'agent-reasoning': AgentReasoning;
  }
}
