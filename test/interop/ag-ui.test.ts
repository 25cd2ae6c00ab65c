import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { HttpAgent } from '@ag-ui/client';
import { type Event, EventType, type Message, type RunAgentInput } from '@ag-ui/core';
import { EventSchema, RunAgentInputSchema } from '@ag-ui/core/schemas';
import { AgentChat, createHttpTransport, type UIMessage } from 'agent-chat-kit';
import { afterAll, describe, expect, it } from 'vitest';
import { type AgUiOptions, agUi } from '../../src/protocols/ag-ui/ag-ui.ts';
import { conversationOf, type Json, play } from '../protocols/ag-ui-play.ts';

const recordings = import.meta.glob<string>('../fixtures/ag-ui/*.sse', {
  query: '?raw',
  import: 'default',
  eager: true,
});
const names = Object.keys(recordings).map((path) => path.slice(path.lastIndexOf('/') + 1, -4));
const bodyOf = (name: string): string => recordings[`../fixtures/ag-ui/${name}.sse`] ?? '';
const eventsOf = (name: string): Event[] =>
  bodyOf(name)
    .split('\n\n')
    .flatMap((block) => (block ? [JSON.parse(block.slice(6))] : []));

/** The real client after the same events. */
async function realClient(body: string, initialMessages: Message[] = []) {
  const response = new Response(body, { headers: { 'content-type': 'text/event-stream' } });
  const agent = new HttpAgent({
    url: 'http://localhost',
    threadId: 't',
    initialMessages,
    fetch: async () => response,
  });
  await agent.runAgent();
  return agent;
}

/** What the real client would send next, without what it knows to be for itself, and what models refuse. */
const sendable = (messages: readonly Message[]): readonly Message[] =>
  messages.filter(({ role, content, ...rest }) => role !== 'activity' && (content || 'toolCalls' in rest));

const withoutFabricated = (messages: readonly Json[]): readonly Json[] =>
  messages.filter(({ error }) => error !== 'The call was cancelled.');

/** What subagents said at the same time goes back one subagent after the other. */
const byId = (messages: readonly Json[]): readonly Json[] =>
  messages.toSorted((one, other) => (String(one['id']) < String(other['id']) ? -1 : 1));

/** In whatever order fields stand. */
const sorted = (value: unknown): unknown =>
  JSON.parse(
    JSON.stringify(value, (_, inner) =>
      inner && typeof inner === 'object' && !Array.isArray(inner)
        ? Object.fromEntries(Object.entries(inner).toSorted(([one], [other]) => (one < other ? -1 : 1)))
        : inner,
    ),
  );

const hello: Message = { id: 'u1', role: 'user', content: 'Hello' };

describe('the real client', () => {
  it.each(names.filter((name) => name !== 'early' && name !== 'error'))(
    'ends in the same conversation and state: %s',
    async (name) => {
      const agent = await realClient(bodyOf(name), [hello]);
      const { next, error } = play(
        eventsOf(name) as unknown as Json[],
        conversationOf([hello as unknown as Json]),
      );
      expect(error).toBeUndefined();
      const ours = withoutFabricated(next.messages).map(argumentsAsJson);
      const theirs = (sendable(agent.messages) as unknown as Json[]).map(argumentsAsJson);
      const inOrder = name === 'subagents' ? byId : (messages: readonly Json[]) => messages;
      expect(sorted(inOrder(ours))).toEqual(sorted(inOrder(theirs)));
      expect(next.state).toEqual(agent.state);
    },
  );

  it.each(names.filter((name) => name !== 'early'))('knows what is in our recordings: %s', (name) => {
    for (const event of eventsOf(name))
      expect(EventSchema.safeParse(event).error, event.type).toBeUndefined();
    expect(eventsOf(name)[0]?.type).toBe(EventType.RUN_STARTED);
  });

  it('answers interrupts as we do', async () => {
    const agent = await realClient(bodyOf('interrupt'));
    const { state } = play(eventsOf('interrupt') as unknown as Json[]);
    const input = agUi().encode({ type: 'trigger', triggerName: 'user-message' }, state.messages);
    expect((input['resume'] as readonly Json[]).map(({ interruptId }) => interruptId)).toEqual(
      agent.pendingInterrupts.map(({ id }) => id),
    );
  });
});

