import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright';
import { createServer, type ViteDevServer } from 'vite';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startDemo } from '../../scripts/demo.js';
import { ROOT } from '../guards/files.ts';
import { launch, textOf } from './browser.ts';

const VIEWPORT = { width: 1280, height: 800 };

let demo: { url: string; stop: () => void };
let browser: Browser;
let context: BrowserContext;
/** Pages that are loaded, by their addresses: to load one takes longer than most tests. */
const pages = new Map<string, Page>();
let page: Page;
let problems: string[] = [];
/** The paths of the sockets that the page opened, but for Vite's own. */
let sockets: string[] = [];

beforeAll(async () => {
  [demo, browser] = await Promise.all([startDemo({ DEMO_PACE: '6' }), launch()]);
  context = await browser.newContext({
    viewport: VIEWPORT,
    permissions: ['clipboard-read', 'clipboard-write'],
  });
});
afterAll(async () => {
  await browser?.close();
  demo?.stop();
});
afterEach(async ({ task }) => {
  const isKept = [...pages.values()].includes(page);
  if (isKept && task.result?.state !== 'fail') return;
  // The next test begins with a page that nothing went wrong in.
  for (const [address, other] of pages) if (other === page) pages.delete(address);
  await page.close();
});

/** The page at an address with an empty conversation and an empty composer; with `options`, one of its own. */
async function open(query = '', { url } = demo, options?: BrowserContextOptions): Promise<void> {
  problems = [];
  sockets = [];
  const address = url + query;
  const loaded = options ? undefined : pages.get(address);
  if (loaded) {
    page = loaded;
    await page.setViewportSize(VIEWPORT);
    await page.getByRole('button', { name: 'New chat' }).click();
    await composer().fill('');
    await expect.poll(() => page.locator('article').count()).toBe(0);
    return;
  }
  page = options ? await browser.newPage({ viewport: VIEWPORT, ...options }) : await context.newPage();
  if (!options) pages.set(address, page);
  page.on('pageerror', (error) => problems.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error') problems.push(message.text());
  });
  page.on('websocket', (socket) => {
    const { pathname } = new URL(socket.url());
    if (pathname !== '/') sockets.push(pathname);
  });
  await page.goto(address);
  await composer().waitFor();
}

const composer = () => page.locator('agent-composer textarea');
const answer = () => page.locator('agent-message article.assistant').last();
/** The run is over when the composer would send again. */
const over = () =>
  page.locator('agent-composer').getByRole('button', { name: 'Send', exact: true }).waitFor();
const suggest = (label: string) => page.getByRole('button', { name: label }).click();

async function say(text: string): Promise<void> {
  await composer().fill(text);
  await composer().press('Enter');
}

describe.each([
  ['SSE', '?transport=sse'],
  ['WebSocket', '?transport=ws'],
])('over %s', (transport, query) => {
  it('a typed message is answered as it streams', async () => {
    await open(query);
    const posts: string[] = [];
    page.on('request', (request) => {
      if (request.method() === 'POST') posts.push(new URL(request.url()).pathname);
    });
    await say('What is 6 * 7?');
    await expect.poll(() => textOf(page.locator('article.user'))).toBe('What is 6 * 7?');
    await expect.poll(() => textOf(answer())).toContain('6 * 7 = 42');
    await over();
    await expect.poll(() => composer().inputValue()).toBe('');
    expect(transport === 'SSE' ? posts : sockets).toEqual([
      transport === 'SSE' ? '/api/chat' : '/api/socket',
    ]);
    expect(problems).toEqual([]);
  });

  it('stop keeps what was written, and the next message is answered', async () => {
    await open(query);
    await say('Answer slowly, please stream');
    await expect.poll(() => textOf(answer())).toContain('Some models');
    await page.getByRole('button', { name: 'Stop' }).click();
    await over();
    const kept = await textOf(answer());
    expect(kept).toContain('Some models');
    await say('1 + 1');
    await expect.poll(() => textOf(answer())).toContain('1 + 1 = 2');
    expect(await textOf(page.locator('article.assistant').first())).toBe(kept);
  });

  it('a stream that breaks goes on by itself: nothing is lost, nothing is said twice', async () => {
    await open(query);
    await suggest('Break the stream');
    await composer().fill('a draft');
    await expect.poll(() => textOf(answer())).toContain('nothing is said twice.');
    await over();
    await expect
      .poll(() => textOf(answer()))
      .toMatch(
        /^In the middle of this sentence the server cut the connection\. I went on writing, .* twice\.$/,
      );
    expect(await page.locator('agent-error').count()).toBe(0);
    expect((await page.getByRole('alert').allTextContents()).join('')).toBe('');
    await expect.poll(() => page.locator('article').count()).toBe(2);
    expect(await composer().inputValue()).toBe('a draft');
  });

  it('a tool waits for permission, and runs or not as the visitor says', async () => {
    await open(query);
    await suggest('Delete the note');
    await page.getByRole('button', { name: 'Deny' }).click();
    await expect.poll(() => textOf(answer())).toContain('“Groceries” stays');
    await over();
    await say('Delete the note “Groceries”');
    // What can be seen of it, once it is drawn.
    await expect.poll(() => page.locator('agent-approval pre').innerText()).toContain('"title": "Groceries"');
    await page.getByRole('button', { name: 'Allow once' }).click();
    await expect.poll(() => textOf(answer())).toContain('“Groceries” is deleted');
  });

  it('a question is answered by the visitor and the run goes on', async () => {
    await open(query);
    await suggest('Ask me about elements');
    await page.locator('agent-client-tool [part=option]').first().click();
    await expect.poll(() => textOf(answer())).toContain('You chose “');
    await over();
  });
});

