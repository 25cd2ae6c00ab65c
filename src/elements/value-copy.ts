import { html, nothing } from 'lit';
import { icons } from './icons.ts';
import { strings } from './strings.ts';

/** How long a button says that it copied. Milliseconds. */
const SAY_COPIED = 1_500;

/** Buttons that copy, where the page may. */
export class CopyButtons {
  readonly #onChange: () => void;
  #target: object | undefined;
  #says = '';

  constructor(onChange: () => void) {
    this.#onChange = onChange;
  }

  /** The button of `target`. The text is made when it is pressed. */
  button(target: object, text: () => string, tabindex = 0): unknown {
    // Only pages that came over a safe connection have one.
    if (!navigator.clipboard) return nothing;
    const says = this.#target === target ? this.#says : '';
    const copy = (): void => void this.#copy(target, text);
    return html`<button
      class="copy"
      type="button"
      tabindex=${tabindex}
      title=${says || strings.copy}
      aria-label=${strings.copy}
      @click=${copy}
    >
      ${says === strings.copied ? icons.check : icons.copy}
      ${says ? html`<span class="hidden-visually" role="status">${says}</span>` : nothing}
    </button>`;
  }

  async #copy(target: object, text: () => string): Promise<void> {
    try {
      await navigator.clipboard.writeText(text());
      this.#says = strings.copied;
    } catch {
      this.#says = strings.notCopied;
    }
    this.#target = target;
    this.#onChange();
    setTimeout(() => {
      if (this.#target === target) this.#target = undefined;
      this.#onChange();
    }, SAY_COPIED);
  }
}
