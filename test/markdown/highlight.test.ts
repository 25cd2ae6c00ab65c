import { describe, expect, it, vi } from 'vitest';
import {
  type CodeToken,
  createHighlighter,
  type Highlighter,
  loadHighlighter,
} from '../../src/markdown/highlight.ts';
import { languageOf, languages, loadMode, type Mode } from '../../src/markdown/languages.ts';
import { StringStream } from '../../src/markdown/string-stream.ts';
import { filesIn, importsOf } from '../guards/files.ts';

/** A piece of each language, and what must be told apart in it: texts of whole tokens by kind. */
const SAMPLES: Readonly<Record<string, readonly [code: string, tokens: Readonly<Record<string, string>>]>> = {
  typescript: [
    `// One order.
export interface Order { readonly id: string; total?: number }
const sum = (all: readonly Order[]): number =>
  all.reduce((n, o) => n + (o.total ?? 0), 12.5e3);
const text = \`sum: \${sum([]) /* none */} of \${'x'}\`;
const same = <T>(x: T): T => x; if (sum < 3 && /a[/]b/g.test(text)) throw new Error('no');`,
    { comment: '// One order.', keyword: 'export', number: '12.5e3', string: "'no'", type: 'string' },
  ],
  tsx: [
    `export function Row({ name, on }: Props): JSX.Element {
  const [open, setOpen] = useState<boolean>(false);
  return (
    <li className="row" data-id={\`row-\${name}\`} onClick={() => setOpen(!open)}>
      It's // no comment: {open ? <b title='x'>yes</b> : null}{/* a comment */}
      <Trans.Text {...on} disabled /> <></>
    </li>
  );
}
const pick = <T extends object>(x: T) => x;`,
    { comment: '/* a comment */', attribute: 'className', tag: 'li', keyword: 'return', string: '"row"' },
  ],
  javascript: [
    `import { a } from './a.js';
class Cat extends Animal { #age = 0x1f; get age() { return this.#age; } }
async function* all(n = 1) { for await (const x of a(n)) yield x < 3; }
const view = <p id="p">1 < 2, isn't it?</p>; // done`,
    { keyword: 'import', string: "'./a.js'", number: '0x1f', tag: 'p', comment: '// done' },
  ],
  jsx: [
    `const App = () => <Main on={x => { go(x); }}>{list.map((i) => <Item key={i} />)}</Main>;
export default App; // end`,
    { tag: 'Main', attribute: 'key', keyword: 'export', comment: '// end' },
  ],
  json: [
    `{ "name": "a\\"b", "n": [1, -2.5e+3, true, null] } // loose`,
    { property: '"name"', string: '"a\\"b"', number: '2.5e+3', atom: 'true' },
  ],
  html: [
    `<!DOCTYPE html>
<!-- page -->
<script type="module">const a = 1 < 2; // one</script>
<style>p { color: #fff }</style>
<p class="x" hidden>Tom &amp; Jerry</p>`,
    {
      comment: '<!-- page -->',
      keyword: 'const',
      attribute: 'class',
      string: '"x"',
      tag: 'script',
      property: 'color',
    },
  ],
  css: [
    `/* all */
@media (min-width: 40em) { .card > a:hover, #top { color: #ff0000; margin: 0 1.5rem; --gap: calc(1px + 2%) } }`,
    { comment: '/* all */', keyword: '@media', property: 'color', number: '1.5rem', attribute: '.card' },
  ],
  scss: [
    `$gap: 4px; // gap
.a { &:hover { @include b($gap); width: 10px } }`,
    { comment: '// gap', property: 'width', number: '4px' },
  ],
  python: [
    `# Words.
@cache
def count(path: str, *, top=10) -> dict[str, int]:
    """Counts
    words."""
    with open(path, "rb") as f:
        return {w: f"{len(w):>3} {w!r}" for w in f if w is not None and top > 0x1F}`,
    {
      comment: '# Words.',
      keyword: 'def',
      string: '"rb"',
      number: '10',
      builtin: 'open',
      definition: 'count',
    },
  ],
  bash: [
    `#!/bin/bash
set -eu # strict
for f in "$HOME"/*.txt; do
  if [ -f "$f" ]; then echo "$(wc -l < "$f") \${f%.*}" | sort -n > out.log; fi
done`,
    { meta: '#!/bin/bash', comment: '# strict', keyword: 'for', builtin: 'echo', variable: '$HOME' },
  ],
  sql: [
    `-- Orders by day
SELECT o.id, count(*) AS n, 'it''s' FROM orders o LEFT JOIN users u ON u.id = o.user_id
WHERE o.total > 12.5 AND u.name IS NOT NULL GROUP BY 1 HAVING n > 1 ORDER BY n DESC LIMIT 10;
CREATE TABLE t (id INTEGER PRIMARY KEY, name VARCHAR(20) DEFAULT 'x');`,
    { comment: '-- Orders by day', keyword: 'SELECT', number: '12.5', string: "'x'", type: 'VARCHAR' },
  ],
  go: [
    `package main // entry

func main() {
	ch := make(chan int, 3); go func() { ch <- 'a' }()
	fmt.Printf("%d %s\\n", <-ch, \`raw
text\`)
	if err != nil { return }
}`,
    { keyword: 'package', comment: '// entry', number: '3', string: "'a'", atom: 'nil' },
  ],
  rust: [
    `/// Adds.
#[derive(Debug)]
pub fn add<'a>(x: &'a mut Vec<u8>) -> Option<i32> {
    println!("{:?} {}", x, r#"raw "x""#); let n = 1_000u64; if n > 0 { Some(1) } else { None }
}`,
    { keyword: 'pub', number: '1_000u64', comment: '/// Adds.', definition: 'add' },
  ],
  java: [
    `/** Doc. */
@Override public final class A<T> extends B { private static final int N = 42;
  String s(char c) { return c == 'x' ? "a\\n" : null; } // end
}`,
    { comment: '/** Doc. */', keyword: 'class', type: 'int', number: '42', string: "'x'", atom: 'null' },
  ],
  c: [
    `#include <stdio.h>
/* entry */
int main(void) { char *s = "a\\"b"; size_t n = 0xFF; return s == NULL ? 1 : 0; }`,
    { meta: '#include <stdio.h>', comment: '/* entry */', type: 'int', number: '0xFF', keyword: 'return' },
  ],
  'c++': [
    `#include <vector>
template <typename T> class Box : public Base { std::vector<T> v; };
auto raw = R"x(a ) b)x"; // raw
constexpr auto big = 1'000; bool ok = nullptr == 0;`,
    { meta: '#include <vector>', keyword: 'template', comment: '// raw', number: "1'000", atom: 'nullptr' },
  ],
  'c#': [
    `using System; // all
public record Point(int X, int Y) { public string Text => $"{X}, {Y}"; string Path = @"c:\\a"; }
var n = 12; async Task<bool> Go() => await Run();`,
    { keyword: 'using', comment: '// all', type: 'int', number: '12' },
  ],
  'objective-c': [
    `@interface A : NSObject // a
@property (nonatomic) int n;
- (BOOL)go { return [self run:@"x" with:12]; }
@end`,
    { keyword: '@interface', comment: '// a', type: 'int', number: '12' },
  ],
  kotlin: [
    `data class User(val name: String, var age: Int = 3) // user
fun main() { println("Hi \${user.name}"); val s = """a
b"""; if (s is String && true) return }`,
    { keyword: 'data', comment: '// user', number: '3', type: 'String', atom: 'true' },
  ],
  scala: [
    `object Main extends App { val n: Int = 42; def f(x: String) = s"$x" /* f */ }`,
    { keyword: 'object', number: '42', comment: '/* f */' },
  ],
  dart: [
    `import 'dart:io'; // io
Future<int> main() async { final s = "a $b"; return 42; }`,
    { keyword: 'import', string: "'dart:io'", comment: '// io', number: '42' },
  ],
  php: [
    `<?php
namespace App\\Models; # shop
#[Route('/x')]
final class Cart extends Base { public function total(?int $tax = 19): float { return $this->sum * 1.5; } }
$text = <<<EOT
  Dear EOTS $name,
  EOT;
echo "all: \${text}", null ?>`,
    {
      meta: '<?php',
      keyword: 'namespace',
      comment: '# shop',
      variable: '$tax',
      number: '19',
      type: 'int',
      definition: 'Cart',
    },
  ],
  ruby: [
    `# Greets.
class Greeter < Base
  attr_reader :name
  def hi(n = 3) = puts "Hi #{@name}" if n > 0 && @name =~ /a\\/b/i
end
text = <<~EOT
  some text
EOT`,
    {
      comment: '# Greets.',
      keyword: 'class',
      number: '3',
      atom: ':name',
      property: '@name',
      type: 'Greeter',
    },
  ],
  swift: [
    `import UIKit // kit
@main struct App: View { @State private var n: Int = 42
  func go(_ x: String?) -> Bool { guard let x else { return false }; print("a \\(x) b"); return true } }`,
    { keyword: 'import', comment: '// kit', number: '42', type: 'Int', atom: 'true' },
  ],
  yaml: [
    `# Build
on: &on
  push: { branches: [main, "dev*"] }
steps:
  - run: |
      npm test
  - n: 12`,
    { comment: '# Build', property: 'steps', string: '"dev*"', number: '12' },
  ],
  toml: [
    `# Package
[package]
name = "kit"
size = 12
when = 2024-05-27T07:32:00Z
ok = true`,
    { comment: '# Package', property: 'name', string: '"kit"', number: '12', atom: 'true' },
  ],
  xml: [
    `<?xml version="1.0"?>
<!-- feed --><a:feed id='x'><![CDATA[ <raw> ]]><b/>&#x20;</a:feed>`,
    {
      meta: '<?xml',
      comment: '<!-- feed -->',
      tag: 'a:feed',
      attribute: 'id',
      string: "'x'",
    },
  ],
  diff: [
    `--- a/x.ts
+++ b/x.ts
@@ -1,2 +1,2 @@
-const a = 1;
+const a = 2;
 same`,
    { inserted: '+const a = 2;', deleted: '-const a = 1;', meta: '@@ -1,2 +1,2 @@' },
  ],
  dockerfile: [
    `# Image
FROM node:20 AS build
EXPOSE 8080
CMD ["node", "a.js"]`,
    { comment: '# Image', keyword: 'FROM', number: '8080', string: '"node"' },
  ],
  ini: [
    `; settings
[main]
key = value`,
    { comment: '; settings', heading: '[main]', property: 'key ' },
  ],
  powershell: [
    `# All files
function Get-All { param([string]$Path = "C:\\x") Get-ChildItem $Path | Where-Object { $_.Length -gt 12 } }`,
    { comment: '# All files', keyword: 'function', number: '12' },
  ],
  lua: [
    `-- Adds.
local function add(a, b) return a + b + 12, [[long
text]], "x" end print(nil)`,
    { comment: '-- Adds.', keyword: 'local', number: '12', string: '"x"' },
  ],
  perl: [
    `# Reads.
use strict; my @all = map { $_ =~ s/a/b/g; "x$_" } grep { /x/ } <STDIN>; print "n\\n" if 12 > @all;`,
    { comment: '# Reads.', keyword: 'use', number: '12' },
  ],
  r: [
    `# Mean
f <- function(x, ...) { if (is.null(x)) TRUE else mean(x[x > 1.5], na.rm = FALSE) + "a" }`,
    { comment: '# Mean', keyword: 'function', number: '1.5', string: '"a"', atom: 'TRUE' },
  ],
};

