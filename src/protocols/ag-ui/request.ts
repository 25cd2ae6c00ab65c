import type { StreamEvent, ToolResult } from '../../core/event.ts';
import { generateId } from '../../core/generate-id.ts';
import { isRecord } from '../../core/is-record.ts';
import {
  isOtherThread,
  type UIMessage,
  type UIMessagePart,
  type UIToolCallPart,
} from '../../core/message.ts';
import type { ChatRequest } from '../../core/transport.ts';
import type { ClientTool } from '../client-tool.ts';
import { outputOf } from '../steps.ts';
import { type Fields, inWorker, recordIfAny } from './fields.ts';
import { partOfFile } from './files.ts';
import { isUnbound, resumeOf } from './interrupts.ts';
import { AMENDMENT, type KnownActivity, type KnownCall, type Memory, newMemory } from './memory.ts';

/** A value, or a function that is asked for it with every request. */
type Asked<T> = T | (() => T);

export interface AgUiOptions {
  /** The name of the conversation; a random one unless told. */
  readonly threadId?: string | undefined;
  /** Tools that the page runs, as the agent is told of them. Calls of any other are the agent's own. */
  readonly tools?: Asked<readonly ClientTool[]> | undefined;
  /** What the agent should know of the page. */
  readonly context?: Asked<readonly { readonly description: string; readonly value: string }[]> | undefined;
  /** The state that the first run starts from. A function gets what the agent left and says what the next starts from. */
  readonly state?: unknown | ((left: unknown) => unknown);
  /** Anything more that the agent understands, such as a model or a command. */
  readonly forwardedProps?: Asked<Readonly<Record<string, unknown>>> | undefined;
  /** A system message before all others. Agents have one of their own; not all take another. */
  readonly system?: string | undefined;
  /** Further fields of each request, such as `parentRunId`. Undefined takes a field away. */
  readonly body?: Readonly<Record<string, unknown>> | undefined;
}

const PROTOCOL_VERSION = '1.0';
const ROLES: readonly unknown[] = ['user', 'system', 'developer'];

/** The `RunAgentInput` of a request, and what its answer has to be read with. */
export function requestOf(
  options: AgUiOptions,
  request: ChatRequest,
  messages: readonly UIMessage[],
  {
    threadId,
    state: left,
    interruptIds,
  }: Pick<Memory, 'state' | 'interruptIds'> & { readonly threadId: string },
): { readonly input: Fields; readonly memory: Memory } {
  const runId = generateId();
  const tools = options.tools && asked(options.tools);
  const state = typeof options.state === 'function' ? options.state(left) : left;
  const resume = resumeOf(request, messages, interruptIds);
  const memory = newMemory({
    runId,
    advertised: tools && new Set(tools.map(({ name }) => name)),
    state: state ?? {},
    answers: resume.answers,
    interruptIds: resume.entries.map(({ interruptId }) => String(interruptId)),
  });
  const history = new History(
    memory,
    messages,
    resume.calls,
    request.type === 'continue' ? request.toolResults : [],
  );
  if (options.system !== undefined) history.add({ id: 'system', role: 'system', content: options.system });
  const written = request.type === 'continue' ? messages.at(-1) : undefined;
  for (const message of messages) history.write(message, message === written);
  const words = request.type === 'trigger' ? request.input?.['USER_MESSAGE'] : undefined;
  // A trigger may be asked without a message that is shown.
  if (messages.at(-1)?.role !== 'user' && typeof words === 'string')
    history.add({ id: generateId(), role: 'user', content: words });
  const input = {
    threadId,
    runId,
    protocolVersion: PROTOCOL_VERSION,
    messages: history.messages(),
    tools: (tools ?? []).map(({ inputSchema, ...tool }) => ({
      ...tool,
      description: tool.description ?? '',
      parameters: inputSchema,
    })),
    context: (options.context && asked(options.context)) ?? [],
    // Servers from before 1.0 want each of these.
    state: memory.state,
    forwardedProps: (options.forwardedProps && asked(options.forwardedProps)) ?? {},
    ...(resume.entries.length > 0 && { resume: resume.entries }),
    ...options.body,
  };
  return { input, memory };
}

function asked<T>(value: Asked<T>): T {
  return typeof value === 'function' ? (value as () => T)() : value;
}

/** A message as it is built up, and the results of the calls in it, which follow it. */
interface Entry {
  readonly role: string;
  readonly fields: Fields;
  content: string;
  readonly toolCalls: Fields[];
  readonly results: Fields[];
}

