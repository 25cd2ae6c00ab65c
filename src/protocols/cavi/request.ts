import { isOtherThread, type UIMessage, type UIMessagePart } from '../../core/message.ts';
import type { ApprovalDecision, ChatRequest } from '../../core/transport.ts';
import { wordsOf } from '../steps.ts';

type Json = Readonly<Record<string, unknown>>;

export interface CaviOptions {
  /** Names the conversation to a gateway that keeps it: then only what is new is sent. */
  readonly sessionId?: string | undefined;
  /** Whether each request carries the conversation. Unless told, where there is no `sessionId`. */
  readonly sendMessages?: boolean | undefined;
  readonly instructions?: string | undefined;
  readonly model?: string | undefined;
  /** Tools that the gateway runs, as it takes them. */
  readonly tools?: readonly Json[] | undefined;
  readonly metadata?: Json | undefined;
  /** Fields that every run is started with, such as `targetAgent`. */
  readonly body?: Json | undefined;
}

/** What a run is started with. */
export function encodeRun(request: ChatRequest, messages: readonly UIMessage[], options: CaviOptions): Json {
  const { sessionId, sendMessages = sessionId === undefined, body } = options;
  const { instructions, model, tools, metadata } = options;
  const last = messages.at(-1);
  const said = request.type === 'trigger' ? request.input?.['USER_MESSAGE'] : undefined;
  const words = last?.role === 'user' ? textOf(last) : typeof said === 'string' ? said : '';
  const history = messages
    .map((message) => ({ role: message.role, content: textOf(message) }))
    .filter(({ content }) => content !== '');
  const attachments = last?.role === 'user' ? last.parts.flatMap(attachmentOf) : [];
  return {
    ...body,
    input: sendMessages && history.length > 0 ? history : words,
    ...(sessionId !== undefined && { session_id: sessionId, session_key: sessionId, sessionKey: sessionId }),
    ...(instructions !== undefined && { instructions }),
    ...(model !== undefined && { model }),
    ...(tools && { tools }),
    ...(metadata && { metadata }),
    ...(attachments.length > 0 && { attachments }),
  };
}

/** Gateways take an answer by its `choice` or by whether it is `approved`. */
export function encodeDecision({ approved, choice, reason }: ApprovalDecision): Json {
  return {
    approved,
    choice: approved ? (choice ?? 'once') : 'deny',
    ...(reason && { reason }),
  };
}

function textOf({ parts }: UIMessage): string {
  const own = parts.filter((part) => !isOtherThread(part));
  const files = own.flatMap((part) =>
    part.type === 'file' && !part.url.startsWith('data:') ? [`${part.filename ?? 'file'}: ${part.url}`] : [],
  );
  const objects = own.flatMap((part) =>
    part.type === 'object' && part.object !== undefined ? [JSON.stringify(part.object)] : [],
  );
  return [...files, ...objects, wordsOf(own)].filter((text) => text !== '').join('\n\n');
}

/** A file that comes along with the message. */
function attachmentOf(part: UIMessagePart): Json[] {
  if (part.type !== 'file') return [];
  const [head = '', data] = part.url.split(',', 2);
  if (!data || !head.startsWith('data:') || !head.endsWith(';base64')) return [];
  const { filename: name = 'file', mediaType, size } = part;
  const known = size === undefined ? {} : { size };
  return [{ name, mime_type: mediaType, mimeType: mediaType, ...known, data_base64: data, dataBase64: data }];
}
