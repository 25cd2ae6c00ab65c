import type { AgentChat } from '../core/agent-chat.ts';
import type { UIMessage } from '../core/message.ts';

/** Messages that there are several versions of, by their ids: all of each, in the order in which they were made. */
export type VersionsById = ReadonlyMap<string, readonly UIMessage[]>;

export const NO_VERSIONS: VersionsById = new Map();

/**
 * Knows which messages of a store have versions. What an answer has to say changes none of them, and what stands
 * before a change keeps its own: the store is asked only for messages that are new at their place.
 */
export class MessageVersions {
  #chat: AgentChat | undefined;
  #messages: readonly UIMessage[] = [];
  #found: VersionsById = NO_VERSIONS;

  /** The same map until a message came, went or was replaced. */
  of(chat: AgentChat | undefined, messages: readonly UIMessage[]): VersionsById {
    if (chat !== this.#chat) this.#messages = [];
    const before = this.#messages;
    this.#chat = chat;
    this.#messages = messages;
    if (messages === before || isSameButForWords(before, messages)) return this.#found;
    const kept = messages.findIndex((message, index) => message !== before[index]);
    const found = new Map<string, readonly UIMessage[]>();
    messages.forEach(({ id }, index) => {
      const isKept = kept < 0 || index < kept;
      const versions = isKept ? this.#found.get(id) : chat?.versions(id);
      if (versions && versions.length > 1) found.set(id, versions);
    });
    this.#found = found.size > 0 ? found : NO_VERSIONS;
    return this.#found;
  }
}

/** Versions begin with messages that nothing else begins with, so that another version has another end. */
function isSameButForWords(before: readonly UIMessage[], messages: readonly UIMessage[]): boolean {
  const isSameEnd = messages.length === before.length && messages.at(-1)?.id === before.at(-1)?.id;
  return isSameEnd && messages[0] === before[0];
}
