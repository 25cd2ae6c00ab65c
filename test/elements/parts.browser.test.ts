import 'agent-chat-kit/elements';
import {
  AgentChatError,
  restoreMessages,
  type UIFilePart,
  type UIMessagePart,
  type UIObjectPart,
  type UIOperationPart,
  type UIReasoningPart,
  type UISourcePart,
  type UITextPart,
  type UITodoPart,
  type UIToolCallPart,
  type UIWorkerPart,
} from 'agent-chat-kit';
import { afterEach, describe, expect, it } from 'vitest';
import { page, userEvent } from 'vitest/browser';

/** The elements that show one part, which is their `data`. */
type PartTag =
  | 'agent-text'
  | 'agent-reasoning'
  | 'agent-tool-call'
  | 'agent-operation'
  | 'agent-source'
  | 'agent-file'
  | 'agent-object'
  | 'agent-todo'
  | 'agent-worker';

type AnyElement = HTMLElement & { updateComplete: Promise<boolean> };

/** Puts an element into the page and waits until it, and everything inside it, is drawn. */
async function mount<T extends keyof HTMLElementTagNameMap>(
  tag: T,
  fields: Partial<HTMLElementTagNameMap[T]>,
): Promise<HTMLElementTagNameMap[T]> {
  const element = Object.assign(document.createElement(tag), fields);
  document.body.append(element);
  await drawn(element);
  return element;
}

const part = <T extends PartTag>(tag: T, data: HTMLElementTagNameMap[T]['data']) =>
  mount(tag, { data } as Partial<HTMLElementTagNameMap[T]>);

/** Waits until the element, and everything inside it, is drawn. Throws what any update threw. */
async function drawn(element: Element): Promise<void> {
  await updated(element);
  while ([element, ...inside(element)].some(isDue)) {
    await new Promise((resolve) => setTimeout(resolve, 5));
    await updated(element);
  }
}

/** Whether what draws this element is still on its way: it has something to show, and shows nothing. */
function isDue(element: Element): boolean {
  const { localName, shadowRoot } = element;
  if (localName === 'agent-tool-call' && shadowRoot?.querySelector('details[open] > .body:not(:has(*))'))
    return true;
  const { data, approval, tool, parts } = element as unknown as Readonly<Record<string, unknown>>;
  const hasData =
    localName === 'agent-value' ||
    Boolean(data ?? approval ?? tool ?? (localName === 'agent-steps' && parts));
  return hasData && shadowRoot?.childElementCount === 0;
}

async function updated(element: Element): Promise<void> {
  await (element as AnyElement).updateComplete;
  await Promise.all(
    [...(element.shadowRoot?.querySelectorAll('*') ?? [])].filter(isCustom).map((inner) => updated(inner)),
  );
}

const isCustom = (element: Element): boolean => element.localName.includes('-');

async function update<E extends AnyElement & { data: unknown }>(element: E, data: E['data']): Promise<void> {
  element.data = data;
  await drawn(element);
}

const elementsIn = (root: ParentNode): Element[] =>
  [...root.querySelectorAll('*')].flatMap((element) => [
    element,
    ...(element.shadowRoot ? elementsIn(element.shadowRoot) : []),
  ]);

const inside = (element: Element): Element[] =>
  element.shadowRoot ? elementsIn(element.shadowRoot) : elementsIn(element);

/** Opens whatever opens: details, and what is too long to be shown at once. */
async function open<E extends Element>(element: E): Promise<E> {
  const isClosed = (inner: Element): boolean =>
    inner.matches('summary')
      ? !(inner.parentElement as HTMLDetailsElement).open
      : inner.localName === 'button' && /^Show (?:everything|.* more)$/.test(inner.textContent.trim());
  for (;;) {
    const closed = inside(element).filter(isClosed) as HTMLElement[];
    if (closed.length === 0) return element;
    for (const inner of closed) inner.click();
    await drawn(element);
  }
}

/** Everything an element writes, the elements inside of it included, each set apart from what is around it. */
const written = (node: Node): string => {
  if (node instanceof Text) return node.data;
  const root = node instanceof Element && node.shadowRoot ? node.shadowRoot : node;
  return ` ${[...root.childNodes].map(written).join('')} `;
};

const words = (node: Node): string => written(node).replace(/\s+/g, ' ').trim();

function named(element: Element, name: string): HTMLElement {
  const found = element.shadowRoot?.querySelector<HTMLElement>(`[part="${name}"]`);
  if (!found) throw new Error(`<${element.localName}> shows no ${name}.`);
  return found;
}

/** The one text node of an element's part; where it shows Markdown, of its first paragraph. */
function textNode(element: Element, name: string): Text {
  const shown = named(element, name);
  const node = [...(shown.querySelector('p') ?? shown).childNodes].find(
    (child) => child instanceof Text && child.data !== '',
  );
  if (!(node instanceof Text)) throw new Error(`The ${name} has no text.`);
  return node;
}

afterEach(() => {
  document.body.replaceChildren();
  document.body.removeAttribute('style');
});

const PIXEL =
  'data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';

const text = (fields: Partial<UITextPart> = {}): UITextPart => ({
  type: 'text',
  text: 'Words',
  status: 'done',
  ...fields,
});
const reasoning = (fields: Partial<UIReasoningPart> = {}): UIReasoningPart => ({
  type: 'reasoning',
  text: 'It may rain.',
  status: 'done',
  ...fields,
});
const toolCall = (fields: Partial<UIToolCallPart> = {}): UIToolCallPart => ({
  type: 'tool-call',
  toolCallId: 'c',
  toolName: 'get-weather',
  args: { city: 'Bern' },
  status: 'running',
  ...fields,
});
const operation = (fields: Partial<UIOperationPart> = {}): UIOperationPart => ({
  type: 'operation',
  operationId: 'o',
  name: 'Save the plan',
  operationType: 'set-resource',
  status: 'running',
  ...fields,
});
const source = (fields: Partial<UISourcePart> = {}): UISourcePart => ({
  type: 'source',
  sourceType: 'url',
  id: 's',
  url: 'https://example.org/page',
  title: 'A page',
  ...fields,
});
const file = (fields: Partial<UIFilePart> = {}): UIFilePart => ({
  type: 'file',
  id: 'f',
  mediaType: 'text/csv',
  url: 'https://files.example.org/totals.csv',
  filename: 'totals.csv',
  ...fields,
});
const object = (fields: Partial<UIObjectPart> = {}): UIObjectPart => ({
  type: 'object',
  id: 'o',
  typeName: 'Recipe',
  object: { name: 'Flatbread' },
  status: 'done',
  ...fields,
});
const todo = (fields: Partial<UITodoPart> = {}): UITodoPart => ({
  type: 'todo',
  todos: [{ id: '1', content: 'Read', status: 'pending' }],
  status: 'streaming',
  ...fields,
});
const worker = (fields: Partial<UIWorkerPart> = {}): UIWorkerPart => ({
  type: 'worker',
  workerId: 'w',
  workerSlug: 'fact-checker',
  parts: [text({ text: 'Checked.' })],
  status: 'running',
  ...fields,
});

