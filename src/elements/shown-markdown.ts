import type { UISourcePart } from '../core/message.ts';
import {
  createMarkdownView,
  type MarkdownViewHandle,
  type MarkdownViewOptions,
} from '../markdown/markdown-view.ts';
import type { Citation, DecoratedBlock } from '../markdown/options.ts';
import { strings } from './strings.ts';
import { listOf } from './value.ts';

/** The Markdown that an element shows in its own shadow root: outside of what its template renders. */
export class ShownMarkdown {
  #root: Element | null = null;
  #view: MarkdownViewHandle | null = null;
  #options: MarkdownViewOptions | undefined;
  #sources: readonly UISourcePart[] | undefined;

  /** The text so far, which may cite these sources. Other options make another view of it. */
  show(
    root: Element | null,
    words: string,
    isStreaming: boolean,
    options?: MarkdownViewOptions,
    sources?: readonly UISourcePart[],
  ): void {
    // Stored conversations may have anything anywhere.
    const text = typeof words === 'string' ? words : '';
    if (root !== this.#root || options !== this.#options) this.#forget();
    this.#root = root;
    this.#options = options;
    if (!root) return;
    const hasOthers = sources !== this.#sources;
    this.#sources = sources;
    if (hasOthers) this.#view?.refreshCitations();
    this.#view ??= createMarkdownView(root, {
      citations: (label) => cited(listOf(this.#sources), label),
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

/** What a text names by its number among the sources of its message, or by its id. */
function cited(sources: readonly UISourcePart[], label: string): Citation | null {
  const source = sources.find(({ id }, index) => label === `${index + 1}` || label === id);
  if (!source) return null;
  const { url, title, filename } = source;
  const name = [title, filename].find((words) => typeof words === 'string' && words !== '');
  return { url: typeof url === 'string' ? url : undefined, title: name };
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
