// The peers, at the versions that the lock file names. They are installed here and nowhere else.

import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const HERE = new URL('.', import.meta.url);
const { dependencies } = read('package.json');

function read(path) {
  return JSON.parse(readFileSync(new URL(path, HERE), 'utf8'));
}

function isInstalled([name, version]) {
  try {
    return read(`node_modules/${name}/package.json`).version === version;
  } catch {
    return false;
  }
}

/** Installs what is missing. Returns why that failed, or null. */
export function installPeers() {
  if (Object.entries(dependencies).every(isInstalled)) return null;
  const { status, stderr, error } = spawnSync(
    'npm',
    ['ci', '--prefix', fileURLToPath(HERE), '--no-audit', '--no-fund', '--loglevel', 'error'],
    { encoding: 'utf8' },
  );
  if (status === 0) return null;
  return error?.message ?? (stderr.trim().split('\n').slice(0, 2).join(' ') || 'npm failed');
}
