import type { FinishReason, StreamEvent } from '../../core/event.ts';
import { isRecord } from '../../core/is-record.ts';
import type { Frame } from '../../stream/frame.ts';
import type { Decoder } from '../protocol.ts';
import { AnthropicBlocks } from './blocks.ts';
import { errorOf } from './error.ts';
import { type Fields, parseFrame } from './frame.ts';
import { CONTAINER, keptName } from './kept.ts';
import { addUsage, type Counts, latestUsage, usageOf } from './usage.ts';

const FINISH_REASONS: ReadonlyMap<unknown, FinishReason> = new Map<unknown, FinishReason>([
  ['end_turn', 'stop'],
  ['stop_sequence', 'stop'],
  ['tool_use', 'tool-calls'],
  ['max_tokens', 'length'],
  ['model_context_window_exceeded', 'length'],
  ['refusal', 'content-filter'],
]);
/** The answer is to be sent back as it is, for the model to go on with it. */
const PAUSES = new Set<unknown>(['pause_turn', 'compaction']);

/** A message that is being read. */
interface Message {
  readonly id: string;
  stopReason: unknown;
  container: unknown;
  usage: Counts;
}

/** Reads an answer, streamed or as one document. */
export class AnthropicDecoder implements Decoder {
  /** The end of the body is the end: gateways and recorders put several messages into one. */
  readonly ended = false;
  readonly #blocks: AnthropicBlocks;
  #events: StreamEvent[] = [];
  #message: Message | undefined;
  #model: string | undefined;
  /** Of the messages before. */
  #spent: Counts = {};

  constructor(fileUrl?: (fileId: string) => string) {
    this.#blocks = new AnthropicBlocks((...events) => void this.#events.push(...events), fileUrl);
  }

  read({ data }: Frame): readonly StreamEvent[] {
    this.#events = [];
    // Some gateways say it at the end of whatever they pass on.
    if (data !== '[DONE]') this.#take(parseFrame(data));
    return this.#events;
  }

  /** A message that gave its stop reason is whole, also without the word that it is over. */
  end(): readonly StreamEvent[] {
    this.#events = [];
    if (this.#message?.stopReason !== undefined) this.#finish();
    return this.#events;
  }

  #take(frame: Fields): void {
    switch (frame['type']) {
      case 'message_start':
        this.#begin(recordIn(frame, 'message'));
        return;
      case 'content_block_start':
        return this.#blocks.start(frame['index'], this.#current().id, recordIn(frame, 'content_block'));
      case 'content_block_delta':
        return this.#blocks.grow(frame['index'], this.#current().id, recordIn(frame, 'delta'));
      case 'content_block_stop':
        return this.#blocks.stop(frame['index']);
      case 'message_delta':
        return this.#note(recordIn(frame, 'delta'), frame);
      case 'message_stop':
        return this.#finish();
      case 'message':
        return this.#document(frame);
      case 'error':
        this.#events.push(errorOf(frame, this.#model));
    }
  }

  #document(message: Fields): void {
    this.#begin(message);
    const content = Array.isArray(message['content']) ? message['content'] : [];
    for (const [index, block] of content.filter(isRecord).entries()) {
      this.#blocks.start(index, this.#current().id, block);
      this.#blocks.stop(index);
    }
    this.#note(message, message);
    this.#finish();
  }

  /** A message begins. One that begins while another is open goes on with it: blocks stay as they are. */
  #begin({ id, model, usage, container }: Fields = {}): Message {
    const before = this.#message;
    const messageId = typeof id === 'string' ? id : '';
    if (typeof model === 'string') this.#model = model;
    if (!before) this.#events.push({ type: 'start', ...(messageId && { executionId: messageId }) });
    const isRepeated = before?.id === messageId;
    if (before && !isRepeated) this.#spent = addUsage(this.#spent, before.usage);
    const message = isRepeated
      ? before
      : { id: messageId, stopReason: undefined, container: before?.container, usage: {} };
    this.#message = message;
    this.#note({ container }, { usage });
    return message;
  }

  #current(): Message {
    return this.#message ?? this.#begin();
  }

  #note({ stop_reason: reason, stop_details: details, container }: Fields, frame: Fields): void {
    const message = this.#current();
    message.usage = latestUsage(message.usage, frame['usage']);
    if (typeof reason === 'string') message.stopReason = reason;
    if (isRecord(container) && typeof container['id'] === 'string') {
      message.container = { id: container['id'], expires_at: container['expires_at'] };
    }
    if (isRecord(details) && details['type'] === 'refusal') {
      const { category, explanation, recommended_model } = details;
      this.#events.push({
        type: 'data',
        name: keptName('refusal'),
        data: { category, explanation, recommended_model },
      });
    }
    const { context_management: management } = frame;
    if (
      isRecord(management) &&
      Array.isArray(management['applied_edits']) &&
      management['applied_edits'].length > 0
    ) {
      this.#events.push({ type: 'data', name: keptName('context_management'), data: management });
    }
  }

  #finish(): void {
    const message = this.#message;
    if (!message) return;
    const { id: executionId, stopReason, container } = message;
    this.#blocks.stopAll();
    this.#spent = addUsage(this.#spent, message.usage);
    this.#message = undefined;
    if (container) this.#events.push({ type: 'data', name: CONTAINER, id: CONTAINER, data: container });
    const usage = usageOf(this.#spent, this.#model);
    if (usage) this.#events.push(usage);
    const calls = this.#blocks.takeCalls();
    // A pause asks nothing of the page, which then goes on at once.
    const toolCalls = PAUSES.has(stopReason) ? [] : stopReason === 'tool_use' ? calls : undefined;
    if (toolCalls) this.#events.push({ type: 'client-tool-request', executionId, toolCalls });
    this.#events.push({
      type: 'finish',
      finishReason: toolCalls ? 'client-tool-calls' : (FINISH_REASONS.get(stopReason) ?? 'other'),
      executionId,
    });
  }
}

function recordIn(fields: Fields, name: string): Fields {
  const value = fields[name];
  return isRecord(value) ? value : {};
}
