/** What may stand where something else is expected. */
const WRONG: readonly unknown[] = [undefined, null, true, 42, 'text', [], {}];

/** How deep data is spoiled. */
const DEPTH = 4;

const isPlain = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;

/**
 * Data as a restored conversation, another version or a careless page may bring it, each with where it is wrong: one
 * field missing or of another kind, one too many, nothing at all. The kind of the whole is the caller's promise.
 */
export function* spoiled(value: unknown, name: string): Generator<readonly [where: string, value: unknown]> {
  yield [`${name} = undefined`, undefined];
  yield [`${name} = null`, null];
  yield* spoiledInside(value, name, DEPTH);
}

function* spoiledInside(value: unknown, where: string, depth: number): Generator<readonly [string, unknown]> {
  if (depth === 0) return;
  if (Array.isArray(value)) {
    for (const wrong of WRONG) yield [`${where}[0] = ${JSON.stringify(wrong)}`, [wrong, ...value.slice(1)]];
    for (const [index, item] of value.entries()) {
      // Of those of one kind, one is enough.
      const isAgain = value.slice(0, index).some((earlier) => kindOf(earlier) === kindOf(item));
      if (isAgain) continue;
      for (const [path, bad] of spoiledInside(item, `${where}[${index}]`, depth - 1))
        yield [path, value.with(index, bad)];
    }
  } else if (isPlain(value)) {
    yield [`${where}.unheardOf`, { ...value, unheardOf: { of: ['another', 'version'] } }];
    for (const [key, field] of Object.entries(value)) {
      for (const wrong of WRONG) {
        if (typeof wrong !== typeof field || wrong === null || Array.isArray(wrong) !== Array.isArray(field))
          yield [`${where}.${key} = ${JSON.stringify(wrong)}`, { ...value, [key]: wrong }];
      }
      for (const [path, bad] of spoiledInside(field, `${where}.${key}`, depth - 1))
        yield [path, { ...value, [key]: bad }];
    }
  }
}

function kindOf(value: unknown): string {
  return isPlain(value) ? String(value['type'] ?? Object.keys(value)) : typeof value;
}
