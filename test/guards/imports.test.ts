import { posix } from 'node:path';
import { describe, expect, it } from 'vitest';
import { filesIn, importsOf } from './files.ts';

/** What each layer may import of the others, and from npm. `core/error` and `core/agent` are values that all share. */
const LAYERS: Readonly<Record<string, { layers: readonly string[]; npm: readonly string[] }>> = {
  core: { layers: [], npm: [] },
  stream: { layers: [], npm: [] },
  protocols: { layers: ['core', 'stream'], npm: [] },
  transports: { layers: ['core', 'stream', 'protocols'], npm: [] },
  markdown: { layers: [], npm: ['@codemirror/legacy-modes'] },
  elements: {
    layers: ['core', 'markdown', 'protocols', 'transports', 'index.ts'],
    npm: ['lit', '@cfworker/json-schema', 'papaparse'],
  },
  react: { layers: ['core', 'elements', 'index.ts'], npm: ['react', '@lit/react'] },
  vue: { layers: ['core', 'elements', 'index.ts'], npm: ['vue'] },
  svelte: { layers: ['core', 'elements', 'index.ts'], npm: ['svelte'] },
  server: { layers: ['core'], npm: [] },
  testing: { layers: ['core', 'stream', 'protocols'], npm: [] },
  'protocols/index.ts': { layers: ['core', 'stream', 'transports'], npm: [] },
  'index.ts': { layers: ['core', 'stream', 'protocols', 'transports'], npm: [] },
};

/** Every import that the table does not allow. */
function violations(files: ReadonlyMap<string, string>): string[] {
  const found: string[] = [];
  for (const [path, source] of files) {
    const layer = path.split('/')[0] ?? '';
    const allowed = LAYERS[path] ?? LAYERS[layer];
    if (!allowed) {
      found.push(`${path} is in no layer`);
      continue;
    }
    for (const { specifier, typeOnly } of importsOf(source)) {
      if (specifier.startsWith('node:')) {
        if (!typeOnly) found.push(`${path} imports ${specifier}, which browsers do not have`);
      } else if (specifier.startsWith('.')) {
        const target = posix.join(posix.dirname(path), specifier).split('/')[0] ?? '';
        if (target !== layer && !allowed.layers.includes(target)) found.push(`${path} imports ${specifier}`);
      } else if (!allowed.npm.includes(specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/'))) {
        found.push(`${path} imports ${specifier}`);
      }
    }
  }
  return found;
}

describe('the import table', () => {
  it('holds for every module', () => {
    expect(violations(filesIn('src'))).toEqual([]);
  });

  it('is broken by a layer that reaches too far, by a package that is not its own and by a Node module', () => {
    const broken = new Map([
      ['core/a.ts', "import { html } from 'lit';"],
      ['core/b.ts', "export { x } from '../elements/x.ts';"],
      ['elements/c.ts', "const x = await import('../server/sse.ts');"],
      ['server/d.ts', "import { readFile } from 'node:fs';"],
      ['react/e.ts', "import { createComponent } from '@lit/react';"],
    ]);
    expect(violations(broken).map((line) => line.split(' ')[0])).toEqual([
      'core/a.ts',
      'core/b.ts',
      'elements/c.ts',
      'server/d.ts',
    ]);
  });
});
