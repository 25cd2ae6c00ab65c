import { AgentChat, type StreamEvent, type Transport, type UIMessage } from 'agent-chat-kit';
import { type ControlledTransport, createControlledTransport } from 'agent-chat-kit/testing';
import { describe, expect, it } from 'vitest';
import { waitFor } from '../wait-for.ts';

const start: StreamEvent = { type: 'start' };
const finish: StreamEvent = { type: 'finish', finishReason: 'stop' };
const delta = (text: string): StreamEvent => ({ type: 'text-delta', id: 't', delta: text });

function setup({
  keepsHistory = false,
  ...options
}: { keepsHistory?: boolean } & Partial<ConstructorParameters<typeof AgentChat>[0]> = {}) {
  const transport: ControlledTransport & Pick<Transport, 'keepsHistory'> = {
    ...createControlledTransport(),
    keepsHistory,
  };
  const chat = new AgentChat({ transport, ...options });
  /** Lets a run that `begin` starts end with that answer. */
  const answered = async (begin: () => Promise<void>, text: string) => {
    const before = transport.legs.length;
    const run = begin();
    await waitFor(() => expect(transport.legs.length).toBe(before + 1));
    transport.legs.at(-1)?.emit(start, delta(text), finish);
    await run;
  };
  return { chat, transport, answered };
}

const textOf = (message: UIMessage | undefined) =>
  message?.parts.map((part) => (part.type === 'text' ? part.text : '')).join('');
const shown = (chat: AgentChat) => chat.messages.map(textOf);
const idOf = (chat: AgentChat, text: string) =>
  chat.messages.find((message) => textOf(message) === text)?.id ?? '';
const versionsOf = (chat: AgentChat, text: string) => chat.versions(idOf(chat, text)).map(textOf);

describe('an answer that is asked for again', () => {
  it('leaves the earlier one as a version, which can be shown again', async () => {
    const { chat, answered } = setup();
    await answered(() => chat.sendMessage('Name a fruit'), 'Apple');
    await answered(() => chat.retry(), 'Pear');
    await answered(() => chat.retry(), 'Plum');
    expect(shown(chat)).toEqual(['Name a fruit', 'Plum']);
    expect(versionsOf(chat, 'Plum')).toEqual(['Apple', 'Pear', 'Plum']);
    expect(versionsOf(chat, 'Name a fruit')).toEqual(['Name a fruit']);
    const [apple] = chat.versions(idOf(chat, 'Plum'));
    chat.selectVersion(apple?.id ?? '');
    expect(shown(chat)).toEqual(['Name a fruit', 'Apple']);
    expect(versionsOf(chat, 'Apple')).toEqual(['Apple', 'Pear', 'Plum']);
  });

  it('is a version also where it was interrupted, and none where nothing of it came', async () => {
    const { chat, transport, answered } = setup();
    void chat.sendMessage('Name a fruit');
    await waitFor(() => expect(transport.legs).toHaveLength(1));
    transport.legs[0]?.emit(start, delta('App'));
    await waitFor(() => expect(shown(chat)).toEqual(['Name a fruit', 'App']));
    const again = chat.retry();
    await waitFor(() => expect(transport.legs).toHaveLength(2));
    chat.stop();
    await again;
    await answered(() => chat.retry(), 'Pear');
    expect(versionsOf(chat, 'Pear')).toEqual(['App', 'Pear']);
  });

  it('sends what is shown where requests carry the conversation', async () => {
    const { chat, transport, answered } = setup();
    const said: (readonly UIMessage[])[] = [];
    const { send } = transport;
    transport.send = (request, context) => {
      said.push(context.messages);
      return send(request, context);
    };
    await answered(() => chat.sendMessage('Name a fruit'), 'Apple');
    await answered(() => chat.retry(), 'Pear');
    chat.selectVersion(chat.versions(idOf(chat, 'Pear'))[0]?.id ?? '');
    expect(chat.getSnapshot().canContinue).toBe(true);
    await answered(() => chat.sendMessage('Why?'), 'It is red.');
    expect(said.at(-1)?.map(textOf)).toEqual(['Name a fruit', 'Apple', 'Why?']);
    chat.selectVersion(chat.versions(idOf(chat, 'Apple'))[1]?.id ?? '');
    expect(shown(chat)).toEqual(['Name a fruit', 'Pear']);
    chat.selectVersion(chat.versions(idOf(chat, 'Pear'))[0]?.id ?? '');
    expect(shown(chat)).toEqual(['Name a fruit', 'Apple', 'Why?', 'It is red.']);
  });
});

