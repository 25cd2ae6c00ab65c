import type { ClientToolRequestEvent, PendingToolCall, StreamEvent, ToolResult } from './event.ts';
import type { FileReference } from './message.ts';

export interface ClientToolContext {
  readonly toolCallId: string;
  readonly toolName: string;
  /** Aborted when the run is stopped or the handler takes too long. */
  readonly signal: AbortSignal;
  /** Sends a file along with the result. */
  addFile(file: FileReference): void;
}

/** Answers a tool call in the page: by itself, or `'interactive'`: a person answers it. */
export type ClientToolHandler =
  | ((args: Readonly<Record<string, unknown>>, context: ClientToolContext) => unknown)
  | 'interactive';

/** A tool call that waits for a person. */
export interface InteractiveTool {
  readonly toolCallId: string;
  readonly toolName: string;
  readonly args: Readonly<Record<string, unknown>>;
  submit(result: unknown): void;
  cancel(reason?: string): void;
}

export type PendingClientTools = Readonly<Record<string, readonly InteractiveTool[]>>;

export interface ClientToolCallsOptions {
  readonly handlers: Readonly<Record<string, ClientToolHandler>>;
  /** How long an automatic handler may take. Milliseconds. */
  readonly timeout: number;
  readonly signal: AbortSignal;
  /** Told what each answer means for the conversation. */
  readonly onAnswer: (event: StreamEvent) => void;
}

/** The tool calls that one leg of a run handed to the page, and the answers as they come. */
export class ClientToolCalls {
  readonly #options: ClientToolCallsOptions;
  readonly #calls: PendingToolCall[] = [];
  readonly #answers = new Map<string, ToolResult>();
  readonly #interactive = new Map<string, InteractiveTool>();
  readonly #serverResults: ToolResult[] = [];
  /** Set once no more calls come and somebody wants the results. */
  #deliver: ((results: readonly ToolResult[]) => void) | undefined;
  executionId: string | undefined;

  constructor(options: ClientToolCallsOptions) {
    this.#options = options;
  }

  /** Interactive calls wait from now on; automatic ones all start now. */
  request(event: ClientToolRequestEvent): void {
    this.executionId = event.executionId;
    this.#serverResults.push(...(event.serverToolResults ?? []));
    for (const call of event.toolCalls) {
      // A handler may have ended the run. What is asked again is the same call.
      if (this.#options.signal.aborted) return;
      if (this.#calls.some(({ toolCallId }) => toolCallId === call.toolCallId)) continue;
      this.#calls.push(call);
      const handler = Object.hasOwn(this.#options.handlers, call.toolName)
        ? this.#options.handlers[call.toolName]
        : undefined;
      if (handler === 'interactive') this.#interactive.set(call.toolCallId, this.#ask(call));
      else void this.#run(call, handler);
    }
  }

  /** Whether a person still has to answer. */
  get waitsForPerson(): boolean {
    return this.#interactive.size > 0;
  }

  /** By tool name; without a prototype, so that no name finds what is not a call. */
  get pending(): PendingClientTools {
    const byName: Record<string, InteractiveTool[]> = Object.create(null);
    for (const tool of this.#interactive.values()) {
      byName[tool.toolName] ??= [];
      byName[tool.toolName]?.push(tool);
    }
    return byName;
  }

  /** All results, those of the server first, once every call is answered. Ask when the leg is over. */
  results(): Promise<readonly ToolResult[]> {
    return new Promise((resolve) => {
      this.#deliver = resolve;
      this.#settle();
    });
  }

  #ask(call: PendingToolCall): InteractiveTool {
    const { toolCallId, toolName, args } = call;
    return {
      toolCallId,
      toolName,
      args,
      submit: (result) => this.#answer(call, { result }),
      cancel: (reason) => this.#answer(call, { error: reason || 'User cancelled' }),
    };
  }

  async #run(
    call: PendingToolCall,
    handler: Exclude<ClientToolHandler, 'interactive'> | undefined,
  ): Promise<void> {
    const { toolCallId, toolName, args } = call;
    if (!handler) return this.#answer(call, { error: `No client handler for tool: ${toolName}` });
    const { timeout, signal: stopped } = this.#options;
    const abort = new AbortController();
    const { signal } = abort;
    const files: FileReference[] = [];
    const timer = setTimeout(() => {
      abort.abort();
      this.#answer(call, { error: `The tool took longer than ${timeout / 1000} s.` });
    }, timeout);
    const stop = (): void => {
      clearTimeout(timer);
      abort.abort();
    };
    stopped.addEventListener('abort', stop, { once: true });
    try {
      const result = await handler(args, {
        toolCallId,
        toolName,
        signal,
        addFile: (file) => void files.push(file),
      });
      this.#answer(call, files.length > 0 ? { result, files } : { result });
    } catch (error) {
      this.#answer(call, { error: error instanceof Error ? error.message : String(error) });
    } finally {
      clearTimeout(timer);
      stopped.removeEventListener('abort', stop);
    }
  }

  /** The first answer counts; one that comes after the run has ended, or a second one, is dropped. */
  #answer(call: PendingToolCall, given: Answer): void {
    const { toolCallId, toolName, workerId } = call;
    if (this.#options.signal.aborted || this.#answers.has(toolCallId)) return;
    const answer = sendable(given);
    this.#interactive.delete(toolCallId);
    this.#answers.set(toolCallId, { toolCallId, toolName, ...answer, ...origin(call) });
    this.#options.onAnswer(
      answer.error === undefined
        ? { type: 'tool-output-available', toolCallId, output: answer.result, workerId }
        : { type: 'tool-output-error', toolCallId, error: answer.error, workerId },
    );
    this.#settle();
  }

  #settle(): void {
    const answers = this.#calls.map((call) => this.#answers.get(call.toolCallId));
    if (answers.every((answer) => answer !== undefined)) {
      this.#deliver?.([...this.#serverResults, ...answers]);
    }
  }
}

type Answer = Pick<ToolResult, 'result' | 'error' | 'files'>;

/** The answer, or the error that no JSON can be made of it. */
function sendable(answer: Answer): Answer {
  try {
    JSON.stringify(answer.result);
    return answer;
  } catch (error) {
    return { error: error instanceof Error ? error.message : String(error) };
  }
}

/** Where the call came from, for the result to say it too. */
function origin({ outputVariable, blockIndex, thread, workerId }: PendingToolCall): Partial<ToolResult> {
  return {
    ...(outputVariable === undefined ? {} : { outputVariable }),
    ...(blockIndex === undefined ? {} : { blockIndex }),
    ...(thread === undefined ? {} : { thread }),
    ...(workerId === undefined ? {} : { workerId }),
  };
}
