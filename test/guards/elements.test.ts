import { describe, expect, it } from 'vitest';
import { filesIn, importsOf } from './files.ts';

const modules = filesIn('src/elements');
const elements = [...modules].filter(([path]) => path.startsWith('agent-'));
const sources = filesIn('src');

/** How a template takes the name of a part from its caller. */
const PASSED_ON = 'part=$' + '{part}';
/** Draws one part and nothing of what stands around it in a message. */
const ONE_PART = "import { renderPart } from './rendered-parts.ts'";

const all = (text: string, pattern: RegExp) =>
  [...new Set([...text.matchAll(pattern)].map(([, name]) => name ?? ''))].sort();

/** What draws an element: its module, what that imports at once and on demand, and so on, up to other elements. */
function drawing(path: string, found = new Set<string>()): ReadonlySet<string> {
  const source = modules.get(path);
  if (source === undefined || found.has(path)) return found;
  found.add(path);
  for (const { specifier, typeOnly } of importsOf(source.replace(ONE_PART, ''))) {
    const isElement = specifier.startsWith('./agent-');
    if (!typeOnly && !isElement) drawing(specifier.replace('./', ''), found);
  }
  return found;
}

describe.each(elements)('%s', (path, source) => {
  it('names in its comment the parts that it renders', () => {
    const documented = all(source, /@csspart ([\w-]+)/g);
    const drawn = [...drawing(path)].map((name) => modules.get(name)).join('\n');
    const literal = all(drawn, /\spart="([\w-]+)"/g);
    const passed = drawn.includes(PASSED_ON) ? all(drawn, /this\.#?field\('([\w-]+)'/g) : [];
    expect([...literal, ...passed].sort()).toEqual(documented);
  });

  it('declares its tag, which is its file’s name', () => {
    expect(source).toContain(`'${path.replace('.ts', '')}': `);
    expect(source).toContain('@summary ');
  });
});

it('finds what draws an element also where that comes on demand, and stops at other elements', () => {
  const found = drawing('agent-value.ts');
  for (const name of ['value-view.ts', 'value-data.ts', 'value-tree.ts']) expect(found).toContain(name);
  expect(drawing('agent-approval.ts')).toContain('approval-card.ts');
  expect(drawing('agent-message.ts')).toContain('rendered-parts.ts');
  expect(drawing('agent-steps.ts')).not.toContain('rendered-parts.ts');
  expect([...drawing('agent-chat.ts')].filter((name) => name.startsWith('agent-'))).toEqual([
    'agent-chat.ts',
  ]);
});

it('no module has an HTML sink or an inline style', () => {
  const sink =
    /unsafeHTML|unsafeSVG|innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|srcdoc|styleMap|\sstyle=["$]/;
  expect([...sources].filter(([, source]) => sink.test(source)).map(([path]) => path)).toEqual([]);
  expect(sink.test('<p style="color:red">')).toBe(true);
});

/** Each is one algorithm, which is easier to follow in one place. */
const ONE_ALGORITHM = ['markdown/block-parser.ts', 'markdown/inline-parser.ts'];

it('no module is longer than five hundred lines, but for those that are one algorithm', () => {
  const long = [...sources].filter(([, source]) => source.split('\n').length > 500);
  expect(long.map(([path]) => path)).toEqual(ONE_ALGORITHM);
});
