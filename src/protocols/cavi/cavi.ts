import { AgentChatError, malformed } from '../../core/error.ts';
import type { StreamEvent } from '../../core/event.ts';
import { isRecord } from '../../core/is-record.ts';
import type { Frame } from '../../stream/frame.ts';
import type { Decoder, Protocol } from '../protocol.ts';
import { type CaviOptions, encodeDecision, encodeRun } from './request.ts';
import { CaviToolCalls } from './tools.ts';

type Json = Readonly<Record<string, unknown>>;

export type { CaviOptions } from './request.ts';

/**
 * What gateways of CAVI's kind say of a run: the canonical events, those of a Hermes gateway, and what an OpenClaw
 * gateway pushes. Runs are carried by `createCaviTransport`; this only translates.
 */
export function cavi(options: CaviOptions = {}): Protocol {
  return {
    name: 'cavi',
    keepsHistory:
      options.sendMessages === false || (options.sessionId !== undefined && !options.sendMessages),
    ...(options.sessionId !== undefined && { headers: { 'X-Hermes-Session-Key': options.sessionId } }),
    encode: (request, messages) => encodeRun(request, messages, options),
    encodeDecision,
    decode: () => new CaviDecoder(),
  };
}

const CHOICES = ['once', 'session', 'always', 'deny'];
const MAX_MESSAGE = 500;
/** Other names of the same. */
const ALIASES: ReadonlyMap<string, string> = new Map([
  ['operation.completed', 'run.completed'],
  ['operation.failed', 'run.failed'],
  ['operation.cancelled', 'run.cancelled'],
  ['run.canceled', 'run.cancelled'],
  ['approval.requested', 'approval.request'],
  ['approval.responded', 'approval.resolved'],
]);

/** The events of one run. */
export class CaviDecoder implements Decoder {
  ended = false;
  #runId: string | undefined;
  readonly #tools = new CaviToolCalls();
  /** Requests for permission that nobody answered yet, in their order; those that belong to no call of a tool. */
  readonly #pending: string[] = [];
  readonly #bare: string[] = [];
  #approvals = 0;
  #started = false;
  /** All that was said, and where its last block begins. */
  #said = '';
  #from = 0;
  #blocks = 0;
  #open: { readonly kind: 'text' | 'reasoning'; readonly id: string } | undefined;
  #events: StreamEvent[] = [];

  /** Events of other runs are passed over where it is known which run this is. */
  constructor(runId?: string) {
    this.#runId = runId;
  }

  read({ data, event }: Frame): readonly StreamEvent[] {
    if (data === '[DONE]' || data === '') return [];
    let value: unknown;
    try {
      value = JSON.parse(data);
    } catch {
      // Not the cause: its message quotes what the server sent.
      throw malformed('The gateway sent an event that is not valid JSON.', 'malformed-json');
    }
    return this.take(value, event);
  }

  /** The same of a value that is JSON no more. */
  take(value: unknown, name?: string): readonly StreamEvent[] {
    this.#events = [];
    const record = this.#unwrap(value);
    if (record) this.#translate(record, name);
    return this.#events;
  }

  /** What the state of a run says: nothing as long as it goes on. */
  takeStatus(value: unknown): readonly StreamEvent[] {
    this.#events = [];
    const record = this.#unwrap(value);
    if (!record) return this.#events;
    this.#start();
    const status = `${record['status'] ?? ''}`
      .replace('canceled', 'cancelled')
      .replace('aborted', 'cancelled');
    const output = record['output'] ?? record['response'];
    if (isEnd(`run.${status}`)) this.#end(`run.${status}`, { ...record, output });
    return this.#events;
  }

  /** The run, once it is known which it is. */
  belongTo(runId: string): void {
    this.#runId = runId;
  }

