import type { IncomingMessage } from 'node:http';
import { type Agent, type RunAgentOptions, runAgent } from '../core/agent.ts';
import { Decisions } from '../core/decisions.ts';
import type { StreamEvent } from '../core/event.ts';
import { isRecord } from '../core/is-record.ts';
import { type EventLog, EvictedError } from './event-log.ts';
import { BadRequestError, parseClientRequest, type RunRequest } from './request.ts';
import { type NumberedEvent, PATIENCE, ResumableRuns } from './resumable-runs.ts';

/** What this handler needs of a server's socket: those of `ws` have it. */
export interface ServerSocket {
  readonly readyState: number;
  /** Bytes that wait to be sent. */
  readonly bufferedAmount?: number;
  /** `done` is called once it is on its way, or cannot be. */
  send(data: string, done?: () => void): void;
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
  /** How often a message shows that the connection lives. Milliseconds; 15,000 unless told, 0 for never. */
  readonly heartbeat?: number | undefined;
  /** How much may wait for a slow reader before the agent has to. Bytes; 1,048,576 unless told. */
  readonly maxBufferedAmount?: number | undefined;
  /** Keeps events, so that clients can resume; as in `createAgentHandler`. */
  readonly log?: EventLog | undefined;
  /** With a log: how long a run goes on without a reader. Milliseconds; 30,000 unless told. */
  readonly patience?: number | undefined;
}

const OPEN = 1;
const POLICY_VIOLATION = 1008;
const HEARTBEAT = 15_000;
const MAX_BUFFERED_AMOUNT = 1_048_576;

type Message = Readonly<Record<string, unknown>>;

/**
 * Answers over sockets with an agent: `webSocketServer.on('connection', createSocketHandler(agent))`. One run at
 * a time per socket; a new one stops the old. Events carry the `runId` of the request where it had one.
 *
 * With a `log`, events have an `eventId` too and a run outlives its socket for a while: a client goes on with
 * `{type: 'resume', runId, eventId}`, or with `{type: 'resume', runId, sessionId}` where it knows only the
 * conversation. `no-run` answers where nothing goes on there, `discontinuity` where events are gone.
 */
