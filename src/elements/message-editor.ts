import { css, html, type TemplateResult } from 'lit';
import type { AgentMessage } from './agent-message.ts';
import { isPlainEnter } from './is-plain-enter.ts';
import type { View } from './on-demand.ts';
import { listOf } from './value.ts';
import { viewStrings } from './view-strings.ts';

/** How the editor looks; comes with it. */
const editorStyles = css`
  [part='editor'] {
    display: grid;
    gap: 0.5rem;
  }
  textarea {
    background: none;
    border: 0;
    field-sizing: content;
    inline-size: 100%;
    max-block-size: min(50vh, 24rem);
    padding: 0.125rem 0.25rem;
    resize: none;
  }
  textarea:focus-visible {
    outline: none;
  }
  /* The bubble shows the focus of the field inside it. */
  .editing:has(textarea:focus-visible) {
    outline: 2px solid var(--_accent);
  }
  .buttons {
    display: flex;
    gap: 0.5rem;
    justify-content: flex-end;
  }
  .buttons .plain {
    background: var(--_canvas);
  }
`;

/** The form in which a user says a message in other words, inside the message. */
export class MessageEditor implements View {
  static readonly styles = editorStyles;

  readonly #host: AgentMessage;
  #draft = '';
  #isFocused = false;

  constructor(host: AgentMessage) {
    this.#host = host;
    this.open();
  }

  /** Begins with what the message says. */
  open(): void {
    this.#draft = this.#host.words;
    this.#isFocused = false;
  }

  /** Takes the focus once it stands in the page. */
  focus(): void {
    const field = this.#host.renderRoot.querySelector('textarea');
    if (this.#isFocused || !field) return;
    this.#isFocused = true;
    field.focus();
    field.setSelectionRange(this.#draft.length, this.#draft.length);
  }

  render(): TemplateResult {
    // A message that has a file needs no words.
    const hasFile = listOf(this.#host.message?.parts).some(({ type }) => type === 'file');
    const canSave = hasFile || this.#draft.trim() !== '';
    const save = (): void => {
      if (canSave) this.#host.save(this.#draft.trim());
    };
    const onSubmit = (event: Event): void => {
      event.preventDefault();
      save();
    };
    const onInput = ({ target }: Event): void => {
      this.#draft = (target as HTMLTextAreaElement).value;
      this.#host.requestUpdate();
    };
    const onKeydown = (event: KeyboardEvent): void => {
      const isEscape = event.key === 'Escape' && !event.isComposing;
      if (!isEscape && !isPlainEnter(event)) return;
      event.preventDefault();
      // What surrounds the message may have a meaning for Escape too, and the key means one thing at a time.
      event.stopPropagation();
      if (isEscape) this.#host.close();
      else save();
    };
    return html`<form part="editor" @submit=${onSubmit}>
      <textarea
        part="input"
        rows="1"
        dir="auto"
        enterkeyhint="done"
        aria-label=${viewStrings().editLabel}
        .value=${this.#draft}
        @input=${onInput}
        @keydown=${onKeydown}
      ></textarea>
      <div class="buttons">
        <button part="cancel" class="plain" type="button" @click=${() => this.#host.close()}>${viewStrings().cancel}</button>
        <button part="save" class="primary" type="submit" ?disabled=${!canSave}>${viewStrings().save}</button>
      </div>
    </form>`;
  }
}
