import { asking } from '../contestants.js';
import { race } from '../measure.js';
import { raceRow, section } from '../report.js';
import { answer, encode, fedBody, pieces, pulledBody } from '../workload.js';

const ROUNDS = 15;

/** From the bytes of an event stream to messages. */
export async function bytes(rivals) {
  const { floor, own, peers } = rivals;
  const text = answer(20_000);
  const deltas = pieces(text);

  const compare = async (title, bodyOf) => {
    section(title);
    const [least, ...results] = await race(
      [floor, own, ...peers].map((rival) => {
        const body = bodyOf(rival.textFrames(deltas));
        return asking(rival, {
          rivals,
          units: deltas.length,
          open: () => rival.client(body),
          check: ([part]) => part.text === text,
        });
      }),
      ROUNDS,
    );
    raceRow(least);
    for (const result of results) {
      const gate = result.name === own.name && { value: result.best / least.best, limit: 2, unit: 'x' };
      raceRow(result, { floor: least, gate });
    }
  };

  await compare('From SSE bytes, a chunk each delta, 10 a macrotask: CPU per delta', (frames) => {
    const chunks = frames.map(encode);
    return () => fedBody(chunks);
  });
  await compare('From SSE bytes, 1 KiB a chunk, as fast as they are read: CPU per delta', (frames) => {
    const whole = encode(frames.join(''));
    return () => pulledBody(whole);
  });
}
