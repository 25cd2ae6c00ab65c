import type { AgentRun } from '../core/agent.ts';
import type { FinishReason, PendingToolCall, StreamEvent } from '../core/event.ts';
import { generateId } from '../core/generate-id.ts';
import type { FileReference, TodoItem } from '../core/message.ts';
import type { ApprovalDecision } from '../core/transport.ts';

type Events<Result = void> = AsyncGenerator<StreamEvent, Result, void>;
type Args = Readonly<Record<string, unknown>>;
type Pieces = string | Iterable<string> | AsyncIterable<string>;

export interface ToolOptions {
  readonly name: string;
  readonly args: Args;
  /** What people read instead of the name. */
  readonly title?: string | undefined;
  readonly toolCallId?: string | undefined;
}

/**
 * Well-formed events for an agent to yield: `yield* write.text('Hello')`. Each method opens, fills and closes
 * what it writes, and returns what the agent needs to go on.
 */
export interface EventWriter {
  text(pieces: Pieces): Events;
  reasoning(pieces: Pieces): Events;
  /** An object of the type `typeName`, streamed as JSON. */
  object(typeName: string, pieces: Pieces): Events;
  /** Shows the call, runs it, shows the result and returns it. What `run` throws is shown as failed and thrown on. */
  tool<Result>(options: ToolOptions, run: (args: Args) => Result | Promise<Result>): Events<Result>;
  /** As `tool`, once a person has allowed it; undefined where they have not. The arguments may come back changed. */
  approvedTool<Result>(
    options: ToolOptions & { readonly choices?: readonly string[]; readonly context?: string },
    run: (args: Args, decision: ApprovalDecision) => Result | Promise<Result>,
  ): Events<Result | undefined>;
  /** Hands a call to the page and ends this leg; the answer comes with the next request. */
  clientTool(options: ToolOptions): Events;
  source(
    source: { url: string; title?: string } | { title: string; mediaType: string; filename?: string },
  ): Events;
  file(file: Omit<FileReference, 'id'> & { id?: string; toolCallId?: string }): Events;
  todos(todos: readonly TodoItem[]): Events;
  /** Something the runtime does, shown while `during` runs. */
  operation(name: string, operationType: string, during?: Events): Events;
  /** Another agent's work, shown inside one part; `write` writes into it. Returns what `work` returns. */
  worker<Output>(
    worker: { slug: string; description?: string; input?: Args },
    work: (write: EventWriter) => Events<Output>,
  ): Events<Output>;
  data(name: string, data: unknown, id?: string): Events;
  finish(finishReason?: FinishReason): Events;
}

/** A writer for one run; with `workerId`, everything it writes belongs to that worker. */
export function createEventWriter(run: Pick<AgentRun, 'decision'>, workerId?: string): EventWriter {
  const inWorker = workerId === undefined ? {} : { workerId };

  async function* block(kind: 'text' | 'reasoning', pieces: Pieces, responseType?: string): Events {
    const id = generateId();
    if (kind === 'text')
      yield { type: 'text-start', id, ...(responseType ? { responseType } : {}), ...inWorker };
    else yield { type: 'reasoning-start', id, ...inWorker };
    for await (const delta of typeof pieces === 'string' ? [pieces] : pieces) {
      if (delta) yield { type: `${kind}-delta`, id, delta, ...inWorker };
    }
    yield { type: `${kind}-end`, id, ...inWorker };
  }

  async function* announce({ name, args, title, toolCallId = generateId() }: ToolOptions): Events<string> {
    yield { type: 'tool-input-start', toolCallId, toolName: name, ...(title ? { title } : {}), ...inWorker };
    yield { type: 'tool-input-delta', toolCallId, inputTextDelta: JSON.stringify(args), ...inWorker };
    yield { type: 'tool-input-end', toolCallId, ...inWorker };
    return toolCallId;
  }

  async function* execute<Result>(toolCallId: string, call: () => Result | Promise<Result>): Events<Result> {
    try {
      const output = await call();
      yield { type: 'tool-output-available', toolCallId, output, ...inWorker };
      return output;
    } catch (error) {
      yield { type: 'tool-output-error', toolCallId, error: 'The tool failed.', ...inWorker };
      throw error;
    }
  }

  return {
    text: (pieces) => block('text', pieces),
    reasoning: (pieces) => block('reasoning', pieces),
    object: (typeName, pieces) => block('text', pieces, typeName),

    async *tool(options, call) {
      const toolCallId = yield* announce(options);
      yield {
        type: 'tool-input-available',
        toolCallId,
        toolName: options.name,
        input: options.args,
        ...inWorker,
      };
      return yield* execute(toolCallId, () => call(options.args));
    },

    async *approvedTool({ choices, context, ...options }, call) {
      const { name, args } = options;
      const toolCallId = yield* announce(options);
      const approvalId = generateId();
      yield {
        type: 'approval-request',
        approvalId,
        toolCallId,
        toolName: name,
        args,
        ...(choices ? { choices } : {}),
        ...(context ? { context } : {}),
        ...inWorker,
      };
      const decision = await run.decision(approvalId, { toolCallId, toolName: name, args });
      const { approved, reason, args: edited } = decision;
      yield {
        type: 'approval-resolved',
        approvalId,
        approved,
        ...(reason ? { reason } : {}),
        ...(edited ? { args: edited } : {}),
      };
      if (!approved) {
        yield { type: 'tool-output-error', toolCallId, error: reason || 'Denied by the user.', ...inWorker };
        return undefined;
      }
      const input = decision.args ?? args;
      yield { type: 'tool-input-available', toolCallId, toolName: name, input, ...inWorker };
      return yield* execute(toolCallId, () => call(input, decision));
    },

    async *clientTool(options) {
      const { name: toolName, args } = options;
      const toolCallId = yield* announce(options);
      yield { type: 'tool-input-available', toolCallId, toolName, input: args, ...inWorker };
      const call: PendingToolCall = { toolCallId, toolName, args, ...inWorker };
      // The run knows its execution id and fills it in.
      yield { type: 'client-tool-request', executionId: '', toolCalls: [call] };
      yield { type: 'finish', finishReason: 'client-tool-calls' };
    },

    async *source(source) {
      const id = generateId();
      yield { ...source, type: 'source', id, sourceType: 'url' in source ? 'url' : 'document', ...inWorker };
    },
    async *file({ id = generateId(), ...file }) {
      yield { ...file, id, type: 'file-available', ...inWorker };
    },
    async *todos(todos) {
      yield { type: 'todo-update', todos, ...inWorker };
    },

    async *operation(blockName, blockType, during) {
      const blockId = generateId();
      yield { type: 'block-start', blockId, blockName, blockType, display: 'name', ...inWorker };
      if (during) yield* during;
      yield { type: 'block-end', blockId, ...inWorker };
    },

    async *worker({ slug: workerSlug, description, input }, work) {
      const workerId = generateId();
      const about = { ...(description ? { description } : {}), ...(input ? { input } : {}) };
      yield { type: 'worker-start', workerId, workerSlug, ...about };
      try {
        const output = yield* work(createEventWriter(run, workerId));
        yield { type: 'worker-result', workerId, ...(output === undefined ? {} : { output }) };
        return output;
      } catch (error) {
        yield { type: 'worker-result', workerId, error: 'The worker failed.' };
        throw error;
      }
    },

    async *data(name, data, id) {
      yield { type: 'data', name, data, ...(id ? { id } : {}), ...inWorker };
    },
    async *finish(finishReason = 'stop') {
      yield { type: 'finish', finishReason };
    },
  };
}
