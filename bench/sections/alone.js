import { asking, others, stores } from '../contestants.js';
import { best, exponent, race, ratio } from '../measure.js';
import { raceRow, row, section } from '../report.js';
import { answer, fedItems, pieces } from '../workload.js';

const ROUNDS = 100;
const EARLIER = 1_000;
const [SHORT, LONG] = [5_000, 40_000];

/** The store without a wire: events in, messages out. */
export async function alone(rivals) {
  const { floor, own } = rivals;
  const contestant = (rival, { tokens = 20_000, feed = fedItems, earlier = 0, name, times } = {}) => {
    const text = answer(tokens);
    const deltas = pieces(text);
    const events = rival.store.text(deltas);
    return asking(rival, {
      rivals,
      name,
      times,
      units: deltas.length,
      open: () => rival.store.open({ feed: () => feed(events), earlier }),
      check: ([part]) => part.text === text,
    });
  };

  section('Store alone, 20,000 tokens at 10 deltas a macrotask: CPU per delta, and of the floor');
  const history = { earlier: EARLIER, name: `  with ${EARLIER.toLocaleString('en')} earlier messages` };
  const [least, single, ...results] = await race(
    [
      contestant(floor),
      contestant(own, { feed: oneByOne, name: '  events one by one, not as they arrive together' }),
      ...stores(rivals).flatMap((rival) => [contestant(rival), contestant(rival, history)]),
    ],
    ROUNDS,
  );
  raceRow(least);
  for (let i = 0; i < results.length; i += 2) {
    const [without, withHistory] = results.slice(i, i + 2);
    const isOwn = i === 0;
    raceRow(without, { base: least, gate: isOwn && { value: best(without), limit: 1.5, unit: ' µs' } });
    raceRow(withHistory, {
      base: without,
      label: ' without',
      gate: isOwn && { value: ratio(withHistory, without), limit: 1.1, unit: 'x' },
    });
    if (isOwn) raceRow(single, { base: least });
  }
  for (const { name } of others(rivals)) row(name, 'hands over events, keeps no messages');

  const grown = await race(
    [floor, own].flatMap((rival) => [
      contestant(rival, { tokens: SHORT, times: LONG / SHORT }),
      contestant(rival, { tokens: LONG }),
    ]),
    ROUNDS / 2,
  );
  const [atLeast, growth] = [0, 2].map((i) => exponent(grown[i], grown[i + 1], LONG / SHORT));
  row(
    `${own.name}, from ${SHORT.toLocaleString('en')} to ${LONG.toLocaleString('en')} tokens`,
    `exponent ${growth.toFixed(2)}, floor ${atLeast.toFixed(2)}`,
    { value: growth / atLeast, limit: 1.1, unit: 'x the floor’s' },
  );
}

async function* oneByOne(events) {
  for await (const list of fedItems(events)) yield* list;
}
