import { seededRandom } from 'agent-chat-kit/testing';

/** How one connection ends before its time. `after` counts what comes back through it. */
export type Fault =
  | { readonly kind: 'none' }
  /** Reset before any byte of the answer; the request may have arrived. */
  | { readonly kind: 'no-answer'; readonly isForwarded: boolean }
  /** The proxy answers with an error of its own; the request may have arrived. */
  | { readonly kind: 'status'; readonly status: number; readonly isForwarded: boolean }
  /** The connection ends after so many bytes: with a FIN, or with a RST. */
  | { readonly kind: 'cut'; readonly after: number; readonly reset: boolean }
  /** After so many bytes nothing goes through any more, and nobody is told. */
  | { readonly kind: 'half-open'; readonly after: number }
  /** After so many events the answer ends as if it were whole, or so many bytes into the next one. */
  | { readonly kind: 'clean-end'; readonly after: number; readonly inside: number }
  /** After so many events `[DONE]` and the end, though the agent has not finished. */
  | { readonly kind: 'done'; readonly after: number }
  /** After so many events a chunk that announces more bytes than it has. */
  | { readonly kind: 'short-chunk'; readonly after: number }
  /** A page where a stream should be. */
  | { readonly kind: 'page' }
  /** After so many frames a socket ends, or so many bytes into the next one. */
  | { readonly kind: 'drop'; readonly after: number; readonly inside: number };

/** What happens to one connection. */
export interface Plan {
  readonly fault: Fault;
  /** Every so many events, so many of the last ones come once more. */
  readonly repeat: { readonly every: number; readonly count: number } | undefined;
  /** Every so many events a comment that nobody wrote; 0 for never. */
  readonly comments: number;
  /** Milliseconds that each piece waits. */
  readonly delay: number;
  /** Up to so many more. */
  readonly jitter: number;
  /** Bytes of one piece; 0 for as they come. */
  readonly slice: number;
}

/** Where the faults are made: in the bytes, in what HTTP makes of them, or in the frames of a socket. */
export type Carrier = 'tcp' | 'http' | 'socket';

export const NO_PLAN: Plan = {
  fault: { kind: 'none' },
  repeat: undefined,
  comments: 0,
  delay: 0,
  jitter: 0,
  slice: 0,
};

const STATUSES = [500, 502, 503, 429, 408];
/** Connections in a row that may bring nothing: fewer than a client tries. */
const MAX_BARREN = 3;
/** Bytes that hold the head of an answer and some events. */
const FRUITFUL = 900;

/**
 * What happens to each connection of one conversation, in their order: the same for the same seed. Requests that
 * start something and those that go on with it are counted apart, as a decision may be under way beside a stream.
 */
export function planFaults(seed: number, carrier: Carrier): (method: string) => Plan {
  const lanes = new Map<string, () => Plan>();
  return (method) => {
    let next = lanes.get(method);
    if (!next) {
      next = planLane(seededRandom(seed * 2 + (method === 'GET' ? 1 : 0)), carrier, method === 'GET');
      lanes.set(method, next);
    }
    return next();
  };
}

function planLane(random: () => number, carrier: Carrier, isGoingOn: boolean): () => Plan {
  const upTo = (limit: number): number => Math.floor(random() * limit);
  const chance = (probability: number): boolean => random() < probability;
  const pick = <T>(list: readonly T[]): T => list[upTo(list.length)] as T;
  const bytes = (isEarly: boolean): number => (isEarly ? upTo(FRUITFUL) : FRUITFUL + upTo(1_500));
  /** Seldom so many that a long replay has something to replay. */
  const count = (isEarly: boolean): number => (isEarly ? upTo(3) : 3 + upTo(chance(0.1) ? 80 : 14));
  /** Now and then, as each takes its time. Only who has heard a sign of life can miss the next one. */
  const halfOpen = (isEarly: boolean): readonly Fault[] =>
    chance(0.4) ? [{ kind: 'half-open', after: bytes(isEarly && isGoingOn && connections > 1) }] : [];
  const unanswered = (isEarly: boolean): readonly Fault[] =>
    isEarly
      ? [
          { kind: 'no-answer', isForwarded: chance(0.5) },
          { kind: 'status', status: pick(STATUSES), isForwarded: chance(0.5) },
        ]
      : [];
  const endings: Readonly<Record<Carrier, (isEarly: boolean) => readonly Fault[]>> = {
    tcp: (isEarly) => [
      { kind: 'cut', after: bytes(isEarly), reset: true },
      { kind: 'cut', after: bytes(isEarly), reset: false },
      ...halfOpen(isEarly),
      ...unanswered(isEarly),
    ],
    http: (isEarly) => [
      { kind: 'clean-end', after: count(isEarly), inside: 0 },
      { kind: 'clean-end', after: count(isEarly), inside: 1 + upTo(120) },
      { kind: 'done', after: count(isEarly) },
      { kind: 'short-chunk', after: count(isEarly) },
      ...unanswered(isEarly),
    ],
    socket: (isEarly) => [
      { kind: 'drop', after: count(isEarly), inside: 0 },
      { kind: 'drop', after: count(isEarly), inside: 1 + upTo(120) },
      { kind: 'cut', after: bytes(isEarly), reset: true },
      ...halfOpen(isEarly),
    ],
  };

  let connections = 0;
  let barrenInARow = 0;
  return () => {
    connections += 1;
    /** So early that nothing of use may have come. */
    const isEarly = barrenInARow < MAX_BARREN && chance(0.3);
    barrenInARow = isEarly ? barrenInARow + 1 : 0;
    return {
      fault: chance(0.05) ? { kind: 'none' } : pick(endings[carrier](isEarly)),
      repeat: chance(0.4) ? { every: 4 + upTo(20), count: 1 + upTo(50) } : undefined,
      comments: chance(0.1) ? 1 + upTo(10) : 0,
      delay: chance(0.2) ? upTo(3) : 0,
      jitter: chance(0.2) ? upTo(4) : 0,
      slice: chance(0.2) ? 1 + upTo(40) : 0,
    };
  };
}
