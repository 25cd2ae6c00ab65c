import fc from 'fast-check';
import { SAYINGS, type Say } from './events-of.ts';
import type { Manners } from './model-leg.ts';

/** How a chat of the model is made. */
export interface Setting {
  readonly whenBusy: 'interrupt' | 'queue' | 'reject';
  readonly manners: Manners;
  /** Whether runs can be found again, and whether the first listener looks for one. */
  readonly resumes: 'never' | 'asked' | 'by itself';
  readonly approves: boolean;
  readonly keepsHistory: boolean;
  readonly loads: boolean;
  readonly connects: boolean;
  readonly limit: 'none' | 'length' | 'parts' | 'queue';
  readonly stored: 'nothing' | 'a talk' | 'half a talk';
}

/** How long to wait after a step: that many microtasks, or until nothing goes on any more. */
export type Wait = 0 | 1 | 2 | 3 | 'all';

/** How often a person or the page does each, in parts of the whole. `n` and `how` choose among what there is. */
const DEEDS = {
  send: 10,
  'send files': 2,
  stop: 2,
  'stop twice': 1,
  retry: 4,
  edit: 3,
  select: 3,
  resume: 2,
  'the next resume': 2,
  'settle a resume': 2,
  answer: 8,
  'answer again': 2,
  'settle a tool': 4,
  decide: 6,
  'decide again': 1,
  'decide all': 1,
  'the next delivery': 2,
  'settle a delivery': 2,
  'settle a digest': 2,
  'the next upload': 1,
  'settle an upload': 2,
  'settle a load': 2,
  'fail the next send': 1,
  queue: 5,
  busy: 1,
  replace: 1,
  subscribe: 4,
  unsubscribe: 1,
  react: 4,
  frame: 5,
  pass: 2,
  connection: 1,
  end: 3,
  dispose: 0.5,
} as const;

export type Deed = keyof typeof DEEDS;

export type Step =
  | { readonly do: Deed; readonly n: number; readonly how: number; readonly wait: Wait }
  | {
      readonly do: 'say';
      /** 0 is the newest leg. */
      readonly leg: number;
      readonly says: readonly Say[];
      readonly together: boolean;
      readonly wait: Wait;
    };

export interface Interleaving {
  readonly setting: Setting;
  readonly steps: readonly Step[];
}

/** So many steps; one that fails is shortened to fewer. */
export function interleavings(shortest: number, longest: number): fc.Arbitrary<Interleaving> {
  const steps = (minLength: number) => fc.array(step, { minLength, maxLength: longest, size: 'max' });
  return fc.record({ setting, steps: new Shortenable(steps(shortest), steps(0)) }, PLAIN);
}

/** Values of one kind that are made simpler as if they were of another. */
class Shortenable<T> extends fc.Arbitrary<T> {
  readonly #made: fc.Arbitrary<T>;
  readonly #simpler: fc.Arbitrary<T>;

  constructor(made: fc.Arbitrary<T>, simpler: fc.Arbitrary<T>) {
    super();
    this.#made = made;
    this.#simpler = simpler;
  }

  generate(random: fc.Random, biasFactor: number | undefined): fc.Value<T> {
    return new fc.Value(this.#made.generate(random, biasFactor).value_, undefined);
  }

  canShrinkWithoutContext(value: unknown): value is T {
    return this.#simpler.canShrinkWithoutContext(value);
  }

  shrink(value: T, context: unknown): fc.Stream<fc.Value<T>> {
    return this.#simpler.shrink(value, context);
  }
}

/** Objects like any other. */
const PLAIN = { noNullPrototype: true };

const wait: fc.Arbitrary<Wait> = fc.constantFrom<Wait[]>('all', 'all', 'all', 'all', 0, 0, 1, 2, 3);

const say: fc.Arbitrary<Say> = fc.record(
  {
    say: fc.constantFrom(...weighted(SAYINGS)),
    id: fc.nat(2),
    by: fc.constantFrom(0, 0, 0, 1, 2, 3),
  },
  PLAIN,
);

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record(
      {
        do: fc.constant('say' as const),
        leg: fc.constantFrom(0, 0, 0, 0, 0, 0, 1, 2),
        says: fc.array(say, { minLength: 1, maxLength: 5, size: 'max' }),
        together: fc.boolean(),
        wait,
      },
      PLAIN,
    ),
  },
  {
    weight: 4,
    arbitrary: fc.record(
      {
        do: fc.constantFrom(...weighted(DEEDS)),
        n: fc.nat(5),
        how: fc.nat(5),
        wait,
      },
      PLAIN,
    ),
  },
);

const setting: fc.Arbitrary<Setting> = fc.record(
  {
    whenBusy: fc.constantFrom('interrupt', 'queue', 'reject'),
    manners: fc.constantFrom('ignores', 'ends', 'throws'),
    resumes: fc.constantFrom('asked', 'never', 'by itself'),
    approves: fc.constantFrom(true, true, true, false),
    keepsHistory: fc.boolean(),
    loads: fc.boolean(),
    connects: fc.boolean(),
    limit: fc.constantFrom('none', 'none', 'none', 'none', 'none', 'length', 'parts', 'queue'),
    stored: fc.constantFrom('nothing', 'a talk', 'half a talk'),
  },
  PLAIN,
);

function weighted<Name extends string>(weights: Readonly<Record<Name, number>>): Name[] {
  const entries = Object.entries(weights) as [Name, number][];
  return entries.flatMap(([name, weight]) => Array.from({ length: weight * 2 }, () => name));
}
