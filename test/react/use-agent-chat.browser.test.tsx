import {
  type AgentChatOptions,
  AgentChat as AgentChatStore,
  type ConnectionStateListener,
  type StreamEvent,
  type Transport,
  type UIMessage,
} from 'agent-chat-kit';
import type { AgentChatElement, AgentSubmitEvent, AgentSuggestionEvent } from 'agent-chat-kit/elements';
import {
  AgentChat,
  AgentComposer,
  AgentMessage,
  AgentText,
  type UseAgentChatReturn,
  useAgentChat,
} from 'agent-chat-kit/react';
import {
  type ControlledTransport,
  createControlledTransport,
  createManualScheduler,
} from 'agent-chat-kit/testing';
import { Activity, createRef, type ReactNode, StrictMode, useEffect } from 'react';
import { flushSync } from 'react-dom';
import { createRoot, type Root } from 'react-dom/client';
import { afterEach, beforeEach, describe, expect, it, type MockInstance, vi } from 'vitest';
import { page, userEvent } from 'vitest/browser';

const start: StreamEvent = { type: 'start', executionId: 'run' };
const finish: StreamEvent = { type: 'finish', finishReason: 'stop' };
const delta = (text: string): StreamEvent => ({ type: 'text-delta', id: 't', delta: text });
const asks = (toolName: string): readonly StreamEvent[] => [
  start,
  { type: 'client-tool-request', executionId: 'run', toolCalls: [{ toolCallId: 'c', toolName, args: {} }] },
  { type: 'finish', finishReason: 'client-tool-calls', executionId: 'run' },
];
const message = (id: string, text: string, status: UIMessage['status'] = 'done'): UIMessage => ({
  id,
  role: 'user',
  status,
  createdAt: new Date(0),
  parts: [{ type: 'text', text, status: 'done' }],
});

const task = () => new Promise((resolve) => setTimeout(resolve));

/** What a component with the hook saw: what the hook returned last, and how often it was committed. */
interface Seen {
  commits: number;
  current: UseAgentChatReturn;
}

function Probe({ options, seen }: { readonly options: AgentChatOptions; readonly seen: Seen }) {
  const chat = useAgentChat(options);
  useEffect(() => {
    seen.commits += 1;
    seen.current = chat;
  });
  return (
    <output>
      {chat.messages
        .map(({ role, parts }) => `${role}: ${parts.map((part) => (part.type === 'text' ? part.text : ''))}`)
        .join(' | ')}
    </output>
  );
}

function Chat(props: {
  readonly transport: Transport;
  readonly onSubmit?: (event: AgentSubmitEvent) => void;
}) {
  const { chat } = useAgentChat({ transport: props.transport });
  return <AgentChat chat={chat} {...(props.onSubmit ? { onSubmit: props.onSubmit } : {})} />;
}

const shown = (container: Element) => container.querySelector('output')?.textContent;

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

let errors: MockInstance<typeof console.error>;
const roots: Root[] = [];

beforeEach(() => {
  errors = vi.spyOn(console, 'error');
});

afterEach(() => {
  for (const root of roots.splice(0)) flushSync(() => root.unmount());
  document.body.replaceChildren();
  expect(errors.mock.calls).toEqual([]);
  vi.restoreAllMocks();
});

