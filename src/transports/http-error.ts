import { AgentChatError, type AgentChatErrorType } from '../core/error.ts';
import { isRecord } from '../core/is-record.ts';

/** How much of an error body is read. Bytes. */
const MAX_BODY = 16_384;
/** How much of its message is shown. Characters. */
const MAX_MESSAGE = 500;

const TYPES: ReadonlyMap<number, AgentChatErrorType> = new Map([
  [400, 'validation_error'],
  [401, 'authentication_error'],
  [402, 'quota_exceeded_error'],
  [403, 'permission_error'],
  [404, 'not_found_error'],
  [409, 'conflict_error'],
  [410, 'not_found_error'],
  [413, 'validation_error'],
  [422, 'validation_error'],
  [429, 'rate_limit_error'],
  [503, 'provider_overloaded'],
  [504, 'provider_timeout'],
  [529, 'provider_overloaded'],
]);

/**
 * The error that a response with a failure status tells of. The message is the server's own where it sent one
 * as JSON (`{error, message?, code?}` or `{error: {code, message}}`), otherwise one for the status: a body
 * that is a page or a trace is not shown.
 */
export async function errorFromResponse(response: Response): Promise<AgentChatError> {
  const { status } = response;
  const said = await readError(response);
  return new AgentChatError(said.message ?? `The server answered with status ${status}.`, {
    type: TYPES.get(status) ?? (status >= 500 ? 'internal_error' : 'unknown_error'),
    source: 'platform',
    retryable: status === 408 || status === 425 || status === 429 || status >= 500,
    retryAfter: retryAfter(response.headers.get('Retry-After')),
    code: said.code ?? `http-${status}`,
  });
}

async function readError(response: Response): Promise<{ message?: string; code?: string }> {
  try {
    const body: unknown = JSON.parse(await readCapped(response));
    if (!isRecord(body)) return {};
    const inner = isRecord(body['error']) ? body['error'] : body;
    const message = [inner['message'], body['error'], body['detail']].find(
      (text) => typeof text === 'string',
    );
    const code = inner['code'];
    return {
      ...(typeof message === 'string' && message ? { message: message.slice(0, MAX_MESSAGE) } : {}),
      ...(typeof code === 'string' && code ? { code } : {}),
    };
  } catch {
    return {};
  }
}

async function readCapped(response: Response): Promise<string> {
  const reader = response.body?.getReader();
  if (!reader) return '';
  const decoder = new TextDecoder();
  let text = '';
  for (let bytes = 0; bytes < MAX_BODY; ) {
    const { done, value } = await reader.read();
    if (done) return text;
    bytes += value.byteLength;
    text += decoder.decode(value, { stream: true });
  }
  await reader.cancel();
  return text;
}

/** Seconds out of the header, which may also be a date. */
function retryAfter(header: string | null): number | undefined {
  if (!header) return undefined;
  const seconds = /^\d+$/.test(header) ? Number(header) : Math.ceil((Date.parse(header) - Date.now()) / 1000);
  return Number.isFinite(seconds) ? Math.max(0, seconds) : undefined;
}
