import { type AgentValue, defineElements } from 'agent-chat-kit/elements';
import axe from 'axe-core';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { userEvent } from 'vitest/browser';
import { waitFor } from '../wait-for.ts';

defineElements();

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
  document.documentElement.removeAttribute('style');
  document.documentElement.removeAttribute('dir');
  scrollTo(0, 0);
  expect(errors).toEqual([]);
});

async function mount(value: unknown, fields: Partial<AgentValue> = {}): Promise<AgentValue> {
  const element = document.createElement('agent-value');
  Object.assign(element, { value, label: 'Result', ...fields });
  document.body.append(element);
  await waitFor(() => expect(root(element).querySelector('.whole')).not.toBeNull());
  return element;
}

async function update(element: AgentValue, fields: Partial<AgentValue>): Promise<void> {
  Object.assign(element, fields);
  await element.updateComplete;
}

const root = (element: AgentValue): ShadowRoot => element.shadowRoot as ShadowRoot;
const all = (element: AgentValue, selector: string): HTMLElement[] => [
  ...root(element).querySelectorAll<HTMLElement>(selector),
];
const one = (element: AgentValue, selector: string): HTMLElement => {
  const found = all(element, selector)[0];
  if (!found) throw new Error(`There is no ${selector}.`);
  return found;
};
const rows = (element: AgentValue): HTMLElement[] => all(element, '[role="treeitem"]');
const words = (element: Element): string => (element.textContent ?? '').replace(/\s+/g, ' ').trim();
/** What the rows say: how deep, the name, the value. */
const outline = (element: AgentValue): string[] =>
  rows(element).map((row) => {
    const [key, value] = row.children;
    const level = '  '.repeat(Number(row.ariaLevel) - 1);
    return key ? `${level}${words(key)}: ${value ? words(value) : ''}` : `${level}${words(row)}`;
  });
const row = (element: AgentValue, name: string): HTMLElement => {
  const found = rows(element).find(({ firstElementChild }) => firstElementChild?.textContent === name);
  if (!found) throw new Error(`There is no row ${name}.`);
  return found;
};
const button = (element: AgentValue, name: string): HTMLButtonElement => {
  const found = all(element, 'button').find((each) => (each.ariaLabel ?? words(each)) === name);
  if (!found) throw new Error(`There is no button ${name}.`);
  return found as HTMLButtonElement;
};
const has = (element: AgentValue, name: string): boolean =>
  all(element, 'button').some((each) => (each.ariaLabel ?? words(each)) === name);

async function press(element: AgentValue, target: HTMLElement): Promise<void> {
  target.click();
  await element.updateComplete;
  await element.updateComplete;
}

async function search(element: AgentValue, text: string): Promise<void> {
  const field = one(element, 'input') as HTMLInputElement;
  field.value = text;
  field.dispatchEvent(new Event('input'));
  await element.updateComplete;
}

const status = (element: AgentValue): string => words(one(element, '.search [role="status"]'));

async function violations(): Promise<string[]> {
  const { violations } = await axe.run(document.body, {
    resultTypes: ['violations'],
    rules: {
      region: { enabled: false },
      'page-has-heading-one': { enabled: false },
      'landmark-one-main': { enabled: false },
      'document-title': { enabled: false },
      'html-has-lang': { enabled: false },
    },
  });
  return violations.flatMap(({ id, nodes }) => nodes.map(({ failureSummary }) => `${id}: ${failureSummary}`));
}

const PIXEL =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
const SVG = btoa('<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>');

const records = (count: number) =>
  Array.from({ length: count }, (_, index) => ({ id: index, name: `Name ${index}`, tags: { a: 1, b: 2 } }));

