import { isRecord } from '../../core/is-record.ts';
import {
  type FileReference,
  isOtherThread,
  type UIMessage,
  type UIMessagePart,
  type UIToolCallPart,
} from '../../core/message.ts';
import type { ChatRequest } from '../../core/transport.ts';
import type { ClientTool, ProviderTool } from '../client-tool.ts';
import { outputOf, stepsOf, wordsOf } from '../steps.ts';

export interface OpenAIChatRequestOptions {
  readonly model?: string | undefined;
  /** What the model is told before the conversation. */
  readonly system?: string | undefined;
  /** Tools that the page runs, and others as the server’s documents write them. */
  readonly tools?: readonly (ClientTool | ProviderTool)[] | undefined;
  /** Whether the answer is to come in pieces; true unless told. */
  readonly stream?: boolean | undefined;
  /** Asks for the tokens of a streamed answer to be counted, which not every server knows. */
  readonly includeUsage?: boolean | undefined;
  /** Whether the server takes images and documents; true unless told. Without, only their names are sent. */
  readonly files?: boolean | undefined;
  /**
   * Whether the server runs all tools itself and remembers only words, such as cli-agent-api: no call is handed to the
   * page, and none is sent back.
   */
  readonly serverTools?: boolean | undefined;
  /** Further fields of each request, which win: `temperature`, `reasoning_effort`, … */
  readonly body?: Readonly<Record<string, unknown>> | undefined;
}

type Json = Readonly<Record<string, unknown>>;

export function encodeChat(
  {
    model,
    system,
    tools = [],
    stream = true,
    includeUsage = false,
    files = true,
    serverTools = false,
    body,
  }: OpenAIChatRequestOptions,
  request: ChatRequest,
  messages: readonly UIMessage[],
): Json {
  const said = messages.flatMap((message): Json[] => {
    if (message.role === 'user') return userMessage(message.parts, files);
    return serverTools ? wordsOnly(message.parts) : answer(message);
  });
  const results = request.type === 'continue' ? request.toolResults : [];
  return {
    ...(model === undefined ? {} : { model }),
    stream,
    ...(stream && includeUsage ? { stream_options: { include_usage: true } } : {}),
    ...(tools.length > 0 ? { tools: tools.map(toolOf) } : {}),
    ...body,
    messages: [
      ...(system ? [{ role: 'system', content: system }] : []),
      ...said,
      ...(messages.at(-1)?.role === 'user' ? [] : unshown(request)),
      // Results are words: their files can only follow in a message of their own.
      ...userMessage(
        results.flatMap(({ files = [] }) => files.map((file) => ({ ...file, type: 'file' as const }))),
        files,
      ),
    ],
  };
}

/** What a trigger says where no message shows it. */
function unshown(request: ChatRequest): Json[] {
  const words = request.type === 'trigger' ? request.input?.['USER_MESSAGE'] : undefined;
  return typeof words === 'string' && words !== '' ? [{ role: 'user', content: words }] : [];
}

function toolOf(tool: ClientTool | ProviderTool): Json {
  const { inputSchema, ...fields } = tool;
  return inputSchema === undefined
    ? fields
    : { type: 'function', function: { ...fields, parameters: inputSchema } };
}

function userMessage(parts: readonly UIMessagePart[], takesFiles: boolean): Json[] {
  const content = parts.flatMap((part): Json[] => {
    if (isOtherThread(part)) return [];
    if (part.type === 'file') return [(takesFiles && fileContent(part)) || textContent(nameOf(part))];
    const words = wordsOf(part.type === 'object' ? [asText(part)] : [part]);
    return words === '' ? [] : [textContent(words)];
  });
  if (content.length === 0) return [];
  // Many servers know nothing but text as text.
  const isText = content.every(({ type }) => type === 'text');
  return [{ role: 'user', content: isText ? content.map(({ text }) => text).join('\n\n') : content }];
}

function textContent(text: string): Json {
  return { type: 'text', text };
}

