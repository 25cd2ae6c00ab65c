import { createControlledTransport } from 'agent-chat-kit/testing';
import { AgentChat, type ConnectionStateListener, useAgentChat, useMessage } from 'agent-chat-kit/vue';
import { expect, it } from 'vitest';
import { createSSRApp, defineComponent, effectScope, h } from 'vue';
import { renderToString } from 'vue/server-renderer';

const initialMessages = [
  {
    id: 'm',
    role: 'user',
    status: 'done',
    createdAt: new Date(0),
    parts: [{ type: 'text', text: 'Earlier', status: 'done' }],
  },
] as const;

/** A transport that notes who listens to it. */
function connected() {
  const listeners = new Set<ConnectionStateListener>();
  return {
    listeners,
    transport: {
      ...createControlledTransport(),
      onConnectionStateChange: (listener: ConnectionStateListener) => {
        listeners.add(listener);
        return () => void listeners.delete(listener);
      },
    },
  };
}

const view = (options: Parameters<typeof useAgentChat>[0]) =>
  defineComponent(() => {
    const { chat, messages, status } = useAgentChat(options);
    const first = useMessage(chat, 'm');
    return () => h('p', `${status.value} ${messages.value.length} ${JSON.stringify(first.value?.parts[0])}`);
  });

it('on a server, what is there is rendered and nothing stays behind', async () => {
  const { transport, listeners } = connected();
  const chat = new AgentChat({ transport, initialMessages });
  for (const options of [{ chat }, { transport, initialMessages }]) {
    const html = await renderToString(createSSRApp(view(options)));
    expect(html).toContain('idle 1');
    expect(html).toContain('Earlier');
  }
  // Whoever listens to a chat makes the chat listen to its connection.
  expect(listeners.size).toBe(0);
});

it('an effect scope that is no part of a rendered page follows the chat on a server too', async () => {
  const { transport, listeners } = connected();
  const scope = effectScope();
  const messages = scope.run(() => useAgentChat({ transport, initialMessages }).messages);
  expect(messages?.value.length).toBe(1);
  expect(listeners.size).toBe(1);
  scope.stop();
  expect(listeners.size).toBe(0);
});
