import type { StreamEvent } from '../core/event.ts';

/** An event and where it stands in its stream: 1 is the first. */
export interface LoggedEvent {
  readonly position: number;
  readonly event: StreamEvent;
}

/** Keeps the events of running streams, so that a reader who was cut off can go on. May be a shared store. */
export interface EventLog {
  /** Adds an event; a stream begins with its first. */
  append(streamId: string, event: StreamEvent): void | Promise<void>;
  /**
   * The events after `position`, then those that come, until the stream is closed. Throws {@link EvictedError}
   * where they are not kept any more or never were.
   */
  read(streamId: string, position: number, signal: AbortSignal): AsyncIterable<LoggedEvent>;
  /** Nothing follows. */
  close(streamId: string): void | Promise<void>;
}

/** What a reader asks for is not kept any more. */
export class EvictedError extends Error {
  override readonly name = 'EvictedError';
}

export interface MemoryLogOptions {
  /** Events that are kept of one stream; 10,000 unless told. */
  readonly maxEvents?: number | undefined;
  /** Streams that are kept; 1,000 unless told. The oldest goes first. */
  readonly maxStreams?: number | undefined;
  /** How long a stream is kept after its end. Milliseconds; 60,000 unless told. */
  readonly keepFor?: number | undefined;
}

interface Stream {
  readonly events: StreamEvent[];
  /** How many were dropped from its beginning. */
  dropped: number;
  closed: boolean;
  readonly waiting: Set<() => void>;
}

/** A log in the memory of this process. */
export function createMemoryLog(options: MemoryLogOptions = {}): EventLog {
  const { maxEvents = 10_000, maxStreams = 1_000, keepFor = 60_000 } = options;
  const streams = new Map<string, Stream>();

  const wake = ({ waiting }: Stream): void => {
    for (const resume of waiting) resume();
    waiting.clear();
  };
  /** Drops the oldest stream that has ended; where none has, the oldest, whose readers then have all there is. */
  const makeRoom = (): void => {
    const [oldest, stream] =
      [...streams].find(([, { closed }]) => closed) ?? streams.entries().next().value ?? [];
    if (oldest === undefined || !stream) return;
    streams.delete(oldest);
    stream.closed = true;
    wake(stream);
  };
  const open = (streamId: string): Stream => {
    let stream = streams.get(streamId);
    if (!stream) {
      if (streams.size >= maxStreams) makeRoom();
      stream = { events: [], dropped: 0, closed: false, waiting: new Set() };
      streams.set(streamId, stream);
    }
    return stream;
  };

  return {
    append(streamId, event) {
      const stream = open(streamId);
      stream.events.push(event);
      // A quarter at once, so that a long stream does not move its whole memory for every event.
      if (stream.events.length > maxEvents) {
        stream.dropped += stream.events.splice(0, Math.ceil(maxEvents / 4)).length;
      }
      wake(stream);
    },
    async *read(streamId, position, signal) {
      const stream = streams.get(streamId);
      if (!stream) throw new EvictedError('This stream is not kept any more.');
      // One listener for the whole reading, however often it waits.
      const leave = (): void => wake(stream);
      signal.addEventListener('abort', leave, { once: true });
      try {
        for (let at = position; !signal.aborted; ) {
          if (at < stream.dropped) throw new EvictedError('These events are not kept any more.');
          const event = stream.events[at - stream.dropped];
          if (event) {
            at += 1;
            yield { position: at, event };
          } else if (stream.closed) {
            return;
          } else {
            await new Promise<void>((resolve) => stream.waiting.add(resolve));
          }
        }
      } finally {
        signal.removeEventListener('abort', leave);
      }
    },
    close(streamId) {
      const stream = open(streamId);
      stream.closed = true;
      wake(stream);
      setTimeout(() => streams.delete(streamId), keepFor).unref?.();
    },
  };
}
