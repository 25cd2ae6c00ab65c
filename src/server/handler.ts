import { type Agent, type RunAgentOptions, runAgent } from '../core/agent.ts';
import { Decisions } from '../core/decisions.ts';
import { type EventLog, EvictedError } from './event-log.ts';
import { MAX_BODY_LENGTH, readJSON, refusal } from './read-json.ts';
import { BadRequestError, parseClientRequest, type RunRequest, refusedDecision } from './request.ts';
import { type NumberedEvent, PATIENCE, ResumableRuns } from './resumable-runs.ts';
import { SSE_HEADERS, sseBlock, sseBytes, toSSEStream } from './sse.ts';

export interface AgentHandlerOptions extends RunAgentOptions {
  /** As in `toSSEStream`. */
  readonly heartbeat?: number | undefined;
  /** Longest request body. Bytes; 4,194,304 unless told. */
  readonly maxBodyLength?: number | undefined;
  /** Keeps events, so that clients can resume; `createMemoryLog()` where one process serves everybody. */
  readonly log?: EventLog | undefined;
  /** With a log: how long a run goes on without a reader. Milliseconds; 30,000 unless told. */
  readonly patience?: number | undefined;
}

/**
 * Answers HTTP requests with an agent, on any server that speaks `Request` and `Response`. Takes POST with a
 * JSON body; the JSON type keeps other sites' forms out. Approvals reach the run that waits for them in this
 * process. Failures are JSON: `{error, code}`.
 *
 * With a `log`, events have ids and a run outlives its connection for a while: a client that was cut off goes
 * on with GET and `Last-Event-ID`, and one that stops says so. One that names its `sessionId` in the body finds
 * what goes on there with GET and `?sessionId=`; 204 where nothing does. Whoever knows a session may read it: check
 * who asks before this handler. Without a log, a client that leaves ends its run.
 */
export function createAgentHandler(
  agent: Agent,
  options: AgentHandlerOptions = {},
): (request: Request) => Promise<Response> {
  const { heartbeat, maxBodyLength = MAX_BODY_LENGTH, log, patience = PATIENCE, onError } = options;
  const decisions = new Decisions();
  const runs = log && new ResumableRuns(log, patience, (error) => onError?.(error));

  const start = (run: RunRequest, signal: AbortSignal) =>
    runAgent(
      agent,
      { ...run, signal, decision: (approvalId, subject) => decisions.wait(approvalId, signal, subject) },
      { onError },
    );

  return async (request) => {
    try {
      const gone = new AbortController();
      request.signal.addEventListener('abort', () => gone.abort(), { once: true });
      const onCancel = () => gone.abort();
      const respond = (bytes: ReadableStream<Uint8Array>) => new Response(bytes, { headers: SSE_HEADERS });
      const respondFromLog = (events: AsyncIterable<NumberedEvent>) =>
        respond(sseBytes(events, ({ event, id }) => sseBlock(event, id), { heartbeat, onCancel }, true));

      if (runs && request.method === 'GET') {
        const eventId = request.headers.get('Last-Event-ID');
        const sessionId = new URL(request.url).searchParams.get('sessionId');
        const events =
          eventId === null && sessionId !== null
            ? runs.resumeSession(sessionId, gone.signal)
            : runs.resume(eventId ?? '', gone.signal);
        return events ? respondFromLog(await begun(events)) : new Response(null, { status: 204 });
      }
      const parsed = parseClientRequest(await readJSON(request, maxBodyLength));
      if (parsed.kind === 'decision') {
        const settled = await decisions.settle(parsed.decision);
        if (settled === 'settled') return new Response(null, { status: 204 });
        throw refusedDecision(settled);
      }
      if (parsed.kind === 'stop') {
        runs?.stop(parsed);
        return new Response(null, { status: 204 });
      }
      const { kind: _, ...run } = parsed;
      if (!runs) return respond(toSSEStream(start(run, gone.signal), { heartbeat, onCancel }));
      const streamId = runs.begin(run, (signal) => start(run, signal));
      return respondFromLog(runs.read(streamId, 0, gone.signal));
    } catch (error) {
      if (error instanceof BadRequestError) return refusal(error);
      if (error instanceof EvictedError)
        return refusal(new BadRequestError(error.message, 'events-evicted', 410));
      onError?.(error);
      return refusal(new BadRequestError('The request could not be handled.', 'internal-error', 500));
    }
  };
}

/** How long a look at a log may take to say that there is nothing to read. Milliseconds. */
const FIRST_LOOK = 50;

/** The items, unless they cannot be read at all: that is to be told by a status, before the first byte. */
async function begun<T>(items: AsyncIterable<T>): Promise<AsyncIterable<T>> {
  const source = items[Symbol.asyncIterator]();
  const first = source.next();
  // A run that is silent for now must not hold up the answer.
  await Promise.race([first, new Promise((resolve) => setTimeout(resolve, FIRST_LOOK))]);
  return (async function* () {
    try {
      for (let item = await first; !item.done; item = await source.next()) yield item.value;
    } finally {
      await source.return?.();
    }
  })();
}
