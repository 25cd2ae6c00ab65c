import type { ErrorEvent } from '../../core/event.ts';
import { isRecord } from '../../core/is-record.ts';
import { wordOf } from './items.ts';

/** What codes and types of errors mean, and whether the same request may succeed later. */
const TYPES: ReadonlyMap<string, readonly [type: string, retryable: boolean]> = new Map([
  ...named('rate_limit_error', true, [
    'rate_limit_exceeded',
    'rate_limit_error',
    'requests',
    'tokens',
    '429',
  ]),
  ...named('quota_exceeded_error', false, [
    'insufficient_quota',
    'usage_limit_reached',
    'usage_not_included',
    'billing_hard_limit_reached',
    '402',
  ]),
  ...named('provider_overloaded', true, [
    'server_is_overloaded',
    'overloaded_error',
    'slow_down',
    '503',
    '529',
  ]),
  ...named('provider_timeout', true, ['vector_store_timeout', 'timeout', '504']),
  ...named('provider_error', true, ['server_error', 'internal_error', 'internal_server_error', '500', '502']),
  ...named('authentication_error', false, ['invalid_api_key', 'authentication_error', '401']),
  ...named('permission_error', false, ['permission_error', 'permission_denied', '403']),
  ...named('not_found_error', false, ['model_not_found', 'not_found_error', 'not_found', '404']),
  ...named('validation_error', false, [
    'invalid_request_error',
    'invalid_request',
    'invalid_prompt',
    'context_length_exceeded',
    'content_filter',
    'bio_policy',
    'cyber_policy',
    'misalignment_policy_violation',
    'data_residency_mismatch',
    'invalid_image',
    'invalid_image_format',
    'invalid_base64_image',
    'invalid_image_url',
    'image_too_large',
    'image_too_small',
    'image_parse_error',
    'image_content_policy_violation',
    'invalid_image_mode',
    'image_file_too_large',
    'unsupported_image_media_type',
    'empty_image_file',
    'failed_to_download_image',
    'image_file_not_found',
    '400',
    '422',
  ]),
]);

function named(type: string, retryable: boolean, codes: readonly string[]) {
  return codes.map((code) => [code, [type, retryable]] as const);
}

const MAX_MESSAGE = 500;

/** The event for an error as a server says it: `{code, type, message}`. */
export function errorEventOf(error: unknown, model: string, response: string): ErrorEvent {
  const { code, type, message, status, resets_in_seconds: wait } = isRecord(error) ? error : {};
  const [errorType, retryable] = TYPES.get(wordOf(code)) ??
    TYPES.get(wordOf(type)) ??
    TYPES.get(wordOf(status)) ?? ['provider_error', true];
  const statusCode = [status, code].find((value) => typeof value === 'number');
  return {
    type: 'error',
    errorType,
    message: typeof message === 'string' && message ? message.slice(0, MAX_MESSAGE) : 'The model failed.',
    source: 'provider',
    retryable,
    ...(typeof code === 'string' && code && { code }),
    ...(typeof wait === 'number' && { retryAfter: wait }),
    provider: {
      name: 'openai',
      ...(model && { model }),
      ...(typeof statusCode === 'number' && { statusCode }),
      ...(response && { requestId: response }),
    },
  };
}
