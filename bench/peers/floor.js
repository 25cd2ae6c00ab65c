// The least that any client must do, without anything that makes it one.

import { createParser } from 'eventsource-parser';
import * as native from '../native.js';

export const name = 'floor';

export const textFrames = (deltas) => [...native.textEvents(deltas).map(native.frame), native.LAST_FRAME];

/** Bytes to text, text to frames, frames to JSON. */
export function client(makeBody) {
  let text = '';
  return {
    async ask() {
      const parser = createParser({
        onEvent: ({ data }) => {
          if (data === '[DONE]') return;
          const event = JSON.parse(data);
          if (event.type === 'text-delta') text += event.delta;
        },
      });
      await eachText(makeBody(), (chunk) => parser.feed(chunk));
    },
    parts: () => [{ type: 'text', text }],
  };
}

/** The same for few long events in many chunks that are all there: no stream, no parser, one look at each chunk. */
export function plain(chunks) {
  let text = '';
  const read = (line) => {
    if (!line || line === native.LAST_FRAME.trim()) return;
    const event = JSON.parse(line.slice('data: '.length));
    if (event.type === 'text-delta') text += event.delta;
  };
  return {
    async ask() {
      const decoder = new TextDecoder();
      let rest = '';
      for (const bytes of chunks) {
        const chunk = decoder.decode(bytes, { stream: true });
        let from = 0;
        for (let end = chunk.indexOf('\n'); end !== -1; end = chunk.indexOf('\n', from)) {
          read(rest + chunk.slice(from, end));
          rest = '';
          from = end + 1;
        }
        rest += chunk.slice(from);
      }
    },
    parts: () => [{ type: 'text', text }],
  };
}

async function eachText(body, take) {
  const decoder = new TextDecoder();
  const reader = body.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    take(decoder.decode(value, { stream: true }));
  }
}

export const store = {
  text: native.textEvents,
  args: native.argumentEvents,
  argsOf: (part) => part?.args,

  /** Text that grows, in a new message for each list of events. */
  open({ feed }) {
    let messages = [];
    let text = '';
    let args;
    return {
      async ask() {
        for await (const events of feed()) {
          for (const event of events) {
            if (event.type === 'text-delta') text += event.delta;
            if (event.type === 'tool-input-delta') text += event.inputTextDelta;
            if (event.type === 'tool-input-available') args = event.input;
          }
          messages = [...messages.slice(0, -1), { role: 'assistant', parts: [{ type: 'text', text, args }] }];
        }
      },
      parts: () => messages.at(-1).parts,
    };
  },
};
