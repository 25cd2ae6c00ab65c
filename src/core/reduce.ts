import type {
  ApprovalRequestEvent,
  BlockStartEvent,
  StreamEvent,
  TextStartEvent,
  ToolInputStartEvent,
  WorkerInputStartEvent,
  WorkerStartEvent,
} from './event.ts';
import type {
  MessageMetadata,
  UIDataPart,
  UIMessage,
  UIMessagePart,
  UIObjectPart,
  UIOperationPart,
  UIReasoningPart,
  UITextPart,
  UITodoPart,
  UIToolCallPart,
  UIWorkerPart,
} from './message.ts';
import { parsePartialJson } from './partial-json.ts';

/** The conversation, and what is known of the run that is writing to it. */
export interface ChatState {
  readonly messages: readonly UIMessage[];
  /** Null while no run is writing. The message being written, once it has a part, is the last one. */
  readonly run: RunState | null;
}

interface RunState {
  readonly hasMessage: boolean;
  /** Open blocks of the run and its workers, innermost last. */
  readonly blocks: readonly BlockStartEvent[];
  /** Tool calls that wait for a person. */
  readonly approvals: readonly ApprovalRequestEvent[];
}

/** What the outside world lends to an otherwise pure function. */
export interface ReduceContext {
  /** Epoch milliseconds. */
  now(): number;
  generateId(): string;
}

/** How a run came to its end. */
export type RunEnding = 'finished' | 'stopped' | 'failed';

export const emptyState: ChatState = { messages: [], run: null };

const NEW_RUN: RunState = { hasMessage: false, blocks: [], approvals: [] };

const OPERATIONS = new Set(['set-resource', 'serialize-thread', 'generate-image']);

/**
 * The state after `events`. Pure and total: `state` is never changed, unknown events change nothing, and only
 * what an event touches gets a new identity. Within one call a part is copied once however many events touch
 * it, so the cost is that of the events, not of the message or the transcript.
 */
export function reduce(state: ChatState, events: readonly StreamEvent[], context: ReduceContext): ChatState {
  const draft = new Draft(state, context);
  for (const event of events) apply(draft, event);
  return draft.commit();
}

/** The state once the current run is over: nothing in it is left open. A message without parts is not kept. */
export function endRun(state: ChatState, ending: RunEnding, context: ReduceContext): ChatState {
  const draft = new Draft(state, context);
  draft.end(ending);
  return draft.commit();
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };
type Parts = UIMessagePart[];

/** A state being changed. Copies on first touch, so that what was published before stays as it was. */
class Draft {
  readonly #state: ChatState;
  readonly #context: ReduceContext;
  readonly #owned = new Set<object>();
  /** Parts whose streamed JSON grew and is to be read before the draft is published. */
  readonly #grown = new Map<object, () => void>();
  #messages: readonly UIMessage[];
  #run: RunState | null;

  constructor(state: ChatState, context: ReduceContext) {
    this.#state = state;
    this.#context = context;
    this.#messages = state.messages;
    this.#run = state.run;
  }

