import {
  AgentChat,
  AgentChatError,
  type AgentChatOptions,
  type ApprovalDecision,
  type ChatRequest,
  type ClientToolContext,
  type ConnectionState,
  type ConnectionStateListener,
  type FileReference,
  type InteractiveTool,
  type PendingApproval,
  type PendingToolCall,
  type StreamEvent,
  type ToolResult,
  type Transport,
  type UIMessage,
  type UIMessagePart,
} from 'agent-chat-kit';
import {
  type ControlledLeg,
  createControlledTransport,
  createManualScheduler,
  createScriptedTransport,
} from 'agent-chat-kit/testing';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { waitFor } from '../wait-for.ts';

/** Once everything that only waits for promises has happened. */
const settled = () => new Promise<void>((resolve) => void setImmediate(resolve));

type Options = Partial<Omit<AgentChatOptions, 'transport'>> & Pick<Transport, 'respond'>;

function setup({ respond, ...options }: Options = {}) {
  const transport = createControlledTransport();
  const scheduler = createManualScheduler();
  const seen: (readonly UIMessage[])[] = [];
  let ids = 0;
  let time = 1_000;
  const chat = new AgentChat({
    transport: {
      ...(respond ? { respond } : {}),
      send: (request, context) => {
        seen.push(context.messages);
        return transport.send(request, context);
      },
    },
    scheduler: scheduler.schedule,
    generateId: () => `id-${++ids}`,
    now: () => ++time,
    ...options,
  });
  /** The newest leg, or the one of that number. */
  const leg = (index = -1): ControlledLeg => {
    const found = transport.legs.at(index);
    if (!found) throw new Error(`There is no leg ${index}.`);
    return found;
  };
  /** Lets the newest leg say something, and everything follow from it. */
  const say = async (...events: readonly StreamEvent[]): Promise<void> => {
    leg().emit(...events);
    await settled();
  };
  return { chat, legs: transport.legs, leg, say, scheduler, seen };
}

const start: StreamEvent = { type: 'start', executionId: 'run' };
const finish: StreamEvent = { type: 'finish', finishReason: 'stop' };
const handOver: StreamEvent = { type: 'finish', finishReason: 'client-tool-calls' };
const usage = (cost: number): StreamEvent => ({ type: 'usage', cost });
const delta = (text: string, id = 't'): StreamEvent => ({ type: 'text-delta', id, delta: text });
const answer = (text: string): readonly StreamEvent[] => [start, delta(text), finish];
const failed: StreamEvent = {
  type: 'error',
  errorType: 'provider_error',
  message: 'The model is gone.',
  source: 'provider',
  retryable: true,
};

const userMessage: UIMessage = {
  id: 'user',
  role: 'user',
  parts: [{ type: 'text', text: 'earlier', status: 'done' }],
  status: 'done',
  createdAt: new Date(0),
};

type Call = Omit<PendingToolCall, 'args'> & Partial<Pick<PendingToolCall, 'args'>>;

/** One leg that announces these calls and hands them to the page. */
function asks(calls: readonly Call[], serverToolResults?: readonly ToolResult[]): readonly StreamEvent[] {
  const toolCalls = calls.map((call) => ({ args: {}, ...call }));
  return [
    start,
    ...toolCalls.map(
      ({ toolCallId, toolName, args, workerId }): StreamEvent => ({
        type: 'tool-input-available',
        toolCallId,
        toolName,
        input: args,
        workerId,
      }),
    ),
    { type: 'client-tool-request', executionId: 'run', toolCalls, serverToolResults },
    handOver,
  ];
}

const approvalRequest = (approvalId: string, toolCallId = approvalId): StreamEvent => ({
  type: 'approval-request',
  approvalId,
  toolCallId,
  toolName: 'remove',
  args: { path: '/tmp' },
});

/** Who said what. */
const said = (chat: AgentChat) =>
  chat.messages.map(({ role, parts }) => [
    role,
    parts.map((part) => (part.type === 'text' ? part.text : '')).join(''),
  ]);

const lastMessage = (chat: AgentChat): UIMessage => {
  const message = chat.messages.at(-1);
  if (!message) throw new Error('There is no message.');
  return message;
};

const part = (chat: AgentChat, index = 0): UIMessagePart => {
  const found = lastMessage(chat).parts[index];
  if (!found) throw new Error(`There is no part ${index}.`);
  return found;
};

const waiting = (chat: AgentChat, toolName: string, index = 0): InteractiveTool => {
  const tool = chat.pendingClientTools[toolName]?.[index];
  if (!tool) throw new Error(`No call of ${toolName} waits.`);
  return tool;
};

const approval = (chat: AgentChat, index = 0): PendingApproval => {
  const found = chat.pendingApprovals[index];
  if (!found) throw new Error(`There is no approval ${index}.`);
  return found;
};

const toolResults = (request: ChatRequest): readonly ToolResult[] => {
  if (request.type !== 'continue') throw new Error('The request is no continuation.');
  return request.toolResults;
};

function deferred<T>() {
  let resolve: (value: T) => void = () => {};
  let reject: (reason: unknown) => void = () => {};
  const promise = new Promise<T>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  return { promise, resolve, reject };
}

const rejection = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => null,
    (reason: unknown) => reason,
  );

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe('sending', () => {
  it('shows the user’s message before `send` returns', () => {
    const { chat } = setup();
    void chat.sendMessage('Hi');
    expect(chat.messages).toEqual([
      {
        id: 'id-1',
        role: 'user',
        parts: [{ type: 'text', text: 'Hi', status: 'done' }],
        status: 'done',
        createdAt: new Date(1_001),
      },
    ]);
    expect(chat.status).toBe('streaming');
  });

  it('asks the agent with the trigger `user-message` and the conversation, the new message last', () => {
    const { chat, leg, seen } = setup({ initialMessages: [{ ...userMessage, id: 'old' }] });
    void chat.sendMessage('Hi');
    expect(leg().request).toStrictEqual({
      type: 'trigger',
      triggerName: 'user-message',
      input: { USER_MESSAGE: 'Hi' },
    });
    expect(seen[0]?.map(({ id }) => id)).toEqual(['old', 'id-1']);
  });

  it('shows no user message for a trigger that is none', async () => {
    const { chat, leg, say } = setup();
    const sent = chat.send('summarise', { depth: 2 });
    expect(leg().request).toStrictEqual({ type: 'trigger', triggerName: 'summarise', input: { depth: 2 } });
    expect(chat.messages).toEqual([]);
    await say(...answer('Short.'));
    await sent;
    expect(said(chat)).toEqual([['assistant', 'Short.']]);
  });

  it('sends no input where there is none', () => {
    const { chat, leg } = setup();
    void chat.send('begin');
    expect(leg().request).toStrictEqual({ type: 'trigger', triggerName: 'begin' });
  });

  it('is streaming from `send` to the end, and tells so at once', async () => {
    const { chat, say, scheduler } = setup();
    const statuses: string[] = [chat.status];
    chat.subscribe(() => void (chat.status === statuses.at(-1) || statuses.push(chat.status)));
    const sent = chat.sendMessage('Hi');
    expect(statuses).toEqual(['idle', 'streaming']);
    await say(start, delta('Hel'));
    expect(lastMessage(chat).status).toBe('streaming');
    await say(delta('lo'), finish);
    expect(statuses).toEqual(['idle', 'streaming', 'idle']);
    expect(scheduler.pending).toBe(false);
    expect(lastMessage(chat)).toMatchObject({ status: 'done', metadata: { finishReason: 'stop' } });
    await sent;
  });

  it('plays a scripted conversation to its end', async () => {
    const transport = createScriptedTransport(answer('One.'), answer('Two.'));
    const chat = new AgentChat({ transport });
    await chat.sendMessage('1');
    await chat.sendMessage('2');
    expect(said(chat)).toEqual([
      ['user', '1'],
      ['assistant', 'One.'],
      ['user', '2'],
      ['assistant', 'Two.'],
    ]);
    expect(transport.requests).toHaveLength(2);
  });

  it.each([
    [{ type: 'order', items: 2 }, 'order'],
    [{ items: 2 }, 'object'],
    [{ type: 7 }, 'object'],
  ])('shows an object as the user’s message: %j', (content, typeName) => {
    const { chat } = setup();
    void chat.send('submit', content, { userMessage: { content } });
    expect(lastMessage(chat).parts).toMatchObject([
      { type: 'object', typeName, object: content, status: 'done' },
    ]);
  });

  it('keeps a message’s id and date while it is written', async () => {
    const { chat, say } = setup();
    void chat.sendMessage('Hi');
    await say(start, delta('a'));
    const { id, createdAt } = lastMessage(chat);
    await say(delta('b'));
    expect(said(chat).at(-1)).toEqual(['assistant', 'ab']);
    await say(finish);
    expect(lastMessage(chat).id).toBe(id);
    expect(lastMessage(chat).createdAt).toBe(createdAt);
  });

  it('tells of the agent’s start, its resources and its end', async () => {
    const heard: unknown[] = [];
    const { chat, say } = setup({
      onStart: (executionId) => heard.push(['start', executionId]),
      onResourceUpdate: (name, value) => heard.push([name, value]),
      onFinish: () => heard.push(['finish', chat.status]),
      onStop: () => heard.push('stop'),
      onError: () => heard.push('error'),
    });
    void chat.sendMessage('Hi');
    await say(start, { type: 'resource-update', name: 'title', value: 'Greeting' }, delta('Hello'), finish);
    expect(heard).toEqual([
      ['start', 'run'],
      ['title', 'Greeting'],
      ['finish', 'idle'],
    ]);
  });

  it('tells those that were set last', async () => {
    const before = vi.fn();
    const after = vi.fn();
    const { chat, say } = setup({ onFinish: before });
    void chat.sendMessage('Hi');
    chat.updateOptions({ onFinish: after });
    await say(...answer('Hello'));
    expect(before).not.toHaveBeenCalled();
    expect(after).toHaveBeenCalledOnce();
  });
});

