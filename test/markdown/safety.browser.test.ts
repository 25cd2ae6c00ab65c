import { afterEach, describe, expect, it, vi } from 'vitest';
import { createDomRenderer } from '../../src/markdown/dom-renderer.ts';
import { createMarkdownView } from '../../src/markdown/markdown-view.ts';
import { MarkdownView } from '../../src/markdown/view.ts';
import { asMarkdown, publishedVectors } from './vectors.ts';
import { DIALOGS, ofPrototype, openPage, settled, wrongIn } from './watched-page.ts';

const STRICT =
  "default-src 'none'; base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'; trusted-types 'none'";
/** Nothing leaves the page, which says what was asked for. */
const NOTHING_LOADS = "default-src 'none'";
const LOADS_IMAGE = 'button[data-chrome=image]';
const RASTER = /^data:image\/(?:png|jpeg|gif|webp|avif);base64,/i;
/** From there on a long text comes in larger pieces. Characters. */
const CHARACTER_BY_CHARACTER = 2_000;

interface Shown {
  append(delta: string): void;
  finish(): void;
  reset(): void;
}

/** What arrives is shown at once, as an application shows it with each frame. */
function heldBack(root: Element, onFlush: () => void): Shown {
  let due: (() => void) | null = null;
  const handle = createMarkdownView(root, {
    schedule(callback) {
      due = callback;
      return () => {
        due = null;
      };
    },
  });
  return {
    ...handle,
    append(delta) {
      handle.append(delta);
      const callback = due;
      due = null;
      if (callback) onFlush();
      callback?.();
    },
  };
}

/** As after a pause: what may still become something else is shown as it is. */
function atOnce(root: Element, onFlush: () => void): Shown {
  const view = new MarkdownView<Node>(createDomRenderer(root.ownerDocument), root, {});
  return {
    append(delta) {
      view.push(delta);
      view.flush(true);
      onFlush();
    },
    finish: () => view.finish(),
    reset: () => view.reset(),
  };
}

const vectors = await publishedVectors();

afterEach(() => {
  vi.restoreAllMocks();
  document.body.replaceChildren();
});

