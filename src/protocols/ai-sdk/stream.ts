import type { FileAvailableEvent, FinishReason, SourceEvent, StreamEvent } from '../../core/event.ts';
import { isRecord } from '../../core/is-record.ts';
import type { Frame } from '../../stream/frame.ts';
import type { Decoder } from '../protocol.ts';
import { AiSdkBlocks } from './blocks.ts';
import { AiSdkCalls } from './calls.ts';
import { type Chunk, maybeTextIn, parseChunk, textIn } from './chunk.ts';
import { ABOUT, asMetadata, fieldsOf, type Kept, merged, OTHER, RESET } from './kept.ts';

const REASONS: ReadonlyMap<unknown, FinishReason> = new Map(
  (['stop', 'tool-calls', 'length', 'content-filter', 'error'] as const).map((reason) => [reason, reason]),
);

/** With these the page does nothing more: what the model was about to call was cut short with it. */
const CUT_SHORT: ReadonlySet<unknown> = new Set([
  'length',
  'content-filter',
  'error',
  'interrupted',
  'abort',
]);

/** What adds a part to the message. */
const WRITING: ReadonlySet<StreamEvent['type']> = new Set([
  'text-start',
  'reasoning-start',
  'tool-input-start',
  'source',
  'file-available',
  'data',
]);

/**
 * Reads one leg. That it is over is said where its body ends: after `finish` more may be said of the message, and the
 * streams of several models may be written one after the other.
 */
export class AiSdkDecoder implements Decoder {
  ended = false;
  /** Tells what this leg writes from what others write to the same message. */
  readonly #leg: string;
  readonly #blocks = new AiSdkBlocks(() => this.#newId());
  readonly #calls = new AiSdkCalls();
  #ids = 0;
  #hasBegun = false;
  #hasWritten = false;
  /** Whether nothing was written since steps were last told apart. */
  #isStepEmpty = true;
  #isFinished = false;
  #reason: unknown;
  #messageId: string | undefined;
  #metadata: Kept = {};
  /** Whether something is known of the message that was not said yet. */
  #hasNews = false;

  constructor(leg: string) {
    this.#leg = leg;
  }

  read({ data }: Frame): readonly StreamEvent[] {
    if (data !== '[DONE]') return this.#told(this.#translate(parseChunk(data)));
    this.ended = true;
    return this.#told(this.#close());
  }

  end(): readonly StreamEvent[] {
    return this.#isFinished ? this.#told(this.#close()) : [];
  }

  /** The events, with the beginning of the leg before them, and what else is known of the message. */
  #told(events: readonly StreamEvent[]): StreamEvent[] {
    const told: StreamEvent[] = this.#hasBegun ? [] : [{ type: 'start', messageId: this.#messageId }];
    this.#hasBegun = true;
    for (const event of events) {
      if (event.type === 'start') this.#isStepEmpty = true;
      else if (WRITING.has(event.type)) {
        this.#hasWritten = true;
        this.#isStepEmpty = false;
      }
      told.push(event);
    }
    return [...told, ...this.#news()];
  }

