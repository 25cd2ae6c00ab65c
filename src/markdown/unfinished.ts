import {
  APOSTROPHE,
  BACKSLASH,
  BANG,
  isLetter,
  isSpace,
  isSpaceOrTab,
  LESS,
  NEWLINE,
  OPEN_PAREN,
  QUESTION,
  QUOTE,
  SLASH,
} from './characters.ts';
import { skipSpace } from './link.ts';

/** Whether what begins with `<` there looks like the beginning of a tag, a comment or an address. */
export function mayBeTag(text: string, at: number): boolean {
  const next = text.charCodeAt(at + 1);
  return at + 1 >= text.length || isLetter(next) || next === SLASH || next === BANG || next === QUESTION;
}

/** Whether it is the last of the text, and what ends it did not come. */
export function isUnfinishedTag(text: string, at: number, end: number): boolean {
  if (!mayBeTag(text, at)) return false;
  const close = text.indexOf('>', at);
  return close < 0 || close >= end;
}

/** Whether what follows `](` may still become the address of a link, and its title. */
export function isUnfinishedTarget(text: string, from: number, end: number): boolean {
  let at = skipSpace(text, from);
  if (at >= end) return true;
  if (text.charCodeAt(at) === LESS) {
    while (at < end && text[at] !== '>' && text.charCodeAt(at) !== NEWLINE) at += 1;
    if (text[at] !== '>') return at >= end;
    at += 1;
  } else {
    let depth = 0;
    for (; at < end && !isSpace(text.charCodeAt(at)); at += 1) {
      const code = text.charCodeAt(at);
      if (code === BACKSLASH) at += 1;
      else if (code === OPEN_PAREN) depth += 1;
      else if (text[at] === ')') {
        if (depth === 0) return false;
        depth -= 1;
      }
    }
  }
  if (at >= end) return true;
  if (!isSpace(text.charCodeAt(at))) return false;
  at = skipSpace(text, at);
  if (at >= end) return true;
  const opener = text.charCodeAt(at);
  if (opener !== QUOTE && opener !== APOSTROPHE && opener !== OPEN_PAREN) return false;
  const closer = opener === OPEN_PAREN ? ')' : String.fromCharCode(opener);
  at = text.indexOf(closer, at + 1);
  if (at < 0 || at >= end) return true;
  at += 1;
  while (isSpaceOrTab(text.charCodeAt(at))) at += 1;
  return at >= end;
}
