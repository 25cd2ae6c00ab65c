import type { AgentChat } from '../core/agent-chat.ts';
import type { ChatSnapshot } from '../core/chat-snapshot.ts';
import { isOtherThread } from '../core/message.ts';
import type { SpokenAnswer } from './spoken-answer.ts';
import { strings } from './strings.ts';
import { nameOf } from './value.ts';

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
  /** Makes sentences of the answer; loaded with the first one. Null: there is no answer to read out. */
  #answer: Promise<SpokenAnswer | undefined> | null = null;
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
    if (!isSame) return this.stop();
    if (before?.status !== snapshot?.status) this.#turn(before?.status, snapshot?.status);
    else if (this.#isReconnecting !== wasReconnecting)
      this.words = this.#isReconnecting ? strings.reconnecting : '';
    this.#ask(before, snapshot);
  }

  /** Says no more of this answer. */
  stop(): void {
    clearTimeout(this.#timer);
    this.#answer = null;
  }

  #turn(before: ChatSnapshot['status'] | undefined, status: ChatSnapshot['status'] | undefined): void {
    if (status === 'streaming') {
      if (before === 'awaiting-input') return;
      this.stop();
      this.words = strings.responding;
      if (this.mode === 'status') return;
      this.#answer = import('./spoken-answer.ts').then(
        (module) => new module.SpokenAnswer(),
        // Without it, at least the end is said.
        () => undefined,
      );
      this.#timer = setTimeout(() => void this.#read(), PACE);
    } else if (status !== 'awaiting-input' && before) {
      clearTimeout(this.#timer);
      if (!this.#answer) this.words = this.#end();
      else this.#timer = setTimeout(() => void this.#read(), this.#saidAt + PACE - performance.now());
    }
  }

  /** What is to be asked of the user, each thing once. */
  #ask(before: ChatSnapshot | undefined, snapshot: ChatSnapshot | undefined): void {
    const { pendingApprovals = [], pendingClientTools = {} } = snapshot ?? {};
    if (before?.pendingApprovals !== pendingApprovals) {
      const known = before?.pendingApprovals.map(({ approvalId }) => approvalId) ?? [];
      const asked = pendingApprovals.find(({ approvalId }) => !known.includes(approvalId));
      if (asked) this.urgent = strings.needsPermission(nameOf(asked.toolName));
      else if (pendingApprovals.length === 0) this.urgent = '';
    }
    if (before?.status !== snapshot?.status && snapshot?.status === 'awaiting-input') {
      if (Object.keys(pendingClientTools).length > 0) this.urgent = strings.hasQuestion;
    }
  }

  /** Says what has been added to the answer, and at its end how it ended. */
  async #read(): Promise<void> {
    const mine = this.#answer;
    const answer = await mine;
    if (this.#answer !== mine) return;
    const { status } = this.#snapshot ?? {};
    const isOver = status !== 'streaming' && status !== 'awaiting-input';
    const piece = isOver || this.mode === 'sentences' ? answer?.next(this.#text(), isOver) : '';
    const words = [piece, isOver ? this.#end() : ''].filter(Boolean).join(' ');
    if (words) {
      this.words = words;
      this.#saidAt = performance.now();
      this.#onWords();
    }
    if (isOver) this.stop();
    else this.#timer = setTimeout(() => void this.#read(), PACE);
  }

  #text(): string {
    const last = this.#snapshot?.messages.at(-1);
    if (last?.role !== 'assistant') return '';
    return last.parts
      .flatMap((part) => (part.type === 'text' && !isOtherThread(part) ? [part.text] : []))
      .join('\n\n');
  }

  /** How it ended. What failed says so itself. */
  #end(): string {
    const { status, messages = [] } = this.#snapshot ?? {};
    const last = messages.at(-1);
    if (status !== 'idle' || last?.role !== 'assistant') return '';
    return last.metadata?.finishReason ? strings.complete : strings.stopped;
  }
}

/** Whether an answer was cut off and is being asked for again. */
export function isReconnecting(snapshot: ChatSnapshot | undefined): boolean {
  const { status, connectionState = 'connected', messages } = snapshot ?? {};
  const isCutOff = status === 'streaming' && connectionState !== 'connected';
  return isCutOff && messages?.at(-1)?.status === 'streaming';
}
