import { AgentChat, type ChatRequest, createHttpTransport, type StreamEvent } from 'agent-chat-kit';
import type { Decoder, Protocol } from 'agent-chat-kit/protocols';
import { describe, expect, it } from 'vitest';

/** Frames are our own events, so that only what a protocol may ask of its transport differs. */
class PlainDecoder implements Decoder {
  ended = false;
  rest: Decoder['rest'];

  read({ data }: { readonly data: string }): readonly StreamEvent[] {
    const event = JSON.parse(data) as StreamEvent & { readonly rest?: Decoder['rest'] };
    if (event.rest) this.rest = event.rest;
    return [event];
  }
}

const plain = (more: Partial<Protocol> = {}): Protocol => ({
  name: 'plain',
  encode: (request) => ({ request }),
  decode: () => new PlainDecoder(),
  ...more,
});

const sse = (events: readonly object[]): string =>
  events.map((event) => `data: ${JSON.stringify(event)}\n\n`).join('');

interface Seen {
  readonly method: string;
  readonly url: string;
  readonly body: { readonly request: ChatRequest };
}

/** A chat whose requests are answered one after the other. */
function setup(protocol: Protocol, answers: readonly (() => Response)[], url = 'http://127.0.0.1/agent') {
  const seen: Seen[] = [];
  const transport = createHttpTransport({
    url,
    sessionId: protocol.resumePath ? 's/1' : undefined,
    protocol,
    fetch: async (address, init) => {
      seen.push({
        method: init?.method ?? 'GET',
        url: `${address}`,
        body: init?.body ? JSON.parse(`${init.body}`) : {},
      });
      return answers[seen.length - 1]?.() ?? new Response(null, { status: 410 });
    },
  });
  const chat = new AgentChat({
    transport,
    clientTools: { ask: () => 'yes' },
    resume: protocol.resumePath !== undefined,
  });
  return { chat, seen };
}

const streamOf = (events: readonly object[]) => () =>
  new Response(sse(events), { headers: { 'Content-Type': 'text/event-stream' } });

const approval = (id: string) => ({ type: 'approval-request', approvalId: id, toolName: 'rm', args: { id } });
const FINISH = { type: 'finish', finishReason: 'stop' };

/** Answers what waits, as soon as it does. */
function answering(chat: AgentChat, isAllowed: (approvalId: string) => boolean): void {
  chat.subscribe(() => {
    for (const { approvalId, approve, deny } of chat.pendingApprovals) {
      void (isAllowed(approvalId) ? approve() : deny({ reason: 'No.' }));
    }
  });
}

describe('a leg that ends with a question', () => {
  const protocol = plain({ decidesInRequest: true });

  it('goes on with the next request, which has all the answers', async () => {
    const { chat, seen } = setup(protocol, [
      streamOf([approval('a'), approval('b'), FINISH]),
      streamOf([{ type: 'text-delta', id: 't', delta: 'Done.' }, FINISH]),
    ]);
    answering(chat, (id) => id === 'a');
    await chat.sendMessage('Clean up');
    expect(seen[1]?.body.request).toMatchObject({
      type: 'continue',
      decisions: [
        { approvalId: 'a', approved: true },
        { approvalId: 'b', approved: false, reason: 'No.' },
      ],
    });
    expect(chat.status).toBe('idle');
    expect(chat.messages).toHaveLength(2);
    expect(chat.messages.at(-1)?.parts).toMatchObject([
      { type: 'tool-call', approval: { status: 'approved' } },
      { type: 'tool-call', approval: { status: 'denied', reason: 'No.' } },
      { type: 'text', text: 'Done.' },
    ]);
  });

  it('lets the page answer its own calls afterwards, and tells the answers of both', async () => {
    const call = { toolCallId: 'c', toolName: 'ask', args: {} };
    const { chat, seen } = setup(protocol, [
      streamOf([
        approval('a'),
        { type: 'client-tool-request', executionId: 'e', toolCalls: [call] },
        { type: 'finish', finishReason: 'client-tool-calls' },
      ]),
      streamOf([FINISH]),
    ]);
    answering(chat, () => true);
    await chat.sendMessage('Hello');
    expect(seen).toHaveLength(2);
    expect(seen[1]?.body.request).toMatchObject({
      type: 'continue',
      toolResults: [{ toolCallId: 'c', result: 'yes' }],
      decisions: [{ approvalId: 'a', approved: true }],
    });
  });

  it('waits no more once the run is stopped, or the question is withdrawn', async () => {
    const { chat, seen } = setup(protocol, [streamOf([approval('a'), FINISH]), streamOf([FINISH])]);
    const sent = chat.sendMessage('Hello');
    await expect.poll(() => chat.pendingApprovals.length).toBe(1);
    chat.stop();
    await sent;
    expect(chat.status).toBe('idle');
    expect(seen).toHaveLength(1);
    const voided = { type: 'approval-voided', approvalId: 'a' };
    const other = setup(protocol, [streamOf([approval('a'), voided, FINISH])]);
    await other.chat.sendMessage('Hello');
    expect(other.chat.status).toBe('idle');
  });
});