function argumentsAsJson(message: Json): Json {
  const { toolCalls } = message as { toolCalls?: readonly { function: { arguments: string } }[] };
  if (!toolCalls) return message;
  const calls = toolCalls.map((call) => ({
    ...call,
    function: { ...call.function, arguments: JSON.stringify(JSON.parse(call.function.arguments || '{}')) },
  }));
  return { ...message, toolCalls: calls };
}

/** A server of the protocol: an agent of a few lines that checks what it is asked with the real schema. */
class AgUiServer {
  readonly inputs: RunAgentInput[] = [];
  readonly #server: Server;

  constructor(agent: (input: RunAgentInput) => Iterable<Json>) {
    this.#server = createServer(async (request, response) => {
      const input = RunAgentInputSchema.parse(JSON.parse(await textOf(request)));
      this.inputs.push(input as RunAgentInput);
      response.writeHead(200, { 'Content-Type': 'text/event-stream' });
      const { threadId, runId } = input;
      const write = (event: Json): void =>
        void response.write(`data: ${JSON.stringify(EventSchema.parse(event))}\n\n`);
      write({ type: 'RUN_STARTED', threadId, runId });
      let outcome: unknown;
      for (const event of agent(input as RunAgentInput)) {
        if (event['type'] === 'outcome') outcome = event['outcome'];
        else write(event);
      }
      write({ type: 'RUN_FINISHED', threadId, runId, ...(outcome ? { outcome } : {}) });
      response.end();
    });
  }

  async chat(options: AgUiOptions, clientTools = {}): Promise<AgentChat> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    const { port } = this.#server.address() as AddressInfo;
    const transport = createHttpTransport({ url: `http://127.0.0.1:${port}/`, protocol: agUi(options) });
    return new AgentChat({ transport, clientTools });
  }

  close(): void {
    this.#server.close().closeAllConnections();
  }
}

async function textOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request.setEncoding('utf8')) text += chunk;
  return text;
}

