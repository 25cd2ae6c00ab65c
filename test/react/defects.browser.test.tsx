import type {
  AgentChatOptions,
  ConnectionStateListener,
  StreamEvent,
  Transport,
  UIMessage,
} from 'agent-chat-kit';
import { useAgentChat } from 'agent-chat-kit/react';
import { createControlledTransport } from 'agent-chat-kit/testing';
import { type ReactNode, Suspense, startTransition, use } from 'react';
import { flushSync } from 'react-dom';
import { createRoot, type Root } from 'react-dom/client';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { useNaiveAgentChat } from '../core/naive/use-naive-agent-chat.ts';

/** What the checks need of the hook. */
type UseChat = (options: AgentChatOptions) => {
  readonly messages: readonly UIMessage[];
  readonly status: string;
  readonly sendMessage: (content: string) => Promise<void>;
};

/** What the naive hook gets wrong. */
const BEHAVIOURS: Readonly<Record<string, (useChat: UseChat) => Promise<void>>> = {
  'a render that never reaches the page listens to nothing': listensOnlyOnThePage,
  'a render that never reaches the page leaves the run on the page alone': leavesTheShownRunAlone,
  'another transport costs one render': rendersOnce,
  'leaving the page ends the run': endsWithThePage,
};

/** What it gets right, so that the checks above fail for what they check. */
const PLAIN: typeof BEHAVIOURS = {
  'a turn': answers,
  'another transport': changesTransport,
};

const roots: Root[] = [];

afterEach(() => {
  for (const root of roots.splice(0)) flushSync(() => root.unmount());
  document.body.replaceChildren();
  vi.restoreAllMocks();
});

describe.each(Object.entries(BEHAVIOURS))('%s', (_, check) => {
  it('here', () => check(useAgentChat));
  it('but not where it is done the naive way', async () => {
    // React says much of it itself.
    vi.spyOn(console, 'error').mockReturnValue();
    await expect(check(useNaiveAgentChat)).rejects.toMatchObject({ name: 'AssertionError' });
  });
});

describe.each(Object.entries(PLAIN))('%s goes well', (_, check) => {
  it('here', () => check(useAgentChat));
  it('and the naive way', () => check(useNaiveAgentChat));
});

function must<T>(value: T | null | undefined | false, what: string): T {
  if (value === null || value === undefined || value === false) throw new Error(`There is no ${what}.`);
  return value;
}

const START: StreamEvent = { type: 'start', executionId: 'run' };
const FINISH: StreamEvent = { type: 'finish', finishReason: 'stop' };
const delta = (text: string): StreamEvent => ({ type: 'text-delta', id: 't', delta: text });

/** A transport with a connection, and how many listen to it. */
function connected() {
  const listeners = new Set<ConnectionStateListener>();
  const controlled = createControlledTransport();
  const transport: Transport = {
    send: controlled.send,
    connectionState: 'connected',
    onConnectionStateChange: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    connect: async () => {},
    disconnect: () => {},
  };
  const leg = () => must(controlled.legs.at(-1), 'leg');
  return { transport, listeners, leg };
}

function mount() {
  const container = document.createElement('div');
  document.body.append(container);
  const root = createRoot(container);
  roots.push(root);
  return {
    root,
    show: (node: ReactNode) => flushSync(() => root.render(node)),
    text: () => container.textContent,
  };
}

/** A component with the hook, what it returned last and how often it was rendered. */
function component(useChat: UseChat) {
  const seen: { current: ReturnType<UseChat> | null; renders: number } = { current: null, renders: 0 };
  function Chat({ transport, until }: { readonly transport: Transport; readonly until?: Promise<void> }) {
    const chat = useChat({ transport });
    seen.renders += 1;
    if (until) use(until);
    seen.current = chat;
    return chat.messages.flatMap(({ parts }) => parts.map((part) => (part.type === 'text' ? part.text : '')));
  }
  return { Chat, seen, chat: () => must(seen.current, 'chat') };
}

/** Long enough for whatever is to follow from a render. */
const settled = () => new Promise<void>((resolve) => setTimeout(resolve, 50));
const never = new Promise<void>(() => {});

async function answers(useChat: UseChat) {
  const { transport, leg } = connected();
  const { Chat, chat } = component(useChat);
  const { show, text } = mount();
  show(<Chat transport={transport} />);
  void chat().sendMessage('Hi. ');
  leg().emit(START, delta('Hello'), FINISH);
  await expect.poll(text).toBe('Hi. Hello');
  await expect.poll(() => chat().status).toBe('idle');
}

async function changesTransport(useChat: UseChat) {
  const one = connected();
  const two = connected();
  const { Chat, chat } = component(useChat);
  const { show, text } = mount();
  show(<Chat transport={one.transport} />);
  show(<Chat transport={two.transport} />);
  void chat().sendMessage('Hi. ');
  two.leg().emit(START, delta('Hello'), FINISH);
  await expect.poll(text).toBe('Hi. Hello');
}

async function listensOnlyOnThePage(useChat: UseChat) {
  const { transport, listeners } = connected();
  const { Chat, seen } = component(useChat);
  const { show, text } = mount();
  show(
    <Suspense fallback="waiting">
      <Chat transport={transport} until={never} />
    </Suspense>,
  );
  must(seen.renders > 0 && text() === 'waiting', 'render that waits');
  await settled();
  expect(listeners.size).toBe(0);
}

async function leavesTheShownRunAlone(useChat: UseChat) {
  const one = connected();
  const two = connected();
  const { Chat, chat, seen } = component(useChat);
  const { root, show, text } = mount();
  show(<Chat transport={one.transport} />);
  void chat().sendMessage('Hi. ');
  one.leg().emit(START, delta('Half'));
  await expect.poll(text).toBe('Hi. Half');
  const { renders } = seen;
  startTransition(() => root.render(<Chat transport={two.transport} until={never} />));
  await expect.poll(() => seen.renders).toBeGreaterThan(renders);
  await settled();
  expect(one.leg().signal.aborted).toBe(false);
}

async function rendersOnce(useChat: UseChat) {
  const { Chat, seen } = component(useChat);
  const { show } = mount();
  show(<Chat transport={connected().transport} />);
  await settled();
  const { renders } = seen;
  show(<Chat transport={connected().transport} />);
  await settled();
  expect(seen.renders - renders).toBe(1);
}

async function endsWithThePage(useChat: UseChat) {
  const { transport, listeners, leg } = connected();
  const { Chat, chat } = component(useChat);
  const { show } = mount();
  show(<Chat transport={transport} />);
  void chat().sendMessage('Hi. ');
  leg().emit(START, delta('Half'));
  await settled();
  must(!leg().signal.aborted, 'run that goes on');
  show(null);
  await settled();
  expect(leg().signal.aborted).toBe(true);
  expect(listeners.size).toBe(0);
}
