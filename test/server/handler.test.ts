import type { ApprovalDecision, StreamEvent } from 'agent-chat-kit';
import { type Agent, type AgentRun, createAgentHandler, createEventWriter } from 'agent-chat-kit/server';
import { recordedEvents } from 'agent-chat-kit/testing';
import { describe, expect, it } from 'vitest';
import { waitFor } from '../wait-for.ts';

const URL = 'http://127.0.0.1/chat';
const JSON_TYPE = { 'Content-Type': 'application/json' };

const post = (body: BodyInit, headers: Record<string, string> = JSON_TYPE) =>
  new Request(URL, { method: 'POST', headers, body });
const postJSON = (body: unknown) => post(JSON.stringify(body));

const TRIGGER = { type: 'trigger', triggerName: 'user-message' };

const hello: Agent = async function* (run) {
  yield* createEventWriter(run).text('Hello');
};

/** An agent that answers with nothing and remembers what it was given. */
function remembering(): { runs: AgentRun[]; agent: Agent } {
  const runs: AgentRun[] = [];
  return {
    runs,
    agent: async function* (run) {
      runs.push(run);
      yield { type: 'finish', finishReason: 'stop' };
    },
  };
}

/** An agent that says one thing and then waits until it is stopped. */
function waiting() {
  const seen = { signal: undefined as AbortSignal | undefined, closed: 0 };
  const agent: Agent = async function* ({ signal }) {
    seen.signal = signal;
    try {
      yield { type: 'text-delta', id: 't', delta: 'Half' };
      if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve));
    } finally {
      seen.closed++;
    }
  };
  return { seen, agent };
}

async function refusalOf(response: Response): Promise<unknown> {
  expect(response.headers.get('Content-Type')).toMatch(/^application\/json/);
  return { status: response.status, ...((await response.json()) as object) };
}

