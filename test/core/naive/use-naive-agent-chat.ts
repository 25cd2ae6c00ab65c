import { AgentChat, type AgentChatOptions } from 'agent-chat-kit';
import { useRef, useState, useSyncExternalStore } from 'react';

/** A hook as one writes it first: the store is made, watched and let go of while the component renders. */
export function useNaiveAgentChat(options: AgentChatOptions) {
  const { transport } = options;
  const [, setMade] = useState(0);
  const store = useRef<{ transport: typeof transport; chat: AgentChat } | null>(null);
  if (store.current?.transport !== transport) {
    store.current?.chat.stop();
    const made = new AgentChat(options);
    made.subscribe(() => {});
    store.current = { transport, chat: made };
    setMade((count) => count + 1);
  }
  const { chat } = store.current;
  const messages = useSyncExternalStore(chat.subscribe, () => chat.messages);
  const status = useSyncExternalStore(chat.subscribe, () => chat.status);
  return { messages, status, sendMessage: chat.sendMessage.bind(chat) };
}
