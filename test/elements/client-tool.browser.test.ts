import 'agent-chat-kit/elements';
import type { AgentClientTool, AgentToolAnswerEvent } from 'agent-chat-kit/elements';
import axe from 'axe-core';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { cdp, page, userEvent } from 'vitest/browser';
import { fitsPattern, waysToMatch } from '../../src/elements/pattern-cost.ts';

type Answer = AgentToolAnswerEvent['answer'];

/** A tool that asks this, and what it was answered. */
async function asking(args: unknown, toolCallId = 'c') {
  const answers: Answer[] = [];
  const element = document.createElement('agent-client-tool');
  const ask = async (next: unknown, id = toolCallId): Promise<void> => {
    element.tool = { toolCallId: id, toolName: 'ask-user', args: next as Record<string, unknown> };
    await element.updateComplete;
  };
  element.addEventListener('agent-tool-answer', ({ answer }) => answers.push(answer));
  document.body.append(element);
  await ask(args);
  return { element, answers, ask };
}

const root = (element: AgentClientTool): ShadowRoot => element.shadowRoot as ShadowRoot;
const shown = (element: AgentClientTool): string =>
  root(element).textContent?.replace(/\s+/g, ' ').trim() ?? '';
const button = (name: string | RegExp) => page.getByRole('button', { name, exact: true });
const field = (name: string) => page.getByRole('textbox', { name, exact: true });
const radio = (name: string) => page.getByRole('radio', { name, exact: true });
const check = (name: string) => page.getByRole('checkbox', { name });
const contentOf = (name: string) => (field(name).element() as HTMLInputElement).value;

/** The name of what has the focus inside of an element. */
function focused(element: AgentClientTool): string | undefined {
  const active = root(element).activeElement;
  if (!active) return undefined;
  const ids = active.getAttribute('aria-labelledby')?.split(' ') ?? [];
  const named = ids.map((id) => root(element).getElementById(id)?.textContent?.trim() ?? '').join(' ');
  const label = active instanceof HTMLInputElement ? active.labels?.[0]?.textContent?.trim() : undefined;
  return (active.ariaLabel ?? named) || label || active.textContent?.trim();
}

/** What is said of a field that is not as it should be. */
function problemOf(target: Element): string {
  const inRoot = target.getRootNode() as ShadowRoot;
  const ids = target.getAttribute('aria-describedby')?.split(' ') ?? [];
  return ids
    .filter((id) => id.endsWith('-problem'))
    .map((id) => inRoot.getElementById(id)?.textContent?.trim())
    .join(' ');
}

afterEach(() => {
  document.body.replaceChildren();
});

describe('words', () => {
  it('are the answer, without the space around them, once there are any', async () => {
    const { answers } = await asking({ question: 'What should it say?' });
    await userEvent.fill(field('What should it say?'), '   ');
    await userEvent.keyboard('{Enter}');
    expect(answers).toEqual([]);
    await userEvent.fill(field('What should it say?'), '  Buy bread ');
    await userEvent.keyboard('{Enter}');
    expect(answers).toEqual([{ result: { answer: 'Buy bread' } }]);
  });

  it('may begin with what is proposed', async () => {
    const { answers } = await asking({ prompt: 'Name?', default: 'notes.md', placeholder: 'A file' });
    expect((field('Name?').element() as HTMLInputElement).placeholder).toBe('A file');
    await button('Answer').click();
    expect(answers).toEqual([{ result: { answer: 'notes.md' } }]);
  });

  it('of several lines are ended by Enter only together with Control or Command', async () => {
    const { answers } = await asking({ question: 'Why?', multiline: true });
    await userEvent.click(field('Why?'));
    await userEvent.keyboard('One{Enter}two');
    expect(answers).toEqual([]);
    await userEvent.keyboard('{Control>}{Enter}{/Control}');
    expect(answers).toEqual([{ result: { answer: 'One\ntwo' } }]);
  });

  it.each([
    ['while a character is being composed', { isComposing: true }],
    ['when it ends a composition, as Safari says it', { keyCode: 229 }],
  ])('are not sent by the Enter of an input method %s', async (_, details) => {
    const { answers } = await asking({ question: 'Name?' });
    await userEvent.fill(field('Name?'), 'にほん');
    const said = { key: 'Enter', bubbles: true, composed: true, cancelable: true, ...details };
    const event = new KeyboardEvent('keydown', said);
    field('Name?').element().dispatchEvent(event);
    expect(answers).toEqual([]);
    expect(event.defaultPrevented).toBe(!event.isComposing);
    await userEvent.keyboard('{Enter}');
    expect(answers).toEqual([{ result: { answer: 'にほん' } }]);
  });

  it('are asked for also where nothing is known of the arguments, which are shown', async () => {
    const { element, answers } = await asking({ anything: { at: 'all' } });
    expect(shown(element)).toContain('Ask user { "anything": { "at": "all" } }');
    await userEvent.fill(field('Ask user'), 'Well');
    await userEvent.keyboard('{Enter}');
    expect(answers).toEqual([{ result: { answer: 'Well' } }]);
  });
});

