import { malformed } from '../core/error.ts';
import type { StreamEvent } from '../core/event.ts';
import { isRecord } from '../core/is-record.ts';
import type { Frame } from '../stream/frame.ts';
import type { Decoder, Protocol } from './protocol.ts';

export interface OctavusOptions {
  /**
   * Whether each request carries the conversation, for agents that keep none themselves. An Octavus server
   * keeps it: set false there.
   */
  readonly sendMessages?: boolean | undefined;
  /** The newest shape of messages and events that the server may send; said in a header where it is given. */
  readonly version?: number | undefined;
}

/** The native protocol: one JSON event per frame, `[DONE]` at the end. */
export function octavus({ sendMessages = true, version }: OctavusOptions = {}): Protocol {
  return {
    name: 'octavus',
    headers: version === undefined ? {} : { 'X-Octavus-Sdk-Version': `${version}` },
    keepsHistory: !sendMessages,
    encode: (request, messages) => (sendMessages ? { ...request, messages } : request),
    encodeDecision: (decision) => ({ type: 'approval', ...decision }),
    encodeStop: (run) => ({ type: 'stop', ...run }),
    decode: () => new OctavusDecoder(),
  };
}

class OctavusDecoder implements Decoder {
  ended = false;

  read({ data }: Frame): readonly StreamEvent[] {
    if (data === '[DONE]') {
      this.ended = true;
      return [];
    }
    return [parseEvent(data)];
  }
}

/** A single event out of JSON. Unknown types and fields pass; a known type that lacks what it needs throws. */
export function parseEvent(data: string): StreamEvent {
  let event: unknown;
  try {
    event = JSON.parse(data);
  } catch {
    // Not the cause: its message quotes what the server sent.
    throw malformed('The server sent an event that is not valid JSON.', 'malformed-json');
  }
  return toEvent(event);
}

/** The value as an event. Unknown types and fields pass; a known type that lacks what it needs throws. */
export function toEvent(event: unknown): StreamEvent {
  if (typeof event !== 'object' || event === null || !('type' in event) || typeof event.type !== 'string') {
    throw malformed('The server sent an event without a type.');
  }
  for (const [name, kind] of REQUIRED.get(event.type) ?? NOTHING) {
    const value = (event as Record<string, unknown>)[name];
    if (
      kind === 'list'
        ? isListOf(value, name === 'toolCalls' ? ['toolCallId', 'toolName'] : ['id'])
        : typeof value === kind
    )
      continue;
    if (kind === 'optional' && (value === undefined || typeof value === 'string')) continue;
    throw malformed(`The server sent a “${event.type}” event whose “${name}” is not what it should be.`);
  }
  return event as StreamEvent;
}

/** Whether it is a list of objects that have these strings. */
function isListOf(list: unknown, names: readonly string[]): boolean {
  const isWhole = (item: unknown): boolean =>
    isRecord(item) && names.every((name) => typeof item[name] === 'string');
  return Array.isArray(list) && list.every(isWhole);
}

const NOTHING: readonly (readonly [string, string])[] = [];

/** What an event must have for anything to be made of it: strings, lists (`[]`), flags (`?`), maybe strings (`~`). */
const REQUIRED: ReadonlyMap<string, typeof NOTHING> = new Map(
  [
    'finish finishReason',
    'error message',
    'text-start id',
    'text-delta id delta',
    'text-end id',
    'reasoning-start id',
    'reasoning-delta id delta',
    'reasoning-end id',
    'tool-input-start toolCallId toolName',
    'tool-input-delta toolCallId inputTextDelta',
    'tool-input-available toolCallId toolName',
    'tool-output-available toolCallId',
    'tool-output-error toolCallId error',
    'source id sourceType',
    'todo-update todos[]',
    'block-start blockId blockName blockType',
    'block-end blockId',
    'resource-update name',
    'client-tool-request executionId toolCalls[]',
    'file-available id mediaType url',
    'worker-input-start workerId workerSlug',
    'worker-input-delta workerId delta',
    'worker-input-ready workerId',
    'worker-start workerId workerSlug',
    'worker-result workerId',
    'approval-request approvalId toolName toolCallId~',
    'approval-resolved approvalId approved?',
    'data name',
  ].map((line) => {
    const [type = '', ...fields] = line.split(' ');
    return [type, fields.map(kindOf)];
  }),
);

function kindOf(field: string): readonly [string, string] {
  if (field.endsWith('[]')) return [field.slice(0, -2), 'list'];
  if (field.endsWith('~')) return [field.slice(0, -1), 'optional'];
  if (field.endsWith('?')) return [field.slice(0, -1), 'boolean'];
  return [field, 'string'];
}
