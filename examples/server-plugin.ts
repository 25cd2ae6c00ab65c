import { basename } from 'node:path';
import { env } from 'node:process';
import { fileURLToPath } from 'node:url';
import { type Plugin, searchForWorkspaceRoot } from 'vite';

const SERVER = fileURLToPath(new URL('./demo/server.ts', import.meta.url));

/** The demo's agent behind the same port as the page, and the package from its sources. */
export function serverPlugin(): Plugin {
  return {
    name: 'agent-server',
    config: ({ root = '.' }) => ({
      // Several examples may run at once.
      cacheDir: `${searchForWorkspaceRoot(root)}/node_modules/.vite/${basename(root)}`,
      server: {
        host: '127.0.0.1',
        port: Number(env['PORT'] ?? 5173),
        strictPort: env['PORT'] !== undefined,
      },
      resolve: { conditions: ['source', 'import', 'module', 'browser', 'default'] },
      ssr: {
        noExternal: ['agent-chat-kit'],
        resolve: { conditions: ['source', 'import', 'module', 'node', 'default'] },
      },
    }),
    async configureServer(vite) {
      const { serveDemo, serveSockets, model } = await vite.ssrLoadModule(SERVER);
      vite.config.logger.info(`  Agent:  ${model?.label ?? 'the demo’s own, without a model'}`);
      vite.middlewares.use(serveDemo);
      if (vite.httpServer) serveSockets(vite.httpServer);
    },
  };
}
