import type { StreamEvent } from '../core/event.ts';
import { generateId } from '../core/generate-id.ts';
import type { EventLog } from './event-log.ts';
import { BadRequestError } from './request.ts';
import { sseBlock } from './sse.ts';

interface LiveRun {
  readonly abort: AbortController;
  /** Resolves once the log knows the stream. */
  readonly known: Promise<void>;
  readers: number;
  /** Ends a run that nobody reads any more. */
  leaving: ReturnType<typeof setTimeout> | undefined;
}

/**
 * Runs whose events go to a log, and readers who read the log: a reader may leave and come back, and several
 * may read the same run. An event's id is `<stream>.<position>`; clients need not know that.
 */
export class ResumableRuns {
  readonly #log: EventLog;
  readonly #patience: number;
  readonly #live = new Map<string, LiveRun>();
  readonly #onError: (error: unknown) => void;

  /** `patience` is how long a run goes on without a reader, in milliseconds; `onError` hears of a log that fails. */
  constructor(log: EventLog, patience: number, onError: (error: unknown) => void) {
    this.#log = log;
    this.#patience = patience;
    this.#onError = onError;
  }

  /** Starts a run; its stream can be read at once. */
  begin(run: (signal: AbortSignal) => AsyncIterable<StreamEvent>): string {
    const streamId = generateId();
    let isKnown = (): void => {};
    const known = new Promise<void>((resolve) => {
      isKnown = resolve;
    });
    const live: LiveRun = { abort: new AbortController(), known, readers: 0, leaving: undefined };
    this.#live.set(streamId, live);
    this.#record(streamId, live, run(live.abort.signal), isKnown).catch(this.#onError);
    return streamId;
  }

  /** The stream after the event with that id, as SSE. Throws {@link BadRequestError} where the id is none. */
  resume(eventId: string, signal: AbortSignal): AsyncIterable<string> {
    const { streamId, position } = parseEventId(eventId);
    return this.read(streamId, position, signal);
  }

  async *read(streamId: string, position: number, signal: AbortSignal): AsyncGenerator<string, void> {
    const live = this.#live.get(streamId);
    if (live) {
      live.readers += 1;
      clearTimeout(live.leaving);
    }
    try {
      if (live) await unlessAborted(live.known, signal);
      for await (const { position: at, event } of this.#log.read(streamId, position, signal)) {
        yield sseBlock(event, `${streamId}.${at}`);
      }
    } finally {
      if (live) {
        live.readers -= 1;
        // A run that is over needs nobody's patience.
        if (live.readers === 0 && this.#live.has(streamId)) {
          live.leaving = setTimeout(() => live.abort.abort(), this.#patience);
        }
      }
    }
  }

  /** Ends the run that said the event with that id. */
  stop(eventId: string): void {
    this.#live.get(parseEventId(eventId).streamId)?.abort.abort();
  }

  async #record(
    streamId: string,
    live: LiveRun,
    events: AsyncIterable<StreamEvent>,
    isKnown: () => void,
  ): Promise<void> {
    try {
      for await (const event of events) {
        if (live.abort.signal.aborted) break;
        await this.#log.append(streamId, event);
        isKnown();
      }
    } finally {
      this.#live.delete(streamId);
      clearTimeout(live.leaving);
      await this.#log.close(streamId);
      isKnown();
    }
  }
}

/** Resolves with the promise, or as soon as the signal aborts: a reader may leave before there is anything to read. */
function unlessAborted(promise: Promise<void>, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const done = (): void => {
      signal.removeEventListener('abort', done);
      resolve();
    };
    signal.addEventListener('abort', done);
    void promise.then(done);
  });
}

function parseEventId(eventId: string): { streamId: string; position: number } {
  const [, streamId = '', position = ''] = /^(\w{1,64})\.(\d{1,15})$/.exec(eventId) ?? [];
  if (!streamId)
    throw new BadRequestError('`Last-Event-ID` is not an id of this server.', 'invalid-event-id');
  return { streamId, position: Number(position) };
}
