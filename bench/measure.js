// How things are measured: CPU time of this process, because others use the machine too, in many short rounds in
// which the contestants take turns, because whatever disturbs one then disturbs all. A cost is the best of its rounds;
// a ratio is the median of what it was in each round. Run with `--single-threaded`: what the engine does beside the
// code, such as collecting its garbage, then counts in full and waits for nobody.

import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc');

/** Rounds that only make the engine compile. */
const WARM_UP = 2;

/**
 * Lets the contestants run in turns. Each is `{ name, units, rounds, prepare }`: `prepare` returns what is measured, a
 * function that does so many `units` of work and throws where its result is wrong. A slow one may name fewer
 * `rounds`; they are spread over all. One that fails leaves, with its `error`. Returns `{ name, times, error }` of
 * each: microseconds per unit, by round.
 */
export async function race(contestants, rounds) {
  const lanes = contestants.map(({ name, units, rounds: own = rounds, prepare }) => {
    const runs = new Map();
    const every = Math.max(1, Math.floor(rounds / own));
    for (let round = -WARM_UP; round < rounds; round += 1) {
      if (round < 0 || (round % every === 0 && round / every < own)) runs.set(round, prepare());
    }
    return { name, units, runs, times: new Map(), error: undefined };
  });
  // What is there already, such as earlier messages, is old by now and not a run's to pay for.
  collectGarbage();
  collectGarbage();
  for (let round = -WARM_UP; round < rounds; round += 1) {
    for (let i = 0; i < lanes.length; i += 1) {
      // Nobody always runs behind the same other.
      const lane = lanes[(i + round + WARM_UP) % lanes.length];
      const run = lane.runs.get(round);
      if (!run || lane.error) continue;
      lane.runs.delete(round);
      try {
        const before = process.cpuUsage();
        await run();
        const { user, system } = process.cpuUsage(before);
        if (round >= 0) lane.times.set(round, (user + system) / lane.units);
      } catch (error) {
        lane.error = error instanceof Error ? error : new Error(String(error));
      }
    }
  }
  return lanes.map(({ name, times, error }) => ({ name, times, error }));
}

/** Microseconds per unit. */
export function best({ times }) {
  return Math.min(...times.values());
}

/** How far the median is from the best: 0.2 is 20 % more. */
export function spread(result) {
  return median([...result.times.values()]) / best(result) - 1;
}

/** What one costs for each that the other does. Not a number where they never ran in the same round. */
export function ratio(one, other) {
  const ratios = [];
  for (const [round, time] of one.times) {
    const against = other.times.get(round);
    if (against !== undefined) ratios.push(time / against);
  }
  return median(ratios);
}

/** How the cost of the whole grows with its size: 1 is linear, 2 is quadratic. The large one is so many times longer. */
export function exponent(small, large, times) {
  return 1 + Math.log(ratio(large, small)) / Math.log(times);
}

function median(numbers) {
  const sorted = numbers.sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
