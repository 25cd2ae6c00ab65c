import { isRecord } from '../core/is-record.ts';
import {
  type ChoiceField,
  type FormField,
  type GroupField,
  type Option,
  type Options,
  PLAIN,
} from './form-field.ts';
import { labelOf, MAX_FIELDS, readSchema, textOf } from './schema-form.ts';
import { nameOf, toText } from './value.ts';
import { viewStrings } from './view-strings.ts';

/** More options than this, or longer ones, are a list to choose from. */
const MAX_BUTTONS = 8;
/** Characters. */
const MAX_BUTTON_LABEL = 60;

interface Asked {
  /** A word or two above the question. */
  readonly header: string;
  readonly words: string;
  readonly description: string;
  /** What the arguments say where nothing is known of them. */
  readonly rest: string;
}

/** What an interactive client tool asks, and how it is answered. */
export type Question = Asked &
  (
    | { readonly kind: 'confirm'; readonly yes: string; readonly no: string }
    | { readonly kind: 'buttons'; readonly options: Options; readonly form: GroupField | undefined }
    /** Its one field has no label but the question. */
    | { readonly kind: 'field'; readonly form: GroupField }
    | { readonly kind: 'form'; readonly form: GroupField; readonly result: 'object' | 'value' | 'answers' }
  );

type Args = Readonly<Record<string, unknown>>;

/** Reads what a model wrote. Whatever that is, there is a way to answer. */
export function readQuestion(toolName: unknown, args: unknown): Question {
  const name = typeof toolName === 'string' ? nameOf(toolName) : '';
  try {
    return read(name, args);
  } catch {
    return inWords(
      { header: '', words: name || viewStrings().question, description: '', rest: safeText(args) },
      {},
    );
  }
}

function read(name: string, given: unknown): Question {
  const args: Args = isRecord(given) ? given : {};
  const title = textOf(args['title']).trim();
  const schema = schemaOf(args);
  const said = [given, args['question'], args['message'], args['prompt']]
    .map(textOf)
    .find((text) => text.trim());
  const words = said || title || textOf(schema?.['title']).trim();
  const header = textOf(args['header']) || (said ? title : '');
  const description = textOf(args['description']) || (schema ? textOf(schema['description']) : '');
  const asked = { header, words: words || name || viewStrings().question, description, rest: '' };

  const questions = questionsOf(args);
  if (questions) {
    return { ...asked, kind: 'form', form: groupOf(distinct(questions.map(askedOf))), result: 'answers' };
  }
  if (schema) return ofSchema(asked, schema);
  const options = optionsOf(args['options']);
  if (options) return ofOptions(asked, args, options);
  if (args['type'] === 'confirm' || args['type'] === 'boolean') {
    return { ...asked, kind: 'confirm', yes: textOf(args['confirmLabel']), no: textOf(args['cancelLabel']) };
  }
  const isKnown = words || description || !isAnything(given);
  return inWords({ ...asked, rest: isKnown ? '' : toText(given) }, args);
}

const isAnything = (given: unknown): boolean =>
  isRecord(given) || Array.isArray(given)
    ? Object.keys(given).length > 0
    : given !== undefined && given !== null;

function inWords(asked: Asked, args: Args): Question {
  const input = args['multiline'] === true ? 'long' : 'text';
  const placeholder = textOf(args['placeholder']) || viewStrings().answerPlaceholder;
  const field = { ...PLAIN, name: 'answer', input, placeholder, initial: args['default'] } as const;
  return { ...asked, kind: 'field', form: groupOf([field]) };
}

function ofOptions(asked: Asked, args: Args, options: Options): Question {
  const field = choiceOf(args, options);
  const isPlain = !field.isMultiple && field.initial === undefined && options.length <= MAX_BUTTONS;
  const all = isPlain ? Array.from({ length: options.length }, (_, index) => options.at(index)) : [];
  const areButtons = all.every(({ label, description }) => label.length <= MAX_BUTTON_LABEL && !description);
  // A list of one is no choice.
  if (!isPlain || !(areButtons || all.length === 1)) {
    return { ...asked, kind: 'field', form: groupOf([field]) };
  }
  const label = viewStrings().otherAnswer;
  const other = { ...PLAIN, name: 'answer', label, placeholder: viewStrings().answerPlaceholder };
  return { ...asked, kind: 'buttons', options, form: field.takesOther ? groupOf([other]) : undefined };
}

