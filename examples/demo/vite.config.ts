import { env } from 'node:process';
import { fileURLToPath } from 'node:url';
import { defineConfig, type Plugin } from 'vite';

const conditions = ['source', 'import', 'module', 'browser', 'default'];

/** The demo's agent behind the same port as its page. */
function demoServer(): Plugin {
  return {
    name: 'demo-server',
    async configureServer(vite) {
      const { serveDemo, serveSockets } = await vite.ssrLoadModule('/server.ts');
      vite.middlewares.use(serveDemo);
      if (vite.httpServer) serveSockets(vite.httpServer);
    },
  };
}

export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  server: { host: '127.0.0.1', port: Number(env['PORT'] ?? 5173), strictPort: env['PORT'] !== undefined },
  resolve: { conditions },
  ssr: {
    noExternal: ['agent-chat-kit'],
    resolve: { conditions: ['source', 'import', 'module', 'node', 'default'] },
  },
  plugins: [demoServer()],
});
