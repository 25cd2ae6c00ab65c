import { asking, others, stores } from '../contestants.js';
import { exponent, race } from '../measure.js';
import { raceRow, row, section } from '../report.js';
import { answer, pieces, turn } from '../workload.js';

const ROUNDS = 7;
const [SHORT, MIDDLE, LONG] = [1_250, 5_000, 40_000];

const SHAPES = {
  'one long text': (text) => ({ path: 'notes.md', content: text }),
  'a list of short items': (text) => ({ path: 'notes.md', items: text.match(/[^]{1,30}/g) }),
};

/** Tool arguments that arrive in pieces, with a look at them after each. */
export async function args(rivals) {
  for (const [title, shape] of Object.entries(SHAPES)) {
    section(`Tool arguments, ${title}, read after every delta: CPU per delta of ${MIDDLE.toLocaleString('en')} tokens`);
    await compare(rivals, shape);
  }
  for (const { name } of others(rivals)) row(name, 'hands over whole calls');
}

async function compare(rivals, shape) {
  const { floor, own } = rivals;
  const peers = stores(rivals).filter((rival) => rival !== own);
  const contestant = (rival, tokens) => {
    const value = JSON.stringify(shape(answer(tokens)));
    const deltas = pieces(value);
    const items = rival.store.args(deltas);
    return asking(rival, {
      rivals,
      units: deltas.length,
      open() {
        const look = () => rival.store.argsOf(chat.parts()[0]);
        const chat = rival.store.open({ feed: () => looking(items, rival === floor ? () => {} : look) });
        return chat;
      },
      check: ([part]) => JSON.stringify(rival.store.argsOf(part)) === value,
    });
  };
  const pairs = [
    ...[floor, own].map((rival) => ({ rival, from: MIDDLE, to: LONG })),
    // Longer ones would take minutes.
    ...peers.map((rival) => ({ rival, from: SHORT, to: MIDDLE })),
  ];
  const results = await race(
    pairs.flatMap(({ rival, from, to }) => [contestant(rival, from), contestant(rival, to)]),
    ROUNDS,
  );
  pairs.forEach(({ rival, from, to }, index) => {
    const [short, long] = results.slice(2 * index, 2 * index + 2);
    raceRow(from === MIDDLE ? short : long, { floor: rival === floor ? undefined : results[0] });
    const growth = exponent(short, long, to / from);
    row(`  growth from ${from.toLocaleString('en')} to ${to.toLocaleString('en')} tokens`, `exponent ${growth.toFixed(2)}`);
  });
}

/** Deltas one by one, each seen before the next. */
async function* looking(items, look) {
  for (const item of items) {
    yield [item];
    await turn();
    look();
  }
}
