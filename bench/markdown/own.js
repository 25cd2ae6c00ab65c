// Ours without a page.

export { htmlRenderer, htmlRoot } from '../../src/markdown/html-renderer.ts';
export { toHtml } from '../../src/markdown/to-html.ts';
export { MarkdownView } from '../../src/markdown/view.ts';
