import {
  AgentChat,
  AgentChatError,
  type PendingToolCall,
  type StreamEvent,
  type UIMessage,
} from 'agent-chat-kit';
import type { AgentChatElement, AgentComposer } from 'agent-chat-kit/elements';
import { createControlledTransport } from 'agent-chat-kit/testing';
import { afterEach, describe, expect, it } from 'vitest';
import { ATTRIBUTES, ELEMENTS } from '../markdown/allowed.ts';
import { publishedVectors } from '../markdown/vectors.ts';
import { ofPrototype, openPage, settled, type WatchedPage, wrongIn } from '../markdown/watched-page.ts';

/** What a page with the elements is advised to say, and Lit's own policy with it. */
const STRICT =
  "default-src 'none'; script-src 'self'; style-src 'none'; img-src blob:; connect-src 'self'; font-src 'none'; " +
  "frame-src 'none'; base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'; trusted-types lit-html";
/** How many are in the page at once. */
const AT_ONCE = 200;
/** As many stand together where a text is nothing but words. Fewer where they are long, as long values are cut. */
const TOGETHER = 25;
const LONG = 6_000;
const SVG = 'http://www.w3.org/2000/svg';
const DRAWINGS: ReadonlySet<string> = new Set(['svg', 'path']);
const RASTER = /^data:image\/(?:png|jpeg|gif|webp|avif);base64,/i;
const NOTE = /^#markdown-\d+-footnote-\d+$/;
/** An image that its address contains is shown; the policy forbids even that. */
const IMAGE_FORBIDDEN = 'violation of img-src: data';
const LOADS_IMAGE = 'button[data-chrome=image], button[part=file], button.chip';
const PRESSED = 'a, summary, button, input[type=radio], input[type=checkbox]';
/** What ends a run, or answers what the agent asks. */
const ENDS =
  '[part~=approvals], [part~=queued], agent-composer, [part~=stop], [part~=allow], [part~=deny], [part~=option], [part~=skip]';
/** What is pressed may show more that can be. */
const ROUNDS = 2;
const PIXEL = 'data:image/gif;base64,R0lGODlhAQABAAAAACw=';
/** An image that browsers show, in base64. */
const PNG =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
/** An address that leads nowhere. */
const NOWHERE = 'https://nowhere.invalid/';

/** Of each kind that a text can be, so that everything an element makes of one is known. */
const HARMLESS = [
  'with several\nlines',
  `${NOWHERE}page`,
  '/page',
  'tel:1',
  PIXEL,
  'once',
  'rate_limit_error',
  // Longer than what is shown of a text at first.
  'long '.repeat(600),
  '\u202Ehidden',
  'https://\u0430pple.invalid/',
  // More than stand together, so that several things are asked at once.
  ...Array.from({ length: TOGETHER }, (_, index) => `words ${index}`),
];

const OWN_ELEMENTS: ReadonlySet<string> = new Set([
  ...ELEMENTS,
  ...'agent-chat agent-message-list agent-message agent-text agent-reasoning agent-tool-call agent-operation'.split(
    ' ',
  ),
  ...'agent-source agent-file agent-object agent-todo agent-worker agent-step agent-approval agent-client-tool'.split(
    ' ',
  ),
  ...'agent-steps agent-value agent-progress'.split(' '),
  ...'agent-error agent-composer article details summary dl dt dd bdi figure figcaption header form textarea'.split(
    ' ',
  ),
  ...'caption progress slot svg path i fieldset legend label select option'.split(' '),
]);
const OWN_ATTRIBUTES: ReadonlySet<string> = new Set([
  ...ATTRIBUTES,
  ...'part tabindex open hidden download placeholder name autocomplete enterkeyhint rows max multiple accept'.split(
    ' ',
  ),
  ...'value waiting aria-busy aria-live aria-pressed aria-disabled latest busy plain can-edit can-retry attachments queues'.split(
    ' ',
  ),
  ...'viewBox d live label streaming scope colspan for inputmode novalidate spellcheck data-level'.split(' '),
  ...'aria-level aria-posinset aria-setsize aria-expanded aria-current aria-labelledby aria-describedby'.split(
    ' ',
  ),
  ...'aria-invalid aria-required aria-haspopup'.split(' '),
]);
/** Attributes that say what was given; every other one says what the element itself makes of it. */
const WORDS: ReadonlySet<string> = new Set(
  'href src alt title aria-label label download placeholder data-language data-host'.split(' '),
);
/** Attributes that say how many there are, or which one of them it is. */
const COUNTS: ReadonlySet<string> = new Set('aria-level aria-posinset aria-setsize colspan'.split(' '));
/** Attributes that name an element for others, and the names that elements give by themselves. */
const NAMES: ReadonlySet<string> = new Set('id for name aria-labelledby aria-describedby'.split(' '));
const NAME = /^(?:words|preview|f(?:\.\d+)+(?:\.other)?(?:-(?:label|hint|problem))?)$/;

