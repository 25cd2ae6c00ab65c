import type { Block, BlockType } from './block.ts';
import { BlockParser } from './block-parser.ts';
import { type Bound, type InlinePort, rewrite, showInline } from './bound-inline.ts';
import { CodeView } from './code-view.ts';
import { loadEntities } from './entities.ts';
import { Footnotes } from './footnotes.ts';
import { isHeldBack } from './held-back.ts';
import type { Inline } from './inline.ts';
import { InlineNodes } from './inline-nodes.ts';
import { type InlineContext, parseInline } from './inline-parser.ts';
import { labelEnd, leadingDefinitions } from './link.ts';
import type { MarkdownOptions } from './options.ts';
import type { ElementName, Renderer } from './renderer.ts';
import { cellsOf } from './table.ts';

/** So much text of one open block is read anew for each piece; what is before it is kept as it is. */
const FREEZE_AFTER = 2048;
/** So much of the end of an open block is never kept. */
const NEVER_FROZEN = 256;
/** From so much on, an open text that cannot be kept is only read again when it grew by half. */
const LAG_AFTER = 4096;
/** Cells that rows lack, in all: a row of one cell may stand in a table of a thousand columns. */
const MAX_MISSING_CELLS = 100_000;
const LANGUAGE = /^[^\s\p{Cc}]{1,30}/u;

/** One block as it is shown. */
interface BlockView<Node> {
  block: Block;
  readonly type: BlockType;
  readonly node: Node;
  /** Where its blocks or its text go. */
  readonly content: Node;
  readonly key: string;
  readonly children: BlockView<Node>[];
  /** So many of the first children are final. */
  done: number;
  isTight: boolean;
  readonly text: TextView<Node> | null;
  /** Rows of a table, as they were shown. */
  readonly rows: RowView<Node>[];
  body: Node | null;
  code: CodeView<Node> | null;
  /** Of a task. */
  box: { readonly node: Node; readonly host: Node; readonly isChecked: boolean } | null;
  hasLanguage: boolean;
  /** Tells the controls of the block that more of it is known. */
  decorate: (() => void) | null;
  wasDrawn: boolean;
}

interface RowView<Node> {
  readonly node: Node;
  readonly cells: TextView<Node>[];
  source: string;
  isFinal: boolean;
}

/** A run of text as it is shown. */
interface TextView<Node> {
  readonly content: Node;
  source: string;
  isOpen: boolean;
  /** What was read up to here is kept. */
  from: number;
  canKeep: boolean;
  readonly kept: Bound<Node>[];
  shown: Bound<Node>[];
  /** Labels that it names and that had no definition. */
  readonly waits: Set<string>;
  /** The length of the text when it was read last. */
  length: number;
}

let instances = 0;

/**
 * Shows Markdown that is still arriving. Each flush reads what is new and changes only what it makes different: what
 * is finished is never touched again. `Node` is whatever the renderer writes.
 */
