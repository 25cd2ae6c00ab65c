import {
  type ApprovalDecision,
  emptyState,
  reduce,
  type StreamEvent,
  type UIMessagePart,
} from 'agent-chat-kit';
import { createEventWriter } from 'agent-chat-kit/server';
import { describe, expect, it } from 'vitest';

/** A run in which every approval is answered as given, as soon as it is asked for. */
function runThat(answer: Omit<ApprovalDecision, 'approvalId'> = { approved: true }) {
  return { decision: async (approvalId: string): Promise<ApprovalDecision> => ({ approvalId, ...answer }) };
}

const write = createEventWriter(runThat());

type Written<Result> = AsyncGenerator<StreamEvent, Result, void>;

/** Everything that is written, and what the agent gets back or what it has to catch. */
async function collect<Result>(written: Written<Result>) {
  const events: StreamEvent[] = [];
  try {
    let next = await written.next();
    for (; !next.done; next = await written.next()) events.push(next.value);
    return { events, result: next.value };
  } catch (error) {
    return { events, error };
  }
}

/** The parts that a client makes of it, while the run still goes on. */
function partsOf(events: readonly StreamEvent[]): readonly UIMessagePart[] {
  let id = 0;
  const context = { now: () => 1_000, generateId: () => `m${++id}` };
  return reduce(emptyState, events, context).messages.at(-1)?.parts ?? [];
}

const typesOf = (events: readonly StreamEvent[]) => events.map((event) => event.type);
const someId = expect.stringMatching(/./);

async function* pieces(...all: readonly string[]): AsyncGenerator<string> {
  yield* all;
}

describe('text', () => {
  it.each([
    ['whole', 'Hello world', 1],
    ['in pieces', ['Hello', '', ' ', 'world'], 3],
    ['in pieces that come', pieces('Hello ', 'world'), 2],
  ])('is written %s', async (_, text, deltas) => {
    const { events } = await collect(write.text(text));
    expect(typesOf(events)).toEqual(['text-start', ...Array(deltas).fill('text-delta'), 'text-end']);
    expect(partsOf(events)).toEqual([{ type: 'text', id: someId, text: 'Hello world', status: 'done' }]);
  });

  it('is a part of its own each time', async () => {
    const { events } = await collect(
      (async function* () {
        yield* write.text('one');
        yield* write.text('two');
      })(),
    );
    expect(partsOf(events)).toMatchObject([{ text: 'one' }, { text: 'two' }]);
  });

  it('is on its way as soon as each piece is there', async () => {
    let asked = 0;
    const written = write.text(
      (function* () {
        while (true) yield String(++asked);
      })(),
    );
    await written.next();
    expect(asked).toBe(0);
    await written.next();
    expect(asked).toBe(1);
    await written.return();
  });

  it('of a source that fails fails', async () => {
    const thrown = new Error('no more');
    const { events, error } = await collect(
      write.text(
        (async function* () {
          yield 'Half';
          throw thrown;
        })(),
      ),
    );
    expect(error).toBe(thrown);
    expect(partsOf(events)).toMatchObject([{ text: 'Half', status: 'streaming' }]);
  });
});

describe('reasoning', () => {
  it('is written as text is', async () => {
    const { events } = await collect(write.reasoning(['Let me ', 'think.']));
    expect(typesOf(events)).toEqual([
      'reasoning-start',
      'reasoning-delta',
      'reasoning-delta',
      'reasoning-end',
    ]);
    expect(partsOf(events)).toMatchObject([{ type: 'reasoning', text: 'Let me think.', status: 'done' }]);
  });
});

describe('an object', () => {
  it('is written as JSON, and can be read while it is', async () => {
    const { events } = await collect(write.object('Recipe', ['{"name":"Flat', 'bread","tags":["quick"]}']));
    expect(events[0]).toEqual({ type: 'text-start', id: someId, responseType: 'Recipe' });
    expect(partsOf(events.slice(0, 2))).toMatchObject([
      { type: 'object', typeName: 'Recipe', partial: { name: 'Flat' }, status: 'streaming' },
    ]);
    expect(partsOf(events)).toMatchObject([
      { type: 'object', typeName: 'Recipe', object: { name: 'Flatbread', tags: ['quick'] }, status: 'done' },
    ]);
  });
});

