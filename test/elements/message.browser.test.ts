import 'agent-chat-kit/elements';
import type { UIMessage, UIMessagePart } from 'agent-chat-kit';
import type { AgentEditEvent, AgentMessage } from 'agent-chat-kit/elements';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { button, drawn, find, focused, message, words } from './chat-in-page.ts';

const question = message('q', 'user', 'What does it say?');
const answer = message('a', 'assistant', 'It says this.');
const file: UIMessagePart = {
  type: 'file',
  id: 'f',
  mediaType: 'text/csv',
  url: 'blob:none',
  filename: 'totals.csv',
};

const EDITOR = 'Your message in other words';
const editor = () => page.getByRole('textbox', { name: EDITOR });

/** A message in the page, and what the user asks of it. */
async function setup(shown: UIMessage, fields: Partial<AgentMessage> = {}) {
  const element = Object.assign(document.createElement('agent-message'), { message: shown, ...fields });
  const asked: string[] = [];
  element.addEventListener('agent-edit', ({ messageId, content }) => asked.push(`${messageId}: ${content}`));
  element.addEventListener('agent-retry', () => asked.push('retry'));
  element.addEventListener('agent-select-version', ({ messageId }) => asked.push(`version ${messageId}`));
  document.body.append(element);
  await drawn();
  return { element, asked };
}

afterEach(() => {
  document.body.replaceChildren();
  vi.restoreAllMocks();
});