describe('yes or no', () => {
  it.each([
    [{ type: 'confirm', question: 'Go on?' }, 'Yes', true],
    [{ type: 'confirm', question: 'Go on?' }, 'No', false],
    [{ type: 'confirm', question: 'Go on?', confirmLabel: 'Send', cancelLabel: 'Wait' }, 'Send', true],
    [{ type: 'confirm', question: 'Go on?', confirmLabel: 'Send', cancelLabel: 'Wait' }, 'Wait', false],
    [{ question: 'Go on?', schema: { type: 'boolean' } }, 'No', false],
  ])('%j is answered by %s', async (args, name, answer) => {
    const { answers } = await asking(args);
    await button(name).click();
    expect(answers).toEqual([{ result: { answer } }]);
  });

  it('may be left open', async () => {
    const { answers } = await asking({ type: 'confirm', question: 'Go on?' });
    await button('Skip').click();
    expect(answers).toEqual([null]);
  });
});

describe('a choice', () => {
  it('of a few is a button each, and the first press counts', async () => {
    const { answers } = await asking({
      question: 'How fast?',
      options: [{ label: 'At leisure', value: 'slow' }, { label: 'Fast' }, 3],
    });
    await button('At leisure').click();
    await button('Fast').click({ force: true });
    await button('Skip').click({ force: true });
    expect(answers).toEqual([{ result: { answer: 'slow' } }]);
  });

  it('of a few or in words of one’s own has a field beside its buttons', async () => {
    const { answers } = await asking({ question: 'Where?', options: ['Inbox', 'Archive'], allowOther: true });
    await expect.element(button('Inbox')).toBeVisible();
    await userEvent.fill(field('Something else'), 'The bin');
    await userEvent.keyboard('{Enter}');
    expect(answers).toEqual([{ result: { answer: 'The bin' } }]);
  });

  it('of what has to be explained is made with the arrow keys', async () => {
    const { answers, element } = await asking({
      question: 'Which one?',
      options: [
        { label: 'A', description: 'The first' },
        { label: 'B', value: 'b', description: 'The second' },
      ],
    });
    await expect.element(page.getByRole('radiogroup', { name: 'Which one?' })).toBeVisible();
    await button('Answer').click();
    expect(answers).toEqual([]);
    expect(problemOf(page.getByRole('radiogroup').element())).toBe('This is needed.');
    expect(root(element).activeElement).toBe(radio('A The first').element());
    await userEvent.keyboard('{ArrowDown}');
    expect(problemOf(page.getByRole('radiogroup').element())).toBe('');
    await userEvent.keyboard('{Enter}');
    expect(answers).toEqual([{ result: { answer: 'b' } }]);
  });

  it('of very many shows the first ones, and how many more there are', async () => {
    const options = Array.from({ length: 100 }, (_, index) => `Room ${index + 1}`);
    const { answers } = await asking({ question: 'Which?', options });
    expect(page.getByRole('radio').elements().length).toBe(40);
    await button('Show 60 more').click();
    await button('Show 20 more').click();
    expect(page.getByRole('radio').elements().length).toBe(100);
    await page.getByText('Room 100').click();
    await button('Answer').click();
    expect(answers).toEqual([{ result: { answer: 'Room 100' } }]);
  });

  it('of several is a list of check boxes, with words of one’s own at its end', async () => {
    const { answers } = await asking({
      question: 'What?',
      options: ['One', { label: 'Two', value: '2' }, 'Three'],
      multiSelect: true,
      other: true,
      default: ['Three'],
    });
    await check('Three').click();
    await button('Answer').click();
    expect(answers).toEqual([]);
    expect(problemOf(page.getByRole('group', { name: 'What?' }).element())).toBe('Choose at least 1.');
    await check('Something else').click();
    await check('Two').click();
    await button('Answer').click();
    expect(answers).toEqual([]);
    expect(problemOf(field('Something else').element())).toBe('This is needed.');
    await userEvent.keyboard('Four');
    await check('One').click();
    await userEvent.click(field('Something else'));
    await userEvent.keyboard('{Enter}');
    expect(answers).toEqual([{ result: { answer: ['One', '2', 'Four'] } }]);
  });
});

