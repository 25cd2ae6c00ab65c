import {
  AgentChat,
  type AgentChatOptions,
  type ConnectionStateListener,
  createAgentChat,
  type StreamEvent,
  type SvelteAgentChat,
  type Transport,
  type UIMessage,
} from 'agent-chat-kit/svelte';
import { type ControlledTransport, createControlledTransport } from 'agent-chat-kit/testing';
import { type Component, flushSync, mount as mountComponent, unmount as unmountComponent } from 'svelte';
import { get } from 'svelte/store';
import { afterEach, beforeEach, describe, expect, it, type MockInstance, vi } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import RunesChat from './chat.svelte';
import { runEffects } from './run-effects.svelte.ts';
import StoreChat from './store-chat.svelte';

const start: StreamEvent = { type: 'start', executionId: 'run' };
const finish: StreamEvent = { type: 'finish', finishReason: 'stop' };
const delta = (text: string): StreamEvent => ({ type: 'text-delta', id: 't', delta: text });
const message = (id: string, text: string): UIMessage => ({
  id,
  role: 'user',
  status: 'done',
  createdAt: new Date(0),
  parts: [{ type: 'text', text, status: 'done' }],
});
const conversation = ['a', 'b', 'c'].map((id) => message(id, id.toUpperCase()));
const task = () => new Promise((resolve) => setTimeout(resolve));

/** A chat that counts who listens to it. */
function listened(transport = createControlledTransport()) {
  const chat = new AgentChat({ transport });
  const { subscribe } = chat;
  const counted = { chat, transport, listeners: 0 };
  Object.defineProperty(chat, 'subscribe', {
    value: (listener: () => void) => {
      const unsubscribe = subscribe(listener);
      counted.listeners += 1;
      return () => {
        counted.listeners -= 1;
        unsubscribe();
      };
    },
  });
  return counted;
}

/** A transport that notes who listens to its connection and whether it was closed. */
function connected() {
  const listeners = new Set<ConnectionStateListener>();
  const calls = { connect: 0, disconnect: 0 };
  const transport: ControlledTransport = {
    ...createControlledTransport(),
    connectionState: 'disconnected',
    onConnectionStateChange: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    connect: async () => {
      calls.connect += 1;
    },
    disconnect: () => {
      calls.disconnect += 1;
    },
  };
  return { transport, listeners, calls };
}

/** A transport with a run that still goes on at its server. */
function resumable(): Transport {
  return {
    ...createControlledTransport(),
    async *resume() {
      yield [start, delta('And on'), finish];
    },
  };
}

const shown = (container: Element) =>
  [...container.querySelectorAll('.message')].map((element) => element.textContent?.trim());

let warnings: MockInstance<typeof console.warn>;
let errors: MockInstance<typeof console.error>;
const mounted = new Set<Record<string, unknown>>();

function mount(
  component: Component<Record<string, unknown>>,
  options: AgentChatOptions | { readonly chat: AgentChat },
  rendered?: (id: string) => void,
) {
  const container = document.createElement('div');
  document.body.append(container);
  let chat: SvelteAgentChat | undefined;
  const app = mountComponent(component, {
    target: container,
    props: {
      options,
      made: (made: SvelteAgentChat) => {
        chat = made;
      },
      rendered,
    },
  });
  flushSync();
  mounted.add(app);
  if (!chat) throw new Error('The component did not run.');
  const unmount = async (): Promise<void> => {
    mounted.delete(app);
    await unmountComponent(app);
    // Effects let go of what they read a microtask later.
    await task();
  };
  return { container, chat, unmount };
}

beforeEach(() => {
  warnings = vi.spyOn(console, 'warn');
  errors = vi.spyOn(console, 'error');
});

afterEach(async () => {
  for (const app of mounted) await unmountComponent(app);
  mounted.clear();
  document.body.replaceChildren();
  expect([...warnings.mock.calls, ...errors.mock.calls]).toEqual([]);
  vi.restoreAllMocks();
});