describe('a text', () => {
  it('is shown as it is, white space and all, and nothing in it is a link', async () => {
    const text = '  two\n\n\tlines of https://nowhere.invalid/ ';
    const element = await mount(text);
    const shown = one(element, '[part="text"]');
    expect(shown.textContent).toBe(text);
    expect(getComputedStyle(shown).whiteSpace).toBe('pre-wrap');
    expect(shown.ariaLabel).toBe('Result');
    expect(all(element, 'a')).toEqual([]);
    expect(has(element, 'Tree')).toBe(false);
  });

  it('is folded where it is long, and all of it comes with a press', async () => {
    const text = `${'word '.repeat(1_000)}end`;
    const element = await mount(text);
    const shown = () => one(element, '[part="text"]').textContent ?? '';
    expect(shown().length).toBe(2_000);
    await press(element, button(element, 'Show everything'));
    expect(shown()).toBe(text);
    expect(has(element, 'Show everything')).toBe(false);
  });

  it('of several megabytes comes in parts, and no half of a character is shown', async () => {
    const element = await mount(`${'a'.repeat(1_999)}${'😀'.repeat(2_000_000)}`);
    expect(one(element, '[part="text"]').textContent).toBe('a'.repeat(1_999));
    await press(element, button(element, 'Show 200,000 more'));
    expect(one(element, '[part="text"]').textContent?.length).toBe(201_999);
    expect(has(element, 'Show 200,000 more')).toBe(true);
  });

  it('shows what hides in it', async () => {
    const element = await mount('invoice\u202Egpj.exe\u200B');
    expect(one(element, '[part="text"]').textContent).toBe('invoice⟨U+202E⟩gpj.exe⟨U+200B⟩');
  });

  it('that is JSON is a tree when somebody wants it', async () => {
    const element = await mount('{"a": [1, 2]}');
    expect(one(element, '[part="text"]').textContent).toBe('{"a": [1, 2]}');
    expect(has(element, 'Table')).toBe(false);
    await press(element, button(element, 'Tree'));
    expect(outline(element)).toEqual(['a: 2 items', '  0: 1', '  1: 2']);
    await press(element, button(element, 'Tree'));
    expect(one(element, '[part="text"]').textContent).toBe('{"a": [1, 2]}');
    await update(element, { value: '[{"a": 1}, {"a": 2}]' });
    await press(element, button(element, 'Table'));
    expect(all(element, 'td').map(words)).toEqual(['1', '2']);
    await press(element, button(element, 'Table'));
    expect(one(element, '[part="text"]').textContent).toBe('[{"a": 1}, {"a": 2}]');
  });
});

