import { others, stores } from '../contestants.js';
import { row, section } from '../report.js';
import { answer, fedItems, PER_TURN, pieces, turn } from '../workload.js';

const DELTAS = 20_000;
const FRAMES = 100;
/** A frame comes so many macrotasks after the last. */
const FRAME = DELTAS / PER_TURN / FRAMES;
const PARTS = 50;
const LOOKS = 20;

/** How often views are told, and of how much. */
export async function changes(rivals) {
  const deltas = pieces(answer(21_000)).slice(0, DELTAS);
  section(`Notifications for ${DELTAS.toLocaleString('en')} deltas in ${FRAMES} frames`);
  // A run's beginning and end are told at once.
  await countOf(rivals, (rival) => notified(rival, deltas), FRAMES + 2);
  section(`Parts that change identity for one delta, of ${PARTS}: the most in ${LOOKS} deltas`);
  await countOf(rivals, changedParts, 1);
}

async function countOf(rivals, count, limit) {
  for (const rival of stores(rivals)) {
    const gate = (value) => rival === rivals.own && { value, limit };
    try {
      const value = await count(rival);
      row(rival.name, value.toLocaleString('en').padStart(8), gate(value));
    } catch (error) {
      row(rival.name, `not measured: ${error.message}`, gate(Number.NaN));
    }
  }
  for (const { name } of others(rivals)) row(name, 'hands over events, keeps no messages');
}

/** Counts what listeners hear. Frames come by the deltas, not by the clock: a busy machine changes nothing. */
async function notified({ store }, deltas) {
  let notifications = 0;
  const waiting = new Set();
  const events = store.text(deltas);
  const chat = store.open({
    async *feed() {
      let turns = 0;
      for await (const list of fedItems(events)) {
        yield list;
        turns += 1;
        if (turns % FRAME > 0) continue;
        for (const flush of [...waiting]) flush();
      }
    },
    onChange: () => {
      notifications += 1;
    },
    scheduler(flush) {
      const run = () => {
        waiting.delete(run);
        flush();
      };
      waiting.add(run);
      return () => void waiting.delete(run);
    },
  });
  await chat.ask();
  return notifications;
}

async function changedParts({ store }) {
  const deltas = Array.from({ length: LOOKS + 1 }, () => 'y');
  const events = store.parts(PARTS, deltas);
  const first = events.findIndex((event) => event.delta === 'y');
  let most = 0;
  const chat = store.open({
    async *feed() {
      yield events.slice(0, first + 1);
      await settled();
      for (let at = first + 1; at <= first + LOOKS; at += 1) {
        const before = chat.parts();
        yield [events[at]];
        await settled();
        const after = chat.parts();
        most = Math.max(most, after.filter((part, index) => part !== before[index]).length);
      }
      yield events.slice(first + LOOKS + 1);
    },
  });
  await chat.ask();
  const parts = chat.parts();
  if (parts.length !== PARTS || parts.at(-1).text !== deltas.join(''))
    throw new Error('the answer is not whole');
  return most;
}

/** Whoever takes an event through streams of its own has it by then. */
async function settled() {
  await turn();
  await turn();
}
