import { useCallback, useSyncExternalStore } from 'react';
import type { AgentChat } from '../core/agent-chat.ts';
import type { ChatSnapshot } from '../core/chat-snapshot.ts';
import type { UIMessage } from '../core/message.ts';

/**
 * One thing of what there is to show. The component renders when that changes, and not when anything else does.
 * `select` takes out what is there, as `(snapshot) => snapshot.status`: it must not make a new object each time.
 */
export function useChatSelector<T>(chat: AgentChat, select: (snapshot: ChatSnapshot) => T): T {
  const selected = () => select(chat.getSnapshot());
  return useSyncExternalStore(chat.subscribe, selected, selected);
}

/** The message with this id, as long as it is shown. The component renders when it changes, and only then. */
export function useMessage(chat: AgentChat, messageId: string): UIMessage | undefined {
  const select = useCallback(
    // The newest changes most.
    ({ messages }: ChatSnapshot) => messages.findLast(({ id }) => id === messageId),
    [messageId],
  );
  return useChatSelector(chat, select);
}
