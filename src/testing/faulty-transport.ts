import { connectionFailed, streamInterrupted } from '../core/error.ts';
import type { StreamEvent } from '../core/event.ts';
import type { EventStream, Transport } from '../core/transport.ts';
import { seededRandom } from './seeded-random.ts';

/** How likely each fault is in a leg, from 0 to 1. */
export interface TransportFaults {
  /** The server is not reached: an error with the code `connection-failed` before the first event. */
  readonly refuse?: number | undefined;
  /** The stream is cut off after some events: an error with the code `stream-interrupted`. */
  readonly interrupt?: number | undefined;
  /** Events are lost after some: a `discontinuity` event, the last one. */
  readonly discontinuity?: number | undefined;
  /** Batches wait for up to `FaultyTransportOptions.maxDelay`. */
  readonly delay?: number | undefined;
  /** Events arrive in other batches than they were sent in, some of them empty; none is lost, and their order stays. */
  readonly slice?: number | undefined;
}

export interface FaultyTransportOptions {
  /** The same seed makes the same faults of the same answers. */
  readonly seed: number;
  /** Those that are left out do not happen. Unless told, all but `discontinuity` do, now and then. */
  readonly faults?: TransportFaults | undefined;
  /** After how many events of a leg it is cut off at the latest; 20 unless told. */
  readonly within?: number | undefined;
  /** Milliseconds; 5 unless told. */
  readonly maxDelay?: number | undefined;
  /** How it waits: `createVirtualClock().sleep`, where time is the test's to tell. */
  readonly sleep?: ((milliseconds: number) => Promise<void>) | undefined;
}

/** A fault that happened. */
export interface FaultRecord {
  /** Which leg, counted from 0 in the order in which they were asked for. */
  readonly leg: number;
  readonly fault: keyof TransportFaults;
  /** Events of the leg that had arrived. */
  readonly after: number;
}

export interface FaultyTransport extends Transport {
  /** What happened so far. */
  readonly log: readonly FaultRecord[];
}

const NOW_AND_THEN: TransportFaults = { refuse: 0.15, interrupt: 0.25, delay: 0.5, slice: 0.5 };

/**
 * Any transport, with faults: for tests of what an application makes of them. They are decided leg by leg, so that
 * it makes no difference what other legs did meanwhile. Nothing happens to a leg after its `finish` or `error`, nor to
 * decisions and the connection.
 */
export function createFaultyTransport(
  transport: Transport,
  { seed, faults = NOW_AND_THEN, within = 20, maxDelay = 5, sleep = later }: FaultyTransportOptions,
): FaultyTransport {
  const log: FaultRecord[] = [];
  let legs = 0;

  async function* spoiled(stream: () => EventStream): AsyncGenerator<readonly StreamEvent[], void> {
    const leg = legs++;
    const random = seededRandom(seed * 1_000_003 + leg);
    const chance = (probability = 0): boolean => random() < probability;
    const isRefused = chance(faults.refuse);
    const isCut = chance(faults.interrupt);
    const isLost = chance(faults.discontinuity);
    const isDelayed = chance(faults.delay);
    const isSliced = chance(faults.slice);
    const end = Math.floor(random() * (within + 1));
    let after = 0;
    let isOver = false;
    const happened = (fault: keyof TransportFaults): void => void log.push({ leg, fault, after });

    if (isRefused) {
      happened('refuse');
      throw connectionFailed();
    }
    for await (const item of stream()) {
      const rest: StreamEvent[] = isBatch(item) ? [...item] : [item];
      do {
        if (isDelayed && chance(0.3)) {
          happened('delay');
          await sleep(Math.ceil(random() * maxDelay));
        }
        let count = isSliced ? Math.floor(random() * (rest.length + 1)) : rest.length;
        if (count < rest.length) happened('slice');
        const mayEnd = (isCut || isLost) && !isOver;
        if (mayEnd) count = Math.min(count, end - after);
        const batch = rest.splice(0, count);
        after += batch.length;
        isOver ||= batch.some(({ type }) => type === 'finish' || type === 'error');
        yield batch;
        if (!mayEnd || isOver || after < end) continue;
        happened(isCut ? 'interrupt' : 'discontinuity');
        if (isCut) throw streamInterrupted();
        return yield [{ type: 'discontinuity' }];
      } while (rest.length > 0);
    }
  }

  const resume: Transport['resume'] = async (context) => {
    const stream = await transport.resume?.(context);
    return stream ? spoiled(() => stream) : null;
  };
  const own: Partial<FaultyTransport> = {
    log,
    send: (request, context) => spoiled(() => transport.send(request, context)),
    ...(transport.resume && { resume }),
  };
  // What is not its own is the transport's, as it is at that time.
  return new Proxy(own as FaultyTransport, {
    has: (_, name) => name in own || name in transport,
    get: (_, name) => {
      if (name in own) return Reflect.get(own, name);
      const value: unknown = Reflect.get(transport, name);
      return typeof value === 'function' ? value.bind(transport) : value;
    },
  });
}

function later(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

function isBatch(item: StreamEvent | readonly StreamEvent[]): item is readonly StreamEvent[] {
  return Array.isArray(item);
}
