import type { BlockStartEvent } from './event.ts';
import {
  isMainThread,
  type MessageMetadata,
  type UIMessage,
  type UIMessagePart,
  type UIWorkerPart,
} from './message.ts';
import { closeParts, type Mutable } from './open-part.ts';
import type { ChatState, ReduceContext, RunEnding, RunState } from './state.ts';
import { growJson, inheritReader, readJson } from './streamed-json.ts';

const NEW_RUN: RunState = { blocks: [], approvals: [], parts: 0 };

type Parts = UIMessagePart[];

/** A state being changed. Copies on first touch, so that what was published before stays as it was. */
export class Draft {
  readonly #state: ChatState;
  readonly #context: ReduceContext;
  readonly #owned = new Set<object>();
  /** Parts whose streamed JSON grew and is to be read before the draft is published. */
  readonly #grown = new Map<object, () => void>();
  #messages: readonly UIMessage[];
  #run: RunState | null;
  #written: string | null;

  constructor(state: ChatState, context: ReduceContext) {
    this.#state = state;
    this.#context = context;
    this.#messages = state.messages;
    this.#run = state.run;
    this.#written = state.written;
  }

  commit(): ChatState {
    this.#readGrown();
    const { messages, run, written } = this.#state;
    if (this.#messages === messages && this.#run === run && this.#written === written) return this.#state;
    return { messages: this.#messages, run: this.#run, written: this.#written };
  }

  now(): number {
    return this.#context.now();
  }

  get run(): RunState {
    return this.#run ?? NEW_RUN;
  }

  /** A run goes on, or begins with the first that is heard of it. */
  setRun(change: Partial<RunState> = {}): void {
    if (!this.#run) this.#written = null;
    this.#run = { ...this.run, ...change };
  }

  own<T extends object>(value: T): Mutable<T> {
    if (this.#owned.has(value)) return value;
    const copy = (Array.isArray(value) ? value.slice() : { ...value }) as T;
    this.#owned.add(copy);
    inheritReader(value, copy);
    return copy;
  }

  /**
   * The JSON text of a part grew; returns the whole of it. `take` gets what can be read of it before the draft is
   * published: once, however often it grew.
   */
  grow(part: object, before: string, delta: string, take: (value: unknown) => void): string {
    this.#grown.set(part, () => take(readJson(part)));
    return growJson(part, before, delta);
  }

  settled(part: object): void {
    this.#grown.delete(part);
  }

  #readGrown(): void {
    for (const read of this.#grown.values()) read();
    this.#grown.clear();
  }

  /** The message being written; made when its first part comes. */
  message(): Mutable<UIMessage> {
    if (!this.#run) this.setRun();
    const messages = this.own(this.#messages) as UIMessage[];
    this.#messages = messages;
    if (this.#written === null) {
      this.#written = this.#context.generateId();
      messages.push({
        id: this.#written,
        role: 'assistant',
        parts: [],
        status: 'streaming',
        createdAt: new Date(this.now()),
      });
    }
    const index = messages.length - 1;
    const message = this.own(messages[index] as UIMessage);
    messages[index] = message;
    return message;
  }

  /** The parts an event speaks of as they are: looking makes and touches nothing. */
  peek(workerId?: string): readonly UIMessagePart[] {
    const parts = (this.#run && this.#written !== null && this.#messages.at(-1)?.parts) || [];
    if (workerId === undefined) return parts;
    const worker = parts.findLast((part) => part.type === 'worker' && part.workerId === workerId);
    return worker?.type === 'worker' ? worker.parts : [];
  }

  /** The newest part that fits, ready to be changed. */
  find<P extends UIMessagePart>(
    workerId: string | undefined,
    fits: (part: UIMessagePart) => boolean,
  ): Mutable<P> | undefined {
    const index = this.peek(workerId).findLastIndex(fits);
    if (index < 0) return undefined;
    const parts = this.parts(workerId);
    const part = this.own(parts[index] as P);
    parts[index] = part as P;
    return part;
  }

  /** The parts an event adds to: the message's, or those of the worker it names. */
  parts(workerId?: string): Parts {
    const message = this.message();
    const parts = this.own(message.parts) as Parts;
    message.parts = parts;
    if (workerId === undefined) return parts;
    const worker = this.worker(workerId);
    const nested = this.own(worker.parts) as Parts;
    worker.parts = nested;
    return nested;
  }

  /** The part of that worker; made, with the id for a name, where no event announced it. */
  worker(workerId: string): Mutable<UIWorkerPart> {
    const isThis = (part: UIMessagePart) => part.type === 'worker' && part.workerId === workerId;
    return (
      this.find<UIWorkerPart>(undefined, isThis) ??
      this.add<UIWorkerPart>(undefined, {
        type: 'worker',
        workerId,
        workerSlug: workerId,
        parts: [],
        status: 'running',
      })
    );
  }

  add<P extends UIMessagePart>(workerId: string | undefined, part: P): Mutable<P> {
    this.#owned.add(part);
    this.parts(workerId).push(part);
    this.setRun({ parts: this.run.parts + 1 });
    return part;
  }

  /** The innermost open block of the run or of one worker: each has its own. */
  block(workerId?: string): BlockStartEvent | undefined {
    return this.run.blocks.findLast((block) => block.workerId === workerId);
  }

  thread(workerId?: string): { thread?: string } {
    const thread = this.block(workerId)?.thread;
    return thread === undefined || isMainThread(thread) ? {} : { thread };
  }

  /** Whether text and objects of the current block are not for the chat. */
  silent(workerId?: string): boolean {
    const block = this.block(workerId);
    return block?.outputToChat === false && block.thread === undefined;
  }

  /** Says more of the message that the run writes or, once it is over, wrote. */
  annotate(metadata: MessageMetadata): void {
    const index = this.#messages.findLastIndex((message) => message.id === this.#written);
    const message = this.#messages[index];
    if (!message) return;
    const messages = this.own(this.#messages) as UIMessage[];
    messages[index] = Object.assign(this.own(message), { metadata: { ...message.metadata, ...metadata } });
    this.#messages = messages;
  }

  end(ending: RunEnding): void {
    if (!this.#run) return;
    if (this.#written !== null) {
      const message = this.message();
      message.parts = this.close(message.parts, ending);
      message.status = 'done';
    }
    this.#run = null;
  }

  /** The same parts with nothing left open. */
  close(parts: readonly UIMessagePart[], ending: RunEnding): readonly UIMessagePart[] {
    this.#readGrown();
    return closeParts(parts, ending, this.now());
  }
}
