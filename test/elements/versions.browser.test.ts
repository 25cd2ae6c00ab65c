import 'agent-chat-kit/elements';
import type { UIMessage } from 'agent-chat-kit';
import { AgentMessage } from 'agent-chat-kit/elements';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import {
  button,
  card,
  conversation,
  delta,
  draft,
  drawn,
  FIELD,
  failed,
  field,
  find,
  finish,
  focused,
  frames,
  message,
  said,
  setup,
  start,
  words,
} from './chat-in-page.ts';

const EDITOR = 'Your message in other words';
const editor = () => page.getByRole('textbox', { name: EDITOR });
const notice = () => find('[part="notice"] span')?.textContent ?? null;
const EARLIER = 'An earlier version. The agent cannot go on from here.';
const status = () => words(page.getByRole('status').element());

/** A chat that was asked and has answered. */
async function answered(options: Parameters<typeof setup>[0] = {}) {
  const chat = await setup(options);
  (await chat.say('One')).emit(start, delta('First'), finish);
  await expect.poll(said).toEqual(['You: One', 'Assistant: First']);
  /** The agent says this to what it is asked next. */
  const says = async (text: string, legs: number) => {
    await expect.poll(() => chat.legs.length).toBe(legs);
    (await chat.leg()).emit(start, delta(text), finish);
    await expect.poll(() => said().at(-1)).toBe(`Assistant: ${text}`);
    await expect.poll(() => chat.chat.status).toBe('idle');
  };
  return { ...chat, says };
}

/** The same, asked once more: the second answer is shown. */
async function answeredTwice(options: Parameters<typeof setup>[0] = {}) {
  const chat = await answered(options);
  await button('Try again').click();
  await chat.says('Second', 2);
  return chat;
}

const keepsHistory = { transport: { keepsHistory: true } };

afterEach(() => {
  document.body.replaceChildren();
  vi.restoreAllMocks();
});

describe('another answer', () => {
  it('is asked for with the last one, and both can be read', async () => {
    const { legs, says } = await answered();
    await button('Try again').click();
    await expect.poll(said).toEqual(['You: One']);
    // The button is gone: the keyboard is where the answer will be.
    expect(focused()).toBe('Conversation');
    await says('Second', 2);
    expect(legs[1]?.request).toMatchObject({ triggerName: 'user-message', rollbackAfterMessageId: null });
    await button('Previous version').click();
    await expect.poll(said).toEqual(['You: One', 'Assistant: First']);
    await expect.poll(status).toBe('Version 1 of 2.');
    await button('Next version').click();
    await expect.poll(said).toEqual(['You: One', 'Assistant: Second']);
  });

  it('can be asked for where nothing runs and nothing failed', async () => {
    const { say } = await answered();
    const leg = await say('Two');
    await expect.element(button('Try again')).not.toBeInTheDocument();
    leg.emit(start, delta('Half'));
    await expect.poll(() => said().length).toBe(4);
    await expect.element(button('Try again')).not.toBeInTheDocument();
    leg.emit(failed);
    await expect.poll(card).toContain('Try again');
    // It is offered once, beside what went wrong.
    expect(button('Try again').elements().length).toBe(1);
  });

  it('is not asked for where the page prevents it', async () => {
    const { element, legs } = await answered();
    element.addEventListener('agent-retry', (event) => event.preventDefault());
    await button('Try again').click();
    await frames(2);
    expect(legs.length).toBe(1);
    expect(said()).toEqual(['You: One', 'Assistant: First']);
  });

  it('can be had of the last answer alone', async () => {
    const { say } = await answered();
    (await say('Two')).emit(start, delta('Next'), finish);
    await expect.element(button('Try again')).toBeVisible();
    const [first, , last] = [...(find('.column')?.querySelectorAll('agent-message') ?? [])].slice(1);
    expect(find('[part="retry"]', first?.shadowRoot as ShadowRoot)).toBeNull();
    expect(find('[part="retry"]', last?.shadowRoot as ShadowRoot)).not.toBeNull();
  });
});

