import type { StreamEvent } from '../core/event.ts';
import { octavus } from '../protocols/octavus.ts';
import type { Protocol } from '../protocols/protocol.ts';
import { sseFrames } from '../stream/sse-frames.ts';

/** The events of a recorded event stream. */
export async function recordedEvents(
  recording: string | Uint8Array<ArrayBuffer>,
  protocol: Protocol = octavus(),
): Promise<StreamEvent[]> {
  const decoder = protocol.decode();
  const events: StreamEvent[] = [];
  const body = new Response(recording).body as ReadableStream<Uint8Array>;
  for await (const frames of sseFrames(body)) {
    for (const frame of frames) if (!decoder.ended) events.push(...decoder.read(frame));
  }
  if (!decoder.ended) events.push(...(decoder.end?.() ?? []));
  return events;
}
