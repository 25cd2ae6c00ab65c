import { type Bound, boundText, rewrite } from './bound-inline.ts';
import type { Highlighter } from './highlight.ts';
import type { Renderer } from './renderer.ts';

interface Chunk<Node> {
  readonly content: Node;
  /** Lines of it whose parts are shown as what they are. */
  coloured: number;
  /** All that comes after those. */
  readonly tail: Bound<Node>;
}

/**
 * Lines of code as they are shown. Lines that are complete are never touched again but to be coloured, once. Long
 * code stands in chunks, so that a page need not lay out those that nobody sees.
 */
export class CodeView<Node> {
  readonly #renderer: Renderer<Node>;
  readonly #content: Node;
  readonly #chunks: Chunk<Node>[] = [];
  #rows: readonly string[] = [];
  #isWhole = false;
  #highlighter: Highlighter | null = null;
  #state: unknown;
  #coloured = 0;
  /** What ends the last line: mathematics has nothing there. */
  readonly #end: string;

  constructor(renderer: Renderer<Node>, content: Node, end: string) {
    this.#renderer = renderer;
    this.#content = content;
    this.#end = end;
  }

  show(rows: readonly string[], isWhole: boolean): void {
    if (rows.length < this.#coloured) this.#clear();
    this.#rows = rows;
    this.#isWhole = isWhole;
    this.#update(Math.max(0, this.#chunks.length - 1));
  }

  /** Colours what is there and what comes. */
  highlight(highlighter: Highlighter): void {
    this.#highlighter = highlighter;
    this.#state = highlighter.start();
    this.#update(0);
  }

  #clear(): void {
    this.#renderer.clear(this.#content);
    this.#chunks.length = 0;
    this.#coloured = 0;
    if (this.#highlighter) this.#state = this.#highlighter.start();
  }

  #update(from: number): void {
    const size = this.#renderer.codeChunk;
    const rows = this.#rows;
    const count = Math.ceil(rows.length / size);
    for (let index = from; index < count; index += 1) {
      const first = index * size;
      const end = Math.min(rows.length, first + size);
      const chunk = this.#chunks[index] ?? this.#addChunk(index > 0 && this.#renderer.boxesCode);
      const complete = this.#isWhole || rows.length > end ? end : end - 1;
      if (this.#highlighter) this.#colour(chunk, first, complete);
      const rest = rows.slice(first + chunk.coloured, end).join('\n');
      const isOver = complete === end && first + chunk.coloured < end;
      rewrite(this.#renderer, chunk.tail, isOver ? rest + (end < rows.length ? '\n' : this.#end) : rest);
    }
    for (const { tail } of this.#chunks.slice(count)) rewrite(this.#renderer, tail, '');
  }

  #addChunk(isBoxed: boolean): Chunk<Node> {
    const { element, text, insert, attribute } = this.#renderer;
    let content = this.#content;
    if (isBoxed) {
      content = element('span');
      attribute(content, 'class', 'lines');
      insert(this.#content, content, null);
    }
    const node = text('');
    insert(content, node, null);
    const chunk: Chunk<Node> = { content, coloured: 0, tail: boundText(node, '') };
    this.#chunks.push(chunk);
    return chunk;
  }

  #colour(chunk: Chunk<Node>, first: number, complete: number): void {
    const { element, text, insert, attribute } = this.#renderer;
    for (let line = first + chunk.coloured; line < complete; line += 1) {
      const row = this.#rows[line] ?? '';
      let plain = '';
      const flush = (): void => {
        if (plain !== '') insert(chunk.content, text(plain), chunk.tail.node);
        plain = '';
      };
      for (const token of this.#highlighter?.line(row, this.#state) ?? []) {
        if (token.kind === null) {
          plain += token.text;
          continue;
        }
        flush();
        const span = element('span');
        attribute(span, 'class', `token-${token.kind}`);
        insert(span, text(token.text), null);
        insert(chunk.content, span, chunk.tail.node);
      }
      plain += line + 1 < this.#rows.length ? '\n' : this.#end;
      flush();
      chunk.coloured += 1;
      this.#coloured += 1;
    }
  }
}
