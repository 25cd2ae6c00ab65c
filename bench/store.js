// What the store costs beside a floor and its peers, all in one run: compare within a run only. A gate that is not met
// ends it with 1.

import { installPeers } from './install.js';
import * as own from './peers/agent-chat-kit.js';
import * as floor from './peers/floor.js';
import { finish, note } from './report.js';
import { alone } from './sections/alone.js';
import { args } from './sections/args.js';
import { bytes } from './sections/bytes.js';
import { changes } from './sections/changes.js';
import { longEvent } from './sections/long-event.js';

const failure = installPeers();
const peers = [];
for (const name of ['octavus', 'agent-webkit', 'ai']) {
  try {
    peers.push(await import(`./peers/${name}.js`));
  } catch (error) {
    note(`${name} is left out: ${failure ?? error.message}`);
  }
}

const rivals = { floor, own, peers };
await alone(rivals);
await bytes(rivals);
await args(rivals);
await longEvent(rivals);
await changes(rivals);
finish();
