import 'agent-chat-kit/elements';
import type { AgentProgress } from 'agent-chat-kit/elements';
import { afterEach, expect, it } from 'vitest';

async function show(data: unknown): Promise<AgentProgress> {
  const element = Object.assign(document.createElement('agent-progress'), {
    data: { type: 'data', name: 'progress', data },
  });
  document.body.append(element);
  await element.updateComplete;
  return element as AgentProgress;
}

const bar = (element: AgentProgress) => element.shadowRoot?.querySelector('progress') as HTMLProgressElement;
const words = (element: AgentProgress) => (element.shadowRoot?.textContent ?? '').replace(/\s+/g, ' ').trim();

afterEach(() => {
  document.body.replaceChildren();
});

it.each([
  [0, 0, '0%'],
  [0.504, 0.504, '50%'],
  [1, 1, '100%'],
  [7, 1, '100%'],
  ['0.25', 0.25, '25%'],
])('the value %j fills %d of the bar and is said as %s', async (value, position, said) => {
  const element = await show({ label: 'Reading', value });
  expect(bar(element).position).toBe(position);
  expect(words(element)).toBe(`Reading ${said}`);
  expect(bar(element).ariaLabel).toBe('Reading');
});

it.each([undefined, null, Number.NaN, -1, '', 'half', {}, [], true, '  ', Number.NEGATIVE_INFINITY])(
  'with the value %j nobody can tell how far it is',
  async (value) => {
    const element = await show({ label: 'Reading', value });
    expect(bar(element).position).toBe(-1);
    expect(words(element)).toBe('Reading');
  },
);

it('goes on in the same bar', async () => {
  const element = await show({ label: 'Reading', value: 0.2 });
  const before = bar(element);
  for (const [value, position] of [
    [0.4, 0.4],
    [undefined, -1],
    [1, 1],
  ]) {
    element.data = { type: 'data', name: 'progress', data: { label: 'Reading', value } };
    await element.updateComplete;
    expect(bar(element)).toBe(before);
    expect(before.position).toBe(position);
  }
});

it.each([[undefined], [42], [{}], ['']])(
  'the label %j is none, and the bar still has a name',
  async (label) => {
    const element = await show({ label, value: 0.5 });
    expect(words(element)).toBe('50%');
    expect(bar(element).ariaLabel).toBe('Running');
  },
);

it('a label stays words, and what hides in it is written out', async () => {
  const element = await show({ label: '<img src=x>\u202Egpj', value: 0.5 });
  expect(words(element)).toBe('<img src=x>⟨U+202E⟩gpj 50%');
  expect(element.shadowRoot?.querySelector('img')).toBeNull();
});

it.each([undefined, null, 'text', 42, []])('data that is %j shows a bar', async (data) => {
  expect(bar(await show(data)).position).toBe(-1);
});
