import type { ErrorEvent } from '../../core/event.ts';
import { isRecord } from '../../core/is-record.ts';

/** How much of a message is shown. Characters. */
const MAX_MESSAGE = 500;

const BY_STATUS: ReadonlyMap<number, string> = new Map([
  [400, 'validation_error'],
  [401, 'authentication_error'],
  [402, 'quota_exceeded_error'],
  [403, 'permission_error'],
  [404, 'not_found_error'],
  [408, 'provider_timeout'],
  [413, 'validation_error'],
  [422, 'validation_error'],
  [429, 'rate_limit_error'],
  [503, 'provider_overloaded'],
  [504, 'provider_timeout'],
  [529, 'provider_overloaded'],
]);

/** What the types and codes of failures have in them, the more telling first. */
const BY_WORD: readonly (readonly [string, string])[] = [
  ['quota', 'quota_exceeded_error'],
  ['rate_limit', 'rate_limit_error'],
  ['overloaded', 'provider_overloaded'],
  ['unavailable', 'provider_overloaded'],
  ['insufficient_system_resource', 'provider_overloaded'],
  ['timeout', 'provider_timeout'],
  ['api_key', 'authentication_error'],
  ['authentication', 'authentication_error'],
  ['permission', 'permission_error'],
  ['not_found', 'not_found_error'],
  ['invalid', 'validation_error'],
  ['context_length', 'validation_error'],
  ['content_filter', 'validation_error'],
];

const RETRYABLE = new Set(['rate_limit_error', 'provider_overloaded', 'provider_timeout', 'provider_error']);

/** Who answered, as far as the stream has told. */
export interface Answerer {
  readonly provider: string | undefined;
  readonly model: string | undefined;
  readonly requestId: string | undefined;
}

/** The failure that a frame tells of, in any of the shapes that servers give it; undefined where it tells of none. */
export function failureIn(
  chunk: Readonly<Record<string, unknown>>,
  choice: Readonly<Record<string, unknown>>,
  event: string | undefined,
): unknown {
  const isFailure = event === 'error' || chunk['object'] === 'error' || chunk['type'] === 'error';
  return [chunk['error'], choice['error'], isFailure && chunk].find(
    (error) => isRecord(error) || (typeof error === 'string' && error !== ''),
  );
}

export function errorEvent(failure: unknown, { provider, model, requestId }: Answerer): ErrorEvent {
  const said = isRecord(failure) ? failure : { message: failure };
  const { message, code, type, status, status_code, retry_after, metadata } = said;
  const statusCode = [code, status, status_code].map(Number).find((value) => value >= 400 && value < 600);
  const words = [type, code]
    .filter((word) => typeof word === 'string')
    .join(' ')
    .toLowerCase();
  const errorType =
    BY_WORD.find(([word]) => words.includes(word))?.[1] ??
    (statusCode === undefined ? undefined : BY_STATUS.get(statusCode)) ??
    'provider_error';
  const name = isRecord(metadata) ? metadata['provider_name'] : undefined;
  return {
    type: 'error',
    errorType,
    message:
      typeof message === 'string' && message !== ''
        ? message.slice(0, MAX_MESSAGE)
        : 'The model could not finish its answer.',
    source: 'provider',
    retryable: RETRYABLE.has(errorType),
    ...(typeof retry_after === 'number' && retry_after >= 0 ? { retryAfter: retry_after } : {}),
    ...(typeof code === 'string' && code !== '' ? { code } : {}),
    provider: {
      name: typeof name === 'string' ? name : (provider ?? 'openai-chat'),
      ...(model === undefined ? {} : { model }),
      ...(statusCode === undefined ? {} : { statusCode }),
      ...(requestId === undefined ? {} : { requestId }),
    },
  };
}
