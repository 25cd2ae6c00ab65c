import type { PendingToolCall } from '../../core/event.ts';
import { isRecord } from '../../core/is-record.ts';
import type { Blocks } from './blocks.ts';
import {
  assertOwner,
  type Fields,
  inWorker,
  keep,
  keepMetadata,
  outOfOrder,
  ownerOf,
  recordIfAny,
  recordsIfAny,
  type Say,
  text,
  textIfAny,
  wordsIn,
} from './fields.ts';
import { fileIn } from './files.ts';
import { isDeeperThan, MAX_DEPTH } from './json-patch.ts';
import type { KnownCall, Memory } from './memory.ts';

/** Tool calls as they are streamed, whoever is to run them. */
export class Calls {
  readonly #memory: Memory;
  readonly #blocks: Blocks;
  readonly #say: Say;
  /** Of this run. */
  readonly #begun = new Set<KnownCall>();

  constructor(memory: Memory, blocks: Blocks, say: Say) {
    this.#memory = memory;
    this.#blocks = blocks;
    this.#say = say;
  }

  isOpen(toolCallId: string): boolean {
    return this.find(toolCallId)?.open ?? false;
  }

  find(toolCallId: string): KnownCall | undefined {
    return this.#memory.calls.get(toolCallId);
  }

  start(event: Fields): void {
    const toolCallId = text(event, 'toolCallId');
    const name = text(event, 'toolCallName');
    const parentMessageId = textIfAny(event, 'parentMessageId');
    const known = this.find(toolCallId);
    if (known?.open) throw outOfOrder(event, 'begins what is open already');
    const holder = parentMessageId === undefined ? undefined : this.#blocks.holder(parentMessageId);
    if (holder) assertOwner(event, holder.owner);
    if (known) assertOwner(event, known.owner);
    this.#blocks.flush();
    const call = known ?? this.#add(toolCallId, name, ownerOf(event) ?? holder?.owner);
    call.name = name;
    call.open = true;
    if (parentMessageId !== undefined && !known) keep(call, 'parentMessageId', parentMessageId);
    keepMetadata(call, event);
    this.#begun.add(call);
    if (call.elsewhere) return;
    this.#say({ type: 'tool-input-start', toolCallId, toolName: name, ...inWorker(call.owner) });
  }

  grow(event: Fields): void {
    const call = this.#opened(event);
    const delta = text(event, 'delta');
    keepMetadata(call, event);
    call.text += delta;
    if (call.elsewhere || delta === '') return;
    const { toolCallId } = call;
    this.#say({ type: 'tool-input-delta', toolCallId, inputTextDelta: delta, ...inWorker(call.owner) });
  }

  end(event: Fields): void {
    const call = this.#opened(event);
    keepMetadata(call, event);
    call.open = false;
    if (!call.elsewhere) this.tell(call);
  }

  /** A call that is made at once, as the history of a conversation has it. */
  whole(fields: Fields, parentMessageId: string | undefined, owner: string | undefined): void {
    const toolCallId = text(fields, 'id');
    const known = this.find(toolCallId);
    if (known?.elsewhere || known?.open) return;
    const isPlaced = parentMessageId === known?.kept['parentMessageId'];
    if (!known || !isPlaced) {
      const asked = recordIfAny(fields, 'function') ?? {};
      this.#blocks.flush();
      const call = known ?? this.#add(toolCallId, text(asked, 'name'), owner);
      if (!known) {
        call.text = textIfAny(asked, 'arguments') ?? '';
        keepMetadata(call, fields);
        this.#begun.add(call);
      }
      keep(call, 'parentMessageId', parentMessageId);
      this.tell(call);
    }
    const sealed = textIfAny(fields, 'encryptedValue');
    if (sealed !== undefined) this.seal(toolCallId, sealed);
  }

  seal(toolCallId: string, encryptedValue: string): void {
    const call = this.find(toolCallId);
    if (call?.open) keep(call, 'encryptedValue', encryptedValue);
    else if (call) this.#blocks.amend(toolCallId, { encryptedValue });
  }

