import { AgentChat, type AgentChatOptions } from 'agent-chat-kit';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  createManagedAgentsTransport,
  type ManagedAgentsOptions,
} from '../../src/transports/managed-agents.ts';
import { type FakeSession, serveSessions } from './managed-agents-server.ts';

type Script = Parameters<typeof serveSessions>[0];

const closing: (() => void)[] = [];

beforeEach(() => {
  // No waiting: when to come back is tested elsewhere, here it is what is read.
  vi.spyOn(Math, 'random').mockReturnValue(0);
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
  for (const close of closing.splice(0)) close();
});

async function serve(script: Script) {
  const server = await serveSessions(script);
  closing.push(server.close);
  return server;
}

const made = { agent: 'agent_1', environment_id: 'env_1' };

function chatWith(
  { url }: { readonly url: string },
  options: Partial<ManagedAgentsOptions> = {},
  more: Partial<AgentChatOptions> = {},
): AgentChat {
  const chat = new AgentChat({
    transport: createManagedAgentsTransport({ url, session: made, ...options }),
    ...more,
  });
  closing.push(() => chat.dispose());
  return chat;
}

const partsOf = (chat: AgentChat) => chat.messages.at(-1)?.parts ?? [];
const wordsOf = (chat: AgentChat): string[] =>
  partsOf(chat).flatMap((part) => (part.type === 'text' ? [part.text] : []));

/** A session that says these words, whatever it is told. */
const answers =
  (...words: readonly string[]): Script =>
  (session, { type }) => {
    if (type !== 'user.message') return;
    session.emit('session.status_running');
    for (const text of words) session.say(text);
    session.emit('span.model_request_end', {
      model_usage: {
        input_tokens: 5,
        output_tokens: 2,
        cache_read_input_tokens: 1,
        cache_creation_input_tokens: 0,
      },
    });
    session.idle();
  };

describe('a session', () => {
  it('is made with the first message, heard before it is spoken to, and kept', async () => {
    const server = await serve(answers('Half past nine.'));
    const onSession = vi.fn();
    const chat = chatWith(server, { onSession, headers: { 'x-api-key': 'secret' } });
    await chat.sendMessage('What time is it?');
    await chat.sendMessage('And now?');
    expect(chat.error).toBeNull();
    expect(chat.messages.map(({ role }) => role)).toEqual(['user', 'assistant', 'user', 'assistant']);
    expect(chat.messages[1]).toMatchObject({
      parts: [{ type: 'text', text: 'Half past nine.', status: 'done' }],
      metadata: { finishReason: 'stop', usage: { tokens: { inputTokens: 6, outputTokens: 2 } } },
    });
    expect(onSession.mock.calls).toEqual([['sesn_1']]);
    expect(server.asked.map(({ method, path }) => `${method} ${path}`)).toEqual([
      'POST /v1/sessions',
      'GET /v1/sessions/sesn_1/events/stream',
      'POST /v1/sessions/sesn_1/events',
      'GET /v1/sessions/sesn_1/events/stream',
      'POST /v1/sessions/sesn_1/events',
    ]);
    expect(server.asked[0]?.body).toStrictEqual(made);
    expect(server.asked[1]?.query.getAll('event_deltas[]')).toEqual(['agent.message', 'agent.thinking']);
    expect(server.asked[2]?.headers).toMatchObject({
      'anthropic-beta': 'managed-agents-2026-04-01',
      'anthropic-version': '2023-06-01',
      'x-api-key': 'secret',
    });
    expect(server.said()[1]).toStrictEqual({
      type: 'user.message',
      content: [{ type: 'text', text: 'And now?' }],
    });
  });

  it('that there is, is attached to', async () => {
    const server = await serve(answers('Here.'));
    server.open('sesn_old');
    const chat = chatWith(server, { sessionId: 'sesn_old', previews: false });
    await chat.sendMessage('Are you there?');
    expect(wordsOf(chat)).toEqual(['Here.']);
    expect(server.asked.map(({ path }) => path)).not.toContain('/v1/sessions');
    expect(server.asked[0]?.query.toString()).toBe('');
  });

  it('that cannot be made is told, and made with the next message', async () => {
    const server = await serve(answers('Here.'));
    server.refusals.push(({ path }, response) => {
      if (path !== '/v1/sessions') return false;
      response.writeHead(403).end('{"error":{"type":"permission_error","message":"Not for you"}}');
      return true;
    });
    const chat = chatWith(server);
    await chat.sendMessage('Hello');
    expect(chat.error).toMatchObject({ type: 'permission_error', message: 'Not for you', retryable: false });
    server.refusals.length = 0;
    await chat.sendMessage('Hello?');
    expect(wordsOf(chat)).toEqual(['Here.']);
  });

  it('is not asked from a page that has the key', async () => {
    vi.stubGlobal('window', globalThis);
    vi.stubGlobal('document', { addEventListener: () => {}, removeEventListener: () => {} });
    const chat = chatWith({ url: 'https://api.anthropic.com/v1' }, { headers: { 'x-api-key': 'secret' } });
    await chat.sendMessage('Hello');
    expect(chat.error).toMatchObject({ code: 'key-in-page' });
  });
});

