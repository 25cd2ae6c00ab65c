import { malformed } from '../../core/error.ts';
import type { StreamEvent } from '../../core/event.ts';
import { isRecord } from '../../core/is-record.ts';
import type { Frame } from '../../stream/frame.ts';
import type { Decoder } from '../protocol.ts';
import { Blocks } from './blocks.ts';
import { Calls } from './calls.ts';
import { Chunks } from './chunks.ts';
import {
  assertOwner,
  type Fields,
  inWorker,
  outOfOrder,
  ownerOf,
  recordIfAny,
  recordsIfAny,
  text,
  textIfAny,
  withMetadata,
} from './fields.ts';
import { tellInterrupts } from './interrupts.ts';
import { applyPatch, isDeeperThan, MAX_DEPTH } from './json-patch.ts';
import type { Memory } from './memory.ts';

const NOTHING: readonly StreamEvent[] = [];
/** What models are known to count. */
const COUNTS = [
  'inputTokens',
  'outputTokens',
  'totalTokens',
  'reasoningTokens',
  'cachedInputTokens',
  'cacheWriteInputTokens',
];

/**
 * Reads a stream of AG-UI events. Events in an order that the protocol does not allow are refused before anything is
 * made of them. Other runs may come before the one that was asked for, as a replay does: the end of one that was
 * not asked for is told when nothing more comes.
 */
export class AgUiDecoder implements Decoder {
  ended = false;
  readonly #memory: Memory;
  #events: StreamEvent[] = [];
  readonly #say = (event: StreamEvent): void => void this.#events.push(event);
  #blocks: Blocks;
  #calls: Calls;
  #chunks: Chunks;
  #phase: 'before' | 'running' | 'finished' | 'failed' = 'before';
  #runId = '';
  /** The end of a run that was not asked for. */
  #held: readonly StreamEvent[] = NOTHING;
  /** By owner and name, the ids of the parts. */
  #steps = new Map<string, string>();
  #stepCount = 0;
  #subagents = new Map<string, 'running' | 'over'>();
  #thoughts = 0;

  constructor(memory: Memory) {
    this.#memory = memory;
    this.#blocks = new Blocks(memory, this.#say);
    this.#calls = new Calls(memory, this.#blocks, this.#say);
    this.#chunks = this.#newChunks();
  }

