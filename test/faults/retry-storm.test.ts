import { seededRandom } from 'agent-chat-kit/testing';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { backoff } from '../../src/transports/backoff.ts';
import { persist } from '../../src/transports/http-leg.ts';
import { Place } from '../../src/transports/place.ts';

const CLIENTS = 1_000;
const SEEDS = Array.from({ length: 20 }, (_, index) => index + 1);
/** Milliseconds. */
const WINDOW = 100;
const DOWN = 60_000;

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

/** When clients that lose a server at the same moment come back to it, in milliseconds from then. */
function returns(seed: number): readonly number[] {
  vi.spyOn(Math, 'random').mockImplementation(seededRandom(seed));
  const moments: number[] = [];
  for (let client = 0; client < CLIENTS; client += 1) {
    let now = 0;
    for (let attempt = 0; now < DOWN; attempt += 1) {
      now += backoff(attempt);
      moments.push(now);
    }
  }
  return moments.sort((one, other) => one - other);
}

/** The most that come within any window of that length which begins after `from`. */
function peak(moments: readonly number[], from: number): number {
  const late = moments.filter((moment) => moment >= from);
  let first = 0;
  let most = 0;
  for (const [index, moment] of late.entries()) {
    while (moment - (late[first] ?? 0) >= WINDOW) first += 1;
    most = Math.max(most, index - first + 1);
  }
  return most;
}

describe('a thousand clients of a server that is down for a minute', () => {
  it('never come more than fifty in a tenth of a second, once it is down for eight seconds', () => {
    for (const seed of SEEDS) expect(peak(returns(seed), 8_000)).toBeLessThanOrEqual(CLIENTS * 0.05);
  });

  it('never come all at once, not even at first', () => {
    for (const seed of SEEDS) expect(peak(returns(seed), 0)).toBeLessThan(CLIENTS * 0.36);
  });
});

describe('clients who are told the same time to come back', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });

  it('do not come earlier, and not all at that moment', async () => {
    vi.spyOn(Math, 'random').mockImplementation(seededRandom(1));
    const moments: number[] = [];
    const clients = Array.from({ length: 300 }, () => {
      let asked = 0;
      const ask = async (): Promise<Response> => {
        asked += 1;
        if (asked === 1) return new Response('{}', { status: 503, headers: { 'Retry-After': '5' } });
        moments.push(Date.now());
        return new Response();
      };
      const { signal } = new AbortController();
      return persist(ask, { place: new Place(), signal, onReconnecting: () => {}, idleTimeout: 0 }, true);
    });
    const begun = Date.now();
    await vi.advanceTimersByTimeAsync(10_000);
    await Promise.all(clients);
    expect(Math.min(...moments) - begun).toBeGreaterThanOrEqual(5_000);
    expect(peak(moments, 0)).toBeLessThan(300 * 0.3);
  });
});
