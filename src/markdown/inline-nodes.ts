import type { InlinePort } from './bound-inline.ts';
import type { Footnotes } from './footnotes.ts';
import { type Inline, plainText } from './inline.ts';
import { draw, type MarkdownOptions } from './options.ts';
import type { ElementName, Renderer } from './renderer.ts';
import { hostOf, imageAddress, linkTarget } from './url-policy.ts';
import { asItLooks, visible } from './visible.ts';

export interface Made<Node> {
  readonly node: Node;
  /** Where the pieces in it go. */
  readonly content: Node;
}

const ELEMENTS: Partial<Record<Inline['type'], ElementName>> = {
  emphasis: 'em',
  strong: 'strong',
  delete: 'del',
  mark: 'mark',
  break: 'br',
  inlineCode: 'code',
};

/** What a text looks like that names a host: the whole of it is an address or the name of a host. */
const LOOKS_LIKE_ADDRESS =
  /^\s*(?:[a-z][a-z\d+.-]*:\/\/|www\.)?((?:[\p{L}\p{M}\p{N}_-]+\.)+[\p{L}\p{M}]{2,24})(?:[/:?#\u2044\u2215]\S*)?\s*$/iu;

const WEB = /^https?:/i;

/** Makes the nodes of what stands in a line. Addresses go through the policies of the application. */
export class InlineNodes<Node extends object> implements InlinePort<Node> {
  readonly text: Renderer<Node>['text'];
  readonly insert: Renderer<Node>['insert'];
  readonly remove: Renderer<Node>['remove'];
  readonly rewrite: Renderer<Node>['rewrite'];
  readonly #renderer: Renderer<Node>;
  readonly #options: MarkdownOptions;
  readonly #footnotes: Footnotes<Node>;
  readonly #isDefined: (label: string) => boolean;
  /** The links in references to footnotes. */
  readonly #references = new WeakMap<object, Node>();
  /** What the buttons do that are in the text. */
  readonly actions = new WeakMap<object, () => void>();

  constructor(
    renderer: Renderer<Node>,
    options: MarkdownOptions,
    footnotes: Footnotes<Node>,
    isDefined: (label: string) => boolean,
  ) {
    this.#renderer = renderer;
    this.text = renderer.text;
    this.insert = renderer.insert;
    this.remove = renderer.remove;
    this.rewrite = renderer.rewrite;
    this.#options = options;
    this.#footnotes = footnotes;
    this.#isDefined = isDefined;
  }

  /** What needs another node when it is another, beside where it leads. */
  kindOf(piece: Inline): string {
    switch (piece.type) {
      case 'footnoteReference':
        return `${this.#footnotes.numberOf(piece.value)}`;
      case 'citation':
        return piece.value;
      case 'image':
        return plainText(piece);
      default:
        return '';
    }
  }

  make(piece: Inline): Made<Node> {
    const name = ELEMENTS[piece.type];
    if (name) return this.#element(name);
    switch (piece.type) {
      case 'link':
        return this.#link(piece);
      case 'image':
        return this.#image(piece);
      case 'footnoteReference':
        return this.#reference(piece.value);
      case 'citation':
        return this.#citation(piece.value);
      case 'inlineMath': {
        const made = this.#element('span');
        this.#renderer.attribute(made.node, 'data-math', 'inline');
        return made;
      }
      default:
        return this.#element('span');
    }
  }

  /** What can change of a node that stays. */
  update({ type, value }: Inline, node: Node): void {
    const link = type === 'footnoteReference' && this.#isDefined(value) && this.#references.get(node);
    if (link) this.#renderer.attribute(link, 'href', `#${this.#footnotes.idOf(value)}`);
  }

  /** `content` can no longer change. */
  finish(piece: Inline, { node }: Made<Node>): void {
    this.update(piece, node);
    if (piece.type === 'inlineMath' && piece.url !== null)
      draw(this.#options, 'math', node, piece.url, 'inline');
    if (piece.type !== 'link' || piece.url === null || piece.isAuto) return;
    const text = plainText(piece);
    // An address of another kind that stands for itself has no host that it could hide.
    if (text === piece.url && !WEB.test(text)) return;
    const said = LOOKS_LIKE_ADDRESS.exec(asItLooks(text.slice(0, 300)))?.[1];
    const host = said && otherHost(said, this.#target(piece.url) ?? '');
    if (!host) return;
    const shown = this.#renderer.element('span');
    this.#renderer.attribute(shown, 'data-chrome', 'host');
    this.#renderer.insert(shown, this.#renderer.text(` (${host})`), null);
    this.#renderer.insert(node, shown, null);
  }

  #element(name: ElementName): Made<Node> {
    const node = this.#renderer.element(name);
    return { node, content: node };
  }

  #target(url: string): string | null {
    const { linkPolicy } = this.#options;
    return linkPolicy ? linkPolicy(url) : linkTarget(url);
  }

  #link({ url, title }: Inline): Made<Node> {
    if (url === null) return this.#element('a');
    const target = this.#target(url);
    // An address that is refused leaves nothing but its text.
    if (target === null) return this.#element('span');
    const made = this.#element('a');
    this.#lead(made.node, target, title);
    return made;
  }

  #lead(node: Node, target: string, title: string): void {
    const { attribute } = this.#renderer;
    attribute(node, 'href', target);
    if (title !== '') attribute(node, 'title', visible(title));
    attribute(node, 'target', '_blank');
    attribute(node, 'rel', 'noopener noreferrer nofollow ugc');
  }

  #image(piece: Inline): Made<Node> {
    const { url, title } = piece;
    const alternative = visible(plainText(piece));
    if (url === null) {
      const made = this.#element('span');
      this.#renderer.insert(made.node, this.#renderer.text(alternative), null);
      return made;
    }
    const source = this.#options.imagePolicy?.(url) ?? null;
    if (source !== null) {
      const node = this.#picture(source, alternative, title);
      return { node, content: node };
    }
    const { element, insert, text, attribute, remove } = this.#renderer;
    const made = this.#element('span');
    const shown = text(alternative);
    insert(made.node, shown, null);
    const address = imageAddress(url);
    if (address === null) return made;
    const host = hostOf(address);
    attribute(made.node, 'data-host', host);
    const button = element('button');
    const words = this.#options.strings?.loadImage ?? 'Load image';
    const label = text(host ? `${words} (${host})` : words);
    attribute(button, 'type', 'button');
    attribute(button, 'data-chrome', 'image');
    insert(button, label, null);
    insert(made.node, button, null);
    this.actions.set(button, () => {
      remove(shown);
      remove(button);
      insert(made.node, this.#picture(address, alternative, title), null);
    });
    return made;
  }

  #picture(source: string, alternative: string, title: string): Node {
    const { element, attribute } = this.#renderer;
    const node = element('img');
    attribute(node, 'referrerpolicy', 'no-referrer');
    attribute(node, 'src', source);
    attribute(node, 'alt', alternative);
    if (title !== '') attribute(node, 'title', visible(title));
    return node;
  }

  #reference(label: string): Made<Node> {
    const { element, attribute, insert, text } = this.#renderer;
    const number = this.#footnotes.numberOf(label);
    const made = this.#element('sup');
    const link = element('a');
    attribute(link, 'data-footnote-ref', '');
    insert(link, text(`${number}`), null);
    insert(made.node, link, null);
    this.#references.set(made.node, link);
    return made;
  }

  #citation(label: string): Made<Node> {
    const { element, attribute, insert, text } = this.#renderer;
    const cited = this.#options.citations?.(label);
    const target = cited?.url === undefined ? null : this.#target(cited.url);
    const made = this.#element('sup');
    attribute(made.node, 'data-citation', label);
    const shown = element(target === null ? 'span' : 'a');
    if (target !== null) this.#lead(shown, target, cited?.title ?? '');
    else if (cited?.title) attribute(shown, 'title', visible(cited.title));
    insert(shown, text(label), null);
    insert(made.node, shown, null);
    return made;
  }
}

/**
 * The host of the address where it is not the one that was said; empty where it is. One with letters that others look
 * like is never the same: an address has such a host in another form, which is what is shown.
 */
function otherHost(said: string, address: string): string {
  const host = hostOf(address);
  const plain = (name: string): string =>
    name
      .toLowerCase()
      .replace(/^www\./, '')
      .replace(/:\d+$/, '');
  return plain(said) === plain(host) ? '' : host;
}
