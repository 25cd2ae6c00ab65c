import { approvalDigest } from 'agent-chat-kit/server';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { type ApprovalText, approvalText } from '../../src/elements/approval-text.ts';
import {
  approvalRequest,
  button,
  find,
  finish,
  focused,
  frames,
  setup,
  start,
  words,
} from './chat-in-page.ts';

const { CI } = import.meta.env as { readonly CI?: string };
const CORPORA = import.meta.glob('../../../shared/corpora/unicode/*.json', { import: 'default' });

/** As `corpus` in `test/corpora.ts`, for a browser. */
async function corpus(name: string): Promise<unknown> {
  const load = CORPORA[`../../../shared/corpora/unicode/${name}`];
  if (load) return load();
  const why = `The corpus unicode/${name} is not beside this project`;
  if (CI === 'true') throw new Error(`${why}, and CI is to check it.`);
  console.warn(`${why}: its suite is skipped.`);
  return undefined;
}
const confusables = (await corpus('confusables.json')) as Readonly<Record<string, string>> | undefined;

afterEach(() => {
  vi.useRealTimers();
  document.body.replaceChildren();
});

const marked = (code: number): string => `⟨U+${code.toString(16).toUpperCase().padStart(4, '0')}⟩`;
const all = ({ chunks }: ApprovalText): string => chunks.join('').trimEnd();

describe('what a person reads before they allow it', () => {
  const hidden: number[] = [];
  for (let code = 0; code <= 0x10ffff; code += 1) {
    if (code >= 0xd800 && code <= 0xdfff) continue;
    if (/[\p{Bidi_Control}\p{Default_Ignorable_Code_Point}\p{Cf}]/u.test(String.fromCodePoint(code)))
      hidden.push(code);
  }

  it('has every character that hides written out, in values and in names', () => {
    expect(hidden.length).toBeGreaterThanOrEqual(4_206);
    const wrong = hidden.filter((code) => {
      const character = String.fromCodePoint(code);
      const text = all(approvalText({ [`a${character}b`]: `c${character}d` }));
      return text !== `{\n  "a${marked(code)}b": "c${marked(code)}d"\n}`;
    });
    expect(wrong.map(marked)).toEqual([]);
    expect(approvalText({ a: '\u202ea\u200bb\u00adc' }).hidden).toBe(3);
    expect(approvalText({ a: '⟨U+202E⟩' }).hidden).toBe(0);
  });

  it('has emoji as they are', () => {
    expect(all(approvalText({ a: '👩🏽‍💻 ❤️ 👨‍👩‍👧' }))).toContain('👩🏽‍💻 ❤️ 👨‍👩‍👧');
    expect(all(approvalText({ a: 'a\u200db' }))).toContain('a⟨U+200D⟩b');
  });

  it('has spaces that are not the usual one, and controls, written out', () => {
    for (let code = 0x80; code <= 0xffff; code += 1) {
      const character = String.fromCharCode(code);
      if (/[\p{Zs}\p{Zl}\p{Zp}\p{Cc}]/u.test(character))
        expect(all(approvalText({ a: character }))).toContain(marked(code));
    }
    expect(all(approvalText({ a: '\u0000\u001b\n' }))).toContain('"\\u0000\\u001b\\n"');
  });

  it.skipIf(!confusables)('says which hosts are not what they look like', () => {
    const missed: string[] = [];
    let flagged = 0;
    for (const [character, looksLike] of Object.entries(confusables ?? {})) {
      // What is plain ASCII is a host like any other; quotes and slashes end the host.
      if ([...character].every((one) => (one.codePointAt(0) ?? 0) < 0x80)) continue;
      if (!/^[a-z]{1,3}$/i.test(looksLike)) continue;
      const { hosts } = approvalText({ url: `https://p${character}ypal.com/login` });
      if (hosts.length === 1) flagged += 1;
      else missed.push(`${character} ${marked(character.codePointAt(0) ?? 0)}`);
    }
    expect(flagged).toBeGreaterThan(1_000);
    expect(missed).toEqual([]);
  });

  it('leaves other hosts alone', () => {
    for (const url of [
      'https://example.com/a',
      'HTTP://EXAMPLE.com:8080',
      'https://example.com:443/',
      'https://xn--80ak6aa92e.com',
    ])
      expect(approvalText({ url }).hosts).toEqual([]);
    expect(approvalText({ url: 'https://exa\u200bmple.com' }).hosts).toEqual([
      { written: 'exa⟨U+200B⟩mple.com', real: 'example.com' },
    ]);
    expect(approvalText({ url: 'https://аpple.com' }).hosts).toEqual([
      { written: 'аpple.com', real: 'xn--pple-43d.com' },
    ]);
  });

  it('is all of it, however long it is', () => {
    const args = { rows: Array.from({ length: 500 }, (_, i) => ({ i, text: 'x'.repeat(i) })) };
    const text = approvalText(args);
    expect(JSON.parse(all(text))).toEqual(args);
    expect(text.beginning?.endsWith('…')).toBe(true);
    expect(text.beginning?.length).toBeLessThanOrEqual(1_201);
    expect(approvalText({ a: 'short' }).beginning).toBeNull();
    expect(approvalText({}).isEmpty).toBe(true);
    // Padding does not push anything out of sight.
    expect(approvalText({ a: `${' '.repeat(2_000)}; rm` }).beginning).not.toBeNull();
  });
});

