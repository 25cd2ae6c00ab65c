import { type Bound, type InlinePort, rewrite, showInline } from './bound-inline.ts';
import { Inline } from './inline.ts';
import { type InlineContext, type ParsedInline, parseInline } from './inline-parser.ts';

/** So much text of one open block is read anew for each piece; what is before it is kept as it is. */
export const FREEZE_AFTER = 1024;
/** So much of the end of an open block is never kept. */
const NEVER_FROZEN = 256;
/** From so much on, an open text that cannot be kept is only read again when it grew by half. */
const LAG_AFTER = 4096;

/** So much is read again whenever there is a reason to. */
const FREE = 16_384;

/** A run of text as it is shown. */
export interface TextView<Node> {
  readonly content: Node;
  source: string;
  isOpen: boolean;
  /** What was read up to here is kept. */
  from: number;
  canKeep: boolean;
  /** Of a paragraph that begins with definitions, where the last of them begins. */
  defines: number;
  readonly kept: Bound<Node>[];
  shown: Bound<Node>[];
  /** Labels that it names and that had no definition, and cited nothing. */
  waits: Set<string> | null;
  /** The length of the text when it was read last. */
  length: number;
}

export function textView<Node>(content: Node): TextView<Node> {
  return {
    content,
    source: '',
    isOpen: true,
    from: 0,
    canKeep: true,
    defines: 0,
    kept: [],
    shown: [],
    waits: null,
    length: 0,
  };
}

/** What a document defines, as far as it is known. */
export type Definitions = Pick<InlineContext, 'definition' | 'hasFootnote'>;

/**
 * The texts of a document as they are shown. Of one that is still being written only the end is read again for each
 * piece; one that names what is not defined yet is read again when it is.
 */
export class Texts<Node> {
  readonly #port: InlinePort<Node>;
  readonly #context: InlineContext;
  readonly #freezeAfter: number;
  /** The text that is being read. */
  #current: TextView<Node> | null = null;
  /** By label, the texts that wait for its definition. */
  readonly #waiting = new Map<string, Set<TextView<Node>>>();
  /** Texts in which a name of an entity was not known. */
  readonly #unknown = new Set<TextView<Node>>();
  readonly #dirty = new Set<TextView<Node>>();
  /** So much may be read again. A long text whose many links are defined one after the other waits for some of them. */
  #credit = FREE;
  /** A text is not shown as far as it came, for what that would cost. */
  isBehind = false;

