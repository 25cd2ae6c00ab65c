import { getCurrentScope, hasInjectionContext, inject, onScopeDispose, ssrContextKey } from 'vue';
import type { AgentChat } from '../core/agent-chat.ts';

/**
 * Calls `update` when the chat changed, until the scope ends or the function that is returned is called. While a
 * page is rendered on a server it does nothing: scopes do not end there, and a listener would stay for ever.
 */
export function follow(chat: AgentChat, update: () => void): () => void {
  const onServer = hasInjectionContext() && inject(ssrContextKey, null) !== null;
  if (onServer) return () => {};
  const unfollow = chat.subscribe(update);
  if (getCurrentScope()) onScopeDispose(unfollow);
  return unfollow;
}
