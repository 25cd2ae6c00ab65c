import { AgentChat, type AgentChatOptions, isSocketTransport, type UIMessage } from 'agent-chat-kit';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { WebSocket } from 'ws';
import { type CaviTransportOptions, createCaviTransport } from '../../src/transports/cavi.ts';
import { CaviSocket, type CaviSocketOptions } from '../../src/transports/cavi-socket.ts';
import { waitFor } from '../wait-for.ts';
import {
  type GatewayOptions,
  Refusal,
  type SocketGatewayOptions,
  serveGateway,
  serveSocketGateway,
} from './cavi-server.ts';

const closing: (() => void)[] = [];

beforeEach(() => {
  // No waiting: when to come back is tested elsewhere.
  vi.spyOn(Math, 'random').mockReturnValue(0);
});
afterEach(() => {
  vi.restoreAllMocks();
  for (const close of closing.splice(0).reverse()) close();
});

async function serve(options: GatewayOptions) {
  const gateway = await serveGateway(options);
  closing.push(gateway.close);
  return gateway;
}

function page(options: CaviTransportOptions, more: Partial<AgentChatOptions> = {}) {
  const transport = createCaviTransport({ pollInterval: 5, ...options });
  const chat = new AgentChat({ transport, ...more });
  closing.push(() => chat.dispose());
  return { chat, transport };
}

const textOf = (message: UIMessage | undefined): string | undefined =>
  message?.parts.flatMap((part) => (part.type === 'text' ? [part.text] : [])).join('|');
const lastText = (chat: AgentChat) => textOf(chat.messages.at(-1));
const partsOf = <T extends UIMessage['parts'][number]['type']>(chat: AgentChat, type: T) =>
  chat.messages.flatMap(({ parts }) => parts.filter((part) => part.type === type)) as Extract<
    UIMessage['parts'][number],
    { type: T }
  >[];

