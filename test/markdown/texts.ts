import { existsSync, readdirSync } from 'node:fs';
import { corpus } from '../corpora.ts';
import { specExamples } from './reference.ts';

const FOLDER = 'commonmark';

/** Every text of the examples of the specification and of all published collections of Markdown, each once. */
export function markdownTexts(): readonly string[] {
  const folder = new URL(`../../../shared/corpora/${FOLDER}/`, import.meta.url);
  // One that is not there says so.
  const files = existsSync(folder) ? readdirSync(folder).sort() : ['markdown-it-fixtures.json'];
  const cases = files.flatMap(
    (file) =>
      (corpus(`${FOLDER}/${file}`) ?? []) as readonly {
        readonly markdown?: string;
        readonly input?: string;
      }[],
  );
  const texts = [
    ...specExamples.map(({ markdown }) => markdown),
    ...cases.map(({ markdown, input }) => markdown ?? input ?? ''),
  ];
  return [...new Set(texts)];
}