describe('a message in other words', () => {
  it('goes on from there, and what was said before can be read', async () => {
    const { legs, says, element } = await answered();
    await button('Edit').click();
    await userEvent.fill(editor(), 'One, please');
    await userEvent.keyboard('{Enter}');
    await expect.poll(said).toEqual(['You: One, please']);
    await expect.poll(focused).toBe('Edit');
    await says('Here you are', 2);
    expect(legs[1]?.request).toMatchObject({ input: { USER_MESSAGE: 'One, please' } });
    expect(focused()).toBe('Edit');
    expect(document.activeElement).toBe(element);
    await button('Previous version').click();
    await expect.poll(said).toEqual(['You: One', 'Assistant: First']);
    await expect.poll(status).toBe('Version 1 of 2.');
  });

  it('takes the place of an answer that is on its way', async () => {
    const { say, legs, leg } = await setup({ whenBusy: 'queue' });
    (await say('One')).emit(start, delta('Half'));
    await expect.poll(said).toEqual(['You: One', 'Assistant: Half']);
    await button('Edit').click();
    await userEvent.fill(editor(), 'Two');
    await userEvent.keyboard('{Enter}');
    await expect.poll(said).toEqual(['You: Two']);
    expect(legs[0]?.signal.aborted).toBe(true);
    (await leg()).emit(start, delta('Whole'), finish);
    await expect.poll(said).toEqual(['You: Two', 'Assistant: Whole']);
  });

  it('is not written where it would be refused', async () => {
    const { say } = await setup({ whenBusy: 'reject' });
    const leg = await say('One');
    await expect.poll(said).toEqual(['You: One']);
    await expect.element(button('Edit')).not.toBeInTheDocument();
    leg.emit(start, delta('First'), finish);
    await expect.element(button('Edit')).toBeInTheDocument();
  });

  it('is the page’s to send where it prevents the event', async () => {
    const { element, legs } = await answered();
    element.addEventListener('agent-edit', (event) => event.preventDefault());
    await button('Edit').click();
    await userEvent.fill(editor(), 'Two');
    await userEvent.keyboard('{Enter}');
    await frames(2);
    expect(legs.length).toBe(1);
    await expect.element(editor()).toBeVisible();
  });
});

describe('the buttons that lead to other versions', () => {
  it('keep the focus while the message changes', async () => {
    const { chat, legs, says } = await answeredTwice();
    await button('Try again').click();
    await says('Third', 3);
    (button('Previous version').element() as HTMLElement).focus();
    await userEvent.keyboard('{Enter}');
    await expect.poll(() => said().at(-1)).toBe('Assistant: Second');
    expect(focused()).toBe('Previous version');
    await userEvent.keyboard('{Enter}');
    await expect.poll(() => said().at(-1)).toBe('Assistant: First');
    expect(focused()).toBe('Previous version');
    await userEvent.keyboard('{Enter}');
    await frames(2);
    expect(said().at(-1)).toBe('Assistant: First');
    expect(chat.messages.length).toBe(2);
    expect(legs.length).toBe(3);
  });

  it('wait while an answer is on its way', async () => {
    const { say, leg } = await answeredTwice();
    await say('Two');
    await expect.poll(() => button('Previous version').element().ariaDisabled).toBe('true');
    (await leg()).emit(start, delta('Done'), finish);
    await expect.poll(() => button('Previous version').element().ariaDisabled).toBe('false');
  });

  it('do nothing where the page prevents it', async () => {
    const { element } = await answeredTwice();
    element.addEventListener('agent-select-version', (event) => event.preventDefault());
    await button('Previous version').click();
    await frames(2);
    expect(said().at(-1)).toBe('Assistant: Second');
  });

  it('keep their message in its place, however much follows it', async () => {
    const { chat, say, leg, legs } = await setup({ initialMessages: conversation(6) });
    void chat.edit(chat.messages[0]?.id ?? '', 'In other words');
    await expect.poll(() => legs.length).toBe(1);
    (await leg()).emit(start, delta('Short.'), finish);
    await expect.poll(said).toEqual(['You: In other words', 'Assistant: Short.']);
    const scroller = find('[part="scroller"]') as HTMLElement;
    const distance = () => scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight;
    expect(distance()).toBe(0);

    await button('Previous version').click();
    await expect.poll(() => said().length).toBe(6);
    await frames(3);
    expect(scroller.scrollTop).toBe(0);
    await expect.element(button('Jump to the latest')).toBeVisible();

    await button('Next version').click();
    await expect.poll(() => said().length).toBe(2);
    await expect.element(button('Jump to the latest')).not.toBeInTheDocument();
    (await say('On')).emit(start, delta('A line of the answer.\n'.repeat(30)));
    await expect.poll(() => said().length).toBe(4);
    await expect.poll(() => Math.round(distance())).toBe(0);
  });
});