describe('several questions', () => {
  const questions = [
    {
      question: 'Which library?',
      header: 'Library',
      options: [{ label: 'A', description: 'Old' }, { label: 'B' }],
    },
    { question: 'Which features?', multiSelect: true, options: [{ label: 'Dark' }, { label: 'Light' }] },
    { question: '__proto__' },
  ];

  it.each([[{ questions }], [{ questions: { questions } }]])('are answered at once', async (args) => {
    const { answers, element } = await asking(args);
    await page.getByText('B', { exact: true }).click();
    await check('Light').click();
    await check('Dark').click();
    await button('Answer').click();
    expect(answers).toEqual([]);
    expect(focused(element)).toBe('__proto__');
    await userEvent.keyboard('x{Enter}');
    const expected = '{"answers":{"Which library?":"B","Which features?":["Dark","Light"],"__proto__":"x"}}';
    expect(JSON.stringify(answers[0]?.result)).toBe(expected);
  });

  it('that are one and the same are answered one by one', async () => {
    const { answers } = await asking({ questions: ['Why?', 'Why?'] });
    await userEvent.fill(field('Why?').first(), 'a');
    await userEvent.fill(field('Why?').nth(1), 'b');
    await userEvent.keyboard('{Enter}');
    expect(answers).toEqual([{ result: { answers: { 'Why?': 'a', 'Why? (2)': 'b' } } }]);
  });
});

const object = (properties: object, required: readonly string[] = []) => ({
  type: 'object',
  properties,
  required,
});

