import 'agent-chat-kit/elements';
import type { AgentComposer, AgentSubmitEvent } from 'agent-chat-kit/elements';
import { afterEach, describe, expect, it } from 'vitest';
import { page, userEvent } from 'vitest/browser';

/** A composer in the page, and what it says. */
async function setup(fields: Partial<AgentComposer> = {}) {
  const composer = Object.assign(document.createElement('agent-composer'), fields);
  const sent: { readonly content: string; readonly files: readonly File[] }[] = [];
  let stops = 0;
  composer.addEventListener('agent-submit', ({ content, files }) => sent.push({ content, files }));
  composer.addEventListener('agent-stop', () => {
    stops += 1;
  });
  document.body.append(composer);
  await composer.updateComplete;
  const input = page.getByRole('textbox');
  const field = input.element() as HTMLTextAreaElement;
  return {
    composer,
    sent,
    input,
    field,
    get stops() {
      return stops;
    },
    button: (name: string) => page.getByRole('button', { name }),
    press: async (...keys: readonly string[]) => {
      for (const key of keys) await userEvent.keyboard(key);
      await composer.updateComplete;
    },
  };
}

/** The name of what has the focus, shadow trees included. */
function focused(): string | undefined {
  let element = document.activeElement;
  while (element?.shadowRoot?.activeElement) element = element.shadowRoot.activeElement;
  return element?.ariaLabel ?? element?.localName;
}

const FIELD = 'Write a message';

/** The names of the files that are shown. */
const listed = () =>
  page
    .getByRole('listitem')
    .elements()
    .map((item) => item.querySelector('bdi')?.textContent);

const totals = new File(['a,b\n1,2'], 'totals.csv', { type: 'text/csv' });
const notes = new File(['x'.repeat(4_200)], 'notes.txt', { type: 'text/plain' });

function carrying(...items: readonly (File | string)[]): DataTransfer {
  const data = new DataTransfer();
  for (const item of items) {
    if (typeof item === 'string') data.setData('text/plain', item);
    else data.items.add(item);
  }
  return data;
}

function drag(type: 'dragover' | 'dragleave' | 'drop', data: DataTransfer, target: Element): DragEvent {
  const event = new DragEvent(type, { dataTransfer: data, bubbles: true, composed: true, cancelable: true });
  target.dispatchEvent(event);
  return event;
}

function paste(data: DataTransfer, target: Element): ClipboardEvent {
  const event = new ClipboardEvent('paste', {
    clipboardData: data,
    bubbles: true,
    composed: true,
    cancelable: true,
  });
  target.dispatchEvent(event);
  return event;
}

afterEach(() => {
  document.body.replaceChildren();
});

