import {
  AgentChat,
  AgentChatError,
  type ChatState,
  createHttpTransport,
  emptyState,
  endRun,
  type ReduceContext,
  reduce,
  type StreamEvent,
  type UIMessage,
  type UIMessagePart,
} from 'agent-chat-kit';
import type { Protocol } from 'agent-chat-kit/protocols';
import { seededRandom } from 'agent-chat-kit/testing';
import { describe, expect, it } from 'vitest';
import type { Frame } from '../../src/stream/frame.ts';
import { sseFrames } from '../../src/stream/sse-frames.ts';

export interface ProtocolCase {
  readonly protocol: () => Protocol;
  /** Bodies of event streams that this dialect was heard to say, by name. */
  readonly streams: Readonly<Record<string, string>>;
  /** Bodies that tell of a failure, with the status they come with, and what is to be made of them. */
  readonly failures: readonly {
    readonly status: number;
    readonly body: string;
    readonly type: string;
    readonly retryable: boolean;
  }[];
}

const SEED = 20_261_121;
/** Longer streams are cut at so many places, and so many of their values are replaced. */
const SAMPLE = 120;
const SECRET = 'secret-of-the-page';

const bytesOf = (text: string) => new TextEncoder().encode(text);

function context(): ReduceContext {
  let ids = 0;
  return { now: () => 1_000, generateId: () => `id-${++ids}` };
}

async function framesOf(pieces: readonly Uint8Array[]): Promise<Frame[]> {
  const bytes = new ReadableStream<Uint8Array>({
    start(controller) {
      for (const piece of pieces) controller.enqueue(piece);
      controller.close();
    },
  });
  const frames: Frame[] = [];
  for await (const batch of sseFrames(bytes)) frames.push(...batch);
  return frames;
}

/** The state after these frames, each reduced by itself, and the error that ended them. */
function play(protocol: Protocol, frames: readonly Frame[]): { state: ChatState; error?: unknown } {
  const decoder = protocol.decode();
  const shared = context();
  let state = emptyState;
  try {
    for (const frame of frames) if (!decoder.ended) state = reduce(state, decoder.read(frame), shared);
    if (!decoder.ended) state = reduce(state, decoder.end?.() ?? [], shared);
    return { state };
  } catch (error) {
    return { state, error };
  }
}

/** A chat whose only answer is these bytes. What the page is asked is answered, and finds nobody any more. */
async function answered(protocol: Protocol, body: string | Uint8Array<ArrayBuffer>, status = 200) {
  let asked = 0;
  const chat = new AgentChat({
    transport: createHttpTransport({
      url: 'http://localhost/agent',
      headers: { Authorization: `Bearer ${SECRET}` },
      protocol,
      fetch: async () => {
        asked += 1;
        const headers = { 'Content-Type': status === 200 ? 'text/event-stream' : 'application/json' };
        return asked === 1
          ? new Response(body, { status, headers })
          : new Response('', { status: 410, headers });
      },
    }),
  });
  chat.subscribe(() => {
    for (const approval of chat.pendingApprovals) void approval.deny().catch(() => {});
  });
  await chat.sendMessage('Hello');
  return chat;
}

function openPartsOf(parts: readonly UIMessagePart[]): UIMessagePart[] {
  return parts.flatMap((part) => [
    ...('status' in part && ['streaming', 'pending', 'running'].includes(part.status) ? [part] : []),
    ...(part.type === 'worker' ? openPartsOf(part.parts) : []),
  ]);
}

/** The same frame with `value` at each place of its JSON in turn, or with a member added to each object. */
function* spoiled({ data, ...frame }: Frame): Generator<Frame> {
  let root: unknown;
  try {
    root = JSON.parse(data);
  } catch {
    return;
  }
  const places: (readonly string[])[] = [];
  const walk = (value: unknown, path: readonly string[]): void => {
    places.push(path);
    if (typeof value !== 'object' || value === null) return;
    for (const [key, inner] of Object.entries(value)) walk(inner, [...path, key]);
  };
  walk(root, []);
  for (const path of places) {
    for (const value of [null, 7, 'text', true, [], {}, [null], { type: null }]) {
      const copy = { root: structuredClone(root) } as Record<string, unknown>;
      let holder = copy;
      const keys = ['root', ...path];
      for (const key of keys.slice(0, -1)) holder = holder[key] as Record<string, unknown>;
      holder[keys.at(-1) as string] = value;
      yield { ...frame, data: JSON.stringify(copy['root']) };
    }
  }
}

