/**
 * Protocols: what back ends say, in our events. In: frames. Out: events, and request bodies the other way. May import the
 * types of `core` and `stream`; knows nothing of how bytes travel. Back ends that keep sessions are transports of their
 * own, named here beside the others.
 */
export {
  type AgentWebkitTransport,
  type AgentWebkitTransportOptions,
  createAgentWebkitTransport,
} from '../transports/agent-webkit.ts';
export {
  type CaviCapabilities,
  type CaviTransport,
  type CaviTransportOptions,
  createCaviTransport,
} from '../transports/cavi.ts';
export { createManagedAgentsTransport, type ManagedAgentsOptions } from '../transports/managed-agents.ts';
export { type AgUiOptions, agUi } from './ag-ui/ag-ui.ts';
export { type AiSdkOptions, aiSdk } from './ai-sdk/ai-sdk.ts';
export { type AnthropicMessagesOptions, anthropicMessages } from './anthropic/anthropic-messages.ts';
export type { ClientTool, ProviderTool } from './client-tool.ts';
export { type OctavusOptions, octavus } from './octavus.ts';
export { type OpenAIChatOptions, openAIChat } from './openai-chat/openai-chat.ts';
export { type OpenAIResponsesOptions, openAIResponses } from './openai-responses/openai-responses.ts';
export type { Decoder, Protocol, RunAddress } from './protocol.ts';