const joined = (tokens: readonly CodeToken[]) => tokens.map(({ text }) => text).join('');
const inBlock = (highlighter: Highlighter, lines: readonly string[]) => {
  const state = highlighter.start();
  return lines.map((line) => highlighter.line(line, state));
};
/** Each line's tokens as `kind:text`, plain ones as their text. */
const told = (highlighter: Highlighter, code: string) =>
  inBlock(highlighter, code.split('\n')).map((tokens) =>
    tokens.map(({ kind, text }) => (kind ? `${kind}:${text}` : text)),
  );
const highlighterOf = async (language: string) =>
  createHighlighter(await loadMode(language), { budget: Number.POSITIVE_INFINITY });

const CRUEL =
  '" \' ` / \\ < > { } [ ] ( ) $ # @ % & * - + = : ; , . | ~ ^ ! ? \t _ é ${ /* */ <!-- --> """ \'\'\' ' +
  '<script> </script> <style> <<EOT EOT {- -} [[ ]] =begin #{ R"( )" r#" @" \0 \u0007 \r \u2028 😀 \ud800 ' +
  '\u00a0 __proto__ constructor q{ %w( s/ <a <a> </a> => :: -> 0x 1e @media url( -- // ---';

/** Lines that no language is, the same each time: quotes that do not close, pieces of all samples, repetitions. */
function hostileLines(count: number): readonly string[] {
  let seed = 20_260_511;
  const random = (below: number) => {
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((seed / 2 ** 32) * below);
  };
  const real = Object.values(SAMPLES).flatMap(([code]) => code.split('\n'));
  const cruel = CRUEL.split(' ');
  const oneOf = (all: readonly string[]) => all[random(all.length)] ?? '';
  return Array.from({ length: count }, (_, index) => {
    if (index % 50 === 0) return (oneOf(cruel) + oneOf(cruel)).repeat(1_000).slice(0, 900 + random(200));
    if (index % 3 === 0) return oneOf(real).slice(random(20)) + oneOf(real).slice(0, random(40));
    return Array.from({ length: random(25) }, () => oneOf(cruel) + (random(3) ? '' : ' ')).join('');
  });
}
const HOSTILE = [...hostileLines(498), ' '.repeat(1_000), `x${'\t'.repeat(998)}x`];

