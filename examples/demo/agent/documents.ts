import { readdirSync, readFileSync } from 'node:fs';
import MiniSearch from 'minisearch';

/** One section of one of this project's documents. */
export interface Section {
  readonly id: string;
  readonly document: string;
  readonly heading: string;
  readonly text: string;
  readonly url: string;
}

export interface Hit extends Section {
  readonly score: number;
  /** The sentence that fits best. */
  readonly quote: string;
}

const ROOT = new URL('../../../', import.meta.url);

/** The project's own documents by the path they are served under. */
export const documents: ReadonlyMap<string, string> = new Map(
  [
    'README.md',
    ...readdirSync(new URL('docs/', ROOT))
      .filter((name) => name.endsWith('.md'))
      .map((name) => `docs/${name}`),
  ].map((path) => [path, readFileSync(new URL(path, ROOT), 'utf8')]),
);

const sections = [...documents].flatMap(([path, markdown]) => sectionsOf(path, markdown));
const index = new MiniSearch<Section>({
  fields: ['heading', 'text'],
  storeFields: ['document', 'heading', 'text', 'url'],
  searchOptions: { boost: { heading: 2 }, prefix: true, fuzzy: 0.15 },
});
index.addAll(sections);

/** The sections that answer the query best, each with its best sentence. */
export function searchDocuments(query: string, limit = 3): Hit[] {
  return index
    .search(query)
    .slice(0, limit)
    .map(({ id, document, heading, text, url, score, terms }) => ({
      id,
      document,
      heading,
      text,
      url,
      score: Math.round(score * 10) / 10,
      quote: bestSentence(text, terms),
    }));
}

function sectionsOf(path: string, markdown: string): Section[] {
  const plain = markdown.replace(/```[\s\S]*?```/g, '').replace(/^[|>].*$/gm, '');
  const title = /^# (.*)$/m.exec(plain)?.[1] ?? path;
  return plain
    .split(/^(?=#{1,3} )/m)
    .map((part, position) => {
      const heading = /^#{1,3} (.*)$/m.exec(part)?.[1] ?? title;
      const text = part
        .replace(/^#.*$/m, '')
        .replace(/!?\[([^\]]*)\]\([^)]*\)/g, '$1')
        .replace(/[*_`]/g, '')
        .replace(/\s+/g, ' ')
        .trim();
      return { id: `${path}#${position}`, document: title, heading, text, url: `/${path}` };
    })
    .filter((section) => section.text.length > 40);
}

function bestSentence(text: string, terms: readonly string[]): string {
  const sentences = text.match(/[^.!?]+[.!?]*/g) ?? [text];
  const matches = (sentence: string) => terms.filter((term) => sentence.toLowerCase().includes(term)).length;
  return sentences.reduce((best, sentence) => (matches(sentence) > matches(best) ? sentence : best)).trim();
}
