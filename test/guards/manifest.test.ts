import { existsSync, readFileSync } from 'node:fs';
import * as entry from 'agent-chat-kit/elements';
import { defineElements } from 'agent-chat-kit/elements';
import type { LitElement } from 'lit';
import { describe, expect, it } from 'vitest';
import { dataFiles, elementSources, manifestOf } from '../../scripts/manifest.js';
import { filesIn, packageJson, ROOT } from './files.ts';

interface Described {
  readonly name: string;
  readonly description?: string;
  readonly kind?: string;
  readonly type?: { readonly text: string };
  readonly attribute?: string;
  readonly reflects?: boolean;
}
const LISTS = ['slots', 'events', 'cssParts', 'cssProperties', 'cssStates', 'attributes', 'members'] as const;
interface Declaration extends Described, Partial<Record<(typeof LISTS)[number], readonly Described[]>> {
  readonly tagName?: string;
  readonly summary?: string;
}

const sources: ReadonlyMap<string, string> = elementSources();
const declarationsOf = (from: ReadonlyMap<string, string>): readonly Declaration[] =>
  manifestOf(from).modules.flatMap(({ declarations }) => declarations);
const described = declarationsOf(sources);
const elements = described.filter(({ tagName }) => tagName);
const names = (list: readonly Described[] = []) => list.map(({ name }) => name).sort();

/** The event classes that the entry exports, by their types. */
const eventClasses = new Map(
  Object.values(entry).flatMap((value) =>
    typeof value === 'function' && 'type' in value ? [[String(value.type), value.name] as const] : [],
  ),
);

/** What an element or an event says nothing of. */
function undescribed(declarations: readonly Declaration[]): string[] {
  return declarations.flatMap((declaration) => [
    ...(declaration.summary || declaration.description ? [] : [declaration.name]),
    // What an event carries says its name, and the sentence of its class.
    ...LISTS.flatMap((list) =>
      (declaration.tagName ? (declaration[list] ?? []) : [])
        .filter(({ description }) => !description)
        .map(({ name }) => `${declaration.tagName} ${list} ${name}`),
    ),
  ]);
}

describe.each(Object.entries(defineElements()))('%s', (tag, elementClass) => {
  const element = elements.find(({ tagName }) => tagName === tag);
  // Node has no elements: Lit’s stand-in knows the properties all the same.
  const { elementProperties, observedAttributes } = elementClass as typeof LitElement;
  const options = [...elementProperties].filter(([, { state }]) => !state);

  it('is described with its class, its properties and its attributes', () => {
    expect(element?.name).toBe(elementClass.name);
    const fields = element?.members?.filter(({ kind }) => kind === 'field') ?? [];
    expect(names(fields)).toEqual(expect.arrayContaining(options.map(([name]) => String(name))));
    expect(names(element?.attributes)).toEqual([...observedAttributes].sort());
    for (const [name, { reflect = false }] of options) {
      const field = fields.find((other) => other.name === name);
      expect([name, field?.reflects ?? false]).toEqual([name, reflect]);
    }
  });

  it('names events that there are, with their classes', () => {
    for (const { name, type } of element?.events ?? [])
      expect(`${name} ${type?.text}`).toBe(`${name} ${eventClasses.get(name)}`);
  });

  it('says what it is in the usual order', () => {
    const source = [...sources.values()].find((text) => text.includes(`export class ${elementClass.name} `));
    const comment =
      source
        ?.split(/^export class /m)[0]
        ?.split('/**')
        .at(-1) ?? '';
    const order = ['@summary', '@slot', '@event', '@csspart', '@cssprop', '@cssstate'];
    const said = [...comment.matchAll(/^ \* (@\w+)/gm)].map(([, word]) => order.indexOf(word ?? ''));
    expect(said).toEqual(said.toSorted((a, b) => a - b));
    expect(said[0]).toBe(0);
  });
});

describe('the manifest', () => {
  it('describes everything that it names', () => {
    expect(undescribed(described)).toEqual([]);
  });

  it('has every event, said by an element and known to listeners', () => {
    const said = new Set(elements.flatMap(({ events = [] }) => names(events)));
    expect([...said].sort()).toEqual([...eventClasses.keys()].sort());
    for (const [type, name] of eventClasses)
      expect(sources.get('events.ts')).toContain(`\n    '${type}': ${name};`);
    expect(names(described.filter(({ tagName }) => !tagName))).toEqual([...eventClasses.values()].sort());
  });

  it('has every public custom property that the styles read', () => {
    const used = [...filesIn('src/elements').values()].flatMap((text) =>
      [...text.matchAll(/var\(\s*(--agent-chat-[\w-]+)/g)].map(([, name]) => name),
    );
    const declared = elements.flatMap(({ cssProperties }) => names(cssProperties));
    expect([...new Set(declared)].sort()).toEqual([...new Set(used)].sort());
  });

  it('notices what is new, what is not described and what is gone', () => {
    const text = sources.get('agent-text.ts') ?? '';
    const changed = new Map(sources).set(
      'agent-text.ts',
      text.replace('@csspart text - The text.', '@csspart words').replace('  /** The part to show. */\n', ''),
    );
    expect(text).not.toBe(changed.get('agent-text.ts'));
    const found = undescribed(declarationsOf(changed));
    expect(found).toContain('agent-text cssParts words');
    expect(found).toContain('agent-text members data');
    changed.delete('agent-text.ts');
    expect(() => manifestOf(changed)).toThrow('agent-text.ts');
  });
});

describe('the built package', () => {
  const files: Readonly<Record<string, unknown>> = dataFiles(manifestOf(sources));

  it.each(Object.keys(files))('has %s as the sources are', (name) => {
    expect(JSON.parse(readFileSync(`${ROOT}dist/${name}`, 'utf8'))).toEqual(files[name]);
  });

  it('says where its manifest and its web types are', () => {
    const named = packageJson as typeof packageJson & Readonly<Record<string, string>>;
    for (const key of ['customElements', 'web-types']) {
      expect(Object.keys(files).map((name) => `dist/${name}`)).toContain(named[key]);
      expect(existsSync(`${ROOT}${named[key]}`)).toBe(true);
    }
    expect(packageJson.exports['./custom-elements.json']).toBe('./dist/custom-elements.json');
    expect(files['web-types.json']).toMatchObject({ name: 'agent-chat-kit', version: named['version'] });
  });
});
