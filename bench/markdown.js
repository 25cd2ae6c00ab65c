import { openBrowser } from './markdown/browser.js';
import { flicker } from './markdown/sections/flicker.js';
import { finish } from './report.js';

const browser = await openBrowser();
await flicker(browser, { isVerbose: process.env.FLICKER === 'verbose' });
await browser.close();
finish();
