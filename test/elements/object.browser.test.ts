import 'agent-chat-kit/elements';
import type { AgentObject } from 'agent-chat-kit/elements';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { userEvent } from 'vitest/browser';

const errors: unknown[] = [];
const onError = (event: ErrorEvent | PromiseRejectionEvent) =>
  void errors.push('reason' in event ? event.reason : event.message);

beforeEach(() => {
  errors.length = 0;
  addEventListener('error', onError);
  addEventListener('unhandledrejection', onError);
});

afterEach(() => {
  removeEventListener('error', onError);
  removeEventListener('unhandledrejection', onError);
  vi.restoreAllMocks();
  document.body.replaceChildren();
  expect(errors).toEqual([]);
});

const part = (fields: object) => ({ type: 'object', id: 'o', typeName: 'Recipe', status: 'done', ...fields });

async function show(fields: object): Promise<AgentObject> {
  const element = Object.assign(document.createElement('agent-object'), { data: part(fields) });
  document.body.append(element);
  await element.updateComplete;
  return element as AgentObject;
}

async function update(element: AgentObject, fields: object): Promise<void> {
  element.data = part(fields) as AgentObject['data'];
  await element.updateComplete;
}

const root = (element: Element): ShadowRoot => element.shadowRoot as ShadowRoot;
const all = (element: Element, selector: string) => [
  ...root(element).querySelectorAll<HTMLElement>(selector),
];
/** Each text set apart from what is around it. */
const written = (node: Node): string =>
  node instanceof Text ? node.data : [...node.childNodes].map(written).join(' ');
const words = (node: Element | undefined) => (node ? written(node) : '').replace(/\s+/g, ' ').trim();
/** The names and what stands beside them, those inside of others after them. */
const fields = (element: Element) =>
  all(element, 'dt').map((name) => `${words(name)}: ${words(name.nextElementSibling as HTMLElement)}`.trim());
const copyButton = (element: Element) => all(element, 'button')[0] as HTMLButtonElement;

describe('an object', () => {
  it('is shown by readable names, with lists of words and objects inside of it', async () => {
    const element = await show({
      object: { firstName: 'Ada', tags: ['quick', 'cheap'], address: { zipCode: '3000', city: 'Bern' } },
    });
    expect(fields(element)).toEqual([
      'First name: Ada',
      'Tags: quick cheap',
      'Address: Zip code 3000 City Bern',
      'Zip code: 3000',
      'City: Bern',
    ]);
    expect(all(element, 'li').map(words)).toEqual(['quick', 'cheap']);
  });

  it.each([
    ['records', [{ a: 1 }, { a: 2 }]],
    ['a list of lists', [[1], [2]]],
    ['a long list', Array.from({ length: 31 }, (_, index) => index)],
    ['many fields', Object.fromEntries(Array.from({ length: 41 }, (_, index) => [`f${index}`, index]))],
  ])('shows %s as a value that opens step by step', async (_, value) => {
    const element = await show({ object: { inside: value } });
    const [shown] = all(element, 'agent-value');
    expect(shown).toMatchObject({ value, label: 'Inside', streaming: false });
    expect(all(element, 'dt').length).toBe(1);
  });

  it('shows what is deep as a value as well, so that the depth of boxes is bounded', async () => {
    let deep: unknown = 'bottom';
    for (let depth = 0; depth < 5_000; depth += 1) deep = { deep };
    const element = await show({ object: deep });
    expect(all(element, 'dl').length).toBe(3);
    expect(all(element, 'agent-value').length).toBe(1);
  });

  it('marks what is empty, with no word for it', async () => {
    const element = await show({
      object: { none: null, text: '', list: [], inside: {}, zero: 0, no: false },
    });
    expect(fields(element)).toEqual(['None:', 'Text:', 'List:', 'Inside:', 'Zero: 0', 'No: false']);
    expect(all(element, 'dd').map((dd) => getComputedStyle(dd, '::before').content)).toEqual([
      '"–"',
      '"–"',
      '"–"',
      '"–"',
      'none',
      'none',
    ]);
  });

  it('says that it is at work while it streams, and what is open stays as it grows', async () => {
    const element = await show({
      status: 'streaming',
      object: undefined,
      partial: { steps: [{ a: 1 }], name: 'F' },
    });
    expect(all(element, '[part="object"]')[0]?.ariaBusy).toBe('true');
    const [value] = all(element, 'agent-value');
    const text = all(element, 'dd .text')[0]?.firstChild;
    await update(element, {
      status: 'streaming',
      object: undefined,
      partial: { steps: [{ a: 1 }, { a: 2 }], name: 'Flat', minutes: 2 },
    });
    expect(all(element, 'agent-value')[0]).toBe(value);
    expect(value).toMatchObject({ streaming: true, value: [{ a: 1 }, { a: 2 }] });
    expect(all(element, 'dd .text')[0]?.firstChild).toBe(text);
    await update(element, { object: { steps: [{ a: 1 }, { a: 2 }], name: 'Flatbread', minutes: 25 } });
    expect(all(element, '[part="object"]')[0]?.ariaBusy).toBe('false');
    expect(all(element, 'agent-value')[0]).toBe(value);
    expect(fields(element).slice(1)).toEqual(['Name: Flatbread', 'Minutes: 25']);
  });

  it('cuts a text that is very long, and says how much is left out', async () => {
    const element = await show({ object: { text: 'x'.repeat(1_000_000) } });
    expect(fields(element)[0]).toMatch(/xxx… \(\+980000\)$/);
    expect(fields(element)[0]?.length).toBeLessThan(20_100);
  });
});

