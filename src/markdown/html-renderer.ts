import type { AttributeName, ElementName, Renderer } from './renderer.ts';

/** A piece of a page that does not exist. */
export interface HtmlNode {
  readonly name: ElementName | null;
  text: string;
  attributes: Map<AttributeName, string> | null;
  children: HtmlNode[];
  parent: HtmlNode | null;
}

const VOID = new Set<ElementName | null>(['br', 'hr', 'img', 'input']);
const BLOCKS = new Set<ElementName | null>([
  'p',
  'h1',
  'h2',
  'h3',
  'h4',
  'h5',
  'h6',
  'ul',
  'ol',
  'li',
  'blockquote',
  'pre',
  'hr',
  'table',
  'thead',
  'tbody',
  'tr',
  'th',
  'td',
  'section',
  'div',
]);

/** Writes what becomes a text of HTML. */
export const htmlRenderer: Renderer<HtmlNode> = {
  codeChunk: 64,
  boxesCode: false,
  element: (name) => node(name, ''),
  text: (value) => node(null, value),
  insert(parent, child, before) {
    htmlRenderer.remove(child);
    child.parent = parent;
    const { children } = parent;
    if (before) children.splice(children.lastIndexOf(before), 0, child);
    // Most have one, and a list made to hold one is small.
    else if (children.length === 0) parent.children = [child];
    else children.push(child);
  },
  remove(child) {
    const siblings = child.parent?.children;
    if (siblings?.at(-1) === child) siblings.pop();
    else siblings?.splice(siblings.lastIndexOf(child), 1);
    child.parent = null;
  },
  clear: (element) => void element.children.splice(0),
  rewrite(text, from, value) {
    text.text = text.text.slice(0, from) + value;
  },
  attribute(element, name, value) {
    if (value === null) element.attributes?.delete(name);
    else {
      element.attributes ??= new Map();
      element.attributes.set(name, value);
    }
  },
};

export function htmlRoot(): HtmlNode {
  return node('div', '');
}

/** The HTML of what stands in a node. Paragraphs of tight lists have no tags, as in the specification. */
export function innerHtml(parent: HtmlNode): string {
  const isTight = isTightItem(parent);
  let html = '';
  let isAtLineStart = parent.parent === null;
  for (const child of parent.children) {
    const isBlock = BLOCKS.has(child.name);
    if (isBlock && !isAtLineStart && !(isTight && child.name === 'p' && html === '')) html += '\n';
    const piece = isTight && child.name === 'p' ? innerHtml(child) : outerHtml(child);
    html += piece;
    isAtLineStart = isBlock && piece.endsWith('\n');
  }
  return html;
}

function outerHtml(node: HtmlNode): string {
  const { name, text, attributes, children } = node;
  if (name === null) return escaped(text);
  let tag: string = name;
  for (const [attribute, value] of attributes ?? []) {
    if (attribute !== 'data-tight') tag += ` ${attribute}="${escaped(value)}"`;
  }
  const end = BLOCKS.has(name) ? '\n' : '';
  if (VOID.has(name)) return `<${tag} />${end}`;
  const gap = name === 'blockquote' && children.length === 0 ? '\n' : '';
  return `<${tag}>${gap}${innerHtml(node)}</${name}>${end}`;
}

function isTightItem({ name, parent }: HtmlNode): boolean {
  return name === 'li' && parent?.attributes?.has('data-tight') === true;
}

function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}

function node(name: ElementName | null, text: string): HtmlNode {
  return { name, text, attributes: null, children: [], parent: null };
}
