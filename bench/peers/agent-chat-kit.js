import { AgentChat, createHttpTransport } from '../../dist/index.js';
import * as native from '../native.js';
import { eventStream } from '../workload.js';

export const name = 'agent-chat-kit';

export const textFrames = (deltas) => [...native.textEvents(deltas).map(native.frame), native.LAST_FRAME];

/** A whole client; `ask` resolves once its answer, the body that `makeBody` makes, is read. */
export function client(makeBody, { maxEventLength } = {}) {
  const request = async () => eventStream(makeBody());
  return open({ transport: createHttpTransport({ request, maxEventLength }) });
}

export const store = {
  text: native.textEvents,
  args: native.argumentEvents,
  parts: native.partEvents,
  argsOf: (part) => part?.args,

  /** `feed` makes the stream: lists of events, which is how the transports hand them over. */
  open: ({ feed, earlier = 0, ...options }) =>
    open({ ...options, transport: { send: feed }, initialMessages: native.history(earlier) }),
};

function open({ onChange, ...options }) {
  const chat = new AgentChat(options);
  chat.subscribe(() => {
    chat.getSnapshot();
    onChange?.();
  });
  return {
    async ask() {
      await chat.sendMessage('Go');
      if (chat.error) throw chat.error;
    },
    parts: () => chat.messages.at(-1).parts,
  };
}