describe('a tree', () => {
  it('shows small objects and lists open, with their keys as they are', async () => {
    const element = await mount({
      'user-Name': 'Ada',
      'full name': '',
      list: [1, -2.5, true, null],
      none: [],
      nothing: {},
    });
    expect(outline(element)).toEqual([
      'user-Name: Ada',
      'full name: ',
      'list: 4 items',
      '  0: 1',
      '  1: -2.5',
      '  2: true',
      '  3: null',
      'none: []',
      'nothing: {}',
    ]);
    expect(row(element, 'user-Name').querySelector('bdi')?.textContent).toBe('user-Name');
    expect(getComputedStyle(one(element, '.string'), '::before').content).toBe('"\\""');
    expect(one(element, '[role="tree"]').ariaLabel).toBe('Result');
  });

  it('has what is deep or large closed, says how much is inside, and opens it with a press', async () => {
    const large = Array.from({ length: 21 }, (_, index) => index);
    const element = await mount({ large, a: { b: { c: { d: 1 } } } });
    expect(outline(element)).toEqual(['large: 21 items', 'a: 1 field', '  b: 1 field', '    c: 1 field']);
    expect(rows(element).map((each) => each.ariaExpanded)).toEqual(['false', 'true', 'true', 'false']);
    await press(element, row(element, 'c'));
    expect(outline(element).at(-1)).toBe('      d: 1');
    await press(element, row(element, 'a'));
    expect(outline(element)).toEqual(['large: 21 items', 'a: 1 field']);
    expect(row(element, 'a').ariaSetSize).toBe('2');
    expect(row(element, 'a').ariaPosInSet).toBe('2');
  });

  it('folds a long text inside of it', async () => {
    const text = 'word '.repeat(200);
    const element = await mount({ text });
    expect(one(element, '.string').textContent?.length).toBe(300);
    await press(element, button(element, 'Show everything'));
    expect(one(element, '.string').textContent).toBe(text);
  });

  it.each(['ltr', 'rtl'])(
    'is walked by the keyboard, from left to right as data is written, in a page from %s',
    async (direction) => {
      document.documentElement.dir = direction;
      const [opens, closes] = ['ArrowRight', 'ArrowLeft'];
      const element = await mount({ first: { x: { y: { z: 1 } } }, second: 2, third: [1] });
      expect(outline(element)).toEqual([
        'first: 1 field',
        '  x: 1 field',
        '    y: 1 field',
        'second: 2',
        'third: 1 item',
        '  0: 1',
      ]);
      const keys: readonly (readonly [string, string])[] = [
        ['ArrowDown', 'x'],
        ['ArrowDown', 'y'],
        [opens, 'y'],
        [opens, 'z'],
        [opens, 'z'],
        [closes, 'y'],
        [closes, 'y'],
        [closes, 'x'],
        ['End', '0'],
        ['ArrowDown', '0'],
        ['Home', 'first'],
        ['ArrowUp', 'first'],
        ['t', 'third'],
        ['Enter', 'third'],
        ['ArrowUp', 'second'],
        ['ArrowUp', 'y'],
        [' ', 'y'],
      ];
      row(element, 'first').focus();
      const focused: string[] = [];
      for (const [key] of keys) {
        await userEvent.keyboard(`{${key}}`);
        await element.updateComplete;
        focused.push(root(element).activeElement?.firstElementChild?.textContent ?? '');
        expect(rows(element).filter(({ tabIndex }) => tabIndex === 0)).toEqual([root(element).activeElement]);
      }
      expect(focused).toEqual(keys.map(([, name]) => name));
      expect(outline(element)).toEqual([
        'first: 1 field',
        '  x: 1 field',
        '    y: 1 field',
        '      z: 1',
        'second: 2',
        'third: 1 item',
      ]);
    },
  );

  it('copies the whole and each part of it, as JSON, and a text as it is', async () => {
    const write = vi.spyOn(navigator.clipboard, 'writeText').mockResolvedValue();
    const value = { a: { list: [1, 'two', null, []] }, text: 'a "word"' };
    const element = await mount(value);
    await press(element, all(element, '.bar .copy')[0] as HTMLElement);
    expect(write).toHaveBeenLastCalledWith(JSON.stringify(value, null, 2));
    await waitFor(() => expect(words(one(element, '.bar'))).toBe('Copied'));
    row(element, 'list').focus();
    await element.updateComplete;
    await press(element, row(element, 'list').querySelector('.copy') as HTMLElement);
    expect(write).toHaveBeenLastCalledWith(JSON.stringify(value.a.list, null, 2));
    row(element, 'text').focus();
    await element.updateComplete;
    await press(element, row(element, 'text').querySelector('.copy') as HTMLElement);
    expect(write).toHaveBeenLastCalledWith('a "word"');
  });

  it('has nothing to copy with where the page may not', async () => {
    const element = await mount({ a: 1 });
    expect(has(element, 'Copy')).toBe(true);
    vi.spyOn(navigator, 'clipboard', 'get').mockReturnValue(undefined as unknown as Clipboard);
    await update(element, { value: { a: 2 } });
    expect(has(element, 'Copy')).toBe(false);
  });
});

describe('what is large', () => {
  const inside = (element: AgentValue): number => all(element, '*').length;

  it('is made only as far as it is seen: a list of 500,000 numbers', async () => {
    const element = await mount(Array.from({ length: 500_000 }, (_, index) => index));
    expect(inside(element)).toBeLessThan(500);
    expect(rows(element).length).toBe(101);
    await press(element, rows(element)[100] as HTMLElement);
    expect(rows(element).length).toBe(201);
    expect(inside(element)).toBeLessThan(1_000);
    expect(outline(element).slice(99, 101)).toEqual(['99: 99', '100: 100']);
    expect(root(element).activeElement).toBe(rows(element)[100]);
  });

  it('is made only as far as it is seen: 100,000 nodes in objects, and as many records', async () => {
    const groups = Object.fromEntries(
      Array.from({ length: 300 }, (_, index) => [
        `group ${index}`,
        Object.fromEntries(
          Array.from({ length: 333 }, (_, field) => [`field ${field}`, 'some words of text '.repeat(3)]),
        ),
      ]),
    );
    const element = await mount(groups);
    expect(inside(element)).toBeLessThan(500);
    await press(element, row(element, 'group 3'));
    expect(inside(element)).toBeLessThan(1_000);
    const table = await mount(records(25_000));
    expect(inside(table)).toBeLessThan(500);
    await press(table, all(table, 'tbody tr:last-child button')[0] as HTMLElement);
    expect(inside(table)).toBeLessThan(1_000);
  });

  it('is made only as far as it is seen: a depth of 10,000, which is copied and searched as well', async () => {
    const write = vi.spyOn(navigator.clipboard, 'writeText').mockResolvedValue();
    let value: unknown = 'the bottom';
    for (let depth = 0; depth < 10_000; depth += 1) value = [value];
    const element = await mount({ value });
    expect(inside(element)).toBeLessThan(500);
    await press(element, button(element, 'Copy'));
    const text = write.mock.lastCall?.[0] ?? '';
    expect(text.replace(/\s/g, '')).toBe(`{"value":${'['.repeat(10_000)}"thebottom"${']'.repeat(10_000)}}`);
    await search(element, 'BOTTOM');
    await waitFor(() => expect(status(element)).toBe('1 match'));
    await press(element, button(element, 'Next match'));
    expect(inside(element)).toBeLessThan(1_500);
    expect(words(one(element, '.current'))).toContain('the bottom');
    expect(one(element, '.current').ariaCurrent).toBe('true');
    await press(element, button(element, 'Result'));
    expect(outline(element)[0]).toBe('value: 1 item');
  });
});

