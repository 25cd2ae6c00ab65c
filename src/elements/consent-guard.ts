/** How long everything has to be in sight and at rest before a press counts. Milliseconds. */
const SETTLED = 500;
/** How often it is looked at. Milliseconds. */
const LOOK = 100;
/** What moves less than this is at rest. Pixels. */
const AT_REST = 2;
/** So much of what is to be read has to be in sight; what is longer scrolls inside of it. */
const LEAST_SHOWN = 0.5;

/** What is watched: the words that a person is to read, and the buttons that they press. */
export interface Consent {
  readonly words: Element;
  readonly buttons: readonly Element[];
}

/**
 * Tells a press that a person meant from one that was stolen from them. A press counts once the words and all
 * buttons have been in sight, uncovered and at rest for half a second, in a page that has the focus: whatever is put
 * above them, made transparent, or moved under the pointer in that moment gets nothing.
 */
export class ConsentGuard {
  readonly #onChange: () => void;
  #consent: Consent | undefined;
  #timer: ReturnType<typeof setInterval> | undefined;
  #observer: IntersectionObserver | undefined;
  /** What the browser says of each: how much of it is in sight, and whether nothing covers that. */
  #seen = new Map<Element, boolean>();
  /** Where the buttons were when they were last looked at. */
  #at = new Map<Element, DOMRect>();
  #since: number | undefined;
  #isReady = false;

  constructor(onChange: () => void) {
    this.#onChange = onChange;
  }

  /** Whether a press would count. */
  get isReady(): boolean {
    return this.#isReady;
  }

  /** Watches these from now on; the same ones go on being watched. */
  watch(consent: Consent | undefined): void {
    if (isSame(consent, this.#consent)) return;
    this.stop();
    if (!consent) return;
    this.#consent = consent;
    // Chromium also tells whether something covers it or lets it shine through.
    const options = { threshold: [0, 0.25, LEAST_SHOWN, 0.75, 0.99], trackVisibility: true, delay: LOOK };
    this.#observer = new IntersectionObserver((entries) => {
      for (const entry of entries) {
        const { isVisible = true } = entry as { isVisible?: boolean };
        const least = entry.target === consent.words ? LEAST_SHOWN : 0.99;
        this.#seen.set(entry.target, isVisible && entry.intersectionRatio >= least);
      }
    }, options);
    for (const element of [consent.words, ...consent.buttons]) this.#observer.observe(element);
    this.#timer = setInterval(() => this.#look(), LOOK);
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#observer?.disconnect();
    this.#seen.clear();
    this.#at.clear();
    this.#consent = undefined;
    this.restart();
  }

  /** What is to be read has changed: it counts anew. */
  restart(): void {
    this.#since = undefined;
    this.#isReady = false;
  }

  /** Whether this press of the button is one that counts. */
  allows(event: Event): boolean {
    this.#look();
    return event.isTrusted && this.#isReady;
  }

  #look(): void {
    const now = performance.now();
    if (this.#isClear()) this.#since ??= now;
    else this.#since = undefined;
    const isReady = this.#since !== undefined && now - this.#since >= SETTLED;
    if (isReady === this.#isReady) return;
    this.#isReady = isReady;
    this.#onChange();
  }

  #isClear(): boolean {
    const { words, buttons = [] } = this.#consent ?? {};
    // All of them are looked at each time, so that each is known to be at rest.
    const areClear = buttons.map((button) => this.#isPressable(button));
    if (!words || !document.hasFocus() || document.visibilityState !== 'visible') return false;
    return this.#seen.get(words) === true && areClear.every(Boolean);
  }

  #isPressable(button: Element): boolean {
    const before = this.#at.get(button);
    const at = button.getBoundingClientRect();
    this.#at.set(button, at);
    const isAtRest = before && SIDES.every((side) => Math.abs(at[side] - before[side]) <= AT_REST);
    return Boolean(isAtRest) && this.#seen.get(button) === true && isOnTop(button, at);
  }
}

function isSame(one: Consent | undefined, other: Consent | undefined): boolean {
  if (!one || !other) return one === other;
  const { words, buttons } = other;
  return (
    one.words === words &&
    one.buttons.length === buttons.length &&
    one.buttons.every((button, index) => button === buttons[index])
  );
}

const SIDES = ['top', 'left', 'width', 'height'] as const;

/** Whether a pointer would meet the element itself, in the middle and near its corners. */
function isOnTop(element: Element, { left, top, width, height }: DOMRect): boolean {
  return [
    [0.5, 0.5],
    [0.1, 0.2],
    [0.9, 0.2],
    [0.1, 0.8],
    [0.9, 0.8],
  ].every(([x = 0, y = 0]) => isAt(element, left + width * x, top + height * y));
}

function isAt(element: Element, x: number, y: number): boolean {
  let found = document.elementFromPoint(x, y);
  while (found?.shadowRoot) {
    const inner = found.shadowRoot.elementFromPoint(x, y);
    if (!inner || inner === found) break;
    found = inner;
  }
  return found !== null && element.contains(found);
}