describe('a run of a gateway', () => {
  it('is started with the conversation, and told of as it goes', async () => {
    const gateway = await serve({
      run: ({ emit }) => {
        emit('message.delta', { delta: 'Hel' });
        emit('message.delta', { delta: 'lo.' });
        emit('run.completed', { output: 'Hello.', usage: { total_tokens: 7 } });
      },
    });
    const { chat, transport } = page({
      url: gateway.url,
      clientId: 'dashboard',
      instructions: 'Be brief.',
      model: 'm',
      body: { targetAgent: 'x' },
    });
    await chat.sendMessage('Hi');
    await chat.sendMessage('Again');
    expect(chat.error).toBeNull();
    expect(lastText(chat)).toBe('Hello.');
    expect(chat.messages.at(-1)?.metadata).toMatchObject({
      usage: { tokens: { total_tokens: 7 } },
      finishReason: 'stop',
    });
    expect(transport.runId).toBe('r1');
    const [first, , second] = gateway.requests;
    expect(first?.body).toEqual({
      input: [{ role: 'user', content: 'Hi' }],
      instructions: 'Be brief.',
      model: 'm',
      targetAgent: 'x',
    });
    expect(second?.body['input']).toHaveLength(3);
    expect(first?.headers['x-portal-client-id']).toBe('dashboard');
    expect(transport.keepsHistory).toBe(false);
  });

  it('is started with what is new where the gateway keeps the conversation', async () => {
    const gateway = await serve({ run: ({ emit }) => emit('run.completed', { output: 'Hello.' }) });
    const { chat, transport } = page({ url: gateway.url, sessionId: 's1' });
    await chat.sendMessage('Hi');
    expect(gateway.requests[0]?.body).toMatchObject({ input: 'Hi', session_id: 's1', session_key: 's1' });
    expect(gateway.requests[0]?.headers['x-hermes-session-key']).toBe('s1');
    expect(transport.keepsHistory).toBe(true);
    // Nothing came in pieces.
    expect(lastText(chat)).toBe('Hello.');
  });

  it('is one that failed, or was cancelled, and neither is an answer that is complete', async () => {
    const failed = await serve({ run: ({ emit }) => emit('run.failed', { error: 'No.' }) });
    const one = page({ url: failed.url }).chat;
    await one.sendMessage('Hi');
    expect(one.error).toMatchObject({ code: 'run-failed', message: 'No.', source: 'provider' });
    const cancelled = await serve({
      run: ({ emit }) => {
        emit('message.delta', { delta: 'Hel' });
        emit('run.cancelled', { reason: 'By the operator.' });
      },
    });
    const other = page({ url: cancelled.url }).chat;
    await other.sendMessage('Hi');
    expect(other.error).toBeNull();
    expect(other.messages.at(-1)?.metadata).toMatchObject({ finishReason: 'other' });
    expect(partsOf(other, 'data')).toMatchObject([
      { name: 'notice', data: { code: 'run-cancelled', message: 'By the operator.' } },
    ]);
  });

  it('is interrupted where its stream ends before it does', async () => {
    for (const status of [undefined, () => ({ run_id: 'r1', status: 'running' })]) {
      const gateway = await serve({
        run: ({ emit }) => emit('message.delta', { delta: 'Hel' }),
        ...(status && { status }),
      });
      const { chat } = page({ url: gateway.url });
      await chat.sendMessage('Hi');
      expect(chat.error).toMatchObject({ code: 'stream-interrupted', retryable: true });
      expect(lastText(chat)).toBe('Hel');
      expect(gateway.paths().filter((path) => path === 'POST /v1/runs')).toHaveLength(1);
    }
  });

  it('is complete where it turns out to be over, though its stream ended before', async () => {
    const gateway = await serve({
      run: ({ emit }) => emit('message.delta', { delta: 'Hel' }),
      status: () => ({ run_id: 'r1', status: 'completed', output: 'Hello.' }),
    });
    const { chat } = page({ url: gateway.url });
    await chat.sendMessage('Hi');
    expect(chat.error).toBeNull();
    expect(lastText(chat)).toBe('Hello.');
  });

  it('is stopped at the gateway, also where it was started only after the stop', async () => {
    const gateway = await serve({
      run: async ({ emit, stopped }) => {
        emit('message.delta', { delta: 'Hel' });
        await stopped;
      },
    });
    const { chat } = page({ url: gateway.url });
    void chat.sendMessage('Hi');
    await waitFor(() => expect(lastText(chat)).toBe('Hel'));
    chat.stop();
    await waitFor(() => expect(gateway.paths()).toContain('POST /v1/runs/r1/stop'));
    let answer = (): void => {};
    const late = await serve({
      before: ({ path }, response) => {
        if (path !== '/v1/runs') return false;
        answer = () => response.writeHead(200, { 'Content-Type': 'application/json' }).end('{"run_id":"r1"}');
        return true;
      },
    });
    const other = page({ url: late.url }).chat;
    void other.sendMessage('Hi');
    await waitFor(() => expect(late.requests).toHaveLength(1));
    other.stop();
    answer();
    await waitFor(() => expect(late.paths()).toContain('POST /v1/runs/r1/stop'));
  });

  it('is not stopped once it is over', async () => {
    const gateway = await serve({ run: ({ emit }) => emit('run.completed', { output: 'x' }) });
    const { chat, transport } = page({ url: gateway.url });
    await chat.sendMessage('Hi');
    chat.dispose();
    await expect(transport.getRun('r1')).rejects.toMatchObject({ type: 'not_found_error' });
    expect(gateway.paths()).not.toContain('POST /v1/runs/r1/stop');
  });

  it('is never started twice where the answer was lost', async () => {
    const gateway = await serve({
      before: (_, response) => {
        response.destroy();
        return true;
      },
    });
    const { chat } = page({ url: gateway.url });
    await chat.sendMessage('Hi');
    expect(chat.error).toMatchObject({ code: 'connection-failed' });
    expect(gateway.requests).toHaveLength(1);
  });

  it('may be over with the answer to its start', async () => {
    const gateway = await serve({ start: { run_id: 'r1', status: 'completed', output: 'Hello.' } });
    const { chat } = page({ url: gateway.url });
    await chat.sendMessage('Hi');
    expect(lastText(chat)).toBe('Hello.');
    expect(gateway.requests).toHaveLength(1);
  });

  it('must have a name', async () => {
    const gateway = await serve({ start: { status: 'started' } });
    const { chat } = page({ url: gateway.url });
    await chat.sendMessage('Hi');
    expect(chat.error).toMatchObject({ type: 'protocol_error' });
  });
});

