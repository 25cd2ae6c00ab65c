import type { StreamEvent } from '../../core/event.ts';
import type { Fields, Kept } from './fields.ts';

/** The name of data parts that say more of the message or the call whose id they have: `encryptedValue`, `messageId`. */
export const AMENDMENT = 'amendment';

/** A tool call, as it stands. */
export interface KnownCall extends Kept {
  readonly toolCallId: string;
  name: string;
  /** Its arguments as they came. */
  text: string;
  /** The subagent whose call it is. */
  readonly owner: string | undefined;
  open: boolean;
  /** Whether an earlier message shows it. */
  elsewhere: boolean;
  output?: StreamEvent | undefined;
}

/** What an agent tells of work that is neither words nor calls. */
export interface KnownActivity {
  readonly activityType: string;
  readonly content: unknown;
  readonly metadata?: Fields | undefined;
  readonly owner: string | undefined;
}

/** What is known of the conversation when a run is asked for; what the run says adds to it. */
export interface Memory {
  /** The run that was asked for; undefined where none was. */
  readonly runId: string | undefined;
  /** The tools of the page that the agent was told of; undefined where it was told of none. */
  readonly advertised: ReadonlySet<string> | undefined;
  state: unknown;
  /** The ids of all messages. */
  readonly messageIds: Set<string>;
  /** What the answer that is being written says already, by the id of the message. */
  readonly said: Map<string, string>;
  readonly calls: Map<string, KnownCall>;
  readonly activities: Map<string, KnownActivity>;
  /** What the page answered to interrupts that are no calls, told once the agent goes on. */
  answers: readonly StreamEvent[];
  /** Interrupts of the last run that no run went on from. */
  interruptIds: readonly string[];
}

export function newMemory(known: Partial<Memory> = {}): Memory {
  return {
    runId: undefined,
    advertised: undefined,
    state: {},
    messageIds: new Set(),
    said: new Map(),
    calls: new Map(),
    activities: new Map(),
    answers: [],
    interruptIds: [],
    ...known,
  };
}
