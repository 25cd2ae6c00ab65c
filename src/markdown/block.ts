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

const NONE: readonly string[] = [];

/** A block of a document. The names are those of the Markdown abstract syntax tree (mdast). */
export class Block {
  readonly children: Block[] = [];
  readonly parent: Block | null;
  /** Containers around it. */
  readonly level: number;
  type: BlockType;
  open = true;
  /** It was closed by a line that is complete: nothing changes it any more. */
  final = false;
  /** Made by a line that may still grow. */
  readonly tentative: boolean;
  /** What a paragraph or a heading says. */
  text = '';
  /** Blank lines that belong to it only if something follows. */
  blanks: readonly string[] = NONE;
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
    this.tentative = tentative;
  }

  get last(): Block | undefined {
    return this.children[this.children.length - 1];
  }
}

/** What a block was, to be put back. */
export interface Saved {
  readonly block: Block;
  readonly fields: Block;
  readonly children: number;
  readonly rows: number;
}

export function save(block: Block): Saved {
  return {
    block,
    fields: { ...block } as Block,
    children: block.children.length,
    rows: block.rows.length,
  };
}

export function restore({ block, fields, children, rows }: Saved): void {
  Object.assign(block, fields);
  block.children.length = children;
  block.rows.length = rows;
}
