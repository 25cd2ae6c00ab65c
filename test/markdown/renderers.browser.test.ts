import { createMarkdownView, type MarkdownRenderer } from 'agent-chat-kit/markdown';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { drawChart } from '../../examples/markdown/chart.ts';
import { createKatexRenderer } from '../../examples/markdown/katex.ts';
import { createMermaidRenderer } from '../../examples/markdown/mermaid.ts';

/** What was asked for since the test began, but for what the page itself is made of. */
let asked: string[] = [];
const watch = new PerformanceObserver((list) => note(list.getEntries()));
const note = (entries: PerformanceEntryList): void => {
  for (const { name } of entries) if (new URL(name).origin !== location.origin) asked.push(name);
};

beforeEach(() => {
  asked = [];
  watch.observe({ type: 'resource' });
  for (const name of ['alert', 'open'] as const)
    vi.spyOn(window, name).mockImplementation(() => null as never);
});

afterEach(() => {
  watch.disconnect();
  vi.restoreAllMocks();
  document.body.replaceChildren();
});

function shown(text: string, renderers: Readonly<Record<string, MarkdownRenderer>>): HTMLElement {
  const root = document.createElement('article');
  document.body.append(root);
  const view = createMarkdownView(root, { renderers, math: true });
  view.append(text);
  view.finish();
  return root;
}

const chart = (json: string): HTMLElement => shown(`\`\`\`chart\n${json}\n\`\`\``, { chart: drawChart });

describe('a chart', () => {
  it('has a bar for each value, or a line through all', () => {
    const bars = chart('{"title":"Minutes","values":[3,-1,2],"labels":["a","b","c"]}');
    const [first, second] = bars.querySelectorAll('rect');
    expect(bars.querySelectorAll('rect').length).toBe(3);
    expect(Number(first?.getAttribute('height'))).toBeCloseTo(3 * Number(second?.getAttribute('height')));
    expect(bars.querySelector('title')?.textContent).toBe('Minutes: a 3, b -1, c 2');
    expect([...bars.querySelectorAll('text')].map(({ textContent }) => textContent)).toEqual(['a', 'b', 'c']);
    const line = chart('{"type":"line","values":[1,2]}');
    expect(line.querySelector('polyline')?.getAttribute('points')?.split(' ').length).toBe(2);
  });

  it('is drawn by nothing but numbers, whatever the source says', () => {
    const hostile = chart(
      '{"title":"<script>alert(1)</script>","values":[1e308,-1e308,0],"labels":["<img src=x onerror=alert(1)>",{"toString":1},null]}',
    );
    expect(hostile.querySelectorAll('script, img').length).toBe(0);
    const values = [...hostile.querySelectorAll('rect')].flatMap((bar) => [...bar.attributes]);
    expect(values.filter(({ value }) => /NaN|Infinity/.test(value))).toEqual([]);
    expect(hostile.querySelector('text')?.textContent).toBe('<img src=x onerror=alert(1)>');
  });

  it.each([
    ['[1', 'no JSON'],
    ['null', 'nothing'],
    ['[]', 'a list'],
    ['{"values":[]}', 'no values'],
    ['{"values":["1"]}', 'text for a value'],
    ['{"values":[1],"type":"pie"}', 'another kind'],
    ['{"__proto__":{"values":[1]}}', 'values of a prototype'],
    [`{"values":[${'1,'.repeat(1_000)}1]}`, 'too many values'],
  ])('stays its source where it is none: %#', (json, why) => {
    const root = chart(json);
    expect(root.querySelector('svg'), why).toBe(null);
    expect(root.textContent).toContain(json.slice(0, 100));
  });
});

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** What was asked for and what ran, once there was time for it. */
async function happened(): Promise<string[]> {
  await pause(100);
  note(watch.takeRecords());
  const ran = [...vi.mocked(alert).mock.calls, ...vi.mocked(open).mock.calls];
  return [...asked, ...ran.map((call) => `ran: ${call}`)];
}

