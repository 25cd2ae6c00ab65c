import { describe, expect, it } from 'vitest';
import { PartialJson, parsePartialJson } from '../../src/core/partial-json.ts';
import { corpus } from '../corpora.ts';

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * Holds where `partial` can be the beginning of `whole`: all but its last value are final, the last one is a
 * beginning itself, a string is a prefix, and a number may still grow.
 */
function expectBeginning(partial: unknown, whole: unknown): void {
  if (typeof whole === 'string') {
    expect(typeof partial).toBe('string');
    expect(whole.startsWith(partial as string)).toBe(true);
  } else if (typeof whole === 'number') {
    expect(typeof partial).toBe('number');
  } else if (Array.isArray(whole)) {
    expect(Array.isArray(partial)).toBe(true);
    const items: unknown[] = partial as unknown[];
    expect(items.length).toBeLessThanOrEqual(whole.length);
    expect(items.slice(0, -1)).toEqual(whole.slice(0, items.length).slice(0, -1));
    if (items.length > 0) expectBeginning(items.at(-1), whole[items.length - 1]);
  } else if (isObject(whole) && isObject(partial)) {
    expect(Object.getPrototypeOf(partial)).toBe(Object.prototype);
    const keys = Object.keys(partial);
    expect(keys).toEqual(Object.keys(whole).slice(0, keys.length));
    for (const key of keys.slice(0, -1)) expect(partial[key]).toEqual(whole[key]);
    const last = keys.at(-1);
    if (last !== undefined) expectBeginning(partial[last], whole[last]);
  } else {
    expect(partial).toEqual(whole);
  }
}

/** Every prefix of a valid text, then the text itself. */
function expectEveryPrefix(text: string): void {
  const whole: unknown = JSON.parse(text);
  let shown = false;
  for (let length = 0; length < text.length; length += 1) {
    const partial = parsePartialJson(text.slice(0, length));
    // What could once be read does not vanish because more came.
    if (shown) expect(partial, text.slice(0, length)).toBeDefined();
    if (partial === undefined) continue;
    shown = true;
    expectBeginning(partial, whole);
  }
  expect(parsePartialJson(text)).toEqual(whole);
}

/** The same numbers every time: a failure can be seen again. */
function random(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state * 48_271) % 2_147_483_647;
    return state % below;
  };
}

/** A value of every kind, nested; keys are no integers, for objects move those to the front. */
function randomValue(next: (below: number) => number, depth = 0): unknown {
  const strings = [
    '',
    'plain',
    'say "hi"',
    'back\\slash',
    '\n\t\u0000',
    'ünï €',
    '😀👩‍👩‍👧',
    '\u2028',
    '{[,:]}',
  ];
  const values = [null, true, false, 0, -1, 12.5, -3e-7, 1e21, 123_456, ...strings];
  const kind = next(depth > 3 ? 1 : 3);
  const size = next(4);
  if (kind === 1) return Array.from({ length: size }, () => randomValue(next, depth + 1));
  if (kind === 0) return values[next(values.length)];
  return Object.fromEntries(
    Array.from({ length: size }, (_, index) => [
      `${strings[next(strings.length)]}-${index}`,
      randomValue(next, depth + 1),
    ]),
  );
}

