import type { AgentChat, ChatSnapshot, PendingApproval, UIMessage } from 'agent-chat-kit';
import { seededRandom } from 'agent-chat-kit/testing';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { userEvent } from 'vitest/browser';
import { type Announce, Announcements } from '../../src/elements/announcements.ts';
import { SpokenAnswer } from '../../src/elements/spoken-answer.ts';
import {
  approvalRequest,
  asks,
  button,
  delta,
  failed,
  find,
  finish,
  frame,
  message,
  setup,
  start,
  words,
} from './chat-in-page.ts';

const SENTENCES = [
  'The harbour of **Basel** lies on the Rhine.',
  'Ships from [Rotterdam](https://example.com/a) come up to it, and turn.',
  'Is that far? It is 830 kilometres by water!',
  'Most carry `gravel`, some carry oil.',
];

/** An answer with a bit of everything, of about 500 tokens. */
const ANSWER = [
  '# The harbour',
  `${SENTENCES.join(' ')} ${SENTENCES.join(' ')}`,
  '## What it takes',
  '- One ship.\n- A *captain* who knows the river.\n  - And a pilot.\n- [x] Papers',
  'In numbers:',
  '| City | Kilometres |\n| --- | ---: |\n| Basel | 0 |\n| Mannheim | 254 |',
  'The code for it:',
  '```js\nconst far = 830;\nsail(far);\n```',
  '> It rained. It always does.',
  '1. Load the ship.\n2. Sail it.',
  SENTENCES.join(' '),
  'An image ![of the quay](https://example.com/quay.png) and ~~nothing~~ more. The end',
].join('\n\n');

const plain = (text: string) => text.replace(/[\s,]+/g, '');

describe('what an answer says', () => {
  const spoken = (text: string) => new SpokenAnswer().next(text, true);

  it('has no marks of Markdown', () => {
    expect(spoken('# One\n\nTwo **three** [four](https://a.test) `five` ~~six~~.\n\n- seven\n- eight')).toBe(
      'One Two three four five six. seven eight',
    );
    expect(spoken('| a | b |\n|---|---|\n| c | d |')).toBe('a, b, c, d,');
    expect(spoken('```js\nlet x = 1;\n```')).toBe('let x = 1;');
    expect(spoken('![a quay](https://a.test/b.png)')).toBe('a quay');
  });

  it.each(Array.from({ length: 40 }, (_, seed) => seed))(
    'is said whole and once, however it comes (%i)',
    (seed) => {
      const random = seededRandom(seed);
      const answer = new SpokenAnswer();
      const pieces: string[] = [];
      for (let length = 0; length < ANSWER.length; ) {
        length += 1 + Math.floor(random() * (seed % 4 === 0 ? 3 : 90));
        pieces.push(answer.next(ANSWER.slice(0, length), false));
      }
      pieces.push(answer.next(ANSWER, true));
      expect(plain(pieces.join(' '))).toBe(plain(spoken(ANSWER)));
    },
  );

  it('comes in whole sentences, never in parts of one', () => {
    const text = `${SENTENCES.join(' ')} ${SENTENCES.join(' ')}`;
    const answer = new SpokenAnswer();
    const pieces: string[] = [];
    for (let length = 1; length <= text.length; length += 1) {
      const piece = answer.next(text.slice(0, length), false);
      if (piece) pieces.push(piece);
    }
    expect(pieces.length).toBeGreaterThan(5);
    for (const piece of pieces) expect(piece).toMatch(/[.!?]$/);
    expect([...pieces, answer.next(text, true)].join(' ').trim()).toBe(spoken(text));
  });

  it('is not said again where a part before the last one grows or is replaced', () => {
    const answer = new SpokenAnswer();
    expect(answer.next('First one. Half', false)).toBe('First one.');
    expect(answer.next('First one. Half of it. More', false)).toBe('Half of it.');
    expect(answer.next('First one. Half of it. More. Done.', true)).toBe('More. Done.');
  });
});

type State = Partial<Pick<ChatSnapshot, 'status' | 'connectionState' | 'pendingApprovals' | 'messages'>> & {
  readonly pendingClientTools?: Readonly<Record<string, readonly unknown[]>>;
};