describe('Enter', () => {
  it('sends the draft without the space around it, and empties the field', async () => {
    const { input, sent, field, composer, press } = await setup();
    await userEvent.fill(input, '  Good morning \n');
    await press('{Enter}');
    expect(sent).toEqual([{ content: 'Good morning', files: [] }]);
    expect(field.value).toBe('');
    expect(composer.value).toBe('');
  });

  it('sends the files with the draft, as they were given', async () => {
    const { input, sent, press } = await setup({ attachments: true, files: [totals, notes] });
    await userEvent.fill(input, 'Sum these');
    await press('{Enter}');
    expect(sent).toEqual([{ content: 'Sum these', files: [totals, notes] }]);
    expect(sent[0]?.files[0]).toBe(totals);
    expect(listed()).toEqual([]);
  });

  it('sends files without a word', async () => {
    const { field, sent, press } = await setup({ attachments: true, files: [totals] });
    field.focus();
    await press('{Enter}');
    expect(sent).toEqual([{ content: '', files: [totals] }]);
  });

  it('sends nothing and breaks no line where there is no draft', async () => {
    const { field, sent, press, composer } = await setup();
    field.focus();
    await press('{Enter}', ' ', '{Enter}');
    expect(sent).toEqual([]);
    expect(field.value).toBe(' ');
    composer.submit();
    expect(sent).toEqual([]);
  });

  it('breaks the line together with Shift', async () => {
    const { input, sent, field, press, composer } = await setup();
    await userEvent.fill(input, 'One');
    await press('{Shift>}{Enter}{/Shift}', 'Two');
    expect(sent).toEqual([]);
    expect(field.value).toBe('One\nTwo');
    expect(composer.value).toBe('One\nTwo');
    await press('{Enter}');
    expect(sent[0]?.content).toBe('One\nTwo');
  });

  it.each([
    ['while a character is being composed', { isComposing: true }],
    ['when it ends a composition, as Safari says it', { keyCode: 229 }],
  ])('belongs to the input method %s', async (_, details) => {
    const { input, field, sent, press } = await setup();
    await userEvent.fill(input, 'にほん');
    const event = new KeyboardEvent('keydown', {
      key: 'Enter',
      bubbles: true,
      composed: true,
      cancelable: true,
      ...details,
    });
    field.dispatchEvent(event);
    expect(event.defaultPrevented).toBe(false);
    expect(sent).toEqual([]);
    expect(field.value).toBe('にほん');
    await press('{Enter}');
    expect(sent).toEqual([{ content: 'にほん', files: [] }]);
  });

  it('sends once, however often it is pressed', async () => {
    const { input, sent, press } = await setup();
    await userEvent.fill(input, 'Once');
    await press('{Enter}{Enter}{Enter}');
    expect(sent.length).toBe(1);
  });

  it('leaves the draft and the files where the page prevents the event', async () => {
    const { composer, input, field, sent, press } = await setup({ attachments: true, files: [totals] });
    const prevent = (event: AgentSubmitEvent) => event.preventDefault();
    composer.addEventListener('agent-submit', prevent);
    await userEvent.fill(input, ' Not yet ');
    await press('{Enter}');
    expect(sent.length).toBe(1);
    expect(field.value).toBe(' Not yet ');
    expect(listed()).toEqual(['totals.csv']);
    composer.removeEventListener('agent-submit', prevent);
    await press('{Enter}');
    expect(sent.length).toBe(2);
    expect(field.value).toBe('');
  });

  it('tells listeners outside of the shadow tree that contains the composer', async () => {
    const host = document.createElement('div');
    const composer = document.createElement('agent-composer');
    host.attachShadow({ mode: 'open' }).append(composer);
    document.body.append(host);
    let content = '';
    document.body.addEventListener('agent-submit', (event) => (content = event.content), { once: true });
    await composer.updateComplete;
    await userEvent.fill(page.getByRole('textbox'), 'Out there');
    await userEvent.keyboard('{Enter}');
    expect(content).toBe('Out there');
  });
});

describe('the button that sends', () => {
  it('sends, and gives the focus back to the field', async () => {
    const { input, sent, button } = await setup();
    await userEvent.fill(input, 'By hand');
    await button('Send').click();
    expect(sent).toEqual([{ content: 'By hand', files: [] }]);
    await expect.poll(focused).toBe(FIELD);
  });

  it('can be pressed only when there is something to send', async () => {
    const { composer, input, button } = await setup();
    await expect.element(button('Send')).toBeDisabled();
    await userEvent.fill(input, ' \n ');
    await expect.element(button('Send')).toBeDisabled();
    await userEvent.fill(input, 'x');
    await expect.element(button('Send')).toBeEnabled();
    await userEvent.fill(input, '');
    composer.files = [totals];
    await expect.element(button('Send')).toBeEnabled();
  });
});

describe('while an answer is on its way', () => {
  it('the answer can be stopped, and nothing can be sent', async () => {
    const setting = await setup({ busy: true, value: 'Meanwhile' });
    await expect.element(setting.button('Send')).not.toBeInTheDocument();
    await setting.button('Stop').click();
    expect(setting.stops).toBe(1);
    expect(setting.sent).toEqual([]);
    expect(setting.field.value).toBe('Meanwhile');
  });

  it('Enter does nothing and the draft stays, to be sent afterwards', async () => {
    const { composer, input, field, sent, press } = await setup({ busy: true });
    await userEvent.fill(input, 'Next question');
    await press('{Enter}');
    composer.submit();
    expect(sent).toEqual([]);
    expect(field.value).toBe('Next question');
    composer.busy = false;
    await composer.updateComplete;
    await press('{Enter}');
    expect(sent).toEqual([{ content: 'Next question', files: [] }]);
  });

  it('the focus stays in the field when the answer begins and ends', async () => {
    const { composer, field } = await setup({ value: 'x' });
    field.focus();
    composer.busy = true;
    await composer.updateComplete;
    expect(focused()).toBe(FIELD);
    composer.busy = false;
    await composer.updateComplete;
    expect(focused()).toBe(FIELD);
  });

  it('stopping it gives the focus to the field, not to a button that goes away', async () => {
    const { composer, button } = await setup({ busy: true });
    composer.addEventListener('agent-stop', () => {
      composer.busy = false;
    });
    await button('Stop').click();
    await expect.element(button('Stop')).not.toBeInTheDocument();
    expect(focused()).toBe(FIELD);
  });
});

