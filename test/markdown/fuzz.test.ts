import { seededRandom } from 'agent-chat-kit/testing';
import { describe, expect, it } from 'vitest';
import { htmlRenderer, htmlRoot, innerHtml } from '../../src/markdown/html-renderer.ts';
import type { MarkdownOptions } from '../../src/markdown/options.ts';
import { toHtml } from '../../src/markdown/to-html.ts';
import { MarkdownView } from '../../src/markdown/view.ts';
import {
  commonmarkHtml,
  commonmarkOptions,
  markdownItHtml,
  normalised,
  rawHtmlIn,
  withoutPolicy,
} from './reference.ts';
import { markdownTexts } from './texts.ts';

const { FUZZ_SEED = '1', FUZZ_SECONDS = '8' } = process.env;
const LONGEST = 400;
const SHOWN_FAILURES = 5;

const GLUE = ['', '', ' ', '\n', '\n', '\n\n', '  \n', '\\\n', '\t'];
const CONTAINERS = ['> ', '- ', '1. ', '    ', '  ', '   ', '+\t', '2) ', '> - ', '\t', '* * '];
const MARKS = [
  ...'*_`~[]()!<>#-+=.:|&;\\"\'/@ \t\n1aä€🙂\u00a0\u2028',
  '**', '__', '``', '```', '~~~', '](', '![', '[]', '<a>', '<!--', '-->', '&amp;', '&#35;', 'http://a.b', '\n\n', '\n    ', '---', '===',
]; // biome-ignore format: a list of marks

const HALF = /\p{Cs}/gu;

type Random = () => number;

/** Makes texts of pieces of others, changed here and there. */
function generator(random: Random, texts: readonly string[]): () => string {
  const below = (most: number): number => Math.floor(random() * most);
  const oneOf = (all: readonly string[]): string => all[below(all.length)] ?? '';

  const piece = (): string => {
    const text = oneOf(texts);
    switch (below(4)) {
      case 0:
        return text;
      case 1:
        return oneOf(text.split('\n'));
      case 2: {
        const from = below(text.length);
        return text.slice(from, from + 1 + below(30));
      }
      default:
        return oneOf(MARKS).repeat(1 + below(4));
    }
  };

  const contained = (text: string): string => {
    const [first, rest] = [oneOf(CONTAINERS), oneOf(['', '  ', '> ', '    ', '\t'])];
    return text
      .split('\n')
      .map((line, index) => (index === 0 ? first : rest) + line)
      .join('\n');
  };

  const mutated = (text: string): string => {
    const at = below(text.length + 1);
    const end = at + below(6);
    switch (below(4)) {
      case 0:
        return text.slice(0, at) + text.slice(end);
      case 1:
        return text.slice(0, end) + text.slice(at);
      case 2:
        return text.slice(0, at) + oneOf(MARKS) + text.slice(at);
      default:
        return text.slice(0, at) + oneOf(MARKS) + text.slice(end);
    }
  };

  return () => {
    let text = piece();
    for (let count = below(4); count > 0; count -= 1) {
      text += oneOf(GLUE) + piece();
      if (below(4) === 0) text = contained(text);
    }
    for (let count = below(5); count > 0; count -= 1) text = mutated(text);
    // What was cut in the middle of a character lost the half of it.
    text = text.slice(0, LONGEST).replaceAll(HALF, '');
    // Both others take any white space for a space within tags and labels, which the specification does not.
    if (/[<[]/.test(text)) text = text.replaceAll(/[\u00a0\u2028]/g, ' ');
    // A block of HTML is shown as each likes; HTML in a line stays.
    return rawHtmlIn(text).hasBlock ? text.replaceAll('<', '(') : text;
  };
}

const ours = (text: string): string => {
  try {
    return normalised(withoutPolicy(toHtml(text, commonmarkOptions)));
  } catch (error) {
    return `threw ${error}`;
  }
};

type Verdict = 'same' | 'they differ' | 'wrong';

/** What cannot be seen is written out. */
const quoted = (text: string): string =>
  JSON.stringify(text).replaceAll(
    /[^\x20-\x7e]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );

/** It counts as wrong only where both others agree. */
function verdict(text: string): Verdict {
  const first = normalised(commonmarkHtml(text));
  if (ours(text) === first) return 'same';
  return normalised(markdownItHtml(text)) === first ? 'wrong' : 'they differ';
}

/** The shortest text of which that is still true, by taking away pieces. */
function shrunk(text: string, isStill: (text: string) => boolean): string {
  let shortest = text;
  for (let size = Math.ceil(text.length / 2); size > 0; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let at = 0; at < shortest.length; ) {
      const shorter = shortest.slice(0, at) + shortest.slice(at + size);
      if (shorter.replaceAll(HALF, '') === shorter && isStill(shorter)) shortest = shorter;
      else at += size;
    }
  }
  return shortest;
}