describe('a message of the user', () => {
  it('can be said in other words: the editor takes the focus, with the caret after what was said', async () => {
    const { asked } = await setup(question, { canEdit: true });
    await button('Edit').click();
    await expect.poll(focused).toBe(EDITOR);
    const field = editor().element() as HTMLTextAreaElement;
    expect(field.value).toBe('What does it say?');
    await userEvent.keyboard(' And why?');
    expect(field.value).toBe('What does it say? And why?');
    await userEvent.keyboard('{Enter}');
    expect(asked).toEqual(['q: What does it say? And why?']);
    await expect.element(editor()).not.toBeInTheDocument();
    await expect.poll(focused).toBe('Edit');
  });

  it('can be edited only where the page says so, and only where it is words and files', async () => {
    const { element } = await setup(question);
    await expect.element(button('Edit')).not.toBeInTheDocument();
    element.canEdit = true;
    await expect.element(button('Edit')).toBeInTheDocument();
    const choice: UIMessagePart = { type: 'object', id: 'o', typeName: 'choice', object: {}, status: 'done' };
    element.message = { ...question, parts: [choice] };
    await expect.element(button('Edit')).not.toBeInTheDocument();
  });

  it('keeps its files while it is edited, and may then be without words', async () => {
    const { asked } = await setup({ ...question, parts: [file, ...question.parts] }, { canEdit: true });
    await button('Edit').click();
    await expect.element(editor()).toBeVisible();
    expect(find('agent-file')).not.toBeNull();
    expect(find('agent-text')).toBeNull();
    await userEvent.fill(editor(), '');
    await userEvent.keyboard('{Enter}');
    expect(asked).toEqual(['q: ']);
  });

  it('is not saved without a word', async () => {
    const { asked } = await setup(question, { canEdit: true });
    await button('Edit').click();
    await userEvent.fill(editor(), '  \n ');
    await expect.element(button('Save')).toBeDisabled();
    await userEvent.keyboard('{Enter}');
    expect(asked).toEqual([]);
    await expect.element(editor()).toBeVisible();
  });

  it('takes Shift+Enter for a new line', async () => {
    const { asked } = await setup(question, { canEdit: true });
    await button('Edit').click();
    await userEvent.fill(editor(), 'One');
    await userEvent.keyboard('{Shift>}{Enter}{/Shift}Two ');
    expect(asked).toEqual([]);
    await button('Save').click();
    expect(asked).toEqual(['q: One\nTwo']);
  });

  it.each([
    ['Enter while a character is being composed', { key: 'Enter', isComposing: true }],
    ['Enter that ends a composition, as Safari says it', { key: 'Enter', keyCode: 229 }],
    ['Escape while a character is being composed', { key: 'Escape', isComposing: true }],
  ])('leaves %s to the input method', async (_, details) => {
    const { asked } = await setup(question, { canEdit: true });
    await button('Edit').click();
    await userEvent.fill(editor(), 'にほん');
    const event = new KeyboardEvent('keydown', {
      bubbles: true,
      composed: true,
      cancelable: true,
      ...details,
    });
    editor().element().dispatchEvent(event);
    await drawn();
    expect(event.defaultPrevented).toBe(false);
    expect(asked).toEqual([]);
    expect((editor().element() as HTMLTextAreaElement).value).toBe('にほん');
  });

  it.each([
    ['Escape', () => userEvent.keyboard('{Escape}')],
    ['Cancel', () => button('Cancel').click()],
  ])('stays as it was with %s, and the focus goes back to where it came from', async (_, giveUp) => {
    const { asked, element } = await setup(question, { canEdit: true });
    const heard = vi.fn();
    document.body.addEventListener('keydown', heard, { once: true });
    await button('Edit').click();
    await userEvent.fill(editor(), 'Never mind');
    await giveUp();
    await expect.element(editor()).not.toBeInTheDocument();
    await expect.poll(focused).toBe('Edit');
    expect(asked).toEqual([]);
    expect(words(element)).toBe('What does it say?');
    // Escape has one meaning here: it closes nothing that surrounds the message.
    expect(heard.mock.calls.filter(([{ key }]) => key === 'Escape')).toEqual([]);
    await button('Edit').click();
    await expect.element(editor()).toHaveValue('What does it say?');
  });

  it('is edited on where the page prevents that it is saved, until the page closes the editor', async () => {
    const { element } = await setup(question, { canEdit: true });
    const events: AgentEditEvent[] = [];
    element.addEventListener('agent-edit', (event) => {
      event.preventDefault();
      events.push(event);
    });
    await button('Edit').click();
    await userEvent.fill(editor(), 'Not yet');
    await userEvent.keyboard('{Enter}');
    await drawn();
    expect(events.map(({ content }) => content)).toEqual(['Not yet']);
    expect((editor().element() as HTMLTextAreaElement).value).toBe('Not yet');
    element.editing = false;
    await expect.element(editor()).not.toBeInTheDocument();
  });

  it('is no longer edited once another message is shown in its place', async () => {
    const { element } = await setup(question, { canEdit: true });
    await button('Edit').click();
    element.message = { ...question, id: 'q2' };
    await expect.element(editor()).not.toBeInTheDocument();
  });

  it('can be edited by the keyboard alone', async () => {
    const { asked } = await setup(question, { canEdit: true });
    await userEvent.tab();
    expect(focused()).toBe('Edit');
    await userEvent.keyboard('{Enter}');
    await expect.poll(focused).toBe(EDITOR);
    const order: (string | undefined)[] = [];
    for (let i = 0; i < 2; i += 1) {
      await userEvent.tab();
      order.push(focused());
    }
    expect(order).toEqual(['Cancel', 'Save']);
    await userEvent.keyboard(' ');
    expect(asked).toEqual(['q: What does it say?']);
    await expect.poll(focused).toBe('Edit');
  });

  it('is the user’s to write, an answer is not', async () => {
    await setup(answer, { canEdit: true });
    await expect.element(button('Edit')).not.toBeInTheDocument();
  });
});

