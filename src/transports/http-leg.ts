import { AgentChatError, isAbortError, malformed, streamInterrupted } from '../core/error.ts';
import type { StreamEvent } from '../core/event.ts';
import type { EventStream } from '../core/transport.ts';
import type { Decoder, Protocol } from '../protocols/protocol.ts';
import type { Frame } from '../stream/frame.ts';
import { EventTooLongError, SSEReader } from '../stream/sse-frames.ts';
import { backoff, wait } from './backoff.ts';
import { errorFromResponse } from './http-error.ts';
import { eventStreamOf, isDocument, reach } from './http-requests.ts';
import type { Place } from './place.ts';
import { noAnswer, Watchdog } from './watchdog.ts';

/** How often in a row something is asked for again. */
const MAX_ATTEMPTS = 6;

/** Makes a request; how it ends before its answer is the signal's to say. */
export type Ask = (signal: AbortSignal) => Promise<Response>;

export interface HttpLegOptions {
  readonly protocol: Protocol;
  readonly signal: AbortSignal;
  readonly place: Place;
  /** Asks again for a stream that was cut off; undefined where it cannot be had again. */
  readonly again: () => Ask | undefined;
  /** Called once when the leg is given up before its end. */
  readonly onAbort: () => void;
  /** Whether the stream is being asked for again. */
  readonly onReconnecting: (reconnecting: boolean) => void;
  readonly maxEventLength?: number | undefined;
  readonly idleTimeout: number;
}

/**
 * The response, asked for again where that may help and `mayRepeat`; not at once where this is a second time
 * already. Throws `AgentChatError`.
 */
export async function persist(
  ask: Ask,
  {
    place,
    signal,
    onReconnecting,
    idleTimeout,
  }: Pick<HttpLegOptions, 'place' | 'signal' | 'onReconnecting' | 'idleTimeout'>,
  mayRepeat: boolean,
  isRepeated = false,
): Promise<Response> {
  let delay = isRepeated ? backoff(place.attempts, place.retry) : undefined;
  try {
    while (true) {
      if (delay !== undefined) {
        onReconnecting(true);
        await wait(delay, signal);
        place.attempts += 1;
      }
      try {
        const response = await reach(() => inTime(ask, signal, place.alive ? idleTimeout : 0));
        if (mayRepeat && isTemporary(response.status)) throw await errorFromResponse(response);
        return response;
      } catch (error) {
        const { retryable, retryAfter } = AgentChatError.from(error);
        const inVain = !mayRepeat || !retryable || place.attempts >= MAX_ATTEMPTS;
        if (isAbortError(error) || inVain) throw error;
        // Not all at the same moment, also where the server tells all of them the same.
        delay = (retryAfter ?? 0) * 1_000 + backoff(place.attempts, place.retry);
      }
    }
  } finally {
    if (delay !== undefined) onReconnecting(false);
  }
}

/** The answer, unless it takes longer to begin: a server that is gone without a word does not refuse. 0 for any time. */
async function inTime(ask: Ask, signal: AbortSignal, limit: number): Promise<Response> {
  if (limit === 0) return ask(signal);
  const abort = new AbortController();
  const stop = (): void => abort.abort(signal.reason);
  const watchdog = new Watchdog(limit, () => abort.abort(noAnswer()));
  // Stays: what aborts the request afterwards is the end of its body.
  signal.addEventListener('abort', stop, { once: true });
  if (signal.aborted) stop();
  watchdog.arm();
  try {
    return await ask(abort.signal);
  } finally {
    watchdog.stop();
  }
}

function isTemporary(status: number): boolean {
  return status === 408 || status === 425 || status === 429 || status >= 500;
}

/**
 * The events of one leg, whose stream goes on where it was cut off as long as it can be had again. What cannot
 * be had any more is told by a `discontinuity` event, the last one. One generator and one `await` for each piece
 * that arrives: what is done here is done for every piece of every answer.
 */
