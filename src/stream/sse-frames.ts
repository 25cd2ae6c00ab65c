import type { Frame } from './frame.ts';
import { createSSEParser, type SSEParser } from './sse-parser.ts';

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
 * Reads the frames of an event stream. Follows the WHATWG rules, with one addition: an event that only lacks its
 * blank line when the stream ends is given out too, as `truncated`.
 */
export class SSEReader {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  readonly #decoder = new TextDecoder();
  readonly #parser: SSEParser;
  readonly #limit: number;
  readonly #signal: AbortSignal | undefined;
  readonly #onBytes: (() => void) | undefined;
  #frames: Frame[] = [];
  #tooLong = false;
  #ended = false;

  constructor(bytes: ReadableStream<Uint8Array>, options: SSEFramesOptions = {}) {
    const { maxEventLength = MAX_EVENT_LENGTH, signal, onBytes, onRetry, onComment } = options;
    this.#reader = bytes.getReader();
    this.#limit = maxEventLength;
    this.#signal = signal;
    this.#onBytes = onBytes;
    this.#parser = createSSEParser({
      onFrame: (frame) => {
        this.#tooLong ||= frame.data.length > maxEventLength;
        if (!this.#tooLong) this.#frames.push(frame);
      },
      onRetry,
      onComment,
    });
    if (signal?.aborted) this.close();
    signal?.addEventListener('abort', this.close, { once: true });
  }

  /**
   * The frames that one read completes, which may be none; null at the end. Throws what the bytes throw, and
   * {@link EventTooLongError} after the frames before it.
   */
  async read(): Promise<readonly Frame[] | null> {
    if (this.#tooLong) throw new EventTooLongError(this.#limit);
    if (this.#ended) return null;
    const { done, value } = await this.#reader.read();
    this.#onBytes?.();
    this.#parser.feed(done ? this.#decoder.decode() : this.#decoder.decode(value, { stream: true }));
    if (done) {
      this.#ended = true;
      this.#parser.end();
    }
    this.#tooLong ||= this.#parser.held > this.#limit;
    const frames = this.#frames;
    this.#frames = [];
    return frames;
  }

  /** Also closes the connection, where the stream has not ended. */
  readonly close = (): void => {
    this.#signal?.removeEventListener('abort', this.close);
    this.#reader.cancel().catch(() => {});
  };
}

/** The frames of an event stream, as many at once as each read completes; as {@link SSEReader} reads them. */
export async function* sseFrames(
  bytes: ReadableStream<Uint8Array>,
  options: SSEFramesOptions = {},
): AsyncGenerator<readonly Frame[], void> {
  const reader = new SSEReader(bytes, options);
  try {
    for (let frames = await reader.read(); frames; frames = await reader.read()) {
      if (frames.length > 0) yield frames;
    }
  } finally {
    reader.close();
  }
}