describe.each([
  ['in StrictMode', true],
  ['without StrictMode', false],
])('%s', (_, strict) => {
  function render(node: ReactNode) {
    const container = document.createElement('div');
    document.body.append(container);
    const root = createRoot(container);
    roots.push(root);
    const rerender = (next: ReactNode) =>
      flushSync(() => root.render(strict ? <StrictMode>{next}</StrictMode> : next));
    rerender(node);
    return { container, rerender, unmount: () => flushSync(() => root.unmount()) };
  }

  /** A component with the hook, and ways to change its options. */
  function setup<T extends Transport>(transport: T, first: Partial<AgentChatOptions> = {}) {
    const seen = { commits: 0 } as Seen;
    const element = (options: Partial<AgentChatOptions>) => (
      <Probe seen={seen} options={{ transport, ...options }} />
    );
    const { container, rerender, unmount } = render(element(first));
    return {
      seen,
      container,
      unmount,
      change: (options: Partial<AgentChatOptions>) => rerender(element(options)),
    };
  }

  describe('the hook', () => {
    it('returns everything to show, everything to do, and the store', async () => {
      const { seen } = setup(createControlledTransport(), { initialMessages: [message('m', 'Earlier')] });
      expect(seen.current).toEqual({
        messages: [message('m', 'Earlier')],
        status: 'idle',
        error: null,
        pendingClientTools: {},
        pendingApprovals: [],
        canRetry: false,
        canContinue: true,
        queue: [],
        uploads: [],
        connectionState: undefined,
        connectionError: undefined,
        chat: expect.any(AgentChatStore),
        send: expect.any(Function),
        sendMessage: expect.any(Function),
        retry: expect.any(Function),
        edit: expect.any(Function),
        versions: expect.any(Function),
        selectVersion: expect.any(Function),
        resume: expect.any(Function),
        approveAll: expect.any(Function),
        denyAll: expect.any(Function),
        stop: expect.any(Function),
        replaceMessages: expect.any(Function),
        uploadFiles: expect.any(Function),
        connect: undefined,
        disconnect: undefined,
      });
    });

    it('connects and disconnects where the transport keeps a connection', async () => {
      const { transport, calls, listeners } = connected();
      const { seen } = setup(transport);
      expect(seen.current.connectionState).toBe('disconnected');
      await seen.current.connect?.();
      expect(calls).toEqual({ connect: 1, disconnect: 0 });
      for (const listener of listeners) listener('connected');
      await expect.poll(() => seen.current.connectionState).toBe('connected');
      seen.current.disconnect?.();
      expect(calls).toEqual({ connect: 1, disconnect: 1 });
    });

    it('shows the message at once and the answer as it streams', async () => {
      const transport = createControlledTransport();
      const { seen, container } = setup(transport);
      void seen.current.sendMessage('Hello');
      await expect.poll(() => shown(container)).toBe('user: Hello');
      expect(seen.current.status).toBe('streaming');
      transport.legs[0]?.emit(start, delta('Good'));
      await expect.poll(() => shown(container)).toBe('user: Hello | assistant: Good');
      transport.legs[0]?.emit(delta(' morning'), finish);
      await expect.poll(() => shown(container)).toBe('user: Hello | assistant: Good morning');
      expect(seen.current.status).toBe('idle');
      expect(seen.current.canRetry).toBe(true);
    });

    it('asks once for one message', async () => {
      const transport = createControlledTransport();
      const { seen } = setup(transport);
      void seen.current.sendMessage('Hello');
      await task();
      expect(transport.legs.length).toBe(1);
    });

    it('shows an error and can try again', async () => {
      const transport = createControlledTransport();
      const { seen, container } = setup(transport);
      void seen.current.sendMessage('Hello');
      transport.legs[0]?.end();
      await expect.poll(() => seen.current.error?.code).toBe('stream-interrupted');
      void seen.current.retry();
      transport.legs[1]?.emit(start, delta('Hi'), finish);
      await expect.poll(() => shown(container)).toBe('user: Hello | assistant: Hi');
      expect(seen.current.error).toBeNull();
    });

    it('renders once a frame, however many words come in between', async () => {
      const transport = createControlledTransport();
      const scheduler = createManualScheduler();
      const { seen, container } = setup(transport, { scheduler: scheduler.schedule });
      void seen.current.sendMessage('Hello');
      transport.legs[0]?.emit(start, delta('0'));
      await task();
      scheduler.frame();
      await expect.poll(() => shown(container)).toBe('user: Hello | assistant: 0');
      for (let frame = 1; frame <= 3; frame += 1) {
        const before = seen.commits;
        for (let i = 0; i < 20; i += 1) {
          transport.legs[0]?.emit(delta(String(frame)));
          await Promise.resolve();
        }
        await task();
        expect(seen.commits).toBe(before);
        scheduler.frame();
        await expect.poll(() => shown(container)).toMatch(new RegExp(`${frame}{20}$`));
        expect(seen.commits).toBe(before + 1);
      }
    });

    it('renders no more often than the page draws', async () => {
      const transport = createControlledTransport();
      const { seen } = setup(transport);
      void seen.current.sendMessage('Hello');
      transport.legs[0]?.emit(start, delta('0'));
      await expect.poll(() => seen.current.messages.length).toBe(2);
      let frames = 0;
      let counting = requestAnimationFrame(function count() {
        frames += 1;
        counting = requestAnimationFrame(count);
      });
      const before = seen.commits;
      for (let i = 0; i < 60; i += 1) {
        transport.legs[0]?.emit(delta(`${i} `));
        await task();
      }
      await expect.poll(() => JSON.stringify(seen.current.messages[1])).toContain('59 ');
      cancelAnimationFrame(counting);
      expect(seen.commits - before).toBeLessThanOrEqual(frames + 1);
      expect(seen.commits).toBeGreaterThan(before);
    });

    it('returns the same object until something changed, and the same functions for ever', async () => {
      const transport = createControlledTransport();
      const { seen, change } = setup(transport);
      const first = seen.current;
      change({ onFinish: () => {} });
      expect(seen.current).toBe(first);
      void first.sendMessage('Hello');
      await expect.poll(() => seen.current.status).toBe('streaming');
      expect(seen.current).not.toBe(first);
      for (const name of [
        'chat',
        'send',
        'sendMessage',
        'retry',
        'stop',
        'replaceMessages',
        'uploadFiles',
      ] as const) {
        expect(seen.current[name], name).toBe(first[name]);
      }
    });

    it('keeps its store when it is mounted, and renders again with the same transport', async () => {
      const transport = createControlledTransport();
      const { seen, change } = setup(transport);
      const { chat } = seen.current;
      await task();
      change({ initialMessages: [message('x', 'Not any more')] });
      await task();
      expect(seen.current.chat).toBe(chat);
      expect(seen.current.messages).toEqual([]);
      await expect(
        Promise.race([seen.current.sendMessage('Still there?'), task().then(() => 'sent')]),
      ).resolves.toBe('sent');
      expect(seen.current.chat.messages.length).toBe(1);
    });

    it('listens to one connection and closes none while it is mounted', async () => {
      const { transport, calls, listeners } = connected();
      setup(transport);
      await task();
      expect(listeners.size).toBe(1);
      expect(calls.disconnect).toBe(0);
    });
  });

  describe('when it is unmounted', () => {
    it('ends exactly its own run, and nothing is written afterwards', async () => {
      const [mine, other] = [createControlledTransport(), createControlledTransport()];
      const a = setup(mine);
      const b = setup(other);
      void a.seen.current.sendMessage('A');
      void b.seen.current.sendMessage('B');
      mine.legs[0]?.emit(start, delta('One'));
      other.legs[0]?.emit(start, delta('Two'));
      await expect.poll(() => shown(a.container)).toBe('user: A | assistant: One');
      const { chat } = a.seen.current;

      a.unmount();
      await task();
      const { commits } = a.seen;
      expect(mine.legs[0]?.signal.aborted).toBe(true);
      expect(other.legs[0]?.signal.aborted).toBe(false);
      const { messages } = chat;
      mine.legs[0]?.emit(delta(', late'), finish);
      other.legs[0]?.emit(delta(' and on'), finish);
      await expect.poll(() => shown(b.container)).toBe('user: B | assistant: Two and on');
      expect(chat.messages).toBe(messages);
      expect(a.seen.commits).toBe(commits);
    });

    it('closes its connection and listens to it no more', async () => {
      const { transport, calls, listeners } = connected();
      const { unmount } = setup(transport);
      await task();
      unmount();
      await task();
      expect(calls.disconnect).toBe(1);
      expect(listeners.size).toBe(0);
    });

    it('calls no callback any more', async () => {
      const transport = createControlledTransport();
      const called: string[] = [];
      const { seen, unmount } = setup(transport, {
        onFinish: () => called.push('finish'),
        onError: () => called.push('error'),
      });
      void seen.current.sendMessage('Hello');
      unmount();
      await task();
      transport.legs[0]?.emit(start, delta('Late'), finish);
      transport.legs[0]?.end(new Error('late'));
      await task();
      expect(called).toEqual([]);
    });

    // React 18 has nothing that hides a component and keeps it.
    it.skipIf(!Activity)('can be hidden and shown again, and goes on', async () => {
      const transport = createControlledTransport();
      const seen = { commits: 0 } as Seen;
      const element = (mode: 'visible' | 'hidden') => (
        <Activity mode={mode}>
          <Probe seen={seen} options={{ transport }} />
        </Activity>
      );
      const { rerender, container } = render(element('visible'));
      void seen.current.sendMessage('Before');
      transport.legs[0]?.emit(start, delta('Yes'), finish);
      await expect.poll(() => shown(container)).toBe('user: Before | assistant: Yes');
      rerender(element('hidden'));
      await task();
      rerender(element('visible'));
      await task();
      seen.current.sendMessage('After').catch(() => {});
      await expect.poll(() => transport.legs.length).toBe(2);
      await expect.poll(() => shown(container)).toMatch(/user: After$/);
    });
  });

  describe('options', () => {
    it('that change are those of the last render, callbacks as well as client tools', async () => {
      const transport = createControlledTransport();
      const called: string[] = [];
      const options = (name: string): Partial<AgentChatOptions> => ({
        onStart: () => called.push(`start ${name}`),
        onFinish: () => called.push(`finish ${name}`),
        clientTools: { look: () => called.push(`look ${name}`) },
      });
      const { seen, change } = setup(transport, options('1'));
      change(options('2'));
      void seen.current.sendMessage('Hello');
      await task();
      change(options('3'));
      transport.legs[0]?.emit(...asks('look'));
      await expect.poll(() => transport.legs.length).toBe(2);
      change(options('4'));
      transport.legs[1]?.emit(start, finish);
      await expect.poll(() => seen.current.status).toBe('idle');
      expect(called).toEqual(['start 3', 'look 3', 'start 4', 'finish 4']);
    });

    it('that are left out later are gone', async () => {
      const transport = createControlledTransport();
      const called: string[] = [];
      const { seen, change } = setup(transport, {
        onFinish: () => called.push('finish'),
        requestUploadUrls: async () => ({ files: [] }),
      });
      change({});
      void seen.current.sendMessage('Hello');
      transport.legs[0]?.emit(start, finish);
      await expect.poll(() => seen.current.status).toBe('idle');
      expect(called).toEqual([]);
      expect(seen.current.chat.canUpload).toBe(false);
    });

    it('with another transport make a new store and end the old one', async () => {
      const { transport, calls } = connected();
      const next = createControlledTransport();
      const { seen, change, container } = setup(transport);
      void seen.current.sendMessage('Hello');
      transport.legs[0]?.emit(start, delta('One'));
      await expect.poll(() => shown(container)).toBe('user: Hello | assistant: One');
      const { chat } = seen.current;

      change({ transport: next, initialMessages: [message('m', 'Begin')] });
      await task();
      expect(seen.current.chat).not.toBe(chat);
      expect(shown(container)).toBe('user: Begin');
      expect(transport.legs[0]?.signal.aborted).toBe(true);
      expect(calls.disconnect).toBe(1);

      transport.legs[0]?.emit(delta('late'));
      void seen.current.sendMessage('And on');
      next.legs[0]?.emit(start, delta('Two'), finish);
      await expect.poll(() => shown(container)).toBe('user: Begin | user: And on | assistant: Two');
      expect(next.legs.length).toBe(1);
    });
  });

  describe('the components', () => {
    const field = () => page.getByRole('textbox', { name: 'Write a message' });
    const words = (container: Element) =>
      [
        ...(container
          .querySelector('agent-chat')
          ?.shadowRoot?.querySelector('agent-message-list')
          ?.shadowRoot?.querySelectorAll('agent-message') ?? []),
      ].map(
        ({ message }) => message?.parts.map((part) => (part.type === 'text' ? part.text : '')).join('') ?? '',
      );

    it('show the conversation of the hook, and send what the user writes, once', async () => {
      const transport = createControlledTransport();
      const { container } = render(<Chat transport={transport} />);
      await userEvent.fill(field(), 'Hello');
      await userEvent.keyboard('{Enter}');
      await expect.poll(() => transport.legs.length).toBe(1);
      transport.legs[0]?.emit(start, delta('Hi'), finish);
      await expect.poll(() => words(container)).toEqual(['Hello', 'Hi']);
      expect(transport.legs.length).toBe(1);
    });

    it('call their callbacks with the events, which can be prevented', async () => {
      const transport = createControlledTransport();
      const submitted: string[] = [];
      const { rerender } = render(
        <Chat
          transport={transport}
          onSubmit={(event) => {
            event.preventDefault();
            submitted.push(event.content);
          }}
        />,
      );
      await userEvent.fill(field(), 'Wait');
      await userEvent.keyboard('{Enter}');
      expect(submitted).toEqual(['Wait']);
      await task();
      expect(transport.legs.length).toBe(0);

      rerender(<Chat transport={transport} onSubmit={(event) => submitted.push(`again ${event.content}`)} />);
      await userEvent.keyboard('{Enter}');
      await expect.poll(() => transport.legs.length).toBe(1);
      expect(submitted).toEqual(['Wait', 'again Wait']);
    });

    it('take objects as properties and give their elements as refs', async () => {
      const ref = createRef<AgentChatElement>();
      const taken: AgentSuggestionEvent[] = [];
      const suggestions = [{ label: 'Plan a talk' }];
      render(
        <AgentChat
          ref={ref}
          suggestions={suggestions}
          onSuggestion={(event) => {
            event.preventDefault();
            taken.push(event);
          }}
        />,
      );
      expect(ref.current?.localName).toBe('agent-chat');
      expect(ref.current?.suggestions).toBe(suggestions);
      await page.getByRole('button', { name: 'Plan a talk' }).click();
      expect(taken.map(({ suggestion }) => suggestion)).toEqual(suggestions);
    });

    it('leave a store alone that is not theirs when they go', async () => {
      const transport = createControlledTransport();
      const chat = new AgentChatStore({ transport });
      const { unmount } = render(<AgentChat chat={chat} />);
      void chat.sendMessage('Hello');
      unmount();
      await task();
      expect(transport.legs[0]?.signal.aborted).toBe(false);
      transport.legs[0]?.emit(start, delta('Hi'), finish);
      await expect.poll(() => chat.messages.length).toBe(2);
    });

    it('show one message, and what becomes of it', async () => {
      const { rerender } = render(<AgentMessage message={message('m', 'Half', 'streaming')} />);
      const article = page.getByRole('article', { name: 'You' });
      await expect.element(article.getByText('Half')).toBeVisible();
      await expect.element(article).toHaveAttribute('aria-busy', 'true');
      rerender(<AgentMessage message={message('m', 'Half and half')} />);
      await expect.element(article.getByText('Half and half')).toBeVisible();
      await expect.element(article).toHaveAttribute('aria-busy', 'false');
    });

    it('show one part, or the composer alone', async () => {
      const sent: string[] = [];
      let stops = 0;
      const element = (busy: boolean) => (
        <>
          <AgentText data={{ type: 'text', text: 'By itself', status: 'done' }} />
          <AgentComposer
            busy={busy}
            placeholder="Ask"
            onSubmit={(event) => sent.push(event.content)}
            onStop={() => {
              stops += 1;
            }}
          />
        </>
      );
      const { rerender } = render(element(false));
      await expect.element(page.getByText('By itself')).toBeVisible();
      await userEvent.fill(page.getByRole('textbox', { name: 'Ask' }), 'Hello');
      await userEvent.keyboard('{Enter}');
      expect(sent).toEqual(['Hello']);
      rerender(element(true));
      await page.getByRole('button', { name: 'Stop' }).click();
      expect(stops).toBe(1);
    });
  });
});
