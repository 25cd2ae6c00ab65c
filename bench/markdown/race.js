// Contestants take turns, each time in a page of its own. What it costs is the time that the page's main thread
// worked: reading, building the page, laying it out and painting it, and not what waits or what others do.

import { inPage } from './browser.js';

const MOST = 30_000;

/** Each is `{ name, label, scripts, rounds, ... }`; the rest says what `prepare` makes ready. See `raceRow`. */
export async function race(browser, contestants, rounds) {
  const lanes = contestants.map((contestant) => ({
    ...contestant,
    rounds: contestant.rounds ?? rounds,
    times: new Map(),
    error: undefined,
  }));
  for (let round = 0; round < rounds; round += 1) {
    for (let i = 0; i < lanes.length; i += 1) {
      // Nobody always runs behind the same other.
      const lane = lanes[(i + round) % lanes.length];
      if (lane.error || round >= lane.rounds) continue;
      try {
        lane.times.set(round, (await inPage(browser, lane.scripts, (page) => measure(page, lane))) * 1e6);
      } catch (error) {
        lane.error = error instanceof Error ? error : new Error(String(error));
      }
    }
  }
  return lanes.map(({ label, name, times, error }) => ({ name: label ?? name, times, error }));
}

async function measure(page, { name, tokens, variant, answers }) {
  await page.evaluate((what) => globalThis.prepare(what), { name, tokens, variant, answers, limit: MOST });
  const session = await page.context().newCDPSession(page);
  await session.send('Performance.enable', { timeDomain: 'threadTicks' });
  await session.send('HeapProfiler.collectGarbage');
  const before = await taskDuration(session);
  const part = await page.evaluate(() => globalThis.run());
  const after = await taskDuration(session);
  if (part !== null) {
    const seconds = MOST / 1_000;
    throw new Error(
      `cut off after ${seconds} s, at ${Math.floor(part * 100)} % of the text, ${(after - before).toFixed(1)} s of CPU`,
    );
  }
  return after - before;
}

async function taskDuration(session) {
  const { metrics } = await session.send('Performance.getMetrics');
  return metrics.find(({ name }) => name === 'TaskDuration').value;
}
