/**
 * Markdown that is still arriving: text in pieces becomes blocks (`block-parser.ts`), blocks become what is shown
 * (`view.ts`) by way of a renderer, and the text in them is read by `inline-parser.ts`. Nothing here needs a page but
 * the renderer that writes into one, and nothing is imported from the other layers.
 */
export { addEntities, loadEntities } from './entities.ts';
export { createMarkdownView, type MarkdownViewHandle } from './markdown-view.ts';
export type {
  Citation,
  MarkdownOptions,
  MarkdownRenderer,
  MarkdownStrings,
} from './options.ts';
export { toHtml } from './to-html.ts';
