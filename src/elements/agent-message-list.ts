import { css, html, LitElement, nothing, type PropertyValues } from 'lit';
import { property, query } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import type { UIMessage } from '../core/message.ts';
import type { AgentMessage } from './agent-message.ts';
import { baseStyles } from './base.styles.ts';
import type { AgentSelectVersionEvent } from './events.ts';
import { icons } from './icons.ts';
import { NO_VERSIONS, type VersionsById } from './message-versions.ts';
import type { DisplayOptions } from './renderers.ts';
import { StickToEnd } from './stick-to-end.ts';
import { strings } from './strings.ts';
import { listOf } from './value.ts';

/**
 * @summary The conversation, newest at the end. Follows the end while the reader is there.
 * @slot - Shown while there are no messages.
 * @csspart scroller - What scrolls.
 * @csspart waiting - Shown between a question and the first word of the answer.
 * @csspart latest - The button that jumps to the end.
 */
export class AgentMessageList extends LitElement {
  static override styles = [
    baseStyles,
    css`
      :host {
        min-block-size: 0;
        position: relative;
      }
      [part='scroller'] {
        block-size: 100%;
        overflow-y: auto;
        overscroll-behavior: contain;
        padding-inline: 1rem;
        scrollbar-gutter: stable both-edges;
      }
      /* Who reads along is kept at the end by us; else what is being read stays where it is. */
      .at-end {
        overflow-anchor: none;
      }
      [part='scroller']:focus-visible {
        outline-offset: -2px;
      }
      .column {
        display: flex;
        flex-direction: column;
        /* Beside it, each message has a row below it. */
        gap: calc(var(--_space) * 0.5);
        margin-inline: auto;
        max-inline-size: var(--_measure);
        min-block-size: 100%;
        padding-block: calc(var(--_space) * 1.5) calc(var(--_space) * 0.5);
      }
      slot {
        display: block;
        margin-block: auto;
      }
      [part='waiting'] {
        display: flex;
        gap: 0.3rem;
        padding-block: 0.5rem;
      }
      [part='waiting'] i {
        animation: pulse 1.2s ease-in-out infinite;
        background: var(--_ink-quiet);
        block-size: 0.45rem;
        border-radius: 50%;
        inline-size: 0.45rem;
      }
      [part='waiting'] i:nth-child(2) {
        animation-delay: 0.15s;
      }
      [part='waiting'] i:nth-child(3) {
        animation-delay: 0.3s;
      }
      @keyframes pulse {
        30% {
          opacity: 0.25;
        }
      }
      [part='latest'] {
        background: var(--_canvas);
        block-size: 2.25rem;
        border-color: var(--_line);
        border-radius: 50%;
        box-shadow: var(--_shadow);
        inline-size: 2.25rem;
        inset-block-end: 0.75rem;
        inset-inline-start: calc(50% - 1.125rem);
        padding: 0;
        position: absolute;
      }
    `,
  ];

  #end = new StickToEnd(this);

  @query('[part="scroller"]') private scroller!: HTMLElement;
  @query('.column') private column!: HTMLElement;

  /** The messages to show. */
  @property({ attribute: false }) messages: readonly UIMessage[] = [];

  /** Whether an answer is on its way of which nothing has come yet. */
  @property({ type: Boolean }) waiting = false;

  /** Messages that there are several versions of, by their ids: all of each, in the order in which they were made. */
  @property({ attribute: false }) versions: VersionsById = NO_VERSIONS;

  /** What the application has its own mind of. */
  @property({ attribute: false }) display: DisplayOptions | undefined;

  /** Whether messages of the user can be said in other words. */
  @property({ type: Boolean, attribute: 'can-edit' }) canEdit = false;

  /** Whether another answer can be asked for in the place of the last one. */
  @property({ type: Boolean, attribute: 'can-retry' }) canRetry = false;

  /** Whether an answer is on its way: no other version can be shown meanwhile. */
  @property({ type: Boolean }) busy = false;

  protected override firstUpdated(): void {
    this.#end.observe(this.scroller, this.column, () => this.messages?.length > 0);
  }