const allow = () => find('[part="allow"]') as HTMLElement;
const shown = () => words(find('agent-approval') as HTMLElement);
const args = () => find('[part="arguments"]') as HTMLElement;
const ready = () => expect.poll(() => allow()?.getAttribute('aria-disabled')).toBe('false');

async function asked(fields: Parameters<typeof approvalRequest>[0] = {}) {
  const chat = await setup();
  const leg = await chat.say('Delete the note');
  leg.emit(start, approvalRequest(fields));
  await expect.poll(() => find('[part="approval"]')).not.toBeNull();
  return { ...chat, leg };
}

describe('the card', () => {
  it('writes out what hides in the name of the tool, in the context and in the choices', async () => {
    await asked({
      toolName: 'send\u202email',
      context: 'It is \u200bsafe.\u2066',
      choices: ['once', 'on\u00adly'],
    });
    expect(shown()).toContain('Send⟨U+202E⟩mail');
    expect(shown()).toContain('It is ⟨U+200B⟩safe.⟨U+2066⟩');
    expect(shown()).toContain('On⟨U+00AD⟩ly');
    expect(find('[part="approval"]')?.ariaLabel).toContain('⟨U+202E⟩');
  });

  it('says how many characters hide, and which hosts are not what they look like', async () => {
    await asked({ args: { url: 'https://аpple.com', note: '\u202egpj.exe' } });
    expect(shown()).toContain('1 hidden character is shown as ⟨U+…⟩.');
    expect(shown()).toContain('xn--pple-43d.com');
  });

  it('does not take the focus, and is not in its way', async () => {
    await asked();
    await ready();
    expect(focused()).toBe('Write a message');
  });

  it('is denied with a reason', async () => {
    const { decisions } = await asked();
    await button('Say why not').click();
    await expect.poll(focused).toBe('Why not? (optional)');
    await userEvent.keyboard('It is still needed.{Enter}');
    await expect
      .poll(() => decisions)
      .toEqual([{ approvalId: 'a1', approved: false, reason: 'It is still needed.' }]);
    await expect.poll(focused).toBe('Write a message');
  });

  it('lets the arguments be changed, and says what is wrong with them', async () => {
    const inputSchema = { type: 'object', properties: { title: { type: 'string' } }, required: ['title'] };
    const { decisions } = await asked({ inputSchema });
    await ready();
    await button('Change').click();
    await expect.poll(() => find('agent-approval')?.shadowRoot?.activeElement?.localName).toBe('textarea');
    const field = page.getByRole('textbox', { name: 'Arguments' });
    const attempt = async (text: string) => {
      await field.fill(text);
      await button('Save').click();
    };
    await attempt('{\n  "title": "A",\n  oops\n}');
    await expect.poll(shown).toContain('This is not valid JSON; look at line 3.');
    await attempt('[1]');
    await expect.poll(shown).toContain('Arguments are an object, in braces.');
    await attempt('{"title": 5}');
    await expect.poll(shown).toContain('The tool does not take this:');
    // Nothing is allowed while it is being written.
    allow().focus();
    await userEvent.keyboard('{Enter}');
    await attempt('{"title": "Old groceries"}');
    await expect.poll(shown).toContain('You changed what it will run with.');
    expect(decisions).toEqual([]);
    expect(allow().getAttribute('aria-disabled')).toBe('true');
    await ready();
    await userEvent.click(allow());
    await expect
      .poll(() => decisions)
      .toEqual([{ approvalId: 'a1', approved: true, args: { title: 'Old groceries' } }]);
  });

  it('takes changes back, and keeps the focus', async () => {
    const { decisions } = await asked();
    await button('Change').click();
    await page.getByRole('textbox', { name: 'Arguments' }).fill('{"title": "Other"}');
    await button('Save').click();
    await button('Undo the changes').click();
    await expect.poll(shown).toContain('Groceries');
    await expect
      .poll(() => find('agent-approval')?.shadowRoot?.activeElement?.getAttribute('part'))
      .toBe('arguments');
    await ready();
    await userEvent.click(allow());
    await expect.poll(() => decisions).toEqual([{ approvalId: 'a1', approved: true }]);
  });

  it('with changed arguments is not allowed by allowing all, which would not know of the changes', async () => {
    const { leg, decisions } = await asked();
    leg.emit(approvalRequest({ approvalId: 'a2', toolCallId: 'c2', toolName: 'empty-bin' }));
    await expect.element(button('Allow all')).toBeInTheDocument();
    await userEvent.click(button('Change').first());
    await page.getByRole('textbox', { name: 'Arguments' }).first().fill('{"title": "Other"}');
    await button('Save').click();
    for (const element of document
      .querySelector('agent-chat')
      ?.shadowRoot?.querySelectorAll('agent-approval') ?? []) {
      element.scrollIntoView({ block: 'nearest' });
      await expect
        .poll(() => element.shadowRoot?.querySelector('[part=allow]')?.getAttribute('aria-disabled'))
        .toBe('false');
    }
    (button('Allow all').element() as HTMLElement).focus();
    await userEvent.keyboard('{Enter}');
    await frames(4);
    expect(decisions).toEqual([]);
  });

  it('says for how long it can be answered, and then cannot be allowed', async () => {
    const { decisions } = await asked({ expiresAt: Date.now() + 2_500 });
    expect(shown()).toMatch(/Can be answered for \d+ sec more\./);
    await expect.poll(shown).toContain('The time to answer is over.');
    expect(allow().getAttribute('aria-disabled')).toBe('true');
    allow().focus();
    await userEvent.keyboard('{Enter}');
    expect(decisions).toEqual([]);
    await button('Deny').click();
    await expect.poll(() => decisions.length).toBe(1);
  });

  it('offers what the agent offers', async () => {
    const { decisions } = await asked({ choices: ['once', 'session', 'always', 'deny'] });
    await ready();
    await button('Allow for this session').click();
    await expect.poll(() => decisions).toEqual([{ approvalId: 'a1', approved: true, choice: 'session' }]);
  });

  it('is read anew where the same request comes with other arguments', async () => {
    const { leg, decisions } = await asked();
    await ready();
    leg.emit(approvalRequest({ args: { title: 'Everything' } }));
    await expect.poll(shown).toContain('Everything');
    expect(allow().getAttribute('aria-disabled')).toBe('true');
    expect(shown()).not.toContain('Groceries');
    await ready();
    await userEvent.click(allow());
    await expect.poll(() => decisions.length).toBe(1);
  });

  it('is read anew where another tool asks with the very same arguments', async () => {
    const same = { title: 'Groceries' };
    const { leg } = await asked({ args: same });
    await ready();
    leg.emit(approvalRequest({ toolName: 'publish-note', args: same }));
    await expect.poll(shown).toContain('Publish note');
    expect(allow().getAttribute('aria-disabled')).toBe('true');
  });
});

