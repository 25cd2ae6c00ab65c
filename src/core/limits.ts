import { type AgentChatError, refused } from './error.ts';
import type { StreamEvent } from './event.ts';

/** How much one run may write, and how much may wait. What is more ends in an error with the code `limit-…`. */
export interface ChatLimits {
  /** Characters that one run may write: text, arguments and results; 10,485,760 unless told. */
  readonly messageLength?: number | undefined;
  /** Parts that one run may make, those of its workers among them; 10,000 unless told. */
  readonly parts?: number | undefined;
  /** Lists and objects within each other in one event, as in arguments and results; 500 unless told. */
  readonly depth?: number | undefined;
  /** Messages that may wait while the agent is busy; 100 unless told. */
  readonly queue?: number | undefined;
}

const DEFAULTS = { messageLength: 10_485_760, parts: 10_000, depth: 500, queue: 100 };

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

/** What a number or a truth value counts. Characters. */
const SCALAR = 8;

/** Counts what a run writes. */
export class Meter {
  #length = 0;

  /** Throws `AgentChatError` with this event, or with the parts `made` before it, where it is too much. */
  count(event: StreamEvent, made: number, limits: ChatLimits | undefined): void {
    this.#length += lengthOf(event, limitOf(limits, 'depth'));
    const length = limitOf(limits, 'messageLength');
    if (this.#length > length) throw limitExceeded('messageLength', length);
    const parts = limitOf(limits, 'parts');
    if (made > parts) throw limitExceeded('parts', parts);
  }
}

function lengthOf(event: StreamEvent, depth: number): number {
  // Whole values come once, so what it takes to measure them is what it took to read them.
  const measure = (value: unknown, level: number): number => {
    if (typeof value === 'string') return value.length;
    if (typeof value !== 'object' || value === null) return SCALAR;
    if (level > depth) throw limitExceeded('depth', depth);
    let length = 0;
    for (const [name, inner] of Object.entries(value)) length += name.length + measure(inner, level + 1);
    return length;
  };
  if ('delta' in event) return measure(event.delta, 0);
  return measure('inputTextDelta' in event ? event.inputTextDelta : event, 0);
}
