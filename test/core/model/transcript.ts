import type { StreamEvent, UIMessagePart } from 'agent-chat-kit';

type BlockStart = Extract<StreamEvent, { type: 'block-start' }>;

/** Texts by the stream that wrote them. */
export type Texts = ReadonlyMap<string, string>;

/** What a run wrote, as a list: it knows nothing of messages and parts. */
export class Transcript {
  readonly #written: { readonly key: string; readonly text: string }[] = [];
  #blocks: readonly BlockStart[] = [];

  /** How many pieces there are. */
  get length(): number {
    return this.#written.length;
  }

  add(event: StreamEvent): void {
    switch (event.type) {
      case 'text-delta':
        if (!this.#silent(event.workerId)) this.#write('text', event, event.delta);
        return;
      case 'reasoning-delta':
        return this.#write('reasoning', event, event.delta);
      case 'block-start':
        this.#blocks = [...this.#blocks, event];
        return;
      case 'block-end':
        this.#blocks = this.#blocks.filter(
          ({ blockId, workerId }) => blockId !== event.blockId || workerId !== event.workerId,
        );
        return;
      case 'worker-result':
        this.#blocks = this.#blocks.filter(({ workerId }) => workerId !== event.workerId);
    }
  }

  /** How many of the first pieces these texts are; undefined where they are anything else. */
  match(texts: Texts): number | undefined {
    let rest = 0;
    for (const text of texts.values()) rest += text.length;
    const expected = new Map<string, string>();
    let count = 0;
    while (rest > 0) {
      const piece = this.#written[count];
      if (!piece) return undefined;
      expected.set(piece.key, (expected.get(piece.key) ?? '') + piece.text);
      rest -= piece.text.length;
      count += 1;
    }
    for (const [key, text] of texts) if (text !== (expected.get(key) ?? '')) return undefined;
    return count;
  }

  #write(kind: string, { id, workerId }: { id: string; workerId?: string | undefined }, text: string): void {
    this.#written.push({ key: keyOf(kind, id, workerId), text });
  }

  #silent(workerId: string | undefined): boolean {
    const block = this.#blocks.findLast((open) => open.workerId === workerId);
    return block?.outputToChat === false && block.thread === undefined;
  }
}

/** All that parts say, by the stream that wrote it. */
export function textsOf(
  parts: readonly UIMessagePart[],
  workerId?: string,
  texts = new Map<string, string>(),
) {
  const add = (kind: string, id: string | undefined, text: string) => {
    const key = keyOf(kind, id ?? '', workerId);
    texts.set(key, (texts.get(key) ?? '') + text);
  };
  for (const part of parts) {
    if (part.type === 'text') add('text', part.id, part.text);
    else if (part.type === 'reasoning') add('reasoning', part.id, part.text);
    else if (part.type === 'object') {
      add('text', part.id, part.object === undefined ? (part.text ?? '') : JSON.stringify(part.object));
    } else if (part.type === 'worker') textsOf(part.parts, part.workerId, texts);
  }
  return texts;
}

function keyOf(kind: string, id: string, workerId = ''): string {
  return `${kind} ${workerId} ${id}`;
}
