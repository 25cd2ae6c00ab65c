import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createMarkdownView } from '../../src/markdown/markdown-view.ts';

const DELTAS = 500;
/** Sections until there is enough text. */
const SECTIONS = 20;
/** A block is finished once so many others come after it. */
const BACK = 2;

const section = (number: number): string => `## Part ${number} of *many*

Paragraph ${number} says **what** it says in \`some code\`, with [a link](https://example.com/${number}) and a note.[^${number}] Then
it goes on in another line, ~~not~~ the same, with https://example.com/auto/${number} in it.

- one of ${number}
- two, *emphasised*
  1. inner **one**
  2. inner two
- [x] done

| name | value |
| :--- | ----: |
| a${number} | \`1\` |
| b | **2** |

\`\`\`ts
const part = ${number};
if (part > 1) console.log(part);
\`\`\`

> A quote of ${number},
> in two lines, with ![a picture](https://example.com/${number}.png) in it.

[^${number}]: What the note of ${number} says.

`;

const TEXT = Array.from({ length: SECTIONS }, (_, index) => section(index + 1)).join('');

/** In so many pieces, each of about the same length, which cut marks apart. */
const deltas: readonly string[] = Array.from({ length: DELTAS }, (_, index) => {
  const at = (part: number): number => Math.round((part * TEXT.length) / DELTAS);
  return TEXT.slice(at(index), at(index + 1));
});

/** A view that shows what arrives when it is told to. */
function setup() {
  const root = document.createElement('article');
  document.body.append(root);
  let due: (() => void) | null = null;
  const handle = createMarkdownView(root, {
    schedule(callback) {
      due = callback;
      return () => {
        due = null;
      };
    },
  });
  let flushes = 0;
  return {
    root,
    handle,
    get flushes() {
      return flushes;
    },
    show(delta: string) {
      handle.append(delta);
      const callback = due;
      due = null;
      if (callback) flushes += 1;
      callback?.();
    },
  };
}

/** Blocks that have others after them; the notes stand after all and grow as long as the text does. */
const blocksOf = (root: Element): Element[] =>
  [...root.children].filter((block) => !block.matches('section[data-footnotes]'));

const resources = (): number => performance.getEntriesByType('resource').length;

beforeEach(() => {
  // A view takes a rest after a flush that took long. Here none does, so that each delta is shown by itself.
  vi.spyOn(performance, 'now').mockReturnValue(0);
});

afterEach(() => {
  vi.restoreAllMocks();
  document.body.replaceChildren();
});

describe('a text of 500 deltas', () => {
  it('never takes away, and never changes, what is finished', () => {
    const { root, handle, show } = setup();
    const finished = new Set<Node>();
    const wrong: string[] = [];
    let seen = 0;
    const records: MutationRecord[] = [];
    const observer = new MutationObserver((found) => void records.push(...found));
    observer.observe(root, { subtree: true, childList: true, characterData: true, attributes: true });
    const check = (delta: number): void => {
      records.push(...observer.takeRecords());
      for (const { type, target, removedNodes } of records.splice(0)) {
        seen += 1;
        for (const node of removedNodes) {
          if (finished.has(node))
            wrong.push(`delta ${delta} took away <${node.nodeName}> ${node.textContent}`);
        }
        // Where a note leads is known once it is defined.
        const isNote = target instanceof Element && target.matches('a[data-footnote-ref]');
        if (type !== 'childList' && finished.has(target) && !isNote) {
          wrong.push(`delta ${delta} changed the ${type} of <${target.nodeName}> ${target.textContent}`);
        }
      }
    };
    for (const [index, delta] of deltas.entries()) {
      for (const block of blocksOf(root).slice(0, -BACK)) {
        if (finished.has(block)) continue;
        const walker = document.createTreeWalker(block);
        for (let node: Node | null = block; node; node = walker.nextNode()) finished.add(node);
      }
      show(delta);
      check(index);
    }
    handle.finish();
    check(DELTAS);
    console.info(
      `Stability: ${DELTAS} deltas, ${seen} changes, ${finished.size} nodes finished, ${wrong.length} touched.`,
    );
    expect(wrong.slice(0, 5), `${wrong.length} wrong`).toEqual([]);
    expect(finished.size).toBeGreaterThan(1_000);
    expect(seen).toBeGreaterThan(DELTAS);
  });

  it('ends as the whole does', () => {
    const streamed = setup();
    for (const delta of deltas) streamed.show(delta);
    streamed.handle.finish();
    const whole = setup();
    whole.handle.append(TEXT);
    whole.handle.finish();
    const html = ({ root }: { readonly root: Element }): string => {
      root.normalize();
      return root.innerHTML.replaceAll(/markdown-\d+-/g, '');
    };
    expect(html(streamed)).toBe(html(whole));
    expect(streamed.flushes).toBe(DELTAS);
    expect(
      streamed.root.querySelectorAll('h2, table, pre, blockquote, li, em, a, sup').length,
    ).toBeGreaterThan(SECTIONS * 10);
  });

  it('keeps what is selected in an earlier paragraph', () => {
    const { root, handle, show } = setup();
    const selection = getSelection() as Selection;
    let selected = '';
    for (const [index, delta] of deltas.entries()) {
      show(delta);
      const paragraph = root.querySelector('p');
      if (selected === '' && paragraph && blocksOf(root).length > 3) {
        selection.selectAllChildren(paragraph);
        selected = selection.toString();
        expect(selected).toContain('Paragraph 1 says what it says');
      }
      if (selected !== '') expect(selection.toString(), `after delta ${index}`).toBe(selected);
    }
    handle.finish();
    expect(selected).not.toBe('');
    expect(selection.toString()).toBe(selected);
  });

  it('keeps what is selected in the paragraph that is being written', () => {
    const { root, handle, show } = setup();
    const selection = getSelection() as Selection;
    const words = Array.from({ length: DELTAS }, (_, index) =>
      index % 9 === 4 ? `**w${index}** ` : `w${index} `,
    );
    show('Here is what is *selected*, and ');
    const text = root.querySelector('p')?.firstChild as Text;
    const emphasised = root.querySelector('em')?.firstChild as Text;
    selection.setBaseAndExtent(text, 5, emphasised, 5);
    const selected = selection.toString();
    expect(selected).toBe('is what is selec');
    for (const word of words) {
      show(word);
      expect(selection.toString()).toBe(selected);
    }
    handle.finish();
    expect(selection.toString()).toBe(selected);
    expect(root.querySelectorAll('p').length).toBe(1);
    expect(root.textContent).toContain('w499');
  });

  it('asks for nothing', async () => {
    const before = resources();
    const { root, handle, show } = setup();
    for (const delta of deltas) {
      show(delta);
      expect(root.querySelectorAll('img, [src]').length).toBe(0);
    }
    handle.finish();
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(root.querySelectorAll('img, [src]').length).toBe(0);
    expect(root.querySelectorAll('button[data-chrome="image"]').length).toBe(SECTIONS);
    expect(resources()).toBe(before);
    // An image is seen here when there is one.
    const image = document.createElement('img');
    image.src = 'http://image.invalid/x.png';
    root.append(image);
    await expect.poll(resources).toBeGreaterThan(before);
  });
});
