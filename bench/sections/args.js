import { asking, others, stores } from '../contestants.js';
import { exponent, race } from '../measure.js';
import { raceRow, row, section } from '../report.js';
import { answer, pieces, turn } from '../workload.js';

const ROUNDS = 16;
const [SHORT, MIDDLE, LONG] = [1_250, 5_000, 40_000];

const SHAPES = {
  'one long text': (text) => ({ path: 'notes.md', content: text }),
  'a list of short items': (text) => ({ path: 'notes.md', items: text.match(/[\s\S]{1,30}/g) }),
};

/** Tool arguments that arrive in pieces, with a look at them after each. */
export async function args(rivals) {
  for (const [title, shape] of Object.entries(SHAPES)) {
    section(
      `Tool arguments of ${MIDDLE.toLocaleString('en')} tokens, ${title}, read after every delta: CPU per delta`,
    );
    await compare(rivals, shape, title === 'one long text');
  }
  for (const { name } of others(rivals)) row(name, 'hands over whole calls');
}

// What was read once never changes, so a list that is still open is copied at each look: looked at after every delta,
// and not once a frame, its items count, and only the long text has a gate.
async function compare(rivals, shape, isGated) {
  const { floor, own } = rivals;
  const shown = new Set();
  const contestant = (rival, tokens, times) => {
    const value = JSON.stringify(shape(answer(tokens)));
    const deltas = pieces(value);
    const items = rival.store.args(deltas);
    return asking(rival, {
      rivals,
      times,
      units: deltas.length,
      open() {
        const look = (item) => {
          const value = rival.store.argsOf(chat.parts()[0]);
          if (value?.path && item.type === 'tool-input-delta') shown.add(rival);
        };
        const chat = rival.store.open({ feed: () => looking(items, look) });
        return chat;
      },
      check: ([part]) => JSON.stringify(rival.store.argsOf(part)) === value,
    });
  };
  const pairs = stores(rivals).map((rival) =>
    // Longer ones would take the peers minutes.
    rival === own ? { rival, from: MIDDLE, to: LONG } : { rival, from: SHORT, to: MIDDLE },
  );
  pairs.unshift({ rival: floor, from: MIDDLE, to: LONG });
  const results = await race(
    pairs.flatMap(({ rival, from, to }) => [contestant(rival, from, to / from), contestant(rival, to)]),
    ROUNDS,
  );
  const atLeast = exponent(results[0], results[1], LONG / MIDDLE);
  pairs.forEach(({ rival, from, to }, index) => {
    const [small, large] = results.slice(2 * index, 2 * index + 2);
    const result = from === MIDDLE ? small : large;
    raceRow(result, { base: rival === floor ? undefined : results[0] });
    if ((small.error || large.error) && rival !== own) return;
    const growth = exponent(small, large, to / from);
    const sizes = `from ${from.toLocaleString('en')} to ${to.toLocaleString('en')} tokens`;
    const silent = rival === floor || shown.has(rival) ? '' : ', shown only once they are whole';
    const gate = isGated && rival === own && { value: growth / atLeast, limit: 1.1, unit: 'x the floor’s' };
    row(`  ${sizes}`, `exponent ${growth.toFixed(2)}${silent}`, gate);
  });
}

/** Items one by one, each looked at before the next. */
async function* looking(items, look) {
  for (const item of items) {
    yield [item];
    await turn();
    look(item);
  }
}
