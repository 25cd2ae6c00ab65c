// Makes pictures of every story, for people to look at: `npm run screenshots:stories [-- part of a title]`. Stories of
// one element stand below each other; a whole chat has a picture of its own. They lie in node_modules/.cache/stories.
import { mkdirSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright';
import { createServer } from 'vite';
import { CHROMIUM_ARGS, findChromium } from './chromium.js';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const OUT = `${ROOT}node_modules/.cache/stories/`;
const WIDTHS = [1280, 390, 320];
/** How a picture is taken beside the plain one in each width. */
const LOOKS = [
  { name: 'light', widths: WIDTHS },
  { name: 'dark', widths: [1280, 390], colorScheme: 'dark' },
  { name: 'forced', widths: [390], forcedColors: 'active' },
  { name: 'rtl', widths: [390], direction: 'rtl' },
];
/** So long what plays is waited for. Milliseconds. */
const PLAYED = 2_500;

const PAGE = `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Stories</title><style>body { margin: 1rem } h2 { font: 12px system-ui; opacity: .6 }</style>
<body><script type="module" src="/scripts/stories-page.js"></script></body></html>`;

const conditions = ['source', 'import', 'module', 'browser', 'default'];
const server = await createServer({
  root: ROOT,
  configFile: false,
  logLevel: 'error',
  resolve: { conditions },
  server: { host: '127.0.0.1', port: 0, watch: null },
  plugins: [
    {
      name: 'stories-page',
      configureServer: ({ middlewares }) => {
        middlewares.use('/pictures.html', (_, response) => {
          response.setHeader('content-type', 'text/html');
          response.end(PAGE);
        });
      },
    },
  ],
});
await server.listen();
const { port } = server.httpServer.address();
const browser = await chromium.launch({ executablePath: await findChromium(), args: CHROMIUM_ARGS });
const wanted = process.argv[2] ?? '';
try {
  rmSync(OUT, { recursive: true, force: true });
  mkdirSync(OUT, { recursive: true });
  for (const { name, widths, colorScheme = 'light', forcedColors = 'none', direction = 'ltr' } of LOOKS) {
    for (const width of widths) {
      const page = await browser.newPage({
        viewport: { width, height: 800 },
        colorScheme,
        forcedColors,
        reducedMotion: 'reduce',
      });
      page.on('pageerror', (error) => console.error(error));

      await page.goto(`http://127.0.0.1:${port}/pictures.html`);
      await page.waitForFunction(() => globalThis.titles);
      const titles = await page.evaluate(() => globalThis.titles);
      for (const title of titles.filter((other) => other.includes(wanted))) {
        await page.evaluate(([title, direction]) => globalThis.show(title, direction), [title, direction]);
        await page.waitForFunction(() => globalThis.isOver(), null, { timeout: PLAYED }).catch(() => {});
        // What loads on demand is drawn after it.
        await page.waitForTimeout(250);
        const file = title.toLowerCase().replace(/[^a-z]+/g, '-');
        await page.screenshot({ path: `${OUT}${file}-${width}-${name}.png`, fullPage: true });
      }
      await page.close();
    }
  }
} finally {
  await browser.close();
  await server.close();
}
