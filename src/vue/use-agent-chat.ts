import { type ComputedRef, computed, getCurrentScope, markRaw, onScopeDispose, shallowRef, toRaw } from 'vue';
import { AgentChat } from '../core/agent-chat.ts';
import type { AgentChatOptions } from '../core/chat-options.ts';
import type { ChatSnapshot } from '../core/chat-snapshot.ts';
import { follow } from './follow.ts';

const ACTIONS = [
  'send',
  'sendMessage',
  'retry',
  'edit',
  'selectVersion',
  'resume',
  'stop',
  'replaceMessages',
  'uploadFiles',
  'approveAll',
  'denyAll',
  'connect',
  'disconnect',
  'updateOptions',
] as const satisfies readonly (keyof AgentChat)[];

/** Everything to show as refs, everything to do, and the store itself. Each may be taken out by itself. */
export type UseAgentChatReturn = {
  readonly [Field in keyof ChatSnapshot]: ComputedRef<ChatSnapshot[Field]>;
} & Readonly<Pick<AgentChat, (typeof ACTIONS)[number] | 'versions'>> & {
    /** For `<agent-chat .chat>`, for `useMessage`, and for other components of the same conversation. */
    readonly chat: AgentChat;
    /** What the end of the scope does: ends a chat that was made here, and stops following one that was given. */
    readonly dispose: () => void;
  };

/**
 * A chat of this component's own, made from `options` and ended with it; or, given a `chat`, the view of one that
 * others keep. The refs follow the chat at most once a frame while an answer streams. Their values are the chat's
 * own objects, nothing in them is made reactive: an unchanged message is the same object.
 *
 * Outside components it works in any effect scope; without one, call `dispose` in the end.
 */
export function useAgentChat(options: AgentChatOptions | { readonly chat: AgentChat }): UseAgentChatReturn {
  const given = 'chat' in options;
  // Kept from reactive proxies, which have no private fields.
  const chat = markRaw(given ? toRaw(options.chat) : new AgentChat(options));
  const snapshot = shallowRef(chat.getSnapshot());
  const update = (): void => {
    snapshot.value = chat.getSnapshot();
  };
  const unfollow = follow(chat, update);
  const dispose = (): void => {
    unfollow();
    if (given) return;
    chat.dispose();
    update();
  };
  if (!given && getCurrentScope()) onScopeDispose(dispose);

  const fields = Object.keys(snapshot.value) as (keyof ChatSnapshot)[];
  return {
    ...Object.fromEntries(fields.map((field) => [field, computed(() => snapshot.value[field])])),
    ...Object.fromEntries(ACTIONS.map((action) => [action, chat[action].bind(chat)])),
    chat,
    dispose,
    versions: (messageId: string) => {
      void snapshot.value; // A version comes and goes with a change of the conversation.
      return chat.versions(messageId);
    },
  } as UseAgentChatReturn;
}
