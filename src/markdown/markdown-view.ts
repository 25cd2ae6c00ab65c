import { createDomRenderer } from './dom-renderer.ts';
import type { MarkdownOptions } from './options.ts';
import type { Reveal } from './reveal.ts';
import { MarkdownView } from './view.ts';

export interface MarkdownViewOptions extends MarkdownOptions {
  /** Calls back when it is time to show what arrived; by default with the next frame. Returns what calls it off. */
  readonly schedule?: ((callback: () => void) => () => void) | undefined;
  /** Text that arrives in large pieces is shown in small ones, soon after. Not where the reader wants less motion. */
  readonly reveal?: boolean | undefined;
}

/** Markdown in an element of a page. */
export interface MarkdownViewHandle {
  /** More of the text: shown with the next frame. */
  append(delta: string): void;
  /** Nothing more comes: everything is shown at once as it is. */
  finish(): void;
  /** The whole text so far. Where it only got longer, nothing that is shown is touched. */
  set(text: string): void;
  /** `citations` knows more than when it was asked. What cites something already stays. */
  refreshCitations(): void;
  /** Takes everything away. */
  reset(): void;
  /** Lets go of the element for good: what it shows stays as it is. */
  destroy(): void;
}

/** How long what is only marks waits for what they mark. Milliseconds. */
const HOLD = 300;
/** A flush that took long is followed by a pause of so many times its length. */
const PAUSE = 4;
/** So much of a flush makes it long. Milliseconds. */
const LONG = 8;
const LESS_MOTION = '(prefers-reduced-motion: reduce)';

/** Shows Markdown in an element, which is to have nothing else in it. */
export function createMarkdownView(root: Element, options: MarkdownViewOptions = {}): MarkdownViewHandle {
  const schedule = options.schedule ?? nextFrame;
  const view = new MarkdownView<Node>(createDomRenderer(root.ownerDocument), root, options);
  let text = '';
  let isFinished = false;
  let cancel: (() => void) | null = null;
  let hold: ReturnType<typeof setTimeout> | undefined;
  let pauseUntil = 0;

  let isDestroyed = false;
  let reveal: Reveal | null = null;

  const onClick = (event: Event): void => {
    // Not by its class: the element may be in another window.
    const button = (event.target as Partial<Element> | null)?.closest?.('button');
    if (button) view.actionOf(button)?.();
  };
  root.addEventListener('click', onClick);
  if (options.reveal && !root.ownerDocument.defaultView?.matchMedia(LESS_MOTION).matches) {
    import('./reveal.ts').then(
      (module) => {
        reveal = new module.Reveal();
      },
      () => {
        // Without it, all is shown as it comes.
      },
    );
  }

  const stop = (): void => {
    cancel?.();
    cancel = null;
    clearTimeout(hold);
  };

  const flush = (isUrgent: boolean): void => {
    stop();
    const start = performance.now();
    if (reveal) view.push(reveal.take(start));
    view.flush(isUrgent);
    const took = performance.now() - start;
    if (took > LONG) pauseUntil = start + took * (1 + PAUSE);
    if (view.isRestless) hold = setTimeout(() => flush(true), HOLD);
    if (reveal?.hasMore) later();
  };

  const later = (): void => {
    if (cancel) return;
    const wait = pauseUntil - performance.now();
    let isOver = false;
    const callback = (): void => {
      isOver = true;
      flush(false);
    };
    const callOff = wait > 0 ? after(wait, callback) : schedule(callback);
    if (!isOver) cancel = callOff;
  };

  const reset = (): void => {
    if (isDestroyed) return;
    stop();
    text = '';
    isFinished = false;
    reveal?.rest();
    view.reset();
  };

  const push = (delta: string): void => {
    text += delta;
    if (reveal) reveal.add(delta, performance.now());
    else view.push(delta);
  };

  const append = (delta: string): void => {
    if (isFinished || isDestroyed || delta === '') return;
    push(delta);
    later();
  };

  return {
    append,
    reset,
    refreshCitations: () => view.refreshCitations(),
    finish() {
      if (isFinished || isDestroyed) return;
      isFinished = true;
      stop();
      if (reveal) view.push(reveal.rest());
      view.finish();
    },
    set(whole) {
      if (whole === text || isDestroyed) return;
      if (isFinished || !whole.startsWith(text)) reset();
      push(whole.slice(text.length));
      // Whoever gives the whole text does so when it is time to show it.
      if (reveal || pauseUntil > performance.now()) later();
      else flush(false);
    },
    destroy() {
      isDestroyed = true;
      stop();
      root.removeEventListener('click', onClick);
    },
  };
}

function after(wait: number, callback: () => void): () => void {
  const timer = setTimeout(callback, wait);
  return () => clearTimeout(timer);
}

function nextFrame(callback: () => void): () => void {
  const frame = requestAnimationFrame(callback);
  return () => cancelAnimationFrame(frame);
}
