import type { Renderer } from './renderer.ts';

/** The footnotes of a document: numbered as the text comes to them, and shown at its end. */
export class Footnotes<Node> {
  readonly #renderer: Renderer<Node>;
  readonly #root: Node;
  readonly #prefix: string;
  readonly #numbers = new Map<string, number>();
  readonly #notes = new Map<string, Node>();
  #section: { readonly node: Node; readonly list: Node } | null = null;
  /** In the order of their numbers. */
  readonly #shown: { readonly number: number; readonly note: Node }[] = [];
  /** Labels that were named or defined since notes were shown last. */
  readonly #changed = new Set<string>();

  constructor(renderer: Renderer<Node>, root: Node, prefix: string) {
    this.#renderer = renderer;
    this.#root = root;
    this.#prefix = prefix;
  }

  /** What the text ends before. */
  get section(): Node | null {
    return this.#section?.node ?? null;
  }

  numberOf(label: string): number {
    let number = this.#numbers.get(label);
    if (number === undefined) {
      number = this.#numbers.size + 1;
      this.#numbers.set(label, number);
      this.#changed.add(label);
    }
    return number;
  }

  idOf(label: string): string {
    return `${this.#prefix}footnote-${this.numberOf(label)}`;
  }

  /** The first definition of a label counts. */
  define(label: string, note: Node): void {
    if (this.#notes.has(label)) return;
    this.#notes.set(label, note);
    this.#changed.add(label);
  }

  remove(label: string, note: Node): void {
    if (this.#notes.get(label) !== note) return;
    this.#hide(label);
    this.#notes.delete(label);
  }

  /** Numbers them in that order. Returns whether any has another number now. */
  number(labels: Iterable<string>): boolean {
    const before = [...this.#numbers.keys()];
    const after = [...new Set(labels)];
    if (before.length === after.length && before.every((label, index) => label === after[index]))
      return false;
    for (const label of before) this.#hide(label);
    this.#numbers.clear();
    for (const label of after) this.numberOf(label);
    return true;
  }

  /** Shows those that the text names, in the order of their numbers. What is shown stays where it is. */
  show(): void {
    if (this.#changed.size === 0) return;
    const { element, insert, attribute } = this.#renderer;
    for (const label of this.#changed) {
      const note = this.#notes.get(label);
      const number = this.#numbers.get(label);
      if (note === undefined || number === undefined) continue;
      if (!this.#section) {
        const node = element('section');
        attribute(node, 'data-footnotes', '');
        const list = element('ol');
        insert(node, list, null);
        insert(this.#root, node, null);
        this.#section = { node, list };
      }
      attribute(note, 'id', this.idOf(label));
      const index = this.#indexOf(number);
      insert(this.#section.list, note, this.#shown[index]?.note ?? null);
      this.#shown.splice(index, 0, { number, note });
    }
    this.#changed.clear();
  }

  clear(): void {
    this.#numbers.clear();
    this.#notes.clear();
    this.#changed.clear();
    this.#shown.length = 0;
    this.#removeSection();
  }

  #removeSection(): void {
    if (this.#section) this.#renderer.remove(this.#section.node);
    this.#section = null;
  }

  #hide(label: string): void {
    const note = this.#notes.get(label);
    const index = this.#indexOf(this.#numbers.get(label) ?? Number.POSITIVE_INFINITY);
    if (note === undefined || this.#shown[index]?.note !== note) return;
    this.#shown.splice(index, 1);
    this.#renderer.remove(note);
    if (this.#shown.length === 0) this.#removeSection();
  }

  /** Where that number stands, or would stand, among those that are shown. */
  #indexOf(number: number): number {
    let from = 0;
    let to = this.#shown.length;
    while (from < to) {
      const middle = (from + to) >> 1;
      if ((this.#shown[middle]?.number ?? number) < number) from = middle + 1;
      else to = middle;
    }
    return from;
  }
}
