import { ClientToolCalls, type ClientToolHandler, type PendingClientTools } from './client-tools.ts';
import { AgentChatError, discontinuity, isAbortError, streamInterrupted } from './error.ts';
import type { StreamEvent } from './event.ts';
import type { UIMessage } from './message.ts';
import type { ChatRequest, EventStream, Transport } from './transport.ts';

/** How long a stream may stay open after it said that the run is over. Milliseconds. */
const DRAIN_TIMEOUT = 1_000;

/** What a run needs, and whom it tells. */
export interface RunOptions {
  readonly transport: Transport;
  /** Asked when the agent calls one, so that a page may change them meanwhile. */
  readonly clientTools: () => { handlers: Readonly<Record<string, ClientToolHandler>>; timeout: number };
  /** The conversation as it stands when a leg begins. */
  readonly messages: () => readonly UIMessage[];
  /** Everything the run says, and the page's own answers to tool calls. Never called once the run has ended. */
  readonly onEvent: (event: StreamEvent) => void;
  /** Whether the run waits for a person has changed. */
  readonly onWaiting: () => void;
  /** The run failed; whoever is told ends it. */
  readonly onFail: (error: AgentChatError) => void;
  /** What a finished run cost, told late. */
  readonly onUsage: (event: StreamEvent) => void;
  /** There is no run at the other end; whoever is told ends this one. */
  readonly onNothing: () => void;
  /** Events were lost: takes the conversation from where it is kept. Rejects where that cannot be. */
  readonly onLost: () => Promise<void>;
}

/**
 * One run: everything the agent does for one trigger, over as many legs as its client tools take. It is an
 * object so that whatever comes late from an old run can be told from the new one: an ended run says nothing.
 */
export class Run {
  readonly #options: RunOptions;
  readonly #abort = new AbortController();
  #calls: ClientToolCalls | null = null;
  #legOver = false;
  /** Events of its stream are lost. */
  #lost = false;
  #ended = false;

  /** Gives up the wait that is going on: a stream that ignores its signal must not hold a run open. */
  #giveUp: ((reason: unknown) => void) | null = null;

