import { fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { note, row, section } from '../../report.js';
import { hostileText, OWN_CASES } from '../hostile.js';

const CORPUS = new URL('../../../../shared/corpora/pathological/markdown-pathological.json', import.meta.url);
const SCRIPT = fileURLToPath(new URL('../reader.js', import.meta.url));
const OWN = 'agent-chat-kit';
const SIZE = 100_000;
/** Whoever reads all of it again for each piece gets less of it. */
const PEER_STREAM_SIZE = 20_000;
const MOST = 200;
const CUT_OFF = 5_000;
/** Ours is measured so often where it took long. */
const RUNS = 3;

/** So many of the slowest are named. */
const NAMED = 4;
/** After so many a peer need not be tried any more. */
const MOST_CUT = 2;

/** Texts that made some reader of Markdown take very long. */
export async function pathological(own) {
  section('Hostile texts in Node: CPU of the slowest');
  if (!existsSync(CORPUS)) return note('  skipped: the corpus of them is not beside this project.');
  const { cases: published } = JSON.parse(readFileSync(CORPUS, 'utf8'));
  const cases = [...published, ...OWN_CASES];
  const reports = await tried(own, cases, OWN, [
    [false, SIZE],
    [true, SIZE],
    [true, PEER_STREAM_SIZE],
  ]);
  const peers = ['marked', 'markdown-it'].map((name) =>
    tried(own, cases, name, [
      [false, SIZE],
      [true, PEER_STREAM_SIZE],
    ]),
  );
  reports.push(...(await Promise.all(peers)).flat());
  for (const report of reports) show(report);
}

async function tried(own, cases, name, modes) {
  const reader = new Reader(own);
  const reports = [];
  for (const [isStreamed, size] of modes) {
    const results = [];
    for (const one of cases) {
      const cut = results.filter(({ time }) => time === Number.POSITIVE_INFINITY).length;
      if (name !== OWN && cut === MOST_CUT) break;
      const task = { name, isStreamed, text: hostileText(one, size) };
      let time = await reader.read(task);
      // What others do beside it costs time as well.
      for (let run = 1; name === OWN && time > MOST / 2 && run < RUNS; run += 1)
        time = Math.min(time, await reader.read(task));
      results.push({ time, name: one.name });
    }
    reports.push({ name, isStreamed, size, count: cases.length, results });
  }
  reader.close();
  return reports;
}

function show({ name, isStreamed, size, count, results }) {
  const sorted = results.filter(({ time }) => !Number.isNaN(time)).sort((a, b) => b.time - a.time);
  const [{ time }] = sorted;
  const cut = sorted.filter((one) => one.time === Number.POSITIVE_INFINITY).length;
  const slow = sorted.filter((one) => one.time > MOST).length;
  const threw = results.length - sorted.length;
  const worst = cut > 0 ? `> ${CUT_OFF.toLocaleString('en')} ms` : `${time.toFixed(0)} ms`;
  const tried = results.length < count ? `the first ${results.length}` : count;
  row(
    `${name}, ${isStreamed ? 'in pieces of 64' : 'one shot'}, ${size / 1_000} kB`,
    `${worst.padStart(11)}  ${slow} of ${tried} above ${MOST} ms`,
    name === OWN && size === SIZE && { value: threw > 0 ? Number.NaN : time, limit: MOST, unit: ' ms' },
  );
  const slowest = sorted.slice(0, NAMED).map((one) => `${one.name} (${one.time.toFixed(0)} ms)`);
  const rest = [...(cut ? [`${cut} cut off`] : []), ...(threw ? [`${threw} threw`] : [])];
  note(`    ${[slowest.join(', '), ...rest].join('; ').replaceAll('Infinity', `> ${CUT_OFF}`)}`);
}

/** A process that reads, and another one when that took too long. */
class Reader {
  #own;
  #process = null;

  constructor(own) {
    this.#own = own;
  }

  /** Milliseconds; infinite where it was cut off, not a number where it threw. */
  async read(task) {
    if (!this.#process) {
      this.#process = fork(SCRIPT, [this.#own], { stdio: ['ignore', 'ignore', 'ignore', 'ipc'] });
      await once(this.#process, 'message');
    }
    const reader = this.#process;
    let timer;
    const time = await new Promise((resolve) => {
      reader.once('message', resolve).once('exit', () => resolve(Number.NaN));
      timer = setTimeout(() => resolve(Number.POSITIVE_INFINITY), CUT_OFF);
      reader.send(task);
    });
    clearTimeout(timer);
    reader.removeAllListeners();
    if (!Number.isFinite(time)) this.close();
    return time;
  }

  close() {
    this.#process?.kill('SIGKILL');
    this.#process = null;
  }
}