  read({ data }: Frame): readonly StreamEvent[] {
    if (data.trim() === '' || data === '[DONE]') return NOTHING;
    const event = parse(data);
    this.#events = [];
    for (const whole of this.#chunks.expand(event)) this.#take(whole);
    return this.#events;
  }

  /** What was held back as more could have come. */
  end(): readonly StreamEvent[] {
    this.#events = [];
    if (this.#phase === 'running') this.#blocks.close();
    return [...this.#events, ...this.#held];
  }

  #newChunks(): Chunks {
    return new Chunks((start, id) => {
      if (start === 'TOOL_CALL_START') return this.#calls.isOpen(id);
      return this.#blocks.isOpen(start === 'TEXT_MESSAGE_START' ? 'text' : 'reasoning', id);
    });
  }

  #take(event: Fields): void {
    switch (event['type']) {
      case 'RUN_STARTED':
        return this.#begin(event);
      case 'RUN_ERROR':
        return this.#fail(event);
      case 'RUN_FINISHED':
        // After an error, servers may still say that the run is over.
        if (this.#phase === 'failed') return;
    }
    if (!KNOWN.has(event['type'])) return;
    if (this.#phase !== 'running') throw outOfOrder(event, 'is not part of a run');
    this.#tell(event);
  }

  #tell(event: Fields): void {
    switch (event['type']) {
      case 'RUN_FINISHED':
        return this.#finish(event);
      case 'TEXT_MESSAGE_START':
        return this.#blocks.start('text', event);
      case 'TEXT_MESSAGE_CONTENT':
        return this.#blocks.grow('text', event);
      case 'TEXT_MESSAGE_END':
        return this.#blocks.end('text', event);
      case 'REASONING_MESSAGE_START':
        return this.#blocks.start('reasoning', event);
      case 'REASONING_MESSAGE_CONTENT':
        return this.#blocks.grow('reasoning', event);
      case 'REASONING_MESSAGE_END':
        return this.#blocks.end('reasoning', event);
      case 'REASONING_ENCRYPTED_VALUE':
        return this.#seal(event);
      case 'THINKING_TEXT_MESSAGE_START':
      case 'THINKING_TEXT_MESSAGE_CONTENT':
      case 'THINKING_CONTENT':
      case 'THINKING_TEXT_MESSAGE_END':
      case 'THINKING_END':
        return this.#think(event);
      case 'TOOL_CALL_START':
        return this.#calls.start(event);
      case 'TOOL_CALL_ARGS':
        return this.#calls.grow(event);
      case 'TOOL_CALL_END':
        return this.#calls.end(event);
      case 'TOOL_CALL_RESULT':
        return this.#calls.result(event, textIfAny(event, 'messageId'));
      case 'STATE_SNAPSHOT':
        return this.#state(event['snapshot']);
      case 'STATE_DELTA':
        return this.#state(patched(this.#memory.state, event['delta']));
      case 'MESSAGES_SNAPSHOT':
        return this.#history(recordsIfAny(event, 'messages'));
      case 'ACTIVITY_SNAPSHOT':
        return this.#activity(text(event, 'messageId'), event);
      case 'ACTIVITY_DELTA':
        return this.#activityDelta(event);
      case 'STEP_STARTED':
        return this.#beginStep(event);
      case 'STEP_FINISHED':
        return this.#endStep(event);
      case 'SUBAGENT_STARTED':
        return this.#beginSubagent(event);
      case 'SUBAGENT_FINISHED':
      case 'SUBAGENT_ERROR':
        return this.#endSubagent(event);
      case 'CUSTOM':
        return this.#data(event, text(event, 'name'), undefined, event['value']);
      case 'RAW': {
        // Servers may send one for everything that they hear: the last of each source is kept.
        const source = textIfAny(event, 'source') ?? 'raw';
        return this.#data(event, 'raw', source, event['event']);
      }
    }
  }

  #begin(event: Fields): void {
    if (this.#phase === 'running') throw outOfOrder(event, 'begins a run in the middle of another');
    const memory = this.#memory;
    if (this.#phase !== 'before') {
      this.#blocks = new Blocks(memory, this.#say);
      this.#calls = new Calls(memory, this.#blocks, this.#say);
      this.#chunks = this.#newChunks();
      this.#steps.clear();
      this.#subagents.clear();
    }
    this.#phase = 'running';
    this.#held = NOTHING;
    this.#runId = textIfAny(event, 'runId') ?? '';
    this.#say({ type: 'start', executionId: this.#runId, sessionId: textIfAny(event, 'threadId') });
    memory.answers.forEach(this.#say);
    memory.answers = NOTHING;
    memory.interruptIds = [];
  }

  #fail(event: Fields): void {
    this.#blocks.flush();
    this.#usage(event);
    this.#phase = 'failed';
    this.#held = NOTHING;
    this.ended = true;
    const message = event['message'];
    const code = event['code'];
    this.#say({
      type: 'error',
      errorType: 'provider_error',
      message: typeof message === 'string' && message !== '' ? message : 'The agent failed.',
      source: 'provider',
      retryable: true,
      ...(typeof code === 'string' && { code }),
    });
  }

