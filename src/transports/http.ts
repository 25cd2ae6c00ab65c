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

/** Carries runs over HTTP: a request each leg, its events as Server-Sent Events in the response. */
export function createHttpTransport(options: HttpRequestOptions | HttpUrlOptions): Transport {
  const protocol = options.protocol ?? octavus();
  const post = 'url' in options ? poster(options, protocol) : null;

  const respond = post
    ? protocol.encodeDecision &&
      ((decision: ApprovalDecision) => post(protocol.encodeDecision?.(decision) ?? {}))
    : (options as HttpRequestOptions).respond;

  return {
    async *send(request, { signal, messages }: SendContext) {
      const response = await reach(() =>
        post
          ? post(protocol.encode(request, messages), signal)
          : (options as HttpRequestOptions).request(request, { signal }),
      );
      const { maxEventLength } = options;
      yield* readEvents(sseFrames(await accepted(response), { maxEventLength, signal }), protocol.decode());
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

function poster(
  { url, headers, body, credentials = 'same-origin', fetch: doFetch = fetch }: HttpUrlOptions,
  { name }: Protocol,
) {
  const ownHeaders = async () => new Headers(typeof headers === 'function' ? await headers() : headers);
  let renewed: Promise<Headers> | null = null;

  return async (payload: Readonly<Record<string, unknown>>, signal?: AbortSignal): Promise<Response> => {
    const text = stringify({ ...body, ...payload }, name);
    const ask = (own: Headers): Promise<Response> => {
      own.set('Content-Type', 'application/json');
      if (!own.has('Accept')) own.set('Accept', 'text/event-stream');
      return doFetch(url, {
        method: 'POST',
        headers: own,
        credentials,
        body: text,
        ...(signal ? { signal } : {}),
      });
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
): AsyncGenerator<readonly StreamEvent[], void> {
  try {
    for await (const frames of batches) {
      const events: StreamEvent[] = [];
      let failure: unknown;
      for (const frame of frames) {
        if (decoder.ended) break;
        try {
          events.push(...decoder.read(frame));
        } catch (error) {
          failure = frame.truncated ? streamInterrupted() : error;
          break;
        }
      }
      // What came before the bad event still counts.
      if (events.length > 0) yield events;
      if (failure) throw failure;
      if (decoder.ended) return;
    }
  } catch (cause) {
    if (isAbortError(cause) || AgentChatError.isInstance(cause)) throw cause;
    if (cause instanceof EventTooLongError) throw malformed(cause.message, 'event-too-long', cause);
    throw streamInterrupted(cause);
  }
}
