import type { AgentChatError } from 'agent-chat-kit';
import { describe, expect, it } from 'vitest';
import { openAIChat } from '../../src/protocols/openai-chat/openai-chat.ts';
import {
  asked,
  call,
  chunk,
  dataOf,
  decode,
  endOf,
  type Json,
  partsOf,
  streams,
  typesOf,
} from './openai-chat-frames.ts';
import { transcripts } from './openai-chat-transcripts.ts';
import { testProtocol } from './test-protocol.ts';

describe('an answer', () => {
  it('is told as text with its end, its cost and its reason', () => {
    expect(decode(dataOf('text'))).toStrictEqual([
      { type: 'start', messageId: 'chatcmpl-1' },
      { type: 'text-start', id: 'chatcmpl-1-text-1' },
      { type: 'text-delta', id: 'chatcmpl-1-text-1', delta: 'Two words: ' },
      { type: 'text-delta', id: 'chatcmpl-1-text-1', delta: '“grüß dich”' },
      { type: 'text-delta', id: 'chatcmpl-1-text-1', delta: '.' },
      { type: 'text-end', id: 'chatcmpl-1-text-1' },
      {
        type: 'usage',
        prompt_tokens: 12,
        completion_tokens: 5,
        total_tokens: 17,
        completion_tokens_details: { reasoning_tokens: 2 },
        tokens: { inputTokens: 12, outputTokens: 5, totalTokens: 17 },
        model: 'm-1',
      },
      { type: 'finish', finishReason: 'stop' },
    ]);
  });

  it.each([
    ['reasoning', 'The sky scatters light.', 'Because of scattering.'],
    ['thinking-parts', 'Two and two is four.', 'Four.'],
  ])('has the thoughts before it as a part of their own: %s', (name, thought, text) => {
    expect(partsOf(decode(dataOf(name)))).toMatchObject([
      { type: 'reasoning', text: thought, status: 'done' },
      { type: 'text', text, status: 'done' },
    ]);
  });

  it('shows thoughts once that come in several fields, and keeps their signature', () => {
    const [reasoning, ...rest] = partsOf(decode(dataOf('signed-reasoning')));
    expect(reasoning).toMatchObject({
      type: 'reasoning',
      text: 'I look it up.',
      providerMetadata: {
        reasoning_details: [
          {
            type: 'reasoning.text',
            format: 'anthropic-claude-v1',
            index: 0,
            text: 'I look it up.',
            signature: 'c2lnbmVk',
          },
        ],
      },
    });
    expect(rest).toMatchObject([{ type: 'tool-call', toolName: 'look_up', args: { word: 'grüß' } }]);
  });

  it('does not repeat thoughts that come once more in another field', () => {
    const details = [{ type: 'reasoning.text', text: 'Hm, yes.', signature: 's', index: 0 }];
    const events = decode([
      chunk({ reasoning: 'Hm, ' }),
      chunk({ reasoning: 'yes.' }),
      chunk({ reasoning_content: 'Hm, yes.', reasoning_details: details }),
      chunk({ content: 'Yes.' }, 'stop'),
    ]);
    expect(partsOf(events)).toMatchObject([
      { type: 'reasoning', text: 'Hm, yes.' },
      { type: 'text', text: 'Yes.' },
    ]);
  });

  it('reads thoughts that are only in the details, each by itself', () => {
    const detail = (text: string, index: number) =>
      chunk({ reasoning_details: [{ type: 'reasoning.summary', summary: text, index }] });
    const events = decode([detail('One ', 0), detail('thought', 0), detail('Another', 1), chunk({}, 'stop')]);
    expect(partsOf(events)).toMatchObject([
      {
        type: 'reasoning',
        text: 'One thought',
        providerMetadata: { reasoning_details: [{ summary: 'One thought' }] },
      },
      {
        type: 'reasoning',
        text: 'Another',
        providerMetadata: { reasoning_details: [{ summary: 'Another' }] },
      },
    ]);
  });

  it('keeps encrypted thoughts without a word of them on what they come with', () => {
    const secret = { type: 'reasoning.encrypted', data: 'AAA', id: 'call_1', index: 0 };
    const events = decode([
      chunk({ tool_calls: [{ index: 0, ...call('call_1', 'f', '{}') }], reasoning_details: [secret] }),
      chunk({}, 'tool_calls'),
    ]);
    expect(partsOf(events)).toMatchObject([
      { type: 'tool-call', providerMetadata: { reasoning_details: [secret] } },
    ]);
  });

  it('keeps encrypted thoughts apart from each other', () => {
    const secret = (data: string) => ({ type: 'reasoning.encrypted', data, index: 0 });
    const [one, two] = [secret('AAA'), secret('BBB')];
    const events = decode([
      chunk({ content: 'x', reasoning_details: [one] }),
      chunk({ reasoning_details: [two] }, 'stop'),
    ]);
    expect(partsOf(events)).toMatchObject([
      { type: 'text', providerMetadata: { reasoning_details: [one, two] } },
    ]);
  });

  it('may be a refusal', () => {
    const events = decode(dataOf('refusal'));
    expect(partsOf(events)).toMatchObject([{ type: 'text', text: 'I cannot help with that.' }]);
    expect(endOf(events)).toStrictEqual({ type: 'finish', finishReason: 'content-filter' });
  });

  it('has each source once, with the title that came for it', () => {
    expect(partsOf(decode(dataOf('sources')))).toMatchObject([
      { type: 'text', text: 'Seven hills [1].' },
      { type: 'source', sourceType: 'url', url: 'https://example.org/rome', title: 'Rome' },
      { type: 'source', sourceType: 'url', url: 'https://example.org/hills' },
      { type: 'source', sourceType: 'url', url: 'https://example.com/notes', title: 'Notes' },
    ]);
  });

  it('has images as files, each once', () => {
    const [said = '', image = '', ...end] = dataOf('image');
    const [, file, ...others] = partsOf(decode([said, image, image, ...end]));
    expect(others).toEqual([]);
    expect(file).toMatchObject({ type: 'file', mediaType: 'image/png' });
    expect(file?.type === 'file' && file.url).toMatch(/^data:image\/png;base64,/);
  });

  it('is the first of several, whichever is told first', () => {
    const choice = (index: number, content: string) => ({ index, delta: { content }, finish_reason: 'stop' });
    const both = JSON.stringify({ id: 'c', choices: [choice(1, 'other'), choice(0, 'first')] });
    expect(partsOf(decode([both]))).toMatchObject([{ type: 'text', text: 'first' }]);
  });

  it.each([
    ['stop', 'stop'],
    ['length', 'length'],
    ['model_length', 'length'],
    ['content_filter', 'content-filter'],
    ['tool_calls', 'tool-calls'],
    ['function_call', 'tool-calls'],
    ['something_new', 'other'],
  ])('that ends with “%s” finishes with “%s”', (reason, finishReason) => {
    const events = decode([chunk({ content: 'x' }), chunk({}, reason), '[DONE]']);
    expect(endOf(events)).toStrictEqual({ type: 'finish', finishReason });
  });

  it.each([
    ['error', 'provider_error'],
    ['insufficient_system_resource', 'provider_overloaded'],
  ])('that ends with “%s” has failed', (reason, errorType) => {
    const events = decode([chunk({ content: 'x' }), chunk({}, reason)]);
    expect(endOf(events)).toMatchObject({ type: 'error', errorType, retryable: true, source: 'provider' });
    expect(typesOf(events)).not.toContain('finish');
  });

  it('is not over before it said why it ends, and is where only the end mark is missing', () => {
    expect(typesOf(decode(dataOf('text').slice(0, 3)))).toEqual([
      'start',
      'text-start',
      'text-delta',
      'text-delta',
    ]);
    const whole = typesOf(decode(dataOf('text')));
    expect(typesOf(decode(dataOf('text').slice(0, -1)))).toEqual(whole);
    expect(typesOf(decode(['[DONE]']))).toEqual(['start', 'finish']);
  });

  it('counts the tokens wherever they are told: before the end, with it or after it', () => {
    const usage = { prompt_tokens: 3, completion_tokens: 4, total_tokens: 7 };
    const before = decode([chunk({ content: 'x' }, null, { usage }), chunk({}, 'stop'), '[DONE]']);
    const inside = JSON.stringify({ choices: [{ index: 0, delta: {}, finish_reason: 'stop', usage }] });
    const after = decode([
      chunk({ content: 'x' }),
      chunk({}, 'stop'),
      JSON.stringify({ choices: [], usage }),
      '[DONE]',
    ]);
    const tokens = { inputTokens: 3, outputTokens: 4, totalTokens: 7 };
    for (const events of [before, after, decode([chunk({ content: 'x' }), inside])]) {
      expect(events.at(-2)).toMatchObject({ type: 'usage', tokens });
      expect(endOf(events)).toMatchObject({ type: 'finish' });
    }
  });

  it('that repeats itself as a whole at the end is told once', () => {
    const message = { role: 'assistant', content: 'Hello' };
    const whole = JSON.stringify({ id: 'c', choices: [{ index: 0, message, finish_reason: 'stop' }] });
    expect(partsOf(decode([chunk({ content: 'Hel' }), chunk({ content: 'lo' }), whole]))).toMatchObject([
      { type: 'text', text: 'Hello' },
    ]);
  });

  it('may be one document', () => {
    const message = {
      role: 'assistant',
      content: 'It is noon.',
      reasoning: 'The clock…',
      reasoning_content: 'The clock…',
      reasoning_details: [{ type: 'reasoning.text', index: 0, text: 'The clock…', signature: null }],
      annotations: [{ type: 'url_citation', url: 'https://example.org/', title: 'Clock' }],
    };
    const document = {
      id: 'd',
      object: 'chat.completion',
      model: 'm',
      choices: [{ index: 0, message, finish_reason: 'length' }],
      usage: { prompt_tokens: 1, completion_tokens: 2, total_tokens: 3 },
    };
    const events = decode([JSON.stringify(document)]);
    expect(partsOf(events)).toMatchObject([
      { type: 'reasoning', text: 'The clock…', status: 'done' },
      { type: 'text', text: 'It is noon.', status: 'done' },
      { type: 'source', url: 'https://example.org/', title: 'Clock' },
    ]);
    expect(endOf(events)).toStrictEqual({ type: 'finish', finishReason: 'length' });
    expect(openAIChat().readsDocuments).toBe(true);
  });

  it('may be a document that asks for tools', () => {
    const message = {
      role: 'assistant',
      content: null,
      tool_calls: [call('call_1', 'clock', '{"zone":"UTC"}')],
    };
    const document = { id: 'd', choices: [{ index: 0, message, finish_reason: 'tool_calls' }] };
    const events = decode([JSON.stringify(document)]);
    expect(asked(events)).toStrictEqual([{ toolCallId: 'call_1', toolName: 'clock', args: { zone: 'UTC' } }]);
  });
});

