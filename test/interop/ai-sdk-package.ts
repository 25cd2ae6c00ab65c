import { build } from 'esbuild';
import { ROOT } from '../guards/files.ts';

type Package = typeof import('ai') & typeof import('ai/test');

/**
 * The package `ai` in one file, as its users get it: by the condition that makes this project's own name lead to its
 * sources, Node would take the sources of what `ai` depends on too. Each test has a file of its own, by `name`.
 */
export async function aiPackage(name: string): Promise<Package> {
  const outfile = `${ROOT}node_modules/.cache/${name}.mjs`;
  await build({
    stdin: { contents: "export * from 'ai'; export * from 'ai/test';", resolveDir: ROOT },
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    banner: {
      js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
    },
    logLevel: 'error',
  });
  return import(/* @vite-ignore */ outfile);
}
