/** Nesting deeper than this is not shown while it streams; it protects the stack of `JSON.parse`. */
const MAX_DEPTH = 500;

const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/;
const LITERALS = ['true', 'false', 'null'];
const SPACE = ' \t\n\r';

/**
 * What can already be read of JSON that is still arriving: open strings, arrays and objects end where the
 * text ends, a key without a value is left out. Undefined where nothing can be read or the text is not JSON.
 *
 * One scan finds how to complete the text, then `JSON.parse` reads it: so `__proto__` is a plain own
 * property, and a complete text gives exactly what `JSON.parse` gives.
 */
export function parsePartialJson(text: string): unknown {
  try {
    const completed = complete(text);
    return completed === null ? undefined : JSON.parse(completed);
  } catch {
    return undefined;
  }
}

/** The text made whole, or null where nothing of it can be read yet. */
function complete(text: string): string | null {
  const closers: string[] = [];
  /** Up to here the text, closed by `closers`, is whole JSON; -1 before the first value. */
  let safe = -1;
  /** In an object: whether a key comes next. */
  let expectKey = false;
  let i = 0;

  while (i < text.length) {
    const char = text.charAt(i);
    if (SPACE.includes(char)) {
      i += 1;
    } else if (char === '{' || char === '[') {
      if (closers.length === MAX_DEPTH) return null;
      closers.push(char === '{' ? '}' : ']');
      expectKey = char === '{';
      safe = i += 1;
    } else if (char === '}' || char === ']') {
      if (closers.pop() !== char) return null;
      expectKey = false;
      safe = i += 1;
    } else if (char === ',') {
      expectKey = closers.at(-1) === '}';
      i += 1;
    } else if (char === ':') {
      expectKey = false;
      i += 1;
    } else if (char === '"') {
      const end = stringEnd(text, i + 1);
      if (end.closed) {
        i = end.index;
        if (!expectKey) safe = i;
      } else {
        if (expectKey) break;
        return `${text.slice(0, end.index)}"${close(closers)}`;
      }
    } else {
      const end = wordEnd(text, i);
      if (end < text.length) {
        safe = i = end;
      } else {
        const word = completeWord(text.slice(i));
        if (word === null) break;
        return text.slice(0, i) + word + close(closers);
      }
    }
  }
  return safe < 0 ? null : text.slice(0, safe) + close(closers);
}

function close(closers: readonly string[]): string {
  return closers.toReversed().join('');
}

/** Where the string that began before `from` ends; if it does not, where its last whole character ends. */
function stringEnd(text: string, from: number): { index: number; closed: boolean } {
  let i = from;
  while (i < text.length) {
    const char = text.charAt(i);
    if (char === '"') return { index: i + 1, closed: true };
    const length = char !== '\\' ? 1 : text.charAt(i + 1) === 'u' ? 6 : 2;
    if (i + length > text.length) break;
    i += length;
  }
  return { index: i, closed: false };
}

function wordEnd(text: string, from: number): number {
  let i = from;
  while (i < text.length && !`${SPACE},:]}"[{`.includes(text.charAt(i))) i += 1;
  return i;
}

/** A number or literal that may go on: `12.` is 12 for now, `tru` can only become true. */
function completeWord(word: string): string | null {
  return NUMBER.exec(word)?.[0] ?? LITERALS.find((literal) => literal.startsWith(word)) ?? null;
}
