import { existsSync, readFileSync } from 'node:fs';
import type { StreamEvent, UIMessagePart } from 'agent-chat-kit';
import { describe, expect, it } from 'vitest';
import {
  type OpenAIResponsesOptions,
  openAIResponses,
} from '../../src/protocols/openai-responses/openai-responses.ts';
import { corpus } from '../corpora.ts';
import { allRecordings, bodyOf, eventsOf, partsOf, recording } from './openai-responses-frames.ts';
import { testProtocol } from './test-protocol.ts';

const decoded = (body: string, options?: OpenAIResponsesOptions): StreamEvent[] =>
  eventsOf(openAIResponses(options).decode(), body);
const events = (name: string, options?: OpenAIResponsesOptions) => decoded(recording(name), options);
const parts = (name: string, options?: OpenAIResponsesOptions) => partsOf(events(name, options));

function callsIn(all: readonly UIMessagePart[]) {
  return all.flatMap((part) => (part.type === 'tool-call' ? [part] : []));
}

const created = { type: 'response.created', response: { id: 'resp_1', model: 'gpt-5.4' } };
const completed = { type: 'response.completed', response: { id: 'resp_1', status: 'completed', output: [] } };
const delta = (text: string, more = {}) => ({ type: 'response.output_text.delta', delta: text, ...more });

