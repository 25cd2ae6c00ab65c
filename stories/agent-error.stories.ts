import { AgentChatError, type ErrorDetails } from 'agent-chat-kit';

export default { title: 'Chat/Error', component: 'agent-error' };

const error = (message: string, details: Partial<ErrorDetails>, canRetry = true) => ({
  render: () =>
    Object.assign(document.createElement('agent-error'), {
      error: new AgentChatError(message, {
        type: 'unknown_error',
        source: 'platform',
        retryable: true,
        ...details,
      }),
      canRetry,
    }),
});

export const RateLimit = error('The model takes ten requests a minute.', {
  type: 'rate_limit_error',
  retryAfter: 20,
});
export const Interrupted = error('The connection ended before the answer was complete.', {
  code: 'stream-interrupted',
});
export const SignIn = error(
  'Your session has expired.',
  { type: 'authentication_error', retryable: false },
  false,
);
export const Offline = error('The server could not be reached.', { code: 'connection-failed' });
export const NotAllowed = error(
  'You may not use this agent.',
  { type: 'permission_error', retryable: false },
  false,
);
export const QuotaUsedUp = error(
  'The quota of this month is used up.',
  { type: 'quota_exceeded_error', retryable: false },
  false,
);
export const Busy = error('The model is overloaded.', { type: 'provider_overloaded', source: 'provider' });
export const Unknown = error('Something failed.', {});