describe('a request that is not one for an agent', () => {
  it.each(['GET', 'PUT', 'DELETE', 'PATCH', 'OPTIONS'])('is refused for its method: %s', async (method) => {
    const { runs, agent } = remembering();
    const response = await createAgentHandler(agent)(new Request(URL, { method }));
    expect(response.headers.get('Allow')).toBe('POST');
    expect(await refusalOf(response)).toMatchObject({ status: 405, code: 'method-not-allowed' });
    expect(runs).toEqual([]);
  });

  it.each([
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/jsonp',
  ])('is refused for its type, which any page of another site may send: %s', async (type) => {
    const { runs, agent } = remembering();
    const response = await createAgentHandler(agent)(post(JSON.stringify(TRIGGER), { 'Content-Type': type }));
    expect(await refusalOf(response)).toMatchObject({ status: 415, code: 'unsupported-media-type' });
    expect(runs).toEqual([]);
  });

  it('is refused where it does not name its type', async () => {
    const body = new TextEncoder().encode(JSON.stringify(TRIGGER));
    const response = await createAgentHandler(hello)(post(body, {}));
    expect(await refusalOf(response)).toMatchObject({ status: 415 });
  });

  it.each(['application/json', 'application/json; charset=utf-8', 'Application/JSON;charset=UTF-8'])(
    'is one by its type: %s',
    async (type) => {
      const response = await createAgentHandler(hello)(
        post(JSON.stringify(TRIGGER), { 'Content-Type': type }),
      );
      expect(response.status).toBe(200);
      await response.body?.cancel();
    },
  );

  it('is refused where its body is too long, counted in bytes', async () => {
    const body = JSON.stringify({ ...TRIGGER, input: { text: 'ü'.repeat(50) } });
    const bytes = new TextEncoder().encode(body).length;
    expect(bytes).toBeGreaterThan(body.length);
    const exact = await createAgentHandler(hello, { maxBodyLength: bytes })(post(body));
    expect(exact.status).toBe(200);
    await exact.body?.cancel();
    const over = await createAgentHandler(hello, { maxBodyLength: bytes - 1 })(post(body));
    expect(await refusalOf(over)).toMatchObject({ status: 413, code: 'body-too-long' });
  });

  it('is not read on once its body is too long', async () => {
    let chunks = 0;
    let cancelled = 0;
    const body = new ReadableStream<Uint8Array>({
      pull(controller) {
        chunks++;
        controller.enqueue(new Uint8Array(1_024).fill(0x20));
      },
      cancel: () => void cancelled++,
    });
    const init: RequestInit & { duplex: 'half' } = {
      method: 'POST',
      headers: JSON_TYPE,
      body,
      duplex: 'half',
    };
    const response = await createAgentHandler(hello, { maxBodyLength: 10_240 })(new Request(URL, init));
    expect(await refusalOf(response)).toMatchObject({ status: 413 });
    expect(chunks).toBeLessThan(20);
    expect(cancelled).toBe(1);
  });

  it('is refused by default over four megabytes', async () => {
    const body = JSON.stringify({ ...TRIGGER, padding: 'x'.repeat(4_194_304) });
    expect((await createAgentHandler(hello)(post(body))).status).toBe(413);
  });

  it.each(['', '{', 'hello', '{"type":"trigger",}', '\uFEFF\uFEFF{}'])(
    'is refused where it is not JSON: “%s”',
    async (body) => {
      const response = await createAgentHandler(hello)(post(body));
      expect(await refusalOf(response)).toMatchObject({ status: 400, code: 'malformed-json' });
    },
  );

  const trigger = (fields: object) => ({ ...TRIGGER, ...fields });
  const next = (fields: object) => ({ type: 'continue', executionId: 'ex1', toolResults: [], ...fields });
  const approval = (fields: object) => ({ type: 'approval', approvalId: 'a1', approved: true, ...fields });

  it.each([
    ['a list', [TRIGGER], 'object'],
    ['null', null, 'object'],
    ['a string', 'trigger', 'object'],
    ['no type', { triggerName: 't' }, 'type'],
    ['an unknown type', trigger({ type: 'hologram' }), 'type'],
    ['a stop of nothing', trigger({ type: 'stop' }), 'eventId'],
    ['a type from the prototype', trigger({ type: 'constructor' }), 'type'],
    ['no trigger name', trigger({ triggerName: undefined }), 'triggerName'],
    ['an empty trigger name', trigger({ triggerName: '' }), 'triggerName'],
    ['a trigger name that is no string', trigger({ triggerName: ['t'] }), 'triggerName'],
    ['an input that is a string', trigger({ input: 'Hi' }), 'input'],
    ['an input that is a list', trigger({ input: ['Hi'] }), 'input'],
    ['an input that is null', trigger({ input: null }), 'input'],
    ['no execution id', next({ executionId: undefined }), 'executionId'],
    ['an execution id that is no string', next({ executionId: 7 }), 'executionId'],
    ['no tool results', next({ toolResults: undefined }), 'toolResults'],
    ['tool results that are no list', next({ toolResults: { 0: {} } }), 'toolResults'],
    ['a tool result that is none', next({ toolResults: [null] }), 'toolResults'],
    ['a tool result without its call', next({ toolResults: [{ result: 1 }] }), 'toolCallId'],
    ['no approval id', approval({ approvalId: undefined }), 'approvalId'],
    ['an approval id that is no string', approval({ approvalId: {} }), 'approvalId'],
    ['no decision', approval({ approved: undefined }), 'approved'],
    ['a decision that is no boolean', approval({ approved: 'true' }), 'approved'],
  ])('is refused where it has %s', async (_, body, field) => {
    const { runs, agent } = remembering();
    const refusal = await refusalOf(await createAgentHandler(agent)(postJSON(body)));
    expect(refusal).toMatchObject({
      status: 400,
      code: 'invalid-request',
      error: expect.stringContaining(field),
    });
    expect(runs).toEqual([]);
  });

  it('is refused without details where it cannot be read, and the operator is told', async () => {
    const told: unknown[] = [];
    const failure = new Error('hunter2');
    const body = new ReadableStream<Uint8Array>({ pull: (controller) => controller.error(failure) });
    const init: RequestInit & { duplex: 'half' } = {
      method: 'POST',
      headers: JSON_TYPE,
      body,
      duplex: 'half',
    };
    const handler = createAgentHandler(hello, { onError: (error) => void told.push(error) });
    const response = await handler(new Request(URL, init));
    const text = await response.text();
    expect(response.status).toBe(500);
    expect(JSON.parse(text)).toMatchObject({ code: 'internal-error' });
    expect(text).not.toContain('hunter2');
    expect(told).toEqual([failure]);
  });
});