describe.each([
  ['with runes', RunesChat],
  ['as a store', StoreChat],
])('%s', (_, component) => {
  it('shows what the user says at once and the answer as it streams', async () => {
    const transport = createControlledTransport();
    const { container, chat } = mount(component, { transport });
    void chat.sendMessage('Hello');
    await expect.poll(() => shown(container)).toEqual(['user: Hello']);
    expect(container.firstElementChild?.getAttribute('data-status')).toBe('streaming');
    transport.legs[0]?.emit(start, delta('Good'));
    await expect.poll(() => shown(container)).toEqual(['user: Hello', 'assistant: Good']);
    transport.legs[0]?.emit(delta(' morning'), finish);
    await expect.poll(() => shown(container)).toEqual(['user: Hello', 'assistant: Good morning']);
    expect(container.firstElementChild?.getAttribute('data-status')).toBe('idle');
  });

  it('ends its own run when the component goes, lets go of the connection, and writes nothing more', async () => {
    const { transport, listeners, calls } = connected();
    const { container, chat, unmount } = mount(component, { transport });
    void chat.sendMessage('Hello');
    transport.legs[0]?.emit(start, delta('One'));
    await expect.poll(() => shown(container)).toEqual(['user: Hello', 'assistant: One']);
    expect(listeners.size).toBe(1);
    await unmount();
    expect(transport.legs[0]?.signal.aborted).toBe(true);
    expect(listeners.size).toBe(0);
    expect(calls.disconnect).toBe(1);
    const { messages } = chat.chat;
    transport.legs[0]?.emit(delta(', late'), finish);
    await task();
    expect(chat.chat.messages).toBe(messages);
    expect(messages[1]?.status).toBe('done');
  });

  it('leaves a given chat and its run alone, and no listener on it', async () => {
    const given = listened();
    const { container, chat, unmount } = mount(component, { chat: given.chat });
    expect(chat.chat).toBe(given.chat);
    void chat.sendMessage('Hello');
    given.transport.legs[0]?.emit(start, delta('One'));
    await expect.poll(() => shown(container)).toEqual(['user: Hello', 'assistant: One']);
    expect(given.listeners).toBeGreaterThan(0);
    await unmount();
    expect(given.listeners).toBe(0);
    expect(given.transport.legs[0]?.signal.aborted).toBe(false);
  });

  it('loses no reply of a given chat: what came meanwhile is there when it is mounted again', async () => {
    const given = listened();
    const first = mount(component, { chat: given.chat });
    void given.chat.sendMessage('Hello');
    given.transport.legs[0]?.emit(start, delta('One'));
    await expect.poll(() => shown(first.container)).toEqual(['user: Hello', 'assistant: One']);
    await first.unmount();
    given.transport.legs[0]?.emit(delta(', two'));
    const second = mount(component, { chat: given.chat });
    given.transport.legs[0]?.emit(delta(', three'), finish);
    await expect.poll(() => shown(second.container)).toEqual(['user: Hello', 'assistant: One, two, three']);
    expect(given.transport.legs.length).toBe(1);
  });

  it('goes on with the run of an earlier visit when it is asked to', async () => {
    const { container } = mount(component, { transport: resumable(), resume: true });
    await expect.poll(() => shown(container)).toEqual(['assistant: And on']);
    expect(container.firstElementChild?.getAttribute('data-status')).toBe('idle');
  });

  it('ten components on one chat all show it, and all let go of it', async () => {
    const given = listened();
    const components = Array.from({ length: 10 }, () => mount(component, { chat: given.chat }));
    void given.chat.sendMessage('Hello');
    given.transport.legs[0]?.emit(start, delta('Hi'), finish);
    for (const { container } of components) {
      await expect.poll(() => shown(container)).toEqual(['user: Hello', 'assistant: Hi']);
    }
    expect(given.transport.legs.length).toBe(1);
    for (const { unmount } of components) await unmount();
    expect(given.listeners).toBe(0);
  });
});

describe('a form written in Svelte', () => {
  it('sends, shows an error, tries again, and stops', async () => {
    const transport = createControlledTransport();
    const { container, chat } = mount(RunesChat, { transport });
    await userEvent.fill(page.getByRole('textbox', { name: 'Message' }), 'Hello');
    await userEvent.keyboard('{Enter}');
    await expect.poll(() => shown(container)).toEqual(['user: Hello']);
    transport.legs[0]?.end();
    await expect.element(page.getByRole('alert')).toHaveTextContent('stream-interrupted');
    await page.getByRole('button', { name: 'Retry' }).click();
    await expect.poll(() => transport.legs.length).toBe(2);
    await expect.poll(() => container.querySelector('[role=alert]')).toBeNull();
    await page.getByRole('button', { name: 'Stop' }).click();
    expect(transport.legs[1]?.signal.aborted).toBe(true);
    expect(chat.status).toBe('idle');
  });

  it('works out again only what is of the message that changes', async () => {
    const transport = createControlledTransport();
    const renders = new Map<string, number>();
    const { chat, container } = mount(RunesChat, { transport, initialMessages: conversation }, (id) => {
      renders.set(id, (renders.get(id) ?? 0) + 1);
    });
    void chat.sendMessage('Hello');
    transport.legs[0]?.emit(start, delta('0'));
    await expect.poll(() => shown(container).at(-1)).toBe('assistant: 0');
    for (let i = 1; i <= 5; i += 1) {
      transport.legs[0]?.emit(delta(String(i)));
      await expect.poll(() => shown(container).at(-1)).toMatch(new RegExp(`${i}$`));
    }
    const [streamed, ...others] = [...renders.values()].reverse();
    expect(others).toEqual([1, 1, 1, 1]);
    expect(streamed).toBe(6);
  });
});

