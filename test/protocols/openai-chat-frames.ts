import { type ChatState, emptyState, reduce, type StreamEvent, type UIMessagePart } from 'agent-chat-kit';
import { type OpenAIChatOptions, openAIChat } from '../../src/protocols/openai-chat/openai-chat.ts';

const recordings = import.meta.glob<string>(['../fixtures/openai-chat/*.sse'], {
  query: '?raw',
  import: 'default',
  eager: true,
});
const wire = import.meta.glob<string>('../fixtures/wire/cli-agent-api/*.txt', {
  query: '?raw',
  import: 'default',
  eager: true,
});
export const streams: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries({ ...recordings, ...wire }).map(([path, text]) => [
    path
      .split('/')
      .at(-1)
      ?.replace(/\.(sse|txt)$/, ''),
    // What was recorded with curl has the head of the response before, and how curl ended behind.
    text.slice(text.indexOf('data: ')).replace(/curl_exit=\d+\s*$/, ''),
  ]),
);

export function dataOf(name: string): string[] {
  const text = streams[name];
  if (text === undefined) throw new Error(`There is no recording “${name}”.`);
  return text.split('\n\n').flatMap((block) => (block.startsWith('data: ') ? [block.slice(6)] : []));
}

export function decode(frames: readonly string[], options?: OpenAIChatOptions): StreamEvent[] {
  const decoder = openAIChat(options).decode();
  const events = frames.flatMap((data) => (decoder.ended ? [] : [...decoder.read({ data })]));
  return decoder.ended ? events : [...events, ...(decoder.end?.() ?? [])];
}

export function stateOf(events: readonly StreamEvent[]): ChatState {
  return reduce(emptyState, events, { now: () => 1, generateId: () => 'm' });
}

/** The parts of the answer, without what is not compared. */
export function partsOf(events: readonly StreamEvent[]): readonly UIMessagePart[] {
  return stateOf(events).messages.flatMap(({ parts }) => parts);
}

export type Json = Readonly<Record<string, unknown>>;

export function chunk(delta: Json, finish: string | null = null, more: Json = {}): string {
  const choices = [{ index: 0, delta, finish_reason: finish }];
  return JSON.stringify({ id: 'c', object: 'chat.completion.chunk', model: 'm', choices, ...more });
}

/** The pieces of calls, and how the answer ends. */
export function calls(pieces: readonly Json[], finish = 'tool_calls'): StreamEvent[] {
  return decode([...pieces.map((piece) => chunk({ tool_calls: [piece] })), chunk({}, finish), '[DONE]']);
}

export const typesOf = (events: readonly StreamEvent[]) => events.map(({ type }) => type);
export const endOf = (events: readonly StreamEvent[]) => events.at(-1);

export function asked(events: readonly StreamEvent[]) {
  const request = events.find((event) => event.type === 'client-tool-request');
  return request?.type === 'client-tool-request' ? request.toolCalls : undefined;
}

export const call = (id: string, name: string, args: string) => ({
  id,
  type: 'function',
  function: { name, arguments: args },
});
