import {
  type Agent,
  AgentChat,
  AgentChatError,
  type ApprovalDecision,
  type ChatRequest,
  createDirectTransport,
  type StreamEvent,
  type Transport,
} from 'agent-chat-kit';
import { createEventWriter } from 'agent-chat-kit/server';
import { describe, expect, it, vi } from 'vitest';
import { waitFor } from '../wait-for.ts';

const TRIGGER: ChatRequest = { type: 'trigger', triggerName: 'user-message', input: { USER_MESSAGE: 'Hi' } };

async function eventsOf(transport: Transport, request = TRIGGER): Promise<StreamEvent[]> {
  const all: StreamEvent[] = [];
  const { signal } = new AbortController();
  for await (const batch of transport.send(request, { signal, messages: [] })) all.push(...[batch].flat());
  return all;
}

const typesOf = async (agent: Agent) =>
  (await eventsOf(createDirectTransport(agent))).map((event) => event.type);

const answerOf = (chat: AgentChat) => chat.messages.filter((message) => message.role === 'assistant').at(-1);

describe('an agent in the same process', () => {
  it('answers a chat with its events', async () => {
    const chat = new AgentChat({
      transport: createDirectTransport(async function* (run) {
        yield* createEventWriter(run).text('Hello');
      }),
    });
    await chat.sendMessage('Hi');
    expect(answerOf(chat)).toMatchObject({
      status: 'done',
      parts: [{ type: 'text', text: 'Hello', status: 'done' }],
    });
    expect(chat.status).toBe('idle');
  });

  it('is given the request, the conversation and the fields of the page', async () => {
    const runs: unknown[] = [];
    const chat = new AgentChat({
      transport: createDirectTransport(
        async function* ({ request, messages, body }) {
          runs.push({ request, messages, body });
          yield { type: 'finish', finishReason: 'stop' };
        },
        { body: { sessionId: 's1' } },
      ),
    });
    await chat.sendMessage('Hi');
    expect(runs).toEqual([
      {
        request: { type: 'trigger', triggerName: 'user-message', input: { USER_MESSAGE: 'Hi' } },
        messages: chat.messages,
        body: { sessionId: 's1' },
      },
    ]);
    expect(chat.messages).toHaveLength(1);
  });

  it('goes on with what the page’s tools answer', async () => {
    const requests: ChatRequest[] = [];
    const chat = new AgentChat({
      clientTools: { ask: ({ question }) => `${question} Blue.` },
      transport: createDirectTransport(async function* (run) {
        requests.push(run.request);
        const write = createEventWriter(run);
        if (run.request.type === 'continue') yield* write.text('Thanks.');
        else yield* write.clientTool({ name: 'ask', args: { question: 'Which?' }, toolCallId: 'c1' });
      }),
    });
    await chat.sendMessage('Hi');
    expect(requests[1]).toEqual({
      type: 'continue',
      executionId: expect.stringMatching(/./),
      toolResults: [{ toolCallId: 'c1', toolName: 'ask', result: 'Which? Blue.' }],
    });
    expect(answerOf(chat)?.parts).toMatchObject([
      { type: 'tool-call', status: 'done', result: 'Which? Blue.' },
      { type: 'step-start' },
      { type: 'text', text: 'Thanks.' },
    ]);
  });
});

describe('what an agent leaves out', () => {
  it('is added: `start` before and `finish` after its events, of one execution', async () => {
    const events = await eventsOf(
      createDirectTransport(async function* () {
        yield { type: 'text-delta', id: 't', delta: 'Hello' };
      }),
    );
    expect(events).toEqual([
      { type: 'start', executionId: expect.stringMatching(/./) },
      { type: 'text-delta', id: 't', delta: 'Hello' },
      { type: 'finish', finishReason: 'stop', executionId: expect.stringMatching(/./) },
    ]);
    const [start, , finish] = events;
    expect(
      start?.type === 'start' && finish?.type === 'finish' && start.executionId === finish.executionId,
    ).toBe(true);
  });

  it('is added also where it says nothing at all', async () => {
    expect(await typesOf(async function* () {})).toEqual(['start', 'finish']);
  });

  it('is not added where the agent says it itself', async () => {
    const said: StreamEvent[] = [
      { type: 'start', executionId: 'mine' },
      { type: 'finish', finishReason: 'length' },
    ];
    const transport = createDirectTransport(async function* () {
      yield* said;
    });
    expect(await eventsOf(transport)).toEqual(said);
  });

  it('is the execution that goes on, in a later leg', async () => {
    const transport = createDirectTransport(async function* () {
      yield { type: 'client-tool-request', executionId: '', toolCalls: [] };
    });
    const events = await eventsOf(transport, { type: 'continue', executionId: 'ex1', toolResults: [] });
    expect(events).toMatchObject([
      { type: 'start', executionId: 'ex1' },
      { type: 'client-tool-request', executionId: 'ex1' },
      { type: 'finish', executionId: 'ex1' },
    ]);
  });
});

