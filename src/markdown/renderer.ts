/**
 * What a view of Markdown does to where it is shown: to a page, or to a text of HTML. `Node` is an element or a text
 * there. What was put there stays what it is: elements get more in them, texts get longer.
 */
export interface Renderer<Node> {
  /** Lines of code that stand in one text. */
  readonly codeChunk: number;
  /** Whether those lines get an element of their own, so that a page need not lay out what nobody sees. */
  readonly boxesCode: boolean;
  element(name: ElementName): Node;
  text(value: string): Node;
  /** Puts a node into another, before one that is there already or at the end. */
  insert(parent: Node, node: Node, before: Node | null): void;
  remove(node: Node): void;
  /** Takes everything out of an element. */
  clear(element: Node): void;
  /** Replaces what a text says from that character on. */
  rewrite(text: Node, from: number, value: string): void;
  /** Without a value, the attribute goes. */
  attribute(element: Node, name: AttributeName, value: string | null): void;
}

/** All elements that Markdown can make. `button` loads an image, copies, and the like: only this library makes it. */
export type ElementName =
  | 'p'
  | 'h1'
  | 'h2'
  | 'h3'
  | 'h4'
  | 'h5'
  | 'h6'
  | 'ul'
  | 'ol'
  | 'li'
  | 'blockquote'
  | 'pre'
  | 'code'
  | 'em'
  | 'strong'
  | 'del'
  | 'mark'
  | 'a'
  | 'img'
  | 'br'
  | 'hr'
  | 'table'
  | 'thead'
  | 'tbody'
  | 'tr'
  | 'th'
  | 'td'
  | 'input'
  | 'sup'
  | 'section'
  | 'div'
  | 'span'
  | 'button';

/** All attributes that they can have. None of them takes what a text says but for addresses, titles and numbers. */
export type AttributeName =
  | 'href'
  | 'title'
  | 'src'
  | 'alt'
  | 'start'
  | 'align'
  | 'type'
  | 'checked'
  | 'disabled'
  | 'target'
  | 'rel'
  | 'referrerpolicy'
  | 'id'
  | 'class'
  | 'data-chrome'
  | 'data-tight'
  | 'data-host'
  | 'data-footnotes'
  | 'data-footnote-ref'
  | 'data-math'
  | 'data-directive'
  | 'data-citation'
  | 'aria-label';