const words = (text: string): string => text.replace(/\s+/g, ' ');

/** Several texts as one, in as few as possible. */
function together(texts: readonly string[]): string[] {
  const all: string[] = [];
  let some: string[] = [];
  let length = 0;
  for (const text of texts) {
    if (some.length === TOGETHER || (some.length > 0 && length + text.length > LONG)) {
      all.push(some.join('\n\n'));
      some = [];
      length = 0;
    }
    some.push(text);
    length += text.length;
  }
  return some.length > 0 ? [...all, some.join('\n\n')] : all;
}

/** One of all that a name of a language, which ends at the first space, could be read from alike. */
const some = (texts: readonly string[]): string[] => [
  ...new Map(texts.map((text) => [text.trim().slice(0, 12).split(' ')[0], text])).values(),
];

/** Code in a language of that name. */
const inLanguage = (text: string): string => `~~~${words(text)}\ncode\n~~~\n\n`;
/** A link that has the text as its title. */
const withTitle = (text: string): string =>
  `[link](${NOWHERE} "${words(text).replaceAll('\\', '\\\\').replaceAll('"', '\\"')}")\n\n`;

const isForeign = (address: string): boolean =>
  URL.canParse(address, location.href) && new URL(address, location.href).origin !== location.origin;

const image = (url: string, id: string): StreamEvent => ({
  type: 'file-available',
  id,
  filename: url,
  mediaType: 'image/svg+xml',
  url,
});

/** A text that cites whatever sources there are. */
const cites = (id: string): StreamEvent => ({
  type: 'text-delta',
  id: `${id} cites`,
  delta: Array.from({ length: 60 }, (_, index) => `[${index + 1}]`).join(' '),
});

/** What an agent refers to: addresses. */
function referred(text: string, id: string): readonly StreamEvent[] {
  return [
    { type: 'source', id, sourceType: 'url', url: text, title: text },
    cites(id),
    // Pictures of the page's own host are shown, and a relative address is one of its own.
    ...(isForeign(text) ? [image(text, `${id} image`)] : []),
    { type: 'file-available', id: `${id} other`, filename: text, mediaType: 'text/html', url: text },
  ];
}

/** Whatever an agent can say of itself, but for text. */
function said(text: string, id: string): readonly StreamEvent[] {
  const json = JSON.stringify({ [text]: [text, { [text]: text }] });
  return [
    { type: 'reasoning-delta', id, delta: text },
    { type: 'reasoning-end', id },
    { type: 'tool-input-start', toolCallId: `${id} result`, toolName: text },
    { type: 'tool-input-delta', toolCallId: `${id} result`, inputTextDelta: json },
    { type: 'tool-output-available', toolCallId: `${id} result`, output: text },
    { type: 'tool-input-start', toolCallId: `${id} error`, toolName: 'tool', title: text },
    { type: 'tool-input-available', toolCallId: `${id} error`, toolName: 'tool', input: JSON.parse(json) },
    { type: 'tool-output-error', toolCallId: `${id} error`, error: text },
    { type: 'source', id, sourceType: 'url', url: NOWHERE, title: text },
    { type: 'source', id, sourceType: 'document', filename: text, mediaType: text },
    cites(id),
    { type: 'file-available', id, filename: text, mediaType: text, url: NOWHERE },
    { type: 'file-available', id: `${id} image`, filename: text, mediaType: 'image/png', url: NOWHERE },
    {
      type: 'block-start',
      blockId: id,
      blockName: text,
      blockType: 'set-resource',
      display: 'name',
      thread: text,
    },
    { type: 'block-end', blockId: id, summary: text },
    { type: 'worker-start', workerId: id, workerSlug: text, input: JSON.parse(json) },
    { type: 'tool-input-start', toolCallId: `${id} inside`, toolName: text, workerId: id },
    { type: 'worker-result', workerId: id, output: text },
    { type: 'worker-start', workerId: `${id} error`, workerSlug: 'worker', description: text },
    { type: 'worker-result', workerId: `${id} error`, error: text },
    ...results(text).flatMap((output, index): StreamEvent[] => [
      { type: 'tool-input-start', toolCallId: `${id} output ${index}`, toolName: 'tool' },
      { type: 'tool-output-available', toolCallId: `${id} output ${index}`, output },
    ]),
    { type: 'data', name: text, id: text, data: text },
    { type: 'progress', id: text, label: text },
    {
      type: 'approval-request',
      approvalId: id,
      toolName: text,
      args: JSON.parse(json),
      choices: [text, 'once'],
      context: text,
    },
  ];
}

