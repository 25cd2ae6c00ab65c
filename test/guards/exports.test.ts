import { execFileSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { entries, ROOT } from './files.ts';

/** What a module exports at run time, read by a Node that has no DOM. Throws where it cannot be imported there. */
function exportsOf(specifier: string): string[] {
  const script = `console.log(JSON.stringify(Object.keys(await import('${specifier}')).sort()))`;
  const output = execFileSync(process.execPath, ['--input-type=module', '-e', script], {
    cwd: ROOT,
    encoding: 'utf8',
    stdio: 'pipe',
  });
  return JSON.parse(output);
}

it.each([...entries.keys()])('%s imports in bare Node and exports what it always did', (subpath) => {
  expect(exportsOf(`agent-chat-kit${subpath.slice(1)}`)).toMatchSnapshot();
});

it('notices a module that needs a page, and a name that was not there', () => {
  expect(() => exportsOf('data:text/javascript,document.body')).toThrow(/document is not defined/);
  expect(exportsOf('data:text/javascript,export const surprise = 1')).toEqual(['surprise']);
});
