// Finds a Chrome or Chromium for the tests, or installs one: the environment's, the system's, Playwright's;
// else apt's on Debian as root, else Playwright's own download. Run by itself it prints the path.
import { execFileSync } from 'node:child_process';
import { accessSync, constants, existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { delimiter, join } from 'node:path';
import { argv, env, getuid, stdout } from 'node:process';
import { fileURLToPath } from 'node:url';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome'];
const PLACES = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
];

/** The path of a browser that is here, or null. */
export async function findChromium() {
  const named = env.CHROME_PATH ?? env.CHROMIUM_PATH;
  if (named) {
    if (!existsSync(named)) throw new Error(`CHROME_PATH names ${named}, which is not there.`);
    return named;
  }
  const onPath = (env.PATH ?? '')
    .split(delimiter)
    .flatMap((folder) => NAMES.map((name) => join(folder, name)));
  const { chromium } = await import('playwright');
  return [...onPath, ...PLACES, chromium.executablePath()].find(isExecutable) ?? null;
}

function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function install() {
  const run = (command, args) => execFileSync(command, args, { stdio: ['ignore', 'inherit', 'inherit'] });
  if (existsSync('/etc/debian_version') && getuid?.() === 0) {
    console.error('No browser found: installing Debian’s Chromium.');
    env.DEBIAN_FRONTEND = 'noninteractive';
    run('apt-get', ['update', '-qq']);
    run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', 'chromium', 'fonts-liberation']);
  } else {
    console.error('No browser found: installing Playwright’s Chromium.');
    const playwright = createRequire(import.meta.url).resolve('playwright/package.json');
    run(process.execPath, [join(playwright, '..', 'cli.js'), 'install', 'chromium']);
  }
}

/** How the tests start it: quiet on the network, and as root where the machine has only that user. */
export const CHROMIUM_ARGS = [
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-quic',
  '--disable-sync',
  '--no-first-run',
  ...(getuid?.() === 0 ? ['--no-sandbox'] : []),
];

if (argv[1] === fileURLToPath(import.meta.url)) {
  let path = await findChromium();
  if (!path) {
    install();
    path = await findChromium();
  }
  if (!path) throw new Error('No Chrome or Chromium could be found or installed. Set CHROME_PATH to one.');
  stdout.write(`${path}\n`);
}