  /** A part for it is added to what is written, and never makes a message by itself. */
  #news(): StreamEvent[] {
    if (!this.#hasNews || !this.#hasWritten) return [];
    this.#hasNews = false;
    const [id, metadata] = [this.#messageId, this.#metadata];
    const usage = metadata['totalUsage'] ?? metadata['usage'];
    return [
      { type: 'data', name: ABOUT, id: this.#leg, data: { ...(id === undefined ? {} : { id }), metadata } },
      ...(isRecord(usage) ? [{ ...usage, type: 'usage' } as const] : []),
    ];
  }

  #translate(chunk: Chunk): readonly StreamEvent[] {
    switch (chunk.type) {
      case 'start':
        this.#isFinished = false;
        return this.#annotate(chunk);
      case 'message-metadata':
        return this.#annotate(chunk);
      case 'finish':
        this.#isFinished = true;
        this.#reason = chunk['finishReason'];
        return this.#annotate(chunk);
      case 'abort':
        this.#isFinished = true;
        this.#reason = chunk.type;
        return this.#calls.withdraw();
      case 'error':
        this.ended = true;
        return [failure(chunk)];
      case 'start-step':
        this.#isFinished = false;
        this.#calls.nextStep();
        return this.#isStepEmpty ? [] : [{ type: 'start' }];
      case 'reset-step': {
        const given = [...this.#blocks.endAll(), ...this.#calls.giveUp()];
        if (this.#isStepEmpty) return given;
        return [...given, { type: 'data', name: RESET, data: {} }, { type: 'start' }];
      }
      case 'text-start':
        return this.#blocks.start('text', chunk);
      case 'text-delta':
        return this.#blocks.delta('text', chunk);
      case 'text-end':
        return this.#blocks.end('text', chunk);
      case 'reasoning-start':
        return this.#blocks.start('reasoning', chunk);
      case 'reasoning-delta':
        return this.#blocks.delta('reasoning', chunk);
      case 'reasoning-end':
        return this.#blocks.end('reasoning', chunk);
      case 'source-url':
      case 'source-document':
        return [sourceIn(chunk)];
      case 'file':
      case 'reasoning-file':
        return [fileIn(chunk, this.#newId())];
      case 'custom':
        return [other(chunk, { kind: textIn(chunk, 'kind'), ...fieldsOf(chunk, 'providerMetadata') })];
      case 'steering-message':
        return [other(chunk, { id: textIn(chunk, 'id'), parts: chunk['parts'] })];
      default:
        return chunk.type.startsWith('data-') ? [dataIn(chunk)] : this.#calls.translate(chunk);
    }
  }

  #annotate({ messageId, messageMetadata }: Chunk): [] {
    if (typeof messageId === 'string') this.#messageId = messageId;
    if (isRecord(messageMetadata)) this.#metadata = merged(this.#metadata, messageMetadata);
    this.#hasNews ||= typeof messageId === 'string' || isRecord(messageMetadata);
    return [];
  }

  #close(): StreamEvent[] {
    const ends = [...this.#blocks.endAll(), ...this.#calls.askOpenly()];
    const toolCalls = CUT_SHORT.has(this.#reason) ? [] : this.#calls.forPage();
    if (toolCalls.length === 0) {
      const finishReason = this.#reason === undefined ? 'stop' : (REASONS.get(this.#reason) ?? 'other');
      return [...ends, { type: 'finish', finishReason }];
    }
    const executionId = this.#messageId ?? this.#leg;
    return [
      ...ends,
      { type: 'client-tool-request', executionId, toolCalls },
      { type: 'finish', finishReason: 'client-tool-calls' },
    ];
  }

  #newId(): string {
    this.#ids += 1;
    return `${this.#leg}:${this.#ids}`;
  }
}

/** What the server says of a failure is for people: it hides what is not, and says no more of it. */
function failure(chunk: Chunk): StreamEvent {
  const message = maybeTextIn(chunk, 'errorText') ?? 'The agent failed.';
  return { type: 'error', errorType: 'provider_error', message, source: 'provider', retryable: true };
}

function sourceIn(chunk: Chunk): SourceEvent {
  const isUrl = chunk.type === 'source-url';
  const source = {
    type: 'source',
    sourceType: isUrl ? 'url' : 'document',
    id: textIn(chunk, 'sourceId'),
    ...(isUrl ? { url: textIn(chunk, 'url') } : { mediaType: textIn(chunk, 'mediaType') }),
    title: maybeTextIn(chunk, 'title'),
    filename: maybeTextIn(chunk, 'filename'),
    ...asMetadata(fieldsOf(chunk, 'providerMetadata')),
  } as const;
  return source;
}

function fileIn(chunk: Chunk, id: string): FileAvailableEvent {
  const file = {
    type: 'file-available',
    id,
    mediaType: textIn(chunk, 'mediaType'),
    url: textIn(chunk, 'url'),
    ...asMetadata({
      ...(chunk.type === 'file' ? {} : { type: chunk.type }),
      ...fieldsOf(chunk, 'providerMetadata'),
    }),
  } as const;
  return file;
}

function dataIn(chunk: Chunk): StreamEvent {
  const name = chunk.type.slice('data-'.length);
  const { data } = chunk;
  if (chunk['transient'] === true) return { type: 'resource-update', name, value: data };
  return { type: 'data', name, id: maybeTextIn(chunk, 'id'), data };
}

/** A part that goes back to the server, and is nothing to anybody else. */
function other({ type }: Chunk, part: Kept): StreamEvent {
  return { type: 'data', name: OTHER, data: { type, ...part } };
}
