import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createAgentHandler, createEventWriter, toNodeHandler } from 'agent-chat-kit/server';
import { build } from 'esbuild';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { launch, textOf } from './e2e/browser.ts';
import { filesIn, ROOT } from './guards/files.ts';

/** Inside the project, so that its name resolves to the built package as it would for a user. */
const FOLDER = `${ROOT}.readme/`;

const readme = readFileSync(`${ROOT}README.md`, 'utf8');
const snippets = snippetsIn(readme);
const [server, react, headless] = snippets as [Snippet, Snippet, Snippet];
type Snippet = (typeof snippets)[number];

function snippetsIn(markdown: string) {
  return [...markdown.matchAll(/```(tsx?)\n([\s\S]*?)```/g)].map(([, language = '', code = '']) => ({
    language,
    code,
  }));
}

const children: ChildProcess[] = [];
const servers: Server[] = [];

beforeAll(() => mkdirSync(FOLDER, { recursive: true }));
afterAll(() => {
  for (const child of children) child.kill();
  for (const open of servers) open.close().closeAllConnections();
  rmSync(FOLDER, { recursive: true, force: true });
});

async function compile(name: string, code: string): Promise<string> {
  await build({
    stdin: { contents: code, resolveDir: FOLDER, loader: 'tsx' },
    outfile: `${FOLDER}${name}.mjs`,
    bundle: false,
    format: 'esm',
    target: 'es2022',
  });
  return `${FOLDER}${name}.mjs`;
}

async function run(name: string, code: string): Promise<ChildProcess & { output: () => string }> {
  const child = spawn(process.execPath, [await compile(name, code)], { stdio: ['ignore', 'pipe', 'pipe'] });
  children.push(child);
  let output = '';
  child.stdout.on('data', (chunk) => {
    output += chunk;
  });
  child.stderr.on('data', (chunk) => {
    output += chunk;
  });
  return Object.assign(child, { output: () => output });
}

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  return port;
}

it('every snippet of code has its types right, in the README and in the documents', () => {
  expect(snippets.map(({ language }) => language)).toEqual(['ts', 'tsx', 'ts']);
  const documents = [...filesIn('docs', '.md').values()].flatMap(snippetsIn);
  expect(documents.length).toBeGreaterThan(1);
  [...snippets, ...documents].forEach(({ language, code }, index) => {
    writeFileSync(`${FOLDER}snippet-${index}.${language}`, `${code}\nexport {};\n`);
  });
  writeFileSync(
    `${FOLDER}tsconfig.json`,
    JSON.stringify({
      extends: '../tsconfig.json',
      compilerOptions: { customConditions: [] },
      include: ['*.ts', '*.tsx'],
    }),
  );
  const tsc = `${ROOT}node_modules/typescript/bin/tsc`;
  expect(() =>
    execFileSync(process.execPath, [tsc, '-p', FOLDER], { stdio: 'pipe', encoding: 'utf8' }),
  ).not.toThrow();
}, 60_000);

it('the server and the store without a view talk to each other', async () => {
  const port = await freePort();
  await run('server', server.code.replace('3000', String(port)));
  await expect
    .poll(() =>
      fetch(`http://127.0.0.1:${port}`).then(
        (response) => response.status,
        () => 0,
      ),
    )
    .toBe(405);
  const client = await run('headless', headless.code.replace('3000', String(port)));
  await new Promise((resolve) => client.once('exit', resolve));
  expect(client.exitCode).toBe(0);
  expect(client.output()).toContain("toolName: 'read-clock'");
  expect(client.output()).toMatch(/It is 20\d\d-/);
});

it('the React component asks and shows the answer', async () => {
  const { outputFiles } = await build({
    stdin: {
      contents: `${react.code}
        import { createRoot } from 'react-dom/client';
        createRoot(document.querySelector('#root')).render(<Chat />);`,
      resolveDir: FOLDER,
      loader: 'tsx',
    },
    bundle: true,
    write: false,
    format: 'esm',
    jsx: 'automatic',
    define: { 'process.env.NODE_ENV': '"production"' },
    logLevel: 'error',
  });
  const answer = toNodeHandler(
    createAgentHandler(async function* (agentRun) {
      yield* createEventWriter(agentRun).text('Half past nine.');
    }),
  );
  const page = createServer((request, response) => {
    if (request.url === '/api/chat') void answer(request, response);
    else if (request.url === '/app.js') {
      response.writeHead(200, { 'Content-Type': 'text/javascript' }).end(outputFiles[0]?.text);
    } else {
      response
        .writeHead(200, { 'Content-Type': 'text/html' })
        .end('<!doctype html><div id="root"></div><script type="module" src="/app.js"></script>');
    }
  });
  servers.push(page);
  await new Promise<void>((resolve) => page.listen(0, '127.0.0.1', resolve));
  const browser = await launch();
  try {
    const tab = await browser.newPage();
    await tab.goto(`http://127.0.0.1:${(page.address() as AddressInfo).port}`);
    await tab.getByRole('button', { name: 'Ask for the time' }).click();
    await expect
      .poll(() => textOf(tab.locator('main')))
      .toMatch(/What time is it\? ?Half past nine\. ?Ask for the time/);
  } finally {
    await browser.close();
  }
});
