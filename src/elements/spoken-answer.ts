import { type HtmlNode, htmlRenderer, htmlRoot } from '../markdown/html-renderer.ts';
import { MarkdownView } from '../markdown/view.ts';
import { strings } from './strings.ts';

/** Elements that stand on lines of their own: a sentence ends with each. */
const LINES: ReadonlySet<string | null> = new Set(
  'p h1 h2 h3 h4 h5 h6 li blockquote pre tr hr br div section'.split(' '),
);

/** What an answer says, without the marks of its Markdown, in whole sentences and each once. */
export class SpokenAnswer {
  readonly #root = htmlRoot();
  readonly #view = new MarkdownView<HtmlNode>(htmlRenderer, this.#root, {});
  readonly #sentences = new Intl.Segmenter(strings.locale, { granularity: 'sentence' });
  #read = 0;
  #said = 0;

  /** The sentences that have become whole since the last call. With `isOver`, also what is not. */
  next(text: string, isOver: boolean): string {
    this.#view.push(text.slice(this.#read));
    this.#read = text.length;
    if (isOver) this.#view.finish();
    else this.#view.flush();
    const spoken = textOf(this.#root);
    const rest = spoken.slice(this.#said);
    const sentences = [...this.#sentences.segment(rest)].map(({ segment }) => segment);
    // More of the last one may come, unless a line has ended with it.
    if (!isOver && !sentences.at(-1)?.endsWith('\n')) sentences.pop();
    const whole = sentences.join('');
    this.#said += whole.length;
    return whole.replace(/\s+/g, ' ').trim();
  }
}

function textOf({ name, text, attributes, children }: HtmlNode): string {
  if (name === null) return text;
  if (attributes?.has('data-chrome')) return '';
  if (name === 'img') return attributes?.get('alt') ?? '';
  const inner = children.map(textOf).join('');
  if (name === 'td' || name === 'th') return `${inner}, `;
  return LINES.has(name) && children.length > 0 ? `${inner}\n` : inner;
}
