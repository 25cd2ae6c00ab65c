import {
  AgentChat as AgentChatStore,
  createDirectTransport,
  type InteractiveTool,
  type StreamEvent,
  type UIMessage,
  type UIToolCallPart,
} from 'agent-chat-kit';
import { AgentChat, AgentMessage, type PartComponents, usePartComponents } from 'agent-chat-kit/react';
import { createControlledTransport } from 'agent-chat-kit/testing';
import { createContext, type ReactNode, StrictMode, useContext, useEffect, useState } from 'react';
import { flushSync } from 'react-dom';
import { createRoot, type Root } from 'react-dom/client';
import { afterEach, beforeEach, describe, expect, it, type MockInstance, vi } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import {
  asks,
  delta,
  drawn,
  elementsIn,
  find,
  finish,
  frame,
  start,
  words,
} from '../elements/chat-in-page.ts';

const call = (
  toolCallId: string,
  toolName = 'weather',
  input: unknown = { city: toolCallId },
): StreamEvent => ({
  type: 'tool-input-available',
  toolCallId,
  toolName,
  input,
});
const result = (toolCallId: string, output: unknown): StreamEvent => ({
  type: 'tool-output-available',
  toolCallId,
  output,
});
const argument = (toolCallId: string, inputTextDelta: string): StreamEvent => ({
  type: 'tool-input-delta',
  toolCallId,
  inputTextDelta,
});
const callPart = (toolCallId: string): UIToolCallPart => ({
  type: 'tool-call',
  toolCallId,
  toolName: 'weather',
  args: { city: toolCallId },
  status: 'done',
});
const messageOf = (id: string, ...parts: UIMessage['parts']): UIMessage => ({
  id,
  role: 'assistant',
  status: 'done',
  createdAt: new Date(0),
  parts,
});

const Unit = createContext('none');
/** By the id of the call. */
const renders = new Map<string, number>();
const seen = { mounts: 0, unmounts: 0 };

function Card({ part }: { readonly part: UIToolCallPart }) {
  const { toolCallId, result } = part;
  const [count, setCount] = useState(0);
  const unit = useContext(Unit);
  renders.set(toolCallId, (renders.get(toolCallId) ?? 0) + 1);
  useEffect(() => {
    seen.mounts += 1;
    return () => {
      seen.unmounts += 1;
    };
  }, []);
  return (
    <div className="card" data-call={toolCallId}>
      <button type="button" onClick={() => setCount(count + 1)}>
        {`Pressed ${count}`}
      </button>
      <input aria-label={`Note on ${toolCallId}`} defaultValue="some words" />
      <output>{`${String(result ?? '…')} ${unit}, ${part.argsText?.length ?? 0}`}</output>
    </div>
  );
}

const components: PartComponents = { tools: { weather: Card } };

const cards = () => [...document.querySelectorAll<HTMLElement>('.card')];
/** Those that cards come through. */
const slots = () =>
  elementsIn(document).filter((element) => element.matches('agent-slot, slot[name^="agent-part-"]')).length;
/** Shown in the conversation, and not only beside it. */
const isShown = (element: Element) => element.checkVisibility() && element.getBoundingClientRect().height > 0;

let errors: MockInstance<typeof console.error>;
const roots: Root[] = [];

beforeEach(() => {
  errors = vi.spyOn(console, 'error');
  renders.clear();
  Object.assign(seen, { mounts: 0, unmounts: 0 });
});

afterEach(() => {
  for (const root of roots.splice(0)) flushSync(() => root.unmount());
  document.body.replaceChildren();
  document.adoptedStyleSheets = [];
  expect(errors.mock.calls).toEqual([]);
  vi.restoreAllMocks();
});

function chatOf(messages: readonly UIMessage[] = []) {
  const transport = createControlledTransport();
  const chat = new AgentChatStore({
    transport,
    initialMessages: messages,
    clientTools: { 'ask-user': 'interactive' },
  });
  return { chat, transport };
}

