import { AgentChatError } from './error.ts';

/** Too many requests, or a used-up quota: later, or with another plan. */
export function isRateLimitError(error: unknown): error is AgentChatError {
  return isOfType(error, 'rate_limit_error') || isQuotaExceededError(error);
}

export function isQuotaExceededError(error: unknown): error is AgentChatError {
  return isOfType(error, 'quota_exceeded_error');
}

/** Not signed in, or not allowed. */
export function isAuthenticationError(error: unknown): error is AgentChatError {
  return isOfType(error, 'authentication_error') || isOfType(error, 'permission_error');
}

/** The model's provider failed, whatever the way. */
export function isProviderError(error: unknown): error is AgentChatError {
  return AgentChatError.isInstance(error) && error.source === 'provider';
}

export function isToolError(error: unknown): error is AgentChatError {
  return AgentChatError.isInstance(error) && (error.source === 'tool' || error.type === 'tool_error');
}

export function isValidationError(error: unknown): error is AgentChatError {
  return isOfType(error, 'validation_error');
}

/** The same request may succeed later. */
export function isRetryableError(error: unknown): error is AgentChatError {
  return AgentChatError.isInstance(error) && error.retryable;
}

function isOfType(error: unknown, type: string): error is AgentChatError {
  return AgentChatError.isInstance(error) && error.type === type;
}
