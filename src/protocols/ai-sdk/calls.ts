import type { ApprovalRequestEvent, PendingToolCall, StreamEvent } from '../../core/event.ts';
import { isRecord } from '../../core/is-record.ts';
import { type Chunk, maybeTextIn, textIn, unannounced } from './chunk.ts';
import { asMetadata, fieldsOf, type Kept } from './kept.ts';

interface Call {
  readonly id: string;
  readonly toolName: string;
  readonly step: number;
  /** Arguments, once they are whole. */
  input?: { readonly value: unknown };
  kept: Kept;
  /** Whether the page has nothing to do for it: the server runs it, asks a person about it, or it is over. */
  isServers: boolean;
  isOver: boolean;
}

/** The calls of tools in one leg. */
export class AiSdkCalls {
  /** By the ids of the stream, the newest call of that id. */
  readonly #calls = new Map<string, Call>();
  /** Requests for approval that wait for an answer. */
  readonly #asked = new Map<string, ApprovalRequestEvent>();
  /** Requests that the server is about to answer itself: nobody is shown them before. */
  readonly #automatic = new Map<string, ApprovalRequestEvent>();
  #step = 0;

  /** From now on an id that was used before is that of another call. */
  nextStep(): void {
    this.#step += 1;
  }

  translate(chunk: Chunk): StreamEvent[] {
    switch (chunk.type) {
      case 'tool-input-start':
        return this.#announce(chunk).events;
      case 'tool-input-delta': {
        const inputTextDelta = textIn(chunk, 'inputTextDelta');
        const toolCallId = this.#expected(chunk)?.id ?? textIn(chunk, 'toolCallId');
        return [{ type: 'tool-input-delta', toolCallId, inputTextDelta }];
      }
      case 'tool-input-available':
        return this.#takeInput(chunk).events;
      case 'tool-input-error': {
        const error = textIn(chunk, 'errorText');
        const { call, events } = this.#takeInput(chunk);
        return [...events, ...this.#fail(call, error)];
      }
      case 'tool-output-available':
        return this.#takeOutput(chunk);
      case 'tool-output-error': {
        const error = textIn(chunk, 'errorText');
        const call = this.#expected(chunk);
        if (!call) return [{ type: 'tool-output-error', toolCallId: textIn(chunk, 'toolCallId'), error }];
        const restated = this.#keep(call, resultFields(chunk));
        return [...restated, ...this.#fail(call, error)];
      }
      case 'tool-output-denied': {
        const error = 'The call was not allowed.';
        const call = this.#expected(chunk);
        if (!call) return [{ type: 'tool-output-error', toolCallId: textIn(chunk, 'toolCallId'), error }];
        return this.#fail(call, error);
      }
      case 'tool-approval-request':
        return this.#ask(chunk);
      case 'tool-approval-response':
        return this.#answer(chunk);
      default:
        return [];
    }
  }

  /** What the server was about to answer and did not: it is for a person to answer. */
  askOpenly(): StreamEvent[] {
    const requests = [...this.#automatic.values()];
    this.#automatic.clear();
    return requests;
  }

  /** Nobody is asked any more. */
  withdraw(): StreamEvent[] {
    const ids = [...this.#asked.keys()];
    this.#asked.clear();
    this.#automatic.clear();
    return ids.map((approvalId) => ({ type: 'approval-voided', approvalId }));
  }

  /** The calls of this step did not happen. */
  giveUp(): StreamEvent[] {
    const events = this.withdraw();
    for (const call of this.#calls.values()) {
      if (call.step !== this.#step || call.isOver) continue;
      events.push(...this.#fail(call, 'The agent began this step anew.'));
    }
    this.nextStep();
    return events;
  }

  /** The calls that nobody at the server ran or will run. */
  forPage(): PendingToolCall[] {
    return [...this.#calls.values()].flatMap(({ id, toolName, input, isServers }) =>
      input && !isServers ? [{ toolCallId: id, toolName, args: argsOf(input.value) }] : [],
    );
  }

  #call(chunk: Chunk): Call | undefined {
    return this.#calls.get(textIn(chunk, 'toolCallId'));
  }

  /**
   * The call that a chunk is about, where this leg announced it. What is about calls of earlier legs comes before the
   * first step, but for the results of tools that the provider runs.
   */
  #expected(chunk: Chunk): Call | undefined {
    const call = this.#call(chunk);
    if (!call && this.#step > 0 && chunk['providerExecuted'] !== true) throw unannounced(chunk);
    return call;
  }

  #announce(chunk: Chunk): { call: Call; events: StreamEvent[] } {
    const toolCallId = textIn(chunk, 'toolCallId');
    const toolName = textIn(chunk, 'toolName');
    const before = this.#calls.get(toolCallId);
    if (before?.step === this.#step) {
      this.#note(before, callFields(chunk));
      return { call: before, events: [] };
    }
    const id = before ? `${toolCallId}~${this.#step}` : toolCallId;
    const kept: Kept = {
      ...(before ? { toolCallId } : {}),
      ...(chunk['dynamic'] === true ? { dynamic: true } : {}),
      ...callFields(chunk),
    };
    const isServers = kept['providerExecuted'] === true;
    const call: Call = { id, toolName, step: this.#step, kept, isServers, isOver: false };
    this.#calls.set(toolCallId, call);
    const title = maybeTextIn(chunk, 'title');
    return { call, events: [{ type: 'tool-input-start', toolCallId: id, toolName, title }] };
  }

  #takeInput(chunk: Chunk): { call: Call; events: StreamEvent[] } {
    const { call, events } = this.#announce(chunk);
    const value = chunk['input'];
    call.input = { value };
    if (value !== undefined && !isRecord(value)) this.#note(call, { isBare: true });
    return { call, events: [...events, ...this.#restate(call)] };
  }

  #takeOutput(chunk: Chunk): StreamEvent[] {
    const output = chunk['output'];
    const call = this.#expected(chunk);
    if (!call) return [{ type: 'tool-output-available', toolCallId: textIn(chunk, 'toolCallId'), output }];
    const isPreliminary = chunk['preliminary'] === true;
    const kept = this.#keep(call, {
      ...resultFields(chunk),
      ...(isPreliminary ? { preliminary: true } : {}),
    });
    const event: StreamEvent = { type: 'tool-output-available', toolCallId: call.id, output };
    call.isServers = true;
    call.isOver = !isPreliminary;
    // What is shown before the end is shown of a call that still runs.
    return isPreliminary ? [event, ...kept] : [...kept, event];
  }

  #fail(call: Call, error: string): StreamEvent[] {
    call.isServers = true;
    call.isOver = true;
    return [{ type: 'tool-output-error', toolCallId: call.id, error }];
  }

  #ask(chunk: Chunk): StreamEvent[] {
    const approvalId = textIn(chunk, 'approvalId');
    const call = this.#call(chunk);
    if (!call) throw unannounced(chunk);
    const reason = maybeTextIn(chunk, 'reason');
    const approval = {
      ...fieldsOf(chunk, 'inputSchemaInput', 'isAutomatic', 'signature'),
      ...('approvalDescriptor' in chunk ? { descriptor: chunk['approvalDescriptor'] } : {}),
      ...(reason === undefined ? {} : { requestReason: reason }),
    };
    const request: ApprovalRequestEvent = {
      type: 'approval-request',
      approvalId,
      toolCallId: call.id,
      toolName: call.toolName,
      args: argsOf(call.input?.value),
      context: reason,
    };
    call.isServers = true;
    const restated = this.#keep(call, Object.keys(approval).length > 0 ? { approval } : {});
    if (chunk['isAutomatic'] === true) {
      this.#automatic.set(approvalId, request);
      return restated;
    }
    this.#asked.set(approvalId, request);
    return [...restated, request];
  }

  #answer(chunk: Chunk): StreamEvent[] {
    const approvalId = textIn(chunk, 'approvalId');
    const held = this.#automatic.get(approvalId);
    if (!held && !this.#asked.has(approvalId) && this.#step > 0) throw unannounced(chunk);
    this.#automatic.delete(approvalId);
    this.#asked.delete(approvalId);
    const approved = chunk['approved'] === true;
    return [
      ...(held ? [held] : []),
      { type: 'approval-resolved', approvalId, approved, reason: maybeTextIn(chunk, 'reason') },
    ];
  }

  #note(call: Call, more: Kept): void {
    call.kept = { ...call.kept, ...more };
    call.isServers ||= call.kept['providerExecuted'] === true;
  }

