/** What can be cited, as the text names it. */
export interface Citation {
  readonly url?: string | undefined;
  readonly title?: string | undefined;
}

/** Draws into `element`, which shows the source until then; called once, when the source is whole. */
export type MarkdownRenderer = (element: Element, source: string, info: string) => void;

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
  /** Words of the controls. */
  readonly strings?: Partial<MarkdownStrings> | undefined;
}

export interface MarkdownStrings {
  readonly loadImage: string;
  readonly backToText: string;
}

export const markdownStrings: MarkdownStrings = {
  loadImage: 'Load image',
  backToText: 'Back to the text',
};
