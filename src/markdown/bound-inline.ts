import type { Inline, InlineType } from './inline.ts';
import type { Made } from './inline-nodes.ts';
import type { Renderer } from './renderer.ts';

/** A piece of text as it is shown. */
export interface Bound<Node> {
  readonly type: InlineType;
  readonly node: Node;
  /** Where its own pieces go; the node itself but for links with more in them. */
  readonly content: Node;
  /** How it is shown, where there are several ways: what changes that takes another node. */
  readonly kind: string;
  readonly url: string | null;
  readonly title: string;
  /** Text before `value` that is never looked at again. */
  head: string;
  value: string;
  readonly children: Bound<Node>[];
}

export interface InlinePort<Node> extends Pick<Renderer<Node>, 'text' | 'insert' | 'remove' | 'rewrite'> {
  /** Makes the node of a piece, without the pieces in it. */
  make(piece: Inline): Made<Node>;
  /** Called for a node that stays. */
  update(piece: Inline, node: Node): void;
  /** Called once the pieces of a new one are in it. */
  finish(piece: Inline, made: Made<Node>): void;
  kindOf(piece: Inline): string;
}

/**
 * Makes what is shown say what the pieces from `first` on say. What is the same stays the same node, and text that
 * grew gets longer; where something in the middle is another, what stands around it stays.
 */
export function showInline<Node>(
  port: InlinePort<Node>,
  parent: Node,
  shown: Bound<Node>[],
  first: Inline | null,
): void {
  let index = 0;
  let piece = first;
  for (; piece; piece = piece.next, index += 1) {
    const old = shown[index];
    if (!old || !isFor(port, old, piece)) break;
    update(port, old, piece);
  }
  if (!piece && index === shown.length) return;
  if (index === shown.length) {
    for (; piece; piece = piece.next) shown.push(make(port, parent, piece, null));
    return;
  }
  const rest: Inline[] = [];
  for (; piece; piece = piece.next) rest.push(piece);
  const old = shown.splice(index);
  let same = 0;
  while (same < rest.length && same < old.length) {
    const before = old[old.length - 1 - same] as Bound<Node>;
    const after = rest[rest.length - 1 - same] as Inline;
    if (!isFor(port, before, after) || before.value !== after.value) break;
    same += 1;
  }
  const end = old.splice(old.length - same);
  // From the end: where there are many, those that stay need not move up each time.
  for (const { node } of old.reverse()) port.remove(node);
  const next = end[0]?.node ?? null;
  for (const made of rest.splice(0, rest.length - same)) shown.push(make(port, parent, made, next));
  for (const [at, bound] of end.entries()) {
    update(port, bound, rest[at] as Inline);
    shown.push(bound);
  }
}

function isFor<Node>(port: InlinePort<Node>, bound: Bound<Node>, piece: Inline): boolean {
  return (
    bound.type === piece.type &&
    (piece.type === 'text' ||
      (bound.url === piece.url && bound.title === piece.title && bound.kind === port.kindOf(piece)))
  );
}

function update<Node>(port: InlinePort<Node>, bound: Bound<Node>, piece: Inline): void {
  if (piece.type === 'text') rewrite(port, bound, piece.value);
  else if (piece.type === 'footnoteReference') port.update(piece, bound.node);
  else if (piece.type !== 'image') showInline(port, bound.content, bound.children, piece.first);
}

function make<Node>(port: InlinePort<Node>, parent: Node, piece: Inline, before: Node | null): Bound<Node> {
  const { type, value, url, title, first } = piece;
  if (type === 'text') {
    const node = port.text(value);
    port.insert(parent, node, before);
    return boundText(node, value);
  }
  const kind = port.kindOf(piece);
  const made = port.make(piece);
  const { node, content } = made;
  let children: Bound<Node>[] = [];
  // What an image says instead is in its node already.
  if (type !== 'image' && first) {
    // Most have one, and a list made to hold one is small.
    if (!first.next) children = [make(port, content, first, null)];
    else showInline(port, content, children, first);
  }
  const bound: Bound<Node> = { type, node, content, kind, url, title, head: '', value, children };
  port.finish(piece, made);
  port.insert(parent, node, before);
  return bound;
}

export function boundText<Node>(node: Node, value: string): Bound<Node> {
  return { type: 'text', node, content: node, kind: '', url: null, title: '', head: '', value, children: [] };
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
