import type { Block } from './block.ts';
import type { Renderer } from './renderer.ts';
import { cellsOf } from './table.ts';
import { type Texts, type TextView, textView } from './texts.ts';

/** Cells that the rows of a table lack, in all: a row of one cell may stand in a table of a thousand columns. */
const MAX_MISSING_CELLS = 100_000;

interface RowView<Node> {
  readonly node: Node;
  readonly cells: TextView<Node>[];
  source: string;
  align: Block['align'];
  isFinal: boolean;
}

/** A table as it is shown: rows that are complete are not touched again. */
export class TableView<Node> {
  readonly #renderer: Renderer<Node>;
  readonly #texts: Texts<Node>;
  readonly #node: Node;
  readonly #rows: RowView<Node>[] = [];
  #body: Node | null = null;
  #missing = 0;

  constructor(renderer: Renderer<Node>, texts: Texts<Node>, node: Node) {
    this.#renderer = renderer;
    this.#texts = texts;
    this.#node = node;
  }

  get cells(): readonly TextView<Node>[] {
    return this.#rows.flatMap(({ cells }) => cells);
  }

  /** The rows of a table, or of a paragraph that looks like the head of one. */
  show({ type, text, rows, align, final }: Block, isUrgent: boolean): void {
    const isHead = type === 'paragraph';
    const sources = isHead ? text.split('\n', 1) : rows;
    const columns = isHead ? cellsOf(sources[0] ?? '', 1000).length : align.length;
    for (let index = Math.max(0, this.#rows.length - 1); index < sources.length; index += 1) {
      const source = sources[index] ?? '';
      const old = this.#rows[index];
      const row = old ?? this.#makeRow();
      const isFinal = final || index < sources.length - 1;
      if (row.source === source && row.isFinal === isFinal && row.align === align) continue;
      row.source = source;
      row.isFinal = isFinal;
      this.#showRow(row, cellsOf(source, columns), align, columns, index === 0, isUrgent);
      if (!old) this.#insert(row, index);
    }
    for (const { node, cells } of this.#rows.splice(sources.length)) {
      this.#renderer.remove(node);
      for (const cell of cells) this.#texts.forget(cell);
      if (this.#rows.length === 1 && this.#body) this.#renderer.remove(this.#body);
    }
  }

  #makeRow(): RowView<Node> {
    const node = this.#renderer.element('tr');
    const row: RowView<Node> = { node, cells: [], source: '', align: [], isFinal: false };
    this.#rows.push(row);
    return row;
  }

  #insert({ node }: RowView<Node>, index: number): void {
    const { element, insert } = this.#renderer;
    if (index >= 2) return insert(this.#body as Node, node, null);
    this.#body = element(index === 0 ? 'thead' : 'tbody');
    insert(this.#body, node, null);
    insert(this.#node, this.#body, null);
  }

  #showRow(
    row: RowView<Node>,
    sources: readonly string[],
    align: Block['align'],
    columns: number,
    isHead: boolean,
    isUrgent: boolean,
  ): void {
    const { element, insert, attribute } = this.#renderer;
    for (let column = 0; column < columns; column += 1) {
      const isMissing = column >= sources.length;
      let cell = row.cells[column];
      const isNew = !cell;
      if (!cell) {
        if (isMissing) this.#missing += 1;
        if (this.#missing > MAX_MISSING_CELLS) break;
        cell = textView(element(isHead ? 'th' : 'td'));
        row.cells.push(cell);
      }
      const side = align[column] ?? null;
      if (side !== (row.align[column] ?? null)) attribute(cell.content, 'align', side);
      const isOpen = !row.isFinal && column === sources.length - 1;
      this.#texts.update(cell, sources[column] ?? '', isOpen, isUrgent);
      if (isNew) insert(row.node, cell.content, null);
    }
    row.align = align;
  }
}
