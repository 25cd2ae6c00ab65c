import {
  AgentChat,
  createDirectTransport,
  type InteractiveTool,
  type StreamEvent,
  type UIMessage,
  type UIMessagePart,
} from 'agent-chat-kit';
import type { PartRenderer, RenderContext, Renderers } from 'agent-chat-kit/elements';
import { html } from 'lit';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  asks,
  button,
  delta,
  drawn,
  elementsIn,
  find,
  finish,
  frame,
  mount,
  setup,
  start,
  words,
} from './chat-in-page.ts';

const call = (toolCallId: string, toolName = 'weather', input: unknown = { city: 'Oslo' }): StreamEvent => ({
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

/** How often it came into a page, each. */
class CountedCard extends HTMLElement {
  connections = 0;
  connectedCallback(): void {
    this.connections += 1;
  }
}
customElements.define('counted-card', CountedCard);

const counted = () => document.createElement('counted-card') as CountedCard;
const all = (selector: string) => elementsIn(document).filter((element) => element.matches(selector));
const article = () => find('article.assistant') as HTMLElement;
const text = () => words(article());

/** A chat with these renderers, that was asked, and whose agent is in the hands of the test. */
async function asked(renderers: Renderers) {
  const chat = await setup({}, { renderers });
  const leg = await chat.say('Go on');
  const says = async (...events: readonly StreamEvent[]) => {
    leg.emit(...events);
    await frame();
    await frame();
    await drawn();
  };
  return { ...chat, says };
}

/** Many deltas, frame after frame. */
async function streams(says: (...events: readonly StreamEvent[]) => Promise<void>, count: number) {
  for (let i = 0; i < count; i += 20) await says(...Array.from({ length: 20 }, () => delta('word ')));
}

const messageOf = (...parts: readonly UIMessagePart[]): UIMessage => ({
  id: 'm',
  role: 'assistant',
  status: 'done',
  createdAt: new Date(0),
  parts,
});
const callPart = (toolName: string, toolCallId = 'c'): UIMessagePart => ({
  type: 'tool-call',
  toolCallId,
  toolName,
  args: {},
  status: 'done',
});
const textPart = (words: string, more = {}): UIMessagePart => ({
  type: 'text',
  text: words,
  status: 'done',
  ...more,
});

const reported: unknown[] = [];

beforeEach(() => {
  reported.length = 0;
  vi.stubGlobal('reportError', (error: unknown) => void reported.push(error));
});

afterEach(() => {
  document.body.replaceChildren();
  vi.unstubAllGlobals();
});

describe('what a renderer returns', () => {
  it('is shown where it is a template of Lit, and follows the part', async () => {
    const { says } = await asked({
      tools: { weather: ({ args, result }) => html`<em>${args['city']}: ${result ?? 'asking'}</em>` },
    });
    await says(start, call('c'));
    const shown = find('em');
    expect(words(shown as HTMLElement)).toBe('Oslo: asking');
    await says(result('c', 'rain'));
    expect(find('em')).toBe(shown);
    expect(words(shown as HTMLElement)).toBe('Oslo: rain');
    expect(all('agent-tool-call')).toEqual([]);
  });

  it('stays the same where it is a node, and in its place, while others stream', async () => {
    const card = counted();
    const { says } = await asked({ tools: { weather: () => card } });
    await says(start, delta('Before. '), call('c'), delta('After. ', 'u'));
    await streams(says, 400);
    await says(result('c', 'rain'), finish);
    expect(find('counted-card')).toBe(card);
    expect(card.connections).toBe(1);
  });

  it('stays where it is when steps before it come to be drawn', async () => {
    const cards = new Map<string, CountedCard>();
    const { says } = await asked({
      tools: {
        weather: ({ toolCallId, status }) => {
          if (status !== 'done') return undefined;
          const card = cards.get(toolCallId) ?? counted();
          cards.set(toolCallId, card);
          return card;
        },
      },
    });
    await says(start, call('a'), call('b'), call('c'));
    await expect.poll(() => all('agent-tool-call').length).toBe(3);
    await says(result('c', 1));
    await says(result('b', 1));
    await says(result('a', 1));
    expect(all('counted-card')).toEqual(['a', 'b', 'c'].map((id) => cards.get(id)));
    expect([...cards.values()].map(({ connections }) => connections)).toEqual([1, 1, 1]);
  });

  it('is text where it is a string, whatever it looks like', async () => {
    const { says } = await asked({ tools: { weather: () => '<b onclick="alert(1)">bold</b> & ' } });
    await says(start, call('c'));
    expect(text()).toBe('<b onclick="alert(1)">bold</b> &');
    expect(find('b')).toBeNull();
  });

  it('is nothing where it is an empty string', async () => {
    const { says } = await asked({ parts: { 'tool-call': () => '' } });
    await says(start, call('c'), call('d'), delta('Only this'));
    expect(text()).toBe('Only this');
  });

  it.each([undefined, null])('leaves the part to be drawn as usual where it is %s', async (nothing) => {
    const { says } = await asked({ parts: { 'tool-call': () => nothing, text: () => nothing } });
    await says(start, call('c'), delta('Words'));
    expect(all('article.assistant agent-text').length).toBe(1);
    await expect.poll(() => all('agent-tool-call').length).toBe(1);
  });
});

describe('the renderer of a part', () => {
  const by = (name: string) => () => `by ${name};`;

  it('is found by the tool, the type of an object, the name of data, and then by the type of the part', async () => {
    const { says } = await asked({
      parts: {
        'tool-call': by('tool-call'),
        object: by('object'),
        data: by('data'),
        todo: by('todo'),
        'step-start': by('step'),
      },
      tools: { weather: by('weather') },
      objects: { Recipe: by('Recipe') },
      data: { chart: by('chart') },
    });
    await says(
      start,
      call('a'),
      call('b', 'search'),
      { type: 'text-start', id: 'o', responseType: 'Recipe' },
      { type: 'text-start', id: 'p', responseType: 'Menu' },
      { type: 'data', name: 'chart', data: 1 },
      { type: 'data', name: 'map', data: 1 },
      { type: 'todo-update', todos: [] },
      start,
      delta('Words'),
    );
    expect(text()).toBe(
      'by weather; by tool-call; by Recipe; by object; by chart; by data; by todo; by step; Words',
    );
  });

  it.each(['constructor', '__proto__', 'toString', 'hasOwnProperty'])(
    'is none that objects have by themselves: %s',
    async (name) => {
      const { says } = await asked({ parts: {}, tools: {}, objects: {}, data: {} });
      await says(
        start,
        call('c', name),
        { type: 'text-start', id: 'o', responseType: name },
        { type: 'data', name, data: 1 },
        delta('Words'),
      );
      await expect.poll(() => all('agent-tool-call').length).toBe(1);
      expect(all('agent-object').length).toBe(1);
      expect(all('[part="failure"]')).toEqual([]);
      expect(reported).toEqual([]);
    },
  );

  it('is one of those names where the application has given it', async () => {
    const { says } = await asked({ tools: Object.fromEntries([['__proto__', by('its own')]]) });
    await says(start, call('c', '__proto__'));
    expect(text()).toBe('by its own;');
  });

  it('is asked again only for what has changed', async () => {
    const calls = { weather: 0, chart: 0 };
    const { says } = await asked({
      tools: { weather: () => `weather ${++calls.weather};` },
      data: { chart: () => html`chart ${++calls.chart};` },
    });
    await says(start, call('a'), call('b'), { type: 'data', name: 'chart', data: 1 });
    expect(calls).toEqual({ weather: 2, chart: 1 });
    await streams(says, 1_000);
    expect(calls).toEqual({ weather: 2, chart: 1 });
    await says(result('b', 'rain'));
    expect(calls).toEqual({ weather: 3, chart: 1 });
    expect(text()).toContain('weather 1; weather 3; chart 1; word word');
  });

  it('is told whose message it is', async () => {
    const told: string[] = [];
    const text: PartRenderer = (part, { role }) => {
      if (part.type === 'text') told.push(`${role}: ${part.text}`);
      return null;
    };
    const { chat, says } = await asked({ parts: { text } });
    await says(start, delta('Rain.'));
    const [asks] = chat.messages;
    expect(told).toContain(
      `user: ${asks?.parts.map((part) => (part.type === 'text' ? part.text : '')).join('')}`,
    );
    expect(told).toContain('assistant: Rain.');
  });

  it('is told of the message, and of a name that no other part has', async () => {
    const told: RenderContext[] = [];
    const note: PartRenderer = (_part, context) => {
      told.push(context);
      return html`<i></i>`;
    };
    const { chat, says } = await asked({ parts: { text: note, data: note, 'tool-call': note, todo: note } });
    told.length = 0;
    await says(
      start,
      delta('One', '1'),
      { type: 'text-end', id: '1' },
      delta('Two', '1'),
      { type: 'data', name: 'chart', id: '1', data: 1 },
      { type: 'data', name: 'map', id: '1', data: 1 },
      call('1'),
      { type: 'todo-update', todos: [] },
      { type: 'data', name: 'chart', data: 1 },
    );
    expect(told.length).toBe(7);
    expect(new Set(told.map(({ messageId }) => messageId))).toEqual(new Set([chat.messages.at(-1)?.id]));
    const keys = told.map(({ key }) => key);
    expect(new Set(keys).size).toBe(7);
    told.length = 0;
    await says(delta('more', '1'), result('1', 'rain'));
    expect(told.map(({ key }) => key)).toEqual([keys[1], keys[4]]);
  });
});

describe('a renderer that fails', () => {
  const fail = () => {
    throw new Error('No card today');
  };

  it('shows a card for its part alone and is reported once, and all the rest stands', async () => {
    const { says, say } = await asked({ tools: { weather: fail }, data: { chart: () => 'a chart' } });
    await says(start, delta('Before'), call('c'), call('d'), { type: 'data', name: 'chart', data: 1 });
    await says(delta('After', 'u'), result('c', 'rain'));
    await says(finish);
    expect(all('[part="failure"]').length).toBe(2);
    expect(text()).toBe('Before This could not be shown. This could not be shown. a chart After');
    expect(reported).toEqual([new Error('No card today')]);
    (await say('And again')).emit(start, call('e'), delta('Later'), finish);
    await expect.poll(() => all('[part="failure"]').length).toBe(3);
    await drawn();
    expect(words(all('article.assistant').at(-1) as Element)).toBe('This could not be shown. Later');
    expect(reported.length).toBe(1);
  });

  it('comes back with the next change', async () => {
    const { says } = await asked({
      tools: {
        weather: ({ status, result }) => {
          if (status === 'running') throw new Error('No card yet');
          return html`<em>${result}</em>`;
        },
      },
    });
    await says(start, call('c'));
    expect(all('[part="failure"]').length).toBe(1);
    await says(result('c', 'rain'));
    expect(all('[part="failure"]')).toEqual([]);
    expect(text()).toBe('rain');
    expect(reported.length).toBe(1);
  });

  it('leaves the question to be asked as usual', async () => {
    const { say } = await setup(
      { clientTools: { 'ask-user': 'interactive' } },
      { renderers: { clientTools: { 'ask-user': fail } } },
    );
    (await say('Ask')).emit(...asks({ question: 'Which colour?' }));
    await expect.poll(() => all('agent-client-tool').length).toBe(1);
    expect(reported).toContainEqual(new Error('No card today'));
  });
});

describe('a question that an application draws', () => {
  it.each([
    ['submit', (tool: InteractiveTool) => tool.submit('red'), { result: 'red' }],
    ['cancel', (tool: InteractiveTool) => tool.cancel('Rather not'), { error: 'Rather not' }],
  ] as const)('is answered by %s, and goes away', async (_, answer, told) => {
    const { say, legs } = await setup(
      { clientTools: { 'ask-user': 'interactive' } },
      {
        renderers: {
          clientTools: {
            'ask-user': (tool) =>
              html`<button id="answer" @click=${() => answer(tool)}>${tool.args['question']}</button>`,
          },
        },
      },
    );
    (await say('Ask')).emit(...asks({ question: 'Which colour?' }));
    await button('Which colour?').click();
    await expect.poll(() => legs.length).toBe(2);
    expect(find('#answer')).toBeNull();
    expect(all('agent-client-tool')).toEqual([]);
    expect(legs[1]?.request).toMatchObject({ toolResults: [{ toolCallId: 'c1', ...told }] });
  });
});

describe('what an application draws', () => {
  const mark = (part: UIMessagePart) => html`<mark>${part.type}</mark>`;
  const renderers: Renderers = { tools: { weather: mark }, parts: { text: mark } };
  const marks = () => all('mark').map(words);

  it('stands inside workers', async () => {
    const { says } = await asked(renderers);
    await says(start, { type: 'worker-start', workerId: 'w', workerSlug: 'researcher' }, {
      ...call('c'),
      workerId: 'w',
    } as StreamEvent);
    await expect.poll(marks).toEqual(['text', 'tool-call']);
    expect(find('mark', (find('agent-worker') as Element).shadowRoot as ShadowRoot)).not.toBeNull();
  });

  it('is set apart where it belongs to another thread', async () => {
    const { says } = await asked({ tools: renderers.tools });
    await says(
      start,
      {
        type: 'block-start',
        blockId: 'b',
        blockName: 'b',
        blockType: 'agent',
        display: 'hidden',
        thread: 'summary',
      },
      call('c'),
    );
    const group = find('[part="thread"]') as HTMLElement;
    expect(group.ariaLabel).toBe('Summary');
    expect(words(group)).toBe('Summary tool-call');
    const shown = find('mark');
    await says(result('c', 'rain'));
    expect(find('mark')).toBe(shown);
  });

  it('stands in messages of an earlier visit', async () => {
    const chat = new AgentChat({
      transport: createDirectTransport(async function* () {}),
      initialMessages: [messageOf(callPart('weather'), callPart('search', 'd'), callPart('weather'))],
    });
    await mount({ chat, renderers });
    expect(marks()).toEqual(['tool-call', 'tool-call']);
    await expect.poll(() => all('agent-tool-call').length).toBe(1);
  });

  it.each(['agent-message', 'agent-message-list'] as const)('stands in <%s> by itself', async (tag) => {
    const message = messageOf(textPart('Words'), callPart('weather'));
    const element = Object.assign(document.createElement(tag), {
      message,
      messages: [message],
      display: { renderers },
    });
    document.body.append(element);
    await drawn();
    expect(marks()).toEqual(['text', 'tool-call']);
  });

  it('comes back with its version', async () => {
    const { says, legs } = await asked({ tools: { weather: () => counted() } });
    await says(start, call('c'), result('c', 1), finish);
    await button('Try again').click();
    await expect.poll(() => legs.length).toBe(2);
    legs[1]?.emit(start, delta('Another'), finish);
    await expect.poll(text).toBe('Another');
    expect(all('counted-card')).toEqual([]);
    await button('Previous version').click();
    await expect.poll(() => find('counted-card')).not.toBeNull();
    const card = find('counted-card');
    await button('Next version').click();
    await expect.poll(text).toBe('Another');
    await button('Previous version').click();
    await expect.poll(() => find('counted-card')).toBe(card);
  });

  it('is as usual under a name without a renderer', async () => {
    const { says } = await asked({ tools: { weather: undefined }, parts: { text: undefined } });
    await says(start, call('c'), delta('Words'));
    await expect.poll(() => all('agent-tool-call').length).toBe(1);
    expect(reported).toEqual([]);
  });

  it('changes with the renderers', async () => {
    const { says, element } = await asked(renderers);
    await says(start, call('c'));
    element.renderers = { tools: { weather: () => 'another' } };
    await drawn();
    expect(text()).toBe('another');
    element.renderers = undefined;
    await drawn();
    await expect.poll(() => all('agent-tool-call').length).toBe(1);
  });
});