describe('agent-text', () => {
  it('shows Markdown', async () => {
    const element = await part('agent-text', text({ text: '# One\n\n- **two**\n- three' }));
    const shown = named(element, 'text');
    expect([...shown.querySelectorAll('h1, li, strong')].map(({ localName }) => localName)).toEqual([
      'h1',
      'li',
      'strong',
      'li',
    ]);
    expect(shown.textContent).toBe('Onetwothree');
  });

  it('shows what somebody typed with its spaces and line breaks', async () => {
    const element = document.createElement('agent-text');
    element.plain = true;
    element.data = text({ text: '**One**\n  two' });
    document.body.append(element);
    await element.updateComplete;
    expect(named(element, 'text').textContent).toBe('**One**\n  two');
    expect(getComputedStyle(named(element, 'text')).whiteSpace).toBe('pre-wrap');
  });

  it('shows a caret while the text streams, and none afterwards', async () => {
    const caret = () =>
      getComputedStyle(named(element, 'text').lastElementChild as Element, '::after').content;
    const element = await part('agent-text', text({ status: 'streaming' }));
    expect(caret()).toBe('""');
    await update(element, text());
    expect(caret()).toBe('none');
  });

  it('takes the direction of its first words', async () => {
    const element = await part('agent-text', text({ text: 'שלום' }));
    expect(getComputedStyle(named(element, 'text')).direction).toBe('rtl');
  });
});

describe('agent-reasoning', () => {
  it('says that the model thinks and shows the thoughts while they stream', async () => {
    const element = await part('agent-reasoning', reasoning({ status: 'streaming', startedAt: 1_000 }));
    expect(words(element)).toBe('Thinking It may rain.');
    expect(named(element, 'text').checkVisibility()).toBe(true);
  });

  it('closes afterwards and says how long it took', async () => {
    const element = await part('agent-reasoning', reasoning({ status: 'streaming' }));
    await update(element, reasoning({ startedAt: 1_000, endedAt: 4_200 }));
    expect(words(element)).toBe('Thought for 3 sec It may rain.');
    await expect.poll(() => named(element, 'text').checkVisibility()).toBe(false);
  });

  it.each([
    ['nothing is known of', {}],
    ['took less than a second', { startedAt: 1_000, endedAt: 1_400 }],
    ['did not end', { startedAt: 1_000 }],
  ])('does not say how long it took where it %s', async (_, times) => {
    const element = await part('agent-reasoning', reasoning(times));
    expect(words(element)).toBe('Thought It may rain.');
  });
});

