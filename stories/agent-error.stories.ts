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
