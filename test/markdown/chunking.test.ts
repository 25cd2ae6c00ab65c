import { seededRandom } from 'agent-chat-kit/testing';
import { describe, expect, it } from 'vitest';
import { type HtmlNode, htmlRenderer, htmlRoot, innerHtml } from '../../src/markdown/html-renderer.ts';
import type { MarkdownOptions } from '../../src/markdown/options.ts';
import type { Renderer } from '../../src/markdown/renderer.ts';
import { toHtml } from '../../src/markdown/to-html.ts';
import { MarkdownView } from '../../src/markdown/view.ts';
import { ATTRIBUTES, ELEMENTS } from './allowed.ts';
import { markdownTexts } from './texts.ts';

const SEED = 20_261_121;
const RANDOM_CHUNKINGS = 20;
/** So short a piece of an open block is kept as it is that short texts have such pieces too. */
const SHORT_FREEZE = 4;
const FREEZES: readonly (number | undefined)[] = [undefined, SHORT_FREEZE];

const whole = (url: string): string => url;

const OPTION_SETS: Readonly<Record<string, MarkdownOptions>> = {
  'the default options': {},
  'everything on': {
    math: 'dollars',
    mark: true,
    directives: true,
    citations: (label) => (/^\d+$/.test(label) ? { url: `https://cited.test/${label}` } : null),
    linkPolicy: whole,
    imagePolicy: whole,
  },
};

/** Each view has its own names for its footnotes. */
const withoutNames = (html: string): string => html.replaceAll(/markdown-\d+-/g, '');
const isNote = (address: string): boolean => /^#markdown-\d+-footnote/.test(address);

/** Whatever was put anywhere at any time, shown or not: an image is asked for as soon as it has an address. */
function watched(
  made: { readonly names: Set<string>; readonly addresses: Map<string, number> },
  at: () => number,
) {
  const renderer: Renderer<HtmlNode> = {
    ...htmlRenderer,
    element(name) {
      made.names.add(name);
      return htmlRenderer.element(name);
    },
    attribute(element, name, value) {
      if (value !== null) made.names.add(`@${name}`);
      if (value !== null && (name === 'href' || name === 'src') && !made.addresses.has(value)) {
        made.addresses.set(value, at());
      }
      htmlRenderer.attribute(element, name, value);
    },
  };
  return renderer;
}

function addressesIn(node: HtmlNode, found: Set<string> = new Set()): Set<string> {
  for (const name of ['href', 'src'] as const) {
    const address = node.attributes?.get(name);
    if (address !== undefined) found.add(address);
  }
  for (const child of node.children) addressesIn(child, found);
  return found;
}

function shownWhole(text: string, options: MarkdownOptions): { html: string; addresses: Set<string> } {
  const root = htmlRoot();
  const view = new MarkdownView(htmlRenderer, root, options);
  view.push(text);
  view.finish();
  return { html: withoutNames(innerHtml(root)), addresses: addressesIn(root) };
}

type Lengths = () => number;

/** What is wrong with how the text is shown in those pieces, or null. */
function wrongIn(
  text: string,
  lengths: Lengths,
  options: MarkdownOptions,
  freeze: number | undefined,
  wanted: ReturnType<typeof shownWhole>,
  isUrgent: () => boolean,
): string | null {
  const made = { names: new Set<string>(), addresses: new Map<string, number>() };
  const root = htmlRoot();
  let at = 0;
  const view = new MarkdownView(
    watched(made, () => at),
    root,
    options,
    freeze,
  );
  const cuts: number[] = [];
  const where = (): string => `${JSON.stringify(text)} cut at ${cuts.join(' ')}`;
  try {
    while (at < text.length) {
      const end = Math.min(text.length, at + lengths());
      view.push(text.slice(at, end));
      at = end;
      cuts.push(at);
      view.flush(isUrgent());
    }
    view.finish();
  } catch (error) {
    return `${where()}\nthrew ${error instanceof Error ? error.stack : error}`;
  }
  const html = withoutNames(innerHtml(root));
  if (html !== wanted.html) return `${where()}\nis  ${html}\nnot ${wanted.html}`;
  const strange = [...made.names].filter((name) =>
    name.startsWith('@') ? !ATTRIBUTES.has(name.slice(1)) : !ELEMENTS.has(name),
  );
  if (strange.length > 0) return `${where()}\nmade ${strange}`;
  for (const [address, end] of made.addresses) {
    if (wanted.addresses.has(address) || isNote(address)) continue;
    // What became something else later was complete if a letter more did not change it.
    if (shownWhole(`${text.slice(0, end)}z`, options).addresses.has(address)) continue;
    return `${where()}\nled to ${address} after ${JSON.stringify(text.slice(0, end))}`;
  }
  return null;
}

