import { asking, others, stores } from '../contestants.js';
import { exponent, race } from '../measure.js';
import { raceRow, row, section } from '../report.js';
import { answer, fedItems, pieces } from '../workload.js';

const ROUNDS = 25;
const EARLIER = 1_000;

/** The store without a wire: events in, messages out. */
export async function alone(rivals) {
  const { floor, own } = rivals;
  const whole = answer(20_000);
  const contestant = (rival, { text = whole, feed = fedItems, earlier = 0, name }) => {
    const deltas = pieces(text);
    const events = rival.store.text(deltas);
    return asking(rival, {
      rivals,
      name,
      units: deltas.length,
      open: () => rival.store.open({ feed: () => feed(events), earlier }),
      check: ([part]) => part.text === text,
    });
  };
  const withHistory = (rival) => ({ earlier: EARLIER, name: `  with ${EARLIER.toLocaleString('en')} earlier messages` });

  section('Store alone, 20,000 tokens at 10 deltas a macrotask: CPU per delta');
  const [least, one, ...results] = await race(
    [
      contestant(floor, {}),
      contestant(own, { feed: oneByOne, name: `${own.name}, events one by one` }),
      ...stores(rivals).flatMap((rival) => [contestant(rival, {}), contestant(rival, withHistory(rival))]),
    ],
    ROUNDS,
  );
  raceRow(least);
  for (let i = 0; i < results.length; i += 2) {
    const [without, withMany] = results.slice(i, i + 2);
    const isOwn = without.name === own.name;
    const times = withMany.best / without.best;
    raceRow(without, { floor: least, gate: isOwn && { value: without.best, limit: 1.5, unit: ' µs' } });
    raceRow(withMany, { floor: least, gate: isOwn && { value: times, limit: 1.1, unit: 'x without' } });
    if (!isOwn) row('', `${times.toFixed(2)}x without`);
    if (isOwn) raceRow(one, { floor: least });
  }
  for (const { name } of others(rivals)) row(name, 'hands over events, keeps no messages');

  const sizes = [5_000, 40_000].map((tokens) => answer(tokens));
  const grown = await race(
    [floor, own].flatMap((rival) => sizes.map((text) => contestant(rival, { text }))),
    ROUNDS,
  );
  const exponents = [exponent(grown[0], grown[1], 8), exponent(grown[2], grown[3], 8)];
  row('growth from 5,000 to 40,000 tokens', `exponent ${exponents[1].toFixed(2)}, floor ${exponents[0].toFixed(2)}`, {
    value: exponents[1] / exponents[0],
    limit: 1.1,
    unit: 'x the floor’s',
  });
}

async function* oneByOne(events) {
  for await (const list of fedItems(events)) yield* list;
}
