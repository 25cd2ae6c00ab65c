import { autolinkEnd, emailEnd, schemeStart } from './autolink.ts';
import {
  AMPERSAND,
  BACKSLASH,
  BACKTICK,
  BANG,
  CLOSE_BRACKET,
  CLOSE_PAREN,
  COLON,
  DOLLAR,
  EQUALS,
  isAlphanumeric,
  isAsciiPunctuation,
  isDigit,
  isLetter,
  isSpace,
  LESS,
  NEWLINE,
  neighbourAt,
  neighbourBefore,
  OPEN_BRACKET,
  OPEN_CITATION,
  OPEN_PAREN,
  runLength,
  SPACE,
  STAR,
  TILDE,
  UNDERSCORE,
} from './characters.ts';
import { mayLoadEntities } from './entities.ts';
import { htmlTagEnd } from './html-tag.ts';
import { Inline, type InlineType } from './inline.ts';
import { entityAt, labelEnd, normaliseLabel, skipSpace, type Target, targetAt } from './link.ts';
import { isUnfinishedTag, isUnfinishedTarget, mayBeTag } from './unfinished.ts';

/** What text may refer to, and what else than CommonMark is read in it. */
export interface InlineContext {
  readonly gfm: boolean;
  /** `$$…$$`, `\(…\)`, `\[…\]`; with `dollars` also `$…$`. */
  readonly math: boolean;
  readonly dollars: boolean;
  /** `==…==`. */
  readonly mark: boolean;
  /** Whether `[label]` and `【label】` cite something. */
  cites(label: string): boolean;
  /** More text is to come: what has no definition may get one. */
  readonly isStreaming: boolean;
  definition(label: string): Target | undefined;
  hasFootnote(label: string): boolean;
}

/** Text as a tree, and what else could be found out about it. */
export interface ParsedInline {
  readonly root: Inline;
  /** There are entities whose names may yet be loaded. */
  readonly hasUnknownEntity: boolean;
  /** Where something was left open that later text may close; the length of the text where nothing was. */
  readonly openFrom: number;
}

/** Nodes within each other; what is deeper stays as it was written. */
const MAX_DEPTH = 64;
/** The longest text behind a bracket that is shown as what it may become. Characters. */
const MAX_UNFINISHED = 300;

