import { AgentChat, type StreamEvent } from 'agent-chat-kit';
import { createControlledTransport } from 'agent-chat-kit/testing';
import { afterEach, beforeEach, describe, expect, it, type MockInstance, vi } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { asks, delta, drawn, elementsIn, finish, frame, start } from './elements/chat-in-page.ts';

/** What the application under test gets: a chat to show, and where its cards say what happens to them. */
export interface PartSlotsProps {
  readonly chat: AgentChat;
  readonly note: (what: string, id: string) => void;
}

/** Mounts the application into that element; returns what unmounts it. */
export type MountPartSlots = (target: HTMLElement, props: PartSlotsProps) => () => void | Promise<void>;

const call = (toolCallId: string): StreamEvent => ({
  type: 'tool-input-available',
  toolCallId,
  toolName: 'weather',
  input: { city: toolCallId },
});
const result = (toolCallId: string, output: unknown): StreamEvent => ({
  type: 'tool-output-available',
  toolCallId,
  output,
});
const argument = (toolCallId: string): StreamEvent => ({
  type: 'tool-input-delta',
  toolCallId,
  inputTextDelta: '[',
});

const cards = () => [...document.querySelectorAll<HTMLElement>('.card')];
const isShown = (element: Element) => element.checkVisibility() && element.getBoundingClientRect().height > 0;
/** Those that cards come through. */
const slots = () =>
  elementsIn(document).filter((element) => element.matches('agent-slot, slot[name^="agent-part-"]')).length;
const settled = async () => {
  await frame();
  await frame();
  await drawn();
  await frame();
};