  /** What a tool gave. `fields` are those of a tool message. */
  result(fields: Fields, messageId: string | undefined): void {
    const toolCallId = text(fields, 'toolCallId');
    const { content } = fields;
    const parts = Array.isArray(content) ? recordsIfAny(fields, 'content') : [];
    // A string that has to be one: what a tool gave goes to the model letter by letter.
    const output = parts.some((part) => part['type'] !== 'text') ? parts : toText(content, fields);
    const error = textIfAny(fields, 'error');
    this.#blocks.flush();
    const known = this.find(toolCallId);
    const call = known ?? this.#add(toolCallId, 'tool', ownerOf(fields));
    const worker = inWorker(call.owner);
    call.output =
      error === undefined
        ? { type: 'tool-output-available', toolCallId, output, ...worker }
        : { type: 'tool-output-error', toolCallId, error, ...worker };
    call.elsewhere = false;
    // Whatever it waited for, it waits no more.
    const { interrupt: _, ...kept } = call.kept;
    call.kept = kept;
    keep(call, 'resultId', messageId);
    if (known) this.tell(call);
    else this.#say(call.output);
    for (const part of parts) {
      const file = fileIn(part, `${messageId ?? toolCallId}-${parts.indexOf(part)}`);
      if (file) this.#say({ type: 'file-available', toolCallId, ...file, ...worker });
    }
  }

  /** Tells of a call that is complete, and of what it gave. */
  tell(call: KnownCall): void {
    const { toolCallId, name, kept, output } = call;
    const { input, raw } = inputOf(call);
    const metadata = raw === undefined ? kept : { ...kept, arguments: raw };
    const providerMetadata = Object.keys(metadata).length > 0 ? { providerMetadata: metadata } : {};
    this.#say({
      type: 'tool-input-available',
      toolCallId,
      toolName: name,
      input,
      ...providerMetadata,
      ...inWorker(call.owner),
    });
    if (output) this.#say(output);
  }

  assertClosed(event: Fields): void {
    for (const { open } of this.#begun)
      if (open) throw outOfOrder(event, 'ends a run in the middle of a call');
  }

  /** The calls that are left to the page: those that the server names, otherwise those of its tools without a result. */
  pending(named: unknown, except: ReadonlySet<string>, isInterrupted: boolean): readonly PendingToolCall[] {
    const { advertised } = this.#memory;
    const isNamed = Array.isArray(named) && named.length > 0;
    // A server may be interrupted in the middle of a tool of its own.
    const isOurs = ({ name }: KnownCall): boolean => advertised?.has(name) ?? !isInterrupted;
    return [...(isNamed ? this.#memory.calls.values() : this.#begun)]
      .filter((call) => !call.output && !call.elsewhere && !except.has(call.toolCallId))
      .filter((call) => (isNamed ? named.includes(call.toolCallId) : isOurs(call)))
      .map((call) => ({
        toolCallId: call.toolCallId,
        toolName: call.name,
        args: argsOf(call),
        ...inWorker(call.owner),
      }));
  }

  #add(toolCallId: string, name: string, owner: string | undefined): KnownCall {
    const call: KnownCall = { toolCallId, name, text: '', owner, kept: {}, open: false, elsewhere: false };
    this.#memory.calls.set(toolCallId, call);
    return call;
  }

  #opened(event: Fields): KnownCall {
    const call = this.find(text(event, 'toolCallId'));
    if (!call?.open) throw outOfOrder(event, 'goes on with what is not open');
    assertOwner(event, call.owner);
    return call;
  }
}

/** The arguments by name. */
export function argsOf(call: KnownCall): Fields {
  const { input } = inputOf(call);
  return isRecord(input) ? input : { input };
}

/** The arguments; `raw` where they are not what an object of them would be written as again. */
function inputOf({ text }: KnownCall): { readonly input: unknown; readonly raw?: string } {
  if (text.trim() === '') return { input: {} };
  try {
    const input: unknown = JSON.parse(text);
    if (isRecord(input) && !isDeeperThan(input, MAX_DEPTH)) return { input };
  } catch {
    // Models write what is no JSON. It is shown, and goes back to them, as it is.
  }
  return { input: text, raw: text };
}

function toText(content: unknown, fields: Fields): string {
  return Array.isArray(content) ? wordsIn(content) : text(fields, 'content');
}
