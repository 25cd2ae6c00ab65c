import { type HtmlNode, htmlRenderer, htmlRoot } from '../markdown/html-renderer.ts';
import { MarkdownView } from '../markdown/view.ts';
import { strings } from './strings.ts';

/** Elements that stand on lines of their own: a sentence ends before and with each. */
const LINES: ReadonlySet<string | null> = new Set(
  'p h1 h2 h3 h4 h5 h6 ul ol li blockquote pre table tr hr br div section'.split(' '),
);
/** What is counted of what was said. Marks are not: they come and go while their Markdown is being written. */
const COUNTED = /[\p{L}\p{M}\p{N}\p{ExtPict}]/u;
const CLOSING = /^[\p{Pe}\p{Pf}\p{Po}]+/u;

/** What an answer says, without the marks of its Markdown, in whole sentences and each once. */
export class SpokenAnswer {
  #root = htmlRoot();
  #view = new MarkdownView<HtmlNode>(htmlRenderer, this.#root, {});
  readonly #sentences = new Intl.Segmenter(strings.locale, { granularity: 'sentence' });
  #read = '';
  #said = 0;

  /** The sentences that have become whole since the last call. With `isOver`, also what is not. */
  next(text: string, isOver: boolean): string {
    this.#write(text, isOver);
    const rest = after(spokenOf(this.#root, isOver), this.#said);
    const sentences = [...this.#sentences.segment(rest)].map(({ segment }) => segment);
    // More of the last one may come, unless its paragraph has ended.
    if (!isOver && !text.endsWith('\n\n')) sentences.pop();
    const whole = sentences.join('');
    for (const character of whole) if (COUNTED.test(character)) this.#said += 1;
    return whole.replace(/\s+/g, ' ').trim();
  }

  #write(text: string, isOver: boolean): void {
    if (!text.startsWith(this.#read)) {
      this.#root = htmlRoot();
      this.#view = new MarkdownView<HtmlNode>(htmlRenderer, this.#root, {});
      this.#read = '';
    }
    this.#view.push(text.slice(this.#read.length));
    this.#read = text;
    if (isOver) this.#view.finish();
    else this.#view.flush();
  }
}

/** The text behind so many counted characters, from its next word on. */
function after(text: string, count: number): string {
  let left = count;
  let from = 0;
  let end = 0;
  for (const character of text) {
    if (COUNTED.test(character)) {
      if (left === 0) break;
      left -= 1;
      from = end + character.length;
    }
    end += character.length;
  }
  if (count === 0) return text;
  // What belongs to the next word stands right before it, as a currency does.
  const between = text.slice(from, end);
  const word = Math.max(between.lastIndexOf(' '), between.lastIndexOf('\n')) + 1;
  return (word > 0 ? between.slice(word) : between.replace(CLOSING, '')) + text.slice(end);
}

/** Footnotes stand below what is still being written; they are read at the end. */
function spokenOf(root: HtmlNode, isOver: boolean): string {
  const shown = isOver ? root.children : root.children.filter(({ name }) => name !== 'section');
  const lines = shown.map(textOf).join('').split('\n');
  return lines
    .map((line) => line.trim())
    .filter(Boolean)
    .join('\n');
}

function textOf({ name, text, attributes, children }: HtmlNode): string {
  if (name === null) return text;
  if (attributes?.has('data-chrome')) return '';
  if (name === 'img') return attributes?.get('alt') ?? '';
  const inner = children.map(textOf).join('');
  if (name === 'td' || name === 'th') return `${inner}, `;
  return LINES.has(name) ? `\n${inner}\n` : inner;
}