/** What of a formula leads anywhere, loads or runs. */
function active(root: Element): string[] {
  return [...root.querySelectorAll('*')].flatMap(({ localName, attributes, namespaceURI }) => [
    ...(/^(?:a|img|script|iframe|object|embed|link|style|mglyph|foreignobject)$/i.test(localName)
      ? [localName]
      : []),
    ...(namespaceURI?.endsWith('MathML') || /^(?:div|span)$/.test(localName) ? [] : [`${namespaceURI}`]),
    ...[...attributes]
      .filter(({ name, value }) => /^on|href|src|^(?:id|data-x)$/.test(name) || /url\(|script:/i.test(value))
      .map(({ name, value }) => `${name}=${value}`),
  ]);
}

describe('mathematics by KaTeX', () => {
  const load = vi.fn(() => import('katex'));
  const renderers = { math: createKatexRenderer(load) };
  const formula = (source: string): HTMLElement => shown(`$$\n${source}\n$$`, renderers);

  beforeEach(() => load.mockClear());

  it('is source until it is whole, then drawn once, whatever the pieces', async () => {
    const root = document.createElement('article');
    document.body.append(root);
    const view = createMarkdownView(root, { renderers, math: true });
    const text = 'Before.\n\n$$\n\\frac{a}{\\sqrt{b}}\n$$\n\nAfter.';
    const drawn = vi.fn();
    const changes = new MutationObserver((records) => {
      for (const { addedNodes } of records)
        for (const node of addedNodes) if ((node as Element).querySelector?.('math')) drawn();
    });
    changes.observe(root, { childList: true, subtree: true });
    const closed = text.lastIndexOf('$$');
    for (let at = 0; at < text.length; at += 3) {
      view.append(text.slice(at, at + 3));
      await new Promise((resolve) => requestAnimationFrame(resolve));
      if (at + 3 > closed) continue;
      expect(root.querySelector('math')).toBe(null);
      expect(load).not.toHaveBeenCalled();
      if (text.slice(0, at).includes('sqrt')) expect(root.textContent).toContain('\\frac{a}{\\sqrt');
    }
    view.finish();
    await expect.poll(() => root.querySelector('math mfrac msqrt')?.textContent).toBe('b');
    await pause(50);
    expect(drawn).toHaveBeenCalledTimes(1);
    expect(load).toHaveBeenCalledTimes(1);
    expect(root.querySelector('math')?.getAttribute('display')).toBe('block');
    expect(root.querySelector('math')?.getBoundingClientRect().height).toBeGreaterThan(20);
    expect(root.firstElementChild?.textContent).toBe('Before.');
    expect(root.lastElementChild?.textContent).toBe('After.');
    expect(await happened()).toEqual([]);
  });

  it.each(['\\frac{a}', '\\nobody{x}', '{', '\\color{url(https://tracker.invalid/)}x', 'x^2^3'])(
    'stays source where KaTeX refuses it: %s',
    async (source) => {
      const root = formula(source);
      await pause(100);
      expect(load).toHaveBeenCalled();
      expect(root.querySelector('math, span')).toBe(null);
      expect(root.textContent?.trim()).toBe(source);
    },
  );

  it.each([
    '\\href{javascript:alert(1)}{x}',
    '\\href{https://tracker.invalid/}{x}',
    '\\url{https://tracker.invalid/}',
    '\\url{javascript:alert(1)}',
    '\\includegraphics{https://tracker.invalid/x.png}',
    '\\htmlClass{bar}{x}',
    '\\htmlId{named}{x}',
    '\\htmlStyle{background: url(https://tracker.invalid/x.png)}{x}',
    '\\htmlData{x=1}{x}',
    '\\text{<img src=https://tracker.invalid/x.png onerror=alert(1)>}',
    '\\verb|<script>alert(1)</script>|',
    '\\fcolorbox{red}{blue}{x}',
  ])('leads nowhere, loads nothing and runs nothing: %s', async (source) => {
    const root = formula(source);
    await expect.poll(() => root.querySelector('math')).not.toBe(null);
    for (const element of root.querySelectorAll<HTMLElement>('math *')) element.click?.();
    expect(active(root)).toEqual([]);
    expect([...root.querySelectorAll('[class]')].map(({ className }) => className)).toEqual(['katex']);
    expect(await happened()).toEqual([]);
  });

  it.each([
    ['a macro that calls itself', '\\def\\a{\\a\\a}\\a'],
    ['a macro that grows', '\\def\\a#1{#1#1#1#1}\\a{\\a{\\a{\\a{\\a{\\a{x}}}}}}'],
    ['more than anybody writes', 'x'.repeat(1_000_000)],
    ['more in each other than a stack holds', `${'{'.repeat(2_400)}x${'}'.repeat(2_400)}`],
  ])('ends, and stays source: %s', async (_, source) => {
    const root = formula(source);
    await pause(100);
    expect(root.querySelector('math')).toBe(null);
    expect(root.textContent?.trim()).toBe(source);
  });

  it.each([
    ['as long as is drawn', 'x'.repeat(5_000)],
    ['as deep as is drawn', `${'\\frac1{'.repeat(620)}x${'}'.repeat(620)}`],
    ['as high as is drawn', `${'x^{'.repeat(1_240)}x${'}'.repeat(1_240)}`],
  ])('ends: %s', async (_, source) => {
    const root = formula(source);
    await pause(100);
    root.getBoundingClientRect();
    expect(root.textContent).toContain('x');
  });

  it('is not painted over what stands around it', async () => {
    const root = shown(
      ['\\rule{10000em}{10000em}', '\\raisebox{60em}{x}', '\\kern-900em x']
        .map((source) => `$$\n${source}\n$$`)
        .join('\n\n'),
      renderers,
    );
    await expect.poll(() => root.querySelectorAll('math').length).toBe(3);
    for (const math of root.querySelectorAll('math')) {
      const box = math.parentElement?.parentElement as HTMLElement;
      expect(getComputedStyle(box).overflow).toBe('auto');
      expect(box.getBoundingClientRect().height).toBeLessThan(1_000);
      expect(box.getBoundingClientRect().width).toBeLessThanOrEqual(root.getBoundingClientRect().width);
    }
  });

  it('stands in its line, drawn once it is whole, whatever the pieces', async () => {
    const root = document.createElement('article');
    document.body.append(root);
    const view = createMarkdownView(root, { renderers, math: 'dollars' });
    const text = 'The root \\(\\sqrt{x^2}\\) of $y$ costs $5. Then \\(\\frac{a}{b}';
    for (let at = 0; at < text.length; at += 3) {
      view.append(text.slice(at, at + 3));
      await new Promise((resolve) => requestAnimationFrame(resolve));
    }
    await expect.poll(() => root.querySelectorAll('math').length).toBe(2);
    const [first, second] = root.querySelectorAll('math');
    expect(first?.querySelector('msqrt msup')?.textContent).toBe('x2');
    expect(second?.textContent).toMatch(/^y/);
    expect(first?.getAttribute('display')).toBe(null);
    // The one that is not whole is source.
    expect(root.textContent).toContain('Then \\frac{a}{b}');
    view.append('\\) ends.');
    await expect.poll(() => root.querySelectorAll('math').length).toBe(3);
    view.finish();
    expect(root.textContent).toContain('costs $5. Then');
    expect([...root.querySelectorAll('math')].slice(0, 2)).toEqual([first, second]);
    expect(root.querySelectorAll('p').length).toBe(1);
  });

  it.each(['\\rule{10000em}{10000em}', '\\raisebox{60em}{x}', '\\kern-900em x', '\\kern900em x'])(
    'in a line is not painted over what stands around it: %s',
    async (source) => {
      const root = shown(`Before \\(${source}\\) behind.\n\nAfter.`, renderers);
      root.style.width = '400px';
      await expect.poll(() => root.querySelector('math')).not.toBe(null);
      const box = root.querySelector('math')?.closest<HTMLElement>('[style]');
      expect(box && getComputedStyle(box).contain).toBe('paint');
      expect(box?.getBoundingClientRect().bottom).toBeLessThanOrEqual(
        root.lastElementChild?.getBoundingClientRect().top ?? 0,
      );
    },
  );

  it('has no names that another formula gave', async () => {
    const root = shown('$$\n\\gdef\\given{1}\\given\n$$\n\n$$\n\\given\n$$', renderers);
    await expect.poll(() => root.querySelectorAll('math').length).toBe(1);
    await pause(50);
    expect(root.lastElementChild?.textContent?.trim()).toBe('\\given');
  });
});

describe('what draws', () => {
  it('may fail: the source stays, and what follows is drawn', () => {
    const told = vi.spyOn(globalThis, 'reportError').mockImplementation(() => {});
    const math: MarkdownRenderer = () => {
      throw new Error('It cannot.');
    };
    const root = shown('A \\(b\\).\n\n$$\nc\n$$\n\nThe end.', { math });
    expect(root.textContent).toBe('A b.cThe end.');
    expect(told).toHaveBeenCalledTimes(2);
  });

  it('is told whether a formula stands within a line', () => {
    const math = vi.fn();
    shown('A \\(b\\).\n\n$$\nc\n$$', { math });
    expect(math.mock.calls.map(([, source, info]) => [source, info])).toEqual([
      ['b', 'inline'],
      ['c', ''],
    ]);
  });
});

describe('a library that comes on demand', () => {
  it('is seen where it asks for anything', async () => {
    new Image().src = 'https://tracker.invalid/x.png';
    await expect.poll(happened).toEqual(['https://tracker.invalid/x.png']);
  });

  /** The address of a script that others wrote; `draw` is the body of what draws. */
  const scriptOf = (draw: string): string =>
    `data:text/javascript,${encodeURIComponent(
      `globalThis.mermaid = { initialize(how) { this.how = how; }, async render(id, source) { ${draw} } };`,
    )}`;
  const picture = (inner: string): string =>
    `'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9" viewBox="0 0 90 90">${inner}</svg>'`;
  const frame = (): (Window & typeof globalThis) | null | undefined =>
    document.querySelector('iframe')?.contentWindow as Window & typeof globalThis;

  it('shows diagrams as images, all out of one page that nobody sees', async () => {
    const mermaid = createMermaidRenderer(
      scriptOf(`return { svg: ${picture('<script>top.ran = 1</script>')} };`),
    );
    const root = shown('```mermaid\na-->b\n```\n\n```mermaid\nb-->c\n```', { mermaid });
    await expect
      .poll(() => [...root.querySelectorAll('img')].map(({ naturalWidth }) => naturalWidth))
      .toEqual([9, 9]);
    expect([...root.querySelectorAll('img')].map(({ alt }) => alt)).toEqual(['a-->b', 'b-->c']);
    expect(root.querySelector('img')?.width).toBe(90);
    expect(root.querySelector('svg, script, code')).toBe(null);
    expect('ran' in window).toBe(false);
    expect('mermaid' in window).toBe(false);
    expect(document.querySelectorAll('iframe').length).toBe(1);
    expect(document.querySelector('iframe')?.checkVisibility({ visibilityProperty: true })).toBe(false);
    expect((frame() as unknown as { mermaid: { how: object } }).mermaid.how).toMatchObject({
      securityLevel: 'strict',
      htmlLabels: false,
    });
  });

  it('asks for nothing that a diagram names, and runs nothing of it', async () => {
    const address = (name: string) => `https://tracker.invalid${name && '/'}${name}`;
    const html =
      `<style>@import url(${address('a.css')}); p { background: url(${address('b.png')}) }</style><p>text</p>` +
      `<img src="${address('c.png')}" onerror="top.ran = 1"><svg><image href="${address('d.png')}" /></svg>` +
      `<iframe src="${address('e')}"></iframe><img src="x" onerror="top.ran = 1">`;
    const mermaid = createMermaidRenderer(
      scriptOf(`
        globalThis.refused = [];
        document.addEventListener('securitypolicyviolation', (event) => refused.push(event.blockedURI));
        document.body.innerHTML = ${JSON.stringify(html)};
        new Image().src = '${address('f.png')}';
        await fetch('${address('g')}').catch(() => {});
        return { svg: ${picture(`<image href="${address('h.png')}" />`)} };`),
    );
    const root = shown('```mermaid\na-->b\n```', { mermaid });
    await expect.poll(() => root.querySelector('img')?.naturalWidth).toBe(9);
    const refused = (): string[] => (frame() as unknown as { refused: string[] }).refused;
    await expect
      .poll(() =>
        refused()
          .filter((uri) => uri.startsWith('https://tracker'))
          .sort(),
      )
      // Of what a frame would show, only the host is told.
      .toEqual(['', 'a.css', 'b.png', 'c.png', 'd.png', 'f.png', 'g'].map(address));
    expect(refused()).toContain('inline');
    expect(await happened()).toEqual([]);
    expect('ran' in window).toBe(false);
  });

  it('leaves the source where it does not come, and asks for it again with the next one', async () => {
    const fails = async (): Promise<never> => {
      throw new Error('offline');
    };
    const mermaid = createMermaidRenderer('data:text/javascript,throw 0');
    const renderers = { mermaid, math: createKatexRenderer(fails) };
    const root = shown('```mermaid\na-->b\n```\n\n$$\nx^2\n$$', renderers);
    await pause(200);
    expect(root.textContent).toContain('a-->b');
    expect(root.textContent).toContain('x^2');
    expect(document.querySelector('iframe')).toBe(null);
    shown('```mermaid\na-->b\n```', renderers);
    expect(document.querySelectorAll('iframe').length).toBe(1);
    await expect.poll(() => document.querySelectorAll('iframe').length).toBe(0);
  });

  it('leaves the source where it refuses it, and where it is longer than anybody writes', async () => {
    const mermaid = createMermaidRenderer(scriptOf("throw new Error('no diagram');"));
    const root = shown(`\`\`\`mermaid\na-->b\n\`\`\`\n\n\`\`\`mermaid\n${'a-->b\n'.repeat(4_000)}\`\`\``, {
      mermaid,
    });
    await pause(200);
    expect(root.querySelector('img')).toBe(null);
    expect(root.querySelectorAll('pre').length).toBe(2);
  });
});