describe('a run', () => {
  it('is answered with an event stream', async () => {
    const response = await createAgentHandler(hello)(postJSON(TRIGGER));
    expect(response.status).toBe(200);
    expect(response.headers.get('Content-Type')).toBe('text/event-stream; charset=utf-8');
    expect(response.headers.get('Cache-Control')).toContain('no-cache');
    expect(response.headers.get('X-Content-Type-Options')).toBe('nosniff');
    const text = await response.text();
    expect(text).toMatch(/data: \[DONE\]\n\n$/);
    expect((await recordedEvents(text)).map((event) => event.type)).toEqual([
      'start',
      'text-start',
      'text-delta',
      'text-end',
      'finish',
    ]);
  });

  it('is given the trigger, the conversation and everything the client sent', async () => {
    const { runs, agent } = remembering();
    const body = {
      ...TRIGGER,
      input: { USER_MESSAGE: 'Hi' },
      rollbackAfterMessageId: null,
      sessionId: 's1',
      messages: [
        {
          id: 'm1',
          role: 'user',
          parts: [{ type: 'text', text: 'Hi', status: 'done' }, { type: 'hologram' }],
          status: 'done',
          createdAt: '2026-01-02T03:04:05.000Z',
        },
        'not a message',
      ],
    };
    await (await createAgentHandler(agent)(postJSON(body))).text();
    expect(runs).toHaveLength(1);
    expect(runs[0]?.request).toStrictEqual({
      type: 'trigger',
      triggerName: 'user-message',
      input: { USER_MESSAGE: 'Hi' },
      rollbackAfterMessageId: null,
    });
    expect(runs[0]?.body).toStrictEqual(body);
    expect(runs[0]?.messages).toStrictEqual([
      { ...(body.messages[0] as object), createdAt: new Date('2026-01-02T03:04:05.000Z') },
    ]);
    expect(runs[0]?.signal.aborted).toBe(false);
  });

  it('has no conversation where the client sends none', async () => {
    const { runs, agent } = remembering();
    await (await createAgentHandler(agent)(postJSON(TRIGGER))).text();
    expect(runs[0]?.messages).toBeUndefined();
    expect(runs[0]?.request).toStrictEqual(TRIGGER);
  });

  it('goes on with the results of tools, as they were sent', async () => {
    const { runs, agent } = remembering();
    const request = {
      type: 'continue',
      executionId: 'ex1',
      toolResults: [{ toolCallId: 'c1', toolName: 'cli', result: 7, outputVariable: 'OUT', blockIndex: 2 }],
    };
    const response = await createAgentHandler(agent)(postJSON({ ...request, sessionId: 's1' }));
    expect(await recordedEvents(await response.text())).toMatchObject([
      { type: 'start', executionId: 'ex1' },
      {},
    ]);
    expect(runs[0]?.request).toStrictEqual(request);
  });

  it('hides what the agent threw from the client and tells the operator', async () => {
    const told: unknown[] = [];
    const thrown = new Error('hunter2');
    const handler = createAgentHandler(
      async function* () {
        yield { type: 'start' };
        throw thrown;
      },
      { onError: (error) => void told.push(error) },
    );
    const text = await (await handler(postJSON(TRIGGER))).text();
    expect(text).not.toContain('hunter2');
    expect(await recordedEvents(text)).toMatchObject([
      { type: 'start' },
      { type: 'error', errorType: 'internal_error' },
    ]);
    expect(told).toEqual([thrown]);
  });

  it('shows that it lives as often as told', async () => {
    const { agent } = waiting();
    const response = await createAgentHandler(agent, { heartbeat: 5 })(postJSON(TRIGGER));
    const decoder = new TextDecoder();
    let text = '';
    for await (const chunk of response.body ?? []) {
      text += decoder.decode(chunk);
      if (/^:/m.test(text)) break;
    }
    expect(text).toMatch(/^:/m);
  });
});

describe('a client that goes away', () => {
  it('aborts the run by no longer reading', async () => {
    const { seen, agent } = waiting();
    const response = await createAgentHandler(agent)(postJSON(TRIGGER));
    const reader = response.body?.getReader();
    await reader?.read();
    await reader?.read();
    expect(seen.signal?.aborted).toBe(false);
    await reader?.cancel();
    expect(seen.signal?.aborted).toBe(true);
    await waitFor(() => expect(seen.closed).toBe(1));
  });

  it('aborts the run by aborting its request', async () => {
    const { seen, agent } = waiting();
    const client = new AbortController();
    const request = new Request(postJSON(TRIGGER), { signal: client.signal });
    const told: unknown[] = [];
    const response = await createAgentHandler(agent, { onError: (error) => void told.push(error) })(request);
    const text = response.text();
    await waitFor(() => expect(seen.signal).toBeDefined());
    expect(seen.signal?.aborted).toBe(false);
    client.abort();
    expect(seen.signal?.aborted).toBe(true);
    await text;
    expect(seen.closed).toBe(1);
    expect(told).toEqual([]);
  });
});