describe('a tool', () => {
  it('is shown before it runs, runs with its arguments, and gives the agent its result', async () => {
    let shown: readonly UIMessagePart[] = [];
    const events: StreamEvent[] = [];
    const written = write.tool(
      { name: 'add', args: { a: 1, b: 2 }, title: 'Add', toolCallId: 'c1' },
      async (args) => {
        shown = partsOf(events);
        return Number(args['a']) + Number(args['b']);
      },
    );
    let next = await written.next();
    for (; !next.done; next = await written.next()) events.push(next.value);
    expect(next.value).toBe(3);
    expect(shown).toMatchObject([{ toolCallId: 'c1', args: { a: 1, b: 2 }, status: 'running' }]);
    expect(partsOf(events)).toMatchObject([
      {
        type: 'tool-call',
        toolCallId: 'c1',
        toolName: 'add',
        displayName: 'Add',
        args: { a: 1, b: 2 },
        result: 3,
        status: 'done',
      },
    ]);
  });

  it('has an id of its own where it is given none', async () => {
    const ids = new Set<string>();
    for (let count = 0; count < 3; count++) {
      const { events } = await collect(write.tool({ name: 'noop', args: {} }, () => null));
      const used = new Set(events.map((event) => ('toolCallId' in event ? event.toolCallId : undefined)));
      expect(used.size).toBe(1);
      for (const id of used) ids.add(String(id));
    }
    expect(ids.size).toBe(3);
  });

  it('that throws is shown as failed without what it threw, which the agent gets', async () => {
    const thrown = new Error('hunter2');
    const { events, error } = await collect(
      write.tool({ name: 'boom', args: {} }, () => {
        throw thrown;
      }),
    );
    expect(error).toBe(thrown);
    expect(partsOf(events)).toMatchObject([{ type: 'tool-call', status: 'error', error: someId }]);
    expect(JSON.stringify(events)).not.toContain('hunter2');
  });
});

describe('a tool that needs leave', () => {
  const options = {
    name: 'delete',
    args: { id: 7 },
    toolCallId: 'c1',
    choices: ['once', 'always'],
    context: 'For good.',
  };

  it('is asked for with its arguments, its choices and its context', async () => {
    const { events } = await collect(write.approvedTool(options, () => 'gone'));
    expect(typesOf(events)).toEqual([
      'tool-input-start',
      'tool-input-delta',
      'tool-input-end',
      'approval-request',
      'approval-resolved',
      'tool-input-available',
      'tool-output-available',
    ]);
    expect(events[3]).toEqual({
      type: 'approval-request',
      approvalId: someId,
      toolCallId: 'c1',
      toolName: 'delete',
      args: { id: 7 },
      choices: ['once', 'always'],
      context: 'For good.',
    });
    expect(partsOf(events.slice(0, 4))).toMatchObject([
      { status: 'pending', args: { id: 7 }, approval: { status: 'pending', choices: ['once', 'always'] } },
    ]);
  });

  it('runs once it is allowed, with what the person said', async () => {
    const calls: unknown[] = [];
    const run = runThat({ approved: true, choice: 'once', reason: 'Fine.' });
    const { events, result } = await collect(
      createEventWriter(run).approvedTool(options, (...call) => {
        calls.push(...call);
        return 'gone';
      }),
    );
    expect(result).toBe('gone');
    expect(calls).toEqual([
      { id: 7 },
      { approvalId: someId, approved: true, choice: 'once', reason: 'Fine.' },
    ]);
    expect(partsOf(events)).toMatchObject([
      { status: 'done', result: 'gone', approval: { status: 'approved', reason: 'Fine.' } },
    ]);
  });

  it('runs with the arguments as the person changed them, and shows those', async () => {
    const run = runThat({ approved: true, args: { id: 8 } });
    const { events, result } = await collect(createEventWriter(run).approvedTool(options, (args) => args));
    expect(result).toEqual({ id: 8 });
    expect(partsOf(events)).toMatchObject([{ args: { id: 8 }, result: { id: 8 } }]);
  });

  it.each([
    ['with the reason of the person', { reason: 'Not that one.' }, 'Not that one.'],
    ['with a reason of its own', {}, 'Denied by the user.'],
    ['with a reason of its own for an empty one', { reason: '' }, 'Denied by the user.'],
  ])('does not run where it is denied, and is shown as such %s', async (_, said, error) => {
    let ran = false;
    const { events, result } = await collect(
      createEventWriter(runThat({ approved: false, ...said })).approvedTool(options, () => {
        ran = true;
      }),
    );
    expect(ran).toBe(false);
    expect(result).toBeUndefined();
    expect(partsOf(events)).toMatchObject([{ status: 'error', error, approval: { status: 'denied' } }]);
  });

  it('does not run where the run ends first', async () => {
    const stopped = new Error('stopped');
    let ran = false;
    const { events, error } = await collect(
      createEventWriter({ decision: () => Promise.reject(stopped) }).approvedTool(options, () => {
        ran = true;
      }),
    );
    expect(error).toBe(stopped);
    expect(ran).toBe(false);
    expect(events.at(-1)?.type).toBe('approval-request');
  });
});

