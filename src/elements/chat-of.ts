import {
  AgentChat,
  type AgentChatOptions,
  createHttpTransport,
  type HttpUrlOptions,
  type Transport,
  type UIMessage,
} from '../index.ts';
import { transportOnDemand } from './transport-on-demand.ts';

/** Where an agent is, and how to talk to it. */
export interface AgentAddress extends Pick<HttpUrlOptions, 'body' | 'headers' | 'sessionId'> {
  /** What the agent speaks, by name; the native protocol unless told. */
  readonly protocol?: string | undefined;
  readonly protocolOptions?: Readonly<Record<string, unknown>> | undefined;
}

type Options = AgentAddress & Pick<AgentChatOptions, 'clientTools' | 'requestUploadUrls' | 'loadMessages'>;

/** Agents that keep the conversation themselves. */
const KEEPS_HISTORY = new Set(['agent-webkit', 'cavi', 'managed-agents']);

/**
 * A store for the agent at an address: over a socket where it is one, else over HTTP. With a session, it looks for a
 * run that still goes on there.
 */
export function chatOf(
  endpoint: string,
  options: Options,
  initialMessages: readonly UIMessage[] | undefined,
): AgentChat {
  const { clientTools, requestUploadUrls, loadMessages, sessionId } = options;
  return new AgentChat({
    transport: transportTo(new URL(endpoint, document.baseURI), options),
    clientTools,
    requestUploadUrls,
    initialMessages,
    loadMessages,
    whenBusy: 'queue',
    resume: sessionId !== undefined,
  });
}

function transportTo(url: URL, address: AgentAddress): Transport {
  const { protocol = 'octavus', body, headers, sessionId } = address;
  const isSocket = url.protocol.startsWith('ws');
  if (protocol !== 'octavus') {
    const load = async () =>
      (await import('./foreign-transport.ts')).foreignTransport(protocol, url, address);
    return transportOnDemand(load, {
      keepsHistory: KEEPS_HISTORY.has(protocol),
      ...(isSocket && { connectionState: 'disconnected' }),
    });
  }
  if (!isSocket) return createHttpTransport({ url, body, headers, sessionId });
  return transportOnDemand(
    async () => (await import('../transports/socket.ts')).createSocketTransport({ url, body, sessionId }),
    { connectionState: 'disconnected' },
  );
}