describe('files', () => {
  const reference: FileReference = {
    id: 'f',
    mediaType: 'text/plain',
    url: 'https://files.test/f',
    filename: 'f.txt',
  };
  const file = () => new File(['x'], 'f.txt', { type: 'text/plain' });
  const uploaded = { ...reference, size: 1 };
  const requestUploadUrls = () =>
    vi.fn(async () => ({
      files: [{ id: 'f', uploadUrl: 'https://files.test/put', downloadUrl: reference.url }],
    }));

  it('that are uploaded already are not uploaded, and are shown above the text', async () => {
    const { chat, leg } = setup();
    void chat.sendMessage('Read this', { files: [reference] });
    await settled();
    expect(lastMessage(chat).parts).toEqual([
      { type: 'file', ...reference },
      { type: 'text', text: 'Read this', status: 'done' },
    ]);
    expect(leg().request).toMatchObject({ input: { USER_MESSAGE: 'Read this', FILES: [reference] } });
  });

  it('are uploaded first, and what is sent and shown refers to them', async () => {
    vi.stubGlobal('fetch', async () => new Response(null));
    const { chat, leg } = setup({ requestUploadUrls: requestUploadUrls() });
    void chat.sendMessage('Read this', { files: [file()] });
    expect(chat.messages).toEqual([]);
    await waitFor(() => expect(chat.status).toBe('streaming'));
    expect(lastMessage(chat).parts[0]).toEqual({ type: 'file', ...uploaded });
    expect(leg().request).toMatchObject({ input: { FILES: [uploaded] } });
  });

  it('in the input of any trigger are uploaded too', async () => {
    vi.stubGlobal('fetch', async () => new Response(null));
    const { chat, leg } = setup({ requestUploadUrls: requestUploadUrls() });
    void chat.send('analyse', { FILES: [file()], depth: 1 });
    await waitFor(() => expect(chat.status).toBe('streaming'));
    expect(leg().request).toMatchObject({ input: { FILES: [uploaded], depth: 1 } });
    expect(chat.messages).toEqual([]);
  });

  it('that cannot be uploaded reject `send`, and nothing else changes', async () => {
    const refused = new Error('no space left');
    const { chat, legs, say } = setup({ requestUploadUrls: () => Promise.reject(refused) });
    void chat.sendMessage('Hi');
    await say(start, delta('Hel'));
    const before = chat.getSnapshot();
    expect(await rejection(chat.sendMessage('Read this', { files: [file()] }))).toMatchObject({
      code: 'upload-failed',
      cause: refused,
    });
    expect(chat.getSnapshot()).toEqual(before);
    await say(delta('lo'), finish);
    expect(said(chat).at(-1)).toEqual(['assistant', 'Hello']);
    expect(legs).toHaveLength(1);
  });

  it('are not sent to a conversation that took the place of theirs while they were uploaded', async () => {
    const response = deferred<Response>();
    vi.stubGlobal('fetch', () => response.promise);
    const { chat, legs } = setup({ requestUploadUrls: requestUploadUrls() });
    const sent = rejection(chat.sendMessage('Read this', { files: [file()] }));
    chat.replaceMessages([userMessage]);
    response.resolve(new Response(null));
    await settled();
    expect(legs).toEqual([]);
    expect(said(chat)).toEqual([['user', 'earlier']]);
    await sent;
  });

  it('are refused with a typed error where the chat takes none', async () => {
    const { chat } = setup();
    expect(chat.canUpload).toBe(false);
    const error = await rejection(chat.sendMessage('Read this', { files: [file()] }));
    expect(error).toBeInstanceOf(AgentChatError);
    expect(error).toMatchObject({ code: 'uploads-not-configured', retryable: false });
    expect(await rejection(chat.uploadFiles([file()]))).toMatchObject({ code: 'uploads-not-configured' });
    expect(chat.getSnapshot()).toMatchObject({ status: 'idle', error: null, messages: [], canRetry: false });
  });

  it('can be uploaded ahead, with their progress', async () => {
    vi.stubGlobal('fetch', async () => new Response(null));
    const { chat } = setup({ requestUploadUrls: requestUploadUrls() });
    const onProgress = vi.fn();
    expect(chat.canUpload).toBe(true);
    await expect(chat.uploadFiles([file()], onProgress)).resolves.toEqual([uploaded]);
    expect(onProgress).toHaveBeenLastCalledWith(0, 100);
    expect(chat.messages).toEqual([]);
  });

  it('are not uploaded again by a retry', async () => {
    vi.stubGlobal('fetch', async () => new Response(null));
    const places = requestUploadUrls();
    const { chat, leg, say } = setup({ requestUploadUrls: places });
    void chat.sendMessage('Read this', { files: [file()] });
    await waitFor(() => expect(chat.status).toBe('streaming'));
    await say(failed);
    void chat.retry();
    expect(leg(1).request).toMatchObject({ input: { FILES: [uploaded] } });
    expect(lastMessage(chat).parts).toHaveLength(2);
    expect(places).toHaveBeenCalledOnce();
  });
});

describe('what listeners are told', () => {
  async function streaming() {
    const all = setup();
    void all.chat.sendMessage('Hi');
    await all.say(start);
    all.scheduler.frame();
    const listener = vi.fn();
    all.chat.subscribe(listener);
    return { ...all, listener };
  }

  it('is told once a frame however much was streamed, and is current at any read', async () => {
    const { chat, say, scheduler, listener } = await streaming();
    let text = '';
    for (let i = 0; i < 100; i += 1) {
      await say(delta(`${i} `));
      text += `${i} `;
      if (i % 10 === 0) expect(said(chat).at(-1)).toEqual(['assistant', text]);
    }
    expect(listener).not.toHaveBeenCalled();
    scheduler.frame();
    expect(listener).toHaveBeenCalledOnce();
    expect(scheduler.pending).toBe(false);
    await say(delta('more'));
    expect(scheduler.pending).toBe(true);
    scheduler.frame();
    expect(listener).toHaveBeenCalledTimes(2);
    expect(said(chat).at(-1)).toEqual(['assistant', `${text}more`]);
  });

  it('is told at once when the status changes, with what was streamed before, and not a second time', async () => {
    const { chat, say, scheduler } = await streaming();
    const heard: unknown[] = [];
    chat.subscribe(() => heard.push([chat.status, said(chat).at(-1)]));
    await say(delta('Hello'));
    await say(finish);
    expect(heard).toEqual([['idle', ['assistant', 'Hello']]]);
    expect(scheduler.pending).toBe(false);
  });

  it('is told without a scheduler of one’s own, once for what comes together', async () => {
    const transport = createControlledTransport();
    const chat = new AgentChat({ transport });
    void chat.sendMessage('Hi');
    const listener = vi.fn();
    chat.subscribe(listener);
    for (const text of ['a', 'b', 'c']) {
      transport.legs[0]?.emit(delta(text));
      await Promise.resolve();
    }
    await waitFor(() => expect(listener).toHaveBeenCalled());
    expect(listener).toHaveBeenCalledOnce();
    expect(said(chat).at(-1)).toEqual(['assistant', 'abc']);
    chat.dispose();
  });

  it('is the same snapshot until something changed', async () => {
    const { chat, say } = await streaming();
    const before = chat.getSnapshot();
    expect(chat.getSnapshot()).toBe(before);
    await say(delta('a'));
    const after = chat.getSnapshot();
    expect(after).not.toBe(before);
    expect(chat.getSnapshot()).toBe(after);
    expect(after.messages[0]).toBe(before.messages[0]);
    expect(before.messages).toHaveLength(1);
    await say({ type: 'hologram' } as unknown as StreamEvent, { type: 'text-end', id: 'nobody' });
    expect(chat.getSnapshot()).toBe(after);
  });

  it('is the same snapshot after a decision on what nobody asked', async () => {
    const { chat, say } = await streaming();
    const before = chat.getSnapshot();
    await say({ type: 'approval-resolved', approvalId: 'nobody', approved: true });
    expect(chat.getSnapshot()).toBe(before);
  });

  it('is nothing where nothing is done', async () => {
    const { chat } = setup();
    const listener = vi.fn();
    chat.subscribe(listener);
    const before = chat.getSnapshot();
    chat.stop();
    await chat.retry();
    expect(chat.getSnapshot()).toBe(before);
    expect(listener).not.toHaveBeenCalled();
  });

  it('is told through functions that need no receiver', () => {
    const { chat } = setup();
    const { subscribe, getSnapshot } = chat;
    const listener = vi.fn();
    const unsubscribe = subscribe(listener);
    void chat.sendMessage('Hi');
    expect(getSnapshot().messages).toHaveLength(1);
    expect(listener).toHaveBeenCalledOnce();
    unsubscribe();
    chat.stop();
    expect(listener).toHaveBeenCalledOnce();
  });

  it('is told twice where it listens twice, and once after it left once', () => {
    const { chat } = setup();
    const listener = vi.fn();
    const leave = chat.subscribe(listener);
    chat.subscribe(listener);
    chat.replaceMessages([]);
    expect(listener).toHaveBeenCalledTimes(2);
    leave();
    leave();
    chat.replaceMessages([]);
    expect(listener).toHaveBeenCalledTimes(3);
  });

  it('is not told any more once it has left, even while all are being told', () => {
    const { chat } = setup();
    const second = vi.fn();
    const third = vi.fn();
    chat.subscribe(() => leave());
    const leave = chat.subscribe(second);
    chat.subscribe(third);
    chat.replaceMessages([]);
    expect(second).not.toHaveBeenCalled();
    expect(third).toHaveBeenCalledOnce();
  });

  it('is told from the next time on where it came while all were being told', () => {
    const { chat } = setup();
    const late = vi.fn();
    const leave = chat.subscribe(() => {
      leave();
      chat.subscribe(late);
    });
    chat.replaceMessages([]);
    expect(late).not.toHaveBeenCalled();
    chat.replaceMessages([]);
    expect(late).toHaveBeenCalledOnce();
  });
});