describe('a response', () => {
  it('becomes text, what it cost, and an end', () => {
    expect(events('text')).toStrictEqual([
      { type: 'start', executionId: 'resp_text' },
      { type: 'text-start', id: 'resp_text:0:0' },
      { type: 'text-delta', id: 'resp_text:0:0', delta: 'The café ' },
      { type: 'text-delta', id: 'resp_text:0:0', delta: 'opens ' },
      { type: 'text-delta', id: 'resp_text:0:0', delta: 'at half past nine ☕.' },
      {
        type: 'text-end',
        id: 'resp_text:0:0',
        providerMetadata: { 'openai-responses': { message: { id: 'msg_1' } } },
      },
      {
        type: 'usage',
        inputTokens: 120,
        outputTokens: 30,
        totalTokens: 150,
        cachedInputTokens: 64,
        reasoningTokens: 12,
      },
      { type: 'finish', finishReason: 'stop' },
    ]);
  });

  it('is over with its last event, and with what some servers send after it', () => {
    const decoder = openAIResponses().decode();
    eventsOf(decoder, recording('text'));
    expect(decoder.ended).toBe(true);
    const other = openAIResponses().decode();
    expect(eventsOf(other, 'data: [DONE]\n')).toEqual([]);
    expect(other.ended).toBe(true);
  });

  it('shows summaries of reasoning as paragraphs, and keeps the sealed item', () => {
    const [thoughts, text] = parts('reasoning');
    expect(thoughts).toMatchObject({
      type: 'reasoning',
      text: '**Looking at the question**\n\nIt is about time.',
      status: 'done',
      providerMetadata: { 'openai-responses': { item: { id: 'rs_1', encrypted_content: 'sealed-1' } } },
    });
    expect(text).toMatchObject({ type: 'text', text: 'Half past nine.' });
  });

  it('shows no thoughts where nobody can read them, yet keeps them', () => {
    const all = parts('function-calls');
    expect(all.map(({ type }) => type)).toEqual(['data', 'text', 'tool-call', 'tool-call']);
    expect(all[0]).toMatchObject({
      name: 'openai-responses',
      data: { item: { id: 'rs_2', encrypted_content: 'sealed-2' } },
    });
  });

  it('keeps what it sealed of the conversation', () => {
    const item = { type: 'compaction', id: 'cmp_1', encrypted_content: 'sealed' };
    const all = decoded(bodyOf({ object: 'response', id: 'r', status: 'completed', output: [item] }));
    expect(partsOf(all)).toMatchObject([{ type: 'data', name: 'openai-responses', data: { item } }]);
  });

  it('shows reasoning text, and the same only once', () => {
    const item = {
      type: 'reasoning',
      summary: [{ type: 'summary_text', text: 'Hm. Yes.' }],
      content: [{ type: 'reasoning_text', text: 'Hm. Yes.' }],
    };
    const said = { item_id: 'r', output_index: 0, content_index: 0 };
    const all = decoded(
      bodyOf(
        created,
        { type: 'response.output_item.added', output_index: 0, item: { id: 'r', type: 'reasoning' } },
        { type: 'response.reasoning_text.delta', ...said, delta: 'Hm. ' },
        { type: 'response.reasoning_text.done', ...said, text: 'Hm. Yes.' },
        { type: 'response.output_item.done', output_index: 0, item: { id: 'r', ...item } },
        completed,
      ),
    );
    expect(partsOf(all)).toMatchObject([{ type: 'reasoning', text: 'Hm. Yes.' }]);
  });

  it('says a refusal in its words', () => {
    expect(parts('refusal')).toMatchObject([{ type: 'text', text: 'I cannot help with that.' }]);
    expect(events('refusal').at(-1)).toEqual({ type: 'finish', finishReason: 'stop' });
  });

  it.each([
    ['max_output_tokens', 'length'],
    ['content_filter', 'content-filter'],
    ['steered', 'other'],
  ])('that is incomplete because of %s ends with %s', (reason, finishReason) => {
    const response = { status: 'incomplete', incomplete_details: { reason } };
    const all = decoded(bodyOf(created, { type: 'response.incomplete', response }));
    expect(all.at(-1)).toEqual({ type: 'finish', finishReason });
  });

  it('does not ask for a call whose arguments were cut off', () => {
    const all = events('incomplete');
    expect(all.filter(({ type }) => type === 'client-tool-request')).toEqual([]);
    expect(all.filter(({ type }) => type === 'tool-input-available')).toEqual([]);
    expect(partsOf(all)).toMatchObject([
      { type: 'text', text: 'It opens at' },
      { type: 'tool-call', status: 'cancelled' },
    ]);
    expect(all.at(-1)).toEqual({ type: 'finish', finishReason: 'length' });
  });

  it('that was cancelled ends so', () => {
    const all = decoded(bodyOf(created, { type: 'response.cancelled', response: { status: 'cancelled' } }));
    expect(all.at(-1)).toEqual({ type: 'finish', finishReason: 'other' });
  });

  it('that fails says why, and who failed', () => {
    expect(events('failed').at(-1)).toEqual({
      type: 'error',
      errorType: 'rate_limit_error',
      message: 'Too many requests.',
      source: 'provider',
      retryable: true,
      code: 'rate_limit_exceeded',
      provider: { name: 'openai', model: 'gpt-5.4', requestId: 'resp_failed' },
    });
  });

  it.each([
    [{ type: 'error', code: 'insufficient_quota', message: 'Pay.' }, 'quota_exceeded_error', false],
    [{ type: 'error', code: 'context_length_exceeded', message: 'Long.' }, 'validation_error', false],
    [{ type: 'error', error: { code: 'slow_down', message: 'Wait.' } }, 'provider_overloaded', true],
    [{ type: 'error', error: { type: 'invalid_request_error' } }, 'validation_error', false],
    [{ type: 'error', error: { code: 'of-a-later-version', type: 'x' } }, 'provider_error', true],
    [{ error: { code: 429, message: 'Wait.' } }, 'rate_limit_error', true],
  ])('tells of an error in the stream: %j', (event, errorType, retryable) => {
    const decoder = openAIResponses().decode();
    expect(eventsOf(decoder, bodyOf(event)).at(-1)).toMatchObject({ type: 'error', errorType, retryable });
    expect(decoder.ended).toBe(true);
  });

  it('ends with the first error that it says', () => {
    expect(events('error').filter(({ type }) => type === 'error')).toHaveLength(1);
  });
});

