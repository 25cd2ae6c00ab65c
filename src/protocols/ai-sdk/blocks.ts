import type { StreamEvent } from '../../core/event.ts';
import { type Chunk, textIn, unannounced } from './chunk.ts';
import { asMetadata, fieldsOf, type Kept } from './kept.ts';

/** A text or reasoning that is being written. */
interface Block {
  readonly kind: 'text' | 'reasoning';
  readonly id: string;
  kept: Kept;
}

/** The texts and reasonings of one leg. The stream uses an id again once its block has ended; here each has its own. */
export class AiSdkBlocks {
  readonly #newId: () => string;
  /** Those that are open. A text and a reasoning may have the same id. */
  readonly #open = new Map<string, Block>();

  constructor(newId: () => string) {
    this.#newId = newId;
  }

  start(kind: Block['kind'], chunk: Chunk): StreamEvent[] {
    const key = keyOf(kind, chunk);
    const ended = this.#end(key);
    const kept = fieldsOf(chunk, 'providerMetadata', ...(kind === 'reasoning' ? ['id'] : []));
    const block = { kind, id: this.#newId(), kept };
    this.#open.set(key, block);
    return [...ended, { type: `${kind}-start`, id: block.id }];
  }

  delta(kind: Block['kind'], chunk: Chunk): StreamEvent[] {
    const delta = textIn(chunk, 'delta');
    return [{ type: `${kind}-delta`, id: this.#heard(kind, chunk).id, delta }];
  }

  end(kind: Block['kind'], chunk: Chunk): StreamEvent[] {
    this.#heard(kind, chunk);
    return this.#end(keyOf(kind, chunk));
  }

  endAll(): StreamEvent[] {
    return [...this.#open.keys()].flatMap((key) => this.#end(key));
  }

  #heard(kind: Block['kind'], chunk: Chunk): Block {
    const block = this.#open.get(keyOf(kind, chunk));
    if (!block) throw unannounced(chunk);
    block.kept = { ...block.kept, ...fieldsOf(chunk, 'providerMetadata', 'citations') };
    return block;
  }

  #end(key: string): StreamEvent[] {
    const block = this.#open.get(key);
    this.#open.delete(key);
    return block ? [{ type: `${block.kind}-end`, id: block.id, ...asMetadata(block.kept) }] : [];
  }
}

function keyOf(kind: Block['kind'], chunk: Chunk): string {
  return `${kind}:${textIn(chunk, 'id')}`;
}
