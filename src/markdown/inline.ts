export type InlineType =
  | 'root'
  | 'text'
  | 'emphasis'
  | 'strong'
  | 'delete'
  | 'mark'
  | 'inlineCode'
  | 'inlineMath'
  | 'link'
  | 'image'
  | 'break'
  | 'footnoteReference'
  | 'citation';

/** A piece of a line of text. The names are those of mdast. */
export class Inline {
  type: InlineType;
  /** Text, code, mathematics, the label of a footnote or a citation. */
  value: string;
  /** Where a link or an image leads, or what a formula says; null while it is not known yet. */
  url: string | null = null;
  title = '';
  /** Found by itself, in text that nobody marked as a link. */
  isAuto = false;
  /** Nodes within each other below this one. */
  height = 0;
  /** Where the end of this text stands in what was parsed, and from which place in it; -1 where that is not known. */
  source = -1;
  sourceOffset = 0;
  parent: Inline | null = null;
  first: Inline | null = null;
  last: Inline | null = null;
  previous: Inline | null = null;
  next: Inline | null = null;

  constructor(type: InlineType, value = '') {
    this.type = type;
    this.value = value;
  }

  append(child: Inline): void {
    child.unlink();
    child.parent = this;
    child.previous = this.last;
    if (this.last) this.last.next = child;
    else this.first = child;
    this.last = child;
  }

  insertAfter(sibling: Inline): void {
    sibling.unlink();
    sibling.parent = this.parent;
    sibling.previous = this;
    sibling.next = this.next;
    if (this.next) this.next.previous = sibling;
    else if (this.parent) this.parent.last = sibling;
    this.next = sibling;
  }

  unlink(): void {
    if (this.previous) this.previous.next = this.next;
    else if (this.parent?.first === this) this.parent.first = this.next;
    if (this.next) this.next.previous = this.previous;
    else if (this.parent?.last === this) this.parent.last = this.previous;
    this.parent = null;
    this.previous = null;
    this.next = null;
  }

  /** Takes what stands between this one and `end`, or the end, into `container`, which comes after this. */
  wrap(container: Inline, end: Inline | null): void {
    for (let node = this.next; node && node !== end; ) {
      const { next } = node;
      container.append(node);
      node = next;
    }
    this.insertAfter(container);
  }
}

/** What it says, without what marks it. */
export function plainText(node: Inline): string {
  let text = node.value;
  // Nodes are as deep as the parser lets them be.
  for (let child = node.first; child; child = child.next) text += plainText(child);
  return text;
}
