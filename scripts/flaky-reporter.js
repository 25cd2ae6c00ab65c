import { mkdirSync, writeFileSync } from 'node:fs';

const REPORT = new URL('../node_modules/.cache/test-flaky.json', import.meta.url);

/** Keeps the names of the tests that failed at first and passed when they were run again. */
export class FlakyReporter {
  #names = [];

  onTestCaseResult(test) {
    if (test.diagnostic()?.flaky) this.#names.push(`${test.module.relativeModuleId}: ${test.fullName}`);
  }

  onTestRunEnd() {
    mkdirSync(new URL('.', REPORT), { recursive: true });
    writeFileSync(REPORT, JSON.stringify(this.#names));
  }
}
