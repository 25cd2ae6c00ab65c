import { type Fields, outOfOrder, ownerOf, text, textIfAny } from './fields.ts';

/** What chunks of one type stand for. */
interface Kind {
  readonly start: string;
  readonly content: string;
  readonly end: string;
  readonly id: 'messageId' | 'toolCallId';
  /** What the first chunk says, and those after it may only repeat. */
  readonly opening: readonly string[];
}

/** What one owner is sending in chunks. */
interface Open {
  readonly kind: Kind;
  readonly id: string;
  readonly first: Fields;
}

const KINDS: ReadonlyMap<unknown, Kind> = new Map([
  ['TEXT_MESSAGE_CHUNK', kind('TEXT_MESSAGE', 'CONTENT', 'messageId', ['role', 'name'])],
  ['TOOL_CALL_CHUNK', kind('TOOL_CALL', 'ARGS', 'toolCallId', ['toolCallName', 'parentMessageId'])],
  ['REASONING_MESSAGE_CHUNK', kind('REASONING_MESSAGE', 'CONTENT', 'messageId', [])],
]);

/** After these, what their owner sent in chunks is over. */
const ENDING =
  /^(?:TEXT_MESSAGE_|TOOL_CALL_|STATE_|STEP_|REASONING_(?:START|END|MESSAGE_)|CUSTOM$|SUBAGENT_(?:FINISHED|ERROR)$)/;
/** After these, all of it. */
const ENDING_ALL = /^(?:RUN_|MESSAGES_SNAPSHOT$)/;

function kind(name: string, content: string, id: Kind['id'], opening: readonly string[]): Kind {
  return { start: `${name}_START`, content: `${name}_${content}`, end: `${name}_END`, id, opening };
}

/** Chunks in the long form: a start, content and an end, which chunks leave to be understood. */
export class Chunks {
  /** By owner, as subagents send theirs at the same time. */
  readonly #open = new Map<string | undefined, Open>();
  readonly #isOpen: (start: string, id: string) => boolean;

  /** `isOpen` tells what began in the long form: chunks may go on with it. */
  constructor(isOpen: (start: string, id: string) => boolean) {
    this.#isOpen = isOpen;
  }

  *expand(event: Fields): Generator<Fields> {
    const kind = KINDS.get(event['type']);
    if (kind) return yield* this.#chunk(kind, event);
    const type = String(event['type']);
    if (ENDING_ALL.test(type)) for (const owner of [...this.#open.keys()]) yield* this.#end(owner);
    else if (ENDING.test(type)) yield* this.#end(ownerOf(event));
    yield event;
  }

  *#chunk(kind: Kind, chunk: Fields): Generator<Fields> {
    const id = textIfAny(chunk, kind.id);
    const owner = this.#ownerOf(kind, id, chunk);
    let open = this.#open.get(owner);
    if (open?.kind === kind && (id === undefined || id === open.id)) {
      for (const name of kind.opening) {
        const repeated = textIfAny(chunk, name);
        const before = textIfAny(open.first, name) ?? (name === 'role' ? 'assistant' : undefined);
        if (repeated !== undefined && repeated !== before)
          throw outOfOrder(chunk, `says another “${name}” than the first of its kind`);
      }
    } else {
      yield* this.#end(owner);
      if (id === undefined)
        throw outOfOrder(chunk, `has no “${kind.id}”, although it is the first of its kind`);
      if (!this.#isOpen(kind.start, id)) {
        open = { kind, id, first: chunk };
        if (kind.id === 'toolCallId') text(chunk, 'toolCallName');
        this.#open.set(owner, open);
        const { delta: _, ...opening } = chunk;
        yield { ...opening, type: kind.start };
      }
    }
    const { delta, metadata } = chunk;
    if (delta === undefined && metadata === undefined) return;
    yield { ...chunk, type: kind.content, [kind.id]: id ?? open?.id, delta: delta ?? '' };
  }

  *#end(owner: string | undefined): Generator<Fields> {
    const open = this.#open.get(owner);
    if (!open) return;
    this.#open.delete(owner);
    yield { type: open.kind.end, [open.kind.id]: open.id };
  }

  /** Whose chunk it is. One that does not say goes on with what is open. */
  #ownerOf(kind: Kind, id: string | undefined, chunk: Fields): string | undefined {
    const tag = ownerOf(chunk);
    const ofKind = [...this.#open].filter(([, open]) => open.kind === kind);
    const holder = id === undefined ? undefined : ofKind.find(([, open]) => open.id === id);
    if (holder) {
      if (tag !== undefined && tag !== holder[0])
        throw outOfOrder(chunk, 'belongs to another subagent than what it goes on with');
      return holder[0];
    }
    if (id !== undefined || tag !== undefined || this.#open.get(undefined)?.kind === kind) return tag;
    if (ofKind.length > 1) throw outOfOrder(chunk, 'may belong to several subagents');
    return ofKind[0]?.[0];
  }
}