  constructor(
    port: InlinePort<Node>,
    freezeAfter: number,
    options: Omit<InlineContext, keyof Definitions>,
    definitions: Definitions,
  ) {
    this.#port = port;
    this.#freezeAfter = freezeAfter;
    this.#context = {
      ...options,
      get isStreaming() {
        return options.isStreaming;
      },
      cites: (label) => {
        const isCited = options.cites(label);
        if (!isCited) this.#wait(label);
        return isCited;
      },
      definition: (label) => {
        const found = definitions.definition(label);
        if (!found) this.#wait(label);
        return found;
      },
      hasFootnote: (label) => {
        if (definitions.hasFootnote(label)) return true;
        this.#wait(`^${label}`);
        // It may come yet.
        return options.isStreaming;
      },
    };
  }

  get hasUnknownEntities(): boolean {
    return this.#unknown.size > 0;
  }

  /** Shows that text. With `isUrgent`, whatever it costs. */
  update(text: TextView<Node>, source: string, isOpen: boolean, isUrgent: boolean): void {
    if (text.source === source && text.isOpen === isOpen) return;
    const tail = source.length - text.from;
    if (isOpen && !isUrgent && tail > LAG_AFTER && source.length - text.length < tail / 3) {
      this.isBehind = true;
      return;
    }
    // The last line of a paragraph may have become the head of a table.
    if (source.length < text.from) release(text);
    text.source = source;
    text.isOpen = isOpen;
    this.#read(text);
  }

  /** Those that name one of these labels are to be read again; without labels, all that wait for one. */
  invalidate(labels: Iterable<string> = this.#waiting.keys()): void {
    for (const label of labels) for (const text of this.#waiting.get(label) ?? []) this.#dirty.add(text);
  }

  invalidateUnknown(): void {
    for (const text of this.#unknown) this.#dirty.add(text);
    this.#unknown.clear();
  }

  /** So much more text came. */
  grow(length: number): void {
    this.#credit += length;
  }

  /** Reads again what is to be read again, and these; unless it is urgent, not more than what came. */
  refresh(texts: Iterable<TextView<Node>> = [], isUrgent = true): void {
    for (const text of texts) this.#dirty.add(text);
    for (const text of this.#dirty) {
      const { length } = text.source;
      if (!isUrgent && length > this.#credit) {
        this.isBehind = true;
        continue;
      }
      this.#credit -= length;
      this.#dirty.delete(text);
      release(text);
      this.#read(text);
    }
  }

  forget(text: TextView<Node>): void {
    for (const label of text.waits ?? []) this.#waiting.get(label)?.delete(text);
    this.#unknown.delete(text);
    this.#dirty.delete(text);
  }

  #wait(label: string): void {
    const text = this.#current;
    if (!text) return;
    text.waits ??= new Set();
    if (text.waits.has(label)) return;
    text.waits.add(label);
    const texts = this.#waiting.get(label);
    if (texts) texts.add(text);
    else this.#waiting.set(label, new Set([text]));
  }

  #read(text: TextView<Node>): void {
    this.#current = text;
    if (text.from === 0 && text.waits) {
      for (const label of text.waits) this.#waiting.get(label)?.delete(text);
      text.waits = null;
    }
    const { source } = text;
    text.length = source.length;
    const parsed = this.#parse(text);
    const [first] = text.shown;
    if (first && first.head !== '' && parsed.root.first?.type !== 'text') {
      // What goes on from the text that is kept is something else now.
      rewrite(this.#port, first, '');
      text.kept.push(first);
      text.shown.shift();
    }
    showInline(this.#port, text.content, text.shown, parsed.root.first);
    if (parsed.hasUnknownEntity) this.#unknown.add(text);
    const tail = source.length - text.from;
    if (text.isOpen && text.canKeep && tail > this.#freezeAfter) this.#keep(text, parsed);
    this.#current = null;
  }

  /** A text that cannot be read is shown as it is: one answer must not take the others with it. */
  #parse(text: TextView<Node>): ParsedInline {
    try {
      return parseInline(text.source, text.from, this.#context, text.isOpen);
    } catch (error) {
      globalThis.reportError?.(error);
      const root = new Inline('root');
      root.append(new Inline('text', text.source.slice(text.from)));
      return { root, hasUnknownEntity: false, openFrom: text.from };
    }
  }

  /** Keeps what later text cannot change: up to a space of a text that stands in nothing that is open. */
  #keep(text: TextView<Node>, { root, openFrom }: ParsedInline): void {
    const limit = Math.min(openFrom, text.source.length - Math.min(NEVER_FROZEN, this.#freezeAfter));
    let index = text.shown.length - 1;
    for (let piece = root.last; piece; piece = piece.previous, index -= 1) {
      if (piece.type !== 'text' || piece.source < 0 || piece.source >= limit) continue;
      const most = piece.sourceOffset + limit - piece.source - 1;
      const space = piece.value.lastIndexOf(' ', Math.min(most, piece.value.length - 2));
      if (space < piece.sourceOffset || piece.value[space + 1] === ' ') continue;
      const bound = text.shown[index];
      if (!bound) return;
      const cut = piece.source + space + 1 - piece.sourceOffset;
      if (cut <= text.from) return;
      text.from = cut;
      bound.head += bound.value.slice(0, space + 1);
      bound.value = bound.value.slice(space + 1);
      text.kept.push(...text.shown.splice(0, index));
      return;
    }
  }
}

/** Nothing of the text is kept any more: all of it can change. */
function release<Node>(text: TextView<Node>): void {
  text.shown = [...text.kept.splice(0), ...text.shown];
  for (const bound of text.shown) {
    bound.value = bound.head + bound.value;
    bound.head = '';
  }
  text.from = 0;
}
