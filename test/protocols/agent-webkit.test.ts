import { readFileSync } from 'node:fs';
import { emptyState, reduce, type StreamEvent, type UIMessage } from 'agent-chat-kit';
import { describe, expect, it, vi } from 'vitest';
import { AgentWebkitDecoder, agentWebkit } from '../../src/protocols/agent-webkit/agent-webkit.ts';
import type { Frame } from '../../src/stream/frame.ts';
import { createSSEParser } from '../../src/stream/sse-parser.ts';
import { testProtocol } from './test-protocol.ts';

const read = (name: string) => readFileSync(new URL(`../fixtures/${name}`, import.meta.url), 'utf8');
/** A recording begins with the head of the response. */
const bodyOf = (recording: string) => recording.replaceAll('\r\n', '\n').split('\n\n').slice(1).join('\n\n');
const recorded = bodyOf(read('wire/agent-webkit/01-read_allow-stream.txt'));
const deltas = read('agent-webkit/deltas.sse');
const question = read('agent-webkit/question.sse');

function framesOf(text: string): Frame[] {
  const frames: Frame[] = [];
  const parser = createSSEParser({ onFrame: (frame) => frames.push(frame) });
  parser.feed(text);
  parser.end();
  return frames;
}

function play(frames: readonly Frame[], decoder = new AgentWebkitDecoder()): StreamEvent[] {
  return frames.flatMap((frame) => (decoder.ended ? [] : [...decoder.read(frame)]));
}

function messageOf(events: readonly StreamEvent[]): UIMessage | undefined {
  let ids = 0;
  return reduce(emptyState, events, { now: () => 1, generateId: () => `${++ids}` }).messages.at(-1);
}

const frame = (event: string, data: object, id?: number): Frame => ({
  event,
  data: JSON.stringify(data),
  ...(id !== undefined && { id: `${id}` }),
});
const complete = (id: string, ...content: readonly unknown[]) =>
  frame('message_complete', { message_id: id, message: { id, role: 'assistant', content } });
const text = (words: string) => ({ type: 'text', text: words });
const delta = (id: string, value: object) => frame('message_delta', { message_id: id, delta: value });
const wordsOf = (frames: readonly Frame[]) =>
  messageOf(play(frames))?.parts.flatMap((part) => (part.type === 'text' ? [part.text] : []));

testProtocol('agent-webkit', {
  protocol: agentWebkit,
  streams: { recorded, deltas, question },
  failures: [
    { status: 401, body: '{"detail":"Invalid token"}', type: 'authentication_error', retryable: false },
    { status: 404, body: '{"detail":"Session not found"}', type: 'not_found_error', retryable: false },
    {
      status: 503,
      body: '{"detail":"full","code":"backpressure"}',
      type: 'provider_overloaded',
      retryable: true,
    },
  ],
});

