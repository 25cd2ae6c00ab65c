import { refuseKeysInPage } from '../key-in-page.ts';
import type { Protocol } from '../protocol.ts';
import { encodeChat, type OpenAIChatRequestOptions } from './request.ts';
import { OpenAIChatDecoder } from './stream.ts';

export interface OpenAIChatOptions extends OpenAIChatRequestOptions {
  /** Lets a page send a key to a public host, where everybody who opens the page can read it. */
  readonly dangerouslyAllowBrowser?: boolean | undefined;
}

/** Public services that speak this and take keys. */
const HOSTS = [
  'openai.com',
  'openai.azure.com',
  'services.ai.azure.com',
  'openrouter.ai',
  'groq.com',
  'deepseek.com',
  'x.ai',
  'mistral.ai',
  'perplexity.ai',
  'aliyuncs.com',
  'moonshot.ai',
  'moonshot.cn',
  'together.xyz',
  'fireworks.ai',
  'cerebras.ai',
  'deepinfra.com',
  'huggingface.co',
  'cohere.ai',
  'cohere.com',
  'googleapis.com',
];

/**
 * OpenAI’s chat completions, streamed or as one document, and what others made of them: reasoning, sources, images, and
 * tools that the server runs itself. The conversation goes with every request; a stream that is cut off is lost.
 */
export function openAIChat({ dangerouslyAllowBrowser, ...options }: OpenAIChatOptions = {}): Protocol {
  return {
    name: 'openai-chat',
    headers: options.stream === false ? { Accept: 'application/json' } : {},
    readsDocuments: true,
    encode: (request, messages) => encodeChat(options, request, messages),
    assertAllowed: refuseKeysInPage(HOSTS, { dangerouslyAllowBrowser }),
    decode: () => new OpenAIChatDecoder(options),
  };
}
