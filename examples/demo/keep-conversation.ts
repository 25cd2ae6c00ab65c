import { generateId, type UIMessage } from 'agent-chat-kit';
import type { AgentChatElement } from 'agent-chat-kit/elements';

interface Kept {
  readonly sessionId: string;
  readonly messages: readonly UIMessage[];
}

/**
 * Keeps a conversation in this tab, as the kit itself stores nothing: loaded again, the page shows it, and the name
 * of the session lets the server find an answer that is still being written. Returns that name.
 */
export function keepConversation(element: AgentChatElement, key: string): string {
  const kept: Partial<Kept> = JSON.parse(sessionStorage.getItem(key) ?? '{}');
  const { sessionId = generateId(), messages = [] } = kept;
  element.sessionId = sessionId;
  element.initialMessages = messages;
  addEventListener('pagehide', () => {
    try {
      sessionStorage.setItem(key, JSON.stringify({ sessionId, messages: element.chat?.messages }));
    } catch {
      // It is longer than the browser keeps. The page then begins with what it kept before.
    }
  });
  return sessionId;
}