describe('agent-tool-call', () => {
  it.each([
    ['pending', {}, 'Preparing'],
    ['running', {}, 'Running'],
    ['done', {}, 'Done'],
    ['error', {}, 'Failed'],
    ['cancelled', {}, 'Cancelled'],
    ['pending', { approval: { approvalId: 'a', status: 'pending' } }, 'Waits for you'],
    ['running', { approval: { approvalId: 'a', status: 'pending' } }, 'Waits for you'],
    ['pending', { approval: { approvalId: 'a', status: 'approved' } }, 'Preparing'],
    ['running', { approval: { approvalId: 'a', status: 'approved' } }, 'Running'],
    ['cancelled', { approval: { approvalId: 'a', status: 'denied' } }, 'Not allowed'],
    ['done', { approval: { approvalId: 'a', status: 'pending' } }, 'Done'],
  ] satisfies [UIToolCallPart['status'], Partial<UIToolCallPart>, string][])(
    'that is %s with %j says “%s” in words',
    async (status, fields, said) => {
      const element = await part('agent-tool-call', toolCall({ status, ...fields }));
      expect(words(element.shadowRoot?.querySelector('summary') as Element)).toBe(`Get weather Bern ${said}`);
    },
  );

  it('turns while the tool is at work, and rests in any other state', async () => {
    const element = await part('agent-tool-call', toolCall({ status: 'running' }));
    const turning = () => element.shadowRoot?.querySelectorAll('.spin').length;
    expect(turning()).toBe(1);
    for (const status of ['done', 'error', 'cancelled'] as const) {
      await update(element, toolCall({ status }));
      expect(turning(), status).toBe(0);
    }
  });

  it('is closed, and opens to its arguments and result by keyboard', async () => {
    const element = await part('agent-tool-call', toolCall({ status: 'done', result: { degrees: 21 } }));
    expect(element.shadowRoot?.querySelector('[part="arguments"], agent-value')).toBeNull();
    element.shadowRoot?.querySelector('summary')?.focus();
    await userEvent.keyboard('{Enter}');
    await expect
      .poll(() => element.shadowRoot?.querySelector('[part="arguments"]')?.checkVisibility())
      .toBe(true);
    await expect.poll(() => words(named(element, 'arguments'))).toBe('Arguments city Bern');
    await expect.poll(() => words(named(element, 'result'))).toBe('Result degrees 21');
    await userEvent.keyboard('{Enter}');
    await expect
      .poll(() => element.shadowRoot?.querySelector('[part="arguments"]')?.checkVisibility() ?? false)
      .toBe(false);
  });

  it('stays open when its state changes', async () => {
    const element = await part('agent-tool-call', toolCall());
    await userEvent.click(page.getByText('Get weather'));
    await expect
      .poll(() => element.shadowRoot?.querySelector('[part="arguments"]')?.checkVisibility())
      .toBe(true);
    await update(element, toolCall({ status: 'done', result: 'Sunny' }));
    expect(named(element, 'result').checkVisibility()).toBe(true);
    expect(words(named(element, 'result'))).toBe('Result Sunny');
  });

  it('shows the arguments as far as they can be read while they stream, and until then as they came', async () => {
    const element = await open(
      await part('agent-tool-call', toolCall({ status: 'pending', args: {}, argsText: '{"city"' })),
    );
    expect(words(named(element, 'arguments'))).toBe('Arguments {"city"');
    await update(element, toolCall({ status: 'pending', args: { city: 'B' }, argsText: '{"city":"B' }));
    expect(words(named(element, 'arguments'))).toBe('Arguments city B');
    expect(named(element, 'arguments').querySelector('agent-value')?.streaming).toBe(true);
    await update(element, toolCall());
    expect(named(element, 'arguments').querySelector('agent-value')?.streaming).toBe(false);
  });

  it.each([
    [0, '0'],
    [false, 'false'],
    ['', 'Nothing'],
    [null, 'null'],
    [[[]], 'Nothing'],
    ['Sunny', 'Sunny'],
  ])('shows the result %j, which is one', async (result, said) => {
    const data = toolCall({ status: 'done', result: Array.isArray(result) ? result[0] : result });
    const element = await open(await part('agent-tool-call', data));
    expect(words(named(element, 'result'))).toBe(`Result ${said}`);
  });

  it('shows no result where there is none yet, and no error', async () => {
    const element = await open(await part('agent-tool-call', toolCall()));
    await expect.poll(() => named(element, 'arguments').checkVisibility()).toBe(true);
    expect(element.shadowRoot?.querySelectorAll('[part="result"], [part="error"]').length).toBe(0);
  });

  it.each([
    ['what went wrong', { error: 'No such city.' }, 'No such city.'],
    [
      'why it was not allowed',
      { approval: { approvalId: 'a', status: 'denied', reason: 'Not today.' } },
      'Not today.',
    ],
  ] satisfies [string, Partial<UIToolCallPart>, string][])('shows %s', async (_, fields, said) => {
    const element = await open(await part('agent-tool-call', toolCall({ status: 'error', ...fields })));
    expect(named(element, 'error').textContent).toBe(said);
  });

  it('prefers the name that is meant for people, and says how long it took', async () => {
    const element = await part(
      'agent-tool-call',
      toolCall({ status: 'done', displayName: 'Look outside', startedAt: 0, endedAt: 95_000 }),
    );
    expect(words(element.shadowRoot?.querySelector('summary') as Element)).toBe(
      'Look outside Bern Done 2 min',
    );
  });

  it('shows the beginning of a value that is very long, and the rest step by step', async () => {
    const element = await part('agent-tool-call', toolCall({ status: 'done', result: 'x'.repeat(300_000) }));
    await userEvent.click(page.getByText('Get weather'));
    await expect.element(page.getByRole('button', { name: 'Show 200,000 more' })).toBeVisible();
    expect(words(named(element, 'result')).length).toBeLessThan(2_100);
    await open(element);
    expect(words(named(element, 'result'))).toBe(`Result ${'x'.repeat(300_000)}`);
  });

  it('shows a value that cannot be written as JSON without failing', async () => {
    const circle: Record<string, unknown> = {};
    circle['self'] = circle;
    const element = await part('agent-tool-call', toolCall({ args: circle, status: 'done', result: 10n }));
    await open(element);
    expect(words(named(element, 'arguments'))).toMatch(/^Arguments self ↺/);
    expect(words(named(element, 'result'))).toBe('Result 10');
  });
});

describe('agent-operation', () => {
  it.each([
    ['running', 'Running'],
    ['done', 'Done'],
    ['cancelled', 'Cancelled'],
  ] as const)('that is %s says so', async (status, said) => {
    const element = await part('agent-operation', operation({ status }));
    expect(words(element)).toBe(`Save the plan ${said}`);
    expect(element.shadowRoot?.querySelectorAll('.spin').length).toBe(status === 'running' ? 1 : 0);
  });
});

describe('agent-source', () => {
  it('links to the page with its title and its host, in a new tab that knows nothing of this one', async () => {
    const element = await part('agent-source', source());
    const link = named(element, 'source') as HTMLAnchorElement;
    expect(words(element)).toMatch(/^A page example\.org \( ?opens in a new tab ?\)$/);
    expect(link.href).toBe('https://example.org/page');
    expect(link.target).toBe('_blank');
    expect(link.relList.contains('noopener') && link.relList.contains('noreferrer')).toBe(true);
  });

  it('shows the address where there is no title', async () => {
    const element = await part('agent-source', source({ title: undefined }));
    expect(words(element)).toContain('https://example.org/page');
  });

  it('names a document, which leads nowhere', async () => {
    const element = await part('agent-source', {
      type: 'source',
      sourceType: 'document',
      id: 's',
      filename: 'notes.pdf',
      mediaType: 'application/pdf',
    });
    expect(words(element)).toBe('notes.pdf');
    expect(element.shadowRoot?.querySelector('a')).toBeNull();
  });
});

describe('agent-error', () => {
  it.each([
    ['Something went wrong.', 'Something went wrong'],
    ['The engine stalled.', 'Something went wrong The engine stalled.'],
  ])('says the same only once: %s', async (message, said) => {
    const error = new AgentChatError(message, {
      type: 'execution_error',
      source: 'platform',
      retryable: false,
    });
    const element = await mount('agent-error', { error });
    expect(words(element.shadowRoot?.querySelector('[role=alert]') as HTMLElement)).toBe(said);
  });
});

