import type { Settled } from '../core/decisions.ts';
import { isRecord } from '../core/is-record.ts';
import type { UIMessage } from '../core/message.ts';
import { restoreMessages } from '../core/restore.ts';
import type { ApprovalDecision, ChatRequest, RunName } from '../core/transport.ts';

/** What a client may ask of an agent. */
export type ClientRequest =
  | ({ readonly kind: 'run' } & RunRequest)
  | { readonly kind: 'decision'; readonly decision: ApprovalDecision }
  /** Ends the run of that name. */
  | ({ readonly kind: 'stop' } & RunName);

/** One leg that is asked for. */
export interface RunRequest {
  readonly request: ChatRequest;
  readonly messages: readonly UIMessage[] | undefined;
  readonly body: Readonly<Record<string, unknown>>;
  /** The client's name for it, for a request that may come twice. */
  readonly runId: string | undefined;
  /** The conversation that it belongs to. */
  readonly sessionId: string | undefined;
}

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

/** Why an answer to an approval was not taken. */
export function refusedDecision(reason: Exclude<Settled, 'settled'>): BadRequestError {
  return reason === 'changed'
    ? new BadRequestError('What was shown is not what is to run.', 'approval-changed', 409)
    : new BadRequestError('Nothing waits for this approval any more.', 'approval-not-pending', 409);
}

/** A request out of JSON that anybody may have sent. Throws {@link BadRequestError}. */
export function parseClientRequest(body: unknown): ClientRequest {
  if (!isRecord(body)) throw new BadRequestError('The body must be a JSON object.');
  const messages = Array.isArray(body['messages']) ? restoreMessages(body['messages']) : undefined;
  const runId = maybeText(body, 'runId');
  const about = { messages, body, runId, sessionId: maybeText(body, 'sessionId') };
  switch (body['type']) {
    case 'trigger': {
      const { input, rollbackAfterMessageId } = body;
      if (input !== undefined && !isRecord(input)) throw new BadRequestError('`input` must be an object.');
      return {
        kind: 'run',
        ...about,
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
      return { kind: 'run', ...about, request };
    }
    case 'approval': {
      const { approved, choice, reason, args, digest } = body;
      if (typeof approved !== 'boolean') throw new BadRequestError('`approved` must be true or false.');
      return {
        kind: 'decision',
        decision: {
          approvalId: text(body, 'approvalId'),
          approved,
          ...(typeof choice === 'string' ? { choice } : {}),
          ...(typeof reason === 'string' ? { reason } : {}),
          ...(isRecord(args) ? { args } : {}),
          ...(typeof digest === 'string' ? { digest } : {}),
        },
      };
    }
    case 'stop':
      if (runId === undefined) text(body, 'eventId');
      return { kind: 'stop', runId, eventId: maybeText(body, 'eventId') };
    default:
      throw new BadRequestError('`type` must be `trigger`, `continue`, `approval` or `stop`.');
  }
}

/** Names come from clients: longer ones are none. */
const MAX_NAME = 200;

function maybeText(body: Readonly<Record<string, unknown>>, field: string): string | undefined {
  const value = body[field];
  return typeof value === 'string' && value !== '' && value.length <= MAX_NAME ? value : undefined;
}

function text(body: Readonly<Record<string, unknown>>, field: string): string {
  const value = body[field];
  if (typeof value !== 'string' || value === '') throw new BadRequestError(`\`${field}\` must be a string.`);
  return value;
}