describe('a server of the protocol', () => {
  const servers: AgUiServer[] = [];
  afterAll(() => {
    for (const server of servers) server.close();
  });
  function serve(agent: (input: RunAgentInput) => Iterable<Json>): AgUiServer {
    const server = new AgUiServer(agent);
    servers.push(server);
    return server;
  }
  const say = (messageId: string, delta: string) => ({ type: 'TEXT_MESSAGE_CHUNK', messageId, delta });
  const partsOf = (chat: AgentChat) =>
    chat.messages.flatMap((message: UIMessage) => (message.role === 'assistant' ? message.parts : []));

  it('is asked in the words of the schema, whatever was said', async () => {
    const file = { id: 'f', mediaType: 'image/png', url: 'https://example.com/a.png' };
    const server = serve(function* ({ messages }) {
      const turn = `${messages.length}`;
      yield { type: 'REASONING_MESSAGE_CHUNK', messageId: `r${turn}`, delta: 'Hm.' };
      yield {
        type: 'REASONING_ENCRYPTED_VALUE',
        subtype: 'message',
        entityId: `r${turn}`,
        encryptedValue: 'sealed',
      };
      yield { type: 'TOOL_CALL_CHUNK', toolCallId: `c${turn}`, toolCallName: 'look', delta: '{"a":1}' };
      yield {
        type: 'TOOL_CALL_RESULT',
        messageId: `t${turn}`,
        toolCallId: `c${turn}`,
        content: [{ type: 'image', source: { type: 'url', value: file.url } }],
      };
      yield { type: 'ACTIVITY_SNAPSHOT', messageId: `a${turn}`, activityType: 'PLAN', content: {} };
      yield { type: 'STATE_DELTA', delta: [{ op: 'add', path: '/turn', value: turn }] };
      yield say(`m${turn}`, 'Yes.');
    });
    const chat = await server.chat({
      state: { turn: null },
      context: [{ description: 'Page', value: 'Home' }],
    });
    await chat.sendMessage('What is this?', { files: [file] });
    await chat.sendMessage('And now?');
    expect(chat.error).toBeNull();
    expect(server.inputs[1]?.messages.map(({ role }) => role)).toEqual([
      'user',
      'reasoning',
      'assistant',
      'tool',
      'assistant',
      'user',
    ]);
    expect(server.inputs[1]?.messages[1]).toMatchObject({ encryptedValue: 'sealed' });
    expect(server.inputs.map(({ state }) => state)).toEqual([{ turn: null }, { turn: '1' }]);
    expect(new Set(server.inputs.map(({ threadId }) => threadId)).size).toBe(1);
    expect(new Set(server.inputs.map(({ runId }) => runId)).size).toBe(2);
  });

  it('has its tools run in the page, and goes on with what they gave', async () => {
    const server = serve(function* ({ messages, tools }) {
      const answer = messages.at(-1);
      if (answer?.role === 'tool') {
        yield say('m2', `You are in ${String(answer.content)}.`);
        return;
      }
      yield say('m1', 'Let me see.');
      yield {
        type: 'TOOL_CALL_START',
        toolCallId: 'c1',
        toolCallName: tools?.[0]?.name,
        parentMessageId: 'm1',
      };
      yield { type: 'TOOL_CALL_END', toolCallId: 'c1' };
      yield { type: 'outcome', outcome: { type: 'success', pendingToolCallIds: ['c1'] } };
    });
    const chat = await server.chat(
      { tools: [{ name: 'where_am_i', inputSchema: { type: 'object' } }] },
      { where_am_i: () => 'Oslo' },
    );
    await chat.sendMessage('Where am I?');
    expect(chat.error).toBeNull();
    expect(partsOf(chat)).toMatchObject([
      { text: 'Let me see.' },
      { toolName: 'where_am_i', status: 'done', result: 'Oslo' },
      { type: 'step-start' },
      { text: 'You are in Oslo.' },
    ]);
  });

  it.each([true, false])('stops for a permission, and goes on with the answer %s', async (approved) => {
    const server = serve(function* ({ resume }) {
      if (!resume) {
        yield { type: 'TOOL_CALL_CHUNK', toolCallId: 'c1', toolCallName: 'pay', delta: '{"amount":5}' };
        const interrupts = [{ id: 'i1', reason: 'tool_call', toolCallId: 'c1', message: 'Pay?' }];
        yield { type: 'outcome', outcome: { type: 'interrupt', interrupts } };
        return;
      }
      const paid = resume.some(({ payload }) => payload.approved);
      if (paid) yield { type: 'TOOL_CALL_RESULT', messageId: 't1', toolCallId: 'c1', content: 'paid' };
      yield say('m1', paid ? 'Paid.' : 'Not paid.');
    });
    const chat = await server.chat({});
    const turn = chat.sendMessage('Pay');
    await expect.poll(() => chat.pendingApprovals.length).toBe(1);
    expect(chat.pendingApprovals[0]).toMatchObject({ toolName: 'pay', args: { amount: 5 }, context: 'Pay?' });
    await (approved ? chat.pendingApprovals[0]?.approve() : chat.pendingApprovals[0]?.deny());
    await turn;
    expect(chat.error).toBeNull();
    expect(partsOf(chat)).toMatchObject([
      approved
        ? { toolName: 'pay', status: 'done', result: 'paid', approval: { status: 'approved' } }
        : { toolName: 'pay', status: 'cancelled', approval: { status: 'denied' } },
      { type: 'step-start' },
      { text: approved ? 'Paid.' : 'Not paid.' },
    ]);
    void chat.sendMessage('Thanks');
    await expect.poll(() => server.inputs.length).toBe(3);
    expect(server.inputs[2]?.resume).toBeUndefined();
    chat.dispose();
  });

  it('tells of its failure', async () => {
    const server = serve(function* () {
      yield say('m1', 'Half');
      yield { type: 'RUN_ERROR', message: 'The model is gone.', code: 'MODEL_GONE' };
    });
    const chat = await server.chat({});
    await chat.sendMessage('Hello');
    expect(chat.error).toMatchObject({
      message: 'The model is gone.',
      code: 'MODEL_GONE',
      source: 'provider',
    });
    expect(partsOf(chat)).toMatchObject([{ text: 'Half', status: 'done' }]);
  });
});
