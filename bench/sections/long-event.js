import { asking } from '../contestants.js';
import { exponent, race } from '../measure.js';
import { raceRow, row, section } from '../report.js';
import { encode, fill, pulledBody } from '../workload.js';

const ROUNDS = 15;
const MIB = 1_048_576;

/** One event that is long. */
export async function longEvent(rivals) {
  const { floor, own, peers } = rivals;
  const least = { ...floor, client: floor.plainClient };
  const contestant = (rival, size) => {
    const longest = (text) => rival.textFrames([text]).reduce((a, b) => (a.length > b.length ? a : b));
    const text = fill(size, longest);
    const whole = encode(rival.textFrames([text]).join(''));
    return asking(rival, {
      rivals,
      units: 1,
      open: () => rival.client(() => pulledBody(whole), { maxEventLength: size }),
      check: ([part]) => part.text === text,
    });
  };

  section('A 1 MiB event in 1 KiB chunks: CPU');
  const [small, large, ownSmall, ownLarge, ...results] = await race(
    [
      contestant(least, MIB),
      contestant(least, 4 * MIB),
      contestant(own, MIB),
      contestant(own, 4 * MIB),
      ...peers.map((peer) => contestant(peer, MIB)),
    ],
    ROUNDS,
  );
  raceRow(small, { unit: 'ms' });
  raceRow(ownSmall, {
    unit: 'ms',
    floor: small,
    gate: { value: ownSmall.best / small.best, limit: 5, unit: 'x' },
  });
  for (const result of results) raceRow(result, { unit: 'ms', floor: small });
  row('floor, 4 MiB', `${(large.best / 1_000).toFixed(2)} ms`);
  const growth = exponent({ best: ownSmall.best }, { best: ownLarge.best / 4 }, 4);
  raceRow(
    { ...ownLarge, name: `${own.name}, 4 MiB with a higher limit` },
    { unit: 'ms', floor: large, gate: { value: growth, limit: 1.1, unit: ' exponent' } },
  );
}
