import { existsSync, realpathSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import vue from '@vitejs/plugin-vue';
import { playwright } from '@vitest/browser-playwright';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';
import { CHROMIUM_ARGS, findChromium } from './scripts/chromium.js';
import { FlakyReporter } from './scripts/flaky-reporter.js';

// Everything imports the package by its own name; `source` makes that work without a build.
const conditions = ['source', 'import', 'module', 'browser', 'default'];
const executablePath = (await findChromium()) ?? undefined;

const react18 = (name: string) =>
  fileURLToPath(new URL(`test/react-18/node_modules/${name}`, import.meta.url));

/** A new one for each project, as it is changed where it is used. */
const browser = () => ({
  enabled: true,
  headless: true,
  screenshotFailures: false,
  provider: playwright({
    launchOptions: { args: CHROMIUM_ARGS, ...(executablePath ? { executablePath } : {}) },
    // As tall as the frame that tests run in: one that is scaled down counts as covered.
    contextOptions: { viewport: { width: 1280, height: 900 } },
  }),
  instances: [{ browser: 'chromium' as const }],
});

const shared = new URL('../shared/corpora', import.meta.url);
const corpora = existsSync(shared) ? [realpathSync(shared)] : [];

/** What takes longest begins first, so that the end is not left to one of them alone. */
const LONGEST = [
  'stories.browser',
  'approval-safety',
  'splits',
  'pathological',
  'elements.browser',
  'demo',
  'model/model',
];
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification) => {
      const index = LONGEST.findIndex((name) => moduleId.includes(`/${name}.`));
      return index < 0 ? LONGEST.length : index;
    };
    return (await super.sort(files)).sort((one, other) => rank(one) - rank(other));
  }
}

export default defineConfig({
  resolve: { conditions },
  // Corpora that others published stand beside the project; see `test/corpora.ts`.
  // What the snippets of the README are checked with comes and goes beside the sources.
  server: { fs: { allow: ['.', ...corpora] }, watch: { ignored: ['**/.readme/**'] } },
  define: {
    'import.meta.env.CI': JSON.stringify(process.env['CI'] ?? ''),
    'import.meta.env.SOAK': JSON.stringify(process.env['SOAK'] ?? ''),
  },
  ssr: { resolve: { conditions: ['source', 'import', 'module', 'node', 'default'] } },
  test: {
    // More than there are cores, as much of the time is spent waiting for what takes its time.
    maxWorkers: 3,
    sequence: { sequencer: LongestFirst },
    // Real servers and a real browser on a busy machine: what is polled for may take its time.
    expect: { poll: { timeout: 30_000 } },
    // Once more on a machine that others share; what passed only then is named at the end of its output.
    retry: process.env['CI'] ? 1 : 0,
    reporters: [
      'default',
      ['json', { outputFile: 'node_modules/.cache/test-report.json' }],
      new FlakyReporter(),
    ],
    projects: [
      {
        extends: true,
        test: {
          name: 'node',
          environment: 'node',
          include: ['test/**/*.test.ts'],
          exclude: ['test/**/*.browser.test.{ts,tsx}'],
          testTimeout: 60_000,
          hookTimeout: 120_000,
        },
      },
      {
        extends: true,
        plugins: [vue(), svelte({ configFile: false })],
        // Found in advance, so that no test is loaded twice when the first one asks for them.
        optimizeDeps: {
          include: [
            'axe-core',
            'storybook/preview-api',
            'react-dom/client',
            'react/jsx-dev-runtime',
            'vue',
            '@cfworker/json-schema',
            'papaparse',
            'fast-check',
            'katex',
          ],
        },
        test: {
          name: 'browser',
          include: ['test/**/*.browser.test.{ts,tsx}'],
          testTimeout: 120_000,
          browser: browser(),
        },
      },
      {
        extends: true,
        cacheDir: 'node_modules/.vite-react-18',
        resolve: { alias: { react: react18('react'), 'react-dom': react18('react-dom') } },
        optimizeDeps: { include: ['react', 'react-dom', 'react-dom/client', 'react/jsx-dev-runtime'] },
        test: {
          name: 'react-18',
          include: ['test/react/{use-,selectors}*.browser.test.tsx'],
          testTimeout: 120_000,
          browser: browser(),
        },
      },
    ],
  },
});
