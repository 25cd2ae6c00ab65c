import { AgentChatError, malformed, unsupported } from '../core/error.ts';
import { guarded } from '../core/guarded.ts';
import { isRecord } from '../core/is-record.ts';
import type {
  ApprovalDecision,
  ChatRequest,
  ConnectionStateListener,
  EventStream,
  SendContext,
  Transport,
} from '../core/transport.ts';
import type { Fields } from '../protocols/anthropic/frame.ts';
import {
  type ManagedAgentsProtocolOptions,
  managedAgents,
} from '../protocols/managed-agents/managed-agents.ts';
import { isAtRest, SessionMemory } from '../protocols/managed-agents/memory.ts';
import { ManagedAgentsDecoder } from '../protocols/managed-agents/stream.ts';
import type { Protocol } from '../protocols/protocol.ts';
import { errorFromResponse } from './http-error.ts';
import { type Ask, type HttpLegOptions, persist, readLeg } from './http-leg.ts';
import { HttpRequests, type HttpRequestsOptions } from './http-requests.ts';
import { Place } from './place.ts';

export interface ManagedAgentsOptions extends HttpRequestsOptions, ManagedAgentsProtocolOptions {
  /** What `/sessions` is below: your own server, which adds the key, before `https://api.anthropic.com/v1`. */
  readonly url: string | URL;
  /** A session that there is. Without it one is created with the first message. */
  readonly sessionId?: string | undefined;
  /** What a new session is made of: `agent` and `environment_id`, and whatever else Anthropic takes. */
  readonly session?: Readonly<Record<string, unknown>> | undefined;
  /** Told of the session that was created: whoever keeps its id can attach to it later. */
  readonly onSession?: ((sessionId: string) => void) | undefined;
  /** Whether words are shown while they are written, and not only when a message is whole; true unless told. */
  readonly previews?: boolean | undefined;
  /** Longest single event that is accepted. Characters; 1,048,576 unless told. */
  readonly maxEventLength?: number | undefined;
  /** How long a stream may be silent once it gave signs of life. Milliseconds; 45,000 unless told, 0 for any time. */
  readonly idleTimeout?: number | undefined;
}

const NEVER = { signal: new AbortController().signal };
const IDLE_TIMEOUT = 45_000;
/** How long a new message waits for the interruption of the answer before. Milliseconds. */
const INTERRUPT_TIMEOUT = 5_000;
const PREVIEWS = 'event_deltas[]=agent.message&event_deltas[]=agent.thinking';
/** How many pages of a history are read. */
const MAX_PAGES = 100;

/**
 * Sessions of Claude Managed Agents. Runs go on at the server whoever listens: a stream that was cut off is opened
 * again, and what was said meanwhile is read from the history of the session. Permissions are approvals, custom tools
 * run in the page, and a run that is stopped is interrupted.
 */
export function createManagedAgentsTransport(options: ManagedAgentsOptions): Transport {
  return new ManagedAgents(options);
}

class ManagedAgents implements Transport {
  readonly keepsHistory = true;
  readonly #options: ManagedAgentsOptions;
  readonly #protocol: Protocol;
  readonly #requests: HttpRequests;
  readonly #memory = new SessionMemory();
  readonly #listeners = new Set<ConnectionStateListener>();
  #session: Promise<string> | undefined;
  /** The interruption of the run before, until the next begins. */
  #interruption: Promise<void> | undefined;
  /** Ends the wait for a page that has to answer calls. */
  #answering: (() => void) | undefined;

  constructor(options: ManagedAgentsOptions) {
    this.#options = options;
    this.#protocol = managedAgents(options, this.#memory);
    this.#requests = new HttpRequests(options, this.#protocol);
    if (options.sessionId !== undefined) this.#session = Promise.resolve(options.sessionId);
  }

  onConnectionStateChange(listener: ConnectionStateListener): () => void {
    const entry: ConnectionStateListener = (state) => listener(state);
    this.#listeners.add(entry);
    return () => void this.#listeners.delete(entry);
  }

