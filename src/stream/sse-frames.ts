import { createParser } from 'eventsource-parser';
import type { Frame } from './frame.ts';

/** How long one event may be before the stream is given up. Characters. */
export const MAX_EVENT_LENGTH = 1_048_576;

export interface SSEFramesOptions {
  readonly maxEventLength?: number | undefined;
  /** Closes the stream when it aborts, also where whoever opened it forgot to. */
  readonly signal?: AbortSignal | undefined;
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
  { maxEventLength = MAX_EVENT_LENGTH, signal, onRetry, onComment }: SSEFramesOptions = {},
): AsyncGenerator<readonly Frame[], void> {
  let frames: Frame[] = [];
  let tooLong = false;
  let ended = false;
  let lastChar = '';
  const parser = createParser({
    maxBufferSize: maxEventLength,
    onEvent: (frame) => {
      // The parser counts only what it keeps between two reads.
      if (frame.data.length > maxEventLength) tooLong = true;
      if (!tooLong) frames.push(ended ? { ...frame, truncated: true } : frame);
    },
    onRetry,
    onComment,
    onError: (error) => {
      if (error.type === 'max-buffer-size-exceeded') tooLong = true;
    },
  });
  const decoder = new TextDecoder();
  const reader = bytes.getReader();
  const close = (): void => void reader.cancel().catch(() => {});
  if (signal?.aborted) close();
  signal?.addEventListener('abort', close, { once: true });
  try {
    while (!ended) {
      const { done, value } = await reader.read();
      const text = done ? decoder.decode() : decoder.decode(value, { stream: true });
      parser.feed(text);
      if (text) lastChar = text.charAt(text.length - 1);
      if (done) {
        // A CR at the very end waits for an LF that may belong to it.
        if (lastChar === '\r') parser.feed('\n');
        ended = true;
        parser.feed('\n\n');
      }
      if (frames.length > 0) yield frames;
      frames = [];
      if (tooLong) throw new EventTooLongError(maxEventLength);
    }
  } finally {
    signal?.removeEventListener('abort', close);
    // Also closes the connection when the consumer stops early.
    close();
  }
}
