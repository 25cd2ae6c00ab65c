import { isRecord } from '../../core/is-record.ts';
import type { Fields } from '../anthropic/frame.ts';
import type { Counts } from '../anthropic/usage.ts';

/** What says whether a session is at work. */
const SAYS_STATUS = new Set<unknown>([
  'user.message',
  'session.status_running',
  'session.status_rescheduled',
  'session.status_idle',
  'session.status_terminated',
  'session.deleted',
]);

/** A tool call, and who has to say something for the session to go on. */
export interface SessionCall {
  readonly name: string;
  readonly input: Fields;
  readonly waitsFor: 'page' | 'permission' | 'nobody';
}

/** What is known of a session, whichever of its streams said it. */
export class SessionMemory {
  /** Events that were read, by their ids: after a cut the session is read from its beginning. */
  readonly seen = new Set<string>();
  readonly calls = new Map<string, SessionCall>();
  /** Calls that nobody has to say anything about any more. */
  readonly answered = new Set<string>();
  /** Calls whose results this page sent. */
  readonly sent = new Set<string>();
  /** Calls that a person was asked about, and did not answer yet. */
  readonly asked = new Set<string>();
  /** The tokens of this run. */
  spent: Counts = {};
  /** The event that this run began with; what was before it is not part of it. */
  firstId: string | undefined;
  /** Until when events are those of a run before: `strict` where that run was interrupted and may still speak. */
  waiting: 'strict' | 'lenient' | undefined;

  /** A run begins, or goes on, with these events of the page's own. */
  begin(sent: readonly Fields[], wasInterrupted: boolean): void {
    const [first] = sent.toReversed().filter(({ type }) => type === 'user.message');
    this.firstId = typeof first?.['id'] === 'string' ? first['id'] : undefined;
    this.waiting = wasInterrupted ? 'strict' : 'lenient';
    this.spent = {};
    this.asked.clear();
  }

  /** The run that goes on is read from its beginning, whatever of it was read before. */
  resume(history: readonly Fields[]): void {
    this.firstId = undefined;
    this.waiting = undefined;
    this.spent = {};
    this.asked.clear();
    for (const { id } of this.ofThisRun(history)) if (typeof id === 'string') this.seen.delete(id);
  }

  /** Calls that others answered meanwhile: what asked for them is out of date. */
  noteAnswers(history: readonly Fields[]): void {
    for (const event of history) {
      const id = answeredBy(event);
      if (id !== undefined) this.answered.add(id);
    }
  }

  /** What of a whole history belongs to this run. */
  ofThisRun(history: readonly Fields[]): readonly Fields[] {
    const isFirst = ({ type, id }: Fields): boolean =>
      type === 'user.message' && (this.firstId === undefined || id === this.firstId);
    const start = history.findLastIndex(isFirst);
    if (start >= 0) this.waiting = undefined;
    return history.slice(start + 1);
  }
}

/** The call that an event answers: with a result, or with a permission. */
function answeredBy({ type, tool_use_id, custom_tool_use_id }: Fields): string | undefined {
  const isAnswer =
    type === 'user.tool_confirmation' || type === 'user.tool_result' || type === 'user.custom_tool_result';
  const id = type === 'user.custom_tool_result' ? custom_tool_use_id : tool_use_id;
  return isAnswer && typeof id === 'string' ? id : undefined;
}

/** Whether a session whose history this is has come to rest, and waits for nothing but a message. */
export function isAtRest(history: readonly Fields[]): boolean {
  const { type, stop_reason: reason } = history.findLast(({ type }) => SAYS_STATUS.has(type)) ?? {};
  if (type === 'session.status_idle') return !(isRecord(reason) && reason['type'] === 'requires_action');
  return type === undefined || type === 'session.status_terminated' || type === 'session.deleted';
}