export async function* readLeg(first: () => Promise<Response>, options: HttpLegOptions): EventStream {
  const { protocol, signal, place, again, onAbort, maxEventLength, idleTimeout } = options;
  let decoder = protocol.decode();
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    for (let response = await first(); ; ) {
      const silence = new AbortController();
      const giveUp = (): void => silence.abort();
      signal.addEventListener('abort', giveUp, { once: true });
      const watchdog = new Watchdog(idleTimeout, giveUp);
      let reader: Pick<SSEReader, 'read' | 'close'> | undefined;
      try {
        reader =
          protocol.readsDocuments && isDocument(response)
            ? new (await import('./document-reader.ts')).DocumentReader(response)
            : new SSEReader(await eventStreamOf(response), {
                maxEventLength,
                signal: silence.signal,
                onBytes: () => watchdog.heard(),
                onComment: () => {
                  if (idleTimeout === 0) return;
                  place.alive = true;
                  watchdog.arm();
                },
                onRetry: (milliseconds) => {
                  place.retry = milliseconds;
                },
              });
        if (place.alive) watchdog.arm();
        if (signal.aborted) giveUp();
        for (let frames = await reader.read(); frames && !decoder.ended; frames = await reader.read()) {
          const { events, last, failure } = readFrames(frames, decoder, options);
          // What came before the bad event still counts.
          if (events.length > 0) {
            yield events;
            place.commit(last, decoder.rest);
          }
          if (failure) throw failure;
          if (decoder.ended) break;
        }
        const closing = (!place.over && decoder.end?.()) || [];
        if (closing.length > 0) yield noted(closing, place);
      } catch (cause) {
        const error = readingFailed(cause);
        if (place.over || !isInterruption(error) || !again()) throw error;
      } finally {
        reader?.close();
        watchdog.stop();
        signal.removeEventListener('abort', giveUp);
      }
      const ask = again();
      if (place.over || signal.aborted || !ask) return;
      // Answers without an event are no answers: they come to an end too.
      if (place.attempts >= MAX_ATTEMPTS) throw streamInterrupted();
      // It said that nothing follows, yet the agent has not finished: what comes is another stream.
      if (decoder.ended) decoder = protocol.decode();
      try {
        response = await persist(ask, options, true, true);
      } catch (error) {
        throw isAbortError(error) ? error : streamInterrupted(error);
      }
      const { ok, status } = response;
      // Without content: the run that was found has ended before any of it was read.
      if (status === 204 || (!ok && place.begun && status !== 401 && status !== 403)) {
        await response.body?.cancel();
        yield { type: 'discontinuity' };
        return;
      }
    }
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

function isInterruption(error: unknown): boolean {
  return AgentChatError.isInstance(error) && error.code === 'stream-interrupted';
}

function readingFailed(cause: unknown): unknown {
  if (isAbortError(cause) || AgentChatError.isInstance(cause)) return cause;
  if (cause instanceof EventTooLongError) return malformed(cause.message, 'event-too-long', cause);
  return streamInterrupted(cause);
}

/** The events, after it was noted whether the leg is over with them. */
function noted(events: readonly StreamEvent[], place: Place): readonly StreamEvent[] {
  for (const { type } of events) place.over ||= type === 'finish' || type === 'error';
  return events;
}

/** The events of the frames that were not seen before, the id of the last, and what was wrong with the next. */
function readFrames(
  frames: readonly Frame[],
  decoder: Decoder,
  { place, again }: Pick<HttpLegOptions, 'place' | 'again'>,
) {
  const events: StreamEvent[] = [];
  let last: string | undefined;
  let failure: unknown;
  for (const frame of frames) {
    if (decoder.ended) break;
    if (!place.isNew(frame.id)) continue;
    // Its id may be cut short too: whole, it comes again.
    if (frame.truncated && again()) {
      failure = streamInterrupted();
      break;
    }
    try {
      events.push(...noted(decoder.read(frame), place));
      place.take(frame.id);
      last = frame.id ?? last;
    } catch (error) {
      failure = frame.truncated ? streamInterrupted() : error;
      break;
    }
  }
  return { events, last, failure };
}
