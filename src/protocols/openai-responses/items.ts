import { isRecord } from '../../core/is-record.ts';
import type { ProviderMetadata } from '../../core/message.ts';

/** An item of a response: what the model said, thought or called, or what a call gave. */
export type Item = Readonly<Record<string, unknown>>;

/** How items that call a tool are shown. */
export interface CallKind {
  /** What the tool is called; where it is absent the item names it. */
  readonly toolName?: string;
  readonly input: (item: Item) => unknown;
  /** What the item says itself that the tool gave. Absent where another item or the page says it. */
  readonly output?: (item: Item) => unknown;
  /** Whether the tool runs in the page. */
  readonly isForPage?: (item: Item) => boolean;
}

const always = (): boolean => true;
const argumentsOf = ({ arguments: json }: Item): unknown => parsed(json);
const actionOf = ({ action }: Item): unknown => action;

const CALLS: ReadonlyMap<unknown, CallKind> = new Map<unknown, CallKind>([
  ['function_call', { input: argumentsOf, isForPage: always }],
  ['custom_tool_call', { input: (item) => pick(item, 'input'), isForPage: always }],
  ['mcp_call', { input: argumentsOf, output: ({ output }) => output }],
  ['mcp_approval_request', { input: argumentsOf }],
  [
    'mcp_list_tools',
    {
      toolName: 'mcp_list_tools',
      input: (item) => pick(item, 'server_label'),
      output: (item) => pick(item, 'tools'),
    },
  ],
  ['web_search_call', { toolName: 'web_search', input: searchOf, output: sourcesOf }],
  [
    'file_search_call',
    {
      toolName: 'file_search',
      input: (item) => pick(item, 'queries'),
      output: (item) => pick(item, 'results'),
    },
  ],
  [
    'code_interpreter_call',
    {
      toolName: 'code_interpreter',
      input: (item) => pick(item, 'code'),
      output: (item) => pick(item, 'outputs'),
    },
  ],
  [
    'image_generation_call',
    {
      toolName: 'image_generation',
      input: () => ({}),
      output: (item) => pick(item, 'revised_prompt', 'size', 'quality', 'background'),
    },
  ],
  [
    'computer_call',
    {
      toolName: 'computer',
      input: (item) => pick(item, 'action', 'actions', 'pending_safety_checks'),
      isForPage: always,
    },
  ],
  ['local_shell_call', { toolName: 'local_shell', input: actionOf, isForPage: always }],
  ['shell_call', { toolName: 'shell', input: actionOf, isForPage: (item) => !runsInContainer(item) }],
  ['apply_patch_call', { toolName: 'apply_patch', input: ({ operation }) => operation, isForPage: always }],
  [
    'tool_search_call',
    { toolName: 'tool_search', input: argumentsOf, isForPage: ({ execution }) => execution === 'client' },
  ],
  ['program', { toolName: 'program', input: (item) => pick(item, 'code') }],
]);

/** How an item is shown as a call; undefined where it is none. */
export function callKindOf({ type }: Item): CallKind | undefined {
  return CALLS.get(type);
}

/** Whether an item says what a call gave that ran elsewhere. */
export function isOutput({ type }: Item): boolean {
  return typeof type === 'string' && type.endsWith('_output');
}

/** What such an item says. */
export function outputIn(item: Item): unknown {
  return item['output'] ?? item['result'] ?? pick(item, 'tools');
}

function searchOf(item: Item): unknown {
  if (!isRecord(item['action'])) return argumentsOf(item);
  const { sources: _, ...action } = item['action'];
  return action;
}

function sourcesOf({ action }: Item): unknown {
  return isRecord(action) ? pick(action, 'sources') : {};
}

function runsInContainer({ environment }: Item): boolean {
  return isRecord(environment) && textOf(environment['type']).startsWith('container');
}

export function tokensOf(usage: Item): Readonly<Record<string, number>> {
  const { input_tokens_details: input, output_tokens_details: output } = usage;
  const all = {
    inputTokens: usage['input_tokens'],
    outputTokens: usage['output_tokens'],
    totalTokens: usage['total_tokens'],
    cachedInputTokens: isRecord(input) && input['cached_tokens'],
    reasoningTokens: isRecord(output) && output['reasoning_tokens'],
  };
  return Object.fromEntries(
    Object.entries(all).filter((entry): entry is [string, number] => typeof entry[1] === 'number'),
  );
}

/** The text, or none where it is something else. */
export function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** A text or a number as a word; no other value, as it may not have one. */
export function wordOf(value: unknown): string {
  return typeof value === 'number' ? `${value}` : textOf(value);
}

export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** The fields that are there, and have something in them. */
function pick(item: Item, ...names: readonly string[]): Item {
  const isThere = (value: unknown): boolean =>
    !(value == null || (Array.isArray(value) && value.length === 0));
  return Object.fromEntries(names.flatMap((name) => (isThere(item[name]) ? [[name, item[name]]] : [])));
}

/** Arguments out of their JSON; what is not JSON stays as the model wrote it. */
function parsed(json: unknown): unknown {
  if (typeof json !== 'string') return json;
  try {
    return json.trim() === '' ? {} : JSON.parse(json);
  } catch {
    return json;
  }
}

/**
 * What the model wants back with the conversation. On parts it is the `providerMetadata` of this name; what no part
 * shows is a `data` part of this name, at its place in the answer.
 */
export const KEPT = 'openai-responses';

export interface Kept {
  /** The item that a reasoning or a tool part shows, or that no part shows. */
  readonly item?: Item | undefined;
  /** The message that a text is of, without its content. */
  readonly message?: Item | undefined;
  /** Whether a text says why the model does not answer. */
  readonly isRefusal?: boolean | undefined;
  /** Whether a call of a tool of its own ran at the server, which says nothing of what it gave. */
  readonly ranThere?: boolean | undefined;
  /** The stored response that ends here: what came before need not be sent again. */
  readonly response?: string | undefined;
}

export function toMetadata(kept: Kept): ProviderMetadata {
  return { [KEPT]: kept };
}

/** What was kept, out of a conversation that may have been stored and changed since. */
export function keptIn(value: unknown): Kept {
  if (!isRecord(value)) return {};
  const { item, message, isRefusal, ranThere, response } = value;
  return {
    item: isRecord(item) && typeof item['type'] === 'string' ? item : undefined,
    message: isRecord(message) ? message : undefined,
    isRefusal: isRefusal === true,
    ranThere: ranThere === true,
    response: typeof response === 'string' ? response : undefined,
  };
}
