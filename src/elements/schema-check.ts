import { type Schema as JsonSchema, Validator } from '@cfworker/json-schema';
import type { Schema } from './form-field.ts';
import { strings } from './strings.ts';
import { viewStrings } from './view-strings.ts';

/** What is wrong with what was entered, in the language that the page has by then. */
export type Problem = () => string;

/** The format of longer text is not looked at. Characters. */
const MAX_FORMATTED = 10_000;

const FORMATS: Readonly<Record<string, Problem>> = {
  email: () => viewStrings().fieldNotAnEmail,
  uri: () => viewStrings().fieldNotAnAddress,
  date: () => viewStrings().fieldNotADate,
  'date-time': () => viewStrings().fieldNotADate,
};

const number = (value: unknown): string =>
  new Intl.NumberFormat(strings.locale, { maximumFractionDigits: 20 }).format(Number(value));

/** Why each keyword of a schema may not be met, in words. */
const PROBLEMS: Readonly<Record<string, (limit: unknown) => string>> = {
  minLength: (limit) => viewStrings().fieldTooShort(Number(limit)),
  maxLength: (limit) => viewStrings().fieldTooLong(Number(limit)),
  minimum: (limit) => viewStrings().fieldTooSmall(number(limit)),
  maximum: (limit) => viewStrings().fieldTooLarge(number(limit)),
  minItems: (limit) => viewStrings().fieldTooFew(Number(limit)),
  maxItems: (limit) => viewStrings().fieldTooMany(Number(limit)),
  format: (name) => (FORMATS[String(name)] ?? doesNotFit)(),
};

export const doesNotFit: Problem = () => viewStrings().fieldDoesNotFit;

/** What is wrong with a value, if anything. The schema is one that this package has read. */
export function problemOf(schema: Schema, value: unknown): Problem | undefined {
  const { format: _, ...others } = schema;
  const isLong = typeof value === 'string' && value.length > MAX_FORMATTED;
  const { errors } = new Validator((isLong ? others : schema) as JsonSchema, '2020-12').validate(value);
  const [first] = errors;
  if (!first) return undefined;
  // Inside of a value there is no field that could say more.
  const say = first.instanceLocation === '#' ? PROBLEMS[first.keyword] : undefined;
  return say ? () => say(schema[first.keyword]) : doesNotFit;
}