describe('a tool of the page', () => {
  it('is asked for when the response is over, with what was streamed of its arguments before', () => {
    const all = events('function-calls');
    expect(all.slice(-2)).toEqual([
      {
        type: 'client-tool-request',
        executionId: 'resp_calls',
        toolCalls: [
          { toolCallId: 'call_1', toolName: 'read-clock', args: { city: 'Lyon' } },
          { toolCallId: 'call_2', toolName: 'read-clock', args: { city: 'Kyōto' } },
        ],
      },
      { type: 'finish', finishReason: 'client-tool-calls' },
    ]);
    const deltas = all.flatMap((event) => (event.type === 'tool-input-delta' ? [event.inputTextDelta] : []));
    expect(deltas.join('')).toBe('{"city":"Lyon"}');
  });

  it('may take plain text, which streams as the argument “input”', () => {
    const all = events('custom-tool');
    const deltas = all.flatMap((event) => (event.type === 'tool-input-delta' ? [event.inputTextDelta] : []));
    const input = 'SELECT "name"\nFROM users';
    expect(JSON.parse(`${deltas.join('')}"}`)).toEqual({ input });
    expect(all.at(-2)).toMatchObject({ toolCalls: [{ toolName: 'write_sql', args: { input } }] });
  });

  it('may be one that the model knows: computer, shells, patches, the search for tools', () => {
    const request = events('page-tools').at(-2);
    expect(request).toMatchObject({
      type: 'client-tool-request',
      toolCalls: [
        {
          toolCallId: 'call_cu',
          toolName: 'computer',
          args: { action: { type: 'click', x: 3 }, pending_safety_checks: [{ id: 'cs_1' }] },
        },
        { toolCallId: 'call_ls', toolName: 'local_shell', args: { command: ['ls', '-a'] } },
        { toolCallId: 'call_sh2', toolName: 'shell', args: { commands: ['date'] } },
        {
          toolCallId: 'call_ap',
          toolName: 'apply_patch',
          args: { type: 'create_file', path: 'list.md', diff: '+# List\n+- Milk' },
        },
        { toolCallId: 'call_before', toolName: 'tool_search', args: { goal: 'a clock' } },
      ],
    });
    const patch = events('page-tools').flatMap((event) =>
      event.type === 'tool-input-delta' && event.toolCallId === 'call_ap' ? [event.inputTextDelta] : [],
    );
    expect(JSON.parse(`${patch.join('')}"}`)).toEqual({
      type: 'create_file',
      path: 'list.md',
      diff: '+# List\n+- Milk',
    });
  });

  it('is not asked for where the server says itself what the call gave', () => {
    const call = { type: 'function_call', call_id: 'c1', name: 'look-up', arguments: '{}' };
    const output = { type: 'function_call_output', call_id: 'c1', output: 'Found.' };
    const all = decoded(bodyOf({ object: 'response', id: 'r', status: 'completed', output: [call, output] }));
    expect(callsIn(partsOf(all))).toMatchObject([{ status: 'done', result: 'Found.' }]);
    expect(all.at(-1)).toEqual({ type: 'finish', finishReason: 'stop' });
  });

  it('is not asked for where it is a shell in a container', () => {
    const environment = { type: 'container_reference', container_id: 'cntr_1' };
    const call = { type: 'shell_call', call_id: 'c1', action: { commands: ['ls'] }, environment };
    const all = decoded(bodyOf({ object: 'response', id: 'r', status: 'completed', output: [call] }));
    expect(all.at(-1)).toEqual({ type: 'finish', finishReason: 'stop' });
  });

  it('is not asked for where the model answers before the page could: the tool was the server’s', () => {
    const call = { type: 'custom_tool_call', call_id: 'xs_1', name: 'x_search', input: '{"query":"x"}' };
    const content = [{ type: 'output_text', text: 'Found.' }];
    const output = [call, { type: 'message', role: 'assistant', content }];
    const body = bodyOf({ object: 'response', id: 'r', status: 'completed', output });
    const there = decoded(body);
    expect(callsIn(partsOf(there))).toMatchObject([{ toolName: 'x_search', status: 'done' }]);
    expect(there.at(-1)).toEqual({ type: 'finish', finishReason: 'stop' });
    const here = decoded(body, { tools: [{ type: 'custom', name: 'x_search' }] });
    expect(here.at(-1)).toEqual({ type: 'finish', finishReason: 'client-tool-calls' });
  });
});