describe('words', () => {
  const preview = (session: FakeSession, id: string, text: string): void =>
    session.send({
      type: 'event_delta',
      event_id: id,
      delta: { type: 'content_delta', index: 0, content: { type: 'text', text } },
    });

  it('are shown while they are written, and once', async () => {
    const server = await serve((session, { type }) => {
      if (type !== 'user.message') return;
      session.emit('session.status_running');
      session.send({ type: 'event_start', event: { type: 'agent.thinking', id: 'think' } });
      session.emit('agent.thinking', { id: 'think' });
      session.send({ type: 'event_start', event: { type: 'agent.message', id: 'said' } });
      preview(session, 'said', 'Half ');
      preview(session, 'said', 'past');
    });
    const chat = chatWith(server);
    const sent = chat.sendMessage('What time is it?');
    await expect.poll(() => wordsOf(chat)).toEqual(['Half past']);
    const session = server.open('sesn_1');
    session.emit('agent.message', { id: 'said', content: [{ type: 'text', text: 'Half past nine.' }] });
    session.idle();
    await sent;
    expect(partsOf(chat)).toMatchObject([
      { type: 'reasoning', status: 'done' },
      { type: 'text', text: 'Half past nine.', status: 'done' },
    ]);
  });

  it('whose preview was cut off are said whole, not with a gap', async () => {
    const server = await serve((session, { type }) => {
      if (type !== 'user.message') return;
      session.emit('session.status_running');
      session.send({ type: 'event_start', event: { type: 'agent.message', id: 'said' } });
      preview(session, 'said', 'Half ');
    });
    const chat = chatWith(server);
    const sent = chat.sendMessage('What time is it?');
    await expect.poll(() => wordsOf(chat)).toEqual(['Half ']);
    const session = server.open('sesn_1');
    session.cut();
    await expect.poll(() => session.listeners).toBe(1);
    preview(session, 'said', 'nine.');
    session.emit('agent.message', { id: 'said', content: [{ type: 'text', text: 'Half past nine.' }] });
    session.idle();
    await sent;
    expect(wordsOf(chat)).toEqual(['Half past nine.']);
  });
});

