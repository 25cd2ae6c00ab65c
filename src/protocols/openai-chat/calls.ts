import type { PendingToolCall, StreamEvent } from '../../core/event.ts';
import { isRecord } from '../../core/is-record.ts';

export interface ToolCallsOptions {
  readonly say: (event: StreamEvent) => void;
  /** A call begins: what was said before it is over. */
  readonly onBegin: () => void;
  /** An id for a call that has none. */
  readonly newId: () => string;
}

interface Call {
  readonly id: string;
  readonly end: ObjectEnd;
  name: string;
  args: string;
  metadata: Readonly<Record<string, unknown>> | undefined;
  /** Whether it was announced. */
  begun: boolean;
  /** Whether its arguments were told of when they looked whole, which is done once. */
  tried: boolean;
  /** Whether what is known of it now was told of. */
  told: boolean;
  answered: boolean;
}

/** A piece of a call: known by its id, by its index or by following the piece before. */
interface Piece {
  readonly id: string;
  readonly index: number | undefined;
  readonly name: string;
  readonly args: string;
  /** What the call gave, where the server ran it. */
  readonly output: unknown;
}

/** The tool calls of one answer. */
export class ToolCalls {
  readonly #options: ToolCallsOptions;
  readonly #calls: Call[] = [];
  readonly #byId = new Map<string, Call>();
  readonly #byIndex = new Map<number, Call>();
  /** Whether results or words that follow calls show that the server runs them. */
  areRun = false;

  constructor(options: ToolCallsOptions) {
    this.#options = options;
  }

  read(entry: Readonly<Record<string, unknown>>): void {
    const piece = pieceOf(entry);
    const call = this.#find(piece) ?? this.#add(piece);
    if (!call) return;
    const { extra_content } = entry;
    if (isRecord(extra_content)) keepMetadata(call, { extra_content });
    call.name ||= piece.name;
    this.#grow(call, piece.args);
    if (piece.output !== undefined) this.#answer(call, piece.output);
  }

  /** What the model wants back with the newest call. */
  keep(metadata: Readonly<Record<string, unknown>>): void {
    const call = this.#calls.at(-1);
    if (call) keepMetadata(call, metadata);
  }

  /** Words came. Models do not speak on before they have the results of their calls. */
  heard(words: string): void {
    if (this.#calls.length > 0 && words.trim() !== '') this.areRun = true;
  }

  /** Tells of what is not told yet. */
  finish(): void {
    for (const call of this.#calls) this.#tell(call);
  }

  /** The calls that are left for somebody else, once those are answered that cannot be run. */
  handOver(): readonly PendingToolCall[] | undefined {
    const open = this.#calls.filter(({ answered }) => !answered);
    if (open.length === 0) return undefined;
    return open.flatMap(({ id, name, args }) => {
      const input = argumentsOf(args);
      if (input !== undefined)
        return [{ toolCallId: id, toolName: name, args: isRecord(input) ? input : { input } }];
      this.#options.say({
        type: 'tool-output-error',
        toolCallId: id,
        error: 'The arguments are not valid JSON.',
      });
      return [];
    });
  }

  /** The call that a piece belongs to; undefined where it begins one. */
  #find({ id, index, name, args, output }: Piece): Call | undefined {
    const known = this.#byId.get(id);
    if (known) return known;
    const isElsewhere = output !== undefined && id !== '';
    const last = isElsewhere ? undefined : this.#calls.at(-1);
    const indexed = index === undefined ? undefined : this.#byIndex.get(index);
    // What neither names nor identifies a call cannot begin one.
    const mayFollow = index === undefined || (id === '' && name === '');
    const call = indexed ?? (mayFollow ? last : undefined);
    if (!call || name === '' || call.name === '') return call;
    // Some servers give every piece of a call an id of its own, or its name again; others count no calls.
    const isOther = id !== '' || name !== call.name || (call.end.reached && args !== '');
    return isOther ? undefined : call;
  }

  #add({ id, index, name, args }: Piece): Call | undefined {
    if (id === '' && name === '' && args === '') return undefined;
    const call: Call = {
      id: id || this.#options.newId(),
      end: new ObjectEnd(),
      name: '',
      args: '',
      metadata: undefined,
      begun: false,
      tried: false,
      told: false,
      answered: false,
    };
    this.#calls.push(call);
    this.#byId.set(call.id, call);
    if (index !== undefined) this.#byIndex.set(index, call);
    return call;
  }

  #grow(call: Call, args: string): void {
    const { say } = this.#options;
    // What was held back until its name is known.
    const held = call.begun ? '' : call.args;
    // White space after the end says nothing.
    const isNew = args !== '' && (!call.end.reached || args.trim() !== '');
    if (isNew) {
      call.args += args;
      call.end.push(args);
      call.told = false;
    }
    if (call.name === '') return;
    this.#begin(call);
    const delta = isNew ? held + args : held;
    if (delta !== '') say({ type: 'tool-input-delta', toolCallId: call.id, inputTextDelta: delta });
    if (!call.end.reached || call.tried) return;
    call.tried = true;
    this.#tell(call);
  }

  #begin(call: Call): void {
    if (call.begun) return;
    call.begun = true;
    call.name ||= 'tool';
    this.#options.onBegin();
    this.#options.say({ type: 'tool-input-start', toolCallId: call.id, toolName: call.name });
  }

  #tell(call: Call): void {
    this.#begin(call);
    if (call.told) return;
    const input = argumentsOf(call.args);
    if (input === undefined) return;
    call.told = true;
    const { id: toolCallId, name: toolName, metadata: providerMetadata } = call;
    this.#options.say({
      type: 'tool-input-available',
      toolCallId,
      toolName,
      input,
      ...(providerMetadata && { providerMetadata }),
    });
  }

  #answer(call: Call, output: unknown): void {
    this.#tell(call);
    call.answered = true;
    this.areRun = true;
    this.#options.say({ type: 'tool-output-available', toolCallId: call.id, output });
  }
}

function keepMetadata(call: Call, metadata: Readonly<Record<string, unknown>>): void {
  call.metadata = { ...call.metadata, ...metadata };
  call.told = false;
}

function pieceOf({ id, index, function: called, result }: Readonly<Record<string, unknown>>): Piece {
  const { name, arguments: args } = isRecord(called) ? called : {};
  return {
    id: typeof id === 'string' ? id : '',
    index: typeof index === 'number' ? index : undefined,
    name: typeof name === 'string' ? name : '',
    args: typeof args === 'string' ? args : isRecord(args) ? JSON.stringify(args) : '',
    output: result ?? undefined,
  };
}

/** The arguments, none where there is no text; undefined where the text is not JSON. */
function argumentsOf(text: string): unknown {
  if (text.trim() === '') return {};
  // Some servers begin with the arguments of a call that has none.
  for (const json of text.startsWith('{}') ? [text, text.slice(2)] : [text]) {
    try {
      return JSON.parse(json) ?? {};
    } catch {
      // The other may be.
    }
  }
  return undefined;
}

/** Looks for the end of a JSON object whose text comes in pieces. */
class ObjectEnd {
  #depth = 0;
  #inString = false;
  #escaped = false;
  reached = false;

  push(text: string): void {
    for (const character of text) {
      if (this.#escaped) this.#escaped = false;
      else if (this.#inString) {
        this.#escaped = character === '\\';
        this.#inString = character !== '"';
      } else if (character === '"') this.#inString = true;
      else if (character === '{') {
        this.#depth += 1;
        this.reached = false;
      } else if (character === '}') {
        this.#depth -= 1;
        this.reached = this.#depth === 0;
      }
    }
  }
}