export class MarkdownView<Node extends object> {
  readonly #renderer: Renderer<Node>;
  readonly #options: MarkdownOptions;
  readonly #root: Node;
  readonly #port: InlinePort<Node>;
  readonly #freezeAfter: number;
  #parser!: BlockParser;
  #view!: BlockView<Node>;
  #context!: InlineContext;
  /** The text that is being read. */
  #current: TextView<Node> | null = null;
  /** By label, the texts that wait for its definition. */
  readonly #waiting = new Map<string, Set<TextView<Node>>>();
  /** Texts in which a name of an entity was not known. */
  readonly #unknown = new Set<TextView<Node>>();
  readonly #dirty = new Set<TextView<Node>>();
  readonly #footnotes: Footnotes<Node>;
  readonly #nodes: InlineNodes<Node>;
  #missingCells = 0;
  #isFinished = false;
  #isRestless = false;
  constructor(renderer: Renderer<Node>, root: Node, options: MarkdownOptions, freezeAfter = FREEZE_AFTER) {
    this.#renderer = renderer;
    this.#options = options;
    this.#root = root;
    this.#freezeAfter = freezeAfter;
    instances += 1;
    this.#footnotes = new Footnotes(renderer, root, `markdown-${instances}-`);
    const nodes = new InlineNodes(renderer, options, this.#footnotes, (label) =>
      this.#parser.footnotes.has(label),
    );
    this.#nodes = nodes;
    this.#port = {
      make: (piece) => nodes.make(piece),
      finish: (piece, made) => nodes.finish(piece, made),
      kindOf: (piece) => nodes.kindOf(piece),
      text: renderer.text,
      insert: renderer.insert,
      remove: renderer.remove,
      rewrite: renderer.rewrite,
    };
    this.#begin();
  }

  /** What a button in the text does. */
  actionOf(button: object): (() => void) | undefined {
    return this.#nodes.actions.get(button);
  }

  /** Something that arrived is not shown yet. */
  get isRestless(): boolean {
    return this.#isRestless;
  }

  push(text: string): void {
    this.#parser.push(text);
  }

  /** Shows what arrived. What is only marks so far waits; with `isUrgent` it does not. */
  flush(isUrgent = false): void {
    const parser = this.#parser;
    this.#isRestless = false;
    const isHeld = !isUrgent && isHeldBack(parser.rest, parser.tip);
    if (isHeld) this.#isRestless = true;
    parser.peek(isHeld ? '' : parser.rest);
    this.#show(isUrgent);
  }

  /** Nothing more comes. */
  finish(): void {
    if (this.#isFinished) return;
    this.#isFinished = true;
    this.#isRestless = false;
    this.#parser.finish();
    this.#show(true);
    // What named something that never came is text.
    for (const texts of this.#waiting.values()) for (const text of texts) this.#dirty.add(text);
    this.#refresh();
    this.#renumber();
    this.#footnotes.show();
  }

  reset(): void {
    this.#waiting.clear();
    this.#unknown.clear();
    this.#dirty.clear();
    for (const child of this.#view.children) this.#renderer.remove(child.node);
    this.#footnotes.clear();
    this.#missingCells = 0;
    this.#isFinished = false;
    this.#isRestless = false;
    this.#begin();
  }

  #begin(): void {
    const { gfm = true, math = false, mark = false, directives = false, citations } = this.#options;
    this.#parser = new BlockParser({ gfm, math: math !== false, directives });
    const parser = this.#parser;
    const wait = (label: string): void => {
      const text = this.#current;
      if (!text) return;
      text.waits.add(label);
      const texts = this.#waiting.get(label) ?? new Set();
      texts.add(text);
      this.#waiting.set(label, texts);
    };
    const view = this;
    this.#context = {
      gfm,
      math: math !== false,
      dollars: math === 'dollars',
      mark,
      get isStreaming() {
        return !view.#isFinished;
      },
      cites: (label) => (label === '' ? citations !== undefined : (citations?.(label) ?? null) !== null),
      definition: (label) => {
        const found = parser.definitions.get(label);
        if (!found) wait(label);
        return found;
      },
      hasFootnote: (label) => {
        if (parser.footnotes.has(label)) return true;
        wait(`^${label}`);
        return !view.#isFinished;
      },
    };
    this.#view = this.#makeView(parser.root, this.#root, this.#root, '');
  }

  #show(isUrgent: boolean): void {
    this.#syncChildren(this.#view, isUrgent);
    const { defined } = this.#parser;
    if (defined.length > 0) {
      this.#parser.defined = [];
      for (const label of defined) {
        for (const text of this.#waiting.get(label) ?? []) this.#dirty.add(text);
      }
    }
    this.#refresh();
    this.#footnotes.show();
    if (this.#unknown.size > 0) {
      void loadEntities().then(() => {
        for (const text of this.#unknown) this.#dirty.add(text);
        this.#unknown.clear();
        this.#refresh();
      });
    }
  }

  /** Reads texts again for which something changed that they name. */
  #refresh(): void {
    for (const text of this.#dirty) {
      release(text);
      this.#read(text);
    }
    this.#dirty.clear();
  }

  #makeView(block: Block, node: Node, content: Node, key: string, hasText = false): BlockView<Node> {
    return {
      block,
      type: block.type,
      node,
      content,
      key,
      children: [],
      done: 0,
      isTight: false,
      text: hasText ? textView(content) : null,
      rows: [],
      body: null,
      code: null,
      box: null,
      hasLanguage: false,
      decorate: null,
      wasDrawn: false,
    };
  }

  #syncChildren(view: BlockView<Node>, isUrgent: boolean): void {
    const blocks = view.block.children;
    for (let index = view.done; index < blocks.length; index += 1) {
      const block = blocks[index] as Block;
      const type = this.#shownAs(block);
      const key = keyOf(block, type);
      let child = view.children[index];
      if (!child || child.key !== key) {
        this.#removeFrom(view, index);
        child = this.#create(block, type, key);
        view.children.push(child);
        if (type !== 'footnoteDefinition') {
          const before = view === this.#view ? this.#footnotes.section : null;
          this.#renderer.insert(view.content, child.node, before);
        }
      }
      child.block = block;
      this.#update(child, type, isUrgent);
      if (block.final && index === view.done) view.done += 1;
    }
    this.#removeFrom(view, blocks.length);
  }

  #removeFrom(view: BlockView<Node>, index: number): void {
    for (const child of view.children.splice(index)) {
      this.#renderer.remove(child.node);
      this.#forget(child);
    }
  }

  #forget(view: BlockView<Node>): void {
    if (view.text) this.#forgetText(view.text);
    for (const { cells } of view.rows) for (const cell of cells) this.#forgetText(cell);
    for (const child of view.children) this.#forget(child);
    if (view.type === 'footnoteDefinition') this.#footnotes.remove(view.block.info, view.node);
  }

  #forgetText(text: TextView<Node>): void {
    for (const label of text.waits) this.#waiting.get(label)?.delete(text);
    this.#unknown.delete(text);
    this.#dirty.delete(text);
  }

  /** A paragraph that looks like the head of a table is shown as one. */
  #shownAs(block: Block): BlockType {
    if (block.type !== 'paragraph' || block.final || this.#options.gfm === false) return block.type;
    return block.text.startsWith('|') && !block.text.includes('\n') ? 'table' : 'paragraph';
  }

  #create(block: Block, type: BlockType, key: string): BlockView<Node> {
    const element = (name: ElementName): Node => this.#renderer.element(name);
    switch (type) {
      case 'blockquote': {
        const node = element('blockquote');
        return this.#makeView(block, node, node, key);
      }
      case 'list': {
        const node = element(block.start === null ? 'ul' : 'ol');
        if (block.start !== null && block.start !== 1) this.#set(node, 'start', `${block.start}`);
        return this.#makeView(block, node, node, key);
      }
      case 'listItem': {
        const node = element('li');
        return this.#makeView(block, node, node, key);
      }
      case 'footnoteDefinition': {
        const node = element('li');
        this.#footnotes.define(block.info, node);
        return this.#makeView(block, node, node, key);
      }
      case 'directive': {
        const node = element('div');
        this.#set(node, 'data-directive', block.info);
        return this.#makeView(block, node, node, key);
      }
      case 'heading': {
        const node = element(`h${block.depth}` as ElementName);
        return this.#makeView(block, node, node, key, true);
      }
      case 'thematicBreak': {
        const node = element('hr');
        return this.#makeView(block, node, node, key);
      }
      case 'code': {
        const node = element('pre');
        const code = element('code');
        this.#renderer.insert(node, code, null);
        return this.#decorated(this.#makeView(block, node, code, key));
      }
      case 'math': {
        const node = element('div');
        this.#set(node, 'data-math', 'display');
        return this.#makeView(block, node, node, key);
      }
      case 'table': {
        const node = element('table');
        return this.#decorated(this.#makeView(block, node, node, key));
      }
      case 'html':
      case 'paragraph':
      case 'root': {
        const node = element('p');
        return this.#makeView(block, node, node, key, true);
      }
      default:
        return type satisfies never;
    }
  }

  #decorated(view: BlockView<Node>): BlockView<Node> {
    const decorate = this.#options.decorate?.(view.node as unknown as Element, {
      type: view.type === 'table' ? 'table' : 'code',
      info: () => (view.block.tentative ? '' : view.block.info),
      rows: () => view.block.rows,
    });
    if (decorate) view.decorate = decorate;
    return view;
  }

  #set(node: Node, name: Parameters<Renderer<Node>['attribute']>[1], value: string | null): void {
    this.#renderer.attribute(node, name, value);
  }

  #update(view: BlockView<Node>, type: BlockType, isUrgent: boolean): void {
    const { block } = view;
    switch (type) {
      case 'paragraph':
        return this.#updateParagraph(view, isUrgent);
      case 'heading':
        return this.#updateText(view.text, block.text, !block.final, isUrgent);
      case 'html':
        if (view.text) this.#updateVerbatim(view.text, block.rows.join('\n'));
        return;
      case 'table':
        return this.#updateTable(view, isUrgent);
      case 'code':
      case 'math':
        return this.#updateCode(view);
      case 'thematicBreak':
        return;
      case 'list':
        if (view.isTight !== block.tight) {
          view.isTight = block.tight;
          this.#set(view.node, 'data-tight', block.tight ? '' : null);
        }
        break;
      case 'directive':
        this.#draw(view, block.info.split(/\s/, 1)[0] ?? '', '');
        break;
      default:
    }
    this.#syncChildren(view, isUrgent);
    if (type === 'listItem' && block.checked !== null) this.#updateTask(view);
  }

  /** The box of a task stands before the text of its first paragraph. */
  #updateTask(view: BlockView<Node>): void {
    const isChecked = view.block.checked === true;
    const [first] = view.children;
    const text = first?.type === 'paragraph' ? first.text : null;
    const host = text?.content ?? view.content;
    if (view.box?.isChecked === isChecked && view.box.host === host) return;
    if (view.box) this.#renderer.remove(view.box.node);
    const node = this.#renderer.element('input');
    this.#set(node, 'type', 'checkbox');
    if (isChecked) this.#set(node, 'checked', '');
    this.#set(node, 'disabled', '');
    const next = text ? (text.kept[0] ?? text.shown[0])?.node : first?.node;
    this.#renderer.insert(host, node, next ?? null);
    view.box = { node, isChecked, host };
  }

  #updateParagraph(view: BlockView<Node>, isUrgent: boolean): void {
    const { block, text } = view;
    if (!text) return;
    if (block.final) return this.#updateText(text, block.text, false, isUrgent);
    let source = block.text;
    if (text.from === 0 && source.startsWith('[')) {
      // What defines something is not shown, nor what probably will.
      const { end } = leadingDefinitions(source);
      source = source.slice(end);
      if (/^\[[^\]]{1,999}\]:[^\n]*$/.test(source)) source = '';
      text.canKeep = end === 0 && !mayDefine(block.text);
    }
    this.#updateText(text, source, true, isUrgent);
  }

  #updateText(text: TextView<Node> | null, source: string, isOpen: boolean, isUrgent: boolean): void {
    if (!text || (text.source === source && text.isOpen === isOpen)) return;
    const tail = source.length - text.from;
    if (isOpen && !isUrgent && tail > LAG_AFTER && source.length - text.length < tail / 3) {
      this.#isRestless = true;
      return;
    }
    // The last line of a paragraph may have become the head of a table.
    if (source.length < text.from) release(text);
    text.source = source;
    text.isOpen = isOpen;
    this.#read(text);
  }

  #read(text: TextView<Node>): void {
    this.#current = text;
    if (text.from === 0) {
      for (const label of text.waits) this.#waiting.get(label)?.delete(text);
      text.waits.clear();
    }
    const source = text.source;
    text.length = source.length;
    const parsed = parseInline(source, text.from, this.#context, text.isOpen);
    const [first] = text.shown;
    if (first && first.head !== '' && parsed.root.first?.type !== 'text') {
      // What goes on from the text that is kept is something else now.
      rewrite(this.#port, first, '');
      text.kept.push(first);
      text.shown.shift();
    }
    showInline(this.#port, text.content, text.shown, parsed.root.first);
    if (parsed.hasUnknownEntity) this.#unknown.add(text);
    if (text.isOpen && text.canKeep && source.length - text.from > this.#freezeAfter)
      this.#keep(text, parsed.root, parsed.openFrom);
    this.#current = null;
  }

  /** Keeps what later text cannot change: up to a space of a text that stands in nothing that is open. */
  #keep(text: TextView<Node>, root: Inline, openFrom: number): void {
    const limit = Math.min(openFrom, text.source.length - Math.min(NEVER_FROZEN, this.#freezeAfter));
    let index = text.shown.length - 1;
    for (let piece = root.last; piece; piece = piece.previous, index -= 1) {
      if (piece.type !== 'text' || piece.source < 0 || piece.source >= limit) continue;
      const most = piece.sourceOffset + limit - piece.source - 1;
      const space = piece.value.lastIndexOf(' ', Math.min(most, piece.value.length - 2));
      if (space < piece.sourceOffset || piece.value[space + 1] === ' ') continue;
      const bound = text.shown[index];
      if (!bound) return;
      const cut = piece.source + space + 1 - piece.sourceOffset;
      if (cut <= text.from) return;
      text.from = cut;
      bound.head += bound.value.slice(0, space + 1);
      bound.value = bound.value.slice(space + 1);
      text.kept.push(...text.shown.splice(0, index));
      return;
    }
  }

  #updateVerbatim(text: TextView<Node>, source: string): void {
    const [bound] = text.shown;
    if (bound) return rewrite(this.#port, bound, source);
    const node = this.#renderer.text(source);
    this.#renderer.insert(text.content, node, null);
    text.shown.push({ type: 'text', node, content: node, kind: '', head: '', value: source, children: [] });
  }

  #updateTable(view: BlockView<Node>, isUrgent: boolean): void {
    const { block } = view;
    const isHead = block.type === 'paragraph';
    const sources = isHead ? [block.text] : block.rows;
    const columns = isHead ? cellsOf(block.text, 1000).length : block.align.length;
    for (let index = Math.max(0, view.rows.length - 1); index < sources.length; index += 1) {
      const source = sources[index] ?? '';
      const row = view.rows[index] ?? this.#addRow(view, index);
      const isFinal = block.final || index < sources.length - 1;
      if (row.source === source && row.isFinal === isFinal && row.cells.length >= columns) continue;
      row.source = source;
      row.isFinal = isFinal;
      this.#updateRow(row, cellsOf(source, columns), block.align, columns, index === 0, isUrgent);
    }
    for (const { node, cells } of view.rows.splice(sources.length)) {
      this.#renderer.remove(node);
      for (const cell of cells) this.#forgetText(cell);
      if (sources.length === 1 && view.rows.length === 1 && view.body) {
        this.#renderer.remove(view.body);
        view.body = null;
      }
    }
    if (block.final) view.decorate?.();
  }

  #addRow(view: BlockView<Node>, index: number): RowView<Node> {
    const { element, insert } = this.#renderer;
    if (index < 2) {
      view.body = element(index === 0 ? 'thead' : 'tbody');
      insert(view.node, view.body, null);
    }
    const node = element('tr');
    insert(view.body as Node, node, null);
    const row: RowView<Node> = { node, cells: [], source: '', isFinal: false };
    view.rows.push(row);
    return row;
  }

  #updateRow(
    row: RowView<Node>,
    sources: readonly string[],
    align: Block['align'],
    columns: number,
    isHead: boolean,
    isUrgent: boolean,
  ): void {
    for (let column = 0; column < columns; column += 1) {
      if (column >= sources.length) this.#missingCells += 1;
      let cell = row.cells[column];
      if (!cell) {
        if (column >= sources.length && this.#missingCells > MAX_MISSING_CELLS) break;
        const node = this.#renderer.element(isHead ? 'th' : 'td');
        this.#renderer.insert(row.node, node, null);
        cell = textView(node);
        row.cells.push(cell);
      }
      const side = align[column] ?? null;
      if (side) this.#set(cell.content, 'align', side);
      const isOpen = !row.isFinal && column === sources.length - 1;
      this.#updateText(cell, sources[column] ?? '', isOpen, isUrgent);
    }
  }

  #updateCode(view: BlockView<Node>): void {
    const { block } = view;
    view.code ??= new CodeView(this.#renderer, view.content, view.type === 'code' ? '\n' : '');
    const language = LANGUAGE.exec(block.info)?.[0];
    // While its line is being written, so is the name.
    if (language && !block.tentative && view.type === 'code' && !view.hasLanguage) {
      view.hasLanguage = true;
      this.#set(view.content, 'class', `language-${language}`);
      void this.#highlight(view.code, language);
      view.decorate?.();
    }
    view.code.show(block.rows, !block.open);
    if (block.final) view.decorate?.();
    if (block.final)
      this.#draw(view, view.type === 'math' ? 'math' : (language ?? ''), block.rows.join('\n'));
  }

  async #highlight(code: CodeView<Node>, language: string): Promise<void> {
    try {
      const highlighter = await this.#options.highlighter?.(language);
      if (highlighter) code.highlight(highlighter);
    } catch {
      // Code without colours is code.
    }
  }

  /** Hands over to whoever draws that, once. */
  #draw(view: BlockView<Node>, name: string, source: string): void {
    if (view.wasDrawn || !view.block.final) return;
    view.wasDrawn = true;
    const { renderers } = this.#options;
    if (renderers && Object.hasOwn(renderers, name))
      renderers[name]?.(view.node as unknown as Element, source, view.block.info);
  }

  /** Numbers footnotes in the order in which the whole text names them. */
  #renumber(): void {
    const named: string[] = [];
    const texts = new Set<TextView<Node>>();
    const read = (text: TextView<Node>, shown: readonly Bound<Node>[]): void => {
      for (const bound of shown) {
        if (bound.type === 'footnoteReference') {
          named.push(bound.value);
          texts.add(text);
        }
        read(text, bound.children);
      }
    };
    for (const text of textsOf(this.#view)) {
      read(text, text.kept);
      read(text, text.shown);
    }
    if (!this.#footnotes.number(named)) return;
    for (const text of texts) this.#dirty.add(text);
    this.#refresh();
  }
}