describe('a gateway without streams', () => {
  const answers: [string, (response: Parameters<NonNullable<GatewayOptions['before']>>[1]) => void][] = [
    ['404', (response) => response.writeHead(404).end()],
    ['405', (response) => response.writeHead(405).end()],
    ['406', (response) => response.writeHead(406).end()],
    ['501', (response) => response.writeHead(501).end()],
    ['400', (response) => response.writeHead(400).end('{"error":"Event stream is not enabled"}')],
    ['another type', (response) => response.writeHead(200, { 'Content-Type': 'text/html' }).end('<p>')],
  ];

  it.each(answers)(
    'is one that answers with %s: the state of the run is looked at until it is over',
    async (_, answer) => {
      const gateway = await serve({
        before: ({ path }, response) => {
          if (!path.endsWith('/events')) return false;
          answer(response);
          return true;
        },
        status: (looks) => ({
          run_id: 'r1',
          status: looks < 3 ? 'running' : 'completed',
          output: 'Hello.',
          usage: { total_tokens: 7 },
        }),
      });
      const { chat } = page({ url: gateway.url });
      await chat.sendMessage('Hi');
      expect(chat.error).toBeNull();
      expect(lastText(chat)).toBe('Hello.');
      expect(gateway.paths().filter((path) => path === 'GET /v1/runs/r1')).toHaveLength(3);
      expect(gateway.paths().filter((path) => path.endsWith('/events'))).toHaveLength(1);
    },
  );

  it('is not waited for without end', async () => {
    const gateway = await serve({
      before: ({ path }, response) => {
        if (!path.endsWith('/events')) return false;
        response.writeHead(404).end();
        return true;
      },
      status: () => ({ run_id: 'r1', status: 'running' }),
    });
    const { chat } = page({ url: gateway.url, pollTimeout: 30 });
    await chat.sendMessage('Hi');
    expect(chat.error).toMatchObject({ type: 'provider_timeout', code: 'poll-timeout' });
  });

  it('is known from what the gateway says that it can do', async () => {
    const gateway = await serve({
      before: ({ path }, response) => {
        if (path !== '/v1/capabilities') return false;
        const body = {
          platform: 'hermes',
          auth: { required: true },
          features: { streaming: false, models: ['x'] },
        };
        response.writeHead(200, { 'Content-Type': 'application/json' }).end(JSON.stringify(body));
        return true;
      },
      status: () => ({ run_id: 'r1', status: 'failed', error: 'No.' }),
    });
    const { chat, transport } = page({ url: gateway.url });
    expect(await transport.capabilities()).toEqual({
      providerKind: 'hermes',
      auth: { required: true },
      supports: { streaming: false },
    });
    await chat.sendMessage('Hi');
    expect(chat.error).toMatchObject({ code: 'run-failed' });
    expect(gateway.paths()).not.toContain('GET /v1/runs/r1/events');
  });

  it('is not asked for runs where it says that it has none', async () => {
    const gateway = await serve({
      before: (_, response) => {
        response.writeHead(200, { 'Content-Type': 'application/json' });
        response.end('{"providerKind":"x","protocolVersion":"1","supports":{"runs":false}}');
        return true;
      },
    });
    const { chat, transport } = page({ url: gateway.url });
    await transport.capabilities();
    await chat.sendMessage('Hi');
    expect(chat.error).toMatchObject({ type: 'unsupported_error', code: 'endpoint-not-found' });
    expect(gateway.requests).toHaveLength(1);
  });
});

