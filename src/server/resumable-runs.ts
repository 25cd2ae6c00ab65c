import type { StreamEvent, ToolResult } from '../core/event.ts';
import { generateId } from '../core/generate-id.ts';
import type { RunName } from '../core/transport.ts';
import type { EventLog } from './event-log.ts';
import { BadRequestError, type RunRequest } from './request.ts';

/** An event of a run; with an id, a reader can go on after it. */
export interface NumberedEvent {
  readonly id?: string | undefined;
  readonly event: StreamEvent;
}

/** One leg of a turn: its stream in the log and, while it is written, the run behind it. */
interface Leg {
  readonly streamId: string;
  readonly abort: AbortController;
  /** Resolves once the log knows the stream. */
  readonly known: Promise<void>;
  readonly turn: Turn;
  isLive: boolean;
  /** It ended with tool calls that the page is to answer. */
  waits: boolean;
  /** How they were answered. */
  answers: readonly ToolResult[] | undefined;
  readers: number;
  /** Ends a run that nobody reads any more. */
  leaving: ReturnType<typeof setTimeout> | undefined;
}

/** Everything the agent does for one trigger. */
interface Turn {
  readonly legs: Leg[];
  readonly sessionId: string | undefined;
}

/** How long a run goes on without a reader unless told. Milliseconds. */
export const PATIENCE = 30_000;
/** How long the name of a run that is over is known, for a request that is made again. Milliseconds. */
const REMEMBER = 60_000;
/** How many names and sessions are kept, whatever clients make up. */
const MAX_KEPT = 10_000;

/** Said to readers of a run that nobody read for too long. */
const ABANDONED: StreamEvent = {
  type: 'error',
  errorType: 'execution_error',
  source: 'platform',
  retryable: true,
  code: 'run-abandoned',
  message: 'The answer was given up, as nobody was reading it.',
};

/**
 * Runs whose events go to a log, and readers who read the log: a reader may leave and come back, and several
 * may read the same run. An event's id is `<stream>.<position>`; clients need not know that. In a session one run
 * goes on at a time, and it can be found without an id.
 */
export class ResumableRuns {
  readonly #log: EventLog;
  readonly #patience: number;
  readonly #onError: (error: unknown) => void;
  /** By the id of its stream: legs that are live, or that wait for the page. */
  readonly #legs = new Map<string, Leg>();
  /** The turn that goes on in a session. */
  readonly #sessions = new Map<string, Turn>();
  /** Streams by the name that the client gave its request. */
  readonly #names = new Map<string, string>();
  /** Names of requests that were stopped before they came. */
  readonly #stopped = new Set<string>();

  /** `patience` is how long a run goes on without a reader, in milliseconds; `onError` hears of a log that fails. */
  constructor(log: EventLog, patience: number, onError: (error: unknown) => void) {
    this.#log = log;
    this.#patience = patience;
    this.#onError = onError;
  }