it('has a sample of every language', () => {
  expect(Object.keys(SAMPLES).sort()).toEqual([...languages].sort());
});

describe.each(Object.entries(SAMPLES))('%s', (language, [code, expected]) => {
  const lines = code.split('\n');

  it('is told apart', async () => {
    const tokens = inBlock(await highlighterOf(language), lines).flat();
    for (const [kind, text] of Object.entries(expected)) {
      const found = tokens.filter((token) => token.kind === kind).map((token) => token.text);
      expect(found, kind).toContain(text);
    }
  });

  it('is the same however much of it has come', async () => {
    const highlighter = await highlighterOf(language);
    const whole = inBlock(highlighter, lines);
    const other = highlighter.start();
    const streamed = highlighter.start();
    lines.forEach((line, index) => {
      highlighter.line(HOSTILE[index] ?? '', other);
      expect(highlighter.line(line, streamed)).toEqual(whole[index]);
      expect(inBlock(highlighter, lines.slice(0, index + 1))).toEqual(whole.slice(0, index + 1));
    });
  });

  it('loses nothing of hostile lines, and takes no second for any', async () => {
    const highlighter = await highlighterOf(language);
    const all = [...lines, ...HOSTILE];
    /** Milliseconds that the processor works on each line. */
    const times = () => {
      const state = highlighter.start();
      return all.map((line) => {
        const began = process.cpuUsage();
        const tokens = highlighter.line(line, state);
        const { user, system } = process.cpuUsage(began);
        expect(joined(tokens)).toBe(line);
        expect(tokens.every(({ text, kind }, at) => text && kind !== tokens[at - 1]?.kind)).toBe(true);
        return (user + system) / 1000;
      });
    };
    // A line that is slow is so each time; memory is cleaned up now in one, now in another.
    const first = times();
    const second = first.some((time) => time >= 1_000) ? times() : first;
    expect(first.filter((time, at) => Math.min(time, second[at] ?? time) >= 1_000)).toEqual([]);
  });
});

