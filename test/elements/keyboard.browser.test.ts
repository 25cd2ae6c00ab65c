import type { StreamEvent } from 'agent-chat-kit';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { userEvent } from 'vitest/browser';
import {
  approvalRequest,
  asks,
  conversation,
  delta,
  draft,
  elementsIn,
  FIELD,
  failed,
  find,
  finish,
  focused,
  frames,
  said,
  setup,
  start,
  words,
} from './chat-in-page.ts';

afterEach(() => {
  vi.restoreAllMocks();
  document.documentElement.removeAttribute('dir');
  document.documentElement.removeAttribute('lang');
  document.body.replaceChildren();
});

/** What has the focus, wherever in the shadow trees. */
function active(): HTMLElement {
  let element = document.activeElement;
  while (element?.shadowRoot?.activeElement) element = element.shadowRoot.activeElement;
  return element as HTMLElement;
}

/** Whether somebody who only has the keyboard sees where they are. */
function isFocusSeen(element: HTMLElement): boolean {
  const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(element);
  if (outlineStyle !== 'none' && Number.parseFloat(outlineWidth) >= 1) return true;
  if (boxShadow !== 'none') return true;
  // Where somebody writes, the caret and the frame around it tell: it looks other than without the focus.
  const around = element.closest('[part="box"], article, .option');
  if (!around) return false;
  const look = () => {
    const style = getComputedStyle(around);
    return `${style.boxShadow} ${style.borderColor} ${style.outline} ${getComputedStyle(element).borderColor}`;
  };
  const focusedLook = look();
  element.blur();
  const isSeen = look() !== focusedLook;
  element.focus();
  return isSeen;
}

const lost: string[] = [];
const unseen = new Set<string>();
function look(): void {
  const element = active();
  if (!element || element === document.body) lost.push('The focus is nowhere.');
  else if (element.matches(':focus-visible') && !isFocusSeen(element))
    unseen.add(element.outerHTML.slice(0, 120));
}
beforeEach(() => {
  lost.length = 0;
  unseen.clear();
});
const nothingLost = () => {
  expect(lost).toEqual([]);
  expect([...unseen]).toEqual([]);
};

const press = async (keys: string) => {
  await userEvent.keyboard(keys);
  await frames(2);
  look();
};

/** Goes on by Tab until something of this name, or that fits this, has the focus. */
async function tabTo(fits: string | RegExp, { shift = false } = {}): Promise<void> {
  const seen: string[] = [];
  for (let step = 0; step < 60; step += 1) {
    await userEvent.tab({ shift });
    look();
    const name = focused() ?? '';
    seen.push(name);
    if (typeof fits === 'string' ? name === fits || active().matches?.(`[part="${fits}"]`) : fits.test(name))
      return;
  }
  throw new Error(`No ${fits} in ${seen.join(' | ')}`);
}

async function type(text: string): Promise<void> {
  (find('agent-chat') as HTMLElement).focus();
  await userEvent.keyboard(`${text}{Enter}`);
}