describe('screen readers', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] }));
  afterEach(() => void vi.useRealTimers());

  const answer = (text: string, fields: Partial<UIMessage> = {}): UIMessage => ({
    ...message('m2', 'assistant', text),
    status: 'streaming',
    parts: [{ type: 'text', text, status: fields.status ?? 'streaming' }],
    ...fields,
  });
  const done = { status: 'done', metadata: { finishReason: 'stop' } } as const;
  const asked = message('m1', 'user', 'Tell me');

  /** What is heard of a chat, with when. */
  function listen(mode: Announce = 'sentences') {
    const chat = {} as AgentChat;
    const heard: { readonly at: number; readonly said: string; readonly isUrgent: boolean }[] = [];
    const before = { words: '', urgent: '' };
    const hear = () => {
      for (const region of ['words', 'urgent'] as const) {
        const said = announcements[region];
        // What a page is not changed by is not heard.
        if (said === before[region]) continue;
        before[region] = said;
        if (said.trim())
          heard.push({ at: performance.now(), said: said.trim(), isUrgent: region === 'urgent' });
      }
    };
    const announcements: Announcements = new Announcements(hear);
    announcements.mode = mode;
    let snapshot = {
      status: 'idle',
      connectionState: 'connected',
      messages: [asked],
      pendingApprovals: [],
      pendingClientTools: {},
    } as unknown as ChatSnapshot;
    const follow = (state: State = {}) => {
      snapshot = { ...snapshot, ...state } as ChatSnapshot;
      announcements.follow(chat, snapshot);
      hear();
    };
    follow();
    return { heard, follow, said: () => heard.map(({ said }) => said) };
  }

  it('hear a long answer in whole sentences, at most every two seconds, all of it once', () => {
    const { heard, follow, said } = listen();
    follow({ status: 'streaming' });
    const tokens = ANSWER.match(/\s*\S{1,4}/g) ?? [];
    expect(tokens.length).toBeGreaterThan(250);
    let text = '';
    for (const token of tokens) {
      text += token;
      follow({ messages: [asked, answer(text)] });
      vi.advanceTimersByTime(50);
    }
    follow({ status: 'idle', messages: [asked, answer(ANSWER, done)] });
    vi.advanceTimersByTime(10_000);
    expect(said()[0]).toBe('The assistant is responding.');
    expect(said().at(-1)).toMatch(/ The end Response complete\.$/);
    expect(said().length).toBeGreaterThan(4);
    const gaps = heard.slice(1).map(({ at }, index) => at - (heard[index]?.at ?? 0));
    for (const gap of gaps) expect(gap).toBeGreaterThanOrEqual(2_000);
    const all = said().slice(1).join(' ').replace('Response complete.', '');
    expect(plain(all)).toBe(plain(new SpokenAnswer().next(ANSWER, true)));
  });

  it('hear a short answer at once, and two runs in a row each whole', () => {
    const { follow, said } = listen();
    follow({ status: 'streaming' });
    vi.advanceTimersByTime(500);
    follow({ status: 'idle', messages: [asked, answer('Yes.', done)] });
    vi.advanceTimersByTime(5_000);
    follow({ status: 'streaming', messages: [asked, answer('Yes.', done), message('m3', 'user', 'Sure?')] });
    vi.advanceTimersByTime(500);
    const second = answer('Yes.', { ...done, id: 'm4' });
    follow({
      status: 'idle',
      messages: [asked, answer('Yes.', done), message('m3', 'user', 'Sure?'), second],
    });
    vi.advanceTimersByTime(5_000);
    const run = ['The assistant is responding.', 'Yes. Response complete.'];
    expect(said()).toEqual([...run, ...run]);
  });

  it('hear the end of an answer that the next run follows at once', () => {
    const { follow, said } = listen();
    follow({ status: 'streaming' });
    follow({ messages: [asked, answer('The first sentence. Half')] });
    vi.advanceTimersByTime(2_000);
    const whole = answer('The first sentence. Half of the second.', done);
    follow({ status: 'idle', messages: [asked, whole] });
    vi.advanceTimersByTime(10);
    const next = message('m3', 'user', 'More');
    follow({ status: 'streaming', messages: [asked, whole, next] });
    vi.advanceTimersByTime(4_000);
    follow({ status: 'idle', messages: [asked, whole, next, answer('More.', { ...done, id: 'm4' })] });
    vi.advanceTimersByTime(4_000);
    expect(said().join(' ')).toBe(
      'The assistant is responding. The first sentence. Half of the second. The assistant is responding. More. Response complete.',
    );
  });

  it('hear the same sentence as often as it is said', () => {
    const { follow, said } = listen();
    follow({ status: 'streaming' });
    follow({ messages: [asked, answer('Again.\n\n')] });
    vi.advanceTimersByTime(2_000);
    follow({ messages: [asked, answer('Again.\n\nAgain.\n\n')] });
    vi.advanceTimersByTime(2_000);
    follow({ messages: [asked, answer('Again.\n\nAgain.\n\nDone. ')] });
    follow({ status: 'idle', messages: [asked, answer('Again.\n\nAgain.\n\nDone.', done)] });
    vi.advanceTimersByTime(4_000);
    expect(said()).toEqual(['The assistant is responding.', 'Again.', 'Again.', 'Done. Response complete.']);
  });

  it('hear that each run begins, also after one that failed before it said anything', () => {
    const { follow, said } = listen();
    for (let run = 0; run < 2; run += 1) {
      follow({ status: 'streaming' });
      vi.advanceTimersByTime(3_000);
      follow({ status: 'error' });
      vi.advanceTimersByTime(3_000);
    }
    expect(said()).toEqual(['The assistant is responding.', 'The assistant is responding.']);
  });

  it('hear what was said before it failed or was stopped', () => {
    for (const [status, end] of [
      ['error', 'Half.'],
      ['idle', 'Half. Response stopped.'],
    ] as const) {
      const { follow, said } = listen();
      follow({ status: 'streaming' });
      follow({ messages: [asked, answer('Half.')] });
      follow({ status, messages: [asked, answer('Half.', { status: 'done' })] });
      vi.advanceTimersByTime(5_000);
      expect(said()).toEqual(['The assistant is responding.', end]);
    }
  });

  it.each<[Announce, readonly string[]]>([
    ['answer', ['The assistant is responding.', 'One. Two. Three. Response complete.']],
    ['status', ['The assistant is responding.', 'Response complete.']],
  ])('hear of an answer what they were set to hear: %s', (mode, expected) => {
    const { follow, said } = listen(mode);
    follow({ status: 'streaming' });
    for (const text of ['One. T', 'One. Two. ', 'One. Two. Three.']) {
      follow({ messages: [asked, answer(text)] });
      vi.advanceTimersByTime(3_000);
    }
    follow({ status: 'idle', messages: [asked, answer('One. Two. Three.', done)] });
    vi.advanceTimersByTime(3_000);
    expect(said()).toEqual(expected);
  });

  it('hear nothing of messages that were there before', () => {
    const { follow, said } = listen();
    follow({ messages: [asked, answer('Said long ago.', done)] });
    vi.advanceTimersByTime(5_000);
    expect(said()).toEqual([]);
  });

  it('hear once that the connection is lost, and the rest of the answer once', () => {
    const { follow, said } = listen();
    follow({ status: 'streaming' });
    follow({ messages: [asked, answer('One. Two')] });
    vi.advanceTimersByTime(2_000);
    for (const connectionState of ['reconnecting', 'connecting', 'reconnecting'] as const) {
      follow({ connectionState } as State);
      vi.advanceTimersByTime(1_000);
    }
    follow({ connectionState: 'connected', messages: [asked, answer('One. Two. Three.')] });
    follow({ status: 'idle', messages: [asked, answer('One. Two. Three.', done)] });
    vi.advanceTimersByTime(5_000);
    expect(said()).toEqual([
      'The assistant is responding.',
      'One.',
      'Reconnecting…',
      'Two. Three. Response complete.',
    ]);
  });

  const pending = (approvalId: string, toolName = 'delete-note') =>
    ({ approvalId, toolCallId: approvalId, toolName, args: {} }) as unknown as PendingApproval;

  it('hear of each request for permission at once, and once', () => {
    const { heard, follow } = listen();
    const [first, second, third] = [pending('a1'), pending('a2'), pending('a3')];
    follow({ status: 'streaming' });
    follow({ pendingApprovals: [first] });
    follow({ pendingApprovals: [first] });
    follow({ pendingApprovals: [first, second] });
    follow({ pendingApprovals: [second] });
    follow({ pendingApprovals: [] });
    follow({ pendingApprovals: [third] });
    const urgent = heard.filter(({ isUrgent }) => isUrgent).map(({ said }) => said);
    expect(urgent.length).toBe(3);
    expect(urgent[0]).toBe('“Delete note” needs your permission.');
    expect(urgent[2]).toBe(urgent[0]);
  });

  it('hear of two requests that come together as of two', () => {
    const { heard, follow } = listen();
    follow({ status: 'streaming' });
    follow({ pendingApprovals: [pending('a1'), pending('a2', 'empty-bin')] });
    expect(heard.at(-1)?.said).toBe('2 tools wait for your permission');
  });

  it('hear the names of tools with what hides in them written out', () => {
    const { heard, follow } = listen();
    follow({ status: 'streaming' });
    follow({ pendingApprovals: [pending('a1', 'send\u202email')] });
    expect(heard.at(-1)?.said).toContain('⟨U+202E⟩');
  });

  it('hear of a question at once, and of the run as one, however many legs it has', () => {
    const { heard, follow, said } = listen();
    follow({ status: 'streaming' });
    follow({ messages: [asked, answer('Let me ask.')] });
    follow({ status: 'awaiting-input', pendingClientTools: { 'ask-user': [{}] } });
    vi.advanceTimersByTime(4_000);
    follow({ status: 'streaming', pendingClientTools: {} });
    follow({ status: 'idle', messages: [asked, answer('Let me ask. Thank you.', done)] });
    vi.advanceTimersByTime(4_000);
    expect(heard.filter(({ isUrgent }) => isUrgent).map(({ said }) => said)).toEqual([
      'The assistant asks you something.',
    ]);
    expect(said().filter((words) => words === 'The assistant is responding.').length).toBe(1);
    expect(said().at(-1)).toMatch(/Thank you\. Response complete\.$/);
  });
});

