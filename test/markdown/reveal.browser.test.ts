import { afterEach, describe, expect, it, vi } from 'vitest';
import { createMarkdownView } from '../../src/markdown/markdown-view.ts';
import { Reveal } from '../../src/markdown/reveal.ts';

const FRAME = 16;
const TEXT = 'Some **bold** text, and 👩🏽‍💻 at work. é'.repeat(30);

afterEach(() => {
  vi.restoreAllMocks();
  document.body.replaceChildren();
});

describe('text that comes in large pieces', () => {
  it('is handed out in small ones, and never waits longer than half a second', () => {
    const reveal = new Reveal();
    let now = 1_000;
    reveal.add(TEXT, now);
    const pieces: string[] = [];
    while (reveal.hasMore) {
      now += FRAME;
      pieces.push(reveal.take(now));
    }
    expect(pieces.join('')).toBe(TEXT);
    expect(pieces.length).toBeGreaterThan(10);
    expect(Math.max(...pieces.map((piece) => piece.length))).toBeLessThan(TEXT.length / 5);
    expect(now - 1_000).toBeLessThanOrEqual(500);
  });

  it('keeps up with what goes on coming', () => {
    const reveal = new Reveal();
    let [now, came, shown] = [0, 0, 0];
    const arrivals: [at: number, length: number][] = [];
    for (let frame = 0; frame < 500; frame += 1) {
      now += FRAME;
      if (frame % 25 === 0) {
        reveal.add('x'.repeat(400), now);
        came += 400;
        arrivals.push([now, came]);
      }
      shown += reveal.take(now).length;
      const due = arrivals.findLast(([at]) => now - at >= 500)?.[1] ?? 0;
      expect(shown).toBeGreaterThanOrEqual(due);
    }
  });

  it('is cut only between what look like characters', () => {
    const reveal = new Reveal();
    const whole = new Set([...new Intl.Segmenter().segment(TEXT)].map(({ index }) => index));
    let now = 0;
    let at = 0;
    reveal.add(TEXT, now);
    while (reveal.hasMore) {
      expect(whole.has(at), `cut at ${at}`).toBe(true);
      now += 1;
      at += reveal.take(now).length;
    }
  });
});

/** Lets time pass by hand. */
function setup(reveal: boolean) {
  const root = document.createElement('article');
  document.body.append(root);
  let due: (() => void) | null = null;
  let now = 0;
  vi.spyOn(performance, 'now').mockImplementation(() => now);
  const handle = createMarkdownView(root, {
    reveal,
    schedule(callback) {
      due = callback;
      return () => {
        due = null;
      };
    },
  });
  return {
    root,
    handle,
    get isDue() {
      return due !== null;
    },
    frame() {
      now += FRAME;
      const callback = due;
      due = null;
      callback?.();
    },
  };
}

/** What reveals comes on demand. */
const loaded = async (): Promise<void> => {
  await import('../../src/markdown/reveal.ts');
  await new Promise((resolve) => setTimeout(resolve));
};

describe('a view that reveals', () => {
  it('shows more with each frame, and in the end what the whole shows', async () => {
    const view = setup(true);
    await loaded();
    view.handle.append(TEXT);
    const lengths: number[] = [];
    while (view.isDue) {
      view.frame();
      lengths.push(view.root.textContent?.length ?? 0);
    }
    expect(lengths.length).toBeGreaterThan(10);
    expect(lengths[0]).toBeLessThan(TEXT.length / 5);
    view.handle.finish();
    const whole = setup(false);
    whole.handle.append(TEXT);
    whole.handle.finish();
    view.root.normalize();
    whole.root.normalize();
    expect(view.root.isEqualNode(whole.root)).toBe(true);
  });

  it('shows everything at once when it is finished, and nothing of what was reset', async () => {
    const view = setup(true);
    await loaded();
    view.handle.append('gone '.repeat(50));
    view.frame();
    view.handle.reset();
    view.handle.append('word '.repeat(50));
    view.frame();
    expect(view.root.textContent?.length).toBeLessThan(100);
    view.handle.finish();
    expect(view.root.textContent).toBe('word '.repeat(50).trim());
    expect(view.isDue).toBe(false);
  });

  it('reveals nothing where the reader wants less motion', async () => {
    vi.spyOn(window, 'matchMedia').mockReturnValue({ matches: true } as MediaQueryList);
    const view = setup(true);
    await loaded();
    view.handle.append(TEXT);
    view.frame();
    expect(view.root.textContent).toContain('at work. é');
    expect(view.isDue).toBe(false);
  });
});

describe('a view that is destroyed', () => {
  it('keeps what it shows, and does nothing any more', () => {
    const { handle, root, ...view } = setup(false);
    handle.append('![a](https://image.invalid/x.png) and **mo');
    handle.finish();
    const html = root.cloneNode(true);
    handle.destroy();
    root.querySelector('button')?.click();
    handle.append('more');
    handle.set('another');
    handle.finish();
    handle.reset();
    view.frame();
    expect(root.isEqualNode(html)).toBe(true);
    expect(root.querySelector('button')).not.toBe(null);
  });

  it('calls off what was to come', () => {
    const view = setup(false);
    view.handle.append('text');
    expect(view.isDue).toBe(true);
    view.handle.destroy();
    expect(view.isDue).toBe(false);
    expect(view.root.textContent).toBe('');
  });
});
