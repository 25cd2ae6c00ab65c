import { describe, expect, it } from 'vitest';
import { filesIn } from './files.ts';

const elements = [...filesIn('src/elements')].filter(([path]) => path.startsWith('agent-'));
const sources = filesIn('src');

/** How a template takes the name of a part from its caller. */
const PASSED_ON = 'part=$' + '{part}';

const all = (text: string, pattern: RegExp) =>
  [...new Set([...text.matchAll(pattern)].map(([, name]) => name ?? ''))].sort();

describe.each(elements)('%s', (path, source) => {
  it('names in its comment the parts that it renders', () => {
    const documented = all(source, /@csspart ([\w-]+)/g);
    // What comes on demand is rendered into the same element.
    const brought = all(source, /import\('\.\/(message-[\w-]+\.ts)'\)/g).map((name) =>
      sources.get(`elements/${name}`),
    );
    const literal = all([source, ...brought].join('\n'), /\spart="([\w-]+)"/g);
    const passed = source.includes(PASSED_ON) ? all(source, /this\.field\('([\w-]+)'/g) : [];
    expect([...literal, ...passed].sort()).toEqual(documented);
  });

  it('declares its tag, which is its file’s name', () => {
    expect(source).toContain(`'${path.replace('.ts', '')}': `);
    expect(source).toContain('@summary ');
  });
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
