import { createAgentClient } from '@agent-webkit/core';
import { eventStream } from '../workload.js';

export const name = '@agent-webkit/core 0.2.0';

const frame = (event, data, id) => `id: ${id}\nevent: ${event}\ndata: ${JSON.stringify(data)}\n\n`;

export const textFrames = (deltas) => [
  ...deltas.map((text, index) => frame('message_delta', { message_id: 'm', delta: { text } }, index)),
  frame('done', {}, deltas.length),
];

/** It hands over events and keeps no messages: what a page must do at least is done here. */
export function client(makeBody) {
  let text = '';
  const session = createAgentClient({
    baseUrl: 'http://127.0.0.1',
    fetchImpl: async () => eventStream(makeBody()),
  }).attachSession('s');
  return {
    async ask() {
      for await (const { event, data } of session.events()) {
        if (event === 'message_delta') text += data.delta.text;
      }
    },
    parts: () => [{ type: 'text', text }],
  };
}

/** There is none. */
export const store = null;