describe('what modes cannot do alone', () => {
  it('reads elements in JavaScript, and code in elements', async () => {
    const code = '<a b={`$' + '{{ c: "}" }}`} d={{ e: 1 }}>it\'s {f ? <g/> : `}`} {/* h */}</a> / 2';
    const [tokens] = told(await highlighterOf('jsx'), code);
    expect(tokens?.join(' ')).toBe(
      '< tag:a   attribute:b ={ string:`$' +
        '{ {  property:c :  string:"}"  } string:}` }  attribute:d ={{  ' +
        "property:e :  number:1  }}>it's {f  operator:?  < tag:g /> :  string:`}` } { comment:/* h */ }</ " +
        'tag:a >  operator:/   number:2',
    );
  });

  it('takes no comparison and no type for an element', async () => {
    const [after] = told(await highlighterOf('jsx'), '<a/> <b');
    expect(after).toEqual(['<', 'tag:a', '/> ', 'operator:<', 'b']);
    const code = 'const a = b <c> d; f<T>(x); const g = <T extends U>(x: T) => x; const h = <T,>(x: T) => x;';
    for (const language of ['tsx', 'javascript']) {
      const [tokens = []] = told(await highlighterOf(language), code);
      expect(tokens.filter((token) => token.startsWith('tag:'))).toEqual([]);
    }
  });

  it('ends a script where its tag ends it, also inside of a string, and reads on', async () => {
    const html = await highlighterOf('html');
    expect(told(html, '<script>\nlet a = "b</script><i>let</i>').at(-1)?.join(' ')).toBe(
      'keyword:let   definition:a   operator:=   string:"b </ tag:script >< tag:i >let</ tag:i >',
    );
    expect(told(html, '<script src="a"></script>\n<script/>let\n<STYLE>\n@media {}').slice(1)).toEqual([
      ['<', 'tag:script', '/>let'],
      ['<', 'tag:STYLE', '>'],
      ['keyword:@media', ' {}'],
    ]);
  });

  it('ends a heredoc of PHP at its label alone', async () => {
    expect(told(await highlighterOf('php'), "$a = <<<'EOT'\nEOTS if\n  EOT; if")).toEqual([
      ['variable:$a', ' ', 'operator:=', ' ', "string:<<<'EOT'"],
      ['string:EOTS if'],
      ['  ', 'string:EOT', '; ', 'keyword:if'],
    ]);
  });

  it('lets no line end inside of a line stop a mode for ever', async () => {
    expect(told(await highlighterOf('toml'), 'a = "b\u2028c\rd"')).toEqual([
      ['property:a', ' = ', 'string:"b\u2028c\rd"'],
    ]);
  });

  it('skips lines with very long runs of spaces in YAML', async () => {
    const yaml = await highlighterOf('yaml');
    const long = `a: 1${' '.repeat(990)}`;
    expect(told(yaml, `${long}\na: 1`)).toEqual([[long], ['property:a', 'meta:: ', 'number:1']]);
  });
});