  /**
   * Starts a run; its stream can be read at once. A request that comes again, under the name it had, finds the run
   * that it started. Throws {@link BadRequestError} where it was stopped before it came, or where another reader
   * answered the same tool calls first.
   */
  begin(
    { runId, sessionId, request }: Pick<RunRequest, 'runId' | 'sessionId' | 'request'>,
    run: (signal: AbortSignal) => AsyncIterable<StreamEvent>,
  ): string {
    const streamId = runId !== undefined ? this.#names.get(runId) : undefined;
    if (streamId !== undefined) return streamId;
    if (runId !== undefined && this.#stopped.delete(runId)) {
      throw new BadRequestError('This run was stopped.', 'run-stopped', 409);
    }
    const leg = this.#open(this.#turnOf(sessionId, request));
    if (runId !== undefined) keep(this.#names, runId, leg.streamId);
    this.#record(leg, run(leg.abort.signal), runId).catch(this.#onError);
    return leg.streamId;
  }

  /** What comes after the event with that id. Throws {@link BadRequestError} where the id is none. */
  resume(eventId: string, signal: AbortSignal): AsyncIterable<NumberedEvent> {
    const { streamId, position } = parseEventId(eventId);
    return this.read(streamId, position, signal);
  }

  /** The turn that goes on in that session, from its beginning; null where none does. */
  resumeSession(sessionId: string, signal: AbortSignal): AsyncIterable<NumberedEvent> | null {
    const first = this.#sessions.get(sessionId)?.legs[0];
    return first ? this.read(first.streamId, 0, signal) : null;
  }

  /** A stream after that position, and the later legs of its turn. */
  async *read(streamId: string, position: number, signal: AbortSignal): AsyncGenerator<NumberedEvent, void> {
    const leg = this.#legs.get(streamId);
    if (!leg) return yield* this.#readLog(streamId, position, signal);
    const { legs } = leg.turn;
    for (let index = legs.indexOf(leg), after = position; ; index += 1, after = 0) {
      const current = legs[index];
      if (!current) return;
      for await (const item of this.#readLeg(current, after, signal)) {
        // Calls that were answered are not for this reader to answer.
        if (!current.answers || !isCall(item.event)) yield item;
      }
      if (signal.aborted || !current.answers) return;
      for (const answer of current.answers) yield { event: toOutput(answer) };
    }
  }

  /** Ends the run of that name, or the one that said the event with that id. It does not come back. */
  stop({ runId, eventId }: RunName): void {
    const named = runId === undefined ? undefined : this.#names.get(runId);
    const streamId = named ?? (eventId === undefined ? undefined : parseEventId(eventId).streamId);
    if (streamId === undefined) {
      if (runId !== undefined) keep(this.#stopped, runId);
      return;
    }
    const leg = this.#legs.get(streamId);
    if (leg) this.#stop(leg.turn);
  }

  #stop({ legs, sessionId }: Turn): void {
    for (const leg of legs) {
      leg.abort.abort();
      if (!leg.isLive) this.#legs.delete(leg.streamId);
    }
    if (sessionId !== undefined && this.#sessions.get(sessionId)?.legs === legs) {
      this.#sessions.delete(sessionId);
    }
  }

  /** The turn that a request belongs to. A new one ends what went on in its session. */
  #turnOf(sessionId: string | undefined, request: RunRequest['request']): Turn {
    const current = sessionId === undefined ? undefined : this.#sessions.get(sessionId);
    const last = current?.legs.at(-1);
    if (current && last?.waits && request.type === 'continue') {
      last.answers = request.toolResults;
      last.waits = false;
      return current;
    }
    if (current && request.type === 'continue') {
      throw new BadRequestError('These tool calls were answered already.', 'already-answered', 409);
    }
    if (current) this.#stop(current);
    const turn: Turn = { legs: [], sessionId };
    if (sessionId !== undefined) keep(this.#sessions, sessionId, turn);
    return turn;
  }

  #open(turn: Turn): Leg & { readonly isKnown: () => void } {
    let isKnown = (): void => {};
    const known = new Promise<void>((resolve) => {
      isKnown = resolve;
    });
    const leg = {
      streamId: generateId(),
      abort: new AbortController(),
      known,
      isKnown,
      turn,
      isLive: true,
      waits: false,
      answers: undefined,
      readers: 0,
      leaving: undefined,
    };
    turn.legs.push(leg);
    keep(this.#legs, leg.streamId, leg);
    return leg;
  }

  async *#readLeg(leg: Leg, position: number, signal: AbortSignal): AsyncGenerator<NumberedEvent, void> {
    leg.readers += 1;
    clearTimeout(leg.leaving);
    try {
      await unlessAborted(leg.known, signal);
      yield* this.#readLog(leg.streamId, position, signal);
    } finally {
      leg.readers -= 1;
      // A run that is over needs nobody's patience.
      if (leg.readers === 0 && leg.isLive) {
        leg.leaving = setTimeout(() => leg.abort.abort(ABANDONED), this.#patience);
      }
    }
  }

  async *#readLog(
    streamId: string,
    position: number,
    signal: AbortSignal,
  ): AsyncGenerator<NumberedEvent, void> {
    for await (const { position: at, event } of this.#log.read(streamId, position, signal)) {
      yield { id: `${streamId}.${at}`, event };
    }
  }

