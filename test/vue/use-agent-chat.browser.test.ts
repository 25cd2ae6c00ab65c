import { type ControlledTransport, createControlledTransport } from 'agent-chat-kit/testing';
import {
  AgentChat,
  type AgentChatOptions,
  type ConnectionStateListener,
  type StreamEvent,
  type Transport,
  type UIMessage,
  type UseAgentChatReturn,
  useAgentChat,
  useMessage,
} from 'agent-chat-kit/vue';
import { afterEach, beforeEach, describe, expect, it, type MockInstance, vi } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import {
  type App,
  computed,
  createApp,
  effectScope,
  h,
  isReactive,
  isReadonly,
  nextTick,
  reactive,
  ref,
  watch,
} from 'vue';
import ChatView from './chat-view.vue';

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

/** A chat that counts who listens to it. */
function listened(transport = createControlledTransport(), options: Partial<AgentChatOptions> = {}) {
  const chat = new AgentChat({ transport, ...options });
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
const apps: App[] = [];

function mount(options: AgentChatOptions | { readonly chat: AgentChat }, rendered?: (id: string) => void) {
  const container = document.createElement('div');
  document.body.append(container);
  let returned: UseAgentChatReturn | undefined;
  const app = createApp({
    render: () =>
      h(ChatView, {
        options,
        made: (made: UseAgentChatReturn) => {
          returned = made;
        },
        rendered,
      }),
  });
  apps.push(app);
  app.mount(container);
  if (!returned) throw new Error('The component did not run.');
  const unmount = (): void => {
    apps.splice(apps.indexOf(app), 1);
    app.unmount();
  };
  return { container, returned, unmount };
}

beforeEach(() => {
  warnings = vi.spyOn(console, 'warn');
  errors = vi.spyOn(console, 'error');
});

afterEach(() => {
  for (const app of apps.splice(0)) app.unmount();
  document.body.replaceChildren();
  expect([...warnings.mock.calls, ...errors.mock.calls]).toEqual([]);
  vi.restoreAllMocks();
});

describe('the composable', () => {
  it('returns each field as a read-only ref, every action, and the store', () => {
    const { returned } = mount({ transport: createControlledTransport(), initialMessages: conversation });
    const { chat } = returned;
    for (const [field, value] of Object.entries(chat.getSnapshot())) {
      const given = returned[field as keyof UseAgentChatReturn] as { readonly value: unknown };
      expect(given.value, field).toBe(value);
      expect(isReadonly(given), field).toBe(true);
    }
    const methods = Object.getOwnPropertyNames(AgentChat.prototype).filter((name) => {
      const { value } = Object.getOwnPropertyDescriptor(AgentChat.prototype, name) ?? {};
      return typeof value === 'function' && name !== 'constructor';
    });
    expect(Object.keys(returned)).toEqual(expect.arrayContaining(methods));
  });

  it('shows what the user says at once and the answer as it streams', async () => {
    const transport = createControlledTransport();
    const { container } = mount({ transport });
    await userEvent.fill(page.getByRole('textbox', { name: 'Message' }), 'Hello');
    await userEvent.keyboard('{Enter}');
    await expect.poll(() => shown(container)).toEqual(['user: Hello']);
    expect(container.firstElementChild?.getAttribute('data-status')).toBe('streaming');
    transport.legs[0]?.emit(start, delta('Good'));
    await expect.poll(() => shown(container)).toEqual(['user: Hello', 'assistant: Good']);
    transport.legs[0]?.emit(delta(' morning'), finish);
    await expect.poll(() => shown(container)).toEqual(['user: Hello', 'assistant: Good morning']);
    expect(container.firstElementChild?.getAttribute('data-status')).toBe('idle');
  });

  it('shows an error, tries again, and stops', async () => {
    const transport = createControlledTransport();
    const { container, returned } = mount({ transport });
    void returned.sendMessage('Hello');
    transport.legs[0]?.end();
    await expect.element(page.getByRole('alert')).toHaveTextContent('stream-interrupted');
    await page.getByRole('button', { name: 'Retry' }).click();
    await expect.poll(() => transport.legs.length).toBe(2);
    expect(container.querySelector('[role=alert]')).toBeNull();
    await page.getByRole('button', { name: 'Stop' }).click();
    expect(transport.legs[1]?.signal.aborted).toBe(true);
    expect(returned.status.value).toBe('idle');
  });

  it('gives the messages as the chat has them: plain, and the same object while they do not change', async () => {
    const transport = createControlledTransport();
    const { returned } = mount({ transport, initialMessages: conversation });
    const { chat, messages } = returned;
    void returned.sendMessage('Hello');
    transport.legs[0]?.emit(start, delta('Good'));
    await expect.poll(() => messages.value.length).toBe(5);
    const before = messages.value;
    transport.legs[0]?.emit(delta(' morning'));
    await expect.poll(() => messages.value).not.toBe(before);
    expect(messages.value).toBe(chat.messages);
    expect(messages.value.some((each) => isReactive(each) || isReactive(each.parts))).toBe(false);
    expect(messages.value.slice(0, 4)).toEqual(before.slice(0, 4));
    for (let i = 0; i < 4; i += 1) expect(messages.value[i]).toBe(before[i]);
    expect(messages.value[4]).not.toBe(before[4]);
  });

  it('goes on with the run of an earlier visit when it is asked to', async () => {
    const transport = resumable();
    const { container } = mount({ transport, resume: true });
    await expect.poll(() => shown(container)).toEqual(['assistant: And on']);
    expect(container.firstElementChild?.getAttribute('data-status')).toBe('idle');
  });

  it('lists the versions of a message as they come', async () => {
    const { returned } = mount({ transport: createControlledTransport() });
    void returned.sendMessage('Hello');
    const first = returned.messages.value[0]?.id ?? '';
    const scope = effectScope();
    const count = scope.run(() => computed(() => returned.versions(first).length));
    expect(count?.value).toBe(1);
    // The message is not in the conversation while another version of it is.
    void returned.edit(first, 'Good morning');
    await expect.poll(() => count?.value).toBe(0);
    returned.stop();
    returned.selectVersion(first);
    await expect.poll(() => count?.value).toBe(2);
    scope.stop();
  });

  it('triggers only the refs whose values changed', async () => {
    const transport = createControlledTransport();
    const scope = effectScope();
    const seen: string[] = [];
    const chat = scope.run(() => {
      const returned = useAgentChat({ transport });
      watch(returned.status, (status) => seen.push(status), { flush: 'sync' });
      watch(returned.messages, () => seen.push('messages'), { flush: 'sync' });
      return returned;
    });
    void chat?.sendMessage('Hello');
    expect(seen.splice(0).sort()).toEqual(['messages', 'streaming']);
    transport.legs[0]?.emit(start, delta('Good'));
    await expect.poll(() => seen.splice(0)).toEqual(['messages']);
    scope.stop();
  });

  it('keeps the store whole when an application makes what it got reactive', async () => {
    const { chat, transport } = listened();
    const held = ref({ chat });
    const scope = effectScope();
    const state = scope.run(() => reactive(useAgentChat({ chat: held.value.chat as AgentChat })));
    void state?.chat.sendMessage('Hello');
    void state?.stop();
    expect(state?.messages.length).toBe(1);
    expect(transport.legs.length).toBe(1);
    expect(isReactive(reactive({ chat }).chat)).toBe(false);
    scope.stop();
  });
});

describe('when it is unmounted', () => {
  it('ends its own run, lets go of the connection, and nothing is written afterwards', async () => {
    const { transport, listeners, calls } = connected();
    const { container, returned, unmount } = mount({ transport });
    void returned.sendMessage('Hello');
    transport.legs[0]?.emit(start, delta('One'));
    await expect.poll(() => shown(container)).toEqual(['user: Hello', 'assistant: One']);
    expect(listeners.size).toBe(1);
    unmount();
    expect(transport.legs[0]?.signal.aborted).toBe(true);
    expect(listeners.size).toBe(0);
    expect(calls.disconnect).toBe(1);
    const { messages } = returned.chat;
    transport.legs[0]?.emit(delta(', late'), finish);
    await new Promise((resolve) => setTimeout(resolve));
    expect(returned.chat.messages).toBe(messages);
    expect(messages[1]?.status).toBe('done');
  });

  it('leaves a given chat and its run alone, and no listener on it', async () => {
    const given = listened();
    const { container, returned, unmount } = mount({ chat: given.chat });
    expect(returned.chat).toBe(given.chat);
    void returned.sendMessage('Hello');
    given.transport.legs[0]?.emit(start, delta('One'));
    await expect.poll(() => shown(container)).toEqual(['user: Hello', 'assistant: One']);
    // The composable's own, and one of each message.
    expect(given.listeners).toBe(3);
    unmount();
    expect(given.listeners).toBe(0);
    expect(given.transport.legs[0]?.signal.aborted).toBe(false);
  });

  it('loses no reply of a given chat: what came meanwhile is there when it is mounted again', async () => {
    const given = listened();
    const first = mount({ chat: given.chat });
    void first.returned.sendMessage('Hello');
    given.transport.legs[0]?.emit(start, delta('One'));
    await expect.poll(() => shown(first.container)).toEqual(['user: Hello', 'assistant: One']);
    first.unmount();
    given.transport.legs[0]?.emit(delta(', two'));
    const second = mount({ chat: given.chat });
    given.transport.legs[0]?.emit(delta(', three'), finish);
    await expect.poll(() => shown(second.container)).toEqual(['user: Hello', 'assistant: One, two, three']);
    expect(given.transport.legs.length).toBe(1);
  });
});

describe('many components', () => {
  it('on one chat all show it, and all let go of it', async () => {
    const given = listened();
    const mounted = Array.from({ length: 10 }, () => mount({ chat: given.chat }));
    void given.chat.sendMessage('Hello');
    given.transport.legs[0]?.emit(start, delta('Hi'), finish);
    for (const { container } of mounted) {
      await expect.poll(() => shown(container)).toEqual(['user: Hello', 'assistant: Hi']);
    }
    expect(given.transport.legs.length).toBe(1);
    for (const { unmount } of mounted) unmount();
    expect(given.listeners).toBe(0);
  });

  it('of one message each: only that of the message that changes renders again', async () => {
    const transport = createControlledTransport();
    const renders = new Map<string, number>();
    const { returned, container } = mount({ transport, initialMessages: conversation }, (id) => {
      renders.set(id, (renders.get(id) ?? 0) + 1);
    });
    void returned.sendMessage('Hello');
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

describe('one message', () => {
  it('is undefined until it is there, and follows the id', async () => {
    const { chat } = listened(undefined, { initialMessages: conversation });
    const id = ref('b');
    const scope = effectScope();
    const one = scope.run(() => useMessage(chat, id));
    expect(one?.value).toBe(chat.messages[1]);
    expect(isReadonly(one)).toBe(true);
    id.value = 'later';
    expect(one?.value).toBeUndefined();
    chat.replaceMessages([message('later', 'Here'), ...conversation]);
    expect(one?.value).toBe(chat.messages[0]);
    chat.replaceMessages(conversation);
    expect(one?.value).toBeUndefined();
    scope.stop();
  });

  it('triggers when it changes and at no other time', async () => {
    const { chat, transport } = listened(undefined, { initialMessages: conversation });
    const scope = effectScope();
    let triggered = 0;
    scope.run(() => watch(useMessage(chat, 'a'), () => (triggered += 1), { flush: 'sync' }));
    void chat.sendMessage('Hello');
    transport.legs[0]?.emit(start, delta('Good'), finish);
    await expect.poll(() => chat.messages.at(-1)?.status).toBe('done');
    await nextTick();
    expect(triggered).toBe(0);
    chat.replaceMessages([message('a', 'Other')]);
    expect(triggered).toBe(1);
    scope.stop();
  });
});

describe('outside of components', () => {
  it('an effect scope ends the chat that was made in it', async () => {
    const transport = createControlledTransport();
    const scope = effectScope();
    const chat = scope.run(() => useAgentChat({ transport }));
    void chat?.sendMessage('Hello');
    transport.legs[0]?.emit(start, delta('Hi'));
    await expect.poll(() => chat?.messages.value.length).toBe(2);
    scope.stop();
    expect(transport.legs[0]?.signal.aborted).toBe(true);
  });

  it('without a scope it follows the chat until it is disposed of', async () => {
    const transport = createControlledTransport();
    const own = useAgentChat({ transport });
    void own.sendMessage('Hello');
    transport.legs[0]?.emit(start, delta('Hi'));
    await expect.poll(() => own.messages.value.length).toBe(2);
    own.dispose();
    expect(transport.legs[0]?.signal.aborted).toBe(true);
    expect(own.status.value).toBe('idle');

    const given = listened();
    const view = useAgentChat({ chat: given.chat });
    void given.chat.sendMessage('Hello');
    expect(view.status.value).toBe('streaming');
    view.dispose();
    expect(given.listeners).toBe(0);
    expect(given.transport.legs[0]?.signal.aborted).toBe(false);
  });
});