describe('JSON that is still arriving', () => {
  it.each([
    '{"a":1,"b":[true,false,null],"c":{"d":"e","f":{}},"g":[]}',
    '[{"name":"Ann","tags":["x","y"]},{"name":"Bob","tags":[]}]',
    '{ "spaced" : [ 1 , 2 ,\n\t{ "deep" : [ [ ] , [ "x" ] ] } ] , "end" : null }\r\n',
    '{"text":"line\\nquote \\" slash \\/ back \\\\ tab \\t u \\u00e9 \\ud83d\\ude00 done"}',
    '{"":"","\\"":"quoted key","a\\u0062c":1,"brackets":"}]{["}',
    '[-0.5,1e10,2.5E-3,-12,0,1234567890]',
    '["😀","é","\u2028"]',
    '"only a string"',
    'true',
    'null',
    '-12.75e+2',
  ])('is read at every prefix as a beginning of the whole: %s', (text) => {
    expectEveryPrefix(text);
  });

  it('is read so whatever it holds', () => {
    const next = random(20_261_120);
    for (let round = 0; round < 60; round += 1) expectEveryPrefix(JSON.stringify(randomValue(next)));
  });

  it.each([
    ['{"list":[{"name":"An', { list: [{ name: 'An' }] }],
    ['{"a":1,"b', { a: 1 }],
    ['{"a":1,"b"', { a: 1 }],
    ['{"a":1,"b":', { a: 1 }],
    ['{"a":1,', { a: 1 }],
    ['{"a":tr', { a: true }],
    ['{"a":12.', { a: 12 }],
    ['{"a":-', {}],
    ['{"a":"x\\', { a: 'x' }],
    ['{"a":"x\\u12', { a: 'x' }],
    ['[[1],[', [[1], []]],
    ['  {', {}],
  ])('shows what is there and nothing that is not: %s', (text, expected) => {
    expect(parsePartialJson(text)).toEqual(expected);
  });

  it.each([
    '',
    ' ',
    '\n',
    '-',
    '.5',
    'x',
    '}',
    ']',
    ',',
    ':',
    '{]',
    '[}',
    '{"a":1]',
    '[1 2',
    '\ufeff{}',
    '{"a":1}}',
  ])('is undefined where there is nothing to read or it is not JSON: %j', (text) => {
    expect(parsePartialJson(text)).toBeUndefined();
  });
});

describe('JSON that comes in pieces', () => {
  /** What is read after each piece, as it was at that moment and as it is once everything is there. */
  function readAlong(pieces: readonly string[]): { then: unknown[]; later: unknown[] } {
    const json = new PartialJson();
    const later: unknown[] = [];
    const then = pieces.map((piece) => {
      json.push(piece);
      const value = json.read();
      later.push(value);
      return structuredClone(value);
    });
    return { then, later };
  }

  it('reads the same after each piece as from the text so far, and never changes what it gave out', () => {
    const next = random(7_654_321);
    for (let round = 0; round < 200; round += 1) {
      const text = JSON.stringify(randomValue(next), null, next(3));
      const pieces: string[] = [];
      for (let at = 0; at < text.length; ) {
        const end = at + 1 + next(round % 2 ? 3 : 12);
        pieces.push(text.slice(at, end));
        at = end;
      }
      const { then, later } = readAlong(pieces);
      const soFar = pieces.map((_, index) => parsePartialJson(pieces.slice(0, index + 1).join('')));
      expect(then, text).toEqual(soFar);
      expect(later, text).toEqual(soFar);
    }
  });

  it('keeps what is closed as the same object', () => {
    const json = new PartialJson();
    json.push('{"a":{"b":1},"c":[');
    const first = json.read() as { a: object; c: unknown[] };
    json.push('1,2');
    const second = json.read() as { a: object; c: unknown[] };
    expect(second.a).toBe(first.a);
    expect(first.c).toEqual([]);
    expect(second.c).toEqual([1, 2]);
  });
});

describe('hostile JSON', () => {
  it.each(['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty'])(
    'has %s as a plain own property, at every prefix',
    (key) => {
      const text = `{"${key}":{"polluted":true,"${key}":{"polluted":1}},"list":[{"${key}":"x"}]}`;
      let seen = 0;
      for (let length = 1; length <= text.length; length += 1) {
        const value = parsePartialJson(text.slice(0, length));
        if (!isObject(value)) throw new Error(`Expected an object at ${length}.`);
        expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
        if (Object.hasOwn(value, key)) seen += 1;
        else expect(Object.keys(value)).toEqual([]);
      }
      expect(seen).toBeGreaterThan(text.length / 2);
      expect(parsePartialJson(text)).toEqual(JSON.parse(text));
      expect('polluted' in {}).toBe(false);
    },
  );

  it.each([
    ['arrays', '['.repeat(100_000)],
    ['objects', '{"":'.repeat(100_000)],
    ['both', '[{"":'.repeat(50_000)],
    ['closed arrays', '['.repeat(100_000) + ']'.repeat(100_000)],
    ['closed arrays and one bracket too many', `${'['.repeat(100_000) + ']'.repeat(100_001)}`],
    ['spaces', `[${' '.repeat(1_000_000)}`],
    ['commas', `[${'1,'.repeat(300_000)}`],
    ['escapes', `"${'\\'.repeat(300_001)}`],
    ['a word', `[${'a'.repeat(300_000)}`],
    ['digits', `[${'9'.repeat(300_000)}`],
  ])('is read in good time and throws nothing: %s', (_, text) => {
    // Of this process: how busy the machine is says nothing.
    const before = process.cpuUsage();
    parsePartialJson(text);
    const { user, system } = process.cpuUsage(before);
    expect((user + system) / 1_000).toBeLessThan(1_000);
  });

  it('shows nesting that any real answer has', () => {
    let value = parsePartialJson('['.repeat(200));
    let depth = 0;
    for (; Array.isArray(value); value = value[0]) depth += 1;
    expect(depth).toBe(200);
  });
});

