// The table, and the gates that were not met.

import { best, ratio, spread } from './measure.js';

const NAME = 52;
const CELLS = 48;
let missed = 0;

export function note(text) {
  console.log(text);
}

export function section(title) {
  console.log(`\n${title}`);
}

/** One row; with a gate, `{ value, limit, unit }`, whether the measured number keeps it. */
export function row(name, text, gate) {
  const cells = `  ${name.padEnd(NAME)} ${text}`;
  if (!gate) return console.log(cells.trimEnd());
  const { limit, value, unit = '' } = gate;
  // What could not be measured is not met either.
  const met = value <= limit;
  if (!met) missed += 1;
  const measured = `${Number.isInteger(value) ? value : value.toFixed(3)}${unit}`;
  console.log(`${cells.padEnd(NAME + CELLS)} gate ≤ ${limit}${unit} ${met ? 'met' : 'NOT met'}: ${measured}`);
}

/** What a unit of work cost a contestant, how often that is what another one (`base`) costs, and its spread. */
export function raceRow(result, { base, label = '', unit = 'µs', gate } = {}) {
  const { name, error } = result;
  if (error) return row(name, `not measured: ${error.message.split('\n')[0]}`, gate);
  const cost = `${(unit === 'ms' ? best(result) / 1_000 : best(result)).toFixed(2)} ${unit}`;
  const times = base ? `${ratio(result, base).toFixed(2)}x${label}` : '';
  const median = `(median +${(spread(result) * 100).toFixed(0)} %)`;
  row(name, `${cost.padStart(11)} ${median.padEnd(16)} ${times}`, gate);
}

export function finish() {
  note(missed ? `\n${missed} gate${missed > 1 ? 's' : ''} NOT met.` : '\nAll gates met.');
  if (missed) process.exitCode = 1;
}