describe('a button copies the object as JSON', () => {
  it('however it is shaped', async () => {
    const write = vi.spyOn(navigator.clipboard, 'writeText').mockResolvedValue();
    const circular: Record<string, unknown> = { count: 10n };
    circular['self'] = circular;
    const element = await show({ object: circular });
    copyButton(element).focus();
    await userEvent.keyboard('{Enter}');
    await expect.poll(() => words(all(element, '[role="status"]')[0])).toBe('Copied');
    expect(write.mock.calls.map(([text]) => text.replace(/\s+/g, ' '))).toEqual([
      '{ "count": 10, "self": "[Circular]" }',
    ]);
  });

  it('and says where that failed', async () => {
    vi.spyOn(navigator.clipboard, 'writeText').mockRejectedValue(new Error('Not allowed'));
    const element = await show({ object: { a: 1 } });
    await userEvent.click(copyButton(element));
    await expect.poll(() => words(all(element, '[role="status"]')[0])).toBe('It could not be copied');
  });

  it('only where the page may, and only once all of it is there', async () => {
    const element = await show({ status: 'streaming', object: undefined, partial: { a: 1 } });
    expect(all(element, 'button')).toEqual([]);
    vi.spyOn(navigator, 'clipboard', 'get').mockReturnValue(undefined as never);
    await update(element, { object: { a: 1 } });
    expect(all(element, 'button')).toEqual([]);
  });
});

describe('hostile objects', () => {
  it('of every kind are shown as far as they can be', async () => {
    const hostile = {
      get thrown(): never {
        throw new Error('Not for you');
      },
      text: '<img src=x onerror="globalThis.pwned=1">\u202Egpj',
      '\u200Bkey': 1,
      toString: () => {
        throw new Error('No words');
      },
      proxy: new Proxy(
        {},
        {
          ownKeys: () => {
            throw new Error('No keys');
          },
        },
      ),
      symbol: Symbol('words'),
      ...JSON.parse('{"__proto__": {"polluted": 1}}'),
    };
    const element = await show({ typeName: 'constructor', object: hostile });
    expect(fields(element)).toEqual([
      'Thrown: This could not be shown.',
      'Text: <img src=x onerror="globalThis.pwned=1">⟨U+202E⟩gpj',
      '⟨U+200B⟩key: 1',
      'To string: ƒ toString()',
      'Proxy: This could not be shown.',
      'Symbol: Symbol(words)',
      'Proto: Polluted 1',
      'Polluted: 1',
    ]);
    expect('polluted' in {} || 'pwned' in globalThis).toBe(false);
  });

  it('inside of themselves end', async () => {
    const circular: Record<string, unknown> = { name: 'x' };
    circular['self'] = circular;
    const element = await show({ object: circular });
    expect(all(element, 'agent-value').length).toBe(1);
  });

  it.each([42, 'text', null, [1, 'a'], true])('that are %j are shown', async (object) => {
    const element = await show({ object });
    expect(words(all(element, '[part="object"]')[0])).toBe(
      `Recipe${object === null ? '' : ` ${String(object).replace(',', ' ')}`}`,
    );
  });

  it.each(['typeName', 'error'])('with a %s of another kind do not fail', async (name) => {
    for (const wrong of [42, {}, [], null, undefined]) {
      const element = await show({ object: { a: 1 }, [name]: wrong });
      expect(fields(element)).toEqual(['A: 1']);
      element.remove();
    }
  });
});

it('is no wider than a narrow page', async () => {
  const element = await show({
    object: { name: 'W'.repeat(300), [`${'k'.repeat(200)}`]: { inside: { more: 'x' } } },
  });
  element.style.inlineSize = '280px';
  for (const inner of all(element, '*'))
    expect(inner.getBoundingClientRect().right).toBeLessThanOrEqual(
      element.getBoundingClientRect().right + 1,
    );
});