  async *send(request: ChatRequest, context: SendContext): EventStream {
    const { signal } = context;
    this.#answering?.();
    this.#answering = undefined;
    const sessionId = await this.#sessionFor(signal);
    yield* this.#read(sessionId, signal, async (trial) => {
      // Heard before it is spoken to: a stream says only what comes after it was opened.
      const stream = await this.#stream(sessionId, trial);
      if (stream.ok) await orClose(stream, this.#say(sessionId, request, context));
      return stream;
    });
  }

  async resume({ signal }: { readonly signal: AbortSignal }): Promise<EventStream | null> {
    const sessionId = await this.#session;
    if (sessionId === undefined) return null;
    const stream = await this.#stream(sessionId, signal);
    if (!stream.ok) throw await errorFromResponse(stream);
    const history = await orClose(stream, this.#history(sessionId, signal));
    if (isAtRest(history)) {
      await stream.body?.cancel();
      return null;
    }
    this.#memory.resume(history);
    return this.#read(sessionId, signal, async () => this.#withHistory(history, stream));
  }

  async respond(decision: ApprovalDecision, { signal } = NEVER): Promise<void> {
    const sessionId = await this.#session;
    if (sessionId === undefined || !this.#protocol.encodeDecision) throw nobodyWaits();
    const payload = this.#protocol.encodeDecision(decision);
    await this.#deliver(sessionId, payload, signal, true);
    this.#memory.answered.add(decision.approvalId);
    this.#memory.asked.delete(decision.approvalId);
  }

  /** One leg: read until the session rests, or the page has to act. */
  async *#read(sessionId: string, signal: AbortSignal, first: Ask): EventStream {
    const decoder = new ManagedAgentsDecoder(this.#memory);
    const options = this.#leg(signal, {
      protocol: { ...this.#protocol, decode: () => decoder },
      again: () => (decoder.ended ? undefined : (trial) => this.#reopened(sessionId, decoder, trial)),
      onAbort: () => {
        if (!decoder.ended) this.#interrupt(sessionId);
      },
    });
    try {
      yield* readLeg(() => first(signal), options);
    } finally {
      if (decoder.waitsForPage) this.#waitForPage(sessionId, signal);
    }
  }

  /** A run that is stopped while the page has calls to answer is interrupted too. */
  #waitForPage(sessionId: string, signal: AbortSignal): void {
    const stop = (): void => this.#interrupt(sessionId);
    signal.addEventListener('abort', stop, { once: true });
    this.#answering = () => signal.removeEventListener('abort', stop);
  }

  #leg(signal: AbortSignal, more: Partial<HttpLegOptions> = {}): HttpLegOptions {
    const { maxEventLength, idleTimeout = IDLE_TIMEOUT } = this.#options;
    return {
      protocol: this.#protocol,
      signal,
      place: new Place(),
      again: () => undefined,
      onAbort: () => {},
      onReconnecting: (reconnecting) => {
        const state = reconnecting ? 'connecting' : 'connected';
        for (const listener of [...this.#listeners]) guarded(() => listener(state));
      },
      maxEventLength,
      idleTimeout,
      ...more,
    };
  }

  /** The session, which is created once, with the first message. */
  #sessionFor(signal: AbortSignal): Promise<string> {
    this.#session ??= this.#create(signal).catch((error) => {
      this.#session = undefined;
      throw error;
    });
    return this.#session;
  }

  async #create(signal: AbortSignal): Promise<string> {
    const { session, onSession } = this.#options;
    if (!session) throw unsupported('There is neither a session nor what to make one of.', 'no-session');
    const ask: Ask = (trial) => this.#requests.post(session, trial, 'sessions');
    const { id } = await jsonOf(await persist(ask, this.#leg(signal), false));
    if (typeof id !== 'string')
      throw malformed('The server made a session without an id.', 'session-without-id');
    guarded(() => onSession?.(id));
    return id;
  }

  #stream(sessionId: string, signal: AbortSignal): Promise<Response> {
    return persist((trial) => this.#open(sessionId, trial), this.#leg(signal), true);
  }

  #open(sessionId: string, signal: AbortSignal): Promise<Response> {
    const query = this.#options.previews === false ? '' : `?${PREVIEWS}`;
    return this.#requests.get(`${pathOf(sessionId)}/stream${query}`, signal);
  }

  /** Says what the page asks for, and remembers what was said. A message is not said twice: it would be two. */
  async #say(sessionId: string, request: ChatRequest, { signal, messages }: SendContext): Promise<void> {
    const payload = this.#protocol.encode(request, messages);
    if (request.type === 'continue') {
      await this.#deliver(sessionId, payload, signal, true);
      for (const { toolCallId } of request.toolResults) {
        this.#memory.answered.add(toolCallId);
        this.#memory.sent.add(toolCallId);
      }
      return;
    }
    const interruption = this.#interruption;
    await interruption;
    const { data } = await this.#deliver(sessionId, payload, signal, false);
    this.#interruption = undefined;
    this.#memory.begin(Array.isArray(data) ? data.filter(isRecord) : [], interruption !== undefined);
  }

  /** Sends events. Where they may be repeated, a refusal of the repetition says that they had arrived. */
  async #deliver(
    sessionId: string,
    payload: object,
    signal: AbortSignal,
    mayRepeat: boolean,
  ): Promise<Fields> {
    const leg = this.#leg(signal);
    const ask: Ask = (trial) => this.#requests.post(payload, trial, pathOf(sessionId));
    const response = await persist(ask, leg, mayRepeat);
    if (leg.place.attempts === 0 || ![400, 409].includes(response.status)) return jsonOf(response);
    await response.body?.cancel();
    return {};
  }

  /** Tells the session to stop. Calls that it waited for are over with that. */
  #interrupt(sessionId: string): void {
    const { calls, answered } = this.#memory;
    for (const id of calls.keys()) answered.add(id);
    const told = this.#requests.tell({ events: [{ type: 'user.interrupt' }] }, pathOf(sessionId));
    this.#interruption = Promise.race([
      told,
      new Promise<void>((resolve) => setTimeout(resolve, INTERRUPT_TIMEOUT)),
    ]);
  }

  /** A new stream, after what the session said since the old one was cut off. */
  async #reopened(sessionId: string, decoder: ManagedAgentsDecoder, signal: AbortSignal): Promise<Response> {
    decoder.reconnected();
    const stream = await this.#open(sessionId, signal);
    if (!stream.ok) return stream;
    return this.#withHistory(await orClose(stream, this.#history(sessionId, signal)), stream);
  }

  async #history(sessionId: string, signal: AbortSignal): Promise<readonly Fields[]> {
    const events: Fields[] = [];
    let page = '';
    for (let count = 0; count < MAX_PAGES; count += 1) {
      const path = `${pathOf(sessionId)}?limit=1000${page && `&page=${encodeURIComponent(page)}`}`;
      const { data, next_page: next } = await jsonOf(await this.#requests.get(path, signal));
      events.push(...(Array.isArray(data) ? data.filter(isRecord) : []));
      if (typeof next !== 'string' || !next) break;
      page = next;
    }
    return events;
  }

  #withHistory(history: readonly Fields[], stream: Response): Response {
    this.#memory.noteAnswers(history);
    const events = this.#memory.ofThisRun(history);
    const text = events.map((event) => `data: ${JSON.stringify(event)}\n\n`).join('');
    return new Response(after(text, stream.body), { headers: { 'Content-Type': 'text/event-stream' } });
  }
}

