import { describe, expect, it, vi } from 'vitest';
import { openAIChat } from '../../src/protocols/openai-chat/openai-chat.ts';
import {
  asked,
  call,
  calls,
  chunk,
  dataOf,
  decode,
  endOf,
  type Json,
  partsOf,
  typesOf,
} from './openai-chat-frames.ts';

describe('a tool call', () => {
  it('is told piece by piece, and handed to the page at the end', () => {
    const events = decode(dataOf('parallel-calls')).slice(4);
    expect(events).toStrictEqual([
      { type: 'tool-input-start', toolCallId: 'call_a', toolName: 'weather' },
      { type: 'tool-input-delta', toolCallId: 'call_a', inputTextDelta: '{"city":' },
      { type: 'tool-input-delta', toolCallId: 'call_a', inputTextDelta: '"Oslo"}' },
      { type: 'tool-input-available', toolCallId: 'call_a', toolName: 'weather', input: { city: 'Oslo' } },
      { type: 'tool-input-start', toolCallId: 'call_b', toolName: 'weather' },
      { type: 'tool-input-delta', toolCallId: 'call_b', inputTextDelta: '{"city":"Rome"}' },
      { type: 'tool-input-available', toolCallId: 'call_b', toolName: 'weather', input: { city: 'Rome' } },
      {
        type: 'client-tool-request',
        executionId: 'c5',
        toolCalls: [
          { toolCallId: 'call_a', toolName: 'weather', args: { city: 'Oslo' } },
          { toolCallId: 'call_b', toolName: 'weather', args: { city: 'Rome' } },
        ],
      },
      { type: 'finish', finishReason: 'client-tool-calls' },
    ]);
  });

  const weather = (city: string) => `{"city":"${city}"}`;
  it.each<[string, readonly Json[], readonly (readonly [string, unknown])[]]>([
    [
      'by index, in turns',
      [
        { index: 0, ...call('a', 'f', '{"x"') },
        { index: 1, ...call('b', 'g', '{"y"') },
        { index: 0, function: { arguments: ':1}' } },
        { index: 1, function: { arguments: ':2}' } },
      ],
      [
        ['a', { x: 1 }],
        ['b', { y: 2 }],
      ],
    ],
    [
      'without an index, whole',
      [call('a', 'f', weather('Oslo')), call('b', 'f', weather('Rome'))],
      [
        ['a', { city: 'Oslo' }],
        ['b', { city: 'Rome' }],
      ],
    ],
    [
      'without an index, in pieces',
      [call('a', 'f', '{"city"'), { function: { arguments: ':"Oslo"}' } }, call('b', 'f', '{}')],
      [
        ['a', { city: 'Oslo' }],
        ['b', {}],
      ],
    ],
    [
      'all with the index 0',
      [
        { index: 0, ...call('a', 'f', '{}') },
        { index: 0, ...call('b', 'f', '{}') },
      ],
      [
        ['a', {}],
        ['b', {}],
      ],
    ],
    [
      'with an index only where they go on',
      [call('a', 'f', '{"x"'), { index: 0, function: { arguments: ':1}' } }],
      [['a', { x: 1 }]],
    ],
    [
      'without ids',
      [
        { index: 0, ...call('', 'f', weather('Oslo')) },
        { index: 1, function: { name: 'f', arguments: weather('Rome') } },
      ],
      [
        ['c-call-1', { city: 'Oslo' }],
        ['c-call-2', { city: 'Rome' }],
      ],
    ],
    [
      'without ids and indices',
      [
        { function: { name: 'f', arguments: weather('Oslo') } },
        { function: { name: 'f', arguments: weather('Rome') } },
      ],
      [
        ['c-call-1', { city: 'Oslo' }],
        ['c-call-2', { city: 'Rome' }],
      ],
    ],
    [
      'with the id and the name in every piece',
      [
        { index: 0, ...call('a', 'f', '{"x"') },
        { index: 0, ...call('a', 'f', ':1}') },
        { index: 0, ...call('', '', '') },
        { index: 0, id: null, function: { name: null, arguments: '' } },
      ],
      [['a', { x: 1 }]],
    ],
    [
      'with the name in every piece, and no id',
      [
        { index: 0, ...call('a', 'f', '{"x"') },
        { index: 0, function: { name: 'f', arguments: ':1}' } },
      ],
      [['a', { x: 1 }]],
    ],
    [
      'with another id in every piece',
      [
        { index: 0, ...call('a', 'f', '{"x"') },
        { index: 0, id: 'z', function: { arguments: ':1}' } },
      ],
      [['a', { x: 1 }]],
    ],
    ['without arguments', [{ index: 0, ...call('a', 'f', '') }], [['a', {}]]],
    ['with arguments that are no object', [{ index: 0, ...call('a', 'f', '[1]') }], [['a', { input: [1] }]]],
    [
      'with no arguments first',
      [call('a', 'f', '{}'), { function: { arguments: weather('Oslo') } }],
      [['a', { city: 'Oslo' }]],
    ],
    [
      'with arguments that are JSON already',
      [{ index: 0, id: 'a', function: { name: 'f', arguments: { x: 1 } } }],
      [['a', { x: 1 }]],
    ],
    [
      'whose name comes late',
      [
        { index: 0, id: 'a', function: { arguments: '{"x"' } },
        { index: 0, function: { name: 'f', arguments: ':1}' } },
      ],
      [['a', { x: 1 }]],
    ],
    [
      'with brackets and quotes in its arguments',
      [
        { index: 0, ...call('a', 'f', '{"x":"}\\"{') },
        { index: 0, function: { arguments: '\\\\"}' } },
      ],
      [['a', { x: '}"{\\' }]],
    ],
  ])('is put together however its pieces are marked: %s', (_, pieces, expected) => {
    const events = calls(pieces);
    expect(asked(events)?.map(({ toolCallId, args }) => [toolCallId, args])).toEqual(expected);
    const parts = partsOf(events.filter(({ type }) => type !== 'client-tool-request'));
    expect(parts).toMatchObject(expected.map(([toolCallId, args]) => ({ toolCallId, args })));
    expect(typesOf(events).filter((type) => type === 'tool-input-start')).toHaveLength(expected.length);
  });

  it('is told of as soon as its arguments are whole', () => {
    const decoder = openAIChat().decode();
    const read = (args: string) =>
      typesOf(decoder.read({ data: chunk({ tool_calls: [{ index: 0, ...call('a', 'f', args) }] }) }));
    expect(read('{"x":"\\"}')).toEqual(['start', 'tool-input-start', 'tool-input-delta']);
    expect(read('"')).toEqual(['tool-input-delta']);
    expect(read('}')).toEqual(['tool-input-delta', 'tool-input-available']);
    expect(read(' \n')).toEqual([]);
  });

  it('has dangerous names as any others', () => {
    const events = calls([{ index: 0, ...call('__proto__', 'constructor', '{"__proto__":{"polluted":1}}') }]);
    expect(asked(events)?.[0]).toMatchObject({ toolCallId: '__proto__', toolName: 'constructor' });
    expect(({} as Json)['polluted']).toBeUndefined();
  });

  it('whose arguments are not JSON is answered so, and the model is asked on', () => {
    const events = calls([
      { index: 0, ...call('a', 'f', '{"x":') },
      { index: 1, ...call('b', 'f', '{}') },
    ]);
    expect(events).toContainEqual({
      type: 'tool-output-error',
      toolCallId: 'a',
      error: 'The arguments are not valid JSON.',
    });
    expect(asked(events)?.map(({ toolCallId }) => toolCallId)).toEqual(['b']);
    expect(endOf(calls([{ index: 0, ...call('a', 'f', '{') }]))).toMatchObject({
      finishReason: 'client-tool-calls',
    });
  });

  it('is for the page also where the answer says that it just stops', () => {
    const events = decode(dataOf('calls-that-stop'));
    expect(asked(events)).toStrictEqual([{ toolCallId: 'call_x', toolName: 'clock', args: {} }]);
  });

  it('is not run where the answer was cut short', () => {
    const events = calls([{ index: 0, ...call('a', 'f', '{"x":1}') }], 'length');
    expect(endOf(events)).toStrictEqual({ type: 'finish', finishReason: 'length' });
    expect(partsOf(events)).toMatchObject([{ type: 'tool-call', status: 'cancelled' }]);
  });

  it('that the server ran has its result, and one without a result is closed', () => {
    const events = decode(dataOf('server-tools'));
    expect(partsOf(events)).toMatchObject([
      { type: 'text', text: 'Searching… ' },
      { toolName: 'WebSearch', args: { query: 'cats' }, result: 'Cats are nice', status: 'done' },
      { toolName: 'WebFetch', status: 'cancelled' },
      { type: 'text', text: 'They are nice.' },
    ]);
    expect(endOf(events)).toStrictEqual({ type: 'finish', finishReason: 'stop' });
  });

  it('was run by the server where words follow it', () => {
    const told = (after: string) =>
      decode([
        chunk({ tool_calls: [{ index: 0, ...call('a', 'f', '{}') }] }),
        chunk({ content: after }),
        chunk({}, 'stop'),
      ]);
    expect(asked(told('So it is.'))).toBeUndefined();
    expect(asked(told(' \n'))).toHaveLength(1);
  });

  it('is never for the page where the server runs all tools', () => {
    const pieces = dataOf('parallel-calls');
    expect(endOf(decode(pieces, { serverTools: true }))).toStrictEqual({
      type: 'finish',
      finishReason: 'tool-calls',
    });
  });

  it('keeps what the model wants back with it, also where that comes late', () => {
    const extra_content = { google: { thought_signature: 's' } };
    const pieces = [{ ...call('a', 'f', '{}'), extra_content }];
    for (const events of [calls(pieces), calls([call('a', 'f', '{}'), { extra_content }])]) {
      expect(partsOf(events)).toMatchObject([{ toolCallId: 'a', providerMetadata: { extra_content } }]);
    }
  });

  it('may be an old function call', () => {
    const events = decode([
      chunk({ function_call: { name: 'f', arguments: '{"x"' } }),
      chunk({ function_call: { arguments: ':1}' } }),
      chunk({}, 'function_call'),
    ]);
    expect(asked(events)).toStrictEqual([{ toolCallId: 'c-call-1', toolName: 'f', args: { x: 1 } }]);
  });

  it('has its arguments parsed once where they end, not wherever they might', () => {
    const decoder = openAIChat().decode();
    decoder.read({ data: chunk({ tool_calls: [{ index: 0, ...call('a', 'f', '') }] }) });
    const piece = chunk({ tool_calls: [{ index: 0, function: { arguments: '{}' } }] });
    const parse = vi.spyOn(JSON, 'parse');
    for (let count = 0; count < 500; count += 1) decoder.read({ data: piece });
    const lengths = parse.mock.calls.map(([text]) => text.length);
    parse.mockRestore();
    expect(Math.max(...lengths)).toBe(piece.length);
  });
});
