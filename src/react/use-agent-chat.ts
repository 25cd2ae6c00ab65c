import { useEffect, useMemo, useSyncExternalStore } from 'react';
import { AgentChat } from '../core/agent-chat.ts';
import type { AgentChatOptions } from '../core/chat-options.ts';
import type { ChatSnapshot } from '../core/chat-snapshot.ts';
import { isSocketTransport } from '../core/transport.ts';

/** Everything to show, everything to do, and the store itself. */
export interface UseAgentChatReturn
  extends ChatSnapshot,
    Pick<AgentChat, 'send' | 'sendMessage' | 'retry' | 'stop' | 'replaceMessages' | 'uploadFiles'> {
  /** For `<AgentChat chat={chat}>`, and for what the hook does not return. */
  readonly chat: AgentChat;
  /** Undefined where the transport keeps no connection. */
  readonly connect: (() => Promise<void>) | undefined;
  readonly disconnect: (() => void) | undefined;
}

/**
 * A chat of this component's own: a new one for each `transport`, so keep that stable with `useMemo`. Other
 * options may change at any time. The run ends when the component leaves the page.
 */
export function useAgentChat(options: AgentChatOptions): UseAgentChatReturn {
  const { transport } = options;
  // Only the transport makes a new store; the other options reach the one that is there by the effect below.
  // biome-ignore lint/correctness/useExhaustiveDependencies: see above
  const store = useMemo(() => makeStore(options), [transport]);
  const snapshot = useSyncExternalStore(store.chat.subscribe, store.chat.getSnapshot, store.chat.getSnapshot);

  useEffect(() => {
    const { transport: _, initialMessages: __, ...rest } = options;
    store.chat.updateOptions({ ...NO_OPTIONS, ...rest });
  });
  useEffect(() => {
    store.mounts += 1;
    return () => {
      store.mounts -= 1;
      // StrictMode unmounts and mounts again at once: that is no goodbye.
      queueMicrotask(() => {
        if (store.mounts === 0) store.chat.dispose();
      });
    };
  }, [store]);

  return useMemo(() => ({ ...store.actions, ...snapshot }), [store, snapshot]);
}

/** An option that a component no longer passes is gone. */
const NO_OPTIONS: Parameters<AgentChat['updateOptions']>[0] = {
  requestUploadUrls: undefined,
  clientTools: undefined,
  clientToolTimeout: undefined,
  whenBusy: undefined,
  onStart: undefined,
  onFinish: undefined,
  onStop: undefined,
  onError: undefined,
  onResourceUpdate: undefined,
};

function makeStore(options: AgentChatOptions) {
  const chat = new AgentChat(options);
  const socket = isSocketTransport(options.transport);
  return {
    chat,
    mounts: 0,
    actions: {
      chat,
      send: chat.send.bind(chat),
      sendMessage: chat.sendMessage.bind(chat),
      retry: chat.retry.bind(chat),
      stop: chat.stop.bind(chat),
      replaceMessages: chat.replaceMessages.bind(chat),
      uploadFiles: chat.uploadFiles.bind(chat),
      connect: socket ? chat.connect.bind(chat) : undefined,
      disconnect: socket ? chat.disconnect.bind(chat) : undefined,
    },
  };
}
