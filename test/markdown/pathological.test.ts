import { describe, expect, it } from 'vitest';
import { hostileText, OWN_CASES } from '../../bench/markdown/hostile.js';
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
/**
 * How much more time twice the text may take, as a power of two: the bench holds it to 1.2, on a machine that does
 * nothing else. Here other tests run beside it, and memory is cleaned up in between.
 */
const MOST_EXPONENT = 1.5;
/** Where the longest text takes less than that, it says nothing of how time grows. Milliseconds. */
const NOISE = 40;
/** Generous, as machines differ. Milliseconds. */
const MOST_TIME = 2_000;
const RUNS = 1;
/** What seems to grow too fast is measured again so many times before it counts. */
const ROUNDS = 8;
const DELTA = 64;

/** Long code stands in chunks, as in a page. */
const pageRenderer = { ...htmlRenderer, codeChunk: 64 };

const MODES: Readonly<Record<string, (text: string) => void>> = {
  whole: (text) => void toHtml(text),
  'in pieces': (text) => {
    const view = new MarkdownView(pageRenderer, htmlRoot(), {});
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
  const texts: string[] = [];
  const best: number[] = [];
  const measureText = (index: number): void => {
    best[index] = Math.min(
      best[index] ?? Number.POSITIVE_INFINITY,
      cpuTime(() => run(texts[index] ?? '')),
    );
  };
  const growth = (from: number, to: number): number =>
    Math.log((best[to] ?? 1) / (best[from] ?? 1)) /
    Math.log((texts[to]?.length ?? 1) / (texts[from]?.length ?? 1));
  // What grows too fast does so at each step; where only one is steep, memory was cleaned up meanwhile.
  const exponent = (): number =>
    Math.min(growth(0, 2), ...texts.slice(1).map((_text, index) => growth(index, index + 1)));
  const isSteep = (): boolean => exponent() > MOST_EXPONENT && (best[2] ?? 0) >= NOISE;

  for (const size of [SIZE / 4, SIZE / 2, SIZE]) texts.push(hostileText(generator, size));
  for (let round = 0; round < ROUNDS && (round === 0 || isSteep()); round += 1) {
    for (let count = 0; count < RUNS; count += 1)
      for (let index = 0; index < 3; index += 1) measureText(index);
  }
  if (isSteep()) {
    texts.push(hostileText(generator, SIZE * 2));
    for (let count = 0; count < RUNS; count += 1) measureText(3);
  }
  const time = best[2] ?? 0;
  return { name: generator.name, mode, time, exponent: exponent(), isAboveNoise: time >= NOISE };
}

const found = corpus('pathological/markdown-pathological.json') as
  | { readonly cases: readonly Generator[] }
  | undefined;

describe.skipIf(!found)('what made other readers of Markdown take very long', () => {
  const generators = [...(found?.cases ?? []), ...(OWN_CASES as readonly Generator[])];
  const measured = new Map<string, Measured>();

  for (const [mode, run] of Object.entries(MODES)) {
    it.each(generators.map((generator) => [generator.name, generator] as const))(
      `takes time in proportion to its length, ${mode}: %s`,
      (_name, generator) => {
        const result = measure(generator, mode, run);
        measured.set(`${mode} ${generator.name}`, result);
        expect(result.time).toBeLessThan(MOST_TIME);
        if (result.isAboveNoise) expect(result.exponent).toBeLessThanOrEqual(MOST_EXPONENT);
      },
    );
  }

  it('is of the size that is meant', () => {
    const sizes = generators.map((generator) => hostileText(generator, SIZE).length);
    expect(sizes.filter((size) => size < SIZE / 2 || size > SIZE * 2)).toEqual([]);
    expect(measured.size).toBe(generators.length * Object.keys(MODES).length);
  });

  it('shows the slowest', () => {
    const all = [...measured.values()];
    const rows = Object.keys(MODES).flatMap((mode) =>
      all
        .filter((one) => one.mode === mode)
        .sort((a, b) => b.time - a.time)
        .slice(0, 5),
    );
    const lines = rows.map(
      ({ name, mode, time, exponent }) =>
        `${mode.padEnd(10)} ${time.toFixed(0).padStart(6)} ms  n^${exponent.toFixed(2)}  ${name}`,
    );
    const above = all.filter(({ isAboveNoise }) => isAboveNoise).length;
    const slow = all.filter(({ time }) => time > 200).length;
    console.info(
      `${generators.length} generators at ${SIZE / 1000} kB, CPU time, five slowest of each:\n${lines.join('\n')}\n` +
        `${above} of ${measured.size} long enough to say how time grows; ${slow} took more than 200 ms.`,
    );
    expect(rows.length).toBe(10);
  });
});
