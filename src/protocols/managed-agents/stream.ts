import type { FinishReason, StreamEvent } from '../../core/event.ts';
import { isRecord } from '../../core/is-record.ts';
import type { Frame } from '../../stream/frame.ts';
import { errorOf } from '../anthropic/error.ts';
import { type Fields, parseFrame } from '../anthropic/frame.ts';
import { addUsage, latestUsage, usageOf } from '../anthropic/usage.ts';
import type { Decoder } from '../protocol.ts';
import { sessionFailure } from './error.ts';
import type { SessionMemory } from './memory.ts';
import { MessagePreviews } from './previews.ts';

const FINISH_REASONS: ReadonlyMap<unknown, FinishReason> = new Map<unknown, FinishReason>([
  [undefined, 'stop'],
  ['end_turn', 'stop'],
  ['refusal', 'content-filter'],
]);
/** By which field results name their calls. */
const RESULTS: ReadonlyMap<unknown, string> = new Map<unknown, string>([
  ['agent.tool_result', 'tool_use_id'],
  ['user.tool_result', 'tool_use_id'],
  ['agent.mcp_tool_result', 'mcp_tool_use_id'],
  ['user.custom_tool_result', 'custom_tool_use_id'],
]);

/** Reads one stream of a session, to where the session rests or the page has to act. */
export class ManagedAgentsDecoder implements Decoder {
  ended = false;
  /** Whether it ended with calls that the page has to answer. */
  waitsForPage = false;
  readonly #memory: SessionMemory;
  readonly #previews = new MessagePreviews((...events) => void this.#events.push(...events));
  #events: StreamEvent[] = [];
  #begun = false;
  /** What went wrong last. It is for the session to say whether that was the end. */
  #error: Fields | undefined;

  constructor(memory: SessionMemory) {
    this.#memory = memory;
  }

  /** What is previewed comes from another connection now, and words between were lost. */
  reconnected(): void {
    this.#previews.interrupt();
  }

  read({ data }: Frame): readonly StreamEvent[] {
    this.#events = [];
    const event = parseFrame(data);
    const { id } = event;
    const isNew = typeof id !== 'string' || !this.#memory.seen.has(id);
    const counts = this.#isOfThisRun(event);
    if (typeof id === 'string') this.#memory.seen.add(id);
    if (counts && isNew) {
      this.#begin();
      this.#take(event, event['type']);
    }
    return this.#events;
  }