function pathOf(sessionId: string): string {
  return `sessions/${encodeURIComponent(sessionId)}/events`;
}

async function jsonOf(response: Response): Promise<Fields> {
  if (!response.ok) throw await errorFromResponse(response);
  let value: unknown;
  try {
    value = await response.json();
  } catch {
    throw malformed('The server answered with what is not valid JSON.', 'malformed-json');
  }
  return isRecord(value) ? value : {};
}

/** The bytes of a stream, after these. */
function after(text: string, body: ReadableStream<Uint8Array> | null): ReadableStream<Uint8Array> {
  const reader = body?.getReader();
  return new ReadableStream({
    start: (controller) => {
      if (text) controller.enqueue(new TextEncoder().encode(text));
    },
    pull: async (controller) => {
      const { done, value } = (await reader?.read()) ?? { done: true };
      if (value) controller.enqueue(value);
      else if (done) controller.close();
    },
    cancel: (reason) => reader?.cancel(reason),
  });
}

/** What is done while a stream is open; where that fails, the stream is of no use. */
async function orClose<T>(stream: Response, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    await stream.body?.cancel().catch(() => {});
    throw error;
  }
}

function nobodyWaits(): AgentChatError {
  return new AgentChatError('Nobody waits for this answer.', {
    type: 'conflict_error',
    source: 'client',
    retryable: false,
    code: 'approval-not-pending',
  });
}