  constructor(options: RunOptions) {
    this.#options = options;
    const { signal } = this.#abort;
    signal.addEventListener('abort', () => this.#giveUp?.(signal.reason), { once: true });
  }

  /** Aborted once it is over, or soon after. */
  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  /** Whether nothing is heard of it any more. */
  get ended(): boolean {
    return this.#ended;
  }

  /** Whether the agent waits for the page to answer tool calls. */
  get legOver(): boolean {
    return this.#legOver;
  }

  /** Whether the agent is done for now and a person has to answer. */
  get waitsForPerson(): boolean {
    return this.#legOver && (this.#calls?.waitsForPerson ?? false);
  }

  /** Calls that a person has to answer, from the moment they are known. */
  get pendingClientTools(): PendingClientTools | null {
    return this.#calls?.waitsForPerson ? this.#calls.pending : null;
  }

  /**
   * Runs to the end: as long as the agent hands tool calls to the page, it is asked on with the answers. Without
   * a first request it is the run that still goes on at the other end.
   */
  async start(first: ChatRequest | null): Promise<void> {
    try {
      let wasLost = false;
      for (let request = first; !this.#ended; ) {
        const stream = request ? this.#send(request) : await this.#resumed();
        if (!stream) return this.#ended ? undefined : this.#options.onNothing();
        await this.#leg(stream[Symbol.asyncIterator]());
        if (this.#ended) return;
        if (!this.#lost) {
          request = await this.#answers();
          continue;
        }
        // Once: a server that loses events again and again must not keep this page busy.
        if (wasLost) throw discontinuity();
        wasLost = true;
        this.#lost = false;
        // What was asked of the page is part of what is replaced.
        if (this.#calls) {
          this.#calls = null;
          this.#waiting();
          if (this.#ended) return;
        }
        await this.#unlessAborted(this.#options.onLost());
        request = null;
      }
    } catch (error) {
      this.#fail(error);
    }
  }

  /** Nothing is heard of it any more. A finished stream may still say what it cost; any other is closed. */
  end(finished: boolean): void {
    this.#ended = true;
    this.#calls = null;
    if (!finished) this.close();
  }

  /** Lets go of the stream, whatever it may still say. */
  close(): void {
    this.#abort.abort();
  }

  #send(request: ChatRequest): EventStream {
    const { transport, messages } = this.#options;
    return transport.send(request, {
      signal: this.#abort.signal,
      get messages() {
        return messages();
      },
    });
  }

  async #resumed(): Promise<EventStream | null> {
    const { signal } = this.#abort;
    return this.#unlessAborted(Promise.resolve(this.#options.transport.resume?.({ signal }) ?? null));
  }

  /** One stream. Returns at the end of the run, or where the page has to answer tool calls or lost events. */
  async #leg(stream: Stream): Promise<void> {
    this.#legOver = false;
    try {
      await this.#unlessAborted(this.#readOn(stream));
    } catch (error) {
      close(stream);
      throw error;
    }
    if (this.#ended) void this.#drain(stream);
    else close(stream);
  }

  /** Reads until there is a reason to stop. Without `await`: this happens for every piece of every answer. */
  #readOn(stream: Stream): Promise<void> {
    return new Promise((resolve, reject) => {
      const next = (): void => {
        if (this.#ended || this.#legOver || this.#lost) return resolve();
        try {
          stream.next().then(take, reject);
        } catch (error) {
          reject(error);
        }
      };
      const take = ({ done, value }: Awaited<ReturnType<Stream['next']>>): void => {
        if (done) return reject(streamInterrupted());
        try {
          for (const event of isBatch(value) ? value : [value]) this.#receive(event);
        } catch (error) {
          return reject(error);
        }
        next();
      };
      next();
    });
  }

  #receive(event: StreamEvent): void {
    if (this.#ended) {
      if (event.type === 'usage' && !this.#abort.signal.aborted) this.#options.onUsage(event);
      return;
    }
    if (event.type === 'discontinuity') {
      this.#lost = true;
      return;
    }
    if (event.type === 'client-tool-request') {
      this.#options.onEvent(event);
      if (this.#ended) return;
      this.#calls ??= this.#makeCalls();
      this.#calls.request(event);
      return this.#waiting();
    }
    // Without a call to answer there is nothing to go on with: then the run is over.
    if (event.type === 'finish' && event.finishReason === 'client-tool-calls' && this.#calls) {
      this.#legOver = true;
    }
    this.#options.onEvent(event);
  }

  /** Waits for all answers; they are the next request. */
  async #answers(): Promise<ChatRequest> {
    const calls = this.#calls as ClientToolCalls;
    this.#waiting();
    const toolResults = await this.#unlessAborted(calls.results());
    this.#calls = null;
    return { type: 'continue', executionId: calls.executionId ?? '', toolResults };
  }

  /** What is waited for, one thing at a time, unless the run is given up first. */
  #unlessAborted<T>(promise: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      this.#giveUp = reject;
      promise.then(resolve, reject);
      if (this.#abort.signal.aborted) reject(this.#abort.signal.reason);
    });
  }

  #makeCalls(): ClientToolCalls {
    const calls: ClientToolCalls = new ClientToolCalls({
      ...this.#options.clientTools(),
      signal: this.#abort.signal,
      onAnswer: (answer) => {
        if (this.#ended || this.#calls !== calls) return;
        try {
          this.#options.onEvent(answer);
        } catch (error) {
          return this.#fail(error);
        }
        this.#waiting();
      },
    });
    return calls;
  }

  #fail(error: unknown): void {
    if (this.#ended) return;
    this.#options.onFail(isAbortError(error) ? streamInterrupted(error) : AgentChatError.from(error));
  }

  /** A tool handler may have ended the run that it answers. */
  #waiting(): void {
    if (!this.#ended) this.#options.onWaiting();
  }

  /** Reads what may follow the end of a run, for a short while. How the stream closes changes nothing. */
  async #drain(stream: Stream): Promise<void> {
    const { signal } = this.#abort;
    const timer = setTimeout(() => this.#abort.abort(), DRAIN_TIMEOUT);
    try {
      while (!signal.aborted) {
        const { done, value } = await this.#unlessAborted(stream.next());
        if (done) return;
        for (const event of isBatch(value) ? value : [value]) this.#receive(event);
      }
    } catch {
      // The answer is complete already.
    } finally {
      clearTimeout(timer);
      close(stream);
    }
  }
}

type Stream = AsyncIterator<StreamEvent | readonly StreamEvent[]>;

function isBatch(item: StreamEvent | readonly StreamEvent[]): item is readonly StreamEvent[] {
  return Array.isArray(item);
}

function close(stream: Stream): void {
  stream.return?.().catch(() => {});
}