describe('a tool of the server', () => {
  const shown = parts('tools');
  const call = (name: string) => callsIn(shown).filter(({ toolName }) => toolName === name);

  it('is shown with what it was asked and what it gave', () => {
    expect(callsIn(shown).every(({ status }) => status === 'done' || status === 'error')).toBe(true);
    expect(call('web_search')).toMatchObject([
      {
        args: { type: 'search', query: 'opening hours' },
        result: { sources: [{ type: 'url', url: 'https://example.com/hours' }] },
      },
    ]);
    expect(call('file_search')).toMatchObject([
      { args: { queries: ['hours'] }, result: { results: [{ filename: 'hours.pdf' }] } },
    ]);
    expect(call('code_interpreter')).toMatchObject([
      { args: { code: 'print("9:30")\n' }, result: { outputs: [{ logs: '9:30' }, { type: 'image' }] } },
    ]);
    expect(call('mcp_list_tools')).toMatchObject([
      { args: { server_label: 'maps' }, result: { tools: [{ name: 'route' }] } },
    ]);
    expect(call('route')).toMatchObject([
      { args: { to: 'café' }, result: 'Turn left.', status: 'done' },
      { error: 'The map is down.', status: 'error' },
    ]);
    expect(call('shell')).toMatchObject([
      { args: { commands: ['date', 'ls'] }, result: [{ stdout: '9:30' }] },
    ]);
    expect(call('tool_search')).toMatchObject([
      { args: { paths: ['clock'] }, result: { tools: [{ name: 'clock' }] } },
    ]);
  });

  it('streams its code and its commands as JSON', () => {
    const streamed = (toolCallId: string) =>
      events('tools')
        .flatMap((event) =>
          event.type === 'tool-input-delta' && event.toolCallId === toolCallId ? [event.inputTextDelta] : [],
        )
        .join('');
    expect(JSON.parse(`${streamed('ci_1')}"}`)).toEqual({ code: 'print("9:30")\n' });
    expect(JSON.parse(`${streamed('call_sh')}"]}`)).toEqual({ commands: ['date', 'ls'] });
  });

  it('gives its images as files, also those that are not ready', () => {
    const files = shown.flatMap((part) => (part.type === 'file' ? [part] : []));
    expect(files.map(({ toolCallId, mediaType, url }) => [toolCallId, mediaType, url])).toEqual([
      ['ci_1', 'image/png', 'https://example.com/plot.png'],
      ['ig_1', 'image/png', 'data:image/png;base64,iVBORw0KGgo='],
      ['ig_1', 'image/png', 'data:image/png;base64,iVBORw0KGgoA'],
      ['ig_1', 'image/png', 'data:image/png;base64,iVBORw0KGgoABB'],
    ]);
    expect(new Set(files.map(({ id }) => id)).size).toBe(files.length);
    expect(JSON.stringify(call('image_generation'))).not.toContain('iVBOR');
  });

  it('gives an image once where the last one that was not ready is the whole', () => {
    const item = { id: 'ig', type: 'image_generation_call', result: 'AAAA', output_format: 'webp' };
    const partial = {
      output_index: 0,
      partial_image_index: 0,
      partial_image_b64: 'AAAA',
      output_format: 'webp',
    };
    const all = decoded(
      bodyOf(
        created,
        { type: 'response.output_item.added', output_index: 0, item: { ...item, result: null } },
        { type: 'response.image_generation_call.partial_image', ...partial },
        { type: 'response.output_item.done', output_index: 0, item },
        completed,
      ),
    );
    expect(all.filter(({ type }) => type === 'file-available')).toMatchObject([
      { mediaType: 'image/webp', url: 'data:image/webp;base64,AAAA' },
    ]);
  });

  it('may say as arguments what it searched for', () => {
    const item = {
      id: 'ws',
      type: 'web_search_call',
      status: 'completed',
      arguments: '{"query":"what is it"}',
    };
    const all = decoded(bodyOf({ object: 'response', id: 'r', status: 'completed', output: [item] }));
    expect(callsIn(partsOf(all))).toMatchObject([{ toolName: 'web_search', args: { query: 'what is it' } }]);
  });

  it('is not shown where it is not known', () => {
    expect(JSON.stringify(shown)).not.toContain('hologram');
  });

  it('is asked about before it runs, and is the same call when it does', () => {
    const asked = events('approval');
    expect(asked.slice(-3)).toMatchObject([
      {
        type: 'approval-request',
        approvalId: 'mcpr_1',
        toolCallId: 'mcpr_1',
        toolName: 'shorten',
        args: { url: 'https://example.com/' },
      },
      { type: 'usage' },
      { type: 'finish', finishReason: 'tool-calls' },
    ]);
    const ran = events('approved').find(({ type }) => type === 'tool-output-available');
    expect(ran).toMatchObject({ toolCallId: 'mcpr_1', output: 'https://s.example/1' });
  });
});

