import { generateId } from '../../core/generate-id.ts';
import type { Protocol } from '../protocol.ts';
import { newMemory } from './memory.ts';
import { type AgUiOptions, requestOf } from './request.ts';
import { AgUiDecoder } from './stream.ts';

export type { AgUiOptions } from './request.ts';

/**
 * The Agent–User Interaction protocol, 1.0. Make one for each conversation, as it has the name of it and the state that
 * the page shares with the agent. Requests carry the conversation, the state and the tools of the page; a run that asks
 * for a permission ends, and the answer goes with the next.
 */
export function agUi(options: AgUiOptions = {}): Protocol {
  const threadId = options.threadId ?? generateId();
  let memory = newMemory({ state: typeof options.state === 'function' ? undefined : options.state });
  return {
    name: 'ag-ui',
    decidesInRequest: true,
    encode: (request, messages) => {
      const { input, memory: next } = requestOf(options, request, messages, { threadId, ...memory });
      memory = next;
      return input;
    },
    decode: () => new AgUiDecoder(memory),
  };
}
