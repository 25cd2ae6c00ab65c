// Makes the pictures of the demo in docs/screenshots: desktop and phone, light and dark.
import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright';
import { CHROMIUM_ARGS, findChromium } from './chromium.js';
import { startDemo } from './demo.js';

const OUT = new URL('../docs/screenshots/', import.meta.url);
const SIZES = { desktop: { width: 1280, height: 800 }, phone: { width: 390, height: 844 } };

mkdirSync(OUT, { recursive: true });
const demo = await startDemo({ DEMO_PACE: '0' });
const browser = await chromium.launch({ executablePath: await findChromium(), args: CHROMIUM_ARGS });
try {
  for (const [size, viewport] of Object.entries(SIZES)) {
    for (const colorScheme of ['light', 'dark']) {
      const page = await browser.newPage({
        viewport,
        colorScheme,
        reducedMotion: 'reduce',
        deviceScaleFactor: 1,
      });
      await page.goto(demo.url);
      const shoot = (name) =>
        page.screenshot({ path: fileURLToPath(new URL(`${name}-${colorScheme}.png`, OUT)) });
      await page.getByRole('button', { name: 'Plan a talk' }).waitFor();
      await shoot(`${size}-start`);
      await page.getByRole('button', { name: 'Plan a talk' }).click();
      await page.getByText('Read ', { exact: false }).last().waitFor();
      await page.locator('agent-composer').getByRole('button', { name: 'Send', exact: true }).waitFor();
      await page.waitForTimeout(200);
      await shoot(size);
      await page.close();
    }
  }
} finally {
  await browser.close();
  demo.stop();
}