describe('a send while an answer streams', () => {
  async function interrupted() {
    const all = setup();
    const first = all.chat.sendMessage('one');
    await all.say(start, delta('par'), { type: 'tool-input-start', toolCallId: 'c', toolName: 'slow' });
    const second = all.chat.sendMessage('two');
    return { ...all, first, second };
  }

  it('ends the old run and keeps what it wrote', async () => {
    const { chat, leg, first } = await interrupted();
    expect(chat.messages[1]).toMatchObject({
      role: 'assistant',
      status: 'done',
      parts: [
        { text: 'par', status: 'done' },
        { toolCallId: 'c', status: 'cancelled' },
      ],
    });
    expect(leg(0).signal.aborted).toBe(true);
    expect(leg(1).signal.aborted).toBe(false);
    expect(chat.status).toBe('streaming');
    await expect(first).resolves.toBeUndefined();
  });

  it('loses nothing of the new answer and writes nothing late of the old', async () => {
    const { chat, leg, second } = await interrupted();
    leg(0).emit(delta('tial'), { type: 'tool-output-available', toolCallId: 'c', output: 1 });
    leg(1).emit(start, delta('Two'));
    leg(0).emit(delta('late'), finish, usage(1));
    await settled();
    expect(chat.status).toBe('streaming');
    leg(1).emit(delta('!'), finish);
    leg(0).emit(failed);
    leg(0).end(new Error('cut'));
    await second;
    expect(said(chat)).toEqual([
      ['user', 'one'],
      ['assistant', 'par'],
      ['user', 'two'],
      ['assistant', 'Two!'],
    ]);
    expect(chat.getSnapshot()).toMatchObject({ status: 'idle', error: null });
    expect(chat.messages[1]?.parts[1]).toMatchObject({ status: 'cancelled' });
    expect(chat.messages.every(({ status }) => status === 'done')).toBe(true);
  });

  it('ends a run that had said nothing without leaving a message of it', async () => {
    const { chat, say } = setup();
    void chat.sendMessage('one');
    await say(start);
    const second = chat.sendMessage('two');
    await say(...answer('Two.'));
    await second;
    expect(said(chat)).toEqual([
      ['user', 'one'],
      ['user', 'two'],
      ['assistant', 'Two.'],
    ]);
  });

  it('tells nobody that the old run was stopped or failed', async () => {
    const onStop = vi.fn();
    const onError = vi.fn();
    const { chat, leg, say } = setup({ onStop, onError });
    void chat.sendMessage('one');
    await say(start);
    void chat.sendMessage('two');
    leg(0).end(new Error('cut'));
    await settled();
    expect(onError).not.toHaveBeenCalled();
    expect(chat.error).toBeNull();
    expect(chat.status).toBe('streaming');
  });

  it('takes over from a run that waits for a person', async () => {
    const { chat, legs, say } = setup({ clientTools: { confirm: 'interactive' } });
    const first = chat.sendMessage('one');
    await say(...asks([{ toolCallId: 'c', toolName: 'confirm' }]));
    const tool = waiting(chat, 'confirm');
    const second = chat.sendMessage('two');
    await first;
    expect(chat.pendingClientTools).toEqual({});
    tool.submit('too late');
    await say(...answer('Two.'));
    await second;
    expect(legs.map(({ request }) => request.type)).toEqual(['trigger', 'trigger']);
    expect(chat.messages[1]?.parts).toMatchObject([{ toolCallId: 'c', status: 'cancelled' }]);
  });

  it('leaves one run only, though a listener sends as soon as the old one is over', async () => {
    const { chat, legs } = setup();
    void chat.sendMessage('one');
    let sent = false;
    chat.subscribe(() => {
      if (sent || chat.status !== 'idle') return;
      sent = true;
      void chat.sendMessage('queued');
    });
    void chat.sendMessage('two');
    await settled();
    expect(legs.filter(({ signal }) => !signal.aborted)).toHaveLength(1);
    for (const { emit } of legs) emit(...answer('A.'));
    await settled();
    expect(said(chat).filter(([role]) => role === 'assistant')).toEqual([['assistant', 'A.']]);
  });
});

describe('a retry', () => {
  async function answered(options: Options = {}, ...events: readonly StreamEvent[]) {
    const all = setup(options);
    const sent = all.chat.sendMessage('Hi');
    await all.say(...(events.length > 0 ? events : answer('One.')));
    await sent;
    return all;
  }

  it('asks the same again, and the server forgets everything where nothing was before', async () => {
    const { chat, leg, say } = await answered();
    expect(leg(0).request).not.toHaveProperty('rollbackAfterMessageId');
    const again = chat.retry();
    expect(leg(1).request).toStrictEqual({
      type: 'trigger',
      triggerName: 'user-message',
      input: { USER_MESSAGE: 'Hi' },
      rollbackAfterMessageId: null,
    });
    expect(said(chat)).toEqual([['user', 'Hi']]);
    expect(chat.status).toBe('streaming');
    await say(...answer('Two.'));
    await again;
    expect(said(chat)).toEqual([
      ['user', 'Hi'],
      ['assistant', 'Two.'],
    ]);
  });

  it('keeps what was before, up to the message that was the last one', async () => {
    const { chat, leg } = await answered({ initialMessages: [userMessage] });
    void chat.retry();
    expect(leg(1).request).toMatchObject({ rollbackAfterMessageId: 'user' });
    expect(said(chat)).toEqual([
      ['user', 'earlier'],
      ['user', 'Hi'],
    ]);
  });

  it('goes back to where the server said that the run began', async () => {
    const { chat, leg } = await answered(
      { initialMessages: [userMessage] },
      { type: 'start', lastMessageId: 'server-7' },
      delta('One.'),
      finish,
    );
    void chat.retry();
    expect(leg(1).request).toMatchObject({ rollbackAfterMessageId: 'server-7' });
  });

  it('does not go back to where a later leg began', async () => {
    const { chat, leg, say } = setup({ clientTools: { now: () => 12 } });
    void chat.sendMessage('Hi');
    await say(
      { type: 'start', lastMessageId: 'server-1' },
      ...asks([{ toolCallId: 'c', toolName: 'now' }]).slice(1),
    );
    await say({ type: 'start', lastMessageId: 'server-3' }, delta('Noon.'), finish);
    void chat.retry();
    expect(leg(2).request).toMatchObject({ rollbackAfterMessageId: 'server-1' });
  });

  it('does not take a later leg’s word where the first start said nothing', async () => {
    const { chat, leg, say } = setup({ clientTools: { now: () => 12 }, initialMessages: [userMessage] });
    void chat.sendMessage('Hi');
    await say(...asks([{ toolCallId: 'c', toolName: 'now' }]));
    await say({ type: 'start', lastMessageId: 'server-3' }, delta('Noon.'), finish);
    void chat.retry();
    expect(leg(2).request).toMatchObject({ rollbackAfterMessageId: 'user' });
  });

  it('keeps the user’s message as it stands', async () => {
    const { chat } = await answered();
    const [before] = chat.messages;
    void chat.retry();
    const [after] = chat.messages;
    expect(after).toBe(before);
    expect(chat.messages).toHaveLength(1);
  });

  it('can be done again and again', async () => {
    const { chat, leg, say } = await answered();
    for (const text of ['Two.', 'Three.']) {
      void chat.retry();
      await say(...answer(text));
    }
    expect(leg(2).request).toMatchObject({ rollbackAfterMessageId: null });
    expect(said(chat)).toEqual([
      ['user', 'Hi'],
      ['assistant', 'Three.'],
    ]);
  });

  it('clears the error it follows', async () => {
    const { chat } = await answered({}, start, delta('Hel'), failed);
    expect(chat).toMatchObject({ status: 'error', canRetry: true });
    void chat.retry();
    expect(chat.getSnapshot()).toMatchObject({ status: 'streaming', error: null, canRetry: false });
    expect(said(chat)).toEqual([['user', 'Hi']]);
  });

  it('can be done after an answer, an error or a stop, but not before anything was sent or while a run goes on', async () => {
    const { chat, say } = setup({ clientTools: { confirm: 'interactive' } });
    expect(chat.canRetry).toBe(false);
    void chat.sendMessage('Hi');
    expect(chat.canRetry).toBe(false);
    await say(...answer('One.'));
    expect(chat.canRetry).toBe(true);
    void chat.sendMessage('Hi');
    await say(failed);
    expect(chat.canRetry).toBe(true);
    void chat.sendMessage('Hi');
    chat.stop();
    expect(chat.canRetry).toBe(true);
    void chat.sendMessage('Hi');
    await say(...asks([{ toolCallId: 'c', toolName: 'confirm' }]));
    expect(chat).toMatchObject({ status: 'awaiting-input', canRetry: false });
  });

  it('while the answer streams ends that run first and begins anew', async () => {
    const { chat, leg, legs, say } = setup();
    const first = chat.sendMessage('Hi');
    await say(start, delta('par'));
    const again = chat.retry();
    expect(leg(0).signal.aborted).toBe(true);
    expect(legs).toHaveLength(2);
    await first;
    leg(0).emit(delta('late'));
    await say(...answer('Two.'));
    await again;
    expect(said(chat)).toEqual([
      ['user', 'Hi'],
      ['assistant', 'Two.'],
    ]);
  });

  it('does nothing where nothing was sent', async () => {
    const { chat, legs } = setup({ initialMessages: [userMessage] });
    await chat.retry();
    expect(legs).toEqual([]);
    expect(said(chat)).toEqual([['user', 'earlier']]);
  });
});

