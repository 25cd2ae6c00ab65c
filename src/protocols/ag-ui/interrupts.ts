import type { PendingToolCall, StreamEvent } from '../../core/event.ts';
import { isRecord } from '../../core/is-record.ts';
import type { UIMessage, UIMessagePart, UIToolCallPart } from '../../core/message.ts';
import type { ApprovalDecision, ChatRequest } from '../../core/transport.ts';
import { argsOf, type Calls } from './calls.ts';
import { type Fields, inWorker, ownerOf, recordIfAny, type Say, text, textIfAny } from './fields.ts';

/** What is remembered of an interrupt with the call that stands for it. */
interface Interrupt {
  readonly id: string;
  /** The field of the answer that says yes or no, empty where the answer is nothing else; absent for a question. */
  readonly answer?: string;
  /** Epoch milliseconds. */
  readonly expiresAt?: number;
  /** Whether there is no such call: it stands for the interrupt alone. */
  readonly isUnbound?: boolean;
}

/** What a run stopped for. */
export interface Stops {
  readonly ids: readonly string[];
  /** Calls that wait for a permission. */
  readonly calls: ReadonlySet<string>;
  /** Interrupts that ask for more than yes or no, as calls of tools of the page that have the reason for a name. */
  readonly questions: readonly PendingToolCall[];
}

/** Tells of the interrupts: those to be answered with yes or no as approvals, all others as calls of client tools. */
export function tellInterrupts(interrupts: readonly Fields[], calls: Calls, say: Say): Stops {
  const waiting = new Set<string>();
  const questions: PendingToolCall[] = [];
  for (const fields of interrupts) {
    const approvalId = text(fields, 'id');
    const reason = textIfAny(fields, 'reason') || 'confirmation';
    const context = textIfAny(fields, 'message');
    const named = textIfAny(fields, 'toolCallId');
    const schema = recordIfAny(fields, 'responseSchema');
    const metadata = recordIfAny(fields, 'metadata') ?? {};
    const expiry = Date.parse(textIfAny(fields, 'expiresAt') ?? '');
    const expiresAt = Number.isNaN(expiry) ? {} : { expiresAt: expiry };
    const answer = answerFieldOf(reason, schema);
    const interrupt: Interrupt = { id: approvalId, ...(answer !== undefined && { answer }), ...expiresAt };
    if (named !== undefined) waiting.add(named);
    const call = named === undefined ? undefined : calls.find(named);
    if (answer !== undefined && call && !call.output && !call.elsewhere) {
      call.kept = { ...call.kept, interrupt };
      calls.tell(call);
      const { toolCallId, name: toolName, owner } = call;
      const approval = { approvalId, toolCallId, toolName, args: argsOf(call), ...inWorker(owner) };
      say({ type: 'approval-request', ...approval, context, ...expiresAt });
      continue;
    }
    const asked = {
      toolCallId: `interrupt-${approvalId}`,
      toolName: reason,
      args: answer === undefined ? { message: context, responseSchema: schema, metadata } : metadata,
      ...inWorker(ownerOf(fields)),
    };
    const { args: input, ...rest } = asked;
    const providerMetadata = { interrupt: { ...interrupt, isUnbound: true } };
    say({ type: 'tool-input-available', ...rest, input, providerMetadata });
    if (answer === undefined) questions.push(asked);
    else say({ type: 'approval-request', approvalId, ...asked, context, ...expiresAt });
  }
  return { ids: interrupts.map((fields) => text(fields, 'id')), calls: waiting, questions };
}

/** Whether, and in which field, an answer says yes or no. */
function answerFieldOf(reason: string, schema: Fields | undefined): string | undefined {
  const properties = recordIfAny(schema ?? {}, 'properties') ?? {};
  const names = Object.keys(properties);
  const type = schema?.['type'] ?? 'object';
  if (type !== 'object') return type === 'boolean' ? '' : undefined;
  if (names.length === 0) {
    if (reason === 'input_required') return undefined;
    return reason === 'confirmation' ? '' : 'approved';
  }
  const flags = names.filter((name) => {
    const property = properties[name];
    return isRecord(property) && property['type'] === 'boolean';
  });
  if (flags.includes('approved')) return 'approved';
  return names.length === 1 ? flags[0] : undefined;
}

