import { streamInterrupted } from '../../core/error.ts';
import type { ErrorEvent, PendingToolCall, StreamEvent } from '../../core/event.ts';
import { isRecord } from '../../core/is-record.ts';
import type { Frame } from '../../stream/frame.ts';
import type { Decoder, Protocol } from '../protocol.ts';
import { encode, encodeDecision } from './request.ts';

type Json = Readonly<Record<string, unknown>>;

/** What the interactive client tool is called that the agent's questions are put to. */
export const ASK_USER = 'ask-user';

/**
 * What an agent-webkit server says about a session: named events whose ids count up. Its sessions are carried by
 * `createAgentWebkitTransport`; this only translates.
 */
export function agentWebkit(): Protocol {
  return {
    name: 'agent-webkit',
    keepsHistory: true,
    encode,
    encodeDecision,
    decode: () => new AgentWebkitDecoder(),
  };
}

export interface AgentWebkitDecoderOptions {
  /** The id of the last event that was read before. */
  readonly after?: number | undefined;
  /** How many turns that nobody waits for any more end before the one to read begins. */
  readonly skip?: number | undefined;
  /** Calls that are known to have a result: a question among them is not asked again. */
  readonly answered?: ReadonlySet<string> | undefined;
  /** A turn is over, also one that was passed over. */
  readonly onTurnEnd?: (() => void) | undefined;
  /** The session is over. */
  readonly onSessionEnd?: (() => void) | undefined;
}

/** A text or thought of a message: said piece by piece, said again whole, or both. */
interface Said {
  readonly kind: 'text' | 'reasoning';
  readonly id: string;
  text: string;
  /** How much of it the whole message has shown to be in it. */
  matched: number;
}

interface Message {
  readonly said: Said[];
  /** The call whose arguments come. */
  call: string | undefined;
}

/** The tool behind the questions: they are shown as such. */
const QUESTION_TOOL = 'AskUserQuestion';
const MAX_MESSAGE = 500;
/** What is only said while a turn goes on. */
const IN_TURN = new Set([
  'message_delta',
  'message_complete',
  'tool_use',
  'tool_result',
  'permission_request',
  'ask_user_question',
  'hook_decision_request',
]);
/** Errors after which the agent takes the next message. */
const TURN_ERRORS = new Set<unknown>(['query_failed', 'receive_loop_crashed']);

/** What an event says of the turn that it belongs to; undefined where it belongs to none. */
export function turnOf({ event, data }: Frame): 'goes-on' | 'over' | undefined {
  if (event === 'result') return 'over';
  if (event === 'error') return TURN_ERRORS.has(parse(data)?.['code']) ? 'over' : undefined;
  return event !== undefined && IN_TURN.has(event) ? 'goes-on' : undefined;
}

/** The id as the number that it is. */
export function toNumber(id: string | undefined): number | undefined {
  const number = id ? Number(id) : Number.NaN;
  return Number.isSafeInteger(number) ? number : undefined;
}

/** One leg of a turn: up to its result, or to a question that the user answers. */
export class AgentWebkitDecoder implements Decoder {
  ended = false;
  /** Whether this page told the agent to stop: that it then fails is no failure. */
  interrupted = false;
  /** What the agent proposes to allow for good, by the ids of its requests. */
  readonly proposals = new Map<string, readonly unknown[]>();
  readonly #options: AgentWebkitDecoderOptions;
  readonly #messages = new Map<string, Message>();
  /** Calls whose arguments are whole. */
  readonly #called = new Set<string>();
  readonly #questions = new Set<string>();
  /** The calls that stand for a question that was answered. */
  readonly #asked = new Map<string, readonly PendingToolCall[]>();
  #skip: number;
  #last: number | undefined;
  #gap: number | undefined;
  #started = false;
  /** What is being said. */
  #open: Said | undefined;
  #events: StreamEvent[] = [];

  constructor(options: AgentWebkitDecoderOptions = {}) {
    this.#options = options;
    this.#skip = options.skip ?? 0;
    this.#last = options.after;
  }

