import { unsupported } from '../core/error.ts';
import { createHttpTransport, type Transport } from '../index.ts';
import type { Protocol } from '../protocols/protocol.ts';
import type { AgentAddress } from './chat-of.ts';

/** What a name of a protocol stands for; each comes with its first use. */
const PROTOCOLS: ReadonlyMap<string, (options: object) => Promise<Protocol>> = new Map(
  Object.entries({
    'ag-ui': async (options: object) => (await import('../protocols/ag-ui/ag-ui.ts')).agUi(options),
    'ai-sdk': async (options: object) => (await import('../protocols/ai-sdk/ai-sdk.ts')).aiSdk(options),
    anthropic: async (options: object) =>
      (await import('../protocols/anthropic/anthropic-messages.ts')).anthropicMessages(options),
    'openai-chat': async (options: object) =>
      (await import('../protocols/openai-chat/openai-chat.ts')).openAIChat(options),
    'openai-responses': async (options: object) =>
      (await import('../protocols/openai-responses/openai-responses.ts')).openAIResponses(options),
  }),
);

interface SessionOptions extends Pick<AgentAddress, 'headers' | 'sessionId'> {
  readonly url: URL;
}

/** Agents that keep sessions, which have transports of their own. */
const SESSIONS: ReadonlyMap<string, (options: SessionOptions) => Promise<Transport>> = new Map(
  Object.entries({
    'agent-webkit': async (options: SessionOptions) =>
      (await import('../transports/agent-webkit.ts')).createAgentWebkitTransport(options),
    cavi: async (options: SessionOptions) =>
      (await import('../transports/cavi.ts')).createCaviTransport(options),
    'managed-agents': async (options: SessionOptions) =>
      (await import('../transports/managed-agents.ts')).createManagedAgentsTransport(options),
  }),
);

/** The transport to an agent that does not speak the native protocol. Throws `AgentChatError` for an unknown one. */
export async function foreignTransport(
  name: string,
  url: URL,
  { body, headers, sessionId, protocolOptions = {} }: AgentAddress,
): Promise<Transport> {
  const protocol = PROTOCOLS.get(name);
  if (protocol) {
    return createHttpTransport({ url, body, headers, sessionId, protocol: await protocol(protocolOptions) });
  }
  const session = SESSIONS.get(name);
  if (session) return session({ ...protocolOptions, url, headers, sessionId });
  throw unsupported(`There is no protocol “${name}”.`, 'unknown-protocol');
}
