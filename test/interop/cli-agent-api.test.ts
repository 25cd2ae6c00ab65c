import { AgentChat, createHttpTransport, type HttpUrlOptions } from 'agent-chat-kit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type OpenAIChatOptions, openAIChat } from '../../src/protocols/openai-chat/openai-chat.ts';
import { type CliAgentApi, startCliAgentApi } from './cli-agent-api-server.ts';

let server: CliAgentApi;
let guarded: CliAgentApi;

beforeAll(async () => {
  [server, guarded] = await Promise.all([startCliAgentApi(), startCliAgentApi('alpha,beta')]);
});
afterAll(async () => {
  await Promise.all([server?.close(), guarded?.close()]);
});

/** As the documents say how this server is talked to. */
const OPTIONS: OpenAIChatOptions = { files: false, serverTools: true };

function chatWith(options: OpenAIChatOptions = OPTIONS, more: Partial<HttpUrlOptions> = {}): AgentChat {
  const protocol = openAIChat(options);
  return new AgentChat({ transport: createHttpTransport({ url: server.url, protocol, ...more }) });
}

async function answerTo(scenario: string, ...how: Parameters<typeof chatWith>) {
  const chat = chatWith(...how);
  await chat.sendMessage(`Hello scenario:${scenario}`);
  const answer = chat.messages.find(({ role }) => role === 'assistant');
  return { chat, answer, error: chat.error };
}

/** What the command line of a run says after this flag. */
function argumentOf(flag: string): string | undefined {
  const args = server.runs().at(-1)?.args ?? [];
  return args.includes(flag) ? args[args.indexOf(flag) + 1] : undefined;
}

const INTERRUPTED = { code: 'stream-interrupted', retryable: true };

describe('a stream of the real cli-agent-api', () => {
  it.each([
    ['as the documents say', OPTIONS],
    ['without options', {}],
  ])('shows thoughts, tools with their results and words: %s', async (_, options) => {
    const { chat, answer } = await answerTo('full', options);
    expect(answer).toMatchObject({
      status: 'done',
      parts: [
        { type: 'reasoning', text: 'Let me think.', status: 'done' },
        { type: 'text', text: 'Searching… ', status: 'done' },
        {
          type: 'tool-call',
          toolCallId: 'toolu_1',
          toolName: 'WebSearch',
          args: { query: 'cats' },
          result: 'Cats are nice',
          status: 'done',
        },
        { type: 'tool-call', toolCallId: 'toolu_2', args: { url: 'http://x' }, status: 'cancelled' },
        { type: 'text', text: 'Hello world', status: 'done' },
      ],
      metadata: {
        finishReason: 'stop',
        usage: {
          tokens: { inputTokens: 12, outputTokens: 34, totalTokens: 46 },
          model: 'claude-sonnet-4-fake',
          total_cost_usd: 0.0123,
        },
      },
    });
    expect(answer?.parts).toHaveLength(5);
    expect(chat.status).toBe('idle');
  });

  it('shows an answer that comes as a whole', async () => {
    const { answer } = await answerTo('no-deltas');
    expect(answer?.parts).toMatchObject([{ type: 'text', text: 'All at once.', status: 'done' }]);
  });

  it('says that an answer is cut short where it was as long as it may be', async () => {
    const { answer, chat } = await answerTo('maxtok');
    expect(answer).toMatchObject({ parts: [{ text: 'Cut sho' }], metadata: { finishReason: 'length' } });
    expect(chat.status).toBe('idle');
  });

  it.each(['crash', 'is-error'])('that fails before a word is an interruption: %s', async (scenario) => {
    const { chat, answer, error } = await answerTo(scenario);
    expect(error).toMatchObject(INTERRUPTED);
    expect(answer).toBeUndefined();
    expect(chat.canRetry).toBe(true);
  });

  it.each(['mid-error', 'mid-kill'])('that fails on the way keeps what came: %s', async (scenario) => {
    const { chat, answer, error } = await answerTo(scenario);
    expect(error).toMatchObject(INTERRUPTED);
    expect(answer).toMatchObject({
      status: 'done',
      parts: [{ type: 'text', text: 'partial ', status: 'done' }],
    });
    expect(chat.canRetry).toBe(true);
  });

  it('can be asked for again', async () => {
    const { chat } = await answerTo('mid-error');
    const before = server.runs().length;
    await chat.retry();
    expect(server.runs()).toHaveLength(before + 1);
    expect(chat.messages).toHaveLength(2);
  });

  it('ends the agent where the user stops it', async () => {
    const chat = chatWith();
    const turn = chat.sendMessage('Hello scenario:slow');
    await expect.poll(() => JSON.stringify(chat.messages)).toContain('and on');
    const { pid } = server.runs().at(-1) ?? { pid: 0 };
    const isRunning = () => {
      try {
        return process.kill(pid, 0);
      } catch {
        return false;
      }
    };
    expect(isRunning()).toBe(true);
    chat.stop();
    await turn;
    expect(chat.status).toBe('idle');
    await expect.poll(isRunning).toBe(false);
  });

  it('goes on a conversation that had tools, and takes a system prompt and a model', async () => {
    for (const options of [OPTIONS, {}]) {
      const { chat } = await answerTo('full', {
        ...options,
        system: 'You are an AI agent.',
        model: 'sonnet',
      });
      await chat.sendMessage('And now? scenario:no-deltas');
      expect(chat.error).toBeNull();
      expect(argumentOf('--system-prompt')).toBe('You are an AI agent.');
      expect(argumentOf('--model')).toBe('sonnet');
      expect(argumentOf('--resume')).toMatch(/^[0-9a-f-]{36}$/);
      expect(server.runs().at(-1)?.args.at(-1)).toBe('And now? scenario:no-deltas');
    }
  });

  it('is asked in words where a file is attached', async () => {
    const chat = chatWith();
    const files = [{ id: 'f', mediaType: 'image/png', url: 'data:image/png;base64,AAAA', filename: 'a.png' }];
    await chat.sendMessage('scenario:no-deltas', { files });
    expect(chat.error).toBeNull();
    expect(server.runs().at(-1)?.args.at(-1)).toBe('[Attached file: a.png]\n\nscenario:no-deltas');
  });
});