  commit(): ChatState {
    this.#readGrown();
    if (this.#messages === this.#state.messages && this.#run === this.#state.run) return this.#state;
    return { messages: this.#messages, run: this.#run };
  }

  now(): number {
    return this.#context.now();
  }

  get run(): RunState {
    return this.#run ?? NEW_RUN;
  }

  setRun(change: Partial<RunState>): void {
    this.#run = { ...this.run, ...change };
  }

  own<T extends object>(value: T): Mutable<T> {
    if (this.#owned.has(value)) return value;
    const copy = (Array.isArray(value) ? value.slice() : { ...value }) as T;
    this.#owned.add(copy);
    return copy;
  }

  /** A part whose JSON text grew; `read` makes sense of it once, however often it grew. */
  grew(part: object, read: () => void): void {
    this.#grown.set(part, read);
  }

  settled(part: object): void {
    this.#grown.delete(part);
  }

  #readGrown(): void {
    for (const read of this.#grown.values()) read();
    this.#grown.clear();
  }

  /** The message being written; made when its first part comes. */
  message(): Mutable<UIMessage> {
    const messages = this.own(this.#messages) as UIMessage[];
    this.#messages = messages;
    if (!this.run.hasMessage) {
      this.setRun({ hasMessage: true });
      messages.push({
        id: this.#context.generateId(),
        role: 'assistant',
        parts: [],
        status: 'streaming',
        createdAt: new Date(this.now()),
      });
    }
    const index = messages.length - 1;
    const message = this.own(messages[index] as UIMessage);
    messages[index] = message;
    return message;
  }

  /** The parts an event speaks of as they are: looking makes and touches nothing. */
  peek(workerId?: string): readonly UIMessagePart[] {
    const parts = (this.run.hasMessage && this.#messages.at(-1)?.parts) || [];
    if (workerId === undefined) return parts;
    const worker = parts.findLast((part) => part.type === 'worker' && part.workerId === workerId);
    return worker?.type === 'worker' ? worker.parts : [];
  }

  /** The newest part that fits, ready to be changed. */
  find<P extends UIMessagePart>(
    workerId: string | undefined,
    fits: (part: UIMessagePart) => boolean,
  ): Mutable<P> | undefined {
    const index = this.peek(workerId).findLastIndex(fits);
    if (index < 0) return undefined;
    const parts = this.parts(workerId);
    const part = this.own(parts[index] as P);
    parts[index] = part as P;
    return part;
  }

  /** The parts an event adds to: the message's, or those of the worker it names. */
  parts(workerId?: string): Parts {
    const message = this.message();
    const parts = this.own(message.parts) as Parts;
    message.parts = parts;
    if (workerId === undefined) return parts;
    const worker = this.worker({ workerId, workerSlug: workerId });
    const nested = this.own(worker.parts) as Parts;
    worker.parts = nested;
    return nested;
  }

  /** The part of that worker; made where no event announced it. */
  worker(seed: Pick<UIWorkerPart, 'workerId' | 'workerSlug' | 'description'>): Mutable<UIWorkerPart> {
    const isThis = (part: UIMessagePart) => part.type === 'worker' && part.workerId === seed.workerId;
    return (
      this.find<UIWorkerPart>(undefined, isThis) ??
      this.add<UIWorkerPart>(undefined, { ...seed, type: 'worker', parts: [], status: 'running' })
    );
  }

  add<P extends UIMessagePart>(workerId: string | undefined, part: P): Mutable<P> {
    this.#owned.add(part);
    this.parts(workerId).push(part);
    return part;
  }

  /** The innermost open block of the run or of one worker: each has its own. */
  block(workerId?: string): BlockStartEvent | undefined {
    return this.run.blocks.findLast((block) => block.workerId === workerId);
  }

  thread(workerId?: string): { thread?: string } {
    const thread = this.block(workerId)?.thread;
    return thread === undefined || thread === 'main' ? {} : { thread };
  }

  /** Whether text and objects of the current block are not for the chat. */
  silent(workerId?: string): boolean {
    const block = this.block(workerId);
    return block?.outputToChat === false && block.thread === undefined;
  }

  annotate(metadata: MessageMetadata): void {
    const index = this.#messages.findLastIndex((message) => message.role === 'assistant');
    const message = this.#messages[index];
    if (!message || (this.#run && !this.run.hasMessage)) return;
    const messages = this.own(this.#messages) as UIMessage[];
    messages[index] = Object.assign(this.own(message), { metadata: { ...message.metadata, ...metadata } });
    this.#messages = messages;
  }

  end(ending: RunEnding): void {
    if (!this.#run) return;
    if (this.run.hasMessage) {
      const message = this.message();
      message.parts = this.close(message.parts, ending);
      message.status = 'done';
    }
    this.#run = null;
  }

  /** The same parts with nothing left open. */
  close(parts: readonly UIMessagePart[], ending: RunEnding): readonly UIMessagePart[] {
    if (!parts.some(isOpen)) return parts;
    this.#readGrown();
    return parts.map((part) => (isOpen(part) ? this.#closed(part, ending) : part));
  }

  #closed(part: UIMessagePart, ending: RunEnding): UIMessagePart {
    const finished = ending === 'finished';
    switch (part.type) {
      case 'reasoning':
        return { ...part, status: 'done', endedAt: this.now() };
      case 'text':
      case 'todo':
        return { ...part, status: 'done' };
      case 'object': {
        const copy: Mutable<UIObjectPart> = { ...part };
        if (finished) finishObject(copy);
        else copy.status = 'done';
        return copy;
      }
      case 'tool-call':
        // A call without a result did not happen, whatever the reason.
        return { ...part, status: 'cancelled', endedAt: this.now() };
      case 'operation':
        return { ...part, status: finished ? 'done' : 'cancelled' };
      case 'worker':
        return {
          ...part,
          parts: this.close(part.parts, ending),
          status: part.status === 'running' ? (finished ? 'done' : 'cancelled') : part.status,
        };
      default:
        return part;
    }
  }
}

/** Whether a part, or one inside it, is still being written. */
function isOpen(part: UIMessagePart): boolean {
  switch (part.type) {
    case 'text':
    case 'reasoning':
    case 'object':
    case 'todo':
      return part.status === 'streaming';
    case 'tool-call':
      return part.status === 'pending' || part.status === 'running';
    case 'operation':
      return part.status === 'running';
    case 'worker':
      return part.status === 'running' || part.parts.some(isOpen);
    default:
      return false;
  }
}

function apply(draft: Draft, event: StreamEvent): void {
  switch (event.type) {
    case 'start': {
      // One run may have several legs, and each begins with `start`: a boundary between steps.
      const last = draft.peek().at(-1);
      if (last && last.type !== 'step-start') draft.parts().push({ type: 'step-start' });
      return draft.setRun({});
    }
    case 'finish':
      draft.annotate({ finishReason: event.finishReason });
      // The page answers next and the same run goes on.
      if (event.finishReason !== 'client-tool-calls') draft.end('finished');
      return;
    case 'error':
      return draft.end('failed');
    case 'text-start':
      openText(draft, event);
      return;
    case 'text-delta': {
      const part = openText(draft, event);
      if (!part) return;
      part.text = (part.text ?? '') + event.delta;
      if (part.type === 'object') {
        draft.grew(part, () => {
          const partial = parsePartialJson(part.text ?? '');
          if (partial !== undefined) part.partial = partial;
        });
      }
      return;
    }
    case 'text-end': {
      const part = streamingText(draft, event);
      if (!part) return;
      draft.settled(part);
      if (part.type === 'text') part.status = 'done';
      else finishObject(part);
      return;
    }
    case 'reasoning-start':
      openReasoning(draft, event);
      return;
    case 'reasoning-delta':
      openReasoning(draft, event).text += event.delta;
      return;
    case 'reasoning-end': {
      const part = streamingReasoning(draft, event);
      if (part) Object.assign(part, { status: 'done', endedAt: draft.now() });
      return;
    }
    case 'tool-input-start':
      toolCall(draft, event);
      return;
    case 'tool-input-delta': {
      const part = toolCall(draft, event);
      part.argsText = (part.argsText ?? '') + event.inputTextDelta;
      draft.grew(part, () => {
        const partial = parsePartialJson(part.argsText ?? '');
        if (isRecord(partial)) part.args = partial;
      });
      return;
    }
    case 'tool-input-available': {
      const part = toolCall(draft, event);
      draft.settled(part);
      delete part.argsText;
      part.args = toArgs(event.input);
      part.status = 'running';
      return;
    }
    case 'tool-output-available': {
      const part = toolCall(draft, event);
      part.result = event.output;
      part.status = 'done';
      part.endedAt = draft.now();
      return;
    }
    case 'tool-output-error': {
      const part = toolCall(draft, event);
      part.error = event.error;
      part.status = 'error';
      part.endedAt = draft.now();
      return;
    }
    case 'source': {
      const { workerId, ...source } = event;
      draft.parts(workerId).push({ ...source, ...draft.thread(workerId) });
      return;
    }
    case 'file-available': {
      const { workerId, ...file } = event;
      draft.parts(workerId).push({ ...file, type: 'file', ...draft.thread(workerId) });
      return;
    }
    case 'todo-update': {
      const { workerId, todos } = event;
      const part = draft.find<UITodoPart>(workerId, (part) => part.type === 'todo');
      if (part) part.todos = todos;
      else draft.parts(workerId).push({ type: 'todo', todos, status: 'streaming', ...draft.thread(workerId) });
      return;
    }
    case 'block-start': {
      draft.setRun({ blocks: [...draft.run.blocks, event] });
      if (!OPERATIONS.has(event.blockType) || event.display === 'hidden') return;
      draft.parts(event.workerId).push({
        type: 'operation',
        operationId: event.blockId,
        name: event.description ?? event.blockName,
        operationType: event.blockType,
        status: 'running',
        ...draft.thread(event.workerId),
      });
      return;
    }
    case 'block-end': {
      const { blockId, workerId } = event;
      const isThis = (block: BlockStartEvent) => block.blockId === blockId && block.workerId === workerId;
      draft.setRun({ blocks: draft.run.blocks.filter((block) => !isThis(block)) });
      const operation = draft.find<UIOperationPart>(
        workerId,
        (part) => part.type === 'operation' && part.operationId === blockId,
      );
      if (operation) operation.status = 'done';
      return;
    }
    case 'worker-input-start':
      openWorker(draft, event);
      return;
    case 'worker-input-delta': {
      const worker = draft.worker({ workerId: event.workerId, workerSlug: event.workerId });
      worker.inputText = (worker.inputText ?? '') + event.delta;
      draft.grew(worker, () => {
        const partial = parsePartialJson(worker.inputText ?? '');
        if (isRecord(partial)) worker.input = partial;
      });
      return;
    }
    case 'worker-input-ready':
    case 'worker-start': {
      const worker =
        event.type === 'worker-start'
          ? openWorker(draft, event)
          : draft.worker({ workerId: event.workerId, workerSlug: event.workerId });
      draft.settled(worker);
      delete worker.inputText;
      if (event.input !== undefined) worker.input = toArgs(event.input);
      return;
    }
    case 'worker-result': {
      const worker = draft.worker({ workerId: event.workerId, workerSlug: event.workerId });
      if (event.output !== undefined) worker.output = event.output;
      if (event.error !== undefined) worker.error = event.error;
      worker.status = event.cancelled ? 'cancelled' : event.error !== undefined ? 'error' : 'done';
      worker.parts = draft.close(worker.parts, worker.status === 'done' ? 'finished' : 'failed');
      draft.setRun({ blocks: draft.run.blocks.filter((block) => block.workerId !== event.workerId) });
      return;
    }
    case 'approval-request': {
      const part = toolCall(draft, { ...event, toolCallId: event.toolCallId ?? event.approvalId });
      draft.settled(part);
      delete part.argsText;
      part.args = toArgs(event.args);
      part.approval = {
        approvalId: event.approvalId,
        status: 'pending',
        choices: event.choices,
        expiresAt: event.expiresAt,
      };
      draft.setRun({
        approvals: [...draft.run.approvals.filter((open) => open.approvalId !== event.approvalId), event],
      });
      return;
    }
    case 'approval-resolved': {
      const { approvalId, approved, reason } = event;
      const request = draft.run.approvals.find((open) => open.approvalId === approvalId);
      if (!request) return;
      const part = toolCall(draft, { ...request, toolCallId: request.toolCallId ?? approvalId });
      part.approval = { approvalId, status: approved ? 'approved' : 'denied', choices: request.choices, reason };
      draft.setRun({ approvals: draft.run.approvals.filter((open) => open !== request) });
      return;
    }
    case 'usage': {
      const { type: _, ...usage } = event;
      return draft.annotate({ usage });
    }
    case 'data':
      return putData(draft, event.workerId, event.name, event.id, event.data);
    case 'progress': {
      const { type: _, workerId, id, ...data } = event;
      return putData(draft, workerId, 'progress', id, data);
    }
    case 'tool-input-end':
    case 'resource-update':
    case 'client-tool-request':
      return;
    default:
      // An event from a newer server. It is not an error, and there is nothing to show for it.
      event satisfies never;
  }
}

interface BlockRef {
  readonly id: string;
  readonly workerId?: string | undefined;
}

/** The text or object that a stream with this id writes to. Ids of different streams never mix. */
function streamingText(draft: Draft, { id, workerId }: BlockRef) {
  return draft.find<UITextPart | UIObjectPart>(
    workerId,
    (part) => (part.type === 'text' || part.type === 'object') && part.id === id && isOpen(part),
  );
}

function streamingReasoning(draft: Draft, { id, workerId }: BlockRef) {
  return draft.find<UIReasoningPart>(
    workerId,
    (part) => part.type === 'reasoning' && part.id === id && isOpen(part),
  );
}

function openText(draft: Draft, event: BlockRef & Pick<TextStartEvent, 'responseType'>) {
  const { id, workerId, responseType } = event;
  if (draft.silent(workerId)) return null;
  const thread = draft.thread(workerId);
  return (
    streamingText(draft, event) ??
    draft.add<UITextPart | UIObjectPart>(
      workerId,
      responseType === undefined
        ? { type: 'text', id, text: '', status: 'streaming', ...thread }
        : { type: 'object', id, typeName: responseType, status: 'streaming', ...thread },
    )
  );
}

function openReasoning(draft: Draft, event: BlockRef) {
  const { id, workerId } = event;
  return (
    streamingReasoning(draft, event) ??
    draft.add<UIReasoningPart>(workerId, {
      type: 'reasoning',
      id,
      text: '',
      status: 'streaming',
      startedAt: draft.now(),
      ...draft.thread(workerId),
    })
  );
}

type ToolCallSeed = Partial<Pick<ToolInputStartEvent, 'toolName' | 'title' | 'workerId'>> & { toolCallId: string };

/** The part of that call, wherever it is; made where no event announced it. */
function toolCall(draft: Draft, { toolCallId, toolName, title, workerId }: ToolCallSeed): Mutable<UIToolCallPart> {
  const isThis = (part: UIMessagePart) => part.type === 'tool-call' && part.toolCallId === toolCallId;
  const found = draft.find<UIToolCallPart>(workerId, isThis);
  if (found) return found;
  if (workerId === undefined) {
    // Results of calls that a worker made may come without the worker's name.
    for (const part of draft.peek()) {
      if (part.type !== 'worker' || !part.parts.some(isThis)) continue;
      return toolCall(draft, { toolCallId, workerId: part.workerId });
    }
  }
  return draft.add<UIToolCallPart>(workerId, {
    type: 'tool-call',
    toolCallId,
    toolName: toolName ?? 'tool',
    ...(title === undefined ? {} : { displayName: title }),
    args: {},
    status: 'pending',
    startedAt: draft.now(),
    ...draft.thread(workerId),
  });
}

function openWorker(draft: Draft, event: WorkerStartEvent | WorkerInputStartEvent): Mutable<UIWorkerPart> {
  const { workerId, workerSlug, description } = event;
  const worker = draft.worker({ workerId, workerSlug, description });
  worker.workerSlug = workerSlug;
  worker.description = description ?? worker.description;
  // A second start with the same id goes on where the worker was.
  worker.status = 'running';
  return worker;
}

function putData(draft: Draft, workerId: string | undefined, name: string, id: string | undefined, data: unknown) {
  const isThis = (part: UIMessagePart) => part.type === 'data' && part.name === name && part.id === id;
  const part = id === undefined ? undefined : draft.find<UIDataPart>(workerId, isThis);
  if (part) part.data = data;
  else draft.parts(workerId).push({ type: 'data', name, id, data });
}

function finishObject(part: Mutable<UIObjectPart>): void {
  try {
    part.object = JSON.parse(part.text ?? '');
    part.status = 'done';
    delete part.partial;
    delete part.text;
  } catch {
    part.status = 'error';
    part.error = 'The answer was not valid JSON.';
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Arguments are named; a model that sends a bare value still gets it shown. */
function toArgs(input: unknown): Readonly<Record<string, unknown>> {
  if (isRecord(input)) return input;
  return input === undefined || input === null ? {} : { input };
}