it('sources are told once each, with what they are called', () => {
  const sources = parts('tools').flatMap((part) => (part.type === 'source' ? [part] : []));
  expect(sources).toMatchObject([
    { sourceType: 'url', url: 'https://example.com/hours', title: 'Hours' },
    { sourceType: 'document', filename: 'hours.pdf' },
    { sourceType: 'document', filename: 'plot.csv' },
  ]);
  expect(new Set(sources.map(({ id }) => id)).size).toBe(3);
});

describe('servers that speak a little differently', () => {
  it('may give each event of one item another id', () => {
    const all = parts('rotating-ids');
    expect(all).toMatchObject([
      { type: 'reasoning', text: 'Counting.', status: 'done' },
      { type: 'text', text: 'Three.', status: 'done' },
    ]);
    expect(all[0]).toMatchObject({
      providerMetadata: { 'openai-responses': { item: { id: 'a4', encrypted_content: 'sealed-4' } } },
    });
  });

  it('may announce no items and number none', () => {
    const all = partsOf(decoded(bodyOf(created, delta('Hel'), delta('lo.'), completed)));
    expect(all).toMatchObject([{ type: 'text', text: 'Hello.', status: 'done' }]);
  });

  it('may say all items to be at the same place', () => {
    const at = (id: string) => ({ output_index: 0, item_id: id });
    const item = (id: string, text?: string) => ({
      output_index: 0,
      item: { id, type: 'message', content: text ? [{ type: 'output_text', text }] : [] },
    });
    const all = decoded(
      bodyOf(
        created,
        { type: 'response.output_item.added', ...item('m1') },
        delta('One.', at('m1')),
        { type: 'response.output_item.done', ...item('m1', 'One.') },
        { type: 'response.output_item.added', ...item('m2') },
        delta('Two.', at('m2')),
        { type: 'response.output_item.done', ...item('m2', 'Two.') },
        completed,
      ),
    );
    expect(partsOf(all)).toMatchObject([{ text: 'One.' }, { text: 'Two.' }]);
  });

  it('may say items only by their ids', () => {
    const added = (id: string, type: string) => ({ type: 'response.output_item.added', item: { id, type } });
    const think = (text: string) => ({ type: 'response.reasoning_text.delta', item_id: 'r', delta: text });
    const all = partsOf(
      decoded(
        bodyOf(
          created,
          added('r', 'reasoning'),
          added('m', 'message'),
          think('Hm. '),
          delta('Yes', { item_id: 'm' }),
          think('Well.'),
          added('n', 'message'),
          delta('No', { item_id: 'n' }),
          delta('.', { item_id: 'm' }),
          completed,
        ),
      ),
    );
    expect(all).toMatchObject([
      { type: 'reasoning', text: 'Hm. Well.' },
      { type: 'text', text: 'Yes.' },
      { type: 'text', text: 'No' },
    ]);
  });

  it('may not say of an item that it is over', () => {
    const lines = recording('function-calls').split('\n\n');
    const open = lines.filter((line) => !line.includes('output_item.done'));
    const end = open.findIndex((line) => line.includes('event: response.completed'));
    const all = decoded(`${open.slice(0, end).join('\n\n')}\n\n${bodyOf(completed)}`);
    expect(all.at(-2)).toMatchObject({
      type: 'client-tool-request',
      toolCalls: [{ args: { city: 'Lyon' } }, { args: { city: 'Kyōto' } }],
    });
    expect(partsOf(all).filter(({ type }) => type === 'text')).toMatchObject([{ status: 'done' }]);
  });

  it('may say an item twice', () => {
    const lines = recording('text').split('\n\n');
    const twice = lines.flatMap((line) => (line.includes('output_item.done') ? [line, line] : [line]));
    expect(partsOf(decoded(twice.join('\n\n')))).toStrictEqual(parts('text'));
  });

  it('may leave out pieces of a text that its end then says', () => {
    const lines = recording('text').split('\n\n');
    const text = lines.filter((line) => !line.includes('at half past nine ☕."') || !line.includes('.delta'));
    expect(partsOf(decoded(text.join('\n\n')))).toStrictEqual(parts('text'));
    const none = lines.filter((line) => !line.includes('output_text.delta'));
    expect(partsOf(decoded(none.join('\n\n')))).toStrictEqual(parts('text'));
  });

  it('may say at the end that the text was another: what was shown stays', () => {
    const at = { output_index: 0, content_index: 0 };
    const all = decoded(
      bodyOf(
        created,
        delta('It is nine.', at),
        { type: 'response.output_text.done', ...at, text: 'It is half past nine.' },
        completed,
      ),
    );
    expect(partsOf(all)).toMatchObject([{ type: 'text', text: 'It is nine.', status: 'done' }]);
  });

  it('may say everything only at the end', () => {
    const lines = recording('function-calls').split('\n\n');
    const ends = lines.filter((line) => /event: response.(created|completed)/.test(line));
    expect(ends).toHaveLength(2);
    expect(partsOf(decoded(ends.join('\n\n')))).toStrictEqual(parts('function-calls'));
  });

  it('may answer with one document', () => {
    const lines = recording('tools').split('\n');
    const last = JSON.parse(lines.findLast((line) => line.startsWith('data: '))?.slice(6) ?? '');
    const document = decoded(bodyOf({ ...last.response, object: 'response' }));
    const words = (all: readonly StreamEvent[]) =>
      partsOf(all).flatMap((part) => (part.type === 'text' ? [part.text] : []));
    expect(words(document)).toEqual(words(events('tools')));
    expect(callsIn(partsOf(document)).map(({ toolCallId, result }) => [toolCallId, result])).toEqual(
      callsIn(parts('tools')).map(({ toolCallId, result }) => [toolCallId, result]),
    );
    expect(document.at(-1)).toEqual({ type: 'finish', finishReason: 'stop' });
  });

  it('may send signs of life that are no events', () => {
    expect(decoded('data: ping\n\ndata: \n\ndata: 7\n\n')).toEqual([]);
  });
});

