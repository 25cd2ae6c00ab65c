import type { AgentChat } from '../core/agent-chat.ts';
import type { ChatSnapshot } from '../core/chat-snapshot.ts';
import { isOtherThread, type UIMessage } from '../core/message.ts';
import { visible } from '../markdown/visible.ts';
import { isReconnecting } from './chat-dock.ts';
import { SpokenAnswer } from './spoken-answer.ts';
import { strings } from './strings.ts';
import { nameOf } from './value.ts';
import { viewStrings } from './view-strings.ts';

/** The least time between two pieces of an answer. Milliseconds. */
const PACE = 2_000;

/** How much is said of an answer: its sentences as they come, all of it at its end, or only that it is there. */
export type Announce = 'sentences' | 'answer' | 'status';

/**
 * What screen readers are told of a run, each thing once: that it began, what the answer says, what the agent asks
 * for, that it reconnects, and how it ended. The words are read where they stand.
 */
export class Announcements {
  readonly #onWords: () => void;
  #chat: AgentChat | undefined;
  #snapshot: ChatSnapshot | undefined;
  #isReconnecting = false;
  /** Makes sentences of the answer that is read out. */
  #answer: SpokenAnswer | null = null;
  /** Of the message that is read out. */
  #messageId: string | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #saidAt = 0;
  /** What is to be said when there is time. */
  words = '';
  /** What is to be said at once. */
  urgent = '';
  mode: Announce = 'sentences';

  constructor(onWords: () => void) {
    this.#onWords = onWords;
  }

  /** Takes in how a chat stands. */
  follow(chat: AgentChat | undefined, snapshot: ChatSnapshot | undefined): void {
    const before = this.#snapshot;
    const isSame = this.#chat === chat;
    const wasReconnecting = this.#isReconnecting;
    this.#chat = chat;
    this.#snapshot = snapshot;
    this.#isReconnecting = isReconnecting(snapshot);
    if (!isSame) {
      this.stop();
      if (snapshot?.status === 'streaming') this.#turn('idle', 'streaming');
      return;
    }
    if (before?.status !== snapshot?.status) this.#turn(before?.status, snapshot?.status);
    else if (this.#isReconnecting !== wasReconnecting)
      this.words = this.#isReconnecting ? strings.reconnecting : '';
    this.#ask(before, snapshot);
  }

  /** Says no more of this answer. */
  stop(): void {
    clearTimeout(this.#timer);
    this.#answer = null;
    this.#messageId = undefined;
  }

  #turn(before: ChatSnapshot['status'] | undefined, status: ChatSnapshot['status'] | undefined): void {
    if (status === 'streaming') {
      if (before === 'awaiting-input') return;
      const rest = this.#rest();
      this.stop();
      this.words = [rest, viewStrings().responding].filter(Boolean).join(' ');
      if (this.mode === 'status') return;
      this.#answer = new SpokenAnswer();
      this.#timer = setTimeout(() => this.#read(), PACE);
    } else if (status !== 'awaiting-input' && before) {
      clearTimeout(this.#timer);
      this.#messageId ??= this.#answered()?.id;
      if (!this.#answer) this.words = this.#end();
      else this.#timer = setTimeout(() => this.#read(), this.#saidAt + PACE - performance.now());
    }
  }

  /** What is to be asked of the user, each thing once. */
  #ask(before: ChatSnapshot | undefined, snapshot: ChatSnapshot | undefined): void {
    const { pendingApprovals = [], pendingClientTools = {} } = snapshot ?? {};
    if (before?.pendingApprovals !== pendingApprovals) {
      const known = before?.pendingApprovals.map(({ approvalId }) => approvalId) ?? [];
      const asked = pendingApprovals.find(({ approvalId }) => !known.includes(approvalId));
      const count = pendingApprovals.length;
      if (asked && count > 1) this.urgent = anew(viewStrings().approvals(count), this.urgent);
      else if (asked) {
        const words = visible(viewStrings().needsPermission(nameOf(asked.toolName)));
        this.urgent = anew(words, this.urgent);
      } else if (count === 0) this.urgent = '';
    }
    if (before?.status !== snapshot?.status && snapshot?.status === 'awaiting-input') {
      if (Object.keys(pendingClientTools).length > 0)
        this.urgent = anew(viewStrings().hasQuestion, this.urgent);
    }
  }

  /** Says what has been added to the answer, and at its end how it ended. */
  #read(): void {
    const { status } = this.#snapshot ?? {};
    const isOver = status !== 'streaming' && status !== 'awaiting-input';
    const message = this.#answered();
    // One run may have followed the other between two looks.
    const rest = this.#messageId && message && message.id !== this.#messageId ? this.#rest() : '';
    if (rest) this.#answer = new SpokenAnswer();
    this.#messageId = message?.id;
    const piece = isOver || this.mode === 'sentences' ? this.#answer?.next(textOf(message), isOver) : '';
    const words = [rest, piece, isOver ? this.#end() : ''].filter(Boolean).join(' ');
    // The end is told also by having nothing more to say: else the next run would begin with the same words.
    if (words || isOver) {
      this.words = anew(words, this.words);
      this.#saidAt = performance.now();
      this.#onWords();
    }
    if (isOver) this.stop();
    else this.#timer = setTimeout(() => this.#read(), PACE);
  }

  /** The answer to what was said last. */
  #answered(): UIMessage | undefined {
    const last = this.#snapshot?.messages.at(-1);
    return last?.role === 'assistant' ? last : undefined;
  }

  /** What has not been said yet of an answer that another one follows. */
  #rest(): string {
    const message = this.#snapshot?.messages.find(({ id }) => id === this.#messageId);
    return (message && this.#answer?.next(textOf(message), true)) ?? '';
  }

  /** How it ended. What failed says so itself. */
  #end(): string {
    const { status, messages = [] } = this.#snapshot ?? {};
    const last = messages.at(-1);
    if (status !== 'idle' || last?.role !== 'assistant') return '';
    return last.metadata?.finishReason ? viewStrings().complete : viewStrings().stopped;
  }
}

function textOf(message: UIMessage | undefined): string {
  const texts = message?.parts.flatMap((part) =>
    part.type === 'text' && !isOtherThread(part) ? [part] : [],
  );
  // What has ended ends its sentence too.
  return texts?.map(({ text, status }) => (status === 'streaming' ? text : `${text}\n\n`)).join('') ?? '';
}

/** The words so that they are a change to those that stand there: only what changes is read out. */
function anew(words: string, before: string): string {
  return words && words === before ? `${words}\u00a0` : words;
}