describe('a highlighter', () => {
  /** Reads word by word, and numbers them over all lines. */
  const words: Mode = {
    startState: () => ({ words: 0 }),
    token(stream, given) {
      const state = given as { words: number };
      if (stream.eatSpace()) return null;
      stream.eatWhile(/\S/);
      state.words++;
      return `number.n${state.words}`;
    },
  };
  const misbehaving = (wrong: Mode['token']): Mode => ({
    ...words,
    token: (stream, state) =>
      stream.match('bad', false) ? wrong(stream, state) : words.token(stream, state),
  });
  const survives = (mode: Mode) =>
    told(createHighlighter(mode, { budget: Number.POSITIVE_INFINITY }), 'one bad two\nthree');
  const restIsPlain = [['number:one', ' bad two'], ['number:three']];

  it('makes the rest of a line plain where the mode throws, and goes on with the next', () => {
    const throwing = misbehaving(() => {
      throw new Error('No.');
    });
    expect(survives(throwing)).toEqual(restIsPlain);
  });

  it('makes the rest of a line plain where the mode stands still', () => {
    expect(survives(misbehaving(() => 'keyword'))).toEqual(restIsPlain);
    const start = misbehaving((stream) => {
      stream.start = -9;
      return 'keyword';
    });
    expect(survives(start)).toEqual(restIsPlain);
  });

  it.each([-1, 2, Number.NaN])('makes the rest of a line plain where the mode goes to %d', (pos) => {
    const lost = misbehaving((stream) => {
      stream.pos = pos;
      return 'keyword';
    });
    expect(survives(lost)).toEqual(restIsPlain);
  });

  it('lets a mode read nothing a few times, and more than there is', () => {
    let reads = 0;
    const slow = misbehaving((stream) => {
      if (++reads % 9 === 0) stream.match('bad');
      return 'keyword';
    });
    expect(survives(slow)[0]).toEqual(['number:one', ' ', 'keyword:bad', ' ', 'number:two']);
    const beyond = misbehaving((stream) => {
      stream.pos = 1_000;
      return 'keyword';
    });
    expect(survives(beyond)).toEqual([['number:one', ' ', 'keyword:bad two'], ['number:three']]);
  });

  it.each([['constructor'], ['__proto__'], ['unheard-of.special'], [7], [{}], [undefined]])(
    'takes what the mode calls %j for plain text',
    (name) => {
      const mode = misbehaving((stream) => {
        stream.match('bad');
        return name as string;
      });
      expect(survives(mode)[0]).toEqual(['number:one', ' bad ', 'number:two']);
    },
  );

  it('joins neighbours of one kind, and takes the last name it knows', () => {
    const letters: Mode = {
      token: (stream) => (stream.next() === 'a' ? 'string property.x' : 'keyword.other unknown'),
    };
    expect(told(createHighlighter(letters), 'aabba')).toEqual([['property:aa', 'keyword:bb', 'property:a']]);
  });

  it('leaves lines of more than a thousand characters plain and its state alone', async () => {
    const long = `*/ ${'x'.repeat(997)} `;
    const fits = long.slice(0, 1_000);
    const typescript = await highlighterOf('typescript');
    expect(told(typescript, `/* a\n${long}\nb`)).toEqual([['comment:/* a'], [long], ['comment:b']]);
    expect(told(typescript, `/* a\n${fits}\nb`)).toEqual([
      ['comment:/* a'],
      ['comment:*/', fits.slice(2)],
      ['b'],
    ]);
  });

  it('tells the mode of blank lines, which have no tokens', () => {
    const seen: unknown[] = [];
    const mode: Mode = { ...words, blankLine: (state, unit) => seen.push({ ...(state as object), unit }) };
    expect(told(createHighlighter(mode), 'one\n\ntwo')).toEqual([['number:one'], [], ['number:two']]);
    expect(seen).toEqual([{ words: 1, unit: 2 }]);
  });

  describe('with a slow mode', () => {
    let time = 0;
    const taking = (milliseconds: number): Mode => ({
      token(stream) {
        time += milliseconds;
        stream.next();
        return 'keyword';
      },
    });

    it('stops within a line when a block has used up its time; other blocks have their own', () => {
      const highlighter = createHighlighter(taking(30), { budget: 100, now: () => time });
      const plainAfterFour = [['keyword:ab'], [], ['keyword:ab', 'cd'], ['ab']];
      time = 0;
      expect(told(highlighter, 'ab\n\nabcd\nab')).toEqual(plainAfterFour);
      expect(told(highlighter, 'ab\n\nabcd\nab')).toEqual(plainAfterFour);
      expect(time).toBe(240);
    });

    it('gives a block two hundred milliseconds', () => {
      const highlighter = createHighlighter(taking(1), { now: () => time });
      expect(told(highlighter, 'a'.repeat(300))).toEqual([[`keyword:${'a'.repeat(200)}`, 'a'.repeat(100)]]);
    });
  });
});

