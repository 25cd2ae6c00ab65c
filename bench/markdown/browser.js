// A real browser, and the page that runs what is measured in it.

import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { chromium } from 'playwright';
import { CHROMIUM_ARGS, findChromium } from '../../scripts/chromium.js';

const path = (relative) => fileURLToPath(new URL(relative, import.meta.url));
const BUILT = path('../../dist/markdown.js');
const SOURCE = path('../../src/markdown/index.ts');

/** What is measured of ours: what the package ships, or what it is made of where nothing is built. */
export const OWN_ENTRY = existsSync(BUILT) ? BUILT : SOURCE;

/** A script with all that it imports. */
export async function bundle(entry, { format = 'iife', platform = 'browser' } = {}) {
  const { outputFiles } = await build({
    entryPoints: [path(entry)],
    bundle: true,
    write: false,
    format,
    platform,
    target: 'es2022',
    alias: { 'agent-chat-kit/markdown': OWN_ENTRY },
    define: { 'process.env.NODE_ENV': '"production"' },
    logLevel: 'error',
  });
  return outputFiles[0].text;
}

export async function openBrowser() {
  const executablePath = await findChromium();
  return chromium.launch({ args: CHROMIUM_ARGS, ...(executablePath ? { executablePath } : {}) });
}

/** Runs something in a page of its own, in a process of its own, which has these scripts and nothing else. */
export async function inPage(browser, scripts, run) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  try {
    const page = await context.newPage();
    // Nobody's pictures are loaded.
    await page.route('**/*', (route) => route.abort());
    await page.setContent('<!doctype html><meta charset="utf-8"><main id="root"></main>');
    for (const script of scripts) await page.evaluate(script);
    return await run(page);
  } finally {
    await context.close();
  }
}
