import { StringStream } from './string-stream.ts';

/** What tells the tokens of a language: the part of CodeMirror's StreamParser that reads. */
export interface Mode {
  startState?(indentUnit: number): unknown;
  /** Reads one token of the line, which moves the stream, and names it. */
  token(stream: StringStream, state: unknown): string | null | undefined;
  blankLine?(state: unknown, indentUnit: number): void;
}

type Load = () => Promise<unknown>;
/** Another name for what a mode has read. */
type Rename = (name: string | null | undefined, text: string) => string | null | undefined;

const as =
  (from: string, to: string): Rename =>
  (name) =>
    name === from ? to : name;
const atRules: Rename = (name, text) => (name === 'def' && text[0] === '@' ? 'keyword' : name);

const script = () => import('@codemirror/legacy-modes/mode/javascript');
const markup = () => import('@codemirror/legacy-modes/mode/xml');
const styles = () => import('@codemirror/legacy-modes/mode/css');
const clike = () => import('@codemirror/legacy-modes/mode/clike');

/**
 * A language's name and its other names, and its mode. The list is closed: a mode is in it only if it came
 * through hostile lines unharmed. Those for less, pegjs and tiddlywiki did not.
 */
const LANGUAGES: readonly (readonly [names: string, load: Load, rename?: Rename])[] = [
  ['typescript ts mts cts', () => script().then((modes) => modes.typescript)],
  ['tsx', () => script().then((modes) => withElements(modes.typescript as Mode))],
  ['javascript js mjs cjs node', () => script().then((modes) => withElements(modes.javascript as Mode))],
  ['jsx', () => script().then((modes) => withElements(modes.javascript as Mode))],
  ['json jsonc json5 jsonl', () => script().then((modes) => modes.json)],
  [
    'html htm xhtml vue svelte',
    () =>
      Promise.all([markup(), script(), styles()]).then(([{ html }, { javascript }, { css }]) =>
        withScripts(html as Mode, { script: javascript as Mode, style: renamed(css as Mode, atRules) }),
      ),
  ],
  ['css', () => styles().then((modes) => modes.css), atRules],
  ['scss', () => styles().then((modes) => modes.sCSS), atRules],
  ['python py python3 py3 pyi', () => import('@codemirror/legacy-modes/mode/python').then((m) => m.python)],
  [
    'bash sh shell zsh ksh',
    () => import('@codemirror/legacy-modes/mode/shell').then((m) => m.shell),
    as('def', 'variable-2'),
  ],
  [
    'sql postgresql postgres pgsql mysql sqlite mssql tsql plsql',
    () => import('@codemirror/legacy-modes/mode/sql').then((m) => m.sqlite),
  ],
  // Its point between names would be a number.
  [
    'go golang',
    () => import('@codemirror/legacy-modes/mode/go').then((m) => m.go),
    (name, text) => (text === '.' ? null : name),
  ],
  ['rust rs', () => import('@codemirror/legacy-modes/mode/rust').then((m) => m.rust)],
  ['java', () => clike().then((modes) => modes.java)],
  ['c h', () => clike().then((modes) => modes.c)],
  ['c++ cpp cc cxx hpp hxx', () => clike().then((modes) => modes.cpp)],
  ['c# csharp cs', () => clike().then((modes) => modes.csharp)],
  ['objective-c objectivec objc', () => clike().then((modes) => modes.objectiveC)],
  ['kotlin kt kts', () => clike().then((modes) => modes.kotlin)],
  ['scala', () => clike().then((modes) => modes.scala)],
  ['dart', () => clike().then((modes) => modes.dart)],
  ['php', () => clike().then((modes) => modes.clike(PHP))],
  ['ruby rb', () => import('@codemirror/legacy-modes/mode/ruby').then((m) => m.ruby), as('tag', 'type')],
  ['swift', () => import('@codemirror/legacy-modes/mode/swift').then((m) => m.swift)],
  [
    'yaml yml',
    () => import('@codemirror/legacy-modes/mode/yaml').then((m) => shortSpaces(m.yaml as Mode)),
    as('atom', 'property'),
  ],
  ['toml', () => import('@codemirror/legacy-modes/mode/toml').then((m) => m.toml)],
  ['xml svg xsl xslt xsd rss plist', () => markup().then((modes) => modes.xml)],
  ['diff patch', () => import('@codemirror/legacy-modes/mode/diff').then((m) => m.diff)],
  [
    'dockerfile docker containerfile',
    () => import('@codemirror/legacy-modes/mode/dockerfile').then((m) => m.dockerFile),
  ],
  [
    'ini properties env dotenv',
    () => import('@codemirror/legacy-modes/mode/properties').then((m) => m.properties),
    as('def', 'property'),
  ],
  ['powershell ps1 pwsh', () => import('@codemirror/legacy-modes/mode/powershell').then((m) => m.powerShell)],
  ['lua', () => import('@codemirror/legacy-modes/mode/lua').then((m) => m.lua)],
  ['perl pl', () => import('@codemirror/legacy-modes/mode/perl').then((m) => m.perl)],
  ['r', () => import('@codemirror/legacy-modes/mode/r').then((m) => m.r)],
];