describe('a schema', () => {
  it.each(['schema', 'requestedSchema', 'inputSchema', 'parameters'])(
    'is known by the name %s',
    async (name) => {
      const { answers } = await asking({
        message: 'Who?',
        [name]: object({ name: { type: 'string' } }, ['name']),
      });
      await userEvent.fill(field('Name'), 'Ada');
      await userEvent.keyboard('{Enter}');
      expect(answers).toEqual([{ result: { name: 'Ada' } }]);
    },
  );

  /** What is entered into a field named `value`, and what comes of it: the value, or what is said of it. */
  const CASES: readonly (readonly [schema: unknown, entered: string, is: unknown])[] = [
    [{ type: 'string' }, 'words', { value: 'words' }],
    [{ type: 'string' }, '', {}],
    [{ type: ['string', 'null'] }, '', {}],
    [{ anyOf: [{ type: 'integer' }, { type: 'null' }] }, '7', { value: 7 }],
    [{ type: 'string', minLength: 3 }, 'ab', 'At least 3 characters.'],
    [{ type: 'string', minLength: 3 }, '👋👋👋', { value: '👋👋👋' }],
    [{ type: 'string', maxLength: 3 }, 'abcd', 'At most 3 characters.'],
    [{ type: 'string', maxLength: 500 }, 'one\ntwo', { value: 'one\ntwo' }],
    [{ type: 'string', pattern: '^[A-Z]{2}\\d+$' }, 'ab', 'This does not fit.'],
    [{ type: 'string', pattern: '^[A-Z]{2}\\d+$' }, 'AB12', { value: 'AB12' }],
    [{ type: 'string', format: 'email' }, 'ada', 'This is no e-mail address.'],
    [{ type: 'string', format: 'email' }, 'ada@example.org', { value: 'ada@example.org' }],
    [{ type: 'string', format: 'uri' }, 'example', 'This is no web address.'],
    [{ type: 'string', format: 'uri' }, 'https://example.org/a', { value: 'https://example.org/a' }],
    [{ type: 'string', format: 'nonsense' }, 'words', { value: 'words' }],
    [{ type: 'number' }, '1.5', { value: 1.5 }],
    [{ type: 'number' }, 'one', 'This is no number.'],
    [{ type: 'number' }, '1,000', 'This is no number.'],
    [{ type: 'number' }, 'Infinity', 'This is no number.'],
    [{ type: 'number', minimum: 2 }, '1', 'At least 2.'],
    [{ type: 'number', maximum: 2000 }, '2001', 'At most 2,000.'],
    [{ type: 'number', exclusiveMinimum: 2 }, '2', 'This does not fit.'],
    [{ type: 'number', multipleOf: 0.1 }, '0.3', { value: 0.3 }],
    [{ type: 'integer' }, '1.5', 'This does not fit.'],
    [{ type: 'integer', exclusiveMinimum: 2 }, '2', 'At least 3.'],
    [{ type: 'integer', exclusiveMaximum: 2 }, '2', 'At most 1.'],
    [{ type: 'integer' }, '-3', { value: -3 }],
    [{ $ref: '#/$defs/size' }, '11', 'At most 10.'],
    [{ allOf: [{ $ref: '#/$defs/size' }] }, '9', { value: 9 }],
    [{ $ref: 'https://elsewhere.invalid/schema' }, '{"a":1}', { value: { a: 1 } }],
    [{}, '{"a":', 'This is not valid JSON; look at line 1.'],
    [{}, '{"__proto__":1}', JSON.parse('{"value":{"__proto__":1}}')],
    [{ type: 'object' }, '[]', 'This does not fit.'],
    [{ type: 'array' }, '[1]', { value: [1] }],
    [true, '1', { value: 1 }],
    [null, '1', { value: 1 }],
    ['string', '1', { value: 1 }],
  ];

  it.each(CASES)('%j takes %j and says %j', async (value, entered, is) => {
    const schema = { ...object({ value }), $defs: { size: { type: 'integer', maximum: 10 } } };
    const { answers, element } = await asking({ message: 'Which?', requestedSchema: schema });
    const input = page.getByRole('textbox');
    await userEvent.fill(input, entered);
    await button('Answer').click();
    if (typeof is === 'string') {
      expect(problemOf(input.element())).toBe(is);
      expect(input.element().ariaInvalid).toBe('true');
      expect(root(element).activeElement).toBe(input.element());
      expect(answers).toEqual([]);
    } else {
      expect(JSON.stringify(answers)).toEqual(JSON.stringify([{ result: is }]));
    }
  });

  /** Without anything being entered. */
  const DEFAULTS: readonly (readonly [properties: object, required: readonly string[], result: unknown])[] = [
    [{ a: { type: 'string', default: 'x' } }, ['a'], { a: 'x' }],
    [{ a: { type: 'number', default: 2.5 } }, [], { a: 2.5 }],
    [{ a: { type: 'boolean' } }, [], { a: false }],
    [{ a: { type: 'boolean', default: true } }, [], { a: true }],
    [{ a: { enum: ['x', 'y'], default: 'y' } }, [], { a: 'y' }],
    [{ a: { enum: [1, null, true], default: 1 } }, [], { a: 1 }],
    [{ a: { type: 'array', items: { enum: ['x', 'y'] }, default: ['y'] } }, [], { a: ['y'] }],
    [{ a: { type: 'array', items: { enum: ['x', 'y'] } } }, [], {}],
    [{ a: { type: 'array', items: { type: 'string' }, default: ['x', 'y'] } }, [], { a: ['x', 'y'] }],
    [
      { a: { type: 'array', items: object({ b: { type: 'integer' } }), default: [{ b: 1 }] } },
      [],
      { a: [{ b: 1 }] },
    ],
    [{ a: object({ b: { type: 'string' } }, ['b']) }, [], {}],
    [{ a: { ...object({ b: { type: 'string' } }), default: { b: 'x' } } }, [], { a: { b: 'x' } }],
    [{ a: { type: ['string', 'null'] } }, ['a'], { a: null }],
    [{ a: { default: { b: [1] } } }, [], { a: { b: [1] } }],
    [{ a: { type: 'string', format: 'date', default: '2026-02-03' } }, [], { a: '2026-02-03' }],
    [
      { a: { type: 'string', format: 'date-time', default: '2026-02-03T04:05:00Z' } },
      [],
      { a: '2026-02-03T04:05:00.000Z' },
    ],
    [JSON.parse('{"__proto__":{"type":"string","default":"x"}}'), [], JSON.parse('{"__proto__":"x"}')],
    [{}, [], {}],
  ];

  it.each(DEFAULTS)('%j of which %j are needed is %j at first', async (properties, required, result) => {
    const { answers } = await asking({ message: 'Which?', requestedSchema: object(properties, required) });
    await button('Answer').click();
    expect(JSON.stringify(answers)).toBe(JSON.stringify([{ result }]));
    expect(Object.getPrototypeOf(answers[0]?.result)).toBe(Object.prototype);
  });

  it('has its titles and descriptions beside the fields, and says what is optional', async () => {
    const { element } = await asking({
      requestedSchema: {
        ...object(
          {
            fullName: { type: 'string', description: 'As in your passport' },
            colour: { oneOf: [{ const: 'r', title: 'Red' }, { const: 'g' }], title: 'Colour of the car' },
            size: { enum: ['s', 'm'], enumNames: ['Small'] },
            at: object({ city: { type: 'string' } }, ['city']),
          },
          ['fullName', 'at'],
        ),
        title: 'Your car',
        description: 'For the insurance',
      },
    });
    expect(shown(element)).toMatch(/^Your car For the insurance Full name As in your passport/);
    const name = field('Full name').element();
    expect(root(element).getElementById(name.getAttribute('aria-describedby') ?? '')?.textContent).toBe(
      'As in your passport',
    );
    expect(name.ariaRequired).toBe('true');
    await expect.element(page.getByRole('radiogroup', { name: 'Colour of the car optional' })).toBeVisible();
    for (const label of ['Red', 'g', 'Small', 'm']) await expect.element(radio(label)).toBeVisible();
    await expect.element(page.getByRole('group', { name: 'At', exact: true })).toBeVisible();
  });

  it('has a menu for a choice of more than a few', async () => {
    const values = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];
    const { answers } = await asking({ requestedSchema: object({ letter: { enum: values } }, ['letter']) });
    const menu = page.getByRole('combobox', { name: 'Letter' });
    await button('Answer').click();
    expect(problemOf(menu.element())).toBe('This is needed.');
    await userEvent.selectOptions(menu, 'g');
    await button('Answer').click();
    expect(answers).toEqual([{ result: { letter: 'g' } }]);
  });

  it('has lists that grow and shrink by the keyboard alone, and keep what is in them', async () => {
    const tags = { type: 'array', items: { type: 'string', minLength: 2 }, minItems: 1, maxItems: 3 };
    const { answers, element } = await asking({ requestedSchema: object({ tags }, ['tags']) });
    await userEvent.click(field('Tags 1'));
    await userEvent.keyboard('one{Tab}{Tab}{Enter}');
    await expect.poll(() => focused(element)).toBe('Tags 2');
    await userEvent.keyboard('x{Tab}{Tab}{Enter}');
    await expect.poll(() => focused(element)).toBe('Tags 3');
    await expect.element(button('Add another')).toBeDisabled();
    await userEvent.keyboard('three{Enter}');
    expect(answers).toEqual([]);
    expect(focused(element)).toBe('Tags 2');
    expect(problemOf(field('Tags 2').element())).toBe('At least 2 characters.');
    await userEvent.keyboard('{Tab}{Enter}');
    await expect.poll(() => focused(element)).toBe('Add another');
    expect([contentOf('Tags 1'), contentOf('Tags 2')]).toEqual(['one', 'three']);
    await button('Answer').click();
    expect(answers).toEqual([{ result: { tags: ['one', 'three'] } }]);
  });

  it('needs the parts of a part only where there is one', async () => {
    const address = object({ street: { type: 'string' }, city: { type: 'string' } }, ['city']);
    const { answers } = await asking({ requestedSchema: object({ address }) });
    await userEvent.fill(field('Street optional'), 'High Street');
    await userEvent.keyboard('{Enter}');
    expect(answers).toEqual([]);
    expect(problemOf(field('City').element())).toBe('This is needed.');
    await userEvent.keyboard('Bern{Enter}');
    expect(answers).toEqual([{ result: { address: { street: 'High Street', city: 'Bern' } } }]);
  });

  it('says of a date that is not whole that it is none, although nobody needs one', async () => {
    const { answers, element } = await asking({
      requestedSchema: object({ day: { type: 'string', format: 'date' } }),
    });
    const input = root(element).querySelector('input') as HTMLInputElement;
    input.focus();
    await userEvent.keyboard('12');
    await button('Answer').click();
    expect(answers).toEqual([]);
    expect(problemOf(input)).toBe('This is no date.');
  });

  it('that is larger than any form is shown as it is, and answered in words', async () => {
    const names = Array.from({ length: 21 }, (_, index) => `f${index}`);
    const group = object(Object.fromEntries(names.map((name) => [name, { type: 'string' }])));
    const schema = object(Object.fromEntries(names.map((name) => [name, group])));
    const { answers, element } = await asking({ message: 'All of it?', requestedSchema: schema });
    expect(shown(element)).toContain('"f20"');
    await userEvent.fill(field('All of it?'), 'No');
    await button('Answer').click();
    expect(answers).toEqual([{ result: { answer: 'No' } }]);
  });

  it('shows what is wrong also where it stands behind a limit', async () => {
    const names = Array.from({ length: 60 }, (_, index) => `field${index}`);
    const { answers, element } = await asking({
      requestedSchema: object(Object.fromEntries(names.map((name) => [name, { type: 'string' }])), [
        'field55',
      ]),
    });
    expect(page.getByRole('textbox').elements().length).toBe(40);
    await expect.element(button('Show 20 more')).toBeVisible();
    await button('Answer').click();
    expect(answers).toEqual([]);
    expect(focused(element)).toBe('Field55');
    await userEvent.keyboard('x{Enter}');
    expect(answers).toEqual([{ result: { field55: 'x' } }]);
  });
});