describe('a user who may not', () => {
  it.each([
    [401, 'authentication_error'],
    [403, 'permission_error'],
  ])('is told so with %i, whatever was asked for', async (status, type) => {
    for (const path of ['/v1/runs', '/v1/runs/r1/events', '/v1/runs/r1']) {
      const gateway = await serve({
        before: (request, response) => {
          if (request.path !== path) return false;
          response.writeHead(status).end();
          return true;
        },
        run: ({ emit }) => emit('message.delta', { delta: 'Hel' }),
      });
      const { chat } = page({ url: gateway.url });
      await chat.sendMessage('Hi');
      expect(chat.error).toMatchObject({ type, retryable: false });
    }
  });

  it('is told so also by an envelope', async () => {
    const gap = { area: 'runs', expectedContract: 'POST /v1/runs', note: 'Not for you.', httpStatus: 403 };
    const gateway = await serve({
      start: { data: { run_id: 'r1' }, source: 'mock', fetchedAt: 1, contractGaps: [gap] },
    });
    const { chat } = page({ url: gateway.url });
    await chat.sendMessage('Hi');
    expect(chat.error).toMatchObject({
      type: 'permission_error',
      code: 'auth-insufficient',
      message: 'Not for you.',
    });
  });
});

describe('an envelope', () => {
  it('is opened, and what the gateway could not have for real is a notice', async () => {
    const gap = {
      area: 'runs',
      expectedContract: 'POST /v1/runs',
      note: 'Not there.',
      reason: 'endpoint-not-found',
      httpStatus: 404,
    };
    const data = { run_id: 'r1', status: 'completed', output: 'Made up.' };
    const gateway = await serve({ start: { data, source: 'mock', fetchedAt: 1, contractGaps: [gap] } });
    const { chat } = page({ url: gateway.url });
    await chat.sendMessage('Hi');
    expect(chat.error).toBeNull();
    expect(lastText(chat)).toBe('Made up.');
    expect(partsOf(chat, 'data')).toMatchObject([
      {
        name: 'notice',
        id: 'runs',
        data: {
          code: 'contract-gap',
          message: 'Not there.',
          reason: 'endpoint-not-found',
          httpStatus: 404,
          source: 'mock',
        },
      },
    ]);
  });
});