interface Open {
  readonly part: UIToolCallPart;
  readonly interrupt: Interrupt;
  readonly workerId: string | undefined;
}

/** How a run that was interrupted goes on. */
export interface Resume {
  readonly entries: readonly Fields[];
  /** Calls that the entries answer. */
  readonly calls: ReadonlySet<string>;
  /** What the page answered where no call will have a result. */
  readonly answers: readonly StreamEvent[];
}

/**
 * Answers to all interrupts of the last run, as none may be left out: what the page does not answer is given up.
 * `ids` are those that are known to be open beside those in the conversation.
 */
export function resumeOf(
  request: ChatRequest,
  messages: readonly UIMessage[],
  ids: readonly string[],
): Resume {
  const open = openIn(messages);
  const entries = new Map<string, Fields>();
  const answers: StreamEvent[] = [];
  for (const id of [...ids, ...open.map(({ interrupt }) => interrupt.id)])
    entries.set(id, { interruptId: id, status: 'cancelled' });
  const { decisions = [], toolResults } = request.type === 'continue' ? request : { toolResults: [] };
  for (const decision of decisions) {
    const asked = open.find(({ interrupt }) => interrupt.id === decision.approvalId);
    const { id, answer = 'approved', expiresAt, isUnbound } = asked?.interrupt ?? { id: decision.approvalId };
    if (expiresAt !== undefined && expiresAt <= Date.now()) continue;
    const payload = payloadOf(decision, answer);
    entries.set(id, { interruptId: id, status: 'resolved', payload });
    if (!asked || !isUnbound || !decision.approved) continue;
    const { part, workerId } = asked;
    const { toolCallId } = part;
    answers.push({ type: 'tool-output-available', toolCallId, output: payload, ...inWorker(workerId) });
  }
  for (const { toolCallId, result, error } of toolResults) {
    const interrupt = open.find(({ part }) => part.toolCallId === toolCallId)?.interrupt;
    if (!interrupt || error !== undefined) continue;
    const { id, expiresAt } = interrupt;
    if (expiresAt !== undefined && expiresAt <= Date.now()) continue;
    const payload = result === undefined || result === null ? {} : { payload: result };
    entries.set(id, { interruptId: id, status: 'resolved', ...payload });
  }
  return {
    entries: [...entries.values()],
    calls: new Set(open.map(({ part }) => part.toolCallId)),
    answers,
  };
}

function payloadOf({ approved, args, reason, choice }: ApprovalDecision, answer: string): unknown {
  if (answer === '') return approved;
  return {
    [answer]: approved,
    ...(args && { editedArgs: args }),
    ...(reason !== undefined && { reason }),
    ...(choice !== undefined && { choice }),
  };
}

/** Interrupts in the last answer that no run went on from: it would have begun another step. */
function openIn(messages: readonly UIMessage[]): readonly Open[] {
  const parts = messages.findLast(({ role }) => role === 'assistant')?.parts ?? [];
  const begin = parts.findLastIndex(({ type }) => type === 'step-start') + 1;
  return parts.slice(begin).flatMap((part) => openInPart(part));
}

function openInPart(part: UIMessagePart, workerId?: string): readonly Open[] {
  if (part.type === 'worker') return (part.parts ?? []).flatMap((inner) => openInPart(inner, part.workerId));
  const interrupt = part.type === 'tool-call' ? interruptOf(part) : undefined;
  return part.type === 'tool-call' && interrupt ? [{ part, interrupt, workerId }] : [];
}

/** The interrupt that a call waited for. */
function interruptOf({ providerMetadata }: UIToolCallPart): Interrupt | undefined {
  const interrupt = providerMetadata?.['interrupt'];
  return isRecord(interrupt) && typeof interrupt['id'] === 'string'
    ? (interrupt as unknown as Interrupt)
    : undefined;
}

/** Whether a call stands for an interrupt, and is none that an agent made. */
export function isUnbound(part: UIToolCallPart): boolean {
  return interruptOf(part)?.isUnbound === true;
}
