import { fileURLToPath } from 'node:url';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { AgentChat } from 'agent-chat-kit';
import { createControlledTransport } from 'agent-chat-kit/testing';
import { createServer, type ViteDevServer } from 'vite';
import { afterAll, beforeAll, expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
let vite: ViteDevServer;

beforeAll(async () => {
  vite = await createServer({
    root: ROOT,
    configFile: false,
    cacheDir: 'node_modules/.cache/svelte-on-server',
    logLevel: 'warn',
    plugins: [svelte({ configFile: false })],
    server: { middlewareMode: true, ws: false, watch: null },
    optimizeDeps: { noDiscovery: true },
    ssr: {
      noExternal: ['agent-chat-kit'],
      resolve: { conditions: ['source', 'import', 'module', 'node', 'default'] },
    },
  });
});
afterAll(() => vite.close());

it.each(['chat', 'store-chat'])(
  'on a server, %s renders what is there and nothing stays behind',
  async (name) => {
    let connections = 0;
    const transport = {
      ...createControlledTransport(),
      onConnectionStateChange: () => {
        connections += 1;
        return () => {};
      },
    };
    const initialMessages = [
      {
        id: 'm',
        role: 'user',
        status: 'done',
        createdAt: new Date(0),
        parts: [{ type: 'text', text: 'Earlier', status: 'done' }],
      },
    ] as const;
    const chat = new AgentChat({ transport, initialMessages });
    let subscriptions = 0;
    const { subscribe } = chat;
    Object.defineProperty(chat, 'subscribe', {
      value: (listener: () => void) => {
        const unsubscribe = subscribe(listener);
        subscriptions += 1;
        return unsubscribe;
      },
    });
    const { default: component } = await vite.ssrLoadModule(`/test/svelte/${name}.svelte`);
    const { render } = await vite.ssrLoadModule('svelte/server');
    for (const options of [{ chat }, { transport, initialMessages }]) {
      const { body } = render(component, { props: { options } });
      expect(body).toContain('user: Earlier');
      expect(body).toContain('data-status="idle"');
    }
    expect(subscriptions).toBe(0);
    // Whoever listens to a chat makes the chat listen to its connection.
    expect(connections).toBe(0);
  },
);
