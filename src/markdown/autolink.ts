import { isAlphanumeric, isLetter, isSpace, LESS, neighbourAt, SLASH } from './characters.ts';

const SCHEMES = new Set(['http', 'https', 'ftp']);
const TRAILING = '?!.,:*_~\'"';

/** Where the scheme before the colon at that place begins, or -1 where there is none that is linked by itself. */
export function schemeStart(text: string, colon: number, from: number): number {
  if (text.charCodeAt(colon + 1) !== SLASH || text.charCodeAt(colon + 2) !== SLASH) return -1;
  let start = colon;
  while (start > from && colon - start < 6 && isLetter(text.charCodeAt(start - 1))) start -= 1;
  return SCHEMES.has(text.slice(start, colon).toLowerCase()) ? start : -1;
}

/** How far the address goes that begins at `start` and its host at `host`, and what of that is its end. */
export function autolinkEnd(
  text: string,
  start: number,
  most: number,
  host: number,
): { end: number; reach: number } | null {
  const isWeb = host > start;
  if (!isWeb) {
    if (!text.startsWith('www.', start)) return null;
    const before = text[start - 1];
    if (before !== undefined && !isSpace(before.charCodeAt(0)) && !'*_~('.includes(before)) return null;
  }
  if (!isAlphanumeric(text.charCodeAt(host)) && text.charCodeAt(host) < 128) return null;
  const hostEnd = endOfHost(text, host, most, isWeb);
  if (hostEnd < 0) return null;
  let reach = hostEnd;
  let open = 0;
  let closed = 0;
  for (; reach < most; reach += 1) {
    const code = text.charCodeAt(reach);
    if (isSpace(code) || code === LESS) break;
    if (code === 40) open += 1;
    else if (code === 41) closed += 1;
  }
  const end = trimmed(text, start, reach, open, closed);
  return end < 0 ? null : { end, reach };
}

/** Without the punctuation that rather ends the sentence than the address. */
function trimmed(text: string, start: number, from: number, open: number, allClosed: number): number {
  let end = from;
  let closed = allClosed;
  while (end > start) {
    const character = text[end - 1] ?? '';
    if (character === ')') {
      if (closed <= open) return end;
      closed -= 1;
      end -= 1;
    } else if (character === ';') {
      let name = end - 1;
      while (name > start && isLetter(text.charCodeAt(name - 1))) name -= 1;
      end = name < end - 1 && text[name - 1] === '&' ? name - 1 : end - 1;
    } else if (TRAILING.includes(character)) end -= 1;
    else return end;
  }
  return -1;
}

/** A host has no underscore in its last two names and, unless it is short, a dot. */
function endOfHost(text: string, from: number, most: number, canBeShort: boolean): number {
  let dots = 0;
  let last = false;
  let before = false;
  let at = from;
  for (; at < most; at += 1) {
    const character = text[at] ?? '';
    if (character === '_') last = true;
    else if (character === '.') {
      before = last;
      last = false;
      dots += 1;
    } else if (character !== '-' && neighbourAt(text, at) !== 'word') break;
  }
  if ((last || before) && dots <= 10) return -1;
  return canBeShort || dots > 0 ? at : -1;
}

/** The address of mail around the `@` at that place. */
export function emailEnd(text: string, at: number, from: number): { start: number; end: number } | null {
  let start = at;
  while (start > from) {
    const character = text[start - 1] ?? '';
    if (!isAlphanumeric(character.charCodeAt(0)) && !'.+-_'.includes(character)) break;
    start -= 1;
  }
  if (start === at) return null;
  let end = at + 1;
  let dots = 0;
  for (; end < text.length; end += 1) {
    const character = text[end] ?? '';
    if (isAlphanumeric(character.charCodeAt(0)) || character === '-' || character === '_') continue;
    if (character !== '.' || !isAlphanumeric(text.charCodeAt(end + 1))) break;
    dots += 1;
  }
  const last = text[end - 1] ?? '';
  if (dots === 0 || last === '-' || last === '_') return null;
  // The scheme may be written out.
  for (const scheme of ['mailto:', 'xmpp:']) {
    if (start - scheme.length >= from && text.slice(start - scheme.length, start).toLowerCase() === scheme) {
      start -= scheme.length;
    }
  }
  return { start, end };
}
