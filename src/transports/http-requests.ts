import { AgentChatError, connectionFailed, isAbortError, malformed } from '../core/error.ts';
import type { Protocol } from '../protocols/protocol.ts';
import { errorFromResponse } from './http-error.ts';

export interface HttpRequestsOptions {
  readonly url: string | URL;
  /** A function is asked anew for every request, and once more when the server answers 401. */
  readonly headers?: HeadersInit | (() => HeadersInit | Promise<HeadersInit>) | undefined;
  readonly credentials?: RequestCredentials | undefined;
  readonly fetch?: typeof fetch | undefined;
}

/** The requests that are made of one address. */
export class HttpRequests {
  readonly #options: HttpRequestsOptions;
  readonly #protocol: Pick<Protocol, 'headers' | 'assertAllowed'>;
  #renewed: Promise<Headers> | null = null;

  /** The application's own headers win over those of the protocol. */
  constructor(options: HttpRequestsOptions, protocol: Pick<Protocol, 'headers' | 'assertAllowed'> = {}) {
    this.#options = options;
    this.#protocol = protocol;
  }

  /** To the endpoint or, with a `path`, below it. */
  post(payload: object, signal?: AbortSignal, path = ''): Promise<Response> {
    const init = { method: 'POST', body: toJson(payload), ...(signal ? { signal } : { keepalive: true }) };
    return this.#request(path, init, { 'Content-Type': 'application/json' });
  }

  /** What the endpoint or, with a `path`, what is below it says after the event with that id. */
  get(path: string, signal: AbortSignal, lastEventId?: string): Promise<Response> {
    return this.#request(path, { signal }, lastEventId === undefined ? {} : { 'Last-Event-ID': lastEventId });
  }

  /** Tells the server something that needs no answer: whether it hears makes no difference here. */
  async tell(payload: object, path = ''): Promise<void> {
    try {
      const response = await this.post(payload, undefined, path);
      await response.body?.cancel();
    } catch {
      // The page goes on as if it had heard.
    }
  }

  async #request(
    path: string,
    init: RequestInit,
    needed: Readonly<Record<string, string>>,
  ): Promise<Response> {
    const { headers, credentials = 'same-origin', fetch: doFetch = fetch } = this.#options;
    const url = path ? below(`${this.#options.url}`, path) : this.#options.url;
    // What the page adds to prove who it is must not travel on to wherever a server points.
    const redirect = headers || credentials === 'include' ? 'manual' : 'follow';
    const ask = async (own: Headers): Promise<Response> => {
      for (const [header, value] of Object.entries(needed)) own.set(header, value);
      for (const [header, value] of Object.entries({
        Accept: 'text/event-stream',
        ...this.#protocol.headers,
      })) {
        if (!own.has(header)) own.set(header, value);
      }
      this.#protocol.assertAllowed?.(new URL(url, globalThis.location?.href), own);
      const response = await doFetch(url, { ...init, headers: own, credentials, redirect });
      const isRedirect = response.type === 'opaqueredirect' || Math.trunc(response.status / 100) === 3;
      if (redirect === 'follow' || !isRedirect) return response;
      await response.body?.cancel();
      throw new AgentChatError('The server redirected the request. Give the address that it leads to.', {
        type: 'permission_error',
        source: 'client',
        retryable: false,
        code: 'redirect-refused',
      });
    };
    const response = await ask(await this.#headers());
    if (response.status !== 401 || typeof headers !== 'function') return response;
    // A token that was refused is asked for once more, and by one request for all that wait.
    await response.body?.cancel();
    this.#renewed ??= this.#headers().finally(() => {
      this.#renewed = null;
    });
    return ask(new Headers(await this.#renewed));
  }

  async #headers(): Promise<Headers> {
    const { headers } = this.#options;
    return new Headers(typeof headers === 'function' ? await headers() : headers);
  }
}

function toJson(payload: object): string {
  try {
    return JSON.stringify(payload);
  } catch (cause) {
    throw new AgentChatError('The request cannot be written as JSON.', {
      type: 'validation_error',
      source: 'client',
      retryable: false,
      code: 'request-not-json',
      cause,
    });
  }
}

/** The address of what is below an endpoint; what a path asks for is added to what the endpoint asks for. */
function below(endpoint: string, path: string): string {
  const [address = '', fragment] = endpoint.split('#', 2);
  const [place = '', query] = address.split('?', 2);
  const [name, more] = path.split('?', 2);
  const asked = [query, more].filter(Boolean).join('&');
  return `${name ? `${place.replace(/\/$/, '')}/${name}` : place}${asked && `?${asked}`}${fragment ? `#${fragment}` : ''}`;
}

/** The response, or a typed error where none came. */
export async function reach(request: () => Promise<Response>): Promise<Response> {
  try {
    return await request();
  } catch (cause) {
    if (isAbortError(cause) || AgentChatError.isInstance(cause)) throw cause;
    throw connectionFailed(undefined, cause);
  }
}

/** Whether it answers with one JSON document, and not with a stream or a failure. */
export function isDocument(response: Response): boolean {
  return response.ok && mediaTypeOf(response) === 'application/json';
}

function mediaTypeOf(response: Response): string {
  return response.headers.get('Content-Type')?.split(';')[0]?.trim().toLowerCase() ?? '';
}

/** The bytes of an event stream, or a typed error for anything else. */
export async function eventStreamOf(response: Response): Promise<ReadableStream<Uint8Array>> {
  if (!response.ok) throw await errorFromResponse(response);
  const mediaType = mediaTypeOf(response);
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
