import { proxyAgent } from 'agent-chat-kit/server';

/** A model that the environment names, behind a proxy: the page never sees its key. */
export interface Model {
  /** What people call it. */
  readonly label: string;
  /** What the page speaks with it. */
  readonly protocol: 'openai-chat' | 'anthropic';
  readonly answer: (request: Request) => Promise<Response>;
}

type Environment = Readonly<Record<string, string | undefined>>;

const ANTHROPIC = 'https://api.anthropic.com';
const ANTHROPIC_MODEL = 'claude-sonnet-4-5';
/** How long a server may take to say which models it has. Milliseconds. */
const PATIENCE = 3_000;

/**
 * The model behind `OPENAI_BASE_URL`, with `OPENAI_API_KEY` and `OPENAI_MODEL` where it wants them, or the one that
 * `ANTHROPIC_API_KEY` opens, with `ANTHROPIC_MODEL` for another one; null where the environment names none.
 */
export async function modelOf(
  environment: Environment,
  onError: (error: unknown) => void,
): Promise<Model | null> {
  const { OPENAI_BASE_URL, OPENAI_API_KEY, OPENAI_MODEL, ANTHROPIC_API_KEY } = environment;
  if (OPENAI_BASE_URL) {
    const url = OPENAI_BASE_URL.replace(/\/$/, '');
    const headers = OPENAI_API_KEY ? { Authorization: `Bearer ${OPENAI_API_KEY}` } : {};
    const model = OPENAI_MODEL ?? (await firstModelOf(url, headers));
    return {
      label: `${model ?? 'the model'} at ${new URL(url).host}`,
      protocol: 'openai-chat',
      answer: proxyAgent({ url: `${url}/chat/completions`, headers, body: model ? { model } : {}, onError }),
    };
  }
  if (!ANTHROPIC_API_KEY) return null;
  const { ANTHROPIC_BASE_URL = ANTHROPIC, ANTHROPIC_MODEL: model = ANTHROPIC_MODEL } = environment;
  return {
    label: `${model} at ${new URL(ANTHROPIC_BASE_URL).host}`,
    protocol: 'anthropic',
    answer: proxyAgent({
      url: `${ANTHROPIC_BASE_URL.replace(/\/$/, '')}/v1/messages`,
      headers: { 'x-api-key': ANTHROPIC_API_KEY, 'anthropic-version': '2023-06-01' },
      body: { model },
      onError,
    }),
  };
}

/** Servers on one's own machine have few models, and want one named all the same. */
async function firstModelOf(
  url: string,
  headers: Readonly<Record<string, string>>,
): Promise<string | undefined> {
  try {
    const response = await fetch(`${url}/models`, { headers, signal: AbortSignal.timeout(PATIENCE) });
    const { data } = (await response.json()) as { readonly data?: readonly { readonly id?: string }[] };
    return data?.[0]?.id;
  } catch {
    return undefined;
  }
}
