import { css, html, LitElement, nothing, type PropertyValues } from 'lit';
import { property, query, state } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import {
  AgentChat,
  AgentChatError,
  type ChatSnapshot,
  type ClientToolHandler,
  createHttpTransport,
  createSocketTransport,
  type QueuedMessage,
  type RequestUploadUrls,
  type UIMessage,
} from '../index.ts';
import type { AgentComposer } from './agent-composer.ts';
import { baseStyles } from './base.styles.ts';
import { ChatController } from './chat-controller.ts';
import {
  type AgentDecisionEvent,
  AgentErrorEvent,
  type AgentSubmitEvent,
  AgentSuggestionEvent,
  type AgentToolAnswerEvent,
  type Suggestion,
} from './events.ts';
import { icons } from './icons.ts';
import { strings } from './strings.ts';

/**
 * @summary A whole chat with an agent: give it an `endpoint`, or a store in `chat`.
 * @slot header - Above the conversation.
 * @slot empty - Shown while there are no messages, above the suggestions.
 * @slot footer - Below the composer.
 * @event {AgentSubmitEvent} agent-submit - The user sends. Prevent it to send it yourself.
 * @event {AgentSuggestionEvent} agent-suggestion - The user takes a suggestion. Prevent it to do something else.
 * @event {AgentStopEvent} agent-stop - The user stops the answer.
 * @event {AgentRetryEvent} agent-retry - The user tries again.
 * @event {AgentDecisionEvent} agent-decision - The user allows or denies a tool call.
 * @event {AgentToolAnswerEvent} agent-tool-answer - The user answers an interactive client tool.
 * @event {AgentErrorEvent} agent-error - Something failed.
 * @csspart frame - Everything.
 * @csspart list - The conversation.
 * @csspart dock - What waits for the user, between the conversation and the composer.
 * @csspart queued - What was said while the agent was busy.
 * @csspart composer - Where the user writes.
 * @csspart suggestion - One suggestion.
 */
export class AgentChatElement extends LitElement {
  static override styles = [
    baseStyles,
    css`
      :host {
        background: var(--_canvas);
        block-size: 100%;
        min-block-size: 20rem;
      }
      [part='frame'] {
        block-size: 100%;
        display: flex;
        flex-direction: column;
        min-block-size: inherit;
      }
      [part='list'] {
        flex: 1;
      }
      .bottom {
        display: grid;
        gap: 0.75rem;
        inline-size: 100%;
        margin-inline: auto;
        max-inline-size: calc(var(--_measure) + 2rem);
        padding: 0.25rem 1rem 0.75rem;
      }
      [part='dock'] {
        display: grid;
        gap: 0.5rem;
        max-block-size: 45vh;
        overflow-y: auto;
      }
      [part='queued'] {
        align-items: center;
        background: var(--_surface);
        border-radius: var(--_radius);
        display: flex;
        font-size: var(--_small);
        gap: 0.5rem;
        padding: 0.25rem 0.25rem 0.25rem 1rem;
      }
      [part='queued'] .words {
        flex: 1;
        overflow: hidden;
        text-overflow: ellipsis;
        white-space: nowrap;
      }
      [part='queued'] button {
        flex: none;
      }
      [part='dock']:empty {
        display: none;
      }
      .notice {
        align-items: center;
        color: var(--_ink-quiet);
        display: flex;
        font-size: var(--_small);
        gap: 0.5rem;
      }
      .suggestions {
        display: grid;
        gap: 0.5rem;
        grid-template-columns: repeat(auto-fill, minmax(min(100%, 13rem), 1fr));
        list-style: none;
        margin: 1rem 0 0;
        padding: 0;
      }
      [part='suggestion'] {
        align-items: flex-start;
        block-size: 100%;
        border-radius: var(--_radius);
        flex-direction: column;
        gap: 0.125rem;
        inline-size: 100%;
        justify-content: flex-start;
        line-height: 1.4;
        padding: 0.75rem 0.875rem;
        text-align: start;
      }
      [part='suggestion'] .description {
        color: var(--_ink-quiet);
        font-size: 0.8125rem;
      }
    `,
  ];

