import { createAgentClient, TransportError } from '@agent-webkit/core';
import { AgentChat, type AgentChatOptions, type UIMessage } from 'agent-chat-kit';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  type AgentWebkitTransportOptions,
  createAgentWebkitTransport,
} from '../../src/transports/agent-webkit.ts';
import { waitFor } from '../wait-for.ts';
import { type ServerOptions, serveAgentWebkit, type Turn } from './agent-webkit-server.ts';

const closing: (() => void)[] = [];

beforeEach(() => {
  // No waiting: when to come back is tested elsewhere.
  vi.spyOn(Math, 'random').mockReturnValue(0);
});
afterEach(() => {
  vi.restoreAllMocks();
  for (const close of closing.splice(0).reverse()) close();
});

async function serve(options: ServerOptions | Turn) {
  const server = await serveAgentWebkit(typeof options === 'function' ? { turn: options } : options);
  closing.push(server.close);
  return server;
}

function page(
  url: string,
  options: Partial<AgentWebkitTransportOptions> = {},
  more: Partial<AgentChatOptions> = {},
) {
  const transport = createAgentWebkitTransport({ url, ...options });
  const chat = new AgentChat({ transport, ...more });
  closing.push(() => chat.dispose());
  return { chat, transport };
}

const textOf = (message: UIMessage | undefined): string | undefined =>
  message?.parts.flatMap((part) => (part.type === 'text' ? [part.text] : [])).join('|');
const lastText = (chat: AgentChat) => textOf(chat.messages.at(-1));
const callsOf = (chat: AgentChat) =>
  chat.messages.flatMap(({ parts }) => parts.flatMap((part) => (part.type === 'tool-call' ? [part] : [])));
const use = (id: string, name: string, input = {}) => ({ type: 'tool_use', id, name, input });
const once = (): { promise: Promise<void>; done: () => void } => {
  let done = (): void => {};
  const promise = new Promise<void>((resolve) => {
    done = resolve;
  });
  return { promise, done };
};

describe('the server of these tests', () => {
  it('is one that the real client speaks to', async () => {
    const server = await serve({
      token: 'secret',
      turn: async ({ say, permission, question, emit, content }) => {
        say(`You said “${String(content)}”.`, use('tu_1', 'Read'));
        const { behavior, updated_input: input } = await permission('tu_1', 'Read', { path: 'a' });
        emit('tool_result', {
          tool_use_id: 'tu_1',
          output: `${String(behavior)} ${JSON.stringify(input)}`,
          is_error: false,
        });
        const answers = await question('tu_2', [{ question: 'Which?', options: [{ label: 'A' }] }]);
        say(JSON.stringify(answers));
      },
    });
    const client = createAgentClient({ baseUrl: server.url, token: 'secret' });
    const session = await client.createSession({ model: 'm' });
    await session.setModel('other');
    await session.setPermissionMode('plan');
    await session.stopTask('t');
    await session.send('Größe');
    const seen: [number, string][] = [];
    for await (const event of session.events()) {
      seen.push([event.id, event.event]);
      if (event.event === 'permission_request') {
        await session.approve(event.data.correlation_id, { updatedInput: { path: 'b' } });
        await expect(session.approve(event.data.correlation_id)).rejects.toMatchObject({ status: 409 });
      }
      if (event.event === 'ask_user_question') {
        expect(event.data.questions.questions[0]?.question).toBe('Which?');
        await session.answer(event.data.correlation_id, { 'Which?': 'A' });
      }
      if (event.event === 'result') await session.close();
    }
    expect(seen).toEqual(
      [
        'session_ready',
        'message_complete',
        'tool_use',
        'permission_request',
        'tool_result',
        'ask_user_question',
        'message_complete',
        'result',
        // `close` has aborted the stream by then.
      ].map((event, index) => [index + 1, event]),
    );
    const gone = client.attachSession(session.id);
    await expect(gone.send('Hello')).rejects.toBeInstanceOf(TransportError);
    const { events } = createAgentClient({ baseUrl: server.url, token: 'wrong' }).attachSession('s-1');
    expect(events).toBeTypeOf('function');
    await expect(createAgentClient({ baseUrl: server.url }).createSession()).rejects.toMatchObject({
      status: 401,
    });
  });

  it('closes its stream at the first silence, and tells the real client of events that are gone', async () => {
    const server = await serve({ keepalive: 20, ring: 2, turn: ({ say }) => say('Hello.') });
    const client = createAgentClient({ baseUrl: server.url });
    const { id } = await client.createSession();
    const session = client.attachSession(id);
    const seen: string[] = [];
    for await (const event of session.events()) {
      seen.push(event.event);
      if (seen.length === 1) setTimeout(() => void session.send('Hi'), 100);
      if (event.event === 'result') break;
    }
    expect(seen).toEqual(['session_ready', 'message_complete', 'result']);
    expect(server.streams().length).toBeGreaterThan(1);
    await client.attachSession(id).send('Once more');
    const late = client.attachSession(id, { resumeFromEventId: '1' }).events();
    await expect(late[Symbol.asyncIterator]().next()).rejects.toMatchObject({ status: 412 });
    session.detach();
  });
});

