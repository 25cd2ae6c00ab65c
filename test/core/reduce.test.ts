import {
  type ChatState,
  emptyState,
  endRun,
  type ReduceContext,
  reduce,
  type StreamEvent,
} from 'agent-chat-kit';
import { recordedEvents } from 'agent-chat-kit/testing';
import { describe, expect, it } from 'vitest';
import { fixture, fixtures } from '../fixtures/index.ts';

function context(): ReduceContext {
  let id = 0;
  return { now: () => 1_000, generateId: () => `id-${++id}` };
}

const fold = (events: readonly StreamEvent[], state: ChatState = emptyState) =>
  reduce(state, events, context());
const parts = (state: ChatState) => state.messages.at(-1)?.parts ?? [];
const types = (state: ChatState) => parts(state).map((part) => part.type);

describe('a recorded stream', () => {
  it.each([...fixtures.keys()])('gives the same state whole and event by event: %s', async (name) => {
    const events = await recordedEvents(fixture(name));
    const whole = fold(events);
    const single = context();
    let state = emptyState;
    for (const event of events) state = reduce(state, [event], single);
    expect(state).toEqual(whole);
    expect(parts(whole).length).toBeGreaterThan(0);
  });

  it.each([
    ['text', ['text']],
    ['reasoning', ['reasoning', 'text']],
    ['tool-call', ['tool-call', 'text']],
    ['operation', ['operation', 'text']],
    ['source', ['text', 'source', 'source']],
    ['file', ['text', 'file', 'file']],
    ['object', ['object']],
    ['todo', ['todo', 'text', 'text']],
    ['worker', ['worker', 'text']],
    ['step-start', ['tool-call', 'step-start', 'text']],
  ])('makes its parts in order: %s', async (name, expected) => {
    const state = fold(await recordedEvents(fixture(name)));
    expect(types(state)).toEqual(expected);
    expect(state.messages.at(-1)?.status).toBe('done');
    expect(state.run).toBeNull();
  });

  it('carries a worker’s nested parts, input and output', async () => {
    const [worker] = parts(fold(await recordedEvents(fixture('worker'))));
    expect(worker).toMatchObject({
      type: 'worker',
      workerSlug: 'researcher',
      input: { topic: 'SSE' },
      output: { verdict: 'SSE' },
      status: 'done',
    });
    expect(worker?.type === 'worker' && worker.parts.map((part) => part.type)).toEqual([
      'reasoning',
      'tool-call',
      'text',
    ]);
  });

  it('replaces the todo list in place and closes it', async () => {
    const [todo] = parts(fold(await recordedEvents(fixture('todo'))));
    expect(todo).toMatchObject({ status: 'done', todos: [{ status: 'completed' }, {}, {}] });
  });

  it('gives text of a named thread its thread', async () => {
    expect(parts(fold(await recordedEvents(fixture('thread'))))).toMatchObject([
      { type: 'text' },
      { thread: 'summary' },
    ]);
  });

  it('adds the cost of a run to its message, though it comes after the end', async () => {
    const state = fold(await recordedEvents(fixture('mixed')));
    expect(state.messages.at(-1)?.metadata).toMatchObject({
      finishReason: 'stop',
      usage: { tokens: { totalTokens: 1452 } },
    });
  });
});