describe('what an agent-webkit server says', () => {
  it('is understood as it was recorded', () => {
    const events = play(framesOf(recorded));
    expect(events.map(({ type }) => type)).toEqual([
      'start',
      'tool-input-available',
      'approval-request',
      'tool-output-available',
      'text-start',
      'text-delta',
      'text-end',
      'usage',
      'finish',
    ]);
    expect(messageOf(events)).toMatchObject({
      status: 'done',
      metadata: { usage: { totalCostUsd: 0.002 }, finishReason: 'stop' },
      parts: [
        { type: 'tool-call', toolName: 'Read', args: { path: './README.md' }, result: 'first line' },
        { type: 'text', text: 'First line: first line' },
      ],
    });
  });

  it('is shown as it comes, and what the whole message adds is added', () => {
    expect(messageOf(play(framesOf(deltas)))).toMatchObject({
      parts: [
        { type: 'text', text: 'Let me look. ✓' },
        {
          type: 'tool-call',
          toolCallId: 'tu_1',
          args: { path: 'a.md' },
          status: 'done',
          result: 'first\nsecond',
        },
        { type: 'reasoning', text: 'Hm.', status: 'done' },
        { type: 'text', text: ' Now' },
        { type: 'data', name: 'mcp-status', id: 'files', data: { status: 'connected' } },
        { type: 'text', text: 'Done.' },
      ],
      metadata: { usage: { totalCostUsd: 0.01, turns: 2, tokens: { input_tokens: 3, output_tokens: 4 } } },
    });
  });

  it('is shown once, however often and in however many pieces it is said', () => {
    expect(
      wordsOf([delta('m', { text: 'Hel' }), delta('m', { text: 'lo' }), complete('m', text('Hello'))]),
    ).toEqual(['Hello']);
    expect(wordsOf([delta('m', { text: 'AB' }), complete('m', text('A'), text('B'))])).toEqual(['AB']);
    expect(wordsOf([complete('m', text('A')), complete('m', text('A'))])).toEqual(['A']);
    expect(wordsOf([complete('m', text('A')), complete('m', text('A'), text('B'))])).toEqual(['A', 'B']);
    expect(wordsOf([delta('m', { text: 'Hel' }), complete('m', text('Hello'))])).toEqual(['Hello']);
    expect(wordsOf([complete('m', text('A')), complete('n', text('A'))])).toEqual(['A', 'A']);
  });

  it('is never lost where a message turns out to be another than its pieces', () => {
    expect(wordsOf([delta('m', { text: 'lo world' }), complete('m', text('Hello world'))])).toEqual([
      'lo world',
      'Hello world',
    ]);
  });

  it('is a tool that failed, with what it said', () => {
    const call = frame('tool_use', { message_id: 'm', tool_use_id: 't', tool_name: 'Read', input: {} });
    const failed = (output: unknown) =>
      messageOf(play([call, frame('tool_result', { tool_use_id: 't', output, is_error: true })]))?.parts[0];
    expect(failed([text('No such file')])).toMatchObject({ status: 'error', error: 'No such file' });
    expect(failed(null)).toMatchObject({ status: 'error', error: 'The tool failed.' });
  });

  it('is a question for each that the agent asks, as forms take it', () => {
    const events = play(framesOf(question));
    expect(events.find(({ type }) => type === 'client-tool-request')).toEqual({
      type: 'client-tool-request',
      executionId: 'tu_1',
      toolCalls: [
        {
          toolCallId: 'tu_1:0',
          toolName: 'ask-user',
          args: {
            question: 'Which?',
            header: 'Choice',
            multiSelect: true,
            options: [
              { label: 'A', value: 'A', description: 'First' },
              { label: 'B', value: 'B' },
            ],
          },
        },
        { toolCallId: 'tu_1:1', toolName: 'ask-user', args: { question: 'Why?' } },
      ],
    });
    expect(events.at(-1)).toEqual({ type: 'finish', finishReason: 'client-tool-calls' });
  });

  it('is a question also where it is not of the known shape', () => {
    const asked = (questions: unknown) =>
      play([frame('ask_user_question', { correlation_id: 'q', questions })]).find(
        ({ type }) => type === 'client-tool-request',
      );
    expect(asked([{ question: 'Which?', options: ['A', 7] }])).toMatchObject({
      toolCalls: [{ toolCallId: 'q', args: { question: 'Which?', options: [{ label: 'A', value: 'A' }] } }],
    });
    expect(asked({ what: 1 })).toMatchObject({ toolCalls: [{ args: { what: 1 } }] });
    expect(asked(null)).toMatchObject({ toolCalls: [{ args: {} }] });
  });

  it('ends a turn in different ways', () => {
    const ended = (subtype: string, interrupted = false) => {
      const decoder = new AgentWebkitDecoder();
      decoder.interrupted = interrupted;
      return play([frame('result', { session_id: 's', subtype })], decoder).at(-1);
    };
    expect(ended('success')).toMatchObject({ finishReason: 'stop' });
    expect(ended('error_max_turns')).toMatchObject({ finishReason: 'length' });
    expect(ended('error_during_execution')).toMatchObject({
      type: 'error',
      code: 'error-during-execution',
      retryable: true,
    });
    expect(ended('error_during_execution', true)).toMatchObject({ finishReason: 'stop' });
  });

  it('is passed over for as many turns as nobody waits for', () => {
    const onTurnEnd = vi.fn();
    const decoder = new AgentWebkitDecoder({ skip: 2, onTurnEnd });
    const events = play(
      [
        complete('a', text('Old.')),
        frame('result', { subtype: 'error_during_execution' }),
        frame('error', { code: 'query_failed', message: 'x' }),
        complete('b', text('New.')),
        frame('result', { subtype: 'success' }),
      ],
      decoder,
    );
    expect(messageOf(events)?.parts).toMatchObject([{ text: 'New.' }]);
    expect(onTurnEnd).toHaveBeenCalledTimes(3);
  });

  it('is passed over, and said so, where it cannot be read', () => {
    const events = play([
      { event: 'message_complete', data: '{' },
      { event: 'tool_use', data: '[]' },
      complete('m', text('Hello.')),
      { event: 'result', data: '{' },
    ]);
    const notice = { type: 'data', name: 'notice', data: { code: 'malformed-event' } };
    expect(messageOf(events)?.parts).toMatchObject([notice, notice, { text: 'Hello.' }]);
    expect(events.at(-1)).toMatchObject({ type: 'finish' });
    // What is skipped is not even looked at.
    const decoder = new AgentWebkitDecoder({ skip: 1 });
    expect(decoder.read({ event: 'message_complete', data: '{' })).toEqual([]);
  });

  it('is asked for again where an id is missing, once', () => {
    const decoder = new AgentWebkitDecoder({ after: 3 });
    const missing = { ...delta('m', { text: 'A' }), id: '6' };
    expect(() => decoder.read(missing)).toThrow(expect.objectContaining({ code: 'stream-interrupted' }));
    expect(messageOf([...decoder.read(missing)])?.parts).toMatchObject([{ text: 'A' }]);
  });
});

describe('what is said to an agent-webkit server', () => {
  const asks = { type: 'trigger', triggerName: 'user-message' } as const;
  const user = (...parts: UIMessage['parts']): UIMessage => ({
    id: 'u',
    role: 'user',
    parts,
    status: 'done',
    createdAt: new Date(0),
  });

  it('is the text of the user, with images as blocks and other files by where they are', () => {
    const words = { type: 'text', text: 'Look.', status: 'done' } as const;
    const file = (mediaType: string, url: string) =>
      ({ type: 'file', id: 'f', mediaType, url, filename: 'a.png' }) as const;
    const encoded = (...parts: UIMessage['parts']) => agentWebkit().encode(asks, [user(...parts)])['content'];
    expect(encoded(words)).toBe('Look.');
    expect(encoded(file('image/png', 'data:image/png;base64,QUJD'), words)).toEqual([
      { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'QUJD' } },
      { type: 'text', text: 'Look.' },
    ]);
    expect(encoded(file('image/png', 'https://x/a.png'), words)).toBe('a.png: https://x/a.png\n\nLook.');
    expect(encoded(words, { ...words, thread: 'summary' })).toBe('Look.');
  });

  it('is refused where there is nothing to say', () => {
    expect(() => agentWebkit().encode({ ...asks, triggerName: 'summarise' }, [])).toThrow(
      expect.objectContaining({ code: 'message-missing' }),
    );
  });
});