  read(frame: Frame): readonly StreamEvent[] {
    this.#follow(toNumber(frame.id));
    const { event } = frame;
    if (event === undefined || !(IN_TURN.has(event) || OTHERS.has(event))) return [];
    if (this.#skip > 0 && this.#passOver(event, frame)) return [];
    this.#events = this.#started ? [] : [{ type: 'start' }];
    this.#started = true;
    // One event that cannot be read is said again whenever it is asked for: it must not hold up those after it.
    const data = parse(frame.data) ?? (event === 'result' ? {} : null);
    if (data) this.#translate(event, data);
    else this.#notice('malformed_event', 'The server sent an event that cannot be read.');
    return this.#events;
  }

  /** Ids count up by one: where one is missing, its event may be had again. Once, as a server may count otherwise. */
  #follow(id: number | undefined): void {
    if (id === undefined) return;
    if (this.#last !== undefined && id > this.#last + 1 && id !== this.#gap) {
      this.#gap = id;
      throw streamInterrupted();
    }
    this.#last = id;
  }

  /** Whether the event belongs to a turn that nobody waits for. */
  #passOver(event: string, frame: Frame): boolean {
    const turn = turnOf(frame);
    if (turn === 'over') {
      // What follows is not read any more once the session is over.
      if (event === 'error' && parse(frame.data)?.['code'] === 'receive_loop_crashed') return false;
      this.#skip -= 1;
      this.#options.onTurnEnd?.();
    }
    return event !== 'done' && (turn !== undefined || event !== 'error');
  }

  #translate(event: string, data: Json): void {
    switch (event) {
      case 'message_delta':
        return this.#delta(data);
      case 'message_complete':
        return this.#complete(data);
      case 'tool_use':
        return this.#call(data['tool_use_id'], data['tool_name'], data['input']);
      case 'tool_result':
        return this.#result(data['tool_use_id'], data['output'], data['is_error']);
      case 'permission_request':
        return this.#permission(data);
      case 'ask_user_question':
        return this.#ask(data);
      case 'mcp_status_change': {
        const { server_name: serverName, status } = data;
        if (typeof serverName !== 'string') return;
        this.#say({ type: 'data', name: 'mcp-status', id: serverName, data: { serverName, status } });
        return;
      }
      case 'result':
        return this.#over(data);
      case 'error':
        return this.#error(data);
      case 'done':
        this.#options.onSessionEnd?.();
        return this.#fail('The session was closed.', 'session-closed', 'not_found_error', true);
    }
  }

  #say(...events: readonly StreamEvent[]): void {
    this.#events.push(...events);
  }

  #message(id: unknown): [string, Message] {
    const key = typeof id === 'string' ? id : '';
    const message = this.#messages.get(key) ?? { said: [], call: undefined };
    this.#messages.set(key, message);
    return [key, message];
  }

  #delta({ message_id: messageId, delta }: Json): void {
    if (!isRecord(delta)) return;
    const [key, message] = this.#message(messageId);
    const { type, text, thinking } = delta;
    if (typeof text === 'string' && (type === undefined || type === 'text' || type === 'text_delta')) {
      return this.#piece(key, message, 'text', text);
    }
    if (typeof thinking === 'string') return this.#piece(key, message, 'reasoning', thinking);
    if (type === 'input_json_delta') return this.#argument(message, delta);
    this.#block(key, message, delta);
  }

  #piece(key: string, message: Message, kind: Said['kind'], delta: string): void {
    if (delta === '') return;
    message.call = undefined;
    const last = message.said.at(-1);
    const said = last && last === this.#open && last.kind === kind ? last : this.#begin(key, message, kind);
    said.text += delta;
    this.#say({ type: `${kind}-delta`, id: said.id, delta });
  }

  #begin(key: string, message: Message, kind: Said['kind']): Said {
    this.#close();
    const said = { kind, id: `${key}:${message.said.length}`, text: '', matched: 0 };
    message.said.push(said);
    this.#open = said;
    this.#say({ type: `${kind}-start`, id: said.id });
    return said;
  }

  #close(): void {
    const said = this.#open;
    this.#open = undefined;
    if (said) this.#say({ type: `${said.kind}-end`, id: said.id });
  }

  /** A piece of arguments. Without the name of the tool there is nothing to show until they are whole. */
  #argument(message: Message, delta: Json): void {
    const { partial_json: inputTextDelta, name, tool_use_id: toolUseId } = delta;
    const toolCallId = [toolUseId, delta['id'], message.call].find((id) => typeof id === 'string');
    if (typeof toolCallId !== 'string' || typeof inputTextDelta !== 'string') return;
    if (name === QUESTION_TOOL || this.#called.has(toolCallId)) return;
    if (message.call !== toolCallId) {
      if (typeof name !== 'string') return;
      this.#close();
      message.call = toolCallId;
      this.#say({ type: 'tool-input-start', toolCallId, toolName: name });
    }
    this.#say({ type: 'tool-input-delta', toolCallId, inputTextDelta });
  }

  #complete({ message_id: messageId, message: whole }: Json): void {
    if (!isRecord(whole)) return;
    const [key, message] = this.#message(messageId ?? whole['id']);
    const { content } = whole;
    for (const said of message.said) said.matched = 0;
    const blocks = typeof content === 'string' ? [{ type: 'text', text: content }] : content;
    if (Array.isArray(blocks)) {
      for (const block of blocks) if (isRecord(block)) this.#block(key, message, block);
    }
    this.#close();
    message.call = undefined;
  }

  #block(key: string, message: Message, block: Json): void {
    const { type, text, thinking, id, name, input, source } = block;
    if (type === 'text' && typeof text === 'string') return this.#whole(key, message, 'text', text);
    if (type === 'thinking' && typeof thinking === 'string') {
      return this.#whole(key, message, 'reasoning', thinking);
    }
    if (type === 'tool_use' || type === 'server_tool_use') return this.#call(id, name, input);
    if (type === 'tool_result' || type === 'server_tool_result') {
      return this.#result(block['tool_use_id'], block['content'], block['is_error']);
    }
    if (type !== 'image' || !isRecord(source)) return;
    const { media_type: mediaType, data } = source;
    if (typeof mediaType !== 'string' || typeof data !== 'string') return;
    const url = `data:${mediaType};base64,${data}`;
    this.#say({ type: 'file-available', id: `${key}:image`, mediaType, url });
  }

  /** What a whole message has: only what was not said yet is said. */
  #whole(key: string, message: Message, kind: Said['kind'], text: string): void {
    let left = text;
    let last: Said | undefined;
    for (const said of message.said) {
      if (said.kind !== kind || said.matched === said.text.length) continue;
      const rest = said.text.slice(said.matched);
      if (rest.startsWith(left)) {
        said.matched += left.length;
        return;
      }
      if (!left.startsWith(rest)) continue;
      said.matched = said.text.length;
      left = left.slice(rest.length);
      last = said;
    }
    if (left === '') return;
    const said = last && last === this.#open ? last : this.#begin(key, message, kind);
    said.text += left;
    said.matched = said.text.length;
    this.#say({ type: `${kind}-delta`, id: said.id, delta: left });
  }

  #call(toolCallId: unknown, toolName: unknown, input: unknown): void {
    if (typeof toolCallId !== 'string' || typeof toolName !== 'string') return;
    if (toolName === QUESTION_TOOL) this.#questions.add(toolCallId);
    if (this.#questions.has(toolCallId) || this.#called.has(toolCallId)) return;
    this.#called.add(toolCallId);
    this.#close();
    this.#say({ type: 'tool-input-available', toolCallId, toolName, input });
  }

  #result(toolCallId: unknown, said: unknown, isError: unknown): void {
    if (typeof toolCallId !== 'string') return;
    const output = textOf(said);
    const asked = this.#asked.get(toolCallId);
    if (!asked && this.#questions.has(toolCallId)) return;
    for (const call of asked ?? [{ toolCallId }]) {
      const id = call.toolCallId;
      if (isError !== true) this.#say({ type: 'tool-output-available', toolCallId: id, output });
      else {
        const error = typeof output === 'string' && output ? output : 'The tool failed.';
        this.#say({ type: 'tool-output-error', toolCallId: id, error });
      }
    }
  }

  #permission({ correlation_id: approvalId, tool_name: toolName, input, context }: Json): void {
    if (typeof approvalId !== 'string' || typeof toolName !== 'string') return;
    const { tool_use_id: callId, suggestions } = isRecord(context) ? context : ({} as Json);
    const proposes = Array.isArray(suggestions) && suggestions.length > 0;
    if (proposes) this.proposals.set(approvalId, suggestions);
    this.#say({
      type: 'approval-request',
      approvalId,
      toolCallId: typeof callId === 'string' ? callId : approvalId,
      toolName,
      args: isRecord(input) ? input : {},
      ...(proposes && { choices: ['once', 'always'] }),
    });
  }

  /** Each question is one call, so that any form can ask it; they are answered together. */
  #ask({ correlation_id: executionId, questions }: Json): void {
    if (typeof executionId !== 'string') return;
    this.#questions.add(executionId);
    const list = isRecord(questions) ? questions['questions'] : questions;
    const items = (Array.isArray(list) ? list : []).flatMap(toQuestion);
    const all = items.length > 0 ? items : [isRecord(questions) ? questions : {}];
    const toolCalls = all.map((args, index) => ({
      toolCallId: all.length === 1 ? executionId : `${executionId}:${index}`,
      toolName: ASK_USER,
      args,
    }));
    if (!this.#options.answered?.has(executionId)) {
      this.#say({ type: 'client-tool-request', executionId, toolCalls });
      return this.#end({ type: 'finish', finishReason: 'client-tool-calls' });
    }
    this.#asked.set(executionId, toolCalls);
    for (const { toolCallId, toolName, args } of toolCalls) {
      this.#say({ type: 'tool-input-available', toolCallId, toolName, input: args });
    }
  }

  #over({
    subtype,
    total_cost_usd: totalCostUsd,
    usage,
    num_turns: turns,
    duration_ms: durationMs,
  }: Json): void {
    const told = { totalCostUsd, turns, durationMs };
    const numbers = Object.entries(told).filter(([, value]) => typeof value === 'number');
    const tokens = isRecord(usage) ? { tokens: usage } : {};
    if (numbers.length > 0 || isRecord(usage)) {
      this.#say({ ...Object.fromEntries(numbers), ...tokens, type: 'usage' });
    }
    this.#options.onTurnEnd?.();
    const why = typeof subtype === 'string' ? subtype : 'success';
    if (why.startsWith('error_max')) return this.#end({ type: 'finish', finishReason: 'length' });
    if (!why.startsWith('error') || this.interrupted) {
      return this.#end({ type: 'finish', finishReason: 'stop' });
    }
    this.#fail('The agent could not finish its answer.', why.replaceAll('_', '-'), 'execution_error', true);
  }

  #error({ code, message }: Json): void {
    const why = typeof code === 'string' ? code : 'unknown';
    const words =
      typeof message === 'string' && message ? message.slice(0, MAX_MESSAGE) : 'The agent failed.';
    // What was asked for is not kept any more.
    if (why === 'evicted') return this.#end({ type: 'discontinuity' });
    // One message was lost; the turn goes on.
    if (why === 'translate_failed') {
      return this.#notice(why, words);
    }
    const isCrash = why === 'receive_loop_crashed';
    if (isCrash) this.#options.onSessionEnd?.();
    else if (TURN_ERRORS.has(why)) this.#options.onTurnEnd?.();
    this.#fail(words, why.replaceAll('_', '-'), isCrash ? 'internal_error' : 'execution_error', true);
  }

  #notice(code: string, message: string): void {
    this.#say({ type: 'data', name: 'notice', data: { code: code.replaceAll('_', '-'), message } });
  }

  #fail(message: string, code: string, errorType: ErrorEvent['errorType'], retryable: boolean): void {
    this.#end({ type: 'error', errorType, message, source: 'platform', retryable, code });
  }

  #end(event: StreamEvent): void {
    this.#say(event);
    this.ended = true;
  }
}

