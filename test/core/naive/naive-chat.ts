import type {
  AgentChatOptions,
  ChatRequest,
  ChatStatus,
  ClientToolHandler,
  InteractiveTool,
  PendingToolCall,
  StreamEvent,
  ToolResult,
  UIMessage,
} from 'agent-chat-kit';
import { NaiveAnswer } from './naive-answer.ts';

type Answer = Pick<ToolResult, 'result' | 'error'>;

/**
 * A chat as one writes it first: a loop for each stream, and one answer that all loops write to as long as there
 * is one. Nothing tells the loop of an old run from that of the new one.
 */
export class NaiveChat {
  messages: readonly UIMessage[];
  status: ChatStatus = 'idle';
  error: Error | null = null;
  pendingClientTools: Record<string, InteractiveTool[]> = {};
  readonly #options: AgentChatOptions;
  readonly #listeners = new Set<() => void>();
  #answer: NaiveAnswer | null = null;
  #asked: { content: string; count: number } | null = null;
  #abort: AbortController | null = null;
  #toolAbort: AbortController | null = null;
  #executionId: string | null = null;
  #results: ToolResult[] = [];

  constructor(options: AgentChatOptions) {
    this.#options = options;
    this.messages = options.initialMessages ?? [];
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  async sendMessage(content: string): Promise<void> {
    this.#abort?.abort();
    this.#asked = { content, count: this.messages.length };
    const parts = [{ type: 'text', text: content, status: 'done' }] as const;
    const createdAt = new Date();
    this.messages = [
      ...this.messages,
      { id: `user-${this.messages.length}`, role: 'user', parts, status: 'done', createdAt },
    ];
    this.#answer = new NaiveAnswer();
    try {
      await this.#consume({ type: 'trigger', triggerName: 'user-message' });
    } catch (error) {
      this.#answer?.finish();
      this.#fail(error);
    }
  }

  async retry(): Promise<void> {
    if (!this.#asked) return;
    this.messages = this.messages.slice(0, this.#asked.count);
    await this.sendMessage(this.#asked.content);
  }

  stop(): void {
    this.#abort?.abort();
    this.#toolAbort?.abort();
    this.#answer?.finish();
    this.#show();
    this.#answer = null;
    this.status = 'idle';
    this.#notify();
  }

  replaceMessages(messages: readonly UIMessage[]): void {
    this.messages = messages;
    this.#notify();
  }

  async #consume(request: ChatRequest): Promise<void> {
    this.status = 'streaming';
    this.#abort = new AbortController();
    const { signal } = this.#abort;
    this.#notify();
    try {
      for await (const batch of this.#options.transport.send(request, { signal, messages: this.messages })) {
        for (const event of [batch].flat()) {
          if (this.#answer === null) return;
          this.#take(event);
        }
      }
    } catch (error) {
      if (!(error instanceof Error && error.name === 'AbortError')) throw error;
    }
    // The stream is over, so nothing is being written any more.
    if (this.#executionId === null) {
      this.#answer = null;
      this.status = 'idle';
      this.#notify();
    }
  }

  #take(event: StreamEvent): void {
    if (event.type === 'error') throw new Error(event.message);
    if (event.type === 'client-tool-request') {
      this.#executionId = event.executionId;
      this.#results = [...(event.serverToolResults ?? [])];
      this.pendingClientTools = {};
      void this.#runTools(event.toolCalls);
      return;
    }
    if (event.type === 'finish' && event.finishReason === 'client-tool-calls') {
      if (Object.keys(this.pendingClientTools).length > 0) this.status = 'awaiting-input';
      return this.#notify();
    }
    this.#answer?.apply(event);
    this.#show();
    this.#notify();
  }

  #show(): void {
    if (!this.#answer || this.#answer.parts.length === 0) return;
    const { parts, status } = this.#answer;
    const id = `answer-${this.#asked?.count}`;
    const createdAt = new Date(this.#options.now?.() ?? Date.now());
    const message: UIMessage = { id, role: 'assistant', parts: [...parts], status, createdAt };
    this.messages = [...this.messages.filter((other) => other.id !== id), message];
  }

  async #runTools(calls: readonly PendingToolCall[]): Promise<void> {
    const handlers: Readonly<Record<string, ClientToolHandler>> = this.#options.clientTools ?? {};
    for (const call of calls) if (handlers[call.toolName] === 'interactive') this.#ask(call);
    for (const call of calls) {
      const handler = handlers[call.toolName];
      if (handler === 'interactive') continue;
      this.#toolAbort = new AbortController();
      const { toolCallId, toolName, args } = call;
      const { signal } = this.#toolAbort;
      const context = { toolCallId, toolName, signal, addFile: () => {} };
      if (handler) this.#answerCall(call, { result: await handler(args, context) });
      else this.#answerCall(call, { error: `No client handler for tool: ${toolName}` });
    }
    if (calls.some(({ toolName }) => handlers[toolName] !== 'interactive')) void this.#continue();
  }

  #ask(call: PendingToolCall): void {
    const { toolCallId, toolName, args } = call;
    const settle = (answer: Answer) => {
      delete this.pendingClientTools[toolName];
      this.#answerCall(call, answer);
      void this.#continue();
    };
    const submit = (result: unknown) => settle({ result });
    const cancel = (reason = 'User cancelled') => settle({ error: reason });
    this.pendingClientTools[toolName] = [{ toolCallId, toolName, args, submit, cancel }];
  }

  #answerCall({ toolCallId, toolName }: PendingToolCall, { result, error }: Answer): void {
    this.#results.push(
      error === undefined ? { toolCallId, toolName, result } : { toolCallId, toolName, error },
    );
    this.#answer?.apply(
      error
        ? { type: 'tool-output-error', toolCallId, error }
        : { type: 'tool-output-available', toolCallId, output: result },
    );
    this.#show();
    this.#notify();
  }

  async #continue(): Promise<void> {
    if (Object.keys(this.pendingClientTools).length > 0) return;
    try {
      // The stream that asked has to be over first.
      await new Promise((resolve) => setImmediate(resolve));
      const executionId = this.#executionId;
      if (executionId === null) throw new Error('The execution to continue was lost.');
      this.#executionId = null;
      await this.#consume({ type: 'continue', executionId, toolResults: this.#results });
    } catch (error) {
      this.#fail(error);
    }
  }

  #fail(error: unknown): void {
    this.status = 'error';
    this.error = error instanceof Error ? error : new Error(String(error));
    this.#show();
    this.#notify();
  }

  #notify(): void {
    for (const listener of this.#listeners) listener();
  }
}