describe('an answer', () => {
  const region = () => find('[aria-live="polite"]');

  it('is copied: its words, and neither thoughts nor other threads', async () => {
    const write = vi.spyOn(navigator.clipboard, 'writeText').mockResolvedValue();
    const parts: readonly UIMessagePart[] = [
      { type: 'reasoning', text: 'Hm.', status: 'done' },
      { type: 'text', text: 'First.', status: 'done' },
      { type: 'text', text: 'A summary', status: 'done', thread: 'summary' },
      { type: 'text', text: 'Second.', status: 'done' },
    ];
    await setup({ ...answer, parts });
    expect(region()?.textContent).toBe('');
    await button('Copy').click();
    expect(write.mock.calls).toEqual([['First.\n\nSecond.']]);
    await expect.poll(() => region()?.textContent).toBe('Copied');
    await expect.poll(() => region()?.textContent).toBe('');
  });

  it('that could not be copied says so', async () => {
    vi.spyOn(navigator.clipboard, 'writeText').mockRejectedValue(new Error('Not allowed'));
    await setup(answer);
    await button('Copy').click();
    await expect.poll(() => region()?.textContent).toBe('It could not be copied');
  });

  it('can be copied once it is finished and says something', async () => {
    const { element } = await setup({ ...answer, status: 'streaming' });
    await expect.element(button('Copy')).not.toBeInTheDocument();
    element.message = answer;
    await expect.element(button('Copy')).toBeInTheDocument();
    element.message = { ...answer, parts: [file] };
    await expect.element(button('Copy')).not.toBeInTheDocument();
  });

  it('can be asked for again where the page says so', async () => {
    const { asked, element } = await setup(answer);
    await expect.element(button('Try again')).not.toBeInTheDocument();
    element.canRetry = true;
    await button('Try again').click();
    expect(asked).toEqual(['retry']);
  });
});

describe('what can be done with a message', () => {
  const opacity = () => getComputedStyle(find('.tools') as Element).opacity;

  it('is quiet until the message is pointed at', async () => {
    const { element } = await setup(answer);
    await userEvent.hover(document.body, { position: { x: 0, y: 300 } });
    await expect.poll(opacity).toBe('0');
    await userEvent.hover(element);
    await expect.poll(opacity).toBe('1');
  });

  it('is shown while the focus is in it, and always with the latest answer', async () => {
    const { element } = await setup(answer);
    await userEvent.hover(document.body, { position: { x: 0, y: 300 } });
    await expect.poll(opacity).toBe('0');
    await userEvent.tab();
    expect(focused()).toBe('Copy');
    await expect.poll(opacity).toBe('1');
    (document.activeElement as HTMLElement).blur();
    await expect.poll(opacity).toBe('0');
    element.latest = true;
    await expect.poll(opacity).toBe('1');
  });

  it('takes no room when it appears', async () => {
    const { element } = await setup({ ...answer, status: 'streaming' });
    const { height } = element.getBoundingClientRect();
    Object.assign(element, { message: answer, canRetry: true, latest: true });
    await drawn();
    expect(element.getBoundingClientRect().height).toBe(height);
  });
});

describe('versions', () => {
  const versions = ['a1', 'a', 'a3'].map((id) => ({ ...answer, id }));
  const group = () => page.getByRole('group', { name: 'Versions' });

  it('are counted, and lead to those before and after', async () => {
    const { asked, element } = await setup(answer, { versions });
    expect(words(group().element())).toContain('2 / 3');
    expect(words(group().element())).toContain('Version 2 of 3');
    await button('Previous version').click();
    await button('Next version').click();
    expect(asked).toEqual(['version a1', 'version a3']);
    element.message = versions[2];
    await expect.poll(() => words(group().element())).toContain('Version 3 of 3');
  });

  it('are not shown where there is but one', async () => {
    const { element } = await setup(answer, { versions: [answer] });
    await expect.element(group()).not.toBeInTheDocument();
    element.versions = [];
    await drawn();
    await expect.element(group()).not.toBeInTheDocument();
  });

  it('end at both ends, where the button keeps the focus and does nothing', async () => {
    const { asked, element } = await setup(answer, { versions });
    (button('Next version').element() as HTMLElement).focus();
    await userEvent.keyboard('{Enter}');
    element.message = versions[2];
    await drawn();
    expect(focused()).toBe('Next version');
    expect(button('Next version').element().ariaDisabled).toBe('true');
    expect(button('Previous version').element().ariaDisabled).toBe('false');
    await userEvent.keyboard('{Enter}');
    expect(asked).toEqual(['version a3']);
  });

  it('cannot be changed while an answer is on its way', async () => {
    const { asked } = await setup(answer, { versions, busy: true });
    for (const name of ['Previous version', 'Next version']) {
      expect(button(name).element().ariaDisabled).toBe('true');
      (button(name).element() as HTMLElement).click();
    }
    expect(asked).toEqual([]);
  });

  it('point the way that is read', async () => {
    await setup(answer, { versions });
    const scale = () =>
      getComputedStyle(button('Next version').element().querySelector('svg') as Element).scale;
    expect(scale()).toBe('none');
    document.body.dir = 'rtl';
    expect(scale()).toBe('-1 1');
    document.body.removeAttribute('dir');
  });
});

