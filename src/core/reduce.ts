import { Draft } from './draft.ts';
import type {
  ApprovalRequestEvent,
  BlockStartEvent,
  StreamEvent,
  TextStartEvent,
  ToolInputStartEvent,
  WorkerInputStartEvent,
  WorkerStartEvent,
} from './event.ts';
import { isRecord } from './is-record.ts';
import type {
  ProviderMetadata,
  UIDataPart,
  UIMessagePart,
  UIObjectPart,
  UIOperationPart,
  UIReasoningPart,
  UITextPart,
  UITodoPart,
  UIToolCallPart,
  UIWorkerPart,
} from './message.ts';
import { finishObject, isOpen, type Mutable } from './open-part.ts';
import type { ChatState, ReduceContext, RunEnding } from './state.ts';

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

function apply(draft: Draft, event: StreamEvent): void {
  switch (event.type) {
    case 'start': {
      // One run may have several legs, and each begins with `start`: a boundary between steps.
      const last = draft.peek().at(-1);
      if (last && last.type !== 'step-start') draft.add(undefined, { type: 'step-start' });
      return draft.setRun();
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
      if (part.type === 'text') {
        part.text += event.delta;
        return;
      }
      part.text = draft.grow(part, part.text ?? '', event.delta, (partial) => {
        if (partial !== undefined) part.partial = partial;
      });
      return;
    }
    case 'text-end': {
      const part = streamingText(draft, event);
      if (!part) return;
      draft.settled(part);
      if (part.type === 'object') return finishObject(part);
      part.status = 'done';
      keepMetadata(part, event);
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
      if (!part) return;
      part.status = 'done';
      part.endedAt = draft.now();
      keepMetadata(part, event);
      return;
    }
    case 'tool-input-start':
      toolCall(draft, event);
      return;
    case 'tool-input-delta': {
      const part = toolCall(draft, event);
      voidApproval(draft, part);
      part.argsText = draft.grow(part, part.argsText ?? '', event.inputTextDelta, (partial) => {
        if (isRecord(partial)) part.args = partial;
      });
      return;
    }
    case 'tool-input-available': {
      const part = toolCall(draft, event);
      draft.settled(part);
      delete part.argsText;
      const args = toArgs(event.input);
      if (!isSame(args, part.args)) voidApproval(draft, part);
      part.args = args;
      part.status = 'running';
      keepMetadata(part, event);
      return;
    }
    case 'tool-output-available': {
      const part = toolCall(draft, event);
      voidApproval(draft, part);
      part.result = event.output;
      part.status = 'done';
      part.endedAt = draft.now();
      return;
    }
    case 'tool-output-error': {
      const part = toolCall(draft, event);
      voidApproval(draft, part);
      part.error = event.error;
      part.status = 'error';
      part.endedAt = draft.now();
      return;
    }
    case 'source': {
      const { workerId, ...source } = event;
      draft.add(workerId, { ...source, ...draft.thread(workerId) });
      return;
    }
    case 'file-available': {
      const { workerId, ...file } = event;
      draft.add(workerId, { ...file, type: 'file', ...draft.thread(workerId) });
      return;
    }
    case 'todo-update': {
      const { workerId, todos } = event;
      const part = draft.find<UITodoPart>(workerId, (part) => part.type === 'todo');
      if (part) part.todos = todos;
      else draft.add(workerId, { type: 'todo', todos, status: 'streaming', ...draft.thread(workerId) });
      return;
    }
    case 'block-start': {
      draft.setRun({ blocks: [...draft.run.blocks, event] });
      if (!OPERATIONS.has(event.blockType) || event.display === 'hidden') return;
      draft.add(event.workerId, {
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
      const worker = draft.worker(event.workerId);
      worker.inputText = draft.grow(worker, worker.inputText ?? '', event.delta, (partial) => {
        if (isRecord(partial)) worker.input = partial;
      });
      return;
    }
    case 'worker-input-ready':
    case 'worker-start': {
      const worker = event.type === 'worker-start' ? openWorker(draft, event) : draft.worker(event.workerId);
      draft.settled(worker);
      delete worker.inputText;
      if (event.input !== undefined) worker.input = toArgs(event.input);
      return;
    }
    case 'worker-result': {
      const worker = draft.worker(event.workerId);
      if (event.output !== undefined) worker.output = event.output;
      if (event.error !== undefined) worker.error = event.error;
      worker.status = event.cancelled ? 'cancelled' : event.error !== undefined ? 'error' : 'done';
      // Nobody is asked any more about a call that will not happen.
      for (const part of worker.parts) if (part.type === 'tool-call') withdraw(draft, part);
      worker.parts = draft.close(worker.parts, worker.status === 'done' ? 'finished' : 'failed');
      draft.setRun({ blocks: draft.run.blocks.filter((block) => block.workerId !== event.workerId) });
      return;
    }
    case 'approval-request': {
      const { approvalId } = event;
      // An answer names only the id: of two requests that share one, only the later can be meant.
      const other = draft.run.approvals.find((open) => open.approvalId === approvalId);
      if (other)
        voidApproval(draft, toolCall(draft, { ...other, toolCallId: other.toolCallId ?? approvalId }));
      // What a person is shown stays what it is, whatever becomes of the object it came in.
      const args = structuredClone(toArgs(event.args));
      const seed = { ...event, toolCallId: event.toolCallId ?? approvalId };
      const workerId = homeOf(draft, seed);
      const part = toolCall(draft, seed);
      voidApproval(draft, part);
      draft.settled(part);
      delete part.argsText;
      part.args = args;
      part.approval = {
        approvalId,
        status: 'pending',
        choices: event.choices,
        expiresAt: event.expiresAt,
      };
      // A call of the same id elsewhere, made later, is another.
      const request = { ...event, args, workerId };
      draft.setRun({ approvals: [...draft.run.approvals, request] });
      return;
    }
    case 'approval-resolved':
    case 'approval-voided': {
      const { approvalId } = event;
      const request = draft.run.approvals.find((open) => open.approvalId === approvalId);
      if (!request) return;
      const part = toolCall(draft, { ...request, toolCallId: request.toolCallId ?? approvalId });
      if (event.type === 'approval-voided') return voidApproval(draft, part);
      const { approved, reason, args } = event;
      part.approval = { ...part.approval, approvalId, status: approved ? 'approved' : 'denied', reason };
      if (args) part.args = args;
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
    case 'client-tool-request':
      for (const { toolCallId, toolName, args, workerId } of event.toolCalls) {
        const part = toolCall(draft, { toolCallId, toolName, workerId });
        if (part.status !== 'pending') continue;
        part.args = toArgs(args);
        part.status = 'running';
      }
      return;
    case 'tool-input-end':
    case 'resource-update':
    case 'discontinuity':
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
  const found = streamingText(draft, event);
  if (found) return found;
  const thread = draft.thread(workerId);
  return draft.add<UITextPart | UIObjectPart>(
    workerId,
    responseType === undefined
      ? { type: 'text', id, text: '', status: 'streaming', ...thread }
      : { type: 'object', id, typeName: responseType, status: 'streaming', ...thread },
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

interface WithMetadata {
  providerMetadata?: ProviderMetadata | undefined;
}

function keepMetadata(part: WithMetadata, { providerMetadata }: WithMetadata): void {
  if (providerMetadata) part.providerMetadata = providerMetadata;
}

type ToolCallSeed = Partial<Pick<ToolInputStartEvent, 'toolName' | 'title' | 'workerId'>> & {
  toolCallId: string;
};

const isCall = (toolCallId: string) => (part: UIMessagePart) =>
  part.type === 'tool-call' && part.toolCallId === toolCallId;

/** The part of that call, wherever it is; made where no event announced it. */
function toolCall(draft: Draft, seed: ToolCallSeed): Mutable<UIToolCallPart> {
  const { toolCallId, toolName, title } = seed;
  const workerId = homeOf(draft, seed);
  return (
    draft.find<UIToolCallPart>(workerId, isCall(toolCallId)) ??
    draft.add<UIToolCallPart>(workerId, {
      type: 'tool-call',
      toolCallId,
      toolName: toolName ?? 'tool',
      ...(title === undefined ? {} : { displayName: title }),
      args: {},
      status: 'pending',
      startedAt: draft.now(),
      ...draft.thread(workerId),
    })
  );
}

/** The worker whose call it is: results of calls that a worker made may come without the worker's name. */
function homeOf(draft: Draft, { toolCallId, workerId }: ToolCallSeed): string | undefined {
  const isThis = isCall(toolCallId);
  if (workerId !== undefined || draft.peek().some(isThis)) return workerId;
  const worker = draft.peek().find((part) => part.type === 'worker' && part.parts.some(isThis));
  return worker?.type === 'worker' ? worker.workerId : undefined;
}

/** What was to be permitted is not what it was: the question falls, and the call can be asked about anew. */
function voidApproval(draft: Draft, part: Mutable<UIToolCallPart>): void {
  if (part.approval?.status !== 'pending') return;
  withdraw(draft, part);
  delete part.approval;
}

/** Nobody waits any more for the permission that this call still lacks. */
function withdraw(draft: Draft, part: UIToolCallPart): void {
  const { toolCallId, approval } = part;
  if (approval?.status !== 'pending') return;
  const isOther = (open: ApprovalRequestEvent) =>
    open.approvalId !== approval.approvalId ||
    (open.toolCallId ?? open.approvalId) !== toolCallId ||
    !draft.peek(open.workerId).includes(part);
  draft.setRun({ approvals: draft.run.approvals.filter(isOther) });
}

function isSame(one: object, other: object): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

function openWorker(draft: Draft, event: WorkerStartEvent | WorkerInputStartEvent): Mutable<UIWorkerPart> {
  const { workerId, workerSlug, description } = event;
  const worker = draft.worker(workerId);
  worker.workerSlug = workerSlug;
  worker.description = description ?? worker.description;
  // A second start with the same id goes on where the worker was.
  worker.status = 'running';
  return worker;
}

function putData(
  draft: Draft,
  workerId: string | undefined,
  name: string,
  id: string | undefined,
  data: unknown,
) {
  const isThis = (part: UIMessagePart) => part.type === 'data' && part.name === name && part.id === id;
  const part = id === undefined ? undefined : draft.find<UIDataPart>(workerId, isThis);
  if (part) part.data = data;
  else draft.add(workerId, { type: 'data', name, id, data });
}

/** Arguments are named; a model that sends a bare value still gets it shown. */
function toArgs(input: unknown): Readonly<Record<string, unknown>> {
  if (isRecord(input)) return input;
  return input === undefined || input === null ? {} : { input };
}