describe('search', () => {
  it('is there where there is much to find, and only there', async () => {
    const small: Record<string, unknown> = { a: 1, b: [1, 2] };
    small['itself'] = small;
    expect(all(await mount(small), 'input')).toEqual([]);
    expect(all(await mount(Array.from({ length: 61 }, () => 'x')), 'input').length).toBe(1);
  });

  it('finds keys and values, goes to them by Enter, opens the way, and the page does not move', async () => {
    const filler = Object.fromEntries(Array.from({ length: 80 }, (_, index) => [`filler ${index}`, index]));
    const element = await mount({
      ...filler,
      deep: { a: { b: { c: { Needle: 1 } } } },
      other: ['x', { d: 'a needle' }],
    });
    document.body.append(Object.assign(document.createElement('p'), { textContent: 'below' }));
    element.style.marginBlock = '3000px';
    await search(element, 'needle');
    await waitFor(() => expect(status(element)).toBe('2 matches'));
    const field = one(element, 'input');
    field.focus({ preventScroll: true });
    const key = async (more: KeyboardEventInit = {}) => {
      field.dispatchEvent(
        new KeyboardEvent('keydown', { key: 'Enter', bubbles: true, cancelable: true, ...more }),
      );
      await element.updateComplete;
      await element.updateComplete;
    };
    await key();
    expect(status(element)).toBe('1 of 2');
    expect(words(one(element, '.current bdi'))).toBe('Needle');
    expect(all(element, 'mark').map(words)).toContain('Needle');
    const box = one(element, '.box').getBoundingClientRect();
    const at = one(element, '.current').getBoundingClientRect();
    expect(at.top).toBeGreaterThanOrEqual(box.top);
    expect(at.bottom).toBeLessThanOrEqual(box.bottom);
    await key();
    expect(status(element)).toBe('2 of 2');
    expect(words(one(element, '.current .string'))).toBe('a needle');
    await key();
    expect(status(element)).toBe('1 of 2');
    await key({ shiftKey: true });
    expect(status(element)).toBe('2 of 2');
    expect(root(element).activeElement).toBe(field);
    expect(scrollY).toBe(0);
  });

  it('goes to an item far down a list without all that is before it', async () => {
    const list = Array.from({ length: 200_000 }, (_, index) => (index === 150_050 ? 'needle' : index));
    const element = await mount({ list });
    let turns = 0;
    const turn = (): void => {
      turns += 1;
      if (status(element) === '') setTimeout(turn);
    };
    await search(element, 'needle');
    turn();
    await waitFor(() => expect(status(element)).toBe('1 match'));
    // The page had its turn while it was searched.
    expect(turns).toBeGreaterThan(1);
    await press(element, button(element, 'Next match'));
    expect(words(one(element, '.current'))).toContain('needle');
    expect(rows(element).length).toBeLessThan(210);
    const gap = rows(element).filter(({ className }) => className === 'more');
    expect(gap.map(words)).toEqual(['Show 100 more', 'Show 100 more']);
    await press(element, gap[0] as HTMLElement);
    expect(outline(element)).toContain('  199: 199');
  });

  it('finds no more than there is a limit for, and says so', async () => {
    const element = await mount(Array.from({ length: 3_000 }, () => 'same'));
    await search(element, 'same');
    await waitFor(() => expect(status(element)).toBe('≥ 1,000 matches'));
  });

  it('finds a cell of a table', async () => {
    const element = await mount(records(5_000));
    await search(element, 'name 4321');
    await waitFor(() => expect(status(element)).toBe('1 match'));
    await press(element, button(element, 'Next match'));
    expect(words(one(element, 'td.current'))).toBe('Name 4321');
    expect(all(element, 'tr').length).toBeLessThan(210);
  });
});

