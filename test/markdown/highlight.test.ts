import { afterEach, describe, expect, it, vi } from 'vitest';
import {
  type CodeToken,
  createHighlighter,
  type Highlighter,
  loadHighlighter,
} from '../../src/markdown/highlight.ts';
import { languageOf, languages, type Mode } from '../../src/markdown/languages.ts';

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
    { comment: '# Words.', keyword: 'def', string: '"rb"', number: '10', builtin: 'open', definition: 'count' },
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
    { comment: '# Greets.', keyword: 'class', number: '3', atom: ':name', property: '@name', type: 'Greeter' },
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
    { meta: '<?xml version="1.0"?>', comment: '<!-- feed -->', tag: 'a:feed', attribute: 'id', string: "'x'" },
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
