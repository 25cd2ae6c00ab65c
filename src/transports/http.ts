import {
  AgentChatError,
  connectionFailed,
  isAbortError,
  malformed,
  streamInterrupted,
} from '../core/error.ts';
import type { StreamEvent } from '../core/event.ts';
import type { ApprovalDecision, ChatRequest, SendContext, Transport } from '../core/transport.ts';
import { octavus } from '../protocols/octavus.ts';
import type { Decoder, Protocol } from '../protocols/protocol.ts';
import type { Frame } from '../stream/frame.ts';
import { EventTooLongError, sseFrames } from '../stream/sse-frames.ts';
import { backoff, wait } from './backoff.ts';
import { errorFromResponse } from './http-error.ts';

interface CommonOptions {
  /** What the server speaks; the native protocol unless told. */
  readonly protocol?: Protocol | undefined;
  /** Longest single event that is accepted. Characters; 1,048,576 unless told. */
  readonly maxEventLength?: number | undefined;
}

/** The page makes the request itself. The payload is the native one: `trigger` or `continue`. */
export interface HttpRequestOptions extends CommonOptions {
  readonly request: (payload: ChatRequest, options: { readonly signal: AbortSignal }) => Promise<Response>;
  /** Delivers an approval decision; without it there are no approvals. */
  readonly respond?: ((decision: ApprovalDecision) => Promise<Response>) | undefined;
}

/** The transport makes the request: POST to `url` with a JSON body. */
export interface HttpUrlOptions extends CommonOptions {
  readonly url: string | URL;
  /** A function is asked anew for every request, and once more when the server answers 401. */
  readonly headers?: HeadersInit | (() => HeadersInit | Promise<HeadersInit>) | undefined;
  /** Fields that every request body carries, such as a session id. */
  readonly body?: Readonly<Record<string, unknown>> | undefined;
  readonly credentials?: RequestCredentials | undefined;
  readonly fetch?: typeof fetch | undefined;
}

/** How often in a row a stream that was cut off is asked for again. */
const MAX_ATTEMPTS = 6;
/** How many ids are remembered to know what was repeated. */
const MAX_SEEN = 1_000;

/**
 * Carries runs over HTTP: a request each leg, its events as Server-Sent Events in the response. Where the
 * transport makes the requests and the events have ids, a stream that is cut off goes on after the last event
 * that arrived: GET with `Last-Event-ID`. A run that is stopped is then stopped by name.
 */
export function createHttpTransport(options: HttpRequestOptions | HttpUrlOptions): Transport {
  const protocol = options.protocol ?? octavus();
  const server = 'url' in options ? serverAt(options, protocol) : null;

  const canGoOn = (place: Place): boolean =>
    !place.over && place.id !== undefined && protocol.encodeStop !== undefined;
  const respond = server
    ? protocol.encodeDecision &&
      ((decision: ApprovalDecision) => server.post(protocol.encodeDecision?.(decision) ?? {}))
    : (options as HttpRequestOptions).respond;

  return {
    async *send(request, { signal, messages }: SendContext) {
      const response = await reach(() =>
        server
          ? server.post(protocol.encode(request, messages), signal)
          : (options as HttpRequestOptions).request(request, { signal }),
      );
      const place = new Place();
      const decoder = protocol.decode();
      const stop = (): void => {
        const payload = place.id && !place.over && protocol.encodeStop?.(place.id);
        if (server && payload) void server.tell(payload);
      };
      signal.addEventListener('abort', stop, { once: true });
      try {
        let bytes = await accepted(response);
        while (true) {
          const frames = sseFrames(bytes, {
            maxEventLength: options.maxEventLength,
            signal,
            onRetry: (milliseconds) => {
              place.retry = milliseconds;
            },
          });
          try {
            yield* readEvents(frames, decoder, place);
            if (!server || !canGoOn(place)) return;
          } catch (error) {
            if (!server || !canGoOn(place) || !isInterruption(error)) throw error;
          }
          bytes = await server.resume(place, signal);
        }
      } finally {
        signal.removeEventListener('abort', stop);
      }
    },
    ...(respond && {
      async respond(decision: ApprovalDecision) {
        const response = await reach(() => respond(decision));
        if (!response.ok) throw await errorFromResponse(response);
        await response.body?.cancel();
      },
    }),
  };
}

/** How far a stream was read. An event counts once whoever reads has come back for more. */
class Place {
  /** The id of the last event that counts, where the server gives them ids. */
  id: string | undefined;
  /** How long the server wants clients to wait at first. Milliseconds. */
  retry: number | undefined;
  /** Whether an event said that the leg is over. */
  over = false;
  /** How often in a row it was asked for again in vain. */
  attempts = 0;
  readonly #seen = new Set<string>();