  #store = new ChatController(this);
  /** A store of this element's own, made for its `endpoint`. */
  #own: AgentChat | undefined;
  /** Messages of a store that was given up while the element was away. */
  #kept: readonly UIMessage[] | undefined;
  /** The error of the store that was last told of. */
  #told: AgentChatError | null = null;
  #announced: { chat: AgentChat | undefined; status: ChatSnapshot['status'] | undefined } = {
    chat: undefined,
    status: undefined,
  };

  @query('agent-composer') private composer!: AgentComposer;

  @state() private announcement = '';
  /** What failed before it reached the conversation, such as an upload. */
  @state() private failure: AgentChatError | null = null;

  /** Where the agent is: an `http(s)` or `ws(s)` address, absolute or relative to the page. */
  @property() endpoint: string | undefined;

  /** Fields that every request to the endpoint carries, such as a session id. Read when a store is made. */
  @property({ attribute: false }) body: Readonly<Record<string, unknown>> | undefined;

  /** Headers of every request to an `http(s)` endpoint. Read when a store is made. */
  @property({ attribute: false }) headers:
    | HeadersInit
    | (() => HeadersInit | Promise<HeadersInit>)
    | undefined;

  /** Tools that run in the page, by name. */
  @property({ attribute: false }) clientTools: Readonly<Record<string, ClientToolHandler>> | undefined;

  /** Where files may be put; without it none can be attached. */
  @property({ attribute: false }) requestUploadUrls: RequestUploadUrls | undefined;

  /** Messages of an earlier visit. Read when a store is made. */
  @property({ attribute: false }) initialMessages: readonly UIMessage[] | undefined;

  /** Ways to begin. */
  @property({ attribute: false }) suggestions: readonly Suggestion[] = [];

  /** What stands in the empty composer. */
  @property() placeholder: string = strings.messagePlaceholder;

  /** The store that is shown: the one given, or the one made for the `endpoint`. */
  get chat(): AgentChat | undefined {
    return this.#given ?? this.#own;
  }
  @property({ attribute: false })
  set chat(chat: AgentChat | undefined) {
    this.#given = chat;
    this.#store.watch(this.chat);
  }
  #given: AgentChat | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    // Back in the page after its store was given up: a new one goes on from the same messages.
    if (!this.#own && this.hasUpdated) this.requestUpdate('endpoint');
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    // Moving in the page disconnects and connects at once; only an element that stays away gives up its run.
    queueMicrotask(() => {
      if (this.isConnected || !this.#own) return;
      this.#kept = this.#own.messages;
      this.#dropOwn();
    });
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('endpoint') && this.isConnected) {
      const messages = this.#own ? undefined : (this.#kept ?? this.initialMessages);
      this.#kept = undefined;
      this.#dropOwn();
      if (this.endpoint) this.#own = this.#makeStore(this.endpoint, messages);
      this.#store.watch(this.chat);
    } else if (changed.has('clientTools') || changed.has('requestUploadUrls')) {
      const { clientTools, requestUploadUrls } = this;
      this.#own?.updateOptions({ clientTools, requestUploadUrls });
    }
    this.#announce();
  }

  protected override updated(): void {
    const error = this.#store.snapshot?.error ?? null;
    if (error === this.#told) return;
    this.#told = error;
    if (error) this.dispatchEvent(new AgentErrorEvent(error));
  }

  /** Moves the focus to the composer. */
  override focus(options?: FocusOptions): void {
    this.composer?.focus(options);
  }

  #makeStore(endpoint: string, initialMessages: readonly UIMessage[] | undefined): AgentChat {
    const { body, headers, clientTools, requestUploadUrls } = this;
    const url = new URL(endpoint, document.baseURI);
    const transport = url.protocol.startsWith('ws')
      ? createSocketTransport({ url, body })
      : createHttpTransport({ url, body, headers });
    return new AgentChat({
      transport,
      clientTools,
      requestUploadUrls,
      initialMessages,
      whenBusy: 'queue',
    });
  }

  #dropOwn(): void {
    this.#own?.dispose();
    this.#own = undefined;
  }

  /** Says to screen readers how a run began and ended; its words are read where they stand. */
  #announce(): void {
    const { chat, snapshot } = this.#store;
    const before = this.#announced;
    this.#announced = { chat, status: snapshot?.status };
    if (before.chat !== chat || before.status === snapshot?.status) return;
    if (snapshot?.status === 'streaming' && before.status !== 'awaiting-input') {
      this.announcement = strings.responding;
    } else if (snapshot?.status === 'idle') {
      const last = snapshot.messages.at(-1);
      if (last?.role !== 'assistant') this.announcement = '';
      else this.announcement = last.metadata?.finishReason ? strings.complete : strings.stopped;
    }
  }

  private async say(content: string, files: readonly File[]): Promise<void> {
    const { chat } = this;
    if (!chat) return;
    this.failure = null;
    try {
      await chat.sendMessage(content, files.length > 0 ? { files } : {});
    } catch (error) {
      // Nothing was sent: the draft goes back, unless a new one has been begun.
      if (this.composer.value === '' && this.composer.files.length === 0) {
        this.composer.value = content;
        this.composer.files = files;
      }
      this.#fail(error);
    }
  }

  #fail(cause: unknown): void {
    this.failure = AgentChatError.from(cause);
    this.dispatchEvent(new AgentErrorEvent(this.failure));
  }

  private onSubmit(event: AgentSubmitEvent): void {
    // With nobody to send it to, the draft stays where it is.
    if (!this.chat) return event.preventDefault();
    this.#unlessPrevented(event, () => this.say(event.content, event.files));
  }

  private onSuggestion(suggestion: Suggestion): void {
    if (!this.dispatchEvent(new AgentSuggestionEvent(suggestion))) return;
    void this.say(suggestion.message ?? suggestion.label, []);
    this.focus();
  }

  private onStop(event: Event): void {
    this.#unlessPrevented(event, () => this.chat?.stop());
  }

  private onRetry(event: Event): void {
    this.#unlessPrevented(event, () => {
      this.#keepFocus();
      return this.chat?.retry();
    });
  }

  private onDecision(event: AgentDecisionEvent): void {
    const { approvalId, approved, choice } = event;
    const approval = this.chat?.pendingApprovals.find((pending) => pending.approvalId === approvalId);
    this.#unlessPrevented(event, async () => {
      this.failure = null;
      this.#keepFocus();
      try {
        await (approved ? approval?.approve(choice === undefined ? {} : { choice }) : approval?.deny());
      } catch (error) {
        this.#fail(error);
      }
    });
  }

  private onToolAnswer(event: AgentToolAnswerEvent): void {
    const { toolCallId, answer } = event;
    const pending = Object.values(this.chat?.pendingClientTools ?? {}).flat();
    const tool = pending.find((other) => other.toolCallId === toolCallId);
    this.#unlessPrevented(event, () => {
      this.#keepFocus();
      if (answer) tool?.submit(answer.result);
      else tool?.cancel();
    });
  }

  /** What was just answered goes away; the focus must not go with it. */
  #keepFocus(): void {
    if (this.renderRoot.querySelector('[part="dock"]:focus-within')) this.focus();
  }

  /** The page's listeners stand further out: they are asked before anything happens. */
  #unlessPrevented(event: Event, act: () => unknown): void {
    queueMicrotask(() => {
      if (!event.defaultPrevented) act();
    });
  }

  override render() {
    const { messages = [], status = 'idle' } = this.#store.snapshot ?? {};
    const busy = status === 'streaming';
    return html`
      <div
        part="frame"
        @agent-submit=${this.onSubmit}
        @agent-stop=${this.onStop}
        @agent-retry=${this.onRetry}
        @agent-decision=${this.onDecision}
        @agent-tool-answer=${this.onToolAnswer}
      >
        <slot name="header"></slot>
        <agent-message-list
          part="list"
          .messages=${messages}
          ?waiting=${busy && messages.at(-1)?.role === 'user'}
        >
          ${this.renderEmpty()}
        </agent-message-list>
        <div class="bottom">
          ${this.renderDock()}
          <agent-composer
            part="composer"
            .placeholder=${this.placeholder}
            ?busy=${busy}
            ?queues=${this.chat?.whenBusy === 'queue'}
            ?attachments=${this.chat?.canUpload}
          ></agent-composer>
          <slot name="footer"></slot>
        </div>
        <div class="hidden-visually" role="status">${this.announcement}</div>
      </div>
    `;
  }

  private renderEmpty() {
    return html`<slot name="empty"></slot>
      ${
        this.suggestions.length === 0
          ? nothing
          : html`<ul class="suggestions">
              ${this.suggestions.map(
                (suggestion) => html`<li>
                  <button
                    part="suggestion"
                    class="plain"
                    type="button"
                    @click=${() => this.onSuggestion(suggestion)}
                  >
                    <span>${suggestion.label}</span>
                    ${suggestion.description ? html`<span class="description">${suggestion.description}</span>` : nothing}
                  </button>
                </li>`,
              )}
            </ul>`
      }`;
  }

  private renderDock() {
    const snapshot = this.#store.snapshot;
    if (!snapshot) return nothing;
    const { pendingApprovals, pendingClientTools, queue, canRetry, connectionState } = snapshot;
    const error = this.failure ?? snapshot.error;
    const questions = Object.values(pendingClientTools).flat();
    return html`<div part="dock">${
      connectionState === 'connecting' ? html`<div class="notice">${strings.connecting}…</div>` : nothing
    }${repeat(
      pendingApprovals,
      (approval) => approval.approvalId,
      (approval) => html`<agent-approval .approval=${approval}></agent-approval>`,
    )}${repeat(
      questions,
      (tool) => tool.toolCallId,
      (tool) => html`<agent-client-tool .tool=${tool}></agent-client-tool>`,
    )}${
      error
        ? html`<agent-error .error=${error} ?can-retry=${canRetry && !this.failure}></agent-error>`
        : nothing
    }${repeat(
      queue,
      (message) => message.id,
      (message) => this.renderQueued(message),
    )}</div>`;
  }

  private renderQueued(message: QueuedMessage) {
    const words = message.parts.map((part) => (part.type === 'text' ? part.text : '')).join(' ');
    const act = (command: () => void) => () => {
      this.#keepFocus();
      command();
    };
    return html`<div part="queued" role="group" aria-label=${strings.queued}>
      <span class="words" dir="auto">${words || strings.queued}</span>
      <button type="button" class="plain" @click=${act(message.sendNow)}>${strings.sendNow}</button>
      <button type="button" aria-label=${strings.remove(words)} @click=${act(message.remove)}>${icons.close}</button>
    </div>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'agent-chat': AgentChatElement;
  }
}
