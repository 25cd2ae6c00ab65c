import type { Scheduler } from '../core/scheduler.ts';

export interface VirtualClockOptions {
  /** What time it is at first. Epoch milliseconds; 0 unless told. */
  readonly start?: number | undefined;
  /** From one frame to the next. Milliseconds; 16 unless told. */
  readonly frame?: number | undefined;
}

export interface VirtualClock {
  /** Epoch milliseconds: for `AgentChatOptions.now`. */
  readonly now: () => number;
  /** Calls back at the next frame: for `AgentChatOptions.scheduler`. */
  readonly schedule: Scheduler;
  /** Resolves after that time; for whatever a test lets wait, such as `FaultyTransportOptions.sleep`. */
  readonly sleep: (milliseconds: number) => Promise<void>;
  /** How many frames and waits are to come. */
  readonly pending: number;
  /**
   * Lets time go by: everything that is due happens now, in its order and at its time. Who waited goes on after this
   * returns, and what is asked for then is for the next call.
   */
  advance(milliseconds: number): void;
  /** Lets time go by up to the next frame, and that frame happen. */
  frame(): void;
}

interface Due {
  readonly at: number;
  readonly happen: () => void;
}

/** Time that goes by when the test says so, so that frames and times are the same in every run. */
export function createVirtualClock({ start = 0, frame = 16 }: VirtualClockOptions = {}): VirtualClock {
  let time = start;
  /** The earliest first. */
  const dues: Due[] = [];
  const nextFrame = (): number => start + (Math.floor((time - start) / frame) + 1) * frame;
  const plan = (at: number, happen: () => void): (() => void) => {
    const due = { at, happen };
    const index = dues.findIndex((other) => other.at > at);
    dues.splice(index < 0 ? dues.length : index, 0, due);
    return () => {
      if (dues.includes(due)) dues.splice(dues.indexOf(due), 1);
    };
  };
  const advance = (milliseconds: number): void => {
    const end = time + milliseconds;
    for (let due = dues[0]; due && due.at <= end; due = dues[0]) {
      dues.shift();
      time = due.at;
      due.happen();
    }
    time = end;
  };
  return {
    now: () => time,
    schedule: (flush) => plan(nextFrame(), flush),
    sleep: (milliseconds) => new Promise((resolve) => void plan(time + milliseconds, resolve)),
    get pending() {
      return dues.length;
    },
    advance,
    frame: () => advance(nextFrame() - time),
  };
}
