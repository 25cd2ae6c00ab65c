import { existsSync, readFileSync } from 'node:fs';
import { corpus } from '../corpora.ts';

interface Listed {
  readonly file: string;
  readonly api: string;
  readonly types: Readonly<Record<string, number>>;
}

export interface Transcript extends Listed {
  /** The data of each frame. */
  readonly lines: readonly string[];
}

/** What is listed as recorded of model servers; nothing where the corpora are absent. */
export function listed(): readonly Listed[] {
  return (corpus('provider-sse/index.json') as readonly Listed[] | undefined) ?? [];
}

/** Whether this is the dialect of a recording: its label is that of a service, which may speak another one too. */
export function isChat({ api, types }: Listed): boolean {
  return /^(?:openai|mistral)-chat/.test(api) || Object.hasOwn(types, 'chat.completion.chunk');
}

/** The recorded chat completions that are there: some are held back. */
export function transcripts(): readonly Transcript[] {
  return listed().flatMap((entry) => {
    const file = new URL(`../../../shared/corpora/provider-sse/${entry.file}`, import.meta.url);
    if (!isChat(entry) || !existsSync(file)) return [];
    const lines = readFileSync(file, 'utf8').split('\n').filter(Boolean);
    return [{ ...entry, lines }];
  });
}
