import { malformed } from '../../core/error.ts';
import { isRecord } from '../../core/is-record.ts';

/** Nesting deeper than this is not taken: whatever walks the value, such as `JSON.stringify`, has to come back. */
export const MAX_DEPTH = 200;
/** How much one `copy` may copy. Values. */
const MAX_COPIED = 100_000;
const INDEX = /^(?:0|[1-9]\d*)$/;

type Container = unknown[] | Record<string, unknown>;

/**
 * The document after a JSON Patch (RFC 6902), which is applied whole or not at all. Nothing of what was given is
 * changed: what an operation touches is copied, once per patch, and the rest is shared. Only own members count, so
 * that names such as `__proto__` are names like any other. Throws `AgentChatError` where it cannot be applied.
 */
export function applyPatch(document: unknown, patch: unknown): unknown {
  if (!Array.isArray(patch)) throw unfit('The patch is not a list.');
  const patched = new Patched(document);
  for (const operation of patch) {
    if (!isRecord(operation)) throw unfit('An operation of the patch is not an object.');
    patched.apply(operation);
  }
  return patched.document;
}

/** Whether containers are nested deeper in the value than `limit`. */
export function isDeeperThan(value: unknown, limit: number): boolean {
  return walk(value, limit, { left: Number.POSITIVE_INFINITY }) === 'too deep';
}

class Patched {
  document: unknown;
  /** Containers that this patch made, and may change. */
  readonly #own = new Set<object>();

  constructor(document: unknown) {
    this.document = document;
  }

  apply(operation: Readonly<Record<string, unknown>>): void {
    const path = segmentsOf(operation['path']);
    switch (operation['op']) {
      case 'add':
        return this.#put(path, givenBy(operation));
      case 'remove':
        this.#take(path);
        return;
      case 'replace': {
        const value = givenBy(operation);
        this.#find(path);
        return this.#put(path, value, true);
      }
      case 'move': {
        const from = segmentsOf(operation['from']);
        const isInside = from.length < path.length && from.every((segment, at) => segment === path[at]);
        if (isInside) throw unfit('A value cannot be moved into itself.');
        const value = this.#find(from);
        if (String(operation['from']) === String(operation['path'])) return;
        this.#take(from);
        return this.#put(path, value);
      }
      case 'copy': {
        const value = this.#find(segmentsOf(operation['from']));
        if (walk(value, MAX_DEPTH, { left: MAX_COPIED }) === 'too much')
          throw unfit('The patch copies too much.');
        // From here on it is in two places: neither may change with the other.
        this.#own.clear();
        return this.#put(path, value);
      }
      case 'test':
        if (isEqual(this.#find(path), givenBy(operation))) return;
        throw unfit('A test of the patch failed.');
      default:
        throw unfit('The patch has an operation that is not known.');
    }
  }

  #find(path: readonly string[]): unknown {
    let value = this.document;
    for (const segment of path) value = memberOf(value, segment);
    return value;
  }

  #put(path: readonly string[], value: unknown, replaces = false): void {
    if (isDeeperThan(value, MAX_DEPTH - path.length)) throw unfit('The patch nests values too deep.');
    const key = path.at(-1);
    if (key === undefined) {
      this.document = value;
      return;
    }
    const parent = this.#parent(path);
    if (!Array.isArray(parent)) return define(parent, key, value);
    const index = key === '-' ? parent.length : Number(key);
    if ((key !== '-' && !INDEX.test(key)) || index > parent.length) throw nowhere();
    parent.splice(index, replaces ? 1 : 0, value);
  }

  #take(path: readonly string[]): void {
    this.#find(path);
    const key = path.at(-1);
    if (key === undefined) {
      this.document = null;
      return;
    }
    const parent = this.#parent(path);
    if (Array.isArray(parent)) parent.splice(Number(key), 1);
    else delete parent[key];
  }

  /** The container that the path leads into, and those above it, ready to be changed. */
  #parent(path: readonly string[]): Container {
    let container = this.#owned(this.document, (copy) => {
      this.document = copy;
    });
    for (const segment of path.slice(0, -1)) {
      const holder = container;
      container = this.#owned(memberOf(holder, segment), (copy) => define(holder, segment, copy));
    }
    return container;
  }

  #owned(value: unknown, replace: (copy: Container) => void): Container {
    if (!Array.isArray(value) && !isRecord(value)) throw nowhere();
    if (this.#own.has(value)) return value;
    const copy = Array.isArray(value) ? value.slice() : { ...value };
    this.#own.add(copy);
    replace(copy);
    return copy;
  }
}

/** Also for names such as `__proto__`, which an assignment would take for something else. */
function define(container: Container, key: string, value: unknown): void {
  Object.defineProperty(container, key, { value, writable: true, enumerable: true, configurable: true });
}

function memberOf(container: unknown, key: string): unknown {
  if (Array.isArray(container)) {
    if (INDEX.test(key) && Number(key) < container.length) return container[Number(key)];
  } else if (isRecord(container) && Object.hasOwn(container, key)) return container[key];
  throw nowhere();
}

function givenBy(operation: Readonly<Record<string, unknown>>): unknown {
  if (!Object.hasOwn(operation, 'value')) throw unfit('An operation of the patch has no value.');
  return operation['value'];
}

/** The names in a JSON Pointer (RFC 6901). */
function segmentsOf(pointer: unknown): readonly string[] {
  if (typeof pointer !== 'string' || (pointer !== '' && !pointer.startsWith('/')))
    throw unfit('The patch has a path that is no JSON Pointer.');
  const segments = pointer.split('/').slice(1);
  if (segments.length > MAX_DEPTH || segments.some((segment) => /~(?![01])/.test(segment)))
    throw unfit('The patch has a path that is no JSON Pointer.');
  return segments.map((segment) => segment.replaceAll('~1', '/').replaceAll('~0', '~'));
}

function isEqual(one: unknown, other: unknown): boolean {
  if (Array.isArray(one) && Array.isArray(other))
    return one.length === other.length && one.every((item, at) => isEqual(item, other[at]));
  if (!isRecord(one) || !isRecord(other)) return one === other;
  const keys = Object.keys(one);
  return (
    keys.length === Object.keys(other).length &&
    keys.every((key) => Object.hasOwn(other, key) && isEqual(one[key], other[key]))
  );
}

function walk(value: unknown, depth: number, budget: { left: number }): 'fits' | 'too deep' | 'too much' {
  budget.left -= 1;
  if (budget.left < 0) return 'too much';
  if (typeof value !== 'object' || value === null) return 'fits';
  if (depth <= 0) return 'too deep';
  for (const member of Object.values(value)) {
    const found = walk(member, depth - 1, budget);
    if (found !== 'fits') return found;
  }
  return 'fits';
}

function nowhere() {
  return unfit('The patch has a path that leads nowhere.');
}

function unfit(message: string) {
  return malformed(message, 'patch-not-applicable');
}
