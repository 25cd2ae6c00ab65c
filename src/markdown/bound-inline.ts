import type { Inline, InlineType } from './inline.ts';
import type { Made } from './inline-nodes.ts';

/** A piece of text as it is shown. */
export interface Bound<Node> {
  readonly type: InlineType;
  readonly node: Node;
  /** Where its own pieces go; the node itself but for links with more in them. */
  readonly content: Node;
  /** How it is shown, where there are several ways: what changes that takes another node. */
  readonly kind: string;
  /** Text before `value` that is never looked at again. */
  head: string;
  value: string;
  readonly children: Bound<Node>[];
}

export interface InlinePort<Node> {
  /** Makes the node of a piece, without the pieces in it. */
  make(piece: Inline): Made<Node>;
  /** Called once the pieces of a new one are in it. */
  finish(piece: Inline, made: Made<Node>): void;
  kindOf(piece: Inline): string;
  text(value: string): Node;
  insert(parent: Node, node: Node, before: Node | null): void;
  remove(node: Node): void;
  rewrite(text: Node, from: number, value: string): void;
}

/**
 * Makes what is shown say what the pieces from `first` on say. What is the same stays the same node, and text that
 * grew gets longer.
 */
export function showInline<Node>(
  port: InlinePort<Node>,
  parent: Node,
  shown: Bound<Node>[],
  first: Inline | null,
): void {
  let index = 0;
  for (let piece = first; piece; piece = piece.next, index += 1) {
    const kind = port.kindOf(piece);
    const old = shown[index];
    if (old && old.type === piece.type && old.kind === kind) update(port, old, piece);
    else {
      drop(port, shown, index);
      shown.push(make(port, parent, piece, kind));
    }
  }
  drop(port, shown, index);
}

/** Takes away what is shown from that one on. */
export function drop<Node>(port: InlinePort<Node>, shown: Bound<Node>[], from: number): void {
  for (const { node } of shown.splice(from)) port.remove(node);
}

function update<Node>(port: InlinePort<Node>, bound: Bound<Node>, piece: Inline): void {
  if (piece.type === 'text') rewrite(port, bound, piece.value);
  else if (piece.type !== 'image') showInline(port, bound.content, bound.children, piece.first);
}

function make<Node>(port: InlinePort<Node>, parent: Node, piece: Inline, kind: string): Bound<Node> {
  const { type, value } = piece;
  if (type === 'text') {
    const node = port.text(value);
    port.insert(parent, node, null);
    return { type, node, content: node, kind, head: '', value, children: [] };
  }
  const made = port.make(piece);
  const { node, content } = made;
  const bound: Bound<Node> = { type, node, content, kind, head: '', value, children: [] };
  // What an image says instead is in its node already.
  if (type !== 'image') showInline(port, content, bound.children, piece.first);
  port.finish(piece, made);
  port.insert(parent, node, null);
  return bound;
}

/** Changes only what is another text. */
export function rewrite<Node>(
  port: Pick<InlinePort<Node>, 'rewrite'>,
  bound: Bound<Node>,
  value: string,
): void {
  const before = bound.value;
  if (value === before) return;
  let same = 0;
  if (value.startsWith(before)) same = before.length;
  else while (same < value.length && value.charCodeAt(same) === before.charCodeAt(same)) same += 1;
  port.rewrite(bound.node, bound.head.length + same, value.slice(same));
  bound.value = value;
}
