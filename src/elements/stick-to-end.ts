import type { ReactiveController, ReactiveControllerHost } from 'lit';

/** How far from the end still counts as reading along. Pixels. */
const THRESHOLD = 80;

/**
 * Keeps a scroller at its end while the reader is there, and leaves it alone once they scroll away. Watches
 * sizes, so that nothing is measured while an answer streams.
 */
export class StickToEnd implements ReactiveController {
  readonly #host: ReactiveControllerHost;
  #observer: ResizeObserver | undefined;
  #scroller: HTMLElement | undefined;
  /** Where the reader was last. */
  #top = 0;
  /** Whether the reader is at the end. */
  atEnd = true;

  constructor(host: ReactiveControllerHost) {
    this.#host = host;
    host.addController(this);
  }

  /** Begins to watch; `content` is what grows inside of `scroller`, and `follows` says whether that matters. */
  observe(scroller: HTMLElement, content: HTMLElement, follows: () => boolean): void {
    this.#scroller = scroller;
    // An element that moved in the page begins at the top again.
    this.#top = 0;
    this.#observer = new ResizeObserver(() => {
      if (this.atEnd && follows()) this.toEnd();
      else this.onScroll();
    });
    this.#observer.observe(scroller);
    this.#observer.observe(content);
  }

  hostDisconnected(): void {
    this.#observer?.disconnect();
  }

  /** To be called when the scroller scrolls. */
  readonly onScroll = (): void => {
    if (!this.#scroller) return;
    const { scrollHeight, scrollTop, clientHeight } = this.#scroller;
    // Content that grows moves the end away from the reader; only going up is leaving it.
    const wentUp = scrollTop < this.#top;
    this.#top = scrollTop;
    const near = scrollHeight - scrollTop - clientHeight < THRESHOLD;
    const atEnd = near || (this.atEnd && !wentUp);
    if (atEnd === this.atEnd) return;
    this.atEnd = atEnd;
    this.#host.requestUpdate();
  };

  /** Stays where the reader is, whatever comes next. */
  readonly leave = (): void => {
    this.atEnd = false;
  };

  /** Goes to the end and stays there. */
  readonly toEnd = (): void => {
    this.atEnd = true;
    this.#host.requestUpdate();
    if (!this.#scroller) return;
    this.#scroller.scrollTo({ top: this.#scroller.scrollHeight, behavior: 'instant' });
    this.#top = this.#scroller.scrollTop;
  };
}
