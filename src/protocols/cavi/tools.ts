import type { StreamEvent } from '../../core/event.ts';
import { isRecord } from '../../core/is-record.ts';

type Json = Readonly<Record<string, unknown>>;

interface OpenCall {
  readonly toolCallId: string;
  /** The id that the gateway gave, where it did. */
  readonly given: string | undefined;
  readonly name: string;
  hasInput: boolean;
}

/**
 * The tool calls of a run. Gateways make up ids for what they say of a call, and another each time: what belongs
 * together is told by the name and the order, unless the id fits.
 */
export class CaviToolCalls {
  readonly #open: OpenCall[] = [];
  readonly #used = new Set<string>();
  readonly #done = new Set<string>();
  #count = 0;

  /** Nothing where the event is not of a tool. */
  read(event: string, record: Json): StreamEvent[] {
    const name = nameOf(event, record);
    if (name === undefined) return [];
    const call = isRecord(record['toolCall']) ? record['toolCall'] : record;
    const given = isRecord(record['toolCall']) ? stringOf(call, 'id') : stringOf(call, ...IDS);
    const state = stateOf(event, call);
    const input = first(call, 'input', 'args', 'arguments', 'params');
    const events: StreamEvent[] = [];
    let open = this.#find(given, name, event, state);
    if (!open) {
      if (given !== undefined && this.#done.has(given)) return [];
      open = this.#begin(given, name);
      events.push(available(open, input));
    } else if (input !== undefined && !open.hasInput) events.push(available(open, input));
    if (state === 'running') return events;
    this.#open.splice(this.#open.indexOf(open), 1);
    for (const id of [given, open.given]) if (id !== undefined) this.#done.add(id);
    const { toolCallId } = open;
    const output = first(call, 'output', 'result', 'response');
    if (state === 'completed') events.push({ type: 'tool-output-available', toolCallId, output });
    else {
      const said = stringOf(call, 'error', 'errorMessage', 'message');
      const error = said ?? (typeof output === 'string' && output ? output : 'The tool failed.');
      events.push({ type: 'tool-output-error', toolCallId, error });
    }
    return events;
  }

  /** What a request for permission is about. */
  asked(request: Json): { readonly name: string | undefined; readonly args: Json } {
    const name = stringOf(request, ...NAMES, 'tool', 'name');
    const input = first(request, 'input', 'args', 'arguments', 'params');
    if (input !== undefined) return { name, args: toArguments(input) };
    const command = stringOf(request, 'command');
    return { name, args: command === undefined ? {} : { command } };
  }

  /** The newest call of that tool that has no result yet. */
  waiting(name: string): string | undefined {
    return this.#open.findLast((call) => call.name === name)?.toolCallId;
  }

  #find(given: string | undefined, name: string, event: string, state: string): OpenCall | undefined {
    const same = given === undefined ? undefined : this.#open.find((call) => call.given === given);
    if (same) return same;
    const isName = (call: OpenCall): boolean => call.name === name;
    if (state !== 'running') return this.#open.find(isName);
    // What is said of a call on its way is said of the one that was begun last.
    return PROGRESS.some((word) => event.includes(word)) ? this.#open.findLast(isName) : undefined;
  }

  #begin(given: string | undefined, name: string): OpenCall {
    let toolCallId = given ?? `${name}:${this.#count}`;
    while (this.#used.has(toolCallId)) toolCallId = `${name}:${++this.#count}`;
    this.#count += 1;
    this.#used.add(toolCallId);
    const call = { toolCallId, given, name, hasInput: false };
    this.#open.push(call);
    return call;
  }
}

const IDS = ['toolCallId', 'tool_call_id', 'call_id'];
const NAMES = ['tool_name', 'toolName', 'function_name', 'functionName'];
const PROGRESS = ['progress', 'delta', 'update'];

function nameOf(event: string, record: Json): string | undefined {
  const call = record['toolCall'];
  const isTool = event.includes('tool');
  if (isRecord(call)) return isTool ? stringOf(call, 'name') : undefined;
  return stringOf(record, ...NAMES, 'tool', ...(isTool ? ['name'] : []));
}

function stateOf(event: string, call: Json): 'running' | 'completed' | 'failed' {
  const { error } = call;
  const words = `${event} ${stringOf(call, 'status', 'state', 'phase') ?? ''}`.toLowerCase();
  const has = (...parts: readonly string[]): boolean => parts.some((part) => words.includes(part));
  if (error === true || has('fail', 'error')) return 'failed';
  return has('complete', 'success', 'done', 'finish') ? 'completed' : 'running';
}

function available(call: OpenCall, input: unknown): StreamEvent {
  call.hasInput = input !== undefined;
  const { toolCallId, name: toolName } = call;
  return { type: 'tool-input-available', toolCallId, toolName, input: toArguments(input) };
}

/** Arguments come as text, which may be JSON, and may be cut off. */
function toArguments(input: unknown): Json {
  if (isRecord(input)) return input;
  if (input === undefined || input === null) return {};
  try {
    const parsed: unknown = typeof input === 'string' ? JSON.parse(input) : input;
    return isRecord(parsed) ? parsed : { input };
  } catch {
    return { input };
  }
}

function first(record: Json, ...names: readonly string[]): unknown {
  return names.map((name) => record[name]).find((value) => value !== undefined && value !== null);
}

function stringOf(record: Json, ...names: readonly string[]): string | undefined {
  const found = names.map((name) => record[name]).find((value) => typeof value === 'string' && value !== '');
  return typeof found === 'string' ? found : undefined;
}
