import { refused } from '../../core/error.ts';
import { generateId as newId } from '../../core/generate-id.ts';
import type { Protocol } from '../protocol.ts';
import { type AiSdkRequestOptions, encodeRequest } from './request.ts';
import { AiSdkDecoder } from './stream.ts';

export interface AiSdkOptions extends AiSdkRequestOptions {
  /** Makes the ids of what the stream gives none to. */
  readonly generateId?: (() => string) | undefined;
}

/**
 * Back ends of the AI SDK: `toUIMessageStreamResponse`, `createUIMessageStreamResponse`, and whatever else speaks the
 * UI message stream of its versions 5 to 7. Asks as its `DefaultChatTransport` does.
 */
export function aiSdk({ generateId = newId, ...options }: AiSdkOptions = {}): Protocol {
  return {
    name: 'ai-sdk',
    decidesInRequest: true,
    encode: (request, messages) => encodeRequest(request, messages, options),
    resumePath(sessionId) {
      // Even where they are escaped they lead out of the endpoint.
      if (sessionId === '.' || sessionId === '..') {
        throw refused('A session must not have this name.', 'session-not-addressable');
      }
      return `${encodeURIComponent(sessionId)}/stream`;
    },
    decode: () => new AiSdkDecoder(generateId()),
  };
}
