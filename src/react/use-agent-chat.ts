import { useEffect, useMemo, useSyncExternalStore } from 'react';
import { AgentChat } from '../core/agent-chat.ts';
import type { AgentChatOptions } from '../core/chat-options.ts';
import type { ChatSnapshot } from '../core/chat-snapshot.ts';
import { isSocketTransport } from '../core/transport.ts';

const ACTIONS = [
  'send',
  'sendMessage',
  'retry',
  'edit',
  'versions',
  'selectVersion',
  'resume',
  'stop',
  'replaceMessages',
  'uploadFiles',
  'approveAll',
  'denyAll',
] as const satisfies readonly (keyof AgentChat)[];

/** Everything to show, everything to do, and the store itself. */
export interface UseAgentChatReturn extends ChatSnapshot, Pick<AgentChat, (typeof ACTIONS)[number]> {
  /** For `<AgentChat chat={chat}>`, for `useMessage`, and for other components of the same conversation. */
  readonly chat: AgentChat;
  /** Undefined where the transport keeps no connection. */
  readonly connect: (() => Promise<void>) | undefined;
  readonly disconnect: (() => void) | undefined;
}

/**
 * A chat of this component's own: a new one for each `transport`, so keep that stable with `useMemo`. Other
 * options may change at any time. The run ends when the component leaves the page. Given a `chat`, it is the view
 * of one that others keep: as many components as there are may look at it, and none of them ends it.
 */
export function useAgentChat(options: AgentChatOptions | { readonly chat: AgentChat }): UseAgentChatReturn {
  const identity = 'chat' in options ? options.chat : options.transport;
  // Only another chat or transport makes a new store; the other options reach the one that is there by the effect.
  // biome-ignore lint/correctness/useExhaustiveDependencies: see above
  const store = useMemo(() => makeStore(options), [identity]);
  const { subscribe, getSnapshot } = store.chat;
  const snapshot = useSyncExternalStore(subscribe, getSnapshot, getSnapshot);

  useEffect(() => {
    if ('chat' in options) return;
    const { transport: _, initialMessages: __, ...rest } = options;
    store.chat.updateOptions({ ...NO_OPTIONS, ...rest });
  });
  useEffect(() => {
    store.mounts += 1;
    return () => {
      store.mounts -= 1;
      // StrictMode unmounts and mounts again at once: that is no goodbye.
      queueMicrotask(() => {
        if (store.mounts === 0 && !store.given) store.chat.dispose();
      });
    };
  }, [store]);

  return useMemo(() => ({ ...store.actions, ...snapshot }), [store, snapshot]);
}

/** An option that a component no longer passes is gone. */
const NO_OPTIONS: Parameters<AgentChat['updateOptions']>[0] = {
  requestUploadUrls: undefined,
  uploadOptions: undefined,
  clientTools: undefined,
  clientToolTimeout: undefined,
  whenBusy: undefined,
  loadMessages: undefined,
  limits: undefined,
  onStart: undefined,
  onFinish: undefined,
  onStop: undefined,
  onError: undefined,
  onResourceUpdate: undefined,
};

function makeStore(options: AgentChatOptions | { readonly chat: AgentChat }) {
  const given = 'chat' in options;
  const chat = given ? options.chat : new AgentChat(options);
  // A chat that was given may be of any transport: its connection is for whoever made it.
  const socket = !given && isSocketTransport(options.transport);
  const actions = Object.fromEntries(ACTIONS.map((action) => [action, chat[action].bind(chat)]));
  return {
    chat,
    given,
    mounts: 0,
    actions: {
      ...(actions as Pick<AgentChat, (typeof ACTIONS)[number]>),
      chat,
      connect: socket ? chat.connect.bind(chat) : undefined,
      disconnect: socket ? chat.disconnect.bind(chat) : undefined,
    },
  };
}
