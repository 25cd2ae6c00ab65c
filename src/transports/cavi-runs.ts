import { AgentChatError, isAbortError, malformed, streamInterrupted } from '../core/error.ts';
import { generateId } from '../core/generate-id.ts';
import { isRecord } from '../core/is-record.ts';
import type { EventStream } from '../core/transport.ts';
import { type CaviDecoder, cavi } from '../protocols/cavi/cavi.ts';
import { wait } from './backoff.ts';
import type { CaviEvent, CaviSocket } from './cavi-socket.ts';
import { errorFromResponse } from './http-error.ts';
import { type Ask, type HttpLegOptions, persist, readLeg } from './http-leg.ts';
import type { HttpRequests } from './http-requests.ts';
import { Place } from './place.ts';

type Json = Readonly<Record<string, unknown>>;

/** A run that a gateway was asked for. */
export interface StartedRun {
  /** What the gateway answered. */
  readonly answer: unknown;
  /** The run, where the answer does not tell. */
  readonly runId?: string | undefined;
  /** What it says, read by that decoder. Throws where it ends before the run does. */
  follow(runId: string, decoder: CaviDecoder, signal: AbortSignal): EventStream;
  /** Nobody reads it any more. */
  end(): void;
}

/** One way to reach the runs of a gateway. */
export interface Runs {
  start(body: Json, signal: AbortSignal): Promise<StartedRun>;
  get(runId: string, signal: AbortSignal): Promise<unknown>;
  stop(runId: string): Promise<void>;
  /** `isNamed`: the answer says which request it is for, so that it may be given again. */
  approve(runId: string, decision: Json, isNamed: boolean, signal: AbortSignal): Promise<void>;
}

export interface HttpRunsOptions {
  readonly pollInterval: number;
  readonly pollTimeout: number;
  readonly idleTimeout: number;
  readonly maxEventLength: number | undefined;
  readonly onReconnecting: (reconnecting: boolean) => void;
  /** Whether the gateway is known to have no streams. */
  readonly isMute: () => boolean;
}

/** Runs over HTTP: their events as a stream or, where the gateway has none, their state time and again. */
export class HttpRuns implements Runs {
  readonly #requests: HttpRequests;
  readonly #options: HttpRunsOptions;

  constructor(requests: HttpRequests, options: HttpRunsOptions) {
    this.#requests = requests;
    this.#options = options;
  }

  /** Asked once: it is not known of a request without an answer whether a run was started. */
  async start(body: Json, signal: AbortSignal): Promise<StartedRun> {
    const ask: Ask = (trial) => this.#requests.post(body, trial, 'v1/runs');
    const answer = await this.#json(ask, signal, false);
    return {
      answer,
      follow: (runId, decoder, until) => this.#follow(runId, decoder, until),
      end: () => {},
    };
  }

  get(runId: string, signal: AbortSignal): Promise<unknown> {
    return this.#json((trial) => this.#requests.get(pathOf(runId), trial), signal, true);
  }

  async stop(runId: string): Promise<void> {
    const ask: Ask = (trial) => this.#requests.post({}, trial, pathOf(runId, 'stop'));
    await this.#delivered(ask, new AbortController().signal, true);
  }

  approve(runId: string, decision: Json, isNamed: boolean, signal: AbortSignal): Promise<void> {
    const ask: Ask = (trial) => this.#requests.post(decision, trial, pathOf(runId, 'approval'));
    return this.#delivered(ask, signal, isNamed);
  }

  /** Runs cannot be read again from a place: where a stream ends early, one look tells whether the run is over. */
  async *#follow(runId: string, decoder: CaviDecoder, signal: AbortSignal): EventStream {
    if (this.#options.isMute()) return yield* this.#poll(runId, decoder, signal);
    const options = {
      ...this.#trying(signal),
      protocol: { ...cavi(), decode: () => decoder },
      again,
      onAbort,
    };
    const ask: Ask = async (trial) => {
      const response = await this.#requests.get(pathOf(runId, 'events'), trial);
      if (!(await isMute(response))) return response;
      await response.body?.cancel();
      throw mute();
    };
    try {
      const response = await persist(ask, options, true);
      yield* readLeg(async () => response, options);
    } catch (error) {
      if (isMuteError(error)) return yield* this.#poll(runId, decoder, signal);
      if (!AgentChatError.isInstance(error) || error.code !== 'stream-interrupted') throw error;
    }
    if (decoder.ended || signal.aborted) return;
    const events = decoder.takeStatus(await this.#look(runId, signal));
    if (events.length > 0) yield events;
    if (!decoder.ended) throw streamInterrupted();
  }

  /** The state of a run, where it can be had. */
  async #look(runId: string, signal: AbortSignal): Promise<unknown> {
    try {
      return await this.#json((trial) => this.#requests.get(pathOf(runId), trial), signal, false);
    } catch (error) {
      const { type } = AgentChatError.from(error);
      if (isAbortError(error) || type === 'authentication_error' || type === 'permission_error') throw error;
      return undefined;
    }
  }

