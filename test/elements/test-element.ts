import { defineElements } from 'agent-chat-kit/elements';
import type { LitElement } from 'lit';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { cdp } from 'vitest/browser';
import { elementsIn, pause, propertiesIn, type Seen, type Tag } from './shown-in-stories.ts';
import { spoiled } from './spoiled.ts';
import { Complaints, Watch } from './watch.ts';

export interface TestElementOptions {
  /** Properties with which it shows something; those of its first story by name unless told. */
  readonly data?: (() => object | Promise<object>) | undefined;
  /** The story whose properties these are. */
  readonly story?: string | undefined;
  /** Whether it shows something without being given anything. */
  readonly showsAlone?: boolean | undefined;
  /** Ways to states that no story shows, each from the element as the data leaves it. */
  readonly extra?: readonly ((element: LitElement) => unknown)[] | undefined;
}

/** All of them on request: each element takes seconds. */
const MOUNTS = import.meta.env['SOAK'] ? 1_000 : 40;
/** What those may leave behind. Bytes. */
const HEAP = 1_000_000;

const sources = import.meta.glob<string>('../../src/elements/agent-*.ts', {
  query: '?raw',
  import: 'default',
  eager: true,
});

/** What the comment of an element's class names. */
function documented(tag: Tag, word: 'csspart' | 'slot'): string[] {
  const source = sources[`../../src/elements/${tag}.ts`] ?? '';
  const comment =
    source
      .split(/^export class /m)[0]
      ?.split('/**')
      .at(-1) ?? '';
  return [...comment.matchAll(/^ \* @(\w+) (\S+)/gm)]
    .filter(([, name]) => name === word)
    .map(([, , name = '']) => (name === '-' ? '' : name))
    .sort();
}

const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
const isShown = (element: Element) => element.getBoundingClientRect().height > 0;

/** Everything that an element renders, also inside of others, as tags, parts and text. */
function picture(root: Node): string {
  if (root instanceof Text) return root.data.trim();
  const inside = root instanceof Element ? (root.shadowRoot ?? root) : root;
  const content = [...inside.childNodes].map(picture).filter(Boolean).join(' ');
  if (!(root instanceof Element)) return content;
  return `<${root.localName} ${root.part.value}>${content}</>`;
}

/** The picture once all elements in it are complete and it does not change any more. */
async function settled(element: LitElement): Promise<string> {
  let last: string | undefined;
  for (let look = 0; look < 100; look += 1) {
    await element.updateComplete;
    for (const inner of elementsIn(element.shadowRoot ?? element))
      if ('updateComplete' in inner) await inner.updateComplete;
    const before = last;
    last = picture(element);
    if (last === before) return last;
    await pause(20);
  }
  throw new Error('It does not come to rest.');
}

async function collectGarbage(): Promise<number> {
  await cdp().send('HeapProfiler.collectGarbage');
  return (await cdp().send('Runtime.getHeapUsage')).usedSize;
}