describe('what is decided', () => {
  /** A chat whose decisions come with their digests. */
  async function withDigests(fields: Parameters<typeof approvalRequest>[0] = {}) {
    const digests: (string | undefined)[] = [];
    const sent: { approvalId: string; approved: boolean }[] = [];
    const chat = await setup({
      transport: {
        respond: async ({ digest, approvalId, approved }) => {
          digests.push(digest);
          sent.push({ approvalId, approved });
        },
      },
    });
    const leg = await chat.say('Delete the note');
    leg.emit(start, approvalRequest(fields));
    await expect.poll(() => find('[part="approval"]')).not.toBeNull();
    return { ...chat, leg, digests, sent };
  }

  it('says what was shown', async () => {
    const { digests } = await withDigests();
    await ready();
    await userEvent.click(allow());
    const subject = { toolCallId: 'c1', toolName: 'delete-note', args: { title: 'Groceries' } };
    await expect.poll(() => digests).toEqual([await approvalDigest(subject)]);
  });

  // To be mended in the store: it neither keeps what was asked, nor one request to an id.
  it('is what was shown, although whoever asked changes the arguments afterwards', async () => {
    const mutable = { title: 'Groceries' };
    const { digests } = await withDigests({ args: mutable });
    await ready();
    mutable.title = 'Everything';
    await userEvent.click(allow());
    const read = JSON.parse(args()?.textContent ?? '{"title":"Groceries"}');
    expect(read).toEqual({ title: 'Groceries' });
    const subject = { toolCallId: 'c1', toolName: 'delete-note', args: read };
    await expect.poll(() => digests).toEqual([await approvalDigest(subject)]);
  });

  it('is about the card that is there, although two requests bear the same id', async () => {
    const { leg, digests } = await withDigests();
    leg.emit(approvalRequest({ toolCallId: 'c2', toolName: 'look-around', args: { harm: 'none' } }));
    await expect.poll(() => words(document.body)).toContain('Allow “Look around”');
    const cards = [
      ...(document.querySelector('agent-chat')?.shadowRoot?.querySelectorAll('agent-approval') ?? []),
    ];
    expect(cards.length).toBe(1);
    await ready();
    await userEvent.click(allow());
    const subject = { toolCallId: 'c2', toolName: 'look-around', args: { harm: 'none' } };
    await expect.poll(() => digests).toEqual([await approvalDigest(subject)]);
  });

  it('is decided once, however often it is pressed', async () => {
    const { leg, sent } = await withDigests();
    await ready();
    const pressed = allow();
    await userEvent.dblClick(pressed);
    leg.emit(finish);
    await expect.poll(() => find('agent-approval')).toBeNull();
    expect(sent).toEqual([{ approvalId: 'a1', approved: true }]);
  });
});
