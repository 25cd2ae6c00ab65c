import { malformed } from '../../core/error.ts';
import type { FinishReason, StreamEvent } from '../../core/event.ts';
import { isRecord } from '../../core/is-record.ts';
import type { Frame } from '../../stream/frame.ts';
import type { Decoder, RunAddress } from '../protocol.ts';
import { callOf, endOfCall, input, isInput, outputEvent, partialImage } from './calls.ts';
import { errorEventOf } from './error.ts';
import {
  callKindOf,
  type Item,
  isOutput,
  KEPT,
  type Kept,
  listOf,
  outputIn,
  textOf,
  tokensOf,
} from './items.ts';
import { endOfMessage, endOfReasoning, placeOf, type Slot, think, write } from './slot.ts';

const GOING_ON = new Set<unknown>(['queued', 'in_progress']);
const CUT_OFF = new Set<unknown>(['incomplete', 'failed', 'cancelled']);
const REASONS: ReadonlyMap<unknown, FinishReason> = new Map<unknown, FinishReason>([
  ['max_output_tokens', 'length'],
  ['content_filter', 'content-filter'],
]);

export interface ResponsesDecoderOptions {
  /** Whether the page has a tool of its own by that name. */
  readonly isDeclared: (toolName: string) => boolean;
  /** Whether responses are stored, so that the next can refer to them. */
  readonly isStored: boolean;
}

/** One response. Its items are known by their place in it, as ids are not the same in all events of some servers. */
export class ResponsesDecoder implements Decoder {
  ended = false;
  readonly #options: ResponsesDecoderOptions;
  #events: StreamEvent[] = [];
  #begun = false;
  #response = '';
  #model = '';
  #isBackground = false;
  #sequence: number | undefined;
  readonly #slots: Slot[] = [];
  readonly #byPlace = new Map<unknown, Slot>();
  readonly #byId = new Map<unknown, Slot>();
  /** By their `call_id`; those without one by their type, the newest of each. */
  readonly #calls = new Map<unknown, Slot>();
  /** Calls that ran at the server if the model answers before anybody else does. */
  #undeclared: Slot[] = [];
  readonly #sources = new Set<string>();

  constructor(options: ResponsesDecoderOptions) {
    this.#options = options;
  }

  /** Only what runs in the background outlives its connection. */
  get rest(): RunAddress | undefined {
    if (!this.#isBackground || !this.#response) return undefined;
    const id = encodeURIComponent(this.#response);
    const after = this.#sequence === undefined ? '' : `?stream=true&starting_after=${this.#sequence}`;
    return { resume: `${id}${after}`, stop: `${id}/cancel` };
  }

  read({ data }: Frame): readonly StreamEvent[] {
    this.#events = [];
    if (data.trim() === '[DONE]') this.ended = true;
    else {
      const event = parse(data);
      if (event && !this.#isRepeated(event)) this.#take(event);
    }
    return this.#events;
  }

  /** A run that is read again may be told from earlier than where it was left. */
  #isRepeated({ sequence_number: number }: Item): boolean {
    if (typeof number !== 'number') return false;
    if (this.#isBackground && this.#sequence !== undefined && number <= this.#sequence) return true;
    this.#sequence = number;
    return false;
  }

  #say(...events: readonly StreamEvent[]): void {
    if (!this.#begun) {
      this.#begun = true;
      this.#events.push({ type: 'start', ...(this.#response && { executionId: this.#response }) });
    }
    this.#events.push(...events);
  }

  /** What the model wants back and no part shows. */
  #keep(data: Kept): void {
    this.#say({ type: 'data', name: KEPT, data });
  }

  #take(event: Item): void {
    const { type, item, output_index: index } = event;
    switch (type) {
      case 'response.created':
      case 'response.queued':
      case 'response.in_progress':
        return this.#begin(event['response']);
      case 'response.output_item.added':
        if (isRecord(item)) this.#open(item, index);
        return;
      case 'response.output_item.done':
        if (isRecord(item)) this.#done(item, index);
        return;
      case 'response.output_text.delta':
        return this.#text(event, event['delta'], false);
      case 'response.output_text.done':
        return this.#text(event, event['text'], true);
      case 'response.refusal.delta':
        return this.#text(event, event['delta'], false, true);
      case 'response.refusal.done':
        return this.#text(event, event['refusal'], true, true);
      case 'response.output_text.annotation.added':
        return this.#source(event['annotation']);
      case 'response.reasoning_summary_text.delta':
        return this.#thought(event, 'summary', event['delta'], false);
      case 'response.reasoning_summary_text.done':
        return this.#thought(event, 'summary', event['text'], true);
      case 'response.reasoning_text.delta':
        return this.#thought(event, 'content', event['delta'], false);
      case 'response.reasoning_text.done':
        return this.#thought(event, 'content', event['text'], true);
      case 'response.image_generation_call.partial_image': {
        const slot = this.#openSlot(event, 'image_generation_call');
        return slot && this.#say(...partialImage(slot, event));
      }
      case 'response.completed':
      case 'response.incomplete':
      case 'response.failed':
      case 'response.cancelled':
        return this.#end(event['response'], type.slice('response.'.length));
      case 'error':
        return this.#fail(isRecord(event['error']) ? event['error'] : event);
    }
    if (isInput(event)) {
      const slot = this.#openSlot(event);
      if (slot?.kind) this.#say(...input(slot, event));
    } else if (typeof type !== 'string') this.#document(event);
  }

