// The native stream, which the Octavus client reads as well: events, frames and messages of an earlier visit.

const START = { type: 'start' };
const FINISH = { type: 'finish', finishReason: 'stop' };

export function textEvents(deltas) {
  return [
    START,
    { type: 'text-start', id: 't' },
    ...deltas.map((delta) => ({ type: 'text-delta', id: 't', delta })),
    { type: 'text-end', id: 't' },
    FINISH,
  ];
}

/** Tool arguments as a model writes them. */
export function argumentEvents(deltas) {
  const toolCallId = 'c';
  return [
    START,
    { type: 'tool-input-start', toolCallId, toolName: 'write' },
    ...deltas.map((inputTextDelta) => ({ type: 'tool-input-delta', toolCallId, inputTextDelta })),
    { type: 'tool-input-end', toolCallId },
    { type: 'tool-input-available', toolCallId, toolName: 'write', input: JSON.parse(deltas.join('')) },
    { type: 'tool-output-available', toolCallId, output: null },
    FINISH,
  ];
}

/** Many texts, the last of which gets these deltas. */
export function partEvents(count, deltas) {
  const text = (id, pieces) => [
    { type: 'text-start', id },
    ...pieces.map((delta) => ({ type: 'text-delta', id, delta })),
    { type: 'text-end', id },
  ];
  const before = Array.from({ length: count - 1 }, (_, index) => text(`p${index}`, ['x']));
  return [START, ...before.flat(), ...text('last', deltas), FINISH];
}

export const frame = (event) => `data: ${JSON.stringify(event)}\n\n`;
export const LAST_FRAME = 'data: [DONE]\n\n';

export function history(count) {
  return Array.from({ length: count }, (_, index) => ({
    id: `m${index}`,
    role: index % 2 ? 'assistant' : 'user',
    status: 'done',
    createdAt: new Date(0),
    parts: [{ type: 'text', text: `Message ${index}`, status: 'done' }],
  }));
}