describe('a run in the background', () => {
  it('has addresses to go on from and to end it, which others do not have', () => {
    const blocks = recording('background').split('\n\n');
    const decoder = openAIResponses({ store: true }).decode();
    eventsOf(decoder, blocks.slice(0, 5).join('\n\n'));
    expect(decoder.rest).toEqual({
      resume: 'resp_background?stream=true&starting_after=4',
      stop: 'resp_background/cancel',
    });
    const other = openAIResponses().decode();
    eventsOf(other, recording('text').split('\n\n').slice(0, 5).join('\n\n'));
    expect(other.rest).toBeUndefined();
  });

  it('may be told again from its beginning, of which only what is new counts', () => {
    const blocks = recording('background').split('\n\n');
    const decoder = openAIResponses().decode();
    const all = [
      ...eventsOf(decoder, blocks.slice(0, 6).join('\n\n')),
      ...eventsOf(decoder, blocks.slice(0, 4).join('\n\n')),
      ...eventsOf(decoder, blocks.slice(2).join('\n\n')),
    ];
    expect(all).toStrictEqual(events('background'));
  });

  it('may have to be asked how far it is', () => {
    const decoder = openAIResponses().decode();
    const queued = { object: 'response', id: 'resp_q', status: 'queued', background: true, output: [] };
    expect(eventsOf(decoder, bodyOf(queued))).toEqual([{ type: 'start', executionId: 'resp_q' }]);
    expect(decoder.ended).toBe(false);
    expect(decoder.rest?.resume).toBe('resp_q');
  });
});