describe('an agent that throws', () => {
  it('shows nothing of what it threw, and the operator all of it', async () => {
    const thrown = new Error('hunter2');
    const told: unknown[] = [];
    const chat = new AgentChat({
      transport: createDirectTransport(
        async function* () {
          yield { type: 'text-delta', id: 't', delta: 'Half' };
          throw thrown;
        },
        { onError: (error) => void told.push(error) },
      ),
    });
    await chat.sendMessage('Hi');
    expect(told).toEqual([thrown]);
    expect(chat.error).toMatchObject({ type: 'internal_error', source: 'platform', retryable: true });
    expect(JSON.stringify([chat.error, chat.error?.message, chat.error?.cause])).not.toContain('hunter2');
    expect(answerOf(chat)).toMatchObject({ status: 'done', parts: [{ text: 'Half', status: 'done' }] });
  });

  it('says what it wants to with an error made for people', async () => {
    const chat = new AgentChat({
      transport: createDirectTransport(async function* () {
        yield { type: 'start' };
        throw new AgentChatError('The quota is used up.', {
          type: 'quota_exceeded_error',
          source: 'provider',
          retryable: false,
          retryAfter: 60,
          code: 'quota',
          provider: { name: 'example' },
        });
      }),
    });
    await chat.sendMessage('Hi');
    expect(chat.error).toMatchObject({
      message: 'The quota is used up.',
      type: 'quota_exceeded_error',
      source: 'provider',
      retryable: false,
      retryAfter: 60,
      code: 'quota',
      provider: { name: 'example' },
    });
  });

  it('gives a well-formed stream also where it throws before it says anything', async () => {
    expect(
      await typesOf(async function* () {
        yield* [];
        throw new Error('hunter2');
      }),
    ).toEqual(['start', 'error']);
    expect(
      await typesOf(() => {
        throw new Error('hunter2');
      }),
    ).toEqual(['start', 'error']);
  });

  it('ends its stream once: a failure after the end is for the operator only', async () => {
    const told: unknown[] = [];
    const transport = createDirectTransport(
      async function* () {
        yield { type: 'finish', finishReason: 'stop' };
        throw new Error('hunter2');
      },
      { onError: (error) => void told.push(error) },
    );
    expect((await eventsOf(transport)).map((event) => event.type)).toEqual(['start', 'finish']);
    expect(told).toHaveLength(1);
  });
});

describe('a run that is stopped', () => {
  it('aborts the signal of the agent, and its cleaning up is done', async () => {
    const told: unknown[] = [];
    let cleaned = 0;
    let aborted: boolean | undefined;
    const transport = createDirectTransport(
      async function* ({ signal }) {
        try {
          yield { type: 'text-delta', id: 't', delta: 'Half' };
          await new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
        } finally {
          aborted = signal.aborted;
          cleaned++;
        }
      },
      { onError: (error) => void told.push(error) },
    );
    const chat = new AgentChat({ transport });
    const sent = chat.sendMessage('Hi');
    await waitFor(() => expect(answerOf(chat)?.parts).toMatchObject([{ text: 'Half' }]));
    chat.stop();
    await sent;
    await waitFor(() => expect(cleaned).toBe(1));
    expect(aborted).toBe(true);
    expect(told).toEqual([]);
    expect(chat.status).toBe('idle');
    expect(chat.error).toBeNull();
  });

  it('is over although the agent does not heed its signal, and nothing late of it is shown', async () => {
    let goOn = (): void => {};
    let finished = false;
    const chat = new AgentChat({
      transport: createDirectTransport(async function* () {
        yield { type: 'text-delta', id: 't', delta: 'Half' };
        await new Promise<void>((resolve) => {
          goOn = resolve;
        });
        try {
          yield { type: 'text-delta', id: 't', delta: ' late' };
        } finally {
          finished = true;
        }
      }),
    });
    const sent = chat.sendMessage('Hi');
    await waitFor(() => expect(answerOf(chat)?.parts).toMatchObject([{ text: 'Half' }]));
    chat.stop();
    await sent;
    expect(chat.status).toBe('idle');
    goOn();
    await waitFor(() => expect(finished).toBe(true));
    expect(answerOf(chat)?.parts).toMatchObject([{ text: 'Half', status: 'done' }]);
  });
});