/** One question of several, or the choice of one alone. */
function choiceOf(args: Args, options: Options): ChoiceField {
  const isMultiple = args['multiple'] === true || args['multiSelect'] === true;
  return {
    ...PLAIN,
    kind: 'choice',
    name: 'answer',
    options,
    isMultiple,
    takesOther: args['allowOther'] === true || args['other'] === true,
    look: 'list',
    initial: args['default'],
    schema: isMultiple ? { type: 'array', minItems: 1 } : {},
  };
}

function questionsOf({ questions }: Args): readonly unknown[] | undefined {
  const all = isRecord(questions) ? questions['questions'] : questions;
  if (!Array.isArray(all)) return undefined;
  const asked = all.filter((one) => typeof one === 'string' || isRecord(one));
  if (asked.length > MAX_FIELDS) throw new Error('These are more questions than anybody answers.');
  return asked.length > 0 ? asked : undefined;
}

function askedOf(question: unknown): FormField {
  const args: Args = isRecord(question) ? question : { question };
  const words = [args['question'], args['message'], args['prompt'], args['title'], args['header']];
  const name = words.map(textOf).find((text) => text.trim()) ?? viewStrings().question;
  const header = name === args['header'] ? '' : textOf(args['header']);
  const options = optionsOf(args['options']);
  const described = { name, label: name, header, description: textOf(args['description']) };
  if (options) return { ...choiceOf(args, options), ...described };
  const input = args['multiline'] === true ? 'long' : 'text';
  return {
    ...PLAIN,
    ...described,
    input,
    initial: args['default'],
    placeholder: textOf(args['placeholder']),
  };
}

/** What is asked twice is answered twice. */
function distinct(fields: readonly FormField[]): readonly FormField[] {
  const names = new Set<string>();
  return fields.map((field) => {
    let { name } = field;
    while (names.has(name)) name += ' (2)';
    names.add(name);
    return { ...field, name };
  });
}

/** The schema of the answer, by any of the names that it has. */
function schemaOf(args: Args): Args | undefined {
  for (const key of ['requestedSchema', 'schema', 'inputSchema', 'parameters']) {
    const schema = args[key];
    if (!isRecord(schema)) continue;
    if (schema['type'] === 'object' || isRecord(schema['properties'])) return schema;
    const isOwn = key === 'schema' || key === 'requestedSchema';
    if (
      isOwn &&
      ['type', 'enum', '$ref', 'anyOf', 'oneOf', 'allOf'].some((name) => Object.hasOwn(schema, name))
    ) {
      return schema;
    }
  }
  return undefined;
}

function ofSchema(asked: Asked, schema: Args): Question {
  const field = readSchema(schema, 'answer');
  // Nobody fills in a form of that size. What was asked can still be answered in words.
  if (!field) return inWords({ ...asked, rest: safeText(schema) }, { multiline: true });
  if (field.kind === 'group') return { ...asked, kind: 'form', form: field, result: 'object' };
  if (field.kind === 'check') return { ...asked, kind: 'confirm', yes: '', no: '' };
  if (field.kind === 'json') return { ...asked, kind: 'form', form: groupOf([field]), result: 'value' };
  return { ...asked, kind: 'field', form: groupOf([field]) };
}

function groupOf(fields: readonly FormField[]): GroupField {
  return { ...PLAIN, kind: 'group', fields, schema: {} };
}

function optionsOf(options: unknown): Options | undefined {
  if (!Array.isArray(options) || options.length === 0) return undefined;
  return { length: options.length, at: (index) => toOption(options[index]) };
}

/** An option is a string or `{label, value, description?}`; anything else that a model sends is shown as JSON. */
function toOption(option: unknown): Option {
  const { label, value, description } = isRecord(option) ? option : {};
  const said = label ?? value ?? option;
  return { label: labelOf(said), description: textOf(description), value: safeText(value ?? said) };
}

/** Text as it is, and of anything else what can be said of it. */
function safeText(value: unknown): string {
  if (typeof value === 'string') return value;
  try {
    return toText(value);
  } catch {
    return '';
  }
}
