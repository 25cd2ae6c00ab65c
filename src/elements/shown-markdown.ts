import {
  createMarkdownView,
  type MarkdownViewHandle,
  type MarkdownViewOptions,
} from '../markdown/markdown-view.ts';
import type { DecoratedBlock } from '../markdown/options.ts';
import { strings } from './strings.ts';

/** The Markdown that an element shows in its own shadow root: outside of what its template renders. */
export class ShownMarkdown {
  #root: Element | null = null;
  #view: MarkdownViewHandle | null = null;
  #options: MarkdownViewOptions | undefined;

  /** The text so far. Other options make another view of it. */
  show(root: Element | null, words: string, isStreaming: boolean, options?: MarkdownViewOptions): void {
    // Stored conversations may have anything anywhere.
    const text = typeof words === 'string' ? words : '';
    if (root !== this.#root || options !== this.#options) this.#forget();
    this.#root = root;
    this.#options = options;
    if (!root) return;
    this.#view ??= createMarkdownView(root, {
      // Comes with the first code.
      highlighter: async (language) => {
        const { loadHighlighter } = await import('../markdown/highlight.ts');
        return loadHighlighter(language);
      },
      decorate,
      strings: {
        loadImage: strings.loadImageOf,
        taskDone: strings.todoStatus.completed,
        taskOpen: strings.todoStatus.pending,
      },
      ...options,
    });
    this.#view.set(text);
    if (!isStreaming) this.#view.finish();
  }

  #forget(): void {
    this.#view?.reset();
    this.#view?.destroy();
    this.#view = null;
  }
}

/** Controls come with the first code or table: many conversations have none. */
function decorate(element: Element, block: DecoratedBlock): () => void {
  // What scrolls can be reached by the keyboard.
  (block.type === 'code' ? element.querySelector('code') : element)?.setAttribute('tabindex', '0');
  let update = (): void => {};
  import('./markdown-controls.ts').then(
    ({ addControls }) => {
      update = addControls(element, block);
      update();
    },
    () => {
      // Without controls it can still be read.
    },
  );
  return () => update();
}
