import { describe, expect, it } from 'vitest';
import { htmlRenderer, htmlRoot } from '../../src/markdown/html-renderer.ts';
import { toHtml } from '../../src/markdown/to-html.ts';
import { MarkdownView } from '../../src/markdown/view.ts';
import { corpus } from '../corpora.ts';

/** A text that made some reader of Markdown take very long: pieces, and how often each is repeated. */
interface Generator {
  readonly name: string;
  readonly parts?: readonly (readonly [text: string, count: number])[];
  readonly kind?: string;
}

const SIZE = 100_000;
/** How much more time twice the text may take, as a power of two. */
const MOST_EXPONENT = 1.2;
/** Where the longest text takes less than that, it says nothing of how time grows. Milliseconds. */
const NOISE = 40;
/** Generous, as machines differ. Milliseconds. */
const MOST_TIME = 2_000;
const RUNS = 3;
/** What seems to grow too fast is measured again so many times before it counts. */
const ROUNDS = 4;
const DELTA = 64;

const repeated = (count: number, piece: (index: number) => string): string =>
  Array.from({ length: count }, (_, index) => piece(index)).join('');

/** What the generators that are programs make, at about that size. */
const PROGRAMS: Readonly<Record<string, (size: number) => string>> = {
  'nested-list': (size) => repeated(Math.floor(Math.sqrt(size)), (level) => `${'  '.repeat(level)}* a\n`),
  'backtick-runs': (size) => repeated(Math.floor(Math.sqrt(2 * size)), (run) => `e${'`'.repeat(run + 1)}`),
  'cmark-hash-collisions': (size) =>
    repeated(Math.floor(size / 20), (key) => `[x${key}]: /${key}\n\n[x${key}]\n\n`),
};

function textOf({ name, parts, kind }: Generator, size: number): string {
  if (!parts) {
    const program = PROGRAMS[kind ?? ''];
    if (!program) throw new Error(`${name} is made by ${kind}, which this test does not know.`);
    return program(size);
  }
  const once = (factor: number): string =>
    parts.map(([text, count]) => text.repeat(count === 1 ? 1 : Math.ceil(count * factor))).join('');
  const fixed = parts.reduce((sum, [text, count]) => sum + (count === 1 ? text.length : 0), 0);
  const growing = parts.reduce((sum, [text, count]) => sum + (count === 1 ? 0 : text.length * count), 0);
  // One without anything to repeat is repeated as a whole.
  if (growing === 0) return once(1).repeat(Math.ceil(size / fixed));
  return once(Math.max(0, size - fixed) / growing);
}

const MODES: Readonly<Record<string, (text: string) => void>> = {
  whole: (text) => void toHtml(text),
  'in pieces': (text) => {
    const view = new MarkdownView(htmlRenderer, htmlRoot(), {});
    for (let at = 0; at < text.length; at += DELTA) {
      view.push(text.slice(at, at + DELTA));
      view.flush();
    }
    view.finish();
  },
};

function cpuTime(work: () => void): number {
  const start = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1000;
}

interface Measured {
  readonly name: string;
  readonly mode: string;
  readonly time: number;
  readonly exponent: number;
  readonly isAboveNoise: boolean;
}

function measure(generator: Generator, mode: string, run: (text: string) => void): Measured {
  const texts = [SIZE, SIZE / 2, SIZE / 4].map((size) => textOf(generator, size));
  const best = texts.map(() => Number.POSITIVE_INFINITY);
  const between = (large: number, small: number): number =>
    Math.log((best[large] ?? 1) / (best[small] ?? 1)) /
    Math.log((texts[large]?.length ?? 1) / (texts[small]?.length ?? 1));
  // What grows too fast does so at each step; where only one is steep, something else was cleaned up meanwhile.
  const growth = (): number => Math.min(between(0, 2), between(0, 1), between(1, 2));
  for (let round = 0; round < ROUNDS; round += 1) {
    for (let count = 0; count < RUNS; count += 1) {
      texts.forEach((text, index) => {
        best[index] = Math.min(
          best[index] ?? 0,
          cpuTime(() => run(text)),
        );
      });
    }
    if (growth() <= MOST_EXPONENT || (best[0] ?? 0) < NOISE) break;
  }
  return {
    name: generator.name,
    mode,
    time: best[0] ?? 0,
    exponent: growth(),
    isAboveNoise: (best[0] ?? 0) >= NOISE,
  };
}

const found = corpus('pathological/markdown-pathological.json') as
  | { readonly cases: readonly Generator[] }
  | undefined;

describe.skipIf(!found)('what made other readers of Markdown take very long', () => {
  const generators = found?.cases ?? [];
  const measured: Measured[] = [];

  for (const [mode, run] of Object.entries(MODES)) {
    it.each(generators.map((generator) => [generator.name, generator] as const))(
      `takes time in proportion to its length, ${mode}: %s`,
      (_name, generator) => {
        const result = measure(generator, mode, run);
        measured.push(result);
        expect(result.time).toBeLessThan(MOST_TIME);
        if (result.isAboveNoise) expect(result.exponent).toBeLessThanOrEqual(MOST_EXPONENT);
      },
      60_000,
    );
  }

  it('is of the size that is meant', () => {
    const sizes = generators.map((generator) => textOf(generator, SIZE).length);
    expect(sizes.filter((size) => size < SIZE / 2 || size > SIZE * 2)).toEqual([]);
    expect(measured.length).toBe(generators.length * Object.keys(MODES).length);
  });

  it('shows the slowest', () => {
    const rows = Object.keys(MODES).flatMap((mode) =>
      measured
        .filter((one) => one.mode === mode)
        .sort((a, b) => b.time - a.time)
        .slice(0, 5),
    );
    const lines = rows.map(
      ({ name, mode, time, exponent }) =>
        `${mode.padEnd(10)} ${time.toFixed(0).padStart(6)} ms  n^${exponent.toFixed(2)}  ${name}`,
    );
    const above = measured.filter(({ isAboveNoise }) => isAboveNoise).length;
    const slow = measured.filter(({ time }) => time > 200).length;
    console.info(
      `${generators.length} generators at ${SIZE / 1000} kB, CPU time, five slowest of each:\n${lines.join('\n')}\n` +
        `${above} of ${measured.length} long enough to say how time grows; ${slow} took more than 200 ms.`,
    );
    expect(rows.length).toBe(10);
  });
});
