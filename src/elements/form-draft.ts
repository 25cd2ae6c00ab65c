import type {
  ChoiceField,
  FormField,
  GroupField,
  JsonField,
  ListField,
  NumberField,
  TextField,
} from './form-field.ts';
import { fitsPattern } from './pattern-cost.ts';
import { doesNotFit, type Problem, problemOf } from './schema-check.ts';
import { strings } from './strings.ts';
import { viewStrings } from './view-strings.ts';

/** What was entered: text, a check, or which options or items there are by their numbers. */
export type Entry = string | boolean | readonly number[];

/** The number of the option that is in words of one's own. */
export const OTHER = -1;
/** As many options, fields and items are shown at first, and more with each press. */
export const SHOWN = 40;

interface Reading {
  readonly value: unknown;
  readonly isEmpty: boolean;
}

/**
 * What a person has entered into a form so far, by the keys of the fields: where each stands, so that no name that
 * a model gave is one. Lists know their items by numbers that are never used again.
 */
export class FormDraft {
  readonly root: GroupField;
  readonly #onChange: () => void;
  readonly #entries = new Map<string, Entry>();
  readonly #shown = new Map<string, number>();
  #problems = new Map<string, Problem>();
  #items = 0;

  constructor(root: GroupField, onChange: () => void) {
    this.root = root;
    this.#onChange = onChange;
    this.#begin(root, 'f', root.initial);
  }

  text(key: string): string {
    const entry = this.#entries.get(key);
    return typeof entry === 'string' ? entry : '';
  }

  isChecked(key: string): boolean {
    return this.#entries.get(key) === true;
  }

  numbers(key: string): readonly number[] {
    const entry = this.#entries.get(key);
    return Array.isArray(entry) ? entry : [];
  }

  problem(key: string): string | undefined {
    return this.#problems.get(key)?.();
  }

  set(key: string, entry: Entry): void {
    this.#entries.set(key, entry);
    const wasWrong = this.#problems.delete(key);
    // Text stands in its field already.
    if (wasWrong || typeof entry !== 'string') this.#onChange();
  }

  addItem(field: ListField, key: string): void {
    this.set(key, [...this.numbers(key), this.#newItem(field, key, undefined)]);
    this.#shown.set(key, this.numbers(key).length);
  }

  removeItem(key: string, item: number): void {
    this.set(
      key,
      this.numbers(key).filter((other) => other !== item),
    );
  }

  shown(key: string): number {
    return this.#shown.get(key) ?? SHOWN;
  }

  showMore(key: string): void {
    this.#shown.set(key, this.shown(key) + SHOWN);
    this.#onChange();
  }

  /** What was entered, or undefined where something is wrong: each field then says what. */
  read(isBad: (key: string) => boolean): Readonly<Record<string, unknown>> | undefined {
    this.#problems = new Map();
    const { value } = this.#read(this.root, 'f', isBad);
    for (const key of this.#problems.keys()) this.#reveal(key);
    this.#onChange();
    return this.#problems.size === 0 ? (value as Readonly<Record<string, unknown>>) : undefined;
  }

  /** What is wrong must be seen, also where it stands behind a limit. */
  #reveal(key: string): void {
    const steps = key.split('.');
    for (let depth = 1; depth < steps.length; depth += 1) {
      const parent = steps.slice(0, depth).join('.');
      const step = Number(steps[depth]);
      const items = this.numbers(parent);
      const index = items.length > 0 ? items.indexOf(step) : step;
      if (index >= this.shown(parent)) this.#shown.set(parent, index + 1);
    }
  }

  #begin(field: FormField, key: string, initial: unknown): void {
    const entry = this.#entryOf(field, key, initial);
    if (entry !== undefined) this.#entries.set(key, entry);
  }

  #entryOf(field: FormField, key: string, initial: unknown): Entry | undefined {
    switch (field.kind) {
      case 'text':
        return typeof initial === 'string' ? asEntered(field, initial) : '';
      case 'number':
        return typeof initial === 'number' ? String(initial).replace('.', decimalPoint()) : '';
      case 'check':
        return initial === true;
      case 'choice':
        return chosenOf(field, initial);
      case 'list': {
        const given = Array.isArray(initial) ? initial : Array.from({ length: field.least });
        return given.map((value) => this.#newItem(field, key, value));
      }
      case 'group':
        for (const [index, inner] of field.fields.entries()) {
          const own = initial !== field.initial ? ownValue(initial, inner.name) : undefined;
          this.#begin(inner, `${key}.${index}`, own ?? inner.initial);
        }
        return undefined;
      case 'json':
        return initial === undefined ? '' : jsonOf(initial);
    }
  }

  #newItem(field: ListField, key: string, value: unknown): number {
    this.#items += 1;
    this.#begin(field.item, `${key}.${this.#items}`, value ?? field.item.initial);
    return this.#items;
  }

