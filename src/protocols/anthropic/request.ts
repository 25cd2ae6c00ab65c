import type { ToolResult } from '../../core/event.ts';
import { isRecord } from '../../core/is-record.ts';
import {
  type FileReference,
  isOtherThread,
  type UIDataPart,
  type UIMessage,
  type UIMessagePart,
  type UIReasoningPart,
  type UIToolCallPart,
} from '../../core/message.ts';
import type { ChatRequest } from '../../core/transport.ts';
import { outputOf } from '../steps.ts';
import { blockOfFile, type RequestBlock, textBlocks } from './files.ts';
import { CONTAINER, fromMetadata, isKept, keptName, RESULT } from './kept.ts';

interface Turn {
  readonly role: 'user' | 'assistant';
  readonly content: RequestBlock[];
}

/** The conversation as the Messages API takes it: roles alternate, and no block of it is empty. */
export function messagesOf(request: ChatRequest, messages: readonly UIMessage[]): readonly Turn[] {
  const turns: Turn[] = [];
  const files = filesOf(request.type === 'continue' ? request.toolResults : []);
  for (const message of messages) {
    if (message.role === 'user') add(turns, 'user', message.parts.flatMap(saidBlocks));
    else addAnswer(turns, message, files);
  }
  const words = request.type === 'trigger' ? request.input?.['USER_MESSAGE'] : undefined;
  // A trigger may be asked without a message that is shown.
  if (turns.at(-1)?.role !== 'user' && typeof words === 'string') add(turns, 'user', textBlocks(words));
  return withoutTrailingSpace(turns);
}

/** The container that code ran in last, as long as it is there; added to what the application says of containers. */
export function containerOf(messages: readonly UIMessage[], own: unknown): unknown {
  if (typeof own === 'string') return own;
  for (const { parts } of messages.toReversed()) {
    const part = parts.findLast(
      (part): part is UIDataPart => part.type === 'data' && part.name === CONTAINER,
    );
    const { id, expires_at: until } = part && isRecord(part.data) ? part.data : {};
    if (typeof id !== 'string') continue;
    if (typeof until === 'string' && Date.parse(until) <= Date.now()) return own;
    return isRecord(own) ? { id, ...own } : id;
  }
  return own;
}

function add(turns: Turn[], role: Turn['role'], content: readonly RequestBlock[]): void {
  if (content.length === 0) return;
  const last = turns.at(-1);
  if (last?.role === role) last.content.push(...content);
  else turns.push({ role, content: [...content] });
}

function saidBlocks(part: UIMessagePart): readonly RequestBlock[] {
  if (isOtherThread(part)) return [];
  if (part.type === 'text') return textBlocks(part.text);
  if (part.type === 'file') return [blockOfFile(part)];
  if (part.type === 'object')
    return textBlocks(part.text ?? JSON.stringify(part.object ?? part.partial) ?? '');
  return [];
}

/** An answer, which may be several turns: each that called tools of the page is followed by what they gave. */
function addAnswer(
  turns: Turn[],
  message: UIMessage,
  files: ReadonlyMap<string, readonly FileReference[]>,
): void {
  const calls = new Map<unknown, UIToolCallPart>();
  const answered = new Set<unknown>();
  for (const part of message.parts) {
    if (part.type === 'tool-call') calls.set(part.toolCallId, part);
    else answered.add(resultMark(part)?.['tool_use_id']);
  }
  let results: RequestBlock[] = [];
  const endTurn = (): void => {
    add(turns, 'user', results);
    results = [];
  };
  const say = (content: readonly RequestBlock[]): void => {
    // What is said after calls knows what they gave.
    if (content.length > 0) endTurn();
    add(turns, 'assistant', content);
  };
  for (const part of message.parts) {
    if (isOtherThread(part)) continue;
    if (part.type === 'step-start') endTurn();
    else if (part.type === 'text') say(textBlocks(part.text, citationsOf(part)));
    else if (part.type === 'object') say(saidBlocks(part));
    else if (part.type === 'reasoning') say(thinkingBlocks(part));
    else if (part.type === 'data') add(turns, 'assistant', dataBlocks(part, calls));
    else if (part.type === 'tool-call') {
      const call = callBlock(part);
      const isOurs = call['type'] === 'tool_use';
      // A tool at Anthropic without a result was given up, unless the answer still goes on.
      const counts = isOurs || answered.has(part.toolCallId) || message.status === 'streaming';
      if (counts) add(turns, 'assistant', [call]);
      if (isOurs) results.push(resultBlock(part, files.get(part.toolCallId)));
    }
  }
  endTurn();
}

function citationsOf(part: UIMessagePart & { readonly type: 'text' }): RequestBlock {
  const { citations } = fromMetadata(part);
  return Array.isArray(citations) ? { citations } : {};
}

/** Thinking is only taken back as it was signed. */
function thinkingBlocks(part: UIReasoningPart): readonly RequestBlock[] {
  const { signature, redactedData } = fromMetadata(part);
  if (typeof redactedData === 'string') return [{ type: 'redacted_thinking', data: redactedData }];
  return typeof signature === 'string' ? [{ type: 'thinking', thinking: part.text, signature }] : [];
}

function callBlock(part: UIToolCallPart): RequestBlock {
  const { toolCallId, toolName, args } = part;
  const { call } = fromMetadata(part);
  return { type: 'tool_use', id: idOf(toolCallId), name: toolName, input: args, ...(isRecord(call) && call) };
}

function resultBlock(part: UIToolCallPart, files: readonly FileReference[] = []): RequestBlock {
  const { text, isError } = outputOf(part);
  const { call } = fromMetadata(part);
  const { toolset_name } = isRecord(call) ? call : {};
  const content = files.length > 0 ? [...textBlocks(text), ...files.map(blockOfFile)] : text;
  return {
    type: 'tool_result',
    tool_use_id: idOf(part.toolCallId),
    ...(content !== '' && { content }),
    ...(isError && { is_error: true }),
    ...(typeof toolset_name === 'string' && { toolset_name }),
  };
}

/** Where a result came of a tool that ran at Anthropic. */
function resultMark(part: UIMessagePart): RequestBlock | undefined {
  return part.type === 'data' && part.name === RESULT && isRecord(part.data) ? part.data : undefined;
}

function dataBlocks(part: UIDataPart, calls: ReadonlyMap<unknown, UIToolCallPart>): readonly RequestBlock[] {
  const mark = resultMark(part);
  if (mark) {
    const call = calls.get(mark['tool_use_id']);
    return call ? [{ content: call.result, ...mark }] : [];
  }
  const { name, data } = part;
  const type = isRecord(data) ? data['type'] : undefined;
  if (!isRecord(data) || typeof type !== 'string' || !isKept(type) || name !== keptName(type)) return [];
  return [data];
}

function filesOf(results: readonly ToolResult[]): ReadonlyMap<string, readonly FileReference[]> {
  return new Map(results.map(({ toolCallId, files = [] }) => [toolCallId, files]));
}

/** Ids that others gave may have characters that are refused. */
function idOf(toolCallId: string): string {
  return toolCallId.replace(/[^\w-]/g, '_');
}

/** An answer that the model is to go on with must not end in space. */
function withoutTrailingSpace(turns: readonly Turn[]): readonly Turn[] {
  const turn = turns.at(-1);
  const last = turn?.content.at(-1);
  if (turn?.role === 'assistant' && typeof last?.['text'] === 'string') {
    turn.content.splice(-1, 1, { ...last, text: last['text'].trimEnd() });
  }
  return turns;
}