describe.skipIf(!vectors)('what others wrote to break out', () => {
  const PAGES = [
    { name: 'in a page with a strict policy', policy: STRICT, isHeld: true },
    { name: 'in a page with no policy', policy: null, isHeld: true },
    { name: 'with nothing held back', policy: null, isHeld: false },
  ];

  for (const { name, policy, isHeld } of PAGES) {
    it(`stays text, whole and character by character, ${name}`, async () => {
      const { page, view, events, requests, root } = await openPage(policy);
      const before = [ofPrototype(globalThis), ofPrototype(view)];
      let flushes = 0;
      const shown = isHeld ? heldBack(root, () => (flushes += 1)) : atOnce(root, () => (flushes += 1));
      const observer = new view.MutationObserver(() => {});
      observer.observe(page, { subtree: true, childList: true, attributes: true });
      const wrong: string[] = [];
      let added = 0;
      /** Looks at every element that was there at any time, with the attributes that it had. */
      const check = (text: string): void => {
        const found = new Set<Element>();
        for (const { type, target, addedNodes } of observer.takeRecords()) {
          if (type === 'attributes') found.add(target as Element);
          for (const node of addedNodes) {
            if (node.nodeType !== 1) continue;
            found.add(node as Element);
            for (const inner of (node as Element).querySelectorAll('*')) found.add(inner);
          }
        }
        added += found.size;
        for (const element of found) {
          if (element === root) continue;
          const what = wrongIn(element);
          if (what.length > 0) wrong.push(`${what.join(', ')} of ${JSON.stringify(text.slice(0, 500))}`);
        }
      };

      let deltas = 0;
      const start = Date.now();
      // A view takes a rest after a flush that took long. Here none does, so that each delta is shown by itself.
      vi.spyOn(performance, 'now').mockReturnValue(0);
      for (const vector of vectors ?? []) {
        const text = asMarkdown(vector);
        shown.append(text);
        shown.finish();
        check(text);
        shown.reset();
        deltas += 1;
        for (let at = 0; at < text.length; ) {
          const length = at < CHARACTER_BY_CHARACTER ? 1 : 64;
          shown.append(text.slice(at, at + length));
          deltas += 1;
          at += length;
        }
        shown.finish();
        check(text);
        shown.reset();
      }
      vi.restoreAllMocks();
      await settled();
      console.info(
        `Safety, ${name}: ${vectors?.length} vectors, ${flushes} flushes for ${deltas} deltas, ${added} elements looked at, ` +
          `${Date.now() - start} ms.`,
      );
      expect(wrong.slice(0, 5), `${wrong.length} wrong`).toEqual([]);
      expect(events).toEqual([]);
      expect(requests()).toEqual([]);
      expect(page.querySelectorAll('body *').length).toBe(1);
      expect([ofPrototype(globalThis), ofPrototype(view)]).toEqual(before);
      expect(added).toBeGreaterThan((vectors?.length ?? 0) * 2);
      expect(flushes).toBe(deltas);
    }, 180_000);
  }

  it('loads no image but that of the host which its button names, once that is pressed', async () => {
    const { view, events, root } = await openPage(NOTHING_LOADS);
    const before = [ofPrototype(globalThis), ofPrototype(view)];
    const shown = new MarkdownView<Node>(createDomRenderer(root.ownerDocument), root, {});
    const wrong: string[] = [];
    const loaded = new Set<string>();
    let pressed = 0;
    for (const vector of vectors ?? []) {
      const text = asMarkdown(vector);
      const say = (what: string): void => void wrong.push(`${what} of ${JSON.stringify(text.slice(0, 500))}`);
      shown.push(text);
      shown.finish();
      for (const button of root.querySelectorAll<HTMLButtonElement>(LOADS_IMAGE)) {
        const place = button.parentElement as Element;
        // What the address itself contains comes from nowhere.
        const named = /^Load image(?: \((.+)\))?$/s.exec(button.textContent ?? '')?.[1] ?? '';
        if (place.querySelector('img')) say('an image beside its button');
        shown.actionOf(button)?.();
        pressed += 1;
        const [image, ...others] = place.querySelectorAll('img');
        if (!image || others.length > 0 || button.isConnected) {
          say(`${others.length} images too many`);
          continue;
        }
        const address = new URL(image.src);
        const isRaster = RASTER.test(image.src);
        if (!/^https?:$/.test(address.protocol) && !isRaster) say(`src=${image.src}`);
        if (address.username !== '' || address.password !== '') say(`a password in ${image.src}`);
        if (named !== address.host || place.getAttribute('data-host') !== address.host) {
          say(`${image.src} where ${named} was named`);
        }
        if (image.referrerPolicy !== 'no-referrer') say(`referrerpolicy=${image.referrerPolicy}`);
        loaded.add(image.src);
      }
      for (const element of root.querySelectorAll('*')) {
        const isAsked = element.localName === 'img' && loaded.has((element as HTMLImageElement).src);
        const what = wrongIn(element).filter((each) => !(isAsked && each.startsWith('src=')));
        if (what.length > 0) say(what.join(', '));
      }
      shown.reset();
    }
    await settled();
    const asked = new Set<string>();
    const others = events.filter((event) => {
      const uri = /^violation of img-src: (.*)$/.exec(event)?.[1];
      if (uri !== undefined) asked.add(uri);
      // That of an image has no words.
      return uri === undefined && event !== 'error: undefined';
    });
    console.info(
      `Safety, images: ${pressed} buttons pressed, ${loaded.size} addresses named, ${asked.size} asked for.`,
    );
    expect(wrong.slice(0, 5), `${wrong.length} wrong`).toEqual([]);
    expect(others).toEqual([]);
    // Of an address, what is told is what is sent.
    const sent = (address: string): string =>
      address.startsWith('data:') ? 'data' : (address.split('#', 1)[0] ?? '');
    expect([...asked].sort()).toEqual([...new Set([...loaded].map(sent))].sort());
    expect([ofPrototype(globalThis), ofPrototype(view)]).toEqual(before);
    expect(pressed).toBeGreaterThan(0);
  }, 180_000);

  it('breaks out of a page into which it is written as HTML', async () => {
    const fired = new Set<string>();
    const loaded = new Set<string>();
    const listen = ({ data }: MessageEvent): void => {
      const { kind, of } = (data ?? {}) as { kind?: string; of?: string };
      if (kind === 'dialog') fired.add(String(of));
      if (kind === 'request') loaded.add(String(of));
    };
    addEventListener('message', listen);
    // Of another origin, and nothing leaves it: what would is reported.
    const inline = "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'";
    const chosen = (vectors ?? [])
      .filter(({ kind, payload }) => kind === 'html' && payload.length < 500)
      .filter(({ payload }) => /<(?:img|svg|script|body|video|audio)\b/i.test(payload))
      .filter(({ payload }) => !/location|refresh|while|for\s*\(/i.test(payload))
      .slice(0, 150);
    for (const [index, { payload }] of chosen.entries()) {
      const frame = document.createElement('iframe');
      frame.setAttribute('sandbox', 'allow-scripts');
      frame.srcdoc = `<!doctype html><meta http-equiv="Content-Security-Policy" content="${inline}"><script>
        const say = (kind) => parent.postMessage({ kind, of: ${index} }, '*');
        for (const name of ${JSON.stringify(DIALOGS)}) window[name] = () => say('dialog');
        document.addEventListener('securitypolicyviolation', ({ blockedURI }) => {
          if (blockedURI.startsWith('http')) say('request');
        });
      </script><main></main>${payload}`;
      document.body.append(frame);
    }
    try {
      await expect.poll(() => fired.size).toBeGreaterThanOrEqual(10);
      await expect.poll(() => loaded.size).toBeGreaterThanOrEqual(10);
      console.info(
        `Control: of ${chosen.length} vectors as HTML, ${fired.size} opened a dialog and ${loaded.size} tried to send requests.`,
      );
    } finally {
      removeEventListener('message', listen);
    }
  });
});

describe('a page that is watched', () => {
  it('says what runs and what is asked for where there is no policy', async () => {
    const { events, requests, root } = await openPage(null);
    root.innerHTML = '<img src="http://image.invalid/x.png" onerror="alert(1)">';
    await expect.poll(() => events).toContain('alert()');
    await expect.poll(requests).toContain('http://image.invalid/x.png');
    expect([...root.querySelectorAll('*')].flatMap((element) => wrongIn(element))).toEqual([
      'src=http://image.invalid/x.png',
      '<img onerror>',
    ]);
  });

  it('says what a strict policy forbids', async () => {
    const { events, page, root } = await openPage(STRICT);
    expect(() => {
      root.innerHTML = '<b>text</b>';
    }).toThrow();
    const image = page.createElement('img');
    image.src = 'http://image.invalid/x.png';
    root.append(image);
    await expect.poll(() => events.join('; ')).toContain('violation of require-trusted-types-for');
    await expect.poll(() => events.join('; ')).toContain('violation of img-src: http://image.invalid/x.png');
  });

  it.each([
    ['<script>1</script>', '<script>'],
    ['<p style="color: red">', '<p style>'],
    ['<img srcset="a 2x">', '<img srcset>'],
    ['<a href="javascript:1">', 'href=javascript:1'],
    ['<a href="/a">', 'href=/a'],
    ['<svg></svg>', '<svg>'],
  ])('does not allow %s', (html, what) => {
    const template = document.createElement('template');
    template.innerHTML = html;
    expect([...template.content.querySelectorAll('*')].flatMap((element) => wrongIn(element))).toContain(
      what,
    );
  });
});
