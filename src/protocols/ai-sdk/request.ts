import type { ToolResult } from '../../core/event.ts';
import { isRecord } from '../../core/is-record.ts';
import {
  isOtherThread,
  type UIFilePart,
  type UIMessage,
  type UIMessagePart,
  type UISourcePart,
  type UIToolCallPart,
} from '../../core/message.ts';
import type { ChatRequest } from '../../core/transport.ts';
import { outputOf } from '../steps.ts';
import { ABOUT, fieldsOf, type Kept, merged, OTHER, RESET } from './kept.ts';

export interface AiSdkRequestOptions {
  /** The name of the conversation, as `useChat` has it in `id`. */
  readonly chatId?: string | undefined;
  /** Fields that every request body carries. */
  readonly body?: Readonly<Record<string, unknown>> | undefined;
}

type Part = { readonly type: string } & Kept;

/** The body that `DefaultChatTransport` sends: the whole conversation, and why it is sent. */
export function encodeRequest(
  request: ChatRequest,
  messages: readonly UIMessage[],
  { chatId, body }: AiSdkRequestOptions,
): Kept {
  const isContinued = request.type === 'continue';
  const results = isContinued ? request.toolResults : [];
  const encoded = messages
    .map((message) => encodeMessage(message, results))
    .filter(({ parts }) => parts.length > 0);
  const isRetry = !isContinued && request.rollbackAfterMessageId !== undefined;
  const last = encoded.at(-1);
  return {
    ...body,
    ...(chatId === undefined ? {} : { id: chatId }),
    messages: encoded,
    trigger: isRetry ? 'regenerate-message' : 'submit-message',
    ...(isContinued && last ? { messageId: last.id } : {}),
  };
}

function encodeMessage({ id, role, parts: ours }: UIMessage, results: readonly ToolResult[]) {
  let about: { readonly id: string; readonly metadata?: Kept } = { id };
  const parts: Part[] = [];
  for (const part of ours) {
    if (isOtherThread(part)) continue;
    if (part.type === 'data' && part.name === ABOUT) {
      about = encodeAbout(about, part.data);
    } else if (part.type === 'data' && part.name === RESET) {
      parts.length = parts.findLastIndex(({ type }) => type === 'step-start') + 1;
    } else {
      const theirs = encodePart(part, results);
      const isEmptyStep = theirs?.type === 'step-start' && parts.at(-1)?.type === 'step-start';
      if (theirs && !isEmptyStep) parts.push(theirs);
    }
  }
  // A step that nothing was written to.
  if (parts.at(-1)?.type === 'step-start') parts.pop();
  return { ...about, role, parts };
}

/** What the legs of an answer said about it, one after the other. */
function encodeAbout(before: { readonly id: string; readonly metadata?: Kept }, data: unknown) {
  if (!isRecord(data)) return before;
  const { id, metadata } = data;
  return {
    ...before,
    ...(typeof id === 'string' ? { id } : {}),
    ...(isRecord(metadata) ? { metadata: merged(before.metadata ?? {}, metadata) } : {}),
  };
}

/** Nothing for what only another kind of back end would understand. */
function encodePart(part: UIMessagePart, results: readonly ToolResult[]): Part | undefined {
  switch (part.type) {
    case 'text':
    case 'reasoning': {
      const { type, text, status, providerMetadata } = part;
      const own = type === 'text' ? 'citations' : 'id';
      return { type, text, state: status, ...fieldsOf(providerMetadata, 'providerMetadata', own) };
    }
    case 'object':
      return part.object === undefined
        ? undefined
        : { type: 'text', text: JSON.stringify(part.object), state: 'done' };
    case 'tool-call':
      return encodeCall(
        part,
        results.find(({ toolCallId }) => toolCallId === part.toolCallId),
      );
    case 'source':
      return encodeSource(part);
    case 'file':
      return encodeFile(part);
    case 'step-start':
      return { type: part.type };
    case 'data': {
      const { name, id, data } = part;
      if (name === OTHER) return isPart(data) ? data : undefined;
      return { type: `data-${name}`, ...(id === undefined ? {} : { id }), data: data ?? null };
    }
    default:
      return undefined;
  }
}

