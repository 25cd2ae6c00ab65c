import fc from 'fast-check';
import { afterAll, beforeAll, it } from 'vitest';
import { interleavings } from './interleavings.ts';
import { giveBack, play, takeOver } from './play.ts';

// The same interleavings each time, unless others are asked for: `MODEL_SEED=7 MODEL_RUNS=10000 npx vitest run …`.
const runs = Number(process.env['MODEL_RUNS'] ?? 10_000);
const seed = Number(process.env['MODEL_SEED'] ?? 1);

beforeAll(takeOver);
afterAll(giveBack);

it('keeps to the model', { timeout: 120_000 + runs * 20 }, async () => {
  await fc.assert(
    fc.asyncProperty(interleavings(30, 60), (interleaving) => play(interleaving)),
    { numRuns: runs, seed },
  );
});