/** The messages of a conversation under the ids that the agent gave them, as it knows them by these. */
class History {
  readonly #memory: Memory;
  readonly #resumed: ReadonlySet<string>;
  readonly #files: ReadonlyMap<string, readonly Fields[]>;
  readonly #entries: Entry[] = [];
  /** By role and id, those that parts add to. */
  readonly #growing = new Map<string, Entry>();
  /** By the id of a call, the message that it is in. */
  readonly #hosts = new Map<string, Entry>();
  /** What was said later of messages and calls, by their ids. */
  readonly #amendments: ReadonlyMap<string | undefined, Fields>;

  constructor(
    memory: Memory,
    messages: readonly UIMessage[],
    resumed: ReadonlySet<string>,
    toolResults: readonly ToolResult[],
  ) {
    this.#memory = memory;
    this.#resumed = resumed;
    const amendments = new Map<string | undefined, Fields>();
    for (const part of messages.flatMap(({ parts }) => parts)) {
      if (part.type !== 'data' || part.name !== AMENDMENT || !isRecord(part.data)) continue;
      amendments.set(part.id, { ...amendments.get(part.id), ...part.data });
    }
    this.#amendments = amendments;
    this.#files = new Map(
      toolResults.map(({ toolCallId, files = [] }) => [toolCallId, files.map(partOfFile)] as const),
    );
  }

  /** A message as it is. */
  add(fields: Fields): void {
    this.#entry(String(fields['id']), String(fields['role']), fields);
  }

  write({ id, role, parts }: UIMessage, isWritten: boolean): void {
    if (role === 'user') this.#user(id, parts);
    else this.#answer(id, parts, isWritten, undefined);
  }

  messages(): readonly Fields[] {
    return this.#entries.flatMap(({ role, fields, content, toolCalls, results }) => {
      if (role === 'reasoning') return [{ ...fields, content }];
      if (role !== 'assistant') return [fields];
      if (content === '' && toolCalls.length === 0) return [];
      const words = content !== '' && { content };
      return [{ ...fields, ...words, ...(toolCalls.length > 0 && { toolCalls }) }, ...results];
    });
  }

  #user(id: string, parts: readonly UIMessagePart[]): void {
    const content: Fields[] = [];
    for (const part of parts) {
      if (isOtherThread(part)) continue;
      if (part.type === 'text' && part.text !== '') content.push({ type: 'text', text: part.text });
      else if (part.type === 'file') content.push(partOfFile(part));
      else if (part.type === 'object' && part.object !== undefined)
        content.push({ type: 'text', text: JSON.stringify(part.object) });
    }
    const isText = content.every(({ type }) => type === 'text');
    const words = content.map(({ text }) => text).join('\n\n');
    this.add({ id, role: 'user', content: isText ? words : content });
  }

  #answer(id: string, parts: readonly UIMessagePart[], isWritten: boolean, owner: string | undefined): void {
    const { messageIds, said } = this.#memory;
    const by = owner === undefined ? {} : { subagentRunId: owner };
    for (const [index, part] of parts.entries()) {
      if (isOtherThread(part)) continue;
      if (part.type === 'worker') this.#answer(id, part.parts ?? [], isWritten, part.workerId);
      if (part.type === 'tool-call') this.#call(part, isWritten, owner);
      if (part.type === 'data') this.#data(part.id, part.name, part.data, owner);
      if (part.type !== 'text' && part.type !== 'reasoning') continue;
      const partId = part.id ?? `${owner ?? id}-${index}`;
      const { messageId, name, metadata } = { ...part.providerMetadata, ...this.#amendments.get(partId) };
      messageIds.add(partId);
      if (isWritten) said.set(partId, part.text);
      const fields = {
        id: typeof messageId === 'string' ? messageId : partId,
        role: part.type === 'text' ? 'assistant' : 'reasoning',
        ...by,
        ...(typeof name === 'string' && { name }),
        ...this.#sealed(messageId ?? partId, part.providerMetadata),
        ...(isRecord(metadata) && { metadata }),
      };
      // Reasoning that the agent gave no name to, or did not end, it does not want back.
      if (part.type === 'text' || typeof messageId === 'string')
        this.#entry(fields.id, fields.role, fields).content += part.text;
    }
  }

  #data(id: string | undefined, name: string, data: unknown, owner: string | undefined): void {
    if (id === undefined || !isRecord(data)) return;
    const { messageIds, activities } = this.#memory;
    if (name === 'activity' && typeof data['activityType'] === 'string') {
      messageIds.add(id);
      activities.set(id, { ...data, owner } as unknown as KnownActivity);
    }
    if (name !== 'message' || !ROLES.includes(data['role']) || typeof data['content'] !== 'string') return;
    const { messageId = id, ...fields } = data;
    this.add({ ...fields, id: messageId });
  }

  #call(part: UIToolCallPart, isWritten: boolean, owner: string | undefined): void {
    const { toolCallId, toolName: name, args, providerMetadata = {} } = part;
    if (isUnbound(part)) return;
    const { arguments: raw, parentMessageId, resultId, metadata } = providerMetadata;
    const text = typeof raw === 'string' ? raw : JSON.stringify(args);
    const { arguments: _, ...kept } = providerMetadata;
    const known = this.#memory.calls.get(toolCallId);
    const output = outputEvent(part, owner) ?? known?.output;
    const call: KnownCall = {
      toolCallId,
      name,
      text,
      owner,
      kept: { ...known?.kept, ...kept },
      open: false,
      elsewhere: !isWritten,
      output,
    };
    this.#memory.calls.set(toolCallId, call);
    const host = this.#hostOf(toolCallId, parentMessageId, owner);
    if (!known) {
      host.toolCalls.push({
        id: toolCallId,
        type: 'function',
        function: { name, arguments: text },
        ...this.#sealed(toolCallId, providerMetadata),
        ...(isRecord(metadata) && { metadata }),
      });
    }
    // The answer is what the run goes on with, and its result is for the agent to tell.
    if (!output && this.#resumed.has(toolCallId)) return;
    const result = {
      id: typeof resultId === 'string' ? resultId : `${toolCallId}-result`,
      role: 'tool',
      toolCallId,
      ...this.#outputOf(part),
      ...(owner !== undefined && { subagentRunId: owner }),
    };
    this.#memory.messageIds.add(result.id);
    const before = host.results.findIndex((other) => other['toolCallId'] === toolCallId);
    if (before < 0) host.results.push(result);
    else if (outputEvent(part, owner)) host.results[before] = result;
  }

  /** What only the agent can read of what has that id: the last that it sent. */
  #sealed(id: unknown, kept: Fields | undefined): Fields {
    const { encryptedValue } = { ...kept, ...this.#amendments.get(String(id)) };
    return typeof encryptedValue === 'string' ? { encryptedValue } : {};
  }

  #outputOf(part: UIToolCallPart): Fields {
    const { text, isError } = outputOf(part);
    const files = this.#files.get(part.toolCallId) ?? [];
    const { result } = part;
    const isContent =
      Array.isArray(result) && result.some((item) => isRecord(item) && isRecord(item['source']));
    if (part.status === 'done' && isContent) return { content: [...result, ...files] };
    const content = files.length > 0 ? [{ type: 'text', text }, ...files] : text;
    return { content, ...(isError && { error: text }) };
  }

  /** The message that a call is in, which may have to be made. */
  #hostOf(toolCallId: string, parentMessageId: unknown, owner: string | undefined): Entry {
    const holder = this.#hosts.get(toolCallId);
    if (holder) return holder;
    const parent = typeof parentMessageId === 'string' ? parentMessageId : toolCallId;
    const isTaken = !this.#growing.has(`assistant ${parent}`) && this.#memory.messageIds.has(parent);
    const id = isTaken ? toolCallId : parent;
    const by = owner === undefined ? {} : { subagentRunId: owner };
    const host = this.#entry(id, 'assistant', { id, role: 'assistant', ...by });
    this.#hosts.set(toolCallId, host);
    return host;
  }

  #entry(id: string, role: string, fields: Fields): Entry {
    const key = `${role} ${id}`;
    const before = this.#growing.get(key);
    if (before) {
      const metadata = { ...recordIfAny(before.fields, 'metadata'), ...recordIfAny(fields, 'metadata') };
      Object.assign(before.fields, fields, Object.keys(metadata).length > 0 && { metadata });
      return before;
    }
    const entry: Entry = { role, fields: { ...fields }, content: '', toolCalls: [], results: [] };
    this.#entries.push(entry);
    if (role === 'assistant' || role === 'reasoning') this.#growing.set(key, entry);
    this.#memory.messageIds.add(id);
    return entry;
  }
}

/** What a call gave, as the event that told it; undefined where it gave nothing. */
function outputEvent(part: UIToolCallPart, owner: string | undefined): StreamEvent | undefined {
  const { toolCallId, status } = part;
  const worker = inWorker(owner);
  if (status === 'done') return { type: 'tool-output-available', toolCallId, output: part.result, ...worker };
  if (status !== 'error') return undefined;
  return { type: 'tool-output-error', toolCallId, error: part.error ?? '', ...worker };
}
