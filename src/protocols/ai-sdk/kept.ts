import { isRecord } from '../../core/is-record.ts';

/** The data part that says what the server calls a message, and what else it says about it. */
export const ABOUT = 'ai-sdk:message';
/** A data part that is a part of theirs which nothing here is like. */
export const OTHER = 'ai-sdk:part';
/** The data part after which what its step has written does not count. */
export const RESET = 'ai-sdk:reset-step';

/**
 * What a part of theirs has and one of ours has no place for. It is the `providerMetadata` of ours, and goes back to
 * the server as it came.
 */
export type Kept = Readonly<Record<string, unknown>>;

const isText = (value: unknown): boolean => typeof value === 'string';
const isMetadata = (value: unknown): boolean => isRecord(value) && Object.values(value).every(isRecord);

const FIELDS: ReadonlyMap<string, (value: unknown) => boolean> = new Map([
  ['id', isText],
  ['toolCallId', isText],
  ['signature', isText],
  ['requestReason', isText],
  ['isAutomatic', (value: unknown) => value === true],
  ['providerExecuted', (value: unknown) => value === true],
  ['citations', Array.isArray],
  ['toolMetadata', isRecord],
  ['providerMetadata', isMetadata],
  ['callProviderMetadata', isMetadata],
  ['resultProviderMetadata', isMetadata],
  ['descriptor', () => true],
  ['inputSchemaInput', () => true],
]);

/** Those of the named fields that are there and what they should be. */
export function fieldsOf(from: unknown, ...names: readonly string[]): Kept {
  if (!isRecord(from)) return {};
  return Object.fromEntries(
    names.flatMap((name) =>
      Object.hasOwn(from, name) && FIELDS.get(name)?.(from[name]) ? [[name, from[name]]] : [],
    ),
  );
}

/** What is kept, as events and parts carry it: not at all where there is nothing. */
export function asMetadata(kept: Kept): { readonly providerMetadata?: Kept } {
  return Object.keys(kept).length > 0 ? { providerMetadata: kept } : {};
}

/** The metadata of a message after more of it came: objects in it are merged too. */
export function merged(before: Kept, more: Kept): Kept {
  const both = new Map(Object.entries(before));
  for (const [name, value] of Object.entries(more)) {
    const known = both.get(name);
    both.set(name, isRecord(known) && isRecord(value) ? merged(known, value) : value);
  }
  return Object.fromEntries(both);
}
