import { readFileSync } from 'node:fs';
import { emptyState, reduce, type StreamEvent, type UIMessage } from 'agent-chat-kit';
import { describe, expect, it } from 'vitest';
import { CaviDecoder, cavi } from '../../src/protocols/cavi/cavi.ts';
import { createSSEParser } from '../../src/stream/sse-parser.ts';
import { testProtocol } from './test-protocol.ts';

const read = (name: string) => readFileSync(new URL(`../fixtures/cavi/${name}`, import.meta.url), 'utf8');
const canonical = read('canonical.sse');
const gateway = read('gateway.sse');

function valuesOf(text: string): unknown[] {
  const values: unknown[] = [];
  const parser = createSSEParser({ onFrame: ({ data }) => values.push(JSON.parse(data)) });
  parser.feed(text);
  parser.end();
  return values;
}

function play(values: readonly unknown[], decoder = new CaviDecoder()): StreamEvent[] {
  return values.flatMap((value) => (decoder.ended ? [] : [...decoder.take(value)]));
}

function messageOf(events: readonly StreamEvent[]): UIMessage | undefined {
  let ids = 0;
  return reduce(emptyState, events, { now: () => 1, generateId: () => `${++ids}` }).messages.at(-1);
}

const partsOf = (...values: readonly unknown[]) => messageOf(play(values))?.parts;
const call = (event: string, toolCall: object) => ({ event: `tool.call.${event}`, runId: 'r', toolCall });
const done = { event: 'run.completed', runId: 'r' };

testProtocol('cavi', {
  protocol: cavi,
  streams: { canonical, gateway },
  failures: [
    { status: 401, body: '{"error":{"message":"No."}}', type: 'authentication_error', retryable: false },
    { status: 403, body: '', type: 'permission_error', retryable: false },
    { status: 503, body: '', type: 'provider_overloaded', retryable: true },
  ],
});

describe('what a gateway says of a run', () => {
  it('is understood in the words that all its kinds share', () => {
    expect(messageOf(play(valuesOf(canonical)))).toMatchObject({
      parts: [
        { type: 'text', text: 'Let me look. ' },
        { type: 'tool-call', toolName: 'read', args: { path: 'a.md' }, status: 'done', result: 'first' },
        {
          type: 'tool-call',
          toolName: 'read',
          args: { input: '{"path":"b.md"' },
          status: 'error',
          error: 'No such file',
        },
        { type: 'tool-call', toolName: 'approval', status: 'done' },
        { type: 'text', text: 'Done ✓' },
      ],
      metadata: { usage: { tokens: { inputTokens: 3, outputTokens: 4 } }, finishReason: 'stop' },
    });
  });

  it('is understood as a Hermes gateway puts it, and events of other runs are passed over', () => {
    expect(messageOf(play(valuesOf(gateway), new CaviDecoder('r2')))).toMatchObject({
      parts: [
        { type: 'reasoning', text: 'Hm.', status: 'done' },
        { type: 'tool-call', toolName: 'terminal', args: { command: 'ls' }, status: 'done', result: 'a b' },
        { type: 'text', text: 'There are two.' },
        { type: 'data', name: 'notice', data: { code: 'stream-gap', message: 'overrun' } },
        { type: 'data', name: 'notice', data: { code: 'run-cancelled', message: 'stopped' } },
      ],
      metadata: { finishReason: 'other' },
    });
  });

  it('is understood as an OpenClaw gateway pushes it', () => {
    const chat = (state: string, more = {}) => ({ event: 'chat', runId: 'r', state, ...more });
    expect(
      partsOf(
        chat('delta', { deltaText: 'Hel' }),
        chat('final', { message: { content: [{ type: 'text', text: 'Hello' }] } }),
      ),
    ).toMatchObject([{ text: 'Hello' }]);
    const agent = (phase: string, more = {}) =>
      play([{ event: 'agent', runId: 'r', stream: 'lifecycle', data: { phase, ...more } }]).at(-1);
    expect(agent('end')).toMatchObject({ type: 'finish', finishReason: 'stop' });
    expect(agent('error', { error: 'No.' })).toMatchObject({ type: 'error', message: 'No.' });
    expect(agent('aborted')).toMatchObject({ type: 'finish', finishReason: 'other' });
    expect(agent('start')).toBeUndefined();
  });

  it('is shown whole where it did not come in pieces, and as far as it did not', () => {
    const delta = (text: string) => ({ event: 'message.delta', delta: text });
    const tool = [call('started', { id: 'x', name: 'read' }), call('completed', { id: 'x', name: 'read' })];
    const words = (...values: readonly unknown[]) =>
      partsOf(...values)?.flatMap((part) => (part.type === 'text' ? [part.text] : []));
    expect(words({ ...done, output: 'Hello.' })).toEqual(['Hello.']);
    expect(words(delta('Hel'), { ...done, output: 'Hello.' })).toEqual(['Hello.']);
    expect(words(delta('Wait. '), ...tool, delta('Hel'), { ...done, output: 'Hello.' })).toEqual([
      'Wait. ',
      'Hello.',
    ]);
    expect(words(delta('Hello.'), { ...done, output: 'Hello.' })).toEqual(['Hello.']);
    expect(words(delta('Something else.'), { ...done, output: 'Hello.' })).toEqual(['Something else.']);
  });

  it('is one that was interrupted', () => {
    expect(play([{ event: 'operation.interrupted', operationId: 'r' }]).at(-1)).toMatchObject({
      type: 'error',
      code: 'run-interrupted',
      retryable: true,
    });
    expect(play([{ event: 'run.failed', error: { message: 'No.' } }]).at(-1)).toMatchObject({
      code: 'run-failed',
      message: 'No.',
    });
    expect(play([{ event: 'run.failed' }]).at(-1)).toMatchObject({ message: 'The run failed.' });
  });
});

