import { css, html, LitElement } from 'lit';
import { property, query } from 'lit/decorators.js';
import type { UISourcePart, UITextPart } from '../core/message.ts';
import type { MarkdownViewOptions } from '../markdown/markdown-view.ts';
import { baseStyles } from './base.styles.ts';
import { markdownStyles } from './markdown.styles.ts';
import { ShownMarkdown } from './shown-markdown.ts';

/**
 * @summary Text of a message: Markdown, or with `plain` what somebody typed.
 * @csspart text - The text.
 */
export class AgentText extends LitElement {
  static override styles = [
    baseStyles,
    markdownStyles,
    css`
      .plain {
        white-space: pre-wrap;
      }
    `,
  ];

  @query('.content') private content!: HTMLElement | null;

  /** The part to show. */
  @property({ attribute: false }) data: UITextPart | undefined;

  /** The text is shown as it is, with its line breaks. */
  @property({ type: Boolean }) plain = false;

  /** How Markdown is read and drawn. */
  @property({ attribute: false }) markdown: MarkdownViewOptions | undefined;

  /** What `[1]` and `【1】` cite: the sources of the message, in their order. */
  @property({ attribute: false }) sources: readonly UISourcePart[] | undefined;

  readonly #shown = new ShownMarkdown();

  override updated(): void {
    const { text = '', status } = this.data ?? {};
    this.#shown.show(this.content, text, status === 'streaming', this.markdown, this.sources);
  }

  override render() {
    if (!this.data) return;
    const { text, status } = this.data;
    // On one line: inside, white space is text.
    if (this.plain) return html`<div part="text" dir="auto" class="plain">${text}</div>`;
    return html`<div part="text" dir="auto" class="content ${status}"></div>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'agent-text': AgentText;
  }
}
