import type { Highlighter } from './highlight.ts';

/** What can be cited, as the text names it. */
export interface Citation {
  readonly url?: string | undefined;
  readonly title?: string | undefined;
}

/**
 * Draws into `element`, which shows the source until then; called once, when the source is whole. `info` is what stands
 * behind the fence or the name; of a formula within a line it is `inline`.
 */
export type MarkdownRenderer = (element: Element, source: string, info: string) => void;

/** A block that controls can be put into. */
export interface DecoratedBlock {
  readonly type: 'code' | 'table';
  /** What stands behind the fence, once that is known. */
  info(): string;
  /** Nothing changes it any more. */
  isFinal(): boolean;
  /** The code, or the rows of the table as they were written. */
  rows(): readonly string[];
}

export interface MarkdownOptions {
  /** Tables, task lists, strikethrough, footnotes and addresses that are links by themselves. On unless `false`. */
  readonly gfm?: boolean | undefined;
  /** `$$…$$`, `\(…\)` and `\[…\]`; with `'dollars'` also `$…$`, which prices look like too. */
  readonly math?: boolean | 'dollars' | undefined;
  /** `==…==`. */
  readonly mark?: boolean | undefined;
  /** Containers between `:::name` and `:::`. */
  readonly directives?: boolean | undefined;
  /** What `[1]` and `【1】` cite; null for what cites nothing. */
  readonly citations?: ((label: string) => Citation | null) | undefined;
  /** The address as a link may have it; null refuses it. By default only web and mail addresses. */
  readonly linkPolicy?: ((url: string) => string | null) | undefined;
  /** The address from which an image loads by itself; null lets the reader decide. By default none loads. */
  readonly imagePolicy?: ((url: string) => string | null) | undefined;
  /** By the language of a fence, the name of a directive, or `math`. */
  readonly renderers?: Readonly<Record<string, MarkdownRenderer>> | undefined;
  /** What colours the code of a language; null where nothing does. `loadHighlighter` of this package is one. */
  readonly highlighter?: ((language: string) => Promise<Highlighter | null>) | undefined;
  /**
   * Called with each table and each block of code as it is made, to put controls into it, marked `data-chrome`. What
   * it returns is called when more of the block is known.
   */
  readonly decorate?: ((element: Element, block: DecoratedBlock) => () => void) | undefined;
  /** Words of the controls. */
  readonly strings?: Partial<MarkdownStrings> | undefined;
}

export interface MarkdownStrings {
  readonly loadImage: string;
  /** What the box of a task says to those who do not see it; without these, it says nothing. */
  readonly taskDone: string;
  readonly taskOpen: string;
}

/** Hands over to whoever draws that. Where that fails, the source stays. */
export function draw(
  { renderers }: MarkdownOptions,
  name: string,
  node: object,
  source: string,
  info: string,
): void {
  if (!renderers || !Object.hasOwn(renderers, name)) return;
  try {
    renderers[name]?.(node as Element, source, info);
  } catch (error) {
    globalThis.reportError?.(error);
  }
}

/** What is read of a text, with what the application left open. */
export function readingOf({
  gfm = true,
  math = false,
  mark = false,
  directives = false,
  citations,
}: MarkdownOptions) {
  return {
    gfm,
    math: math !== false,
    dollars: math === 'dollars',
    mark,
    directives,
    /** An empty label asks whether anything is cited at all. */
    cites: (label: string): boolean =>
      label === '' ? citations !== undefined : (citations?.(label) ?? null) !== null,
  };
}
