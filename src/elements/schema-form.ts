import { isRecord } from '../core/is-record.ts';
import {
  type FormField,
  type GroupField,
  type Option,
  type Options,
  PLAIN,
  type Schema,
} from './form-field.ts';
import { nameOf, toText } from './value.ts';

/** Objects and lists that stand deeper than this in one another are entered as JSON. */
export const MAX_DEPTH = 5;
/** A form that has more fields is none that anybody fills in. */
export const MAX_FIELDS = 400;
/** A list takes so many items. */
export const MAX_ITEMS = 100;
/** References that lead to references, at most so many. */
const MAX_REFERENCES = 10;
/** Schemas are checked as far as this. */
const MAX_SCHEMAS = 4_000;
/** Text that may be longer gets more than a line. Characters. */
const LONG = 200;
/** More options than this stand in a menu, many more in a list again. */
const MANY = 6;
const TOO_MANY = 300;
/** The formats that are checked: the patterns behind them take no longer than the text is long. */
const FORMATS = new Map([
  ['email', 'email'],
  ['uri', 'uri'],
  ['url', 'uri'],
  ['date', 'date'],
  ['date-time', 'date-time'],
  ['uuid', 'uuid'],
]);
const INPUTS = new Map([
  ['email', 'email'],
  ['uri', 'url'],
  ['date', 'date'],
  ['date-time', 'datetime-local'],
] as const);

/** The fields of a JSON schema, or undefined where it has more than a form can have. */
export function readSchema(schema: unknown, name = '', isRequired = true): FormField | undefined {
  try {
    return new SchemaReader(schema).field(schema, { name, isRequired, initial: undefined, depth: 0 });
  } catch (error) {
    if (error === TOO_LARGE) return undefined;
    throw error;
  }
}

const TOO_LARGE = new Error('The schema has too many fields.');

interface Place {
  readonly name: string;
  readonly isRequired: boolean;
  readonly initial: unknown;
  readonly depth: number;
}

/** Reads a schema that others wrote. Of what stands in it nothing is believed. */
class SchemaReader {
  readonly #root: unknown;
  #fields = 0;
  #schemas = 0;

  constructor(root: unknown) {
    this.#root = root;
  }

  field(given: unknown, { name, isRequired, initial: own, depth }: Place): FormField {
    this.#fields += 1;
    if (this.#fields > MAX_FIELDS) throw TOO_LARGE;
    const { schema, isNullable } = this.#plain(given);
    const initial = own === undefined ? schema['default'] : own;
    const properties = schema['properties'];
    const isGroup = typeOf(schema) === 'object' && isRecord(properties) && depth < MAX_DEPTH;
    const described = {
      ...PLAIN,
      name,
      label: textOf(schema['title']) || nameOf(name) || name,
      description: textOf(schema['description']),
      isRequired: isRequired && !isNullable,
      empty: isRequired && isNullable ? null : undefined,
      initial,
      schema: isGroup ? {} : this.#copy(schema, depth),
    };
    if (isGroup) {
      return { ...described, kind: 'group', fields: this.#properties(schema, properties, initial, depth) };
    }
    const options = optionsOf(schema);
    if (options) {
      const look = options.length > MANY && options.length <= TOO_MANY ? 'menu' : 'list';
      return { ...described, kind: 'choice', options, isMultiple: false, takesOther: false, look };
    }
    const items = isRecord(schema['items']) ? this.#plain(schema['items']).schema : undefined;
    switch (typeOf(schema)) {
      case 'string': {
        const format = FORMATS.get(textOf(schema['format']));
        const isLong = Number(schema['maxLength']) > LONG;
        const input = INPUTS.get(format as 'email') ?? (isLong ? 'long' : 'text');
        const pattern = typeof schema['pattern'] === 'string' ? schema['pattern'] : undefined;
        return { ...described, kind: 'text', input, pattern };
      }
      case 'number':
      case 'integer':
        return { ...described, kind: 'number' };
      case 'boolean':
        return { ...described, kind: 'check' };
      case 'array': {
        const several = items && optionsOf(items);
        if (several) {
          return {
            ...described,
            kind: 'choice',
            options: several,
            isMultiple: true,
            takesOther: false,
            look: 'list',
          };
        }
        const isShort = !Array.isArray(initial) || initial.length <= MAX_ITEMS;
        if (!items || !ENTERED.has(typeOf(items)) || depth >= MAX_DEPTH || !isShort) break;
        // An item that is left empty is none.
        const item = this.field(items, { name: '', isRequired: false, initial: undefined, depth: depth + 1 });
        if (item.kind === 'json') break;
        const { minItems, maxItems } = described.schema;
        const least = Math.min(Math.max(Number(minItems ?? 0), isRequired ? 1 : 0), MAX_ITEMS);
        const most = Math.min(Number(maxItems ?? MAX_ITEMS), MAX_ITEMS);
        return { ...described, kind: 'list', item, least, most };
      }
    }
    return { ...described, kind: 'json' };
  }

  #properties(schema: Schema, properties: Schema, initial: unknown, depth: number): GroupField['fields'] {
    const names = Object.keys(properties);
    if (names.length > MAX_FIELDS) throw TOO_LARGE;
    const required = new Set(listOf(schema['required']));
    return names.map((name) =>
      this.field(properties[name], {
        name,
        isRequired: required.has(name),
        initial: isRecord(initial) && Object.hasOwn(initial, name) ? initial[name] : undefined,
        depth: depth + 1,
      }),
    );
  }

  /** The schema itself: not what refers to it, and not that it may be null as well. */
  #plain(given: unknown): { readonly schema: Schema; readonly isNullable: boolean } {
    let schema: Schema = isRecord(given) ? given : {};
    let isNullable = false;
    for (let count = 0; count < MAX_REFERENCES; count += 1) {
      const { $ref, ...rest } = schema;
      const either = ['anyOf', 'oneOf', 'allOf'].find((key) => Array.isArray(schema[key])) ?? 'anyOf';
      const all = listOf(schema[either]);
      const some = all.filter((one) => !isRecord(one) || one['type'] !== 'null');
      if (typeof $ref === 'string') {
        schema = { ...this.#found($ref), ...rest };
      } else if (some.length === 1 && isRecord(some[0]) && !Object.hasOwn(some[0], 'const')) {
        isNullable ||= some.length < all.length;
        const { [either]: _, ...others } = schema;
        schema = { ...some[0], ...others };
      } else {
        break;
      }
    }
    const types = listOf(schema['type']);
    if (types.length === 2 && types.includes('null')) {
      return { schema: { ...schema, type: types.find((type) => type !== 'null') }, isNullable: true };
    }
    return { schema, isNullable };
  }

  /** What a reference leads to, in this schema alone: nothing is ever fetched. */
  #found(reference: string): Schema {
    if (!reference.startsWith('#')) return {};
    let found: unknown = this.#root;
    for (const step of reference.slice(1).split('/').slice(1, 20)) {
      const key = unescaped(step);
      const has = typeof found === 'object' && found !== null && Object.hasOwn(found, key);
      found = has ? (found as Schema)[key] : undefined;
    }
    return isRecord(found) ? found : {};
  }

