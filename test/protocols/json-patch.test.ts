import { existsSync } from 'node:fs';
import { AgentChatError } from 'agent-chat-kit';
import { describe, expect, it, vi } from 'vitest';
import { applyPatch, isDeeperThan } from '../../src/protocols/ag-ui/json-patch.ts';
import { corpus } from '../corpora.ts';

interface Case {
  readonly comment?: string;
  readonly doc: unknown;
  readonly patch: unknown;
  readonly expected?: unknown;
  readonly error?: string;
  readonly disabled?: boolean;
}

/** What each operation is to do, beside what a corpus of others may say. */
const cases: readonly Case[] = [
  { doc: { a: 1 }, patch: [], expected: { a: 1 } },
  {
    comment: 'adds a member',
    doc: { a: 1 },
    patch: [{ op: 'add', path: '/b', value: null }],
    expected: { a: 1, b: null },
  },
  {
    comment: 'adds in place of a member',
    doc: { a: 1 },
    patch: [{ op: 'add', path: '/a', value: 2 }],
    expected: { a: 2 },
  },
  {
    comment: 'adds to the whole',
    doc: { a: 1 },
    patch: [{ op: 'add', path: '', value: [1] }],
    expected: [1],
  },
  {
    comment: 'inserts into a list',
    doc: [1, 3],
    patch: [{ op: 'add', path: '/1', value: 2 }],
    expected: [1, 2, 3],
  },
  {
    comment: 'inserts at the end of a list',
    doc: [1],
    patch: [{ op: 'add', path: '/1', value: 2 }],
    expected: [1, 2],
  },
  {
    comment: 'appends to a list',
    doc: { l: [] },
    patch: [{ op: 'add', path: '/l/-', value: 1 }],
    expected: { l: [1] },
  },
  { comment: 'knows empty names', doc: {}, patch: [{ op: 'add', path: '/', value: 1 }], expected: { '': 1 } },
  {
    comment: 'reads ~1 before ~0',
    doc: { 'a/b': 1, '~1': 2 },
    patch: [
      { op: 'replace', path: '/a~1b', value: 3 },
      { op: 'test', path: '/~01', value: 2 },
    ],
    expected: { 'a/b': 3, '~1': 2 },
  },
  { comment: 'removes', doc: { a: [1, 2] }, patch: [{ op: 'remove', path: '/a/0' }], expected: { a: [2] } },
  {
    comment: 'replaces',
    doc: { a: [1, 2] },
    patch: [{ op: 'replace', path: '/a/1', value: {} }],
    expected: { a: [1, {}] },
  },
  { comment: 'replaces the whole', doc: 1, patch: [{ op: 'replace', path: '', value: 2 }], expected: 2 },
  {
    comment: 'moves',
    doc: { a: { b: 1 }, c: [] },
    patch: [{ op: 'move', from: '/a/b', path: '/c/0' }],
    expected: { a: {}, c: [1] },
  },
  {
    comment: 'moves to where it is',
    doc: { a: 1 },
    patch: [{ op: 'move', from: '/a', path: '/a' }],
    expected: { a: 1 },
  },
  {
    comment: 'copies',
    doc: { a: { b: 1 } },
    patch: [
      { op: 'copy', from: '/a', path: '/c' },
      { op: 'replace', path: '/c/b', value: 2 },
      { op: 'add', path: '/a/d', value: 3 },
    ],
    expected: { a: { b: 1, d: 3 }, c: { b: 2 } },
  },
  {
    comment: 'copies what it has made',
    doc: {},
    patch: [
      { op: 'add', path: '/a', value: {} },
      { op: 'add', path: '/a/b', value: 1 },
      { op: 'copy', from: '/a', path: '/c' },
      { op: 'add', path: '/c/d', value: 2 },
    ],
    expected: { a: { b: 1 }, c: { b: 1, d: 2 } },
  },
  {
    comment: 'tests whatever the order of members',
    doc: { a: { x: 1, y: [2] } },
    patch: [{ op: 'test', path: '/a', value: { y: [2], x: 1 } }],
    expected: { a: { x: 1, y: [2] } },
  },
  {
    comment: 'ignores members that it does not know',
    doc: {},
    patch: [{ op: 'add', path: '/a', value: 1, more: 2 }],
    expected: { a: 1 },
  },
  ...[
    { op: 'test', path: '/a', value: [1] },
    { op: 'test', path: '/a', value: { 0: 1, 1: 2 } },
    { op: 'test', path: '/n', value: null },
    { op: 'add', path: '/a/3', value: 1 },
    { op: 'add', path: '/a/-1', value: 1 },
    { op: 'add', path: '/a/01', value: 1 },
    { op: 'add', path: '/a/1e0', value: 1 },
    { op: 'add', path: '/n/m', value: 1 },
    { op: 'add', path: '/s/m', value: 1 },
    { op: 'add', path: 'a', value: 1 },
    { op: 'add', path: '/~2', value: 1 },
    { op: 'add', path: null, value: 1 },
    { op: 'add', path: '/b' },
    { op: 'add', value: 1 },
    { op: 'remove', path: '/n' },
    { op: 'remove', path: '/a/-' },
    { op: 'remove', path: '/a/length' },
    { op: 'replace', path: '/n', value: 1 },
    { op: 'replace', path: '/a/2', value: 1 },
    { op: 'replace', path: '/a/-', value: 1 },
    { op: 'move', path: '/b' },
    { op: 'move', from: '/n', path: '/b' },
    { op: 'move', from: '/o', path: '/o/p' },
    { op: 'copy', from: '/toString', path: '/b' },
    { op: 'spam', path: '/a' },
    { path: '/a' },
    null,
    'add',
  ].map((operation) => ({
    comment: `refuses ${JSON.stringify(operation)}`,
    doc: { a: [1, 2], s: 'text', o: {} },
    patch: [{ op: 'add', path: '/c', value: 1 }, operation],
    error: 'it does not fit',
  })),
  {
    comment: 'refuses what is no list',
    doc: {},
    patch: { op: 'add', path: '/a', value: 1 },
    error: 'no list',
  },
];

