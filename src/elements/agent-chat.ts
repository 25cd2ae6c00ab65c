import { html, LitElement, nothing, type PropertyValues } from 'lit';
import { property, query, state } from 'lit/decorators.js';
import {
  type AgentChat,
  AgentChatError,
  type ClientToolHandler,
  type RequestUploadUrls,
  type UIMessage,
} from '../index.ts';
import type { AgentComposer } from './agent-composer.ts';
import type { AgentMessageList } from './agent-message-list.ts';
import type { Announce, Announcements } from './announcements.ts';
import { baseStyles } from './base.styles.ts';
import { chatStyles } from './chat.styles.ts';
import { ChatController } from './chat-controller.ts';
import { renderDock } from './chat-dock.ts';
import { chatOf } from './chat-of.ts';
import {
  type AgentDecisionEvent,
  type AgentEditEvent,
  AgentErrorEvent,
  type AgentSelectVersionEvent,
  AgentStopEvent,
  type AgentSubmitEvent,
  AgentSuggestionEvent,
  type AgentToolAnswerEvent,
  type Suggestion,
} from './events.ts';
import { followLanguage } from './language.ts';
import { MessageVersions } from './message-versions.ts';
import { OnDemand } from './on-demand.ts';
import type { DisplayOptions, Renderers, ToolDisplay } from './renderers.ts';
import { strings } from './strings.ts';

/**
 * @summary A whole chat with an agent: give it an `endpoint`, or a store in `chat`.
 * @slot header - Above the conversation.
 * @slot empty - Shown while there are no messages, above the suggestions.
 * @slot footer - Below the composer.
 * @event {AgentSubmitEvent} agent-submit - The user sends. Prevent it to send it yourself.
 * @event {AgentSuggestionEvent} agent-suggestion - The user takes a suggestion. Prevent it to do something else.
 * @event {AgentStopEvent} agent-stop - The user stops the answer, or what is being uploaded.
 * @event {AgentRetryEvent} agent-retry - The user tries again.
 * @event {AgentEditEvent} agent-edit - The user says an earlier message in other words.
 * @event {AgentSelectVersionEvent} agent-select-version - The user wants to see another version.
 * @event {AgentDecisionEvent} agent-decision - The user allows or denies a tool call.
 * @event {AgentReadEvent} agent-read - All that a tool call would run with was shown for long enough to be read.
 * @event {AgentToolAnswerEvent} agent-tool-answer - The user answers an interactive client tool.
 * @event {AgentErrorEvent} agent-error - Something failed.
 * @csspart frame - Everything.
 * @csspart list - The conversation.
 * @csspart dock - What waits for the user, between the conversation and the composer.
 * @csspart notice - What is to be known of the connection, or of the version that is shown.
 * @csspart approvals - The row that answers all tool calls at once, where several wait.
 * @csspart queued - What was said while the agent was busy.
 * @csspart uploads - The files on their way to the server.
 * @csspart composer - Where the user writes.
 * @csspart suggestion - One suggestion.
 * @cssprop --agent-chat-canvas - Behind everything.
 * @cssprop --agent-chat-ink - Text.
 * @cssprop --agent-chat-ink-quiet - Text that only explains.
 * @cssprop --agent-chat-line - Lines and borders.
 * @cssprop --agent-chat-surface - Behind code, tables, plans and questions.
 * @cssprop --agent-chat-bubble - Behind what the user says.
 * @cssprop --agent-chat-accent - Buttons that go on, links and the focus.
 * @cssprop --agent-chat-on-accent - Text on that.
 * @cssprop --agent-chat-good - What went well.
 * @cssprop --agent-chat-bad - What went wrong.
 * @cssprop --agent-chat-bad-surface - Behind errors.
 * @cssprop --agent-chat-warn - What waits for the user.
 * @cssprop --agent-chat-warn-surface - Behind that.
 * @cssprop --agent-chat-shadow - Below what floats.
 * @cssprop --agent-chat-font - The typeface of text.
 * @cssprop --agent-chat-mono - The typeface of code.
 * @cssprop --agent-chat-font-size - The size of text, 1rem unless told.
 * @cssprop --agent-chat-leading - The height of a line, as a factor, 1.6 unless told.
 * @cssprop --agent-chat-space - What distances are made of, 1rem unless told.
 * @cssprop --agent-chat-radius - How round corners are, 0.75rem unless told.
 * @cssprop --agent-chat-measure - The longest line, 44rem unless told.
 * @cssprop --agent-chat-fast - How long small movements take, 160ms unless told.
 */
export class AgentChatElement extends LitElement {
  static override styles = [baseStyles, chatStyles];

  #store = new ChatController(this);
  /** A store of this element's own, made for its `endpoint`. */
  #own: AgentChat | undefined;
  /** Messages of a store that was given up while the element was away. */
  #kept: readonly UIMessage[] | undefined;
  /** The error of the store that was last told of. */
  #told: AgentChatError | null = null;
  /** Comes with the first conversation. */
  #announcements: Announcements | undefined;
  #isListening = false;
  #display: DisplayOptions = {};
  #rows = new OnDemand<AgentChatElement>(this, async () => (await import('./dock-rows.ts')).DockRows);
  #versions = new MessageVersions();