  /** False for an event that was seen before: some servers repeat a little. */
  isNew(id: string | undefined): boolean {
    if (id === undefined) return true;
    if (this.#seen.has(id)) return false;
    this.#seen.add(id);
    const [oldest] = this.#seen;
    if (this.#seen.size > MAX_SEEN && oldest !== undefined) this.#seen.delete(oldest);
    return true;
  }

  /** Everything up to this event counts. */
  commit(id: string | undefined): void {
    if (id === undefined) return;
    this.id = id;
    this.attempts = 0;
  }
}

function isInterruption(error: unknown): boolean {
  return AgentChatError.isInstance(error) && error.code === 'stream-interrupted';
}

/** The requests that are made of one address. */
function serverAt(
  { url, headers, body, credentials = 'same-origin', fetch: doFetch = fetch }: HttpUrlOptions,
  { name }: Protocol,
) {
  const ownHeaders = async () => new Headers(typeof headers === 'function' ? await headers() : headers);
  let renewed: Promise<Headers> | null = null;

  const request = async (init: RequestInit, extra: Readonly<Record<string, string>>): Promise<Response> => {
    const ask = (own: Headers): Promise<Response> => {
      for (const [header, value] of Object.entries(extra)) own.set(header, value);
      if (!own.has('Accept')) own.set('Accept', 'text/event-stream');
      return doFetch(url, { ...init, headers: own, credentials });
    };
    const response = await ask(await ownHeaders());
    if (response.status !== 401 || typeof headers !== 'function') return response;
    // A token that was refused is asked for once more, and by one request for all that wait.
    await response.body?.cancel();
    renewed ??= ownHeaders().finally(() => {
      renewed = null;
    });
    return ask(new Headers(await renewed));
  };

  const post = (payload: Readonly<Record<string, unknown>>, signal?: AbortSignal): Promise<Response> => {
    const text = stringify({ ...body, ...payload }, name);
    const init = { method: 'POST', body: text, ...(signal ? { signal } : { keepalive: true }) };
    return request(init, { 'Content-Type': 'application/json' });
  };

  return {
    post,

    /** Tells the server something that needs no answer: whether it hears makes no difference here. */
    tell: (payload: Readonly<Record<string, unknown>>) =>
      post(payload).then(
        (response) => response.body?.cancel(),
        () => {},
      ),

    /** The bytes after the place. Throws where they are gone, or the server was asked often enough. */
    async resume(place: Place, signal: AbortSignal): Promise<ReadableStream<Uint8Array>> {
      let cause: unknown;
      let delay: number | undefined;
      while (place.attempts < MAX_ATTEMPTS) {
        await wait(delay ?? backoff(place.attempts, place.retry), signal);
        place.attempts += 1;
        try {
          return await accepted(
            await reach(() => request({ method: 'GET', signal }, { 'Last-Event-ID': place.id ?? '' })),
          );
        } catch (error) {
          if (isAbortError(error)) throw error;
          cause = error;
          if (!AgentChatError.isInstance(error) || !error.retryable || error.type === 'protocol_error') break;
          delay = error.retryAfter === undefined ? undefined : error.retryAfter * 1_000;
        }
      }
      throw streamInterrupted(cause);
    },
  };
}

function stringify(payload: object, protocol: string): string {
  try {
    return JSON.stringify(payload);
  } catch (cause) {
    throw new AgentChatError(`The request cannot be written as JSON for “${protocol}”.`, {
      type: 'validation_error',
      source: 'client',
      retryable: false,
      code: 'request-not-json',
      cause,
    });
  }
}

/** The response, or a typed error where none came. */
async function reach(request: () => Promise<Response>): Promise<Response> {
  try {
    return await request();
  } catch (cause) {
    if (isAbortError(cause) || AgentChatError.isInstance(cause)) throw cause;
    throw connectionFailed(undefined, cause);
  }
}

/** The bytes of an event stream, or a typed error for anything else. */
async function accepted(response: Response): Promise<ReadableStream<Uint8Array>> {
  if (!response.ok) throw await errorFromResponse(response);
  const mediaType = response.headers.get('Content-Type')?.split(';')[0]?.trim().toLowerCase() ?? '';
  if (mediaType && mediaType !== 'text/event-stream') {
    await response.body?.cancel();
    throw malformed(
      `The server answered with “${mediaType}”, not with an event stream.`,
      'not-an-event-stream',
    );
  }
  if (!response.body) throw malformed('The server answered without a body.', 'empty-body');
  return response.body;
}

async function* readEvents(
  batches: AsyncIterable<readonly Frame[]>,
  decoder: Decoder,
  place: Place,
): AsyncGenerator<readonly StreamEvent[], void> {
  try {
    for await (const frames of batches) {
      const events: StreamEvent[] = [];
      let last: string | undefined;
      let failure: unknown;
      for (const frame of frames) {
        if (decoder.ended) break;
        if (!place.isNew(frame.id)) continue;
        try {
          events.push(...decoder.read(frame));
          last = frame.id ?? last;
        } catch (error) {
          failure = frame.truncated ? streamInterrupted() : error;
          break;
        }
      }
      place.over ||=
        decoder.ended || events.some((event) => event.type === 'finish' || event.type === 'error');
      // What came before the bad event still counts.
      if (events.length > 0) yield events;
      place.commit(last);
      if (failure) throw failure;
      if (decoder.ended) return;
    }
  } catch (cause) {
    if (isAbortError(cause) || AgentChatError.isInstance(cause)) throw cause;
    if (cause instanceof EventTooLongError) throw malformed(cause.message, 'event-too-long', cause);
    throw streamInterrupted(cause);
  }
}