  /** A session says what it did before, too: it may still end the run that was interrupted for this one. */
  #isOfThisRun({ type, id, processed_at: processed }: Fields): boolean {
    const memory = this.#memory;
    const { waiting, firstId } = memory;
    if (!waiting || typeof type !== 'string') return true;
    const isOwn = type === 'user.message' && id === firstId && typeof processed === 'string';
    const isEnd = type === 'session.status_terminated' || type === 'session.deleted' || type === 'error';
    const isWork = !type.startsWith('user.') && type !== 'session.status_idle' && type !== 'ping';
    if (!isOwn && !isEnd && type !== 'session.status_running' && !(waiting === 'lenient' && isWork))
      return false;
    memory.waiting = undefined;
    return true;
  }

  #begin(): void {
    if (!this.#begun) this.#events.push({ type: 'start' });
    this.#begun = true;
  }

  #take(event: Fields, type: unknown): void {
    switch (type) {
      case 'event_start':
        return this.#previews.start(event['event']);
      case 'event_delta':
        return this.#previews.grow(event);
      case 'agent.message':
      case 'agent.thinking':
        return this.#previews.finish(event);
      case 'agent.tool_use':
      case 'agent.mcp_tool_use':
      case 'agent.custom_tool_use':
        return this.#call(event);
      case 'user.tool_confirmation':
        return this.#confirmed(event);
      case 'span.model_request_end':
        this.#previews.close();
        this.#memory.spent = addUsage(this.#memory.spent, latestUsage({}, event['model_usage']));
        return;
      case 'session.error':
        return this.#failed(event);
      case 'session.status_idle':
        return this.#idle(event);
      case 'session.status_terminated':
        return this.#error ? this.#fail('session-terminated') : this.#finish('stop');
      case 'session.deleted':
        this.#error = { type: 'not_found_error', message: 'The session was deleted.' };
        return this.#fail('session-deleted');
      case 'error':
        this.ended = true;
        this.#events.push(errorOf(event, undefined));
        return;
    }
    const field = RESULTS.get(type);
    if (field) this.#result(event, event[field]);
  }

  #call({ type, id: toolCallId, name: toolName, input, evaluated_permission: permission }: Fields): void {
    if (typeof toolCallId !== 'string' || typeof toolName !== 'string') return;
    const args = isRecord(input) ? input : {};
    // A permission of a later version is none.
    const isFree = permission === undefined || permission === 'allow' || permission === 'deny';
    const waitsFor = type === 'agent.custom_tool_use' ? 'page' : isFree ? 'nobody' : 'permission';
    this.#memory.calls.set(toolCallId, { name: toolName, input: args, waitsFor });
    this.#events.push(
      { type: 'tool-input-start', toolCallId, toolName },
      { type: 'tool-input-available', toolCallId, toolName, input: args },
    );
  }

  #result({ content, is_error: isError }: Fields, toolCallId: unknown): void {
    if (typeof toolCallId !== 'string' || this.#memory.sent.has(toolCallId)) return;
    this.#memory.answered.add(toolCallId);
    const output = outputOf(content);
    this.#events.push(
      isError === true
        ? {
            type: 'tool-output-error',
            toolCallId,
            error: typeof output === 'string' && output ? output : 'The tool failed.',
          }
        : { type: 'tool-output-available', toolCallId, output },
    );
  }

  /** Somebody else answered, or this page did before it lost the connection. */
  #confirmed({ tool_use_id: id, result, deny_message: reason }: Fields): void {
    if (typeof id !== 'string') return;
    this.#memory.answered.add(id);
    if (!this.#memory.asked.delete(id)) return;
    const why = typeof reason === 'string' ? { reason } : {};
    this.#events.push({ type: 'approval-resolved', approvalId: id, approved: result === 'allow', ...why });
  }

  #failed({ error }: Fields): void {
    if (!isRecord(error)) return;
    this.#error = error;
    const { type, message, retry_status: status } = error;
    const retry = isRecord(status) ? status['type'] : undefined;
    this.#events.push({ type: 'data', name: 'managed-agents-error', data: { type, message, retry } });
  }

  #idle({ stop_reason: reason, stop_details: details }: Fields): void {
    const type = isRecord(reason) ? reason['type'] : undefined;
    if (type === 'requires_action') return this.#ask(isRecord(reason) ? reason['event_ids'] : undefined);
    if (type === 'retries_exhausted') return this.#fail('retries-exhausted');
    if (type === 'budget_reached') {
      this.#error = { type: 'billing_error', message: 'The budget of the session is used up.' };
      return this.#fail('budget-reached');
    }
    if (type === 'refusal' && isRecord(details)) {
      const { category, explanation } = details;
      this.#events.push({ type: 'data', name: 'managed-agents-refusal', data: { category, explanation } });
    }
    this.#finish(FINISH_REASONS.get(type) ?? 'other');
  }

  /** The session waits for these calls: permissions first, as the stream goes on while a person thinks. */
  #ask(ids: unknown): void {
    const { calls, answered, asked } = this.#memory;
    const open = (Array.isArray(ids) ? ids : []).flatMap((id) => {
      const call = calls.get(id);
      return call && !answered.has(id) ? [{ id: String(id), ...call }] : [];
    });
    const permissions = open.filter(({ waitsFor }) => waitsFor === 'permission');
    for (const { id, name: toolName, input: args } of permissions) {
      if (asked.has(id)) continue;
      asked.add(id);
      this.#events.push({ type: 'approval-request', approvalId: id, toolCallId: id, toolName, args });
    }
    const forPage = open.filter(({ waitsFor }) => waitsFor === 'page');
    if (permissions.length > 0 || forPage.length === 0) return;
    const toolCalls = forPage.map(({ id, name, input }) => ({ toolCallId: id, toolName: name, args: input }));
    this.#events.push({ type: 'client-tool-request', executionId: '', toolCalls });
    this.waitsForPage = true;
    this.#finish('client-tool-calls');
  }

  #finish(finishReason: FinishReason): void {
    this.ended = true;
    this.#previews.close();
    const usage = usageOf(this.#memory.spent, undefined);
    if (usage) this.#events.push(usage);
    this.#events.push({ type: 'finish', finishReason });
  }

  #fail(code: string): void {
    this.ended = true;
    this.#previews.close();
    this.#events.push(sessionFailure(this.#error ?? {}, code));
  }
}

/** What a tool gave: text where it is nothing else. */
function outputOf(content: unknown): unknown {
  if (!Array.isArray(content)) return content ?? '';
  const texts = content.flatMap((block) =>
    isRecord(block) && block['type'] === 'text' && typeof block['text'] === 'string' ? [block['text']] : [],
  );
  return texts.length === content.length ? texts.join('\n') : content;
}
