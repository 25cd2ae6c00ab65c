import {
  AgentChat,
  type AgentChatOptions,
  createHttpTransport,
  type HttpUrlOptions,
  type UIMessage,
} from '../index.ts';
import { socketOnDemand } from './socket-on-demand.ts';

type Options = Pick<HttpUrlOptions, 'body' | 'headers' | 'sessionId'> &
  Pick<AgentChatOptions, 'clientTools' | 'requestUploadUrls' | 'loadMessages'>;

/**
 * A store for the agent at an address: over a socket where it is one, else over HTTP. With a session, it looks for a
 * run that still goes on there.
 */
export function chatOf(
  endpoint: string,
  { body, headers, sessionId, clientTools, requestUploadUrls, loadMessages }: Options,
  initialMessages: readonly UIMessage[] | undefined,
): AgentChat {
  const url = new URL(endpoint, document.baseURI);
  const transport = url.protocol.startsWith('ws')
    ? socketOnDemand({ url, body, sessionId })
    : createHttpTransport({ url, body, headers, sessionId });
  return new AgentChat({
    transport,
    clientTools,
    requestUploadUrls,
    initialMessages,
    loadMessages,
    whenBusy: 'queue',
    resume: sessionId !== undefined,
  });
}