describe('records', () => {
  it('are a table with the fields of all of them, and a tree when somebody wants it', async () => {
    const element = await mount([
      { a: 1, b: 'x' },
      { a: 2, c: null },
      { b: 'y', a: 3, c: [1, 2] },
    ]);
    const cells = () => all(element, 'tr').map((line) => [...line.children].map(words));
    expect(cells()).toEqual([
      ['#', 'a', 'b', 'c'],
      ['0', '1', 'x', ''],
      ['1', '2', '', 'null'],
      ['2', '3', 'y', '2 items'],
    ]);
    const scroller = one(element, '[part="table"]');
    expect([scroller.tabIndex, scroller.ariaLabel, scroller.role]).toEqual([0, 'Result', 'group']);
    expect(button(element, 'Table').ariaPressed).toBe('true');
    await press(element, button(element, 'Tree'));
    expect(outline(element).slice(0, 3)).toEqual(['0: 2 fields', '  a: 1', '  b: x']);
    await press(element, button(element, 'Table'));
    expect(cells().length).toBe(4);
  });

  it('open what is nested in a cell as a tree, and lead back', async () => {
    const element = await mount([
      { id: 1, at: { x: 5, y: 6 } },
      { id: 2, at: { x: 7, y: 8 } },
    ]);
    await press(element, all(element, 'td button')[1] as HTMLElement);
    expect(outline(element)).toEqual(['x: 7', 'y: 8']);
    expect(words(one(element, '.trail'))).toContain('at');
    await press(element, button(element, 'Result'));
    expect(all(element, 'table').length).toBe(1);
  });

  it('inside of an object are a tree that has a way to the table', async () => {
    const element = await mount({ ok: true, results: records(3) });
    expect(all(element, 'table').length).toBe(0);
    await press(element, button(element, 'Table'));
    expect(all(element, 'th[scope="row"]').map(words)).toEqual(['0', '1', '2']);
  });

  it('show more rows and columns when asked, and what is no record as it is', async () => {
    const wide = (index: number) =>
      Object.fromEntries(Array.from({ length: 60 }, (_, field) => [`field ${field}`, index * field]));
    const element = await mount([
      ...Array.from({ length: 30 }, (_, index) => wide(index)),
      'no record',
      { 'field 0': 1, late: 2 },
    ]);
    expect(all(element, 'th[scope="col"]').length).toBe(25);
    expect(all(element, 'th[scope="row"]').length).toBe(12);
    await press(element, button(element, 'Show 24 more'));
    expect(all(element, 'th[scope="col"]').length).toBe(49);
    const last = () => one(element, 'tbody tr:last-child button');
    expect(words(last())).toBe('Show 12 more');
    await press(element, last());
    expect(words(last())).toBe('Show 8 more');
    await press(element, last());
    expect(words(one(element, 'thead button'))).toBe('Show 13 more');
    await press(element, one(element, 'thead button'));
    expect(all(element, 'th[scope="row"]').length).toBe(32);
    expect(all(element, 'th[scope="col"]').map(words)).toContain('late');
    expect(all(element, 'tr').map(words)).toContain('30 no record');
  });

  it('are none where objects share little or are alone', async () => {
    for (const value of [[{ a: 1 }], [{ a: 1 }, { b: 2 }], [{ a: 1 }, 2], [1, 2], [{}, {}]])
      expect(all(await mount(value), 'table')).toEqual([]);
  });
});

