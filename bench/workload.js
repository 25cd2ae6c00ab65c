// What is streamed: one seeded answer as an agent writes it, cut into deltas of 2 to 6 characters, and the ways in
// which it is fed. The same for everybody.

/** Characters that make a token, about. */
const TOKEN = 4;
/** A fenced block comes about this often. Characters. */
const FENCE_EVERY = 670 * TOKEN;
/** Items a macrotask. */
export const PER_TURN = 10;
const KIB = 1_024;

const WORDS =
  'the agent reads a stream of events and keeps every message part as it was until something in it changes so that a view can skip what stays while the answer grows by small pieces which arrive many times a second';

/** The same numbers for the same seed, from 0 up to 1. */
function random(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Markdown of about so many tokens: paragraphs, nested lists, tables, fenced blocks, links and inline code. */
export function answer(tokens, seed = 1) {
  const next = random(seed);
  const pick = (list) => list[Math.floor(next() * list.length)];
  const words = WORDS.split(' ');
  const say = (count) => Array.from({ length: count }, () => pick(words)).join(' ');
  const sentence = () => {
    const extra = next();
    if (extra < 0.1)
      return `See [${say(2)}](https://example.com/${pick(words)}?q=${pick(words)}) for ${say(4)}.`;
    if (extra < 0.25) return `Call \`${pick(words)}(${pick(words)})\` and ${say(6)}.`;
    return `${say(6 + Math.floor(next() * 12))}.`;
  };
  const paragraph = () => Array.from({ length: 2 + Math.floor(next() * 4) }, sentence).join(' ');
  const list = () =>
    Array.from({ length: 3 }, () => `- ${sentence()}\n  - ${say(5)}\n    1. **${say(2)}** ${say(3)}`).join(
      '\n',
    );
  const row = () => `| ${say(2)} | \`${pick(words)}\` | ${Math.floor(next() * 1_000)} |`;
  const table = () => ['| name | call | count |', '| --- | --- | --: |', row(), row(), row()].join('\n');
  const fence = () =>
    `\`\`\`js\n${Array.from({ length: 8 }, () => `const ${pick(words)} = ${pick(words)}("${say(2)}");`).join('\n')}\n\`\`\``;

  const length = tokens * TOKEN;
  let text = '';
  for (let fences = 0; text.length < length; ) {
    const due = text.length > (fences + 1) * FENCE_EVERY;
    if (due) fences += 1;
    text += `${due ? fence() : pick([paragraph, paragraph, paragraph, list, table])()}\n\n`;
  }
  return text.slice(0, length);
}

/** The text in pieces of 2 to 6 characters. */
export function pieces(text, seed = 2) {
  const next = random(seed);
  const list = [];
  for (let at = 0; at < text.length; ) {
    const length = 2 + Math.floor(next() * 5);
    list.push(text.slice(at, at + length));
    at += length;
  }
  return list;
}

/** A task of its own, as each read of a network is. */
export const turn = () => new Promise(setImmediate);

/** The items in lists of ten, one a macrotask. */
export async function* fedItems(items) {
  for (let at = 0; at < items.length; at += PER_TURN) {
    yield items.slice(at, at + PER_TURN);
    await turn();
  }
}

/** A body that gets ten chunks a macrotask, whether or not they are read. */
export function fedBody(chunks) {
  return new ReadableStream({
    start(controller) {
      void feed(controller, chunks);
    },
  });
}

async function feed(controller, chunks) {
  try {
    for (let at = 0; at < chunks.length; at += PER_TURN) {
      await turn();
      for (const chunk of chunks.slice(at, at + PER_TURN)) controller.enqueue(chunk);
    }
    controller.close();
  } catch {
    // The reader has had enough.
  }
}

/** The bytes in chunks of 1 KiB. */
export function inChunks(bytes) {
  const chunks = [];
  for (let at = 0; at < bytes.length; at += KIB) chunks.push(bytes.subarray(at, at + KIB));
  return chunks;
}

/** A body that gives its chunks as fast as they are read. */
export function pulledBody(chunks) {
  let at = 0;
  return new ReadableStream({
    pull(controller) {
      if (at === chunks.length) return controller.close();
      controller.enqueue(chunks[at]);
      at += 1;
    },
  });
}

const encoder = new TextEncoder();
export const encode = (text) => encoder.encode(text);

/** An answer to `fetch`. */
export const eventStream = (body) => new Response(body, { headers: { 'Content-Type': 'text/event-stream' } });

/** A text that makes `frame(text)` exactly so many characters. */
export function fill(size, frame) {
  const source = answer(size / TOKEN);
  let length = size;
  for (;;) {
    const text = source.slice(0, length);
    const over = frame(text).length - size;
    if (over <= 0) return text + 'x'.repeat(-over);
    length -= over;
  }
}
