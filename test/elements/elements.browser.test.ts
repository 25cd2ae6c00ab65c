import { AgentChat } from 'agent-chat-kit';
import { defineElements } from 'agent-chat-kit/elements';
import { createControlledTransport, createScriptedTransport } from 'agent-chat-kit/testing';
import { beforeAll, expect, vi } from 'vitest';
import { played } from '../../stories/played.ts';
import { type Seen, seenInStories, type Tag } from './shown-in-stories.ts';
import { type TestElementOptions, testElement } from './test-element.ts';

const partsOf = async (name: string) => (await played(name)).messages.flatMap(({ parts }) => parts);
const conversation = async () => (await played('mixed')).messages;

/** A store that is busy with one message while another waits for its turn. */
function withQueue(element: HTMLElement): void {
  const chat = new AgentChat({ transport: createControlledTransport(), whenBusy: 'queue' });
  void chat.sendMessage('First').catch(() => {});
  void chat.sendMessage('Then').catch(() => {});
  Object.assign(element, { chat });
}

/** A list that is read far from its end. */
async function scrolledUp(element: HTMLElement): Promise<void> {
  element.style.blockSize = '100px';
  const scroller = element.shadowRoot?.querySelector('[part="scroller"]');
  await expect.poll(() => scroller?.scrollTop).toBeGreaterThan(500);
  scroller?.scrollTo({ top: 0, behavior: 'instant' });
}

/** A worker that failed, with whatever else a message may have. */
async function failedWorker(element: HTMLElement): Promise<void> {
  const parts = [...(await partsOf('source')), ...(await partsOf('thread'))];
  const data = { ...Reflect.get(element, 'data'), parts, status: 'error', error: 'It went wrong.' };
  Object.assign(element, { data });
  element.shadowRoot?.querySelector('summary')?.click();
}

/** Parts that an application fails to draw. */
function undrawn(element: HTMLElement): void {
  vi.spyOn(globalThis, 'reportError').mockImplementation(() => {});
  const fail = () => {
    throw new Error('Not drawn.');
  };
  const types = ['text', 'tool-call', 'operation', 'object', 'file', 'reasoning', 'source'];
  Object.assign(element, {
    display: { renderers: { parts: Object.fromEntries(types.map((type) => [type, fail])) } },
  });
  element.shadowRoot?.querySelector<HTMLElement>('details:not([open]) > summary')?.click();
}

/** Presses the last button, which leads to more. */
const pressed = (element: HTMLElement) =>
  [...(element.shadowRoot?.querySelectorAll<HTMLElement>('button') ?? [])].at(-1)?.click();

/** Presses the button that changes the arguments. */
const changed = (element: HTMLElement) =>
  element.shadowRoot?.querySelector<HTMLElement>('.title button')?.click();

/** Leads the focus to what shows more of itself then. */
async function focusedAt(element: HTMLElement): Promise<void> {
  element.shadowRoot?.querySelector<HTMLElement>('[part="source"]')?.focus();
  await expect.poll(() => element.shadowRoot?.querySelector('[part="preview"]')).not.toBeNull();
}

/** What is particular to single elements. */
const OPTIONS: Partial<Record<Tag, TestElementOptions>> = {
  'agent-approval': { extra: [changed] },
  'agent-source': { extra: [focusedAt] },
  'agent-chat': {
    data: async () => ({
      chat: new AgentChat({
        transport: createScriptedTransport(),
        initialMessages: await conversation(),
      }),
    }),
    showsAlone: true,
    extra: [withQueue],
  },
  'agent-composer': { story: 'Draft', showsAlone: true },
  // One that fails to load looks otherwise after a while.
  'agent-file': { story: 'Image' },
  'agent-message': { extra: [undrawn] },
  'agent-message-list': {
    data: async () => ({ messages: await conversation() }),
    showsAlone: true,
    extra: [scrolledUp],
  },
  'agent-progress': {
    data: () => ({ data: { type: 'data', name: 'progress', data: { label: 'Reading', value: 0.4 } } }),
    extra: [() => {}],
  },
  'agent-step': { showsAlone: true },
  'agent-steps': {
    data: async () => ({ parts: [...(await partsOf('reasoning')), ...(await partsOf('tool-call'))] }),
    extra: [pressed],
  },
  // That nothing came of a call is a value, too.
  'agent-value': { showsAlone: true },
  'agent-worker': { extra: [failedWorker, undrawn] },
};

let seen: Seen;
beforeAll(async () => {
  seen = await seenInStories();
}, 300_000);

for (const tag of Object.keys(defineElements()) as Tag[]) testElement(tag, () => seen, OPTIONS[tag]);
