import { languageOf, loadMode, type Mode } from './languages.ts';
import { StringStream } from './string-stream.ts';

// Colours code line by line, each line once: what a line is depends on the lines before it alone, so nothing
// that is on screen changes when more arrives. The modes are CodeMirror's, which know no editor and no page;
// they were written for code that its author types, so here they are watched: what they do wrong costs
// colour, never text.

/** What a stretch of code can be. A fixed set: these are also names of classes. */
export type CodeTokenKind =
  | 'atom'
  | 'attribute'
  | 'builtin'
  | 'comment'
  | 'definition'
  | 'deleted'
  | 'heading'
  | 'inserted'
  | 'invalid'
  | 'keyword'
  | 'link'
  | 'meta'
  | 'number'
  | 'operator'
  | 'property'
  | 'string'
  | 'tag'
  | 'type'
  | 'variable';

/** A stretch of a line and what it is. */
export interface CodeToken {
  readonly text: string;
  /** What it is, or null for plain text: also for plain names and punctuation, which most code consists of. */
  readonly kind: CodeTokenKind | null;
}

/** Tells the parts of one language's code apart. One serves any number of blocks. */
export interface Highlighter {
  /** A state before the first line of a block. It is changed by each line. */
  start(): unknown;
  /**
   * The tokens of the next line, which comes without its line end; `state` goes on from there. Their texts
   * joined are the line, whatever it is. Never throws.
   */
  line(text: string, state: unknown): readonly CodeToken[];
}

export interface HighlighterOptions {
  /** Milliseconds that the lines of one block may take together; those after are plain. Default 200. */
  readonly budget?: number | undefined;
  /** The clock, in milliseconds. */
  readonly now?: (() => number) | undefined;
}

interface BlockState {
  /** The mode's own state, once it has one. */
  mode: unknown;
  /** Milliseconds taken so far. */
  spent: number;
}

/** Longest line that is coloured. Longer ones are data or minified, and modes may be slow on them. */
const MAX_LINE = 1_000;
/** A mode may read nothing to change its state; one that does so again and again stands still. */
const MAX_EMPTY_READS = 10;
/** What `.` matches in no pattern: modes wait for ever for a match at one of these, which no editor has in a line. */
const LINE_ENDS = /[\n\r\u2028\u2029]/g;
const INDENT_UNIT = 2;
const BUDGET = 200;

/** The names that modes give to what they read, without modifiers. All others are plain. */
const KINDS: ReadonlyMap<string, CodeTokenKind> = new Map(
  (
    [
      ['atom', 'atom bool null self'],
      ['attribute', 'attribute attributeName qualifier'],
      ['builtin', 'builtin macroName'],
      ['comment', 'comment'],
      ['definition', 'def definition'],
      ['deleted', 'deleted'],
      ['heading', 'header heading'],
      ['inserted', 'inserted'],
      ['invalid', 'error invalid'],
      ['keyword', 'keyword modifier controlKeyword'],
      ['link', 'link url'],
      ['meta', 'meta annotation documentMeta processingInstruction'],
      ['number', 'number unit'],
      ['operator', 'operator'],
      ['property', 'property propertyName'],
      ['string', 'string string-2 character regexp quote'],
      ['tag', 'tag tagName'],
      ['type', 'type typeName className namespace'],
      ['variable', 'variable-2 variable-3 variableName.special'],
    ] as const
  ).flatMap(([kind, names]) => names.split(' ').map((name) => [name, kind] as const)),
);

const loaded = new Map<string, Promise<Highlighter | null>>();
const unknown = Promise.resolve(null);

/**
 * The highlighter of a language by any of its names; null where the language is not known, or where its mode
 * could not be loaded, which the next call tries again. The same promise each time otherwise.
 */
export function loadHighlighter(language: string): Promise<Highlighter | null> {
  const name = languageOf(language);
  if (name === null) return unknown;
  let highlighter = loaded.get(name);
  if (!highlighter) {
    highlighter = loadMode(name).then(
      (mode) => createHighlighter(mode),
      () => {
        loaded.delete(name);
        return null;
      },
    );
    loaded.set(name, highlighter);
  }
  return highlighter;
}

/** A highlighter driven by a mode that may throw, stand still or return anything at all. */
export function createHighlighter(mode: Mode, options: HighlighterOptions = {}): Highlighter {
  const { budget = BUDGET, now = () => performance.now() } = options;

  function line(text: string, state: unknown): readonly CodeToken[] {
    const block = state as BlockState;
    const tokens: CodeToken[] = [];
    const began = now();
    let done = 0;
    if (text.length <= MAX_LINE) {
      try {
        block.mode ??= mode.startState?.(INDENT_UNIT) ?? {};
        if (text === '') mode.blankLine?.(block.mode, INDENT_UNIT);
        const stream = new StringStream(text.replace(LINE_ENDS, ' '), INDENT_UNIT);
        while (done < text.length && block.spent + now() - began < budget) {
          const kind = kindOf(read(mode, stream, block.mode));
          add(tokens, text.slice(done, stream.pos), kind);
          done = stream.start = stream.pos;
        }
      } catch {
        // The rest of this line is plain; the next one has its chance.
      }
      block.spent += now() - began;
    }
    add(tokens, text.slice(done), null);
    return tokens;
  }

  return { start: (): BlockState => ({ mode: undefined, spent: 0 }), line };
}

/** What the mode calls that which it reads next. Throws where it reads nothing. */
function read(mode: Mode, stream: StringStream, state: unknown): unknown {
  const from = stream.pos;
  for (let reads = 0; reads < MAX_EMPTY_READS; reads++) {
    const name: unknown = mode.token(stream, state);
    if (stream.pos > from) return name;
  }
  throw new Error('The mode stands still.');
}

/** Names come as `keyword`, `variableName.special` or several with spaces between; the last that is known counts. */
function kindOf(names: unknown): CodeTokenKind | null {
  if (typeof names !== 'string') return null;
  let kind: CodeTokenKind | null = null;
  for (const name of names.split(' ')) kind = KINDS.get(name) ?? KINDS.get(name.split('.')[0] ?? '') ?? kind;
  return kind;
}

function add(tokens: CodeToken[], text: string, kind: CodeTokenKind | null): void {
  if (text === '') return;
  const last = tokens.at(-1);
  if (last?.kind === kind) tokens[tokens.length - 1] = { text: last.text + text, kind };
  else tokens.push({ text, kind });
}
