import type { Block, BlockType } from './block.ts';
import { BlockParser } from './block-parser.ts';
import type { Bound } from './bound-inline.ts';
import { CodeView } from './code-view.ts';
import { loadEntities } from './entities.ts';
import { Footnotes } from './footnotes.ts';
import { isHeldBack } from './held-back.ts';
import { InlineNodes } from './inline-nodes.ts';
import { labelEnd, leadingDefinitions } from './link.ts';
import { draw, type MarkdownOptions, readingOf } from './options.ts';
import type { ElementName, Renderer } from './renderer.ts';
import { TableView } from './table-view.ts';
import { FREEZE_AFTER, Texts, type TextView, textView } from './texts.ts';

/** A line that is still being written and is longer is only read again when it grew by half. */
const LONG_LINE = 16_384;
const LANGUAGE = /^[^\s\p{Cc}]{1,30}/u;

/** What looks like the head of a table, and what will be the line below it. */
const HEAD = /^\|.*(?:\n[|:\- \t]*)?$/;

/** What blocks are shown as; lists with numbers and the depths of headings apart. */
const ELEMENTS: Readonly<Record<BlockType, ElementName>> = {
  root: 'p',
  blockquote: 'blockquote',
  list: 'ul',
  listItem: 'li',
  footnoteDefinition: 'li',
  directive: 'div',
  paragraph: 'p',
  heading: 'h1',
  code: 'pre',
  math: 'div',
  html: 'p',
  table: 'table',
  thematicBreak: 'hr',
};

/** One block as it is shown. */
interface BlockView<Node> {
  block: Block;
  readonly type: BlockType;
  readonly node: Node;
  /** Where its blocks or its text go. */
  readonly content: Node;
  readonly key: string;
  children: BlockView<Node>[];
  /** So many of the first children are final. */
  done: number;
  isTight: boolean;
  readonly text: TextView<Node> | null;
  table: TableView<Node> | null;
  code: CodeView<Node> | null;
  /** Of a task. */
  box: { readonly node: Node; readonly host: Node; readonly isChecked: boolean } | null;
  hasLanguage: boolean;
  /** Tells the controls of the block that more of it is known. */
  decorate: (() => void) | null;
  wasDrawn: boolean;
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
  readonly #freezeAfter: number;
  #parser!: BlockParser;
  #view!: BlockView<Node>;
  #texts!: Texts<Node>;
  readonly #footnotes: Footnotes<Node>;
  readonly #nodes: InlineNodes<Node>;
  #isFinished = false;
  #isRestless = false;
  /** Of the line that is being written, when it was read last. */
  #lineLength = 0;