describe('what is returned', () => {
  it('has each field of the chat, every action, and the chat itself', () => {
    const transport = createControlledTransport();
    const view = createAgentChat({ transport, initialMessages: conversation });
    const { chat } = view;
    expect(view).toMatchObject(chat.getSnapshot());
    expect(view.messages).toBe(chat.messages);
    const methods = Object.getOwnPropertyNames(AgentChat.prototype).filter((name) => {
      const { value } = Object.getOwnPropertyDescriptor(AgentChat.prototype, name) ?? {};
      return typeof value === 'function' && name !== 'constructor';
    });
    expect(Object.keys(view)).toEqual(expect.arrayContaining(methods));
  });

  it('keeps the store contract: the value at once, each change, and nothing after the end', async () => {
    const { chat, transport } = listened();
    const view = createAgentChat({ chat });
    const seen: unknown[] = [];
    const unsubscribe = view.subscribe((snapshot) => seen.push(snapshot));
    expect(seen).toEqual([chat.getSnapshot()]);
    expect(get(view)).toBe(chat.getSnapshot());
    void view.sendMessage('Hello');
    expect(seen.at(-1)).toBe(chat.getSnapshot());
    transport.legs[0]?.emit(start, delta('Hi'));
    await expect.poll(() => seen.at(-1)).toMatchObject({ messages: [{}, { role: 'assistant' }] });
    unsubscribe();
    const { length } = seen;
    view.stop();
    expect(seen.length).toBe(length);
  });

  it('runs an effect again only when a field that it read changed, and listens only for effects', async () => {
    const given = listened();
    const view = createAgentChat({ chat: given.chat });
    const seen: string[] = [];
    expect(view.status).toBe('idle');
    expect(given.listeners).toBe(0);
    const end = runEffects(
      () => void seen.push(view.status),
      () => void seen.push(`${view.messages.length} messages`),
    );
    flushSync();
    expect(seen.splice(0)).toEqual(['idle', '0 messages']);
    void view.sendMessage('Hello');
    flushSync();
    expect(seen.splice(0)).toEqual(['streaming', '1 messages']);
    given.transport.legs[0]?.emit(start, delta('Hi'));
    await expect.poll(() => seen).toEqual(['2 messages']);
    view.stop();
    flushSync();
    expect(seen.slice(1).sort()).toEqual(['2 messages', 'idle']);
    expect(given.listeners).toBe(2);
    end();
    await task();
    expect(given.listeners).toBe(0);
  });

  it('lists the versions of a message as they come', async () => {
    const view = createAgentChat({ transport: createControlledTransport() });
    void view.sendMessage('Hello');
    const first = view.messages[0]?.id ?? '';
    const seen: number[] = [];
    const end = runEffects(() => void seen.push(view.versions(first).length));
    flushSync();
    // The message is not in the conversation while another version of it is.
    void view.edit(first, 'Good morning');
    await expect.poll(() => seen).toEqual([1, 0]);
    view.stop();
    view.selectVersion(first);
    await expect.poll(() => seen).toEqual([1, 0, 2]);
    end();
    view.dispose();
  });

  it('finds one message wherever it is, and undefined where it is not', () => {
    const view = createAgentChat({ transport: createControlledTransport(), initialMessages: conversation });
    expect(view.message('b')).toBe(view.messages[1]);
    expect(view.message('later')).toBeUndefined();
    view.replaceMessages([message('later', 'Here'), ...conversation]);
    expect(view.message('later')).toBe(view.messages[0]);
    expect(view.message('b')).toBe(view.messages[2]);
  });

  it('runs an effect again when the message that it reads changed', async () => {
    const transport = createControlledTransport();
    const view = createAgentChat({ transport });
    void view.sendMessage('Hello');
    transport.legs[0]?.emit(start, delta('One'));
    await expect.poll(() => view.messages.length).toBe(2);
    const id = view.messages[1]?.id ?? '';
    const seen: unknown[] = [];
    const end = runEffects(() => void seen.push(view.message(id)?.parts[0]));
    flushSync();
    transport.legs[0]?.emit(delta(', two'));
    await expect.poll(() => seen).toMatchObject([{ text: 'One' }, { text: 'One, two' }]);
    end();
    view.dispose();
  });

  it('made outside of components ends when it is disposed of, and a given chat does not', () => {
    const transport = createControlledTransport();
    const own = createAgentChat({ transport });
    void own.sendMessage('Hello');
    own.dispose();
    expect(transport.legs[0]?.signal.aborted).toBe(true);

    const given = listened();
    const view = createAgentChat({ chat: given.chat });
    void view.sendMessage('Hello');
    view.dispose();
    expect(given.transport.legs[0]?.signal.aborted).toBe(false);
  });
});