describe('a stream that is cut off', () => {
  it('goes on with what was said meanwhile, nothing twice and nothing of before', async () => {
    const server = await serve((session, { type }) => {
      if (type !== 'user.message' || session.events.length > 5) return;
      answers('An earlier answer.')(session, { type });
    });
    const chat = chatWith(server);
    await chat.sendMessage('First');
    const sent = chat.sendMessage('Second');
    const session = server.open('sesn_1');
    await expect.poll(() => server.said()).toHaveLength(2);
    session.emit('session.status_running');
    session.say('One.');
    await expect.poll(() => wordsOf(chat)).toEqual(['One.']);
    session.deaf = true;
    session.say('Two.');
    session.emit('agent.tool_use', { id: 'call', name: 'bash', input: { command: 'ls' } });
    session.deaf = false;
    session.cut();
    await expect.poll(() => wordsOf(chat)).toEqual(['One.', 'Two.']);
    const [again] = session.events.filter(({ id }) => id === 'call');
    if (again) session.send(again);
    session.emit('agent.tool_result', { tool_use_id: 'call', content: [{ type: 'text', text: 'notes' }] });
    session.say('Three.');
    session.cut();
    session.idle();
    await sent;
    expect(chat.error).toBeNull();
    expect(partsOf(chat)).toMatchObject([
      { type: 'text', text: 'One.' },
      { type: 'text', text: 'Two.' },
      { type: 'tool-call', toolName: 'bash', args: { command: 'ls' }, result: 'notes', status: 'done' },
      { type: 'text', text: 'Three.' },
    ]);
    expect(chat.messages).toHaveLength(4);
    expect(server.said()).toHaveLength(2);
  });

  it('is not told of what was before this page, also where the history fails at first', async () => {
    const server = await serve((session, { type }) => {
      if (type === 'user.message') session.emit('session.status_running');
    });
    const session = server.open('sesn_old');
    session.take(session.queue({ type: 'user.message', content: [] }));
    session.say('An old answer.');
    session.idle();
    const chat = chatWith(server, { sessionId: 'sesn_old' });
    const sent = chat.sendMessage('Hello');
    await expect.poll(() => server.said()).toHaveLength(1);
    let failures = 0;
    server.refusals.push(({ path, method }, response) => {
      if (method !== 'GET' || path.endsWith('/stream') || failures++ > 1) return false;
      response.writeHead(500).end();
      return true;
    });
    session.cut();
    session.say('A new answer.');
    await expect.poll(() => wordsOf(chat)).toEqual(['A new answer.']);
    expect(failures).toBeGreaterThan(2);
    await expect.poll(() => session.listeners).toBe(1);
    session.idle();
    await sent;
    expect(wordsOf(chat)).toEqual(['A new answer.']);
  });

  it('and whose session is gone is told', async () => {
    const server = await serve((session, { type }) => {
      if (type === 'user.message') session.emit('session.status_running');
    });
    const chat = chatWith(server);
    const sent = chat.sendMessage('Hello');
    await expect.poll(() => server.said()).toHaveLength(1);
    await expect.poll(() => server.open('sesn_1').listeners).toBe(1);
    server.refusals.push((_, response) => {
      response.writeHead(404).end('{"error":{"type":"not_found_error","message":"Gone"}}');
      return true;
    });
    server.open('sesn_1').cut();
    await sent;
    expect(chat.status).toBe('error');
  });
});

