import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { build } from 'esbuild';
import type { Browser, Page } from 'playwright';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { launch, textOf } from '../e2e/browser.ts';
import { ROOT } from '../guards/files.ts';
import { type CliAgentApi, startCliAgentApi } from './cli-agent-api-server.ts';

/** A busy machine may take its time to load a page. */

let agent: CliAgentApi;
let guarded: CliAgentApi;
let pages: Server;
let origin: string;
let browser: Browser;

beforeAll(async () => {
  const { outputFiles } = await build({
    stdin: { contents: "import 'agent-chat-kit/elements';", resolveDir: ROOT },
    outdir: '/',
    bundle: true,
    splitting: true,
    write: false,
    format: 'esm',
    target: 'es2022',
    conditions: ['source'],
    logLevel: 'error',
  });
  const scripts = new Map(outputFiles.map(({ path, text }) => [path, text]));
  pages = createServer(({ url = '' }, response) => {
    const script = scripts.get(url);
    response.writeHead(200, { 'Content-Type': script ? 'text/javascript' : 'text/html' });
    response.end(script ?? '<!doctype html><body><script type="module" src="/stdin.js"></script>');
  }).listen(0, '127.0.0.1');
  await once(pages, 'listening');
  origin = `http://127.0.0.1:${(pages.address() as AddressInfo).port}`;
  [agent, guarded, browser] = await Promise.all([startCliAgentApi(), startCliAgentApi('alpha'), launch()]);
});
afterAll(async () => {
  await browser?.close();
  pages?.close().closeAllConnections();
  await Promise.all([agent?.close(), guarded?.close()]);
});

/** A page with the element and nothing else, whose agent is at another origin. */
async function openPage(endpoint: string, headers?: Readonly<Record<string, string>>): Promise<Page> {
  const page = await browser.newPage();
  await page.goto(origin);
  await page.evaluate(
    ([endpoint, headers]) => {
      const chat = document.createElement('agent-chat');
      chat.setAttribute('endpoint', endpoint);
      chat.setAttribute('protocol', 'openai-chat');
      if (headers) Object.assign(chat, { headers });
      document.body.append(chat);
    },
    [endpoint, headers] as const,
  );
  return page;
}

async function say(page: Page, words: string): Promise<void> {
  const box = page.locator('agent-composer textarea');
  await box.fill(words);
  await box.press('Enter');
}

it.each([
  ['open', () => agent, undefined],
  ['guarded by a key', () => guarded, { Authorization: 'Bearer alpha' }],
])(
  'the element shows thoughts, tools and words of an agent at another origin: %s',
  async (_, server, headers) => {
    const page = await openPage(server().url, headers);
    const problems: string[] = [];
    page.on('console', (message) => message.type() === 'error' && problems.push(message.text()));
    page.on('pageerror', (error) => problems.push(error.message));
    await say(page, 'Hello scenario:full');
    const answer = page.locator('article.assistant');
    await expect
      .poll(() => textOf(answer))
      .toMatch(
        /^Thought.* Let me think\. Searching… Used 2 tools Web search cats Web fetch http:\/\/x Cancelled Hello world$/,
      );
    await answer.getByRole('button', { name: 'Used 2 tools' }).click();
    await answer.getByText('Web search').click();
    const search = answer.locator('agent-tool-call').first();
    await expect.poll(() => textOf(search.locator('[part=arguments]'))).toMatch(/query ?cats/);
    await expect.poll(() => textOf(search.locator('[part=result]'))).toContain('Cats are nice');
    await say(page, 'And now? scenario:no-deltas');
    await expect.poll(() => textOf(answer.last())).toContain('All at once.');
    expect(problems).toEqual([]);
    await page.close();
  },
);

it('an answer that is cut off is kept, and the user may ask for it again', async () => {
  const page = await openPage(agent.url);
  await say(page, 'Hello scenario:mid-error');
  await expect.poll(() => textOf(page.locator('article.assistant'))).toContain('partial');
  const before = agent.runs().length;
  const again = page.getByRole('button', { name: /again|retry/i });
  // The page may move under the pointer while the error comes: then the press counts for nothing, and is made anew.
  await expect
    .poll(async () => {
      if (agent.runs().length === before) await again.click({ timeout: 2_000 }).catch(() => {});
      return agent.runs().length;
    })
    .toBe(before + 1);
  await page.close();
});

it('a key that is missing is said to be', async () => {
  const page = await openPage(guarded.url);
  await say(page, 'Hello scenario:full');
  await expect.poll(() => textOf(page.locator('agent-error'))).toContain('Missing bearer token.');
  await page.close();
});
