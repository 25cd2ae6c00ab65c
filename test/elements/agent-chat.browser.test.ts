import 'agent-chat-kit/elements';
import { AgentChat, type ConnectionState, type ConnectionStateListener } from 'agent-chat-kit';
import type { AgentErrorEvent, AgentSuggestionEvent } from 'agent-chat-kit/elements';
import {
  type ControlledLeg,
  createControlledTransport,
  createScriptedTransport,
  recordedEvents,
} from 'agent-chat-kit/testing';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { fixture } from '../fixtures/index.ts';
import {
  allow,
  approvalRequest,
  asks,
  button,
  card,
  conversation,
  delta,
  draft,
  drawn,
  elementsIn,
  FIELD,
  failed,
  field,
  find,
  finish,
  focused,
  frame,
  frames,
  message,
  mount,
  said,
  serve,
  setup,
  start,
  words,
} from './chat-in-page.ts';

afterEach(() => {
  document.body.replaceChildren();
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

describe('a message', () => {
  it('is shown at once, with a sign that the answer is awaited', async () => {
    const { say } = await setup();
    const leg = await say('Are you there?');
    await expect.poll(said).toEqual(['You: Are you there?']);
    expect(leg.request).toMatchObject({
      type: 'trigger',
      triggerName: 'user-message',
      input: { USER_MESSAGE: 'Are you there?' },
    });
    expect(draft()).toBe('');
    expect(find('[part="waiting"]')).not.toBeNull();
  });

  it('is answered as the words come, into the same text', async () => {
    const { say } = await setup();
    const leg = await say('Hello');
    leg.emit(start);
    await frames(2);
    expect(find('[part="waiting"]')).not.toBeNull();

    leg.emit(delta('Good'));
    await expect.poll(said).toEqual(['You: Hello', 'Assistant: Good']);
    expect(find('[part="waiting"]')).toBeNull();
    const answer = find('.assistant');
    const text = find('agent-text', answer as HTMLElement)?.shadowRoot?.querySelector('[part="text"] p');
    const node = [...(text?.childNodes ?? [])].find(
      (child) => child instanceof Text && child.data === 'Good',
    );
    expect(answer?.ariaBusy).toBe('true');

    leg.emit(delta(' morning.'));
    await expect.poll(said).toEqual(['You: Hello', 'Assistant: Good morning.']);
    expect(node?.isConnected && node.textContent).toBe('Good morning.');
    leg.emit(finish);
    await expect.poll(() => answer?.ariaBusy).toBe('false');
    await expect.element(button('Send')).toBeVisible();
  });

  it('can follow an answer', async () => {
    const { say } = await setup();
    (await say('One')).emit(start, delta('First'), finish);
    await expect.poll(said).toEqual(['You: One', 'Assistant: First']);
    (await say('Two')).emit(start, delta('Second'), finish);
    await expect.poll(said).toEqual(['You: One', 'Assistant: First', 'You: Two', 'Assistant: Second']);
  });

  it('is not sent where the page prevents it, and stays in the field', async () => {
    const { element, legs, chat } = await setup();
    element.addEventListener('agent-submit', (event) => event.preventDefault());
    await userEvent.fill(field(), 'Wait');
    await userEvent.keyboard('{Enter}');
    await frames(2);
    expect(legs.length).toBe(0);
    expect(chat.messages).toEqual([]);
    expect(draft()).toBe('Wait');
  });

  it('stays in the field where there is no agent to send it to', async () => {
    await mount({});
    await userEvent.fill(field(), 'Anyone?');
    await userEvent.keyboard('{Enter}');
    await frames(2);
    expect(draft()).toBe('Anyone?');
  });
});

describe('every part', () => {
  const parts = (): string[] => [
    ...new Set(
      elementsIn(find('agent-message-list') as HTMLElement)
        .concat(elementsIn(find('agent-message-list')?.shadowRoot as ShadowRoot))
        .map(({ localName }) => localName)
        // Values stand inside of parts, and come after them.
        .filter((name) => name.startsWith('agent-') && name !== 'agent-message' && name !== 'agent-value'),
    ),
  ];

  it('of a recorded answer is shown by its element', async () => {
    const events = await recordedEvents(fixture('mixed'));
    const chat = new AgentChat({ transport: createScriptedTransport(events) });
    await mount({ chat });
    await chat.sendMessage('Show everything');
    await expect
      .poll(() => parts().sort())
      .toEqual([
        'agent-file',
        'agent-object',
        'agent-operation',
        'agent-reasoning',
        'agent-source',
        'agent-step',
        'agent-steps',
        'agent-text',
        'agent-todo',
        'agent-tool-call',
        'agent-worker',
      ]);
    await drawn();
    const answer = said()[1];
    expect(answer).toMatch(/^Assistant: Thought .*how they travelled\.$/);
    expect(answer).toContain('Write the notes');
    expect(answer).toContain('chart.png');
    expect(answer).not.toMatch(/undefined|\[object/);
  });

  it('of several steps is shown with the step between', async () => {
    const events = await recordedEvents(fixture('step-start'));
    const chat = new AgentChat({ transport: createScriptedTransport(events) });
    await mount({ chat });
    await chat.sendMessage('Add');
    await expect.poll(parts).toEqual(['agent-text', 'agent-steps', 'agent-tool-call', 'agent-step']);
    await expect.poll(() => said()[1]).toBe('Assistant: Add Done The sum is 3.');
  });
});

describe('stopping', () => {
  it('keeps what was written, ends the request and hears nothing more of it', async () => {
    const { say, chat } = await setup();
    const leg = await say('Count');
    leg.emit(start, delta('One, two'));
    await expect.poll(said).toEqual(['You: Count', 'Assistant: One, two']);
    await button('Stop').click();
    await expect.element(button('Send')).toBeVisible();
    expect(leg.signal.aborted).toBe(true);
    leg.emit(delta(', three'), finish);
    await frames(3);
    expect(said()).toEqual(['You: Count', 'Assistant: One, two']);
    expect(chat.status).toBe('idle');
    expect(find('agent-error')).toBeNull();
    expect(focused()).toBe(FIELD);
  });

  it('can be prevented by the page', async () => {
    const { say, element, chat } = await setup();
    await say('Count');
    element.addEventListener('agent-stop', (event) => event.preventDefault());
    await button('Stop').click();
    await frames(2);
    expect(chat.status).toBe('streaming');
  });
});

describe('a failure', () => {
  it('is told in a card, and everything that was said or written stays', async () => {
    const { say, chat } = await setup({ initialMessages: [message('m', 'user', 'Earlier')] });
    const leg = await say('One more');
    leg.emit(start, delta('This answer will'));
    await userEvent.fill(field(), 'My next thought');
    leg.emit(failed);
    await expect
      .poll(card)
      .toBe(
        'Too many requests The model takes ten requests a minute. It can be tried again in 20 sec. Try again',
      );
    expect(find('[role="alert"]')).not.toBeNull();
    expect(said()).toEqual(['You: Earlier', 'You: One more', 'Assistant: This answer will']);
    expect(draft()).toBe('My next thought');
    expect(focused()).toBe(FIELD);
    expect(chat.status).toBe('error');
  });

  it('can be tried again, which replaces the answer that failed', async () => {
    const { say, leg, legs } = await setup({ initialMessages: [message('m', 'user', 'Earlier')] });
    (await say('One more')).emit(start, delta('Half'), failed);
    await button('Try again').click();
    await expect.poll(() => legs.length).toBe(2);
    await expect.poll(card).toBeNull();
    await expect.poll(said).toEqual(['You: Earlier', 'You: One more']);
    expect(find('[part="waiting"]')).not.toBeNull();
    expect(legs[1]?.request).toMatchObject({ triggerName: 'user-message', rollbackAfterMessageId: 'm' });
    (await leg()).emit(start, delta('Whole'), finish);
    await expect.poll(said).toEqual(['You: Earlier', 'You: One more', 'Assistant: Whole']);
    await expect.poll(focused).toBe(FIELD);
  });

  it('can be tried again by hand of the page only, where it prevents it', async () => {
    const { say, element, legs } = await setup();
    (await say('One more')).emit(start, failed);
    element.addEventListener('agent-retry', (event) => event.preventDefault());
    await button('Try again').click();
    await frames(2);
    expect(legs.length).toBe(1);
  });

  it('goes away with the next message', async () => {
    const { say } = await setup();
    (await say('One more')).emit(start, failed);
    await expect.poll(card).toContain('Too many requests');
    await say('Another');
    await expect.poll(card).toBeNull();
  });

  it('leaves the element as an event, once, whoever made the store', async () => {
    const { element, say } = await setup();
    const types: string[] = [];
    element.addEventListener('agent-error', ({ error }) => types.push(error.type));
    (await say('One more')).emit(start, failed);
    await expect.poll(card).toContain('Too many requests');
    await userEvent.fill(field(), 'a draft');
    await frames(2);
    expect(types).toEqual(['rate_limit_error']);
  });

  it('of an upload puts the draft and its files back, and sends nothing', async () => {
    const errors: AgentErrorEvent[] = [];
    const { element, legs, chat } = await setup({
      requestUploadUrls: async () => {
        throw new Error('The disk is full.');
      },
    });
    element.addEventListener('agent-error', (event) => errors.push(event));
    const file = new File(['x'], 'totals.csv');
    const picker = find('input[type="file"]') as HTMLInputElement;
    await userEvent.upload(picker, file);
    await userEvent.fill(field(), 'Sum this');
    await userEvent.keyboard('{Enter}');
    await expect.poll(card).toContain('“totals.csv” could not be uploaded');
    expect(draft()).toBe('Sum this');
    await expect.element(button('Remove totals.csv')).toBeVisible();
    expect(legs.length).toBe(0);
    expect(chat.messages).toEqual([]);
    expect(errors.map(({ error }) => error.code)).toEqual(['upload-failed']);
  });

  it('of an upload leaves a draft alone that was begun since', async () => {
    let refuse = (_: Error): void => {};
    await setup({
      requestUploadUrls: () =>
        new Promise((_, reject) => {
          refuse = reject;
        }),
    });
    await userEvent.upload(find('input[type="file"]') as HTMLInputElement, new File(['x'], 'totals.csv'));
    await userEvent.fill(field(), 'Sum this');
    await userEvent.keyboard('{Enter}');
    await userEvent.fill(field(), 'Something else');
    refuse(new Error('The disk is full.'));
    await expect.poll(card).toContain('could not be uploaded');
    expect(draft()).toBe('Something else');
  });

  it('of an upload is forgotten once a message is sent', async () => {
    const { say } = await setup({ requestUploadUrls: () => Promise.reject(new Error('The disk is full.')) });
    await userEvent.upload(find('input[type="file"]') as HTMLInputElement, new File(['x'], 'totals.csv'));
    await userEvent.click(field());
    await userEvent.keyboard('{Enter}');
    await expect.poll(card).toContain('could not be uploaded');
    await button('Remove totals.csv').click();
    await say('Without it');
    await expect.poll(card).toBeNull();
    expect(said()).toEqual(['You: Without it']);
  });
});

describe('files', () => {
  it('are uploaded, shown above the words and sent by reference', async () => {
    vi.stubGlobal('XMLHttpRequest', undefined);
    vi.stubGlobal('fetch', async () => new Response(null, { status: 200 }));
    const { leg } = await setup({
      requestUploadUrls: async (files) => ({
        files: files.map((_, i) => ({ id: `f${i}`, uploadUrl: '/put', downloadUrl: `/get/${i}` })),
      }),
    });
    await userEvent.upload(find('input[type="file"]') as HTMLInputElement, new File(['x'], 'totals.csv'));
    await userEvent.fill(field(), 'Sum this');
    await userEvent.keyboard('{Enter}');
    expect((await leg()).request).toMatchObject({
      input: { USER_MESSAGE: 'Sum this', FILES: [{ id: 'f0', url: '/get/0', filename: 'totals.csv' }] },
    });
    await expect.poll(said).toEqual(['You: totals.csv 1 byte Download Preview Sum this']);
    await expect.element(button('Remove totals.csv')).not.toBeInTheDocument();
  });

  it('cannot be attached where there is no place for them', async () => {
    await setup();
    await expect.element(button('Attach files')).not.toBeInTheDocument();
  });
});

describe('files on their way', () => {
  /** Uploads that move only as the test says. */
  function holdUploads() {
    const puts: { upload: { onprogress: (event: { loaded: number }) => void } }[] = [];
    vi.stubGlobal(
      'XMLHttpRequest',
      class {
        upload = { onprogress: () => {} };
        open() {}
        setRequestHeader() {}
        abort() {}
        send() {
          puts.push(this);
        }
      },
    );
    const requestUploadUrls = async (files: readonly unknown[]) => ({
      files: files.map((_, i) => ({ id: `f${i}`, uploadUrl: `/put/${i}`, downloadUrl: `/get/${i}` })),
    });
    return { puts, requestUploadUrls };
  }
  const attach = (...files: readonly File[]) =>
    userEvent.upload(find('input[type="file"]') as HTMLInputElement, [...files]);
  const bar = (name: string) => page.getByRole('progressbar', { name: `Uploading ${name}` });

  it('are listed above the field with how far they are', async () => {
    const { puts, requestUploadUrls } = holdUploads();
    await setup({ requestUploadUrls });
    await attach(new File(['x'.repeat(100)], 'totals.csv'), new File(['y'.repeat(50)], 'notes.txt'));
    await userEvent.fill(field(), 'Sum these');
    await userEvent.keyboard('{Enter}');
    await expect.element(bar('totals.csv')).toBeVisible();
    await expect.poll(() => puts.length).toBe(2);
    expect((bar('totals.csv').element() as HTMLProgressElement).value).toBe(0);
    puts[0]?.upload.onprogress({ loaded: 40 });
    await expect.poll(() => (bar('totals.csv').element() as HTMLProgressElement).value).toBe(40);
    expect((bar('notes.txt').element() as HTMLProgressElement).value).toBe(0);
    expect((bar('notes.txt').element() as HTMLProgressElement).max).toBe(100);
    const list = find('[part="uploads"]')?.getBoundingClientRect();
    expect(list?.bottom).toBeLessThanOrEqual(find('agent-composer')?.getBoundingClientRect().top ?? 0);
  });

  it('fit a page of 320 pixels, whatever their names are', async () => {
    const { puts, requestUploadUrls } = holdUploads();
    const { element } = await setup({ requestUploadUrls });
    (element.parentElement as HTMLElement).style.width = '320px';
    await attach(new File(['x'], `${'W'.repeat(100)}.csv`), new File(['y'], `${'a b '.repeat(50)}.txt`));
    await userEvent.keyboard('{Enter}');
    await expect.poll(() => puts.length).toBe(2);
    await expect.element(button('Cancel the upload')).toBeVisible();
    const cancel = button('Cancel the upload').element().getBoundingClientRect();
    for (const bar of page.getByRole('progressbar').elements()) {
      expect(bar.getBoundingClientRect().right).toBeLessThanOrEqual(cancel.left);
    }
    expect(cancel.right).toBeLessThanOrEqual(element.getBoundingClientRect().right);
  });

  it('can be called off, which gives the draft and its files back and is no error', async () => {
    const { puts, requestUploadUrls } = holdUploads();
    const { element, chat, legs } = await setup({ requestUploadUrls });
    const errors: AgentErrorEvent[] = [];
    element.addEventListener('agent-error', (event) => errors.push(event));
    await attach(new File(['x'], 'totals.csv'));
    await userEvent.fill(field(), 'Sum this');
    await userEvent.keyboard('{Enter}');
    await expect.poll(() => puts.length).toBe(1);
    expect(draft()).toBe('');
    await button('Cancel the upload').click();
    await expect.element(bar('totals.csv')).not.toBeInTheDocument();
    await expect.poll(draft).toBe('Sum this');
    await expect.element(button('Remove totals.csv')).toBeVisible();
    await expect.poll(focused).toBe(FIELD);
    expect(card()).toBeNull();
    expect(errors).toEqual([]);
    expect(legs.length).toBe(0);
    expect(chat.messages).toEqual([]);
  });

  it('go on where the page prevents that they are called off', async () => {
    const { puts, requestUploadUrls } = holdUploads();
    const { element } = await setup({ requestUploadUrls });
    element.addEventListener('agent-stop', (event) => event.preventDefault());
    await attach(new File(['x'], 'totals.csv'));
    await userEvent.keyboard('{Enter}');
    await expect.poll(() => puts.length).toBe(1);
    await button('Cancel the upload').click();
    await frames(2);
    await expect.element(bar('totals.csv')).toBeVisible();
  });
});

describe('several approvals', () => {
  /** What a user does who looks at each. */
  async function readAll(): Promise<void> {
    await expect
      .poll(() => elementsIn(document).filter((element) => element.matches('[part="approval"]')).length)
      .toBe(2);
    for (const element of elementsIn(document)) {
      if (element.localName !== 'agent-approval') continue;
      element.scrollIntoView({ block: 'nearest' });
      await expect.poll(() => 'wasRead' in element && element.wasRead).toBe(true);
    }
  }

  const both = (fields: Parameters<typeof approvalRequest>[0] = {}) => [
    start,
    approvalRequest(fields),
    approvalRequest({ approvalId: 'a2', toolCallId: 'c2', toolName: 'empty-bin', ...fields }),
  ];

  it('can be answered at once, and the focus goes back to the composer', async () => {
    const { say, decisions } = await setup();
    (await say('Tidy up')).emit(...both());
    await expect.element(page.getByRole('group', { name: '2 tools wait for your permission' })).toBeVisible();
    await readAll();
    await allow('Allow all', decisions);
    await expect.element(button('Allow all')).not.toBeInTheDocument();
    expect(decisions).toEqual([
      { approvalId: 'a1', approved: true },
      { approvalId: 'a2', approved: true },
    ]);
    expect(find('agent-approval')).toBeNull();
    expect(focused()).toBe(FIELD);
  });

  it('can be denied at once, by the keyboard too', async () => {
    const { say, decisions } = await setup();
    (await say('Tidy up')).emit(...both());
    await expect.element(button('Deny all')).toBeVisible();
    (button('Deny all').element() as HTMLElement).focus();
    await userEvent.keyboard('{Enter}');
    await expect.poll(() => decisions.map(({ approved }) => approved)).toEqual([false, false]);
    await expect.poll(focused).toBe(FIELD);
  });

  it('are allowed once where the agent offers that, and never for longer', async () => {
    const { say, decisions } = await setup();
    (await say('Tidy up')).emit(...both({ choices: ['always', 'once', 'deny'] }));
    await readAll();
    await allow('Allow all', decisions);
    await expect.poll(() => decisions.map(({ choice }) => choice)).toEqual(['once', 'once']);
  });

  it('are asked for one by one: the page hears of each, and those that it prevents still wait', async () => {
    const { say, decisions, element } = await setup();
    const heard: string[] = [];
    element.addEventListener('agent-decision', (event) => {
      heard.push(`${event.approvalId} ${event.approved}`);
      if (event.approvalId === 'a2') event.preventDefault();
    });
    (await say('Tidy up')).emit(...both());
    await readAll();
    await allow('Allow all', decisions);
    await expect.element(page.getByLabelText('Allow “Delete note”?')).not.toBeInTheDocument();
    expect(heard).toEqual(['a1 true', 'a2 true']);
    expect(decisions).toEqual([{ approvalId: 'a1', approved: true }]);
    await expect.element(page.getByLabelText('Allow “Empty bin”?')).toBeVisible();
    // One that is left is answered by itself.
    await expect.element(button('Allow all')).not.toBeInTheDocument();
  });

  it('that cannot be delivered are told of and wait on', async () => {
    const { say, decisions } = await setup({
      respond: async ({ approvalId }) => {
        if (approvalId === 'a1') throw new Error('The line is down.');
      },
    });
    (await say('Tidy up')).emit(...both());
    await readAll();
    await allow('Allow all', decisions);
    await expect.poll(card).toContain('The line is down.');
    await expect.element(page.getByLabelText('Allow “Delete note”?')).toBeVisible();
    await expect.element(page.getByLabelText('Allow “Empty bin”?')).not.toBeInTheDocument();
  });

  it('cannot be allowed at once before each was there to be read', async () => {
    const { say, decisions } = await setup();
    (await say('Tidy up')).emit(...both());
    await expect.element(button('Allow all')).toHaveAttribute('aria-disabled', 'true');
    (button('Allow all').element() as HTMLElement).click();
    await readAll();
    // Nor by a page that presses for the user.
    (button('Allow all').element() as HTMLElement).click();
    await frames(2);
    expect(decisions).toEqual([]);
    await allow('Allow all', decisions);
    expect(decisions.length).toBe(2);
  });

  it('cannot be allowed at once by a button that is covered, or by one that just came', async () => {
    const { say, decisions } = await setup();
    (await say('Tidy up')).emit(...both());
    await readAll();
    const at = button('Allow all').element().getBoundingClientRect();
    const cover = document.createElement('div');
    Object.assign(cover.style, {
      background: 'white',
      pointerEvents: 'none',
      position: 'fixed',
      zIndex: '9',
    });
    Object.assign(cover.style, { left: `${at.x}px`, top: `${at.y}px`, height: '40px', width: '200px' });
    document.body.append(cover);
    await expect.element(button('Allow all')).toHaveAttribute('aria-disabled', 'true');
    (button('Allow all').element() as HTMLElement).focus();
    await userEvent.keyboard('{Enter}');
    cover.remove();
    await userEvent.keyboard('{Enter}');
    expect(decisions).toEqual([]);
    await allow('Allow all', decisions);
    expect(decisions.length).toBe(2);
  });

  it('leave out those whose time is over', async () => {
    const { say, decisions } = await setup();
    const expiresAt = Date.now() + 4_000;
    (await say('Tidy up')).emit(
      start,
      approvalRequest({ expiresAt }),
      approvalRequest({ approvalId: 'a2', toolCallId: 'c2', toolName: 'empty-bin' }),
    );
    await readAll();
    await expect.poll(() => Date.now()).toBeGreaterThan(expiresAt);
    await allow('Allow all', decisions);
    expect(decisions).toEqual([{ approvalId: 'a2', approved: true }]);
  });

  it('are not given by Enter in the composer', async () => {
    const { say, decisions } = await setup();
    (await say('Tidy up')).emit(...both());
    await expect.element(button('Allow all')).toBeVisible();
    await userEvent.keyboard('{Enter}{Enter}');
    await frames(2);
    expect(decisions).toEqual([]);
    expect(focused()).toBe(FIELD);
  });
});

describe('an approval', () => {
  it('shows exactly what would run, and does not take the focus', async () => {
    const { say } = await setup();
    const leg = await say('Delete the note');
    leg.emit(start, approvalRequest({ context: 'This cannot be undone.' }));
    await expect.element(page.getByLabelText('Allow “Delete note”?')).toBeVisible();
    const args = find('agent-approval')?.shadowRoot?.querySelector('[part="arguments"]');
    expect(JSON.parse(args?.textContent ?? '')).toEqual({ title: 'Groceries' });
    await expect.element(page.getByText('This cannot be undone.')).toBeVisible();
    expect(focused()).toBe(FIELD);
  });

  it('is not given by Enter in the composer, with or without a draft', async () => {
    const { say, decisions, chat } = await setup();
    const leg = await say('Delete the note');
    leg.emit(start, approvalRequest());
    await expect.element(button('Allow')).toBeVisible();
    await userEvent.keyboard('{Enter}{Enter}');
    await userEvent.fill(field(), 'yes');
    await userEvent.keyboard('{Enter}');
    await frames(2);
    expect(decisions).toEqual([]);
    expect(chat.pendingApprovals.length).toBe(1);
    expect(draft()).toBe('yes');
  });

  it.each([
    ['Allow', { approvalId: 'a1', approved: true }],
    ['Deny', { approvalId: 'a1', approved: false }],
  ])('is answered with %s, once, and the focus goes back to the composer', async (name, decision) => {
    const { say, decisions } = await setup();
    const leg = await say('Delete the note');
    leg.emit(start, approvalRequest());
    await allow(name, decisions);
    await expect.element(button(name)).not.toBeInTheDocument();
    expect(decisions).toEqual([decision]);
    expect(focused()).toBe(FIELD);
    leg.emit(delta('So be it.'), finish);
    await expect.poll(() => said()[1]).toContain('So be it.');
  });

  it('is answered with the choice that the agent offers', async () => {
    const { say, decisions } = await setup();
    (await say('Delete the note')).emit(start, approvalRequest({ choices: ['once', 'always', 'deny'] }));
    await expect.element(button('Allow once')).toBeVisible();
    expect(find('agent-approval')?.shadowRoot?.querySelectorAll('[part="allow"], [part="deny"]').length).toBe(
      3,
    );
    await allow('Always allow', decisions);
    expect(decisions).toEqual([{ approvalId: 'a1', approved: true, choice: 'always' }]);
  });

  it('leaves another one that waits beside it', async () => {
    const { say, decisions } = await setup();
    const leg = await say('Delete the notes');
    leg.emit(
      start,
      approvalRequest(),
      approvalRequest({ approvalId: 'a2', toolCallId: 'c2', toolName: 'empty-bin' }),
    );
    const bin = page.getByLabelText('Allow “Empty bin”?');
    await bin.getByRole('button', { name: 'Deny' }).click();
    await expect.element(bin).not.toBeInTheDocument();
    await expect.element(page.getByLabelText('Allow “Delete note”?')).toBeVisible();
    expect(decisions).toEqual([{ approvalId: 'a2', approved: false }]);
  });

  it('can be answered by the keyboard alone', async () => {
    const { say, decisions } = await setup();
    (await say('Delete the note')).emit(start, approvalRequest());
    await expect.element(button('Allow')).toBeVisible();
    await expect.element(button('Allow')).not.toHaveAttribute('aria-disabled', 'true');
    for (const name of ['Say why not', 'Deny', 'Allow']) {
      await userEvent.tab({ shift: true });
      expect(focused()).toBe(name);
    }
    await userEvent.keyboard('{Enter}');
    await expect.poll(() => decisions).toEqual([{ approvalId: 'a1', approved: true }]);
    await expect.poll(focused).toBe(FIELD);
  });

  it('that cannot be delivered can be given again', async () => {
    let works = false;
    const { say, decisions } = await setup({
      respond: async () => {
        if (!works) throw new Error('The line is down.');
      },
    });
    (await say('Delete the note')).emit(start, approvalRequest());
    await allow('Allow', decisions);
    await expect.poll(card).toContain('The line is down.');
    await expect.element(button('Allow')).toBeVisible();
    works = true;
    await allow('Allow', decisions);
    await expect.element(button('Allow')).not.toBeInTheDocument();
    expect(card()).toBeNull();
    expect(decisions.length).toBe(2);
  });

  it('reaches no agent where the page prevents it', async () => {
    const { say, decisions, element } = await setup();
    (await say('Delete the note')).emit(start, approvalRequest());
    const heard: Event[] = [];
    element.addEventListener('agent-decision', (event) => {
      event.preventDefault();
      heard.push(event);
    });
    await allow('Allow', heard);
    await frames(2);
    expect(decisions).toEqual([]);
    await expect.element(button('Allow')).toBeVisible();
  });

  it('goes away with the run that asked for it', async () => {
    const { say } = await setup();
    (await say('Delete the note')).emit(start, approvalRequest());
    await expect.element(button('Allow')).toBeVisible();
    await button('Stop').click();
    await expect.element(button('Allow')).not.toBeInTheDocument();
  });
});

describe('a question of the agent', () => {
  const clientTools = { 'ask-user': 'interactive' } as const;
  const question = (text: string) => page.getByLabelText('The assistant asks').getByText(text);
  const results = (leg: ControlledLeg) => (leg.request.type === 'continue' ? leg.request.toolResults : null);

  it('is answered with one of its options, and the run goes on', async () => {
    const { say, leg, legs } = await setup({ clientTools });
    (await say('Paint it')).emit(...asks({ question: 'Which colour?', options: ['Red', 'Green'] }));
    await expect.element(question('Which colour?')).toBeVisible();
    expect(focused()).toBe(FIELD);
    await button('Green').click();
    await expect.element(question('Which colour?')).not.toBeInTheDocument();
    await expect.poll(() => legs.length).toBe(2);
    expect(results(await leg())).toMatchObject([
      { toolCallId: 'c1', toolName: 'ask-user', result: { answer: 'Green' } },
    ]);
    expect(focused()).toBe(FIELD);
    (await leg()).emit(start, delta('Green it is.'), finish);
    await expect.poll(() => said()[1]).toMatch(/Green it is\.$/);
  });

  it('is answered with the value that stands behind an option', async () => {
    const { say, leg, legs } = await setup({ clientTools });
    (await say('Run')).emit(
      ...asks({
        question: 'How fast?',
        options: [{ label: 'At leisure', value: 'slow' }, { label: 'Fast' }],
      }),
    );
    await button('At leisure').click();
    await expect.poll(() => legs.length).toBe(2);
    expect(results(await leg())).toMatchObject([{ result: { answer: 'slow' } }]);
  });

  it('without options is answered in words of the user', async () => {
    const { say, leg, legs } = await setup({ clientTools });
    (await say('Take a note')).emit(...asks({ question: 'What should it say?' }));
    const answer = page.getByRole('textbox', { name: 'What should it say?' });
    await userEvent.fill(answer, '   ');
    await userEvent.keyboard('{Enter}');
    expect(legs.length).toBe(1);
    await userEvent.fill(answer, '  Buy bread ');
    await userEvent.keyboard('{Enter}');
    await expect.poll(() => legs.length).toBe(2);
    expect(results(await leg())).toMatchObject([{ result: { answer: 'Buy bread' } }]);
    await expect.poll(focused).toBe(FIELD);
  });

  it('can be skipped', async () => {
    const { say, leg, legs } = await setup({ clientTools });
    (await say('Paint it')).emit(...asks({ question: 'Which colour?', options: ['Red'] }));
    await button('Skip').click();
    await expect.poll(() => legs.length).toBe(2);
    expect(results(await leg())).toMatchObject([{ toolCallId: 'c1', error: 'User cancelled' }]);
    await expect.poll(focused).toBe(FIELD);
  });

  it('is answered by the page instead, where it prevents the event', async () => {
    const { say, element, legs, chat } = await setup({ clientTools });
    (await say('Paint it')).emit(...asks({ question: 'Which colour?', options: ['Red'] }));
    element.addEventListener('agent-tool-answer', (event) => event.preventDefault());
    await button('Red').click();
    await frames(2);
    expect(legs.length).toBe(1);
    expect(chat.status).toBe('awaiting-input');
  });

  it('is shown whatever its options are', async () => {
    const { say } = await setup({ clientTools });
    const options = [null, 7, true, ['a', 'b'], {}, { label: { toString: 1, valueOf: 1 } }];
    (await say('Paint it')).emit(...asks({ question: 'Which?', options }));
    await expect.poll(() => find('[part="skip"]')).not.toBeNull();
    await expect.element(question('Which?')).toBeVisible();
  });
});

describe('suggestions', () => {
  const suggestions = [
    { label: 'Plan a talk', message: 'Please plan a talk', description: 'Ticked off as it runs' },
    { label: 'What time is it?' },
  ];

  it('are said when they are taken, and gone once something was said', async () => {
    const { legs } = await setup({}, { suggestions });
    await expect.element(button('Plan a talk Ticked off as it runs')).toBeVisible();
    await button('Plan a talk').click();
    await expect.poll(said).toEqual(['You: Please plan a talk']);
    expect(legs.length).toBe(1);
    await expect.element(button('What time is it?')).not.toBeInTheDocument();
    expect(focused()).toBe(FIELD);
  });

  it('are said by their label where they have no message', async () => {
    await setup({}, { suggestions });
    await button('What time is it?').click();
    await expect.poll(said).toEqual(['You: What time is it?']);
  });

  it('do something else where the page prevents that', async () => {
    const { element, legs } = await setup({}, { suggestions });
    const taken: AgentSuggestionEvent[] = [];
    document.body.addEventListener(
      'agent-suggestion',
      (event) => {
        event.preventDefault();
        taken.push(event);
      },
      { once: true },
    );
    await button('Plan a talk').click();
    await frames(2);
    expect(taken[0]?.suggestion).toBe(suggestions[0]);
    expect(taken[0]?.target).toBe(element);
    expect(legs.length).toBe(0);
    await expect.element(button('Plan a talk')).toBeVisible();
  });

  it('are not shown beside messages of an earlier visit', async () => {
    await setup({ initialMessages: [message('m', 'user', 'Earlier')] }, { suggestions });
    await expect.element(button('Plan a talk')).not.toBeInTheDocument();
  });
});

describe('screen readers', () => {
  /** What the live region says from now on. */
  function announcements(): string[] {
    const region = page.getByRole('status').element();
    const heard: string[] = [];
    new MutationObserver(() => heard.push(words(region))).observe(region, {
      characterData: true,
      childList: true,
      subtree: true,
    });
    return heard;
  }

  it('hear that the answer begins, what it says and that it is complete, not every word', async () => {
    const { say } = await setup();
    const heard = announcements();
    const leg = await say('Hello');
    leg.emit(start);
    for (let i = 0; i < 10; i += 1) {
      leg.emit(delta(`**word** ${i} `));
      await frame();
    }
    leg.emit(finish);
    const all = Array.from({ length: 10 }, (_, i) => `word ${i}`).join(' ');
    await expect.poll(() => heard).toEqual(['The assistant is responding.', `${all} Response complete.`]);
    expect(find('[role="log"]')?.getAttribute('aria-live')).toBe('off');
    expect(find('[role="log"]')?.ariaLabel).toBe('Conversation');
  });

  it('hear again of every answer', async () => {
    const { say } = await setup();
    const heard = announcements();
    for (const question of ['One', 'Two']) {
      const leg = await say(question);
      await expect.poll(() => heard.at(-1)).toBe('The assistant is responding.');
      leg.emit(start, delta('Yes.'), finish);
      await expect.poll(() => heard.at(-1)).toBe('Yes. Response complete.');
    }
    expect(heard.length).toBe(4);
  });

  it('hear that an answer was stopped, not that it is complete', async () => {
    const { say } = await setup();
    const heard = announcements();
    (await say('Count')).emit(start, delta('One'));
    await expect.poll(() => said().length).toBe(2);
    await button('Stop').click();
    await expect.element(button('Send')).toBeVisible();
    await expect.poll(() => heard).toEqual(['The assistant is responding.', 'One Response stopped.']);
  });

  it('hear once that the run begins, however many legs it has', async () => {
    const { say, leg, legs } = await setup({ clientTools: { 'ask-user': 'interactive' } });
    const heard = announcements();
    (await say('Paint it')).emit(...asks({ question: 'Which colour?', options: ['Red'] }));
    await button('Red').click();
    await expect.poll(() => legs.length).toBe(2);
    (await leg()).emit(start, delta('Done.'), finish);
    await expect.poll(() => heard.at(-1)).toBe('Done. Response complete.');
    expect(heard.filter((words) => words === 'The assistant is responding.').length).toBe(1);
  });

  it('hear nothing when another conversation is shown', async () => {
    const { say, element } = await setup();
    await say('Hello');
    await expect.poll(() => said().length).toBe(1);
    const heard = announcements();
    element.chat = new AgentChat({
      transport: createControlledTransport(),
      initialMessages: [message('m', 'assistant', 'Said long ago')],
    });
    await expect.poll(said).toEqual(['Assistant: Said long ago']);
    await frames(2);
    expect(heard.filter((words) => words.startsWith('Response'))).toEqual([]);
  });
});

describe('the store', () => {
  it('can be another one, which is then all that is shown', async () => {
    const first = await setup({ initialMessages: [message('m', 'user', 'In the first')] });
    const leg = await first.say('Hello');
    const transport = createControlledTransport();
    const second = new AgentChat({ transport, initialMessages: [message('m', 'user', 'In the second')] });
    first.element.chat = second;
    await expect.poll(said).toEqual(['You: In the second']);
    await expect.element(button('Send')).toBeVisible();

    leg.emit(start, delta('Late'));
    await frames(3);
    expect(said()).toEqual(['You: In the second']);
    expect(first.chat.status).toBe('streaming');
    expect(leg.signal.aborted).toBe(false);

    void second.sendMessage('And on');
    transport.legs[0]?.emit(start, delta('Yes'));
    await expect.poll(said).toEqual(['You: In the second', 'You: And on', 'Assistant: Yes']);
    first.element.chat = first.chat;
    await expect.poll(said).toEqual(['You: In the first', 'You: Hello', 'Assistant: Late']);
  });

  it('is nobody’s but the page’s: the element leaves, its run goes on', async () => {
    const { say, element, chat } = await setup();
    const leg = await say('Hello');
    const place = element.parentElement;
    element.remove();
    await frames(2);
    expect(leg.signal.aborted).toBe(false);
    leg.emit(start, delta('While you were out'), finish);
    await expect.poll(() => chat.status).toBe('idle');
    place?.append(element);
    await expect.poll(said).toEqual(['You: Hello', 'Assistant: While you were out']);
  });

  it('that connects says so', async () => {
    let tell: ConnectionStateListener = () => {};
    const connectionState: ConnectionState = 'connecting';
    const chat = new AgentChat({
      transport: {
        ...createControlledTransport(),
        connectionState,
        onConnectionStateChange: (listener) => {
          tell = listener;
          return () => {};
        },
      },
    });
    await mount({ chat });
    await expect.element(page.getByText('Connecting…')).toBeVisible();
    tell('connected');
    await expect.element(page.getByText('Connecting…')).not.toBeInTheDocument();
  });

  it('that reconnects in the middle of an answer says so once, however often it tries', async () => {
    let tell: ConnectionStateListener = () => {};
    const { say } = await setup({
      transport: {
        onConnectionStateChange: (listener) => {
          tell = listener;
          return () => {};
        },
      },
    });
    const notice = () => find('[part="notice"]')?.textContent ?? null;
    const leg = await say('Hello');
    tell('connecting');
    await expect.poll(notice).toBe('Connecting…');
    tell('connected');
    leg.emit(start, delta('Half'));
    await expect.poll(said).toEqual(['You: Hello', 'Assistant: Half']);
    expect(notice()).toBeNull();
    const region = page.getByRole('status').element();
    const heard: string[] = [];
    new MutationObserver(() => heard.push(words(region))).observe(region, {
      characterData: true,
      childList: true,
      subtree: true,
    });
    for (const state of ['disconnected', 'connecting', 'error', 'connecting'] as const) {
      tell(state);
      await frames(2);
      expect(notice()).toBe('Reconnecting…');
    }
    tell('connected');
    await expect.poll(notice).toBeNull();
    leg.emit(delta(' and half'), finish);
    await expect.poll(said).toEqual(['You: Hello', 'Assistant: Half and half']);
    await expect.poll(() => heard).toEqual(['Reconnecting…', '', 'Half and half Response complete.']);
  });
});

describe('an endpoint', () => {
  it('is asked with the fields and headers that the page gives', async () => {
    const { request } = serve();
    await mount({ endpoint: '/agent', body: { sessionId: 's1' }, headers: { Authorization: 'Bearer t' } });
    await userEvent.fill(field(), 'Hello');
    await userEvent.keyboard('{Enter}');
    const { url, body, headers, say } = await request();
    expect(url).toBe(new URL('/agent', document.baseURI).href);
    expect(body).toMatchObject({ sessionId: 's1', triggerName: 'user-message' });
    expect(headers.get('Authorization')).toBe('Bearer t');
    say(start, delta('Hi'), finish);
    await expect.poll(said).toEqual(['You: Hello', 'Assistant: Hi']);
  });

  it.each([
    ['openai-chat', { messages: [{ role: 'user', content: 'Hello' }], stream: true }],
    ['openai-responses', { input: [{ role: 'user' }], stream: true }],
    ['anthropic', { messages: [{ role: 'user' }], max_tokens: 100 }],
    ['ai-sdk', { messages: [{ role: 'user', parts: [{ type: 'text', text: 'Hello' }] }] }],
    ['ag-ui', { messages: [{ role: 'user', content: 'Hello' }], tools: [] }],
  ])('is asked in the words of %s', async (protocol, expected) => {
    const { request } = serve();
    await mount({ endpoint: '/agent', protocol, protocolOptions: { maxTokens: 100 } });
    await userEvent.fill(field(), 'Hello');
    await userEvent.keyboard('{Enter}');
    expect((await request()).body).toMatchObject(expected);
  });

  it('that speaks something unknown is said to', async () => {
    await mount({ endpoint: '/agent', protocol: 'smoke-signals' });
    await userEvent.fill(field(), 'Hello');
    await userEvent.keyboard('{Enter}');
    await expect.poll(() => words(document.body)).toContain('There is no protocol “smoke-signals”.');
  });

  it('can be given in markup', async () => {
    const { request } = serve();
    document.body.append(
      document.createRange().createContextualFragment('<agent-chat endpoint="/a"></agent-chat>'),
    );
    await userEvent.fill(field(), 'Hello');
    await userEvent.keyboard('{Enter}');
    expect((await request()).url).toBe(new URL('/a', document.baseURI).href);
  });

  it('begins with messages of an earlier visit', async () => {
    serve();
    await mount({ endpoint: '/agent', initialMessages: [message('m', 'user', 'Earlier')] });
    expect(said()).toEqual(['You: Earlier']);
  });

  it('keeps its conversation and its run when the element moves in the page', async () => {
    const { request, requests } = serve();
    const element = await mount({ endpoint: '/agent' });
    await userEvent.fill(field(), 'Hello');
    await userEvent.keyboard('{Enter}');
    const { signal, say } = await request();
    const { chat } = element;
    const elsewhere = document.createElement('section');
    document.body.append(elsewhere);
    elsewhere.append(element);
    await frames(2);
    expect(element.chat).toBe(chat);
    expect(signal?.aborted).toBe(false);
    say(start, delta('Still here'), finish);
    await expect.poll(said).toEqual(['You: Hello', 'Assistant: Still here']);
    expect(requests.length).toBe(1);
  });

  it('loses its run when the element leaves the page', async () => {
    const { request } = serve();
    const element = await mount({ endpoint: '/agent' });
    await userEvent.fill(field(), 'Hello');
    await userEvent.keyboard('{Enter}');
    const { signal } = await request();
    expect(signal?.aborted).toBe(false);
    element.remove();
    await expect.poll(() => signal?.aborted).toBe(true);
    expect(element.chat).toBeUndefined();
  });

  it('goes on from the same messages when the element comes back', async () => {
    const { request, requests } = serve();
    const element = await mount({ endpoint: '/agent' });
    const place = element.parentElement;
    await userEvent.fill(field(), 'Hello');
    await userEvent.keyboard('{Enter}');
    (await request()).say(start, delta('Hi'), finish);
    await expect.poll(said).toEqual(['You: Hello', 'Assistant: Hi']);
    element.remove();
    await frames(2);
    place?.append(element);
    await frames(2);
    await userEvent.fill(field(), 'Again');
    await userEvent.keyboard('{Enter}');
    await expect.poll(() => requests.length).toBe(2);
    await expect.poll(said).toEqual(['You: Hello', 'Assistant: Hi', 'You: Again']);
  });

  it('that changes is another conversation', async () => {
    const { request, requests } = serve();
    const element = await mount({ endpoint: '/one' });
    await userEvent.fill(field(), 'Hello');
    await userEvent.keyboard('{Enter}');
    const { signal, say } = await request();
    const before = element.chat;
    element.endpoint = '/two';
    await element.updateComplete;
    expect(element.chat).not.toBe(before);
    expect(signal?.aborted).toBe(true);
    say(start, delta('Late'));
    await frames(2);
    expect(said()).toEqual([]);

    await userEvent.fill(field(), 'Hello two');
    await userEvent.keyboard('{Enter}');
    await expect.poll(() => requests.length).toBe(2);
    expect((await request()).url).toBe(new URL('/two', document.baseURI).href);
    await expect.poll(said).toEqual(['You: Hello two']);
  });

  it('goes on with what is cut off, and says meanwhile that it does', async () => {
    const { request, requests } = serve({ numbers: true });
    await mount({ endpoint: '/agent' });
    await userEvent.fill(field(), 'Hello');
    await userEvent.keyboard('{Enter}');
    const first = await request();
    first.say(start, delta('One, '));
    await expect.poll(said).toEqual(['You: Hello', 'Assistant: One,']);
    // How long it waits is left to chance; here it is long enough to be seen.
    vi.spyOn(Math, 'random').mockReturnValue(0.999);
    first.cut();
    await expect.poll(() => find('[part="notice"]')?.textContent).toBe('Reconnecting…');
    await expect.poll(() => requests.length).toBe(2);
    const second = await request();
    expect(second.headers.get('Last-Event-ID')).toBe('2');
    second.say(delta('two.'), finish);
    await expect.poll(said).toEqual(['You: Hello', 'Assistant: One, two.']);
    await expect.poll(() => find('[part="notice"]')).toBeNull();
    expect(card()).toBeNull();
  });

  it('of a session is looked at for a run that goes on, which takes the place of what was written of it', async () => {
    const { request, requests } = serve({ goesOn: true });
    const written = { ...message('a', 'assistant', 'One,'), status: 'streaming' as const };
    await mount({
      endpoint: '/agent',
      sessionId: 's 1',
      initialMessages: [message('q', 'user', 'Count'), written],
    });
    const { url, say } = await request();
    expect(url).toBe(new URL('/agent?sessionId=s%201', document.baseURI).href);
    expect(said()).toEqual(['You: Count', 'Assistant: One,']);
    say(start, delta('One, two'));
    await expect.poll(said).toEqual(['You: Count', 'Assistant: One, two']);
    await expect.element(button('Stop')).toBeVisible();
    say(delta(', three.'), finish);
    await expect.poll(said).toEqual(['You: Count', 'Assistant: One, two, three.']);

    await userEvent.fill(field(), 'On');
    await userEvent.keyboard('{Enter}');
    await expect.poll(() => requests.length).toBe(2);
    expect((await request()).body).toMatchObject({ sessionId: 's 1', triggerName: 'user-message' });
  });

  it('of a session can be given in markup', async () => {
    const { request } = serve({ goesOn: true });
    document.body.append(
      document
        .createRange()
        .createContextualFragment('<agent-chat endpoint="/a" session-id="s1"></agent-chat>'),
    );
    expect((await request()).url).toContain('?sessionId=s1');
  });

  it('without a session is asked nothing until the user says something', async () => {
    const { requests } = serve({ goesOn: true });
    await mount({ endpoint: '/agent' });
    await frames(2);
    expect(requests).toEqual([]);
  });

  it('with another session is another conversation, with the messages that come with it', async () => {
    const { request } = serve();
    const element = await mount({
      endpoint: '/agent',
      sessionId: 's1',
      initialMessages: [message('m', 'user', 'Earlier')],
    });
    const before = element.chat;
    Object.assign(element, { sessionId: 's2', initialMessages: [message('m', 'user', 'Elsewhere')] });
    await expect.poll(said).toEqual(['You: Elsewhere']);
    expect(element.chat).not.toBe(before);
    await userEvent.fill(field(), 'Hello');
    await userEvent.keyboard('{Enter}');
    expect((await request()).body).toMatchObject({ sessionId: 's2' });

    element.sessionId = 's3';
    await expect.poll(said).toEqual([]);
  });

  it('that lost events is made good for by the conversation as the page can load it', async () => {
    const { request } = serve();
    const element = await mount({ endpoint: '/agent' });
    element.loadMessages = async () => [
      message('q', 'user', 'Hello'),
      message('a', 'assistant', 'From the server'),
    ];
    await element.updateComplete;
    await userEvent.fill(field(), 'Hello');
    await userEvent.keyboard('{Enter}');
    (await request()).say(start, delta('Ha'), { type: 'discontinuity' });
    await expect.poll(said).toEqual(['You: Hello', 'Assistant: From the server']);
    expect(card()).toBeNull();
  });

  it('is left alone while anything else changes', async () => {
    serve();
    const element = await mount({ endpoint: '/one' });
    const { chat } = element;
    element.placeholder = 'Ask';
    element.suggestions = [{ label: 'Hi' }];
    element.setAttribute('endpoint', '/one');
    await element.updateComplete;
    expect(element.chat).toBe(chat);
  });

  it('hands its client tools to the page, also those that were set later', async () => {
    const { request, requests } = serve();
    const element = await mount({ endpoint: '/agent' });
    element.clientTools = { 'ask-user': (args) => ({ echo: args }) };
    await element.updateComplete;
    await userEvent.fill(field(), 'Hello');
    await userEvent.keyboard('{Enter}');
    (await request()).say(...asks({ question: 'Where?' }));
    await expect.poll(() => requests.length).toBe(2);
    expect((await request()).body).toMatchObject({
      toolResults: [{ toolCallId: 'c1', result: { echo: { question: 'Where?' } } }],
    });
  });

  it('takes files once it is known where to put them', async () => {
    serve();
    const element = await mount({ endpoint: '/agent' });
    await expect.element(button('Attach files')).not.toBeInTheDocument();
    element.requestUploadUrls = async () => ({ files: [] });
    await expect.element(button('Attach files')).toBeVisible();
  });

  it('that cannot be reached is told to the page and shown', async () => {
    vi.stubGlobal('fetch', async () => {
      throw new TypeError('Failed to fetch');
    });
    const element = await mount({ endpoint: '/agent' });
    const codes: (string | undefined)[] = [];
    element.addEventListener('agent-error', ({ error }) => codes.push(error.code));
    await userEvent.fill(field(), 'Hello');
    await userEvent.keyboard('{Enter}');
    await expect.poll(card).toContain('No connection');
    expect(codes).toEqual(['connection-failed']);
    await expect.element(button('Try again')).toBeVisible();
  });
});

describe('what is said while the agent is busy', () => {
  it('waits above the field, and can be sent at once or taken back', async () => {
    const { chat, legs, say } = await setup({ whenBusy: 'queue' });
    (await say('One')).emit(start, delta('Half'));
    for (const text of ['Two', 'Three']) {
      await userEvent.fill(field(), text);
      await userEvent.keyboard('{Enter}');
    }
    await expect.poll(() => chat.getSnapshot().queue.length).toBe(2);
    expect(draft()).toBe('');
    await userEvent.click(button('Remove Two'));
    await userEvent.click(button('Send now'));
    await expect.poll(() => legs.length).toBe(2);
    expect(find('[part="queued"]')).toBeNull();
    await expect.poll(() => document.activeElement?.localName).toBe('agent-chat');
    legs.at(-1)?.emit(start, delta('Done'), finish);
    await expect.poll(said).toEqual(['You: One', 'Assistant: Half', 'You: Three', 'Assistant: Done']);
  });

  it('stays in the field where the chat does not queue', async () => {
    const { chat, legs, say } = await setup();
    (await say('One')).emit(start, delta('Half'));
    await expect.poll(said).toEqual(['You: One', 'Assistant: Half']);
    await userEvent.fill(field(), 'Two');
    await userEvent.keyboard('{Enter}');
    expect(draft()).toBe('Two');
    expect(legs.length).toBe(1);
    expect(chat.getSnapshot().queue).toEqual([]);
  });
});

describe('the end of the conversation', () => {
  const scroller = () => find('[part="scroller"]') as HTMLElement;
  const distance = () => {
    const { scrollHeight, scrollTop, clientHeight } = scroller();
    return Math.round(scrollHeight - scrollTop - clientHeight);
  };
  const long = 'A line of the answer.\n'.repeat(40);

  it('is where a long conversation opens', async () => {
    await setup({ initialMessages: conversation(20) });
    await expect.poll(distance).toBe(0);
    expect(scroller().scrollTop).toBeGreaterThan(500);
    await expect.element(button('Jump to the latest')).not.toBeInTheDocument();
  });

  it('is followed while the reader is there', async () => {
    const { say } = await setup({ initialMessages: conversation(20) });
    const leg = await say('Go on');
    for (let i = 0; i < 10; i += 1) {
      leg.emit(delta(long.slice(0, 200)));
      await frames(2);
    }
    expect(distance()).toBe(0);
    leg.emit(finish);
    await frames(2);
    expect(distance()).toBe(0);
  });

  it('is followed when what waits for the user takes room below', async () => {
    const { say } = await setup({ initialMessages: conversation(20) });
    const leg = await say('Delete the note');
    await frames(2);
    leg.emit(start, approvalRequest());
    await expect.element(button('Allow')).toBeVisible();
    await expect.poll(distance).toBe(0);
  });

  it('is followed when much comes before the list hears that it scrolled', async () => {
    const { say } = await setup({ initialMessages: conversation(20) });
    const leg = await say('Go on');
    leg.emit(start, delta('Well.'));
    await expect.poll(() => said().at(-1)).toBe('Assistant: Well.');
    await expect.poll(distance).toBe(0);
    leg.emit(delta('\nSo.'));
    await frame();
    // The list has followed one line and hears of that in the next frame. Before it, much more comes.
    await new Promise((resolve) => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = resolve;
      port2.postMessage(null);
    });
    leg.emit(delta(long), finish);
    await expect.poll(() => said().at(-1)?.length).toBeGreaterThan(500);
    await frames(3);
    expect(distance()).toBe(0);
  });

  it('is left alone while the reader is elsewhere, and a button leads back', async () => {
    const { say } = await setup({ initialMessages: conversation(20) });
    const leg = await say('Go on');
    leg.emit(start, delta('Well.'));
    await expect.poll(() => said().at(-1)).toBe('Assistant: Well.');
    await expect.poll(distance).toBe(0);
    scroller().scrollTop = 300;
    await expect.element(button('Jump to the latest')).toBeVisible();
    leg.emit(delta(long));
    await expect.poll(() => said().at(-1)?.length).toBeGreaterThan(500);
    await frames(2);
    expect(scroller().scrollTop).toBe(300);

    await button('Jump to the latest').click();
    await expect.element(button('Jump to the latest')).not.toBeInTheDocument();
    expect(distance()).toBe(0);
    leg.emit(delta(long));
    await frames(3);
    expect(distance()).toBe(0);
  });

  it('does not lose the focus when the button that leads there goes away', async () => {
    await setup({ initialMessages: conversation(20) });
    await expect.poll(distance).toBe(0);
    scroller().scrollTop = 0;
    await button('Jump to the latest').click();
    await expect.element(button('Jump to the latest')).not.toBeInTheDocument();
    expect(document.activeElement?.localName).toBe('agent-chat');
  });

  it('is where the reader is brought by what they say', async () => {
    const { say } = await setup({ initialMessages: conversation(20) });
    await expect.poll(distance).toBe(0);
    scroller().scrollTop = 0;
    await expect.element(button('Jump to the latest')).toBeVisible();
    await say('And now?');
    await expect.poll(distance).toBe(0);
    await expect.element(button('Jump to the latest')).not.toBeInTheDocument();
  });

  it('is still followed when the element has moved in the page', async () => {
    const { say, element } = await setup({ initialMessages: conversation(20) });
    const leg = await say('Go on');
    const elsewhere = document.createElement('div');
    elsewhere.style.height = '480px';
    document.body.append(elsewhere);
    elsewhere.append(element);
    await expect.poll(distance).toBe(0);
    leg.emit(start, delta(long));
    await expect.poll(() => said().at(-1)?.length).toBeGreaterThan(500);
    await expect.poll(distance).toBe(0);
  });

  it('can be left and reached by the keyboard', async () => {
    await setup({ initialMessages: conversation(20) });
    await expect.poll(distance).toBe(0);
    scroller().focus();
    await userEvent.keyboard('{Home}');
    await expect.poll(() => scroller().scrollTop).toBe(0);
    await userEvent.keyboard('{End}');
    await expect.poll(distance).toBe(0);
  });
});

describe('the element', () => {
  it('gives the focus to the composer', async () => {
    const { element } = await setup();
    element.focus();
    expect(focused()).toBe(FIELD);
  });

  it('shows what the page puts into its slots, and its empty state only while it is empty', async () => {
    const { element, say } = await setup();
    for (const slot of ['header', 'empty', 'footer']) {
      element.append(Object.assign(document.createElement('p'), { slot, textContent: `The ${slot}` }));
    }
    for (const slot of ['header', 'empty', 'footer']) {
      await expect.element(page.getByText(`The ${slot}`)).toBeVisible();
    }
    await say('Hello');
    await expect.element(page.getByText('The empty')).not.toBeVisible();
    await expect.element(page.getByText('The header')).toBeVisible();
  });

  it('can be used by the keyboard alone, from the question to the end', async () => {
    const { element, leg, legs, decisions, chat } = await setup();
    element.focus();
    await userEvent.keyboard('Delete it{Enter}');
    await expect.poll(() => legs.length).toBe(1);
    (await leg()).emit(start, approvalRequest());
    await expect.element(button('Deny')).toBeVisible();
    while (focused() !== 'Deny') await userEvent.tab({ shift: true });
    await userEvent.keyboard(' ');
    await expect.poll(() => decisions).toEqual([{ approvalId: 'a1', approved: false }]);
    await expect.poll(focused).toBe(FIELD);
    await userEvent.tab();
    expect(focused()).toBe('Stop');
    await userEvent.keyboard('{Enter}');
    await expect.poll(() => chat.status).toBe('idle');
    await expect.poll(focused).toBe(FIELD);
  });

  it('fits a page of 320 pixels with everything in it', async () => {
    const { element, say } = await setup({ requestUploadUrls: () => Promise.reject(new Error('No')) });
    (element.parentElement as HTMLElement).style.width = '320px';
    const leg = await say('W'.repeat(200));
    leg.emit(start, delta('W'.repeat(200)), approvalRequest({ args: { path: 'W'.repeat(200) } }));
    await expect.element(button('Allow')).toBeVisible();
    const { right } = element.getBoundingClientRect();
    for (const inner of elementsIn(element.shadowRoot as ShadowRoot)) {
      if (inner.closest('svg, .hidden-visually')) continue;
      expect(inner.getBoundingClientRect().right, inner.outerHTML.slice(0, 80)).toBeLessThanOrEqual(
        right + 1,
      );
    }
  });
});
