import type { IncomingMessage } from 'node:http';
import { type Agent, type RunAgentOptions, runAgent } from '../core/agent.ts';
import { Decisions } from '../core/decisions.ts';
import { BadRequestError, parseClientRequest } from './request.ts';

/** What this handler needs of a server's socket: those of `ws` have it. */
export interface ServerSocket {
  readonly readyState: number;
  send(data: string): void;
  close(code?: number, reason?: string): void;
  on(event: 'message', listener: (data: unknown, isBinary: boolean) => void): unknown;
  on(event: 'close' | 'error', listener: () => void): unknown;
}

export interface SocketHandlerOptions extends RunAgentOptions {
  /**
   * Origins whose pages may connect, such as `https://example.org`. Unless told, only those of the server's
   * own host: a browser opens sockets to any host and sends its cookies along.
   */
  readonly origins?: readonly string[] | undefined;
}

const OPEN = 1;
const POLICY_VIOLATION = 1008;

/**
 * Answers over sockets with an agent: `webSocketServer.on('connection', createSocketHandler(agent))`. One run at
 * a time per socket; a new one stops the old. Events carry the `runId` of the request where it had one.
 */
export function createSocketHandler(
  agent: Agent,
  { origins, onError }: SocketHandlerOptions = {},
): (socket: ServerSocket, request: IncomingMessage) => void {
  return (socket, request) => {
    if (!mayConnect(request, origins)) return socket.close(POLICY_VIOLATION, 'origin not allowed');
    const decisions = new Decisions();
    let current: { runId: unknown; abort: AbortController } | null = null;
    /** Fields of messages that are no requests, such as `{type: 'init', sessionId}`. */
    let greeting: Record<string, unknown> = {};

    const send = (event: object, runId: unknown): void => {
      if (socket.readyState === OPEN)
        socket.send(JSON.stringify(runId === undefined ? event : { ...event, runId }));
    };
    const refuse = (error: unknown, runId: unknown): void => {
      const known = error instanceof BadRequestError;
      if (!known) onError?.(error);
      send(
        {
          type: 'error',
          errorType: 'validation_error',
          source: 'platform',
          retryable: false,
          message: known ? error.message : 'The message could not be handled.',
          code: known ? error.code : 'internal-error',
        },
        runId,
      );
    };
    const run = async (message: Record<string, unknown>): Promise<void> => {
      const parsed = parseClientRequest({ ...greeting, ...message });
      if (parsed.kind === 'decision') {
        decisions.settle(parsed.decision);
        return;
      }
      if (parsed.kind === 'stop') return;
      current?.abort.abort();
      const { runId } = message;
      const abort = new AbortController();
      current = { runId, abort };
      const { kind: _, ...request } = parsed;
      const { signal } = abort;
      const decision = (approvalId: string) => decisions.wait(approvalId, signal);
      for await (const event of runAgent(agent, { ...request, signal, decision }, { onError })) {
        if (signal.aborted) return;
        send(event, runId);
      }
    };

    socket.on('message', (data) => {
      let message: Record<string, unknown>;
      try {
        message = JSON.parse(String(data));
      } catch {
        return refuse(new BadRequestError('The message is not valid JSON.', 'malformed-json'), undefined);
      }
      if (typeof message !== 'object' || message === null || Array.isArray(message)) {
        return refuse(new BadRequestError('A message must be a JSON object.'), undefined);
      }
      switch (message['type']) {
        case 'trigger':
        case 'continue':
        case 'approval':
          run(message).catch((error) => refuse(error, message['runId']));
          return;
        case 'stop':
          // A stop that names a run must not end a newer one.
          if (message['runId'] === undefined || message['runId'] === current?.runId) current?.abort.abort();
          return;
        default: {
          const { type: _, ...fields } = message;
          greeting = { ...greeting, ...fields };
        }
      }
    });
    const leave = (): void => current?.abort.abort();
    socket.on('close', leave);
    socket.on('error', leave);
  };
}

function mayConnect({ headers }: IncomingMessage, origins: readonly string[] | undefined): boolean {
  // Programs send no origin; only browsers can be made to connect by somebody else's page.
  if (headers.origin === undefined) return true;
  if (origins) return origins.includes(headers.origin);
  try {
    return new URL(headers.origin).host === headers.host;
  } catch {
    return false;
  }
}
