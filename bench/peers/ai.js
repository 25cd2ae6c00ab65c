import { Chat } from '@ai-sdk/react';
import { DefaultChatTransport } from 'ai';
import { eventStream } from '../workload.js';

export const name = 'ai 7.0.173 with Chat of @ai-sdk/react';

const frame = (chunk) => `data: ${JSON.stringify(chunk)}\n\n`;
const START = [{ type: 'start' }, { type: 'start-step' }];
const FINISH = [{ type: 'finish-step' }, { type: 'finish' }];

const block = (id, deltas) => [
  { type: 'text-start', id },
  ...deltas.map((delta) => ({ type: 'text-delta', id, delta })),
  { type: 'text-end', id },
];
const text = (deltas) => [...START, ...block('t', deltas), ...FINISH];

export const textFrames = (deltas) => [...text(deltas).map(frame), 'data: [DONE]\n\n'];

export function client(makeBody) {
  return open({ transport: new DefaultChatTransport({ fetch: async () => eventStream(makeBody()) }) });
}

export const store = {
  text,

  args(deltas) {
    const toolCallId = 'c';
    const tool = { toolCallId, toolName: 'write', dynamic: true };
    return [
      ...START,
      { type: 'tool-input-start', ...tool },
      ...deltas.map((inputTextDelta) => ({ type: 'tool-input-delta', toolCallId, inputTextDelta })),
      { type: 'tool-input-available', ...tool, input: JSON.parse(deltas.join('')) },
      { type: 'tool-output-available', toolCallId, output: null, dynamic: true },
      ...FINISH,
    ];
  },

  parts(count, deltas) {
    const before = Array.from({ length: count - 1 }, (_, index) => block(`p${index}`, ['x']));
    return [...START, ...before.flat(), ...block('last', deltas), ...FINISH];
  },

  argsOf: (part) => part?.input,

  open({ feed, earlier = 0, onChange }) {
    const sendMessages = async () => {
      const lists = feed();
      return new ReadableStream({
        async pull(controller) {
          const { done, value } = await lists.next();
          if (done) return controller.close();
          for (const chunk of value) controller.enqueue(chunk);
        },
      });
    };
    const messages = Array.from({ length: earlier }, (_, index) => ({
      id: `m${index}`,
      role: index % 2 ? 'assistant' : 'user',
      parts: [{ type: 'text', text: `Message ${index}`, state: 'done' }],
    }));
    return open({ transport: { sendMessages, reconnectToStream: async () => null }, messages, onChange });
  },
};

function open({ onChange, ...options }) {
  let failure;
  const chat = new Chat({
    ...options,
    onError: (error) => {
      failure = error;
    },
  });
  // What its hook subscribes with.
  chat['~registerMessagesCallback'](() => {
    void chat.messages;
    onChange?.();
  });
  return {
    async ask() {
      await chat.sendMessage({ text: 'Go' });
      if (failure) throw failure;
    },
    // Beside what was said, it keeps where steps begin.
    parts: () => chat.messages.at(-1).parts.filter((part) => part.type !== 'step-start'),
  };
}