  @query('agent-composer') private composer!: AgentComposer;
  @query('agent-message-list') private list!: AgentMessageList;

  /** What failed before it reached the conversation, such as an upload. */
  @state() private failure: AgentChatError | null = null;

  /** Where the agent is: an `http(s)` or `ws(s)` address, absolute or relative to the page. */
  @property() endpoint: string | undefined;

  /**
   * Names the conversation to the server. A run of it that still goes on, as after a reload of the page, is gone on
   * with. Another one is another conversation.
   */
  @property({ attribute: 'session-id' }) sessionId: string | undefined;

  /**
   * What the agent speaks: `octavus` unless told, or `openai-chat`, `openai-responses`, `anthropic`, `ai-sdk`,
   * `ag-ui`, `agent-webkit`, `cavi` or `managed-agents`.
   */
  @property() protocol: string | undefined;

  /** Options of that protocol, such as its tools. Read when a store is made. */
  @property({ attribute: false }) protocolOptions: Readonly<Record<string, unknown>> | undefined;

  /** Fields that every request to the endpoint carries, such as a choice of model. Read when a store is made. */
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

  /** The conversation as the server keeps it: asked where events were lost on their way. */
  @property({ attribute: false }) loadMessages: (() => Promise<readonly UIMessage[]>) | undefined;

  /** Ways to begin. */
  @property({ attribute: false }) suggestions: readonly Suggestion[] = [];

  /** What stands in the empty composer. */
  @property() placeholder: string | undefined;

  /** How much room there is between things: `regular` unless told. */
  @property({ reflect: true }) density: 'compact' | 'regular' | 'roomy' | undefined;

  /** The language of the words here, as a BCP 47 tag: that of the page unless told. All elements of a page speak one. */
  @property({ reflect: true, useDefault: true }) override lang = '';

  /**
   * How much of an answer screen readers are told while it comes: whole `sentences`, the whole `answer` at its end, or
   * only its `status`.
   */
  @property() announce: Announce = 'sentences';

  /** What draws parts, tools, objects and data in the place of what this library draws. */
  @property({ attribute: false }) renderers: Renderers | undefined;

  /** By the name of a tool: its title, icon and summary. */
  @property({ attribute: false }) toolDisplay: Readonly<Record<string, ToolDisplay>> | undefined;

  /** How Markdown is read and drawn, such as the images that may load. */
  @property({ attribute: false }) markdown: DisplayOptions['markdown'];

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
    this.#announcements?.stop();
    // Moving in the page disconnects and connects at once; only an element that stays away gives up its run.
    queueMicrotask(() => {
      if (this.isConnected || !this.#own) return;
      this.#kept = this.#own.messages;
      this.#dropOwn();
    });
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (ADDRESS.some((name) => changed.has(name)) && this.isConnected) {
      // Those that were there from the beginning belong to the conversation that is left.
      const isLeft = this.#own && !changed.has('initialMessages');
      const messages = isLeft ? undefined : (this.#kept ?? this.initialMessages);
      this.#kept = undefined;
      this.#dropOwn();
      if (this.endpoint) this.#own = chatOf(this.endpoint, this, messages);
      this.#store.watch(this.chat);
    } else if (OPTIONS.some((option) => changed.has(option))) {
      const { clientTools, requestUploadUrls, loadMessages } = this;
      this.#own?.updateOptions({ clientTools, requestUploadUrls, loadMessages });
    }
    if (DISPLAY.some((name) => changed.has(name))) {
      const { renderers, toolDisplay, markdown } = this;
      this.#display = { renderers, toolDisplay, markdown };
    }
    if (changed.has('lang') || !this.hasUpdated) followLanguage(this);
    this.#followAloud();
  }

  protected override updated(): void {
    const error = this.#store.snapshot?.error ?? null;
    if (error === this.#told) return;
    this.#told = error;
    if (error) this.dispatchEvent(new AgentErrorEvent(error));
  }

  #followAloud(): void {
    if (this.#announcements) {
      this.#announcements.mode = this.announce;
      this.#announcements.follow(this.#store.chat, this.#store.snapshot);
    }
    if (this.#isListening || !this.#store.chat) return;
    this.#isListening = true;
    import('./announcements.ts').then(
      ({ Announcements }) => {
        this.#announcements = new Announcements(() => this.requestUpdate());
        this.requestUpdate();
      },
      () => {
        // The next conversation may have a better connection.
        this.#isListening = false;
      },
    );
  }

  /** Moves the focus to the composer. */
  override focus(options?: FocusOptions): void {
    this.composer?.focus(options);
  }

  #dropOwn(): void {
    this.#own?.dispose();
    this.#own = undefined;
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
      // Who calls it off needs not be told of it.
      if (!AgentChatError.isInstance(error) || error.code !== 'upload-cancelled') this.#fail(error);
    }
  }