  override connectedCallback(): void {
    super.connectedCallback();
    if (this.hasUpdated) this.firstUpdated();
  }

  protected override updated(changed: PropertyValues<this>): void {
    const before = changed.get('messages');
    // What the user says is always brought into view.
    if (before && this.messages?.length > before.length && this.messages.at(-1)?.role === 'user')
      this.scrollToEnd();
  }

  private onJump(): void {
    this.scrollToEnd();
    // The button goes away; the focus must not go with it.
    this.focus();
  }

  /** What follows another version may be longer or shorter; the message itself stays where it is. */
  private onSelectVersion(event: AgentSelectVersionEvent): void {
    const { message } = event.target as AgentMessage;
    // Listeners further out may prevent it.
    queueMicrotask(() => {
      if (!event.defaultPrevented && message !== this.messages.at(-1)) this.#end.leave();
    });
  }

  /** What the reader opens stays where it is: following the end would carry it away. */
  private onClick(event: Event): void {
    const opens = event.composedPath().some((target) => target instanceof Element && target.matches(OPENERS));
    if (opens) this.#end.leave();
  }

  /** From message to message, as in a feed. */
  private onKeydown(event: KeyboardEvent): void {
    const step = STEPS[event.key as keyof typeof STEPS];
    if (!step || event.ctrlKey || event.altKey || event.metaKey) return;
    const messages = [...this.renderRoot.querySelectorAll('agent-message')];
    const at = messages.indexOf(event.target as AgentMessage);
    const next = at < 0 ? undefined : messages[at + step];
    // Elsewhere these keys scroll, and move in what is being written.
    if (!next || event.composedPath()[0] instanceof HTMLTextAreaElement) return;
    event.preventDefault();
    next.focus();
    next.scrollIntoView({ block: 'nearest' });
  }

  /** Moves the focus to the conversation itself, from where the keyboard scrolls it. */
  override focus(): void {
    this.scroller?.focus({ preventScroll: true });
  }

  /** Goes to the newest message and follows it. */
  scrollToEnd(): void {
    this.#end.toEnd();
  }

  override render() {
    const messages = listOf(this.messages);
    return html`
      <div
        part="scroller"
        class=${this.#end.atEnd ? 'at-end' : ''}
        role="log"
        aria-live="off"
        aria-label=${strings.conversation}
        tabindex="0"
        @scroll=${this.#end.onScroll}
        @keydown=${this.onKeydown}
      >
        <div class="column" @agent-select-version=${this.onSelectVersion} @click=${this.onClick}>
          ${messages.length === 0 ? html`<slot></slot>` : nothing}
          ${repeat(
            messages,
            // A version takes the place of another, so that the focus stays at the buttons that lead there.
            ({ id }) => this.versions.get(id)?.[0]?.id ?? id,
            (message, index) => this.renderMessage(message, index === messages.length - 1),
          )}
          ${this.waiting ? html`<div part="waiting" aria-hidden="true"><i></i><i></i><i></i></div>` : nothing}
        </div>
      </div>
      ${
        this.#end.atEnd || messages.length === 0
          ? nothing
          : html`<button part="latest" type="button" aria-label=${strings.jumpToLatest} @click=${this.onJump}>
              ${icons.down}
            </button>`
      }
    `;
  }

  private renderMessage(message: UIMessage, isLast: boolean) {
    const isAnswer = message.role === 'assistant';
    const versions = this.versions.get(message.id);
    return html`<agent-message
      .message=${message}
      .versions=${versions ?? NONE}
      .display=${this.display}
      ?can-edit=${this.canEdit}
      ?can-retry=${this.canRetry && isLast && isAnswer}
      ?busy=${this.busy && versions !== undefined}
      ?latest=${isLast && isAnswer}
    ></agent-message>`;
  }
}

const NONE: readonly UIMessage[] = [];
const OPENERS = 'summary, [aria-expanded]';
const STEPS = { PageUp: -1, PageDown: 1 } as const;

declare global {
  interface HTMLElementTagNameMap {
    'agent-message-list': AgentMessageList;
  }
}
