import {
  assertOwner,
  type Fields,
  inWorker,
  type Kept,
  keep,
  keepMetadata,
  outOfOrder,
  ownerOf,
  type Say,
  text,
  textIfAny,
  wordsIn,
} from './fields.ts';
import { AMENDMENT, type Memory } from './memory.ts';

type Kind = 'text' | 'reasoning';

/** A message whose words are being streamed. */
interface Block extends Kept {
  readonly kind: Kind;
  readonly messageId: string;
  readonly owner: string | undefined;
  /** The id of the part; undefined for what is not shown. */
  readonly partId: string | undefined;
  readonly role: string;
  words: string;
}

/** Messages of words and of reasoning as they are streamed: several may be open, each goes on under its id. */
export class Blocks {
  readonly #memory: Memory;
  readonly #say: Say;
  readonly #open = new Map<string, Block>();
  /** Those that are over, and not yet told to be: what is to go back with them may still come, or more of them. */
  readonly #ending = new Map<string, Block>();
  readonly #owners = new Map<string, string | undefined>();
  /** How many parts a message has so far. */
  readonly #counts = new Map<string, number>();
  readonly #amended = new Map<string, Fields>();

  constructor(memory: Memory, say: Say) {
    this.#memory = memory;
    this.#say = say;
  }

  isOpen(kind: Kind, messageId: string): boolean {
    return this.#open.has(keyOf(kind, messageId));
  }

  /** Whether that message was ever said, and who said it. */
  holder(messageId: string): { readonly owner: string | undefined } | undefined {
    const key = keyOf('text', messageId);
    return this.#owners.has(key) ? { owner: this.#owners.get(key) } : undefined;
  }

  start(kind: Kind, event: Fields): void {
    const messageId = text(event, 'messageId');
    const key = keyOf(kind, messageId);
    if (this.#open.has(key)) throw outOfOrder(event, 'begins what is open already');
    if (this.#owners.has(key)) assertOwner(event, this.#owners.get(key));
    const owner = this.#owners.has(key) ? this.#owners.get(key) : ownerOf(event);
    this.#owners.set(key, owner);
    const ending = this.#ending.get(key);
    this.#ending.delete(key);
    const block = ending ?? this.#begin(kind, event, messageId, owner);
    this.#open.set(key, block);
    keep(block, 'name', textIfAny(event, 'name'));
    keepMetadata(block, event);
  }

  grow(kind: Kind, event: Fields): void {
    const block = this.#opened(kind, event);
    const delta = text(event, 'delta');
    keepMetadata(block, event);
    block.words += delta;
    if (block.partId === undefined || delta === '') return;
    this.#say({ type: `${kind}-delta`, id: block.partId, delta, ...inWorker(block.owner) });
  }

  end(kind: Kind, event: Fields): void {
    const block = this.#opened(kind, event);
    keepMetadata(block, event);
    const key = keyOf(kind, block.messageId);
    this.#open.delete(key);
    this.#ending.set(key, block);
  }

  /** A message that is said at once, unless it is known. */
  whole(kind: Kind, message: Fields): void {
    const messageId = text(message, 'id');
    const delta = wordsIn(message['content']);
    if (delta !== '' && !this.#memory.messageIds.has(messageId) && !this.#rename(delta, messageId)) {
      const event = { type: 'MESSAGES_SNAPSHOT', messageId, subagentRunId: message['subagentRunId'], delta };
      this.start(kind, { ...event, name: message['name'], metadata: message['metadata'] });
      this.grow(kind, event);
      this.end(kind, event);
    }
    const sealed = textIfAny(message, 'encryptedValue');
    if (sealed !== undefined) this.seal(messageId, sealed);
  }

  /** What only the agent can read goes back with the message. */
  seal(messageId: string, encryptedValue: string): void {
    const blocks = [keyOf('text', messageId), keyOf('reasoning', messageId)].flatMap(
      (key) => this.#open.get(key) ?? this.#ending.get(key) ?? [],
    );
    for (const block of blocks) keep(block, 'encryptedValue', encryptedValue);
    const { messageIds, activities } = this.#memory;
    if (blocks.length === 0 && messageIds.has(messageId) && !activities.has(messageId))
      this.amend(messageId, { encryptedValue });
  }

  /** What is to be known of a message or a call that was told to be over. */
  amend(id: string, data: Fields): void {
    this.flush();
    const amended = { ...this.#amended.get(id), ...data };
    this.#amended.set(id, amended);
    this.#say({ type: 'data', name: AMENDMENT, id, data: amended });
  }

  /** Tells of those that are over that they are: something else comes. */
  flush(): void {
    for (const block of this.#ending.values()) this.#tell(block);
    this.#ending.clear();
  }

  /** Nothing more comes. */
  close(): void {
    for (const [key, block] of this.#open) this.#ending.set(key, block);
    this.#open.clear();
    this.flush();
  }

  assertClosed(event: Fields): void {
    if (this.#open.size > 0) throw outOfOrder(event, 'ends a run in the middle of a message');
  }

  #begin(kind: Kind, event: Fields, messageId: string, owner: string | undefined): Block {
    this.flush();
    const { messageIds, activities } = this.#memory;
    const role = kind === 'text' ? (textIfAny(event, 'role') ?? 'assistant') : kind;
    const isShown = (kind === 'reasoning' || role === 'assistant') && !activities.has(messageId);
    // A part that is over is not opened again: the same message goes on in another.
    let partId = messageId;
    let count = this.#counts.get(messageId) ?? 1;
    while (messageIds.has(partId)) partId = `${messageId}#${++count}`;
    this.#counts.set(messageId, count);
    messageIds.add(partId);
    const isNamed = event['type'] !== 'THINKING' && (kind === 'reasoning' || partId !== messageId);
    if (isShown) this.#say({ type: `${kind}-start`, id: partId, ...inWorker(owner) });
    return {
      kind,
      messageId,
      owner,
      partId: isShown ? partId : undefined,
      role,
      words: '',
      kept: isNamed ? { messageId } : {},
    };
  }

  #opened(kind: Kind, event: Fields): Block {
    const block = this.#open.get(keyOf(kind, text(event, 'messageId')));
    if (!block) throw outOfOrder(event, 'goes on with what is not open');
    assertOwner(event, block.owner);
    return block;
  }

  #tell({ kind, messageId, partId, owner, role, words, kept }: Block): void {
    this.#memory.said.set(partId ?? messageId, words);
    if (partId !== undefined) {
      const providerMetadata = Object.keys(kept).length > 0 ? { providerMetadata: kept } : {};
      this.#say({ type: `${kind}-end`, id: partId, ...providerMetadata, ...inWorker(owner) });
    } else if (!this.#memory.activities.has(messageId)) {
      // Nothing of an answer, and yet of the conversation.
      const data = { role, content: words, ...kept };
      this.#say({ type: 'data', name: 'message', id: messageId, data, ...inWorker(owner) });
    }
  }

  /** Whether the answer says these words by another id, as some servers stream it: it is known by this one then. */
  #rename(words: string, messageId: string): boolean {
    const block = [...this.#open.values(), ...this.#ending.values()].find((block) => block.words === words);
    if (block) keep(block, 'messageId', messageId);
    const [partId] = [...this.#memory.said].find(([, said]) => said === words) ?? [];
    if (!block && partId !== undefined) this.amend(partId, { messageId });
    const isFound = block !== undefined || partId !== undefined;
    if (isFound) this.#memory.messageIds.add(messageId);
    return isFound;
  }
}

function keyOf(kind: Kind, messageId: string): string {
  return `${kind}:${messageId}`;
}