  constructor(renderer: Renderer<Node>, root: Node, options: MarkdownOptions, freezeAfter = FREEZE_AFTER) {
    this.#renderer = renderer;
    this.#options = options;
    this.#root = root;
    this.#freezeAfter = freezeAfter;
    instances += 1;
    this.#footnotes = new Footnotes(renderer, root, `markdown-${instances}-`);
    this.#nodes = new InlineNodes(renderer, options, this.#footnotes, (label) =>
      this.#parser.footnotes.has(label),
    );
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
    this.#texts.grow(text.length);
  }

  /** Shows what arrived. What is only marks so far waits; with `isUrgent` it does not. */
  flush(isUrgent = false): void {
    const parser = this.#parser;
    this.#isRestless = false;
    // To read a long line again for every piece of it would take longer and longer.
    const { length } = parser.rest;
    if (!isUrgent && length > LONG_LINE && length < this.#lineLength * 1.5) {
      this.#isRestless = true;
      return;
    }
    this.#lineLength = length;
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
    this.#texts.invalidate();
    this.#texts.refresh();
    this.#renumber();
    this.#footnotes.show();
  }

  /** Something more may be cited now. */
  refreshCitations(): void {
    this.#texts.invalidate();
    this.#texts.refresh();
  }

  reset(): void {
    for (const child of this.#view.children) this.#renderer.remove(child.node);
    this.#footnotes.clear();
    this.#isFinished = false;
    this.#isRestless = false;
    this.#begin();
  }

  #begin(): void {
    const reading = readingOf(this.#options);
    const parser = new BlockParser(reading);
    this.#parser = parser;
    const view = this;
    const options = {
      ...reading,
      get isStreaming() {
        return !view.#isFinished;
      },
    };
    this.#texts = new Texts(this.#nodes, this.#freezeAfter, options, {
      definition: (label) => parser.definitions.get(label),
      hasFootnote: (label) => parser.footnotes.has(label),
    });
    this.#view = this.#makeView(parser.root, this.#root, this.#root, '');
  }

  #show(isUrgent: boolean): void {
    this.#syncChildren(this.#view, isUrgent);
    const { defined } = this.#parser;
    this.#parser.defined = [];
    this.#texts.invalidate(defined);
    this.#texts.refresh([], isUrgent);
    this.#footnotes.show();
    if (this.#texts.isBehind) this.#isRestless = true;
    this.#texts.isBehind = false;
    if (this.#texts.hasUnknownEntities) void this.#nameEntities(this.#texts);
  }

  async #nameEntities(texts: Texts<Node>): Promise<void> {
    await loadEntities();
    texts.invalidateUnknown();
    if (texts === this.#texts) texts.refresh();
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
      table: null,
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
      const isNew = !child || child.key !== key;
      if (!child || isNew) {
        this.#removeFrom(view, index);
        child = this.#create(block, type, key);
        // Most have one, and a list made to hold one is small.
        if (index === 0) view.children = [child];
        else view.children.push(child);
      }
      child.block = block;
      this.#update(child, type, isUrgent);
      // Filled first: what is in it makes no change of the page of its own.
      if (isNew && type !== 'footnoteDefinition') {
        const before = view === this.#view ? this.#footnotes.section : null;
        this.#renderer.insert(view.content, child.node, before);
      }
      if (block.final && index === view.done) view.done += 1;
    }
    this.#removeFrom(view, blocks.length);
  }

  #removeFrom(view: BlockView<Node>, index: number): void {
    if (index >= view.children.length) return;
    for (const child of view.children.splice(index)) {
      this.#renderer.remove(child.node);
      this.#forget(child);
    }
  }

  #forget(view: BlockView<Node>): void {
    for (const text of ownTexts(view)) this.#texts.forget(text);
    for (const child of view.children) this.#forget(child);
    if (view.type === 'footnoteDefinition') this.#footnotes.remove(view.block.info, view.node);
  }

  /** A paragraph that looks like the head of a table is shown as one. */
  #shownAs(block: Block): BlockType {
    if (block.type !== 'paragraph' || block.final || this.#options.gfm === false) return block.type;
    return HEAD.test(block.text) ? 'table' : 'paragraph';
  }

  #create(block: Block, type: BlockType, key: string): BlockView<Node> {
    const { start, depth, info } = block;
    const isOrdered = type === 'list' && start !== null;
    const node = this.#renderer.element(
      isOrdered ? 'ol' : type === 'heading' ? (`h${depth}` as ElementName) : ELEMENTS[type],
    );
    let content = node;
    if (isOrdered && start !== 1) this.#set(node, 'start', `${start}`);
    else if (type === 'footnoteDefinition') this.#footnotes.define(info, node);
    else if (type === 'directive') this.#set(node, 'data-directive', info);
    else if (type === 'math') this.#set(node, 'data-math', 'display');
    else if (type === 'code') {
      content = this.#renderer.element('code');
      this.#renderer.insert(node, content, null);
    }
    const hasText = type === 'paragraph' || type === 'heading';
    const view = this.#makeView(block, node, content, key, hasText);
    return type === 'code' || type === 'table' ? this.#decorated(view) : view;
  }

  #decorated(view: BlockView<Node>): BlockView<Node> {
    const decorate = this.#options.decorate?.(view.node as unknown as Element, {
      type: view.type === 'table' ? 'table' : 'code',
      info: () => (view.block.tentative ? '' : view.block.info),
      isFinal: () => view.block.final,
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
        if (view.text) this.#texts.update(view.text, block.text, !block.final, isUrgent);
        return;
      case 'table':
        view.table ??= new TableView(this.#renderer, this.#texts, view.content);
        view.table.show(block, isUrgent);
        if (block.final) view.decorate?.();
        return;
      case 'code':
      case 'math':
      case 'html':
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
    const { strings } = this.#options;
    const label = isChecked ? strings?.taskDone : strings?.taskOpen;
    if (label) this.#set(node, 'aria-label', label);
    const next = text ? (text.kept[0] ?? text.shown[0])?.node : first?.node;
    this.#renderer.insert(host, node, next ?? null);
    view.box = { node, isChecked, host };
  }

  #updateParagraph(view: BlockView<Node>, isUrgent: boolean): void {
    const { block, text } = view;
    if (!text) return;
    if (block.final) return this.#texts.update(text, block.text, false, isUrgent);
    let source = block.text;
    if (text.from === 0 && source.startsWith('[')) {
      // What defines something is not shown, nor what probably will.
      const { last, end } = leadingDefinitions(source, Math.min(text.defines, source.length));
      text.defines = last;
      source = source.slice(end);
      if (/^\[[^\]]{1,999}\]:[^\n]*$/.test(source)) source = '';
      text.canKeep = end === 0 && !mayDefine(block.text);
    }
    this.#texts.update(text, source, true, isUrgent);
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
    }
    view.code.show(block.rows, !block.open);
    view.decorate?.();
    if (!block.final) return;
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
    draw(this.#options, name, view.node, source, view.block.info);
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
    if (this.#footnotes.number(named)) this.#texts.refresh(texts);
  }
}

/** All texts, in the order in which they stand. */
function* textsOf<Node>(view: BlockView<Node>): Generator<TextView<Node>> {
  yield* ownTexts(view);
  for (const child of view.children) yield* textsOf(child);
}

function ownTexts<Node>({ text, table }: BlockView<Node>): readonly TextView<Node>[] {
  return text ? [text] : (table?.cells ?? []);
}

/** Whether what a paragraph begins with may turn out to define something, and then is not part of what it says. */
function mayDefine(source: string): boolean {
  if (!source.startsWith('[')) return false;
  const end = labelEnd(source, 0);
  return end < 0 ? source.length < 1002 : end >= source.length || source[end] === ':';
}

/** Blocks with the same key can be shown by the same nodes. */
function keyOf(block: Block, type: BlockType): string {
  if (type === 'heading') return `heading ${block.depth}`;
  if (type === 'list') return `list ${block.start}`;
  if (type === 'footnoteDefinition' || type === 'directive') return `${type} ${block.info}`;
  return type;
}
