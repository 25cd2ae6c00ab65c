import { describe, expect, it } from 'vitest';
import { compared, play, type Theirs, theirs } from '../protocols/ai-sdk-mapping.ts';
import { aiPackage } from './ai-sdk-package.ts';

const { readUIMessageStream } = await aiPackage('ai-sdk-reader');

type Chunk = Readonly<Record<string, unknown>>;
type Read = Parameters<typeof readUIMessageStream>[0];

/** What their reader makes of a stream. */
async function readByThem({ initialMessage, chunks }: { initialMessage: Theirs; chunks: readonly Chunk[] }) {
  let last: unknown = initialMessage;
  let error: unknown;
  const stream = new ReadableStream<Chunk>({
    start(controller) {
      for (const chunk of chunks) controller.enqueue(structuredClone(chunk));
      controller.close();
    },
  });
  const options = {
    message: { ...structuredClone(initialMessage), role: 'assistant' },
    stream,
    terminateOnError: true,
    onError: (cause: unknown) => {
      error = cause;
    },
  };
  try {
    for await (const message of readUIMessageStream(options as unknown as Read)) last = message;
  } catch (cause) {
    error = cause;
  }
  return { last: JSON.parse(JSON.stringify(last)) as Theirs, error };
}

const empty: Theirs = { id: 'msg-123', parts: [] };
const STEP = { type: 'start-step' },
  END_STEP = { type: 'finish-step' },
  START = { type: 'start', messageId: 'msg-123' };