/** What a tool brings back: records, a tree, and the blocks of protocols. */
function results(text: string): unknown[] {
  const source = isForeign(text) && !RASTER.test(text) ? { type: 'url', url: text } : { data: text };
  return [
    [
      { [text]: text, more: { [text]: text } },
      { [text]: text, more: [text] },
    ],
    [[text, [{ [text]: { [text]: text } }]], JSON.stringify({ [text]: text })],
    JSON.stringify({ [text]: [text] }),
    {
      content: [
        { type: 'text', text, title: text },
        { type: 'image', data: PNG, mimeType: 'image/png', name: text },
        { type: 'image', name: text, source },
        { type: 'image', name: text, source: { type: 'url', url: NOWHERE } },
        { type: 'image', name: text, data: '?', mimeType: 'image/png' },
        { type: 'resource', resource: { uri: text, text } },
        { type: 'resource_link', uri: text, name: text },
      ],
      structuredContent: { [text]: text },
      isError: true,
    },
  ];
}

/** The schema of an answer, in which each thing that people read is the text. */
function schemaOf(text: string): object {
  const field = { title: text, description: text };
  return {
    type: 'object',
    ...field,
    required: ['menu', 'list', 'several', 'number'],
    properties: {
      menu: {
        type: 'string',
        ...field,
        enum: [text, ...Array.from({ length: 30 }, (_, index) => `${index}`)],
      },
      list: { type: 'array', ...field, minItems: 1, items: { type: 'string', ...field } },
      several: { type: 'array', ...field, minItems: 1, items: { enum: [text, `${text}.`] } },
      number: { type: 'number', ...field },
      check: { type: 'boolean', ...field },
      group: {
        type: 'object',
        ...field,
        properties: { [text]: { type: 'string', ...field, default: text } },
      },
      any: field,
      [text]: { type: 'string', default: text },
    },
  };
}

const asked = (text: string, id: string): PendingToolCall[] => [
  {
    toolCallId: `${id} schema`,
    toolName: text,
    args: { title: text, message: text, description: text, requestedSchema: schemaOf(text) },
  },
  {
    toolCallId: `${id} questions`,
    toolName: text,
    args: {
      questions: [false, true].map((multiSelect) => ({
        question: text,
        header: text,
        description: text,
        multiSelect,
        allowOther: true,
        options: [
          { label: text, description: text },
          { label: 'other', description: text },
        ],
      })),
    },
  },
  {
    toolCallId: `${id} confirm`,
    toolName: text,
    args: { type: 'confirm', message: text, confirmLabel: text, cancelLabel: text },
  },
  { toolCallId: `${id} options`, toolName: text, args: { question: text, options: [text, { label: text }] } },
  { toolCallId: `${id} words`, toolName: text, args: { question: text } },
  { toolCallId: `${id} named`, toolName: text, args: { [text]: text } },
];

const typed = (text: string, id: string): UIMessage => ({
  id,
  role: 'user',
  status: 'done',
  createdAt: new Date(0),
  parts: [{ type: 'text', text, status: 'done' }],
});

const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));

async function until(isSo: () => boolean, what: string): Promise<void> {
  for (let i = 0; i < 300 && !isSo(); i += 1) await frame();
  if (!isSo()) throw new Error(`There was never ${what}.`);
}

