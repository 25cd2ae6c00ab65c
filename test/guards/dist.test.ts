import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { entries, filesIn, importsOf, packageJson, ROOT } from './files.ts';

const declared = [...Object.keys(packageJson.dependencies), ...Object.keys(packageJson.peerDependencies)];

/** Imports of packages that an installation of this one does not bring. */
function undeclared(files: ReadonlyMap<string, string>): string[] {
  return [...files].flatMap(([path, source]) =>
    importsOf(source)
      .map(({ specifier }) => specifier)
      .filter((specifier) => !specifier.startsWith('.') && !specifier.startsWith('node:'))
      .filter((specifier) => !declared.some((name) => specifier === name || specifier.startsWith(`${name}/`)))
      .map((specifier) => `${path} imports ${specifier}`),
  );
}

describe('the built package', () => {
  it('imports only packages that it declares', () => {
    const built = filesIn('dist', '.js');
    expect(built.size).toBeGreaterThan(entries.size);
    expect(undeclared(built)).toEqual([]);
    expect(undeclared(new Map([['x.js', 'import { WebSocketServer } from "ws";']]))).toEqual([
      'x.js imports ws',
    ]);
  });

  it('has no copy of React or another framework inside', () => {
    for (const [path, source] of filesIn('dist', '.js')) {
      expect(source.includes('react.element') || source.includes('__SECRET_INTERNALS'), path).toBe(false);
    }
  });

  it('has the whole chat in one file that imports nothing but on demand', () => {
    const standalone = readFileSync(`${ROOT}dist/agent-chat.js`, 'utf8');
    expect(standalone).not.toMatch(/import\s*["'{*]|\bfrom\s*["']\./);
    const onDemand = [...standalone.matchAll(/import\(["'`]\.\/agent-chat\/([^)]*)\.js["'`]\)/g)];
    expect([...new Set(onDemand.map(([, name]) => name))].sort()).toEqual([
      'all-entities',
      'announcements',
      'approval-card',
      'asked-legs',
      'client-tool-form',
      'csv-table',
      'dock-rows',
      'document-reader',
      'file-card',
      'file-view',
      'foreign-transport',
      'highlight',
      'image-zoom',
      'locale',
      'markdown-controls',
      'message-editor',
      'object-view',
      'progress-view',
      'reveal',
      'socket',
      'source-chip',
      'source-preview',
      'steps-view',
      'todo-view',
      'tool-call-view',
      'upload',
      'value-view',
      'worker-view',
    ]);
    expect(standalone.match(/import\(/g)).toHaveLength(onDemand.length);
    // As `npm run size` counts.
    expect(gzipSync(standalone, { level: 9 }).byteLength).toBeLessThan(60_000);
  });

  it('says whose work is in that file and beside it, and on what terms', () => {
    const licenses = readFileSync(`${ROOT}dist/agent-chat/LICENSES.md`, 'utf8');
    // The bindings of React are in no script that a page loads by itself.
    const inside = Object.keys(packageJson.dependencies).filter((name) => name !== '@lit/react');
    expect(inside.filter((name) => !licenses.includes(`## ${name} - `))).toEqual([]);
  });

  it('names exactly the modules that register tags as having side effects', () => {
    const registering = [...filesIn('src')].filter(([, source]) => /^defineElements\(\);/m.test(source));
    expect(registering.map(([path]) => `./src/${path}`)).toEqual(
      packageJson.sideEffects.filter((path) => path.startsWith('./src/')),
    );
  });
});