  #finish(event: Fields): void {
    this.#blocks.assertClosed(event);
    this.#calls.assertClosed(event);
    if (this.#steps.size > 0) throw outOfOrder(event, 'ends a run in the middle of a step');
    for (const status of this.#subagents.values())
      if (status === 'running') throw outOfOrder(event, 'ends a run in the middle of a subagent’s');
    this.#blocks.flush();
    const before = this.#events;
    this.#events = [];
    this.#usage(event);
    const { result } = event;
    if (result !== undefined && result !== null) this.#say({ type: 'data', name: 'result', data: result });
    const outcome = recordIfAny(event, 'outcome') ?? {};
    const interrupts = outcome['type'] === 'interrupt' ? recordsIfAny(outcome, 'interrupts') : [];
    const { ids, calls, questions } = tellInterrupts(interrupts, this.#calls, this.#say);
    const pending = this.#calls.pending(outcome['pendingToolCallIds'], calls, interrupts.length > 0);
    const toolCalls = outcome['type'] === 'cancelled' ? [] : [...questions, ...pending];
    if (toolCalls.length > 0) this.#say({ type: 'client-tool-request', executionId: this.#runId, toolCalls });
    const other = outcome['type'] === 'cancelled' ? 'other' : 'stop';
    const finishReason =
      toolCalls.length > 0 ? 'client-tool-calls' : interrupts.length > 0 ? 'tool-calls' : other;
    this.#say({ type: 'finish', finishReason, executionId: this.#runId });
    this.#memory.interruptIds = ids;
    this.#phase = 'finished';
    this.ended = this.#runId !== '' && this.#runId === this.#memory.runId;
    if (!this.ended) this.#held = this.#events;
    this.#events = this.ended ? [...before, ...this.#events] : before;
  }

  #usage(event: Fields): void {
    const models = recordsIfAny(event, 'usage');
    if (models.length === 0) return;
    const sums: Record<string, number> = {};
    for (const name of COUNTS) {
      const counts = models.map((model) => model[name]).filter((count) => typeof count === 'number');
      if (counts.length > 0) sums[name] = counts.reduce((sum, count) => sum + count, 0);
    }
    this.#say({ type: 'usage', ...sums, models });
  }

  #seal(event: Fields): void {
    const id = text(event, 'entityId');
    const sealed = text(event, 'encryptedValue');
    if (event['subtype'] === 'tool-call') this.#calls.seal(id, sealed);
    else this.#blocks.seal(id, sealed);
  }

  /** Reasoning as early servers named it: without ids, and not wanted back. */
  #think(event: Fields): void {
    const type = String(event['type']);
    const thought = { ...event, type: 'THINKING', messageId: `thinking-${this.#thoughts}` };
    const isOpen = this.#blocks.isOpen('reasoning', thought.messageId);
    if (type.endsWith('_END')) {
      if (isOpen) this.#blocks.end('reasoning', thought);
      return;
    }
    if (!isOpen) {
      this.#thoughts += 1;
      thought.messageId = `thinking-${this.#thoughts}`;
      this.#blocks.start('reasoning', thought);
    }
    if (type.endsWith('CONTENT')) this.#blocks.grow('reasoning', thought);
  }

  #state(state: unknown): void {
    if (state === undefined) return;
    this.#memory.state = state;
    this.#say({ type: 'resource-update', name: 'state', value: state });
  }

  /**
   * The conversation as the server has it. What the answer lacks of it is added; what was said before is not ours to
   * say again, nor can it be taken back.
   */
  #history(messages: readonly Fields[]): void {
    const begin = messages.findLastIndex(({ role }) => role === 'user') + 1;
    messages.forEach((message, index) => {
      const { role } = message;
      if (role === 'activity') {
        const id = text(message, 'id');
        if (index >= begin || this.#memory.activities.has(id)) this.#activity(id, message);
      }
      if (index < begin) return;
      if (role === 'reasoning') this.#blocks.whole('reasoning', message);
      if (role === 'assistant') {
        this.#blocks.whole('text', message);
        for (const call of recordsIfAny(message, 'toolCalls'))
          this.#calls.whole(call, textIfAny(message, 'id'), ownerOf(message));
      }
      if (role !== 'tool') return;
      const call = this.#calls.find(text(message, 'toolCallId'));
      const id = textIfAny(message, 'id');
      if (call && !call.elsewhere && !(call.output && call.kept['resultId'] === id))
        this.#calls.result(message, id);
    });
  }

  #activity(id: string, event: Fields): void {
    const { activities } = this.#memory;
    const known = activities.get(id);
    const isNew = !known && !this.#memory.messageIds.has(id);
    if (!isNew && event['replace'] === false) return;
    const metadata = withMetadata(known?.metadata, event);
    activities.set(id, {
      activityType: text(event, 'activityType'),
      content: recordIfAny(event, 'content') ?? {},
      metadata,
      owner: ownerOf(event),
    });
    this.#tellActivity(id);
  }

  #activityDelta(event: Fields): void {
    const id = text(event, 'messageId');
    const { activities } = this.#memory;
    const known = activities.get(id);
    if (!known) return;
    assertOwner(event, known.owner);
    const content = patched(known.content, event['patch']);
    const activityType = content === undefined ? known.activityType : text(event, 'activityType');
    const metadata = withMetadata(known.metadata, event);
    activities.set(id, { ...known, activityType, content: content ?? known.content, metadata });
    this.#tellActivity(id);
  }

  #tellActivity(id: string): void {
    const { owner, metadata, ...shown } = this.#memory.activities.get(id) ?? {};
    const data = metadata ? { ...shown, metadata } : shown;
    this.#data(owner === undefined ? {} : { subagentRunId: owner }, 'activity', id, data);
  }

  #beginStep(event: Fields): void {
    const step = stepOf(event);
    if (this.#steps.has(step)) throw outOfOrder(event, 'begins what is open already');
    this.#stepCount += 1;
    const id = `${this.#runId}/${this.#stepCount}`;
    this.#steps.set(step, id);
    this.#data(event, 'step', id, { name: text(event, 'stepName'), status: 'running' });
  }

  #endStep(event: Fields): void {
    const step = stepOf(event);
    const id = this.#steps.get(step);
    if (id === undefined) throw outOfOrder(event, 'ends what is not open');
    this.#steps.delete(step);
    this.#data(event, 'step', id, { name: text(event, 'stepName'), status: 'done' });
  }

  #beginSubagent(event: Fields): void {
    const workerId = text(event, 'subagentRunId');
    const workerSlug = text(event, 'name');
    if (this.#subagents.has(workerId)) throw outOfOrder(event, 'begins a subagent a second time');
    this.#subagents.set(workerId, 'running');
    this.#blocks.flush();
    const description = textIfAny(event, 'description');
    this.#say({
      type: 'worker-start',
      workerId,
      workerSlug,
      ...(description !== undefined && { description }),
    });
  }

  #endSubagent(event: Fields): void {
    const workerId = text(event, 'subagentRunId');
    if (this.#subagents.get(workerId) !== 'running') throw outOfOrder(event, 'ends what is not open');
    this.#subagents.set(workerId, 'over');
    // It waits for an answer, and goes on in a later run.
    if (recordIfAny(event, 'outcome')?.['type'] === 'suspended') return;
    this.#blocks.flush();
    const error = event['type'] === 'SUBAGENT_ERROR' ? { error: text(event, 'message') } : {};
    const { result } = event;
    const output = result === undefined || result === null ? {} : { output: result };
    this.#say({ type: 'worker-result', workerId, ...output, ...error });
  }

  #data(event: Fields, name: string, id: string | undefined, data: unknown): void {
    this.#blocks.flush();
    this.#say({ type: 'data', name, ...(id !== undefined && { id }), data, ...inWorker(ownerOf(event)) });
  }
}