describe('a session', () => {
  it('is created with the first message, read up to the result, and goes on with the next', async () => {
    const server = await serve(({ say, content }) => say(`You said “${String(content)}”.`));
    const { chat, transport } = page(server.url, { create: { model: 'm', permission_mode: 'plan' } });
    expect(transport.sessionId).toBeUndefined();
    await chat.sendMessage('Größe');
    expect(chat.error).toBeNull();
    expect(lastText(chat)).toBe('You said “Größe”.');
    expect(chat.messages.at(-1)?.metadata).toMatchObject({
      usage: { totalCostUsd: 0.002 },
      finishReason: 'stop',
    });
    expect(transport).toMatchObject({ sessionId: 's-1', lastEventId: '3' });
    await chat.sendMessage('More');
    expect(lastText(chat)).toBe('You said “More”.');
    expect(transport.lastEventId).toBe('5');
    expect(server.requests.find(({ path }) => path === '/sessions')?.body).toEqual({
      model: 'm',
      permission_mode: 'plan',
    });
    expect(server.streams().map(({ lastEventId }) => lastEventId)).toEqual([undefined, '3']);
    // A request for events needs no `Content-Type`, which a browser would have to ask about first.
    expect(server.streams()[0]?.headers['content-type']).toBeUndefined();
  });

  it('is created once, however many wait for it', async () => {
    const server = await serve(({ say }) => say('Hello.'));
    const { chat, transport } = page(server.url);
    await Promise.all([transport.setModel('m'), transport.setPermissionMode('plan'), chat.sendMessage('Hi')]);
    expect(server.sessions.size).toBe(1);
  });

  it('is read on where the server closes the stream of a silent agent, however long it is silent', async () => {
    const start = performance.now();
    // Each look at the clock is two seconds later: the server held its silent streams for long.
    let looks = 0;
    vi.spyOn(performance, 'now').mockImplementation(() => start + 2_000 * looks++);
    const { promise, done } = once();
    const server = await serve({
      keepalive: 20,
      turn: async ({ say }) => {
        say('Let me think.');
        await promise;
        say('Done.');
      },
    });
    const { chat, transport } = page(server.url, { idleTimeout: 0 });
    const states: unknown[] = [];
    transport.onConnectionStateChange?.((state) => states.push(state));
    const sent = chat.sendMessage('Hi');
    // More often than a server may fail in a row.
    await waitFor(() => expect(server.streams().length).toBeGreaterThan(12));
    done();
    await sent;
    expect(lastText(chat)).toBe('Let me think.|Done.');
    expect(
      server
        .streams()
        .slice(1)
        .every(({ lastEventId }) => lastEventId === '2'),
    ).toBe(true);
    // Nothing was wrong.
    expect(states).toEqual([]);
  });

  it('is given up where its stream ends again and again as soon as it begins', async () => {
    const server = await serve({
      turn: () => new Promise(() => {}),
      before: ({ path }, response) => {
        if (!path.endsWith('/stream')) return false;
        response.writeHead(200, { 'Content-Type': 'text/event-stream' }).end();
        return true;
      },
    });
    const { chat } = page(server.url);
    await chat.sendMessage('Hi');
    expect(chat.error).toMatchObject({ code: 'stream-interrupted', retryable: true });
    expect(server.streams()).toHaveLength(7);
  });

  it('shows nothing twice where the server says it again', async () => {
    let streams = 0;
    const frame = (id: number, event: string, data: object) =>
      `id: ${id}\nevent: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
    const delta = (id: number, text: string) =>
      frame(id, 'message_delta', { message_id: 'm', delta: { text } });
    const server = await serve({
      turn: () => new Promise(() => {}),
      before: ({ path }, response) => {
        if (!path.endsWith('/stream')) return false;
        streams += 1;
        response.writeHead(200, { 'Content-Type': 'text/event-stream' });
        response.end(
          streams === 1
            ? frame(1, 'session_ready', {}) + delta(2, 'A')
            : delta(2, 'A') + delta(3, 'B') + frame(4, 'result', {}),
        );
        return true;
      },
    });
    const { chat } = page(server.url);
    await chat.sendMessage('Hi');
    expect(lastText(chat)).toBe('AB');
  });

  it('asks again for events that were left out of its stream, and takes them for lost where they are gone', async () => {
    const server = await serve(() => new Promise(() => {}));
    const { chat, transport } = page(server.url);
    await transport.setModel('m');
    const session = server.sessions.get('s-1');
    const say = (text: string) => session?.emit('message_delta', { message_id: 'm', delta: { text } });
    const sent = chat.sendMessage('Hi');
    await waitFor(() => expect(server.streams()).toHaveLength(1));
    say('A');
    await waitFor(() => expect(lastText(chat)).toBe('A'));
    session?.overrun(5);
    say('B');
    await sent;
    expect(server.streams()).toHaveLength(2);
    expect(chat.error).toMatchObject({ code: 'discontinuity' });
    expect(lastText(chat)).toBe('A');
  });

  it('takes ids that a server counts in another way for what they are', async () => {
    const server = await serve(({ say, session }) => {
      say('A');
      session.overrun(5);
      session.log.push({ id: 1, event: 'session_ready', data: {} });
      say('B');
    });
    const { chat } = page(server.url);
    await chat.sendMessage('Hi');
    expect(chat.error).toBeNull();
    expect(server.streams()).toHaveLength(2);
    expect(lastText(chat)).toBe('B');
  });
});

describe('what cannot be had', () => {
  it('is told as a discontinuity where the place is kept no more, and the next message begins where the log is', async () => {
    const server = await serve({ ring: 2, turn: ({ say, content }) => say(`Re: ${String(content)}`) });
    const client = createAgentClient({ baseUrl: server.url });
    const { id } = await client.createSession();
    const other = client.attachSession(id);
    const { chat } = page(server.url, { sessionId: id });
    await chat.sendMessage('One');
    expect(lastText(chat)).toBe('Re: One');
    // Somebody else talks meanwhile, and the log moves on.
    await other.send('x');
    await other.send('y');
    await waitFor(() => expect(server.sessions.get(id)?.log.at(-1)?.id).toBe(7));
    await chat.sendMessage('Two');
    expect(chat.error).toMatchObject({ code: 'discontinuity' });
    await chat.sendMessage('Three');
    expect(chat.error).toBeNull();
    expect(lastText(chat)).toBe('Re: Three');
  });

  it('is a session that is gone: said in a typed error, and a session of its own is begun anew on a retry', async () => {
    const server = await serve(({ say }) => say('Hello.'));
    const { chat, transport } = page(server.url);
    await chat.sendMessage('One');
    server.sessions.clear();
    await chat.sendMessage('Two');
    expect(chat.error).toMatchObject({ type: 'not_found_error', code: 'session-gone', retryable: true });
    await chat.retry();
    expect(chat.error).toBeNull();
    expect(transport.sessionId).toBe('s-2');
  });

  it('stays gone where the session is the application’s', async () => {
    const server = await serve(({ say }) => say('Hello.'));
    const { chat } = page(server.url, { sessionId: 'other' });
    for (let count = 0; count < 2; count += 1) {
      await chat.sendMessage('One');
      expect(chat.error).toMatchObject({ code: 'session-gone', retryable: false });
    }
  });

  it('is a session that goes while its stream is read', async () => {
    let streams = 0;
    const server = await serve({
      keepalive: 20,
      turn: () => new Promise(() => {}),
      before: ({ path }) => {
        if (path.endsWith('/stream') && ++streams === 2) server.sessions.clear();
        return false;
      },
    });
    const { chat } = page(server.url);
    await chat.sendMessage('Hi');
    expect(chat.error).toMatchObject({ code: 'session-gone' });
    expect(streams).toBe(2);
  });

  it('is a session that is closed, an agent that crashes, a message that fails', async () => {
    const cases: [Turn, object][] = [
      [({ session }) => session.close(), { code: 'session-closed' }],
      [
        ({ emit }) => emit('error', { code: 'receive_loop_crashed', message: 'Boom' }),
        { type: 'internal_error', code: 'receive-loop-crashed', message: 'Boom' },
      ],
      [
        () => {
          throw new Error('No.');
        },
        { code: 'query-failed', message: 'No.' },
      ],
      [({ emit }) => emit('error', { code: 'evicted', message: 'x' }), { code: 'discontinuity' }],
    ];
    for (const [turn, error] of cases) {
      const server = await serve(turn);
      const { chat } = page(server.url);
      await chat.sendMessage('Hi');
      expect(chat.error).toMatchObject(error);
    }
  });

  it('is not what one message that the server could not translate makes of the rest', async () => {
    const server = await serve(({ emit, say }) => {
      emit('error', { code: 'translate_failed', message: 'x' });
      say('Hello.');
    });
    const { chat } = page(server.url);
    await chat.sendMessage('Hi');
    expect(chat.error).toBeNull();
    expect(chat.messages.at(-1)?.parts.map(({ type }) => type)).toEqual(['data', 'text']);
  });

  it('is asked for with a new token, once, and said where it is refused', async () => {
    const server = await serve({ token: 'new', turn: ({ say }) => say('Hello.') });
    let token = 'old';
    const { chat } = page(server.url, {
      headers: () => {
        const headers = { Authorization: `Bearer ${token}` };
        token = 'new';
        return headers;
      },
    });
    await chat.sendMessage('Hi');
    expect(lastText(chat)).toBe('Hello.');
    const refused = page(server.url).chat;
    await refused.sendMessage('Hi');
    expect(refused.error).toMatchObject({ type: 'authentication_error', message: 'Missing bearer token' });
  });
});

describe('a server that is busy', () => {
  it('gets a message once it has room, after the time that it said', async () => {
    let busy = 2;
    const server = await serve({
      turn: ({ say }) => say('Hello.'),
      before: ({ path }, response) => {
        if (!path.endsWith('/input') || busy === 0) return false;
        busy -= 1;
        response
          .writeHead(503, { 'Content-Type': 'application/json', 'Retry-After': '1' })
          .end('{"detail":"Inbound queue full; refuse and retry later","code":"backpressure"}');
        return true;
      },
    });
    const { chat } = page(server.url);
    const start = performance.now();
    await chat.sendMessage('Hi');
    expect(chat.error).toBeNull();
    expect(performance.now() - start).toBeGreaterThan(1_900);
    expect(server.said('user_message')).toHaveLength(1);
  });

  it('never gets a message twice whose answer was lost', async () => {
    let lost = 0;
    const server = await serve({
      turn: ({ say }) => say('Hello.'),
      before: ({ path, body }, response) => {
        if (!path.endsWith('/input') || body['type'] !== 'user_message') return false;
        lost += 1;
        response.destroy();
        return true;
      },
    });
    const { chat } = page(server.url);
    await chat.sendMessage('Hi');
    expect(chat.error).toMatchObject({ code: 'connection-failed' });
    expect(lost).toBe(1);
  });
});

describe('permissions', () => {
  const two: Turn = async ({ say, permission, emit }) => {
    say('May I?', use('a', 'Read', { path: 'x' }), use('b', 'Bash', { command: 'ls' }));
    const answers = await Promise.all([
      permission('a', 'Read', { path: 'x' }),
      permission('b', 'Bash', { command: 'ls' }, { tool_use_id: 'b', suggestions: [{ type: 'addRules' }] }),
    ]);
    for (const { correlation_id: id, type: _, ...answer } of answers) {
      emit('tool_result', {
        tool_use_id: id,
        output: [{ type: 'text', text: JSON.stringify(answer) }],
        is_error: answer['behavior'] === 'deny',
      });
    }
  };

  it('are asked for side by side, and each gets its own answer', async () => {
    const server = await serve(two);
    const { chat } = page(server.url);
    const sent = chat.sendMessage('Hi');
    await waitFor(() => expect(chat.pendingApprovals).toHaveLength(2));
    const [read, bash] = chat.pendingApprovals;
    expect(bash).toMatchObject({ toolCallId: 'b', args: { command: 'ls' }, choices: ['once', 'always'] });
    await bash?.deny({ reason: 'Not here.' });
    await waitFor(() => expect(chat.pendingApprovals).toHaveLength(1));
    await read?.approve({ args: { path: 'y' } });
    await sent;
    expect(chat.error).toBeNull();
    const [a, b] = callsOf(chat);
    expect(callsOf(chat)).toHaveLength(2);
    expect(a).toMatchObject({
      args: { path: 'y' },
      status: 'done',
      result: '{"behavior":"allow","updated_input":{"path":"y"}}',
    });
    expect(b).toMatchObject({
      status: 'error',
      error: '{"behavior":"deny","message":"Not here."}',
      approval: { status: 'denied' },
    });
  });

  it('are given for good with what the agent proposes', async () => {
    const server = await serve(two);
    const { chat } = page(server.url);
    const sent = chat.sendMessage('Hi');
    await waitFor(() => expect(chat.pendingApprovals).toHaveLength(2));
    await chat.pendingApprovals[1]?.approve({ choice: 'always' });
    await chat.pendingApprovals[0]?.approve();
    await sent;
    expect(server.said('permission_response')).toEqual([
      {
        type: 'permission_response',
        correlation_id: 'b',
        behavior: 'allow',
        updated_permissions: [{ type: 'addRules' }],
      },
      { type: 'permission_response', correlation_id: 'a', behavior: 'allow' },
    ]);
  });

  it('that somebody else answered are taken back, and that is no failure', async () => {
    const server = await serve(two);
    const { chat, transport } = page(server.url);
    const sent = chat.sendMessage('Hi');
    await waitFor(() => expect(chat.pendingApprovals).toHaveLength(2));
    const other = createAgentClient({ baseUrl: server.url }).attachSession(transport.sessionId ?? '');
    await other.deny('a', { message: 'No.' });
    await chat.pendingApprovals[0]?.approve();
    expect(callsOf(chat)[0]?.approval).toBeUndefined();
    expect(chat.pendingApprovals.map(({ approvalId }) => approvalId)).toEqual(['b']);
    await chat.pendingApprovals[0]?.approve();
    await sent;
    expect(chat.error).toBeNull();
    expect(callsOf(chat)[0]).toMatchObject({ status: 'error' });
  });

  it('that are denied may end the turn, which is then no failure', async () => {
    const server = await serve(async ({ permission, session }) => {
      const answer = await permission('a', 'Read', {});
      if (answer['interrupt']) session.input({ type: 'interrupt' });
      await new Promise(() => {});
    });
    const { chat } = page(server.url, { interruptOnDeny: true });
    const sent = chat.sendMessage('Hi');
    await waitFor(() => expect(chat.pendingApprovals).toHaveLength(1));
    await chat.pendingApprovals[0]?.deny();
    await sent;
    expect(chat.status).toBe('idle');
    expect(server.said('permission_response')).toMatchObject([{ behavior: 'deny', interrupt: true }]);
  });

  it('count also where they arrived and the answer to them was lost', async () => {
    let lost = 0;
    const server = await serve({
      turn: async ({ permission, interrupted }) => {
        await permission('a', 'Read', {});
        await interrupted;
      },
      before: ({ body }, response) => {
        if (body['type'] !== 'permission_response' || lost++ > 0) return false;
        server.sessions.get('s-1')?.input(body);
        response.destroy();
        return true;
      },
    });
    const { chat } = page(server.url);
    void chat.sendMessage('Hi');
    await waitFor(() => expect(chat.pendingApprovals).toHaveLength(1));
    await chat.pendingApprovals[0]?.approve();
    expect(lost).toBe(2);
    expect(callsOf(chat)[0]?.approval).toMatchObject({ status: 'approved' });
  });

  it('reach the server also where the first try was lost', async () => {
    let lost = 0;
    const server = await serve({
      turn: two,
      before: ({ body }, response) => {
        if (body['type'] !== 'permission_response' || lost++ > 0) return false;
        response.destroy();
        return true;
      },
    });
    const { chat } = page(server.url);
    const sent = chat.sendMessage('Hi');
    await waitFor(() => expect(chat.pendingApprovals).toHaveLength(2));
    await chat.approveAll();
    await sent;
    expect(callsOf(chat).map(({ status }) => status)).toEqual(['done', 'done']);
  });
});

describe('questions', () => {
  const items = [
    {
      question: 'Which?',
      header: 'Choice',
      multiSelect: false,
      options: [{ label: 'A', description: 'First' }, { label: 'B' }],
    },
    { question: '__proto__', options: [] },
  ];
  const asking =
    (questions: readonly (typeof items)[number][]): Turn =>
    async ({ say, question, emit }) => {
      say('Tell me.', use('q', 'AskUserQuestion', { questions }));
      const answers = await question('q', questions);
      emit('tool_result', { tool_use_id: 'q', output: 'answered', is_error: false });
      say(JSON.stringify(answers));
    };
  const interactive = { clientTools: { 'ask-user': 'interactive' } } as const;

  it('are put to the user by the client tool `ask-user`, and the answer goes to the agent', async () => {
    const server = await serve(asking(items.slice(0, 1)));
    const { chat } = page(server.url, {}, interactive);
    const sent = chat.sendMessage('Hi');
    await waitFor(() => expect(chat.status).toBe('awaiting-input'));
    const [tool, ...others] = chat.pendingClientTools['ask-user'] ?? [];
    expect(others).toEqual([]);
    expect(tool?.args).toEqual({
      question: 'Which?',
      header: 'Choice',
      options: [
        { label: 'A', value: 'A', description: 'First' },
        { label: 'B', value: 'B' },
      ],
    });
    tool?.submit({ answer: 'A' });
    await sent;
    expect(chat.error).toBeNull();
    expect(server.said('question_response')).toEqual([
      { type: 'question_response', correlation_id: 'q', answers: { 'Which?': 'A' } },
    ]);
    expect(lastText(chat)).toBe('Tell me.|{"Which?":"A"}');
    // One call for one question: the agent's own tool behind it is not shown.
    expect(callsOf(chat).map(({ toolName, status }) => [toolName, status])).toEqual([['ask-user', 'done']]);
    expect(chat.messages).toHaveLength(2);
  });

  it('of one call are asked one by one and answered together; of what was declined the agent is told', async () => {
    const server = await serve(asking(items));
    const { chat } = page(server.url, {}, interactive);
    const sent = chat.sendMessage('Hi');
    await waitFor(() => expect(chat.pendingClientTools['ask-user']).toHaveLength(2));
    const [which, other] = chat.pendingClientTools['ask-user'] ?? [];
    which?.submit({ answer: ['A', 'B'] });
    expect(server.said('question_response')).toEqual([]);
    other?.cancel();
    await sent;
    const [{ answers }] = server.said('question_response') as [{ answers: object }];
    expect(Object.entries(answers)).toEqual([
      ['Which?', 'A, B'],
      ['__proto__', 'User cancelled'],
    ]);
  });

  it('that were answered elsewhere are no failure', async () => {
    const server = await serve(asking(items.slice(0, 1)));
    const { chat, transport } = page(server.url, {}, interactive);
    const sent = chat.sendMessage('Hi');
    await waitFor(() => expect(chat.status).toBe('awaiting-input'));
    const other = createAgentClient({ baseUrl: server.url }).attachSession(transport.sessionId ?? '');
    await other.answer('q', { 'Which?': 'B' });
    chat.pendingClientTools['ask-user']?.[0]?.submit({ answer: 'A' });
    await sent;
    expect(chat.error).toBeNull();
    expect(lastText(chat)).toBe('Tell me.|{"Which?":"B"}');
  });

  it('leave permissions that are asked for meanwhile open', async () => {
    const server = await serve(async ({ say, permission, question, emit }) => {
      say(use('a', 'Read'), use('q', 'AskUserQuestion'));
      const [answer, answers] = await Promise.all([
        permission('a', 'Read', {}),
        question('q', items.slice(0, 1)),
      ]);
      emit('tool_result', { tool_use_id: 'a', output: answer['behavior'], is_error: false });
      say(JSON.stringify(answers));
    });
    const { chat } = page(server.url, {}, interactive);
    const sent = chat.sendMessage('Hi');
    await waitFor(() => expect(chat.status).toBe('awaiting-input'));
    expect(chat.pendingApprovals).toHaveLength(1);
    await chat.pendingApprovals[0]?.approve();
    chat.pendingClientTools['ask-user']?.[0]?.submit('A');
    await sent;
    expect(callsOf(chat).map(({ status }) => status)).toEqual(['done', 'done']);
    expect(lastText(chat)).toBe('{"Which?":"A"}');
  });
});

describe('a stop', () => {
  it('interrupts the agent, and what it still says is no part of the next answer', async () => {
    const server = await serve(async ({ say, content, interrupted }) => {
      if (content !== 'One') return say('Second.');
      say('First.');
      await interrupted;
      say('Late.');
    });
    const { chat } = page(server.url);
    void chat.sendMessage('One');
    await waitFor(() => expect(lastText(chat)).toBe('First.'));
    chat.stop();
    await chat.sendMessage('Two');
    expect(chat.error).toBeNull();
    expect(chat.messages.map(textOf)).toEqual(['One', 'First.', 'Two', 'Second.']);
    expect(server.said('interrupt')).toHaveLength(1);
  });

  it('interrupts an agent that waits for an answer of the user', async () => {
    const server = await serve(async ({ question, interrupted }) => {
      await Promise.race([question('q', [{ question: 'Which?' }]), interrupted]);
    });
    const { chat } = page(server.url, {}, { clientTools: { 'ask-user': 'interactive' } });
    void chat.sendMessage('One');
    await waitFor(() => expect(chat.status).toBe('awaiting-input'));
    chat.stop();
    await waitFor(() => expect(server.said('interrupt')).toHaveLength(1));
  });

  it('is not said of a turn that is over', async () => {
    const server = await serve(({ say }) => say('Hello.'));
    const { chat } = page(server.url);
    await chat.sendMessage('One');
    chat.dispose();
    await new Promise((resolve) => setTimeout(resolve, 60));
    expect(server.said('interrupt')).toEqual([]);
  });
});

describe('a page that is loaded again', () => {
  const open: Turn = async ({ say, permission, emit, content }) => {
    say(`Re: ${String(content)}`, use('a', 'Read'));
    await permission('a', 'Read', {});
    emit('tool_result', { tool_use_id: 'a', output: 'x', is_error: false });
    say('Done.');
  };

  it('reads the turn that goes on from its beginning, and to its end', async () => {
    const server = await serve(open);
    const before = page(server.url);
    void before.chat.sendMessage('One');
    await waitFor(() => expect(before.chat.pendingApprovals).toHaveLength(1));
    const stored = structuredClone(before.chat.messages) as UIMessage[];
    const { sessionId, lastEventId: resumeFromEventId } = before.transport;
    const after = page(server.url, { sessionId, resumeFromEventId }, { initialMessages: stored });
    const resumed = after.chat.resume();
    await waitFor(() => expect(after.chat.pendingApprovals).toHaveLength(1));
    await after.chat.pendingApprovals[0]?.approve();
    await resumed;
    expect(after.chat.messages.map(textOf)).toEqual(['One', 'Re: One|Done.']);
    // What was said before is not part of what is asked next.
    void after.chat.sendMessage('Two');
    await waitFor(() => expect(after.chat.pendingApprovals).toHaveLength(1));
    expect(lastText(after.chat)).toBe('Re: Two');
  });

  it('finds an answer that was finished meanwhile, and nothing where all was read', async () => {
    const { promise, done } = once();
    const server = await serve(async ({ say, content }) => {
      say('First.');
      if (content === 'Wait') await promise;
      say('Last.');
    });
    const before = page(server.url);
    await before.chat.sendMessage('One');
    const { sessionId, lastEventId } = before.transport;
    const still = page(server.url, { sessionId, resumeFromEventId: lastEventId });
    await still.chat.resume();
    expect(still.chat.messages).toEqual([]);
    const leaving = new AbortController();
    const stream = before.transport.send(
      { type: 'trigger', triggerName: 'user-message', input: { USER_MESSAGE: 'Wait' } },
      { signal: leaving.signal, messages: [] },
    );
    await stream[Symbol.asyncIterator]().next();
    done();
    await waitFor(() => expect(server.sessions.get(`${sessionId}`)?.log.at(-1)?.event).toBe('result'));
    // Up to half of the answer was shown.
    await waitFor(() => expect(server.sessions.get(`${sessionId}`)?.log).toHaveLength(7));
    const after = page(server.url, { sessionId, resumeFromEventId: lastEventId });
    await after.chat.resume();
    expect(after.chat.messages.map(textOf)).toEqual(['First.|Last.']);
    expect(after.chat.status).toBe('idle');
  });

  it('is not asked again what was answered', async () => {
    const { promise, done } = once();
    const server = await serve(async ({ question, emit, say }) => {
      await question('q', [{ question: 'Which?' }]);
      emit('tool_result', { tool_use_id: 'q', output: 'answered', is_error: false });
      await promise;
      say('Done.');
    });
    const before = page(server.url, {}, { clientTools: { 'ask-user': () => 'A' } });
    void before.chat.sendMessage('One');
    await waitFor(() => expect(server.sessions.get('s-1')?.log.at(-1)?.event).toBe('tool_result'));
    const after = page(server.url, { sessionId: 's-1' }, { clientTools: { 'ask-user': 'interactive' } });
    const resumed = after.chat.resume();
    await waitFor(() =>
      expect(callsOf(after.chat)).toMatchObject([
        { toolName: 'ask-user', status: 'done', result: 'answered' },
      ]),
    );
    expect(after.chat.status).toBe('streaming');
    done();
    await resumed;
    expect(lastText(after.chat)).toBe('Done.');
  });

  it('is told where the beginning of the turn is kept no more', async () => {
    const server = await serve({ ring: 2, turn: open });
    const before = page(server.url);
    void before.chat.sendMessage('One');
    await waitFor(() => expect(before.chat.pendingApprovals).toHaveLength(1));
    const after = page(server.url, { sessionId: 's-1' });
    await after.chat.resume();
    expect(after.chat.error).toMatchObject({ code: 'discontinuity' });
  });

  it('shows none of an old conversation as the answer to its first message', async () => {
    const server = await serve(({ say, content }) => say(`Re: ${String(content)}`));
    await page(server.url).chat.sendMessage('One');
    const { chat } = page(server.url, { sessionId: 's-1' });
    await chat.sendMessage('Two');
    expect(chat.messages.map(textOf)).toEqual(['Two', 'Re: Two']);
  });

  it('passes over what others were answered where the session is shared', async () => {
    const server = await serve(({ say, content }) => say(`Re: ${String(content)}`));
    const one = page(server.url, { shared: true });
    await one.chat.sendMessage('One');
    const other = page(server.url, { sessionId: 's-1', shared: true });
    await other.chat.sendMessage('Two');
    await one.chat.sendMessage('Three');
    expect(one.chat.messages.map(textOf)).toEqual(['One', 'Re: One', 'Three', 'Re: Three']);
  });
});

describe('what the transport can do besides', () => {
  it('is told to the session', async () => {
    const server = await serve(({ say }) => say('Hello.'));
    const { chat, transport } = page(server.url);
    await transport.setModel('m');
    await transport.setModel(null);
    await transport.setPermissionMode('plan');
    await transport.stopTask('t');
    expect(server.sessions.get('s-1')?.said).toEqual([
      { type: 'set_model', model: 'm' },
      { type: 'set_model', model: null },
      { type: 'set_permission_mode', mode: 'plan' },
      { type: 'stop_task', task_id: 't' },
    ]);
    await chat.sendMessage('Hi');
    await transport.close();
    await transport.close();
    expect(server.requests.filter(({ method }) => method === 'DELETE').map(({ path }) => path)).toEqual([
      '/sessions/s-1',
    ]);
    expect(transport).toMatchObject({ sessionId: undefined, lastEventId: undefined });
    await chat.sendMessage('Hi');
    expect(transport.sessionId).toBe('s-2');
  });

  it('refuses a place that is none', () => {
    expect(() => createAgentWebkitTransport({ url: 'http://localhost', resumeFromEventId: 'x' })).toThrow(
      'resumeFromEventId',
    );
  });
});
