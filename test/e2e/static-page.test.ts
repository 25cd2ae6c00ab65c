import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createAgentHandler, createEventWriter, toNodeHandler } from 'agent-chat-kit/server';
import type { Browser } from 'playwright';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ROOT } from '../guards/files.ts';
import { launch, textOf } from './browser.ts';

const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'none'; img-src blob:; connect-src 'self'; font-src 'none'; frame-src 'none'; base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'; trusted-types lit-html";

const answer = toNodeHandler(
  createAgentHandler(async function* (run) {
    const write = createEventWriter(run);
    yield* write.tool({ name: 'look-around', args: {} }, () => ({ bundler: false }));
    yield* write.text('No bundler in sight.');
  }),
);

let server: Server;
let browser: Browser;
let origin: string;
let html: string;

beforeAll(async () => {
  server = createServer((request, response) => {
    // The script, and what lies beside it.
    if (/^\/agent-chat(?:\/[\w.-]+)?\.js$/.test(request.url ?? '')) {
      response
        .writeHead(200, { 'Content-Type': 'text/javascript' })
        .end(readFileSync(`${ROOT}dist${request.url}`));
    } else if (request.url === '/api/chat') {
      void answer(request, response);
    } else if (request.url === '/') {
      response.writeHead(200, { 'Content-Type': 'text/html', 'Content-Security-Policy': POLICY }).end(html);
    } else if (request.url === '/favicon.ico') {
      // A browser asks by itself, sooner or later.
      response.writeHead(204).end();
    } else {
      response.writeHead(404).end();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  browser = await launch();
});
afterAll(async () => {
  await browser?.close();
  server?.close();
  server?.closeAllConnections();
});

async function converse() {
  const page = await browser.newPage();
  const problems: string[] = [];
  page.on('console', (message) => message.type() === 'error' && problems.push(message.text()));
  page.on('pageerror', (error) => problems.push(error.message));
  page.on('request', (request) => new URL(request.url()).origin !== origin && problems.push(request.url()));
  await page.goto(origin);
  await page.locator('agent-composer textarea').fill('Hello');
  await page.locator('agent-composer textarea').press('Enter');
  await expect.poll(() => textOf(page.locator('article.assistant'))).toContain('No bundler in sight.');
  await page.close();
  return problems;
}

it('a static page with one script and one tag is a chat, under the strictest content security policy', async () => {
  html =
    '<!doctype html><script type="module" src="/agent-chat.js"></script><agent-chat endpoint="/api/chat"></agent-chat>';
  expect(await converse()).toEqual([]);
});

it('the page in the README works as it stands', async () => {
  const readme = readFileSync(`${ROOT}README.md`, 'utf8');
  const snippet = /```html\n([\s\S]*?)```/.exec(readme)?.[1] ?? '';
  expect(snippet).toContain('https://unpkg.com/agent-chat-kit"');
  html = snippet.replace('https://unpkg.com/agent-chat-kit', '/agent-chat.js');
  // Its inline style is the page's own; the header here forbids it, and nothing else is to be refused.
  expect((await converse()).filter((problem) => !problem.includes('inline style'))).toEqual([]);
});
