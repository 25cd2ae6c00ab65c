import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { backoff, wait } from '../../src/transports/backoff.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

describe('the time to wait', () => {
  it('is anything up to twice as much with every try, and never more than half a minute', () => {
    vi.spyOn(Math, 'random').mockReturnValue(0.999_999);
    const longest = Array.from({ length: 9 }, (_, attempt) => Math.round(backoff(attempt)));
    expect(longest).toEqual([500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000]);
    vi.mocked(Math.random).mockReturnValue(0);
    expect(backoff(5)).toBe(0);
  });

  it('begins with what the server asks for', () => {
    vi.spyOn(Math, 'random').mockReturnValue(0.5);
    expect(backoff(0, 3_000)).toBe(1_500);
  });

  it('is spread: of a thousand clients few come back in the same moment', () => {
    const moments = new Map<number, number>();
    for (let client = 0; client < 1_000; client += 1) {
      const moment = Math.floor(backoff(5) / 100);
      moments.set(moment, (moments.get(moment) ?? 0) + 1);
    }
    expect(Math.max(...moments.values())).toBeLessThanOrEqual(50);
  });
});

describe('waiting', () => {
  it('ends after its time', async () => {
    const done = vi.fn();
    const waiting = wait(1_000, new AbortController().signal).then(done);
    await vi.advanceTimersByTimeAsync(999);
    expect(done).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(1);
    await waiting;
    expect(done).toHaveBeenCalled();
  });

  it('ends at once when it is called off, also before it began', async () => {
    const off = new AbortController();
    const waiting = wait(1_000, off.signal);
    off.abort();
    await expect(waiting).rejects.toBe(off.signal.reason);
    await expect(wait(1_000, off.signal)).rejects.toBe(off.signal.reason);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('does not count the time without a network', async () => {
    const page = new EventTarget();
    vi.stubGlobal('navigator', { onLine: false });
    vi.stubGlobal('addEventListener', page.addEventListener.bind(page));
    vi.stubGlobal('removeEventListener', page.removeEventListener.bind(page));
    const done = vi.fn();
    const waiting = wait(100, new AbortController().signal).then(done);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(done).not.toHaveBeenCalled();
    page.dispatchEvent(new Event('online'));
    await vi.advanceTimersByTimeAsync(100);
    await waiting;
    expect(done).toHaveBeenCalled();
  });
});