/** All texts, in the order in which they stand. */
function* textsOf<Node>(view: BlockView<Node>): Generator<TextView<Node>> {
  if (view.text) yield view.text;
  for (const { cells } of view.rows) yield* cells;
  for (const child of view.children) yield* textsOf(child);
}

/** Nothing of the text is kept any more: all of it can change. */
function release<Node>(text: TextView<Node>): void {
  text.shown = [...text.kept.splice(0), ...text.shown];
  for (const bound of text.shown) {
    bound.value = bound.head + bound.value;
    bound.head = '';
  }
  text.from = 0;
}

/** Whether what a paragraph begins with may turn out to define something, and then is not part of what it says. */
function mayDefine(source: string): boolean {
  if (!source.startsWith('[')) return false;
  const end = labelEnd(source, 0);
  return end < 0 ? source.length < 1002 : end >= source.length || source[end] === ':';
}

function textView<Node>(content: Node): TextView<Node> {
  return {
    content,
    source: '',
    isOpen: true,
    from: 0,
    canKeep: true,
    kept: [],
    shown: [],
    waits: new Set(),
    length: 0,
  };
}

/** Blocks with the same key can be shown by the same nodes. */
function keyOf(block: Block, type: BlockType): string {
  if (type === 'heading') return `heading ${block.depth}`;
  if (type === 'list') return `list ${block.start}`;
  if (type === 'footnoteDefinition' || type === 'directive') return `${type} ${block.info}`;
  return type;
}