describe('a stop', () => {
  it('before the agent began leaves the user’s message alone and is no error', async () => {
    const onStop = vi.fn();
    const onFinish = vi.fn();
    const onError = vi.fn();
    const { chat, leg } = setup({ onStop, onFinish, onError });
    const sent = chat.sendMessage('Hi');
    chat.stop();
    expect(chat.getSnapshot()).toMatchObject({ status: 'idle', error: null });
    expect(leg().signal.aborted).toBe(true);
    leg().emit(...answer('late'));
    await sent;
    await settled();
    expect(said(chat)).toEqual([['user', 'Hi']]);
    expect(onStop).toHaveBeenCalledOnce();
    expect(onFinish).not.toHaveBeenCalled();
    expect(onError).not.toHaveBeenCalled();
  });

  it('in the middle keeps what is there and leaves nothing open', async () => {
    const { chat, leg, say } = setup();
    const sent = chat.sendMessage('Hi');
    await say(
      start,
      { type: 'reasoning-delta', id: 'r', delta: 'hm' },
      delta('Hel'),
      { type: 'tool-input-start', toolCallId: 'c', toolName: 'slow' },
      { type: 'worker-start', workerId: 'w', workerSlug: 'helper' },
      { type: 'tool-input-start', toolCallId: 'd', toolName: 'slow', workerId: 'w' },
      { type: 'block-start', blockId: 'b', blockName: 'Save', blockType: 'set-resource', display: 'name' },
      { type: 'todo-update', todos: [] },
    );
    chat.stop();
    leg().emit(delta('late'), finish);
    await sent;
    await settled();
    expect(said(chat).at(-1)).toEqual(['assistant', 'Hel']);
    expect(lastMessage(chat)).toMatchObject({
      status: 'done',
      parts: [
        { type: 'reasoning', status: 'done' },
        { type: 'text', status: 'done' },
        { type: 'tool-call', status: 'cancelled' },
        { type: 'worker', status: 'cancelled', parts: [{ type: 'tool-call', status: 'cancelled' }] },
        { type: 'operation', status: 'cancelled' },
        { type: 'todo', status: 'done' },
      ],
    });
  });

  it('keeps what came in and nobody had looked at yet', async () => {
    const { chat, say } = setup();
    void chat.sendMessage('Hi');
    await say(start, delta('a'));
    await say(delta('b'));
    chat.stop();
    expect(said(chat).at(-1)).toEqual(['assistant', 'ab']);
  });

  it('while a person is asked takes the question back', async () => {
    const { chat, legs, say } = setup({ clientTools: { confirm: 'interactive' } });
    const sent = chat.sendMessage('Hi');
    await say(...asks([{ toolCallId: 'c', toolName: 'confirm' }]));
    const tool = waiting(chat, 'confirm');
    chat.stop();
    await sent;
    expect(chat.status).toBe('idle');
    expect(chat.pendingClientTools).toEqual({});
    expect(part(chat)).toMatchObject({ status: 'cancelled' });
    tool.submit('late');
    tool.cancel();
    await settled();
    expect(legs).toHaveLength(1);
    expect(part(chat)).toMatchObject({ status: 'cancelled' });
    expect(part(chat)).not.toHaveProperty('result');
  });

  it('after the end, before anything, or a second time changes nothing and tells nobody', async () => {
    const onStop = vi.fn();
    const { chat, say } = setup({ onStop });
    chat.stop();
    void chat.sendMessage('Hi');
    await say(...answer('Hello'));
    const before = chat.getSnapshot();
    chat.stop();
    expect(chat.getSnapshot()).toBe(before);
    expect(onStop).not.toHaveBeenCalled();
    void chat.sendMessage('Again');
    chat.stop();
    chat.stop();
    expect(onStop).toHaveBeenCalledOnce();
  });

  it('at the agent’s start leaves the rest of what came with it unread', async () => {
    const { chat, say } = setup({ onStart: () => chat.stop() });
    const sent = chat.sendMessage('Hi');
    await say(...answer('Hello'));
    await sent;
    expect(said(chat)).toEqual([['user', 'Hi']]);
    expect(chat.status).toBe('idle');
  });

  it('by a listener, before the agent was asked, asks nothing of the agent', async () => {
    const { chat, seen } = setup();
    chat.subscribe(() => {
      if (chat.status === 'streaming') chat.stop();
    });
    await chat.sendMessage('Hi');
    expect(chat.status).toBe('idle');
    expect(seen).toEqual([]);
  });

  it('closes a stream that heeds its signal', async () => {
    const closed = vi.fn();
    const transport = createScriptedTransport(async function* (_, signal) {
      yield delta('a');
      await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
      closed();
    });
    const chat = new AgentChat({ transport });
    const sent = chat.sendMessage('Hi');
    await settled();
    chat.stop();
    await sent;
    await settled();
    expect(closed).toHaveBeenCalledOnce();
  });

  it('is not held up by a stream that ignores its signal', async () => {
    const { chat, say, legs } = setup();
    const first = chat.sendMessage('one');
    await say(start, delta('a'));
    chat.stop();
    await first;
    const second = chat.sendMessage('two');
    await say(...answer('Two.'));
    await second;
    expect(legs).toHaveLength(2);
    expect(said(chat).at(-1)).toEqual(['assistant', 'Two.']);
  });
});

describe('a run that fails', () => {
  it('because its stream ended early says so, and keeps what was written', async () => {
    const onError = vi.fn();
    const onFinish = vi.fn();
    const { chat, leg, say } = setup({ onError, onFinish });
    const sent = chat.sendMessage('Hi');
    await say(start, delta('Hel'));
    leg().end();
    await expect(sent).resolves.toBeUndefined();
    expect(chat.status).toBe('error');
    expect(chat.error).toBeInstanceOf(AgentChatError);
    expect(chat.error).toMatchObject({ code: 'stream-interrupted', retryable: true, source: 'client' });
    expect(chat.canRetry).toBe(true);
    expect(lastMessage(chat)).toMatchObject({ status: 'done', parts: [{ text: 'Hel', status: 'done' }] });
    expect(onError).toHaveBeenCalledExactlyOnceWith(chat.error);
    expect(onFinish).not.toHaveBeenCalled();
  });

  it('because nothing came at all says so, and shows no empty answer', async () => {
    const { chat, leg } = setup();
    const sent = chat.sendMessage('Hi');
    leg().end();
    await sent;
    expect(chat.error).toMatchObject({ code: 'stream-interrupted' });
    expect(said(chat)).toEqual([['user', 'Hi']]);
  });

  it('because the stream ended between the question to the page and its end says so, and asks nobody', async () => {
    const signals: AbortSignal[] = [];
    const { chat, leg, legs, say } = setup({
      clientTools: {
        confirm: 'interactive',
        slow: (_, { signal }) => {
          signals.push(signal);
          return new Promise(() => {});
        },
      },
      clientToolTimeout: 5_000,
    });
    const sent = chat.sendMessage('Hi');
    const calls = [
      { toolCallId: 'c', toolName: 'confirm' },
      { toolCallId: 'd', toolName: 'slow' },
    ];
    await say(...asks(calls).slice(0, -1));
    leg().end();
    await sent;
    expect(chat.error).toMatchObject({ code: 'stream-interrupted' });
    expect(chat.pendingClientTools).toEqual({});
    expect(signals.map(({ aborted }) => aborted)).toEqual([true]);
    expect(lastMessage(chat).parts).toMatchObject([{ status: 'cancelled' }, { status: 'cancelled' }]);
    expect(legs).toHaveLength(1);
  });

  it('because the transport threw has that as its cause', async () => {
    const cause = new TypeError('fetch failed');
    const { chat, leg, say } = setup();
    const sent = chat.sendMessage('Hi');
    await say(start, delta('Hel'));
    leg().end(cause);
    await sent;
    expect(chat.error).toBeInstanceOf(AgentChatError);
    expect(chat.error).toMatchObject({ type: 'unknown_error', source: 'client', cause });
    expect(lastMessage(chat)).toMatchObject({ status: 'done', parts: [{ text: 'Hel', status: 'done' }] });
  });

  it('because the transport threw a typed error has that one', async () => {
    const error = new AgentChatError('Sign in.', {
      type: 'authentication_error',
      source: 'platform',
      retryable: false,
    });
    const { chat, leg } = setup();
    const sent = chat.sendMessage('Hi');
    leg().end(error);
    await sent;
    expect(chat.error).toBe(error);
  });

  it('because the transport threw before there was a stream is in `error`, and does not reject', async () => {
    const cause = new Error('no socket');
    const chat = new AgentChat({
      transport: {
        send: () => {
          throw cause;
        },
      },
    });
    await expect(chat.sendMessage('Hi')).resolves.toBeUndefined();
    expect(chat).toMatchObject({ status: 'error', error: { cause } });
    expect(said(chat)).toEqual([['user', 'Hi']]);
  });

  it('because something else aborted its stream is interrupted, not stopped', async () => {
    const onStop = vi.fn();
    const { chat, leg } = setup({ onStop });
    const sent = chat.sendMessage('Hi');
    leg().end(new DOMException('The page went away.', 'AbortError'));
    await sent;
    expect(chat.error).toMatchObject({ code: 'stream-interrupted' });
    expect(onStop).not.toHaveBeenCalled();
  });

  it('because the agent said so has all that it said', async () => {
    const onError = vi.fn();
    const { chat, say } = setup({ onError });
    const sent = chat.sendMessage('Hi');
    const details = {
      source: 'provider',
      retryable: true,
      retryAfter: 7,
      code: 'slow-down',
      provider: { name: 'acme', model: 'a-1', statusCode: 429, requestId: 'r' },
      tool: { name: 'search', callId: 'c' },
    } as const;
    await say(
      start,
      delta('Hel'),
      { type: 'error', errorType: 'rate_limit_error', message: 'Too fast.', ...details },
      delta('late'),
    );
    await sent;
    expect(chat.status).toBe('error');
    expect(chat.error).toBeInstanceOf(AgentChatError);
    expect(chat.error).toMatchObject({ ...details, type: 'rate_limit_error', message: 'Too fast.' });
    expect(onError).toHaveBeenCalledExactlyOnceWith(chat.error);
    expect(lastMessage(chat)).toMatchObject({ status: 'done', parts: [{ text: 'Hel', status: 'done' }] });
  });

  it('for a reason of a newer server keeps its name', async () => {
    const { chat, say } = setup();
    void chat.sendMessage('Hi');
    await say({ ...failed, errorType: 'solar_flare' });
    expect(chat).toMatchObject({ status: 'error', error: { type: 'solar_flare' } });
  });

  it.each([
    ['an error event', async ({ say }: ReturnType<typeof setup>) => say(start, delta('so far', 'u'), failed)],
    [
      'an exception',
      async ({ say, leg }: ReturnType<typeof setup>) => {
        await say(start, delta('so far', 'u'));
        leg().end(new Error('cut'));
        await settled();
      },
    ],
    [
      'an early end',
      async ({ say, leg }: ReturnType<typeof setup>) => {
        await say(start, delta('so far', 'u'));
        leg().end();
        await settled();
      },
    ],
  ])('in a later leg by %s leaves nothing open', async (_, fail) => {
    const all = setup({ clientTools: { now: () => 12 } });
    const sent = all.chat.sendMessage('Hi');
    await all.say(...asks([{ toolCallId: 'c', toolName: 'now' }]));
    await fail(all);
    await sent;
    expect(all.legs).toHaveLength(2);
    expect(all.chat.status).toBe('error');
    expect(lastMessage(all.chat)).toMatchObject({
      status: 'done',
      parts: [{ status: 'done', result: 12 }, { type: 'step-start' }, { text: 'so far', status: 'done' }],
    });
  });

  it('is forgotten by the next send', async () => {
    const { chat, say } = setup();
    void chat.sendMessage('one');
    await say(failed);
    expect(chat.status).toBe('error');
    void chat.sendMessage('two');
    expect(chat.getSnapshot()).toMatchObject({ status: 'streaming', error: null });
    await say(...answer('Two.'));
    expect(chat.status).toBe('idle');
  });
});

