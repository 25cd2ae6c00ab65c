import ts from 'typescript';
import { expect, it } from 'vitest';
import { filesIn, ROOT } from './files.ts';

/** What TypeScript finds wrong for who uses the built package. */
function complaints(files: readonly string[]): string[] {
  const program = ts.createProgram(files, {
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    jsx: ts.JsxEmit.ReactJSX,
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    types: [],
  });
  return ts.getPreEmitDiagnostics(program).map(({ file, start = 0, messageText }) => {
    const line = file ? file.getLineAndCharacterOfPosition(start).line + 1 : 0;
    return `${file?.fileName}:${line} ${ts.flattenDiagnosticMessageText(messageText, '\n')}`;
  });
}

it('React, Vue and Svelte know the tags, and what is wrong with them', { timeout: 120_000 }, () => {
  const files = [...filesIn('test/types', '.ts').keys(), ...filesIn('test/types', '.tsx').keys()];
  expect(files.sort()).toEqual(['react.tsx', 'svelte.ts', 'vue.ts']);
  expect(complaints(files.map((name) => `${ROOT}test/types/${name}`))).toEqual([]);
});
