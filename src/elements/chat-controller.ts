import type { ReactiveController, ReactiveControllerHost } from 'lit';
import type { AgentChat } from '../core/agent-chat.ts';
import type { ChatSnapshot } from '../core/chat-snapshot.ts';

/** Updates its host when the store that it watches changes. */
export class ChatController implements ReactiveController {
  readonly #host: ReactiveControllerHost & Node;
  #chat: AgentChat | undefined;
  #unsubscribe: (() => void) | undefined;

  constructor(host: ReactiveControllerHost & Node) {
    this.#host = host;
    host.addController(this);
  }

  get chat(): AgentChat | undefined {
    return this.#chat;
  }

  get snapshot(): ChatSnapshot | undefined {
    return this.#chat?.getSnapshot();
  }

  /** Watches this store from now on, and no other. */
  watch(chat: AgentChat | undefined): void {
    if (chat === this.#chat) return;
    this.hostDisconnected();
    this.#chat = chat;
    if (this.#host.isConnected) this.hostConnected();
    this.#host.requestUpdate();
  }

  hostConnected(): void {
    if (this.#unsubscribe || !this.#chat) return;
    this.#unsubscribe = this.#chat.subscribe(() => this.#host.requestUpdate());
    // Much may have happened while nobody listened.
    this.#host.requestUpdate();
  }

  hostDisconnected(): void {
    this.#unsubscribe?.();
    this.#unsubscribe = undefined;
  }
}