describe('what belongs to a call of a tool', () => {
  const calls = (...values: readonly unknown[]) =>
    (partsOf(...values) ?? []).flatMap((part) =>
      part.type === 'tool-call' ? [[part.toolName, part.result ?? part.error]] : [],
    );

  it('is told by the id where the id fits', () => {
    expect(
      calls(
        call('started', { id: 'a', name: 'read' }),
        call('started', { id: 'b', name: 'read' }),
        call('completed', { id: 'b', name: 'read', output: 'B' }),
        call('completed', { id: 'a', name: 'read', output: 'A' }),
      ),
    ).toEqual([
      ['read', 'A'],
      ['read', 'B'],
    ]);
  });

  it('is told by the name and the order where it does not', () => {
    expect(
      calls(
        call('started', { id: 'r:read:1', name: 'read' }),
        call('started', { id: 'r:list:2', name: 'list' }),
        call('started', { id: 'r:read:3', name: 'read' }),
        call('completed', { id: 'r:read:4', name: 'read', output: 'A' }),
        call('completed', { id: 'r:list:5', name: 'list', output: 'L' }),
        call('failed', { id: 'r:read:6', name: 'read', error: 'B' }),
      ),
    ).toEqual([
      ['read', 'A'],
      ['list', 'L'],
      ['read', 'B'],
    ]);
  });

  it('is a call also where nothing told of its beginning, and once where its end is told twice', () => {
    const end = call('completed', { id: 'a', name: 'read', input: '{"x":1}', output: 'A' });
    expect(calls(end, end)).toEqual([['read', 'A']]);
  });

  it('is another call where the same id comes again for one', () => {
    expect(
      calls(
        call('started', { name: 'read' }),
        call('completed', { name: 'read', output: 'A' }),
        call('started', { name: 'read' }),
        call('completed', { name: 'read', output: 'B' }),
      ),
    ).toEqual([
      ['read', 'A'],
      ['read', 'B'],
    ]);
  });
});

describe('what a gateway is told', () => {
  const user = (...parts: UIMessage['parts']): UIMessage => ({
    id: 'u',
    role: 'user',
    parts,
    status: 'done',
    createdAt: new Date(0),
  });
  const asks = { type: 'trigger', triggerName: 'user-message' } as const;
  const words = { type: 'text', text: 'Look.', status: 'done' } as const;

  it('is what the user said, with files that came along', () => {
    const file = {
      type: 'file',
      id: 'f',
      mediaType: 'image/png',
      url: 'data:image/png;base64,QUJD',
      filename: 'a.png',
      size: 3,
    } as const;
    expect(
      cavi({ sessionId: 's', tools: [{ name: 'x' }], metadata: { a: 1 } }).encode(asks, [user(file, words)]),
    ).toEqual({
      input: 'Look.',
      session_id: 's',
      session_key: 's',
      sessionKey: 's',
      tools: [{ name: 'x' }],
      metadata: { a: 1 },
      attachments: [
        {
          name: 'a.png',
          mime_type: 'image/png',
          mimeType: 'image/png',
          size: 3,
          data_base64: 'QUJD',
          dataBase64: 'QUJD',
        },
      ],
    });
    expect(cavi().encode(asks, [user({ ...file, url: 'https://x/a.png' }, words)])).toEqual({
      input: [{ role: 'user', content: 'a.png: https://x/a.png\n\nLook.' }],
    });
  });

  it('is a choice among its own', () => {
    const { encodeDecision } = cavi();
    expect(encodeDecision?.({ approvalId: 'a', approved: true })).toEqual({ approved: true, choice: 'once' });
    expect(encodeDecision?.({ approvalId: 'a', approved: true, choice: 'session' })).toEqual({
      approved: true,
      choice: 'session',
    });
    expect(encodeDecision?.({ approvalId: 'a', approved: false, reason: 'No.' })).toEqual({
      approved: false,
      choice: 'deny',
      reason: 'No.',
    });
  });
});
