/** Nesting deeper than this is not read; it protects whatever walks the value. */
const MAX_DEPTH = 500;

const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/;
const LITERALS: ReadonlyMap<string, unknown> = new Map<string, unknown>([
  ['true', true],
  ['false', false],
  ['null', null],
]);
const ESCAPES: ReadonlyMap<string, string> = new Map([
  ['"', '"'],
  ['\\', '\\'],
  ['/', '/'],
  ['b', '\b'],
  ['f', '\f'],
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
]);
const WORD_ENDS = new Set(' \t\n\r,:]}"[{');

type Container = unknown[] | Record<string, unknown>;

/** An array or object that is still open, and where in it the next value goes. */
interface Level {
  container: Container;
  slot: number | string;
}

type Expected = 'value' | 'value-or-end' | 'key' | 'key-or-end' | 'colon' | 'comma-or-end' | 'nothing';

/**
 * Reads JSON that is still arriving. Each character is looked at once, however often `read` is called between
 * them. What `read` gave out never changes: containers that grow are copied first.
 *
 * Open strings, arrays and objects end where the text ends, a key without a value is left out, `12.` is 12
 * for now and `tru` can only become true. Hostile keys such as `__proto__` are plain own properties.
 */
export class PartialJson {
  readonly #levels: Level[] = [];
  #root: unknown;
  #expected: Expected = 'value';
  /** The token that is open, and what it says so far. */
  #token: 'string' | 'key' | 'word' | null = null;
  #text = '';
  #escape = '';
  #failed = false;
  /** Whether the containers were given out as they are. */
  #shared = false;

  push(text: string): void {
    for (let i = 0; i < text.length && !this.#failed; ) {
      if (this.#token === 'word') i = this.#word(text, i);
      else if (this.#token) i = this.#escape ? this.#escaped(text, i) : this.#string(text, i);
      else i = this.#structure(text, i);
    }
  }

  /** The value so far; undefined where nothing can be read yet or the text is not JSON. */
  read(): unknown {
    if (this.#failed) return undefined;
    if (this.#token === 'string') this.#put(this.#text);
    if (this.#token === 'word') {
      const value = unfinishedWord(this.#text);
      if (value !== undefined) this.#put(value);
    }
    this.#shared = true;
    return this.#root;
  }

  #structure(text: string, i: number): number {
    const char = text.charAt(i);
    const expected = this.#expected;
    const mayBegin = expected === 'value' || expected === 'value-or-end';
    switch (char) {
      case ' ':
      case '\t':
      case '\n':
      case '\r':
        break;
      case '{':
      case '[':
        if (!mayBegin || this.#levels.length === MAX_DEPTH) return this.#fail(i);
        this.#open(char === '{' ? {} : []);
        break;
      case '}':
      case ']': {
        const isArray = Array.isArray(this.#levels.at(-1)?.container);
        const mayEnd = expected === 'comma-or-end' || expected === (isArray ? 'value-or-end' : 'key-or-end');
        if (!mayEnd || this.#levels.length === 0 || isArray !== (char === ']')) return this.#fail(i);
        this.#levels.pop();
        this.#valueDone();
        break;
      }
      case ',': {
        const level = this.#levels.at(-1);
        if (expected !== 'comma-or-end' || !level) return this.#fail(i);
        this.#expected = Array.isArray(level.container) ? 'value' : 'key';
        if (Array.isArray(level.container)) level.slot = level.container.length;
        break;
      }
      case ':':
        if (expected !== 'colon') return this.#fail(i);
        this.#expected = 'value';
        break;
      case '"':
        if (mayBegin) this.#token = 'string';
        else if (expected === 'key' || expected === 'key-or-end') this.#token = 'key';
        else return this.#fail(i);
        break;
      default:
        if (!mayBegin) return this.#fail(i);
        this.#token = 'word';
        return i;
    }
    return i + 1;
  }

  #string(text: string, from: number): number {
    let i = from;
    while (i < text.length) {
      const code = text.charCodeAt(i);
      if (code === 34 || code === 92) break;
      if (code < 32) return this.#fail(i);
      i += 1;
    }
    this.#text += text.slice(from, i);
    if (i === text.length) return i;
    if (text.charAt(i) === '\\') {
      this.#escape = '\\';
    } else if (this.#token === 'key') {
      const level = this.#levels.at(-1);
      if (level) level.slot = this.#text;
      this.#tokenDone();
      this.#expected = 'colon';
    } else {
      this.#put(this.#text);
      this.#tokenDone();
      this.#valueDone();
    }
    return i + 1;
  }

  #escaped(text: string, i: number): number {
    this.#escape += text.charAt(i);
    const [, kind = ''] = this.#escape;
    if (kind !== 'u') {
      const char = ESCAPES.get(kind);
      if (char === undefined) return this.#fail(i);
      this.#text += char;
      this.#escape = '';
    } else if (this.#escape.length === 6) {
      const code = this.#escape.slice(2);
      if (!/^[\da-fA-F]{4}$/.test(code)) return this.#fail(i);
      this.#text += String.fromCharCode(Number.parseInt(code, 16));
      this.#escape = '';
    }
    return i + 1;
  }

  #word(text: string, from: number): number {
    let i = from;
    while (i < text.length && !WORD_ENDS.has(text.charAt(i))) i += 1;
    this.#text += text.slice(from, i);
    if (i === text.length) return i;
    const value = finishedWord(this.#text);
    if (value === undefined) return this.#fail(i);
    this.#put(value);
    this.#tokenDone();
    this.#valueDone();
    return i;
  }

  #open(container: Container): void {
    this.#put(container);
    const isArray = Array.isArray(container);
    this.#levels.push({ container, slot: isArray ? 0 : '' });
    this.#expected = isArray ? 'value-or-end' : 'key-or-end';
  }

  #tokenDone(): void {
    this.#token = null;
    this.#text = '';
  }

  #valueDone(): void {
    this.#expected = this.#levels.length > 0 ? 'comma-or-end' : 'nothing';
  }

  #put(value: unknown): void {
    if (this.#shared) this.#unshare();
    const level = this.#levels.at(-1);
    if (level) assign(level, value);
    else this.#root = value;
  }

  /** Copies what is open, from the outside in; what is closed already is never changed again. */
  #unshare(): void {
    this.#shared = false;
    let parent: Level | undefined;
    for (const level of this.#levels) {
      level.container = Array.isArray(level.container) ? level.container.slice() : { ...level.container };
      if (parent) assign(parent, level.container);
      else this.#root = level.container;
      parent = level;
    }
  }

  #fail(i: number): number {
    this.#failed = true;
    return i;
  }
}

/** What can be read of a whole text or the beginning of one. */
export function parsePartialJson(text: string): unknown {
  const json = new PartialJson();
  json.push(text);
  return json.read();
}

function assign({ container, slot }: Level, value: unknown): void {
  if (slot === '__proto__') {
    Object.defineProperty(container, slot, { value, writable: true, enumerable: true, configurable: true });
  } else {
    (container as Record<string | number, unknown>)[slot] = value;
  }
}

function finishedWord(word: string): unknown {
  if (LITERALS.has(word)) return LITERALS.get(word);
  return NUMBER.exec(word)?.[0] === word ? Number(word) : undefined;
}

/** A number or literal that may go on. */
function unfinishedWord(word: string): unknown {
  const number = NUMBER.exec(word)?.[0];
  if (number !== undefined) return Number(number);
  for (const [literal, value] of LITERALS) if (literal.startsWith(word)) return value;
  return undefined;
}