const BY_NAME: ReadonlyMap<string, { readonly name: string; load(): Promise<Mode> }> = new Map(
  LANGUAGES.flatMap(([names, load, rename]) => {
    const [name = '', ...others] = names.split(' ');
    const loadRenamed = async () => renamed((await load()) as Mode, rename);
    return [name, ...others].map((key) => [key, { name, load: loadRenamed }] as const);
  }),
);

/** The name that stands first in what follows the fence: `ts`, `ts title="a"`, `ts{1,3}`, `ts:a.ts`. */
const FIRST_NAME = /^\s*([a-z0-9+#-]{1,30})(?:[\s,:;{]|$)/i;

/** The language that an info string names: `ts` is `typescript`. Case does not matter; null where it is unknown. */
export function languageOf(info: string): string | null {
  const name = FIRST_NAME.exec(info.slice(0, 100))?.[1];
  return (name && BY_NAME.get(name.toLowerCase())?.name) ?? null;
}

/** The mode of a language by the name that `languageOf` gives. Rejects where it cannot be loaded. */
export async function loadMode(language: string): Promise<Mode> {
  const mode = await BY_NAME.get(language)?.load();
  if (!mode) throw new Error(`No mode for ${language}.`);
  return mode;
}

/** All languages, each by its first name. */
export const languages: readonly string[] = LANGUAGES.map(([names]) => names.split(' ')[0] ?? '');

function renamed(mode: Mode, rename: Rename | undefined): Mode {
  if (!rename) return mode;
  return { ...mode, token: (stream, state) => rename(mode.token(stream, state), stream.current()) };
}

/**
 * A mode that reads no line with a long run of spaces: on these, YAML's search for a key takes time with the
 * fourth power of the run's length, within a single call.
 */
function shortSpaces(mode: Mode): Mode {
  return {
    ...mode,
    token(stream, state) {
      if (!stream.sol() || !/\s{48}/.test(stream.string)) return mode.token(stream, state);
      stream.skipToEnd();
      return null;
    },
  };
}

const words = (list: string): Record<string, true> =>
  Object.fromEntries(list.split(' ').map((word) => [word, true]));

/** PHP has no mode of its own; as one of C's family it lacks only the markup outside of its tags. */
const PHP = {
  name: 'php',
  keywords: words(
    'abstract and as break case catch class clone const continue declare default do echo else elseif empty ' +
      'enddeclare endfor endforeach endif endswitch endwhile enum exit extends final finally fn for foreach ' +
      'function global goto if implements include include_once instanceof insteadof interface isset list ' +
      'match namespace new or print private protected public readonly require require_once return static ' +
      'switch throw trait try unset use var while xor yield',
  ),
  types: words('array bool callable float int iterable mixed never object parent self string void'),
  defKeywords: words('class enum function interface trait'),
  atoms: words('true false null TRUE FALSE NULL'),
  multiLineStrings: true,
  isIdentifierChar: /[\w\\\x80-\uffff]/,
  hooks: {
    $: (stream: StringStream) => {
      stream.eatWhile(/[\w$\x80-\uffff]/);
      return 'variableName.special';
    },
    '#': (stream: StringStream) => {
      if (stream.eat('[')) return 'meta';
      stream.skipToEnd();
      return 'comment';
    },
    '?': (stream: StringStream) => stream.eat('>') !== undefined && 'meta',
    '<': (stream: StringStream, state: { tokenize: unknown }) => {
      if (stream.match(/^\?(?:php|=)?/)) return 'meta';
      const label = stream.match(/^<<[ \t]*["']?([A-Za-z_]\w*)["']?/)?.[1];
      if (label === undefined) return false;
      state.tokenize = (next: StringStream) => {
        next.eatSpace();
        // The label may be part of a longer name, which ends nothing.
        if (next.match(label) && !next.match(/^\w/, false)) state.tokenize = null;
        else next.skipToEnd();
        return 'string';
      };
      return 'string';
    },
  },
};

interface ScriptsState {
  readonly markup: unknown;
  /** The element whose tag is being read, and then, the one whose content is. */
  tag: string;
  afterBracket: boolean;
  inner: { readonly mode: Mode; readonly state: unknown; readonly end: RegExp } | null;
}

/** Markup in which the content of some elements is in another language. */
function withScripts(mode: Mode, inside: Readonly<Record<'script' | 'style', Mode>>): Mode {
  const modes = new Map(Object.entries(inside));
  return {
    startState: (unit): ScriptsState => ({
      markup: mode.startState?.(unit),
      tag: '',
      afterBracket: false,
      inner: null,
    }),
    token(stream, given) {
      const state = given as ScriptsState;
      if (state.inner) {
        const rest = stream.string.slice(stream.pos).search(state.inner.end);
        if (rest !== 0) {
          const name = state.inner.mode.token(stream, state.inner.state);
          if (rest > 0) stream.pos = Math.min(stream.pos, stream.start + rest);
          return name;
        }
        state.inner = null;
      }
      const name = mode.token(stream, state.markup);
      const text = stream.current();
      if (name === 'tag' && state.afterBracket) state.tag = text.toLowerCase();
      state.afterBracket = text === '<';
      if (name !== 'angleBracket' || !text.endsWith('>')) return name;
      const content = text === '>' ? modes.get(state.tag) : undefined;
      if (content) {
        const end = new RegExp(`</${state.tag}\\b`, 'i');
        state.inner = { mode: content, state: content.startState?.(stream.indentUnit), end };
      }
      state.tag = '';
      return name;
    },
  };
}

interface ScriptState {
  tokenize: unknown;
}

type Place =
  /** Code, at the bottom or between the braces of an element. */
  | { readonly in: 'code'; readonly state: ScriptState; braces: number; expectsValue: boolean }
  | { readonly in: 'tag'; named: boolean; closes: 'this' | 'parent' | 'nothing'; quote: RegExp | null }
  | { readonly in: 'text' };

/** Where an element begins: not `a <b`, and of the things in angle brackets that types can be, not these. */
const ELEMENT = /^<(?:>|[A-Za-z_$][\w.:$-]*(?:[\s/>]|$))/;
const TYPE_PARAMETERS = /^<[A-Z]\w*(?:\s+extends\b|>\()/;

/** JavaScript or TypeScript in which elements are values. */
function withElements(mode: Mode): Mode {
  const begin = (): ScriptState => mode.startState?.(2) as ScriptState;
  const inCode = begin().tokenize;

  /** Tells the mode of code that is not there. */
  function pretend(text: string, state: ScriptState): ScriptState {
    mode.token(new StringStream(text, 2), state);
    return state;
  }

  const inBraces = (): Place => ({
    in: 'code',
    // A value, where `{` begins an object.
    state: pretend('(', begin()),
    braces: 0,
    expectsValue: true,
  });

  function code(stream: StringStream, places: Place[], place: Place & { in: 'code' }) {
    const between = place.state.tokenize === inCode;
    if (
      between &&
      place.expectsValue &&
      stream.match(ELEMENT, false) &&
      !stream.match(TYPE_PARAMETERS, false)
    ) {
      stream.next();
      places.push({ in: 'tag', named: false, closes: 'nothing', quote: null });
      return null;
    }
    if (between && places.length > 1 && place.braces === 0 && stream.eat('}')) {
      places.pop();
      return null;
    }
    const name = mode.token(stream, place.state);
    const text = stream.current();
    // In a template, the braces around a value count too.
    if ((text === '{' && !name) || (text.endsWith('${') && name === 'string.special')) place.braces++;
    else if (text === '}' && between) place.braces--;
    if (text.trim() !== '' && name !== 'comment') {
      place.expectsValue = name === 'operator' || name === 'keyword' || (!name && /^[([{},;:]$/.test(text));
    }
    return name;
  }

  function tag(stream: StringStream, places: Place[], place: Place & { in: 'tag' }) {
    if (place.quote) {
      if (stream.match(place.quote)) place.quote = null;
      else stream.skipToEnd();
      return 'string';
    }
    if (stream.eatSpace()) return null;
    if (stream.match(/^[^\s=<>{}"'/]+/)) {
      const name = place.named ? 'attribute' : 'tag';
      place.named = true;
      return name;
    }
    const character = stream.next();
    if (character === '"') place.quote = /^[^"]*"/;
    else if (character === "'") place.quote = /^[^']*'/;
    else if (character === '{') places.push(inBraces());
    else if (character === '/') place.closes = place.named ? 'this' : 'parent';
    else if (character === '>') {
      places.pop();
      if (place.closes === 'parent') places.pop();
      if (place.closes === 'nothing') places.push({ in: 'text' });
      const around = places.at(-1);
      if (around?.in === 'code') {
        // To the code around it the element was a value like any other.
        pretend('0', around.state);
        around.expectsValue = false;
      }
    }
    return place.quote ? 'string' : null;
  }

  return {
    startState: (): Place[] => [{ in: 'code', state: begin(), braces: 0, expectsValue: true }],
    token(stream, state) {
      const places = state as Place[];
      const place = places.at(-1);
      if (place?.in === 'code') return code(stream, places, place);
      if (place?.in === 'tag') return tag(stream, places, place);
      if (stream.match(/^<(?=[/>A-Za-z_$])/)) {
        places.push({ in: 'tag', named: false, closes: 'nothing', quote: null });
      } else if (stream.eat('{')) {
        places.push(inBraces());
      } else {
        stream.next();
        stream.eatWhile(/[^<{]/);
      }
      return null;
    },
  };
}