describe('streams that are not as they should be', () => {
  it('keeps interleaved ids apart', () => {
    const state = fold([
      { type: 'text-start', id: 'a' },
      { type: 'text-start', id: 'b' },
      { type: 'text-delta', id: 'a', delta: 'A1' },
      { type: 'text-delta', id: 'b', delta: 'B1' },
      { type: 'text-end', id: 'a' },
      { type: 'text-delta', id: 'b', delta: 'B2' },
    ]);
    expect(parts(state)).toMatchObject([
      { text: 'A1', status: 'done' },
      { text: 'B1B2', status: 'streaming' },
    ]);
  });

  it('begins a new part where an id is used again after its end', () => {
    const leg: StreamEvent[] = [
      { type: 'text-start', id: 't' },
      { type: 'text-delta', id: 't', delta: 'one' },
      { type: 'text-end', id: 't' },
    ];
    expect(parts(fold([...leg, ...leg]))).toMatchObject([{ text: 'one' }, { text: 'one' }]);
  });

  it('makes parts whose start is missing', () => {
    const state = fold([
      { type: 'text-delta', id: 't', delta: 'hi' },
      { type: 'reasoning-delta', id: 'r', delta: 'hm' },
      { type: 'tool-input-available', toolCallId: 'c', toolName: 'add', input: { a: 1 } },
      { type: 'tool-output-available', toolCallId: 'd', output: 2 },
      { type: 'text-delta', id: 'n', delta: 'nested', workerId: 'w' },
    ]);
    expect(types(state)).toEqual(['text', 'reasoning', 'tool-call', 'tool-call', 'worker']);
  });

  it('does not let a worker’s block reach the main text', () => {
    const state = fold([
      { type: 'text-start', id: 't' },
      {
        type: 'block-start',
        blockId: 'b',
        blockName: 'B',
        blockType: 'next-message',
        display: 'stream',
        thread: 'side',
        workerId: 'w',
      },
      { type: 'text-delta', id: 't', delta: 'main' },
      { type: 'text-delta', id: 'x', delta: 'side', workerId: 'w' },
    ]);
    const [text, worker] = parts(state);
    expect(text).toEqual({ type: 'text', id: 't', text: 'main', status: 'streaming' });
    expect(worker?.type === 'worker' && worker.parts[0]).toMatchObject({ text: 'side', thread: 'side' });
  });

  it('finds the call inside a worker though its result does not name the worker', () => {
    const state = fold([
      { type: 'tool-input-start', toolCallId: 'c', toolName: 'look', workerId: 'w' },
      { type: 'tool-output-available', toolCallId: 'c', output: 1 },
    ]);
    const [worker] = parts(state);
    expect(worker?.type === 'worker' && worker.parts).toMatchObject([{ status: 'done', result: 1 }]);
    expect(parts(state)).toHaveLength(1);
  });

  it('ignores what it does not know, and ends of what never began', () => {
    const events = [
      { type: 'hologram', beam: 1 },
      { type: 'text-end', id: 'x' },
      { type: 'reasoning-end', id: 'x' },
      { type: 'block-end', blockId: 'x' },
      { type: 'approval-resolved', approvalId: 'x', approved: true },
    ] as unknown as StreamEvent[];
    expect(fold(events).messages).toEqual([]);
  });

  it('closes at the end whatever is still open', () => {
    const open: StreamEvent[] = [
      { type: 'text-delta', id: 't', delta: 'x' },
      { type: 'tool-input-start', toolCallId: 'c', toolName: 'slow' },
      { type: 'worker-start', workerId: 'w', workerSlug: 'helper' },
      { type: 'tool-input-start', toolCallId: 'd', toolName: 'slow', workerId: 'w' },
      { type: 'block-start', blockId: 'b', blockName: 'Save', blockType: 'set-resource', display: 'name' },
      { type: 'todo-update', todos: [] },
    ];
    const finished = fold([...open, { type: 'finish', finishReason: 'stop' }]);
    expect(parts(finished).map((part) => 'status' in part && part.status)).toEqual([
      'done',
      'cancelled',
      'done',
      'done',
      'done',
    ]);
    const stopped = endRun(fold(open), 'stopped', context());
    expect(parts(stopped).map((part) => 'status' in part && part.status)).toEqual([
      'done',
      'cancelled',
      'cancelled',
      'cancelled',
      'done',
    ]);
    expect(stopped.messages.at(-1)?.status).toBe('done');
  });
});

describe('streamed JSON', () => {
  it('shows arguments while they arrive and exactly the input once it is there', () => {
    const begin: StreamEvent[] = [
      { type: 'tool-input-start', toolCallId: 'c', toolName: 'find' },
      { type: 'tool-input-delta', toolCallId: 'c', inputTextDelta: '{"list":[{"name":"An' },
    ];
    expect(parts(fold(begin))[0]).toMatchObject({ args: { list: [{ name: 'An' }] }, status: 'pending' });
    const done = fold([
      ...begin,
      { type: 'tool-input-available', toolCallId: 'c', toolName: 'find', input: { list: [] } },
    ]);
    expect(parts(done)[0]).toMatchObject({ args: { list: [] }, status: 'running' });
    expect(parts(done)[0]).not.toHaveProperty('argsText');
  });

  it('reads what arrived together with the end of the run', () => {
    const state = fold([
      { type: 'tool-input-delta', toolCallId: 'c', inputTextDelta: '{"a":1,"b":2' },
      { type: 'error', errorType: 'provider_error', message: 'gone', source: 'provider', retryable: true },
    ]);
    expect(parts(state)[0]).toMatchObject({ args: { a: 1, b: 2 }, status: 'cancelled' });
  });

  it('takes hostile keys as plain properties', () => {
    const state = fold([
      { type: 'tool-input-delta', toolCallId: 'c', inputTextDelta: '{"__proto__":{"polluted":true},"a":' },
    ]);
    const [call] = parts(state);
    expect(Object.hasOwn((call as { args: object }).args, '__proto__')).toBe(true);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  it('says so where an object is not JSON, and keeps what could be read', () => {
    const state = fold([
      { type: 'text-start', id: 'o', responseType: 'Thing' },
      { type: 'text-delta', id: 'o', delta: '{"a":1, oops' },
      { type: 'text-end', id: 'o' },
    ]);
    expect(parts(state)[0]).toMatchObject({ type: 'object', status: 'error' });
  });
});

describe('identity', () => {
  it('changes only for what an event touches', async () => {
    const events = await recordedEvents(fixture('mixed'));
    const before = fold(events);
    const shared = context();
    const open = reduce(before, [{ type: 'start' }, { type: 'text-delta', id: 'x', delta: 'a' }], shared);
    const after = reduce(open, [{ type: 'text-delta', id: 'x', delta: 'b' }], shared);
    expect(after.messages[0]).toBe(before.messages[0]);
    expect(after.messages[1]).not.toBe(open.messages[1]);
    expect(after.messages[1]?.id).toBe(open.messages[1]?.id);
    expect(after.messages[1]?.createdAt).toBe(open.messages[1]?.createdAt);
    expect(parts(open)).toMatchObject([{ text: 'a' }]);
    expect(parts(after)).toMatchObject([{ text: 'ab' }]);
  });

  it('stays where nothing changed', () => {
    const state = fold([{ type: 'text-delta', id: 'x', delta: 'a' }]);
    expect(reduce(state, [{ type: 'tool-input-end', toolCallId: 'nobody' }], context())).toBe(state);
  });
});
