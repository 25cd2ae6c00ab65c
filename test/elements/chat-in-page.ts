import 'agent-chat-kit/elements';
import {
  AgentChat,
  type AgentChatOptions,
  type ApprovalDecision,
  type StreamEvent,
  type Transport,
  type UIMessage,
} from 'agent-chat-kit';
import type { AgentChatElement } from 'agent-chat-kit/elements';
import { type ControlledLeg, createControlledTransport } from 'agent-chat-kit/testing';
import { expect, vi } from 'vitest';
import { page, userEvent } from 'vitest/browser';

export const start: StreamEvent = { type: 'start', executionId: 'run' };
export const finish: StreamEvent = { type: 'finish', finishReason: 'stop' };
export const delta = (text: string, id = 't'): StreamEvent => ({ type: 'text-delta', id, delta: text });
export const failed: StreamEvent = {
  type: 'error',
  errorType: 'rate_limit_error',
  message: 'The model takes ten requests a minute.',
  source: 'provider',
  retryable: true,
  retryAfter: 20,
};
export const approvalRequest = (
  fields: Partial<StreamEvent & { type: 'approval-request' }> = {},
): StreamEvent => ({
  type: 'approval-request',
  approvalId: 'a1',
  toolCallId: 'c1',
  toolName: 'delete-note',
  args: { title: 'Groceries' },
  ...fields,
});
export const asks = (args: Record<string, unknown>): readonly StreamEvent[] => [
  start,
  { type: 'tool-input-available', toolCallId: 'c1', toolName: 'ask-user', input: args },
  {
    type: 'client-tool-request',
    executionId: 'run',
    toolCalls: [{ toolCallId: 'c1', toolName: 'ask-user', args }],
  },
  { type: 'finish', finishReason: 'client-tool-calls', executionId: 'run' },
];

export const message = (id: string, role: UIMessage['role'], text: string): UIMessage => ({
  id,
  role,
  status: 'done',
  createdAt: new Date(0),
  parts: [{ type: 'text', text, status: 'done' }],
});
export const conversation = (count: number): readonly UIMessage[] =>
  Array.from({ length: count }, (_, i) =>
    message(`m${i}`, i % 2 === 0 ? 'user' : 'assistant', `Message ${i}\n\nwith some\n\nmore lines`),
  );

const written = (node: Node): string => {
  if (node instanceof Text) return node.data;
  const root = node instanceof Element && node.shadowRoot ? node.shadowRoot : node;
  return ` ${[...root.childNodes].map(written).join('')} `;
};
export const words = (node: Node): string => written(node).replace(/\s+/g, ' ').trim();

export const elementsIn = (root: ParentNode): Element[] =>
  [...root.querySelectorAll('*')].flatMap((element) => [
    element,
    ...(element.shadowRoot ? elementsIn(element.shadowRoot) : []),
  ]);

/** The first element that fits, wherever in the shadow trees. */
export function find(selector: string, root: ParentNode = document): HTMLElement | null {
  const found = elementsIn(root).find((element) => element.matches(selector));
  return found instanceof HTMLElement ? found : null;
}

/** The name of what has the focus, shadow trees included. */
export function focused(): string | undefined {
  let element = document.activeElement;
  while (element?.shadowRoot?.activeElement) element = element.shadowRoot.activeElement;
  return element?.ariaLabel ?? (element?.textContent?.trim() || element?.localName);
}

export const FIELD = 'Write a message';
export const field = () => page.getByRole('textbox', { name: FIELD });
export const draft = () => (field().element() as HTMLTextAreaElement).value;
export const button = (name: string) => page.getByRole('button', { name });

/**
 * Presses what allows as a person does: once it is in sight and at rest, and again where the page moved meanwhile and
 * the press did not count. To wait for that is not left to the press: it scrolls on and on, and what moves is not ready.
 */
export async function allow(name: string, given: readonly unknown[]): Promise<void> {
  const before = given.length;
  const press = async () => {
    const element = button(name).query();
    if (given.length > before || !element) return given.length;
    element.scrollIntoView({ block: 'nearest' });
    if (element.ariaDisabled !== 'true') await button(name).click({ timeout: 1_000 });
    await frames(2);
    return given.length;
  };
  await expect.poll(press).toBeGreaterThan(before);
}

