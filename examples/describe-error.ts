import { type AgentChatError, isRateLimitError } from 'agent-chat-kit';

/** An error in words for the visitor: what happened, and what can be done. */
export function describeError(error: AgentChatError): { readonly title: string; readonly text: string } {
  const { code, message, retryAfter } = error;
  if (code === 'stream-interrupted') return { title: 'The answer was cut off', text: message };
  const wait = retryAfter ? ` Try again in ${retryAfter} seconds.` : '';
  return {
    title: isRateLimitError(error) ? 'Too many requests' : 'Something went wrong',
    text: message + wait,
  };
}
