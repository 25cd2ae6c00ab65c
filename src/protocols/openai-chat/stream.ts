import { malformed } from '../../core/error.ts';
import type { FinishReason, StreamEvent } from '../../core/event.ts';
import { generateId } from '../../core/generate-id.ts';
import { isRecord } from '../../core/is-record.ts';
import type { Frame } from '../../stream/frame.ts';
import type { Decoder } from '../protocol.ts';
import { ToolCalls } from './calls.ts';
import { errorEvent, failureIn } from './error.ts';

type Json = Readonly<Record<string, unknown>>;

/** The reason of an answer that is over and does not say why. */
const UNKNOWN = 'unknown';

/** What models end with, in the words of those who serve them. Others are `other`. */
const FINISH_REASONS: ReadonlyMap<string, FinishReason> = new Map([
  ['stop', 'stop'],
  ['end_turn', 'stop'],
  ['eos', 'stop'],
  ['eos_token', 'stop'],
  ['stop_sequence', 'stop'],
  ['length', 'length'],
  ['max_tokens', 'length'],
  ['model_length', 'length'],
  ['tool_calls', 'tool-calls'],
  ['tool_use', 'tool-calls'],
  ['function_call', 'tool-calls'],
  ['function_calls', 'tool-calls'],
  ['content_filter', 'content-filter'],
  ['safety', 'content-filter'],
  ['error', 'error'],
  ['insufficient_system_resource', 'error'],
]);

/** Where thoughts may be. Servers fill several of these with the same words, so that one of them is read. */
type ReasoningField = 'reasoning_content' | 'reasoning' | 'reasoning_details' | 'thinking';

/** The text or the thoughts that are being written. */
interface Block {
  readonly kind: 'text' | 'reasoning';
  readonly id: string;
  /** Which of several signed thoughts it is. */
  readonly index: unknown;
}

/** Reads one answer: pieces of it, or the whole of it as a document. */
export class OpenAIChatDecoder implements Decoder {
  ended = false;
  readonly #serverTools: boolean;
  readonly #calls: ToolCalls;
  #events: StreamEvent[] = [];
  #begun = false;
  #finished = false;
  /** Whether anything of the answer was told. */
  #said = false;
  #id: string | undefined;
  /** What ids that are made begin with. */
  #prefix: string | undefined;
  #made = 0;
  #provider: string | undefined;
  #model: string | undefined;
  #block: Block | undefined;
  #field: ReasoningField | undefined;
  /** Signed thoughts that no part carries yet. */
  #details: Json[] = [];
  /** Titles by address. Told of at the end: servers repeat them, and titles may come later than addresses. */
  readonly #sources = new Map<string, string | undefined>();
  readonly #images = new Set<string>();
  #usage: Json | undefined;
  #reason: string | undefined;