describe('a form', () => {
  it('never takes the focus when it appears', async () => {
    const input = document.createElement('input');
    document.body.append(input);
    input.focus();
    await asking({ question: 'What?' });
    for (let i = 0; i < 3; i += 1) await new Promise((resolve) => requestAnimationFrame(resolve));
    expect(document.activeElement).toBe(input);
  });

  it('keeps what was typed for as long as the same is asked, and begins anew with the next call', async () => {
    const { ask, answers, element } = await asking({ question: 'What?' });
    await userEvent.fill(field('What?'), 'This');
    await ask({ question: 'What?' });
    element.requestUpdate();
    await element.updateComplete;
    expect(contentOf('What?')).toBe('This');
    await ask({ question: 'What?' }, 'd');
    expect(contentOf('What?')).toBe('');
    await userEvent.fill(field('What?'), 'That');
    await userEvent.keyboard('{Enter}{Enter}');
    await ask({ question: 'What?' }, 'd');
    await userEvent.keyboard('{Enter}');
    expect(answers).toEqual([{ result: { answer: 'That' } }]);
    await ask({ question: 'And what?' }, 'e');
    await userEvent.fill(field('And what?'), 'More');
    await userEvent.keyboard('{Enter}');
    expect(answers.at(-1)).toEqual({ result: { answer: 'More' } });
  });

  it('shows what hides in the words of a model', async () => {
    const { element, answers } = await asking({
      question: 'Open fdp\u202Eexe.?',
      options: ['\u2066Yes\u2069', '\u200B'],
    });
    expect(shown(element)).toMatch(/fdp.U\+202E.exe\.\? .U\+2066.Yes.U\+2069. .U\+200B./);
    await button(/Yes/).click();
    expect(answers).toEqual([{ result: { answer: '\u2066Yes\u2069' } }]);
  });

  const EVERYTHING = {
    message: 'Your details',
    requestedSchema: object(
      {
        name: { type: 'string', description: 'As in your passport' },
        day: { type: 'string', format: 'date' },
        guests: { type: 'integer', default: 2 },
        room: { enum: ['a', 'b'] },
        meals: { type: 'array', items: { enum: ['x', 'y'] }, minItems: 1 },
        letter: { enum: ['a', 'b', 'c', 'd', 'e', 'f', 'g'] },
        at: object({ city: { type: 'string' } }, ['city']),
        tags: { type: 'array', items: { type: 'string' }, default: ['x'] },
        rows: {
          type: 'array',
          items: object({ a: { type: 'string' }, b: { type: 'boolean' } }),
          default: [{}],
        },
        wishes: { type: 'string', maxLength: 900 },
        anything: {},
        yes: { type: 'boolean' },
      },
      ['name', 'room', 'meals', 'letter', 'at'],
    ),
  };
  const forced = (value: string) =>
    (cdp() as unknown as { send(method: string, parameters: object): Promise<unknown> }).send(
      'Emulation.setEmulatedMedia',
      { features: [{ name: 'forced-colors', value }] },
    );

  it.each([
    ['in the light', 'light', 'ltr', 'none'],
    ['in the dark', 'dark', 'ltr', 'none'],
    ['from right to left', 'light', 'rtl', 'none'],
    ['in forced colours', 'light', 'ltr', 'active'],
  ])(
    'with everything in it is accessible %s, also with all that may be wrong',
    async (_, scheme, dir, colours) => {
      await forced(colours);
      document.documentElement.style.colorScheme = scheme;
      document.body.dir = dir;
      try {
        const { element } = await asking(EVERYTHING);
        for (const isWrong of [false, true]) {
          if (isWrong) await button('Answer').click();
          const rules = { region: { enabled: false }, 'color-contrast': { enabled: colours === 'none' } };
          const { violations } = await axe.run(element, { rules });
          expect(violations.map(({ id, nodes }) => `${id} ${nodes[0]?.html}`)).toEqual([]);
        }
        expect(root(element).querySelectorAll('.problem').length).toBe(5);
      } finally {
        await forced('none');
        document.documentElement.removeAttribute('style');
        document.body.removeAttribute('dir');
      }
    },
  );

  it('has room in 320 pixels, and nothing to press is smaller than 24', async () => {
    const { element } = await asking(EVERYTHING);
    Object.assign(element.style, { width: '320px' });
    await button('Answer').click();
    const edge = element.getBoundingClientRect().right;
    const all = [...root(element).querySelectorAll('*')].filter((inner) => inner.getClientRects().length > 0);
    expect(all.filter((inner) => inner.getBoundingClientRect().right > edge + 0.5)).toEqual([]);
    const targets = all.filter((inner) => inner.matches('button, .option, .check, select, textarea'));
    expect(targets.filter((inner) => inner.getBoundingClientRect().height < 24)).toEqual([]);
    expect(targets.length).toBeGreaterThan(8);
  });
});

