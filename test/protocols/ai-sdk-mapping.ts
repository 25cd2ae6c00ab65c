import {
  type ChatState,
  emptyState,
  type ReduceContext,
  reduce,
  type StreamEvent,
  type UIMessage,
  type UIMessagePart,
} from 'agent-chat-kit';
import { aiSdk } from '../../src/protocols/ai-sdk/ai-sdk.ts';

type Part = Readonly<Record<string, unknown>>;

/** A message in the words of the AI SDK. */
export interface Theirs {
  readonly id: string;
  readonly metadata?: unknown;
  readonly parts: readonly Part[];
}

/** What a stream says, and the message that it goes on with. */
export interface Sequence {
  readonly chunks: readonly unknown[];
  readonly initialMessage: Theirs;
}

function context(): ReduceContext {
  let ids = 0;
  return { now: () => 1_000, generateId: () => `id-${++ids}` };
}

/** Their message as ours, with the parts that a stream may go on with. */
function ours({ id, metadata, parts }: Theirs): UIMessage {
  const about: UIMessagePart = { type: 'data', name: 'ai-sdk:message', data: { id, metadata } };
  return {
    id,
    role: 'assistant',
    parts: [...(metadata ? [about] : []), ...parts.map(ourPart)],
    status: 'streaming',
    createdAt: new Date(0),
  };
}

function ourPart(part: Part): UIMessagePart {
  const type = String(part['type']);
  if (type === 'step-start') return { type };
  if (type === 'text' || type === 'reasoning') return { type, text: String(part['text']), status: 'done' };
  if (type.startsWith('data-')) {
    return { type: 'data', name: type.slice('data-'.length), id: part['id'] as string, data: part['data'] };
  }
  if (type !== 'dynamic-tool' && !type.startsWith('tool-'))
    throw new Error(`There is no way to begin with “${type}”.`);
  const isDynamic = type === 'dynamic-tool';
  const asked = part['approval'] as { id: string; approved?: boolean; reason?: string } | undefined;
  const { providerExecuted, callProviderMetadata, state, rawInput } = part;
  return {
    type: 'tool-call',
    toolCallId: String(part['toolCallId']),
    toolName: isDynamic ? String(part['toolName']) : type.slice('tool-'.length),
    args: (part['input'] ?? {}) as Part,
    status: state === 'output-available' ? 'done' : state === 'input-streaming' ? 'pending' : 'running',
    ...(state === 'output-available' && { result: part['output'] }),
    ...(state === 'input-streaming' && { argsText: String(rawInput ?? '') }),
    ...(asked && {
      approval: {
        approvalId: asked.id,
        status: asked.approved === undefined ? 'pending' : asked.approved ? 'approved' : 'denied',
        reason: asked.reason,
      },
    }),
    providerMetadata: { ...(isDynamic && { dynamic: true }), providerExecuted, callProviderMetadata },
  };
}

/** What somebody is still asked. */
function asked({ parts }: UIMessage): NonNullable<ChatState['run']>['approvals'] {
  return parts.flatMap((part) => {
    if (part.type !== 'tool-call' || part.approval?.status !== 'pending') return [];
    const { toolCallId, toolName, args, approval } = part;
    return [{ type: 'approval-request', approvalId: approval.approvalId, toolCallId, toolName, args }];
  });
}

/** The state after the chunks, the events that end the run, not yet in it, and what failed. */
export function play({ chunks, initialMessage }: Sequence) {
  const decoder = aiSdk({ generateId: () => 'leg' }).decode();
  const shared = context();
  const message = initialMessage.parts.length > 0 ? ours(initialMessage) : undefined;
  let state: ChatState = message
    ? { messages: [message], run: { blocks: [], approvals: asked(message), parts: 0 }, written: message.id }
    : emptyState;
  const ending: StreamEvent[] = [];
  let error: unknown;
  const take = (events: readonly StreamEvent[]): void => {
    for (const event of events) {
      if (event.type === 'error') error = event;
      if (event.type === 'error' || event.type === 'finish') ending.push(event);
      else state = reduce(state, [event], shared);
    }
  };
  try {
    for (const chunk of chunks) if (!decoder.ended) take(decoder.read({ data: JSON.stringify(chunk) }));
    if (!decoder.ended) take(decoder.end?.() ?? []);
  } catch (cause) {
    error = cause;
  }
  return { state, ending, error };
}

/** The state once the run is over. */
export function ended({ state, ending }: ReturnType<typeof play>): ChatState {
  return reduce(state, ending, context());
}

/**
 * What the state is in their words: what is sent to their server. It differs from their own message in this, and in
 * nothing else:
 * - a message that nothing was written to is none here;
 * - its name is the server's, where the stream gave it one;
 * - steps are told apart here, so that none is before the first and after the last; theirs has one before each;
 * - a text that the stream did not end is ended with the stream;
 * - arguments that have not begun are `{}`;
 * - arguments that cannot be used are in `input`, as in their newest version, and not in `rawInput`.
 */
export function theirs({ messages }: ChatState, { id }: Theirs): Theirs {
  const request = { type: 'continue', executionId: '', toolResults: [] } as const;
  const body = JSON.parse(JSON.stringify(aiSdk().encode(request, messages)));
  const last = body.messages.at(-1);
  if (!last) return { id, parts: [] };
  const { id: named, metadata, parts } = last;
  return compared({ id: named.startsWith('id-') ? id : named, metadata, parts });
}

/** Their message without what ours does not say. */
export function compared({ id, metadata, parts }: Theirs): Theirs {
  const isStep = (part: Part | undefined) => part?.['type'] === 'step-start';
  const known = parts.slice(isStep(parts[0]) ? 1 : 0, isStep(parts.at(-1)) ? -1 : undefined);
  const isEmpty = metadata === undefined || Object.keys(metadata as object).length === 0;
  return {
    id,
    ...(isEmpty ? {} : { metadata }),
    parts: known.map(comparedPart),
  };
}

function comparedPart({ rawInput, ...part }: Part): Part {
  const { state, input = {} } = part;
  if (state === 'streaming') return { ...part, state: 'done' };
  if (state === 'input-streaming') return { ...part, input };
  return rawInput === undefined ? part : { ...part, input: rawInput };
}