describe('files', () => {
  const picker = (composer: AgentComposer) =>
    composer.shadowRoot?.querySelector('input[type="file"]') as HTMLInputElement;

  it('are chosen with the button, which opens the browser’s own choice', async () => {
    const { composer, button } = await setup({ attachments: true, accept: '.csv' });
    let opened = 0;
    picker(composer).addEventListener('click', (event) => {
      event.preventDefault();
      opened += 1;
    });
    await button('Attach files').click();
    expect(opened).toBe(1);
    expect(picker(composer).multiple).toBe(true);
    expect(picker(composer).accept).toBe('.csv');
  });

  it('that are chosen are listed with their sizes and sent', async () => {
    const { composer, sent, press } = await setup({ attachments: true });
    await userEvent.upload(picker(composer), [totals, notes]);
    await expect.poll(listed).toEqual(['totals.csv', 'notes.txt']);
    await expect.element(page.getByText('7 bytes')).toBeVisible();
    await expect.element(page.getByText('4.2 kB')).toBeVisible();
    await expect.poll(focused).toBe(FIELD);
    await press('{Enter}');
    expect(sent[0]?.files.map(({ name, type, size }) => ({ name, type, size }))).toEqual([
      { name: 'totals.csv', type: 'text/csv', size: 7 },
      { name: 'notes.txt', type: 'text/plain', size: 4_200 },
    ]);
  });

  it('that are chosen come after those that are there, and the same can be chosen again', async () => {
    const { composer } = await setup({ attachments: true, files: [notes] });
    await userEvent.upload(picker(composer), totals);
    await expect.poll(listed).toEqual(['notes.txt', 'totals.csv']);
    expect(picker(composer).value).toBe('');
  });

  it('give the focus to the field when they are chosen, also with the button', async () => {
    const { composer, button } = await setup({ attachments: true });
    picker(composer).addEventListener('click', (event) => event.preventDefault());
    await button('Attach files').click();
    await userEvent.upload(picker(composer), totals);
    await expect.poll(listed).toEqual(['totals.csv']);
    expect(focused()).toBe(FIELD);
  });

  it('are pasted into the field', async () => {
    const { field } = await setup({ attachments: true });
    const event = paste(carrying(totals), field);
    await expect.poll(listed).toEqual(['totals.csv']);
    expect(event.defaultPrevented).toBe(true);
  });

  it('are no reason to take pasted text', async () => {
    const { field } = await setup({ attachments: true });
    expect(paste(carrying('Only text'), field).defaultPrevented).toBe(false);
    expect(listed()).toEqual([]);
  });

  it('are dropped onto the box, which shows that it takes them', async () => {
    const { composer, field } = await setup({ attachments: true });
    const border = () =>
      getComputedStyle(composer.shadowRoot?.querySelector('[part="box"]') as Element).borderStyle;
    expect(border()).toBe('solid');
    expect(drag('dragover', carrying(totals), field).defaultPrevented).toBe(true);
    await expect.poll(border).toBe('dashed');
    drag('dragleave', carrying(totals), field);
    await expect.poll(border).toBe('solid');
    drag('dragover', carrying(totals), field);
    expect(drag('drop', carrying(totals, notes), field).defaultPrevented).toBe(true);
    await expect.poll(listed).toEqual(['totals.csv', 'notes.txt']);
    expect(border()).toBe('solid');
  });

  it('are no reason to take text that is dragged', async () => {
    const { field } = await setup({ attachments: true });
    expect(drag('dragover', carrying('Only text'), field).defaultPrevented).toBe(false);
    expect(drag('drop', carrying('Only text'), field).defaultPrevented).toBe(false);
  });

  it('can be taken away one by one, also two of the same name', async () => {
    const twin = new File(['other'], 'totals.csv');
    const { composer, button } = await setup({ attachments: true, files: [totals, notes, twin] });
    await button('Remove totals.csv').first().click();
    await expect.poll(listed).toEqual(['notes.txt', 'totals.csv']);
    expect(composer.files).toEqual([notes, twin]);
    expect(composer.files[1]).toBe(twin);
  });

  it.each([
    ['the last one', [totals]],
    ['one of several', [totals, notes]],
  ])('that are taken away give the focus to the field: %s', async (_, files) => {
    const { button } = await setup({ attachments: true, files });
    await button('Remove totals.csv').click();
    await expect.element(button('Remove totals.csv')).not.toBeInTheDocument();
    expect(focused()).toBe(FIELD);
  });

  it('cannot be attached by any way unless the page allows it', async () => {
    const { composer, field, button } = await setup();
    await expect.element(button('Attach files')).not.toBeInTheDocument();
    expect(picker(composer)).toBeNull();
    expect(paste(carrying(totals), field).defaultPrevented).toBe(false);
    // A file that is dropped all the same does not take the place of the page.
    expect(drag('dragover', carrying(totals), field).defaultPrevented).toBe(true);
    expect(drag('drop', carrying(totals), field).defaultPrevented).toBe(true);
    await composer.updateComplete;
    expect(composer.files).toEqual([]);
  });

  it('have names that stay text and turn the direction of nothing beside them', async () => {
    const name = '\u202Egpj.<img src=x onerror=globalThis.pwned=1>';
    const { composer } = await setup({ attachments: true, files: [new File(['x'], name)] });
    expect(listed()).toEqual([name]);
    expect(composer.shadowRoot?.querySelector('img')).toBeNull();
    const [words, size] = composer.shadowRoot?.querySelectorAll('li bdi, li .quiet') ?? [];
    expect(size?.getBoundingClientRect().left).toBeGreaterThanOrEqual(
      words?.getBoundingClientRect().right ?? Infinity,
    );
  });

  it('with very long names stay inside of a narrow field', async () => {
    const { composer } = await setup({
      attachments: true,
      files: [new File(['x'], `${'W'.repeat(300)}.txt`)],
    });
    composer.style.width = '320px';
    expect(composer.scrollWidth).toBeLessThanOrEqual(320);
    const remove = page.getByRole('button', { name: 'Remove' }).element().getBoundingClientRect();
    expect(remove.right).toBeLessThanOrEqual(composer.getBoundingClientRect().right);
  });
});