  #unwrap(value: unknown): Json | undefined {
    const { data, notices } = unwrap(value);
    if (notices.length > 0) this.#start();
    this.#say(...notices);
    return isRecord(data) ? data : undefined;
  }

  #translate(record: Json, name: string | undefined): void {
    const inner = isRecord(record['payload']) && record['type'] === 'event' ? record['payload'] : record;
    const said = typeof record['event'] === 'string' ? record['event'] : (name ?? '');
    const event = ALIASES.get(said) ?? said;
    const runId = [inner['runId'], inner['run_id'], inner['operationId']].find(
      (id) => typeof id === 'string',
    );
    if (event === '' || (runId && this.#runId !== undefined && runId !== this.#runId)) return;
    if (event === 'chat' || event === 'agent') return this.#pushed(event, inner);
    if (isEnd(event)) return this.#end(event, inner);
    const { delta, text } = inner;
    switch (event) {
      case 'message.delta':
        return this.#piece('text', delta);
      case 'reasoning.delta':
        return this.#piece('reasoning', delta);
      case 'reasoning.available':
        return this.#piece('reasoning', text ?? delta);
      case 'approval.request':
        return this.#permission(inner);
      case 'approval.resolved':
        return this.#resolved(inner);
      case 'usage.updated':
        return this.#usage(inner['usage']);
      case 'stream.gap':
        return this.#notice('stream-gap', inner['reason']);
    }
    const events = this.#tools.read(event, inner);
    if (events.length === 0) return;
    this.#start();
    this.#close();
    this.#say(...events);
  }

  /** What an OpenClaw gateway pushes: texts as `chat`, the course of a run as `agent`. */
  #pushed(event: string, { state, stream, data, deltaText, message, error }: Json): void {
    const phase =
      event === 'chat' ? state : stream === 'lifecycle' && isRecord(data) ? data['phase'] : undefined;
    if (phase === 'delta') return this.#piece('text', deltaText);
    const end = ENDS.get(phase);
    if (end)
      this.#end(end, {
        error: error ?? (isRecord(data) ? data['error'] : undefined),
        output: contentOf(message),
      });
  }

  #start(): void {
    if (this.#started) return;
    this.#started = true;
    this.#say({ type: 'start' });
  }

  #say(...events: readonly StreamEvent[]): void {
    this.#events.push(...events);
  }

  #piece(kind: 'text' | 'reasoning', delta: unknown): void {
    if (typeof delta !== 'string' || delta === '') return;
    this.#start();
    if (this.#open?.kind !== kind) {
      this.#close();
      this.#open = { kind, id: `${this.#runId ?? 'run'}:${this.#blocks++}` };
      if (kind === 'text') this.#from = this.#said.length;
      this.#say({ type: `${kind}-start`, id: this.#open.id });
    }
    if (kind === 'text') this.#said += delta;
    this.#say({ type: `${kind}-delta`, id: this.#open.id, delta });
  }

  #close(): void {
    if (this.#open) this.#say({ type: `${this.#open.kind}-end`, id: this.#open.id });
    this.#open = undefined;
  }

  /** Most gateways give requests no id: then they are answered by their run, and in their order. */
  #permission(record: Json): void {
    this.#start();
    this.#close();
    const own = [record['approvalId'], record['approval_id'], record['request_id']].find(isText);
    const approvalId = isText(own) ? own : `${this.#runId ?? 'run'}:${UNNAMED}${this.#approvals++}`;
    const request = isRecord(record['request']) ? record['request'] : record;
    const { name, args } = this.#tools.asked(request);
    const call = name === undefined ? undefined : this.#tools.waiting(name);
    const choices = (Array.isArray(record['choices']) ? record['choices'] : []).filter((choice) =>
      CHOICES.includes(choice),
    );
    const why = [request['description'], request['reason'], request['message']].find(isText);
    const context = [why, !isText(own) && this.#pending.length > 0 ? IN_ORDER : undefined]
      .filter(isText)
      .join(' ');
    this.#pending.push(approvalId);
    if (!call) this.#bare.push(approvalId);
    this.#say({
      type: 'approval-request',
      approvalId,
      ...(call && { toolCallId: call }),
      toolName: name ?? 'approval',
      args,
      choices: choices.length > 0 ? choices : CHOICES,
      ...(context && { context }),
    });
  }

  #resolved(record: Json): void {
    const own = [record['approvalId'], record['approval_id'], record['request_id']].find(isText);
    const approvalId = isText(own) ? own : this.#pending[0];
    if (approvalId === undefined) return;
    const index = this.#pending.indexOf(approvalId);
    if (index >= 0) this.#pending.splice(index, 1);
    const approved =
      record['approved'] ?? (isText(record['choice']) ? record['choice'] !== 'deny' : undefined);
    this.#say(
      typeof approved === 'boolean'
        ? { type: 'approval-resolved', approvalId, approved }
        : { type: 'approval-voided', approvalId },
    );
  }

  #usage(usage: unknown): void {
    if (isRecord(usage)) this.#say({ type: 'usage', tokens: usage });
  }

  #notice(code: string, reason: unknown): void {
    this.#start();
    const message = isText(reason) ? reason.slice(0, MAX_MESSAGE) : undefined;
    this.#say({ type: 'data', name: 'notice', data: { code, ...(message && { message }) } });
  }

  #end(event: string, { output, usage, tokens, error, reason }: Json): void {
    this.#start();
    if (event === 'run.completed') this.#rest(output);
    this.#close();
    this.#usage(tokens ?? usage);
    this.ended = true;
    if (event === 'run.failed' || event === 'operation.interrupted') {
      const said = isRecord(error) ? error['message'] : error;
      return this.#say({
        type: 'error',
        errorType: 'execution_error',
        message: isText(said) ? said.slice(0, MAX_MESSAGE) : 'The run failed.',
        source: 'provider',
        retryable: true,
        code: event === 'run.failed' ? 'run-failed' : 'run-interrupted',
      });
    }
    if (event === 'run.cancelled') {
      const why = reason ?? error;
      if (isText(why)) this.#notice('run-cancelled', why);
      return this.#say({ type: 'finish', finishReason: 'other' });
    }
    // What was permitted and is no call of a tool has no result of its own to come.
    for (const toolCallId of this.#bare) this.#say({ type: 'tool-output-available', toolCallId });
    this.#say({ type: 'finish', finishReason: 'stop' });
  }

  /** The whole answer, as far as it was not said in pieces. */
  #rest(output: unknown): void {
    if (!isText(output)) return;
    const last = this.#said.slice(this.#from);
    const said = [this.#said, last].find((text) => output.startsWith(text));
    if (said !== undefined) this.#piece('text', output.slice(said.length));
  }
}