describe('permissions', () => {
  /** Two calls at once that a person has to allow, and a rest that names those still open. */
  const careful: Script = (session, { type, tool_use_id: id }) => {
    if (type === 'user.message') {
      session.emit('session.status_running');
      session.emit('agent.tool_use', {
        id: 'one',
        name: 'bash',
        input: { command: 'rm a' },
        evaluated_permission: 'ask',
      });
      session.emit('agent.mcp_tool_use', {
        id: 'two',
        name: 'send_mail',
        mcp_server_name: 'mail',
        input: { to: 'x' },
        evaluated_permission: 'ask',
      });
      session.emit('agent.tool_use', { id: 'free', name: 'read', input: {}, evaluated_permission: 'allow' });
      session.emit('agent.tool_result', { tool_use_id: 'free', content: [{ type: 'text', text: 'ok' }] });
      return session.idle('requires_action', { event_ids: ['one', 'two'] });
    }
    const confirmed = new Set(session.events.flatMap((event) => event['tool_use_id'] ?? []));
    const open = ['one', 'two'].filter((call) => !confirmed.has(call));
    if (open.length > 0) return session.idle('requires_action', { event_ids: open });
    session.emit('session.status_running');
    session.emit('agent.tool_result', { tool_use_id: 'one', content: [{ type: 'text', text: 'removed' }] });
    session.emit('agent.mcp_tool_result', {
      mcp_tool_use_id: 'two',
      is_error: true,
      content: [{ type: 'text', text: `Denied (${id}).` }],
    });
    session.say('Done.');
    session.idle();
  };

  it('are asked for together, given one by one, and the run goes on with the last', async () => {
    const server = await serve(careful);
    const chat = chatWith(server);
    const sent = chat.sendMessage('Tidy up');
    await expect.poll(() => chat.pendingApprovals).toHaveLength(2);
    const [one, two] = chat.pendingApprovals;
    expect(one).toMatchObject({ approvalId: 'one', toolName: 'bash', args: { command: 'rm a' } });
    await Promise.all([two?.deny({ reason: 'Not by mail.' }), one?.approve()]);
    await sent;
    expect(chat.error).toBeNull();
    expect(chat.pendingApprovals).toEqual([]);
    expect(partsOf(chat)).toMatchObject([
      { toolCallId: 'one', status: 'done', result: 'removed', approval: { status: 'approved' } },
      { toolCallId: 'two', status: 'error', approval: { status: 'denied' } },
      { toolCallId: 'free', status: 'done', result: 'ok' },
      { type: 'text', text: 'Done.' },
    ]);
    expect(server.said().slice(1)).toStrictEqual(
      expect.arrayContaining([
        { type: 'user.tool_confirmation', tool_use_id: 'one', result: 'allow' },
        { type: 'user.tool_confirmation', tool_use_id: 'two', result: 'deny', deny_message: 'Not by mail.' },
      ]),
    );
    expect(server.said()).toHaveLength(3);
  });

  it('that were given elsewhere while the stream was cut off are not asked for any more', async () => {
    const server = await serve(careful);
    const chat = chatWith(server);
    const sent = chat.sendMessage('Tidy up');
    await expect.poll(() => chat.pendingApprovals).toHaveLength(2);
    const session = server.open('sesn_1');
    session.deaf = true;
    for (const id of ['one', 'two']) {
      const queued = session.queue({ type: 'user.tool_confirmation', tool_use_id: id, result: 'allow' });
      session.take(queued);
      careful(session, queued);
    }
    session.deaf = false;
    session.cut();
    await sent;
    expect(chat.error).toBeNull();
    expect(wordsOf(chat)).toEqual(['Done.']);
    expect(partsOf(chat)[0]).toMatchObject({ approval: { status: 'approved' }, status: 'done' });
    expect(server.said()).toHaveLength(1);
  });

  it('cannot be given for other arguments', async () => {
    const server = await serve(careful);
    const chat = chatWith(server);
    void chat.sendMessage('Tidy up');
    await expect.poll(() => chat.pendingApprovals).toHaveLength(2);
    const approved = chat.pendingApprovals[0]?.approve({ args: { command: 'ls' } });
    await expect(approved).rejects.toMatchObject({ code: 'approval-args' });
    expect(chat.pendingApprovals).toHaveLength(2);
  });
});