  #read(field: FormField, key: string, isBad: (key: string) => boolean): Reading {
    switch (field.kind) {
      case 'check':
        return { value: this.isChecked(key), isEmpty: !this.isChecked(key) };
      case 'choice':
        return this.#readChoice(field, key);
      case 'list':
        return this.#readList(field, key, isBad);
      case 'group':
        return this.#readGroup(field, key, isBad);
      default:
        return this.#readText(field, key, isBad(key));
    }
  }

  #readText(field: TextField | NumberField | JsonField, key: string, isBad: boolean): Reading {
    const text = this.text(key).trim();
    if (isBad) return this.#wrong(key, () => viewStrings().fieldNotADate);
    if (!text) return this.#empty(field, key);
    let value: unknown = text;
    if (field.kind === 'number') {
      value = Number(text.replace(decimalPoint(), '.'));
      if (!Number.isFinite(value)) return this.#wrong(key, () => viewStrings().fieldNotANumber);
    } else if (field.kind === 'json') {
      try {
        value = JSON.parse(text);
      } catch (error) {
        return this.#wrong(key, () => viewStrings().invalidJson(lineOf(error)));
      }
    } else if (field.input === 'datetime-local') {
      const date = new Date(text);
      if (Number.isNaN(date.getTime())) return this.#wrong(key, () => viewStrings().fieldNotADate);
      value = date.toISOString();
    } else if (field.pattern !== undefined && !fitsPattern(field.pattern, text)) {
      return this.#wrong(key, doesNotFit);
    }
    return this.#checked(field, key, value);
  }

  #readChoice(field: ChoiceField, key: string): Reading {
    const chosen = this.numbers(key);
    const values: unknown[] = chosen
      .filter((index) => index !== OTHER)
      .sort((one, other) => one - other)
      .map((index) => field.options.at(index).value);
    if (chosen.includes(OTHER)) {
      const text = this.text(`${key}.other`).trim();
      if (!text) return this.#wrong(`${key}.other`, () => viewStrings().fieldRequired);
      values.push(text);
    }
    if (values.length === 0 && (!field.isMultiple || !field.isRequired)) return this.#empty(field, key);
    return field.isMultiple ? this.#checked(field, key, values) : { value: values[0], isEmpty: false };
  }

  #readList(field: ListField, key: string, isBad: (key: string) => boolean): Reading {
    const values = this.numbers(key)
      .map((item) => this.#read(field.item, `${key}.${item}`, isBad))
      .filter(({ isEmpty }) => !isEmpty)
      .map(({ value }) => value);
    if (values.length === 0 && !field.isRequired) return { value: field.empty, isEmpty: true };
    // What is wrong with an item is said there.
    const isWrong = [...this.#problems.keys()].some((other) => other.startsWith(`${key}.`));
    return isWrong ? { value: values, isEmpty: false } : this.#checked(field, key, values);
  }

  #readGroup(field: GroupField, key: string, isBad: (key: string) => boolean): Reading {
    const before = new Map(this.#problems);
    const read = field.fields.map((inner, index) => this.#read(inner, `${key}.${index}`, isBad));
    const isEmpty = read.every((one) => one.isEmpty);
    if (isEmpty && !field.isRequired) {
      // What a part needs is not needed where there is no whole.
      this.#problems = before;
      return { value: field.empty, isEmpty };
    }
    const entries = field.fields.flatMap(({ name }, index) => {
      const value = read[index]?.value;
      return value === undefined ? [] : [[name, value] as const];
    });
    // Also a name such as `__proto__` becomes nothing but a name.
    return { value: Object.fromEntries(entries), isEmpty };
  }

  #checked(field: FormField, key: string, value: unknown): Reading {
    const problem = problemOf(field.schema, value);
    return problem ? this.#wrong(key, problem) : { value, isEmpty: false };
  }

  #empty(field: FormField, key: string): Reading {
    if (field.isRequired) this.#wrong(key, () => viewStrings().fieldRequired);
    return { value: field.empty, isEmpty: true };
  }

  #wrong(key: string, problem: Problem): Reading {
    this.#problems.set(key, problem);
    return { value: undefined, isEmpty: false };
  }
}

/** What stands between whole and part of a number, as the page's language has it. */
function decimalPoint(): string {
  const parts = new Intl.NumberFormat(strings.locale).formatToParts(1.5);
  return parts.find(({ type }) => type === 'decimal')?.value ?? '.';
}

/** Text as its field takes it: a time is shown where the reader is. */
function asEntered({ input }: TextField, text: string): string {
  if (input !== 'datetime-local') return text;
  const time = Date.parse(text);
  const shifted = new Date(time - new Date(time).getTimezoneOffset() * 60_000);
  return Number.isNaN(shifted.getTime()) ? '' : shifted.toISOString().slice(0, 16);
}

function chosenOf({ options, isMultiple }: ChoiceField, initial: unknown): readonly number[] {
  if (initial === undefined) return [];
  const wanted = new Set(isMultiple && Array.isArray(initial) ? initial : [initial]);
  const chosen: number[] = [];
  for (let index = 0; index < options.length && chosen.length < (isMultiple ? wanted.size : 1); index += 1) {
    const { value, label } = options.at(index);
    if (wanted.has(value) || wanted.has(label)) chosen.push(index);
  }
  return chosen;
}

function ownValue(value: unknown, name: string): unknown {
  const has = typeof value === 'object' && value !== null && Object.hasOwn(value, name);
  return has ? (value as Record<string, unknown>)[name] : undefined;
}

function jsonOf(value: unknown): string {
  try {
    return JSON.stringify(value, null, 2) ?? '';
  } catch {
    return '';
  }
}

function lineOf(error: unknown): number {
  return Number(/line (\d+)/.exec(String(error))?.[1] ?? 1);
}
