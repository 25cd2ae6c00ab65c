import {
  AgentChatError,
  type ErrorDetails,
  isAuthenticationError,
  isProviderError,
  isQuotaExceededError,
  isRateLimitError,
  isRetryableError,
  isToolError,
  isValidationError,
} from 'agent-chat-kit';
import { describe, expect, it } from 'vitest';

const details: ErrorDetails = { type: 'unknown_error', source: 'platform', retryable: false };
const error = (told: Partial<ErrorDetails>) => new AgentChatError('Said so.', { ...details, ...told });

const guards = {
  isAuthenticationError,
  isProviderError,
  isQuotaExceededError,
  isRateLimitError,
  isRetryableError,
  isToolError,
  isValidationError,
};

describe('a guard', () => {
  it.each([
    ['rate_limit_error', ['isRateLimitError']],
    ['quota_exceeded_error', ['isQuotaExceededError', 'isRateLimitError']],
    ['authentication_error', ['isAuthenticationError']],
    ['permission_error', ['isAuthenticationError']],
    ['validation_error', ['isValidationError']],
    ['tool_error', ['isToolError']],
    ['internal_error', []],
    ['invented_error', []],
  ])('knows an error by its type: %s', (type, expected) => {
    const holding = Object.entries(guards).filter(([, guard]) => guard(error({ type })));
    expect(holding.map(([name]) => name)).toEqual(expected);
  });

  it('knows who failed, and whether to try again', () => {
    expect(isProviderError(error({ source: 'provider' }))).toBe(true);
    expect(isToolError(error({ source: 'tool' }))).toBe(true);
    expect(isRetryableError(error({ retryable: true }))).toBe(true);
    expect(isProviderError(error({})) || isToolError(error({})) || isRetryableError(error({}))).toBe(false);
  });

  it.each([null, undefined, 'rate_limit_error', { type: 'rate_limit_error' }, new Error('rate_limit_error')])(
    'takes nothing else for an error of this library: %s',
    (value) => {
      for (const guard of Object.values(guards)) expect(guard(value)).toBe(false);
    },
  );
});

describe('an error', () => {
  it('of another copy of this library is known', () => {
    const foreign = Object.assign(new Error('Said so.'), { ...details, mark: 'agent-chat-kit.error' });
    expect(AgentChatError.isInstance(foreign)).toBe(true);
    expect(isRetryableError(foreign)).toBe(false);
  });

  it('is JSON without what caused it', () => {
    const caused = new AgentChatError('Said so.', { ...details, retryAfter: 3, cause: new Error('hunter2') });
    const json = JSON.stringify(caused);
    expect(JSON.parse(json)).toEqual({
      name: 'AgentChatError',
      message: 'Said so.',
      ...details,
      retryAfter: 3,
    });
    expect(json).not.toContain('hunter2');
    expect(caused.errorType).toBe('unknown_error');
  });
});