describe('an approval', () => {
  const deleting = (done: (args: unknown, decision: ApprovalDecision) => unknown): Agent =>
    async function* (run) {
      const write = createEventWriter(run);
      const result = yield* write.approvedTool(
        { name: 'delete', args: { id: 7 }, choices: ['once', 'always'], context: 'For good.' },
        done,
      );
      yield* write.text(`Result: ${String(result)}`);
    };

  it('lets the tool run with the arguments as the person left them', async () => {
    const calls: unknown[] = [];
    const chat = new AgentChat({
      transport: createDirectTransport(
        deleting((args, decision) => {
          calls.push(args, decision);
          return 'gone';
        }),
      ),
    });
    const sent = chat.sendMessage('Hi');
    await waitFor(() => expect(chat.pendingApprovals).toHaveLength(1));
    expect(chat.pendingApprovals).toMatchObject([
      { toolName: 'delete', args: { id: 7 }, choices: ['once', 'always'], context: 'For good.' },
    ]);
    expect(calls).toEqual([]);
    const { approvalId } = chat.pendingApprovals[0] ?? {};
    await chat.pendingApprovals[0]?.approve({ choice: 'once', args: { id: 8 } });
    await sent;
    expect(calls).toEqual([
      { id: 8 },
      { approvalId, approved: true, choice: 'once', args: { id: 8 }, digest: expect.any(String) },
    ]);
    expect(answerOf(chat)?.parts).toMatchObject([
      {
        type: 'tool-call',
        args: { id: 8 },
        result: 'gone',
        status: 'done',
        approval: { status: 'approved' },
      },
      { type: 'text', text: 'Result: gone' },
    ]);
  });

  it('that is denied keeps the tool from running', async () => {
    const run = vi.fn();
    const chat = new AgentChat({ transport: createDirectTransport(deleting(run)) });
    const sent = chat.sendMessage('Hi');
    await waitFor(() => expect(chat.pendingApprovals).toHaveLength(1));
    await chat.pendingApprovals[0]?.deny({ reason: 'Not that one.' });
    await sent;
    expect(run).not.toHaveBeenCalled();
    expect(answerOf(chat)?.parts).toMatchObject([
      { type: 'tool-call', status: 'error', error: 'Not that one.', approval: { status: 'denied' } },
      { type: 'text', text: 'Result: undefined' },
    ]);
  });

  it('is answered on its own where several wait', async () => {
    const chat = new AgentChat({
      transport: createDirectTransport(async function* ({ decision }) {
        yield { type: 'approval-request', approvalId: 'a1', toolName: 'one', args: {} };
        yield { type: 'approval-request', approvalId: 'a2', toolName: 'two', args: {} };
        const [first, second] = await Promise.all([decision('a1'), decision('a2')]);
        yield { type: 'text-delta', id: 't', delta: `${first.approved} ${second.approved}` };
      }),
    });
    const sent = chat.sendMessage('Hi');
    await waitFor(() => expect(chat.pendingApprovals).toHaveLength(2));
    await chat.pendingApprovals.find(({ approvalId }) => approvalId === 'a2')?.deny();
    expect(chat.pendingApprovals.map(({ approvalId }) => approvalId)).toEqual(['a1']);
    await chat.pendingApprovals[0]?.approve();
    await sent;
    expect(answerOf(chat)?.parts.at(-1)).toMatchObject({ text: 'true false' });
  });

  it('that nobody gives ends with the run', async () => {
    let rejected: unknown;
    const chat = new AgentChat({
      transport: createDirectTransport(async function* ({ decision }) {
        yield { type: 'approval-request', approvalId: 'a1', toolName: 'delete', args: {} };
        await decision('a1').catch((error: unknown) => {
          rejected = error;
        });
      }),
    });
    const sent = chat.sendMessage('Hi');
    await waitFor(() => expect(chat.pendingApprovals).toHaveLength(1));
    chat.stop();
    await sent;
    await waitFor(() => expect(rejected).toMatchObject({ name: 'AbortError' }));
    expect(chat.pendingApprovals).toEqual([]);
    expect(answerOf(chat)?.parts).toMatchObject([{ status: 'cancelled' }]);
  });

  it('that nobody waits for changes nothing', async () => {
    const transport = createDirectTransport(async function* () {});
    await expect(transport.respond?.({ approvalId: 'none', approved: true })).resolves.toBeUndefined();
    expect((await eventsOf(transport)).map((event) => event.type)).toEqual(['start', 'finish']);
  });
});
