import { AgentChatError } from './error.ts';
import type { ErrorEvent } from './event.ts';

/** The error that an event tells of. Servers may leave out what they do not know. */
export function fromErrorEvent(event: ErrorEvent): AgentChatError {
  const { type: _, errorType, message, ...told }: Partial<ErrorEvent> = event;
  return new AgentChatError(message ?? '', {
    source: 'platform',
    retryable: false,
    ...told,
    type: errorType ?? 'unknown_error',
  });
}

/** The event that tells a client of this error. */
export function toErrorEvent(error: AgentChatError): ErrorEvent {
  const { type: errorType, message, source, retryable, retryAfter, code, provider, tool } = error;
  return { type: 'error', errorType, message, source, retryable, retryAfter, code, provider, tool };
}