describe('permissions', () => {
  it('have no id: they are answered by the run', async () => {
    const gateway = await serve({
      run: async ({ emit, approval }) => {
        emit('tool.started', { tool: 'bash', args: { command: 'ls' } });
        const answer = approval();
        emit('approval.request', {
          tool: 'bash',
          command: 'ls',
          description: 'It lists files.',
          choices: ['once', 'always', 'deny', 'x'],
        });
        emit('tool.completed', { tool: 'bash', output: JSON.stringify(await answer) });
        emit('run.completed');
      },
    });
    const { chat } = page({ url: gateway.url });
    const sent = chat.sendMessage('Hi');
    await waitFor(() => expect(chat.pendingApprovals).toHaveLength(1));
    expect(chat.pendingApprovals[0]).toMatchObject({
      toolName: 'bash',
      args: { command: 'ls' },
      choices: ['once', 'always', 'deny'],
      context: 'It lists files.',
    });
    await chat.pendingApprovals[0]?.approve({ choice: 'always' });
    await sent;
    expect(gateway.approvals).toEqual([{ approved: true, choice: 'always' }]);
    expect(partsOf(chat, 'tool-call')).toMatchObject([
      { toolName: 'bash', status: 'done', approval: { status: 'approved' } },
    ]);
  });

  it('of which there are two are answered in their order, whichever is answered first', async () => {
    const gateway = await serve({
      run: async ({ emit, approval }) => {
        const answers = [approval(), approval()];
        emit('approval.request', { description: 'One?' });
        emit('approval.request', { description: 'Two?' });
        emit('message.delta', {
          delta: JSON.stringify((await Promise.all(answers)).map(({ choice }) => choice)),
        });
        emit('run.completed');
      },
    });
    const { chat } = page({ url: gateway.url });
    const sent = chat.sendMessage('Hi');
    await waitFor(() => expect(chat.pendingApprovals).toHaveLength(2));
    const [one, two] = chat.pendingApprovals;
    // The user is told.
    expect([one?.context, two?.context]).toEqual([
      'One?',
      'Two? The gateway takes this answer after the one before it.',
    ]);
    const denied = two?.deny();
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(gateway.approvals).toEqual([]);
    await one?.approve();
    await denied;
    await sent;
    expect(lastText(chat)).toBe('["once","deny"]');
    expect(partsOf(chat, 'tool-call').map(({ status, approval }) => [status, approval?.status])).toEqual([
      ['done', 'approved'],
      ['done', 'denied'],
    ]);
  });

  it('wait for no answer before them that somebody else has given', async () => {
    const gateway = await serve({
      run: async ({ emit, approval }) => {
        emit('approval.request', { description: 'One?' });
        emit('approval.request', { description: 'Two?' });
        const answer = approval();
        emit('approval.responded', { choice: 'deny' });
        await answer;
        emit('run.completed');
      },
    });
    const { chat } = page({ url: gateway.url });
    const sent = chat.sendMessage('Hi');
    await waitFor(() =>
      expect(chat.pendingApprovals.map(({ context }) => context?.slice(0, 4))).toEqual(['Two?']),
    );
    await chat.pendingApprovals[0]?.approve();
    await sent;
    expect(partsOf(chat, 'tool-call').map(({ approval }) => approval?.status)).toEqual([
      'denied',
      'approved',
    ]);
  });

  it('that have an id are answered by it', async () => {
    const gateway = await serve({
      run: async ({ emit, approval }) => {
        const answers = [approval(), approval()];
        emit('approval.requested', { approvalId: 'a', request: { name: 'bash' } });
        emit('approval.requested', { approvalId: 'b', request: { name: 'bash' } });
        await Promise.all(answers);
        emit('run.completed');
      },
    });
    const { chat } = page({ url: gateway.url });
    const sent = chat.sendMessage('Hi');
    await waitFor(() => expect(chat.pendingApprovals).toHaveLength(2));
    await chat.pendingApprovals[1]?.approve();
    await chat.pendingApprovals[0]?.approve();
    await sent;
    expect(gateway.approvals.map(({ approval_id: id }) => id)).toEqual(['b', 'a']);
  });

  it('are not answered twice where an answer was lost, as it might be taken for the next', async () => {
    let lost = 0;
    const gateway = await serve({
      before: ({ path }, response) => {
        if (!path.endsWith('/approval')) return false;
        lost += 1;
        response.destroy();
        return true;
      },
      run: async ({ emit, stopped }) => {
        emit('approval.request');
        await stopped;
      },
    });
    const { chat } = page({ url: gateway.url });
    void chat.sendMessage('Hi');
    await waitFor(() => expect(chat.pendingApprovals).toHaveLength(1));
    await expect(chat.pendingApprovals[0]?.approve()).rejects.toMatchObject({ code: 'connection-failed' });
    expect(lost).toBe(1);
    expect(chat.pendingApprovals).toHaveLength(1);
  });

  it('that nobody waits for any more are taken back', async () => {
    const gateway = await serve({
      run: async ({ emit, stopped }) => {
        emit('approval.request');
        await stopped;
      },
    });
    const { chat, transport } = page({ url: gateway.url });
    void chat.sendMessage('Hi');
    await waitFor(() => expect(chat.pendingApprovals).toHaveLength(1));
    await expect(chat.pendingApprovals[0]?.approve()).rejects.toMatchObject({ type: 'conflict_error' });
    expect(chat.pendingApprovals).toEqual([]);
    await expect(transport.respond?.({ approvalId: 'x', approved: true })).rejects.toMatchObject({
      code: 'approval-not-pending',
    });
  });
});

