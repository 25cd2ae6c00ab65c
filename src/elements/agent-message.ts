import { css, html, LitElement, nothing, type PropertyValues } from 'lit';
import { property, query } from 'lit/decorators.js';
import { keyed } from 'lit/directives/keyed.js';
import { isOtherThread, type UIMessage } from '../core/message.ts';
import { baseStyles, partsStyles } from './base.styles.ts';
import { Copying } from './copying.ts';
import { AgentEditEvent, AgentRetryEvent, AgentSelectVersionEvent } from './events.ts';
import { icons } from './icons.ts';
import type { MessageEditor } from './message-editor.ts';
import { OnDemand } from './on-demand.ts';
import { RenderedParts } from './rendered-parts.ts';
import type { DisplayOptions } from './renderers.ts';
import { formatTime, strings } from './strings.ts';
import { listOf } from './value.ts';

/**
 * @summary One message: the user's in a bubble, the assistant's as the page itself. Below it what can be done with
 * it, shown while it is pointed at or has the focus; always with the `latest` answer and where nothing hovers.
 * @event {AgentEditEvent} agent-edit - The user says the message in other words. Prevented, the editor stays open.
 * @event {AgentRetryEvent} agent-retry - The user wants another answer.
 * @event {AgentSelectVersionEvent} agent-select-version - The user wants to see another version.
 * @csspart message - The whole message.
 * @csspart sources - Sources that follow one another.
 * @csspart thread - What belongs to another thread.
 * @csspart failure - In the place of what an application failed to draw.
 * @csspart actions - The row below it.
 * @csspart versions - The number of the version, between the buttons that lead to others.
 * @csspart edit - The button that opens the editor.
 * @csspart copy - The button that copies the text.
 * @csspart retry - The button that asks for another answer.
 * @csspart editor - The form in which the user says it in other words.
 * @csspart input - The text area of the editor.
 * @csspart save - The button that saves.
 * @csspart cancel - The button that closes the editor.
 */
export class AgentMessage extends LitElement {
  static override styles = [
    baseStyles,
    partsStyles,
    css`
      [part='message'] {
        display: grid;
        gap: calc(var(--_space) * 0.625);
        min-inline-size: 0;
      }
      .user {
        background: var(--_bubble);
        border-radius: calc(var(--_radius) * 1.5);
        inline-size: fit-content;
        margin-inline-start: auto;
        max-inline-size: min(85%, 36rem);
        padding: 0.625rem 1rem;
      }
      .editing {
        background: var(--_surface);
        inline-size: 100%;
        max-inline-size: none;
        padding: 0.75rem;
      }
      [part='actions'] {
        --_button: 1.75rem;
        align-items: center;
        color: var(--_ink-quiet);
        display: flex;
        margin-block-start: 0.25rem;
        /* The picture in a button stands where the words above begin. */
        margin-inline: calc((1rem - var(--_button)) / 2);
        min-block-size: var(--_button);
      }
      [part='actions'].mine {
        justify-content: flex-end;
      }
      [part='actions'] button {
        block-size: var(--_button);
        border-radius: calc(var(--_radius) * 0.5);
        inline-size: var(--_button);
        min-block-size: 0;
        padding: 0;
      }
      [part='actions'] button:hover:not([aria-disabled='true']) {
        background: var(--_surface);
        color: var(--_ink);
      }
      [part='actions'] svg {
        block-size: 1rem;
        inline-size: 1rem;
      }
      .tools {
        display: flex;
        opacity: 0;
        transition: opacity var(--_fast);
      }
      :host(:hover) .tools,
      :host(:focus-within) .tools,
      :host([latest]) .tools {
        opacity: 1;
      }
      [part='versions'] {
        align-items: center;
        display: flex;
        font-size: 0.8125rem;
        font-variant-numeric: tabular-nums;
        white-space: nowrap;
      }
      @media (forced-colors: active) {
        .user {
          border: 1px solid;
        }
      }
      @media (hover: none) {
        .tools {
          opacity: 1;
        }
        [part='actions'] {
          --_button: 2.25rem;
        }
      }
    `,
  ];

  @query('article') private article!: HTMLElement | null;
  @query('[part="edit"]') private editButton!: HTMLButtonElement | null;