describe('a page that is loaded again', () => {
  /** In this process, so that the agent can be told to hurry. */
  let slow: ViteDevServer;
  beforeAll(async () => {
    process.env['PORT'] = '0';
    slow = await createServer({ configFile: `${ROOT}examples/demo/vite.config.ts`, logLevel: 'warn' });
    await slow.listen();
  });
  afterAll(() => slow?.close());

  it.each(['sse', 'ws'])('in the middle of an answer over %s goes on with it, once', async (transport) => {
    process.env['DEMO_PACE'] = '10';
    await open(`?transport=${transport}`, { url: slow.resolvedUrls?.local[0] ?? '', stop: () => {} });
    await suggest('Answer slowly');
    await expect.poll(() => textOf(answer())).toContain('Some models think');
    const before = await textOf(answer());
    const posts: string[] = [];
    page.on('request', (request) => {
      if (request.method() === 'POST') posts.push(request.url());
    });
    await page.reload();
    await page.locator('agent-composer').getByRole('button', { name: 'Stop' }).waitFor();
    await expect.poll(async () => (await textOf(answer())).length).toBeGreaterThan(before.length);
    expect(await textOf(answer())).not.toContain('whole.');
    process.env['DEMO_PACE'] = '0';
    await expect.poll(() => textOf(answer())).toContain('once, and whole.');
    await over();
    await expect
      .poll(() => textOf(answer()))
      .toMatch(
        /^Some models think about every single word\. You can stop me (?!.*Some models).* once, and whole\.$/,
      );
    expect(await page.locator('article.user').count()).toBe(1);
    expect(await page.locator('article.assistant').count()).toBe(1);
    expect(posts).toEqual([]);
    expect(problems).toEqual([]);
  });

  it('asks again for the permission that the agent waits for, and has it once', async () => {
    await open();
    await say('Delete the note “Ideas”');
    await page.getByRole('button', { name: 'Allow once' }).waitFor();
    await page.reload();
    await page.getByRole('button', { name: 'Allow once' }).click();
    await expect.poll(() => textOf(answer())).toContain('“Ideas” is deleted');
    await over();
    await expect.poll(() => page.locator('article').count()).toBe(2);
    expect(problems).toEqual([]);
  });

  it('shows the conversation, which can be gone on with or begun anew', async () => {
    await open();
    await say('What is 6 * 7?');
    await expect.poll(() => textOf(answer())).toContain('6 * 7 = 42');
    await over();
    await page.reload();
    await expect.poll(() => textOf(answer())).toContain('6 * 7 = 42');
    await over();
    await say('1 + 1');
    await expect.poll(() => textOf(answer())).toContain('1 + 1 = 2');
    await expect.poll(() => page.locator('article.user').count()).toBe(2);
    await over();
    await page.getByRole('button', { name: 'New chat' }).click();
    await page.reload();
    await composer().waitFor();
    expect(await page.locator('article').count()).toBe(0);
  });
});

