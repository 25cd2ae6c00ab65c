import type { StreamEvent } from 'agent-chat-kit';

const encoder = new TextEncoder();
const block = (event: object) => encoder.encode(`data: ${JSON.stringify(event)}\n\n`);

/** Events as bytes as one writes them first: everything at once, failures as they come. */
export function naiveSSEStream(events: AsyncIterable<StreamEvent>): ReadableStream<Uint8Array> {
  return new ReadableStream({
    async start(controller) {
      try {
        for await (const event of events) controller.enqueue(block(event));
        controller.enqueue(encoder.encode('data: [DONE]\n\n'));
      } catch (error) {
        const message = error instanceof Error ? error.message : String(error);
        const details = { errorType: 'internal_error', source: 'platform', retryable: false };
        controller.enqueue(block({ type: 'error', message, ...details }));
      }
      controller.close();
    },
  });
}