describe('by keys alone', () => {
  it('a message is written, sent, stopped and answered again', async () => {
    const { legs, leg } = await setup();
    await userEvent.tab();
    await tabTo(FIELD);
    await press('Hello{Enter}');
    (await leg()).emit(start, delta('One, two'));
    await expect.poll(() => said().length).toBe(2);
    await press('{Escape}');
    await expect.poll(() => words(document.body)).not.toContain('Stop');
    expect(focused()).toBe(FIELD);
    await press('{Shift>}{Tab}{/Shift}');
    (find('agent-chat') as HTMLElement).focus();
    await tabTo('Try again', { shift: true });
    await press('{Enter}');
    await expect.poll(() => legs.length).toBe(2);
    expect(active()).not.toBe(document.body);
    (await leg()).emit(start, delta('Three.'), finish);
    await expect.poll(() => said().at(-1)).toContain('Three.');
    nothingLost();
  });

  it('F6 leads to the conversation and back; Page Up and Page Down lead from message to message', async () => {
    await setup({ initialMessages: conversation(6) });
    (find('agent-chat') as HTMLElement).focus();
    await press('{F6}');
    expect(active().getAttribute('role')).toBe('log');
    await press('{F6}');
    expect(focused()).toBe(FIELD);
    await tabTo('Copy', { shift: true });
    await press('{PageUp}');
    expect(active().localName).toBe('article');
    const articles = elementsIn(document).filter((element) => element.localName === 'article');
    const at = articles.indexOf(active());
    await press('{PageUp}');
    expect(articles.indexOf(active())).toBe(at - 1);
    await press('{PageDown}');
    expect(articles.indexOf(active())).toBe(at);
    await press('{F6}');
    expect(focused()).toBe(FIELD);
    nothingLost();
  });

  it('an answer is copied, and a question said in other words', async () => {
    const copied = vi.spyOn(navigator.clipboard, 'writeText').mockResolvedValue();
    const { legs, leg } = await setup();
    await type('Hello');
    (await leg()).emit(start, delta('Good morning.'), finish);
    await expect.poll(() => find('[part="copy"]')).not.toBeNull();
    await tabTo('Copy', { shift: true });
    await press('{Enter}');
    expect(copied).toHaveBeenCalledWith('Good morning.');
    expect(active().getAttribute('part')).toBe('copy');
    await tabTo('Edit', { shift: true });
    await press('{Enter}');
    await expect.poll(focused).toBe('Your message in other words');
    await press('{Escape}');
    await expect.poll(focused).toBe('Edit');
    await press('{Enter}');
    await expect.poll(focused).toBe('Your message in other words');
    await press(' there{Enter}');
    await expect.poll(() => legs.length).toBe(2);
    await frames(3);
    look();
    nothingLost();
  });

  it('a tool call, its value and what was thought are opened', async () => {
    const { leg } = await setup();
    await type('Look');
    (await leg()).emit(
      start,
      { type: 'reasoning-start', id: 'r' },
      { type: 'reasoning-delta', id: 'r', delta: 'Let me think about it. '.repeat(10) },
      { type: 'reasoning-end', id: 'r' },
      {
        type: 'tool-input-available',
        toolCallId: 'c1',
        toolName: 'look-around',
        input: { deep: { one: 1, two: { three: 3 } } },
      },
      { type: 'tool-output-available', toolCallId: 'c1', output: { found: [1, 2, 3] } },
      delta('Done.'),
      finish,
    );
    await expect.poll(() => said().at(-1)).toContain('Done.');
    (find('agent-chat') as HTMLElement).focus();
    await press('{F6}');
    await tabTo(/thought|reason/i);
    const reasoning = active();
    await press('{Enter}');
    expect(active()).toBe(reasoning);
    await tabTo(/Look around/);
    await press('{Enter}');
    await expect.poll(() => find('[role="treeitem"]')).not.toBeNull();
    // The tree is one stop; within it the arrows lead, and a letter leads to the key that begins with it.
    const row = () => active().closest('[role="treeitem"]');
    const key = () => row()?.textContent?.trim() ?? '';
    for (let step = 0; step < 6 && !row(); step += 1) await press('{Tab}');
    expect(key()).toMatch(/^deep/);
    await press('{ArrowLeft}');
    expect(row()?.ariaExpanded).toBe('false');
    await press('{ArrowRight}');
    expect(row()?.ariaExpanded).toBe('true');
    await press('{ArrowRight}');
    expect(key()).toMatch(/^one/);
    await press('t');
    expect(key()).toMatch(/^two/);
    await press('{Home}');
    expect(key()).toMatch(/^deep/);
    await press('{End}');
    expect(key()).toMatch(/^(three|two)/);
    nothingLost();
  });

  it('steps that were folded are opened and closed', async () => {
    const { leg } = await setup();
    await type('Plan it');
    (await leg()).emit(
      start,
      ...['c1', 'c2'].flatMap((toolCallId): StreamEvent[] => [
        { type: 'tool-input-available', toolCallId, toolName: 'look-around', input: {} },
        { type: 'tool-output-available', toolCallId, output: 'Nothing.' },
      ]),
      delta('And now:'),
      { type: 'tool-input-available', toolCallId: 'c3', toolName: 'look-up', input: {} },
      { type: 'tool-output-available', toolCallId: 'c3', output: 'Nothing.' },
      finish,
    );
    await expect.poll(() => said().at(-1)).toContain('Used 2 tools');
    (find('agent-chat') as HTMLElement).focus();
    await press('{F6}');
    await tabTo(/Used 2 tools/);
    expect(active().ariaExpanded).toBe('false');
    await press('{Enter}');
    await expect.poll(() => active().ariaExpanded).toBe('true');
    await tabTo(/Look around/);
    await tabTo(/Used 2 tools/, { shift: true });
    await press(' ');
    await expect.poll(() => active().ariaExpanded).toBe('false');
    nothingLost();
  });

  it('a permission is given after it was read, and denied with a reason', async () => {
    const { leg, decisions } = await setup();
    await type('Delete it');
    (await leg()).emit(start, approvalRequest());
    await expect.poll(() => find('[part="allow"]')?.getAttribute('aria-disabled')).toBe('false');
    expect(focused()).toBe(FIELD);
    await tabTo('arguments', { shift: true });
    await tabTo('allow');
    await press('{Enter}');
    await expect.poll(() => decisions.length).toBe(1);
    await expect.poll(focused).toBe(FIELD);
    (await leg()).emit(approvalRequest({ approvalId: 'a2', toolCallId: 'c2' }));
    await expect.poll(() => find('[part="allow"]')).not.toBeNull();
    await tabTo('Say why not', { shift: true });
    await press(' ');
    await expect.poll(focused).toBe('Why not? (optional)');
    await press('Not now{Enter}');
    await expect
      .poll(() => decisions.at(-1))
      .toEqual({ approvalId: 'a2', approved: false, reason: 'Not now' });
    await expect.poll(focused).toBe(FIELD);
    nothingLost();
  });

  it('what a tool would run with is changed, given up and taken back', async () => {
    const { leg, decisions } = await setup();
    await type('Delete it');
    (await leg()).emit(start, approvalRequest());
    await expect.poll(() => find('[part="allow"]')).not.toBeNull();
    await tabTo('Change', { shift: true });
    await press('{Enter}');
    await expect.poll(() => active().localName).toBe('textarea');
    await tabTo('Cancel');
    await press('{Enter}');
    await expect.poll(() => active().getAttribute('part')).toBe('arguments');
    await tabTo('Change', { shift: true });
    await press('{Enter}');
    await expect.poll(() => active().localName).toBe('textarea');
    await press('{Control>}a{/Control}{{"a":1}');
    await tabTo('Save');
    await press('{Enter}');
    await expect.poll(() => active().getAttribute('part')).toBe('arguments');
    await tabTo('Undo the changes');
    await press('{Enter}');
    await expect.poll(() => active().getAttribute('part')).toBe('arguments');
    await expect.poll(() => find('[part="allow"]')?.getAttribute('aria-disabled')).toBe('false');
    await tabTo('allow');
    await press(' ');
    await expect.poll(() => decisions).toEqual([{ approvalId: 'a1', approved: true }]);
    nothingLost();
  });

  it.each([
    ['options', { question: 'Which?', options: ['Red', 'Green'] }, 'Red', '{Enter}'],
    ['words', { question: 'Why?' }, 'input', 'Because{Enter}'],
    ['skipping', { question: 'Which?', options: ['Red'] }, 'Skip', '{Enter}'],
  ] as const)('a question is answered: %s', async (_, question, name, keys) => {
    const { leg, legs } = await setup({ clientTools: { 'ask-user': 'interactive' } });
    await type('Ask me');
    (await leg()).emit(...asks(question));
    await expect.poll(() => find('agent-client-tool')).not.toBeNull();
    await expect.poll(() => words(find('agent-client-tool') as HTMLElement)).toContain(question.question);
    await tabTo(name, { shift: true });
    await press(keys);
    await expect.poll(() => legs.length).toBe(2);
    await frames(3);
    look();
    nothingLost();
  });

  it.each([
    [
      'yes or no',
      { question: 'Go on?', type: 'confirm' },
      ['{Tab}{Shift>}{Tab}{/Shift}{Enter}'],
      { answer: true },
    ],
    [
      'several of many',
      { question: 'Which?', options: ['Red', 'Green', 'Blue'], multiple: true },
      [' ', '{Tab}', ' ', '{Enter}'],
      { answer: ['Red', 'Green'] },
    ],
    [
      'a form',
      {
        question: 'Who?',
        schema: {
          type: 'object',
          properties: { name: { type: 'string' }, age: { type: 'integer' } },
          required: ['name'],
        },
      },
      ['Ada', '{Tab}', '36', '{Enter}'],
      { name: 'Ada', age: 36 },
    ],
  ] as const)('a question is answered in a form: %s', async (_, question, keys, answer) => {
    const { leg, legs } = await setup({ clientTools: { 'ask-user': 'interactive' } });
    await type('Ask me');
    (await leg()).emit(...asks(question));
    await expect.poll(() => find('agent-client-tool')).not.toBeNull();
    await expect.poll(() => words(find('agent-client-tool') as HTMLElement)).toContain(question.question);
    const first = find('input, button', find('agent-client-tool')?.shadowRoot as ShadowRoot);
    for (let step = 0; step < 12 && active() !== first; step += 1) {
      await userEvent.tab({ shift: true });
      look();
    }
    expect(active()).toBe(first);
    for (const key of keys) await press(key);
    await expect.poll(() => legs.length).toBe(2);
    expect(legs[1]?.request).toMatchObject({ toolResults: [{ toolCallId: 'c1', result: answer }] });
    await frames(3);
    look();
    nothingLost();
  });

  it('several permissions are given at once, once each was in sight', async () => {
    const { leg, decisions } = await setup();
    await type('Tidy up');
    (await leg()).emit(start, approvalRequest(), approvalRequest({ approvalId: 'a2', toolCallId: 'c2' }));
    await expect.poll(() => words(document.body)).toContain('Allow all');
    for (const card of elementsIn(document).filter(({ localName }) => localName === 'agent-approval')) {
      const allows = card.shadowRoot?.querySelector('[part="allow"]');
      for (let step = 0; step < 30 && active() !== allows; step += 1) await userEvent.tab({ shift: true });
      await expect.poll(() => 'wasRead' in card && card.wasRead).toBe(true);
      (find('agent-chat') as HTMLElement).focus();
    }
    await tabTo('Allow all', { shift: true });
    await expect.poll(() => active().ariaDisabled).toBe('false');
    await press('{Enter}');
    await expect.poll(() => decisions.length).toBe(2);
    await expect.poll(focused).toBe(FIELD);
    nothingLost();
  });

  it('a failure is tried again', async () => {
    const { leg, legs } = await setup();
    await type('Hello');
    (await leg()).emit(start, delta('Half'), { ...failed, retryAfter: undefined } as typeof failed);
    await expect.poll(() => find('agent-error')).not.toBeNull();
    await tabTo(/^(Try again|Retry)/, { shift: true });
    await press('{Enter}');
    await expect.poll(() => legs.length).toBe(2);
    await frames(3);
    look();
    nothingLost();
  });

  it('the newest message is gone to, and files are attached', async () => {
    await setup({ initialMessages: conversation(20), requestUploadUrls: async () => ({ files: [] }) });
    const scroller = find('[part="scroller"]') as HTMLElement;
    (find('agent-chat') as HTMLElement).focus();
    await press('{F6}');
    await press('{Home}');
    await expect.poll(() => scroller.scrollTop).toBe(0);
    await expect.poll(() => find('[part="latest"]')).not.toBeNull();
    await press('{F6}');
    await tabTo('latest', { shift: true });
    await press('{Enter}');
    await expect
      .poll(() => scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight)
      .toBeLessThan(2);
    expect(active()).toBe(scroller);
    await press('{F6}');
    let picked = 0;
    vi.spyOn(HTMLInputElement.prototype, 'click').mockImplementation(() => {
      picked += 1;
    });
    await tabTo('Attach files');
    await press('{Enter}');
    expect(picked).toBe(1);
    nothingLost();
  });

  it('there is a way out at both ends', async () => {
    const { leg } = await setup();
    const [before, after] = [document.createElement('button'), document.createElement('button')];
    before.textContent = 'Before';
    after.textContent = 'After';
    document.body.prepend(before);
    document.body.append(after);
    await type('Delete it');
    (await leg()).emit(start, delta('Well.'), approvalRequest());
    await expect.poll(() => find('[part="allow"]')).not.toBeNull();
    await tabTo('After');
    await tabTo('Before', { shift: true });
    await tabTo('After');
    expect(draft()).toBe('');
    nothingLost();
  });
});

