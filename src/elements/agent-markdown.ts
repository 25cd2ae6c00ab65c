import { html, LitElement, type PropertyValues } from 'lit';
import { property, query } from 'lit/decorators.js';
import type { MarkdownViewOptions } from '../markdown/markdown-view.ts';
import type { Citation, MarkdownRenderer } from '../markdown/options.ts';
import { baseStyles } from './base.styles.ts';
import { markdownStyles } from './markdown.styles.ts';
import { ShownMarkdown } from './shown-markdown.ts';

/** What makes another view of the same text. */
const OPTIONS = ['imagePolicy', 'linkPolicy', 'renderers', 'math', 'citations', 'reveal'] as const;

/**
 * Markdown that may still be arriving: what is finished is never touched again, raw HTML is text, and no image loads
 * before somebody asks for it. Give it the whole `text` each time, or the pieces by `append`.
 *
 * @summary Markdown, also while it streams.
 * @csspart content - The text.
 */
export class AgentMarkdown extends LitElement {
  static override styles = [baseStyles, markdownStyles];

  @query('.content') private content!: HTMLElement;

  /** The text so far. */
  @property() text = '';
  /** More of the text is to come. */
  @property({ type: Boolean, reflect: true }) streaming = false;
  /** The address from which an image loads by itself, or null, which asks the reader. */
  @property({ attribute: false }) imagePolicy: ((url: string) => string | null) | undefined;
  /** The address as a link may have it, or null, which refuses it. */
  @property({ attribute: false }) linkPolicy: ((url: string) => string | null) | undefined;
  /** By the language of a fence, the name of a directive or `math`: what draws it. */
  @property({ attribute: false }) renderers: Readonly<Record<string, MarkdownRenderer>> | undefined;
  /** Mathematics; `'dollars'` also between single dollars. */
  @property() math: boolean | 'dollars' = false;
  /** What comes in large pieces is shown in small ones, soon after. Not where the reader wants less motion. */
  @property({ type: Boolean }) reveal = false;
  /** What `[1]` and `【1】` cite. */
  @property({ attribute: false }) citations: ((label: string) => Citation | null) | undefined;

  readonly #shown = new ShownMarkdown();
  #options: MarkdownViewOptions | undefined;

  override updated(changed: PropertyValues<this>): void {
    if (OPTIONS.some((name) => changed.has(name))) {
      const { imagePolicy, linkPolicy, renderers, math, citations, reveal } = this;
      const directives = renderers !== undefined;
      this.#options = { imagePolicy, linkPolicy, renderers, directives, math, citations, reveal };
    }
    this.#shown.show(this.content, this.text ?? '', this.streaming, this.#options);
  }

  /** More of the text. */
  override append(...deltas: (string | Node)[]): void {
    for (const delta of deltas) {
      if (typeof delta !== 'string') super.append(delta);
      else {
        this.streaming = true;
        this.text += delta;
      }
    }
  }

  /** Nothing more comes. */
  finish(): void {
    this.streaming = false;
  }

  /** Takes the text away. */
  reset(): void {
    this.text = '';
    this.streaming = false;
  }

  override render() {
    return html`<div part="content" dir="auto" class="content ${this.streaming ? 'streaming' : ''}"></div>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'agent-markdown': AgentMarkdown;
  }
}