describe('an earlier version that the server cannot go on from', () => {
  it('can be read, and says so; the newest one can be gone on with', async () => {
    const { legs, leg } = await answeredTwice(keepsHistory);
    await userEvent.fill(field(), 'And then?');
    await button('Previous version').click();
    await expect.poll(notice).toBe(EARLIER);
    await expect.element(field()).toBeDisabled();
    await expect.element(button('Send')).toBeDisabled();
    await expect.element(button('Edit')).not.toBeInTheDocument();
    await expect.element(button('Try again')).not.toBeInTheDocument();
    await expect.poll(status).toBe(`Version 1 of 2. ${EARLIER}`);

    await button('Back to the newest').click();
    await expect.poll(said).toEqual(['You: One', 'Assistant: Second']);
    await expect.poll(notice).toBeNull();
    await expect.poll(focused).toBe(FIELD);
    expect(draft()).toBe('And then?');
    await expect.poll(status).toBe('Version 2 of 2.');
    await userEvent.keyboard('{Enter}');
    await expect.poll(() => legs.length).toBe(3);
    (await leg()).emit(start, delta('Then this'), finish);
    await expect.poll(() => said().length).toBe(4);
  });

  it('can also be left by the buttons that led there', async () => {
    await answeredTwice(keepsHistory);
    await button('Previous version').click();
    await expect.poll(notice).toBe(EARLIER);
    await button('Next version').click();
    await expect.poll(notice).toBeNull();
    await expect.element(field()).toBeEnabled();
  });

  it('is left by one button, however deep it lies', async () => {
    const { chat, says } = await answeredTwice(keepsHistory);
    const [, second] = chat.messages;
    void chat.sendMessage('Two');
    await says('Deep', 3);
    void chat.retry();
    await says('Deeper', 4);
    const deep = chat.versions(chat.messages[3]?.id ?? '')[0];
    chat.selectVersion(deep?.id ?? '');
    chat.selectVersion(chat.versions(second?.id ?? '')[0]?.id ?? '');
    await expect.poll(said).toEqual(['You: One', 'Assistant: First']);
    await button('Back to the newest').click();
    await expect.poll(said).toEqual(['You: One', 'Assistant: Second', 'You: Two', 'Assistant: Deeper']);
    await expect.poll(notice).toBeNull();
  });

  it('is none where the page sends the conversation along', async () => {
    const { legs } = await answeredTwice();
    await button('Previous version').click();
    await expect.poll(() => said().at(-1)).toBe('Assistant: First');
    await expect.poll(notice).toBeNull();
    await userEvent.fill(field(), 'On from here');
    await userEvent.keyboard('{Enter}');
    await expect.poll(() => legs.length).toBe(3);
  });
});

describe('an answer that streams', () => {
  /** Which messages were drawn, and how often versions were asked for, from now on. */
  function watch(chat: { versions(messageId: string): readonly UIMessage[] }) {
    const rendered = vi.spyOn(AgentMessage.prototype, 'render');
    const messages = rendered.mock.contexts as readonly AgentMessage[];
    const versions = vi.spyOn(chat, 'versions');
    return {
      drawn: () => [...new Set(messages.map(({ message }) => message?.id))],
      asked: () => versions.mock.calls.length,
    };
  }

  it('draws no other message again, whatever versions there are', async () => {
    const { chat, say } = await answeredTwice();
    const leg = await say('Two');
    leg.emit(start, delta('Word'));
    await expect.poll(() => said().at(-1)).toBe('Assistant: Word');
    await drawn();
    const last = chat.messages.at(-1)?.id;
    const watched = watch(chat);
    for (let i = 0; i < 20; i += 1) {
      leg.emit(delta(` word${i}`));
      await frames(1);
    }
    await expect.poll(() => said().at(-1)).toMatch(/word19$/);
    expect(watched.drawn()).toEqual([last]);
    expect(watched.asked()).toBe(0);
  });

  it('has the versions of new messages asked for, and of no others', async () => {
    const { chat, say } = await setup({ initialMessages: conversation(40) });
    const watched = watch(chat);
    (await say('Two')).emit(start, delta('Word'));
    await expect.poll(() => said().at(-1)).toBe('Assistant: Word');
    expect(watched.asked()).toBe(2);
  });

  it('is not taken for another when a store of other messages is shown', async () => {
    const first = await answeredTwice();
    await expect.element(button('Previous version')).toBeVisible();
    first.chat.replaceMessages(first.chat.messages);
    await expect.element(button('Previous version')).not.toBeInTheDocument();
    expect(said()).toEqual(['You: One', 'Assistant: Second']);
    first.chat.replaceMessages([message('m', 'user', 'Elsewhere')]);
    await expect.poll(said).toEqual(['You: Elsewhere']);
  });
});
