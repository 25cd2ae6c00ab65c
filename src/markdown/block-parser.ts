import { type Align, Block, restore, type Saved, save } from './block.ts';
import {
  BACKSLASH,
  BACKTICK,
  CARET,
  COLON,
  DASH,
  DOLLAR,
  EQUALS,
  GREATER,
  HASH,
  isDigit,
  isSpaceOrTab,
  LESS,
  OPEN_BRACKET,
  PIPE,
  PLUS,
  runLength,
  SPACE,
  STAR,
  TAB,
  TILDE,
  UNDERSCORE,
} from './characters.ts';
import { endsHtml, htmlKind } from './html-block.ts';
import { type Definition, leadingDefinitions, normaliseLabel, unescaped } from './link.ts';
import { cellsOf, delimiterRow } from './table.ts';

export interface BlockOptions {
  /** Tables, task lists and footnotes. */
  readonly gfm: boolean;
  /** Blocks between `$$` and between `\[` and `\]`. */
  readonly math: boolean;
  /** Containers between `:::name` and `:::`. */
  readonly directives: boolean;
}

/** Containers within each other; what is deeper is text. */
const MAX_DEPTH = 100;
const INDENTED = 4;

const SETEXT_UNDERLINE = /^(?:=+|-+)[ \t]*$/;
const FOOTNOTE = /^\[\^([^\]\s]{1,999})\]:[ \t]*/;
const TASK = /^\[([ xX])\][ \t]+(?=\S)/;
const DIRECTIVE = /^(:{3,})[ \t]*([a-zA-Z][\w-]{0,63})(.*)$/;

/**
 * Blocks out of text that arrives in pieces, a line at a time. Each complete line is read once. The line that is
 * still being written is read too, by `peek`, and everything it did is taken back before the next piece.
 *
 * This is the two-phase strategy of the appendix of the CommonMark specification: a line first continues the
 * blocks that are open, then opens new ones, and what is left is text of the innermost.
 */
export class BlockParser {
  readonly root: Block;
  readonly options: BlockOptions;
  readonly definitions = new Map<string, Definition>();
  /** By label, the definitions that came first. */
  readonly footnotes = new Map<string, Block>();
  /** Labels that were defined since somebody asked. */
  defined: string[] = [];
  /** What arrived of the line that is being written. */
  #rest = '';
  /** The piece before ended in the middle of a line end. */
  #isInLineEnd = false;
  #tip: Block;
  #saved: Saved[] | null = null;
  #savedTip: Block;
  #savedWasBlank = false;
  #savedBlankIn: Block | null = null;
  #wasBlank = false;
  /** The quote in which that blank line was: it says nothing of what is around the quote. */
  #blankIn: Block | null = null;

  // The line that is being read, and how far.
  #line = '';
  #at = 0;
  #column = 0;
  /** Columns of a tab that are left over. */
  #tabRest = 0;
  #nextAt = 0;
  #nextColumn = 0;
  #indent = 0;
  #isBlank = false;
  /** From there on, the line is only this mark and spaces; zero where nobody asked yet. */
  #ruleCode = 0;
  #ruleFrom = 0;
  #closedUnmatched = true;
  #lastMatched: Block;

  constructor(options: BlockOptions) {
    this.options = options;
    this.root = new Block('root', null, false);
    this.#tip = this.root;
    this.#savedTip = this.root;
    this.#lastMatched = this.root;
  }

  /** The innermost block that is open, without what the line being written does. */
  get tip(): Block {
    return this.#saved ? this.#savedTip : this.#tip;
  }

  /** What arrived of the line that is being written. */
  get rest(): string {
    return this.#rest;
  }

  push(text: string): void {
    this.#takeBack();
    let rest = text;
    if (this.#isInLineEnd && rest !== '') {
      if (rest.startsWith('\n')) rest = rest.slice(1);
      this.#isInLineEnd = false;
    }
    if (rest.endsWith('\r')) this.#isInLineEnd = true;
    if (rest.includes('\r')) rest = rest.replace(/\r\n?/g, '\n');
    if (rest.includes('\0')) rest = rest.replaceAll('\0', '\ufffd');
    let from = 0;
    for (let end = rest.indexOf('\n'); end >= 0; end = rest.indexOf('\n', from)) {
      const line = rest.slice(from, end);
      this.#read(this.#rest === '' ? line : this.#rest + line);
      this.#rest = '';
      from = end + 1;
    }
    this.#rest += from === 0 ? rest : rest.slice(from);
  }