/** A chat in which everything was said that can be, and of which the agent is not done. */
async function answering(texts: readonly string[]): Promise<AgentChat> {
  const joined = together(texts);
  const transport = createControlledTransport();
  const chat = new AgentChat({
    transport: { ...transport, respond: async () => {} },
    whenBusy: 'queue',
    limits: { messageLength: 1e9 },
    initialMessages: joined.map((text, index) => typed(text, `m${index}`)),
  });
  void chat.sendMessage('Hello').catch(() => {});
  await until(() => transport.legs.length > 0, 'a request');
  const statuses = ['pending', 'in_progress', 'completed', 'cancelled'] as const;
  transport.legs[0]?.emit(
    { type: 'start', executionId: 'run' },
    {
      type: 'text-delta',
      id: 'named',
      delta: [...joined.map(withTitle), ...some(texts).map(inLanguage)].join(''),
    },
    ...joined.flatMap((text, index): StreamEvent[] => [
      { type: 'text-start', id: `object ${index}`, responseType: text },
      {
        type: 'text-delta',
        id: `object ${index}`,
        delta: JSON.stringify({ [text]: [text, { [text]: text }] }),
      },
      { type: 'text-end', id: `object ${index}` },
    ]),
    {
      type: 'todo-update',
      todos: texts.map((content, index) => ({
        id: content,
        content,
        // What a server says is not always what was agreed.
        status: statuses[index % 5] ?? (content as 'pending'),
      })),
    },
    ...texts.flatMap((text, index) => referred(text, `v${index}`)),
    ...joined.flatMap((text, index) => said(text, `j${index}`)),
  );
  for (const text of joined) void chat.sendMessage(text).catch(() => {});
  await until(() => chat.pendingApprovals.length === joined.length, 'an approval for each');
  return chat;
}

/** A chat that waits for the answers to questions. */
async function asking(texts: readonly string[]): Promise<AgentChat> {
  const transport = createControlledTransport();
  const chat = new AgentChat({
    transport,
    clientTools: Object.fromEntries(texts.map((text) => [text, 'interactive'])),
  });
  void chat.sendMessage('Hello').catch(() => {});
  await until(() => transport.legs.length > 0, 'a request');
  const toolCalls = texts.flatMap((text, index) => asked(text, `q${index}`));
  transport.legs[0]?.emit(
    { type: 'start', executionId: 'run' },
    { type: 'client-tool-request', executionId: 'run', toolCalls },
    { type: 'finish', finishReason: 'client-tool-calls', executionId: 'run' },
  );
  await until(() => chat.status === 'awaiting-input', 'a question');
  return chat;
}

/** A chat that begins: suggestions, and files on their way. */
async function beginning(texts: readonly string[]): Promise<AgentChat> {
  const chat = new AgentChat({
    transport: createControlledTransport(),
    requestUploadUrls: () => new Promise(() => {}),
    uploadOptions: { maxFiles: texts.length },
  });
  void chat.sendMessage('Hello', { files: texts.map(toFile) }).catch(() => {});
  await until(() => chat.getSnapshot().uploads.length === texts.length, 'an upload for each');
  return chat;
}

/** Empty: nothing in it can be other than its name says. */
const toFile = (text: string): File => new File([], text, { type: 'text/plain' });

function elementsIn(root: ParentNode, found: Element[] = []): Element[] {
  for (const element of root.querySelectorAll('*')) {
    found.push(element);
    if (element.shadowRoot) elementsIn(element.shadowRoot, found);
  }
  return found;
}

async function drawn(root: ParentNode): Promise<void> {
  for (let before = -1, now = 0; before !== now; ) {
    before = now;
    for (const element of elementsIn(root)) if ('updateComplete' in element) await element.updateComplete;
    await until(() => !elementsIn(root).some(isDue), 'all that comes on demand');
    now = elementsIn(root).length;
  }
}

/** Whether an element has something to show, and what draws it is still on its way. */
function isDue(element: Element): boolean {
  const { localName, shadowRoot } = element;
  if (localName === 'agent-tool-call' && shadowRoot?.querySelector('details[open] > .body:not(:has(*))'))
    return true;
  const { data, approval, tool, parts } = element as unknown as Readonly<Record<string, unknown>>;
  const hasData =
    localName === 'agent-value' ||
    Boolean(data ?? approval ?? tool ?? (localName === 'agent-steps' && parts));
  return hasData && shadowRoot?.childElementCount === 0;
}