describe('custom tools', () => {
  const curious: Script = (session, { type, custom_tool_use_id: id, content }) => {
    if (type === 'user.message') {
      session.emit('session.status_running');
      session.emit('agent.custom_tool_use', { id: 'clock', name: 'read_clock', input: { zone: 'UTC' } });
      session.emit('agent.tool_use', { id: 'asked', name: 'bash', input: {}, evaluated_permission: 'ask' });
      return session.idle('requires_action', { event_ids: ['clock', 'asked'] });
    }
    if (type === 'user.tool_confirmation') return session.idle('requires_action', { event_ids: ['clock'] });
    if (id !== 'clock') return;
    session.emit('session.status_running');
    session.say(`Read: ${JSON.stringify(content)}`);
    session.idle();
  };

  it('run in the page once what needs a permission has it, and the run goes on with what they gave', async () => {
    const server = await serve(curious);
    const clock = vi.fn(() => ({ time: '9:30' }));
    const chat = chatWith(server, {}, { clientTools: { read_clock: clock } });
    const sent = chat.sendMessage('What time is it?');
    await expect.poll(() => chat.pendingApprovals).toHaveLength(1);
    expect(clock).not.toHaveBeenCalled();
    await chat.pendingApprovals[0]?.approve();
    await sent;
    expect(clock).toHaveBeenCalledTimes(1);
    expect(wordsOf(chat)).toEqual(['Read: [{"type":"text","text":"{\\"time\\":\\"9:30\\"}"}]']);
    expect(server.said().at(-1)).toStrictEqual({
      type: 'user.custom_tool_result',
      custom_tool_use_id: 'clock',
      content: [{ type: 'text', text: '{"time":"9:30"}' }],
    });
  });

  it('that others answered while the stream was cut off are not run', async () => {
    const server = await serve((session, { type }) => {
      if (type === 'user.message') session.emit('session.status_running');
    });
    const clock = vi.fn();
    const chat = chatWith(server, {}, { clientTools: { read_clock: clock } });
    const sent = chat.sendMessage('What time is it?');
    await expect.poll(() => server.said()).toHaveLength(1);
    const session = server.open('sesn_1');
    session.deaf = true;
    session.emit('agent.custom_tool_use', { id: 'clock', name: 'read_clock', input: {} });
    session.idle('requires_action', { event_ids: ['clock'] });
    const content = [{ type: 'text', text: '9:30' }];
    session.take(session.queue({ type: 'user.custom_tool_result', custom_tool_use_id: 'clock', content }));
    session.say('Half past nine.');
    session.idle();
    session.deaf = false;
    session.cut();
    await sent;
    expect(chat.error).toBeNull();
    expect(clock).not.toHaveBeenCalled();
    expect(partsOf(chat)).toMatchObject([
      { type: 'tool-call', toolCallId: 'clock', result: '9:30', status: 'done' },
      { type: 'text', text: 'Half past nine.' },
    ]);
  });

  it('that fail say so, and a result is sent again where its answer was lost', async () => {
    const server = await serve(curious);
    const clientTools = {
      read_clock: () => {
        throw new Error('No clock.');
      },
    };
    let lost = 0;
    server.refusals.push(({ body }, response) => {
      const [event] = (body['events'] as { type: string }[]) ?? [];
      if (event?.type !== 'user.custom_tool_result' || lost++ > 0) return false;
      response.destroy();
      return true;
    });
    const chat = chatWith(server, {}, { clientTools });
    const sent = chat.sendMessage('What time is it?');
    await expect.poll(() => chat.pendingApprovals).toHaveLength(1);
    await chat.pendingApprovals[0]?.approve();
    await sent;
    expect(chat.error).toBeNull();
    expect(server.said().at(-1)).toMatchObject({ content: [{ text: 'No clock.' }], is_error: true });
    expect(wordsOf(chat)).toHaveLength(1);
  });

  it('that are stopped while the page has them interrupt the session', async () => {
    const server = await serve((session, said) => {
      if (said['type'] === 'user.message') {
        session.emit('agent.custom_tool_use', { id: 'ask', name: 'ask_user', input: {} });
        session.idle('requires_action', { event_ids: ['ask'] });
      }
    });
    const chat = chatWith(server, {}, { clientTools: { ask_user: 'interactive' } });
    void chat.sendMessage('Hello');
    await expect.poll(() => chat.status).toBe('awaiting-input');
    chat.stop();
    await expect.poll(() => server.said().at(-1)).toStrictEqual({ type: 'user.interrupt' });
  });
});

describe('a run that is stopped', () => {
  it('is interrupted, and nothing late of it gets into the next answer', async () => {
    const server = await serve((session, { type }) => {
      if (type === 'user.message' && session.events.length < 4) {
        session.emit('session.status_running');
        session.say('A long');
      }
    });
    const chat = chatWith(server);
    void chat.sendMessage('Tell me a story');
    await expect.poll(() => wordsOf(chat)).toEqual(['A long']);
    chat.stop();
    await expect.poll(() => server.said().at(-1)).toStrictEqual({ type: 'user.interrupt' });
    const session = server.open('sesn_1');
    session.isBusy = true;
    const sent = chat.sendMessage('Never mind');
    await expect.poll(() => server.said()).toHaveLength(3);
    const said = session.events.at(-1) ?? {};
    session.say('story of old');
    session.emit('span.model_request_end', { is_error: true });
    session.idle();
    session.take(said);
    session.emit('session.status_running');
    session.say('As you like.');
    session.idle();
    await sent;
    expect(chat.error).toBeNull();
    expect(wordsOf(chat)).toEqual(['As you like.']);
  });
});