describe('agent-file', () => {
  it('shows an image that its address contains', async () => {
    const element = await part(
      'agent-file',
      file({ mediaType: 'image/png', url: PIXEL, filename: 'chart.png' }),
    );
    const image = named(element, 'image') as HTMLImageElement;
    await image.decode();
    expect(image.naturalWidth).toBe(1);
    expect(image.alt).toBe('chart.png');
    expect(words(element)).toBe('chart.png');
  });

  it('shows an image that the page itself made', async () => {
    const url = URL.createObjectURL(await (await fetch(PIXEL)).blob());
    const element = await part('agent-file', file({ mediaType: 'image/png', url }));
    await (named(element, 'image') as HTMLImageElement).decode();
    URL.revokeObjectURL(url);
  });

  it('offers any other file for download, with its size', async () => {
    const element = await part('agent-file', file({ size: 18_432 }));
    const link = named(element, 'file') as HTMLAnchorElement;
    expect(words(element)).toBe('totals.csv 18.4 kB Download');
    expect(link.href).toBe('https://files.example.org/totals.csv');
    expect(link.download).toBe('totals.csv');
    expect(link.relList.contains('noopener') && link.relList.contains('noreferrer')).toBe(true);
  });

  it('names a file by its type where it has no name', async () => {
    const element = await part('agent-file', file({ filename: undefined }));
    expect(words(element)).toBe('text/csv Download');
  });

  it('says the size of an empty file', async () => {
    const element = await part('agent-file', file({ size: 0 }));
    expect(words(element)).toBe('totals.csv 0 bytes Download');
  });
});

describe('agent-object', () => {
  it('shows what can already be read while it streams', async () => {
    const element = await part(
      'agent-object',
      object({ object: undefined, partial: { name: 'Flat', minutes: 25 }, status: 'streaming' }),
    );
    expect(words(element)).toBe('Recipe Name Flat Minutes 25');
    expect(named(element, 'object').ariaBusy).toBe('true');
  });

  it('shows lists and objects inside of it', async () => {
    const element = await part(
      'agent-object',
      object({
        object: { tags: ['quick', 'cheap'], cook: { firstName: 'Ada', vegan: false, rating: null } },
      }),
    );
    expect(words(element)).toBe('Recipe Tags quick cheap Cook First name Ada Vegan false Rating');
    expect(element.shadowRoot?.querySelectorAll('li').length).toBe(2);
    expect(named(element, 'object').ariaBusy).toBe('false');
  });

  it('shows what went wrong beside what could be read', async () => {
    const element = await part(
      'agent-object',
      object({ object: undefined, partial: { name: 'Flat' }, status: 'error', error: 'Not JSON.' }),
    );
    expect(words(element)).toBe('Recipe Name Flat Not JSON.');
  });

  it.each([
    ['a string', 'Hi', 'Recipe Hi'],
    ['zero', 0, 'Recipe 0'],
    ['a list', [1, 2], 'Recipe 1 2'],
    ['null', null, 'Recipe'],
  ])('shows %s as well', async (_, value, said) => {
    expect(words(await part('agent-object', object({ object: value })))).toBe(said);
  });

  it('draws a bounded number of boxes, however deep the value is', async () => {
    let deep: unknown = 'bottom';
    for (let i = 0; i < 2_000; i += 1) deep = { deep };
    const element = await part('agent-object', object({ object: deep }));
    expect(inside(element).length).toBeLessThan(60);
  });
});

describe('agent-todo', () => {
  it('shows every thing to do, how it stands in words, and how far all is', async () => {
    const element = await part(
      'agent-todo',
      todo({
        todos: [
          { id: '1', content: 'Read', status: 'completed' },
          { id: '2', content: 'Write', status: 'in_progress' },
          { id: '3', content: 'Publish', status: 'pending' },
          { id: '4', content: 'Party', status: 'cancelled' },
        ],
      }),
    );
    const items = [...(element.shadowRoot?.querySelectorAll('[part="item"]') ?? [])].map(words);
    expect(items).toEqual(['Read Done', 'Write In progress', 'Publish To do', 'Party Cancelled']);
    expect(words(element)).toMatch(/^Plan ?1 of 4 /);
  });

  it('moves a thing that changes its place with what shows it', async () => {
    const [a, b] = [
      { id: 'a', content: 'A', status: 'pending' },
      { id: 'b', content: 'B', status: 'pending' },
    ] as const;
    const element = await part('agent-todo', todo({ todos: [a, b] }));
    const [first, second] = element.shadowRoot?.querySelectorAll('li') ?? [];
    await update(element, todo({ todos: [b, a] }));
    const after = [...(element.shadowRoot?.querySelectorAll('li') ?? [])];
    expect(after[0] === second && after[1] === first).toBe(true);
  });

  it('shows an empty plan', async () => {
    expect(words(await part('agent-todo', todo({ todos: [] })))).toMatch(/^Plan ?0 of 0$/);
  });
});

describe('agent-worker', () => {
  it.each([
    ['running', 'Running'],
    ['done', 'Done'],
    ['error', 'Failed'],
    ['cancelled', 'Cancelled'],
  ] as const)('that is %s says so', async (status, said) => {
    const element = await part('agent-worker', worker({ status }));
    expect(words(element.shadowRoot?.querySelector('summary') as Element)).toBe(`Fact checker ${said}`);
  });

  it('shows what it was given, what it wrote and what it gave back', async () => {
    const element = await part(
      'agent-worker',
      worker({
        description: 'Checks the facts',
        input: { claim: 'Tea is hot' },
        parts: [reasoning(), toolCall(), text({ text: 'So it is.' }), worker({ workerId: 'inner' })],
        output: true,
        error: 'Half of it.',
      }),
    );
    expect(words(element)).toContain('Checks the facts');
    expect(words(element)).toContain('Input claim Tea is hot');
    expect(words(element)).toContain('So it is.');
    expect(words(element)).toContain('Output true');
    expect(named(element, 'error').textContent).toBe('Half of it.');
    expect(
      inside(element)
        .filter(isCustom)
        .map(({ localName }) => localName),
    ).toEqual([
      'agent-value',
      'agent-steps',
      'agent-reasoning',
      'agent-tool-call',
      'agent-text',
      'agent-worker',
      'agent-text',
      'agent-value',
    ]);
  });
});