it('an answer can be had again, a question asked in other words, and either be gone back to', async () => {
  await open();
  await say('1 + 1');
  await expect.poll(() => textOf(answer())).toContain('1 + 1 = 2');
  await over();
  await page.getByRole('button', { name: 'Try again' }).click();
  await expect.poll(() => textOf(page.locator('agent-message').last())).toContain('2 / 2');
  await over();
  await page.locator('article.user').hover();
  await page.getByRole('button', { name: 'Edit' }).click();
  await page.getByRole('textbox', { name: 'Your message in other words' }).fill('2 + 3');
  await page.keyboard.press('Enter');
  await expect.poll(() => textOf(answer())).toContain('2 + 3 = 5');
  await over();
  await page.getByRole('button', { name: 'Previous version' }).click();
  await expect.poll(() => textOf(answer())).toContain('1 + 1 = 2');
  await expect.poll(() => textOf(page.locator('article.user'))).toBe('1 + 1');
  expect(problems).toEqual([]);
});

it('an answer is copied to the clipboard as it was written', async () => {
  await open();
  await say('1 + 1');
  await over();
  await page.getByRole('button', { name: 'Copy' }).click();
  await expect.poll(() => page.evaluate(() => navigator.clipboard.readText())).toBe('1 + 1 = 2');
});

it('what can be done with a message is shown where nothing can be pointed at it', async () => {
  await open('', demo, {
    viewport: { width: 390, height: 844 },
    hasTouch: true,
    isMobile: true,
  });
  await say('1 + 1');
  await over();
  const edit = page.getByRole('button', { name: 'Edit' });
  const opacity = () => edit.evaluate((button) => getComputedStyle(button.parentElement ?? button).opacity);
  await expect.poll(opacity).toBe('1');
  await expect.poll(async () => (await edit.boundingBox())?.height).toBe(36);
  await edit.tap();
  await page.getByRole('textbox', { name: 'Your message in other words' }).waitFor();
});

it('every suggestion leads somewhere, and together they show each kind of part', async () => {
  await open();
  const labels = await page.locator('[part=suggestion] > span:first-child').allInnerTexts();
  expect(labels.length).toBeGreaterThan(9);
  const seen = new Set<string>();
  for (const label of labels) {
    await page.getByRole('button', { name: 'New chat' }).click();
    await suggest(label);
    await answer().waitFor();
    const option = page.locator('agent-client-tool [part=option]').first();
    const allow = page.locator('agent-approval [part=allow]').first();
    const send = page.locator('agent-composer [part=send]');
    // The slow one need not be waited for: stopping it is what it is there for.
    if (label.includes('slowly')) await page.locator('agent-composer [part=stop]').click();
    await option.or(allow).or(send).first().waitFor();
    if (await option.count()) await option.click();
    if (await allow.count()) await allow.click();
    await over();
    const tags = await page.evaluate(() => {
      const found: string[] = [];
      const visit = (root: ParentNode): void => {
        for (const element of root.querySelectorAll('*')) {
          if (element.localName.startsWith('agent-')) found.push(element.localName);
          if (element.shadowRoot) visit(element.shadowRoot);
        }
      };
      visit(document);
      return found;
    });
    for (const tag of tags) seen.add(tag);
  }
  const parts = 'text reasoning tool-call operation source file object todo worker step'.split(' ');
  expect(parts.filter((part) => !seen.has(`agent-${part}`))).toEqual([]);
  expect(seen.has('agent-error')).toBe(true);
  // The one that breaks the stream is meant to.
  expect(problems.filter((problem) => !problem.includes('ERR_INCOMPLETE_CHUNKED_ENCODING'))).toEqual([]);
});

it('a file is uploaded, read, and answered with a chart', async () => {
  await open();
  const content = 'city,people\nBasel,171000\nBern,134000\n';
  await page.locator('agent-composer input[type=file]').setInputFiles({
    name: 'cities.csv',
    mimeType: 'text/csv',
    buffer: Buffer.from(content),
  });
  await say('What is in it?');
  await expect.poll(() => textOf(answer())).toContain('cities.csv has 2 rows');
  const chart = answer().getByRole('img', { name: 'cities.csv-chart.svg' });
  await chart.waitFor();
  expect(await chart.evaluate((image: HTMLImageElement) => image.complete && image.naturalWidth > 0)).toBe(
    true,
  );
  expect(problems).toEqual([]);
});

it('at the width of a phone nothing is cut off', async () => {
  await open();
  await page.setViewportSize({ width: 320, height: 640 });
  await suggest('Plan a talk about transports');
  await over();
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(320);
});
