import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { type AddressInfo, createServer } from 'node:net';
import type { Browser, Page } from 'playwright';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { ROOT } from '../guards/files.ts';
import { launch } from './browser.ts';

const axePath = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

const VIEWPORT = { width: 1280, height: 800 };

const NAMES = ['react', 'vue', 'svelte'];

let browser: Browser;
/** All start together, as each mostly waits. */
let started: ReadonlyMap<string, ReturnType<typeof start>> = new Map();
beforeAll(async () => {
  started = new Map(NAMES.map((name) => [name, start(name)]));
  // The suite of each says what went wrong with it.
  for (const example of started.values()) example.catch(() => {});
  browser = await launch();
});
afterAll(async () => {
  await browser?.close();
  for (const example of await Promise.allSettled(started.values())) {
    if (example.status === 'fulfilled') example.value.stop();
  }
});

/** Starts the example as a newcomer does, with `npm run example:NAME`. */
async function start(name: string): Promise<{ readonly url: string; readonly stop: () => void }> {
  const child = spawn('npm', ['run', `example:${name}`], {
    cwd: ROOT,
    // A group of its own: npm, its shell and Vite end together.
    detached: true,
    env: { ...process.env, PORT: String(await freePort()), NO_COLOR: '1', DEMO_PACE: '6' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  const read = (chunk: Buffer) => {
    output += chunk;
  };
  child.stdout.on('data', read);
  child.stderr.on('data', read);
  const stop = () => {
    if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, 'SIGTERM');
  };
  try {
    const url = await vi.waitUntil(
      () => {
        if (child.exitCode !== null) throw new Error(`It ended:\n${output}`);
        return /http:\/\/127\.0\.0\.1:\d+\//.exec(output)?.[0];
      },
      { timeout: 60_000 },
    );
    return { url, stop };
  } catch (error) {
    stop();
    throw error;
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}

describe.each(NAMES)('the %s example', (name) => {
  let example: Awaited<ReturnType<typeof start>>;
  /** Gone on with by the next test, with a new conversation: to load one takes longer than most tests. */
  let page: Page;
  let isUsable = false;
  let problems: string[] = [];

  beforeAll(async () => {
    example = await (started.get(name) ?? start(name));
    // What the page imports is prepared now, so that no test waits for it.
    const first = await browser.newPage();
    await first.goto(example.url);
    await first.getByRole('textbox').waitFor({ timeout: 60_000 });
    await first.close();
  }, 90_000);
  afterAll(() => page?.close());

  beforeEach(async () => {
    problems = [];
    if (isUsable) {
      await page.setViewportSize(VIEWPORT);
      await page.emulateMedia({ colorScheme: 'light' });
      await button('New chat').click();
      await composer().fill('');
      await expect.poll(() => page.getByRole('article').count()).toBe(0);
      return;
    }
    page = await browser.newPage({ viewport: VIEWPORT, reducedMotion: 'reduce' });
    page.on('pageerror', (error) => problems.push(error.message));
    page.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) problems.push(message.text());
    });
    page.on('request', (request) => {
      const { protocol, host } = new URL(request.url());
      if (protocol !== 'data:' && host !== new URL(example.url).host) problems.push(request.url());
    });
    await page.goto(example.url);
    await composer().waitFor();
    isUsable = true;
  });
  afterEach(async ({ task }) => {
    if (task.result?.state !== 'fail') return;
    isUsable = false;
    await page.close();
  });

  const composer = () => page.getByRole('textbox', { name: 'Message' });
  const answer = () => page.getByRole('article', { name: 'Assistant' }).last();
  const button = (label: string) => page.getByRole('button', { name: label, exact: true });
  /** The run is over when the composer would send again. */
  const over = () => button('Send').waitFor();

  async function say(text: string): Promise<void> {
    await composer().fill(text);
    await composer().press('Enter');
  }

  /** What axe finds fault with, in light and in dark. */
  async function barriers(): Promise<string[]> {
    if (!(await page.evaluate(() => 'axe' in window))) await page.addScriptTag({ path: axePath });
    const found: string[] = [];
    // Nothing but colours differs in the dark.
    for (const [colorScheme, tags] of [
      ['light', null],
      ['dark', ['color-contrast', 'link-in-text-block']],
    ] as const) {
      await page.emulateMedia({ colorScheme });
      const ids = await page.evaluate(async (rules) => {
        const { axe } = window as unknown as { axe: typeof import('axe-core') };
        const { violations } = await axe.run(rules ? { runOnly: { type: 'rule', values: [...rules] } } : {});
        return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target).join(', ')}`);
      }, tags);
      found.push(...ids.map((id) => `${colorScheme} ${id}`));
    }
    return found;
  }

  it('answers a typed message as it streams, with thoughts and tool calls on demand', async () => {
    expect(await barriers()).toEqual([]);
    await say('What is 6 * 7?');
    await expect.poll(() => page.getByRole('article', { name: 'You' }).innerText()).toBe('What is 6 * 7?');
    await expect.poll(() => composer().inputValue()).toBe('');
    await expect.poll(() => answer().innerText()).toContain('6 * 7 = 42');
    await over();
    await expect.poll(() => answer().getAttribute('aria-busy')).toBe('false');
    await answer().getByText('Thought').click();
    await answer().getByText('Calculate').click();
    for (const shown of ['I do not guess numbers', '"expression": "6 * 7"', '"value": 42']) {
      await expect.poll(() => answer().innerText()).toContain(shown);
    }
    expect(await barriers()).toEqual([]);
    expect(problems).toEqual([]);
  });

  it('stops at once and keeps what was written, and the next message is answered', async () => {
    await say('Answer slowly, please stream');
    await expect.poll(() => answer().innerText()).toContain('Some models');
    expect(await answer().getAttribute('aria-busy')).toBe('true');
    await button('Stop').click();
    await over();
    const kept = await answer().innerText();
    expect(kept).not.toContain('at any time');
    // The keyboard is where it was: in the composer.
    await page.keyboard.type('1 + 1');
    await page.keyboard.press('Shift+Enter');
    expect(await composer().inputValue()).toBe('1 + 1\n');
    await page.keyboard.press('Enter');
    await expect.poll(() => answer().innerText()).toContain('1 + 1 = 2');
    expect(await page.getByRole('article', { name: 'Assistant' }).first().innerText()).toBe(kept);
    expect(problems).toEqual([]);
  });

  it('asks for permission, and runs the tool or not as the visitor says', async () => {
    await page.getByRole('button', { name: 'Delete the note' }).click();
    const request = page.getByRole('region', { name: 'Permission' });
    await expect.poll(() => request.innerText()).toContain('"title": "Groceries"');
    expect(await barriers()).toEqual([]);
    await button('Deny').click();
    await expect.poll(() => answer().innerText()).toContain('“Groceries” stays');
    await over();
    await say('Delete the note “Groceries”');
    await button('Approve').click();
    await expect.poll(() => answer().innerText()).toContain('“Groceries” is deleted');
    await expect.poll(() => request.count()).toBe(0);
    expect(problems).toEqual([]);
  });

  it('passes a question of the agent on to the visitor, and goes on with the answer', async () => {
    await page.getByRole('button', { name: 'Ask me about elements' }).click();
    const options = page.getByRole('region', { name: 'Question' }).getByRole('button');
    await options.first().waitFor();
    expect(await barriers()).toEqual([]);
    await options.first().click();
    await expect.poll(() => answer().innerText()).toContain('You chose “');
    await over();
    expect(problems).toEqual([]);
  });

  it('says what went wrong, keeps the partial answer and the draft, and tries again', async () => {
    await page.getByRole('button', { name: 'Fail with a rate limit' }).click();
    await expect.poll(() => page.getByRole('alert').innerText()).toContain('Try again in 20 seconds');
    await expect.poll(() => answer().innerText()).toContain('I ask the model');
    expect(await barriers()).toEqual([]);
    await composer().fill('a draft');
    const again = page.waitForRequest('**/api/chat*');
    await button('Try again').click();
    await again;
    await page.getByRole('alert').waitFor();
    await expect.poll(() => page.getByRole('article', { name: 'You' }).count()).toBe(1);
    expect(await composer().inputValue()).toBe('a draft');
    expect(problems).toEqual([]);
  });

  it('goes on where the connection was cut', async () => {
    await say('Break the stream');
    await expect.poll(() => answer().innerText()).toContain('nothing is said twice');
    expect((await answer().innerText()).split('In the middle of this sentence').length).toBe(2);
    expect(await page.getByRole('alert').count()).toBe(0);
    // The connection that was cut is meant to be.
    expect(problems.filter((problem) => !problem.includes('ERR_INCOMPLETE_CHUNKED_ENCODING'))).toEqual([]);
  });

  it('shows a plan at the width of a phone, stays at the end of it, and begins anew', async () => {
    await page.setViewportSize({ width: 320, height: 480 });
    await page.reload();
    await composer().waitFor();
    /** Where the page is, once it was drawn twice. */
    const scrolled = () =>
      page.evaluate(async () => {
        for (let i = 0; i < 2; i += 1) await new Promise(requestAnimationFrame);
        return scrollY;
      });
    expect(await scrolled()).toBe(0);
    await page.getByRole('button', { name: 'Plan a talk' }).click();
    await expect.poll(() => answer().innerText()).toContain('is saved');
    await over();
    await expect.poll(() => answer().getByRole('listitem').count()).toBe(3);
    const fromEnd = () =>
      page.evaluate(() => {
        const { scrollHeight, scrollTop, clientHeight, scrollWidth } = document.documentElement;
        return { below: Math.round(scrollHeight - scrollTop - clientHeight), above: scrollTop, scrollWidth };
      });
    await expect.poll(fromEnd).toMatchObject({ below: 0, scrollWidth: 320 });
    expect((await fromEnd()).above).toBeGreaterThan(0);
    expect(await barriers()).toEqual([]);
    await button('New chat').click();
    await page.getByRole('button', { name: 'Plan a talk' }).waitFor();
    expect(await page.getByRole('article').count()).toBe(0);
    expect(await scrolled()).toBe(0);
    expect(problems).toEqual([]);
  });
});
