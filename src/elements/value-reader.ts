import { formatSize, strings } from './strings.ts';

/** Stands for what throws when it is read. */
const UNREADABLE = Symbol();

/** What has others inside, in an order. */
export interface Container {
  readonly kind: 'list' | 'object';
  readonly count: number;
  /** What tells it from the others: never the same twice. */
  key(index: number): string;
  /** What people read as its name. */
  label(index: number): string;
  at(index: number): unknown;
  /** What has that key, or undefined. */
  get(key: string): unknown;
}

/** What has nothing inside. */
export interface Leaf {
  readonly kind: 'string' | 'number' | 'boolean' | 'null' | 'other' | 'unreadable';
  readonly text: string;
}

/** Reads a value as it is at one time. Nothing in here throws, whatever the value does when it is read. */
export class ValueReader {
  readonly #containers = new WeakMap<object, Container>();

  containerOf(value: unknown): Container | undefined {
    if (typeof value !== 'object' || value === null) return undefined;
    let container = this.#containers.get(value);
    if (container) return container;
    try {
      container = read(value);
    } catch {
      return undefined;
    }
    if (container) this.#containers.set(value, container);
    return container;
  }
}

/** What is no container, in words. */
export function leafOf(value: unknown): Leaf {
  try {
    switch (typeof value) {
      case 'string':
        return { kind: 'string', text: value };
      case 'number':
        return { kind: 'number', text: Object.is(value, -0) ? '-0' : String(value) };
      case 'bigint':
        return { kind: 'number', text: String(value) };
      case 'boolean':
        return { kind: 'boolean', text: String(value) };
      case 'undefined':
        return { kind: 'null', text: 'undefined' };
      case 'function':
        return { kind: 'other', text: `ƒ ${String(value.name)}()` };
      case 'symbol':
        return value === UNREADABLE
          ? { kind: 'unreadable', text: strings.notDrawn }
          : { kind: 'other', text: String(value) };
      default:
        if (value === null) return { kind: 'null', text: 'null' };
        return { kind: 'other', text: wordsOf(value as object) };
    }
  } catch {
    return { kind: 'unreadable', text: strings.notDrawn };
  }
}

/** The field of an object that is its own, or undefined. */
export function ownField(value: unknown, key: string): unknown {
  try {
    return typeof value === 'object' && value !== null && Object.hasOwn(value, key)
      ? (value as Record<string, unknown>)[key]
      : undefined;
  } catch {
    return undefined;
  }
}

function read(value: object): Container | undefined {
  if (Array.isArray(value)) return listOf(value);
  if (ArrayBuffer.isView(value)) return value instanceof DataView ? undefined : listOf(value as Uint8Array);
  if (value instanceof Set) return listOf([...value]);
  if (value instanceof Map) {
    const entries = [...value];
    return {
      ...listOf(entries.map(([, item]) => item)),
      kind: 'object',
      label: (index) => {
        const key: unknown = entries[index]?.[0];
        return typeof key === 'object' && key !== null ? String(index) : leafOf(key).text;
      },
    };
  }
  if (isWords(value)) return undefined;
  const keys = Object.keys(value);
  const key = (index: number): string => keys[index] ?? '';
  const get = (name: string): unknown => readField(value, name);
  return { kind: 'object', count: keys.length, key, label: key, at: (index) => get(key(index)), get };
}

function listOf(items: ArrayLike<unknown>): Container {
  return {
    kind: 'list',
    count: items.length,
    key: String,
    label: String,
    at: (index) => readField(items, index),
    get: (key) => readField(items, key),
  };
}

function readField(value: object, key: string | number): unknown {
  try {
    return Object.hasOwn(value, key) ? (value as Record<string | number, unknown>)[key] : undefined;
  } catch {
    return UNREADABLE;
  }
}

function isWords(value: object): boolean {
  return [Date, RegExp, Error, URL, ArrayBuffer, DataView, Blob, Promise, WeakMap, WeakSet].some(
    (type) => value instanceof type,
  );
}

function wordsOf(value: object): string {
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? String(value) : value.toISOString();
  if (value instanceof Blob) return `${value.type} ${formatSize(value.size)}`;
  if (value instanceof ArrayBuffer || value instanceof DataView) return formatSize(value.byteLength);
  // An object that cannot even be asked what is inside comes here as well, and this throws then.
  if (isWords(value)) return String(value);
  throw new TypeError('Not readable');
}
