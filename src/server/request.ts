import { isRecord } from '../core/is-record.ts';
import type { UIMessage } from '../core/message.ts';
import { restoreMessages } from '../core/restore.ts';
import type { ApprovalDecision, ChatRequest } from '../core/transport.ts';

/** What a client may ask of an agent. */
export type ClientRequest =
  | {
      readonly kind: 'run';
      readonly request: ChatRequest;
      readonly messages: readonly UIMessage[] | undefined;
      readonly body: Readonly<Record<string, unknown>>;
    }
  | { readonly kind: 'decision'; readonly decision: ApprovalDecision }
  /** Ends the run that said the event with this id. */
  | { readonly kind: 'stop'; readonly eventId: string };

/** A request that is not what the protocol says; `code` is for programs, the message for people. */
export class BadRequestError extends Error {
  override readonly name = 'BadRequestError';
  readonly status: number;
  readonly code: string;

  constructor(message: string, code = 'invalid-request', status = 400) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

/** A request out of JSON that anybody may have sent. Throws {@link BadRequestError}. */
export function parseClientRequest(body: unknown): ClientRequest {
  if (!isRecord(body)) throw new BadRequestError('The body must be a JSON object.');
  const messages = Array.isArray(body['messages']) ? restoreMessages(body['messages']) : undefined;
  switch (body['type']) {
    case 'trigger': {
      const { input, rollbackAfterMessageId } = body;
      if (input !== undefined && !isRecord(input)) throw new BadRequestError('`input` must be an object.');
      return {
        kind: 'run',
        messages,
        body,
        request: {
          type: 'trigger',
          triggerName: text(body, 'triggerName'),
          ...(input === undefined ? {} : { input }),
          ...(typeof rollbackAfterMessageId === 'string' || rollbackAfterMessageId === null
            ? { rollbackAfterMessageId }
            : {}),
        },
      };
    }
    case 'continue': {
      const { toolResults } = body;
      if (
        !Array.isArray(toolResults) ||
        !toolResults.every((result) => isRecord(result) && text(result, 'toolCallId'))
      ) {
        throw new BadRequestError('`toolResults` must be a list of results.');
      }
      const request: ChatRequest = { type: 'continue', executionId: text(body, 'executionId'), toolResults };
      return { kind: 'run', messages, body, request };
    }
    case 'approval': {
      const { approved, choice, reason, args } = body;
      if (typeof approved !== 'boolean') throw new BadRequestError('`approved` must be true or false.');
      return {
        kind: 'decision',
        decision: {
          approvalId: text(body, 'approvalId'),
          approved,
          ...(typeof choice === 'string' ? { choice } : {}),
          ...(typeof reason === 'string' ? { reason } : {}),
          ...(isRecord(args) ? { args } : {}),
        },
      };
    }
    case 'stop':
      return { kind: 'stop', eventId: text(body, 'eventId') };
    default:
      throw new BadRequestError('`type` must be `trigger`, `continue`, `approval` or `stop`.');
  }
}

function text(body: Readonly<Record<string, unknown>>, field: string): string {
  const value = body[field];
  if (typeof value !== 'string' || value === '') throw new BadRequestError(`\`${field}\` must be a string.`);
  return value;
}