/** Puts the texts wherever anybody but the page's own author can put one. Returns how to take them away. */
async function show({ page, root }: WatchedPage, texts: readonly string[]): Promise<() => void> {
  const chats = await Promise.all([answering(texts), asking(together(texts)), beginning(texts)]);
  const elements = chats.map((chat) => {
    const element = page.createElement('agent-chat');
    element.chat = chat;
    // Else each one that is taken would begin another run.
    element.addEventListener('agent-suggestion', (event) => event.preventDefault());
    return element;
  });
  Object.assign(elements[2] as AgentChatElement, {
    suggestions: texts.map((text) => ({ label: text, description: text, message: text })),
    placeholder: texts.join(' '),
  });
  const errors = together(texts).map((text) => {
    const element = page.createElement('agent-error');
    element.error = new AgentChatError(text, {
      type: text as 'unknown_error',
      source: 'client',
      retryable: true,
      code: text,
    });
    element.canRetry = true;
    return element;
  });
  root.replaceChildren(...elements, ...errors);
  await drawn(root);
  const composer = elementsIn(root).find((element) => element.localName === 'agent-composer');
  (composer as AgentComposer).files = texts.map(toFile);
  const code = elementsIn(root).filter((element) => element.localName === 'pre' && isMarkdown(element));
  await until(() => code.every((element) => element.querySelector('.bar button')), 'a control at each code');
  await drawn(root);
  return () => {
    root.replaceChildren();
    for (const chat of chats) chat.dispose();
  };
}

const attributeOf = ({ localName }: Element, { name, value }: Attr): string =>
  `<${localName} ${name}="${value}">`;
/** Only these show Markdown: others are free to name a class as they do. */
const isMarkdown = (element: Element): boolean =>
  element.closest('.content') !== null &&
  /^agent-(?:text|reasoning)$/.test((element.getRootNode() as ShadowRoot).host?.localName ?? '');

/** What an element makes of harmless words. */
const made = new Set<string>();

/** Whether showing this image tells nobody of it, or the reader asked for it and it waits until it is seen. */
function mayLoad(image: HTMLImageElement, isAsked: boolean): boolean {
  if (image.localName !== 'img') return false;
  const { protocol, origin, username, password } = new URL(image.src);
  if (origin === location.origin || RASTER.test(image.src)) return true;
  const isPublic = /^https?:$/.test(protocol) && !username && !password;
  return isAsked && isPublic && image.loading === 'lazy' && image.referrerPolicy === 'no-referrer';
}

function mayLead(link: HTMLAnchorElement): boolean {
  if (isMarkdown(link) && NOTE.test(link.getAttribute('href') ?? '')) return true;
  if (!['http:', 'https:', 'mailto:'].includes(link.protocol) || link.username || link.password) return false;
  return link.target === '_blank' && link.relList.contains('noopener') && link.relList.contains('noreferrer');
}

/** What of an element may not be in a page. `isAsked` once the reader has pressed everything that can be. */
function wrongAt(element: Element, isAsked: boolean): string[] {
  const isDrawing =
    element.namespaceURI === SVG && (element.localName === 'svg' || element.localName === 'path');
  const wrong = wrongIn(element, isDrawing ? DRAWINGS : OWN_ELEMENTS, OWN_ATTRIBUTES).filter(
    (what) => !/^(?:src|href)=/.test(what) && !(isDrawing && what === `<${element.localName}>`),
  );
  for (const attribute of element.attributes) {
    const { name, value } = attribute;
    if (name === 'href' && !mayLead(element as HTMLAnchorElement)) wrong.push(`href=${value}`);
    if (name === 'src' && !mayLoad(element as HTMLImageElement, isAsked)) wrong.push(`src=${value}`);
    if (NAMES.has(name) && element.localName !== 'slot' && !isMarkdown(element)) {
      if (!value.split(' ').every((each) => NAME.test(each))) wrong.push(attributeOf(element, attribute));
      continue;
    }
    if (COUNTS.has(name) && /^\d+$/.test(value)) continue;
    // What is only there or not says nothing.
    if (value === '' || WORDS.has(name) || isMarkdown(element) || made.has(attributeOf(element, attribute)))
      continue;
    wrong.push(attributeOf(element, attribute));
  }
  return wrong;
}

/** Presses whatever can be pressed and was not yet, but for what loads an image. No link is followed. */
function press({ page, view, root }: WatchedPage, pressed: WeakSet<Element>, endsToo: boolean): number {
  const press = view.HTMLElement.prototype.click;
  const all = elementsIn(root).filter(
    (element) =>
      element.matches(PRESSED) &&
      !element.matches(LOADS_IMAGE) &&
      !pressed.has(element) &&
      (endsToo || !element.closest(ENDS)),
  );
  for (const element of all) {
    pressed.add(element);
    if (element.isConnected) press.call(element as HTMLElement);
  }
  return page.location.href === location.href ? all.length : 0;
}

