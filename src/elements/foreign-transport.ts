import { unsupported } from '../core/error.ts';
import { createHttpTransport, type Transport } from '../index.ts';
import type { Protocol } from '../protocols/protocol.ts';
import type { AgentAddress } from './chat-of.ts';

/** What a name of a protocol stands for; each comes with its first use. */
const PROTOCOLS: ReadonlyMap<string, (options: object) => Promise<Protocol>> = new Map([
  [
    'openai-chat',
    async (options: object) => (await import('../protocols/openai-chat.ts')).openAIChat(options),
  ],
]);

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
  throw unsupported(`There is no protocol “${name}”.`, 'unknown-protocol');
}