  readonly #copying = new Copying(() => this.requestUpdate());
  readonly #parts = new RenderedParts();
  /** Few messages are ever edited. */
  readonly #editor = new OnDemand<AgentMessage, MessageEditor>(
    this,
    async () => (await import('./message-editor.ts')).MessageEditor,
  );

  /** The message to show. */
  @property({ attribute: false }) message: UIMessage | undefined;

  /** The message in all its versions, itself among them; where there are several, others can be asked for. */
  @property({ attribute: false }) versions: readonly UIMessage[] = [];

  /** Whether a message of the user can be said in other words. */
  @property({ type: Boolean, attribute: 'can-edit' }) canEdit = false;

  /** Whether another answer can be asked for in the place of this one. */
  @property({ type: Boolean, attribute: 'can-retry' }) canRetry = false;

  /** Whether an answer is on its way: no other version can be shown meanwhile. */
  @property({ type: Boolean }) busy = false;

  /** Whether this is the newest message: what can be done with an answer is then always shown. */
  @property({ type: Boolean, reflect: true }) latest = false;

  /** What the application has its own mind of. */
  @property({ attribute: false }) display: DisplayOptions | undefined;

  /** Whether the editor is open. It closes by itself when the words are saved or given up. */
  @property({ type: Boolean }) editing = false;

  protected override willUpdate(changed: PropertyValues<this>): void {
    const before = changed.get('message');
    if (before && before.id !== this.message?.id) {
      this.editing = false;
      this.#copying.forget();
    }
    if (changed.has('editing') && this.editing) this.#editor.view?.open();
  }

  protected override updated(): void {
    if (this.editing) this.#editor.view?.focus();
  }

  /** What it says in words, without what belongs to other threads. */
  get words(): string {
    return listOf(this.message?.parts)
      .flatMap((part) => (part.type === 'text' && !isOtherThread(part) ? [part.text] : []))
      .join('\n\n');
  }

  private get isEditable(): boolean {
    const { role, parts } = this.message ?? {};
    // Anything else than words and files is not the user's to write.
    return (
      role === 'user' && this.canEdit && listOf(parts).every(({ type }) => type === 'text' || type === 'file')
    );
  }

  /** Says the message in other words; the editor stays open where the page prevents it. */
  save(content: string): void {
    if (!this.message) return;
    if (this.dispatchEvent(new AgentEditEvent(this.message.id, content))) this.close();
  }

  /** Gives up what is written in the editor. */
  close(): void {
    this.editing = false;
    void this.updateComplete.then(() => this.editButton?.focus());
  }

  /** Moves the focus to the message itself, from where a screen reader goes on. */
  override focus(options?: FocusOptions): void {
    this.article?.focus(options);
  }

  private onVersion(message: UIMessage | undefined): void {
    if (message && !this.busy) this.dispatchEvent(new AgentSelectVersionEvent(message.id));
  }

  override render() {
    if (!this.message) return;
    const { id, role, status, createdAt } = this.message;
    const parts = listOf(this.message.parts);
    // Stored conversations may have messages that are not for people.
    if (role !== 'user' && role !== 'assistant') return;
    const editor = this.editing && this.isEditable ? this.#editor.render() : nothing;
    const isEditing = editor !== nothing && this.#editor.view !== undefined;
    const shown = isEditing ? parts.filter(({ type }) => type !== 'text') : parts;
    const author = role === 'user' ? strings.you : strings.assistant;
    const time = formatTime(createdAt);
    const options = { display: this.display, isLive: status === 'streaming', isTyped: role === 'user' };
    return html`<article
        part="message"
        class=${isEditing ? `${role} editing` : role}
        tabindex="-1"
        aria-label=${time ? strings.saidAt(author, time) : author}
        aria-busy=${status === 'streaming'}
      >
        ${keyed(id, this.#parts.render(id, shown, options))}${editor}
      </article>
      <div part="actions" class=${role === 'user' ? 'mine' : ''}>
        ${role === 'user' ? [this.renderEdit(isEditing), this.renderVersions()] : [this.renderVersions(), this.renderTools()]}
      </div>`;
  }

  private renderEdit(isEditing: boolean) {
    if (isEditing || !this.isEditable) return nothing;
    const open = (): void => {
      this.editing = true;
    };
    return html`<div class="tools">
      <button part="edit" type="button" aria-label=${strings.edit} title=${strings.edit} @click=${open}>${icons.edit}</button>
    </div>`;
  }

  private renderTools() {
    const { status } = this.message ?? {};
    const canCopy = status === 'done' && this.words && Copying.isPossible;
    const { hasCopied, words } = this.#copying;
    return html`<div class="tools">
        ${
          canCopy
            ? html`<button part="copy" type="button" aria-label=${strings.copy} title=${strings.copy} @click=${() => this.#copying.copy(this.words)}>
                ${hasCopied === undefined ? icons.copy : hasCopied ? icons.check : icons.cross}
              </button>`
            : nothing
        }
        ${
          this.canRetry
            ? html`<button
                part="retry"
                type="button"
                aria-label=${strings.retry}
                title=${strings.retry}
                @click=${() => this.dispatchEvent(new AgentRetryEvent())}
              >
                ${icons.retry}
              </button>`
            : nothing
        }
      </div>
      ${canCopy ? html`<div class="hidden-visually" aria-live="polite">${words}</div>` : nothing}`;
  }

  private renderVersions() {
    const versions = listOf(this.versions);
    const index = versions.findIndex(({ id }) => id === this.message?.id);
    if (versions.length < 2 || index < 0) return nothing;
    const words = strings.version(index + 1, versions.length);
    return html`<div part="versions" role="group" aria-label=${strings.versions}>
      ${this.renderVersion(strings.previousVersion, icons.previous, versions[index - 1])}
      <span aria-hidden="true">${index + 1} / ${versions.length}</span>
      <span class="hidden-visually">${words}</span>
      ${this.renderVersion(strings.nextVersion, icons.next, versions[index + 1])}
    </div>`;
  }

  /** Not `disabled` where it leads nowhere: the focus would be lost at the last step. */
  private renderVersion(label: string, icon: unknown, message: UIMessage | undefined) {
    return html`<button
      type="button"
      aria-label=${label}
      title=${label}
      aria-disabled=${!message || this.busy}
      @click=${() => this.onVersion(message)}
    >
      ${icon}
    </button>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'agent-message': AgentMessage;
  }
}