describe('a tool of the page', () => {
  it('is handed over, which ends the leg', async () => {
    const { events } = await collect(
      write.clientTool({ name: 'ask', args: { question: 'Which?' }, toolCallId: 'c1' }),
    );
    expect(events.slice(-2)).toEqual([
      {
        type: 'client-tool-request',
        executionId: '',
        toolCalls: [{ toolCallId: 'c1', toolName: 'ask', args: { question: 'Which?' } }],
      },
      { type: 'finish', finishReason: 'client-tool-calls' },
    ]);
    expect(partsOf(events)).toMatchObject([
      { type: 'tool-call', toolCallId: 'c1', args: { question: 'Which?' }, status: 'running' },
    ]);
  });
});

describe('what is shown beside the text', () => {
  it('is a page that a statement comes from', async () => {
    const { events } = await collect(write.source({ url: 'https://example.org/', title: 'Example' }));
    expect(partsOf(events)).toEqual([
      { type: 'source', sourceType: 'url', id: someId, url: 'https://example.org/', title: 'Example' },
    ]);
  });

  it('is a document that a statement comes from', async () => {
    const { events } = await collect(
      write.source({ title: 'Report', mediaType: 'application/pdf', filename: 'report.pdf' }),
    );
    expect(partsOf(events)).toEqual([
      {
        type: 'source',
        sourceType: 'document',
        id: someId,
        title: 'Report',
        mediaType: 'application/pdf',
        filename: 'report.pdf',
      },
    ]);
  });

  it('is a file', async () => {
    const file = { mediaType: 'image/png', url: 'https://example.org/a.png', filename: 'a.png', size: 70 };
    const { events } = await collect(write.file({ ...file, toolCallId: 'c1' }));
    expect(partsOf(events)).toEqual([{ ...file, type: 'file', id: someId, toolCallId: 'c1' }]);
    const { events: named } = await collect(write.file({ ...file, id: 'f1' }));
    expect(partsOf(named)).toMatchObject([{ id: 'f1' }]);
  });

  it('is a plan, replaced each time', async () => {
    const todo = (status: 'pending' | 'completed') => [{ id: '1', content: 'Write', status }];
    const { events } = await collect(
      (async function* () {
        yield* write.todos(todo('pending'));
        yield* write.todos(todo('completed'));
      })(),
    );
    expect(partsOf(events)).toMatchObject([{ type: 'todo', todos: todo('completed') }]);
  });

  it('is an operation, running as long as what it does', async () => {
    const { events } = await collect(
      write.operation('Save the draft', 'set-resource', write.text('Saving.')),
    );
    expect(partsOf(events.slice(0, -1))).toMatchObject([
      { type: 'operation', name: 'Save the draft', operationType: 'set-resource', status: 'running' },
      { type: 'text', text: 'Saving.' },
    ]);
    expect(partsOf(events)).toMatchObject([{ type: 'operation', status: 'done' }, { type: 'text' }]);
  });

  it('is an operation that is over at once', async () => {
    const { events } = await collect(write.operation('Save', 'set-resource'));
    expect(partsOf(events)).toMatchObject([{ type: 'operation', name: 'Save', status: 'done' }]);
  });

  it('is data of the application, replaced by its name and id', async () => {
    const { events } = await collect(
      (async function* () {
        yield* write.data('chart', [1], 'c');
        yield* write.data('chart', [1, 2], 'c');
        yield* write.data('chart', [3]);
      })(),
    );
    expect(partsOf(events)).toMatchObject([
      { type: 'data', name: 'chart', id: 'c', data: [1, 2] },
      { type: 'data', name: 'chart', data: [3] },
    ]);
  });
});