  async #attempt(act: () => Promise<void> | void): Promise<void> {
    this.failure = null;
    try {
      await act();
    } catch (error) {
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
    this.#unlessPrevented(event, () => {
      this.#keepFocus();
      this.chat?.stop();
    });
  }

  private onRetry(event: Event): void {
    this.#unlessPrevented(event, () => {
      this.#keepFocus();
      return this.#attempt(() => this.chat?.retry());
    });
  }

  private onEdit(event: AgentEditEvent): void {
    const { messageId, content } = event;
    this.#unlessPrevented(event, () => this.#attempt(() => this.chat?.edit(messageId, content)));
  }

  private onSelectVersion(event: AgentSelectVersionEvent): void {
    const { messageId } = event;
    this.#unlessPrevented(event, () =>
      this.#attempt(() => {
        this.chat?.selectVersion(messageId);
        this.#sayVersion(messageId);
      }),
    );
  }

  #sayVersion(messageId: string): void {
    const versions = this.chat?.versions(messageId) ?? [];
    const number = versions.findIndex(({ id }) => id === messageId) + 1;
    const more = this.chat?.getSnapshot().canContinue ? '' : strings.earlierVersion;
    const words = `${strings.version(number, versions.length)}. ${more}`;
    if (this.#announcements) this.#announcements.words = words;
  }

  private onDecision(event: AgentDecisionEvent): void {
    const { approvalId, approved, choice, reason, args } = event;
    const approval = this.chat?.pendingApprovals.find((pending) => pending.approvalId === approvalId);
    this.#unlessPrevented(event, () => {
      this.#keepFocus();
      return this.#attempt(() =>
        approved
          ? approval?.approve({ ...(choice && { choice }), ...(args && { args }) })
          : approval?.deny(reason ? { reason } : {}),
      );
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

  /** Escape stops the answer; F6 leads from the composer to the conversation and back. */
  private onKeydown(event: KeyboardEvent): void {
    if (event.defaultPrevented || event.isComposing) return;
    if (event.key === 'Escape' && this.#store.snapshot?.status === 'streaming') {
      event.preventDefault();
      event.target?.dispatchEvent(new AgentStopEvent());
    } else if (event.key === 'F6') {
      event.preventDefault();
      if (this.renderRoot.querySelector('[part="list"]:focus-within')) this.focus();
      else this.list.focus();
    }
  }

  /** What was just answered or is asked for anew goes away; the focus must not go with it. */
  #keepFocus(): void {
    if (this.renderRoot.querySelector('[part="dock"]:focus-within')) this.focus();
    else if (this.renderRoot.querySelector('[part="list"]:focus-within')) this.list.focus();
  }

  /** The page's listeners stand further out: they are asked before anything happens. */
  #unlessPrevented(event: Event, act: () => unknown): void {
    queueMicrotask(() => {
      if (!event.defaultPrevented) act();
    });
  }

  override render() {
    const { chat } = this;
    const snapshot = this.#store.snapshot;
    const { messages = [], status = 'idle', canContinue = true, canRetry = false } = snapshot ?? {};
    const busy = status === 'streaming';
    const mayInterrupt = status === 'idle' || status === 'error' || chat?.whenBusy !== 'reject';
    return html`
      <div
        part="frame"
        @agent-submit=${this.onSubmit}
        @agent-stop=${this.onStop}
        @agent-retry=${this.onRetry}
        @agent-edit=${this.onEdit}
        @agent-select-version=${this.onSelectVersion}
        @agent-decision=${this.onDecision}
        @agent-tool-answer=${this.onToolAnswer}
        @agent-read=${() => this.requestUpdate()}
        @keydown=${this.onKeydown}
        dir=${strings.direction === 'rtl' ? 'rtl' : nothing}
      >
        <slot name="header"></slot>
        <agent-message-list
          part="list"
          .messages=${messages}
          .versions=${this.#versions.of(chat, messages)}
          .display=${this.#display}
          ?waiting=${busy && messages.at(-1)?.role === 'user'}
          ?busy=${busy || status === 'awaiting-input'}
          ?can-edit=${canContinue && mayInterrupt}
          ?can-retry=${canRetry && !snapshot?.error}
        >
          ${this.renderEmpty()}
        </agent-message-list>
        <div class="bottom">
          ${snapshot ? renderDock(snapshot, this.failure, () => this.#rows.render()) : nothing}
          <agent-composer
            part="composer"
            .placeholder=${this.placeholder}
            ?busy=${busy}
            ?queues=${chat?.whenBusy === 'queue'}
            ?attachments=${chat?.canUpload}
            ?disabled=${!canContinue}
          ></agent-composer>
          <slot name="footer"></slot>
        </div>
        <div class="hidden-visually" role="status">${this.#announcements?.words}</div>
        <div class="hidden-visually" role="alert">${this.#announcements?.urgent}</div>
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
}

/** What makes another conversation. */
const ADDRESS = ['endpoint', 'sessionId', 'protocol'] as const;
const DISPLAY = ['renderers', 'toolDisplay', 'markdown'] as const;
const OPTIONS = ['clientTools', 'requestUploadUrls', 'loadMessages'] as const;

declare global {
  interface HTMLElementTagNameMap {
    'agent-chat': AgentChatElement;
  }
}
