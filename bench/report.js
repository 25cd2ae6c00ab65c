// The table, and the gates that were not met.

const NAME = 52;
const CELLS = 50;
let missed = 0;

export function note(text) {
  console.log(text);
}

export function section(title) {
  console.log(`\n${title}`);
}

/** One row; with a gate, whether the measured number keeps it. */
export function row(name, text, gate) {
  const cells = `  ${name.padEnd(NAME)} ${text}`;
  if (!gate) return console.log(cells.trimEnd());
  const { limit, value, unit = '' } = gate;
  // What could not be measured is not met either.
  const met = value <= limit;
  if (!met) missed += 1;
  const measured = `${Number.isInteger(value) ? value : value.toFixed(2)}${unit}`;
  console.log(`${cells.padEnd(NAME + CELLS)} gate ≤ ${limit}${unit} ${met ? 'met' : 'NOT met'}: ${measured}`);
}

/** What a unit of work cost a contestant, how often the floor that is, and how far its median is from its best. */
export function raceRow({ name, best, median, error }, { floor, unit = 'µs', gate } = {}) {
  if (error) return row(name, `not measured: ${error.message.split('\n')[0]}`, gate);
  const cost = `${(unit === 'ms' ? best / 1_000 : best).toFixed(2)} ${unit}`;
  const ratio = floor ? `${(best / floor.best).toFixed(2)}x` : '';
  const spread = `median +${((median / best - 1) * 100).toFixed(0)}%`;
  row(name, `${cost.padStart(12)} ${ratio.padStart(9)}  ${spread}`, gate);
}

export function finish() {
  note(missed ? `\n${missed} gate${missed > 1 ? 's' : ''} NOT met.` : '\nAll gates met.');
  if (missed) process.exitCode = 1;
}