export const card = () => find('agent-error') && words(find('agent-error') as HTMLElement);

/** What the conversation shows: who says what. */
export const said = (): string[] =>
  elementsIn(document)
    .filter((element) => element.localName === 'agent-message')
    .map((element) => find('article', element.shadowRoot as ShadowRoot) as HTMLElement)
    .map((article) => `${article.ariaLabel?.split(',')[0]}: ${words(article)}`);

export const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
export const frames = async (count: number) => {
  for (let i = 0; i < count; i += 1) await frame();
};

export const drawn = async () => {
  for (const element of elementsIn(document)) {
    if ('updateComplete' in element) await element.updateComplete;
  }
};

/** A chat in a page of 480 by 480 pixels. */
export async function mount(fields: Partial<AgentChatElement>): Promise<AgentChatElement> {
  const element = Object.assign(document.createElement('agent-chat'), fields);
  // A page that scrolls sideways moves what is clicked, and what moves takes no permission.
  if (innerWidth < 520) await page.viewport(520, 800);
  const place = document.createElement('div');
  Object.assign(place.style, { width: '480px', height: '480px' });
  place.append(element);
  document.body.append(place);
  await element.updateComplete;
  await drawn();
  return element;
}

type Options = Partial<Omit<AgentChatOptions, 'transport'>> & {
  readonly respond?: (decision: ApprovalDecision) => Promise<void>;
  /** What the transport can do beside. */
  readonly transport?: Partial<Transport>;
};

/** A chat whose agent is in the hands of the test. */
export async function setup(options: Options = {}, fields: Partial<AgentChatElement> = {}) {
  const { respond = async () => {}, transport: more, ...rest } = options;
  const transport = createControlledTransport();
  const decisions: ApprovalDecision[] = [];
  const chat = new AgentChat({
    transport: {
      send: transport.send,
      respond: async ({ digest, ...decision }) => {
        // What the person saw goes along with what they said of it.
        expect(digest).toMatch(/^[\da-f]{64}$/);
        decisions.push(decision);
        await respond(decision);
      },
      ...more,
    },
    ...rest,
  });
  const element = await mount({ chat, ...fields });
  const leg = async (number = -1): Promise<ControlledLeg> => {
    await expect.poll(() => transport.legs.at(number)).toBeDefined();
    return transport.legs.at(number) as ControlledLeg;
  };
  return {
    chat,
    element,
    decisions,
    legs: transport.legs,
    leg,
    /** The user writes this and presses Enter. */
    say: async (content: string) => {
      await userEvent.fill(field(), content);
      await userEvent.keyboard('{Enter}');
      return leg();
    },
  };
}

/**
 * Answers of a server to `fetch`, each an event stream that stays open until the test ends it. One that `numbers` its
 * events can be asked for those after one. Nothing goes on in a session unless told.
 */
export function serve({ numbers = false, goesOn = false } = {}) {
  const encoder = new TextEncoder();
  let number = 0;
  const requests: {
    readonly url: string;
    readonly headers: Headers;
    readonly body: unknown;
    readonly signal: AbortSignal | null | undefined;
    say(...events: readonly StreamEvent[]): void;
    /** Cuts the connection. */
    cut(): void;
  }[] = [];
  vi.stubGlobal('fetch', async (url: string | URL, init: RequestInit) => {
    if (!goesOn && String(url).includes('sessionId=')) return new Response(null, { status: 204 });
    let out: ReadableStreamDefaultController<Uint8Array> | undefined;
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => {
        out = controller;
      },
      cancel: () => {
        out = undefined;
      },
    });
    requests.push({
      url: String(url),
      headers: new Headers(init.headers),
      body: init.body && JSON.parse(String(init.body)),
      signal: init.signal,
      say: (...events) => {
        for (const event of events) {
          number += 1;
          const id = numbers ? `id: ${number}\n` : '';
          out?.enqueue(encoder.encode(`${id}data: ${JSON.stringify(event)}\n\n`));
        }
      },
      cut: () => out?.error(new TypeError('network error')),
    });
    return new Response(body, { headers: { 'Content-Type': 'text/event-stream' } });
  });
  const request = async (number = -1) => {
    await expect.poll(() => requests.at(number)).toBeDefined();
    return requests.at(number) as (typeof requests)[number];
  };
  return { requests, request };
}
