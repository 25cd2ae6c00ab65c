import { type AgentChatError, refused } from './error.ts';
import type { StreamEvent } from './event.ts';

/** How much one run may write, and how much may wait. What is more ends in an error with the code `limit-…`. */
export interface ChatLimits {
  /** Characters that one run may write: text, arguments and results; 10,485,760 unless told. */
  readonly messageLength?: number | undefined;
  /** Parts that one run may make, those of its workers among them; 10,000 unless told. */
  readonly parts?: number | undefined;
  /** Messages that may wait while the agent is busy; 100 unless told. */
  readonly queue?: number | undefined;
}

const DEFAULTS = { messageLength: 10_485_760, parts: 10_000, queue: 100 };

export function limitOf(limits: ChatLimits | undefined, name: keyof ChatLimits): number {
  return limits?.[name] ?? DEFAULTS[name];
}

/** More than was agreed. The message names the limit, so that whoever meets it knows what to raise. */
export function limitExceeded(name: keyof ChatLimits, limit: number): AgentChatError {
  return refused(
    `The limit of ${limit} (\`limits.${name}\`) is exceeded.`,
    `limit-${name === 'messageLength' ? 'message-length' : name}`,
  );
}

/** Counts what a run writes. */
export class Meter {
  #length = 0;

  /** Throws `AgentChatError` with this event, or with the parts `made` before it, where it is too much. */
  count(event: StreamEvent, made: number, limits: ChatLimits | undefined): void {
    this.#length += lengthOf(event);
    const length = limitOf(limits, 'messageLength');
    if (this.#length > length) throw limitExceeded('messageLength', length);
    const parts = limitOf(limits, 'parts');
    if (made > parts) throw limitExceeded('parts', parts);
  }
}

function lengthOf(event: StreamEvent): number {
  if (
    event.type === 'text-delta' ||
    event.type === 'reasoning-delta' ||
    event.type === 'worker-input-delta'
  ) {
    return event.delta.length;
  }
  if (event.type === 'tool-input-delta') return event.inputTextDelta.length;
  // Whole values come once, so what it takes to measure them is what it took to read them.
  return JSON.stringify(event).length;
}
