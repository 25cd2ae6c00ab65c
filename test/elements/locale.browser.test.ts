import 'agent-chat-kit/elements';
import { AgentChatError, type UIReasoningPart } from 'agent-chat-kit';
import { setLocale } from 'agent-chat-kit/elements';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { english } from '../../src/elements/locales/en.ts';
import { strings } from '../../src/elements/strings.ts';

const thoughts: UIReasoningPart = {
  type: 'reasoning',
  text: 'Both notes are old.',
  status: 'done',
  startedAt: 0,
  endedAt: 6_000,
};

function put<T extends 'agent-reasoning' | 'agent-composer'>(
  tag: T,
  fields: Partial<HTMLElementTagNameMap[T]> = {},
): HTMLElementTagNameMap[T] {
  const element = Object.assign(document.createElement(tag), fields);
  document.body.append(element);
  return element;
}

/** What the two elements say to who looks at them. */
async function spoken(): Promise<{ send: string | null; thought: string | null }> {
  const composer = document.querySelector('agent-composer');
  const reasoning = document.querySelector('agent-reasoning');
  await Promise.all([composer?.updateComplete, reasoning?.updateComplete]);
  return {
    send: composer?.shadowRoot?.querySelector('[part="send"]')?.getAttribute('aria-label') ?? null,
    thought: reasoning?.shadowRoot?.querySelector('summary span')?.textContent ?? null,
  };
}

beforeEach(() => {
  put('agent-composer');
  put('agent-reasoning', { data: thoughts });
});

afterEach(async () => {
  document.body.replaceChildren();
  await setLocale('en');
});

describe('setLocale', () => {
  it('draws the elements that are in the page anew', async () => {
    expect(await spoken()).toEqual({ send: 'Send', thought: 'Thought for 6 sec' });
    await setLocale('de');
    expect(await spoken()).toEqual({ send: 'Senden', thought: '6 Sek. nachgedacht' });
    await setLocale('en');
    expect(await spoken()).toEqual({ send: 'Send', thought: 'Thought for 6 sec' });
  });

  it('is heard by elements that come later', async () => {
    document.body.replaceChildren();
    await setLocale('de');
    put('agent-composer');
    expect((await spoken()).send).toBe('Senden');
  });

  it.each([
    ['de-AT', 'de'],
    ['pt', 'pt-BR'],
    ['pt-PT', 'pt-BR'],
    ['zh', 'zh-Hans'],
    ['zh-SG', 'zh-Hans'],
    ['zh-TW', 'zh-Hant'],
    ['zh-HK', 'zh-Hant'],
    ['zh-Hant-CN', 'zh-Hant'],
    ['iw', 'he'],
  ])('finds for “%s” the table %s', async (asked, found) => {
    await setLocale(asked);
    expect(strings.locale).toBe(found);
    expect((await spoken()).send).toBe(strings.send);
    expect(strings.send).not.toBe(english.send);
  });

  it.each(['tlh', 'not a language', ''])('rejects “%s”, and the words stay', async (unknown) => {
    await setLocale('de');
    const error = await setLocale(unknown).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(AgentChatError);
    expect(error).toMatchObject({ type: 'validation_error', code: 'locale-not-known' });
    expect(await spoken()).toEqual({ send: 'Senden', thought: '6 Sek. nachgedacht' });
  });

  it('takes words of your own, and says English where they are silent', async () => {
    await setLocale('de');
    await setLocale({ send: 'Go' });
    expect(await spoken()).toEqual({ send: 'Go', thought: 'Thought for 6 sec' });
  });

  it('of two languages asked for in a row the last is spoken, though the first arrives later', async () => {
    // Japanese has to be loaded yet; English is here.
    const first = setLocale('ja');
    const last = setLocale('en');
    await last;
    await first;
    expect(strings.locale).toBe('en');
    expect(await spoken()).toEqual({ send: 'Send', thought: 'Thought for 6 sec' });
  });

  it('says words asked for after a language, though that arrives later', async () => {
    await Promise.all([setLocale('ko'), setLocale({ send: 'Go' })]);
    expect((await spoken()).send).toBe('Go');
  });

  it('is heard by elements that were out of the page', async () => {
    const composer = document.querySelector('agent-composer');
    composer?.remove();
    await setLocale('de');
    if (composer) document.body.append(composer);
    expect((await spoken()).send).toBe('Senden');
  });
});
