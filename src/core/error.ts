/** The kinds of failure, named as Octavus names them. A server may send others: they are kept as they are. */
export type AgentChatErrorType =
  | 'authentication_error'
  | 'permission_error'
  | 'validation_error'
  | 'not_found_error'
  | 'conflict_error'
  | 'rate_limit_error'
  | 'quota_exceeded_error'
  | 'provider_error'
  | 'provider_overloaded'
  | 'provider_timeout'
  | 'unsupported_error'
  | 'execution_error'
  | 'tool_error'
  | 'protocol_error'
  | 'internal_error'
  | 'unknown_error'
  | (string & {});

export type ErrorSource = 'platform' | 'provider' | 'tool' | 'client';

/** Everything an {@link AgentChatError} says beside its message. */
export interface ErrorDetails {
  readonly type: AgentChatErrorType;
  readonly source: ErrorSource;
  /** Whether the same request may succeed later. */
  readonly retryable: boolean;
  /** Seconds. */
  readonly retryAfter?: number | undefined;
  /** A stable word for this exact failure, such as `stream-interrupted`. */
  readonly code?: string | undefined;
  readonly provider?:
    | {
        readonly name: string;
        readonly model?: string;
        readonly statusCode?: number;
        readonly requestId?: string;
      }
    | undefined;
  readonly tool?: { readonly name: string; readonly callId?: string } | undefined;
}

const MARK = 'agent-chat-kit.error';

/** The one error of this library. Never carries a header, a token or a request or response body. */
export class AgentChatError extends Error implements ErrorDetails {
  override readonly name = 'AgentChatError';
  readonly type: AgentChatErrorType;
  readonly source: ErrorSource;
  readonly retryable: boolean;
  readonly retryAfter?: number | undefined;
  readonly code?: string | undefined;
  readonly provider?: ErrorDetails['provider'];
  readonly tool?: ErrorDetails['tool'];
  /** Lets two copies of this library in one page know each other's errors. */
  readonly mark = MARK;

  constructor(message: string, details: ErrorDetails & { readonly cause?: unknown }) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.type = details.type;
    this.source = details.source;
    this.retryable = details.retryable;
    this.retryAfter = details.retryAfter;
    this.code = details.code;
    this.provider = details.provider;
    this.tool = details.tool;
  }

  /** The same as `type`, under the name that Octavus gives it. */
  get errorType(): AgentChatErrorType {
    return this.type;
  }

  /** What may be logged or sent on: everything but the cause. */
  toJSON(): ErrorDetails & { readonly name: string; readonly message: string } {
    const { name, message, type, source, retryable, retryAfter, code, provider, tool } = this;
    return { name, message, type, source, retryable, retryAfter, code, provider, tool };
  }

  static isInstance(value: unknown): value is AgentChatError {
    return value instanceof Error && 'mark' in value && value.mark === MARK;
  }

  /** The error as given, or wrapped as an unexpected failure of the page. */
  static from(cause: unknown): AgentChatError {
    if (AgentChatError.isInstance(cause)) return cause;
    return new AgentChatError(cause instanceof Error ? cause.message : 'Something unexpected happened.', {
      type: 'unknown_error',
      source: 'client',
      retryable: true,
      cause,
    });
  }
}

/** A run whose stream ended before the agent said that it was over. */
export function streamInterrupted(cause?: unknown): AgentChatError {
  return new AgentChatError('The connection ended before the answer was complete.', {
    type: 'provider_error',
    source: 'client',
    retryable: true,
    code: 'stream-interrupted',
    cause,
  });
}

/** Events of a run that were lost on their way and cannot be had again. */
export function discontinuity(cause?: unknown): AgentChatError {
  return new AgentChatError('A part of the answer was lost on its way.', {
    type: 'provider_error',
    source: 'client',
    retryable: true,
    code: 'discontinuity',
    cause,
  });
}

/** A server that no request reaches. */
export function connectionFailed(
  message = 'The server could not be reached.',
  cause?: unknown,
  code = 'connection-failed',
): AgentChatError {
  return new AgentChatError(message, {
    type: 'provider_error',
    source: 'client',
    retryable: true,
    code,
    cause,
  });
}

/** Something asked of a chat that cannot do it. */
export function unsupported(message: string, code: string): AgentChatError {
  return new AgentChatError(message, { type: 'unsupported_error', source: 'client', retryable: false, code });
}

/** Something asked of a chat that cannot be done as things stand; nothing was changed. */
export function refused(message: string, code: string): AgentChatError {
  return new AgentChatError(message, { type: 'validation_error', source: 'client', retryable: false, code });
}

/** Something asked of a chat whose agent is at work. */
export function busy(): AgentChatError {
  return new AgentChatError('The agent is still answering.', {
    type: 'execution_error',
    source: 'client',
    retryable: true,
    code: 'busy',
  });
}

/** Bytes that are not what the protocol says. */
export function malformed(message: string, code = 'malformed-event', cause?: unknown): AgentChatError {
  return new AgentChatError(message, {
    type: 'protocol_error',
    source: 'client',
    retryable: true,
    code,
    cause,
  });
}

/** True for any reason that an `AbortController` gave. */
export function isAbortError(value: unknown): boolean {
  return value instanceof Error && value.name === 'AbortError';
}
