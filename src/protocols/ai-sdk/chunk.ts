import { malformed } from '../../core/error.ts';
import { isRecord } from '../../core/is-record.ts';

/** One thing that a stream of the AI SDK said. */
export interface Chunk {
  readonly type: string;
  readonly [name: string]: unknown;
}

export function parseChunk(data: string): Chunk {
  let chunk: unknown;
  try {
    chunk = JSON.parse(data);
  } catch {
    // Not the cause: its message quotes what the server sent.
    throw malformed('The server sent a chunk that is not valid JSON.', 'malformed-json');
  }
  if (isRecord(chunk) && isChunk(chunk)) return chunk;
  throw malformed('The server sent a chunk without a type.');
}

function isChunk(
  chunk: Readonly<Record<string, unknown>>,
): chunk is Readonly<Record<string, unknown>> & Chunk {
  return typeof chunk['type'] === 'string';
}

/** The text that a chunk must have under that name. */
export function textIn(chunk: Chunk, name: string): string {
  const value = chunk[name];
  if (typeof value === 'string') return value;
  throw malformed(`The server sent a “${chunk.type}” chunk whose “${name}” is not what it should be.`);
}

export function maybeTextIn(chunk: Chunk, name: string): string | undefined {
  const value = chunk[name];
  return typeof value === 'string' ? value : undefined;
}

/** What speaks of something that the stream did not begin. */
export function unannounced({ type }: Chunk): Error {
  return malformed(`The server sent “${type}” for a part that it did not begin.`);
}