/** JSON in which every object also has members that are dangerous where objects are merged. */
function hostile(data: string): string {
  const members = '"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},"toString":"x",';
  let isText = false;
  let result = '';
  for (let at = 0; at < data.length; at += 1) {
    const character = data.charAt(at);
    if (character === '"' && !isEscaped(data, at)) isText = !isText;
    result += character;
    if (character === '{' && !isText) result += data.charAt(at + 1) === '}' ? members.slice(0, -1) : members;
  }
  return result;
}

function isEscaped(text: string, at: number): boolean {
  let count = 0;
  while (text[at - 1 - count] === '\\') count += 1;
  return count % 2 === 1;
}

/** What every dialect has to keep to, whatever the other end sends. */
export function testProtocol(name: string, { protocol, streams, failures }: ProtocolCase): void {
  const entries = Object.entries(streams);

  describe(`${name} as any protocol`, { timeout: 60_000 }, () => {
    it.each(entries)('reads %s the same however its bytes are cut', async (_, text) => {
      const bytes = bytesOf(text);
      const whole = play(protocol(), await framesOf([bytes]));
      expect(whole.error).toBeUndefined();
      const random = seededRandom(SEED);
      const single = await framesOf(Array.from(bytes, (_byte, at) => bytes.subarray(at, at + 1)));
      expect(play(protocol(), single)).toStrictEqual(whole);
      for (let count = 0; count < 20; count += 1) {
        const pieces: Uint8Array[] = [];
        for (let at = 0; at < bytes.length; ) {
          const length = 1 + Math.floor(random() * 97);
          pieces.push(bytes.subarray(at, at + length));
          at += length;
        }
        expect(play(protocol(), await framesOf(pieces))).toStrictEqual(whole);
      }
    });

    it.each(entries)('ends %s in an answer that is over', async (_, text) => {
      const chat = await answered(protocol(), text);
      expect(chat.messages.length).toBeGreaterThan(0);
      expect(chat.status).not.toBe('streaming');
      expect(openPartsOf(chat.messages.flatMap(({ parts }) => parts))).toEqual([]);
    });

    it.each(entries)('says of %s that it was cut off, after whichever event', async (_, text) => {
      const blocks = text.split(/(?<=\r?\n\r?\n)/);
      const step = Math.max(1, Math.ceil(blocks.length / SAMPLE));
      let isOver = false;
      for (let count = 0; count < blocks.length; count += step) {
        const body = blocks.slice(0, count).join('');
        const chat = await answered(protocol(), body);
        expect(openPartsOf(chat.messages.flatMap(({ parts }) => parts))).toEqual([]);
        // Once a part of it is a whole answer, a longer one is no less.
        if (isOver) continue;
        if (chat.status === 'error') {
          expect(chat.error).toBeInstanceOf(AgentChatError);
          if (chat.error?.code === 'stream-interrupted') expect(chat.error.retryable).toBe(true);
        }
        isOver = chat.error?.code !== 'stream-interrupted';
        if (isOver) expect(count, `${count} of ${blocks.length} events`).toBeGreaterThan(0);
      }
    });

    it.each(entries)(
      'reads %s with members that it does not know, and nothing is polluted',
      async (_, text) => {
        const frames = await framesOf([bytesOf(text)]);
        const safe = play(protocol(), frames);
        const other = play(
          protocol(),
          frames.map((frame) => ({ ...frame, data: isJson(frame.data) ? hostile(frame.data) : frame.data })),
        );
        expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false);
        expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
        expect(other.error === undefined || AgentChatError.isInstance(other.error)).toBe(true);
        const words = ({ messages }: ChatState): string =>
          messages
            .flatMap(({ parts }) => parts.map((part) => (part.type === 'text' ? part.text : '')))
            .join();
        expect(words(other.state)).toBe(words(safe.state));
      },
    );

    it('passes over frames that it does not know', () => {
      const decoder = protocol().decode();
      for (const data of ['{"type":"of-a-later-version","value":1}', '{"type":"x","id":{"a":[]}}', '']) {
        try {
          expect(Array.isArray(decoder.read({ data, event: 'of-a-later-version' }))).toBe(true);
        } catch (error) {
          expect(AgentChatError.isInstance(error), data).toBe(true);
        }
      }
    });

    it.each(['{', 'null', '7', '"text"', '[]', '[{}]', '{}', 'true', '{"type":null}', '{"type":{}}'])(
      'takes %s for nothing, or says what is wrong in an error of ours',
      (data) => {
        const decoder = protocol().decode();
        try {
          expect(Array.isArray(decoder.read({ data }))).toBe(true);
        } catch (error) {
          expect(AgentChatError.isInstance(error)).toBe(true);
          expect((error as AgentChatError).type).toBe('protocol_error');
        }
      },
    );

    it.each(entries)('survives values in %s that are not what they should be', async (_, text) => {
      const frames = await framesOf([bytesOf(text)]);
      const random = seededRandom(SEED);
      const all = frames.flatMap((frame, index) => [...spoiled(frame)].map((bad) => ({ index, bad })));
      const step = Math.max(1, all.length / (SAMPLE * 5));
      for (let at = Math.floor(random() * step); at < all.length; at += step) {
        const chosen = all[Math.floor(at)];
        if (!chosen) continue;
        const { index, bad } = chosen;
        const near = [
          ...frames.slice(Math.max(0, index - 30), index),
          bad,
          ...frames.slice(index + 1, index + 30),
        ];
        const { state, error } = play(protocol(), near);
        if (error !== undefined && !AgentChatError.isInstance(error)) {
          throw new Error(`${String(error)} for ${bad.data.slice(0, 500)}`, { cause: error });
        }
        endRun(state, 'failed', context());
        expect(() => JSON.stringify(state)).not.toThrow();
        assertRenderable(state.messages, bad.data);
      }
    });

    it.each(failures)(
      'says what a response of status $status means',
      async ({ status, body, type, retryable }) => {
        const chat = await answered(protocol(), body, status);
        expect(chat.status).toBe('error');
        expect(chat.error).toMatchObject({ type, retryable });
        expect(JSON.stringify(chat.getSnapshot().error)).not.toContain(SECRET);
      },
    );

    it('asks in JSON, whatever the conversation has in it', async () => {
      const chat = new AgentChat({
        transport: {
          async *send() {
            yield* everything();
          },
        },
      });
      await chat.sendMessage('Hello');
      const messages = chat.messages;
      const request = { type: 'trigger', triggerName: 'user-message', input: { USER_MESSAGE: 'x' } } as const;
      const body = protocol().encode(request, messages);
      expect(JSON.parse(JSON.stringify(body))).toBeTypeOf('object');
      expect(() => protocol().encode(request, [])).not.toThrow();
      expect(() =>
        protocol().encode({ type: 'continue', executionId: 'e', toolResults: [] }, messages),
      ).not.toThrow();
    });
  });
}

