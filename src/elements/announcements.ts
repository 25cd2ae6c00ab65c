import type { AgentChat } from '../core/agent-chat.ts';
import type { ChatSnapshot } from '../core/chat-snapshot.ts';
import { strings } from './strings.ts';

/**
 * What screen readers are told of a run, each thing once: that it began, that it reconnects, and how it ended. Its
 * words are read where they stand.
 */
export class Announcements {
  #chat: AgentChat | undefined;
  #status: ChatSnapshot['status'] | undefined;
  #isReconnecting = false;
  /** What is to be said now. */
  words = '';

  /** Takes in how a chat stands. */
  follow(chat: AgentChat | undefined, snapshot: ChatSnapshot | undefined): void {
    const before = { chat: this.#chat, status: this.#status, isReconnecting: this.#isReconnecting };
    this.#chat = chat;
    this.#status = snapshot?.status;
    this.#isReconnecting = isReconnecting(snapshot);
    if (before.chat !== chat) return;
    if (before.status !== snapshot?.status) this.#turn(before.status, snapshot);
    else if (this.#isReconnecting !== before.isReconnecting)
      this.words = this.#isReconnecting ? strings.reconnecting : '';
  }

  #turn(before: ChatSnapshot['status'] | undefined, snapshot: ChatSnapshot | undefined): void {
    if (snapshot?.status === 'streaming') {
      if (before !== 'awaiting-input') this.words = strings.responding;
    } else if (snapshot?.status === 'idle') {
      const last = snapshot.messages.at(-1);
      if (last?.role !== 'assistant') this.words = '';
      else this.words = last.metadata?.finishReason ? strings.complete : strings.stopped;
    }
  }
}

/** Whether an answer was cut off and is being asked for again. */
export function isReconnecting(snapshot: ChatSnapshot | undefined): boolean {
  const { status, connectionState = 'connected', messages } = snapshot ?? {};
  const isCutOff = status === 'streaming' && connectionState !== 'connected';
  return isCutOff && messages?.at(-1)?.status === 'streaming';
}
