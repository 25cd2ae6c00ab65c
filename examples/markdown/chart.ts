import type { MarkdownRenderer } from 'agent-chat-kit/markdown';

const SVG = 'http://www.w3.org/2000/svg';
const [WIDTH, HEIGHT, MARGIN, LABELS] = [480, 240, 12, 24] as const;
/** More would not be seen. */
const MOST_VALUES = 200;
const MOST_LETTERS = 40;

interface Chart {
  readonly kind: 'bar' | 'line';
  readonly title: string;
  readonly values: readonly number[];
  readonly labels: readonly string[];
}

/** Draws `{ "type": "bar", "title": "…", "labels": ["…"], "values": [1] }`, also with `"line"`; else the source stays. */
export const drawChart: MarkdownRenderer = (element, source) => {
  const chart = chartOf(source);
  if (!chart) return;
  const { kind, title, values, labels } = chart;
  const svg = node('svg', { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: 'img', class: 'chart' });
  const name = node('title', {});
  name.textContent = `${title}: ${values.map((value, index) => `${labels[index] ?? index + 1} ${value}`).join(', ')}`;
  svg.append(name);
  const [low, high] = [Math.min(0, ...values), Math.max(0, ...values)];
  const step = (WIDTH - 2 * MARGIN) / values.length;
  const x = (index: number): number => MARGIN + index * step;
  // Halves first: the difference of two numbers may be more than a number can be.
  const y = (value: number): number =>
    MARGIN + ((high / 2 - value / 2) / (high / 2 - low / 2 || 1)) * (HEIGHT - LABELS - 2 * MARGIN);
  const zero = y(0);
  if (kind === 'line') {
    const points = values.map((value, index) => `${x(index) + step / 2},${y(value)}`).join(' ');
    svg.append(node('polyline', { points, fill: 'none', stroke: 'currentColor', 'stroke-width': '2' }));
  } else {
    for (const [index, value] of values.entries()) {
      const top = Math.min(y(value), zero);
      const size = { width: step * 0.8, height: Math.abs(y(value) - zero) };
      svg.append(node('rect', { x: x(index) + step * 0.1, y: top, ...size, fill: 'currentColor' }));
    }
  }
  svg.append(node('line', { x1: MARGIN, x2: WIDTH - MARGIN, y1: zero, y2: zero, stroke: 'currentColor' }));
  for (const [index, label] of labels.slice(0, values.length).entries()) {
    const place = { x: x(index) + step / 2, y: HEIGHT - MARGIN / 2 };
    const text = node('text', { ...place, 'text-anchor': 'middle', 'font-size': 12, fill: 'currentColor' });
    text.textContent = label;
    svg.append(text);
  }
  element.replaceChildren(svg);
};

/** What the source says, or null where it is no chart. A model wrote it: it may be anything. */
function chartOf(source: string): Chart | null {
  let data: unknown;
  try {
    data = JSON.parse(source);
  } catch {
    return null;
  }
  if (typeof data !== 'object' || data === null) return null;
  const said = new Map<string, unknown>(Object.entries(data));
  const [kind, values, labels] = [said.get('type') ?? 'bar', said.get('values'), said.get('labels')];
  if ((kind !== 'bar' && kind !== 'line') || !Array.isArray(values)) return null;
  const numbers = values.filter((value) => Number.isFinite(value)) as number[];
  if (numbers.length === 0 || numbers.length !== values.length || numbers.length > MOST_VALUES) return null;
  const title = said.get('title');
  return {
    kind,
    title: typeof title === 'string' ? title.slice(0, MOST_LETTERS) : 'Chart',
    values: numbers,
    labels: Array.isArray(labels) ? labels.map(labelOf) : [],
  };
}

function labelOf(label: unknown): string {
  return typeof label === 'string' || typeof label === 'number' ? `${label}`.slice(0, MOST_LETTERS) : '';
}

function node(name: string, attributes: Readonly<Record<string, string | number>>): Element {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, String(value));
  return element;
}
