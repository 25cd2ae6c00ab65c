import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { converse, type Outcome } from './conversation.ts';
import type { Carrier } from './plan.ts';

/** One seed again: `FAULT_SEED=17`. More of them: `SOAK_SEEDS=2000`, for each of the ways. */
const { FAULT_SEED, SOAK_SEEDS } = process.env;
const SEEDS: Readonly<Record<Carrier, number>> = { tcp: 24, http: 24, socket: 24 };
const TURNS = 2;
/** Conversations that go on at the same time. */
const ABREAST = 12;

beforeEach(() => {
  // No waiting: when to come back is tested elsewhere, here it is what is read.
  vi.spyOn(Math, 'random').mockReturnValue(0);
});
afterEach(() => {
  vi.restoreAllMocks();
});

function seedsOf(carrier: Carrier): readonly number[] {
  if (FAULT_SEED) return [Number(FAULT_SEED)];
  return Array.from({ length: Number(SOAK_SEEDS ?? SEEDS[carrier]) }, (_, index) => index + 1);
}

async function converseAll(carrier: Carrier): Promise<readonly Outcome[]> {
  const seeds = [...seedsOf(carrier)];
  const outcomes: Outcome[] = [];
  const work = async (): Promise<void> => {
    for (let seed = seeds.shift(); seed !== undefined; seed = seeds.shift()) {
      outcomes.push(await converse(seed, carrier, TURNS));
    }
  };
  await Promise.all(Array.from({ length: ABREAST }, work));
  return outcomes;
}

describe('no event is lost and none counts twice', () => {
  it.each<Carrier>(['tcp', 'http', 'socket'])('through the faults of %s', { timeout: 600_000 }, async (carrier) => {
    const begun = performance.now();
    const outcomes = await converseAll(carrier);
    const faults = outcomes.flatMap((outcome) => outcome.faults);
    const kinds = new Map<string, number>();
    for (const f of faults) { const k = f.replace(/\d+/g, 'N'); kinds.set(k, (kinds.get(k) ?? 0) + 1); }
    console.log(carrier, faults.length, 'faults', Math.round(performance.now() - begun), 'ms', Object.fromEntries(kinds));
    const problems = outcomes.filter(({ problem }) => problem !== undefined);
    for (const { seed, problem, faults } of problems) console.log(`seed ${seed}: ${problem}`, FAULT_SEED ? faults : faults.slice(-4));
    expect(problems.length).toBe(0);
  });
});