  async *#poll(runId: string, decoder: CaviDecoder, signal: AbortSignal): EventStream {
    const { pollInterval, pollTimeout } = this.#options;
    const until = performance.now() + pollTimeout;
    while (true) {
      const events = decoder.takeStatus(await this.get(runId, signal));
      if (events.length > 0) yield events;
      if (decoder.ended) return;
      if (performance.now() >= until) {
        throw new AgentChatError('The run took too long.', {
          type: 'provider_timeout',
          source: 'client',
          retryable: true,
          code: 'poll-timeout',
        });
      }
      await wait(pollInterval, signal);
    }
  }

  #trying(signal: AbortSignal): Omit<HttpLegOptions, 'protocol' | 'again' | 'onAbort'> {
    const { idleTimeout, maxEventLength, onReconnecting } = this.#options;
    return { signal, place: new Place(), idleTimeout, maxEventLength, onReconnecting };
  }

  async #json(ask: Ask, signal: AbortSignal, mayRepeat: boolean): Promise<unknown> {
    const response = await persist(ask, this.#trying(signal), mayRepeat);
    if (!response.ok) throw await errorFromResponse(response);
    try {
      return await response.json();
    } catch (cause) {
      if (isAbortError(cause)) throw cause;
      throw malformed('The gateway sent an answer that is not valid JSON.', 'malformed-json');
    }
  }

  async #delivered(ask: Ask, signal: AbortSignal, mayRepeat: boolean): Promise<void> {
    const response = await persist(ask, this.#trying(signal), mayRepeat);
    if (!response.ok) throw await errorFromResponse(response);
    await response.body?.cancel();
  }
}

const again = (): undefined => undefined;
const onAbort = (): void => {};

function pathOf(runId: string, what?: string): string {
  return `v1/runs/${encodeURIComponent(runId)}${what === undefined ? '' : `/${what}`}`;
}

/** Whether a gateway says so that it has no stream of this run. */
async function isMute(response: Response): Promise<boolean> {
  if ([404, 405, 406, 501].includes(response.status)) return true;
  if (response.status === 400) {
    const said = (await response.clone().text()).toLowerCase();
    return said.includes('stream') && (said.includes('enabled') || said.includes('disabled'));
  }
  const type = response.headers.get('Content-Type')?.split(';')[0]?.trim().toLowerCase();
  return response.ok && (response.body === null || (!!type && type !== 'text/event-stream'));
}

const MUTE = 'events-not-streamed';

function mute(): AgentChatError {
  return new AgentChatError('The gateway does not stream the events of runs.', {
    type: 'unsupported_error',
    source: 'platform',
    retryable: false,
    code: MUTE,
  });
}

function isMuteError(error: unknown): boolean {
  return AgentChatError.isInstance(error) && error.code === MUTE;
}

/** What a gateway calls what can be done with runs over its socket. */
export interface CaviMethods {
  readonly start: string;
  readonly get: string;
  readonly stop: string;
  readonly approve: string;
}

/** Runs over the socket, as an OpenClaw gateway has them: asked for by request, told of by what is pushed. */
export class SocketRuns implements Runs {
  readonly #socket: CaviSocket;
  readonly #methods: CaviMethods;

  constructor(socket: CaviSocket, methods: CaviMethods) {
    this.#socket = socket;
    this.#methods = methods;
  }

  async start(body: Json, _signal: AbortSignal): Promise<StartedRun> {
    const { start } = this.#methods;
    // The gateway calls the run by this where it gives it no name.
    const runId = generateId();
    const heard: CaviEvent[] = [];
    let wake = (): void => {};
    // From now on: events may come before the answer.
    const end = this.#socket.onEvent((event) => {
      heard.push(event);
      wake();
    });
    try {
      const params = start === 'chat.send' ? toChat(body) : body;
      const answer = await this.#socket.request(start, { ...params, idempotencyKey: runId });
      const next = (): Promise<void> =>
        new Promise((resolve) => {
          wake = resolve;
        });
      return {
        answer,
        runId,
        end,
        follow: (_, decoder, signal) => this.#follow(heard, next, decoder, signal),
      };
    } catch (error) {
      end();
      throw error;
    }
  }

  async get(runId: string): Promise<unknown> {
    return this.#socket.request(this.#methods.get, { runId, timeoutMs: 0 });
  }

  async stop(runId: string): Promise<void> {
    // Not worth a connection of its own.
    if (this.#socket.connectionState === 'connected')
      await this.#socket.request(this.#methods.stop, { runId });
  }

  async approve(runId: string, decision: Json): Promise<void> {
    await this.#socket.request(this.#methods.approve, { runId, ...decision });
  }

  async *#follow(
    heard: CaviEvent[],
    next: () => Promise<void>,
    decoder: CaviDecoder,
    signal: AbortSignal,
  ): EventStream {
    let isLost = false;
    let wake = (): void => {};
    const waken = (): void => wake();
    const forget = this.#socket.onConnectionStateChange((state) => {
      isLost ||= state === 'disconnected' || state === 'error';
      wake();
    });
    signal.addEventListener('abort', waken, { once: true });
    try {
      while (!signal.aborted) {
        const events = heard
          .splice(0)
          .flatMap(({ event, payload }) =>
            decoder.ended ? [] : decoder.take({ ...(isRecord(payload) ? payload : {}), event }),
          );
        if (events.length > 0) yield events;
        if (decoder.ended) return;
        // What it says over another socket does not begin where this one ended.
        if (isLost) throw streamInterrupted();
        if (heard.length > 0) continue;
        await Promise.race([
          next(),
          new Promise<void>((resolve) => {
            wake = resolve;
          }),
        ]);
      }
    } finally {
      forget();
      signal.removeEventListener('abort', waken);
    }
  }
}

/** A run as an OpenClaw gateway takes it: a message to a session. */
function toChat({ input, session_id: sessionId, attachments }: Json): Json {
  const lines = Array.isArray(input) ? input.filter(isRecord) : [];
  const message =
    typeof input === 'string'
      ? input
      : lines.length === 1
        ? lines[0]?.['content']
        : lines.map(({ role, content }) => `${role}: ${content}`).join('\n');
  const session = typeof sessionId === 'string' ? { sessionId } : {};
  return {
    sessionKey: sessionId ?? 'main',
    ...session,
    message,
    ...(Array.isArray(attachments) && { attachments }),
  };
}
