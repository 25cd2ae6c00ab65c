import { execFileSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { entries, ROOT } from './files.ts';

/** What each entry of the built package exports at run time, read by a Node that has no DOM. */
function exportsOf(subpath: string): string[] {
  const name = `agent-chat-kit${subpath.slice(1)}`;
  const script = `console.log(JSON.stringify(Object.keys(await import('${name}')).sort()))`;
  return JSON.parse(
    execFileSync(process.execPath, ['--input-type=module', '-e', script], { cwd: ROOT, encoding: 'utf8' }),
  );
}

it.each([...entries.keys()])('%s imports in bare Node and exports what it always did', (subpath) => {
  expect(exportsOf(subpath)).toMatchSnapshot();
});