const whole = (url: string): string => url;

const OPTION_SETS: readonly MarkdownOptions[] = [
  commonmarkOptions,
  {},
  {
    math: 'dollars',
    mark: true,
    directives: true,
    citations: (label) => (/^\d+$/.test(label) ? {} : null),
    linkPolicy: whole,
    imagePolicy: whole,
  },
];

const withoutNames = (html: string): string => html.replaceAll(/markdown-\d+-/g, '');

/** Shows a text in pieces of those lengths, the last of them as often as it takes. */
function inPieces(
  text: string,
  lengths: readonly number[],
  options: MarkdownOptions,
  freeze?: number,
): string {
  const root = htmlRoot();
  const view = new MarkdownView(htmlRenderer, root, options, freeze);
  for (let at = 0, index = 0; at < text.length; index += 1) {
    const length = lengths[Math.min(index, lengths.length - 1)] ?? 1;
    view.push(text.slice(at, at + length));
    at += length;
    view.flush();
  }
  view.finish();
  return withoutNames(innerHtml(root));
}

function chunkingFailure(
  text: string,
  lengths: readonly number[],
  options: MarkdownOptions,
  freeze: number | undefined,
): string | null {
  try {
    const wanted = withoutNames(toHtml(text, options));
    const got = inPieces(text, lengths, options, freeze);
    return got === wanted ? null : `is  ${got}\nnot ${wanted}`;
  } catch (error) {
    return `threw ${error instanceof Error ? error.stack : error}`;
  }
}

describe('any text', () => {
  it(
    `is read as commonmark.js and markdown-it read it, and in pieces as the whole (seed ${FUZZ_SEED})`,
    () => {
      const random = seededRandom(Number(FUZZ_SEED));
      const next = generator(random, markdownTexts());
      const wrong: string[] = [];
      const begun = Date.now();
      const end = begun + Number(FUZZ_SECONDS) * 1000;
      let cases = 0;
      let unjudged = 0;
      let failures = 0;
      while (Date.now() < end && wrong.length < SHOWN_FAILURES) {
        const text = next();
        cases += 1;
        const found = verdict(text);
        if (found === 'they differ') unjudged += 1;
        if (found === 'wrong') {
          failures += 1;
          const short = shrunk(
            text,
            (shorter) => !rawHtmlIn(shorter).hasBlock && verdict(shorter) === 'wrong',
          );
          wrong.push(`${quoted(short)}\nis  ${ours(short)}\nnot ${normalised(commonmarkHtml(short))}`);
        }
        const options = OPTION_SETS[cases % OPTION_SETS.length] ?? {};
        const freeze = random() < 0.5 ? 4 : undefined;
        const most = 1 + Math.floor(random() * 12);
        const lengths = Array.from({ length: LONGEST }, () => 1 + Math.floor(random() * most));
        if (chunkingFailure(text, lengths, options, freeze) !== null) {
          failures += 1;
          const isStill = (shorter: string): boolean =>
            chunkingFailure(shorter, lengths, options, freeze) !== null;
          const short = shrunk(text, isStill);
          const set = OPTION_SETS.indexOf(options);
          wrong.push(
            `${quoted(short)} in pieces of ${lengths.slice(0, short.length).join(' ')}, options ${set}, ` +
              `kept after ${freeze}\n${chunkingFailure(short, lengths, options, freeze)}`,
          );
        }
      }
      console.info(
        `Fuzz: ${cases} cases in ${Math.round((Date.now() - begun) / 1000)} s, seed ${FUZZ_SEED}: ${failures} wrong, ${unjudged} of which ` +
          'commonmark.js and markdown-it say different things and we something else than commonmark.js.',
      );
      expect(wrong).toEqual([]);
      expect(cases).toBeGreaterThan(0);
    },
    (Number(FUZZ_SECONDS) + 60) * 1000,
  );

  it('has no half of a character in it', () => {
    const next = generator(seededRandom(32), [...markdownTexts(), '🙂🙂🙂🙂']);
    const texts = Array.from({ length: 2_000 }, next);
    expect(texts.some((text) => text.includes('🙂'))).toBe(true);
    expect(texts.filter((text) => text.search(HALF) >= 0)).toEqual([]);
  });

  it('would be seen to be read wrongly', () => {
    const isWrong = (text: string): boolean => text.includes('*a*') && text.includes('b');
    expect(shrunk('> one *a* two\n\n- b c', isWrong)).toBe('*a*b');
    expect(normalised(commonmarkHtml('*a*'))).not.toBe(normalised(commonmarkHtml('a')));
    expect(verdict('*a* `b` [c](d)\n\n- e')).toBe('same');
  });
});