  constructor({ serverTools = false }: { readonly serverTools?: boolean | undefined } = {}) {
    this.#serverTools = serverTools;
    this.#calls = new ToolCalls({
      say: (event) => void this.#events.push(event),
      onBegin: () => {
        this.#said = true;
        this.#close();
      },
      newId: () => this.#newId('call'),
    });
  }

  read({ data, event }: Frame): readonly StreamEvent[] {
    const json = data.trim();
    if (json === '') return [];
    if (json === '[DONE]') {
      this.ended = true;
      this.#begin();
      this.#reason ??= UNKNOWN;
      return this.end();
    }
    let chunk: unknown;
    try {
      chunk = JSON.parse(json);
    } catch {
      // Not the cause: its message quotes what the server sent.
      throw malformed('The server sent an event that is not valid JSON.', 'malformed-json');
    }
    if (isRecord(chunk)) this.#chunk(chunk, event);
    return this.#take();
  }

  /** An answer with a reason to finish is whole, even where the stream does not say that it is done. */
  end(): readonly StreamEvent[] {
    if (this.#reason !== undefined && !this.#finished) this.#finish(this.#reason);
    return this.#take();
  }

  #take(): readonly StreamEvent[] {
    const events = this.#events;
    this.#events = [];
    return events;
  }

  #chunk(chunk: Json, event: string | undefined): void {
    const { id, model, provider, choices, usage } = chunk;
    this.#id ??= textIn(id) || undefined;
    this.#model = textIn(model) || this.#model;
    this.#provider = textIn(provider) || this.#provider;
    this.#cite(chunk['search_results']);
    this.#cite(chunk['citations']);
    const choice = recordsIn(choices).find(({ index }) => (index ?? 0) === 0) ?? {};
    const counted = [usage, choice['usage']].find(isRecord);
    if (counted) this.#usage = counted;
    const failure = failureIn(chunk, choice, event);
    if (failure !== undefined) return this.#fail(failure);
    if (!Array.isArray(choices)) return;
    this.#begin();
    this.#choice(choice);
  }

  #choice({ delta, message, finish_reason: reason }: Json): void {
    if (isRecord(delta)) this.#delta(delta);
    else if (isRecord(message)) {
      // Some streams end with the whole of what they said before.
      if (this.#said) this.#annotate(message);
      else this.#delta(message);
      this.#reason ??= UNKNOWN;
    }
    this.#reason = textIn(reason) || this.#reason;
  }

  #delta(delta: Json): void {
    const { content, refusal, images, tool_calls: calls, function_call: call } = delta;
    this.#reasoning(delta);
    this.#say(textIn(content));
    for (const part of recordsIn(content)) this.#part(part);
    this.#say(textIn(refusal));
    for (const image of recordsIn(images)) this.#part(image);
    for (const entry of recordsIn(calls)) this.#calls.read(entry);
    if (isRecord(call)) this.#calls.read({ index: 0, function: call });
    this.#annotate(delta);
  }

  #part({ type, text, refusal, thinking, image_url: image }: Json): void {
    if (type === 'text') this.#say(textIn(text));
    if (type === 'refusal') this.#say(textIn(refusal));
    if (type === 'image_url') this.#image(textIn(isRecord(image) ? image['url'] : image));
    if (type !== 'thinking') return;
    this.#think('thinking', textIn(thinking));
    for (const part of recordsIn(thinking)) this.#think('thinking', textIn(part['text']));
  }

  #reasoning({ reasoning_content, reasoning, reasoning_details }: Json): void {
    const details = recordsIn(reasoning_details);
    const index = details.find((detail) => typeof detail['index'] === 'number')?.['index'];
    this.#think('reasoning_content', textIn(reasoning_content), index);
    this.#think('reasoning', textIn(reasoning), index);
    for (const { text, summary, index } of details) {
      this.#think('reasoning_details', textIn(text) || textIn(summary), index);
    }
    for (const detail of details) keepDetail(this.#details, detail);
  }

  #think(field: ReasoningField, delta: string, index?: unknown): void {
    if (delta === '') return;
    this.#field ??= field;
    if (this.#field !== field) return;
    const open = this.#block?.index;
    const isOther = index !== undefined && open !== undefined && open !== index;
    this.#events.push({ type: 'reasoning-delta', id: this.#open('reasoning', isOther, index), delta });
  }

  #say(delta: string): void {
    if (delta === '') return;
    this.#calls.heard(delta);
    this.#events.push({ type: 'text-delta', id: this.#open('text'), delta });
  }

  /** The id of the block of that kind; begins it where it, or another one, is not the one that is open. */
  #open(kind: Block['kind'], isOther = false, index?: unknown): string {
    if (this.#block?.kind === kind && !isOther) return this.#block.id;
    this.#close();
    const id = this.#newId(kind);
    this.#block = { kind, id, index };
    this.#said = true;
    this.#events.push({ type: `${kind}-start`, id });
    return id;
  }

  #close(): void {
    if (!this.#block) return;
    const { kind, id } = this.#block;
    this.#block = undefined;
    const isBare = this.#details.length === 0;
    const providerMetadata = isBare ? { reasoning_field: this.#field } : { reasoning_details: this.#details };
    this.#details = [];
    const isKept = !isBare || kind === 'reasoning';
    this.#events.push({ type: `${kind}-end`, id, ...(isKept && { providerMetadata }) });
  }

  #image(url: string): void {
    if (url === '' || this.#images.has(url)) return;
    this.#images.add(url);
    this.#said = true;
    const mediaType = /^data:([^;,]+)/.exec(url)?.[1] ?? 'image/png';
    this.#events.push({ type: 'file-available', id: this.#newId('image'), mediaType, url });
  }

  #annotate({ annotations }: Json): void {
    for (const annotation of recordsIn(annotations)) {
      const { type, url_citation: citation } = annotation;
      if (type === 'url_citation') this.#cite([isRecord(citation) ? citation : annotation]);
    }
  }

  #cite(sources: unknown): void {
    if (!Array.isArray(sources)) return;
    for (const source of sources) {
      const { url, title } = isRecord(source) ? source : { url: source, title: undefined };
      const address = textIn(url);
      if (address) this.#sources.set(address, textIn(title) || this.#sources.get(address));
    }
  }

  #begin(): void {
    if (this.#begun) return;
    this.#begun = true;
    this.#events.push({ type: 'start', ...(this.#id !== undefined && { messageId: this.#id }) });
  }

  #finish(reason: string): void {
    this.#finished = true;
    this.#close();
    if (this.#details.length > 0) this.#calls.keep({ reasoning_details: this.#details });
    this.#calls.finish();
    for (const [url, title] of this.#sources) {
      const id = this.#newId('source');
      this.#events.push({
        type: 'source',
        sourceType: 'url',
        id,
        url,
        ...(title !== undefined && { title }),
      });
    }
    if (this.#usage) this.#events.push(usageEvent(this.#usage, this.#model));
    const finishReason = FINISH_REASONS.get(reason.toLowerCase()) ?? 'other';
    if (finishReason === 'error') return this.#fail({ type: reason });
    const toolCalls = this.#isPagesTurn(finishReason) ? this.#calls.handOver() : undefined;
    if (!toolCalls) return void this.#events.push({ type: 'finish', finishReason });
    this.#events.push(
      { type: 'client-tool-request', executionId: this.#id ?? '', toolCalls },
      { type: 'finish', finishReason: 'client-tool-calls' },
    );
  }

  /** Whether calls without a result are for the page. Some servers end with `stop` where they mean calls. */
  #isPagesTurn(reason: FinishReason): boolean {
    if (this.#serverTools) return false;
    return reason === 'tool-calls' || ((reason === 'stop' || reason === 'other') && !this.#calls.areRun);
  }

  #fail(failure: unknown): void {
    this.ended = true;
    this.#finished = true;
    const answerer = { provider: this.#provider, model: this.#model, requestId: this.#id };
    this.#events.push(errorEvent(failure, answerer));
  }

  /** An id unlike any other in the message, as each of its legs is a completion with an id of its own. */
  #newId(kind: string): string {
    this.#prefix ??= this.#id ?? generateId();
    this.#made += 1;
    return `${this.#prefix}-${kind}-${this.#made}`;
  }
}

