import { describe, expect, it } from 'vitest';
import { toHtml } from '../../src/markdown/to-html.ts';
import { corpus } from '../corpora.ts';
import {
  commonmarkHtml,
  commonmarkOptions,
  encodedAddress,
  normalised,
  rawHtmlIn,
  specExamples,
  withoutPolicy,
} from './reference.ts';

/** A run of numbers, from the first to the last. */
const to = (first: number, last: number): readonly number[] =>
  Array.from({ length: last - first + 1 }, (_, index) => first + index);

const ours = (markdown: string, gfm: boolean): string =>
  normalised(withoutPolicy(toHtml(markdown, { ...commonmarkOptions, gfm })));

/** Examples of the specification that contain HTML, which is text here: by the HTML that is in them. */
const RAW_HTML: Readonly<Record<string, readonly number[]>> = {
  'a block of HTML': [
    ...[21, 31, ...to(149, 167), ...to(169, 186), ...to(188, 191)],
    // Between two lists, a comment keeps them apart.
    ...[308, 309],
  ],
  'HTML in a line': [
    // Opening and closing tags, in paragraphs and where a tag ends what is marked.
    ...[168, 187, 201, 344, 475, 476, 477, 491, 494, 524, 536, 613, 614, 615, 616, 617, 623],
    // Comments, processing instructions, declarations, CDATA.
    ...[625, 626, 627, 628, 629, 630, 631],
    // Tags that span lines.
    ...[642, 643],
  ],
  'a block of HTML, and HTML in a line': [148],
};
const RAW_HTML_COUNT = 72;

describe('CommonMark 0.31.2', () => {
  const raw = new Set(Object.values(RAW_HTML).flat());

  it('has 652 examples, of which 72 contain HTML', () => {
    expect(specExamples.length).toBe(652);
    expect(raw.size).toBe(RAW_HTML_COUNT);
    const found: Record<string, number[]> = {};
    for (const { markdown, number } of specExamples) {
      const { hasBlock, hasInline } = rawHtmlIn(markdown);
      const kinds = [hasBlock && 'a block of HTML', hasInline && 'HTML in a line'].filter(Boolean);
      const kind = kinds.join(', and ');
      if (kind !== '') found[kind] = [...(found[kind] ?? []), number];
    }
    expect(found).toEqual(RAW_HTML);
  });

  it.each(specExamples.map((example) => [example.number, example.section, example] as const))(
    'example %i, %s',
    (number, _section, { markdown, html }) => {
      expect(ours(markdown, false)).toBe(normalised(raw.has(number) ? commonmarkHtml(markdown) : html));
    },
  );

  it.each([
    ['an address of another kind', '<h.tp://)>'],
    ['what is no declaration', '<!1  \nn>'],
    ['a label of spaces', '[foo][ ]\n\n[foo]: /a'],
    ['a label of a line end', '[foo *bar*][\n]\n\n[foo *bar*]: /a'],
    ['a line separator in code', '` \u2028 `'],
    ['a no-break space that a heading begins with', '# \u00a0a', '<h1>\u00a0a</h1>'],
  ])('is followed in %s', (_name, markdown, html = commonmarkHtml(markdown)) => {
    expect(ours(markdown, false)).toBe(normalised(html));
  });

  it('is followed exactly, HTML as text', () => {
    const same = specExamples.filter(({ number, markdown, html }) => {
      const wanted = raw.has(number) ? commonmarkHtml(markdown) : html;
      return ours(markdown, false) === normalised(wanted);
    });
    const byHtml = same.filter(({ number }) => !raw.has(number)).length;
    console.info(
      `CommonMark: ${same.length} of ${specExamples.length} examples; ${byHtml} as the specification writes them, ` +
        `${same.length - byHtml} that contain HTML as commonmark.js writes them with HTML as text.`,
    );
    expect(same.length).toBe(specExamples.length);
    expect(byHtml).toBe(specExamples.length - RAW_HTML_COUNT);
  });
});