/** Cards of a framework in the slots of a chat: the same must hold for each of them. */
export function testPartSlots(name: string, mountInto: MountPartSlots, tells: 'one' | 'all' = 'one'): void {
  describe(name, () => {
    let warnings: MockInstance<typeof console.warn>;
    let errors: MockInstance<typeof console.error>;
    const mounted = new Set<() => void | Promise<void>>();

    beforeEach(() => {
      warnings = vi.spyOn(console, 'warn');
      errors = vi.spyOn(console, 'error');
    });

    afterEach(async () => {
      for (const unmount of mounted) await unmount();
      document.body.replaceChildren();
      document.adoptedStyleSheets = [];
      expect([...warnings.mock.calls, ...errors.mock.calls]).toEqual([]);
      vi.restoreAllMocks();
    });

    /** A chat that was asked, whose agent is in the hands of the test. */
    async function asked() {
      const transport = createControlledTransport();
      const chat = new AgentChat({ transport, clientTools: { 'ask-user': 'interactive' } });
      const noted: string[] = [];
      const container = document.createElement('div');
      container.style.height = '480px';
      document.body.append(container);
      const take = mountInto(container, { chat, note: (what, id) => void noted.push(`${what} ${id}`) });
      const unmount = (): void | Promise<void> => {
        mounted.delete(unmount);
        return take();
      };
      mounted.add(unmount);
      void chat.sendMessage('Go on');
      await expect.poll(() => transport.legs.length).toBe(1);
      const says = async (...events: readonly StreamEvent[]) => {
        transport.legs.at(-1)?.emit(...events);
        await settled();
      };
      return { chat, transport, noted, container, unmount, says };
    }

    it('a card is drawn in its place, with the styles, the context and the events of the page', async () => {
      const sheet = new CSSStyleSheet();
      sheet.replaceSync('.card { border: 7px solid rgb(1, 2, 3) }');
      document.adoptedStyleSheets = [sheet];
      const { says } = await asked();
      await says(start, delta('Before'), call('c'), delta('After', 'u'));
      const [card] = cards() as [HTMLElement];
      expect(isShown(card)).toBe(true);
      expect(getComputedStyle(card).borderLeftWidth).toBe('7px');
      expect(card.querySelector('output')?.textContent).toBe('… degrees, 0');
      const texts = elementsIn(document).filter(({ localName }) => localName === 'agent-text');
      const [before, after] = texts.slice(-2).map((element) => element.getBoundingClientRect()) as [
        DOMRect,
        DOMRect,
      ];
      expect(card.getBoundingClientRect().top).toBeGreaterThanOrEqual(before.bottom);
      expect(card.getBoundingClientRect().bottom).toBeLessThanOrEqual(after.top);
      await page.getByRole('button', { name: 'Pressed 0' }).click();
      await settled();
      expect(card.querySelector('button')?.textContent).toBe('Pressed 1');
    });

    it('a card keeps its state, focus and selection while it and others stream, and is mounted once', async () => {
      const { says, noted } = await asked();
      await says(start, { type: 'tool-input-start', toolCallId: 'c', toolName: 'weather' }, delta('Words'));
      expect(noted.filter((note) => note.startsWith('mount'))).toEqual(['mount c']);
      await page.getByRole('button', { name: 'Pressed 0' }).click();
      const field = cards()[0]?.querySelector('input') as HTMLInputElement;
      field.focus();
      await userEvent.keyboard('{End}!');
      field.setSelectionRange(2, 6);
      noted.length = 0;
      for (let i = 0; i < 50; i += 1) await says(...Array.from({ length: 20 }, () => delta('word ')));
      expect(noted).toEqual([]);
      for (let i = 0; i < 50; i += 1) await says(...Array.from({ length: 20 }, () => argument('c')));
      expect(cards()[0]?.querySelector('output')?.textContent).toBe('… degrees, 1000');
      await says(result('c', 'rain'), finish);
      expect(new Set(noted)).toEqual(new Set(['render c']));
      expect(document.activeElement).toBe(field);
      expect([field.value, field.selectionStart, field.selectionEnd]).toEqual(['some words!', 2, 6]);
      expect(cards()[0]?.querySelector('button')?.textContent).toBe('Pressed 1');
      expect(cards()[0]?.querySelector('output')?.textContent).toMatch(/^rain degrees/);
    });

    const which = tells === 'one' ? 'only the one whose part has changed' : 'each, as the framework has it,';
    it(`of two hundred cards ${which} is rendered`, async () => {
      const { says, noted } = await asked();
      const ids = Array.from({ length: 200 }, (_, i) => `c${i}`);
      await says(start, ...ids.map(call));
      expect(cards().map(({ dataset }) => dataset['call'])).toEqual(ids);
      expect(cards().every(isShown)).toBe(true);
      noted.length = 0;
      await says(result('c70', 'rain'));
      expect(noted).toEqual((tells === 'one' ? ['c70'] : ids).map((id) => `render ${id}`));
    });

    it('cards go with their version and come back with it, and leave nothing behind', async () => {
      const { says, chat, transport, noted, container, unmount } = await asked();
      await says(start, call('c'), result('c', 'rain'), finish);
      const withCard = slots();
      expect(withCard).toBeGreaterThan(0);
      const first = chat.messages.at(-1)?.id as string;
      void chat.retry();
      await expect.poll(() => transport.legs.length).toBe(2);
      await says(start, delta('Another'), finish);
      expect([cards().length, slots()]).toEqual([0, 0]);
      for (let i = 0; i < 2; i += 1) {
        chat.selectVersion(first);
        await settled();
        expect(cards().map(isShown)).toEqual([true]);
        expect(slots()).toBe(withCard);
        chat.selectVersion(chat.versions(first).at(-1)?.id as string);
        await settled();
        expect([cards().length, slots()]).toEqual([0, 0]);
      }
      chat.selectVersion(first);
      await settled();
      await unmount();
      expect(container.childElementCount).toBe(0);
      await settled();
      expect(noted.filter((note) => note.startsWith('mount')).length).toBe(4);
      expect(noted.filter((note) => note.startsWith('unmount')).length).toBe(4);
    });

    it('a card keeps its state while the chat moves in the page', async () => {
      const { says, container, noted } = await asked();
      await says(start, call('c'));
      await page.getByRole('button', { name: 'Pressed 0' }).click();
      const before = slots();
      noted.length = 0;
      const place = document.createElement('div');
      document.body.append(place);
      place.append(container);
      await settled();
      expect(slots()).toBe(before);
      expect(cards().map(isShown)).toEqual([true]);
      expect(cards()[0]?.querySelector('button')?.textContent).toBe('Pressed 1');
      expect(noted).toEqual([]);
    });

    it('a question is answered by its card, and goes away', async () => {
      const { says, transport } = await asked();
      await says(...asks({ question: 'Which colour?' }));
      await page.getByRole('button', { name: 'Which colour?' }).click();
      await expect.poll(() => transport.legs.length).toBe(2);
      await settled();
      expect([cards().length, slots()]).toEqual([0, 0]);
      expect(transport.legs[1]?.request).toMatchObject({
        toolResults: [{ toolCallId: 'c1', result: 'red' }],
      });
    });
  });
}