/** Not open yet: Node may hear the first message before whoever waits for the socket to open. */
const dial = (url: string) => async () => new WebSocket(url);

async function socketOf(options: SocketGatewayOptions, more: Partial<CaviSocketOptions> = {}) {
  const gateway = await serveSocketGateway(options);
  closing.push(gateway.close);
  const settings = { connect: dial(gateway.url), clientId: 'page', token: 't', ...more } as CaviSocketOptions;
  const socket = new CaviSocket(settings);
  closing.push(() => socket.disconnect());
  return { gateway, socket, settings };
}

const never = () => new Promise(() => {});

describe('the socket of a gateway', () => {
  it('counts as open once the gateway has said hello, and hears what is pushed with it', async () => {
    const { gateway, socket } = await socketOf({ nonce: 'n', answer: ({ params }) => params });
    const events: unknown[] = [];
    socket.onEvent((event) => events.push(event));
    const states: unknown[] = [];
    socket.onConnectionStateChange((state) => states.push(state));
    expect(await socket.request('echo', { a: 1 })).toEqual({ a: 1 });
    expect(states).toEqual(['disconnected', 'connecting', 'connected']);
    await waitFor(() => expect(events).toEqual([{ event: 'presence', payload: { online: true } }]));
    const [connect, echo] = gateway.requests;
    expect(connect).toMatchObject({
      method: 'connect',
      params: {
        minProtocol: 4,
        maxProtocol: 4,
        client: { id: 'page', version: '0.1.0', platform: 'web', mode: 'webchat' },
        role: 'operator',
        scopes: ['operator.read', 'operator.write'],
        caps: [],
        auth: { token: 't', password: 't' },
      },
    });
    expect(echo?.id).toMatch(/^mc-\d+-\d+$/);
  });

  it('proves the device to a gateway that challenges it', async () => {
    const { gateway, socket } = await socketOf(
      { nonce: 'n', answer: () => null },
      { device: async (nonce) => ({ id: 'd', nonce, signature: 's' }) },
    );
    await socket.connect();
    await expect(
      new CaviSocket({ connect: async () => new WebSocket('ws://127.0.0.1:1'), clientId: 'x' }).connect(),
    ).rejects.toMatchObject({ code: 'connection-failed' });
    expect(gateway.requests[0]?.params['device']).toEqual({ id: 'd', nonce: 'n', signature: 's' });
  });

  it('has three requests under way and lets the others wait', async () => {
    const answers: (() => void)[] = [];
    const { gateway, socket } = await socketOf({
      answer: ({ params }) =>
        new Promise((resolve) => {
          answers.push(() => resolve(params['n']));
        }),
    });
    const asked = Promise.all([1, 2, 3, 4, 5].map((n) => socket.request('ask', { n })));
    await waitFor(() => expect(answers).toHaveLength(3));
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(answers).toHaveLength(3);
    for (let count = 0; count < 5; count += 1) {
      await waitFor(() => expect(answers.length).toBeGreaterThan(count));
      answers[count]?.();
    }
    expect(await asked).toEqual([1, 2, 3, 4, 5]);
    expect(gateway.most()).toBe(3);
  });

  it('gives a request up that is not answered in time, and goes on with the next', async () => {
    let count = 0;
    const { socket } = await socketOf(
      { answer: () => (++count <= 3 ? never() : 'late') },
      { requestTimeout: 60 },
    );
    const asked = [1, 2, 3, 4].map((n) => socket.request('ask', { n }));
    const results = await Promise.allSettled(asked);
    expect(results.slice(0, 3).map((result) => (result as PromiseRejectedResult).reason)).toMatchObject(
      Array(3).fill({ type: 'provider_timeout', code: 'rpc-timeout', retryable: true }),
    );
    expect(results[3]).toMatchObject({ value: 'late' });
  });

  it('waits ten seconds for an answer unless told otherwise', async () => {
    const { gateway, socket } = await socketOf({ answer: never });
    await socket.connect();
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    try {
      const rejected = vi.fn();
      void socket.request('ask').catch(rejected);
      while (gateway.requests.length < 2) await new Promise((resolve) => setImmediate(resolve));
      await vi.advanceTimersByTimeAsync(9_900);
      expect(rejected).not.toHaveBeenCalled();
      await vi.advanceTimersByTimeAsync(200);
      expect(rejected).toHaveBeenCalledOnce();
    } finally {
      vi.useRealTimers();
    }
  });

  it('rejects everything that waits when it is closed, by the gateway or by the page', async () => {
    for (const byPage of [true, false]) {
      const { gateway, socket } = await socketOf({ answer: never });
      const asked = [1, 2, 3, 4, 5].map((n) => socket.request('ask', { n }));
      const settled = Promise.allSettled(asked);
      await waitFor(() => expect(gateway.requests).toHaveLength(4));
      if (byPage) socket.disconnect();
      else for (const client of gateway.clients) client.terminate();
      const codes = (await settled).map((result) => (result as PromiseRejectedResult).reason.code);
      expect(codes).toEqual(Array(5).fill('socket-closed'));
    }
  });

  it('is opened again where it was to stay open, and not where the page closed it', async () => {
    const { gateway, socket } = await socketOf({ answer: () => 'x' });
    await socket.connect();
    for (const client of gateway.clients) client.terminate();
    await waitFor(() => expect(gateway.clients.size).toBe(2));
    await waitFor(() => expect(socket.connectionState).toBe('connected'));
    socket.disconnect();
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(gateway.clients.size).toBe(2);
    expect(socket.connectionState).toBe('disconnected');
  });

  it('is opened again later each time, with chance in it', async () => {
    vi.mocked(Math.random).mockReturnValue(0.5);
    let refusing = false;
    const delays: number[] = [];
    const { gateway, socket, settings } = await socketOf({
      refuse: () => (refusing ? { code: 'unavailable', message: 'Later.' } : undefined),
      answer: () => 'x',
    });
    expect(settings).toBeDefined();
    await socket.connect();
    const set = globalThis.setTimeout;
    vi.spyOn(globalThis, 'setTimeout').mockImplementation(((callback: () => void, delay?: number) => {
      if (delay && delay < 10_000 && delay % 250 === 0) delays.push(delay);
      return set(callback, delay === 10_000 ? delay : 0);
    }) as typeof setTimeout);
    refusing = true;
    for (const client of gateway.clients) client.terminate();
    await waitFor(() => expect(delays.length).toBeGreaterThanOrEqual(4));
    socket.disconnect();
    expect(delays.slice(0, 4)).toEqual([250, 500, 1_000, 2_000]);
    // And not any more once the page has closed it.
    await new Promise((resolve) => set(resolve, 30));
    const connects = gateway.requests.length;
    await new Promise((resolve) => set(resolve, 50));
    expect(gateway.requests).toHaveLength(connects);
  });

  it('is not opened again where the gateway refuses the client', async () => {
    let connects = 0;
    const { gateway, socket } = await socketOf({
      refuse: () => (++connects > 1 ? { code: 'NOT_PAIRED', message: 'Pair this device.' } : undefined),
      answer: () => 'x',
    });
    await socket.connect();
    for (const client of gateway.clients) client.terminate();
    await waitFor(() => expect(socket.connectionState).toBe('error'));
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(connects).toBe(2);
    await expect(socket.request('x')).rejects.toMatchObject({
      type: 'permission_error',
      code: 'not-paired',
      retryable: false,
    });
  });

  it('says what is wrong by the code of an error, never by its words', async () => {
    const { socket } = await socketOf({
      answer: ({ params }) => {
        throw new Refusal(params);
      },
    });
    const asked = (error: object) => socket.request('x', error as Record<string, unknown>);
    await expect(asked({ code: 'unauthorized', message: 'No.' })).rejects.toMatchObject({
      type: 'authentication_error',
      message: 'No.',
    });
    await expect(asked({ code: 'forbidden' })).rejects.toMatchObject({ type: 'permission_error' });
    await expect(asked({ code: 'rate_limited', retryAfterMs: 1_500 })).rejects.toMatchObject({
      type: 'rate_limit_error',
      retryAfter: 1.5,
      retryable: true,
    });
    await expect(asked({ message: 'The socket was refused: timeout, 401' })).rejects.toMatchObject({
      type: 'execution_error',
      code: 'request-failed',
      retryable: false,
    });
  });

  it('is refused where the gateway does not answer the hello', async () => {
    const { socket } = await socketOf({ refuse: () => null, answer: never }, { requestTimeout: 40 });
    await expect(socket.connect()).rejects.toMatchObject({ code: 'rpc-timeout' });
    expect(socket.connectionState).toBe('error');
  });
});