interface SuiteCase {
  readonly file: string;
  readonly expect: 'accept' | 'reject' | 'either' | 'transform';
  readonly bytesB64: string | null;
  readonly generator?: string;
}
const suite = corpus('partial-json/jsontestsuite.json') as
  | { readonly cases: readonly SuiteCase[] }
  | undefined;

/** The two that are too long to be stored say how they are made. */
const GENERATED: Readonly<Record<string, string>> = {
  '"[" x 100000': '['.repeat(100_000),
  '"[{\\"\\":" x 50000 + "\\n"': `${'[{"":'.repeat(50_000)}\n`,
};

function textOf({ file, bytesB64, generator }: SuiteCase): string {
  const text =
    bytesB64 === null
      ? GENERATED[generator ?? '']
      : new TextDecoder('utf-8', { ignoreBOM: true }).decode(Buffer.from(bytesB64, 'base64'));
  if (text === undefined) throw new Error(`It is not known how to make ${file}.`);
  return text;
}

describe.skipIf(!suite)('JSONTestSuite', () => {
  const cases = suite?.cases ?? [];
  const withExpectation = (...kinds: readonly SuiteCase['expect'][]) =>
    cases.filter((each) => kinds.includes(each.expect)).map((each) => [each.file, textOf(each)] as const);

  it('has cases of every kind', () => {
    for (const kind of ['accept', 'reject', 'either', 'transform'] as const) {
      expect(withExpectation(kind).length, kind).toBeGreaterThan(0);
    }
  });

  it.each(withExpectation('accept'))('is read as JSON.parse reads it: %s', (_, text) => {
    expect(parsePartialJson(text)).toEqual(JSON.parse(text));
  });

  it.each(withExpectation('reject'))('is no exception and no hang: %s', (_, text) => {
    expect(() => JSON.parse(text)).toThrow();
    const start = performance.now();
    expect(() => parsePartialJson(text)).not.toThrow();
    expect(performance.now() - start).toBeLessThan(1_000);
  });

  it.each(withExpectation('either', 'transform'))('does as JSON.parse does: %s', (_, text) => {
    let whole: unknown;
    try {
      whole = JSON.parse(text);
    } catch {
      expect(() => parsePartialJson(text)).not.toThrow();
      return;
    }
    expect(parsePartialJson(text)).toEqual(whole);
  });
});

/** Where we read other than a peer does: its case and what we give. */
type Differing = readonly (readonly [input: string, ours: unknown])[];

/** The cases of a peer in which we give something else than it. */
function differing(cases: readonly { readonly input: string; readonly theirs: unknown }[]): Differing {
  return cases
    .map(({ input, theirs }) => ({ input, theirs, ours: parsePartialJson(input) }))
    .filter(({ theirs, ours }) => JSON.stringify(ours) !== JSON.stringify(theirs))
    .map(({ input, ours }) => [input, ours] as const);
}

const vercel = corpus('partial-json/vercel-ai-fix-json.json') as
  | readonly { readonly input: string; readonly fixed: string }[]
  | undefined;

describe.skipIf(!vercel)('the cases of the AI SDK’s fixJson', () => {
  const cases = (vercel ?? []).map(({ input, fixed }) => ({
    input,
    theirs: fixed === '' ? undefined : (JSON.parse(fixed) as unknown),
  }));

  it('give what it gives, all of them', () => {
    expect(cases.length).toBeGreaterThan(0);
    expect(differing(cases)).toEqual([]);
  });
});