  /** Reads so much of the line that is being written, until more of it comes. */
  peek(line = this.#rest): void {
    this.#takeBack();
    if (line === '') return;
    this.#savedTip = this.#tip;
    this.#savedWasBlank = this.#wasBlank;
    this.#savedBlankIn = this.#blankIn;
    this.#saved = [];
    for (let block: Block | null = this.#tip; block; block = block.parent) {
      this.#saved.push(save(block, block === this.#tip));
    }
    this.#read(line);
  }

  /** Nothing more comes. */
  finish(): void {
    this.#takeBack();
    if (this.#rest !== '') this.#read(this.#rest);
    this.#rest = '';
    for (let block: Block | null = this.#tip; block; block = block.parent) this.#close(block);
    this.#tip = this.root;
  }

  get #isPeeking(): boolean {
    return this.#saved !== null;
  }

  #takeBack(): void {
    if (!this.#saved) return;
    for (const saved of this.#saved) restore(saved);
    this.#tip = this.#savedTip;
    this.#wasBlank = this.#savedWasBlank;
    this.#blankIn = this.#savedBlankIn;
    this.#saved = null;
  }

  #read(line: string): void {
    this.#line = line;
    this.#at = 0;
    this.#column = 0;
    this.#tabRest = 0;
    this.#nextAt = -1;
    this.#ruleCode = 0;
    let container = this.root;
    const { parent, quote } = this.#tip;
    if (parent && !quote && isBlankFrom(line, 0)) {
      // All around it goes on: nothing but the innermost needs to be looked at, however deep it is.
      container = parent;
      this.#findNext();
      if (parent.isIndented) this.#skipToNext();
    }
    for (let next = container.last; next?.open; next = container.last) {
      this.#findNext();
      const matched = this.#continue(next);
      if (matched === 'done') return;
      if (!matched) break;
      container = next;
    }
    this.#findNext();
    this.#closedUnmatched = container === this.#tip;
    this.#lastMatched = container;
    if (container.type === 'paragraph' || !takesLines(container)) container = this.#startBlocks(container);
    this.#take(container);
  }

  /** Whether the block goes on in this line; `done` where the line ended it. */
  #continue(block: Block): boolean | 'done' {
    switch (block.type) {
      case 'root':
      case 'list':
        return true;
      case 'blockquote':
        if (this.#indent >= INDENTED || this.#nextCode !== GREATER) return false;
        this.#skipQuoteMarker();
        return true;
      case 'listItem':
        if (this.#isBlank) {
          if (block.children.length === 0 && !block.hasDefined) return false;
          this.#skipToNext();
          return true;
        }
        if (this.#indent < block.indent) return false;
        this.#skipColumns(block.indent);
        return true;
      case 'footnoteDefinition':
        if (this.#isBlank) {
          this.#skipToNext();
          return true;
        }
        if (this.#indent < INDENTED) return false;
        this.#skipColumns(INDENTED);
        return true;
      case 'directive':
        return this.#endsFence(block) ? this.#endOf(block) : true;
      case 'code':
        if (block.fence !== '') {
          if (this.#endsFence(block)) return this.#endOf(block);
          this.#skipSpaces(block.indent);
          return true;
        }
        if (this.#isBlank) {
          if (this.#indent > INDENTED) this.#skipColumns(INDENTED);
          else this.#skipToNext();
          return true;
        }
        if (this.#indent < INDENTED) return false;
        this.#skipColumns(INDENTED);
        return true;
      case 'math': {
        const line = this.#line.slice(this.#nextAt).trimEnd();
        if (!line.endsWith(block.fence)) {
          this.#skipSpaces(block.indent);
          return true;
        }
        const content = line.slice(0, -block.fence.length).trimEnd();
        if (content !== '') block.rows.push(content);
        return this.#endOf(block);
      }
      case 'html':
        return !(this.#isBlank && block.kind >= 6);
      case 'paragraph':
      case 'table':
        return !this.#isBlank;
      case 'heading':
      case 'thematicBreak':
        return false;
      default:
        return block.type satisfies never;
    }
  }

  #endsFence({ fence }: Block): boolean {
    if (this.#indent >= INDENTED || this.#nextCode !== fence.charCodeAt(0)) return false;
    const length = runLength(this.#line, this.#nextAt);
    return length >= fence.length && isBlankFrom(this.#line, this.#nextAt + length);
  }

  /** The line was the end of this block. */
  #endOf(block: Block): 'done' {
    while (this.#tip !== block) {
      this.#close(this.#tip);
      this.#tip = this.#tip.parent ?? this.root;
    }
    this.#close(block);
    this.#tip = block.parent ?? this.root;
    this.#wasBlank = false;
    return 'done';
  }

  /** Opens what begins in this line, and returns the innermost. */
  #startBlocks(from: Block): Block {
    let container = from;
    for (;;) {
      this.#findNext();
      if (this.#isBlank) return container;
      const started = this.#start(container);
      if (!started || isLeaf(started)) return started ?? container;
      container = started;
    }
  }

  /** The block that begins here, if one does. */
  #start(container: Block): Block | null {
    const { options } = this;
    if (this.#indent >= INDENTED) {
      // Code cannot interrupt a paragraph.
      if (this.#tip.type === 'paragraph') return null;
      this.#skipColumns(INDENTED);
      return this.#add('code');
    }
    const rest = this.#line.slice(this.#nextAt);
    switch (this.#nextCode) {
      case GREATER: {
        if (container.level >= MAX_DEPTH) return null;
        this.#skipQuoteMarker();
        return this.#add('blockquote');
      }
      case HASH:
        return this.#startHeading(rest);
      case BACKTICK:
      case TILDE:
        return this.#startFence(rest);
      case LESS: {
        const kind = htmlKind(rest);
        // The last kind cannot interrupt a paragraph, not even one that goes on lazily.
        const isInParagraph =
          container.type === 'paragraph' || (!this.#closedUnmatched && this.#tip.type === 'paragraph');
        if (kind === 0 || (kind === 7 && isInParagraph)) return null;
        const block = this.#add('html');
        block.kind = kind;
        return block;
      }
      case EQUALS:
        return this.#startUnderline(container, rest);
      case DASH:
        return (
          this.#startUnderline(container, rest) ??
          this.#startThematicBreak() ??
          this.#startItem(container, rest) ??
          this.#startTable(container, rest)
        );
      case STAR:
        return this.#startThematicBreak() ?? this.#startItem(container, rest);
      case UNDERSCORE:
        return this.#startThematicBreak();
      case PIPE:
        return this.#startTable(container, rest);
      case COLON:
        return this.#startTable(container, rest) ?? this.#startDirective(container, rest);
      case OPEN_BRACKET:
        return options.gfm && rest.charCodeAt(1) === CARET ? this.#startFootnote(container, rest) : null;
      case DOLLAR:
        return options.math ? this.#startMath(rest, '$$', '$$') : null;
      case BACKSLASH:
        return options.math ? this.#startMath(rest, '\\[', '\\]') : null;
      default:
        return this.#nextCode === PLUS || isDigit(this.#nextCode) ? this.#startItem(container, rest) : null;
    }
  }

  #startHeading(rest: string): Block | null {
    const depth = runLength(rest, 0);
    if (depth > 6 || !(rest.length === depth || isSpaceOrTab(rest.charCodeAt(depth)))) return null;
    const block = this.#add('heading');
    block.depth = depth;
    let end = trimmedEnd(rest, rest.length);
    let closing = end;
    while (closing > depth && rest.charCodeAt(closing - 1) === HASH) closing -= 1;
    if (closing === depth || isSpaceOrTab(rest.charCodeAt(closing - 1))) end = trimmedEnd(rest, closing);
    block.text = end > depth ? rest.slice(depth, end).replace(/^[ \t]+/, '') : '';
    this.#at = this.#line.length;
    return block;
  }

  #startFence(rest: string): Block | null {
    const length = runLength(rest, 0);
    const info = rest.slice(length);
    if (length < 3 || (rest.charCodeAt(0) === BACKTICK && info.includes('`'))) return null;
    const block = this.#add('code');
    block.fence = rest.slice(0, length);
    block.indent = this.#indent;
    block.info = unescaped(info.trim());
    this.#at = this.#line.length;
    return block;
  }

  #startMath(rest: string, opener: string, closer: string): Block | null {
    if (!rest.startsWith(opener) || this.#tip.type === 'paragraph') return null;
    const content = rest.slice(opener.length).trim();
    const isWhole = content.endsWith(closer);
    // More of the text follows in the same line.
    if (!isWhole && content.includes(closer)) return null;
    const block = this.#add('math');
    block.fence = closer;
    block.indent = this.#indent;
    const first = isWhole ? content.slice(0, -closer.length).trimEnd() : content;
    if (first !== '') block.rows.push(first);
    this.#at = this.#line.length;
    if (isWhole) block.fence = '';
    return block;
  }

  #startDirective(container: Block, rest: string): Block | null {
    if (!this.options.directives || container.level >= MAX_DEPTH) return null;
    const match = DIRECTIVE.exec(rest);
    if (!match) return null;
    const [, fence = '', name = '', more = ''] = match;
    const block = this.#add('directive');
    block.fence = fence;
    block.info = (name + more).trim();
    this.#at = this.#line.length;
    return block;
  }

  #startUnderline(container: Block, rest: string): Block | null {
    if (container.type !== 'paragraph' || !SETEXT_UNDERLINE.test(rest)) return null;
    const { end } = leadingDefinitions(container.text);
    if (end >= container.text.length) return null;
    this.#define(container);
    container.type = 'heading';
    container.depth = rest.charCodeAt(0) === EQUALS ? 1 : 2;
    container.text = container.text.trimEnd();
    this.#at = this.#line.length;
    return container;
  }

  #startThematicBreak(): Block | null {
    if (!this.#isRule()) return null;
    const block = this.#add('thematicBreak');
    this.#at = this.#line.length;
    return block;
  }

  /** Whether the rest of the line is one mark, three times or more. In nested lists the same rest is asked for again. */
  #isRule(): boolean {
    const line = this.#line;
    const code = this.#nextCode;
    if (this.#ruleCode !== code) {
      let from = line.length;
      while (from > 0 && (line.charCodeAt(from - 1) === code || isSpaceOrTab(line.charCodeAt(from - 1)))) {
        from -= 1;
      }
      this.#ruleCode = code;
      this.#ruleFrom = from;
    }
    if (this.#nextAt < this.#ruleFrom) return false;
    let count = 0;
    for (let at = this.#nextAt; at < line.length && count < 3; at += 1) {
      if (line.charCodeAt(at) === code) count += 1;
    }
    return count === 3;
  }

  #startItem(container: Block, rest: string): Block | null {
    let length = 1;
    let start: number | null = null;
    if (isDigit(rest.charCodeAt(0))) {
      while (length < 10 && isDigit(rest.charCodeAt(length))) length += 1;
      const delimiter = rest[length];
      if (length > 9 || (delimiter !== '.' && delimiter !== ')')) return null;
      start = Number(rest.slice(0, length));
      length += 1;
    }
    if (length < rest.length && !isSpaceOrTab(rest.charCodeAt(length))) return null;
    // Only a list that begins at one, with something in it, can interrupt a paragraph.
    const interrupts = container.type === 'paragraph';
    if (interrupts && ((start !== null && start !== 1) || isBlankFrom(rest, length))) return null;
    if (container.level >= MAX_DEPTH) return null;
    const markerIndent = this.#indent;
    const marker = rest[length - 1] ?? '';
    this.#skipToNext();
    this.#skipColumns(length);
    const content = this.#at;
    const contentColumn = this.#column;
    const contentTab = this.#tabRest;
    while (this.#column - contentColumn < 5 && isSpaceOrTab(this.#line.charCodeAt(this.#at))) {
      this.#skipColumns(1);
    }
    const spaces = this.#column - contentColumn;
    const isEmpty = this.#at >= this.#line.length;
    let indent = markerIndent + length + spaces;
    if (spaces >= 5 || spaces < 1 || isEmpty) {
      indent = markerIndent + length + 1;
      this.#at = content;
      this.#column = contentColumn;
      this.#tabRest = contentTab;
      if (isSpaceOrTab(this.#line.charCodeAt(this.#at))) this.#skipColumns(1);
    }
    this.#closeUnmatched();
    const isOrdered = start !== null;
    const list = this.#tip;
    if (list.type !== 'list' || list.marker !== marker || (list.start !== null) !== isOrdered) {
      const added = this.#add('list');
      added.marker = marker;
      added.start = start;
    }
    const item = this.#add('listItem');
    item.indent = indent;
    const task = this.options.gfm && spaces > 0 && spaces < 5 ? TASK.exec(this.#line.slice(this.#at)) : null;
    if (task) {
      item.checked = task[1] !== ' ';
      this.#skipColumns(3);
    }
    return item;
  }

  #startFootnote(container: Block, rest: string): Block | null {
    const match = FOOTNOTE.exec(rest);
    if (!match || container.level >= MAX_DEPTH) return null;
    const block = this.#add('footnoteDefinition');
    block.info = normaliseLabel(match[1] ?? '');
    this.#skipToNext();
    this.#skipColumns(match[0].length);
    if (!this.#isPeeking && !this.footnotes.has(block.info)) {
      this.footnotes.set(block.info, block);
      this.defined.push(`^${block.info}`);
    }
    return block;
  }

  /** The line under the head of a table: until then it was the last line of a paragraph. */
  #startTable(container: Block, rest: string): Block | null {
    if (!this.options.gfm || container.type !== 'paragraph') return null;
    const align = delimiterRow(rest);
    if (!align) return null;
    const headAt = container.text.lastIndexOf('\n') + 1;
    const head = container.text.slice(headAt);
    if (cellsOf(head, align.length + 1).length !== align.length) return null;
    if (headAt > 0) {
      container.text = container.text.slice(0, headAt - 1);
      const table = this.#add('table');
      return this.#beginTable(table, head, align);
    }
    container.type = 'table';
    container.text = '';
    return this.#beginTable(container, head, align);
  }

  #beginTable(table: Block, head: string, align: readonly Align[]): Block {
    table.align = align;
    table.rows.push(head);
    this.#at = this.#line.length;
    return table;
  }

  /** What is left of the line is text of this block, or of a new paragraph. */
  #take(container: Block): void {
    const isLazy = !this.#closedUnmatched && !this.#isBlank && this.#tip.type === 'paragraph';
    if (isLazy) {
      this.#wasBlank = false;
      return this.#addLine(this.#tip);
    }
    this.#closeUnmatched();
    const { type } = container;
    // Blank lines in a quote, in a fence and behind a bare bullet say nothing of the list around them.
    const isCounted =
      this.#isBlank &&
      type !== 'blockquote' &&
      !(type === 'code' && container.fence !== '') &&
      type !== 'math' &&
      !(type === 'listItem' && container.children.length === 0 && !container.hasDefined);
    if (this.#at < this.#line.length || this.#isBlank) {
      if (takesLines(container)) this.#addLine(container);
      else if (type === 'table' && !this.#isBlank) container.rows.push(this.#line.slice(this.#nextAt));
      else if (!this.#isBlank && !isLeaf(container)) this.#addLine(this.#add('paragraph'));
    }
    if (type === 'math' && container.fence === '') this.#endOf(container);
    this.#wasBlank = isCounted;
    this.#blankIn = isCounted ? container.quote : null;
  }

  #addLine(block: Block): void {
    if (block.type === 'paragraph') {
      const line = this.#line.slice(this.#nextAt);
      block.text = block.text === '' ? line : `${block.text}\n${line}`;
      return;
    }
    const rest = this.#line.slice(this.#tabRest > 0 ? this.#at + 1 : this.#at);
    const line = ' '.repeat(this.#tabRest) + rest;
    if (this.#isBlank && block.fence === '') {
      block.blanks.push(line);
      return;
    }
    for (const blank of block.blanks) block.rows.push(blank);
    block.rows.push(line);
    if (block.blanks.length > 0) block.blanks = [];
    if (block.type === 'html' && endsHtml(block.kind, line)) this.#endOf(block);
  }

  #closeUnmatched(): void {
    if (this.#closedUnmatched) return;
    while (this.#tip !== this.#lastMatched) {
      this.#close(this.#tip);
      this.#tip = this.#tip.parent ?? this.root;
    }
    this.#closedUnmatched = true;
  }

  #close(block: Block): void {
    block.open = false;
    if (this.#isPeeking) return;
    block.final = true;
    if (block.type === 'paragraph') this.#define(block);
  }

  /** Takes the definitions that a paragraph begins with. One that says nothing else is gone. */
  #define(block: Block): void {
    const { definitions, end } = leadingDefinitions(block.text);
    if (end > 0) block.text = block.text.slice(end);
    if (this.#isPeeking) return;
    for (const definition of definitions) {
      if (this.definitions.has(definition.label)) continue;
      this.definitions.set(definition.label, definition);
      this.defined.push(definition.label);
    }
    if (definitions.length === 0 || block.text !== '' || !block.parent) return;
    block.parent.children.pop();
    block.parent.hasDefined = true;
  }

  #add(type: Block['type']): Block {
    this.#closeUnmatched();
    while (!canContain(this.#tip, type)) {
      this.#close(this.#tip);
      this.#tip = this.#tip.parent ?? this.root;
    }
    const parent = this.#tip;
    if (this.#wasBlank && (parent.last || parent.hasDefined) && parent.quote === this.#blankIn) {
      if (parent.type === 'list') parent.tight = false;
      else if (parent.type === 'listItem' && parent.parent) parent.parent.tight = false;
    }
    const block = new Block(type, parent, this.#isPeeking);
    parent.append(block);
    this.#tip = block;
    return block;
  }

  get #nextCode(): number {
    return this.#line.charCodeAt(this.#nextAt);
  }

  /** Where the next thing that is no space begins, and how far it is indented. */
  #findNext(): void {
    // Among the spaces before it, it stays what it was.
    if (this.#at <= this.#nextAt) {
      this.#indent = this.#nextColumn - this.#column;
      return;
    }
    let at = this.#at;
    let column = this.#column;
    if (this.#tabRest > 0) {
      column += this.#tabRest;
      at += 1;
    }
    for (; ; at += 1) {
      const code = this.#line.charCodeAt(at);
      if (code === SPACE) column += 1;
      else if (code === TAB) column += 4 - (column % 4);
      else break;
    }
    this.#nextAt = at;
    this.#nextColumn = column;
    this.#indent = column - this.#column;
    this.#isBlank = at >= this.#line.length;
  }

  #skipToNext(): void {
    this.#at = this.#nextAt;
    this.#column = this.#nextColumn;
    this.#tabRest = 0;
  }

  /** Tabs count as the columns they fill, and can be skipped in part. */
  #skipColumns(count: number): void {
    for (let left = count; left > 0 && this.#at < this.#line.length; ) {
      if (this.#line.charCodeAt(this.#at) !== TAB) {
        this.#at += 1;
        this.#column += 1;
        left -= 1;
        continue;
      }
      const width = this.#tabRest || 4 - (this.#column % 4);
      const skipped = Math.min(left, width);
      this.#column += skipped;
      this.#tabRest = width - skipped;
      if (this.#tabRest === 0) this.#at += 1;
      left -= skipped;
    }
  }

  #skipSpaces(most: number): void {
    for (let left = most; left > 0 && isSpaceOrTab(this.#line.charCodeAt(this.#at)); left -= 1) {
      this.#skipColumns(1);
    }
  }

  /** The mark of a quote, and one space behind it. */
  #skipQuoteMarker(): void {
    this.#skipToNext();
    this.#skipColumns(1);
    if (isSpaceOrTab(this.#line.charCodeAt(this.#at))) this.#skipColumns(1);
  }
}

function takesLines({ type }: Block): boolean {
  return type === 'paragraph' || type === 'code' || type === 'math' || type === 'html';
}

function isLeaf(block: Block): boolean {
  return (
    takesLines(block) || block.type === 'heading' || block.type === 'thematicBreak' || block.type === 'table'
  );
}

function canContain(parent: Block, type: Block['type']): boolean {
  switch (parent.type) {
    case 'root':
    case 'blockquote':
    case 'listItem':
    case 'footnoteDefinition':
    case 'directive':
      return type !== 'listItem';
    case 'list':
      return type === 'listItem';
    default:
      return false;
  }
}

function isBlankFrom(line: string, from: number): boolean {
  for (let at = from; at < line.length; at += 1) if (!isSpaceOrTab(line.charCodeAt(at))) return false;
  return true;
}

function trimmedEnd(text: string, from: number): number {
  let end = from;
  while (end > 0 && isSpaceOrTab(text.charCodeAt(end - 1))) end -= 1;
  return end;
}