describe('what can be pressed', () => {
  it.each(['ltr', 'rtl'])('is 24 pixels wide and high at least (%s)', async (direction) => {
    document.documentElement.dir = direction;
    const { leg } = await setup(
      { requestUploadUrls: async () => ({ files: [] }) },
      direction === 'rtl' ? { lang: 'ar' } : {},
    );
    const field = find('agent-composer textarea') ?? find('textarea');
    field?.focus();
    await userEvent.keyboard('Delete it{Enter}');
    (await leg()).emit(
      start,
      delta('| a | b |\n|---|---|\n| 1 | 2 |\n\n```js\nlet x;\n```\n\n'),
      { type: 'tool-input-available', toolCallId: 'c9', toolName: 'look', input: { deep: { one: 1 } } },
      { type: 'tool-output-available', toolCallId: 'c9', output: { found: [1] } },
      approvalRequest({ choices: ['once', 'always', 'deny'] }),
      approvalRequest({ approvalId: 'a2', toolCallId: 'c2' }),
    );
    await expect.poll(() => find('[part="allow"]')).not.toBeNull();
    await frames(5);
    const small = elementsIn(document)
      .filter((element) =>
        element.matches('button, a[href], summary, [role="button"], input:not([type="file"]), select'),
      )
      .filter((element) => element.checkVisibility() && getComputedStyle(element).display !== 'inline')
      .flatMap((element) => {
        const { width, height } = element.getBoundingClientRect();
        return width >= 24 && height >= 24
          ? []
          : [`${width} × ${height}: ${element.outerHTML.slice(0, 120)}`];
      });
    expect(small).toEqual([]);
  });
});