/** What every element must do. The stories show which parts and slots there are. */
export function testElement(tag: Tag, seen: () => Seen, options: TestElementOptions = {}): void {
  const { showsAlone = false, extra = [] } = options;
  const create = () => document.createElement(tag) as LitElement;
  let properties: object = {};
  const given = () => Object.assign(create(), properties);

  async function shown(): Promise<{ readonly element: LitElement; readonly before: string }> {
    const element = given();
    document.body.append(element);
    await expect.poll(() => isShown(element)).toBe(true);
    return { element, before: await settled(element) };
  }

  describe(tag, () => {
    beforeAll(async () => {
      properties = (await options.data?.()) ?? (await propertiesIn(tag, options.story));
      // What comes on demand is here from now on.
      const element = given();
      document.body.append(element);
      await settled(element);
      document.body.replaceChildren();
    });

    let complaints: Complaints;
    beforeEach(() => {
      complaints = new Complaints();
    });
    afterEach(() => {
      document.body.replaceChildren();
      complaints.end();
      expect(complaints.take()).toEqual([]);
    });

    it('renders the parts and the slots that its comment names, and no others', async () => {
      for (const lead of extra) {
        const { element } = await shown();
        await lead(element);
        await seen().watch();
        element.remove();
      }
      expect(seen().parts(tag)).toEqual(documented(tag, 'csspart'));
      expect(seen().slots(tag)).toEqual(documented(tag, 'slot'));
    });

    it('shows what it is given, also where that was before its tag was known', async () => {
      const { element, before } = await shown();
      element.remove();
      const early = document.implementation.createHTMLDocument().createElement(tag) as LitElement;
      expect(early).not.toBeInstanceOf(defineElements()[tag]);
      Object.assign(early, properties);
      document.body.append(early);
      expect(early).toBeInstanceOf(defineElements()[tag]);
      await expect.poll(() => picture(early)).toBe(before);
      early.remove();
      const late = create();
      document.body.append(late);
      await late.updateComplete;
      Object.assign(late, properties);
      await expect.poll(() => picture(late)).toBe(before);
    });

    it(showsAlone ? 'stands by itself' : 'shows nothing while it is given nothing', async () => {
      const element = create();
      document.body.append(element);
      await settled(element);
      expect(isShown(element)).toBe(showsAlone);
    });

    it('is the same after it was moved, taken out and put back', async () => {
      const { element, before } = await shown();
      const elsewhere = document.createElement('section');
      document.body.append(elsewhere);
      elsewhere.append(element);
      await expect.poll(() => picture(element)).toBe(before);
      element.remove();
      await frame();
      document.body.append(element);
      await expect.poll(() => picture(element)).toBe(before);
      const fragment = document.createDocumentFragment();
      fragment.append(element);
      await frame();
      document.body.prepend(fragment);
      await expect.poll(() => picture(element)).toBe(before);
      expect(isShown(element)).toBe(true);
    });

    it('shows what it can of data that is missing, of another kind or new', async () => {
      const { element, before } = await shown();
      const wrong: string[] = [];
      for (const [name, value] of Object.entries(properties)) {
        for (const [where, bad] of spoiled(value, name)) {
          Reflect.set(element, name, bad);
          await element.updateComplete.catch(complaints.hear);
          await frame();
          await pause(0);
          const [complaint] = complaints.take();
          if (complaint) wrong.push(`${where}: ${complaint}`);
        }
        Reflect.set(element, name, value);
      }
      expect(wrong).toEqual([]);
      await expect.poll(() => picture(element)).toBe(before);
    });

    it('shows the last of many changes', async () => {
      const { element, before } = await shown();
      const unset = create();
      const names = Object.keys(properties);
      const blank = Object.fromEntries(names.map((name) => [name, Reflect.get(unset, name)]));
      for (let change = 0; change < 200; change += 1) {
        Object.assign(element, change % 2 ? properties : blank);
        if (change % 5 === 0) await Promise.resolve();
        if (change % 21 === 0) await frame();
        if (change % 13 === 0) element.remove();
        if (change % 13 === 3) document.body.append(element);
      }
      document.body.append(element);
      await expect.poll(() => picture(element)).toBe(before);
    });

    it('leaves nothing behind when it goes', async () => {
      const stage = document.body.appendChild(document.createElement('section'));
      const mount = async (count: number): Promise<WeakRef<LitElement>[]> => {
        const mounted = Array.from({ length: count }, given);
        stage.append(...mounted);
        await Promise.all(mounted.map((element) => element.updateComplete));
        await frame();
        stage.replaceChildren();
        return mounted.map((element) => new WeakRef(element));
      };
      await mount(50);
      await pause(50);
      const before = await collectGarbage();
      const watch = new Watch();
      const mounted: WeakRef<LitElement>[] = [];
      try {
        while (mounted.length < MOUNTS) mounted.push(...(await mount(50)));
        await expect.poll(() => watch.left()).toEqual([]);
      } finally {
        watch.end();
      }
      const alive = async () => {
        // An animation that ran keeps its element until a frame is drawn.
        await frame();
        await collectGarbage();
        return mounted.filter((element) => element.deref()).length;
      };
      await expect.poll(alive, { interval: 100 }).toBe(0);
      await expect.poll(async () => (await collectGarbage()) - before).toBeLessThan(HEAP);
    });

    // What the page sets on the element itself and is inherited, such as a colour, comes in as it does everywhere.
    it('is not touched by the styles of the page, and touches nothing in the page', async () => {
      const around = () => [
        document.head.childElementCount,
        document.adoptedStyleSheets.length,
        document.querySelectorAll('[id]').length,
        Object.keys(window).length,
      ];
      const page = around();
      const { element } = await shown();
      expect(around()).toEqual(page);
      expect([...document.body.children]).toEqual([element]);
      const look = () =>
        elementsIn(element.shadowRoot ?? element).map((inner) => {
          const { color, display, borderTopWidth, paddingTop, backgroundColor } = getComputedStyle(inner);
          return `${inner.localName} ${color} ${display} ${borderTopWidth} ${paddingTop} ${backgroundColor}`;
        });
      const before = look();
      const style = document.createElement('style');
      style.textContent = `
        * { background: yellow !important; border: 9px solid !important; padding: 17px !important; }
        ${[...INSIDE].join()} { display: none !important; }`;
      document.head.append(style);
      try {
        expect(getComputedStyle(element).borderTopWidth).toBe('9px');
        expect(look()).toEqual(before);
      } finally {
        style.remove();
      }
    });
  });
}

const INSIDE = [
  'button',
  'pre',
  'p',
  'a',
  'div',
  'span',
  'summary',
  'li',
  'ul',
  'svg',
  'textarea',
  'hr',
  '[part]',
];
