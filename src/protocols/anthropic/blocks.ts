import type { PendingToolCall, StreamEvent } from '../../core/event.ts';
import { isRecord } from '../../core/is-record.ts';
import type { Fields } from './frame.ts';
import { isKept, keptName, RESULT, toMetadata } from './kept.ts';
import { CitedSources } from './sources.ts';

/** A content block that is being streamed. */
type Block =
  | { readonly kind: 'text'; readonly id: string; readonly citations: unknown[] }
  | { readonly kind: 'thinking'; readonly id: string; kept: Fields }
  | {
      readonly kind: 'call';
      readonly id: string;
      readonly name: string;
      readonly fields: Fields;
      json: string;
    }
  | { readonly kind: 'kept'; readonly type: string; fields: Fields };

type CallBlock = Block & { readonly kind: 'call' };

const ANNOUNCEMENTS: ReadonlyMap<unknown, string> = new Map<unknown, string>([
  ['text_delta', 'text'],
  ['thinking_delta', 'thinking'],
]);

/** The content blocks of an answer, which may be streamed side by side, as events. */
export class AnthropicBlocks {
  readonly #say: (...events: readonly StreamEvent[]) => void;
  readonly #fileUrl: ((fileId: string) => string) | undefined;
  readonly #sources = new CitedSources();
  readonly #open = new Map<unknown, Block>();
  /** How many there were: their numbers begin anew with each message. */
  #count = 0;
  #calls: PendingToolCall[] | undefined;

  constructor(
    say: (...events: readonly StreamEvent[]) => void,
    fileUrl: ((fileId: string) => string) | undefined,
  ) {
    this.#say = say;
    this.#fileUrl = fileUrl;
  }

  /** The calls that the page has to run, once; undefined where none was made, and empty where all were in vain. */
  takeCalls(): readonly PendingToolCall[] | undefined {
    const calls = this.#calls;
    this.#calls = undefined;
    return calls;
  }

  start(index: unknown, messageId: string, block: Fields): void {
    this.stop(index);
    const started = this.#started(block, `${messageId}-${this.#count++}`);
    if (started) this.#open.set(index, started);
  }

  /** What is written to a block; made where nothing announced it, as words must not get lost. */
  grow(index: unknown, messageId: string, delta: Fields): void {
    const announced = ANNOUNCEMENTS.get(delta['type']);
    if (announced && !this.#open.has(index)) this.start(index, messageId, { type: announced });
    const block = this.#open.get(index);
    if (block) this.#grow(block, delta);
  }

  stop(index: unknown): void {
    const block = this.#open.get(index);
    this.#open.delete(index);
    switch (block?.kind) {
      case 'text': {
        const { id, citations } = block;
        return this.#say({ type: 'text-end', id, ...metadata(citations.length > 0 && { citations }) });
      }
      case 'thinking':
        return this.#say({ type: 'reasoning-end', id: block.id, ...metadata(block.kept) });
      case 'call':
        return this.#call(block);
      case 'kept':
        this.#say({ type: 'data', name: keptName(block.type), data: block.fields });
        return this.#offer(block.fields['file_id']);
    }
  }

  stopAll(): void {
    for (const index of [...this.#open.keys()]) this.stop(index);
  }

  #started(fields: Fields, id: string): Block | undefined {
    const { type } = fields;
    if (typeof type !== 'string') return undefined;
    if (isKept(type)) return { kind: 'kept', type, fields };
    if (type.endsWith('_tool_result')) return this.#result(fields);
    if (type.endsWith('tool_use')) return this.#startedCall(fields);
    const { text, citations, thinking, signature, data } = fields;
    switch (type) {
      case 'text': {
        const block: Block = { kind: 'text', id, citations: [] };
        this.#say({ type: 'text-start', id });
        this.#grow(block, { type: 'text_delta', text });
        for (const citation of Array.isArray(citations) ? citations : []) {
          this.#grow(block, { type: 'citations_delta', citation });
        }
        return block;
      }
      case 'thinking': {
        const block: Block = { kind: 'thinking', id, kept: {} };
        this.#say({ type: 'reasoning-start', id });
        this.#grow(block, { type: 'thinking_delta', thinking });
        this.#grow(block, { type: 'signature_delta', signature });
        return block;
      }
      case 'redacted_thinking':
        if (typeof data !== 'string') return undefined;
        this.#say({ type: 'reasoning-start', id });
        return { kind: 'thinking', id, kept: { redactedData: data } };
    }
    return undefined;
  }

  #grow(block: Block, delta: Fields): void {
    const { type, text, thinking, signature, citation, partial_json: json } = delta;
    switch (block.kind) {
      case 'text':
        if (type === 'text_delta' && typeof text === 'string' && text) {
          this.#say({ type: 'text-delta', id: block.id, delta: text });
        } else if (type === 'citations_delta' && isRecord(citation)) {
          block.citations.push(citation);
          const source = this.#sources.take(citation, `${block.id}-${block.citations.length}`);
          if (source) this.#say(source);
        }
        return;
      case 'thinking':
        if (type === 'thinking_delta' && typeof thinking === 'string' && thinking) {
          this.#say({ type: 'reasoning-delta', id: block.id, delta: thinking });
        } else if (type === 'signature_delta' && typeof signature === 'string' && signature) {
          block.kept = { ...block.kept, signature };
        }
        return;
      case 'call':
        if (type !== 'input_json_delta' || typeof json !== 'string' || !json) return;
        block.json += json;
        return this.#say({ type: 'tool-input-delta', toolCallId: block.id, inputTextDelta: json });
      case 'kept': {
        // A delta of such a block says what its fields are in the end.
        const { type: _, ...fields } = delta;
        if (type === `${block.type}_delta`) block.fields = { ...block.fields, ...fields };
      }
    }
  }

  #startedCall(fields: Fields): Block | undefined {
    const { id, name } = fields;
    if (typeof id !== 'string' || typeof name !== 'string') return undefined;
    this.#say({ type: 'tool-input-start', toolCallId: id, toolName: name });
    return { kind: 'call', id, name, fields, json: '' };
  }