describe('content of tools', () => {
  const images = (element: AgentValue) => all(element, 'img') as HTMLImageElement[];

  it.each([
    [
      'MCP',
      {
        content: [
          { type: 'text', text: 'Words' },
          { type: 'image', data: PIXEL, mimeType: 'image/png' },
        ],
      },
    ],
    [
      'Anthropic',
      [
        { type: 'text', text: 'Words' },
        { type: 'image', source: { type: 'base64', media_type: 'image/png', data: PIXEL } },
      ],
    ],
    [
      'OpenAI',
      [
        { type: 'text', text: 'Words' },
        { type: 'image_url', image_url: { url: `data:image/png;base64,${PIXEL}` } },
      ],
    ],
  ])('of %s is text and images, and the whole of it a tree', async (_, value) => {
    const revoke = vi.spyOn(URL, 'revokeObjectURL');
    const element = await mount(value);
    expect(one(element, '[part="text"]').textContent).toBe('Words');
    const [image] = images(element);
    await waitFor(() => expect(image?.naturalWidth).toBe(1));
    expect(image?.src).toMatch(/^blob:/);
    expect(image?.alt).toBe('image/png');
    expect(image?.getBoundingClientRect().height).toBe(14 * 16);
    const address = image?.src;
    element.remove();
    expect(revoke).toHaveBeenCalledWith(address);
    document.body.append(element);
    await waitFor(() => expect(images(element)[0]?.src).not.toBe(address));
    await waitFor(() => expect(images(element)[0]?.naturalWidth).toBe(1));
    await press(element, button(element, 'Tree'));
    expect(outline(element).join()).toContain('Words');
  });

  it('has its structured part, texts of resources and errors', async () => {
    const element = await mount({
      content: [
        { type: 'resource', resource: { uri: 'file:///a.txt', text: 'Inside', mimeType: 'text/plain' } },
      ],
      structuredContent: { degrees: 21 },
      isError: true,
    });
    expect(words(one(element, '.label'))).toBe('file:///a.txt');
    expect(one(element, '[part="text"]').textContent).toBe('Inside');
    expect(outline(element)).toEqual(['degrees: 21']);
    expect(one(element, '.content').className).toContain('error');
  });

  it('hides nothing of an object that only has a field of that name', async () => {
    const element = await mount({ id: 5, content: [{ type: 'text', text: 'Words' }] });
    expect(outline(element)[0]).toBe('id: 5');
  });

  it('never shows a drawing that could have scripts, nor data that is no image', async () => {
    const element = await mount([
      { type: 'text', text: 'Words' },
      { type: 'image', data: SVG, mimeType: 'image/svg+xml' },
      { type: 'image', data: SVG, mimeType: 'image/png' },
      { type: 'image', data: '%%%', mimeType: 'image/png' },
      { type: 'image_url', image_url: { url: `data:image/svg+xml;base64,${SVG}` } },
    ]);
    await waitFor(() => expect(all(element, '.chip').length).toBe(4));
    expect(images(element)).toEqual([]);
  });

  it('shows an image over one megabyte when asked', async () => {
    const element = await mount([{ type: 'image', data: 'A'.repeat(1_400_000), mimeType: 'image/png' }]);
    const make = vi.spyOn(URL, 'createObjectURL');
    expect(images(element)).toEqual([]);
    await press(element, all(element, 'button.chip')[0] as HTMLElement);
    expect(make).toHaveBeenCalledOnce();
  });

  it('asks no other host for an image until the reader does', async () => {
    const host = 'images.nowhere.invalid';
    const asked = () => performance.getEntriesByType('resource').filter(({ name }) => name.includes(host));
    const element = await mount({
      content: [
        { type: 'text', text: `![](https://${host}/text.png)` },
        { type: 'image_url', image_url: { url: `https://${host}/a.png` } },
        { type: 'image', source: { type: 'url', url: `https://${host}/b.png` } },
        { type: 'input_image', image_url: `https://user:secret@${host}/c.png` },
        { type: 'resource_link', uri: `https://${host}/d.png`, mimeType: 'image/png' },
      ],
    });
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(images(element)).toEqual([]);
    expect(asked()).toEqual([]);
    const buttons = all(element, 'button.chip');
    expect(buttons.map(words)).toEqual([`Load image from ${host}`, `Load image from ${host}`]);
    await press(element, buttons[0] as HTMLElement);
    expect(images(element).map(({ src, referrerPolicy }) => [src, referrerPolicy])).toEqual([
      [`https://${host}/a.png`, 'no-referrer'],
    ]);
    await waitFor(() => expect(asked().length).toBe(1));
  });
});