function textIn(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function recordsIn(value: unknown): readonly Json[] {
  return Array.isArray(value) ? value.filter(isRecord) : [];
}

/** Puts a piece of signed thoughts with the one that it goes on with, or after it. What is encrypted comes whole. */
function keepDetail(details: Json[], detail: Json): void {
  const given = Object.fromEntries(Object.entries(detail).filter(([, value]) => value !== null));
  const last = details.at(-1);
  const { type, index, id = last?.['id'], text, summary } = given;
  const goesOn = last && last['type'] === type && last['index'] === index && (last['id'] ?? id) === id;
  if (!goesOn || type === 'reasoning.encrypted') return void details.push(given);
  details[details.length - 1] = {
    ...last,
    ...given,
    ...(typeof text === 'string' && { text: textIn(last['text']) + text }),
    ...(typeof summary === 'string' && { summary: textIn(last['summary']) + summary }),
  };
}

function usageEvent(usage: Json, model: string | undefined): StreamEvent {
  const { prompt_tokens, input_tokens, completion_tokens, output_tokens, total_tokens } = usage;
  const tokens = {
    inputTokens: prompt_tokens ?? input_tokens,
    outputTokens: completion_tokens ?? output_tokens,
    totalTokens: total_tokens,
  };
  return { ...usage, tokens, ...(model !== undefined && { model }), type: 'usage' };
}
