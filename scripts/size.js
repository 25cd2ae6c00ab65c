// What a user ships, minified and compressed, against the limits. Fails when one is over.
import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';

const ROOT = new URL('..', import.meta.url).pathname;
const REACT = ['react', 'react-dom', 'react/jsx-runtime'];
const KB = 1000;

// `gate` is what the library is to reach; `limit` is what it may not exceed today.
const store = "export { AgentChat, createHttpTransport } from 'agent-chat-kit'";
const IMPORTS = [
  { name: 'store and HTTP transport', code: store, limit: 14 * KB, gate: 10 * KB },
  { name: 'everything headless', code: "export * from 'agent-chat-kit'", limit: 16 * KB },
  {
    name: 'React hook with store and HTTP',
    code: `${store}; export { useAgentChat } from 'agent-chat-kit/react'`,
    limit: 14.5 * KB,
    gate: 11.5 * KB,
  },
];

/** Bytes after minification and gzip of a bundle of the built package with React left out. */
async function bundled(code) {
  const { outputFiles } = await build({
    stdin: { contents: code, resolveDir: ROOT },
    bundle: true,
    minify: true,
    write: false,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    external: REACT,
    logLevel: 'error',
  });
  return compressed(outputFiles[0].contents);
}

function compressed(bytes) {
  return gzipSync(bytes, { level: 9 }).byteLength;
}

const rows = [];
for (const { code, ...row } of IMPORTS) rows.push({ ...row, size: await bundled(code) });
rows.push({
  name: 'one script with <agent-chat> and all it needs',
  size: compressed(readFileSync(`${ROOT}dist/agent-chat.js`)),
  limit: 60 * KB,
});

for (const { name, size, limit, gate = limit } of rows) {
  const kb = (bytes) => `${(bytes / KB).toFixed(1)} kB`;
  const missed = size > gate ? ` (gate of ${kb(gate)} not met)` : '';
  console.log(
    `${size > limit ? 'OVER ' : 'ok   '} ${kb(size).padStart(8)} of ${kb(limit).padStart(8)}  ${name}${missed}`,
  );
}
if (rows.some(({ size, limit }) => size > limit)) process.exitCode = 1;
