import { exponent, ratio } from '../../measure.js';
import { note, raceRow, row, section } from '../../report.js';
import { bundle } from '../browser.js';
import { race } from '../race.js';

const OWN = 'agent-chat-kit';
const TOKENS = 20_000;
const ROUNDS = 5;
/** Those that take longer, or that have no gate. */
const PEER_ROUNDS = 2;
const MOST_OF_FLOOR = 2;
const MOST_GROWTH = 1.1;
const MOST_CLIFF = 1.5;
const [SHORT, LONG] = [5_000, 40_000];

/** An answer as fast as it can be read, from the first delta to the last pixel. */
export async function stream(browser) {
  const scripts = [await bundle('stream-page.js')];
  const withStreamdown = [...scripts];
  let failure = null;
  try {
    withStreamdown.push(await bundle('streamdown.js'));
  } catch (error) {
    failure = error.message.split('\n')[0];
  }
  const peer = { scripts, rounds: PEER_ROUNDS, tokens: TOKENS };
  const lane = (name, label) => ({ name, label, scripts, tokens: TOKENS });

  section(
    `An answer of ${TOKENS.toLocaleString('en')} tokens in Chromium, 10 deltas a task: CPU of the main thread, and of the floor`,
  );
  const [floor, own, ...others] = await race(
    browser,
    [
      lane('floor', 'floor: streaming-markdown, each delta'),
      lane('own', OWN),
      lane('own, every task', '  shown after every task, not once a frame'),
      lane('floor, every task', 'streaming-markdown, after every task'),
      lane('floor, once a frame', 'streaming-markdown, once a frame'),
      { ...peer, name: 'marked', label: 'marked + innerHTML, once a frame' },
      { ...peer, name: 'markdown-it', label: 'markdown-it + innerHTML, once a frame' },
      ...(failure
        ? []
        : [{ ...peer, name: 'streamdown', label: 'streamdown, once a frame', scripts: withStreamdown }]),
    ],
    ROUNDS,
  );
  raceRow(floor, { unit: 'ms' });
  raceRow(own, {
    unit: 'ms',
    base: floor,
    gate: { value: ratio(own, floor), limit: MOST_OF_FLOOR, unit: 'x' },
  });
  for (const result of others) raceRow(result, { unit: 'ms', base: floor });
  if (failure) note(`  streamdown is left out: ${failure}`);
}

/** How the cost grows with the answer. */
export async function growth(browser) {
  const scripts = [await bundle('stream-page.js')];
  const names = ['floor', 'own', 'own, every task'];
  section(
    `Growth from ${SHORT.toLocaleString('en')} tokens (${LONG / SHORT} answers) to ${LONG.toLocaleString('en')} (one)`,
  );
  const results = await race(
    browser,
    names.flatMap((name) => [
      { name, scripts, tokens: SHORT, answers: LONG / SHORT },
      { name, scripts, tokens: LONG },
    ]),
    ROUNDS,
  );
  const [floor, ...own] = names.map((_, index) => {
    const [small, large] = results.slice(2 * index, 2 * index + 2);
    return exponent(small, large, LONG / SHORT);
  });
  row('streaming-markdown, each delta', `exponent ${floor.toFixed(2)}`);
  [OWN, '  shown after every task, not once a frame'].forEach((label, index) => {
    row(label, `exponent ${own[index].toFixed(2)}`, {
      value: own[index] / floor,
      limit: MOST_GROWTH,
      unit: 'x the floor’s',
    });
  });
}

/** Without a gate: it only explains the one before. */
const EXPLAINS = 'the same items in 250 lists';
const VARIANTS = [
  'a footnote',
  'a link definition at the end',
  'an unclosed fence',
  'raw HTML',
  'a list of 5,000 items',
  EXPLAINS,
];

/** What makes others read everything again. */
export async function cliffs(browser) {
  const scripts = [await bundle('stream-page.js')];
  const lanes = (name, rounds) =>
    [undefined, ...VARIANTS].map((variant) => ({ name, variant, scripts, rounds, tokens: TOKENS }));
  const count = VARIANTS.length + 1;
  section('The same answer with what is hard to read in pieces: CPU, and of the cost without');
  const results = await race(
    browser,
    [...lanes('own', ROUNDS), ...lanes('own, every task', ROUNDS - 1), ...lanes('floor', PEER_ROUNDS)],
    ROUNDS,
  );
  [OWN, `${OWN}, shown after every task`, 'streaming-markdown, each delta'].forEach((label, index) => {
    const [without, ...rest] = results.slice(index * count, (index + 1) * count);
    raceRow({ ...without, name: label }, { unit: 'ms' });
    rest.forEach((result, at) => {
      raceRow(
        { ...result, name: `  with ${VARIANTS[at]}` },
        {
          unit: 'ms',
          base: without,
          label: ' without',
          gate: label.startsWith(OWN) &&
            VARIANTS[at] !== EXPLAINS && { value: ratio(result, without), limit: MOST_CLIFF, unit: 'x' },
        },
      );
    });
  });
}