const OTHERS = new Set(['session_ready', 'mcp_status_change', 'result', 'error', 'done']);

/** The JSON object of an event; null where it is something else. */
function parse(data: string): Json | null {
  try {
    const value: unknown = data === '' ? {} : JSON.parse(data);
    return isRecord(value) ? value : null;
  } catch {
    return null;
  }
}

/** Blocks of nothing but text as the text that they are. */
function textOf(output: unknown): unknown {
  if (!Array.isArray(output) || output.length === 0) return output;
  const texts = output.map((block: unknown) =>
    isRecord(block) && block['type'] === 'text' ? block['text'] : null,
  );
  return texts.every((text) => typeof text === 'string') ? texts.join('\n') : output;
}

/** A question as forms take it: one with a list of options that have values. */
function toQuestion(item: unknown): Json[] {
  if (!isRecord(item) || typeof item['question'] !== 'string') return [];
  const { question, header, multiSelect, options } = item;
  const choices = (Array.isArray(options) ? options : []).flatMap((option: unknown) => {
    const { label, description } = isRecord(option) ? option : { label: option, description: undefined };
    if (typeof label !== 'string') return [];
    return [{ label, value: label, ...(typeof description === 'string' && { description }) }];
  });
  return [
    {
      question,
      ...(typeof header === 'string' && { header }),
      ...(choices.length > 0 && { options: choices }),
      ...(multiSelect === true && { multiSelect }),
    },
  ];
}
