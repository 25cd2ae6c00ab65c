import type { Writable } from 'node:stream';
import { setImmediate as turn, setTimeout as sleep } from 'node:timers/promises';
import type { Plan } from './plan.ts';

/** Small pieces of one write; the rest of it goes at once, so that single bytes do not take all day. */
const MAX_PIECES = 12;

/** Writes as slowly and in as small pieces as planned. Resolves once it is out, or cannot be. */
export async function pacedWrite(
  target: Writable,
  bytes: Uint8Array,
  { delay, jitter, slice }: Pick<Plan, 'delay' | 'jitter' | 'slice'>,
  random: () => number,
): Promise<void> {
  if (delay + jitter > 0) await sleep(delay + random() * jitter);
  let at = 0;
  for (let piece = 0; slice > 0 && piece < MAX_PIECES && at + slice < bytes.length; piece += 1) {
    target.write(bytes.subarray(at, at + slice));
    at += slice;
    await turn();
  }
  if (at === bytes.length || target.destroyed) return;
  await new Promise<void>((resolve) => {
    target.write(bytes.subarray(at), () => resolve());
  });
}
