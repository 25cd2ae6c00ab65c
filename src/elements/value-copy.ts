import { html, nothing } from 'lit';
import { Copying } from './copying.ts';
import { icons } from './icons.ts';
import { strings } from './strings.ts';

/** Buttons that copy, where the page may. */
export class CopyButtons {
  readonly #copying: Copying;
  /** What was copied last. */
  #target: object | undefined;

  constructor(onChange: () => void) {
    this.#copying = new Copying(onChange);
  }

  /** The button of `target`. The text is made when it is pressed. */
  button(target: object, text: () => string, tabindex = 0): unknown {
    if (!Copying.isPossible) return nothing;
    const { hasCopied, words } = this.#copying;
    const says = this.#target === target ? words : '';
    const copy = (): void => {
      this.#target = target;
      void this.#copying.copy(text());
    };
    return html`<button
      class="copy"
      type="button"
      tabindex=${tabindex}
      title=${says || strings.copy}
      aria-label=${strings.copy}
      @click=${copy}
    >
      ${says && hasCopied ? icons.check : icons.copy}
      ${says ? html`<span class="hidden-visually" role="status">${says}</span>` : nothing}
    </button>`;
  }
}
