import { allEntities } from './all-entities.ts';
import type { Block } from './block.ts';
import { BlockParser } from './block-parser.ts';
import { addEntities, mayLoadEntities } from './entities.ts';
import { type Inline, plainText } from './inline.ts';
import { type InlineContext, parseInline } from './inline-parser.ts';
import { type MarkdownOptions, readingOf } from './options.ts';
import { cellsOf } from './table.ts';

/** A node of the Markdown abstract syntax tree (mdast), as far as this library knows its kinds; plain data. */
export interface MarkdownNode {
  readonly type: string;
  readonly children?: readonly MarkdownNode[];
  /** Text, code, mathematics or raw HTML. */
  readonly value?: string;
  readonly depth?: number;
  readonly ordered?: boolean;
  readonly start?: number | null;
  /** Of a list: blank lines stand between its items. */
  readonly spread?: boolean;
  readonly checked?: boolean | null;
  readonly lang?: string | null;
  readonly meta?: string | null;
  readonly align?: readonly ('left' | 'right' | 'center' | null)[];
  readonly url?: string;
  readonly title?: string | null;
  readonly alt?: string;
  /** Of a footnote, a citation or a directive. */
  readonly identifier?: string;
}

/** The whole of a text as a tree. Addresses are as they were written: what is done with them is for the caller to check. */
export function parse(text: string, options: MarkdownOptions = {}): MarkdownNode {
  const reading = readingOf(options);
  if (mayLoadEntities()) addEntities(allEntities());
  const parser = new BlockParser(reading);
  parser.push(text);
  parser.finish();
  const context: InlineContext = {
    ...reading,
    isStreaming: false,
    definition: (label) => parser.definitions.get(label),
    hasFootnote: (label) => parser.footnotes.has(label),
  };
  const phrasing = (source: string): readonly MarkdownNode[] =>
    inlineNodes(parseInline(source, 0, context, false).root);
  return blockNode(parser.root, phrasing);
}

type Phrasing = (source: string) => readonly MarkdownNode[];

// Blocks and what stands in lines are as deep as the parsers let them be.
function blockNode(block: Block, phrasing: Phrasing): MarkdownNode {
  const { type, text, rows, info } = block;
  const value = rows.join('\n');
  switch (type) {
    case 'paragraph':
      return { type, children: phrasing(text) };
    case 'heading':
      return { type, depth: block.depth, children: phrasing(text) };
    case 'code': {
      const [, lang = '', meta = ''] = /^(\S*)\s*(.*)$/s.exec(info) ?? [];
      return { type, lang: lang || null, meta: meta || null, value };
    }
    case 'math':
    case 'html':
      return { type, value };
    case 'thematicBreak':
      return { type };
    case 'table': {
      const children = rows.map((row) => {
        const cells = cellsOf(row, block.align.length);
        return {
          type: 'tableRow',
          children: cells.map((cell) => ({ type: 'tableCell', children: phrasing(cell) })),
        };
      });
      return { type, align: block.align, children };
    }
    default: {
      const children = block.children.map((child) => blockNode(child, phrasing));
      if (type === 'list') {
        return { type, ordered: block.start !== null, start: block.start, spread: !block.tight, children };
      }
      if (type === 'listItem') return { type, checked: block.checked, children };
      if (type === 'footnoteDefinition') return { type, identifier: info, children };
      if (type === 'directive') return { type: 'containerDirective', identifier: info, children };
      return { type, children };
    }
  }
}

function inlineNodes(parent: Inline): readonly MarkdownNode[] {
  const nodes: MarkdownNode[] = [];
  for (let node = parent.first; node; node = node.next) nodes.push(inlineNode(node));
  return nodes;
}

function inlineNode(node: Inline): MarkdownNode {
  const { type, value, url, title } = node;
  switch (type) {
    case 'text':
      return { type, value };
    case 'inlineCode':
    case 'inlineMath':
      return { type, value: plainText(node) };
    case 'break':
      return { type };
    case 'image':
      return { type, url: url ?? '', title: title || null, alt: plainText(node) };
    case 'link':
      return { type, url: url ?? '', title: title || null, children: inlineNodes(node) };
    case 'footnoteReference':
    case 'citation':
      return { type, identifier: value };
    default:
      return { type, children: inlineNodes(node) };
  }
}