  /** What a value is checked by: only what is known to end soon, and nothing that leads anywhere. */
  #copy(given: unknown, depth: number): Schema {
    this.#schemas += 1;
    if (!isRecord(given) || depth > MAX_DEPTH || this.#schemas > MAX_SCHEMAS) return {};
    const { schema, isNullable } = this.#plain(given);
    const kept: [string, unknown][] = [];
    for (const key of NUMBERS) {
      const value = schema[key];
      if (typeof value === 'number' && Number.isFinite(value)) kept.push([key, value]);
    }
    const type = typeOf(schema);
    for (const [key, inclusive, step] of EXCLUSIVE) {
      const value = schema[key];
      if (typeof value !== 'number' || !Number.isFinite(value)) continue;
      // Of whole numbers there is a next one, which is what is said.
      if (type === 'integer') kept.push([inclusive, step > 0 ? Math.floor(value) + 1 : Math.ceil(value) - 1]);
      else kept.push([key, value]);
    }
    if (type) kept.push(['type', isNullable ? [type, 'null'] : type]);
    const format = FORMATS.get(textOf(schema['format']));
    if (format) kept.push(['format', format]);
    if (isRecord(schema['items'])) kept.push(['items', this.#copy(schema['items'], depth + 1)]);
    const properties = schema['properties'];
    if (isRecord(properties)) {
      const entries = Object.keys(properties)
        .slice(0, MAX_FIELDS)
        .map((name) => [name, this.#copy(properties[name], depth + 1)]);
      kept.push(['properties', Object.fromEntries(entries)]);
      kept.push(['required', listOf(schema['required']).filter((name) => typeof name === 'string')]);
    }
    return Object.fromEntries(kept);
  }
}

const NUMBERS = ['minLength', 'maxLength', 'minimum', 'maximum', 'multipleOf', 'minItems', 'maxItems'];
const EXCLUSIVE = [
  ['exclusiveMinimum', 'minimum', 1],
  ['exclusiveMaximum', 'maximum', -1],
] as const;
const TYPES = ['string', 'number', 'integer', 'boolean', 'object', 'array'];
/** What a list may have as items. */
const ENTERED: ReadonlySet<string | undefined> = new Set(['string', 'number', 'integer', 'object']);

function typeOf(schema: Schema): string | undefined {
  const type = schema['type'];
  if (typeof type === 'string') return TYPES.find((known) => known === type);
  if (type !== undefined) return undefined;
  if (isRecord(schema['properties'])) return 'object';
  return typeof schema['minLength'] === 'number' || typeof schema['maxLength'] === 'number'
    ? 'string'
    : undefined;
}

/** What there is to choose from, where the schema says it. */
function optionsOf(schema: Schema): Options | undefined {
  const named = [schema['oneOf'], schema['anyOf']]
    .map(listOf)
    .find((all) => all.length > 0 && all.every((one) => isRecord(one) && Object.hasOwn(one, 'const'))) as
    | readonly Schema[]
    | undefined;
  if (named) {
    return {
      length: named.length,
      at: (index) => {
        const { const: value, title, description } = named[index] ?? {};
        return { label: textOf(title) || labelOf(value), description: textOf(description), value };
      },
    };
  }
  const values = Object.hasOwn(schema, 'const') ? [schema['const']] : listOf(schema['enum']);
  const names = listOf(schema['enumNames']);
  if (values.length === 0) return undefined;
  return {
    length: values.length,
    at: (index): Option => {
      const value = values[index];
      return { label: textOf(names[index]) || labelOf(value), description: '', value };
    },
  };
}

/** Of a value that is no text it may not even be known what it is. */
export function labelOf(value: unknown): string {
  try {
    return toText(value).trim() ? toText(value) : '“”';
  } catch {
    return '?';
  }
}

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

/** Text, where it is some. */
export function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** A step of a JSON pointer in an address. */
function unescaped(step: string): string {
  try {
    return decodeURIComponent(step).replaceAll('~1', '/').replaceAll('~0', '~');
  } catch {
    return step;
  }
}
