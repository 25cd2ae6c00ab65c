// A process that reads one text after another; whoever waits too long for it ends it.

import { readers } from './readers.js';

const PIECE = 64;
const all = await readers(process.argv[2]);

process.on('message', ({ name, text, isStreamed }) => {
  const { whole, begin } = all[name];
  const before = process.cpuUsage();
  if (isStreamed) {
    const view = begin();
    for (let at = 0; at < text.length; at += PIECE)
      view.append(text.slice(at, at + PIECE), text.slice(0, at + PIECE));
    view.finish();
  } else whole(text);
  const { user, system } = process.cpuUsage(before);
  process.send((user + system) / 1_000);
});
process.send('ready');