const text = (id: string, ...d: string[]): Chunk[] => [
  { type: 'text-start', id },
  ...d.map((delta) => ({ type: 'text-delta', id, delta })),
  { type: 'text-end', id },
];
const call = (toolCallId: string, more: object = {}): Chunk => ({
  type: 'tool-input-available',
  toolCallId,
  toolName: 't',
  input: { a: 1 },
  ...more,
});
const cases: Readonly<Record<string, readonly Chunk[]>> = {
  'metadata at every time': [
    { ...START, messageMetadata: { start: 's', shared: { k1: 1 } } },
    STEP,
    { type: 'text-start', id: 't' },
    { type: 'text-delta', id: 't', delta: 'x' },
    { type: 'message-metadata', messageMetadata: { metadata: 'm', shared: { k2: 2 } } },
    { type: 'text-end', id: 't' },
    END_STEP,
    { type: 'finish', messageMetadata: { finish: 'f', shared: { k6: 3 } } },
  ],
  'a text with changing metadata': [
    START,
    STEP,
    { type: 'text-start', id: 't', providerMetadata: { p: { k: 1 } } },
    { type: 'text-delta', id: 't', delta: 'a', providerMetadata: { p: { k: 2 } } },
    { type: 'text-end', id: 't', providerMetadata: { p: { k: 3 } } },
    END_STEP,
    { type: 'finish' },
  ],
  sources: [
    START,
    STEP,
    { type: 'source-url', sourceId: 's', url: 'https://e', title: 'T', providerMetadata: { a: { b: 1 } } },
    { type: 'source-url', sourceId: 's2', url: 'https://e' },
    { type: 'source-document', sourceId: 'd', mediaType: 'text/plain', title: 'D', filename: 'f' },
    END_STEP,
  ],
  'preliminary results': [
    START,
    STEP,
    call('c'),
    { type: 'tool-output-available', toolCallId: 'c', output: 1, preliminary: true },
    { type: 'tool-output-available', toolCallId: 'c', output: 2, preliminary: true },
    { type: 'tool-output-available', toolCallId: 'c', output: 3 },
    END_STEP,
    { type: 'finish' },
  ],
  'a preliminary result': [
    START,
    STEP,
    call('c'),
    { type: 'tool-output-available', toolCallId: 'c', output: 1, preliminary: true },
  ],
  'a call that ends with a preliminary result': [
    START,
    STEP,
    call('c'),
    { type: 'tool-output-available', toolCallId: 'c', output: 1, preliminary: true },
    END_STEP,
    { type: 'finish' },
  ],
  'a title': [
    START,
    STEP,
    { type: 'tool-input-start', toolCallId: 'c', toolName: 't', title: 'Title' },
    { type: 'tool-input-delta', toolCallId: 'c', inputTextDelta: '{"a":1}' },
    call('c', { title: 'Title' }),
    END_STEP,
    { type: 'finish' },
  ],
  'arguments on their way': [
    START,
    STEP,
    { type: 'tool-input-start', toolCallId: 'c', toolName: 't' },
    { type: 'tool-input-delta', toolCallId: 'c', inputTextDelta: '{"a":"b' },
  ],
  'arguments that have not begun': [
    START,
    STEP,
    { type: 'tool-input-start', toolCallId: 'c', toolName: 't' },
  ],
  'metadata of a call and of its result': [
    START,
    STEP,
    call('c', { providerExecuted: true, providerMetadata: { p: { call: 1 } } }),
    {
      type: 'tool-output-available',
      toolCallId: 'c',
      output: 1,
      providerExecuted: true,
      providerMetadata: { p: { result: 1 } },
    },
    END_STEP,
    { type: 'finish' },
  ],
  'an id that is used again in another step': [
    START,
    STEP,
    call('c'),
    { type: 'tool-output-available', toolCallId: 'c', output: 1 },
    END_STEP,
    STEP,
    call('c', { input: { b: 2 } }),
    { type: 'tool-output-available', toolCallId: 'c', output: 2 },
    END_STEP,
    { type: 'finish' },
  ],
  'a result in a later step': [
    START,
    STEP,
    call('c'),
    END_STEP,
    STEP,
    ...text('t', 'x'),
    { type: 'tool-output-available', toolCallId: 'c', output: 2 },
    END_STEP,
    { type: 'finish' },
  ],
  'a signed approval': [
    { type: 'start' },
    STEP,
    call('c'),
    {
      type: 'tool-approval-request',
      approvalId: 'a',
      toolCallId: 'c',
      approvalDescriptor: { x: 1 },
      inputSchemaInput: { y: 1 },
      signature: 's',
    },
    END_STEP,
    { type: 'finish' },
  ],
  'an approval of no call': [
    START,
    STEP,
    { type: 'tool-approval-request', approvalId: 'a', toolCallId: 'nope' },
  ],
  'the result of no call': [START, STEP, { type: 'tool-output-available', toolCallId: 'nope', output: 1 }],
  'the refusal of no call': [START, STEP, { type: 'tool-output-denied', toolCallId: 'nope' }],
  'the failure of no call': [START, STEP, { type: 'tool-output-error', toolCallId: 'nope', errorText: 'x' }],
  'reasoning that was not begun': [START, STEP, { type: 'reasoning-delta', id: 'r', delta: 'x' }],
  'a text after its end': [START, STEP, ...text('t', 'x'), { type: 'text-delta', id: 't', delta: 'y' }],
  'texts side by side': [
    START,
    STEP,
    { type: 'text-start', id: '1' },
    { type: 'text-start', id: '2' },
    { type: 'text-delta', id: '1', delta: 'a' },
    { type: 'text-delta', id: '2', delta: 'b' },
    { type: 'text-delta', id: '1', delta: 'c' },
    { type: 'text-end', id: '2' },
    { type: 'text-end', id: '1' },
    END_STEP,
  ],
  'an id that is used for two texts': [
    START,
    STEP,
    ...text('0', 'a'),
    END_STEP,
    STEP,
    ...text('0', 'b'),
    END_STEP,
    { type: 'finish' },
  ],
  'data with and without ids': [
    START,
    STEP,
    { type: 'data-a', id: '1', data: { x: 1 } },
    { type: 'data-b', id: '1', data: 2 },
    { type: 'data-a', id: '1', data: { y: 2 } },
    { type: 'data-a', data: 3 },
    { type: 'data-a', data: 4 },
    END_STEP,
    { type: 'finish' },
  ],
  'arguments without names': [
    START,
    STEP,
    call('c', { input: 'text' }),
    call('d', { input: null }),
    call('e', { input: [1] }),
    { type: 'tool-output-available', toolCallId: 'e', output: null },
    END_STEP,
    { type: 'finish' },
  ],
  'arguments that cannot be used': [
    START,
    STEP,
    { type: 'tool-input-error', toolCallId: 'c', toolName: 't', input: '{', errorText: 'bad' },
    {
      type: 'tool-input-error',
      toolCallId: 'd',
      toolName: 't',
      input: { q: 1 },
      errorText: 'bad',
      dynamic: true,
      providerExecuted: true,
    },
    END_STEP,
  ],
  'an abort': [START, STEP, ...text('1', 'a'), { type: 'abort', reason: 'x' }],
  'a failure on the way': [
    START,
    STEP,
    { type: 'text-start', id: '1' },
    { type: 'text-delta', id: '1', delta: 'a' },
    { type: 'error', errorText: 'bad' },
  ],
  'a text without an end': [
    START,
    STEP,
    { type: 'text-start', id: '1' },
    { type: 'text-delta', id: '1', delta: 'a' },
    END_STEP,
    { type: 'finish' },
  ],
  'metadata of a tool': [
    START,
    STEP,
    { type: 'tool-input-start', toolCallId: 'c', toolName: 't', toolMetadata: { a: 1 } },
    call('c', { toolMetadata: { b: 1 } }),
    { type: 'tool-output-error', toolCallId: 'c', errorText: 'x', toolMetadata: { c: 1 } },
    END_STEP,
  ],
  'nothing but a text': [...text('1', 'a')],
};
const tool = (state: string, more: object = {}) => ({
  type: 'tool-t',
  toolCallId: 'c',
  state,
  input: { a: 1 },
  ...more,
});
const continued: Readonly<Record<string, readonly [Theirs, readonly Chunk[]]>> = {
  'a call whose arguments were on their way': [
    { id: 'o', parts: [{ type: 'step-start' }, tool('input-streaming', { rawInput: '{"a":', input: {} })] },
    [{ type: 'start' }, { type: 'tool-input-delta', toolCallId: 'c', inputTextDelta: '1}' }, call('c')],
  ],
  'data that was there': [
    { id: 'o', parts: [{ type: 'data-a', id: '1', data: 1 }] },
    [{ type: 'start' }, { type: 'data-a', id: '1', data: 2 }],
  ],
  'the result of a call that was there': [
    { id: 'o', parts: [{ type: 'step-start' }, tool('input-available')] },
    [
      { type: 'start' },
      { type: 'tool-output-available', toolCallId: 'c', output: 5 },
      STEP,
      ...text('1', 'x'),
      END_STEP,
      { type: 'finish' },
    ],
  ],
  'the late result of a provider': [
    { id: 'o', parts: [{ type: 'step-start' }, tool('input-available', { providerExecuted: true })] },
    [
      { type: 'start' },
      STEP,
      { type: 'tool-output-available', toolCallId: 'c', output: 5, providerExecuted: true },
      ...text('1', 'x'),
      END_STEP,
      { type: 'finish' },
    ],
  ],
  'the failure of a call that was allowed': [
    {
      id: 'o',
      parts: [{ type: 'step-start' }, tool('approval-responded', { approval: { id: 'a', approved: true } })],
    },
    [
      { type: 'start' },
      { type: 'tool-output-error', toolCallId: 'c', errorText: 'bad' },
      STEP,
      ...text('1', 'x'),
      END_STEP,
      { type: 'finish' },
    ],
  ],
};

describe('a stream is read as by the AI SDK', () => {
  it.each([
    ...Object.entries(cases).map(([name, chunks]) => ({ name, initialMessage: empty, chunks })),
    ...Object.entries(continued).map(([name, [initialMessage, chunks]]) => ({
      name,
      initialMessage,
      chunks,
    })),
  ])('$name', async (sequence) => {
    const read = await readByThem(sequence);
    const { state, error } = play(sequence);
    expect(theirs(state, sequence.initialMessage)).toStrictEqual(compared(read.last));
    expect(error !== undefined).toBe(read.error !== undefined);
  });
});