/** What ids of requests begin with, after the run, that the gateway gave none. */
export const UNNAMED = 'approval-';
const IN_ORDER = 'The gateway takes this answer after the one before it.';

const ENDS: ReadonlyMap<unknown, string> = new Map([
  ['final', 'run.completed'],
  ['end', 'run.completed'],
  ['error', 'run.failed'],
  ['cancel', 'run.cancelled'],
  ['cancelled', 'run.cancelled'],
  ['canceled', 'run.cancelled'],
  ['aborted', 'run.cancelled'],
]);

function isEnd(event: string): boolean {
  return ['run.completed', 'run.failed', 'run.cancelled', 'operation.interrupted'].includes(event);
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}

function contentOf(message: unknown): string | undefined {
  const content = isRecord(message) ? message['content'] : undefined;
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) return undefined;
  return content.map((part) => (isRecord(part) && isText(part['text']) ? part['text'] : '')).join('');
}

/**
 * What is in an envelope of a gateway, and a notice for each thing that it could not have for real. Throws where the
 * reason is that the user may not.
 */
export function unwrap(value: unknown): { readonly data: unknown; readonly notices: readonly StreamEvent[] } {
  if (!isRecord(value) || !Array.isArray(value['contractGaps'])) return { data: value, notices: [] };
  const source = typeof value['source'] === 'string' ? value['source'] : undefined;
  const notices = value['contractGaps'].filter(isRecord).map((gap): StreamEvent => {
    const { area, expectedContract, note, reason, httpStatus } = gap;
    if (httpStatus === 401 || httpStatus === 403 || reason === 'auth-insufficient') {
      throw new AgentChatError(isText(note) ? note.slice(0, MAX_MESSAGE) : 'The gateway refused this.', {
        type: httpStatus === 401 ? 'authentication_error' : 'permission_error',
        source: 'platform',
        retryable: false,
        code: 'auth-insufficient',
      });
    }
    const id = isText(area) ? area : 'gateway';
    return {
      type: 'data',
      name: 'notice',
      id,
      data: { code: 'contract-gap', area: id, expectedContract, message: note, reason, httpStatus, source },
    };
  });
  return { data: value['data'], notices };
}