export function createSocketHandler(
  agent: Agent,
  options: SocketHandlerOptions = {},
): (socket: ServerSocket, request: IncomingMessage) => void {
  const { origins, log, patience = PATIENCE, onError } = options;
  const decisions = new Decisions();
  const runs = log && new ResumableRuns(log, patience, (error) => onError?.(error));

  const start = (run: RunRequest, signal: AbortSignal): AsyncIterable<StreamEvent> =>
    runAgent(
      agent,
      { ...run, signal, decision: (approvalId, subject) => decisions.wait(approvalId, signal, subject) },
      { onError },
    );
  /** Starts what is asked for, or finds it; what is left to read of it. */
  const read = (message: Message, signal: AbortSignal): AsyncIterable<NumberedEvent> | null => {
    if (message['type'] === 'resume') {
      const { eventId, sessionId } = message;
      if (runs && typeof eventId === 'string') return runs.resume(eventId, signal);
      return runs && typeof sessionId === 'string' ? runs.resumeSession(sessionId, signal) : null;
    }
    const parsed = parseClientRequest(message);
    if (parsed.kind !== 'run') return null;
    const { kind: _, ...run } = parsed;
    if (!runs) return unnumbered(start(run, signal));
    return runs.read(
      runs.begin(run, (runSignal) => start(run, runSignal)),
      0,
      signal,
    );
  };

  return (socket, request) => {
    if (!mayConnect(request, origins)) return socket.close(POLICY_VIOLATION, 'origin not allowed');
    const { heartbeat = HEARTBEAT, maxBufferedAmount = MAX_BUFFERED_AMOUNT } = options;
    let current: { readonly runId: unknown; readonly abort: AbortController; eventId?: string } | null = null;
    /** Fields of messages that are no requests, such as `{type: 'init', sessionId}`. */
    let greeting: Message = {};

    /** Resolves once there is room for more. */
    const send = async (event: object): Promise<void> => {
      if (socket.readyState !== OPEN) return;
      const text = JSON.stringify(event);
      if ((socket.bufferedAmount ?? 0) < maxBufferedAmount) return socket.send(text);
      await new Promise<void>((resolve) => socket.send(text, () => resolve()));
    };
    /** Whoever can come back knows then that silence means something. */
    const announce = async (): Promise<void> => {
      if (runs && heartbeat > 0) await send({ type: 'heartbeat' });
    };
    const refuse = (error: unknown, runId: unknown): void => {
      const known = error instanceof BadRequestError;
      if (!known) onError?.(error);
      void send({
        type: 'error',
        errorType: 'validation_error',
        source: 'platform',
        retryable: false,
        message: known ? error.message : 'The message could not be handled.',
        code: known ? error.code : 'internal-error',
        ...named(runId),
      });
    };
    const run = async (message: Message): Promise<void> => {
      const { runId } = message;
      const mine = { runId, abort: new AbortController(), eventId: undefined as string | undefined };
      const { signal } = mine.abort;
      const previous = current;
      try {
        const events = read({ ...greeting, ...message }, signal);
        leave(previous, message['type'] === 'trigger' && previous?.runId !== runId);
        current = mine as typeof current;
        if (!events) return await send({ type: 'no-run', ...named(runId) });
        // Once more: what came together with the opening, some clients do not hear.
        void announce();
        for await (const { event, id } of events) {
          if (signal.aborted) return;
          if (id !== undefined) mine.eventId = id;
          await send({ ...event, ...named(runId), ...(id === undefined ? {} : { eventId: id }) });
        }
      } catch (error) {
        if (!(error instanceof EvictedError)) throw error;
        await send({ type: 'discontinuity', ...named(runId) });
      }
    };
    /** Ends what this socket was reading; with a log, the run itself only when it `isOver`. */
    const leave = (reading: typeof current, isOver: boolean): void => {
      if (!reading) return;
      reading.abort.abort();
      if (isOver && runs && typeof reading.runId === 'string') {
        runs.stop({ runId: reading.runId, eventId: reading.eventId });
      }
    };
    const receive = (message: Message): void => {
      switch (message['type']) {
        case 'trigger':
        case 'continue':
        case 'resume':
          run(message).catch((error) => refuse(error, message['runId']));
          return;
        case 'approval':
          decide(message).catch((error) => refuse(error, message['runId']));
          return;
        case 'stop':
          // A stop that names a run must not end a newer one.
          if (message['runId'] === undefined || message['runId'] === current?.runId) leave(current, true);
          else if (typeof message['runId'] === 'string') runs?.stop({ runId: message['runId'] });
          return;
        default: {
          const { type: _, ...fields } = message;
          greeting = { ...greeting, ...fields };
        }
      }
    };
    const decide = async (message: Message): Promise<void> => {
      const parsed = parseClientRequest(message);
      if (parsed.kind !== 'decision') return;
      const settled = await decisions.settle(parsed.decision);
      const { approvalId } = parsed.decision;
      // Whoever asked sees the question fall; it is no failure of the run.
      if (settled !== 'settled')
        await send({ type: 'approval-voided', approvalId, ...named(current?.runId) });
    };

    const beat = setInterval(() => void send({ type: 'heartbeat' }), heartbeat || HEARTBEAT);
    if (heartbeat <= 0) clearInterval(beat);
    void announce();
    socket.on('message', (data) => {
      let message: unknown;
      try {
        message = JSON.parse(String(data));
      } catch {
        return refuse(new BadRequestError('The message is not valid JSON.', 'malformed-json'), undefined);
      }
      if (isRecord(message)) receive(message);
      else refuse(new BadRequestError('A message must be a JSON object.'), undefined);
    });
    const gone = (): void => {
      clearInterval(beat);
      leave(current, false);
    };
    socket.on('close', gone);
    socket.on('error', gone);
  };
}

function named(runId: unknown): { readonly runId?: unknown } {
  return runId === undefined ? {} : { runId };
}

async function* unnumbered(events: AsyncIterable<StreamEvent>): AsyncGenerator<NumberedEvent, void> {
  for await (const event of events) yield { event };
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