interface Transcript {
  readonly file: string;
  readonly api: string;
  readonly types: Readonly<Record<string, number>>;
}

const index = corpus('provider-sse/index.json') as readonly Transcript[] | undefined;
const pathOf = ({ file }: Transcript) =>
  new URL(`../../../shared/corpora/provider-sse/${file}`, import.meta.url);
const isHere = (transcript: Transcript) => existsSync(pathOf(transcript));
const linesOf = (transcript: Transcript) =>
  readFileSync(pathOf(transcript), 'utf8').split('\n').filter(Boolean);
function isJSON(line: string): boolean {
  try {
    JSON.parse(line);
    return true;
  } catch {
    return false;
  }
}

const isResponses = ({ api, types }: Transcript) =>
  api.includes('responses') && Object.keys(types).some((type) => type.startsWith('response.'));

interface Reported {
  /** By the pieces of each text, at its place. */
  readonly pieces: Map<string, string>;
  readonly done: Map<string, string>;
  whole: string[];
}

/** The texts that a transcript reports itself, as whole as it reports them, and how many it reports in two ways. */
function reportedTexts(lines: readonly string[]): {
  readonly texts: string[];
  readonly contradictions: number;
} {
  const responses: Reported[] = [];
  for (const line of lines) {
    const event = JSON.parse(line);
    if (event.type === 'response.created' || responses.length === 0) {
      responses.push({ pieces: new Map(), done: new Map(), whole: [] });
    }
    const { pieces, done } = responses.at(-1) as Reported;
    const place = `${event.output_index}/${event.content_index}`;
    if (event.type === 'response.output_text.delta')
      pieces.set(place, (pieces.get(place) ?? '') + event.delta);
    if (event.type === 'response.output_text.done') done.set(place, event.text);
    for (const item of event.response?.output ?? []) {
      for (const part of item.content ?? []) {
        if (part.type === 'output_text') responses.at(-1)?.whole.push(part.text);
      }
    }
  }
  let contradictions = 0;
  const texts = responses.flatMap(({ pieces, done, whole }) => {
    const isContradicted = [...pieces].some(([place, text]) => !(done.get(place) ?? text).startsWith(text));
    if (!isContradicted) return whole.length > 0 ? whole : [...done.values()];
    // What was shown cannot be taken back.
    contradictions += 1;
    return [...pieces.values()];
  });
  return { texts: texts.filter(Boolean), contradictions };
}

