import { strings } from './strings.ts';

/** How long it is said how copying went. Milliseconds. */
const SAY_COPIED = 2_000;

/** Copies a text and tells, for a short while, how that went. */
export class Copying {
  readonly #onChange: () => void;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #outcome: 'copied' | 'notCopied' | undefined;

  constructor(onChange: () => void) {
    this.#onChange = onChange;
  }

  /** Only pages that came over a safe connection may copy. */
  static get isPossible(): boolean {
    return Boolean(globalThis.navigator?.clipboard);
  }

  /** Whether the text was copied just now; undefined once nothing is to be said of it. */
  get hasCopied(): boolean | undefined {
    return this.#outcome && this.#outcome === 'copied';
  }

  /** How it went, in words. */
  get words(): string {
    return this.#outcome ? strings[this.#outcome] : '';
  }

  async copy(text: string): Promise<void> {
    this.forget();
    try {
      await navigator.clipboard.writeText(text);
      this.#say('copied');
    } catch {
      this.#say('notCopied');
    }
  }

  /** Says no more of it. */
  forget(): void {
    this.#say(undefined);
  }

  #say(outcome: 'copied' | 'notCopied' | undefined): void {
    clearTimeout(this.#timer);
    this.#outcome = outcome;
    if (outcome) this.#timer = setTimeout(() => this.forget(), SAY_COPIED);
    this.#onChange();
  }
}