describe('whatever it is', () => {
  const throwing = {
    get field(): never {
      throw new Error('No');
    },
  };
  const refusing = new Proxy(
    {},
    {
      ownKeys: () => {
        throw new Error('No');
      },
      getPrototypeOf: () => {
        throw new Error('No');
      },
    },
  );
  const revoked = Proxy.revocable({}, {});
  revoked.revoke();
  const circular: Record<string, unknown> = { name: 'me' };
  circular['self'] = circular;
  circular['list'] = [circular];
  class Named {
    readonly field = 1;
  }

  it.each<readonly [string, () => unknown, readonly string[]]>([
    ['a cycle', () => circular, ['name: me', 'self: ↺', 'list: 1 item', '  0: ↺']],
    ['a getter that throws', () => throwing, ['field: This could not be shown.']],
    [
      'proxies that refuse',
      () => [refusing, revoked.proxy],
      ['0: This could not be shown.', '1: This could not be shown.'],
    ],
    ['large numbers', () => [2n ** 70n, -0, Number.NaN], ['0: 1180591620717411303424', '1: -0', '2: NaN']],
    ['dates', () => [new Date(0), new Date(Number.NaN)], ['0: 1970-01-01T00:00:00.000Z', '1: Invalid Date']],
    [
      'maps and sets',
      () => [
        new Map<unknown, unknown>([
          ['a', 1],
          [1, 2],
          ['1', 3],
        ]),
        new Set(['x']),
      ],
      ['0: 3 fields', '  a: 1', '  1: 2', '  1: 3', '1: 1 item', '  0: x'],
    ],
    [
      'nothing',
      () => Object.assign(new Array(4), { 1: null, 3: '' }),
      ['0: undefined', '1: null', '2: undefined', '3: '],
    ],
    ['functions and symbols', () => [function named() {}, Symbol('s')], ['0: ƒ named()', '1: Symbol(s)']],
    [
      'names of prototypes',
      () => JSON.parse('{"__proto__":{"isAdmin":true},"constructor":1,"toString":2}'),
      ['__proto__: 1 field', '  isAdmin: true', 'constructor: 1', 'toString: 2'],
    ],
    [
      'objects without prototype',
      () => Object.assign(Object.create(null), { a: Object.create(null) }),
      ['a: {}'],
    ],
    [
      'instances',
      () => [new Named(), new Error('Broken'), new URL('https://a.b/'), new Uint8Array([7])],
      ['0: 1 field', '  field: 1', '1: Error: Broken', '2: https://a.b/', '3: 1 item', '  0: 7'],
    ],
    ['markup', () => ({ '<b>': '<img src=x onerror=alert(1)>' }), ['<b>: <img src=x onerror=alert(1)>']],
    ['what hides', () => ({ 'a\u202Eb': 'c\u200Bd' }), ['a⟨U+202E⟩b: c⟨U+200B⟩d']],
  ])('is shown: %s', async (_, value, expected) => {
    const write = vi.spyOn(navigator.clipboard, 'writeText').mockResolvedValue();
    const element = await mount(value());
    expect(outline(element)).toEqual(expected);
    await press(element, button(element, 'Copy'));
    expect(() => JSON.parse(write.mock.lastCall?.[0] ?? '')).not.toThrow();
    expect(({} as Record<string, unknown>)['isAdmin']).toBeUndefined();
  });

  it.each<readonly [() => unknown, string]>([
    [() => undefined, 'Nothing'],
    [() => '', 'Nothing'],
    [() => ({}), 'Nothing'],
    [() => [], 'Nothing'],
    [() => null, 'null'],
    [() => 0, '0'],
    [() => false, 'false'],
    [() => revoked.proxy, 'This could not be shown.'],
  ])('is shown alone: %#', async (value, expected) => {
    expect(words(one(await mount(value()), '.whole'))).toBe(expected);
  });
});

