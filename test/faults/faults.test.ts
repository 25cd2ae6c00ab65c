import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { converse, type Outcome } from './conversation.ts';
import type { Carrier } from './plan.ts';

/** One seed again: `FAULT_SEED=17`. So many seeds for each carrier: `SOAK_SEEDS=1000`. */
const { FAULT_SEED, SOAK_SEEDS } = process.env;
const SEEDS: Readonly<Record<Carrier, number>> = { tcp: 10, http: 10, socket: 26 };
const CARRIERS = Object.keys(SEEDS) as Carrier[];
const TURNS = 2;
/** Conversations that go on at the same time. */
const ABREAST = 12;
const HOUR = 3_600_000;

const outcomes: Outcome[] = [];

function seedsOf(carrier: Carrier): readonly number[] {
  if (FAULT_SEED) return [Number(FAULT_SEED)];
  return Array.from({ length: Number(SOAK_SEEDS ?? SEEDS[carrier]) }, (_, index) => index + 1);
}

const of = (...carriers: readonly Carrier[]) => outcomes.filter(({ carrier }) => carriers.includes(carrier));
const faultsOf = (...carriers: readonly Carrier[]) => of(...carriers).flatMap(({ faults }) => faults);

beforeAll(
  async () => {
    // No waiting: when to come back is tested elsewhere, here it is what is read.
    vi.spyOn(Math, 'random').mockReturnValue(0);
    const queue = CARRIERS.flatMap((carrier) => seedsOf(carrier).map((seed) => ({ carrier, seed })));
    // Carriers side by side: while one waits for a connection that is gone, others have work.
    queue.sort((one, other) => one.seed - other.seed);
    const work = async (): Promise<void> => {
      for (let next = queue.shift(); next; next = queue.shift()) {
        const outcome = await converse(next.seed, next.carrier, TURNS);
        outcomes.push(outcome);
        if (outcome.problem) console.error(outcome);
      }
    };
    await Promise.all(Array.from({ length: ABREAST }, work));
  },
  SOAK_SEEDS ? 100 * HOUR : 180_000,
);

afterAll(() => {
  vi.restoreAllMocks();
});

describe('through every fault of a network', () => {
  it.each(CARRIERS)('no event is lost and none counts twice, nothing runs twice: %s', (carrier) => {
    const seeds = seedsOf(carrier);
    console.info(`${carrier}: ${faultsOf(carrier).length} faults in seeds ${seeds[0]} to ${seeds.at(-1)}`);
    expect(of(carrier)).toHaveLength(seeds.length);
    expect(of(carrier).filter(({ problem }) => problem !== undefined)).toEqual([]);
  });

  it.runIf(!FAULT_SEED)(
    'of which a thousand happened, half of them to sockets, and each kind of them',
    () => {
      expect(faultsOf('tcp', 'http').length).toBeGreaterThanOrEqual(500);
      expect(faultsOf('socket').length).toBeGreaterThanOrEqual(500);
      const kinds = (carrier: Carrier) =>
        new Set(faultsOf(carrier).map((fault) => fault.replace(/\d+/, 'n')));
      const refusals = [
        'no answer',
        'no answer, though it arrived',
        'status n',
        'status n, though it arrived',
      ];
      expect([...kinds('tcp')].sort()).toEqual(['cut with FIN', 'cut with RST', 'half-open', ...refusals]);
      expect([...kinds('http')].sort()).toEqual([
        '[DONE] without an end',
        'clean end',
        'clean end inside an event',
        ...refusals.slice(0, 2),
        'repeat of n',
        'short-chunk',
        ...refusals.slice(2),
      ]);
      expect([...kinds('socket')].sort()).toEqual([
        'cut with RST',
        'drop after a frame',
        'drop inside a frame',
        'half-open',
        'repeat of n',
      ]);
    },
  );
});
