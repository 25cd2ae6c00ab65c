// What Markdown costs that is still arriving, beside a floor and its peers, all in one run: compare within a run only.
// A gate that is not met ends it with 1. `FLICKER=verbose` says where what is shown was taken back; names of sections
// as arguments run only those.

import { installPeers } from './install.js';
import { OWN_ENTRY, openBrowser } from './markdown/browser.js';
import { finish, note } from './report.js';

const failure = installPeers();
if (failure) throw new Error(`What it is compared with could not be installed: ${failure}`);

const { buildOwn } = await import('./markdown/readers.js');
const { flicker } = await import('./markdown/sections/flicker.js');
const { mutations } = await import('./markdown/sections/mutations.js');
const { parsers } = await import('./markdown/sections/parsers.js');
const { pathological } = await import('./markdown/sections/pathological.js');
const { cliffs, growth, stream } = await import('./markdown/sections/stream.js');

const inBrowser = { stream, growth, cliffs, mutations };
const inNode = { parsers, pathological };
const only = process.argv.slice(2);
const isWanted = (name) => only.length === 0 || only.includes(name);

if (!OWN_ENTRY.includes('dist')) note('Nothing is built: ours is measured from its source.');
const browser = await openBrowser();
try {
  for (const [name, run] of Object.entries(inBrowser)) if (isWanted(name)) await run(browser);
  const own = await buildOwn();
  for (const [name, run] of Object.entries(inNode)) if (isWanted(name)) await run(own);
  if (isWanted('flicker')) await flicker(browser, { isVerbose: process.env.FLICKER === 'verbose' });
} finally {
  await browser.close();
}
finish();