describe('a failure in the stream', () => {
  const failed = (error: unknown, more: Json = {}) => endOf(decode([JSON.stringify({ error, ...more })]));

  it('keeps what was said before, and says who failed', () => {
    const events = decode(dataOf('failure'));
    expect(endOf(events)).toStrictEqual({
      type: 'error',
      errorType: 'provider_error',
      message: 'The provider went away.',
      source: 'provider',
      retryable: true,
      provider: { name: 'Acme', model: 'm-1', statusCode: 502, requestId: 'gen-10' },
    });
    expect(partsOf(events)).toMatchObject([{ type: 'text', text: 'Half of', status: 'done' }]);
  });

  it.each<[unknown, string, boolean]>([
    [{ message: 'x', type: 'insufficient_quota', code: 'insufficient_quota' }, 'quota_exceeded_error', false],
    [{ message: 'x', type: 'requests', code: 'rate_limit_exceeded' }, 'rate_limit_error', true],
    [{ message: 'x', type: 'invalid_request_error', code: 'invalid_api_key' }, 'authentication_error', false],
    [
      { message: 'x', type: 'invalid_request_error', code: 'context_length_exceeded' },
      'validation_error',
      false,
    ],
    [{ message: 'x', type: 'server_error', code: null }, 'provider_error', true],
    [{ message: 'x', code: 429 }, 'rate_limit_error', true],
    [{ message: 'x', code: '503' }, 'provider_overloaded', true],
    [{ message: 'x', code: 403 }, 'permission_error', false],
    ['It broke.', 'provider_error', true],
    [{}, 'provider_error', true],
  ])('is of the kind that it names: %j', (error, errorType, retryable) => {
    expect(failed(error)).toMatchObject({ type: 'error', errorType, retryable, source: 'provider' });
  });

  it('is found wherever servers put it', () => {
    const told = (data: Json, event?: string) =>
      openAIChat()
        .decode()
        .read({ data: JSON.stringify(data), event })
        .at(-1);
    const message = 'Out of memory.';
    for (const event of [
      told({ object: 'error', message, code: 500 }),
      told({ message }, 'error'),
      told({ choices: [{ index: 0, error: { message, code: 500 } }] }),
    ]) {
      expect(event).toMatchObject({ type: 'error', message, retryable: true });
    }
    expect(told({ error: null, choices: [] })).toMatchObject({ type: 'start' });
  });

  it('shows no more of a message than a person reads', () => {
    const event = failed({ message: 'x'.repeat(10_000) });
    expect(event?.type === 'error' && event.message.length).toBe(500);
  });

  it('is the end', () => {
    const decoder = openAIChat().decode();
    decoder.read({ data: '{"error":{"message":"x"}}' });
    expect(decoder.ended).toBe(true);
  });

  it('that is not JSON does not get into the error that refuses it', () => {
    let error: unknown;
    try {
      openAIChat().decode().read({ data: '{"choices":hunter2}' });
    } catch (thrown) {
      error = thrown;
    }
    expect((error as AgentChatError).code).toBe('malformed-json');
    expect(String((error as AgentChatError).stack)).not.toContain('hunter2');
  });
});

testProtocol('openai-chat', {
  protocol: openAIChat,
  streams: {
    ...streams,
    ...Object.fromEntries(
      transcripts()
        .filter(({ lines }) => lines.length < 60)
        .map(({ file, lines }) => [file, lines.map((line) => `data: ${line}\n\n`).join('')]),
    ),
  },
  failures: [
    {
      status: 401,
      body: '{"error":{"message":"Invalid API key.","type":"invalid_api_key","code":"invalid_api_key"}}',
      type: 'authentication_error',
      retryable: false,
    },
    {
      status: 400,
      body: '{"error":{"message":"The last message must contain text content."}}',
      type: 'validation_error',
      retryable: false,
    },
    { status: 429, body: '{"error":{"message":"Slow down."}}', type: 'rate_limit_error', retryable: true },
    {
      status: 500,
      body: '{"error":{"message":"It broke.","type":"internal_server_error"}}',
      type: 'internal_error',
      retryable: true,
    },
  ],
});
