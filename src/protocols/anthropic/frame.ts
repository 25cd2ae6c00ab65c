import { malformed } from '../../core/error.ts';
import { isRecord } from '../../core/is-record.ts';

/** An object out of JSON. */
export type Fields = Readonly<Record<string, unknown>>;

/** What a frame says: an object with a type. */
export function parseFrame(data: string): Fields {
  let frame: unknown;
  try {
    frame = JSON.parse(data);
  } catch {
    // Not the cause: its message quotes what the server sent.
    throw malformed('The server sent an event that is not valid JSON.', 'malformed-json');
  }
  if (!isRecord(frame) || typeof frame['type'] !== 'string') {
    throw malformed('The server sent an event without a type.');
  }
  return frame;
}