interface ExtensionExample {
  readonly number: number;
  readonly extensions: string;
  readonly markdown: string;
  readonly html: string;
}

/** Why an example of an extension has other HTML here, and which: made from the published, so that it is checked too. */
interface Difference {
  readonly why: string;
  readonly numbers: readonly number[];
  /** Undefined where the example says of no HTML that it is right. */
  readonly expected?: (example: ExtensionExample) => string;
}

/** The space between the box of a task and its text is no text here. */
const tasksAsOurs = ({ html }: ExtensionExample): string =>
  html.replaceAll(/(<input [^>]*>) /g, (_match, box: string) => box);

const footnotesAsOurs = ({ html }: ExtensionExample): string =>
  html
    .replaceAll(
      /<sup class="footnote-ref"><a href="([^"]*)" id="[^"]*">/g,
      '<sup><a data-footnote-ref="" href="$1">',
    )
    .replaceAll(/ ?<a href="[^"]*" class="footnote-backref">↩<\/a>/g, '')
    .replaceAll('class="footnotes"', 'data-footnotes=""');

/** Where footnotes stand in the page is no part of what the examples say, nor the way back. */
const footnoteNames = (html: string): string =>
  html
    .replaceAll(/markdown-\d+-footnote-/g, 'fn')
    .replaceAll(/ ?<a [^>]*data-footnote-backref[^>]*>[^<]*<\/a>/g, '');

const differencesOf = (number: number, table: readonly Difference[]): Difference | undefined =>
  table.find(({ numbers }) => numbers.includes(number));

function compareExtensions(
  name: string,
  examples: readonly ExtensionExample[],
  table: readonly Difference[],
): void {
  it.each(examples.map((example) => [example.number, example] as const))('example %i', (number, example) => {
    const got = footnoteNames(ours(example.markdown, true));
    const difference = differencesOf(number, table);
    if (!difference) return expect(got).toBe(normalised(example.html));
    // What is the same need not be in the table.
    expect(got).not.toBe(normalised(example.html));
    if (difference.expected) expect(got).toBe(normalised(difference.expected(example)));
  });

  it('differ only where the table says so', () => {
    const listed = table.flatMap(({ numbers }) => numbers);
    const reasons = table.map(({ why, numbers }) => `${numbers.length} ${why}`);
    console.info(
      `${name}: ${examples.length - listed.length} of ${examples.length} examples as published; ${reasons.join('; ')}.`,
    );
    const known = new Set(examples.map(({ number }) => number));
    expect(listed.filter((number) => !known.has(number))).toEqual([]);
    expect(new Set(listed).size).toBe(listed.length);
  });
}

const gfm = corpus('commonmark/gfm-0.29.json') as readonly ExtensionExample[] | undefined;

describe.skipIf(!gfm)('the extensions of GFM 0.29', () => {
  const examples = (gfm ?? []).filter(({ extensions }) => extensions !== '');

  it('are 24 examples', () => {
    expect(examples.length).toBe(24);
  });

  compareExtensions('GFM', examples, [
    {
      why: 'a task without the space after its box',
      numbers: [279, 280],
      expected: tasksAsOurs,
    },
    {
      why: 'the tag filter: all HTML is text here',
      numbers: [653],
      expected: ({ markdown }) => commonmarkHtml(markdown),
    },
  ]);
});

const cmark = corpus('commonmark/cmark-gfm-extensions.json') as readonly ExtensionExample[] | undefined;

