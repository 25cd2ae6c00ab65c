import {
  type ChatState,
  emptyState,
  endRun,
  type ReduceContext,
  reduce,
  type UIMessage,
  type UIMessagePart,
} from 'agent-chat-kit';
import { type AgUiOptions, agUi } from '../../src/protocols/ag-ui/ag-ui.ts';

/** An event or a message of AG-UI, as JSON. */
export type Json = Readonly<Record<string, unknown>>;

const trigger = { type: 'trigger', triggerName: 'user-message' } as const;

export function context(): ReduceContext {
  let ids = 0;
  return { now: () => 1_000, generateId: () => `id-${++ids}` };
}

/** The answer to a request, reduced event by event, and the error that ended it. */
export function play(
  events: readonly Json[],
  messages: readonly UIMessage[] = [],
  options: AgUiOptions = {},
) {
  const protocol = agUi({ threadId: 't', ...options });
  const last = messages.at(-1);
  const goesOn = last?.role === 'assistant';
  protocol.encode(goesOn ? { type: 'continue', executionId: '', toolResults: [] } : trigger, messages);
  const decoder = protocol.decode();
  const shared = context();
  const resources: unknown[] = [];
  // What follows the last message of the user is the answer that is being written.
  let state: ChatState = { ...emptyState, messages };
  if (goesOn)
    state = { messages, run: { blocks: [], approvals: [], parts: last.parts.length }, written: last.id };
  let before = state;
  let error: unknown;
  try {
    for (const event of events) {
      before = state;
      const said = decoder.read({ data: JSON.stringify(event) });
      resources.push(...said.flatMap((one) => (one.type === 'resource-update' ? [one.value] : [])));
      state = reduce(state, said, shared);
    }
    state = reduce(state, decoder.end?.() ?? [], shared);
  } catch (cause) {
    error = cause;
  }
  state = endRun(state, error ? 'failed' : 'finished', shared);
  const next = protocol.encode(trigger, state.messages) as {
    readonly messages: readonly Json[];
    readonly state: unknown;
  };
  return { state, before, error, next, resources, decoder };
}

interface AgUiMessage {
  readonly id: string;
  readonly role: string;
  readonly content?: string;
  readonly activityType?: string;
  readonly toolCallId?: string;
  readonly toolCalls?: readonly {
    readonly id: string;
    readonly function: { readonly name: string; readonly arguments: string };
  }[];
  readonly encryptedValue?: string;
  readonly name?: string;
  readonly metadata?: Json;
}

/** The messages of an agent as a conversation that was restored, the way that their own events would have made it. */
export function conversationOf(messages: readonly Json[]): readonly UIMessage[] {
  const known = messages as unknown as readonly AgUiMessage[];
  const conversation: UIMessage[] = [];
  const done = { status: 'done', createdAt: new Date(0) } as const;
  let parts: UIMessagePart[] = [];
  const results = new Map(known.filter(({ role }) => role === 'tool').map((one) => [one.toolCallId, one]));
  for (const {
    role,
    id,
    content = '',
    toolCalls = [],
    encryptedValue,
    name,
    metadata,
    activityType,
  } of known) {
    const text = { id, text: content, status: 'done' } as const;
    if (role === 'user') {
      conversation.push({ id, role, parts: [{ type: 'text', ...text }], ...done });
      parts = [];
      continue;
    }
    if (parts.length === 0)
      conversation.push({ id: `answer-${conversation.length}`, role: 'assistant', parts, ...done });
    const providerMetadata = {
      messageId: id,
      ...JSON.parse(JSON.stringify({ encryptedValue, name, metadata })),
    };
    if (role === 'reasoning') parts.push({ type: 'reasoning', ...text, providerMetadata });
    if (role === 'activity') {
      const data = JSON.parse(JSON.stringify({ activityType, content, metadata }));
      parts.push({ type: 'data', name: 'activity', id, data });
    }
    if (role !== 'assistant') continue;
    if (content) parts.push({ type: 'text', ...text, providerMetadata });
    for (const call of toolCalls) {
      const result = results.get(call.id);
      parts.push({
        type: 'tool-call',
        toolCallId: call.id,
        toolName: call.function.name,
        args: JSON.parse(call.function.arguments || '{}'),
        providerMetadata: { parentMessageId: id, ...(result && { resultId: result.id }) },
        ...(result ? { status: 'done', result: result.content } : { status: 'cancelled' }),
      });
    }
  }
  return conversation;
}

/** The activities that a conversation shows, as messages. */
export function activitiesIn(messages: readonly UIMessage[]): readonly Json[] {
  const shown = new Map<unknown, Json>();
  for (const part of messages.flatMap(({ parts }) => parts))
    if (part.type === 'data' && part.name === 'activity')
      shown.set(part.id, { id: part.id, role: 'activity', ...(part.data as Json) });
  return [...shown.values()];
}
