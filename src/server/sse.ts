import { FAILED } from '../core/agent.ts';
import type { StreamEvent } from '../core/event.ts';

export interface SSEStreamOptions {
  /** How often a comment shows that the connection lives. Milliseconds; 15,000 unless told, 0 for never. */
  readonly heartbeat?: number | undefined;
  /** Called when the reader goes away before the end. */
  readonly onCancel?: (() => void) | undefined;
}

/** The headers that keep an event stream from being cached, buffered or compressed on its way. */
export const SSE_HEADERS: Readonly<Record<string, string>> = {
  'Content-Type': 'text/event-stream; charset=utf-8',
  'Cache-Control': 'no-cache, no-transform',
  'X-Accel-Buffering': 'no',
  'X-Content-Type-Options': 'nosniff',
};

/**
 * Events as the bytes of an event stream: `data: <JSON>` each, `data: [DONE]` at the end. An event is taken
 * only when the reader wants one, and the source is closed when the reader goes away. A source that throws
 * ends the stream with an `error` event and no `[DONE]`; what it threw is not written.
 */
export function toSSEStream(
  events: AsyncIterable<StreamEvent>,
  options: SSEStreamOptions = {},
): ReadableStream<Uint8Array> {
  return sseBytes(events, (event) => sseBlock(event), options);
}

/** One event as it stands in a stream; with an id, a reader can go on after it. */
export function sseBlock(event: StreamEvent, id?: string): string {
  return `${id === undefined ? '' : `id: ${id}\n`}data: ${JSON.stringify(event)}\n\n`;
}

/**
 * The blocks of a stream as bytes, with heartbeats between and `[DONE]` at the end. One that is `announced` begins
 * with a heartbeat: whoever reads knows then that silence means something.
 */
export function sseBytes<T>(
  items: AsyncIterable<T>,
  toBlock: (item: T) => string,
  { heartbeat = 15_000, onCancel }: SSEStreamOptions = {},
  announced = false,
): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  const source = items[Symbol.asyncIterator]();
  let timer: ReturnType<typeof setInterval> | undefined;
  return new ReadableStream({
    start(controller) {
      if (heartbeat > 0) {
        if (announced) controller.enqueue(encoder.encode(': heartbeat\n\n'));
        timer = setInterval(() => {
          // A reader that is behind has bytes to read; there is no need to queue signs of life for it.
          if ((controller.desiredSize ?? 0) > 0) controller.enqueue(encoder.encode(': heartbeat\n\n'));
        }, heartbeat);
      }
    },
    async pull(controller) {
      let block: string;
      let last = true;
      try {
        const { done, value } = await source.next();
        block = done ? 'data: [DONE]\n\n' : toBlock(value);
        last = done === true;
      } catch {
        block = sseBlock(FAILED);
        // It may have been the event that failed, not its source.
        source.return?.().catch(() => {});
      }
      controller.enqueue(encoder.encode(block));
      if (!last) return;
      clearInterval(timer);
      controller.close();
    },
    async cancel() {
      clearInterval(timer);
      onCancel?.();
      await source.return?.();
    },
  });
}
