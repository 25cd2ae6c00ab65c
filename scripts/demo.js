// Starts the demo as a newcomer does, with `npm start`, and stops it again.
import { spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { env } from 'node:process';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const START_TIMEOUT = 30_000;

/** The address that `npm start` prints, all that it printed, and how to end it. */
export async function startDemo(environment = {}) {
  const child = spawn('npm', ['start'], {
    cwd: ROOT,
    // A group of its own: npm, its shell and Vite end together.
    detached: true,
    env: { ...env, PORT: String(await freePort()), NO_COLOR: '1', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const stop = () => {
    if (child.exitCode === null) process.kill(-child.pid, 'SIGTERM');
  };
  let output = '';
  const url = await new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`The demo did not start:\n${output}`)), START_TIMEOUT);
    const read = (chunk) => {
      output += chunk;
      const address = /http:\/\/127\.0\.0\.1:\d+\//.exec(output);
      if (!address) return;
      clearTimeout(timer);
      resolve(address[0]);
    };
    child.stdout.on('data', read);
    child.stderr.on('data', read);
    child.once('exit', () => reject(new Error(`The demo ended:\n${output}`)));
  }).catch((error) => {
    stop();
    throw error;
  });
  return { url, stop, output: () => output };
}

function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}
