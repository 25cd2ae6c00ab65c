import type { UIMessagePart } from './message.ts';
import { type Asked, inOtherWords } from './user-message.ts';

/** Something that was said while the agent was busy. */
export interface QueuedMessage {
  readonly id: string;
  /** What the user will see of it; empty for a trigger without a message. */
  readonly parts: readonly UIMessagePart[];
  /** Says it in other words. */
  edit(content: string): void;
  /** Puts it at this place in the queue; 0 is next. */
  moveTo(index: number): void;
  /** Says it now: the run that is going on ends. Throws where a version is shown that cannot be gone on with. */
  sendNow(): void;
  remove(): void;
}

export interface QueueOptions {
  readonly onChange: () => void;
  /** Throws where nothing can be asked as things stand. */
  readonly assertSendable: () => void;
  readonly onSend: (asked: Asked) => Promise<void>;
}

interface Entry {
  readonly message: QueuedMessage;
  readonly asked: Asked;
  readonly settle: (run: Promise<void> | undefined) => void;
}

/** What waits for the agent. Each entry settles with the run that it becomes, or when it is removed. */
export class Queue {
  readonly #options: QueueOptions;
  #entries: readonly Entry[] = [];
  #messages: readonly QueuedMessage[] = [];

  constructor(options: QueueOptions) {
    this.#options = options;
  }

  /** The same list until it changes. */
  get messages(): readonly QueuedMessage[] {
    return this.#messages;
  }

  add(id: string, asked: Asked): Promise<void> {
    return new Promise((settle) => {
      this.#change([...this.#entries, this.#entry(id, asked, settle)]);
    });
  }

  /** Asks what is next, if anything. */
  sendNext(): void {
    const [next] = this.#entries;
    if (next) this.#send(next.message.id);
  }

  clear(): void {
    const removed = this.#entries;
    if (removed.length === 0) return;
    this.#change([]);
    for (const { settle } of removed) settle(undefined);
  }

  #entry(id: string, asked: Asked, settle: Entry['settle']): Entry {
    const message: QueuedMessage = {
      id,
      parts: asked.parts ?? [],
      edit: (content) => {
        const edited = this.#entry(id, inOtherWords(asked, content), settle);
        this.#change(this.#entries.map((entry) => (entry.message.id === id ? edited : entry)));
      },
      moveTo: (index) => {
        const entry = this.#entries.find((other) => other.message.id === id);
        if (!entry) return;
        const others = this.#entries.filter((other) => other !== entry);
        const at = Math.max(0, index);
        this.#change([...others.slice(0, at), entry, ...others.slice(at)]);
      },
      sendNow: () => this.#send(id),
      remove: () => this.#take(id)?.settle(undefined),
    };
    return { message, asked, settle };
  }

  #send(id: string): void {
    const entry = this.#entries.find(({ message }) => message.id === id);
    if (!entry) return;
    this.#options.assertSendable();
    this.#take(id);
    entry.settle(this.#options.onSend(entry.asked));
  }

  #take(id: string): Entry | undefined {
    const taken = this.#entries.find(({ message }) => message.id === id);
    if (taken) this.#change(this.#entries.filter((entry) => entry !== taken));
    return taken;
  }

  #change(entries: readonly Entry[]): void {
    this.#entries = entries;
    this.#messages = entries.map(({ message }) => message);
    this.#options.onChange();
  }
}
