import type { Frame } from './frame.ts';
import { createSSEParser } from './sse-parser.ts';

/** How long one event may be before the stream is given up. Characters. */
export const MAX_EVENT_LENGTH = 1_048_576;

export interface SSEFramesOptions {
  readonly maxEventLength?: number | undefined;
  /** Closes the stream when it aborts, also where whoever opened it forgot to. */
  readonly signal?: AbortSignal | undefined;
  /** Any bytes: the connection lives. */
  readonly onBytes?: (() => void) | undefined;
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
 * rules, with one addition: an event that only lacks its blank line when the stream ends is given out too, as
 * `truncated`. Throws what the reader throws, and {@link EventTooLongError} after the frames before it.
 */
export async function* sseFrames(
  bytes: ReadableStream<Uint8Array>,
  { maxEventLength = MAX_EVENT_LENGTH, signal, onBytes, onRetry, onComment }: SSEFramesOptions = {},
): AsyncGenerator<readonly Frame[], void> {
  let frames: Frame[] = [];
  let tooLong = false;
  const parser = createSSEParser({
    onFrame: (frame) => {
      tooLong ||= frame.data.length > maxEventLength;
      if (!tooLong) frames.push(frame);
    },
    onRetry,
    onComment,
  });
  const decoder = new TextDecoder();
  const reader = bytes.getReader();
  const close = (): void => void reader.cancel().catch(() => {});
  if (signal?.aborted) close();
  signal?.addEventListener('abort', close, { once: true });
  try {
    for (let ended = false; !ended; ) {
      const { done, value } = await reader.read();
      ended = done;
      onBytes?.();
      parser.feed(done ? decoder.decode() : decoder.decode(value, { stream: true }));
      if (done) parser.end();
      if (frames.length > 0) yield frames;
      frames = [];
      if (tooLong || parser.held > maxEventLength) throw new EventTooLongError(maxEventLength);
    }
  } finally {
    signal?.removeEventListener('abort', close);
    // Also closes the connection when the consumer stops early.
    close();
  }
}
