import type { Renderer } from './renderer.ts';

/** The footnotes of a document: numbered as the text comes to them, and shown at its end. */
export class Footnotes<Node> {
  readonly #renderer: Renderer<Node>;
  readonly #root: Node;
  readonly #prefix: string;
  readonly #numbers = new Map<string, number>();
  readonly #notes = new Map<string, Node>();
  #section: { readonly node: Node; readonly list: Node } | null = null;
  #hasChanged = false;

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
      this.#hasChanged = true;
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
    this.#hasChanged = true;
  }

  remove(label: string, note: Node): void {
    if (this.#notes.get(label) !== note) return;
    this.#notes.delete(label);
    this.#renderer.remove(note);
  }

  /** Numbers them in that order. Returns whether any has another number now. */
  number(labels: Iterable<string>): boolean {
    const before = [...this.#numbers.keys()];
    const after = [...new Set(labels)];
    if (before.length === after.length && before.every((label, index) => label === after[index]))
      return false;
    this.#numbers.clear();
    for (const label of after) this.numberOf(label);
    this.#hasChanged = true;
    return true;
  }

  /** Shows those that the text names, in the order of their numbers. */
  show(): void {
    if (!this.#hasChanged) return;
    this.#hasChanged = false;
    const { element, insert, remove, attribute } = this.#renderer;
    const named = [...this.#numbers.keys()].filter((label) => this.#notes.has(label));
    for (const [label, note] of this.#notes) if (!this.#numbers.has(label)) remove(note);
    if (named.length > 0 && !this.#section) {
      const node = element('section');
      attribute(node, 'data-footnotes', '');
      const list = element('ol');
      insert(node, list, null);
      insert(this.#root, node, null);
      this.#section = { node, list };
    }
    for (const label of named) {
      const note = this.#notes.get(label) as Node;
      attribute(note, 'id', this.idOf(label));
      insert(this.#section?.list as Node, note, null);
    }
  }

  clear(): void {
    this.#numbers.clear();
    this.#notes.clear();
    if (this.#section) this.#renderer.remove(this.#section.node);
    this.#section = null;
    this.#hasChanged = false;
  }
}
