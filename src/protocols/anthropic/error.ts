import type { AgentChatErrorType } from '../../core/error.ts';
import type { ErrorEvent } from '../../core/event.ts';
import { isRecord } from '../../core/is-record.ts';
import type { Fields } from './frame.ts';

/** What kinds of failure Anthropic names, what they are here, and whether asking again may help. */
const KINDS: ReadonlyMap<unknown, readonly [AgentChatErrorType, boolean, number?]> = new Map<
  unknown,
  readonly [AgentChatErrorType, boolean, number?]
>([
  ['overloaded_error', ['provider_overloaded', true, 529]],
  ['rate_limit_error', ['rate_limit_error', true, 429]],
  ['api_error', ['provider_error', true, 500]],
  ['timeout_error', ['provider_timeout', true, 504]],
  ['invalid_request_error', ['validation_error', false, 400]],
  ['request_too_large', ['validation_error', false, 413]],
  ['authentication_error', ['authentication_error', false, 401]],
  ['billing_error', ['quota_exceeded_error', false, 402]],
  ['permission_error', ['permission_error', false, 403]],
  ['not_found_error', ['not_found_error', false, 404]],
  ['conflict_error', ['conflict_error', false, 409]],
]);

/** The failure that `{type: 'error', error: {type, message}, request_id?}` tells of. */
export function errorOf(frame: Fields, model: string | undefined): ErrorEvent {
  const { type, message } = isRecord(frame['error']) ? frame['error'] : {};
  const [errorType, retryable, statusCode] = KINDS.get(type) ?? ['provider_error', true];
  const { request_id: requestId } = frame;
  return {
    type: 'error',
    errorType,
    message: typeof message === 'string' && message ? message : 'The model could not answer.',
    source: 'provider',
    retryable,
    ...(typeof type === 'string' && { code: type }),
    provider: {
      name: 'anthropic',
      ...(model !== undefined && { model }),
      ...(statusCode !== undefined && { statusCode }),
      ...(typeof requestId === 'string' && { requestId }),
    },
  };
}
