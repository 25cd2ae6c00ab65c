import { createHttpTransport, OctavusChat } from '@octavus/client-sdk';
import * as native from '../native.js';
import { eventStream } from '../workload.js';

export const name = '@octavus/client-sdk 2.0.0';

export const textFrames = (deltas) => [...native.textEvents(deltas).map(native.frame), native.LAST_FRAME];

export function client(makeBody) {
  return open({ transport: createHttpTransport({ request: async () => eventStream(makeBody()) }) });
}

export const store = {
  text: native.textEvents,
  args: native.argumentEvents,
  parts: native.partEvents,
  argsOf: (part) => part?.args,

  open({ feed, earlier = 0, onChange }) {
    const transport = {
      async *trigger() {
        for await (const events of feed()) yield* events;
      },
      async *continueWithToolResults() {},
      stop() {},
    };
    return open({ transport, initialMessages: native.history(earlier), onChange });
  },
};

function open({ onChange, ...options }) {
  const chat = new OctavusChat(options);
  chat.subscribe(() => {
    void chat.messages;
    onChange?.();
  });
  return {
    async ask() {
      await chat.send('user-message', { USER_MESSAGE: 'Go' }, { userMessage: { content: 'Go' } });
      if (chat.error) throw chat.error;
    },
    parts: () => chat.messages.at(-1).parts,
  };
}