describe('a text that cites', () => {
  const text = (words: string): UIMessagePart => ({ type: 'text', text: words, status: 'done' });
  const source = (id: string, fields: object = {}): UIMessagePart => ({
    type: 'source',
    sourceType: 'url',
    id,
    url: `https://${id}.example/page`,
    title: `About ${id}`,
    ...fields,
  });
  const citations = () =>
    [...(find('agent-text')?.shadowRoot?.querySelectorAll('[data-citation] > *') ?? [])].map((element) => [
      element.textContent,
      element.getAttribute('href'),
      element.getAttribute('title'),
    ]);

  it('leads to the sources of its message, by their numbers and their ids, also where they come later', async () => {
    const said = text('So it is[1], they say【2】, or not [c]. Not [4].');
    const { element } = await setup({ ...answer, parts: [said] });
    expect(citations()).toEqual([]);
    const node = find('agent-text')?.shadowRoot?.querySelector('p');
    element.message = { ...answer, parts: [said, source('a')] };
    await drawn();
    expect(citations()).toEqual([['1', 'https://a.example/page', 'About a']]);
    element.message = { ...answer, parts: [said, source('a'), text('And'), source('b'), source('c')] };
    await drawn();
    expect(citations()).toEqual([
      ['1', 'https://a.example/page', 'About a'],
      ['2', 'https://b.example/page', 'About b'],
      ['c', 'https://c.example/page', 'About c'],
    ]);
    // The paragraph is the same one.
    expect(node?.isConnected).toBe(true);
    expect(node?.textContent).toBe('So it is1, they say2, or not c. Not [4].');
    // Rows of sources go on counting.
    const numbers = [...(find('article')?.querySelectorAll('agent-source') ?? [])].map(
      ({ number }) => number,
    );
    expect(numbers).toEqual([1, 2, 3]);
  });

  it('names a document that leads nowhere, and leads to no address that runs or is none', async () => {
    await setup({
      ...answer,
      parts: [
        text('[1] [2] [3]'),
        source('a', { url: undefined, title: undefined, filename: 'a\u202egpj.pdf' }),
        source('b', { url: 'javascript:alert(1)' }),
        source('c', { url: 5, title: {} } as object),
      ],
    });
    expect(citations()).toEqual([
      ['1', null, 'a⟨U+202E⟩gpj.pdf'],
      ['2', null, 'About b'],
      ['3', null, null],
    ]);
  });

  it('is not drawn again for each piece of another text', async () => {
    const words = text('So it is [1].');
    const { element } = await setup({ ...answer, parts: [words, source('a'), text('On')] });
    const made = find('agent-text')?.shadowRoot?.querySelector('[data-citation]');
    let times = 0;
    const first = find('agent-text') as HTMLElementTagNameMap['agent-text'];
    const { render } = first;
    first.render = () => {
      times += 1;
      return render.call(first);
    };
    element.message = {
      ...answer,
      parts: [...(element.message?.parts.slice(0, 2) ?? []), text('On and on')],
    };
    await drawn();
    expect(times).toBe(0);
    expect(find('agent-text')?.shadowRoot?.querySelector('[data-citation]')).toBe(made);
  });
});