describe('what follows the end of a run', () => {
  it('is its cost, which is added to its message and told of', async () => {
    const { chat, leg, say, scheduler } = setup();
    const listener = vi.fn();
    const sent = chat.sendMessage('Hi');
    await say(...answer('Hello'));
    await sent;
    chat.subscribe(listener);
    await say(usage(3));
    expect(lastMessage(chat).metadata).toEqual({ finishReason: 'stop', usage: { cost: 3 } });
    scheduler.frame();
    expect(listener).toHaveBeenCalledOnce();
    leg().end();
    await settled();
    expect(chat.getSnapshot()).toMatchObject({ status: 'idle', error: null });
  });

  it('is its cost, though it came together with the end', async () => {
    const { chat, say } = setup();
    void chat.sendMessage('Hi');
    await say(...answer('Hello'), usage(3));
    expect(lastMessage(chat).metadata).toEqual({ finishReason: 'stop', usage: { cost: 3 } });
  });

  it('is nothing else: no text, no second end, no error', async () => {
    const onFinish = vi.fn();
    const { chat, leg, say } = setup({ onFinish });
    void chat.sendMessage('Hi');
    await say(...answer('Hello'));
    await say(delta('late'), finish, failed);
    leg().end(new Error('cut'));
    await settled();
    expect(said(chat).at(-1)).toEqual(['assistant', 'Hello']);
    expect(chat.getSnapshot()).toMatchObject({ status: 'idle', error: null });
    expect(onFinish).toHaveBeenCalledOnce();
  });

  it('is not added to the answer of a newer run, whether that still streams or is over', async () => {
    const { chat, leg, say } = setup();
    void chat.sendMessage('one');
    await say(...answer('One.'));
    void chat.sendMessage('two');
    await say(start, delta('Two'));
    leg(0).emit(usage(1));
    await settled();
    expect(lastMessage(chat).metadata?.usage).toBeUndefined();
    await say(finish);
    leg(0).emit(usage(1));
    await settled();
    expect(lastMessage(chat).metadata?.usage).toBeUndefined();
  });

  it('is not added to the answer that a retry gave', async () => {
    const { chat, leg, say } = setup();
    void chat.sendMessage('Hi');
    await say(...answer('One.'));
    void chat.retry();
    await say(...answer('Two.'));
    leg(0).emit(usage(1));
    await settled();
    expect(said(chat).at(-1)).toEqual(['assistant', 'Two.']);
    expect(lastMessage(chat).metadata?.usage).toBeUndefined();
  });

  it('is not added to an earlier answer where the run itself said nothing', async () => {
    const { chat, say } = setup();
    void chat.sendMessage('one');
    await say(...answer('One.'));
    await say(usage(1));
    void chat.sendMessage('two');
    await say(start, { type: 'finish', finishReason: 'length' });
    await say(usage(2));
    expect(chat.messages[1]?.metadata).toEqual({ finishReason: 'stop', usage: { cost: 1 } });
  });

  it('does not change an earlier answer where the run was nothing but its end', async () => {
    const { chat, say } = setup();
    void chat.sendMessage('one');
    await say(...answer('One.'));
    void chat.sendMessage('two');
    await say({ type: 'finish', finishReason: 'length' });
    expect(chat.messages[1]?.metadata).toEqual({ finishReason: 'stop' });
  });

  it('is not waited for: the turn is over and its stream is let go of', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const { chat, leg, say } = setup();
    const sent = chat.sendMessage('Hi');
    await say(...answer('Hello'));
    await sent;
    expect(leg().signal.aborted).toBe(false);
    vi.advanceTimersByTime(10_000);
    await settled();
    expect(leg().signal.aborted).toBe(true);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('leaves no timer behind where the stream closes by itself', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const { chat, leg, say } = setup();
    void chat.sendMessage('Hi');
    await say(...answer('Hello'));
    leg().end();
    await settled();
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe('client tools', () => {
  it('are run, and the run goes on with what they answered', async () => {
    const add = vi.fn(({ a, b }: Readonly<Record<string, unknown>>) => Number(a) + Number(b));
    const { chat, leg, say, seen } = setup({ clientTools: { add } });
    void chat.sendMessage('Hi');
    await say(...asks([{ toolCallId: 'c', toolName: 'add', args: { a: 1, b: 2 } }]));
    expect(add).toHaveBeenCalledExactlyOnceWith(
      { a: 1, b: 2 },
      expect.objectContaining({ toolCallId: 'c', toolName: 'add', signal: expect.any(AbortSignal) }),
    );
    expect(leg(1).request).toStrictEqual({
      type: 'continue',
      executionId: 'run',
      toolResults: [{ toolCallId: 'c', toolName: 'add', result: 3 }],
    });
    expect(part(chat)).toMatchObject({ toolCallId: 'c', status: 'done', result: 3 });
    expect(seen[1]?.at(-1)?.parts).toMatchObject([{ toolCallId: 'c', result: 3 }]);
    expect(chat.status).toBe('streaming');
  });

  it('are part of the turn: `send` resolves once all of it is over', async () => {
    const { chat, leg, say } = setup({ clientTools: { now: () => 12 } });
    const over = vi.fn();
    const sent = chat.sendMessage('Hi').then(over);
    await say(...asks([{ toolCallId: 'c', toolName: 'now' }]));
    await say(...asks([{ toolCallId: 'd', toolName: 'now' }]));
    await say(start, delta('Noon.'));
    expect(toolResults(leg(1).request)).toMatchObject([{ toolCallId: 'c' }]);
    expect(toolResults(leg(2).request)).toMatchObject([{ toolCallId: 'd' }]);
    expect(over).not.toHaveBeenCalled();
    await say(finish);
    await sent;
    expect(chat.status).toBe('idle');
    expect(chat.messages).toHaveLength(2);
    expect(lastMessage(chat).parts.map(({ type }) => type)).toEqual([
      'tool-call',
      'step-start',
      'tool-call',
      'step-start',
      'text',
    ]);
  });

  it('run side by side, and are answered in the order they were asked', async () => {
    const one = deferred<string>();
    const two = deferred<string>();
    const started: string[] = [];
    const { chat, leg, legs, say } = setup({
      clientTools: {
        one: () => {
          started.push('one');
          return one.promise;
        },
        two: () => {
          started.push('two');
          return two.promise;
        },
      },
    });
    void chat.sendMessage('Hi');
    const calls = [
      { toolCallId: 'a', toolName: 'one' },
      { toolCallId: 'b', toolName: 'two' },
    ];
    await say(...asks(calls));
    expect(started).toEqual(['one', 'two']);
    two.resolve('second');
    await settled();
    expect(lastMessage(chat).parts).toMatchObject([
      { status: 'running' },
      { status: 'done', result: 'second' },
    ]);
    expect(legs).toHaveLength(1);
    one.resolve('first');
    await settled();
    expect(toolResults(leg(1).request)).toMatchObject([
      { toolCallId: 'a', result: 'first' },
      { toolCallId: 'b', result: 'second' },
    ]);
  });

  it('that a person answers wait, and the run with them', async () => {
    const { chat, leg, legs, say } = setup({ clientTools: { confirm: 'interactive' } });
    const statuses: string[] = [];
    chat.subscribe(() => void (chat.status === statuses.at(-1) || statuses.push(chat.status)));
    const sent = chat.sendMessage('Hi');
    const calls = [
      { toolCallId: 'c', toolName: 'confirm', args: { what: 'this' } },
      { toolCallId: 'd', toolName: 'confirm', args: { what: 'that' } },
    ];
    await say(...asks(calls));
    expect(statuses).toEqual(['streaming', 'awaiting-input']);
    expect(chat.pendingClientTools).toMatchObject({ confirm: calls });
    waiting(chat, 'confirm', 1).submit({ yes: true });
    expect(chat.status).toBe('awaiting-input');
    expect(chat.pendingClientTools).toMatchObject({ confirm: calls.slice(0, 1) });
    expect(part(chat, 1)).toMatchObject({ status: 'done', result: { yes: true } });
    expect(legs).toHaveLength(1);
    waiting(chat, 'confirm').cancel('Not now');
    expect(chat.status).toBe('streaming');
    expect(part(chat)).toMatchObject({ status: 'error', error: 'Not now' });
    await settled();
    expect(toolResults(leg(1).request)).toEqual([
      { toolCallId: 'c', toolName: 'confirm', error: 'Not now' },
      { toolCallId: 'd', toolName: 'confirm', result: { yes: true } },
    ]);
    await say(...answer('Done.'));
    await sent;
    expect(statuses).toEqual(['streaming', 'awaiting-input', 'streaming', 'idle']);
  });

  it.each(['the person', 'the page'])(
    'of both kinds are all waited for, though %s is first',
    async (first) => {
      const slow = deferred<string>();
      const { chat, leg, legs, say } = setup({
        clientTools: { confirm: 'interactive', slow: () => slow.promise },
      });
      const sent = chat.sendMessage('Hi');
      const calls = [
        { toolCallId: 'c', toolName: 'confirm' },
        { toolCallId: 's', toolName: 'slow' },
      ];
      await say(...asks(calls));
      expect(chat.status).toBe('awaiting-input');
      const tool = waiting(chat, 'confirm');
      const answers = [() => tool.submit('yes'), () => slow.resolve('ready')];
      if (first === 'the page') answers.reverse();
      answers[0]?.();
      await settled();
      expect(legs).toHaveLength(1);
      expect(chat.status).toBe(first === 'the page' ? 'awaiting-input' : 'streaming');
      answers[1]?.();
      await settled();
      expect(legs).toHaveLength(2);
      expect(toolResults(leg(1).request)).toMatchObject([{ result: 'yes' }, { result: 'ready' }]);
      await say(...answer('Done.'));
      await sent;
      expect(chat.getSnapshot()).toMatchObject({ status: 'idle', error: null });
    },
  );

  it('leave the run streaming until its leg is over, though one of both kinds is answered before', async () => {
    const { chat, say } = setup({ clientTools: { confirm: 'interactive', now: () => 12 } });
    void chat.sendMessage('Hi');
    const calls = [
      { toolCallId: 'c', toolName: 'confirm' },
      { toolCallId: 'n', toolName: 'now' },
    ];
    await say(...asks(calls).slice(0, -1));
    expect(part(chat, 1)).toMatchObject({ status: 'done', result: 12 });
    expect(chat.status).toBe('streaming');
    await say(handOver);
    expect(chat.status).toBe('awaiting-input');
  });

  it('that a person answers before the leg is over need no second answer', async () => {
    const { chat, leg, legs, say } = setup({ clientTools: { confirm: 'interactive' } });
    void chat.sendMessage('Hi');
    await say(...asks([{ toolCallId: 'c', toolName: 'confirm' }]).slice(0, -1));
    waiting(chat, 'confirm').submit('early');
    await settled();
    expect(legs).toHaveLength(1);
    await say(handOver);
    expect(toolResults(leg(1).request)).toMatchObject([{ result: 'early' }]);
  });

  it('asked in several requests of one leg are all answered', async () => {
    const { chat, leg, say } = setup({ clientTools: { now: () => 12, confirm: 'interactive' } });
    void chat.sendMessage('Hi');
    await say(
      ...asks([{ toolCallId: 'a', toolName: 'confirm' }]).slice(0, -1),
      ...asks([{ toolCallId: 'b', toolName: 'now' }]).slice(1),
    );
    waiting(chat, 'confirm').submit('yes');
    await settled();
    expect(toolResults(leg(1).request)).toMatchObject([
      { toolCallId: 'a', result: 'yes' },
      { toolCallId: 'b', result: 12 },
    ]);
  });

  it('can be answered once', async () => {
    const { chat, leg, say } = setup({ clientTools: { confirm: 'interactive' } });
    void chat.sendMessage('Hi');
    await say(...asks([{ toolCallId: 'c', toolName: 'confirm' }]));
    const tool = waiting(chat, 'confirm');
    tool.submit('first');
    tool.submit('second');
    tool.cancel('third');
    await settled();
    expect(toolResults(leg(1).request)).toStrictEqual([
      { toolCallId: 'c', toolName: 'confirm', result: 'first' },
    ]);
    expect(part(chat)).toMatchObject({ status: 'done', result: 'first' });
  });

  it.each(['', undefined])('are cancelled by a cancel for the reason %j', async (reason) => {
    const { chat, leg, say } = setup({ clientTools: { confirm: 'interactive' } });
    void chat.sendMessage('Hi');
    await say(...asks([{ toolCallId: 'c', toolName: 'confirm' }]));
    waiting(chat, 'confirm').cancel(reason);
    await settled();
    expect(toolResults(leg(1).request)).toStrictEqual([
      { toolCallId: 'c', toolName: 'confirm', error: 'User cancelled' },
    ]);
    expect(part(chat)).toMatchObject({ status: 'error', error: 'User cancelled' });
    expect(part(chat)).not.toHaveProperty('result');
  });

  it.each(['unknown', 'constructor', 'toString', '__proto__', 'hasOwnProperty'])(
    'that the page does not have are answered with an error: %s',
    async (toolName) => {
      const { chat, leg, say } = setup({ clientTools: {} });
      void chat.sendMessage('Hi');
      await say(...asks([{ toolCallId: 'c', toolName }]));
      const error = `No client handler for tool: ${toolName}`;
      expect(toolResults(leg(1).request)).toStrictEqual([{ toolCallId: 'c', toolName, error }]);
      expect(part(chat)).toMatchObject({ status: 'error', error });
      expect(Object.keys(chat.pendingClientTools)).toEqual([]);
    },
  );

  it.each(['constructor', '__proto__'])('may be named %s where the page says so', async (toolName) => {
    const clientTools = Object.fromEntries([[toolName, 'interactive' as const]]);
    const { chat, leg, say } = setup({ clientTools });
    void chat.sendMessage('Hi');
    await say(...asks([{ toolCallId: 'c', toolName }]));
    expect(Object.keys(chat.pendingClientTools)).toEqual([toolName]);
    waiting(chat, toolName).submit('yes');
    await settled();
    expect(toolResults(leg(1).request)).toMatchObject([{ result: 'yes' }]);
  });

  it('do not show in the prototype of what waits', async () => {
    const { chat, say } = setup({ clientTools: { confirm: 'interactive' } });
    expect('toString' in chat.pendingClientTools).toBe(false);
    void chat.sendMessage('Hi');
    await say(...asks([{ toolCallId: 'c', toolName: 'confirm' }]));
    expect('toString' in chat.pendingClientTools).toBe(false);
  });

  it.each([
    [
      'throw',
      () => {
        throw new Error('out of order');
      },
    ],
    ['reject', () => Promise.reject(new Error('out of order'))],
    ['reject with no error', () => Promise.reject('out of order')],
  ])('that %s are answered with what they say, and the run goes on', async (_, broken) => {
    const { chat, leg, say } = setup({ clientTools: { broken } });
    const sent = chat.sendMessage('Hi');
    await say(...asks([{ toolCallId: 'c', toolName: 'broken' }]));
    expect(toolResults(leg(1).request)).toStrictEqual([
      { toolCallId: 'c', toolName: 'broken', error: 'out of order' },
    ]);
    expect(part(chat)).toMatchObject({ status: 'error', error: 'out of order' });
    await say(...answer('Never mind.'));
    await sent;
    expect(chat.getSnapshot()).toMatchObject({ status: 'idle', error: null });
  });

  it('that take too long are called off and answered with an error', async () => {
    const late = deferred<string>();
    const signals: AbortSignal[] = [];
    const slow = (_: unknown, { signal }: ClientToolContext) => {
      signals.push(signal);
      return late.promise;
    };
    const { chat, leg, legs, say } = setup({ clientTools: { slow }, clientToolTimeout: 250 });
    void chat.sendMessage('Hi');
    await say(...asks([{ toolCallId: 'c', toolName: 'slow' }]));
    expect(signals.map(({ aborted }) => aborted)).toEqual([false]);
    await waitFor(() => expect(legs).toHaveLength(2));
    expect(signals.map(({ aborted }) => aborted)).toEqual([true]);
    expect(toolResults(leg(1).request)).toMatchObject([{ toolCallId: 'c', error: expect.any(String) }]);
    late.resolve('at last');
    await settled();
    expect(part(chat)).toMatchObject({ status: 'error' });
    expect(part(chat)).not.toHaveProperty('result');
  });

  it('that are answered in time are not called off later', async () => {
    const signals: AbortSignal[] = [];
    const quick = (_: unknown, { signal }: ClientToolContext) => void signals.push(signal);
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const { chat, say } = setup({ clientTools: { quick }, clientToolTimeout: 10 });
    void chat.sendMessage('Hi');
    await say(...asks([{ toolCallId: 'c', toolName: 'quick' }]));
    expect(vi.getTimerCount()).toBe(0);
    expect(signals.map(({ aborted }) => aborted)).toEqual([false]);
  });

  it('that a person answers may take any time', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const { chat, say } = setup({ clientTools: { confirm: 'interactive' }, clientToolTimeout: 10 });
    void chat.sendMessage('Hi');
    await say(...asks([{ toolCallId: 'c', toolName: 'confirm' }]));
    vi.advanceTimersByTime(3_600_000);
    await settled();
    expect(chat.status).toBe('awaiting-input');
  });

  it('that answer after a stop are not heard', async () => {
    const late = deferred<string>();
    const signals: AbortSignal[] = [];
    const slow = (_: unknown, { signal }: ClientToolContext) => {
      signals.push(signal);
      return late.promise;
    };
    const { chat, legs, say } = setup({ clientTools: { slow } });
    const sent = chat.sendMessage('Hi');
    await say(...asks([{ toolCallId: 'c', toolName: 'slow' }]));
    chat.stop();
    await sent;
    expect(signals.map(({ aborted }) => aborted)).toEqual([true]);
    const before = chat.getSnapshot();
    late.resolve('late');
    await settled();
    expect(chat.getSnapshot()).toBe(before);
    expect(part(chat)).toMatchObject({ status: 'cancelled' });
    expect(legs).toHaveLength(1);
  });

  it('that answer after a newer run began do not touch it', async () => {
    const late = deferred<string>();
    const { chat, legs, say } = setup({ clientTools: { slow: () => late.promise } });
    void chat.sendMessage('one');
    await say(...asks([{ toolCallId: 'c', toolName: 'slow' }]));
    const second = chat.sendMessage('two');
    late.resolve('late');
    await say(...answer('Two.'));
    await second;
    expect(legs.map(({ request }) => request.type)).toEqual(['trigger', 'trigger']);
    expect(chat.messages[1]?.parts).toMatchObject([{ status: 'cancelled' }]);
    expect(lastMessage(chat).parts.map(({ type }) => type)).toEqual(['text']);
  });

  it('may stop the chat themselves', async () => {
    const { chat, legs, say } = setup({ clientTools: { quit: () => chat.stop() } });
    const sent = chat.sendMessage('Hi');
    await say(...asks([{ toolCallId: 'c', toolName: 'quit' }]));
    await sent;
    expect(chat.status).toBe('idle');
    expect(legs).toHaveLength(1);
    expect(part(chat)).toMatchObject({ status: 'cancelled' });
  });

  it('answer with where the call came from, and with files', async () => {
    const file: FileReference = { id: 'f', mediaType: 'image/png', url: 'https://files.test/f' };
    const origin = { outputVariable: 'SHOT', blockIndex: 3, thread: 'side', workerId: 'w' };
    const shoot = (_: unknown, { addFile }: ClientToolContext) => {
      addFile(file);
      return 'done';
    };
    const { chat, leg, say } = setup({ clientTools: { shoot } });
    void chat.sendMessage('Hi');
    await say(...asks([{ toolCallId: 'c', toolName: 'shoot', ...origin }]));
    expect(toolResults(leg(1).request)).toStrictEqual([
      { toolCallId: 'c', toolName: 'shoot', result: 'done', files: [file], ...origin },
    ]);
  });

  it('are answered after what the server answered itself', async () => {
    const { chat, leg, say } = setup({ clientTools: { now: () => 12 } });
    void chat.sendMessage('Hi');
    const server: ToolResult = { toolCallId: 's', toolName: 'search', result: ['x'], blockIndex: 1 };
    await say(...asks([{ toolCallId: 'c', toolName: 'now' }], [server]));
    expect(toolResults(leg(1).request)).toStrictEqual([
      server,
      { toolCallId: 'c', toolName: 'now', result: 12 },
    ]);
  });

  it.each(['w', undefined])(
    'inside a worker show their answer there, where the request names %s',
    async (workerId) => {
      const { chat, say } = setup({ clientTools: { now: () => 12 } });
      void chat.sendMessage('Hi');
      const request = asks([{ toolCallId: 'c', toolName: 'now', ...(workerId ? { workerId } : {}) }]);
      await say(
        start,
        { type: 'worker-start', workerId: 'w', workerSlug: 'helper' },
        { type: 'tool-input-available', toolCallId: 'c', toolName: 'now', input: {}, workerId: 'w' },
        ...request.slice(-2),
      );
      expect(lastMessage(chat).parts).toMatchObject([
        { type: 'worker', parts: [{ toolCallId: 'c', status: 'done', result: 12 }] },
      ]);
    },
  );

  it('that no event announced show with their name and arguments', async () => {
    const { chat, say } = setup({ clientTools: { now: () => 12, confirm: 'interactive' } });
    void chat.sendMessage('Hi');
    const calls = [
      { toolCallId: 'c', toolName: 'now', args: { zone: 'UTC' } },
      { toolCallId: 'd', toolName: 'confirm', args: { what: 'this' } },
    ];
    await say(start, ...asks(calls).slice(-2));
    expect(lastMessage(chat).parts).toMatchObject([
      { ...calls[0], status: 'done', result: 12 },
      { ...calls[1], status: 'running' },
    ]);
  });

  it('use what the page has when they are asked', async () => {
    const { chat, leg, say } = setup();
    void chat.sendMessage('Hi');
    chat.updateOptions({ clientTools: { now: () => 12 } });
    await say(...asks([{ toolCallId: 'c', toolName: 'now' }]));
    expect(toolResults(leg(1).request)).toMatchObject([{ result: 12 }]);
  });

  it('let go of the stream that asked them', async () => {
    const closed = vi.fn();
    const transport = createScriptedTransport(async function* () {
      try {
        yield* asks([{ toolCallId: 'c', toolName: 'now' }]);
        await new Promise(() => {});
      } finally {
        closed();
      }
    }, answer('Noon.'));
    const chat = new AgentChat({ transport, clientTools: { now: () => 12 } });
    await chat.sendMessage('Hi');
    expect(closed).toHaveBeenCalledOnce();
    expect(said(chat).at(-1)).toEqual(['assistant', 'Noon.']);
  });

  it('are not asked by an end that says so without a request', async () => {
    const { chat, legs, say } = setup();
    const sent = chat.sendMessage('Hi');
    await say(start, delta('Hello'), handOver);
    await sent;
    expect(chat.getSnapshot()).toMatchObject({ status: 'idle', error: null });
    expect(lastMessage(chat).status).toBe('done');
    expect(legs).toHaveLength(1);
  });
});

describe('approvals', () => {
  function asking(respond = vi.fn(async (_: ApprovalDecision) => {})) {
    const all = setup({ respond: (decision) => respond(decision) });
    void all.chat.sendMessage('Hi');
    return { ...all, respond };
  }

  it('wait in `pendingApprovals` and in the part of their call, and are told of at once', async () => {
    const { chat, say, scheduler } = asking();
    const heard = vi.fn(() => chat.pendingApprovals.length);
    chat.subscribe(heard);
    await say(start, {
      type: 'approval-request',
      approvalId: 'a',
      toolCallId: 'c',
      toolName: 'remove',
      args: { path: '/tmp' },
      choices: ['once', 'always'],
      context: 'To make room.',
      expiresAt: 5_000,
    });
    expect(heard).toHaveLastReturnedWith(1);
    expect(scheduler.pending).toBe(false);
    expect(chat.pendingApprovals).toMatchObject([
      {
        approvalId: 'a',
        toolCallId: 'c',
        toolName: 'remove',
        args: { path: '/tmp' },
        choices: ['once', 'always'],
        context: 'To make room.',
        expiresAt: 5_000,
      },
    ]);
    expect(part(chat)).toMatchObject({
      toolCallId: 'c',
      toolName: 'remove',
      args: { path: '/tmp' },
      approval: { approvalId: 'a', status: 'pending', choices: ['once', 'always'], expiresAt: 5_000 },
    });
  });

  it('that are given reach the agent and show', async () => {
    const { chat, say, respond } = asking();
    await say(start, approvalRequest('a'));
    await approval(chat).approve({ choice: 'once', args: { path: '/tmp/x' } });
    expect(respond).toHaveBeenCalledExactlyOnceWith({
      approvalId: 'a',
      approved: true,
      digest: expect.any(String),
      choice: 'once',
      args: { path: '/tmp/x' },
    });
    expect(chat.pendingApprovals).toEqual([]);
    expect(part(chat)).toMatchObject({ approval: { approvalId: 'a', status: 'approved' } });
    expect(chat.status).toBe('streaming');
    await say({ type: 'tool-output-available', toolCallId: 'a', output: 'removed' }, finish);
    expect(part(chat)).toMatchObject({ status: 'done', result: 'removed', approval: { status: 'approved' } });
  });

  it('that are denied reach the agent with the reason and show', async () => {
    const { chat, say, respond } = asking();
    await say(start, approvalRequest('a'));
    await approval(chat).deny({ reason: 'Not mine.' });
    expect(respond).toHaveBeenCalledExactlyOnceWith({
      approvalId: 'a',
      approved: false,
      digest: expect.any(String),
      reason: 'Not mine.',
    });
    expect(chat.pendingApprovals).toEqual([]);
    expect(part(chat)).toMatchObject({ approval: { status: 'denied', reason: 'Not mine.' } });
  });

  it('are kept apart where several wait', async () => {
    const { chat, say, respond } = asking();
    await say(start, approvalRequest('a'), approvalRequest('b'));
    const [first, second] = chat.pendingApprovals;
    await second?.approve();
    expect(chat.pendingApprovals.map(({ approvalId }) => approvalId)).toEqual(['a']);
    await first?.deny();
    expect(chat.pendingApprovals).toEqual([]);
    expect(respond.mock.calls).toEqual([
      [{ approvalId: 'b', approved: true, digest: expect.stringMatching(/^[0-9a-f]{64}$/) }],
      [{ approvalId: 'a', approved: false, digest: expect.any(String) }],
    ]);
    expect(lastMessage(chat).parts).toMatchObject([
      { approval: { status: 'denied' } },
      { approval: { status: 'approved' } },
    ]);
  });

  it('are delivered once, though both buttons are pressed and pressed again', async () => {
    const delivery = deferred<void>();
    const { chat, say, respond } = asking(vi.fn(() => delivery.promise));
    await say(start, approvalRequest('a'));
    const request = approval(chat);
    const answers = [request.approve(), request.approve(), request.deny()];
    delivery.resolve();
    await Promise.allSettled(answers);
    await request.deny().catch(() => {});
    expect(respond).toHaveBeenCalledExactlyOnceWith({
      approvalId: 'a',
      approved: true,
      digest: expect.any(String),
    });
    expect(part(chat)).toMatchObject({ approval: { status: 'approved' } });
  });

  it('that could not be delivered still wait and can be answered again', async () => {
    const respond = vi.fn(async (_: ApprovalDecision) => {});
    respond.mockRejectedValueOnce(new Error('offline'));
    const { chat, say } = asking(respond);
    await say(start, approvalRequest('a'));
    await expect(approval(chat).approve()).rejects.toThrow('offline');
    expect(chat.pendingApprovals).toHaveLength(1);
    expect(part(chat)).toMatchObject({ approval: { status: 'pending' } });
    expect(chat.status).toBe('streaming');
    await approval(chat).approve();
    expect(respond).toHaveBeenCalledTimes(2);
    expect(chat.pendingApprovals).toEqual([]);
  });

  it('are refused with a typed error where the transport delivers none', async () => {
    const { chat, say } = setup();
    void chat.sendMessage('Hi');
    await say(start, approvalRequest('a'));
    expect(await rejection(approval(chat).approve())).toMatchObject({
      code: 'approvals-not-supported',
      type: 'unsupported_error',
    });
    expect(chat.pendingApprovals).toHaveLength(1);
  });

  it('that somebody else answered wait no more', async () => {
    const { chat, say, respond } = asking();
    await say(start, approvalRequest('a'));
    const request = approval(chat);
    await say({ type: 'approval-resolved', approvalId: 'a', approved: false, reason: 'Too late.' });
    expect(chat.pendingApprovals).toEqual([]);
    expect(part(chat)).toMatchObject({ approval: { status: 'denied', reason: 'Too late.' } });
    await request.approve();
    expect(respond).not.toHaveBeenCalled();
    expect(part(chat)).toMatchObject({ approval: { status: 'denied' } });
  });

  it.each([
    ['finished', ({ say }: ReturnType<typeof asking>) => say(finish)],
    ['failed', ({ say }: ReturnType<typeof asking>) => say(failed)],
    ['was stopped', async ({ chat }: ReturnType<typeof asking>) => chat.stop()],
    ['made way for another', async ({ chat }: ReturnType<typeof asking>) => void chat.sendMessage('two')],
  ])('wait no more once their run %s', async (_, end) => {
    const all = asking();
    await all.say(start, approvalRequest('a'));
    const request = approval(all.chat);
    await end(all);
    expect(all.chat.pendingApprovals).toEqual([]);
    await request.approve();
    expect(all.respond).not.toHaveBeenCalled();
    expect(all.chat.messages[1]?.parts).toMatchObject([{ status: 'cancelled' }]);
  });

  it('do not touch a newer run where they were delivered too late', async () => {
    const delivery = deferred<void>();
    const { chat, say } = asking(vi.fn(() => delivery.promise));
    await say(start, approvalRequest('a'));
    const answered = approval(chat).approve();
    void chat.sendMessage('two');
    await say(start, approvalRequest('a'));
    delivery.resolve();
    await answered;
    expect(chat.pendingApprovals).toHaveLength(1);
    expect(part(chat)).toMatchObject({ approval: { status: 'pending' } });
  });

  it('inside a worker show in the part there', async () => {
    const { chat, say } = asking();
    await say(start, { type: 'worker-start', workerId: 'w', workerSlug: 'helper' }, {
      ...approvalRequest('a'),
      workerId: 'w',
    } as StreamEvent);
    await approval(chat).approve();
    expect(lastMessage(chat).parts).toMatchObject([
      { type: 'worker', parts: [{ type: 'tool-call', approval: { status: 'approved' } }] },
    ]);
  });

  it('are the same objects until one of them changed', async () => {
    const { chat, say } = asking();
    await say(start, approvalRequest('a'));
    const before = chat.pendingApprovals;
    await say(delta('meanwhile'));
    expect(chat.pendingApprovals).toBe(before);
  });
});

describe('a conversation that was stored', () => {
  const stored = JSON.stringify([
    { ...userMessage, createdAt: '2026-01-02T03:04:05.678Z' },
    {
      id: 'a',
      role: 'assistant',
      status: 'streaming',
      createdAt: '2026-01-02T03:04:06.000Z',
      parts: [{ type: 'hologram', beam: 1 }],
      metadata: { usage: { cost: 1 } },
    },
  ]);

  it('is shown with real dates, what is unknown kept and nothing being written', () => {
    const { chat } = setup({ initialMessages: JSON.parse(stored) });
    expect(chat.getSnapshot()).toMatchObject({ status: 'idle', error: null, canRetry: false });
    expect(chat.messages).toEqual([
      { ...userMessage, createdAt: new Date('2026-01-02T03:04:05.678Z') },
      {
        id: 'a',
        role: 'assistant',
        status: 'done',
        createdAt: new Date('2026-01-02T03:04:06.000Z'),
        parts: [{ type: 'hologram', beam: 1 }],
        metadata: { usage: { cost: 1 } },
      },
    ]);
  });

  it('goes on: new messages come after it and it stays as it was', async () => {
    const { chat, say } = setup({ initialMessages: JSON.parse(stored) });
    const before = chat.messages;
    void chat.sendMessage('Hi');
    await say(...answer('Hello'));
    expect(chat.messages).toHaveLength(4);
    expect(chat.messages[0]).toBe(before[0]);
    expect(chat.messages[1]).toBe(before[1]);
  });

  it('takes the place of another, ending its run, its error and its retry', async () => {
    const { chat, leg, legs, say } = setup();
    const listener = vi.fn();
    const sent = chat.sendMessage('Hi');
    await say(start, delta('Hel'));
    chat.subscribe(listener);
    chat.replaceMessages(JSON.parse(stored));
    await sent;
    leg().emit(delta('late'), finish);
    await settled();
    expect(chat.getSnapshot()).toMatchObject({ status: 'idle', error: null, canRetry: false });
    expect(chat.messages.map(({ id }) => id)).toEqual(['user', 'a']);
    expect(chat.messages[0]?.createdAt).toBeInstanceOf(Date);
    expect(leg().signal.aborted).toBe(true);
    expect(listener).toHaveBeenCalled();
    await chat.retry();
    expect(legs).toHaveLength(1);
  });

  it('clears an error where it takes its place', async () => {
    const { chat, say } = setup();
    void chat.sendMessage('Hi');
    await say(failed);
    chat.replaceMessages([]);
    expect(chat.getSnapshot()).toMatchObject({ status: 'idle', error: null, messages: [], canRetry: false });
  });
});

describe('a connection', () => {
  function connected() {
    let state: ConnectionState = 'disconnected';
    const listeners = new Set<ConnectionStateListener>();
    const change = (next: ConnectionState, error?: Error): void => {
      state = next;
      for (const listener of listeners) listener(next, error);
    };
    const transport = {
      ...createControlledTransport(),
      get connectionState() {
        return state;
      },
      onConnectionStateChange: (listener: ConnectionStateListener) => {
        listeners.add(listener);
        listener(state);
        return () => void listeners.delete(listener);
      },
      connect: async () => change('connected'),
      disconnect: () => change('disconnected'),
    };
    return { chat: new AgentChat({ transport }), change, listeners };
  }

  it('shows its state and its failure as they change', async () => {
    const { chat, change } = connected();
    const states: unknown[] = [];
    expect(chat.connectionState).toBe('disconnected');
    chat.subscribe(() => states.push(chat.connectionState));
    await chat.connect();
    const error = new Error('refused');
    change('error', error);
    expect(chat.getSnapshot()).toMatchObject({
      connectionState: 'error',
      connectionError: error,
      status: 'idle',
    });
    chat.disconnect();
    expect(states).toEqual(['connected', 'error', 'disconnected']);
    expect(chat.getSnapshot().connectionError).toBeUndefined();
  });

  it('is watched once however many listen, and tells nothing where nothing changed', async () => {
    const { chat, change, listeners } = connected();
    const listener = vi.fn();
    chat.subscribe(listener);
    chat.subscribe(() => {});
    await chat.connect();
    change('connected');
    expect(listeners.size).toBe(1);
    expect(listener).toHaveBeenCalledOnce();
  });

  it('is ended with the chat', async () => {
    const { chat, listeners, change } = connected();
    const listener = vi.fn();
    chat.subscribe(listener);
    await chat.connect();
    chat.dispose();
    expect(listeners.size).toBe(0);
    change('connected');
    expect(listener).toHaveBeenCalledOnce();
  });

  it('is undefined where the transport keeps none', async () => {
    const { chat } = setup();
    await chat.connect();
    chat.disconnect();
    expect(chat.connectionState).toBeUndefined();
  });
});

describe('a chat that was disposed of', () => {
  it('ends its run, tells nobody any more and can still be read', async () => {
    const onStop = vi.fn();
    const { chat, leg, say, scheduler } = setup({ onStop });
    const listener = vi.fn();
    const sent = chat.sendMessage('Hi');
    await say(start, delta('Hel'));
    chat.subscribe(listener);
    await say(delta('lo'));
    expect(scheduler.pending).toBe(true);
    chat.dispose();
    await sent;
    scheduler.frame();
    leg().emit(delta('late'), finish);
    await settled();
    expect(leg().signal.aborted).toBe(true);
    expect(listener).not.toHaveBeenCalled();
    expect(said(chat)).toEqual([
      ['user', 'Hi'],
      ['assistant', 'Hello'],
    ]);
    expect(chat.status).toBe('idle');
    expect(lastMessage(chat).status).toBe('done');
  });

  it('goes on from its messages when it is used again', async () => {
    const { chat, legs, say } = setup();
    void chat.sendMessage('Hi');
    await say(...answer('Hello'));
    chat.dispose();
    const listener = vi.fn();
    chat.subscribe(listener);
    void chat.sendMessage('Again');
    await say(...answer('Hello again'));
    expect(listener).toHaveBeenCalled();
    expect(legs).toHaveLength(2);
    expect(said(chat).map(([, text]) => text)).toEqual(['Hi', 'Hello', 'Again', 'Hello again']);
  });

  it('can be disposed of again', () => {
    const { chat } = setup();
    chat.dispose();
    expect(() => chat.dispose()).not.toThrow();
  });
});
