// What a user ships, minified and compressed, against the limits. Fails when one is over.
import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { build } from 'vite';

const ROOT = new URL('..', import.meta.url).pathname;
const REACT = ['react', 'react-dom', 'react/jsx-runtime'];
const KB = 1000;
const ENTRY = `${ROOT}size-entry.js`;

// `gate` is what the library is to reach; `limit` is what it may not exceed today.
const store = "export { AgentChat, createHttpTransport } from 'agent-chat-kit'";
const IMPORTS = [
  { name: 'store and HTTP transport', code: store, limit: 17.2 * KB, gate: 10 * KB },
  {
    name: 'everything headless',
    code: "export * from 'agent-chat-kit'",
    limit: 20.5 * KB,
    gate: 16 * KB,
  },
  {
    name: 'Markdown: parser and view in a page',
    code: "export { createMarkdownView } from 'agent-chat-kit/markdown'",
    limit: 19.5 * KB,
    gate: 16 * KB,
  },
  {
    name: 'React hook with store and HTTP',
    code: `${store}; export { useAgentChat } from 'agent-chat-kit/react'`,
    limit: 17.7 * KB,
    gate: 11.5 * KB,
  },
];

/**
 * Bytes after minification and gzip of what a page loads at first from a bundle of the built package by Vite, with
 * React left out, and of what it loads on demand.
 */
async function bundled(code) {
  const [{ output }] = await build({
    configFile: false,
    logLevel: 'error',
    root: ROOT,
    plugins: [
      {
        name: 'entry',
        resolveId: (id) => (id === ENTRY ? id : null),
        load: (id) => (id === ENTRY ? code : null),
      },
    ],
    build: {
      write: false,
      target: 'es2022',
      lib: { entry: ENTRY, formats: ['es'] },
      rolldownOptions: {
        external: REACT,
        preserveEntrySignatures: 'allow-extension',
        output: { minify: true },
      },
    },
  }).then((result) => [result].flat());
  const chunks = new Map(output.map((chunk) => [chunk.fileName, chunk]));
  const atFirst = new Set();
  const load = (name) => {
    const chunk = chunks.get(name);
    if (!chunk || atFirst.has(name)) return;
    atFirst.add(name);
    chunk.imports.forEach(load);
  };
  for (const { fileName, isEntry } of output) if (isEntry) load(fileName);
  const sum = (names) => names.reduce((total, name) => total + compressed(chunks.get(name).code), 0);
  return {
    size: sum([...atFirst]),
    onDemand: sum([...chunks.keys()].filter((name) => !atFirst.has(name))),
  };
}

function compressed(bytes) {
  return gzipSync(bytes, { level: 9 }).byteLength;
}

const rows = [];
for (const { code, ...row } of IMPORTS) rows.push({ ...row, ...(await bundled(code)) });
rows.push({
  name: 'one script with <agent-chat> and all it needs',
  size: compressed(readFileSync(`${ROOT}dist/agent-chat.js`)),
  limit: 60 * KB,
});

for (const { name, size, onDemand, limit, gate = limit } of rows) {
  const kb = (bytes) => `${(bytes / KB).toFixed(1)} kB`;
  const later = onDemand ? `, and ${kb(onDemand)} on demand` : '';
  const missed = size > gate ? ` (gate of ${kb(gate)} not met)` : '';
  console.log(
    `${size > limit ? 'OVER ' : 'ok   '} ${kb(size).padStart(8)} of ${kb(limit).padStart(8)}  ${name}${later}${missed}`,
  );
}
if (rows.some(({ size, limit }) => size > limit)) process.exitCode = 1;