describe('a composer that is disabled', () => {
  it('keeps its draft and its files, and takes, sends and moves nothing', async () => {
    const { composer, field, sent, button } = await setup({
      attachments: true,
      files: [totals],
      value: 'Later',
      disabled: true,
    });
    expect(field.disabled).toBe(true);
    await expect.element(button('Send')).toBeDisabled();
    await expect.element(button('Attach files')).toBeDisabled();
    composer.submit();
    expect(drag('dragover', carrying(notes), field).defaultPrevented).toBe(true);
    expect(drag('drop', carrying(notes), field).defaultPrevented).toBe(true);
    paste(carrying(notes), field);
    await composer.updateComplete;
    expect(sent).toEqual([]);
    expect(listed()).toEqual(['totals.csv']);
    expect(field.value).toBe('Later');

    composer.disabled = false;
    await composer.updateComplete;
    composer.submit();
    expect(sent).toEqual([{ content: 'Later', files: [totals] }]);
  });
});

describe('the composer', () => {
  it('gives everything a name', async () => {
    await setup({ attachments: true, files: [totals], placeholder: 'Ask about the report' });
    await expect.element(page.getByRole('textbox', { name: 'Ask about the report' })).toBeVisible();
    const names = page
      .getByRole('button')
      .elements()
      .map((button) => button.ariaLabel);
    expect(names).toEqual(['Remove totals.csv', 'Attach files', 'Send']);
  });

  it('takes the focus into the field, whatever else is in it', async () => {
    const { composer } = await setup();
    composer.focus();
    expect(focused()).toBe(FIELD);
  });

  it('takes the focus into the field also when files are attached', async () => {
    const { composer } = await setup({ attachments: true, files: [totals] });
    composer.focus();
    expect(focused()).toBe(FIELD);
  });

  it('shows a draft that the page sets, and says what the user wrote', async () => {
    const { composer, field, input } = await setup({ value: 'A first line' });
    expect(field.value).toBe('A first line');
    await userEvent.fill(input, 'Another');
    expect(composer.value).toBe('Another');
    composer.value = 'Set again';
    await composer.updateComplete;
    expect(field.value).toBe('Set again');
  });

  it('grows with its draft up to a limit', async () => {
    const { composer, field } = await setup();
    const { height } = field.getBoundingClientRect();
    composer.value = 'One\nTwo\nThree';
    await composer.updateComplete;
    const grown = field.getBoundingClientRect().height;
    expect(grown).toBeGreaterThan(2 * height);
    composer.value = 'Line\n'.repeat(200);
    await composer.updateComplete;
    expect(field.getBoundingClientRect().height).toBeLessThanOrEqual(innerHeight * 0.4 + 1);
  });

  it('lets Tab go through it in the order in which it is read', async () => {
    const { composer } = await setup({ attachments: true, files: [totals], value: 'x' });
    const order: (string | undefined)[] = [];
    for (let i = 0; i < 4; i += 1) {
      await userEvent.tab();
      order.push(focused());
    }
    expect(order).toEqual(['Remove totals.csv', FIELD, 'Attach files', 'Send']);
    expect(document.activeElement).toBe(composer);
  });
});