describe.each([
  ['in StrictMode', true],
  ['without StrictMode', false],
])('%s', (_, strict) => {
  function render(node: ReactNode) {
    const container = document.createElement('div');
    container.style.height = '480px';
    document.body.append(container);
    const root = createRoot(container);
    roots.push(root);
    const rerender = (next: ReactNode) =>
      flushSync(() => root.render(strict ? <StrictMode>{next}</StrictMode> : next));
    rerender(node);
    return { container, rerender, unmount: () => flushSync(() => root.unmount()) };
  }

  const settled = async () => {
    await frame();
    await frame();
    await drawn();
    await frame();
  };

  /** A chat that was asked, whose agent is in the hands of the test. */
  async function asked(given: PartComponents = components) {
    const { chat, transport } = chatOf();
    const { rerender, ...rest } = render(<AgentChat chat={chat} components={given} />);
    void chat.sendMessage('Go on');
    await expect.poll(() => transport.legs.length).toBe(1);
    const says = async (...events: readonly StreamEvent[]) => {
      transport.legs.at(-1)?.emit(...events);
      await settled();
    };
    return { chat, transport, says, rerender, ...rest };
  }

  /** As if it had been there from the beginning: StrictMode mounts twice, and renders twice. */
  const once = strict ? 2 : 1;
  const forget = () => {
    renders.clear();
    Object.assign(seen, { mounts: 0, unmounts: 0 });
  };

  it('a card is drawn in its place, with the styles, the contexts and the events of the page', async () => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync('.card { border: 7px solid rgb(1, 2, 3) }');
    document.adoptedStyleSheets = [sheet];
    const { chat, transport } = chatOf();
    const pressed = vi.fn();
    render(
      // biome-ignore lint/a11y/useKeyWithClickEvents: what bubbles is looked at, nobody presses it
      // biome-ignore lint/a11y/noStaticElementInteractions: the same
      <div onClick={pressed}>
        <Unit.Provider value="degrees">
          <AgentChat chat={chat} components={components} />
        </Unit.Provider>
      </div>,
    );
    void chat.sendMessage('Go on');
    await expect.poll(() => transport.legs.length).toBe(1);
    transport.legs[0]?.emit(start, delta('Before'), call('c'), delta('After', 'u'));
    await expect.poll(() => cards().length).toBe(1);
    await settled();
    const [card] = cards() as [HTMLElement];
    expect(getComputedStyle(card).borderLeftWidth).toBe('7px');
    expect(card.querySelector('output')?.textContent).toBe('… degrees, 0');
    const [before, after] = elementsIn(document)
      .filter(({ localName, textContent }) => localName === 'agent-text' && textContent !== null)
      .slice(-2) as [Element, Element];
    expect(card.getBoundingClientRect().top).toBeGreaterThanOrEqual(before.getBoundingClientRect().bottom);
    expect(card.getBoundingClientRect().bottom).toBeLessThanOrEqual(after.getBoundingClientRect().top);
    expect(card.getBoundingClientRect().width).toBe(before.getBoundingClientRect().width);
    await page.getByRole('button', { name: 'Pressed 0' }).click();
    expect(card.querySelector('button')?.textContent).toBe('Pressed 1');
    expect(pressed).toHaveBeenCalledTimes(1);
  });

  it('a card keeps its state, focus and selection while it and others stream', async () => {
    const { says } = await asked();
    await says(start, { type: 'tool-input-start', toolCallId: 'c', toolName: 'weather' }, delta('Words'));
    expect(cards().length).toBe(1);
    expect(seen).toEqual({ mounts: once, unmounts: once - 1 });
    await page.getByRole('button', { name: 'Pressed 0' }).click();
    await page.getByRole('button', { name: 'Pressed 1' }).click();
    const field = cards()[0]?.querySelector('input') as HTMLInputElement;
    field.focus();
    await userEvent.keyboard('{End}!');
    field.setSelectionRange(2, 6);
    forget();
    for (let i = 0; i < 50; i += 1) await says(...Array.from({ length: 20 }, () => delta('word ')));
    expect(renders.size).toBe(0);
    for (let i = 0; i < 50; i += 1) await says(...Array.from({ length: 20 }, () => argument('c', '[')));
    // Once a frame at the most, and with what came last.
    expect(renders.get('c')).toBeGreaterThanOrEqual(50);
    expect(renders.get('c')).toBeLessThanOrEqual(100 * once);
    await says(result('c', 'rain'), finish);
    expect(document.activeElement).toBe(field);
    expect([field.value, field.selectionStart, field.selectionEnd]).toEqual(['some words!', 2, 6]);
    expect(cards()[0]?.textContent).toMatch(/^Pressed 2rain none/);
    expect(seen).toEqual({ mounts: 0, unmounts: 0 });
  });

  it('only the card whose part has changed is rendered', async () => {
    const { says } = await asked();
    await says(start, call('a'), call('b'), call('c'));
    forget();
    await says(result('b', 'rain'));
    expect([...renders]).toEqual([['b', once]]);
  });

  it('two hundred cards are drawn at once, each in its place', async () => {
    const { says } = await asked();
    const ids = Array.from({ length: 200 }, (_, i) => `c${i}`);
    await says(start, ...ids.map((id) => call(id)));
    expect(cards().map(({ dataset }) => dataset['call'])).toEqual(ids);
    expect(cards().every(isShown)).toBe(true);
    const tops = cards().map((card) => card.getBoundingClientRect().top);
    expect(tops).toEqual([...tops].sort((one, other) => one - other));
    expect(new Set(tops).size).toBe(200);
    expect([...renders.values()].every((count) => count === once)).toBe(true);
  });

  it('parts that share an id have a card each', async () => {
    const Chart = ({ part }: { readonly part: { readonly data: unknown } }) => (
      <div className="card">{String(part.data)}</div>
    );
    const { says } = await asked({ data: { chart: Chart, map: Chart } });
    await says(
      start,
      { type: 'data', name: 'chart', id: '1', data: 'a chart' },
      { type: 'data', name: 'map', id: '1', data: 'a map' },
    );
    expect(cards().map(({ textContent }) => textContent)).toEqual(['a chart', 'a map']);
    expect(cards().every(isShown)).toBe(true);
  });

  it('cards stand in workers and in other threads, and one that is closed comes back', async () => {
    const { says } = await asked();
    await says(
      start,
      { type: 'worker-start', workerId: 'w', workerSlug: 'researcher' },
      { ...call('in-worker'), workerId: 'w' } as StreamEvent,
      {
        type: 'block-start',
        blockId: 'b',
        blockName: 'b',
        blockType: 'agent',
        display: 'hidden',
        thread: 'summary',
      },
      call('in-thread'),
    );
    const calls = () => cards().map(({ dataset }) => dataset['call']);
    await expect.poll(() => calls().sort()).toEqual(['in-thread', 'in-worker']);
    expect(cards().every(isShown)).toBe(true);
    await says({ type: 'worker-result', workerId: 'w', output: 1 });
    await expect.poll(calls).toEqual(['in-thread']);
    const worker = elementsIn(document).find(({ localName }) => localName === 'agent-worker');
    worker?.shadowRoot?.querySelector('summary')?.click();
    await expect.poll(() => cards().length).toBe(2);
    expect(cards().every(isShown)).toBe(true);
  });

  it('a card comes back with its version, and leaves no slots behind', async () => {
    const { says, chat, transport } = await asked();
    await says(start, call('c'), result('c', 'rain'), finish);
    const withCard = slots();
    // In the message, in its element and in that of the list.
    expect(withCard).toBe(4);
    const first = chat.messages.at(-1)?.id as string;
    void chat.retry();
    await expect.poll(() => transport.legs.length).toBe(2);
    await says(start, delta('Another'), finish);
    expect(cards()).toEqual([]);
    expect(slots()).toBe(0);
    for (let i = 0; i < 3; i += 1) {
      chat.selectVersion(first);
      await settled();
      expect(cards().length).toBe(1);
      expect(cards().every(isShown)).toBe(true);
      expect(slots()).toBe(withCard);
      chat.selectVersion(chat.versions(first).at(-1)?.id as string);
      await settled();
      expect(cards()).toEqual([]);
      expect(slots()).toBe(0);
    }
  });

  it('a card keeps its state while the chat moves in the page, and comes back with it', async () => {
    const { says, container } = await asked();
    await says(start, call('c'));
    await page.getByRole('button', { name: 'Pressed 0' }).click();
    const before = slots();
    forget();
    const place = document.createElement('div');
    document.body.append(place);
    for (let i = 0; i < 3; i += 1) {
      place.append(container);
      document.body.append(container);
      await settled();
    }
    expect(slots()).toBe(before);
    expect(cards().map(isShown)).toEqual([true]);
    expect(cards()[0]?.querySelector('button')?.textContent).toBe('Pressed 1');
    expect(seen).toEqual({ mounts: 0, unmounts: 0 });
    container.remove();
    await settled();
    expect(container.querySelectorAll('.card').length).toBe(0);
    document.body.append(container);
    await settled();
    expect(cards().map(isShown)).toEqual([true]);
    expect(slots()).toBe(before);
  });

  it('cards go with their messages and their store, and nothing is left', async () => {
    const { says, chat, rerender, unmount, container } = await asked();
    await says(start, call('c'), finish);
    forget();
    chat.replaceMessages([]);
    await settled();
    expect(seen).toEqual({ mounts: 0, unmounts: 1 });
    expect([cards(), slots()]).toEqual([[], 0]);
    const { chat: other } = chatOf([messageOf('m', callPart('d'), callPart('e'))]);
    rerender(<AgentChat chat={other} components={components} />);
    await settled();
    expect(cards().map(({ dataset }) => dataset['call'])).toEqual(['d', 'e']);
    expect(cards().every(isShown)).toBe(true);
    const { chat: empty } = chatOf();
    rerender(<AgentChat chat={empty} components={components} />);
    await settled();
    expect(cards()).toEqual([]);
    expect(container.querySelector('agent-chat')?.children.length).toBe(0);
    unmount();
    expect(container.childNodes.length).toBe(0);
    expect(seen.mounts).toBe(seen.unmounts - 1);
  });

  it('components said anew with every render cause no loop and no new mount', async () => {
    const { chat, transport } = chatOf();
    let parents = 0;
    function Page({ count }: { readonly count: number }) {
      parents += 1;
      return (
        <AgentChat
          chat={chat}
          components={
            count % 2
              ? { tools: { weather: Card, none: undefined } }
              : { data: {}, objects: undefined, tools: { weather: Card } }
          }
        />
      );
    }
    const { rerender } = render(<Page count={0} />);
    void chat.sendMessage('Go on');
    await expect.poll(() => transport.legs.length).toBe(1);
    transport.legs[0]?.emit(start, call('c'));
    await expect.poll(() => cards().length).toBe(1);
    await page.getByRole('button', { name: 'Pressed 0' }).click();
    await settled();
    forget();
    parents = 0;
    for (let i = 1; i <= 10; i += 1) {
      rerender(<Page count={i} />);
      await settled();
    }
    expect(parents).toBe(10 * once);
    expect(renders.size).toBe(0);
    expect(seen).toEqual({ mounts: 0, unmounts: 0 });
    expect(cards()[0]?.querySelector('button')?.textContent).toBe('Pressed 1');
  });

  it('other names draw other parts, and a name without a component is drawn as usual', async () => {
    const { says, chat, rerender } = await asked({
      tools: { weather: undefined },
    } as unknown as PartComponents);
    await says(start, call('c'));
    const usual = () =>
      elementsIn(document).filter(({ localName }) => localName === 'agent-tool-call').length;
    await expect.poll(() => [cards().length, usual()]).toEqual([0, 1]);
    rerender(<AgentChat chat={chat} components={components} />);
    await settled();
    await expect.poll(() => [cards().length, usual()]).toEqual([1, 0]);
    rerender(<AgentChat chat={chat} />);
    await settled();
    await expect.poll(() => [cards().length, usual()]).toEqual([0, 1]);
  });

  it.each([
    ['submit', (tool: InteractiveTool) => tool.submit('red'), { result: 'red' }],
    ['cancel', (tool: InteractiveTool) => tool.cancel('Rather not'), { error: 'Rather not' }],
  ] as const)('a question is answered by %s, and goes away', async (_name, answer, told) => {
    const Question = ({ tool }: { readonly tool: InteractiveTool }) => (
      <button type="button" className="card" onClick={() => answer(tool)}>
        {String(tool.args['question'])}
      </button>
    );
    const { says, transport, container } = await asked({ clientTools: { 'ask-user': Question } });
    await says(...asks({ question: 'Which colour?' }));
    await page.getByRole('button', { name: 'Which colour?' }).click();
    await expect.poll(() => transport.legs.length).toBe(2);
    await settled();
    expect(cards()).toEqual([]);
    expect(slots()).toBe(0);
    expect(container.querySelector('agent-chat')?.children.length).toBe(0);
    expect(transport.legs[1]?.request).toMatchObject({ toolResults: [{ toolCallId: 'c1', ...told }] });
  });

  it('cards stand in a message by itself, inside an element of the page', async () => {
    const message = messageOf('m', callPart('c'), callPart('d'));
    function Message() {
      const { renderers, children } = usePartComponents(components);
      return (
        <AgentMessage message={message} display={{ renderers }}>
          {children}
        </AgentMessage>
      );
    }
    // The name begins as those of this library do.
    const element = document.createElement('agent-page');
    const root = element.attachShadow({ mode: 'open' });
    document.body.append(element);
    const reactRoot = createRoot(root);
    roots.push(reactRoot);
    flushSync(() =>
      reactRoot.render(
        strict ? (
          <StrictMode>
            <Message />
          </StrictMode>
        ) : (
          <Message />
        ),
      ),
    );
    await settled();
    const inside = [...root.querySelectorAll('.card')];
    expect(inside.length).toBe(2);
    expect(inside.every(isShown)).toBe(true);
    // Nothing is handed on from there.
    expect(root.querySelector('agent-message')?.querySelectorAll(':scope > :not(div)').length).toBe(0);
  });
});

it('a chat without components has the renderers that it was given', async () => {
  const chat = new AgentChatStore({
    transport: createDirectTransport(async function* () {}),
    initialMessages: [messageOf('m', callPart('c'))],
  });
  const container = document.createElement('div');
  document.body.append(container);
  const root = createRoot(container);
  roots.push(root);
  flushSync(() => root.render(<AgentChat chat={chat} renderers={{ tools: { weather: () => 'a text' } }} />));
  await drawn();
  expect(words(find('article') as HTMLElement)).toBe('a text');
});