describe('the end', () => {
  it('has the reason that it is given, and otherwise that all is said', async () => {
    expect((await collect(write.finish())).events).toEqual([{ type: 'finish', finishReason: 'stop' }]);
    expect((await collect(write.finish('length'))).events).toEqual([
      { type: 'finish', finishReason: 'length' },
    ]);
  });
});

describe('a worker', () => {
  it('shows all that it writes inside itself, and gives the agent its output', async () => {
    const { events, result } = await collect(
      write.worker(
        { slug: 'researcher', description: 'Looks it up', input: { topic: 'SSE' } },
        async function* (nested) {
          yield* nested.reasoning('Hm.');
          const found = yield* nested.tool({ name: 'search', args: { q: 'SSE' } }, () => ['a', 'b']);
          yield* nested.object('Note', '{"a":1}');
          yield* nested.source({ url: 'https://example.org/' });
          yield* nested.file({ mediaType: 'image/png', url: 'https://example.org/a.png' });
          yield* nested.todos([]);
          yield* nested.operation('Save', 'set-resource');
          yield* nested.data('chart', [1]);
          yield* nested.text(`${found.length} found.`);
          return { count: found.length };
        },
      ),
    );
    expect(result).toEqual({ count: 2 });
    const parts = partsOf(events);
    expect(parts).toMatchObject([
      {
        type: 'worker',
        workerSlug: 'researcher',
        description: 'Looks it up',
        input: { topic: 'SSE' },
        output: { count: 2 },
        status: 'done',
      },
    ]);
    const [worker] = parts;
    expect(worker?.type === 'worker' && worker.parts).toMatchObject([
      { type: 'reasoning', text: 'Hm.', status: 'done' },
      { type: 'tool-call', toolName: 'search', result: ['a', 'b'], status: 'done' },
      { type: 'object', object: { a: 1 }, status: 'done' },
      { type: 'source' },
      { type: 'file' },
      { type: 'todo' },
      { type: 'operation', status: 'done' },
      { type: 'data', name: 'chart' },
      { type: 'text', text: '2 found.' },
    ]);
  });

  it('may ask for leave and for a tool of the page', async () => {
    const { events } = await collect(
      write.worker({ slug: 'helper' }, async function* (nested) {
        yield* nested.approvedTool({ name: 'delete', args: {} }, () => 'gone');
        yield* nested.clientTool({ name: 'ask', args: {}, toolCallId: 'c1' });
      }),
    );
    const [worker] = partsOf(events);
    expect(worker?.type === 'worker' && worker.parts).toMatchObject([
      { toolName: 'delete', status: 'done', result: 'gone', approval: { status: 'approved' } },
      { toolName: 'ask' },
    ]);
    const workerId = worker?.type === 'worker' ? worker.workerId : undefined;
    expect(events.find((event) => event.type === 'client-tool-request')?.toolCalls).toEqual([
      { toolCallId: 'c1', toolName: 'ask', args: {}, workerId },
    ]);
  });

  it('is told from another of the same kind', async () => {
    const { events } = await collect(
      (async function* () {
        for (const word of ['one', 'two']) {
          yield* write.worker({ slug: 'helper' }, async function* (nested) {
            yield* nested.text(word);
          });
        }
      })(),
    );
    expect(partsOf(events)).toMatchObject([
      { type: 'worker', parts: [{ text: 'one' }] },
      { type: 'worker', parts: [{ text: 'two' }] },
    ]);
  });

  it('that throws is shown as failed without what it threw, which the agent gets', async () => {
    const thrown = new Error('hunter2');
    const { events, error } = await collect(
      write.worker({ slug: 'helper' }, async function* (nested) {
        yield* nested.text('Half');
        throw thrown;
      }),
    );
    expect(error).toBe(thrown);
    expect(partsOf(events)).toMatchObject([
      { type: 'worker', status: 'error', error: someId, parts: [{ text: 'Half', status: 'done' }] },
    ]);
    expect(JSON.stringify(events)).not.toContain('hunter2');
  });
});
