import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ROOT } from '../guards/files.ts';

export interface CliAgentApi {
  /** Where chat completions are. */
  readonly url: string;
  /** The runs of the agent so far: which process, and what it was told. */
  runs(): readonly { readonly pid: number; readonly args: readonly string[] }[];
  close(): Promise<void>;
}

/** The real cli-agent-api as it is started by hand, with an agent that plays scenarios. */
export async function startCliAgentApi(apiKey?: string): Promise<CliAgentApi> {
  const folder = mkdtempSync(join(tmpdir(), 'cli-agent-api-'));
  const log = join(folder, 'runs');
  writeFileSync(log, '');
  const claude = fileURLToPath(new URL('fake-claude.js', import.meta.url));
  writeFileSync(join(folder, 'claude'), `#!/bin/sh\nexec "${process.execPath}" "${claude}" "$@"\n`, {
    mode: 0o755,
  });
  const port = await freePort();
  const cli = `${ROOT}node_modules/cli-agent-api/dist/cli.mjs`;
  const server = spawn(
    process.execPath,
    [cli, 'serve', '--port', `${port}`, ...(apiKey === undefined ? [] : ['--api-key', apiKey])],
    {
      // It prints a trace for every stream that fails.
      stdio: ['ignore', 'pipe', 'ignore'],
      env: {
        PATH: `${folder}${delimiter}${process.env['PATH']}`,
        HOME: folder,
        DATA_DIR: folder,
        CLAUDE_CONFIG_DIR: folder,
        FAKE_CLAUDE_LOG: log,
      },
    },
  );
  const exited = new Promise<void>((resolve) => server.once('exit', () => resolve()));
  await new Promise<void>((resolve, reject) => {
    let output = '';
    server.stdout.on('data', (chunk) => {
      output += chunk;
      if (output.includes('"server.started"')) resolve();
    });
    server.once('exit', () => reject(new Error(`cli-agent-api did not start: ${output}`)));
  });
  return {
    url: `http://127.0.0.1:${port}/claude/v1/chat/completions`,
    runs: () =>
      readFileSync(log, 'utf8')
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line)),
    async close() {
      server.kill();
      await exited;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  return port;
}
