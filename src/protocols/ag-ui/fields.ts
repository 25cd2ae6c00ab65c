import { type AgentChatError, malformed } from '../../core/error.ts';
import type { StreamEvent } from '../../core/event.ts';
import { isRecord } from '../../core/is-record.ts';

/** An event, or a part of one, out of JSON. A field that is null counts as absent, as early servers sent it. */
export type Fields = Readonly<Record<string, unknown>>;

/** Takes what is to be told of the stream. */
export type Say = (event: StreamEvent) => void;

export function text(fields: Fields, name: string): string {
  const value = fields[name];
  if (typeof value === 'string') return value;
  throw wrong(fields, name);
}

export function textIfAny(fields: Fields, name: string): string | undefined {
  return fields[name] === undefined || fields[name] === null ? undefined : text(fields, name);
}

export function recordIfAny(fields: Fields, name: string): Fields | undefined {
  const value = fields[name];
  if (value === undefined || value === null) return undefined;
  if (isRecord(value)) return value;
  throw wrong(fields, name);
}

/** The items of a list that are objects; what else is in it is from a later version. */
export function recordsIfAny(fields: Fields, name: string): readonly Fields[] {
  const value = fields[name];
  if (value === undefined || value === null) return [];
  if (Array.isArray(value)) return value.filter(isRecord);
  throw wrong(fields, name);
}

/** The words of content that may be text or a list of parts. */
export function wordsIn(content: unknown): string {
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) return '';
  return content
    .map((part) => (isRecord(part) && part['type'] === 'text' ? part['text'] : ''))
    .filter((words) => typeof words === 'string')
    .join('');
}

/** The subagent that an event belongs to; undefined for the agent itself. */
export function ownerOf(event: Fields): string | undefined {
  return textIfAny(event, 'subagentRunId');
}

/** How our events name a subagent. */
export function inWorker(owner: string | undefined): { readonly workerId?: string } {
  return owner === undefined ? {} : { workerId: owner };
}

/** Nothing may be written into what another subagent, or the agent itself, began. */
export function assertOwner(event: Fields, owner: string | undefined): void {
  const tag = ownerOf(event);
  if (tag !== undefined && tag !== owner)
    throw outOfOrder(event, 'belongs to another subagent than what it goes on with');
}

/** What goes back to the agent with a message or a call. */
export interface Kept {
  kept: Fields;
}

export function keep(holder: Kept, name: string, value: unknown): void {
  if (value !== undefined) holder.kept = { ...holder.kept, [name]: value };
}

/** What events say of a message or a call beside its content, the last of each name. */
export function keepMetadata(holder: Kept, event: Fields): void {
  keep(holder, 'metadata', withMetadata(holder.kept['metadata'], event));
}

export function withMetadata(before: unknown, event: Fields): Fields | undefined {
  const added = recordIfAny(event, 'metadata');
  if (!isRecord(before)) return added;
  return added ? { ...before, ...added } : before;
}

/** An event that cannot be at that place of a stream. */
export function outOfOrder(event: Fields, why: string): AgentChatError {
  return malformed(`The server sent a “${String(event['type'])}” event that ${why}.`, 'out-of-order');
}

function wrong(fields: Fields, name: string): AgentChatError {
  const type = fields['type'];
  const where = typeof type === 'string' ? `a “${type}” event` : 'an event';
  return malformed(`The server sent ${where} whose “${name}” is not what it should be.`);
}
