import { once } from 'node:events';
import type { Writable } from 'node:stream';
import { setTimeout as sleep, setImmediate as turn } from 'node:timers/promises';
import { seededRandom } from 'agent-chat-kit/testing';
import type { Plan } from './plan.ts';

/** Waits, and small pieces, of one connection: then it is fast, so that a long stream does not take all day. */
const MAX_WAITS = 15;
const MAX_PIECES = 60;

/** Writes as slowly and in as small pieces as planned. */
export function createPacer(
  target: Writable,
  { delay, jitter, slice }: Plan,
): (bytes: Uint8Array) => Promise<void> {
  const random = seededRandom(delay + jitter + slice);
  let waits = delay + jitter > 0 ? MAX_WAITS : 0;
  let pieces = slice > 0 ? MAX_PIECES : 0;
  return async (bytes) => {
    if (waits > 0) {
      waits -= 1;
      await sleep(delay + random() * jitter);
    }
    let at = 0;
    for (; pieces > 0 && at + slice < bytes.length; at += slice) {
      pieces -= 1;
      target.write(bytes.subarray(at, at + slice));
      await turn();
    }
    if (at === bytes.length || target.destroyed) return;
    if (!target.write(bytes.subarray(at))) await Promise.race([once(target, 'drain'), once(target, 'close')]);
  };
}
