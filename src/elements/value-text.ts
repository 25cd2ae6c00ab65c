import { html, nothing, type TemplateResult } from 'lit';
import type { CopyButtons } from './value-copy.ts';
import { beginning, marked, restOf } from './value-words.ts';

/** Of a longer text only this much is shown at first. Characters. */
const FOLD = 2_000;

/** A text as it is, white space and all. */
export class ValueText {
  readonly #onChange: () => void;
  readonly #copies: CopyButtons;
  #length = FOLD;

  constructor(onChange: () => void, copies: CopyButtons) {
    this.#onChange = onChange;
    this.#copies = copies;
  }

  /** `buttons` stand with its own. */
  render(text: string, label: string, buttons: unknown = nothing): TemplateResult {
    const show = (length: number): void => {
      this.#length = length;
      this.#onChange();
    };
    return html`<div class="data">
      <div class="bar"><span class="tools">${buttons}${this.#copies.button(this, () => text)}</span></div>
      <div class="box">
        <pre part="text" role="group" tabindex="0" dir="auto" aria-label=${label || nothing}>${marked(
          beginning(text, this.#length),
          '',
        )}</pre>
        ${restOf(text, this.#length, show)}
      </div>
    </div>`;
  }
}