describe('a run with an address of its own', () => {
  const rest = { resume: 'run_1?after=2', stop: 'run_1/cancel' };
  const begun = { type: 'text-delta', id: 't', delta: 'Half', rest };

  it('is gone on with there after the connection was cut', async () => {
    const { chat, seen } = setup(
      plain(),
      [streamOf([begun]), streamOf([{ type: 'text-delta', id: 't', delta: ' done' }, FINISH])],
      'http://127.0.0.1/v1/runs/?version=2#x',
    );
    await chat.sendMessage('Hello');
    expect(seen[1]).toMatchObject({
      method: 'GET',
      url: 'http://127.0.0.1/v1/runs/run_1?version=2&after=2#x',
    });
    expect(chat.messages.at(-1)?.parts).toMatchObject([{ type: 'text', text: 'Half done' }]);
  });

  it('is ended there when the user stops', async () => {
    const { chat, seen } = setup(plain(), [
      () =>
        new Response(
          new ReadableStream({
            start: (controller) => controller.enqueue(new TextEncoder().encode(sse([begun]))),
          }),
          { headers: { 'Content-Type': 'text/event-stream' } },
        ),
    ]);
    const sent = chat.sendMessage('Hello');
    await expect.poll(() => chat.messages.at(-1)?.parts).toMatchObject([{ text: 'Half' }]);
    chat.stop();
    await sent;
    await expect
      .poll(() => seen[1])
      .toMatchObject({ method: 'POST', url: 'http://127.0.0.1/agent/run_1/cancel' });
  });

  it('is found again by its session', async () => {
    const { chat, seen } = setup(plain({ resumePath: (id) => `${encodeURIComponent(id)}/stream` }), [
      streamOf([{ type: 'text-delta', id: 't', delta: 'Still here' }, FINISH]),
    ]);
    await chat.resume();
    expect(seen[0]).toMatchObject({ method: 'GET', url: 'http://127.0.0.1/agent/s%2F1/stream' });
    expect(chat.messages.at(-1)?.parts).toMatchObject([{ text: 'Still here' }]);
  });
});

describe('an answer that is no stream', () => {
  const documentOf = (text: string) => () =>
    new Response(text, { headers: { 'Content-Type': 'application/json; charset=utf-8' } });

  it('is one frame where the protocol reads documents', async () => {
    const { chat } = setup(plain({ readsDocuments: true }), [documentOf(JSON.stringify(FINISH))]);
    await chat.sendMessage('Hello');
    expect(chat.error).toBeNull();
    expect(chat.status).toBe('idle');
  });

  it('is refused where it does not', async () => {
    const { chat } = setup(plain(), [documentOf(JSON.stringify(FINISH))]);
    await chat.sendMessage('Hello');
    expect(chat.error).toMatchObject({ code: 'not-an-event-stream' });
  });

  it('is refused where it is too long', async () => {
    const { chat } = setup(plain({ readsDocuments: true }), [documentOf(' '.repeat(16_777_217))]);
    await chat.sendMessage('Hello');
    expect(chat.error).toMatchObject({ type: 'protocol_error', code: 'document-too-long' });
  });
});

describe('the end of a body', () => {
  it('ends the answer where the decoder says so, and only then', async () => {
    const ending = (closing: readonly StreamEvent[]): Protocol =>
      plain({ decode: () => Object.assign(new PlainDecoder(), { end: () => closing }) });
    const delta = { type: 'text-delta', id: 't', delta: 'All' };
    const whole = setup(ending([{ type: 'finish', finishReason: 'stop' }]), [streamOf([delta])]);
    await whole.chat.sendMessage('Hello');
    expect(whole.chat.status).toBe('idle');
    const cut = setup(ending([]), [streamOf([delta])]);
    await cut.chat.sendMessage('Hello');
    expect(cut.chat.error).toMatchObject({ code: 'stream-interrupted' });
  });
});

describe('a request that a protocol does not allow', () => {
  it('is not made', async () => {
    const { chat, seen } = setup(
      plain({
        assertAllowed(url) {
          throw new Error(`Not to ${url.hostname}`);
        },
      }),
      [streamOf([FINISH])],
    );
    await chat.sendMessage('Hello');
    expect(seen).toEqual([]);
    expect(chat.status).toBe('error');
  });
});
