import { refused } from './error.ts';
import type { ApprovalRequestEvent, StreamEvent } from './event.ts';
import type { UIMessage } from './message.ts';
import { endRun, reduce } from './reduce.ts';
import { restoreMessages } from './restore.ts';
import { type ChatState, emptyState, type ReduceContext, type RunEnding } from './state.ts';
import { type Asked, askedBy } from './user-message.ts';
import { Versions } from './versions.ts';

/** What it takes to ask the same again. */
export interface Trigger extends Asked {
  /** The user's message, where there is one. */
  readonly message: UIMessage | null;
  /** The message before it; null at the beginning. */
  readonly after: string | null;
  /** The last message that the server keeps on a retry; the server's word for it once it said one. */
  rollbackAfterMessageId: string | null;
}

/** How many events may wait to be folded in while nobody looks, as in a hidden page. */
const MAX_PENDING = 256;

/** The messages, what a run is writing to them, and what they were before something was asked anew. */
export class Conversation {
  readonly #context: ReduceContext;
  readonly #versions = new Versions();
  /** What the user's messages were asked with. */
  readonly #triggers = new WeakMap<UIMessage, Trigger>();
  #state: ChatState = emptyState;
  /** Events that came and are not yet in the state: they are folded in when somebody looks. */
  #pending: StreamEvent[] = [];
  /** The message that was still being written when it was stored. */
  #partial: string | undefined;
  /** The last message that a server with a history of its own knows, while a version without it is shown. */
  #known: string | undefined;

  constructor(context: ReduceContext, messages: readonly UIMessage[]) {
    this.#context = context;
    this.replace(messages);
  }

  /** Everything that came is in it. */
  get state(): ChatState {
    if (this.#pending.length > 0) {
      const events = this.#pending;
      this.#pending = [];
      this.#state = reduce(this.#state, events, this.#context);
    }
    return this.#state;
  }

  get messages(): readonly UIMessage[] {
    return this.state.messages;
  }

  /** Parts that the run made, as far as somebody looked. */
  get parts(): number {
    return this.#state.run?.parts ?? 0;
  }

  /** Whether what is shown is what the server knows. */
  get canContinue(): boolean {
    return this.#known === undefined || this.#known === this.messages.at(-1)?.id;
  }

  add(event: StreamEvent): void {
    this.#pending.push(event);
    if (this.#pending.length >= MAX_PENDING) void this.state;
  }

  /** Whether the run waits for the answer to this request. */
  waitsFor(request: ApprovalRequestEvent): boolean {
    return this.state.run?.approvals.includes(request) ?? false;
  }

  /** The run that was writing is over. */
  end(ending: RunEnding): void {
    this.#state = endRun(this.state, ending, this.#context);
  }

  /** Takes other messages for these. Dates may be strings. */
  replace(messages: readonly UIMessage[]): void {
    const last = messages.at(-1);
    this.#partial = last?.role === 'assistant' && last.status === 'streaming' ? last.id : undefined;
    this.#versions.clear();
    this.#known = undefined;
    this.#pending = [];
    this.#show(restoreMessages(messages));
  }

  /** A run begins to write. One that went on elsewhere writes once more what it had written. */
  begin(wentOn: boolean): void {
    const { messages } = this;
    const isPartial = wentOn && this.#partial !== undefined && messages.at(-1)?.id === this.#partial;
    this.#partial = undefined;
    this.#known = undefined;
    this.#show(isPartial ? messages.slice(0, -1) : messages);
  }

  /** Adds what is asked, as the user's message where there is something to show. */
  ask(asked: Asked, rollbackAfterMessageId?: string | null): Trigger {
    const after = this.messages.at(-1)?.id ?? null;
    const message: UIMessage | null = asked.parts && {
      id: this.#context.generateId(),
      role: 'user',
      parts: asked.parts,
      status: 'done',
      createdAt: new Date(this.#context.now()),
    };
    const rollback = rollbackAfterMessageId === undefined ? after : rollbackAfterMessageId;
    const trigger = { ...asked, message, after, rollbackAfterMessageId: rollback };
    if (message) {
      this.#triggers.set(message, trigger);
      this.#show([...this.messages, message]);
    }
    return trigger;
  }

  /** What the newest message of the user was asked with, as far as it is known. */
  get lastTrigger(): Trigger | null {
    const message = this.messages.findLast(({ role }) => role === 'user');
    return message ? this.#triggerOf(message) : null;
  }

  /** Everything after what was asked becomes a version. Returns whether that is still there. */
  rollBack({ message, after }: Trigger): boolean {
    const last = message?.id ?? after;
    const index = this.messages.findLastIndex(({ id }) => id === last);
    if (index < 0 && last !== null) return false;
    this.#cut(index + 1);
    return true;
  }

  /** The user's message with that id. Throws where there is none. */
  userMessage(messageId: string): UIMessage {
    const message = this.messages.findLast(({ id, role }) => id === messageId && role === 'user');
    if (message) return message;
    throw refused('There is no such message of the user.', 'message-not-found');
  }

  /** The user's message and everything after it become a version. Returns what it was asked with, null if it is gone. */
  takeBack(message: UIMessage): Trigger | null {
    const index = this.messages.indexOf(message);
    if (index < 0) return null;
    const trigger = this.#triggerOf(message);
    this.#cut(index);
    return trigger;
  }

  versions(messageId: string): readonly UIMessage[] {
    return this.#versions.of(this.messages, messageId);
  }

  /** Shows another version; with `isKept`, the server goes on only from what it was last asked. Throws. */
  select(messageId: string, isKept: boolean): void {
    const last = this.messages.at(-1)?.id;
    const messages = this.#versions.select(this.messages, messageId);
    if (!messages) throw refused('There is no such version.', 'message-not-found');
    if (isKept) this.#known ??= last;
    this.#show(messages);
  }

  #triggerOf(message: UIMessage): Trigger {
    const known = this.#triggers.get(message);
    if (known) return known;
    const after = this.messages[this.messages.indexOf(message) - 1]?.id ?? null;
    const trigger = { ...askedBy(message), message, after, rollbackAfterMessageId: after };
    this.#triggers.set(message, trigger);
    return trigger;
  }

  #cut(index: number): void {
    this.#versions.leave(this.messages, index);
    this.#show(this.messages.slice(0, index));
  }

  #show(messages: readonly UIMessage[]): void {
    this.#state = { ...emptyState, messages };
  }
}
