import { AgentChat, type ChatSnapshot, type StreamEvent, type Transport } from 'agent-chat-kit';
import { useAgentChat, useChatSelector, useMessage } from 'agent-chat-kit/react';
import { createControlledTransport } from 'agent-chat-kit/testing';
import { Fragment, StrictMode, useEffect } from 'react';
import { createRoot, type Root } from 'react-dom/client';
import { afterEach, describe, expect, it } from 'vitest';
import { waitFor } from '../wait-for.ts';

const start: StreamEvent = { type: 'start', executionId: 'run' };
const finish: StreamEvent = { type: 'finish', finishReason: 'stop' };
const delta = (text: string): StreamEvent => ({ type: 'text-delta', id: 't', delta: text });

let root: Root | undefined;

afterEach(() => {
  root?.unmount();
  document.body.replaceChildren();
});

function render(node: React.ReactNode): HTMLElement {
  const container = document.body.appendChild(document.createElement('div'));
  root = createRoot(container);
  root.render(node);
  return container;
}

const messageIds = ({ messages }: ChatSnapshot) => messages.map(({ id }) => id).join();

/** A list whose items count how often they were committed. */
function List({ chat, commits }: { readonly chat: AgentChat; readonly commits: Map<string, number> }) {
  const ids = useChatSelector(chat, messageIds);
  return (
    <ol>
      {ids.split(',').map((id) => (
        <Item key={id} chat={chat} id={id} commits={commits} />
      ))}
    </ol>
  );
}

function Item({ chat, id, commits }: { chat: AgentChat; id: string; commits: Map<string, number> }) {
  const message = useMessage(chat, id);
  useEffect(() => void commits.set(id, (commits.get(id) ?? 0) + 1));
  return <li>{message?.parts.map((part) => (part.type === 'text' ? part.text : '')).join('')}</li>;
}

describe('a selector', () => {
  it('renders only the component whose message changed', async () => {
    const transport = createControlledTransport();
    const initialMessages = ['one', 'two', 'three'].map((id) => ({
      id,
      role: 'user' as const,
      status: 'done' as const,
      createdAt: new Date(0),
      parts: [{ type: 'text' as const, text: id, status: 'done' as const }],
    }));
    const chat = new AgentChat({ transport, initialMessages });
    const commits = new Map<string, number>();
    const container = render(<List chat={chat} commits={commits} />);
    void chat.sendMessage('four');
    await waitFor(() => expect(transport.legs).toHaveLength(1));
    transport.legs[0]?.emit(start, delta('five'));
    await expect.poll(() => container.textContent).toBe('onetwothreefourfive');
    // What is drawn is counted a little later.
    await expect.poll(() => commits.size).toBe(5);
    const before = new Map(commits);
    for (let word = 0; word < 5; word += 1) {
      transport.legs[0]?.emit(delta(`!${word}`));
      await expect.poll(() => container.textContent).toContain(`!${word}`);
    }
    const last = chat.messages.at(-1)?.id ?? '';
    for (const [id, count] of commits) {
      if (id === last) expect(count).toBeGreaterThan((before.get(id) ?? 0) + 1);
      else expect(count).toBe(before.get(id));
    }
    chat.dispose();
  });

  it('is undefined for a message that is not shown, and follows the id it is given', async () => {
    const chat = new AgentChat({ transport: createControlledTransport() });
    const App = ({ id }: { readonly id: string }) => <p>{useMessage(chat, id)?.id ?? 'none'}</p>;
    const container = render(<App id="nobody" />);
    await expect.poll(() => container.textContent).toBe('none');
    void chat.sendMessage('Hi');
    const id = chat.messages[0]?.id ?? '';
    root?.render(<App id={id} />);
    await expect.poll(() => container.textContent).toBe(id);
    chat.dispose();
  });
});

/** Counts what a server would see of a page that looks for its run. */
function resumable() {
  const live = { opened: 0, open: 0 };
  const events: ((event: StreamEvent) => void)[] = [];
  const transport: Transport = {
    send: () => {
      throw new Error('Nothing is to be sent.');
    },
    async resume({ signal }) {
      live.opened += 1;
      live.open += 1;
      signal.addEventListener('abort', () => {
        live.open -= 1;
      });
      return (async function* () {
        while (true) yield await new Promise<StreamEvent>((resolve) => events.push(resolve));
      })();
    },
  };
  return { live, transport, say: (event: StreamEvent) => events.shift()?.(event) };
}

describe.each([
  ['in StrictMode', StrictMode],
  ['without StrictMode', Fragment],
])('%s, a chat that others keep', (_, Wrapper) => {
  function View({ chat }: { readonly chat: AgentChat }) {
    const { messages, status } = useAgentChat({ chat });
    return <p>{`${status} ${messages.length}`}</p>;
  }

  it('is looked at by ten components over one connection, and outlives them', async () => {
    const { live, transport, say } = resumable();
    const chat = new AgentChat({ transport, resume: true });
    const views = Array.from({ length: 10 }, (_, index) => index);
    const container = render(
      <Wrapper>
        {views.map((view) => (
          <View key={view} chat={chat} />
        ))}
      </Wrapper>,
    );
    await waitFor(() => expect(live).toEqual({ opened: 1, open: 1 }));
    say(start);
    await new Promise((resolve) => setTimeout(resolve));
    say(delta('Hello'));
    await expect.poll(() => container.textContent).toBe('streaming 1'.repeat(10));
    root?.unmount();
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(chat.status).toBe('streaming');
    expect(live).toEqual({ opened: 1, open: 1 });
    chat.dispose();
    expect(live).toEqual({ opened: 1, open: 0 });
  });

  it('of a component’s own finds its run once, and lets go of it with the component', async () => {
    const { live, transport, say } = resumable();
    function App() {
      const { chat } = useAgentChat({ transport, resume: true });
      return (
        <>
          {Array.from({ length: 10 }, (_, index) => index).map((view) => (
            <View key={view} chat={chat} />
          ))}
        </>
      );
    }
    const container = render(
      <Wrapper>
        <App />
      </Wrapper>,
    );
    await waitFor(() => expect(live.open).toBe(1));
    say(start);
    await new Promise((resolve) => setTimeout(resolve));
    say(delta('Hello'));
    await expect.poll(() => container.textContent).toBe('streaming 1'.repeat(10));
    expect(live).toEqual({ opened: 1, open: 1 });
    root?.unmount();
    await waitFor(() => expect(live).toEqual({ opened: 1, open: 0 }));
  });

  it('ends nothing where one of its components leaves in mid-stream', async () => {
    const transport = createControlledTransport();
    const chat = new AgentChat({ transport });
    const App = ({ views }: { readonly views: readonly number[] }) => (
      <Wrapper>
        {views.map((view) => (
          <View key={view} chat={chat} />
        ))}
      </Wrapper>
    );
    const container = render(<App views={[1, 2]} />);
    const sent = chat.sendMessage('Hi');
    await waitFor(() => expect(transport.legs).toHaveLength(1));
    transport.legs[0]?.emit(start, delta('Hal'));
    await expect.poll(() => container.textContent).toBe('streaming 2streaming 2');
    root?.render(<App views={[2]} />);
    await expect.poll(() => container.textContent).toBe('streaming 2');
    transport.legs[0]?.emit(delta('lo'), finish);
    await sent;
    expect(chat.messages.at(-1)?.parts).toMatchObject([{ text: 'Hallo' }]);
    chat.dispose();
  });
});