  /** An answer that did not come as a stream. */
  #document(response: Item): void {
    const { object, status, output, error } = response;
    if (object === 'response' || Array.isArray(output)) {
      if (GOING_ON.has(status)) this.#begin(response);
      else this.#end(response, 'completed');
    } else if (isRecord(error)) this.#fail(error);
  }

  #begin(response: unknown): void {
    if (isRecord(response)) {
      const { id, model, background } = response;
      this.#response ||= textOf(id);
      this.#model = textOf(model) || this.#model;
      this.#isBackground ||= background === true;
    }
    this.#say();
  }

  /** The item that an event says more of; made where nothing announced it and `type` says what it is. */
  #openSlot({ item_id: id, output_index: index }: Item, type?: string): Slot | undefined {
    const found = this.#byId.get(id) ?? (index === undefined ? this.#slots.at(-1) : this.#byPlace.get(index));
    const isIt = type === undefined || found?.item['type'] === type;
    const slot = isIt ? found : this.#open({ type, id }, index);
    return slot?.isDone ? undefined : slot;
  }

  #open(item: Item, index: unknown): Slot {
    const { type, id, call_id: callId, approval_request_id: approvalId } = item;
    const known = this.#byPlace.get(index) ?? this.#byId.get(id);
    // Ids of one item may differ; yet what is over is only said again under the id it had.
    const isSame = !known?.isDone || (textOf(id) && known.item['id'] === id);
    if (known?.item['type'] === type && isSame) return known as Slot;
    const key = `${this.#response || textOf(id) || 'response'}:${this.#slots.length}`;
    const kind = callKindOf(item);
    // A call that was asked about is the one that then runs.
    const toolCallId = textOf(approvalId) || textOf(callId) || textOf(id) || key;
    const slot: Slot = { key, kind, toolCallId, item, said: new Map(), refusals: new Set() };
    this.#slots.push(slot);
    if (typeof index === 'number') this.#byPlace.set(index, slot);
    if (textOf(id)) this.#byId.set(id, slot);
    this.#say();
    if (type === 'message' && item['phase'] !== 'commentary') this.#answers();
    if (!kind) return slot;
    const { toolName } = callOf(slot);
    this.#calls.set(textOf(callId) || type, slot);
    if (type === 'custom_tool_call' && !this.#options.isDeclared(toolName)) this.#undeclared.push(slot);
    this.#say({ type: 'tool-input-start', toolCallId, toolName });
    return slot;
  }

  /** The model answers already: tools that the page does not know ran where the model runs. */
  #answers(): void {
    for (const slot of this.#undeclared) {
      if (slot.isAnswered) continue;
      slot.ranThere = true;
      if (slot.isDone) this.#say(...endOfCall(slot));
    }
    this.#undeclared = [];
  }

  #text(event: Item, text: unknown, isWhole: boolean, isRefusal = false): void {
    const slot = this.#openSlot(event, 'message');
    if (slot) this.#say(...write(slot, placeOf(event['content_index']), { text, isWhole, isRefusal }));
  }

  #thought(event: Item, field: 'summary' | 'content', text: unknown, isWhole: boolean): void {
    const slot = this.#openSlot(event, 'reasoning');
    const place = `${field}-${placeOf(event[`${field}_index`])}`;
    if (slot) this.#say(...think(slot, place, { text, isWhole }));
  }

  #source(annotation: unknown): void {
    const { type, url, title, file_id: fileId, filename } = isRecord(annotation) ? annotation : {};
    const isUrl = type === 'url_citation';
    const about = textOf(isUrl ? url : fileId);
    if (!about || this.#sources.has(about)) return;
    const id = `${this.#response || 'response'}:source-${this.#sources.size}`;
    this.#sources.add(about);
    const name = textOf(filename) || about;
    const source = isUrl
      ? { sourceType: 'url' as const, url: about, ...(textOf(title) && { title: textOf(title) }) }
      : { sourceType: 'document' as const, title: name, filename: name };
    this.#say({ type: 'source', id, ...source });
  }

  #done(item: Item, index: unknown): void {
    const slot = this.#open(item, index);
    if (!slot.isDone) this.#close(slot, item);
  }

  #close(slot: Slot, item: Item): void {
    slot.isDone = true;
    slot.item = { ...slot.item, ...item };
    const { type, status, content } = slot.item;
    if (slot.kind) {
      // Arguments that were cut off are no arguments.
      if (status !== 'incomplete') this.#say(...endOfCall(slot));
    } else if (type === 'message') {
      for (const part of listOf(content)) {
        for (const annotation of listOf(isRecord(part) && part['annotations'])) this.#source(annotation);
      }
      this.#say(...endOfMessage(slot));
    } else if (type === 'reasoning') this.#say(...endOfReasoning(slot));
    else if (isOutput(item)) this.#outputDone(item);
    else if (type === 'compaction') this.#keep({ item });
  }

  #outputDone(item: Item): void {
    const callId = textOf(item['call_id']);
    const slot = this.#calls.get(callId || textOf(item['type']).replace(/_output$/, '_call'));
    const toolCallId = slot?.toolCallId ?? callId;
    if (!toolCallId) return;
    if (slot) slot.isAnswered = true;
    this.#say(outputEvent(toolCallId, item, outputIn(item)));
    this.#keep({ item });
  }

  #end(response: unknown, name: string): void {
    this.#begin(response);
    this.ended = true;
    const {
      status = name,
      output,
      usage,
      error,
      incomplete_details: details,
    } = isRecord(response) ? response : {};
    this.#settle(listOf(output), !CUT_OFF.has(status));
    if (isRecord(usage)) this.#say({ type: 'usage', ...tokensOf(usage) });
    if (status === 'failed') return this.#fail(error);
    if (status === 'cancelled') return this.#finish('other');
    if (status === 'incomplete') {
      return this.#finish(REASONS.get(isRecord(details) && details['reason']) ?? 'other');
    }
    if (this.#options.isStored && this.#response) this.#keep({ response: this.#response });
    const open = this.#slots.filter(({ kind, isDone, isAnswered }) => kind && isDone && !isAnswered);
    const calls = open.filter(({ kind, item }) => item['status'] !== 'incomplete' && kind?.isForPage?.(item));
    if (calls.length > 0) {
      const executionId = this.#response || 'response';
      this.#say({ type: 'client-tool-request', executionId, toolCalls: calls.map(callOf) });
      return this.#finish('client-tool-calls');
    }
    this.#finish(open.some(({ item }) => item['type'] === 'mcp_approval_request') ? 'tool-calls' : 'stop');
  }

  /** What the end says that was not said before, and the end of what is still open. */
  #settle(output: readonly unknown[], isComplete: boolean): void {
    if (this.#slots.length === 0) {
      for (const [index, item] of output.entries()) if (isRecord(item)) this.#done(item, index);
      return;
    }
    for (const slot of this.#slots) {
      if (slot.isDone || (slot.kind && !isComplete)) continue;
      const id = textOf(slot.item['id']);
      const whole = id && output.find((item): item is Item => isRecord(item) && item['id'] === id);
      this.#close(slot, whole || slot.item);
    }
  }

  #finish(finishReason: FinishReason): void {
    this.#say({ type: 'finish', finishReason });
  }

  #fail(error: unknown): void {
    this.ended = true;
    this.#say(errorEventOf(error, this.#model, this.#response));
  }
}

/** The event in a frame; undefined for what servers send to keep a connection open. */
function parse(data: string): Item | undefined {
  if (!data.trimStart().startsWith('{')) return undefined;
  try {
    const event: unknown = JSON.parse(data);
    return isRecord(event) ? event : undefined;
  } catch {
    // Not the cause: its message quotes what the server sent.
    throw malformed('The server sent an event that is not valid JSON.', 'malformed-json');
  }
}
