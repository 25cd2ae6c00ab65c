/** What a value is checked by: a JSON schema of which only what is known was kept. */
export type Schema = Readonly<Record<string, unknown>>;

export interface Option {
  readonly label: string;
  readonly description: string;
  readonly value: unknown;
}

/** Options are read as they are shown: there may be many more of them than anybody looks at. */
export interface Options {
  readonly length: number;
  at(index: number): Option;
}

interface Described {
  /** The name of the value in the object that it is part of. */
  readonly name: string;
  readonly label: string;
  /** A word or two above the label. */
  readonly header: string;
  readonly description: string;
  readonly isRequired: boolean;
  /** What it is where nothing was entered. */
  readonly empty: undefined | null;
  /** What stands there to begin with; of any type, as a model wrote it. */
  readonly initial: unknown;
  readonly schema: Schema;
}

export interface TextField extends Described {
  readonly kind: 'text';
  readonly input: 'text' | 'email' | 'url' | 'date' | 'datetime-local' | 'long';
  readonly placeholder: string;
  readonly pattern: string | undefined;
}

export interface NumberField extends Described {
  readonly kind: 'number';
}

/** Yes or no. */
export interface CheckField extends Described {
  readonly kind: 'check';
}

export interface ChoiceField extends Described {
  readonly kind: 'choice';
  readonly options: Options;
  readonly isMultiple: boolean;
  /** Whether there is room for words of one's own. */
  readonly takesOther: boolean;
  readonly look: 'list' | 'menu';
}

/** As many as are wanted, of one kind. */
export interface ListField extends Described {
  readonly kind: 'list';
  readonly item: FormField;
  readonly least: number;
  readonly most: number;
}

export interface GroupField extends Described {
  readonly kind: 'group';
  readonly fields: readonly FormField[];
}

/** What there is no better way to enter: JSON. */
export interface JsonField extends Described {
  readonly kind: 'json';
}

/** A piece of a form. What people see of it may have been written by a model, and is words only. */
export type FormField =
  | TextField
  | NumberField
  | CheckField
  | ChoiceField
  | ListField
  | GroupField
  | JsonField;

/** A field of which nothing is known but what is told. */
export const PLAIN: TextField = {
  kind: 'text',
  name: '',
  label: '',
  header: '',
  description: '',
  isRequired: true,
  empty: undefined,
  initial: undefined,
  schema: { type: 'string' },
  input: 'text',
  placeholder: '',
  pattern: undefined,
};