describe('agent-step', () => {
  it('is a line that only eyes see', async () => {
    const element = await mount('agent-step', {});
    expect(named(element, 'rule').localName).toBe('hr');
    expect(named(element, 'rule').ariaHidden).toBe('true');
    expect(words(element)).toBe('');
  });
});

describe.each([
  {
    tag: 'agent-reasoning' as const,
    name: 'text',
    open: reasoning({ status: 'streaming' }),
    more: reasoning({ status: 'streaming', text: 'It may rain. Or not.' }),
    over: reasoning({ text: 'It may rain. Or not.' }),
  },
  {
    tag: 'agent-worker' as const,
    name: 'parts',
    open: worker(),
    more: worker({ parts: [text({ text: 'Checked. Twice.' })] }),
    over: worker({ status: 'done' }),
  },
])('$tag', ({ tag, name, open, more, over }) => {
  const show = async (data: UIMessagePart) => {
    const element = await mount(tag, { data: data as UIReasoningPart & UIWorkerPart });
    const go = (next: UIMessagePart) => update(element, next as UIReasoningPart & UIWorkerPart);
    // What is closed need not be drawn, and is in sight until it has closed.
    const isOpen = () =>
      element.shadowRoot?.querySelector('details')?.open === true &&
      element.shadowRoot.querySelector(`[part="${name}"]`)?.checkVisibility() === true;
    const summary = element.shadowRoot?.querySelector('summary') as HTMLElement;
    return { go, isOpen, summary };
  };

  it('is open while it works and closed once it is over', async () => {
    const { go, isOpen } = await show(open);
    expect(isOpen()).toBe(true);
    await go(more);
    expect(isOpen()).toBe(true);
    await go(over);
    await expect.poll(isOpen).toBe(false);
  });

  it('is closed when it was over before it was shown', async () => {
    const { isOpen } = await show(over);
    expect(isOpen()).toBe(false);
  });

  it('stays closed once the reader closed it, whatever comes', async () => {
    const { go, isOpen, summary } = await show(open);
    await userEvent.click(summary);
    await expect.poll(isOpen).toBe(false);
    await go(more);
    expect(isOpen()).toBe(false);
    await go(over);
    expect(isOpen()).toBe(false);
  });

  it('stays open once the reader opened it again, also when it is over', async () => {
    const { go, isOpen, summary } = await show(open);
    await userEvent.click(summary);
    await userEvent.click(summary);
    await go(over);
    await expect.poll(isOpen).toBe(true);
  });

  it.each([
    ['Enter', '{Enter}'],
    ['Space', ' '],
  ])('opens and closes by %s', async (_, key) => {
    const { isOpen, summary } = await show(over);
    summary.focus();
    await userEvent.keyboard(key);
    await expect.poll(isOpen).toBe(true);
    await userEvent.keyboard(key);
    await expect.poll(isOpen).toBe(false);
  });
});

describe('what changes', () => {
  it.each([
    ['agent-text', 'text', text({ status: 'streaming' }), text({ text: 'Words and more' })],
    [
      'agent-reasoning',
      'text',
      reasoning({ status: 'streaming' }),
      reasoning({ text: 'It may rain. It may not.' }),
    ],
    [
      'agent-tool-call',
      'summary',
      toolCall({ status: 'pending', args: { city: 'B' } }),
      toolCall({ status: 'pending' }),
    ],
    ['agent-operation', 'name', operation(), operation({ name: 'Save the plan again', status: 'done' })],
    [
      'agent-object',
      'title',
      object({ status: 'streaming', object: undefined, partial: { name: 'Fl' } }),
      object({ typeName: 'Cake' }),
    ],
  ] satisfies [PartTag, string, UIMessagePart, UIMessagePart][])(
    'in %s is written into the same text node of its %s',
    async (tag, name, before, after) => {
      const element = await part(tag, before as never);
      const node = textNode(element, name);
      const was = node.data;
      await update(element, after as never);
      expect(textNode(element, name)).toBe(node);
      expect(node.isConnected && node.data !== was).toBe(true);
    },
  );

  it.each([
    ['before they can be read', {}, '{"ci', {}, '{"city"'],
    ['once they can be', { city: 'B' }, '{"city":"B', { city: 'Be' }, '{"city":"Be'],
  ])(
    'in the arguments of a tool call that is open, %s, is written into the same text node',
    async (_, args, argsText, moreArgs, moreText) => {
      const element = await open(
        await part('agent-tool-call', toolCall({ status: 'pending', args, argsText })),
      );
      const shown = () =>
        inside(element).find((inner) => inner.matches('.string, [part="text"]')) as HTMLElement;
      const node = () => [...shown().childNodes].find((child) => child instanceof Text && child.data !== '');
      const before = node() as Text;
      const was = before.data;
      await update(element, toolCall({ status: 'pending', args: moreArgs, argsText: moreText }));
      expect(node()).toBe(before);
      expect(before.isConnected && before.data.length > was.length).toBe(true);
    },
  );

  it('inside a worker reaches the element that already shows it', async () => {
    const element = await part(
      'agent-worker',
      worker({ parts: [text({ text: 'Ch', status: 'streaming' })] }),
    );
    const inner = element.shadowRoot?.querySelector('agent-text') as HTMLElement;
    const node = textNode(inner, 'text');
    await update(element, worker({ parts: [text({ text: 'Checked', status: 'streaming' })] }));
    expect(element.shadowRoot?.querySelector('agent-text')).toBe(inner);
    expect(textNode(inner, 'text')).toBe(node);
    expect(node.data).toBe('Checked');
  });

  it('is drawn again only where the part is another one', async () => {
    const data = text();
    const element = await part('agent-text', data);
    const node = textNode(element, 'text');
    node.data = 'as the reader sees it';
    await update(element, data);
    expect(node.data).toBe('as the reader sees it');
  });
});

const samples = [
  ['agent-text', text()],
  ['agent-reasoning', reasoning()],
  ['agent-tool-call', toolCall()],
  ['agent-operation', operation()],
  ['agent-source', source()],
  ['agent-file', file()],
  ['agent-object', object()],
  ['agent-todo', todo()],
  ['agent-worker', worker()],
] satisfies [PartTag, UIMessagePart][];