function nameOf({ filename, mediaType }: FileReference): string {
  return `[Attached file: ${filename ?? mediaType}]`;
}

/** The file as the server can get it; undefined where only this page can. */
function fileContent({ mediaType, url, filename }: FileReference): Json | undefined {
  if (!/^(?:data|https?):/i.test(url)) return undefined;
  if (mediaType.startsWith('image/')) return { type: 'image_url', image_url: { url } };
  const format = AUDIO.get(mediaType);
  const [head = '', data] = url.split(',', 2);
  if (format && data && head.endsWith(';base64'))
    return { type: 'input_audio', input_audio: { data, format } };
  return { type: 'file', file: { filename: filename ?? 'file', file_data: url } };
}

const AUDIO: ReadonlyMap<string, string> = new Map([
  ['audio/wav', 'wav'],
  ['audio/x-wav', 'wav'],
  ['audio/mpeg', 'mp3'],
  ['audio/mp3', 'mp3'],
]);

function wordsOnly(parts: readonly UIMessagePart[]): Json[] {
  const content = contentOf(parts.filter((part) => !isOtherThread(part)));
  return content === '' ? [] : [{ role: 'assistant', content }];
}

/** Each step of an answer as the messages it consists of: what was said and called, then what the calls gave. */
function answer(message: UIMessage): Json[] {
  return stepsOf(message).flatMap(({ parts, calls }): Json[] => {
    const content = contentOf(parts);
    if (content === '' && calls.length === 0) return [];
    return [
      {
        role: 'assistant',
        content,
        ...thoughts(parts, calls, content),
        ...(calls.length > 0 ? { tool_calls: calls.map(toToolCall) } : {}),
      },
      ...calls.map((call) => ({
        role: 'tool',
        tool_call_id: call.toolCallId,
        content: outputOf(call).text,
      })),
    ];
  });
}

/** The words of an answer; none where they are only white space, which some models refuse to read. */
function contentOf(parts: readonly UIMessagePart[]): string {
  const words = wordsOf(parts.map((part) => (part.type === 'object' ? asText(part) : part)));
  return words.trim() === '' ? '' : words;
}

function asText({
  object,
  partial,
}: Extract<UIMessagePart, { type: 'object' }>): Extract<UIMessagePart, { type: 'text' }> {
  return { type: 'text', text: JSON.stringify(object ?? partial) ?? '', status: 'done' };
}

function toToolCall({ toolCallId, toolName, args, providerMetadata }: UIToolCallPart): Json {
  const extra = providerMetadata?.['extra_content'];
  return {
    id: toolCallId,
    type: 'function',
    function: { name: toolName, arguments: JSON.stringify(args) ?? '{}' },
    ...(isRecord(extra) ? { extra_content: extra } : {}),
  };
}

/**
 * What the model thought, in the field it came in. Signed thoughts go back wherever they were; bare ones only before
 * the calls they led to, as models that think between calls want them there and some refuse them elsewhere.
 */
function thoughts(
  parts: readonly UIMessagePart[],
  calls: readonly UIToolCallPart[],
  content: string,
): Json | undefined {
  const details = [...parts, ...calls].flatMap((part) => {
    const given = 'providerMetadata' in part ? part.providerMetadata?.['reasoning_details'] : undefined;
    return Array.isArray(given) ? given : [];
  });
  if (details.length > 0) return { reasoning_details: details };
  const bare = parts.filter((part) => part.type === 'reasoning');
  if (calls.length === 0) return undefined;
  const text = bare.map((part) => part.text).join('\n\n');
  switch (bare[0]?.providerMetadata?.['reasoning_field']) {
    case 'reasoning_content':
      return { reasoning_content: text };
    case 'reasoning':
      return { reasoning: text };
    case 'thinking':
      return {
        content: [
          { type: 'thinking', thinking: [textContent(text)] },
          ...(content === '' ? [] : [textContent(content)]),
        ],
      };
    default:
      return undefined;
  }
}