describe.skipIf(!cmark)('the tests of the extensions of cmark-gfm', () => {
  it('are 28 examples', () => {
    expect(cmark?.length).toBe(28);
  });

  compareExtensions('cmark-gfm', cmark ?? [], [
    {
      why: 'HTML in cells as text',
      numbers: [12],
      expected: ({ html }) =>
        html
          .replace('<strong>hello</strong>', '&lt;strong&gt;hello&lt;/strong&gt;')
          .replace(/<br ?\/?>/, '&lt;br&gt;'),
    },
    { why: 'that only asks for an end', numbers: [20] },
    {
      why: 'the tag filter: all HTML is text here',
      numbers: [22],
      expected: ({ markdown }) => commonmarkHtml(markdown),
    },
    {
      why: 'footnotes in another shape, without a way back',
      numbers: [23],
      expected: footnotesAsOurs,
    },
    {
      why: 'tasks without the space after their boxes',
      numbers: [26, 27, 28],
      expected: tasksAsOurs,
    },
  ]);
});

interface Fixture {
  readonly file: string;
  readonly title: string;
  readonly markdown: string;
  readonly html: string;
}

const fixtures = corpus('commonmark/markdown-it-fixtures.json') as readonly Fixture[] | undefined;

describe.skipIf(!fixtures)('the fixtures of markdown-it', () => {
  /** By their place in the file. */
  const NOT_COMPARABLE: readonly { readonly why: string; readonly at: readonly number[] }[] = [
    { why: 'an address is refused by the reader of Markdown, not by the policy', at: [1, 2, 3, 4, 7] },
    { why: 'half of a surrogate pair is an address', at: [11] },
    { why: 'addresses within HTML, which is text here', at: [18, 24] },
    { why: 'a table begins where CommonMark has a list or a heading', at: [27, 33] },
    { why: 'runs of other than two tildes, of which GFM has one or two', at: [49, 50, 58, 59] },
    { why: 'names of hosts in punycode', at: [107, 109, 110, 112, 113] },
  ];
  /** HTML is text here, or markdown-it knows that it differs from the specification. */
  const AS_COMMONMARK = [12, 79, 80, 81, 94, 99];
  const left = new Set(NOT_COMPARABLE.flatMap(({ at }) => at));
  const all = (fixtures ?? []).map((fixture, index) => ({ ...fixture, index }));
  const comparable = all.filter(({ index }) => !left.has(index));

  /** Its names of elements, attributes and classes, and its typographic marks, as they are here. */
  const asOurs = (html: string): string =>
    html
      .replaceAll('<s>', '<del>')
      .replaceAll('</s>', '</del>')
      .replaceAll(/style="text-align:([a-z]+)"/g, 'align="$1"')
      .replaceAll('<code class="', '<code class="language-')
      .replaceAll('class="language-language-', 'class="language-')
      .replaceAll('—', '---')
      .replaceAll(/[“”]/g, '&quot;');

  const wanted = ({ index, markdown, html }: Fixture & { readonly index: number }): string =>
    normalised(AS_COMMONMARK.includes(index) ? commonmarkHtml(markdown) : asOurs(html));

  it.each(comparable.map((fixture) => [fixture.index, fixture.file, fixture.title, fixture] as const))(
    'number %i in %s: %s',
    (_index, _file, _title, fixture) => {
      expect(ours(fixture.markdown, true)).toBe(wanted(fixture));
    },
  );

  it('are compared but for those that the table lists', () => {
    const reasons = NOT_COMPARABLE.map(({ why, at }) => `${at.length} ${why}`);
    console.info(
      `markdown-it: ${comparable.length} of ${all.length} fixtures compared, ${AS_COMMONMARK.length} of them with ` +
        `commonmark.js; not comparable: ${reasons.join('; ')}.`,
    );
    expect(all.length).toBe(114);
    expect(left.size).toBe(19);
    // A fixture that is the same after all need not be in the table.
    const same = all.filter(
      (fixture) => left.has(fixture.index) && ours(fixture.markdown, true) === wanted(fixture),
    );
    expect(same.map(({ index }) => index)).toEqual([]);
  });
});

it('compares what the policies return', () => {
  const html = toHtml('[a](/ä)', { linkPolicy: encodedAddress });
  expect(withoutPolicy(html)).toBe('<p><a href="/%C3%A4">a</a></p>\n');
});