  async #record(
    leg: Leg & { readonly isKnown: () => void },
    events: AsyncIterable<StreamEvent>,
    runId: string | undefined,
  ): Promise<void> {
    const { streamId, turn } = leg;
    const { signal } = leg.abort;
    let last: StreamEvent | undefined;
    const append = async (event: StreamEvent): Promise<void> => {
      last = event;
      // Not at the end of the stream: the page may answer while the agent still tidies up.
      leg.waits ||= isFinishOfCalls(event);
      await this.#log.append(streamId, event);
      leg.isKnown();
    };
    try {
      for await (const event of untilAborted(events, signal)) await append(event);
      // Whoever reads it must not take it for cut off, and come back for more.
      if (last?.type !== 'finish' && last?.type !== 'error' && last?.type !== 'usage') {
        await append(signal.reason === ABANDONED ? ABANDONED : { type: 'finish', finishReason: 'stop' });
      }
    } finally {
      leg.isLive = false;
      clearTimeout(leg.leaving);
      if (signal.aborted || !(leg.waits || leg.answers)) this.#forget(turn);
      if (runId !== undefined) setTimeout(() => this.#names.delete(runId), REMEMBER).unref?.();
      await this.#log.close(streamId);
      leg.isKnown();
    }
  }

  /** A turn that is over is only in the log. */
  #forget({ legs, sessionId }: Turn): void {
    for (const { streamId } of legs) this.#legs.delete(streamId);
    if (sessionId !== undefined && this.#sessions.get(sessionId)?.legs === legs) {
      this.#sessions.delete(sessionId);
    }
  }
}

/** The events until then, also where the agent does not look at its signal. */
async function* untilAborted(
  events: AsyncIterable<StreamEvent>,
  signal: AbortSignal,
): AsyncGenerator<StreamEvent, void> {
  const source = events[Symbol.asyncIterator]();
  let giveUp = (): void => {};
  const aborted = new Promise<undefined>((resolve) => {
    giveUp = () => resolve(undefined);
  });
  signal.addEventListener('abort', giveUp, { once: true });
  if (signal.aborted) giveUp();
  try {
    while (true) {
      const next = await Promise.race([source.next(), aborted]);
      if (!next || next.done || signal.aborted) return;
      yield next.value;
    }
  } finally {
    signal.removeEventListener('abort', giveUp);
    source.return?.().catch(() => {});
  }
}

function isFinishOfCalls(event: StreamEvent): boolean {
  return event.type === 'finish' && event.finishReason === 'client-tool-calls';
}

function isCall(event: StreamEvent): boolean {
  return event.type === 'client-tool-request' || isFinishOfCalls(event);
}

function toOutput({ toolCallId, result, error, workerId }: ToolResult): StreamEvent {
  return error === undefined
    ? { type: 'tool-output-available', toolCallId, output: result, workerId }
    : { type: 'tool-output-error', toolCallId, error, workerId };
}

/** Adds to what is kept; the oldest goes where it would be too much. */
function keep<V>(kept: Map<string, V>, key: string, value: V): void;
function keep(kept: Set<string>, key: string): void;
function keep(kept: Map<string, unknown> | Set<string>, key: string, value?: unknown): void {
  if (kept instanceof Map) kept.set(key, value);
  else kept.add(key);
  const [oldest] = kept.keys();
  if (kept.size > MAX_KEPT && oldest !== undefined) kept.delete(oldest);
}

/** Resolves with the promise, or as soon as the signal aborts: a reader may leave before there is anything to read. */
function unlessAborted(promise: Promise<void>, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const done = (): void => {
      signal.removeEventListener('abort', done);
      resolve();
    };
    signal.addEventListener('abort', done);
    void promise.then(done);
  });
}

function parseEventId(eventId: string): { streamId: string; position: number } {
  const [, streamId = '', position = ''] = /^(\w{1,64})\.(\d{1,15})$/.exec(eventId) ?? [];
  if (!streamId)
    throw new BadRequestError('`Last-Event-ID` is not an id of this server.', 'invalid-event-id');
  return { streamId, position: Number(position) };
}
