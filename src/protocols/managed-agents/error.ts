import type { AgentChatErrorType } from '../../core/error.ts';
import type { ErrorEvent } from '../../core/event.ts';
import type { Fields } from '../anthropic/frame.ts';

/** What kinds of failure sessions name, and what they are here; one turn is over with them. */
const KINDS: ReadonlyMap<unknown, AgentChatErrorType> = new Map<unknown, AgentChatErrorType>([
  ['model_overloaded_error', 'provider_overloaded'],
  ['model_rate_limited_error', 'rate_limit_error'],
  ['model_request_failed_error', 'provider_error'],
  ['billing_error', 'quota_exceeded_error'],
  ['mcp_connection_failed_error', 'tool_error'],
  ['mcp_authentication_failed_error', 'tool_error'],
  ['tool_use_limit_reached_error', 'execution_error'],
  ['compaction_limit_reached_error', 'execution_error'],
  ['not_found_error', 'not_found_error'],
]);
const FINAL = new Set<unknown>(['billing_error', 'not_found_error']);

/** The failure that ended a turn, by the last error of the session. */
export function sessionFailure({ type, message }: Fields, code: string): ErrorEvent {
  return {
    type: 'error',
    errorType: KINDS.get(type) ?? 'provider_error',
    message: typeof message === 'string' && message ? message : 'The agent could not finish its answer.',
    source: 'provider',
    retryable: !FINAL.has(type) && code !== 'session-terminated',
    code,
    provider: { name: 'anthropic' },
  };
}