function isJson(data: string): boolean {
  return data.startsWith('{');
}

/** What elements take for granted of a part. */
function assertRenderable(messages: readonly UIMessage[], why: string): void {
  for (const part of messages.flatMap(({ parts }) => parts)) {
    const strings: Readonly<Record<string, readonly string[]>> = {
      text: ['text'],
      reasoning: ['text'],
      'tool-call': ['toolCallId', 'toolName'],
      source: ['id'],
      file: ['mediaType', 'url'],
    };
    for (const field of strings[part.type] ?? []) {
      const value = (part as unknown as Record<string, unknown>)[field];
      if (typeof value !== 'string')
        throw new Error(`${part.type}.${field} is ${typeof value} for ${why.slice(0, 500)}`);
    }
  }
}

/** An answer with a part of every kind. */
function* everything(): Generator<StreamEvent> {
  yield { type: 'start' };
  yield { type: 'reasoning-delta', id: 'r', delta: 'Hm.' };
  yield { type: 'reasoning-end', id: 'r', providerMetadata: { signature: 's' } };
  yield { type: 'text-delta', id: 't', delta: 'Some “words”.' };
  yield { type: 'tool-input-available', toolCallId: 'c1', toolName: '__proto__', input: { a: [1] } };
  yield { type: 'tool-output-available', toolCallId: 'c1', output: { b: null } };
  yield { type: 'tool-input-available', toolCallId: 'c2', toolName: 'b', input: {} };
  yield { type: 'tool-output-error', toolCallId: 'c2', error: 'No.' };
  yield { type: 'tool-input-available', toolCallId: 'c3', toolName: 'c', input: {} };
  yield { type: 'start' };
  yield { type: 'text-delta', id: 'o', delta: '' };
  yield { type: 'text-start', id: 'object', responseType: 'Thing' };
  yield { type: 'text-delta', id: 'object', delta: '{"a":1}' };
  yield { type: 'source', sourceType: 'url', id: 's', url: 'https://example.com/' };
  yield { type: 'file-available', id: 'f', mediaType: 'image/png', url: 'https://example.com/a.png' };
  yield { type: 'todo-update', todos: [{ id: '1', content: 'x', status: 'pending' }] };
  yield { type: 'worker-start', workerId: 'w', workerSlug: 'w' };
  yield { type: 'text-delta', workerId: 'w', id: 't', delta: 'inner' };
  yield { type: 'worker-result', workerId: 'w', output: 1 };
  yield { type: 'data', name: 'n', data: {} };
  yield { type: 'progress', value: 0.5 };
  yield { type: 'finish', finishReason: 'stop' };
}
