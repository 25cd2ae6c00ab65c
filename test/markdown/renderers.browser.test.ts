import { createMarkdownView, type MarkdownRenderer } from 'agent-chat-kit/markdown';
import { afterEach, describe, expect, it } from 'vitest';
import { drawChart } from '../../examples/markdown/chart.ts';
import { createKatexRenderer } from '../../examples/markdown/katex.ts';
import { createMermaidRenderer } from '../../examples/markdown/mermaid.ts';

afterEach(() => document.body.replaceChildren());

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

describe('a library that comes on demand', () => {
  it('draws a formula into the place of its source', async () => {
    const asked: unknown[] = [];
    const math = createKatexRenderer(async () => ({
      default: {
        render(source, element, options) {
          asked.push(source, options['trust']);
          element.textContent = 'drawn';
        },
      },
    }));
    const root = shown('$$\nx^2\n$$', { math });
    await expect.poll(() => root.textContent).toBe('drawn');
    expect(asked).toEqual(['x^2', false]);
  });

  it('shows a diagram as an image', async () => {
    const svg =
      '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><script>top.ran = 1</script></svg>';
    const mermaid = createMermaidRenderer(async () => ({
      default: { initialize() {}, render: async () => ({ svg }) },
    }));
    const root = shown('```mermaid\na-->b\n```', { mermaid });
    await expect.poll(() => root.querySelector('img')?.naturalWidth).toBe(9);
    expect(root.querySelector('img')?.alt).toBe('a-->b');
    expect(root.querySelector('svg, script, code')).toBe(null);
    expect('ran' in window).toBe(false);
  });

  it('leaves the source where it does not come', async () => {
    const fails = async (): Promise<never> => {
      throw new Error('offline');
    };
    const root = shown('```mermaid\na-->b\n```\n\n$$\nx^2\n$$', {
      mermaid: createMermaidRenderer(fails),
      math: createKatexRenderer(fails),
    });
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(root.textContent).toContain('a-->b');
    expect(root.textContent).toContain('x^2');
  });
});
