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
  { name: 'store and HTTP transport', code: store, limit: 17 * KB, gate: 10 * KB },
  {
    name: 'everything headless',
    code: "export * from 'agent-chat-kit'",
    limit: 20.5 * KB,
    gate: 16 * KB,
  },
  {
    name: 'React hook with store and HTTP',
    code: `${store}; export { useAgentChat } from 'agent-chat-kit/react'`,
    limit: 17.5 * KB,
    gate: 11.5 * KB,
  },
];

/**
 * Bytes after minification and gzip of what a page loads at first from a bundle of the built package, with React
 * left out, and of what it loads on demand.
 */
async function bundled(code) {
  const { outputFiles, metafile } = await build({
    stdin: { contents: code, resolveDir: ROOT },
    bundle: true,
    minify: true,
    splitting: true,
    write: false,
    outdir: ROOT,
    metafile: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    external: REACT,
    logLevel: 'error',
  });
  const { outputs } = metafile;
  const sizes = new Map(
    outputFiles.map(({ path, contents }) => [path.split('/').at(-1), compressed(contents)]),
  );
  const atFirst = new Set();
  const load = (name) => {
    if (atFirst.has(name)) return;
    atFirst.add(name);
    for (const { kind, path, external } of outputs[name].imports) {
      if (kind === 'import-statement' && !external) load(path);
    }
  };
  load('stdin.js');
  const sum = (names) => names.reduce((total, name) => total + sizes.get(name), 0);
  return {
    size: sum([...atFirst]),
    onDemand: sum(Object.keys(outputs).filter((name) => !atFirst.has(name))),
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