describe('a document of the real cli-agent-api', () => {
  const DOCUMENT = { ...OPTIONS, stream: false };

  it('shows thoughts and words; of tools it says nothing', async () => {
    const { answer } = await answerTo('full', DOCUMENT);
    expect(answer).toMatchObject({
      parts: [
        { type: 'reasoning', text: 'Let me think.' },
        { type: 'text', text: 'Searching… Hello world' },
      ],
      metadata: { finishReason: 'stop', usage: { tokens: { totalTokens: 46 } } },
    });
  });

  it.each([
    ['crash', 'It broke down.'],
    ['is-error', 'Credit balance is too low'],
    ['mid-error', 'It went wrong'],
  ])('says why it failed: %s', async (scenario, message) => {
    const { error } = await answerTo(scenario, DOCUMENT);
    expect(error).toMatchObject({ type: 'internal_error', message, retryable: true });
  });
});

describe('keys of the real cli-agent-api', () => {
  it.each([
    ['missing', undefined, 'Missing bearer token.'],
    ['wrong', 'gamma', 'Invalid API key.'],
  ])('that are %s are refused', async (_, key, message) => {
    const headers = key === undefined ? undefined : { Authorization: `Bearer ${key}` };
    const { error } = await answerTo('full', OPTIONS, { url: guarded.url, headers });
    expect(error).toMatchObject({
      type: 'authentication_error',
      code: 'invalid_api_key',
      message,
      retryable: false,
    });
    expect(guarded.runs()).toEqual([]);
  });

  it('open it', async () => {
    const headers = { Authorization: 'Bearer beta' };
    const { answer } = await answerTo('no-deltas', OPTIONS, { url: guarded.url, headers });
    expect(answer?.parts).toMatchObject([{ text: 'All at once.' }]);
  });
});