const KNOWN: ReadonlySet<unknown> = new Set([
  ...['START', 'CONTENT', 'END'].flatMap((what) => [
    `TEXT_MESSAGE_${what}`,
    `REASONING_MESSAGE_${what}`,
    `THINKING_TEXT_MESSAGE_${what}`,
  ]),
  ...['START', 'CONTENT', 'END'].map((what) => `THINKING_${what}`),
  ...['START', 'ARGS', 'END', 'RESULT'].map((what) => `TOOL_CALL_${what}`),
  ...['START', 'END', 'ENCRYPTED_VALUE'].map((what) => `REASONING_${what}`),
  ...['STATE', 'ACTIVITY'].flatMap((what) => [`${what}_SNAPSHOT`, `${what}_DELTA`]),
  ...['STARTED', 'FINISHED'].flatMap((what) => [`STEP_${what}`, `SUBAGENT_${what}`]),
  'SUBAGENT_ERROR',
  'MESSAGES_SNAPSHOT',
  'CUSTOM',
  'RAW',
  'RUN_FINISHED',
]);

function parse(data: string): Fields {
  let event: unknown;
  try {
    event = JSON.parse(data);
  } catch {
    // Not the cause: its message quotes what the server sent.
    throw malformed('The server sent an event that is not valid JSON.', 'malformed-json');
  }
  if (!isRecord(event) || typeof event['type'] !== 'string')
    throw malformed('The server sent an event without a type.');
  if (isDeeperThan(event, MAX_DEPTH)) throw malformed('The server sent an event that is nested too deep.');
  return event;
}

/** A step of one name may be open for the agent and for each of its subagents. */
function stepOf(event: Fields): string {
  return JSON.stringify([ownerOf(event) ?? null, text(event, 'stepName')]);
}

/** The document after the patch; undefined where that does not fit: a later snapshot puts it right. */
function patched(document: unknown, patch: unknown): unknown {
  try {
    return applyPatch(document, patch);
  } catch {
    return undefined;
  }
}
