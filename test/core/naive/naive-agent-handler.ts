import type { Agent, StreamEvent } from 'agent-chat-kit';
import { naiveSSEStream } from './naive-sse-stream.ts';

/** A handler as one writes it first: where the page has the turn, the run waits for its answer. */
export function naiveAgentHandler(agent: Agent): (request: Request) => Promise<Response> {
  const waiting = new Map<string, AsyncIterator<StreamEvent>>();
  return async (request) => {
    const body = await request.json();
    const { signal } = request;
    const events =
      waiting.get(body.executionId) ??
      agent({ request: body, body, signal, decision: () => new Promise(() => {}) })[Symbol.asyncIterator]();
    const leg = async function* (): AsyncGenerator<StreamEvent> {
      for (let next = await events.next(); !next.done; next = await events.next()) {
        yield next.value;
        if (next.value.type === 'client-tool-request') waiting.set(next.value.executionId, events);
        if (next.value.type === 'finish') return;
      }
      yield { type: 'finish', finishReason: 'stop' };
    };
    const headers = { 'Content-Type': 'text/event-stream' };
    return new Response(naiveSSEStream(leg()), { headers });
  };
}
