/** Code units that Markdown gives a meaning to. */
export const TAB = 9;
export const NEWLINE = 10;
export const SPACE = 32;
export const BANG = 33;
export const QUOTE = 34;
export const HASH = 35;
export const DOLLAR = 36;
export const AMPERSAND = 38;
export const APOSTROPHE = 39;
export const OPEN_PAREN = 40;
export const CLOSE_PAREN = 41;
export const STAR = 42;
export const PLUS = 43;
export const DASH = 45;
export const DOT = 46;
export const SLASH = 47;
export const COLON = 58;
export const LESS = 60;
export const EQUALS = 61;
export const GREATER = 62;
export const QUESTION = 63;
export const OPEN_BRACKET = 91;
export const BACKSLASH = 92;
export const CLOSE_BRACKET = 93;
export const CARET = 94;
export const UNDERSCORE = 95;
export const BACKTICK = 96;
export const PIPE = 124;
export const TILDE = 126;
export const OPEN_CITATION = 0x3010;

export function isSpaceOrTab(code: number): boolean {
  return code === SPACE || code === TAB;
}

export function isSpace(code: number): boolean {
  return code === SPACE || (code >= TAB && code <= 13);
}

export function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}

export function isLetter(code: number): boolean {
  const lower = code | 32;
  return lower >= 97 && lower <= 122;
}

export function isAlphanumeric(code: number): boolean {
  return isDigit(code) || isLetter(code);
}

/** One that a backslash can escape. */
export function isAsciiPunctuation(code: number): boolean {
  return (
    (code >= 33 && code <= 47) ||
    (code >= 58 && code <= 64) ||
    (code >= 91 && code <= 96) ||
    (code >= 123 && code <= 126)
  );
}

const UNICODE_SPACE = /\p{Zs}/u;
const UNICODE_PUNCTUATION = /[\p{P}\p{S}]/u;

/** What stands beside a delimiter: white space (and the end of the text), punctuation, or anything else. */
export type Neighbour = 'space' | 'punctuation' | 'word';

function kindOf(code: number, character: string): Neighbour {
  if (code < 128) return isSpace(code) ? 'space' : isAsciiPunctuation(code) ? 'punctuation' : 'word';
  if (UNICODE_SPACE.test(character)) return 'space';
  return UNICODE_PUNCTUATION.test(character) ? 'punctuation' : 'word';
}

export function neighbourAt(text: string, at: number): Neighbour {
  if (at >= text.length) return 'space';
  const code = text.charCodeAt(at);
  return kindOf(code, code < 128 ? '' : String.fromCodePoint(text.codePointAt(at) ?? code));
}

export function neighbourBefore(text: string, at: number): Neighbour {
  if (at === 0) return 'space';
  const code = text.charCodeAt(at - 1);
  if (code < 128) return kindOf(code, '');
  const before = text.charCodeAt(at - 2);
  const isPair = code >= 0xdc00 && code <= 0xdfff && before >= 0xd800 && before <= 0xdbff;
  return kindOf(code, text.slice(isPair ? at - 2 : at - 1, at));
}

/** How often the character at that place is repeated from there. */
export function runLength(text: string, at: number): number {
  const code = text.charCodeAt(at);
  let end = at + 1;
  while (text.charCodeAt(end) === code) end += 1;
  return end - at;
}
