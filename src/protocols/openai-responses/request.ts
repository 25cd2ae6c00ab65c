import {
  type FileReference,
  isOtherThread,
  type ToolApproval,
  type UIMessage,
  type UIMessagePart,
  type UITextPart,
  type UIToolCallPart,
} from '../../core/message.ts';
import type { ChatRequest } from '../../core/transport.ts';
import { answerTo, contentOf } from './answers.ts';
import { type Item, isOutput, KEPT, type Kept, keptIn, listOf, textOf } from './items.ts';

export interface ResponsesInput {
  readonly items: readonly Item[];
  /** The stored response that the items follow. */
  readonly previous?: string | undefined;
}

/** The conversation as items or, where responses are stored, what came after the last that was. */
export function inputOf(
  request: ChatRequest,
  messages: readonly UIMessage[],
  isStored: boolean,
): ResponsesInput {
  const toolResults = request.type === 'continue' ? request.toolResults : [];
  const input = new Input(
    new Map(toolResults.map(({ toolCallId, files = [] }) => [toolCallId, files])),
    isStored,
  );
  for (const message of messages) {
    if (message.role === 'user') input.say(message.parts.flatMap(saidContent));
    else input.answer(message);
  }
  const words = request.type === 'trigger' ? request.input?.['USER_MESSAGE'] : undefined;
  // A trigger may be asked without a message that is shown.
  if (messages.at(-1)?.role !== 'user' && textOf(words)) input.say([{ type: 'input_text', text: words }]);
  return input;
}

class Input implements ResponsesInput {
  readonly items: Item[] = [];
  previous?: string | undefined;
  readonly #files: ReadonlyMap<string, readonly FileReference[]>;
  readonly #isStored: boolean;
  /** What the page answered, to follow the response that asked. */
  #answers: Item[] = [];

  constructor(files: ReadonlyMap<string, readonly FileReference[]>, isStored: boolean) {
    this.#files = files;
    this.#isStored = isStored;
  }

  say(content: readonly Item[]): void {
    if (content.length > 0) this.items.push({ type: 'message', role: 'user', content });
  }

  /** An answer, which may be several responses: what the page answered follows each. */
  answer({ parts }: UIMessage): void {
    const kepts = parts.map(keptOf);
    const answered = new Set(kepts.flatMap(({ item }) => (item && isOutput(item) ? [item['call_id']] : [])));
    for (const [index, part] of parts.entries()) {
      if (isOtherThread(part)) continue;
      const kept = kepts[index] ?? {};
      if (part.type === 'step-start') this.#next();
      else if (part.type === 'text') this.#text(part, kept);
      else if (part.type === 'tool-call')
        this.#call(part, kept, parts, (call) => answered.has(call['call_id']));
      else if (kept.response && this.#isStored) this.#goOnAfter(kept.response);
      else if (kept.item && isGivenBack(kept.item)) this.items.push(kept.item);
    }
    this.#next();
  }

  #goOnAfter(response: string): void {
    this.previous = response;
    this.items.length = 0;
  }

  #next(): void {
    // The server wants to know what came of its thoughts: those of an answer that was cut off led to nothing.
    while (this.items.at(-1)?.['type'] === 'reasoning') this.items.pop();
    this.items.push(...this.#answers);
    this.#answers = [];
  }

  #text({ text }: UITextPart, { message, isRefusal }: Kept): void {
    if (text === '') return;
    if (!message) {
      // Words of another dialect may follow a call without a step between them.
      this.#next();
      this.items.push({ type: 'message', role: 'assistant', content: text });
      return;
    }
    const content = isRefusal
      ? { type: 'refusal', refusal: text }
      : { type: 'output_text', text, annotations: [] };
    const last = this.items.at(-1);
    if (textOf(message['id']) && last?.['type'] === 'message' && last['id'] === message['id']) {
      this.items.splice(-1, 1, { ...last, content: [...listOf(last['content']), content] });
    } else {
      this.items.push({
        type: 'message',
        role: 'assistant',
        status: 'completed',
        ...message,
        content: [content],
      });
    }
  }

  #call(
    part: UIToolCallPart,
    { item, ranThere }: Kept,
    parts: readonly UIMessagePart[],
    isAnswered: IsAnswered,
  ): void {
    const { toolCallId, toolName, args, approval, status } = part;
    // Of what nobody ran there is nothing to say, and of what ran elsewhere nobody can.
    if (ranThere || (!item && status === 'cancelled')) return;
    const call = item ?? {
      type: 'function_call',
      call_id: toolCallId,
      name: toolName,
      arguments: JSON.stringify(args),
    };
    if (call['type'] === 'mcp_approval_request' || (call['type'] === 'mcp_call' && approval)) {
      return this.#asked(call, approval);
    }
    if (call['type'] === 'image_generation_call') {
      const result = imageOf(toolCallId, parts);
      if (result) this.items.push({ ...call, result });
      return;
    }
    const answer = isAnswered(call) ? undefined : answerTo(call, part, this.#files.get(toolCallId));
    if (answer === null) return;
    this.items.push(call);
    if (answer) this.#answers.push(answer);
  }

  /** A call that a person was asked about, and what came of it. Who said nothing did not allow it. */
  #asked(call: Item, approval: ToolApproval | undefined): void {
    const { type, id, name, arguments: json, server_label } = call;
    const asked = approval?.approvalId ?? id;
    this.items.push({ type: 'mcp_approval_request', id: asked, name, arguments: json, server_label });
    this.#answers.push({
      type: 'mcp_approval_response',
      approval_request_id: asked,
      approve: approval?.status === 'approved',
      ...(approval?.reason !== undefined && { reason: approval.reason }),
    });
    if (type === 'mcp_call') this.#answers.push(call);
  }
}

function keptOf(part: UIMessagePart): Kept {
  if (part.type === 'data') return part.name === KEPT ? keptIn(part.data) : {};
  return 'providerMetadata' in part ? keptIn(part.providerMetadata?.[KEPT]) : {};
}

type IsAnswered = (call: Item) => boolean;

function saidContent(part: UIMessagePart): readonly Item[] {
  if (isOtherThread(part)) return [];
  if (part.type === 'text') return part.text === '' ? [] : [{ type: 'input_text', text: part.text }];
  return part.type === 'file' ? [contentOf(part)] : [];
}

/** Thoughts are only taken back sealed, or as an open model wrote them. */
function isGivenBack({ type, encrypted_content: sealed, content }: Item): boolean {
  return type !== 'reasoning' || textOf(sealed) !== '' || listOf(content).length > 0;
}

/** The image that a call made, which is the last of its files. */
function imageOf(toolCallId: string, parts: readonly UIMessagePart[]): string | undefined {
  const file = parts.findLast((part) => part.type === 'file' && part.toolCallId === toolCallId) as
    | FileReference
    | undefined;
  return file?.url.split(';base64,')[1];
}
