import {
  AMPERSAND,
  BACKSLASH,
  CLOSE_BRACKET,
  CLOSE_PAREN,
  COLON,
  GREATER,
  isAsciiPunctuation,
  isSpace,
  isSpaceOrTab,
  LESS,
  NEWLINE,
  OPEN_BRACKET,
  OPEN_PAREN,
} from './characters.ts';
import { codePoint, entity } from './entities.ts';

/** Where a link leads, as it was written but for escapes. */
export interface Target {
  readonly url: string;
  readonly title: string;
}

export interface Definition extends Target {
  readonly label: string;
}

const MAX_LABEL = 999;
const MAX_PARENTHESES = 32;
const PLAIN_LABEL = /^[\w-]*$/;
const ENTITY = /&(?:#[xX]([\da-fA-F]{1,6})|#(\d{1,7})|([a-zA-Z][a-zA-Z\d]{1,31}));/y;

/** The entity at that place. `value` is undefined where its name is not known. */
export function entityAt(text: string, at: number): { value: string | undefined; end: number } | null {
  ENTITY.lastIndex = at;
  const match = ENTITY.exec(text);
  if (!match) return null;
  const [, hexadecimal, decimal, name] = match;
  const code = hexadecimal ? Number.parseInt(hexadecimal, 16) : Number(decimal);
  return { value: name ? entity(name) : codePoint(code), end: ENTITY.lastIndex };
}

/** The text without backslashes that escape, and with entities as what they stand for. */
export function unescaped(text: string): string {
  if (!text.includes('\\') && !text.includes('&')) return text;
  let plain = '';
  for (let at = 0; at < text.length; ) {
    const code = text.charCodeAt(at);
    if (code === BACKSLASH && isAsciiPunctuation(text.charCodeAt(at + 1))) {
      plain += text[at + 1];
      at += 2;
      continue;
    }
    const found = code === AMPERSAND ? entityAt(text, at) : null;
    plain += found?.value ?? text[at];
    at = found?.value === undefined ? at + 1 : found.end;
  }
  return plain;
}

/** Labels that mean the same are the same afterwards. */
export function normaliseLabel(label: string): string {
  if (PLAIN_LABEL.test(label)) return label.toUpperCase();
  return label
    .trim()
    .replace(/[ \t\r\n]+/g, ' ')
    .toLowerCase()
    .toUpperCase();
}

/** The place behind `[label]`, or -1. A label has something in it. */
export function labelEnd(text: string, at: number): number {
  if (text.charCodeAt(at) !== OPEN_BRACKET) return -1;
  let isBlank = true;
  for (let end = at + 1; end <= at + MAX_LABEL + 1 && end < text.length; end += 1) {
    const code = text.charCodeAt(end);
    if (code === OPEN_BRACKET) return -1;
    if (code === CLOSE_BRACKET) return isBlank ? -1 : end + 1;
    if (!isSpace(code)) isBlank = false;
    if (code === BACKSLASH && isAsciiPunctuation(text.charCodeAt(end + 1))) end += 1;
  }
  return -1;
}

/** The place behind the address that begins there, or -1; an empty one only in `<>`. */
function addressEnd(text: string, at: number): number {
  if (text.charCodeAt(at) === LESS) {
    for (let end = at + 1; end < text.length; end += 1) {
      const code = text.charCodeAt(end);
      if (code === GREATER) return end + 1;
      if (code === LESS || code === NEWLINE) return -1;
      if (code === BACKSLASH && isAsciiPunctuation(text.charCodeAt(end + 1))) end += 1;
    }
    return -1;
  }
  let depth = 0;
  let end = at;
  for (; end < text.length; end += 1) {
    const code = text.charCodeAt(end);
    if (code === BACKSLASH && isAsciiPunctuation(text.charCodeAt(end + 1))) end += 1;
    else if (code === OPEN_PAREN) {
      depth += 1;
      if (depth > MAX_PARENTHESES) return -1;
    } else if (code === CLOSE_PAREN) {
      if (depth === 0) break;
      depth -= 1;
    } else if (code <= 32 || code === 127) break;
  }
  return depth === 0 ? end : -1;
}

/** The place behind the title that begins there, or -1. */
function titleEnd(text: string, at: number): number {
  const opener = text[at] ?? '';
  const closer = opener === '(' ? ')' : opener;
  if (opener !== '"' && opener !== "'" && opener !== '(') return -1;
  const end = unescapedAt(text, closer, at);
  if (end < 0) return -1;
  if (opener !== closer) {
    const inner = unescapedAt(text, opener, at);
    if (inner >= 0 && inner < end) return -1;
  }
  return end + 1;
}

/** Where that character comes next behind that place without a backslash, or -1. */
function unescapedAt(text: string, character: string, from: number): number {
  for (let at = text.indexOf(character, from + 1); at >= 0; at = text.indexOf(character, at + 1)) {
    let first = at;
    while (first > from + 1 && text.charCodeAt(first - 1) === BACKSLASH) first -= 1;
    if ((at - first) % 2 === 0) return at;
  }
  return -1;
}

/** The address that begins there and the title behind it, if it has one, with the places behind both. */
export function targetAt(text: string, from: number): (Target & { addressEnd: number; end: number }) | null {
  const after = addressEnd(text, from);
  if (after < 0) return null;
  const isBare = text.charCodeAt(from) !== LESS;
  const url = unescaped(isBare ? text.slice(from, after) : text.slice(from + 1, after - 1));
  const titleFrom = skipSpace(text, after);
  const end = titleFrom > after ? titleEnd(text, titleFrom) : -1;
  return end < 0
    ? { url, title: '', addressEnd: after, end: after }
    : { url, title: unescaped(text.slice(titleFrom + 1, end - 1)), addressEnd: after, end };
}

/** Behind spaces and tabs, and at most one line end among them. */
export function skipSpace(text: string, from: number): number {
  let at = from;
  let lines = 0;
  while (isSpaceOrTab(text.charCodeAt(at)) || (text.charCodeAt(at) === NEWLINE && lines++ === 0)) at += 1;
  return at;
}

/** The place behind the end of the line where only blanks are left of it, or -1. */
function lineEnd(text: string, from: number): number {
  let at = from;
  while (isSpaceOrTab(text.charCodeAt(at))) at += 1;
  if (at >= text.length) return at;
  return text.charCodeAt(at) === NEWLINE ? at + 1 : -1;
}

/** The definition of a link that the text begins with, and the place where the next line begins. */
export function definitionAt(text: string, from: number): { definition: Definition; end: number } | null {
  const afterLabel = labelEnd(text, from);
  if (afterLabel < 0 || text.charCodeAt(afterLabel) !== COLON) return null;
  const at = skipSpace(text, afterLabel + 1);
  const target = targetAt(text, at);
  if (!target || target.addressEnd === at) return null;
  const label = normaliseLabel(text.slice(from + 1, afterLabel - 1));
  const { url, title } = target;
  const end = lineEnd(text, target.end);
  if (end >= 0) return { definition: { label, url, title }, end };
  // What stands in the next line and only looks like a title is text.
  const untitled = lineEnd(text, target.addressEnd);
  return untitled < 0 ? null : { definition: { label, url, title: '' }, end: untitled };
}

/** The definitions that stand there in a paragraph, where the last of them begins, and what else the paragraph says. */
export function leadingDefinitions(
  text: string,
  from = 0,
): { definitions: readonly Definition[]; last: number; end: number } {
  const definitions: Definition[] = [];
  let end = from;
  let last = from;
  while (text.charCodeAt(end) === OPEN_BRACKET) {
    const found = definitionAt(text, end);
    if (!found) break;
    definitions.push(found.definition);
    last = end;
    end = found.end;
  }
  return { definitions, last, end };
}
