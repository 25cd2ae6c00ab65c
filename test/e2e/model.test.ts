import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser } from 'playwright';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startDemo } from '../../scripts/demo.js';
import { launch, textOf } from './browser.ts';

const KEY = 'sk-canary-8c1f0e';

interface Asked {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: {
    readonly messages?: readonly { readonly role: string }[];
    readonly [field: string]: unknown;
  };
}

let model: Server;
let browser: Browser;
let demo: Awaited<ReturnType<typeof startDemo>>;
const asked: Asked[] = [];

const chunk = (delta: object, finish: string | null = null): string =>
  `data: ${JSON.stringify({ id: 'c', object: 'chat.completion.chunk', choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`;

/** Asks the page for the time zone first, and answers with it. */
function answerTo({ messages = [] }: Asked['body']): string {
  if (messages.at(-1)?.role !== 'tool') {
    const call = {
      index: 0,
      id: 'call-1',
      type: 'function',
      function: { name: 'get-page-info', arguments: '{}' },
    };
    return chunk({ role: 'assistant', tool_calls: [call] }) + chunk({}, 'tool_calls');
  }
  return chunk({ content: 'You are ' }) + chunk({ content: 'in **Oslo**.' }) + chunk({}, 'stop');
}

beforeAll(async () => {
  model = createServer(async (request, response) => {
    let text = '';
    for await (const piece of request.setEncoding('utf8')) text += piece;
    const body = text === '' ? {} : JSON.parse(text);
    asked.push({ path: request.url ?? '', headers: request.headers, body });
    response.writeHead(200, { 'Content-Type': 'text/event-stream' });
    response.end(`${answerTo(body)}data: [DONE]\n\n`);
  });
  model.listen(0, '127.0.0.1');
  await once(model, 'listening');
  const { port } = model.address() as AddressInfo;
  [demo, browser] = await Promise.all([
    startDemo({
      OPENAI_BASE_URL: `http://127.0.0.1:${port}/v1/`,
      OPENAI_API_KEY: KEY,
      OPENAI_MODEL: 'small-model',
    }),
    launch(),
  ]);
});
afterAll(async () => {
  await browser?.close();
  demo?.stop();
  model?.closeAllConnections();
  model?.close();
});

it('speaks with the model that the environment names, and the page never sees the key', async () => {
  const page = await browser.newPage();
  const seen: string[] = [];
  page.on('console', (message) => seen.push(message.text()));
  await page.exposeFunction('heard', (text: string) => seen.push(text));
  // Whatever comes, whether the page reads it to its end or not.
  await page.addInitScript(`{
    const ask = window.fetch;
    window.fetch = async (...request) => {
      const response = await ask(...request);
      void response.clone().text().then((text) => heard(JSON.stringify([...response.headers]) + text));
      return response;
    };
  }`);
  await page.goto(demo.url);
  const label = `small-model at 127.0.0.1`;
  await expect.poll(() => page.locator('#agent').textContent()).toContain(label);
  await expect.poll(() => textOf(page.locator('.hello'))).toContain(label);
  expect(demo.output()).toContain(label);

  await page.locator('agent-composer textarea').fill('Where am I?');
  await page.keyboard.press('Enter');
  const answer = page.locator('agent-message article.assistant').last();
  await expect.poll(() => textOf(answer)).toContain('You are in Oslo.');
  await expect.poll(() => answer.locator('strong').textContent()).toBe('Oslo');

  expect(asked.map(({ path }) => path)).toEqual(['/v1/chat/completions', '/v1/chat/completions']);
  expect(asked[0]?.headers.authorization).toBe(`Bearer ${KEY}`);
  expect(asked[0]?.body).toMatchObject({
    model: 'small-model',
    messages: [{ role: 'user', content: 'Where am I?' }],
    tools: [{ function: { name: 'ask-user' } }, { function: { name: 'get-page-info' } }],
  });
  expect(JSON.stringify(asked[1]?.body.messages)).toContain('timeZone');
  await expect.poll(() => seen.join('\n')).toContain('in **Oslo**');
  expect([...seen, await page.content(), demo.output()].join('\n')).not.toContain(KEY);
}, 60_000);