describe('a failure', () => {
  const failing =
    (reason: string, error: object): Script =>
    (session, { type }) => {
      if (type !== 'user.message') return;
      session.emit('session.status_running');
      session.say('So far.');
      session.emit('session.error', { error });
      session.idle(reason);
    };

  it('that the session gets over is only said', async () => {
    const error = { type: 'model_overloaded_error', message: 'Busy.', retry_status: { type: 'retrying' } };
    const server = await serve(failing('end_turn', error));
    const chat = chatWith(server);
    await chat.sendMessage('Hello');
    expect(chat.error).toBeNull();
    expect(partsOf(chat)).toMatchObject([
      { type: 'text', text: 'So far.' },
      { type: 'data', name: 'managed-agents-error', data: { message: 'Busy.', retry: 'retrying' } },
    ]);
  });

  it('that ends the turn is the error of the run, and what was said stays', async () => {
    const error = { type: 'model_overloaded_error', message: 'Busy.', retry_status: { type: 'exhausted' } };
    const server = await serve(failing('retries_exhausted', error));
    const chat = chatWith(server);
    await chat.sendMessage('Hello');
    expect(chat.error).toMatchObject({
      type: 'provider_overloaded',
      message: 'Busy.',
      source: 'provider',
      retryable: true,
      code: 'retries-exhausted',
    });
    expect(wordsOf(chat)).toEqual(['So far.']);
  });

  it('of the stream itself is the error of the run', async () => {
    const server = await serve((session, { type }) => {
      if (type !== 'user.message') return;
      session.send({ type: 'error', error: { type: 'rate_limit_error', message: 'Slow down.' } });
    });
    const chat = chatWith(server);
    await chat.sendMessage('Hello');
    expect(chat.error).toMatchObject({ type: 'rate_limit_error', message: 'Slow down.', retryable: true });
  });

  it('to send a message does not send it twice, and leaves no stream behind', async () => {
    const server = await serve(answers('Here.'));
    server.refusals.push(({ method, path }, response) => {
      if (method !== 'POST' || path === '/v1/sessions') return false;
      response.destroy();
      return true;
    });
    const chat = chatWith(server);
    await chat.sendMessage('Hello');
    expect(chat.error).toMatchObject({ code: 'connection-failed', retryable: true });
    expect(server.said()).toHaveLength(1);
    await expect.poll(() => server.open('sesn_1').listeners).toBe(0);
  });
});

describe('after a reload of the page', () => {
  it('a run that goes on is read from its message, and its questions are asked again', async () => {
    const server = await serve(() => {});
    const session = server.open('sesn_1');
    for (const text of ['First', 'Second']) {
      session.take(session.queue({ type: 'user.message', content: [{ type: 'text', text }] }));
      session.emit('session.status_running');
      session.say(`About ${text}.`);
      if (text === 'First') session.idle();
    }
    session.emit('agent.tool_use', { id: 'one', name: 'bash', input: {}, evaluated_permission: 'ask' });
    session.idle('requires_action', { event_ids: ['one'] });
    const chat = chatWith(server, { sessionId: 'sesn_1' });
    const resumed = chat.resume();
    await expect.poll(() => chat.pendingApprovals).toHaveLength(1);
    expect(wordsOf(chat)).toEqual(['About Second.']);
    await chat.pendingApprovals[0]?.approve();
    session.say('Done.');
    session.idle();
    await resumed;
    expect(wordsOf(chat)).toEqual(['About Second.', 'Done.']);
  });

  it('a run is read from its message also by who has read of it before', async () => {
    const server = await serve(() => {});
    const session = server.open('sesn_1');
    session.take(session.queue({ type: 'user.message', content: [] }));
    session.say('So far.');
    const transport = createManagedAgentsTransport({ url: server.url, sessionId: 'sesn_1' });
    const abort = new AbortController();
    closing.push(() => abort.abort());
    for (let count = 0; count < 2; count += 1) {
      const stream = (await transport.resume?.({ signal: abort.signal })) ?? [];
      const words: string[] = [];
      for await (const batch of stream) {
        for (const event of [batch].flat()) if (event.type === 'text-delta') words.push(event.delta);
        if (words.length > 0) break;
      }
      expect(words).toEqual(['So far.']);
    }
  });

  it('there is nothing to read of a session that rests', async () => {
    const server = await serve(() => {});
    const session = server.open('sesn_1');
    session.take(session.queue({ type: 'user.message', content: [] }));
    session.say('Done.');
    session.idle();
    const chat = chatWith(server, { sessionId: 'sesn_1' });
    await chat.resume();
    expect(chat.messages).toEqual([]);
    expect(chat.status).toBe('idle');
    await expect.poll(() => session.listeners).toBe(0);
  });
});
