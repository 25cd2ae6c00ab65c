import {
  APOSTROPHE,
  BACKTICK,
  COLON,
  DASH,
  DOT,
  EQUALS,
  GREATER,
  isAlphanumeric,
  isLetter,
  isSpace,
  LESS,
  QUOTE,
  SLASH,
  UNDERSCORE,
} from './characters.ts';

/** The place behind the opening or closing tag that begins there, or -1. */
export function htmlTagEnd(text: string, from: number): number {
  let at = from + 1;
  const isClosing = text.charCodeAt(at) === SLASH;
  if (isClosing) at += 1;
  if (!isLetter(text.charCodeAt(at))) return -1;
  while (isAlphanumeric(text.charCodeAt(at)) || text.charCodeAt(at) === DASH) at += 1;
  for (;;) {
    const name = skip(text, at);
    const code = text.charCodeAt(name);
    if (code === GREATER) return name + 1;
    if (isClosing) return -1;
    if (code === SLASH) return text.charCodeAt(name + 1) === GREATER ? name + 2 : -1;
    if (name === at || !(isLetter(code) || code === UNDERSCORE || code === COLON)) return -1;
    at = name + 1;
    while (isNameCode(text.charCodeAt(at))) at += 1;
    const equals = skip(text, at);
    if (text.charCodeAt(equals) !== EQUALS) continue;
    at = valueEnd(text, skip(text, equals + 1));
    if (at < 0) return -1;
  }
}

function valueEnd(text: string, from: number): number {
  const code = text.charCodeAt(from);
  if (code === QUOTE || code === APOSTROPHE) {
    const end = text.indexOf(code === QUOTE ? '"' : "'", from + 1);
    return end < 0 ? -1 : end + 1;
  }
  let at = from;
  while (at < text.length && !isEndOfBare(text.charCodeAt(at))) at += 1;
  return at === from ? -1 : at;
}

function isEndOfBare(code: number): boolean {
  return (
    isSpace(code) ||
    code === QUOTE ||
    code === APOSTROPHE ||
    code === EQUALS ||
    code === LESS ||
    code === GREATER ||
    code === BACKTICK
  );
}

function isNameCode(code: number): boolean {
  return isAlphanumeric(code) || code === UNDERSCORE || code === COLON || code === DOT || code === DASH;
}

function skip(text: string, from: number): number {
  let at = from;
  while (isSpace(text.charCodeAt(at))) at += 1;
  return at;
}