describe('a value that grows', () => {
  it('keeps what was opened, closed, scrolled, focused and searched over 200 replacements', async () => {
    const items: unknown[] = [];
    const value = (count: number) => {
      while (items.length < count) items.push({ n: items.length, deep: { a: { b: items.length } } });
      return { shut: { x: 1 }, items: structuredClone(items), tail: 'end '.repeat(count) };
    };
    const element = await mount(value(30), { streaming: true });
    expect(one(element, '.whole').ariaBusy).toBe('true');
    await press(element, row(element, 'shut'));
    await press(element, row(element, 'items'));
    await press(element, row(element, '3'));
    await press(element, row(element, 'deep'));
    await search(element, 'tail');
    await waitFor(() => expect(status(element)).toBe('1 match'));
    await press(element, button(element, 'Next match'));
    const box = one(element, '.box');
    box.scrollTop = 40;
    const focused = row(element, 'deep');
    focused.focus({ preventScroll: true });
    const before = outline(element).slice(0, 8);
    const kept = rows(element).slice(0, 8);
    for (let count = 31; count <= 230; count += 1) await update(element, { value: value(count) });
    expect(outline(element).slice(0, 8)).toEqual(before.map((line) => line.replace('30 items', '230 items')));
    expect(rows(element).slice(0, 8)).toEqual(kept);
    expect(rows(element).length).toBeGreaterThan(100);
    expect(box.scrollTop).toBe(40);
    expect(root(element).activeElement).toBe(focused);
    expect((one(element, 'input') as HTMLInputElement).value).toBe('tail');
    await waitFor(() => expect(status(element)).toBe('1 of 1'));
    await search(element, 'deep');
    await waitFor(() => expect(status(element)).toBe('230 matches'));
    await update(element, { streaming: false });
    expect(one(element, '.whole').ariaBusy).toBe('false');
  });

  it('finds in what came later', async () => {
    const element = await mount(
      Array.from({ length: 100 }, () => 'a needle'),
      { streaming: true },
    );
    await search(element, 'needle');
    await waitFor(() => expect(status(element)).toBe('100 matches'));
    for (let count = 101; count <= 120; count += 1)
      await update(element, { value: Array.from({ length: count }, () => 'a needle') });
    await waitFor(() => expect(status(element)).toBe('120 matches'));
  });

  it('keeps the tree that was opened in where records come', async () => {
    const element = await mount([{ a: { x: { y: { z: 1 } } } }], { streaming: true });
    await press(element, row(element, 'x'));
    await update(element, { value: [{ a: { x: { y: { z: 1 } } } }, { a: 2 }] });
    expect(all(element, 'table')).toEqual([]);
    expect(outline(element)).toContain('      y: 1 field');
  });
});

it.each(['ltr', 'rtl'])(
  'is accessible in the light and in the dark, in a page from %s',
  async (direction) => {
    document.documentElement.dir = direction;
    document.body.style.background = 'light-dark(#fff, #16171a)';
    const text = await mount('Words '.repeat(1_000));
    const table = await mount(records(70));
    const tree = await mount({
      list: Array.from({ length: 130 }, (_, index) => index),
      yes: true,
      no: null,
      text: 'long '.repeat(100),
      when: new Date(0),
      records: records(2),
    });
    const content = await mount({
      content: [
        { type: 'text', text: 'Words' },
        { type: 'image', data: PIXEL, mimeType: 'image/png' },
        { type: 'image_url', image_url: { url: 'https://nowhere.invalid/' } },
      ],
      isError: true,
    });
    await press(tree, row(tree, 'list'));
    await search(tree, '12');
    await search(table, 'name 1');
    await waitFor(() => expect(status(tree)).toBe('12 matches'));
    await press(tree, button(tree, 'Next match'));
    await press(table, button(table, 'Next match'));
    expect(
      all(tree, '.current').length + all(table, '.current').length + all(text, 'button.rest').length,
    ).toBe(3);
    for (const scheme of ['light', 'dark']) {
      document.documentElement.style.colorScheme = scheme;
      for (const element of [text, table, tree, content])
        for (const animation of root(element).getAnimations()) animation.finish();
      expect(await violations(), scheme).toEqual([]);
    }
    const { scrollWidth, clientWidth } = document.documentElement;
    expect(scrollWidth).toBe(clientWidth);
  },
);
