import { asking } from '../contestants.js';
import { race, ratio } from '../measure.js';
import { raceRow, section } from '../report.js';
import { answer, encode, fedBody, inChunks, pieces, pulledBody } from '../workload.js';

const ROUNDS = 40;

/** From the bytes of an event stream to messages. */
export async function bytes(rivals) {
  const { floor, own, peers } = rivals;
  const text = answer(20_000);
  const deltas = pieces(text);

  const compare = async (title, bodyOf) => {
    section(title);
    const [least, ...results] = await race(
      [floor, own, ...peers].map((rival) => {
        const makeBody = bodyOf(rival.textFrames(deltas));
        return asking(rival, {
          rivals,
          units: deltas.length,
          open: () => rival.client(makeBody),
          check: ([part]) => part.text === text,
        });
      }),
      ROUNDS,
    );
    raceRow(least);
    for (const result of results) {
      const gate = result.name === own.name && { value: ratio(result, least), limit: 2, unit: 'x' };
      raceRow(result, { base: least, gate });
    }
  };

  await compare(
    'From SSE bytes, a chunk each delta, 10 a macrotask: CPU per delta, and of the floor',
    (frames) => {
      const chunks = frames.map(encode);
      return () => fedBody(chunks);
    },
  );
  await compare(
    'From SSE bytes, 1 KiB a chunk, as fast as they are read: CPU per delta, and of the floor',
    (frames) => {
      const chunks = inChunks(encode(frames.join('')));
      return () => pulledBody(chunks);
    },
  );
}
