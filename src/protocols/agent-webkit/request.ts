import { refused } from '../../core/error.ts';
import { isRecord } from '../../core/is-record.ts';
import { isOtherThread, type UIMessage, type UIMessagePart } from '../../core/message.ts';
import type { ApprovalDecision, ChatRequest } from '../../core/transport.ts';

type Json = Readonly<Record<string, unknown>>;

/** What the page says to the session: what the user said, or the answers to what the agent asked the user. */
export function encode(request: ChatRequest, messages: readonly UIMessage[]): Json {
  if (request.type === 'continue') {
    const answers = answersOf(request, messages);
    return { type: 'question_response', correlation_id: request.executionId, answers };
  }
  const last = messages.at(-1);
  const said = request.input?.['USER_MESSAGE'];
  const content = last?.role === 'user' ? contentOf(last.parts) : typeof said === 'string' ? said : undefined;
  if (content === undefined || content.length === 0) {
    throw refused('This agent answers messages of the user, and there is none.', 'message-missing');
  }
  return { type: 'user_message', content };
}

/** A `choice` of `interrupt` ends the turn with the denial. */
export function encodeDecision({ approvalId, approved, args, reason, choice }: ApprovalDecision): Json {
  const decision = { type: 'permission_response', correlation_id: approvalId };
  if (approved) return { ...decision, behavior: 'allow', ...(args && { updated_input: args }) };
  return {
    ...decision,
    behavior: 'deny',
    ...(reason && { message: reason }),
    ...(choice === 'interrupt' && { interrupt: true }),
  };
}

/** Text alone, or blocks where there are images; of other files the agent is told where they are. */
function contentOf(parts: readonly UIMessagePart[]): string | readonly Json[] {
  const blocks = parts.flatMap((part): Json[] => {
    if (isOtherThread(part)) return [];
    if (part.type === 'text') return part.text ? [{ type: 'text', text: part.text }] : [];
    if (part.type === 'object') return [{ type: 'text', text: JSON.stringify(part.object) ?? '' }];
    if (part.type !== 'file') return [];
    const [head = '', data] = part.url.split(',', 2);
    if (data && head.startsWith('data:image/') && head.endsWith(';base64')) {
      const source = { type: 'base64', media_type: head.slice(5, -7), data };
      return [{ type: 'image', source }];
    }
    const isInline = head.startsWith('data:');
    return [
      {
        type: 'text',
        text: isInline ? `${part.filename ?? 'file'}` : `${part.filename ?? 'file'}: ${part.url}`,
      },
    ];
  });
  const isText = blocks.every(({ type }) => type === 'text');
  return isText ? blocks.map(({ text }) => text).join('\n\n') : blocks;
}

/** By the words of the questions, as the agent's tool takes them. Of what nobody answered it is told why. */
function answersOf(
  { toolResults }: Extract<ChatRequest, { type: 'continue' }>,
  messages: readonly UIMessage[],
): Json {
  const parts = messages.at(-1)?.parts ?? [];
  const answers = toolResults.map(({ toolCallId, result, error }): [string, string] => {
    const part = parts.find((other) => other.type === 'tool-call' && other.toolCallId === toolCallId);
    const question = part?.type === 'tool-call' ? part.args['question'] : undefined;
    return [typeof question === 'string' ? question : toolCallId, error ?? wordsOf(result)];
  });
  // Not by assignment: a question may be called `__proto__`.
  return Object.fromEntries(answers);
}

/** A form answers `{answer}`; several choices are one answer. */
function wordsOf(result: unknown): string {
  if (typeof result === 'string') return result;
  if (Array.isArray(result)) return result.map(wordsOf).join(', ');
  if (isRecord(result) && result['answer'] !== undefined) return wordsOf(result['answer']);
  return JSON.stringify(result) ?? '';
}
