// What the last run of the tests says: each test that failed, with why, and each that passed only when it was run
// again; with `--counts`, how many passed and failed.
import { readFileSync } from 'node:fs';
import { relative } from 'node:path';

const ROOT = new URL('..', import.meta.url).pathname;
const MESSAGE_LIMIT = 600;
// biome-ignore lint/suspicious/noControlCharactersInRegex: colours of a terminal
const COLOURS = /\u001b\[[0-9;]*m/g;

const read = (name) => JSON.parse(readFileSync(`${ROOT}node_modules/.cache/${name}`, 'utf8'));
const report = read('test-report.json');
const failed = report.testResults.flatMap(({ name, status, message, assertionResults }) => {
  const file = relative(ROOT, name);
  // A file that could not be run has no tests to report.
  if (status === 'failed' && assertionResults.length === 0) return [`${file}: ${message}`];
  return assertionResults
    .filter((test) => test.status === 'failed')
    .map(({ fullName, failureMessages }) => `${file}: ${fullName}\n  ${failureMessages.join('\n  ')}`);
});
// A run that failed otherwise, as by an error outside of every test, is one failure.
if (failed.length === 0 && !report.success) failed.push('the run failed outside of its tests');

if (process.argv.includes('--counts')) console.log(report.numPassedTests, failed.length);
else {
  for (const text of failed) console.log(`FAILED: ${text.replaceAll(COLOURS, '').slice(0, MESSAGE_LIMIT)}`);
  for (const name of read('test-flaky.json')) console.log(`PASSED AT THE SECOND TRY: ${name}`);
}
