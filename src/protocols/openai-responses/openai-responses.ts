import type { ClientTool, ProviderTool } from '../client-tool.ts';
import { refuseKeysInPage } from '../key-in-page.ts';
import type { Protocol } from '../protocol.ts';
import { inputOf } from './request.ts';
import { ResponsesDecoder } from './stream.ts';

export interface OpenAIResponsesOptions {
  /** May be absent where the server behind the endpoint chooses it. */
  readonly model?: string | undefined;
  /** The system prompt. */
  readonly system?: string | undefined;
  readonly tools?: readonly (ClientTool | ProviderTool)[] | undefined;
  /**
   * Whether responses are stored, so that a request carries only what came after the last one. Otherwise, which is
   * the default, each carries the conversation, with the reasoning sealed as only the model can read it.
   */
  readonly store?: boolean | undefined;
  /**
   * Whether sealed reasoning is asked for. Unless told, where responses are not stored and the name of the model is
   * not one of those that refuse it because they do not reason.
   */
  readonly encryptedReasoning?: boolean | undefined;
  /** Further fields of each request, which win: `reasoning`, `background: true`, `stream: false`, … */
  readonly body?: Readonly<Record<string, unknown>> | undefined;
  /** Lets a page send its key to the provider itself: whoever opens the page can then read the key. */
  readonly dangerouslyAllowBrowser?: boolean | undefined;
}

const HOSTS = [
  'openai.com',
  'chatgpt.com',
  'openai.azure.com',
  'services.ai.azure.com',
  'cognitiveservices.azure.com',
  'x.ai',
  'githubcopilot.com',
  'openrouter.ai',
  'groq.com',
];
const WITHOUT_REASONING = ['gpt-3', 'gpt-4', 'chatgpt-', 'gpt-5-chat'];

/**
 * The Responses API of OpenAI, Azure and servers that speak like it. A run in the background
 * (`store: true, body: {background: true}`) goes on where it was cut off, and is stopped by name; a transport whose
 * `sessionId` is the id of its response reads it from its beginning.
 */
export function openAIResponses(options: OpenAIResponsesOptions = {}): Protocol {
  const { model, system, tools = [], store = false, body = {} } = options;
  const { encryptedReasoning = !store && !WITHOUT_REASONING.some((name) => model?.startsWith(name)) } =
    options;
  const declared = new Set(tools.map(({ name }) => name));
  const settings = {
    ...(model && { model }),
    stream: true,
    store,
    ...(system && { instructions: system }),
    ...(tools.length > 0 && { tools: tools.map(toolOf) }),
    ...(encryptedReasoning && { include: ['reasoning.encrypted_content'] }),
  };
  return {
    name: 'openai-responses',
    decidesInRequest: true,
    readsDocuments: true,
    encode(request, messages) {
      const { items, previous } = inputOf(request, messages, store);
      return {
        ...settings,
        ...(previous && { previous_response_id: previous }),
        input: items,
        ...body,
      };
    },
    resumePath: (response) => `${encodeURIComponent(response)}?stream=true`,
    decode: () => new ResponsesDecoder({ isStored: store, isDeclared: (name) => declared.has(name) }),
    assertAllowed: refuseKeysInPage(HOSTS, options),
  };
}

function toolOf(tool: ClientTool | ProviderTool): Readonly<Record<string, unknown>> {
  const { inputSchema, ...fields } = tool;
  return inputSchema === undefined ? fields : { ...fields, type: 'function', parameters: inputSchema };
}
