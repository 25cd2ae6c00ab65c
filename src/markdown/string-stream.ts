/** Columns that a tab takes at most. */
const TAB = 4;

/** A test of one character. */
type CharacterTest = string | RegExp | ((character: string) => boolean);

/**
 * One line as the modes of CodeMirror read it: a position that they move forward, from `start`, where the
 * token begins. The members are those of CodeMirror's own class of this name and do what its manual says.
 */
export class StringStream {
  /** The line, without its line end. */
  string: string;
  /** Columns of one level of indentation. */
  indentUnit: number;
  /** Where the reader is. */
  pos = 0;
  /** Where the current token begins. */
  start = 0;

  constructor(string: string, indentUnit: number) {
    this.string = string;
    this.indentUnit = indentUnit;
  }

  /** Whether the whole line is read. */
  eol(): boolean {
    return this.pos >= this.string.length;
  }

  /** Whether nothing of the line is read yet. */
  sol(): boolean {
    return this.pos === 0;
  }

  /** The next character, which stays unread; undefined at the end of the line. */
  peek(): string | undefined {
    return this.string[this.pos];
  }

  /** The next character, which is then read; undefined at the end of the line. */
  next(): string | undefined {
    return this.eol() ? undefined : this.string[this.pos++];
  }

  /** Reads the next character if it passes the test, and returns it then. */
  eat(test: CharacterTest): string | undefined {
    const next = this.peek();
    if (next === undefined || !passes(test, next)) return undefined;
    this.pos++;
    return next;
  }

  /** Reads characters as long as they pass the test; whether there was one. */
  eatWhile(test: CharacterTest): boolean {
    const from = this.pos;
    while (this.eat(test) !== undefined);
    return this.pos > from;
  }

  /** Reads white space; whether there was any. */
  eatSpace(): boolean {
    return this.eatWhile(/\s/);
  }

  /** Reads the rest of the line. */
  skipToEnd(): void {
    this.pos = this.string.length;
  }

  /** Reads up to the next occurrence of `text`, if there is one on this line. */
  skipTo(text: string): boolean {
    const at = this.string.indexOf(text, this.pos);
    if (at < 0) return false;
    this.pos = at;
    return true;
  }

  /** Gives `count` characters back. */
  backUp(count: number): void {
    this.pos -= count;
  }

  /** The column at which the current token begins. */
  column(): number {
    return columns(this.string, this.start);
  }

  /** The column of the first character that is not white space. */
  indentation(): number {
    const first = this.string.search(/\S/);
    return columns(this.string, first < 0 ? this.string.length : first);
  }

  /** Whether the text ahead is, or matches, the pattern. It is then read, except where `consume` is false. */
  match(pattern: string, consume?: boolean, caseInsensitive?: boolean): true | null;
  match(pattern: RegExp, consume?: boolean): RegExpMatchArray | null;
  match(pattern: string | RegExp, consume = true, caseInsensitive = false): true | RegExpMatchArray | null {
    if (typeof pattern !== 'string') {
      const match = this.string.slice(this.pos).match(pattern);
      if (match?.index !== 0) return null;
      if (consume) this.pos += match[0].length;
      return match;
    }
    const ahead = this.string.slice(this.pos, this.pos + pattern.length);
    const same = caseInsensitive ? ahead.toLowerCase() === pattern.toLowerCase() : ahead === pattern;
    if (!same) return null;
    if (consume) this.pos += pattern.length;
    return true;
  }

  /** The text of the current token so far. */
  current(): string {
    return this.string.slice(this.start, this.pos);
  }
}

function passes(test: CharacterTest, character: string): boolean {
  if (typeof test === 'string') return character === test;
  return test instanceof RegExp ? test.test(character) : test(character);
}

function columns(line: string, end: number): number {
  let column = 0;
  let from = 0;
  for (let tab = line.indexOf('\t'); tab >= 0 && tab < end; tab = line.indexOf('\t', from)) {
    column += tab - from;
    column += TAB - (column % TAB);
    from = tab + 1;
  }
  return column + end - from;
}
