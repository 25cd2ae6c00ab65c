import { createRequire } from 'node:module';
import { HtmlRenderer, type Node, Parser } from 'commonmark';
import MarkdownIt from 'markdown-it';
import type { MarkdownOptions } from '../../src/markdown/options.ts';

export interface Example {
  readonly number: number;
  readonly section: string;
  readonly markdown: string;
  readonly html: string;
}

/** The examples of the CommonMark specification. It writes a tab as an arrow. */
export const specExamples: readonly Example[] = (
  createRequire(import.meta.url)('commonmark-spec') as { readonly tests: readonly Example[] }
).tests.map((example) => ({
  ...example,
  markdown: example.markdown.replaceAll('→', '\t'),
  html: example.html.replaceAll('→', '\t'),
}));

const { encode } = new MarkdownIt().utils.lib.mdurl;

/** The address as the reference implementations write it. */
export const encodedAddress = (address: string): string => encode(address);

/** CommonMark and nothing else, with the addresses that the reference implementations write. */
export const commonmarkOptions: MarkdownOptions = {
  gfm: false,
  linkPolicy: encodedAddress,
  imagePolicy: encodedAddress,
};

/** What the policy puts on links and images, and where a link says that it leads elsewhere, is no part of Markdown. */
export function withoutPolicy(html: string): string {
  return html
    .replaceAll(' target="_blank" rel="noopener noreferrer nofollow ugc"', '')
    .replaceAll(' referrerpolicy="no-referrer"', '')
    .replaceAll(/<span data-chrome="host"> \([^()<>]*\)<\/span>/g, '');
}

/** What commonmark.js writes with. */
interface Writer {
  out(text: string): void;
  cr(): void;
  tag(name: string, attributes: readonly never[]): void;
}

const isTight = ({ parent }: Node): boolean => parent?.type === 'item' && parent.parent?.listTight === true;

const parser = new Parser();
/** Writes HTML in the text as the text it is: a block of it as a paragraph. */
const escapingRenderer = Object.assign(new HtmlRenderer(), {
  html_inline(this: Writer, node: Node) {
    this.out(node.literal ?? '');
  },
  html_block(this: Writer, node: Node) {
    const tags = isTight(node) ? [] : ['p', '/p'];
    this.cr();
    if (tags[0]) this.tag(tags[0], []);
    this.out(node.literal ?? '');
    if (tags[1]) this.tag(tags[1], []);
    this.cr();
  },
});

/** The HTML of commonmark.js, with HTML in the text as text. */
export function commonmarkHtml(text: string): string {
  return escapingRenderer.render(parser.parse(text));
}

/** The kinds of HTML in a text, as commonmark.js reads it. */
export function rawHtmlIn(text: string): { readonly hasBlock: boolean; readonly hasInline: boolean } {
  const walker = parser.parse(text).walker();
  const types = new Set<string>();
  for (let step = walker.next(); step; step = walker.next()) types.add(step.node.type);
  return { hasBlock: types.has('html_block'), hasInline: types.has('html_inline') };
}

const markdownIt = new MarkdownIt('commonmark', { html: true });
// As commonmark.js has it: every address is linked, and as it is written.
markdownIt.validateLink = () => true;
markdownIt.normalizeLink = encodedAddress;
const { escapeHtml } = markdownIt.utils;
markdownIt.renderer.rules['html_inline'] = (tokens, index) => escapeHtml(tokens[index]?.content ?? '');
markdownIt.renderer.rules['html_block'] = (tokens, index) => {
  const html = escapeHtml(tokens[index]?.content ?? '').trimEnd();
  return `<p>${html}</p>\n`;
};

/** The HTML of markdown-it, with HTML in the text as text. */
export function markdownItHtml(text: string): string {
  return markdownIt.render(text);
}

const BLOCK_TAGS = new Set(
  'blockquote hr li ol p pre div section table td tbody th thead tr ul h1 h2 h3 h4 h5 h6'.split(' '),
);

/** So much of the name of a language is kept, as nobody knows one that is longer. */
const LONGEST_CLASS = 'language-'.length + 30;

/** Writes HTML in the one way in which the test runner of the specification compares it. */
export function normalised(html: string): string {
  let out = '';
  let isInPre = false;
  let isAfterBlock = true;
  for (let at = 0; at < html.length; ) {
    const close = html[at] === '<' ? endOfTag(html, at) : -1;
    if (close > 0) {
      const tag = html.slice(at + 1, close);
      const name = nameOf(tag);
      const isBlock = BLOCK_TAGS.has(name);
      if (isBlock && !isInPre) out = out.trimEnd();
      if (name === 'pre') isInPre = !tag.startsWith('/');
      out += `<${tag.startsWith('/') ? `/${name}` : [name, ...attributesOf(tag)].join(' ')}>`;
      isAfterBlock = isBlock || name === 'br';
      at = close + 1;
    } else {
      const next = html.indexOf('<', at + 1);
      const end = next < 0 ? html.length : next;
      const text = html.slice(at, end);
      const shown = isInPre ? text : text.replaceAll(/[ \t\n\r\f\v]+/g, ' ');
      out += escaped(unescaped(isAfterBlock && !isInPre ? shown.trimStart() : shown));
      if (shown.trim() !== '') isAfterBlock = false;
      at = end;
    }
  }
  return out.trimEnd();
}

function endOfTag(html: string, start: number): number {
  let quote = '';
  for (let at = start + 1; at < html.length; at += 1) {
    const character = html[at] ?? '';
    if (quote !== '') quote = character === quote ? '' : quote;
    else if (character === '"' || character === "'") quote = character;
    else if (character === '>') return at;
  }
  return -1;
}

function nameOf(tag: string): string {
  return (/^\/?([a-z\d]+)/i.exec(tag)?.[1] ?? '').toLowerCase();
}

function attributesOf(tag: string): readonly string[] {
  const found = tag.replace(/^[a-z\d]+/i, '').matchAll(/([^\s=/"]+)(?:="([^"]*)")?/g);
  return [...found]
    .map(([, name, value = '']) => {
      const text = unescaped(value);
      return `${name}="${escaped(name === 'class' ? text.slice(0, LONGEST_CLASS) : text)}"`;
    })
    .sort();
}

function unescaped(text: string): string {
  return text
    .replaceAll('&quot;', '"')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&#39;', "'")
    .replaceAll('&amp;', '&');
}

function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