describe('the regions in the page', () => {
  afterEach(() => document.body.replaceChildren());

  const TOKENS = 500;
  const TEXT = Array.from(
    { length: TOKENS / 10 },
    (_, i) => `This is sentence **number** ${i} of a long answer.`,
  );

  /** What is said from now on: politely, and at once. */
  function regions(): { readonly polite: string[]; readonly urgent: string[] } {
    const heard = { polite: [] as string[], urgent: [] as string[] };
    for (const [role, log] of [
      ['status', heard.polite],
      ['alert', heard.urgent],
    ] as const) {
      const region = find(`agent-chat`)?.shadowRoot?.querySelector(`[part=frame] > [role=${role}]`);
      if (!region) throw new Error(`No ${role}`);
      new MutationObserver(() => words(region) && log.push(words(region))).observe(region, {
        characterData: true,
        childList: true,
        subtree: true,
      });
    }
    return heard;
  }

  it('tell of an answer of 500 tokens while it streams: sentences, few, each once', async () => {
    const { say } = await setup();
    const heard = regions();
    const leg = await say('Tell me everything');
    const began = performance.now();
    leg.emit(start);
    const text = TEXT.join(' ');
    const tokens = text.match(/\s*\S+/g) ?? [];
    for (const [index, token] of tokens.entries()) {
      leg.emit(delta(token));
      await new Promise((resolve) => setTimeout(resolve, 12_000 / tokens.length));
      if (index !== 200) continue;
      expect(find('[role=log]')?.getAttribute('aria-live')).toBe('off');
      expect(find('article.assistant')?.getAttribute('aria-busy')).toBe('true');
    }
    leg.emit(finish);
    await expect.poll(() => heard.polite.at(-1)).toMatch(/Response complete\.$/);
    const took = performance.now() - began;
    expect(find('article.assistant')?.getAttribute('aria-busy')).toBe('false');
    expect(heard.polite.length).toBeGreaterThan(3);
    expect(heard.polite.length).toBeLessThanOrEqual(2 + took / 2_000);
    expect(heard.polite[0]).toBe('The assistant is responding.');
    for (const piece of heard.polite) expect(piece).toMatch(/^[A-Z].*\.$/);
    const shown = words(find('article.assistant') as HTMLElement);
    expect(heard.polite.slice(1).join(' ').replace(' Response complete.', '')).toBe(shown);
    expect(heard.urgent).toEqual([]);
  });

  it('tell nothing of a conversation of an earlier visit, and of what follows', async () => {
    const { say } = await setup({
      initialMessages: [message('m1', 'user', 'Hello'), message('m2', 'assistant', 'Said long ago.')],
    });
    const heard = regions();
    (await say('More')).emit(start, delta('Said now.'), finish);
    await expect
      .poll(() => heard.polite)
      .toEqual(['The assistant is responding.', 'Said now. Response complete.']);
  });

  it('tell of a request for permission and of a question at once, and once', async () => {
    const { say, leg } = await setup({ clientTools: { 'ask-user': 'interactive' } });
    const heard = regions();
    const first = await say('Delete it');
    first.emit(start, approvalRequest());
    await expect.poll(() => heard.urgent).toEqual(['“Delete note” needs your permission.']);
    for (let i = 0; i < 10; i += 1) {
      first.emit(delta('Well. '));
      await frame();
    }
    await button('Deny').click();
    await expect.poll(() => find('agent-approval')).toBeNull();
    first.emit(...asks({ question: 'Then what?', options: ['Nothing'] }).slice(1));
    await expect.poll(() => heard.urgent.length).toBe(2);
    expect(heard.urgent[1]).toBe('The assistant asks you something.');
    await button('Nothing').click();
    (await leg(1)).emit(start, finish);
    await expect.poll(() => heard.polite.at(-1)).toContain('Response complete.');
    expect(heard.urgent.length).toBe(2);
  });

  it('leave a failure to the card that shows it, which is an alert', async () => {
    const { say } = await setup();
    const heard = regions();
    (await say('Hello')).emit(start, delta('Half.'), failed);
    await expect.poll(() => heard.polite.at(-1)).toBe('Half.');
    expect(heard.urgent).toEqual([]);
    expect(find('[role=alert]', find('agent-error')?.shadowRoot as ShadowRoot)).not.toBeNull();
    await userEvent.keyboard('{Escape}');
  });
});
