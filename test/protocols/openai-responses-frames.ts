import { emptyState, reduce, type StreamEvent, type UIMessagePart } from 'agent-chat-kit';
import type { Decoder } from 'agent-chat-kit/protocols';

const recordings = import.meta.glob<string>('../fixtures/openai-responses/*.sse', {
  query: '?raw',
  import: 'default',
  eager: true,
});

/** Every recording, by name. */
export const allRecordings: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(recordings).map(([path, text]) => [path.replace(/^.*\/|\.sse$/g, ''), text]),
);

export function recording(name: string): string {
  const text = allRecordings[name];
  if (text === undefined) throw new Error(`There is no recording “${name}”.`);
  return text;
}

/** The events that a decoder makes of a body, up to where it says that nothing follows. */
export function eventsOf(decoder: Decoder, body: string): StreamEvent[] {
  return body.split('\n').flatMap((line) => {
    if (!line.startsWith('data: ') || decoder.ended) return [];
    return [...decoder.read({ data: line.slice('data: '.length) })];
  });
}

export function partsOf(events: readonly StreamEvent[]): readonly UIMessagePart[] {
  let ids = 0;
  const context = { now: () => 1_000, generateId: () => `id-${++ids}` };
  return reduce(emptyState, events, context).messages.flatMap(({ parts }) => parts);
}

/** Lines of JSON as a body. */
export function bodyOf(...events: readonly object[]): string {
  return events.map((event) => `data: ${JSON.stringify(event)}\n\n`).join('');
}