describe('what a model writes', () => {
  const deep = (levels: number): unknown => {
    let schema: unknown = { type: 'string' };
    for (let level = 0; level < levels; level += 1) schema = object({ inner: schema });
    return schema;
  };
  const circular: Record<string, unknown> = { type: 'object' };
  circular['properties'] = { again: circular };
  const bare = Object.create(null);
  bare.self = bare;

  const HOSTILE: readonly (readonly [what: string, args: unknown])[] = [
    ['nothing', undefined],
    ['null', null],
    ['text', 'What?'],
    ['a list', [1, 2]],
    ['a question that is none', { question: { a: 1 }, options: 'none', type: 3 }],
    ['options of any kind', { options: [null, undefined, {}, [], { label: null }, Symbol('x'), 1n, bare] }],
    ['questions of any kind', { questions: [null, 1, {}, { options: [null] }, [[]]] }],
    [
      'more questions than anybody answers',
      { questions: Array.from({ length: 1_000 }, (_, i) => `Why ${i}?`) },
    ],
    ['a million options', { options: Array(1_000_000).fill('x') }],
    ['an endless question', { question: 'W'.repeat(1_000_000) }],
    ['a schema that contains itself', { schema: circular }],
    ['a schema that refers to itself', { schema: { $ref: '#' } }],
    [
      'parts that refer to one another',
      { schema: object({ a: { $ref: '#/properties/b' }, b: { $ref: '#/properties/a' } }) },
    ],
    [
      'a tree that refers to itself',
      { schema: object({ a: { type: 'object', properties: { b: { $ref: '#' } } } }) },
    ],
    ['a deep schema', { schema: deep(3_000) }],
    [
      'a schema of very many fields',
      { schema: object(Object.fromEntries(Array.from({ length: 5_000 }, (_, i) => [`f${i}`, {}]))) },
    ],
    [
      'a schema of wrong kinds',
      {
        schema: {
          type: 'object',
          properties: { a: { type: 7, enum: 3, minLength: 'x', oneOf: {} } },
          required: 9,
        },
      },
    ],
    [
      'an item of every kind',
      { schema: object({ a: { type: 'array', items: [], minItems: -3.5, maxItems: 1e99 } }) },
    ],
    [
      'a broken reference',
      { schema: object({ a: { $ref: '#/%E0%A4%A' }, b: { $ref: '#/__proto__/constructor' } }) },
    ],
    ['a broken pattern', { schema: object({ a: { type: 'string', pattern: '(' } }) }],
    [
      'a date out of time',
      { schema: object({ a: { type: 'string', format: 'date-time', default: '+275760-09-13T00:00:00Z' } }) },
    ],
    [
      'names that are not only names',
      {
        schema: JSON.parse(
          '{"type":"object","properties":{"constructor":{"type":"string"},"__proto__":{"type":"string"}}}',
        ),
      },
    ],
  ];

  /** Whatever is asked, somebody can decline, and submit without an error or with one that is shown. */
  async function canBeAnswered(args: unknown): Promise<void> {
    const { element, answers } = await asking(args);
    const press = (part: string) => root(element).querySelector<HTMLElement>(`[part="${part}"]`)?.click();
    expect(root(element).querySelector('[part="skip"]')).not.toBeNull();
    expect(root(element).querySelector('[part="option"], [part="submit"]')).not.toBeNull();
    press('submit');
    await element.updateComplete;
    if (answers.length === 0) {
      const isAsking = root(element).querySelector('.problem, [part="option"]') !== null;
      expect(isAsking, 'says why it does not answer').toBe(true);
      press('skip');
      expect(answers).toEqual([null]);
    } else {
      expect(answers.length).toBe(1);
      expect(() => JSON.stringify(answers)).not.toThrow();
    }
    element.remove();
  }

  it.each(HOSTILE)('as %s can be answered or skipped', async (_, args) => {
    await canBeAnswered(args);
  });

  const keyword = fc.constantFrom(
    'type',
    'properties',
    'items',
    'enum',
    'required',
    '$ref',
    'default',
    'anyOf',
    'allOf',
    'const',
    'minItems',
    'minLength',
    'maximum',
    'multipleOf',
    'format',
    'pattern',
    'title',
  );
  const told = fc.constantFrom(
    'question',
    'options',
    'questions',
    'schema',
    'requestedSchema',
    'parameters',
    'type',
    'multiple',
    'default',
    'other',
    'title',
    'multiline',
  );
  const word = fc.constantFrom(
    'object',
    'array',
    'string',
    'integer',
    'boolean',
    'confirm',
    'date-time',
    'email',
    '#',
    '#/properties/a',
    '__proto__',
    '',
  );
  const { value } = fc.letrec((tie) => ({
    value: fc.oneof(
      { maxDepth: 4, withCrossShrink: true },
      fc.oneof(word, fc.string(), fc.double(), fc.boolean(), fc.constant(null)),
      fc.array(tie('value'), { maxLength: 4 }),
      fc.dictionary(fc.oneof(keyword, told, fc.string()), tie('value'), { maxKeys: 5 }),
    ),
  }));

  it('of any shape can be answered or skipped', async () => {
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.dictionary(told, value, { maxKeys: 5 }), fc.anything()), canBeAnswered),
      { numRuns: 300 },
    );
    expect('polluted' in {}).toBe(false);
  }, 120_000);

  it('as a schema of any shape can be answered or skipped', async () => {
    const schema = fc.dictionary(fc.string({ maxLength: 3 }), fc.dictionary(keyword, value), { maxKeys: 4 });
    await fc.assert(
      fc.asyncProperty(schema, (properties) => canBeAnswered({ schema: { type: 'object', properties } })),
      { numRuns: 300 },
    );
  }, 120_000);
});