// biome-ignore lint/suspicious/noControlCharactersInRegex: the specification excludes them.
const URI = /<[A-Za-z][A-Za-z\d.+-]{1,31}:[^<>\x00-\x20]*>/y;
const EMAIL =
  /<[a-zA-Z\d.!#$%&'*+/=?^_`{|}~-]+@[a-zA-Z\d](?:[a-zA-Z\d-]{0,61}[a-zA-Z\d])?(?:\.[a-zA-Z\d](?:[a-zA-Z\d-]{0,61}[a-zA-Z\d])?)*>/y;
const ADDRESSES = [URI, EMAIL] as const;
const BLANK_LABEL = /\[[\t-\r ]+\]/y;
const UNFINISHED_ENTITY = /^&(?:#?[a-zA-Z\d]{0,31})?$/;
const CITATION = /^[\w.:†-]{1,64}$/;
const W = 119;

/** Characters below 128 that are looked at. */
const SPECIAL = new Uint8Array(128);
for (const character of '\n\\`*_~=[]!<&$:w') SPECIAL[character.charCodeAt(0)] = 1;

/** Where a link leads; null while that did not come yet. */
type LinkTarget = Omit<Target, 'url'> & { readonly url: string | null };

const PENDING: LinkTarget = { url: null, title: '' };

class Delimiter {
  readonly node: Inline;
  readonly code: number;
  readonly position: number;
  /** How many there were, and are. */
  readonly count: number;
  left: number;
  readonly canOpen: boolean;
  readonly canClose: boolean;
  readonly isInWord: boolean;
  previous: Delimiter | null;
  next: Delimiter | null = null;

  constructor(
    node: Inline,
    code: number,
    position: number,
    canOpen: boolean,
    canClose: boolean,
    isInWord: boolean,
    previous: Delimiter | null,
  ) {
    this.node = node;
    this.code = code;
    this.position = position;
    this.count = node.value.length;
    this.left = this.count;
    this.canOpen = canOpen;
    this.canClose = canClose;
    this.isInWord = isInWord;
    this.previous = previous;
    if (previous) previous.next = this;
  }
}

interface Bracket {
  readonly node: Inline;
  /** Behind the bracket. */
  readonly position: number;
  readonly isImage: boolean;
  readonly previous: Bracket | null;
  /** Another opened after it. */
  hasInner: boolean;
}

/**
 * What a run of text says, from a place in it on. With `isOpen` more of it may follow: what is not finished is then
 * shown as what it will probably be. This is the algorithm with two stacks, of delimiters and of brackets, of the
 * appendix of the CommonMark specification; each search that finds nothing is remembered, so that no text makes it
 * take more than linear time.
 */
export function parseInline(
  text: string,
  from: number,
  context: InlineContext,
  isOpen: boolean,
): ParsedInline {
  return new InlineParser(text, from, context, isOpen).parse();
}

class InlineParser implements ParsedInline {
  readonly root = new Inline('root');
  hasUnknownEntity = false;
  openFrom: number;

  readonly #text: string;
  readonly #context: InlineContext;
  readonly #isOpen: boolean;
  readonly #from: number;
  /** Nothing behind it is read. */
  #end: number;
  #at: number;
  /** Text that was passed and is in no node yet begins here. */
  #plainFrom: number;
  #delimiter: Delimiter | null = null;
  #bracket: Bracket | null = null;
  /** Brackets that opened before it open no link: there is one inside. */
  #noLinkBefore = -1;
  /** Delimiters that stand before it open nothing: what is behind them is too deep. */
  #floor = -1;
  /** Where each length of a run of backticks was seen last; once all were seen, what is not here does not come. */
  #backticks: Map<number, number> | null = null;
  /** What ends comments and the like is not behind these places. */
  #without: Map<string, number> | null = null;
  #hasAt = false;

  constructor(text: string, from: number, context: InlineContext, isOpen: boolean) {
    this.#text = text;
    this.#context = context;
    this.#isOpen = isOpen;
    this.#from = from;
    this.#at = from;
    this.#plainFrom = from;
    this.#end = text.length;
    while (this.#end > from && isSpace(text.charCodeAt(this.#end - 1))) this.#end -= 1;
    this.openFrom = text.length;
  }

  parse(): ParsedInline {
    const text = this.#text;
    while (this.#at < this.#end) {
      const code = text.charCodeAt(this.#at);
      if (code < 128 ? SPECIAL[code] === 0 : code !== OPEN_CITATION) this.#at += 1;
      else if (!this.#read(code)) this.#at += 1;
    }
    this.#at = this.#end;
    this.#flush();
    this.#matchDelimiters(-1);
    if (this.#isOpen) this.#completeBrackets();
    this.#hasAt = this.#context.gfm && text.includes('@', this.#from);
    this.#tidy(this.root, false);
    return this;
  }

  /** Reads what begins here. Returns false where it is a character like any other. */
  #read(code: number): boolean {
    const { gfm, math, mark } = this.#context;
    switch (code) {
      case NEWLINE:
        return this.#lineEnd();
      case BACKSLASH:
        return this.#escape();
      case BACKTICK:
        return this.#code();
      case AMPERSAND:
        return this.#entity();
      case LESS:
        return this.#angle();
      case BANG:
        return this.#bang();
      case OPEN_BRACKET:
        return this.#openBracket(false);
      case CLOSE_BRACKET:
        return this.#closeBracket();
      case STAR:
      case UNDERSCORE:
        return this.#delimiters(code);
      case TILDE:
        return gfm && this.#delimiters(code);
      case EQUALS:
        return mark && this.#delimiters(code);
      case DOLLAR:
        return math && this.#dollars();
      case COLON:
      case W:
        return gfm && this.#autolink(code);
      case OPEN_CITATION:
        return this.#cornerBrackets();
      default:
        return false;
    }
  }

  #append(node: Inline): Inline {
    this.root.append(node);
    return node;
  }

  /** Makes the text that was passed a node. */
  #flush(end = this.#at): void {
    if (end > this.#plainFrom) {
      const node = this.#append(new Inline('text', this.#text.slice(this.#plainFrom, end)));
      node.source = this.#plainFrom;
    }
    this.#plainFrom = this.#at;
  }

  /** What stood from here to `end` is read. */
  #skipTo(end: number): true {
    this.#at = end;
    this.#plainFrom = end;
    return true;
  }

  #take(end: number, node: Inline): true {
    this.#flush();
    this.#append(node);
    return this.#skipTo(end);
  }

  /** Nothing from here on is shown while more may come. */
  #hideRest(): true {
    this.#flush();
    this.#leftOpen(this.#at);
    this.#end = this.#at;
    return true;
  }

  /** Whether more of the text may come right behind that place. */
  #isLast(end: number): boolean {
    return this.#isOpen && end >= this.#text.length;
  }

  #leftOpen(at: number): void {
    this.openFrom = Math.min(this.openFrom, at);
  }

  #lineEnd(): true {
    const text = this.#text;
    let end = this.#at;
    while (end > this.#plainFrom && text.charCodeAt(end - 1) === SPACE) end -= 1;
    const isHard = this.#at - end >= 2;
    this.#flush(end);
    if (isHard) this.#append(new Inline('break'));
    let next = this.#at + 1;
    this.#append(new Inline('text', '\n'));
    while (text.charCodeAt(next) === SPACE) next += 1;
    return this.#skipTo(next);
  }

  #escape(): boolean {
    const next = this.#text.charCodeAt(this.#at + 1);
    if (this.#isLast(this.#at + 1)) return this.#hideRest();
    if (next === NEWLINE) {
      this.#take(this.#at + 1, new Inline('break'));
      return true;
    }
    if (this.#context.math && (next === OPEN_PAREN || next === OPEN_BRACKET)) {
      const closer = next === OPEN_PAREN ? '\\)' : '\\]';
      if (this.#math(2, closer)) return true;
    }
    if (!isAsciiPunctuation(next)) return false;
    this.#flush();
    this.#plainFrom = this.#at + 1;
    this.#at += 2;
    return true;
  }

  /** Mathematics up to `closer`. */
  #math(length: number, closer: string): boolean {
    const from = this.#at + length;
    const end = this.#find(closer, from);
    if (end < 0) {
      this.#leftOpen(this.#at);
      if (!this.#isOpen || this.#end - from > MAX_UNFINISHED) return false;
      return this.#take(this.#end, withText('inlineMath', this.#text.slice(from, this.#end)));
    }
    return this.#take(end + closer.length, formula(this.#text.slice(from, end).trim()));
  }

  #dollars(): boolean {
    const text = this.#text;
    const at = this.#at;
    const length = runLength(text, at);
    if (this.#isLast(at + length)) return this.#hideRest();
    if (length === 2) return this.#math(2, '$$');
    const next = text.charCodeAt(at + 1);
    if (length !== 1 || !this.#context.dollars || isSpace(next)) {
      this.#at += length;
      return true;
    }
    for (let end = this.#find('$', at + 1); end > 0; end = this.#find('$', end + 1)) {
      if (end - at > MAX_UNFINISHED) return false;
      // Not before a digit: `$5 and $10` are prices.
      const isCloser = !isSpace(text.charCodeAt(end - 1)) && !isAlphanumeric(text.charCodeAt(end + 1));
      if (isCloser) return this.#take(end + 1, formula(text.slice(at + 1, end)));
    }
    this.#leftOpen(at);
    if (!this.#isOpen || isDigit(next) || this.#end - at > MAX_UNFINISHED) return false;
    return this.#take(this.#end, withText('inlineMath', text.slice(at + 1, this.#end)));
  }

  /** Where that text comes next, or -1; what was not found once is not looked for again. */
  #find(what: string, from: number): number {
    if (from >= (this.#without?.get(what) ?? Number.POSITIVE_INFINITY)) return -1;
    const found = this.#text.indexOf(what, from);
    if (found >= 0 && found < this.#end) return found;
    this.#without ??= new Map();
    this.#without.set(what, from);
    return -1;
  }

  #code(): true {
    const text = this.#text;
    const length = runLength(text, this.#at);
    const from = this.#at + length;
    const end = this.#closingBackticks(from, length);
    if (end >= 0) {
      let code = text.slice(from, end).replaceAll('\n', ' ');
      if (code.startsWith(' ') && code.endsWith(' ') && /[^ ]/.test(code)) {
        code = code.slice(1, -1);
      }
      return this.#take(end + length, withText('inlineCode', code));
    }
    this.#leftOpen(this.#at);
    if (this.#isOpen && from >= this.#end) return this.#hideRest();
    if (this.#isOpen && length <= 2 && this.#end - from <= MAX_UNFINISHED) {
      let last = this.#end;
      while (last > from && text.charCodeAt(last - 1) === BACKTICK) last -= 1;
      return this.#take(
        this.#end,
        withText('inlineCode', text.slice(from, last).replaceAll('\n', ' ').trimStart()),
      );
    }
    this.#at = from;
    return true;
  }

  #closingBackticks(from: number, length: number): number {
    const seen = this.#backticks;
    if (seen && (seen.get(length) ?? -1) < from) return -1;
    const last = seen ?? new Map<number, number>();
    for (
      let at = this.#text.indexOf('`', from);
      at >= 0 && at < this.#end;
      at = this.#text.indexOf('`', at)
    ) {
      const run = runLength(this.#text, at);
      if (!seen) last.set(run, at);
      if (run === length) {
        return at;
      }
      at += run;
    }
    this.#backticks = last;
    return -1;
  }

  #entity(): boolean {
    const found = entityAt(this.#text, this.#at);
    if (found?.value !== undefined) return this.#take(found.end, new Inline('text', found.value));
    if (found) this.hasUnknownEntity ||= mayLoadEntities();
    else if (this.#isOpen && this.#end - this.#at < 34) {
      if (UNFINISHED_ENTITY.test(this.#text.slice(this.#at, this.#end))) return this.#hideRest();
    }
    return false;
  }

  #angle(): boolean {
    const text = this.#text;
    for (const pattern of ADDRESSES) {
      // Often it is not even the beginning of one.
      if (text.charCodeAt(this.#at + 1) === LESS) break;
      pattern.lastIndex = this.#at;
      if (!pattern.test(text)) continue;
      const end = pattern.lastIndex;
      const address = text.slice(this.#at + 1, end - 1);
      return this.#take(end, linkTo(address, pattern === URI ? address : `mailto:${address}`));
    }
    const end = this.#htmlEnd();
    if (end > 0) return this.#take(end, new Inline('text', text.slice(this.#at, end)));
    // What closes it may come, however many other brackets are before that.
    if (mayBeTag(text, this.#at)) this.#leftOpen(this.#at);
    if (!this.#isOpen || this.#end - this.#at > MAX_UNFINISHED) return false;
    return isUnfinishedTag(text, this.#at, this.#end) && this.#hideRest();
  }

  /** The place behind the raw HTML that begins here, or -1. It is shown as it was written. */
  #htmlEnd(): number {
    const text = this.#text;
    const at = this.#at;
    const next = text[at + 1];
    const behind = (closer: string, from: number): number => {
      const found = this.#find(closer, from);
      return found < 0 ? -1 : found + closer.length;
    };
    if (next === '?') return behind('?>', at + 2);
    if (next !== '!') return htmlTagEnd(text, at);
    if (text.startsWith('<!-->', at)) return at + 5;
    if (text.startsWith('<!--->', at)) return at + 6;
    if (text.startsWith('<!--', at)) return behind('-->', at + 4);
    if (text.startsWith('<![CDATA[', at)) return behind(']]>', at + 9);
    return isLetter(text.charCodeAt(at + 2)) ? behind('>', at + 2) : -1;
  }

  #delimiters(code: number): true {
    const text = this.#text;
    const at = this.#at;
    const count = runLength(text, at);
    const end = Math.min(at + count, this.#end);
    const before = neighbourBefore(text, at);
    const after = neighbourAt(text, end);
    const isLeft = after !== 'space' && (after === 'word' || before !== 'word');
    const isRight = before !== 'space' && (before === 'word' || after !== 'word');
    const isUnderscore = code === UNDERSCORE;
    const isUsable = code === STAR || isUnderscore || count === 2 || (code === TILDE && count === 1);
    const canOpen = isUsable && (isUnderscore ? isLeft && (!isRight || before === 'punctuation') : isLeft);
    const canClose = isUsable && (isUnderscore ? isRight && (!isLeft || after === 'punctuation') : isRight);
    const isAtEnd = this.#isLast(end);
    if (!canOpen && !canClose && !isAtEnd) {
      this.#at = end;
      return true;
    }
    this.#flush();
    const node = this.#append(new Inline('text', text.slice(at, end)));
    this.#skipTo(end);
    if (isAtEnd && this.#isPartOfCloser(code, count)) {
      node.value = '';
      return true;
    }
    const isInWord = before === 'word' && after === 'word';
    this.#delimiter = new Delimiter(node, code, at, canOpen, canClose, isInWord, this.#delimiter);
    return true;
  }

  /** Whether these delimiters, the last of the text so far, are the first of more that close something. */
  #isPartOfCloser(code: number, count: number): boolean {
    for (let opener = this.#delimiter, i = 0; opener && i < 8; opener = opener.previous, i += 1) {
      if (opener.code === code && opener.canOpen) return opener.left > count;
    }
    return false;
  }

  /** Makes emphasis and the like of the delimiters behind that place, and forgets them. */
  #matchDelimiters(bottom: number): void {
    let closer = this.#delimiter;
    if (!closer || closer.position < bottom) return;
    const bottoms = new Map<number, number>();
    while (closer.previous && closer.previous.position >= bottom) closer = closer.previous;
    while (closer) {
      if (!closer.canClose) {
        closer = closer.next;
        continue;
      }
      const key = keyOf(closer);
      const limit = Math.max(bottom, this.#floor, bottoms.get(key) ?? -1);
      let opener = closer.previous;
      while (opener && opener.position >= limit && !isPair(opener, closer)) opener = opener.previous;
      if (opener && opener.position >= limit) {
        closer = this.#pair(opener, closer);
        continue;
      }
      bottoms.set(key, closer.position);
      const { next }: Delimiter = closer;
      if (!closer.canOpen) this.#forget(closer);
      closer = next;
    }
    this.#closeDelimiters(bottom);
  }

  /** Returns the delimiter to go on with. */
  #pair(opener: Delimiter, closer: Delimiter): Delimiter | null {
    const used = isWhole(closer) ? closer.left : opener.left >= 2 && closer.left >= 2 ? 2 : 1;
    const type = typeOf(closer.code, used);
    for (let between = closer.previous; between && between !== opener; between = closer.previous) {
      this.#forget(between);
    }
    if (!wrap(opener.node, type, closer.node)) {
      this.#floor = closer.position;
      return closer.next;
    }
    opener.left -= used;
    closer.left -= used;
    opener.node.value = opener.node.value.slice(used);
    closer.node.value = closer.node.value.slice(used);
    if (opener.left === 0) this.#forget(opener);
    if (closer.left > 0) return closer;
    const { next } = closer;
    this.#forget(closer);
    return next;
  }

  #forget(delimiter: Delimiter): void {
    if (delimiter.previous) delimiter.previous.next = delimiter.next;
    if (delimiter.next) delimiter.next.previous = delimiter.previous;
    else this.#delimiter = delimiter.previous;
  }

  /** What is left of the delimiters behind that place is text, or, at the end of a text that goes on, will close. */
  #closeDelimiters(bottom: number): void {
    let isShallow = this.#isOpen && bottom < 0;
    for (let left = this.#delimiter; left && left.position >= bottom; left = left.previous) {
      this.#delimiter = left.previous;
      if (left.previous) left.previous.next = null;
      if (left.canOpen && bottom < 0) this.#leftOpen(left.position);
      if (isShallow) isShallow = complete(left, this.#isLast(left.position + left.count));
    }
  }

  #bang(): boolean {
    const next = this.#text.charCodeAt(this.#at + 1);
    if (next === OPEN_BRACKET && this.#at + 1 < this.#end) return this.#openBracket(true);
    // At the end of a word it is one; elsewhere an image may follow.
    const isWord = isAlphanumeric(this.#text.charCodeAt(this.#at - 1));
    return this.#isLast(this.#at + 1) && !isWord ? this.#hideRest() : false;
  }

  #openBracket(isImage: boolean): true {
    const length = isImage ? 2 : 1;
    this.#flush();
    const node = this.#append(new Inline('text', isImage ? '![' : '['));
    this.#skipTo(this.#at + length);
    if (this.#bracket) this.#bracket.hasInner = true;
    this.#bracket = { node, position: this.#at, isImage, previous: this.#bracket, hasInner: false };
    return true;
  }

  #closeBracket(): boolean {
    const opener = this.#bracket;
    if (!opener) return false;
    const { isImage, position } = opener;
    const text = this.#text;
    const end = this.#at + 1;
    const isActive = isImage || position > this.#noLinkBefore;
    this.#bracket = opener.previous;
    if (!isActive) return false;
    const found = this.#target(opener, end);
    // What a label alone says counts only if nothing follows it.
    if (found?.end === end && this.#isOpen && this.#unfinishedLink(opener, end)) return true;
    if (found) return this.#link(opener, found.target, found.end);
    const label = text.slice(position, this.#at);
    if (!opener.hasInner) {
      if (
        this.#context.gfm &&
        label.startsWith('^') &&
        label.length > 1 &&
        label.length < 1000 &&
        !/\s/.test(label)
      ) {
        const name = normaliseLabel(label.slice(1));
        if (this.#context.hasFootnote(name)) return this.#reference(opener, 'footnoteReference', name);
      }
      if (CITATION.test(label) && this.#context.cites(label))
        return this.#reference(opener, 'citation', label);
    }
    return this.#isOpen && this.#unfinishedLink(opener, end);
  }

  /** Where the brackets that just closed lead. */
  #target(opener: Bracket, from: number): { target: LinkTarget; end: number } | null {
    const text = this.#text;
    if (text.charCodeAt(from) === OPEN_PAREN) {
      const target = targetAt(text, skipSpace(text, from + 1));
      const end = target ? skipSpace(text, target.end) : -1;
      if (target && text.charCodeAt(end) === CLOSE_PAREN && end < this.#end) return { target, end: end + 1 };
    }
    const afterLabel = labelEnd(text, from);
    const isEmpty = text.startsWith('[]', from);
    let label: string;
    // The specification says nothing of a label of spaces; where it stands, other readers look for no shorter one.
    BLANK_LABEL.lastIndex = from;
    if (BLANK_LABEL.test(text)) return null;
    if (afterLabel > 0) label = text.slice(from + 1, afterLabel - 1);
    else if (opener.hasInner || labelEnd(text, opener.position - 1) !== from) return null;
    else label = text.slice(opener.position, from - 1);
    const name = normaliseLabel(label);
    const isReference = afterLabel > 0 || isEmpty;
    const target =
      this.#context.definition(name) ?? (isReference && this.#context.isStreaming ? PENDING : null);
    return target && { target, end: afterLabel > 0 ? afterLabel : isEmpty ? from + 2 : from };
  }

  #link(opener: Bracket, { url, title }: LinkTarget, end: number): boolean {
    this.#flush();
    this.#matchDelimiters(opener.position);
    const link = wrap(opener.node, opener.isImage ? 'image' : 'link', null);
    if (!link) {
      // All that is around it would be too deep as well.
      this.#bracket = null;
      return false;
    }
    link.url = url;
    link.title = title;
    opener.node.unlink();
    if (!opener.isImage) this.#noLinkBefore = opener.position;
    return this.#skipTo(end);
  }

  /** In place of the brackets, something that they name. */
  #reference({ node, position, isImage }: Bracket, type: InlineType, value: string): true {
    this.#dropBehind(node);
    this.#forgetFrom(position);
    if (isImage) this.#append(new Inline('text', '!'));
    this.#append(new Inline(type, value));
    return this.#skipTo(this.#at + 1);
  }

  /** That node and what was read after it are not text. */
  #dropBehind(node: Inline): void {
    for (let last = this.root.last; last; last = this.root.last) {
      last.unlink();
      if (last === node) break;
    }
    this.#plainFrom = this.#at;
  }

  #forgetFrom(position: number): void {
    while (this.#delimiter && this.#delimiter.position >= position) this.#forget(this.#delimiter);
  }

  /** The brackets closed, and what is to follow them did not come yet. */
  #unfinishedLink(opener: Bracket, end: number): boolean {
    const text = this.#text;
    const next = text.charCodeAt(end);
    const isUnfinished =
      this.#isLast(end) ||
      (next === OPEN_PAREN && isUnfinishedTarget(text, end + 1, this.#end)) ||
      (next === OPEN_BRACKET && text.indexOf(']', end) < 0 && this.#end - end < MAX_UNFINISHED);
    if (!isUnfinished) return false;
    this.#leftOpen(opener.position - (opener.isImage ? 2 : 1));
    return this.#link(opener, PENDING, this.#end);
  }

  /** Brackets that are still open at the end will probably be links and images. */
  #completeBrackets(): void {
    let isInLink = false;
    for (let open = this.#bracket; open; open = open.previous) {
      const { node, position, isImage } = open;
      this.#leftOpen(position - (isImage ? 2 : 1));
      const isHopeful = this.#end - position <= MAX_UNFINISHED && node.parent === this.root;
      if (!isHopeful || isInLink || position <= this.#noLinkBefore) continue;
      const label = this.#text.slice(position, this.#end);
      if (!node.next || (this.#context.gfm && label.startsWith('^'))) {
        this.#dropBehind(node);
        continue;
      }
      if (wrap(node, isImage ? 'image' : 'link', null)) node.unlink();
      isInLink ||= !isImage;
    }
  }

  #autolink(code: number): boolean {
    if (this.#bracket) return false;
    const text = this.#text;
    const at = this.#at;
    const start = code === COLON ? schemeStart(text, at, this.#plainFrom) : at;
    if (start < 0) return false;
    const found = autolinkEnd(text, start, this.#end, code === COLON ? at + 3 : at);
    if (!found) return false;
    const { end } = found;
    const address = text.slice(start, end);
    const link = linkTo(address, code === COLON ? address : `http://${address}`);
    link.isAuto = true;
    if (this.#isLast(found.reach)) {
      this.#leftOpen(start);
      link.url = null;
    }
    this.#flush(start);
    this.#append(link);
    return this.#skipTo(end);
  }

  #cornerBrackets(): boolean {
    const close = this.#find('】', this.#at + 1);
    const isOpenEnded = close < 0 && this.#isOpen && this.#end - this.#at < 80;
    const label = close < 0 ? '' : this.#text.slice(this.#at + 1, close);
    if (CITATION.test(label) && this.#context.cites(label)) {
      return this.#take(close + 1, new Inline('citation', label));
    }
    return isOpenEnded && this.#context.cites('') ? this.#hideRest() : false;
  }

  /** Joins text that stands beside text, and finds addresses of mail in it. */
  #tidy(parent: Inline, isInLink: boolean): void {
    for (let node = parent.first; node; ) {
      if (node.type === 'text') join(node);
      const { next }: Inline = node;
      if (node.type !== 'text') this.#tidy(node, isInLink || node.type === 'link');
      else if (node.value === '') node.unlink();
      else if (this.#hasAt && !isInLink) this.#emails(node);
      node = next;
    }
  }

  #emails(text: Inline): void {
    const { value } = text;
    let from = 0;
    let last = text;
    for (let at = value.indexOf('@'); at >= 0; at = value.indexOf('@', at + 1)) {
      const found = emailEnd(value, at, from);
      if (!found) continue;
      const { start, end } = found;
      const address = value.slice(start, end);
      const link = linkTo(
        address,
        address.startsWith('mailto:') || address.startsWith('xmpp:') ? address : `mailto:${address}`,
      );
      link.isAuto = true;
      if (this.#isOpen && isLastOf(this.root, text) && /^[\w.-]*$/.test(value.slice(end))) link.url = null;
      if (last === text) text.value = value.slice(0, start);
      else last.value = value.slice(from, start);
      last.insertAfter(link);
      const rest = new Inline('text', value.slice(end));
      link.insertAfter(rest);
      last = rest;
      from = end;
      at = end - 1;
    }
    if (last !== text) {
      text.source = -1;
      if (last.value === '') last.unlink();
      if (text.value === '') text.unlink();
    }
  }
}

function withText(type: InlineType, text: string): Inline {
  const node = new Inline(type);
  node.height = 1;
  node.append(new Inline('text', text));
  return node;
}

/** Mathematics that is whole. */
function formula(text: string): Inline {
  const node = withText('inlineMath', text);
  node.url = text;
  return node;
}

function linkTo(text: string, url: string): Inline {
  const link = withText('link', text);
  link.url = url;
  return link;
}

/** Puts what stands between `opener` and `end` into a new node behind the opener; null where it would be too deep. */
function wrap(opener: Inline, type: InlineType, end: Inline | null): Inline | null {
  let height = 0;
  for (let node = opener.next; node && node !== end; node = node.next)
    height = Math.max(height, node.height + 1);
  if (height >= MAX_DEPTH) return null;
  const container = new Inline(type);
  container.height = height;
  opener.wrap(container, end);
  return container;
}

function isWhole({ code }: Delimiter): boolean {
  return code === TILDE || code === EQUALS;
}

function typeOf(code: number, count: number): InlineType {
  if (code === TILDE) return 'delete';
  if (code === EQUALS) return 'mark';
  return count === 2 ? 'strong' : 'emphasis';
}

function isPair(opener: Delimiter, closer: Delimiter): boolean {
  if (opener.code !== closer.code || !opener.canOpen) return false;
  if (isWhole(closer)) return opener.left === closer.left;
  const isAmbiguous = (closer.canOpen || opener.canClose) && closer.count % 3 !== 0;
  return !(isAmbiguous && (opener.count + closer.count) % 3 === 0);
}

/** Closers with the same key find the same openers. */
function keyOf(closer: Delimiter): number {
  const kind = isWhole(closer) ? closer.left : (closer.canOpen ? 3 : 0) + (closer.count % 3);
  return closer.code * 8 + kind;
}

/** Shows what a delimiter that nothing closed will probably make of what follows it. Returns false where that is too deep. */
function complete({ node, code, left, canOpen, isInWord }: Delimiter, isLast: boolean): boolean {
  if (isLast || (canOpen && !node.next)) {
    node.value = '';
    return true;
  }
  if (!canOpen || left > 3 || (code === STAR && isInWord)) return true;
  if (code === TILDE || code === EQUALS) {
    if (left !== 2) return true;
    if (!wrap(node, typeOf(code, left), null)) return false;
  } else {
    if (left >= 2 && !wrap(node, 'strong', null)) return false;
    if (left % 2 === 1 && !wrap(node, 'emphasis', null)) return false;
  }
  node.value = '';
  return true;
}

/** Whether nothing stands behind it, nor behind what it is in. */
function isLastOf(root: Inline, node: Inline): boolean {
  for (let at: Inline | null = node; at && at !== root; at = at.parent) if (at.next) return false;
  return true;
}

/** Joins the texts behind this one to it. */
function join(node: Inline): void {
  for (let next = node.next; next?.type === 'text'; next = node.next) {
    if (next.source >= 0) {
      node.source = next.source;
      node.sourceOffset = node.value.length;
    } else if (next.value !== '') node.source = -1;
    node.value += next.value;
    next.unlink();
  }
}
