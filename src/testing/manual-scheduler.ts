import type { Scheduler } from '../core/scheduler.ts';

export interface ManualScheduler {
  readonly schedule: Scheduler;
  /** Whether a frame was asked for. */
  readonly pending: boolean;
  /** Lets the frame happen. */
  frame(): void;
}

/** Frames that happen when the test says so. */
export function createManualScheduler(): ManualScheduler {
  let flush: (() => void) | null = null;
  return {
    schedule: (callback) => {
      flush = callback;
      return () => {
        if (flush === callback) flush = null;
      };
    },
    get pending() {
      return flush !== null;
    },
    frame() {
      const callback = flush;
      flush = null;
      callback?.();
    },
  };
}
