// The whole chat in one file that a page loads by itself. What is only needed on demand stands beside it, and that
// file works without: code then has no colours.
import { fileURLToPath } from 'node:url';
import { transformSync } from 'esbuild';
import { minify } from 'terser';
import { defineConfig } from 'vite';

/** Changes the modules of the elements. Their lines move a little: maps that lead to the line nearby are enough. */
function inElements(change) {
  return (code, id) => (id.includes('/src/elements/') ? { code: change(code), map: null } : undefined);
}

/** Styles without what only people read. */
const shortStyles = {
  name: 'short-styles',
  enforce: 'pre',
  transform: inElements((code) =>
    code.replace(/css`([^`$]*)`/g, (_, styles) => {
      const { code: short } = transformSync(styles, { loader: 'css', minify: true, target: 'chrome123' });
      return `css\`${short.trim().replaceAll('\\', '\\\\')}\``;
    }),
  ),
};

/** Templates without the line breaks in and between tags, which show as one space. */
const shortTemplates = {
  name: 'short-templates',
  enforce: 'pre',
  transform: inElements((code) =>
    code.split('\n').reduce((text, line) => {
      const isInTag = /^\s*(?:<|\/?>|\$\{|[@?.]?[a-z-]+=)/.test(line);
      const isCut = isInTag && !text.slice(text.lastIndexOf('\n') + 1).includes('//');
      return isCut ? `${text} ${line.trimStart()}` : `${text}\n${line}`;
    }),
  ),
};

/**
 * Other protocols are built by themselves: as they share much with the chat, and load one another on demand, the
 * bundler would else take what is shared out of the one script.
 */
const foreign = {
  name: 'foreign-transport',
  enforce: 'pre',
  resolveId: (id, importer) =>
    importer && id.endsWith('/foreign-transport.ts')
      ? { id: './agent-chat/foreign-transport.js', external: true }
      : undefined,
};

/** Says the same in fewer bytes than the bundler does. */
const shortest = {
  name: 'shortest',
  async renderChunk(code, chunk) {
    if (!chunk.isEntry) return undefined;
    const options = { module: true, ecma: 2022, compress: { passes: 3 }, sourceMap: true };
    const { code: short, map } = await minify(code, options);
    return { code: short, map: JSON.parse(map) };
  },
};

const ENTRIES = {
  'agent-chat': '../src/elements/index.ts',
  'agent-chat/foreign-transport': '../src/elements/foreign-transport.ts',
};

export default defineConfig(({ mode }) => {
  const name = mode === 'foreign' ? 'agent-chat/foreign-transport' : 'agent-chat';
  return {
    plugins: [shortStyles, shortTemplates, foreign, shortest],
    logLevel: 'warn',
    publicDir: false,
    build: {
      outDir: 'dist',
      emptyOutDir: false,
      target: 'es2022',
      sourcemap: true,
      // Whose work is inside, and on what terms.
      license: mode !== 'foreign' && { fileName: 'agent-chat/LICENSES.md' },
      lib: { entry: fileURLToPath(new URL(ENTRIES[name], import.meta.url)), formats: ['es'] },
      rolldownOptions: {
        // What is shared with files on demand stays in the one script.
        preserveEntrySignatures: 'allow-extension',
        output: {
          entryFileNames: `${name}.js`,
          chunkFileNames: mode === 'foreign' ? 'agent-chat/protocols/[name].js' : 'agent-chat/[name].js',
          minify: true,
        },
      },
    },
  };
});