const anthropic = corpus('partial-json/anthropic-partial-parse.json') as
  | readonly { readonly input: string; readonly result: unknown; readonly threw: string | null }[]
  | undefined;

describe.skipIf(!anthropic)('the cases of the Anthropic SDK’s partialParse', () => {
  // It drops a value until it is complete; we show what is already certain or already readable of it.
  const OPEN_STRING: Differing = [['{"foo": "bar", "thing": "', { foo: 'bar', thing: '' }]];
  const NUMBER_THAT_GROWS: Differing = [
    ['{"foo": 123.', { foo: 123 }],
    ['{"foo": 8.2156E', { foo: 8.2156 }],
    ['{"foo": 8.2156e-', { foo: 8.2156 }],
    ['{"foo": 1, "bar": 8.2156e', { foo: 1, bar: 8.2156 }],
  ];
  const LITERAL_THAT_CAN_BE_ONLY_ONE: Differing = [
    ['{"foo": "bar", "baz": nul', { foo: 'bar', baz: null }],
    ['{"foo": "bar", "baz": tr', { foo: 'bar', baz: true }],
    ['{"foo": "bar", "baz": fal', { foo: 'bar', baz: false }],
  ];

  it('give what it gives, but for values that are not complete', () => {
    const cases = anthropic ?? [];
    const different = differing(cases.map(({ input, result }) => ({ input, theirs: result })));
    expect(cases.length).toBeGreaterThan(different.length);
    expect(cases.every(({ threw }) => threw === null)).toBe(true);
    expect(different).toEqual([...OPEN_STRING, ...NUMBER_THAT_GROWS, ...LITERAL_THAT_CAN_BE_ONLY_ONE]);
    expect(different).toHaveLength(8);
  });
});

interface PromplateCase {
  readonly input: string;
  /** Of which types it may return incomplete values; all where absent. */
  readonly allow?: string;
  readonly result?: unknown;
  readonly throws?: 'PartialJSON' | 'MalformedJSON';
}
const promplate = corpus('partial-json/promplate-partial-json.json') as
  | { readonly cases: readonly PromplateCase[] }
  | undefined;

describe.skipIf(!promplate)('the cases of partial-json-parser', () => {
  // It can be told to return no incomplete arrays, objects or literals, and then throws. We have no such
  // setting: incomplete values are what this is for.
  const TOLD_NOT_TO: Differing = [
    ['[', []],
    ['["', ['']],
    ['[""', ['']],
    ['["",', ['']],
    ['{', {}],
    ['{""', {}],
    ['{"":', {}],
    ['{"":""', { '': '' }],
    ['n', null],
    ['t', true],
    ['f', false],
  ];
  // It throws at a word that is no literal; to us the text ends before it, for more may not change that.
  const WORD_AT_THE_END: Differing = [
    ['[abc', []],
    ['[invalid', []],
  ];

  it('give what it gives, but for what it is told not to and words at the very end', () => {
    const cases = promplate?.cases ?? [];
    const different = differing(cases.map(({ input, result }) => ({ input, theirs: result })));
    expect(cases.length).toBeGreaterThan(different.length);
    expect(different).toEqual([...TOLD_NOT_TO, ...WORD_AT_THE_END]);
    expect(different).toHaveLength(13);
  });
});

const secure = corpus('partial-json/secure-json-parse.json') as
  | {
      readonly cases: readonly {
        readonly name: string;
        readonly input: string;
        readonly threw: string | null;
      }[];
    }
  | undefined;

describe.skipIf(!secure)('the cases of secure-json-parse', () => {
  it.each(secure?.cases ?? [])(
    'are plain own properties, where it throws and where not: $name',
    ({ input }) => {
      const value = parsePartialJson(input);
      const whole: unknown = JSON.parse(input);
      expect(value).toEqual(whole);
      expect(Object.getPrototypeOf(value)).toBe(Object.getPrototypeOf(whole));
      expect(Object.keys(Object(value))).toEqual(Object.keys(Object(whole)));
      expect('isAdmin' in {}).toBe(false);
    },
  );
});
