// Texts that made some reader of Markdown take very long, at any size.

/** What the generators that are programs make, at about that size. */
const PROGRAMS = {
  'nested-list': (size) => repeated(Math.sqrt(size), (level) => `${'  '.repeat(level)}* a\n`),
  'backtick-runs': (size) => repeated(Math.sqrt(2 * size), (run) => `e${'`'.repeat(run + 1)}`),
  'cmark-hash-collisions': (size) => repeated(size / 20, (key) => `[x${key}]: /${key}\n\n[x${key}]\n\n`),
  footnotes: (size) => repeated(size / 25, (key) => `[^a${key}]\n\n[^a${key}]: b\n\n`),
  'late-definitions': (size) =>
    repeated(size / 20, (key) => `[a${key}] `) + repeated(size / 20, (key) => `\n\n[a${key}]: b`),
};

/** Those that others did not publish. */
export const OWN_CASES = [
  { name: 'footnotes, each named and defined', kind: 'footnotes' },
  { name: 'links that are defined at last', kind: 'late-definitions' },
  { name: 'footnotes that nobody defines', parts: [['[^a] ', 20_000]] },
  {
    name: 'blank lines in code in lists',
    parts: [
      [`${'- '.repeat(49)}    a\n`, 1],
      ['\n', 100_000],
    ],
  },
  {
    name: 'blank lines in HTML in lists',
    parts: [
      [`${'- '.repeat(49)}<script>\n`, 1],
      ['\n', 100_000],
    ],
  },
  {
    name: 'a title that does not end',
    parts: [
      ['[a]: b "', 1],
      ['x\n', 50_000],
    ],
  },
  { name: 'references to what is not defined', parts: [['[a][b]', 17_000]] },
];

function repeated(count, piece) {
  return Array.from({ length: Math.floor(count) }, (_, index) => piece(index)).join('');
}

/**
 * One of them at about that many characters: pieces, and how often each is repeated, or the name of a program.
 *
 * @param {{ name: string, parts?: readonly (readonly [text: string, count: number])[], kind?: string }} one
 * @param {number} size
 */
export function hostileText({ name, parts, kind = '' }, size) {
  if (!parts) {
    const program = PROGRAMS[kind];
    if (!program) throw new Error(`${name} is made by ${kind}, which is not known here.`);
    return program(size);
  }
  const once = (factor) =>
    parts.map(([text, count]) => text.repeat(count === 1 ? 1 : Math.ceil(count * factor))).join('');
  const fixed = parts.reduce((sum, [text, count]) => sum + (count === 1 ? text.length : 0), 0);
  const growing = parts.reduce((sum, [text, count]) => sum + (count === 1 ? 0 : text.length * count), 0);
  // One without anything to repeat is repeated as a whole.
  if (growing === 0) return once(1).repeat(Math.ceil(size / fixed));
  return once(Math.max(0, size - fixed) / growing);
}
