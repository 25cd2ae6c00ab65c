interface Vector {
  readonly kind: 'html' | 'markdown' | 'markdown-line' | 'url' | 'event-attr';
  readonly payload: string;
}

// A page cannot read files: what is imported is served to it, and nothing is where the collection is not there.
const files = import.meta.glob<string>('../../../shared/corpora/xss/all-vectors.jsonl', {
  query: '?raw',
  import: 'default',
});

/**
 * What others published to break out of what shows HTML or Markdown; undefined where it is not beside the project.
 * It is under its own licences and so no part of this project.
 */
export async function publishedVectors(): Promise<readonly Vector[] | undefined> {
  const [load] = Object.values(files);
  if (!load) {
    const why = 'The corpus xss/all-vectors.jsonl is not beside this project';
    if (import.meta.env['CI'] === 'true') throw new Error(`${why}, and CI is to check it.`);
    console.warn(`${why}: its suite is skipped.`);
    return undefined;
  }
  const text = await load();
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Vector);
}

/** As somebody would write it into Markdown. */
export function asMarkdown({ kind, payload }: Vector): string {
  if (kind === 'event-attr') return `${payload}\n\n<img src=x ${payload}=alert(1)>`;
  if (kind !== 'url') return payload;
  return `${payload}\n\n[a](${payload}) ![a](<${payload}>) <${payload}> [b]\n\n[b]: ${payload}`;
}
