import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';
import { serverPlugin } from '../server-plugin.ts';

export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  plugins: [serverPlugin()],
});
