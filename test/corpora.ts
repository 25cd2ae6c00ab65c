import { existsSync, readFileSync } from 'node:fs';

/**
 * A corpus that others published, by its path below `shared/corpora` beside the project; undefined where it
 * is not there. It is under its own licence and so no part of this project: a clone without it skips those
 * suites and says so, but where all must be checked (`CI=true`) its absence is a failure.
 */
export function corpus(path: string): unknown {
  const file = new URL(`../../shared/corpora/${path}`, import.meta.url);
  if (existsSync(file)) return JSON.parse(readFileSync(file, 'utf8'));
  const { CI } = process.env;
  const why = `The corpus ${path} is not beside this project`;
  if (CI === 'true') throw new Error(`${why}, and CI is to check it.`);
  console.warn(`${why}: its suite is skipped.`);
  return undefined;
}
