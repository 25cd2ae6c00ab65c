import { allEntities } from './all-entities.ts';
import { addEntities, mayLoadEntities } from './entities.ts';
import { htmlRenderer, htmlRoot, innerHtml } from './html-renderer.ts';
import type { MarkdownOptions } from './options.ts';
import { MarkdownView } from './view.ts';

/** All of a text as HTML, as safe as what is shown in a page: the same rules make it. */
export function toHtml(text: string, options: MarkdownOptions = {}): string {
  if (mayLoadEntities()) addEntities(allEntities());
  const root = htmlRoot();
  const view = new MarkdownView(htmlRenderer, root, options);
  view.push(text);
  view.finish();
  return innerHtml(root);
}