/** At the end, what named a footnote is what defines it; an address that ends within what is marked is whole. */
const ENDS_AS_ANOTHER = [
  '> - [^unused]:',
  'm  \n[^1]:',
  'm\n  *\tItem\n  [^footnote]:',
  '_d@.b_ - It',
  '**a *b@c.de*** goes on',
];

describe('a text in pieces', () => {
  // The names of all entities are known from here on, so that none comes later.
  toHtml('');
  const texts = [...markdownTexts(), ...ENDS_AS_ANOTHER];
  let runs = 0;

  for (const [name, options] of Object.entries(OPTION_SETS)) {
    for (const freeze of FREEZES) {
      const frozen = freeze === undefined ? 'as ever' : `after ${freeze} characters`;
      it(`ends as the whole does, and never shows half an address: ${name}, kept ${frozen}`, () => {
        const random = seededRandom(SEED);
        const upTo = (most: number): number => 1 + Math.floor(random() * most);
        const never = (): boolean => false;
        const sometimes = (): boolean => random() < 0.1;
        const wrong: string[] = [];
        for (const text of texts) {
          const wanted = shownWhole(text, options);
          const check = (lengths: Lengths, isUrgent: () => boolean): void => {
            runs += 1;
            const found = wrongIn(text, lengths, options, freeze, wanted, isUrgent);
            if (found) wrong.push(found);
          };
          check(() => 1, never);
          check(
            () => 1,
            () => true,
          );
          check(() => 1 + upTo(5), never);
          for (let count = 0; count < RANDOM_CHUNKINGS; count += 1) {
            const most = upTo(Math.max(2, text.length));
            check(() => upTo(most), sometimes);
          }
        }
        wrong.sort((a, b) => a.length - b.length);
        expect(wrong.slice(0, 5), `${wrong.length} of ${texts.length} texts, seed ${SEED}`).toEqual([]);
      }, 120_000);
    }
  }

  it('is a good many', () => {
    console.info(`Chunking: ${runs} runs of ${texts.length} texts, seed ${SEED}.`);
    expect(texts.length).toBeGreaterThanOrEqual(652);
    expect(runs).toBe(
      texts.length * (3 + RANDOM_CHUNKINGS) * FREEZES.length * Object.keys(OPTION_SETS).length,
    );
  });
});

it.each(['|', '| :', '| :--- |', '| :--- | --'])('the head of a table is one while “%s” comes', (line) => {
  const root = htmlRoot();
  const view = new MarkdownView(htmlRenderer, root, {});
  const head = '| Check | Owner |\n';
  const shown = (): string => innerHtml(root).replaceAll(/\n| align="left"/g, '');
  const table = '<table><thead><tr><th>Check</th><th>Owner</th></tr></thead></table>';
  for (const [at, character] of [...(head + line)].entries()) {
    view.push(character);
    view.flush(true);
    if (at >= head.length - 2) expect(shown()).toBe(table);
  }
  view.push('x');
  view.flush(true);
  expect(shown()).toContain(`<p>| Check | Owner |${line}x</p>`);
});