function freeze(value: unknown): void {
  if (typeof value !== 'object' || value === null) return;
  Object.freeze(value);
  Object.values(value).forEach(freeze);
}

function check({ doc, patch, expected, error }: Case): void {
  // In strict code, a change of what is frozen throws.
  freeze(doc);
  freeze(patch);
  if (error === undefined) {
    const result = applyPatch(doc, patch);
    if (expected !== undefined) expect(result).toStrictEqual(expected);
    return;
  }
  let thrown: unknown;
  try {
    applyPatch(doc, patch);
  } catch (cause) {
    thrown = cause;
  }
  expect(AgentChatError.isInstance(thrown), String(thrown)).toBe(true);
  expect(thrown).toMatchObject({ type: 'protocol_error', code: 'patch-not-applicable' });
}

describe('a patch', () => {
  it.each(cases.map((entry) => [entry.comment ?? 'does nothing', entry] as const))('%s', (_, entry) => {
    check(entry);
  });

  it('shares what it does not touch', () => {
    const doc = { touched: { list: [1] }, other: { deep: {} } };
    const result = applyPatch(doc, [{ op: 'add', path: '/touched/list/-', value: 2 }]) as typeof doc;
    expect(result.other).toBe(doc.other);
    expect(result.touched).not.toBe(doc.touched);
  });

  it('copies a list once, however much it changes of it', () => {
    const doc = { list: Array.from({ length: 1_000 }, (_, index) => index) };
    const patch = doc.list.map((value) => ({ op: 'add', path: '/list/-', value }));
    const slice = vi.spyOn(Array.prototype, 'slice');
    const result = applyPatch(doc, patch) as typeof doc;
    const copied = slice.mock.contexts.filter((list) => (list as unknown[]).length >= 1_000);
    slice.mockRestore();
    expect(result.list).toHaveLength(2_000);
    expect(copied).toEqual([doc.list]);
  });

  it('does not grow without bounds by copying itself', () => {
    let doc: unknown = { a: 1 };
    const grow = (): void => {
      for (let count = 0; count < 400; count += 1)
        doc = applyPatch(doc, [{ op: 'copy', from: '', path: `/${count}` }]);
    };
    expect(grow).toThrow(/copies too much|too deep/);
    expect(JSON.stringify(doc).length).toBeLessThan(5_000_000);
  });

  it('does not nest values deeper than can be written', () => {
    let value: unknown = 1;
    for (let depth = 0; depth < 10_000; depth += 1) value = [value];
    expect(isDeeperThan(value, 200)).toBe(true);
    expect(() => applyPatch({}, [{ op: 'add', path: '/a', value }])).toThrow('too deep');
    let doc: unknown = {};
    expect(() => {
      for (let depth = 0; depth < 10_000; depth += 1)
        doc = applyPatch({ a: doc }, [{ op: 'move', from: '/a', path: '/b' }]);
    }).toThrow('too deep');
  });

  it.each([
    [{ op: 'add', path: '/__proto__/polluted', value: 1 }],
    [{ op: 'add', path: '/constructor/prototype/polluted', value: 1 }],
    [{ op: 'replace', path: '/__proto__', value: { polluted: 1 } }],
    [{ op: 'copy', from: '/__proto__', path: '/a' }],
    [{ op: 'remove', path: '/toString' }],
    [{ op: 'test', path: '/constructor/name', value: 'Object' }],
  ])('takes nothing from a prototype, and adds nothing to it: %j', (operation) => {
    expect(() => applyPatch({}, [operation])).toThrow('leads nowhere');
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  it('takes dangerous names for names', () => {
    const patch = JSON.parse(
      '[{"op":"add","path":"/__proto__","value":{"polluted":1}},{"op":"add","path":"/__proto__/more","value":2}]',
    );
    const result = applyPatch({}, patch) as object;
    expect(JSON.stringify(result)).toBe('{"__proto__":{"polluted":1,"more":2}}');
    expect(Object.getPrototypeOf(result)).toBe(Object.prototype);
    expect('polluted' in {}).toBe(false);
  });
});

/** This corpus may be kept back as a whole, also where all others have to be there. */
function keptBack(path: string): unknown {
  if (existsSync(new URL(`../../../shared/corpora/${path}`, import.meta.url))) return corpus(path);
  console.info(`The corpus ${path} is not beside this project: its suite is skipped.`);
  return undefined;
}

for (const name of ['tests', 'spec_tests'] as const) {
  const suite = keptBack(`json-patch/${name}.json`) as readonly Case[] | undefined;
  it.runIf(suite)(`does what the suite of others says: ${name}.json`, () => {
    const run = (suite ?? []).filter(({ patch, disabled }) => patch && !disabled);
    for (const entry of run) {
      try {
        check(entry);
      } catch (cause) {
        throw new Error(`${entry.comment ?? ''} ${JSON.stringify(entry)}`, { cause });
      }
    }
    console.info(`json-patch/${name}.json: ${run.length} of ${run.length} as expected.`);
  });
}

const pollution = keptBack('json-patch/prototype-pollution.json') as readonly unknown[] | undefined;
it.runIf(pollution)('survives what others tried against such libraries', () => {
  const before = Reflect.ownKeys(Object.prototype);
  for (const entry of pollution ?? []) {
    const { doc = {}, patch = entry } = entry as Partial<Case>;
    try {
      applyPatch(doc, Array.isArray(patch) ? patch : [patch]);
    } catch (error) {
      expect(AgentChatError.isInstance(error)).toBe(true);
    }
    expect(Reflect.ownKeys(Object.prototype)).toEqual(before);
  }
  console.info(`json-patch/prototype-pollution.json: ${pollution?.length} attempts, nothing polluted.`);
});