describe('an approval', () => {
  /** An agent that asks for leave to do what its trigger names, and says what it was told. */
  const asking: Agent = async function* ({ request, decision }) {
    const name = request.type === 'trigger' ? request.triggerName : '';
    yield { type: 'approval-request', approvalId: `approve-${name}`, toolName: name, args: {} };
    const answer = await decision(`approve-${name}`);
    yield { type: 'data', name: 'answer', data: answer };
  };

  async function eventsOf(response: Response): Promise<StreamEvent[]> {
    return recordedEvents(await response.text());
  }

  const answerIn = (events: readonly StreamEvent[]) => events.find((event) => event.type === 'data')?.data;

  /** A run that has asked; its client can go away. */
  async function asked(handler: (request: Request) => Promise<Response>, triggerName: string) {
    const client = new AbortController();
    const request = new Request(postJSON({ type: 'trigger', triggerName }), { signal: client.signal });
    const [mine, other] = (await handler(request)).body?.tee() ?? [];
    const rest = eventsOf(new Response(other ?? null));
    const reader = mine?.getReader();
    const decoder = new TextDecoder();
    let text = '';
    for (let read = 0; read < 5 && !text.includes('approval-request'); read++) {
      text += decoder.decode((await reader?.read())?.value);
    }
    return { rest, leave: () => client.abort() };
  }

  const decide = (decision: ApprovalDecision) => postJSON({ type: 'approval', ...decision });

  it('reaches the run that waits for it, with all that the person said', async () => {
    const handler = createAgentHandler(asking);
    const { rest } = await asked(handler, 'one');
    const decision = {
      approvalId: 'approve-one',
      approved: true,
      choice: 'once',
      reason: 'Why not.',
      args: { id: 8 },
    };
    const response = await handler(decide(decision));
    expect(response.status).toBe(204);
    expect(await response.text()).toBe('');
    expect(answerIn(await rest)).toStrictEqual(decision);
  });

  it('reaches no other run', async () => {
    const handler = createAgentHandler(asking);
    const one = await asked(handler, 'one');
    const two = await asked(handler, 'two');
    expect((await handler(decide({ approvalId: 'approve-two', approved: false }))).status).toBe(204);
    expect(answerIn(await two.rest)).toStrictEqual({ approvalId: 'approve-two', approved: false });
    expect((await handler(decide({ approvalId: 'approve-one', approved: true }))).status).toBe(204);
    expect(answerIn(await one.rest)).toStrictEqual({ approvalId: 'approve-one', approved: true });
  });

  it('counts once: the second answer is refused', async () => {
    const handler = createAgentHandler(asking);
    const { rest } = await asked(handler, 'one');
    expect((await handler(decide({ approvalId: 'approve-one', approved: false }))).status).toBe(204);
    const second = await handler(decide({ approvalId: 'approve-one', approved: true }));
    expect(await refusalOf(second)).toMatchObject({ status: 409, code: 'approval-not-pending' });
    expect(answerIn(await rest)).toMatchObject({ approved: false });
  });

  it('is refused where nobody waits for it, or only another handler does', async () => {
    const handler = createAgentHandler(asking);
    expect((await handler(decide({ approvalId: 'approve-one', approved: true }))).status).toBe(409);
    await asked(createAgentHandler(asking), 'one');
    expect((await handler(decide({ approvalId: 'approve-one', approved: true }))).status).toBe(409);
  });

  it('is refused once its run was aborted', async () => {
    const told: unknown[] = [];
    const handler = createAgentHandler(asking, { onError: (error) => void told.push(error) });
    const { rest, leave } = await asked(handler, 'one');
    leave();
    expect(answerIn(await rest)).toBeUndefined();
    expect((await handler(decide({ approvalId: 'approve-one', approved: true }))).status).toBe(409);
    expect(told).toEqual([]);
  });
});