describe('a message that is edited', () => {
  it('goes on from there in other words, and what it was stays as a version', async () => {
    const { chat, transport, answered } = setup();
    await answered(() => chat.sendMessage('Name a fruit'), 'Apple');
    await answered(() => chat.sendMessage('Another'), 'Pear');
    await answered(() => chat.edit(idOf(chat, 'Name a fruit'), 'Name a tree'), 'Oak');
    expect(shown(chat)).toEqual(['Name a tree', 'Oak']);
    expect(transport.legs.at(-1)?.request).toEqual({
      type: 'trigger',
      triggerName: 'user-message',
      input: { USER_MESSAGE: 'Name a tree' },
      rollbackAfterMessageId: null,
    });
    expect(versionsOf(chat, 'Name a tree')).toEqual(['Name a fruit', 'Name a tree']);
    chat.selectVersion(chat.versions(idOf(chat, 'Name a tree'))[0]?.id ?? '');
    expect(shown(chat)).toEqual(['Name a fruit', 'Apple', 'Another', 'Pear']);
  });

  it('keeps its files, its trigger and the rest of its input', async () => {
    const { chat, transport, answered } = setup();
    const file = { id: 'f', mediaType: 'text/plain', url: 'https://files.example/f', filename: 'f.txt' };
    await answered(
      () =>
        chat.send(
          'ask',
          { USER_MESSAGE: 'Read', TONE: 'dry' },
          { userMessage: { content: 'Read', files: [file] } },
        ),
      'Done',
    );
    await answered(() => chat.edit(idOf(chat, 'Read'), 'Skim'), 'Done too');
    expect(transport.legs.at(-1)?.request).toMatchObject({
      triggerName: 'ask',
      input: { USER_MESSAGE: 'Skim', TONE: 'dry' },
    });
    expect(chat.messages[0]?.parts).toEqual([
      { ...file, type: 'file' },
      { type: 'text', text: 'Skim', status: 'done' },
    ]);
  });

  it('of an earlier visit is asked as the user’s message, after the one before it', async () => {
    const initialMessages = (['user', 'assistant', 'user', 'assistant'] as const).map((role, index) => ({
      id: `m${index}`,
      role,
      status: 'done' as const,
      createdAt: new Date(0),
      parts: [{ type: 'text' as const, text: `text ${index}`, status: 'done' as const }],
    }));
    const { chat, transport, answered } = setup({ initialMessages });
    await answered(() => chat.edit('m2', 'Other'), 'Answer');
    expect(shown(chat)).toEqual(['text 0', 'text 1', 'Other', 'Answer']);
    expect(transport.legs[0]?.request).toEqual({
      type: 'trigger',
      triggerName: 'user-message',
      input: { USER_MESSAGE: 'Other' },
      rollbackAfterMessageId: 'm1',
    });
  });

  it('must be one of the user’s: anything else is refused and changes nothing', async () => {
    const { chat, answered } = setup();
    await answered(() => chat.sendMessage('Name a fruit'), 'Apple');
    const before = chat.getSnapshot();
    for (const id of ['nobody', idOf(chat, 'Apple')]) {
      await expect(chat.edit(id, 'x')).rejects.toMatchObject({ code: 'message-not-found' });
    }
    expect(chat.getSnapshot()).toEqual(before);
  });

  it('ends the run that is going on', async () => {
    const { chat, transport, answered } = setup();
    void chat.sendMessage('Name a fruit');
    await waitFor(() => expect(transport.legs).toHaveLength(1));
    transport.legs[0]?.emit(start, delta('App'));
    await waitFor(() => expect(shown(chat)).toEqual(['Name a fruit', 'App']));
    await answered(() => chat.edit(idOf(chat, 'Name a fruit'), 'Name a tree'), 'Oak');
    transport.legs[0]?.emit(delta('late'));
    expect(transport.legs[0]?.signal.aborted).toBe(true);
    expect(shown(chat)).toEqual(['Name a tree', 'Oak']);
  });

  it('is not the end of a run where there is no such message', async () => {
    const { chat, transport } = setup();
    void chat.sendMessage('Name a fruit');
    await waitFor(() => expect(transport.legs).toHaveLength(1));
    await expect(chat.edit('nobody', 'x')).rejects.toMatchObject({ code: 'message-not-found' });
    expect(chat.status).toBe('streaming');
    expect(transport.legs[0]?.signal.aborted).toBe(false);
    chat.dispose();
  });
});

describe('a version on a server that keeps the history', () => {
  it('can be read and not gone on with, until the one that the server knows is shown again', async () => {
    const { chat, answered } = setup({ keepsHistory: true });
    await answered(() => chat.sendMessage('Name a fruit'), 'Apple');
    await answered(() => chat.retry(), 'Pear');
    const [apple, pear] = chat.versions(idOf(chat, 'Pear'));
    chat.selectVersion(apple?.id ?? '');
    expect(shown(chat)).toEqual(['Name a fruit', 'Apple']);
    expect(chat.getSnapshot()).toMatchObject({ canContinue: false, canRetry: false });
    for (const attempt of [
      () => chat.sendMessage('Why?'),
      () => chat.retry(),
      () => chat.edit(idOf(chat, 'Name a fruit'), 'x'),
    ]) {
      await expect(attempt()).rejects.toMatchObject({ code: 'version-not-continued' });
    }
    chat.selectVersion(pear?.id ?? '');
    expect(chat.getSnapshot()).toMatchObject({ canContinue: true, canRetry: true });
    await answered(() => chat.sendMessage('Why?'), 'It is sweet.');
    expect(shown(chat)).toEqual(['Name a fruit', 'Pear', 'Why?', 'It is sweet.']);
  });
});

describe('choosing a version', () => {
  it('waits for the run that is going on', async () => {
    const { chat, transport, answered } = setup();
    await answered(() => chat.sendMessage('Name a fruit'), 'Apple');
    const apple = idOf(chat, 'Apple');
    void chat.retry();
    await waitFor(() => expect(transport.legs).toHaveLength(2));
    expect(() => chat.selectVersion(apple)).toThrow(expect.objectContaining({ code: 'busy' }));
    chat.dispose();
  });

  it('that is none is refused', () => {
    const { chat } = setup();
    expect(() => chat.selectVersion('nobody')).toThrow(
      expect.objectContaining({ code: 'message-not-found' }),
    );
  });
});