  /** What else is known of a call, said with its arguments. */
  #keep(call: Call, more: Kept): StreamEvent[] {
    if (Object.keys(more).length === 0) return [];
    this.#note(call, more);
    return call.input ? this.#restate(call) : [];
  }

  #restate({ id, toolName, input, kept }: Call): StreamEvent[] {
    return [
      { type: 'tool-input-available', toolCallId: id, toolName, input: input?.value, ...asMetadata(kept) },
    ];
  }
}

function callFields(chunk: Chunk): Kept {
  const { providerMetadata: callProviderMetadata, ...kept } = commonFields(chunk);
  return callProviderMetadata === undefined ? kept : { ...kept, callProviderMetadata };
}

function resultFields(chunk: Chunk): Kept {
  const { providerMetadata: resultProviderMetadata, ...kept } = commonFields(chunk);
  return resultProviderMetadata === undefined ? kept : { ...kept, resultProviderMetadata };
}

function commonFields(chunk: Chunk): Kept {
  return fieldsOf(chunk, 'providerExecuted', 'toolMetadata', 'providerMetadata');
}

/** Arguments as they are shown: those without names under one. */
function argsOf(input: unknown): Readonly<Record<string, unknown>> {
  if (isRecord(input)) return input;
  return input === undefined || input === null ? {} : { input };
}