function isPart(data: unknown): data is Part {
  return isRecord(data) && typeof data['type'] === 'string';
}

function encodeCall(part: UIToolCallPart, answer: ToolResult | undefined): Part {
  const { toolCallId, toolName, displayName, args, providerMetadata: kept = {} } = part;
  return {
    ...(kept['dynamic'] === true ? { type: 'dynamic-tool', toolName } : { type: `tool-${toolName}` }),
    toolCallId,
    ...(displayName === undefined ? {} : { title: displayName }),
    ...fieldsOf(kept, 'toolCallId', 'providerExecuted', 'toolMetadata', 'callProviderMetadata'),
    // Arguments that have no names stand under one here.
    input: kept['isBare'] === true ? (args['input'] ?? null) : args,
    ...encodeStanding(part, kept, answer),
  };
}

/** How a call stands. One that never ended was cancelled: every call has a result, or models refuse the conversation. */
function encodeStanding(part: UIToolCallPart, kept: Kept, answer: ToolResult | undefined): Kept {
  const { status, approval, result } = part;
  const isOpen = status === 'pending' || status === 'running';
  const isPreliminary = status !== 'done' && status !== 'error' && kept['preliminary'] === true;
  const asked = approval && {
    id: approval.approvalId,
    ...fieldsOf(
      kept['approval'],
      'descriptor',
      'inputSchemaInput',
      'requestReason',
      'isAutomatic',
      'signature',
    ),
  };
  const decided = approval && {
    ...asked,
    approved: approval.status === 'approved',
    ...(approval.reason === undefined ? {} : { reason: approval.reason }),
  };
  const granted = {
    ...fieldsOf(kept, 'resultProviderMetadata'),
    ...(approval?.status === 'approved' ? { approval: decided } : {}),
  };
  if (status === 'done' || isPreliminary) {
    const output = answer?.files ? { result: result ?? null, files: answer.files } : (result ?? null);
    return { state: 'output-available', output, ...(isPreliminary ? { preliminary: true } : {}), ...granted };
  }
  if (approval?.status === 'denied') {
    return { state: isOpen ? 'approval-responded' : 'output-denied', approval: decided };
  }
  if (!isOpen) return { state: 'output-error', errorText: outputOf(part).text, ...granted };
  if (approval?.status === 'approved') return { state: 'approval-responded', approval: decided };
  if (approval) return { state: 'approval-requested', approval: asked };
  return { state: status === 'pending' ? 'input-streaming' : 'input-available' };
}

function encodeSource(part: UISourcePart): Part {
  const { sourceType, id, url, title, mediaType, filename } = part;
  const kept = fieldsOf(keptOf(part), 'providerMetadata');
  if (sourceType === 'url') {
    return {
      type: 'source-url',
      sourceId: id,
      url: url ?? '',
      ...(title === undefined ? {} : { title }),
      ...kept,
    };
  }
  return {
    type: 'source-document',
    sourceId: id,
    mediaType: mediaType ?? 'application/octet-stream',
    title: title ?? filename ?? '',
    ...(filename === undefined ? {} : { filename }),
    ...kept,
  };
}

function encodeFile(part: UIFilePart): Part {
  const { mediaType, url, filename } = part;
  const kept = keptOf(part);
  return {
    type: isRecord(kept) && kept['type'] === 'reasoning-file' ? 'reasoning-file' : 'file',
    mediaType,
    url: absolute(url),
    ...(filename === undefined ? {} : { filename }),
    ...fieldsOf(kept, 'providerMetadata'),
  };
}

/** Sources and files keep it too, though nothing says so. */
function keptOf(part: UISourcePart | UIFilePart): unknown {
  return 'providerMetadata' in part ? part.providerMetadata : undefined;
}

/** Models do not know the page that an address is relative to. */
function absolute(url: string): string {
  const base = globalThis.location?.href;
  return base === undefined || url.startsWith('data:') || !URL.canParse(url, base)
    ? url
    : new URL(url, base).href;
}