describe('a stream', () => {
  it('counts columns with tabs, of the line and of the token', () => {
    const stream = new StringStream(' \t a\tb', 2);
    expect(stream.indentation()).toBe(5);
    expect(stream.column()).toBe(0);
    stream.start = stream.pos = 5;
    expect(stream.column()).toBe(8);
    expect(new StringStream(' \t', 2).indentation()).toBe(4);
  });

  it('matches texts and patterns where it is, and reads them if it is to', () => {
    const stream = new StringStream('one TWO', 2);
    expect(stream.match('ONE')).toBeNull();
    expect(stream.match('ONE', false, true)).toBe(true);
    expect(stream.match(/two/i)).toBeNull();
    expect(stream.match(/o(n)/, false)?.[1]).toBe('n');
    expect(stream.pos).toBe(0);
    expect(stream.match('ONE', true, true) && stream.match(/^ t/i)).toHaveLength(1);
    expect(stream.current()).toBe('one T');
  });
});

describe('languages', () => {
  it.each([
    ['ts', 'typescript'],
    ['TypeScript', 'typescript'],
    ['TSX', 'tsx'],
    ['mjs', 'javascript'],
    ['py', 'python'],
    ['sh', 'bash'],
    ['shell', 'bash'],
    ['zsh', 'bash'],
    ['golang', 'go'],
    ['rs', 'rust'],
    ['cpp', 'c++'],
    ['C#', 'c#'],
    ['cs', 'c#'],
    ['kt', 'kotlin'],
    ['yml', 'yaml'],
    ['patch', 'diff'],
    ['Dockerfile', 'dockerfile'],
    ['htm', 'html'],
    [' ts title="a.ts"', 'typescript'],
    ['ts{1,3}', 'typescript'],
    ['ts:src/a.ts', 'typescript'],
  ])('%j is %s', (info, name) => {
    expect(languageOf(info)).toBe(name);
  });

  it.each([
    ['__proto__'],
    ['constructor'],
    ['toString'],
    ['hasOwnProperty'],
    [''],
    ['  '],
    ['ts.x'],
    ['less'],
    ['pegjs'],
    ['tiddlywiki'],
    ['../xml'],
    ['tſ'],
    ['x'.repeat(31)],
    [`${' '.repeat(1_000)}ts`],
  ])('%j is none', async (info) => {
    expect(languageOf(info)).toBeNull();
    expect(await loadHighlighter(info)).toBeNull();
  });

  it('load once, by whichever name', async () => {
    const first = loadHighlighter('ts');
    expect(loadHighlighter('TypeScript')).toBe(first);
    expect(loadHighlighter('tsx')).not.toBe(first);
    expect(told((await first) as Highlighter, 'let a')).toEqual([['keyword:let', ' ', 'definition:a']]);
    expect(loadHighlighter('none')).toBe(loadHighlighter('constructor'));
  });

  it('that could not be loaded are tried again', async () => {
    vi.doMock('@codemirror/legacy-modes/mode/lua', () => {
      throw new Error('offline');
    });
    expect(await loadHighlighter('lua')).toBeNull();
    vi.doUnmock('@codemirror/legacy-modes/mode/lua');
    expect(await loadHighlighter('lua')).not.toBeNull();
  });

  it('bring no editor with them', () => {
    const modes = filesIn('node_modules/@codemirror/legacy-modes/mode', '.js');
    expect(modes.size).toBeGreaterThan(100);
    const imported = [...modes.values()].flatMap(importsOf).map(({ specifier }) => specifier);
    expect(imported).toContain('./simple-mode.js');
    expect(imported.filter((specifier) => !specifier.startsWith('./'))).toEqual([]);
  });
});