describe('a run over the socket', () => {
  const over = async (options: SocketGatewayOptions, more: Partial<CaviTransportOptions> = {}) => {
    const { gateway, settings } = await socketOf(options);
    return { gateway, ...page({ socket: settings, sessionId: 'main', ...more }) };
  };

  it('is a message to a session, and hears what is pushed before its start is answered', async () => {
    const { gateway, chat, transport } = await over({
      answer: ({ params }, { push }) => {
        const runId = params['idempotencyKey'];
        push('chat', { runId: 'other', state: 'delta', deltaText: 'Not mine.' });
        push('chat', { runId, state: 'delta', deltaText: 'Hel' });
        push('chat', { runId, state: 'delta', deltaText: 'lo.' });
        push('chat', { runId, state: 'final', message: { content: [{ type: 'text', text: 'Hello.' }] } });
        return { runId, status: 'started' };
      },
    });
    expect(isSocketTransport(transport)).toBe(true);
    await chat.sendMessage('Hi');
    expect(chat.error).toBeNull();
    expect(lastText(chat)).toBe('Hello.');
    expect(gateway.requests[1]).toMatchObject({
      method: 'chat.send',
      params: { sessionKey: 'main', message: 'Hi' },
    });
    expect(transport.connectionState).toBe('connected');
  });

  it('is stopped, approved and read by the names that the gateway has for it', async () => {
    const { gateway, chat, transport } = await over(
      {
        answer: ({ method }, { push }) => {
          if (method === 'run.start') setTimeout(() => push('approval.request', { runId: 'r1' }), 5);
          return method === 'run.start' ? { run_id: 'r1' } : { ok: true };
        },
      },
      { methods: { start: 'run.start', approve: 'run.approve' } },
    );
    void chat.sendMessage('Hi');
    await waitFor(() => expect(chat.pendingApprovals).toHaveLength(1));
    await chat.pendingApprovals[0]?.deny({ reason: 'No.' });
    chat.stop();
    await waitFor(() => expect(gateway.requests).toHaveLength(4));
    await transport.getRun('r1');
    expect(gateway.requests.slice(1)).toMatchObject([
      { method: 'run.start', params: { input: 'Hi', session_id: 'main' } },
      { method: 'run.approve', params: { runId: 'r1', choice: 'deny', approved: false, reason: 'No.' } },
      { method: 'sessions.abort', params: { runId: 'r1' } },
      { method: 'agent.wait', params: { runId: 'r1' } },
    ]);
    await expect(transport.capabilities()).rejects.toMatchObject({ type: 'unsupported_error' });
  });

  it('is interrupted with its socket', async () => {
    const { chat } = await over({
      answer: (_, { push, drop }) => {
        setTimeout(() => {
          push('chat', { runId: 'r1', state: 'delta', deltaText: 'Hel' });
          setTimeout(drop, 5);
        }, 5);
        return { runId: 'r1' };
      },
    });
    await chat.sendMessage('Hi');
    expect(chat.error).toMatchObject({ code: 'stream-interrupted' });
    expect(lastText(chat)).toBe('Hel');
  });

  it('needs a socket, or else an address', () => {
    expect(() => createCaviTransport({})).toThrow(expect.objectContaining({ code: 'no-address' }));
  });
});
