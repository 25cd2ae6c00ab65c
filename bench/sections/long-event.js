import { asking } from '../contestants.js';
import { exponent, race, ratio } from '../measure.js';
import { raceRow, section } from '../report.js';
import { encode, fill, inChunks, pulledBody } from '../workload.js';

const ROUNDS = 30;
const MIB = 1_048_576;

/** One event that is long. */
export async function longEvent(rivals) {
  const { floor, own, peers } = rivals;
  const contestant = (rival, size, { name, times, open = streamed(rival) } = {}) => {
    const longest = (text) => rival.textFrames([text]).reduce((a, b) => (a.length > b.length ? a : b));
    const text = fill(size, longest);
    const chunks = inChunks(encode(rival.textFrames([text]).join('')));
    return asking(rival, {
      rivals,
      name,
      times,
      units: size / MIB,
      open: () => open(chunks, size),
      check: ([part]) => part.text === text,
    });
  };

  section('A 1 MiB event in 1 KiB chunks: CPU per MiB, and of the floor');
  const [bare, parsed, one, four, ...results] = await race(
    [
      contestant(floor, MIB, { open: floor.plain }),
      contestant(floor, MIB, { name: '  with a stream and a parser' }),
      contestant(own, MIB, { times: 4 }),
      contestant(own, 4 * MIB, { name: '  4 MiB with a higher limit' }),
      ...peers.map((peer) => contestant(peer, MIB)),
    ],
    ROUNDS,
  );
  raceRow(bare, { unit: 'ms' });
  raceRow(parsed, { unit: 'ms', base: bare });
  raceRow(one, { unit: 'ms', base: bare, gate: { value: ratio(one, bare), limit: 5, unit: 'x' } });
  raceRow(four, {
    unit: 'ms',
    base: bare,
    gate: { value: exponent(one, four, 4), limit: 1.1, unit: ' exponent' },
  });
  for (const result of results) raceRow(result, { unit: 'ms', base: bare });
}

const streamed =
  ({ client }) =>
  (chunks, maxEventLength) =>
    client(() => pulledBody(chunks), { maxEventLength });