  /** A whole call. The page is not bothered with arguments that are not JSON, as eager streaming allows. */
  #call({ id: toolCallId, name: toolName, fields, json }: CallBlock): void {
    const { type, id: _, name: __, input: given, ...more } = fields;
    const isOurs = type === 'tool_use';
    const args = json ? argumentsIn(json) : isRecord(given) ? given : {};
    const call = isOurs ? more : { type, ...more };
    this.#say({
      type: 'tool-input-available',
      toolCallId,
      toolName,
      input: args ?? { INVALID_JSON: json },
      ...metadata(Object.keys(call).length > 0 && { call }),
    });
    if (!isOurs) return;
    this.#calls ??= [];
    if (args) this.#calls.push({ toolCallId, toolName, args });
    else this.#say({ type: 'tool-output-error', toolCallId, error: 'The arguments are not valid JSON.' });
  }

  /** What a tool gave that ran at Anthropic. The call may be of a message before. */
  #result(block: Fields): undefined {
    const { content, ...mark } = block;
    const { tool_use_id: toolCallId } = mark;
    if (typeof toolCallId !== 'string') return;
    const error = failureIn(block);
    if (error === undefined) {
      this.#say(
        { type: 'data', name: RESULT, data: mark },
        { type: 'tool-output-available', toolCallId, output: content },
      );
    } else {
      this.#say(
        { type: 'data', name: RESULT, data: block },
        { type: 'tool-output-error', toolCallId, error },
      );
    }
    const outputs = isRecord(content) && Array.isArray(content['content']) ? content['content'] : [];
    for (const output of outputs.filter(isRecord)) this.#offer(output['file_id'], toolCallId);
  }

  /** A file that the model made, where the application knows how it can be had. */
  #offer(id: unknown, toolCallId?: string): void {
    if (typeof id !== 'string' || !this.#fileUrl) return;
    const url = this.#fileUrl(id);
    this.#say({ type: 'file-available', id, url, mediaType: 'application/octet-stream', toolCallId });
  }
}

function metadata(fields: Fields | false) {
  return fields && Object.keys(fields).length > 0 ? { providerMetadata: toMetadata(fields) } : {};
}

function argumentsIn(json: string): Fields | undefined {
  try {
    const value: unknown = JSON.parse(json);
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** What went wrong in a tool at Anthropic; undefined where nothing did. */
function failureIn({ content, is_error: isError }: Fields): string | undefined {
  const { type, error_message: message, error_code: code } = isRecord(content) ? content : {};
  if (isError !== true && !(typeof type === 'string' && type.endsWith('_error'))) return undefined;
  const blocks = Array.isArray(content) ? content.filter(isRecord) : [];
  const text = blocks.flatMap(({ text }) => (typeof text === 'string' ? [text] : [])).join('\n');
  const words = [content, message, text, code].find((words) => typeof words === 'string' && words !== '');
  return typeof words === 'string' ? words : 'The tool failed.';
}
