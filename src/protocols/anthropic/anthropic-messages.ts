import type { UIMessage } from '../../core/message.ts';
import type { ClientTool, ProviderTool } from '../client-tool.ts';
import { refuseKeysInPage } from '../key-in-page.ts';
import type { Protocol } from '../protocol.ts';
import { containerOf, messagesOf } from './request.ts';
import { AnthropicDecoder } from './stream.ts';

export interface AnthropicMessagesOptions {
  /** May be absent where the server behind the endpoint chooses it. */
  readonly model?: string | undefined;
  /** How much one answer may have; 8,192 unless told. */
  readonly maxTokens?: number | undefined;
  /** The system prompt, as text or as blocks. */
  readonly system?: string | readonly Readonly<Record<string, unknown>>[] | undefined;
  readonly tools?: readonly (ClientTool | ProviderTool)[] | undefined;
  /** Further fields of each request: `thinking`, `tool_choice`, `mcp_servers`, `stream: false`, … */
  readonly body?: Readonly<Record<string, unknown>> | undefined;
  /** What the `anthropic-beta` header names. */
  readonly betas?: readonly string[] | undefined;
  /** Where a file that the model made can be had. Without it such files are only seen in the results of tools. */
  readonly fileUrl?: ((fileId: string) => string) | undefined;
  /** Lets a page send its key to Anthropic itself: whoever opens the page can then read the key. */
  readonly dangerouslyAllowBrowser?: boolean | undefined;
}

const VERSION = '2023-06-01';
const MAX_TOKENS = 8_192;

/**
 * The Messages API of Anthropic. The conversation goes with each request; what the model wants back of it (signatures
 * of its thinking, blocks of tools that ran at Anthropic, citations) is kept on the parts. A turn that the model pauses
 * goes on by itself: the paused answer is sent back as it is.
 */
export function anthropicMessages(options: AnthropicMessagesOptions = {}): Protocol {
  const { betas = [], fileUrl, dangerouslyAllowBrowser } = options;
  return {
    name: 'anthropic',
    headers: {
      'anthropic-version': VERSION,
      ...(betas.length > 0 && { 'anthropic-beta': betas.join(',') }),
      ...(dangerouslyAllowBrowser && { 'anthropic-dangerous-direct-browser-access': 'true' }),
    },
    readsDocuments: true,
    encode: (request, messages) => ({
      ...settings(options, messages),
      messages: messagesOf(request, messages),
    }),
    decode: () => new AnthropicDecoder(fileUrl),
    assertAllowed: refuseKeysInPage(['anthropic.com'], options),
  };
}

function settings(
  { model, maxTokens = MAX_TOKENS, system, tools = [], body = {} }: AnthropicMessagesOptions,
  messages: readonly UIMessage[],
) {
  const container = containerOf(messages, body['container']);
  return {
    ...(model && { model }),
    max_tokens: maxTokens,
    stream: true,
    ...(system && { system }),
    ...(tools.length > 0 && { tools: tools.map(toolOf) }),
    ...body,
    ...(container !== undefined && { container }),
  };
}

function toolOf(tool: ClientTool | ProviderTool): Readonly<Record<string, unknown>> {
  const { inputSchema, ...fields } = tool;
  return inputSchema === undefined ? fields : { ...fields, input_schema: inputSchema };
}
