import { css, html, type TemplateResult } from 'lit';
import { isPlainEnter } from './is-plain-enter.ts';
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

export interface MessageEditorHost {
  readonly renderRoot: HTMLElement | DocumentFragment;
  requestUpdate(): void;
  /** Takes the words, or not: then the editor stays. */
  save(content: string): void;
  close(): void;
}

/** The form in which a user says a message in other words, inside the message. */
export class MessageEditor {
  readonly #host: MessageEditorHost;
  #draft: string;
  #isFocused = false;

  constructor(host: MessageEditorHost, draft: string) {
    this.#host = host;
    this.#draft = draft;
    const sheet = editorStyles.styleSheet;
    const { renderRoot } = host;
    if (!sheet || !(renderRoot instanceof ShadowRoot) || renderRoot.adoptedStyleSheets.includes(sheet))
      return;
    renderRoot.adoptedStyleSheets.push(sheet);
  }

  /** Takes the focus once it stands in the page. */
  focus(): void {
    const field = this.#host.renderRoot.querySelector('textarea');
    if (this.#isFocused || !field) return;
    this.#isFocused = true;
    field.focus();
    field.setSelectionRange(this.#draft.length, this.#draft.length);
  }

  /** A message that has a file needs no words. */
  render(mayBeEmpty: boolean): TemplateResult {
    const canSave = mayBeEmpty || this.#draft.trim() !== '';
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