describe('a pattern that others wrote', () => {
  it.each([
    ['^[A-Z]{2}\\d{4}$', 40],
    ['^\\S+@\\S+\\.\\S+$', 100],
    ['^(\\d{1,3}\\.){3}\\d{1,3}$', 15],
    ['^\\+?[0-9 ()-]{7,20}$', 20],
    ['^(red|green|blue)$', 10],
    ['^[\\]+*(]+$', 1_000],
    ['^\\p{L}+$', 1_000],
  ])('%s is tried with %d characters', (pattern, length) => {
    expect(waysToMatch(pattern, length)).toBeLessThan(5_000_000);
  });

  it.each([
    '^(a+)+$',
    '(a|a)+$',
    '^(a?){50}$',
    '^(a|aa)*$',
    '^a*a*a*a*a*$',
    '(.*)(.*)(.*)(.*)$',
    '^(?:a{0,30}){30}$',
    '^(?=(a+)+$)',
  ])('%s is left to the server', (pattern) => {
    expect(waysToMatch(pattern, 60)).toBeGreaterThan(5_000_000);
    expect(fitsPattern(pattern, `${'a'.repeat(60)}!`)).toBe(true);
  });

  it('is tried where it is short enough, and only there', () => {
    expect(fitsPattern('^a+$', 'aab')).toBe(false);
    expect(fitsPattern('^a+$', 'aaa')).toBe(true);
    expect(fitsPattern(`^${'a'.repeat(300)}$`, 'b')).toBe(true);
    expect(fitsPattern('(', 'b')).toBe(true);
  });
});
