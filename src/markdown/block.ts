export type BlockType =
  | 'root'
  | 'blockquote'
  | 'list'
  | 'listItem'
  | 'footnoteDefinition'
  | 'directive'
  | 'paragraph'
  | 'heading'
  | 'code'
  | 'math'
  | 'html'
  | 'table'
  | 'thematicBreak';

export type Align = 'left' | 'center' | 'right' | null;

/** A block of a document. The names are those of the Markdown abstract syntax tree (mdast). */
export class Block {
  children: Block[] = [];
  readonly parent: Block | null;
  /** Containers around it. */
  readonly level: number;
  /** The innermost quote that it stands in, or is. */
  readonly quote: Block | null;
  /** It stands in something whose blank lines need no indentation, or is it. */
  readonly isIndented: boolean;
  type: BlockType;
  open = true;
  /** It was closed by a line that is complete: nothing changes it any more. */
  final = false;
  /** Made by a line that may still grow. */
  readonly tentative: boolean;
  /** What a paragraph or a heading says. */
  text = '';
  /** Blank lines that belong to it only if something follows. */
  blanks: string[] = [];
  /** Of a heading, 1 to 6. */
  depth = 0;
  /** Of a list: its bullet, or what follows its numbers. */
  marker = '';
  /** Of a list that has numbers, the first of them. */
  start: number | null = null;
  /** No blank lines between the items of this list, nor between their blocks. */
  tight = true;
  /** It had a block that only defined something and is gone. */
  hasDefined = false;
  /** Columns to where the content of this item begins. */
  indent = 0;
  /** Of an item of a task list. */
  checked: boolean | null = null;
  /** What stands after a fence, the name of a directive, the label of a footnote. */
  info = '';
  /** The fence that closes it, at least; empty where it has none. */
  fence = '';
  /** Of HTML, how it ends: the number of its kind in the specification. */
  kind = 0;
  align: readonly Align[] = [];
  /** The lines of code, mathematics or HTML, or the rows of a table as they were written, the head first. */
  readonly rows: string[] = [];

  constructor(type: BlockType, parent: Block | null, tentative: boolean) {
    this.type = type;
    this.parent = parent;
    this.level = parent ? parent.level + 1 : 0;
    this.isIndented = type === 'listItem' || type === 'footnoteDefinition' || parent?.isIndented === true;
    this.quote = type === 'blockquote' ? this : (parent?.quote ?? null);
    this.tentative = tentative;
  }

  get last(): Block | undefined {
    return this.children[this.children.length - 1];
  }

  append(child: Block): void {
    // Most have one, and a list made to hold one is small.
    if (this.children.length === 0) this.children = [child];
    else this.children.push(child);
  }
}

/** What a block was, to be put back. */
export interface Saved {
  readonly block: Block;
  readonly open: boolean;
  readonly tight: boolean;
  readonly children: number;
  /** Of the innermost block, which a line can change in any way. */
  readonly fields: Block | null;
  readonly rows: number;
  readonly blanks: number;
}

export function save(block: Block, isInnermost: boolean): Saved {
  const { open, tight, children, rows, blanks } = block;
  const fields = isInnermost ? ({ ...block } as Block) : null;
  return { block, open, tight, children: children.length, fields, rows: rows.length, blanks: blanks.length };
}

export function restore({ block, open, tight, children, fields, rows, blanks }: Saved): void {
  if (fields) Object.assign(block, fields);
  if (block.blanks.length > blanks) block.blanks.length = blanks;
  block.open = open;
  block.tight = tight;
  if (block.children.length > children) block.children.length = children;
  if (block.rows.length > rows) block.rows.length = rows;
}