/** Shows the texts, and presses all that can be pressed, what ends anything last. Looks at it whenever it has changed. */
async function visit(
  there: WatchedPage,
  texts: readonly string[],
  look: (isAsked: boolean) => void,
): Promise<number> {
  const hide = await show(there, texts);
  look(false);
  const pressed = new WeakSet<Element>();
  let count = 0;
  for (let round = 0; round <= ROUNDS; round += 1) {
    count += press(there, pressed, round === ROUNDS);
    await drawn(there.root);
    look(true);
  }
  hide();
  return count;
}

const vectors = await publishedVectors();
/** The name of an event does nothing by itself. */
const asText = ({ kind, payload }: NonNullable<typeof vectors>[number]): string =>
  kind === 'event-attr' ? `<img src=x ${payload}=alert(1)>` : payload;
const texts = [...new Set((vectors ?? []).map(asText))];
/** On request all of them in both kinds of page, which takes minutes; else every fourth in one, the next in the other. */
const turns = import.meta.env['SOAK'] ? 1 : 4;

async function openWithElements(
  policy: string | null,
): Promise<WatchedPage & { readonly downloads: HTMLAnchorElement[] }> {
  const there = await openPage(policy, ['/src/elements/index.ts']);
  const { page, view, root } = there;
  await view.customElements.whenDefined('agent-chat');
  // The runner's own way of importing, which it gives to no other page.
  Object.assign(view, { __vitest_browser_runner__: { wrapDynamicImport: (load: () => unknown) => load() } });
  // Nothing needs to be drawn, and images that wait until they are seen do wait.
  root.hidden = true;
  const downloads: HTMLAnchorElement[] = [];
  view.HTMLAnchorElement.prototype.click = function () {
    downloads.push(this);
  };
  const keep = (event: Event): void => {
    if (event.composedPath().some((target) => target instanceof view.HTMLAnchorElement))
      event.preventDefault();
  };
  page.addEventListener('click', keep, true);
  await (await show(there, HARMLESS))();
  return { ...there, downloads };
}

afterEach(() => {
  document.body.replaceChildren();
});

describe.skipIf(!vectors)('what others wrote to break out', () => {
  it.each([
    ['a strict policy', STRICT, 0],
    ['no policy', null, 1],
  ])(
    'stays words wherever the elements show it, in a page with %s',
    async (name, policy, turn) => {
      const mine = texts.filter((_, index) => turns === 1 || index % turns === turn);
      const there = await openWithElements(policy);
      const { view, root, events, requests, downloads } = there;
      const before = [ofPrototype(globalThis), ofPrototype(view)];
      const known = new Set(requests());
      await visit(there, HARMLESS, () => {
        for (const element of elementsIn(root)) {
          for (const attribute of element.attributes) made.add(attributeOf(element, attribute));
        }
      });
      const start = Date.now();
      const wrong: string[] = [];
      let looked = 0;
      let pressed = 0;
      let cited = 0;
      const look = (isAsked: boolean): void => {
        for (const element of elementsIn(root)) {
          looked += 1;
          if (element.hasAttribute('data-citation')) cited += 1;
          const found = wrongAt(element, isAsked);
          if (found.length > 0) wrong.push(`${found.join(', ')} of ${element.outerHTML.slice(0, 500)}`);
        }
      };
      for (let at = 0; at < mine.length; at += AT_ONCE) {
        pressed += await visit(there, mine.slice(at, at + AT_ONCE), look);
      }
      await settled();
      console.info(
        `Vectors in elements, with ${name}: ${mine.length} vectors, ${looked} elements looked at, ${pressed} pressed, ` +
          `${Date.now() - start} ms.`,
      );
      expect(wrong.slice(0, 5), `${wrong.length} wrong`).toEqual([]);
      expect(cited).toBeGreaterThan(mine.length);
      expect(events.filter((event) => event !== IMAGE_FORBIDDEN).slice(0, 5)).toEqual([]);
      expect(
        requests().filter((address) => !known.has(address) && new URL(address).origin !== location.origin),
      ).toEqual([]);
      expect([ofPrototype(globalThis), ofPrototype(view)]).toEqual(before);
      expect(
        downloads.filter(
          ({ protocol, download }) => protocol !== 'blob:' || !/^code\.[a-z\d]{1,12}$/i.test(download),
        ),
      ).toEqual([]);
      expect(downloads.length).toBeGreaterThan(100);
      expect(looked).toBeGreaterThan(mine.length * 50);
      expect(pressed).toBeGreaterThan(mine.length);
    },
    300_000,
  );
});
