/**
 * Markdown that is still arriving: text in pieces becomes blocks (`block-parser.ts`), blocks become what is shown
 * (`view.ts`) by way of a renderer, and the text in them is read by `inline-parser.ts`. Nothing here needs a page but
 * the renderer that writes into one, and nothing is imported from the other layers.
 */
export { loadEntities } from './entities.ts';
export {
  type CodeToken,
  type CodeTokenKind,
  createHighlighter,
  type Highlighter,
  loadHighlighter,
} from './highlight.ts';
export {
  createMarkdownView,
  type MarkdownViewHandle,
  type MarkdownViewOptions,
} from './markdown-view.ts';
export type {
  Citation,
  DecoratedBlock,
  MarkdownOptions,
  MarkdownRenderer,
  MarkdownStrings,
} from './options.ts';
export { type MarkdownNode, parse } from './parse.ts';
export { toHtml } from './to-html.ts';
