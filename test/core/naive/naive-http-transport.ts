import type { HttpRequestOptions, StreamEvent, Transport } from 'agent-chat-kit';
import { naiveSSE } from './naive-sse.ts';

/** HTTP as one writes it first: one controller, that of the newest request, for whoever asks. */
export function naiveHttpTransport({ request }: HttpRequestOptions): Transport {
  let newest: AbortController | null = null;
  return {
    async *send(payload, { signal }) {
      newest = new AbortController();
      signal.addEventListener('abort', () => {
        newest?.abort();
        newest = null;
      });
      const response = await request(payload, { signal: newest.signal });
      const { signal: stopped } = newest as AbortController;
      for await (const frames of naiveSSE(response.body as ReadableStream<Uint8Array>)) {
        if (stopped.aborted) return;
        for (const { data } of frames) if (data !== '[DONE]') yield JSON.parse(data) as StreamEvent;
      }
    },
  };
}
