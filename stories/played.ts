import {
  type ChatState,
  emptyState,
  endRun,
  reduce,
  type StreamEvent,
  type UIMessagePart,
} from 'agent-chat-kit';
import { recordedEvents } from 'agent-chat-kit/testing';
import { fixture } from '../test/fixtures/index.ts';

/** A fixed clock and counted ids, so that a story always looks the same. */
function context() {
  let id = 0;
  let now = Date.UTC(2026, 0, 5, 9);
  return { now: () => (now += 900), generateId: () => `story-${++id}` };
}

/** How a recorded stream leaves the conversation; with `events`, after only so many of them. */
export async function played(name: string, events?: number): Promise<ChatState> {
  const all = await recordedEvents(fixture(name));
  const ctx = context();
  return all.slice(0, events).reduce((state, event) => reduce(state, [event], ctx), emptyState);
}

/** As `played`, then stopped by the user. */
export async function stopped(name: string, events: number): Promise<ChatState> {
  return endRun(await played(name, events), 'stopped', context());
}

export function partOf<T extends UIMessagePart['type']>(state: ChatState, type: T) {
  const part = state.messages.at(-1)?.parts.find((other) => other.type === type);
  if (!part) throw new Error(`The recording has no ${type} part.`);
  return part as Extract<UIMessagePart, { type: T }>;
}

/** A story of the element `tag` that shows the first part of a kind out of a recording. */
export function partStory(tag: string, type: UIMessagePart['type'], state: () => Promise<ChatState>) {
  return {
    loaders: [async () => ({ part: partOf(await state(), type) })],
    render: (_: unknown, { loaded }: { loaded: Record<string, unknown> }) =>
      Object.assign(document.createElement(tag), { data: loaded['part'] }),
  };
}

/** The events of a recording at the pace of a model. One that waits for a person stays open. */
export async function* paced(name: string, milliseconds = 25): AsyncGenerator<StreamEvent> {
  const events = await recordedEvents(fixture(name));
  for (const event of events) {
    await new Promise((resolve) => setTimeout(resolve, milliseconds));
    yield event;
  }
  if (events.at(-1)?.type === 'approval-request') await new Promise(() => {});
}

/** One leg in which the agent says this. */
export function words(text: string): readonly StreamEvent[] {
  return [
    { type: 'start', executionId: 'run' },
    { type: 'text-delta', id: 'text', delta: text },
    { type: 'finish', finishReason: 'stop' },
  ];
}
