import { AgentChatError, connectionFailed, isAbortError } from '../core/error.ts';
import { isRecord } from '../core/is-record.ts';
import { MAX_BODY_LENGTH, readJSON, refusal } from './read-json.ts';
import { BadRequestError } from './request.ts';
import { SSE_HEADERS } from './sse.ts';
import { cleaned, without } from './without.ts';

/** What a proxy has to know of the words of an agent. Every protocol of `agent-chat-kit/protocols` will do. */
export interface ProxiedProtocol {
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

export interface ProxyAgentOptions {
  /** The address of the agent. */
  readonly url: string | URL;
  /** What lets this server in, such as a key. A function is asked anew for every request. */
  readonly headers?: HeadersInit | (() => HeadersInit | Promise<HeadersInit>) | undefined;
  /** What the page speaks with the agent; its headers are added. */
  readonly protocol?: ProxiedProtocol | undefined;
  /** Fields that every request has, whatever the page says: the model, and how much it may say. */
  readonly body?: Readonly<Record<string, unknown>> | undefined;
  /**
   * The path under which this handler is reached, such as `/agent`: with it, a run can also be gone on with and ended
   * by its own address below.
   */
  readonly path?: string | undefined;
  readonly fetch?: typeof fetch | undefined;
  /** Longest request body. Bytes; 4,194,304 unless told. */
  readonly maxBodyLength?: number | undefined;
  /** Told what failed, without what lets this server in. */
  readonly onError?: ((error: AgentChatError) => void) | undefined;
}

/** One run or session, and what is done with it. */
const BELOW = /^\/([\w-]{1,200}(?:\/(?:cancel|stream))?)$/;
/** Longest message of a failure that is passed on. Characters. */
const MAX_MESSAGE = 500;
/** Longest body of a failure that is read. Characters. */
const MAX_FAILURE = 65_536;

/**
 * Passes what a page asks on to an agent that wants a key, and the answer back as it comes. The key stays here: no
 * header of the agent's answer but its type is passed on, and where the answer repeats the key it is taken out. Whoever
 * can reach this handler uses the key: check who asks before it.
 */
export function proxyAgent(options: ProxyAgentOptions): (request: Request) => Promise<Response> {
  const { protocol, body, maxBodyLength = MAX_BODY_LENGTH, fetch: doFetch = fetch, onError } = options;

  return async (request) => {
    let secrets: readonly string[] = [];
    try {
      const { headers } = options;
      const own = new Headers(typeof headers === 'function' ? await headers() : headers);
      secrets = secretsOf(own);
      const url = addressOf(request, options);
      const isRead = request.method === 'GET' && `${url}` !== `${new URL(options.url)}`;
      const asked = isRead ? undefined : await readJSON(request, maxBodyLength);
      if (!isRead && !isRecord(asked)) throw new BadRequestError('The body must be a JSON object.');
      for (const [name, value] of Object.entries({ Accept: 'text/event-stream', ...protocol?.headers })) {
        if (!own.has(name)) own.set(name, value);
      }
      const lastEventId = request.headers.get('Last-Event-ID');
      if (lastEventId) own.set('Last-Event-ID', lastEventId);
      if (!isRead) own.set('Content-Type', 'application/json');
      const response = await doFetch(url, {
        method: request.method,
        headers: own,
        // Where a server points, a key must not follow.
        redirect: 'manual',
        signal: request.signal,
        ...(isRead ? {} : { body: JSON.stringify({ ...(asked as object), ...body }) }),
      });
      if (response.ok) return passedOn(response, secrets);
      const failure = await failureOf(response, secrets);
      onError?.(failure.error);
      return failure.response;
    } catch (cause) {
      if (cause instanceof BadRequestError) return refusal(cause);
      if (!isAbortError(cause)) {
        // Not the cause: what a connection failed with may tell what it was made with.
        onError?.(connectionFailed('The agent could not be reached.'));
      }
      return refusal(new BadRequestError('The agent could not be reached.', 'agent-unreachable', 502));
    }
  };
}

/** Everything of the headers that must not be seen: values, and what follows a scheme such as `Bearer`. */
function secretsOf(headers: Headers): string[] {
  const values = [...headers.values()].flatMap((value) => [value, value.replace(/^\S+\s+/, '')]);
  // A word that is part of every answer is no secret.
  return [...new Set(values)].filter((value) => value.length >= 8);
}

function addressOf(request: Request, { url, path }: ProxyAgentOptions): URL {
  const target = new URL(url);
  if (path === undefined) return target;
  const { pathname, searchParams } = new URL(request.url);
  const rest = pathname.startsWith(path) ? pathname.slice(path.replace(/\/$/, '').length) : '';
  if (rest === '' || rest === '/') return target;
  const below = BELOW.exec(rest)?.[1];
  if (below === undefined) throw new BadRequestError('There is nothing at this address.', 'not-found', 404);
  target.pathname = `${target.pathname.replace(/\/$/, '')}/${below}`;
  for (const [name, value] of searchParams) target.searchParams.set(name, value);
  return target;
}

function passedOn({ status, headers, body }: Response, secrets: readonly string[]): Response {
  const kept = new Headers(SSE_HEADERS);
  const mediaType = headers.get('Content-Type');
  if (mediaType) kept.set('Content-Type', mediaType);
  else kept.delete('Content-Type');
  return new Response(body && without(body, secrets), { status, headers: kept });
}

/** What the page and the operator are told of a failure. That this server was not let in concerns only the operator. */
async function failureOf(response: Response, secrets: readonly string[]) {
  const { status, headers } = response;
  const isRedirect = status === 0 || (status >= 300 && status < 400);
  const isRefused = status === 401 || status === 403 || isRedirect;
  const said = await messageOf(response, secrets);
  const error = new AgentChatError(said ?? `The agent answered with status ${status}.`, {
    type: isRefused ? 'authentication_error' : 'provider_error',
    source: 'provider',
    retryable: status === 429 || status >= 500,
    code: `http-${status}`,
  });
  const kept = new Headers();
  const retryAfter = headers.get('Retry-After');
  if (retryAfter) kept.set('Retry-After', retryAfter);
  const shown = isRefused
    ? { error: 'The agent did not let the server in.', code: 'agent-refused' }
    : { error: error.message, code: error.code };
  return { error, response: Response.json(shown, { status: isRefused ? 502 : status, headers: kept }) };
}

async function messageOf(response: Response, secrets: readonly string[]): Promise<string | undefined> {
  try {
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
    let text = '';
    while (reader && text.length < MAX_FAILURE) {
      const { done, value } = await reader.read();
      if (done) break;
      text += value;
    }
    void reader?.cancel();
    const body: unknown = JSON.parse(text);
    const inner = isRecord(body) && isRecord(body['error']) ? body['error'] : body;
    const message = isRecord(inner) ? (inner['message'] ?? inner['error'] ?? inner['detail']) : undefined;
    if (typeof message !== 'string') return undefined;
    return cleaned(message, secrets).slice(0, MAX_MESSAGE);
  } catch {
    return undefined;
  }
}