describe.each(samples)('%s', (tag, sample) => {
  const show = (data: unknown) => part(tag, data as never);

  it('renders nothing without data', async () => {
    for (const data of [undefined, null]) {
      const element = await show(data);
      expect(inside(element), String(data)).toEqual([]);
      expect(words(element), String(data)).toBe('');
    }
  });

  it('renders nothing again when its data goes away', async () => {
    const element = await show(sample);
    expect(inside(element).length).toBeGreaterThan(0);
    await update(element, undefined);
    expect(inside(element)).toEqual([]);
  });

  it('shows what it knows of data whose enums have values that it does not know', async () => {
    const odd = {
      ...sample,
      status: 'paused',
      sourceType: 'video',
      operationType: 'teleport',
      approval: { approvalId: 'a', status: 'delegated' },
      todos: [{ id: '1', content: 'Read', status: 'blocked' }],
      thread: 'aside',
      unheardOf: { of: 1 },
    };
    // As a page would: out of storage.
    const [message] = restoreMessages([
      { id: 'm', role: 'assistant', parts: [JSON.parse(JSON.stringify(odd))] },
    ]);
    const element = await show(message?.parts[0]);
    expect(words(element)).not.toBe('');
    expect(words(element)).not.toMatch(/undefined|\[object/);
    const normal = await show(sample);
    expect(words(element).split(' ')[0]).toBe(
      tag === 'agent-reasoning' ? 'Thought' : words(normal).split(' ')[0],
    );
  });

  it('does not fail on stored data that lacks what it should have', async () => {
    const [message] = restoreMessages([{ id: 'm', role: 'assistant', parts: [{ type: sample.type }] }]);
    await expect(show(message?.parts[0])).resolves.toBeDefined();
  });

  it('leaves no word that is too long outside of 320 pixels', async () => {
    const long = 'W'.repeat(400);
    const wide = JSON.parse(JSON.stringify(sample), (key, value) =>
      typeof value === 'string' && !['type', 'status', 'sourceType', 'mediaType', 'url', 'id'].includes(key)
        ? long
        : value,
    );
    const element = await show(wide);
    element.style.width = '320px';
    await open(element);
    expect(words(element)).toContain(tag === 'agent-tool-call' || tag === 'agent-object' ? 'Wwww' : long);
    expect(element.scrollWidth).toBeLessThanOrEqual(320);
    for (const inner of inside(element)) {
      if (inner.closest('svg') || !inner.checkVisibility()) continue;
      expect(inner.getBoundingClientRect().right, inner.outerHTML.slice(0, 80)).toBeLessThanOrEqual(
        element.getBoundingClientRect().right + 1,
      );
    }
  });
});

describe.each([
  ['agent-tool-call', (name: string) => toolCall({ displayName: name })],
  ['agent-operation', (name: string) => operation({ name })],
  ['agent-worker', (name: string) => worker({ description: name, status: 'cancelled' })],
] satisfies [PartTag, (name: string) => UIMessagePart][])('%s with a long name', (tag, sample) => {
  it('keeps the word that says how it stands in one piece', async () => {
    const name = 'Compare the two transports and write down what is different';
    const element = await part(tag, sample(name) as never);
    element.style.width = '320px';
    const status = page.getByText(/^(Running|Cancelled)$/).element();
    const { lineHeight } = getComputedStyle(status);
    expect(status.getBoundingClientRect().height).toBeLessThan(1.5 * Number.parseFloat(lineHeight));
  });
});

describe('hostile', () => {
  const MARKUP = [
    '<img src=x onerror="globalThis.pwned=1">',
    '"><script>globalThis.pwned=1</script>',
    "' onmouseover='globalThis.pwned=1",
    '<a href="javascript:globalThis.pwned=1">click</a>',
    '</div></pre></details><iframe srcdoc="x"></iframe>',
    '<style>*{display:none}</style><!--lit-->{{x}}',
    '\u202Egpj.exe\u202C \u2066x\u2069 \u200B\u0000',
    '&lt;b&gt;&amp;',
    'javascript:globalThis.pwned=1',
    'W'.repeat(100_000),
  ];

  /** What a template makes: elements, and the names of their attributes. */
  const outline = (element: Element): string[] =>
    inside(element).map((inner) => `${inner.localName} ${inner.getAttributeNames().sort().join(' ')}`);

  const squeezed = (value: string): string => value.replace(/[\s\-_.]+/g, '').toLowerCase();

  type Case = [string, keyof HTMLElementTagNameMap, (hostile: string) => object];
  const cases: Case[] = [
    ['text', 'agent-text', (hostile) => ({ data: text({ text: hostile }) })],
    ['thoughts', 'agent-reasoning', (hostile) => ({ data: reasoning({ text: hostile }) })],
    ['the name of a tool', 'agent-tool-call', (hostile) => ({ data: toolCall({ toolName: hostile }) })],
    ['the title of a tool', 'agent-tool-call', (hostile) => ({ data: toolCall({ displayName: hostile }) })],
    [
      'an argument that cannot be read yet',
      'agent-tool-call',
      (hostile) => ({ data: toolCall({ args: {}, argsText: hostile }) }),
    ],
    ['an argument', 'agent-tool-call', (hostile) => ({ data: toolCall({ args: { city: hostile } }) })],
    [
      'the name of an argument',
      'agent-tool-call',
      (hostile) => ({ data: toolCall({ args: { [hostile]: 1 } }) }),
    ],
    ['a result', 'agent-tool-call', (hostile) => ({ data: toolCall({ status: 'done', result: hostile }) })],
    [
      'a tool’s error',
      'agent-tool-call',
      (hostile) => ({ data: toolCall({ status: 'error', error: hostile }) }),
    ],
    ['an operation', 'agent-operation', (hostile) => ({ data: operation({ name: hostile }) })],
    ['the title of a source', 'agent-source', (hostile) => ({ data: source({ title: hostile }) })],
    [
      'the name of a document',
      'agent-source',
      (hostile) => ({ data: source({ url: undefined, title: hostile }) }),
    ],
    ['the name of a file', 'agent-file', (hostile) => ({ data: file({ filename: hostile }) })],
    [
      'the name of an image',
      'agent-file',
      (hostile) => ({ data: file({ mediaType: 'image/png', url: PIXEL, filename: hostile }) }),
    ],
    [
      'the name of an image of another host',
      'agent-file',
      (hostile) => ({ data: file({ mediaType: 'image/png', filename: hostile }) }),
    ],
    [
      'the type of a file',
      'agent-file',
      (hostile) => ({ data: file({ mediaType: hostile, filename: undefined }) }),
    ],
    ['the type of an object', 'agent-object', (hostile) => ({ data: object({ typeName: hostile }) })],
    ['a value', 'agent-object', (hostile) => ({ data: object({ object: { value: hostile } }) })],
    ['the name of a value', 'agent-object', (hostile) => ({ data: object({ object: { [hostile]: 1 } }) })],
    [
      'an object’s error',
      'agent-object',
      (hostile) => ({ data: object({ error: hostile, status: 'error' }) }),
    ],
    [
      'a thing to do',
      'agent-todo',
      (hostile) => ({ data: todo({ todos: [{ id: hostile, content: hostile, status: 'pending' }] }) }),
    ],
    ['the name of a worker', 'agent-worker', (hostile) => ({ data: worker({ workerSlug: hostile }) })],
    ['what a worker does', 'agent-worker', (hostile) => ({ data: worker({ description: hostile }) })],
    [
      'what a worker writes',
      'agent-worker',
      (hostile) => ({ data: worker({ parts: [text({ text: hostile })] }) }),
    ],
    ['what a worker gives back', 'agent-worker', (hostile) => ({ data: worker({ output: hostile }) })],
    [
      'a worker’s error',
      'agent-worker',
      (hostile) => ({ data: worker({ error: hostile, status: 'error' }) }),
    ],
    [
      'the name of a thread',
      'agent-message',
      (hostile) => ({
        message: {
          id: 'm',
          role: 'assistant',
          status: 'done',
          createdAt: new Date(0),
          parts: [text({ thread: hostile })],
        },
      }),
    ],
    [
      'an error',
      'agent-error',
      (hostile) => ({
        error: new AgentChatError(hostile, {
          type: hostile,
          code: hostile,
          source: 'platform',
          retryable: true,
        }),
      }),
    ],
    [
      'an approval',
      'agent-approval',
      (hostile) => ({
        approval: {
          approvalId: hostile,
          toolCallId: hostile,
          toolName: hostile,
          args: { [hostile]: hostile },
          choices: [hostile],
          context: hostile,
        },
      }),
    ],
    [
      'a question',
      'agent-client-tool',
      (hostile) => ({
        tool: { toolCallId: hostile, toolName: hostile, args: { question: hostile, options: [hostile] } },
      }),
    ],
  ];

  /** In Markdown an entity is what it stands for. */
  const MARKDOWN = ['text', 'thoughts', 'what a worker writes'];

  /** As many harmless letters, with the same things hidden between them. */
  const harmless = (hostile: string): string => hostile.replace(/[^\p{C}.]/gu, 'x');
  /** What is hidden, where it is written out. */
  const MARK = /⟨u\+[\da-f]{4,6}⟩/g;

  it.each(cases)('%s stays text', async (what, tag, fields) => {
    // Nothing shows more because the pointer happens to be there.
    document.body.style.pointerEvents = 'none';
    for (const hostile of MARKUP) {
      const plain = await open(await mount(tag, fields(harmless(hostile))));
      const element = await open(await mount(tag, fields(hostile)));
      expect(outline(element), hostile.slice(0, 60)).toEqual(outline(plain));
      expect(inside(element).some((inner) => inner.matches('[href^="javascript:" i]'))).toBe(false);
      // JSON escapes some characters, and identifiers become words: what letters there are must all be there.
      const said = MARKDOWN.includes(what) ? hostile.replace('&lt;b&gt;&amp;', '<b>&') : hostile;
      const letters = squeezed(said)
        .replace(/["\\\p{C}]+/gu, '')
        .slice(0, 15_000);
      const shown = squeezed(written(element)).replace(MARK, '');
      expect(shown.replace(/["\\\p{C}]+/gu, '')).toContain(letters);
      plain.remove();
      element.remove();
    }
    expect('pwned' in globalThis).toBe(false);
  });

  it('names become no attribute or property of what shows them', async () => {
    const args = JSON.parse(
      '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},"toString":1}',
    );
    const tool = await part('agent-tool-call', toolCall({ toolName: '__proto__', args, result: args }));
    const shown = await part('agent-object', object({ typeName: 'constructor', object: args }));
    await open(tool);
    for (const name of ['arguments', 'result']) {
      expect(words(named(tool, name))).toMatch(
        /^\w+ __proto__ 1 field polluted 1 constructor 1 field prototype 1 field polluted 1 toString 1$/,
      );
    }
    expect(words(shown)).toContain('Polluted 1');
    expect('polluted' in {}).toBe(false);
  });

  const REFUSED = [
    'javascript:globalThis.pwned=1',
    'JaVaScRiPt:globalThis.pwned=1',
    ' java\nscript:globalThis.pwned=1',
    '\u0001javascript:globalThis.pwned=1',
    'vbscript:x',
    'data:text/html,<script>globalThis.pwned=1</script>',
    'data:image/svg+xml,<svg onload="globalThis.pwned=1"/>',
    'data:image/svg+xml;base64,PHN2Zy8+',
    'blob:https://other.example/uuid',
    'file:///etc/passwd',
    'about:blank',
    'https://user:secret@example.org/',
    'https://',
    'http://[',
  ];

  it.each(REFUSED)('address %j leads nowhere', async (url) => {
    for (const element of [
      await part('agent-source', source({ url })),
      await part('agent-source', source({ url, title: undefined })),
      await part('agent-file', file({ url })),
      await part('agent-file', file({ url, mediaType: 'image/png' })),
      await part('agent-file', file({ url, mediaType: 'image/svg+xml' })),
    ]) {
      expect(element.shadowRoot?.querySelectorAll('[href], [src], button').length).toBe(0);
      expect(words(element)).not.toBe('');
    }
  });

  it('names turn the writing direction of nothing beside them', async () => {
    const element = await part('agent-file', file({ filename: '\u202Egpj.exe', size: 1_000 }));
    const name = element.shadowRoot?.querySelector('.name') as HTMLElement;
    const size = element.shadowRoot?.querySelector('.quiet') as HTMLElement;
    expect(size.textContent).toBe('1 kB');
    expect(size.getBoundingClientRect().left).toBeGreaterThanOrEqual(name.getBoundingClientRect().right);
  });
});

describe('another host', () => {
  let number = 0;
  /** An address that no other test has asked for: what is asked for may be noted late. */
  const foreign = () => `http://127.0.0.1:9/pixel-${++number}.png`;

  /** Every request for that address from now on. */
  function requestsFor(address: string): { readonly urls: string[]; stop(): void } {
    const urls: string[] = [];
    const note = (entries: PerformanceEntry[]) =>
      urls.push(...entries.map(({ name }) => name).filter((name) => name === address));
    const observer = new PerformanceObserver((list) => note(list.getEntries()));
    observer.observe({ type: 'resource' });
    return {
      get urls() {
        note(observer.takeRecords());
        return urls;
      },
      stop: () => observer.disconnect(),
    };
  }

  const frames = async (count: number) => {
    for (let i = 0; i < count; i += 1) await new Promise((resolve) => requestAnimationFrame(resolve));
  };

  it('hears of an image only when the reader asks for it', async () => {
    const url = foreign();
    const requests = requestsFor(url);
    const element = await part('agent-file', file({ mediaType: 'image/png', url, filename: 'a.png' }));
    await frames(6);
    expect(requests.urls).toEqual([]);
    expect(element.shadowRoot?.querySelector('img')).toBeNull();

    const consent = page.getByRole('button', { name: 'a.png Load image from 127.0.0.1:9' });
    await expect.element(consent).toBeVisible();
    // Looked at before the answer of the host, which has no image, can have come.
    (consent.element() as HTMLElement).click();
    await element.updateComplete;
    expect((named(element, 'image') as HTMLImageElement).referrerPolicy).toBe('no-referrer');
    await expect.poll(() => requests.urls).toEqual([url]);
    requests.stop();
  });

  it('has to be allowed again when the address is another one', async () => {
    const image = file({ mediaType: 'image/png', url: foreign() });
    const element = await part('agent-file', image);
    named(element, 'file').click();
    await element.updateComplete;
    expect(element.shadowRoot?.querySelector('img')).not.toBeNull();
    await update(element, { ...image, filename: 'same.png' });
    expect(element.shadowRoot?.querySelector('img')).not.toBeNull();
    await update(element, { ...image, url: foreign() });
    expect(element.shadowRoot?.querySelector('img')).toBeNull();
  });

  it('hears of nothing else that names it', async () => {
    const url = foreign();
    const requests = requestsFor(url);
    await part('agent-text', text({ text: `![x](${url}) <img src="${url}">` }));
    await part('agent-source', source({ url }));
    await part('agent-file', file({ url }));
    const result = [{ type: 'image_url', image_url: { url } }];
    for (const element of [
      await part('agent-tool-call', toolCall({ args: { url }, status: 'done', result })),
      await part('agent-object', object({ object: { url, image: url } })),
      await part('agent-worker', worker({ parts: [file({ url, mediaType: 'image/png' })], output: { url } })),
    ]) {
      await open(element);
      expect(words(element)).toContain('127.0.0.1:9');
    }
    await frames(6);
    expect(requests.urls).toEqual([]);
    requests.stop();
  });
});

describe('agent-message', () => {
  const message = (...parts: UIMessagePart[]) =>
    mount('agent-message', {
      message: { id: 'm', role: 'assistant', status: 'done', createdAt: new Date(0), parts },
    });
  const shown = (element: Element) =>
    inside(element)
      .filter(isCustom)
      .map(({ localName }) => localName);

  it('shows every kind of part with its element, in order', async () => {
    const element = await message(...samples.map(([, sample]) => sample), { type: 'step-start' });
    expect(shown(element)).toEqual([
      'agent-text',
      'agent-steps',
      'agent-reasoning',
      'agent-tool-call',
      'agent-operation',
      'agent-source',
      'agent-file',
      'agent-object',
      'agent-todo',
      'agent-worker',
      'agent-text',
      'agent-step',
    ]);
  });

  it('shows nothing for kinds of parts that it does not know, nor for an application’s own', async () => {
    const [stored] = restoreMessages([
      {
        id: 'm',
        role: 'assistant',
        parts: [
          { type: 'hologram', text: 'x' },
          { type: '__proto__' },
          { type: 'data', name: 'n', data: 1 },
          text(),
        ],
      },
    ]);
    const element = await message(...(stored?.parts ?? []));
    expect(stored?.parts.length).toBe(4);
    expect(shown(element)).toEqual(['agent-text']);
    expect(words(element)).toBe('Words');
  });

  it('sets parts of another thread apart, under its name', async () => {
    const element = await message(text({ thread: 'main' }), text({ thread: 'daily-summary' }));
    await expect.element(page.getByRole('group', { name: 'Daily summary' })).toBeVisible();
    expect(element.shadowRoot?.querySelectorAll('[role="group"] agent-text').length).toBe(1);
  });

  it('puts sources that follow one another in one row', async () => {
    const element = await message(source(), source({ id: '2' }), text(), source({ id: '3' }));
    const rows = [...(element.shadowRoot?.querySelectorAll('.sources') ?? [])];
    expect(rows.map((row) => row.childElementCount)).toEqual([2, 1]);
  });

  it.each([
    ['user', 'You'],
    ['assistant', 'Assistant'],
  ] as const)('of the %s says whose it is and whether it is still being written', async (role, name) => {
    await mount('agent-message', {
      message: { id: 'm', role, status: 'streaming', createdAt: new Date(0), parts: [text()] },
    });
    const article = page.getByRole('article', { name });
    await expect.element(article).toHaveAttribute('aria-busy', 'true');
  });
});