describe.skipIf(!index)('transcripts that others recorded', () => {
  const spoken = (index ?? []).filter(isResponses);
  const here = spoken.filter(isHere);

  it('decode without an error, and to the text that they report', () => {
    let responses = 0;
    let characters = 0;
    let withoutJson = 0;
    let contradicted = 0;
    for (const transcript of here) {
      const all = linesOf(transcript);
      const lines = all.filter(isJSON);
      withoutJson += all.length - lines.length;
      const said: StreamEvent[] = [];
      let decoder = openAIResponses().decode();
      for (const data of lines) {
        // Some hold several responses: each is a leg of its own.
        if (decoder.ended) decoder = openAIResponses().decode();
        said.push(...decoder.read({ data }));
      }
      const ended = said.filter(({ type }) => type === 'start').length;
      responses += ended;
      const errors = said.filter(({ type }) => type === 'error').length;
      const reports = lines.filter((line) => /"type":"(error|response\.failed)"/.test(line)).length;
      expect(errors, transcript.file).toBe(Math.min(reports, 1));
      const texts = partsOf(said).flatMap((part) => (part.type === 'text' && part.text ? [part.text] : []));
      const reported = reportedTexts(lines);
      expect(texts, transcript.file).toEqual(reported.texts);
      contradicted += reported.contradictions;
      characters += texts.join('').length;
    }
    const other = (index ?? []).filter((transcript) => !isResponses(transcript)).length;
    console.info(
      `OpenAI Responses: ${here.length} transcripts with ${responses} responses decoded, 0 errors, ${characters} characters of text equal; ` +
        `${spoken.length - here.length} not here, ${withoutJson} lines without JSON, ${contradicted} whose pieces are not what their end says, ${other} of other dialects not spoken.`,
    );
    expect(here.length).toBeGreaterThan(25);
  });

  it('show no call as open, and no part twice', () => {
    for (const transcript of here) {
      const decoder = openAIResponses().decode();
      const said = linesOf(transcript).flatMap((data) => (decoder.ended ? [] : decoder.read({ data })));
      const calls = callsIn(partsOf(said));
      expect(new Set(calls.map(({ toolCallId }) => toolCallId)).size, transcript.file).toBe(calls.length);
      if (said.at(-1)?.type !== 'finish') continue;
      const asked = said.flatMap((event) => (event.type === 'client-tool-request' ? event.toolCalls : []));
      const open = calls.filter(({ status }) => status === 'running' || status === 'pending');
      expect(
        open.every(
          ({ toolCallId, toolName }) =>
            toolName === 'program' || asked.some((call) => call.toolCallId === toolCallId),
        ),
        transcript.file,
      ).toBe(true);
    }
  });
});

const SMALL = [
  'azure-tool-call',
  'openai-mcp-tool-approval.1',
  'github-copilot-id-rotation',
  'openai-shell-container.1',
];
const recorded = (index ?? []).filter((one) => isHere(one) && SMALL.some((name) => one.file.includes(name)));

testProtocol('openai-responses', {
  protocol: () => openAIResponses({ model: 'gpt-5.4' }),
  streams: {
    ...allRecordings,
    ...Object.fromEntries(
      recorded.map((one) => [
        one.file,
        linesOf(one)
          .map((data) => `data: ${data}\n\n`)
          .join(''),
      ]),
    ),
  },
  failures: [
    {
      status: 401,
      body: '{"error":{"message":"Incorrect API key provided.","type":"invalid_request_error","param":null,"code":"invalid_api_key"}}',
      type: 'authentication_error',
      retryable: false,
    },
    {
      status: 400,
      body: '{"error":{"message":"Encrypted content is not supported with this model.","type":"invalid_request_error","param":"include","code":null}}',
      type: 'validation_error',
      retryable: false,
    },
    { status: 429, body: '{"error":{"message":"Wait."}}', type: 'rate_limit_error', retryable: true },
    { status: 500, body: '<html></html>', type: 'internal_error', retryable: true },
  ],
});
