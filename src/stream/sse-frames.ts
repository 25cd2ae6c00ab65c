import { createParser, type ParseError } from 'eventsource-parser';
import type { Frame } from './frame.ts';

/** How long one event may be before the stream is given up. Characters. */
export const MAX_EVENT_LENGTH = 1_048_576;

export interface SSEFramesOptions {
  readonly maxEventLength?: number | undefined;
  readonly onRetry?: ((milliseconds: number) => void) | undefined;
  /** Any sign of life that is not an event. */
  readonly onComment?: (() => void) | undefined;
}

/** The stream is longer than its reader agreed to hold. */
export class EventTooLongError extends Error {
  override readonly name = 'EventTooLongError';
  constructor(limit: number) {
    super(`An event of the stream is longer than ${limit} characters.`);
  }
}

/**
 * Frames out of the bytes of an event stream, as many at once as each read completes. Follows the WHATWG
 * rules, with one addition: an event that only lacks its blank line when the stream ends is given out too,
 * as the last one; the reader judges whether it is whole. Throws what the reader throws, and {@link EventTooLongError}.
 */
export async function* sseFrames(
  bytes: ReadableStream<Uint8Array>,
  { maxEventLength = MAX_EVENT_LENGTH, onRetry, onComment }: SSEFramesOptions = {},
): AsyncGenerator<readonly Frame[], void> {
  let frames: Frame[] = [];
  let failure: ParseError | undefined;
  const parser = createParser({
    maxBufferSize: maxEventLength,
    onEvent: (frame) => void frames.push(frame),
    onRetry,
    onComment,
    onError: (error) => {
      if (error.type === 'max-buffer-size-exceeded') failure = error;
    },
  });
  const decoder = new TextDecoder();
  const reader = bytes.getReader();
  const take = (text: string): readonly Frame[] => {
    parser.feed(text);
    if (failure) throw new EventTooLongError(maxEventLength);
    const taken = frames;
    frames = [];
    return taken;
  };
  try {
    while (true) {
      const { done, value } = await reader.read();
      const taken = take(done ? `${decoder.decode()}\n\n` : decoder.decode(value, { stream: true }));
      if (taken.length > 0) yield taken;
      if (done) return;
    }
  } finally {
    // Also closes the connection when the consumer stops early.
    reader.cancel().catch(() => {});
  }
}
