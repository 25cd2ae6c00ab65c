// The whole chat in one file that a page loads by itself. What is only needed on demand stands beside it, and that
// file works without: code then has no colours.
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

/** Styles without what only people read. */
const shortStyles = {
  name: 'short-styles',
  enforce: 'pre',
  transform: (code, id) =>
    id.includes('/src/elements/')
      ? code.replace(/css`[^`]*`/g, (styles) =>
          styles
            .replace(/\/\*[^*]*\*\//g, '')
            .replace(/\s+/g, ' ')
            .replace(/ ?([{};,]) ?/g, '$1'),
        )
      : undefined,
};

export default defineConfig({
  plugins: [shortStyles],
  logLevel: 'warn',
  publicDir: false,
  build: {
    outDir: 'dist',
    emptyOutDir: false,
    target: 'es2022',
    sourcemap: true,
    lib: { entry: fileURLToPath(new URL('../src/elements/index.ts', import.meta.url)), formats: ['es'] },
    rolldownOptions: {
      // What is shared with files on demand stays in the one script.
      preserveEntrySignatures: 'allow-extension',
      output: {
        entryFileNames: 'agent-chat.js',
        chunkFileNames: 'agent-chat/[name].js',
        minify: true,
      },
    },
  },
});
