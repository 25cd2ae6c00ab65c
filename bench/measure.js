// How things are measured: CPU time of this process, because others use the machine too, and the best of several
// rounds in which the contestants take turns, because whatever disturbs one then disturbs all.

import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc');

/**
 * Lets the contestants run in turns. Each is `{ name, units, rounds, prepare }`: `prepare` sets up and returns what is
 * measured, a function that throws where its result is wrong and does so many `units` of work. One that fails leaves,
 * with its `error`; one that is slow may name fewer `rounds`. Returns `{ name, best, median, error }` of each:
 * microseconds per unit.
 */
export async function race(contestants, rounds) {
  const lanes = contestants.map((contestant) => ({ ...contestant, times: [], error: undefined }));
  for (let round = 0; round < rounds; round += 1) {
    for (let i = 0; i < lanes.length; i += 1) {
      // Nobody always runs behind the same other.
      const lane = lanes[(i + round) % lanes.length];
      if (lane.error || round >= (lane.rounds ?? rounds)) continue;
      try {
        const run = lane.prepare();
        // What was made so far is old by now, and not the run's to pay for.
        collectGarbage();
        const before = process.cpuUsage();
        await run();
        const { user, system } = process.cpuUsage(before);
        lane.times.push((user + system) / lane.units);
      } catch (error) {
        lane.error = error instanceof Error ? error : new Error(String(error));
      }
    }
  }
  return lanes.map(({ name, times, error }) => {
    const sorted = times.sort((a, b) => a - b);
    return { name, best: sorted[0] ?? Number.NaN, median: sorted[Math.floor(sorted.length / 2)], error };
  });
}

/** How the cost of the whole grows with its size, from costs per unit: 1 is linear, 2 is quadratic. */
export function exponent(small, large, times) {
  return 1 + Math.log(large.best / small.best) / Math.log(times);
}
