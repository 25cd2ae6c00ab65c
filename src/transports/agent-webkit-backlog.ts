import { isRecord } from '../core/is-record.ts';
import { toNumber, turnOf } from '../protocols/agent-webkit/agent-webkit.ts';
import type { Frame } from '../stream/frame.ts';
import { type SSEFramesOptions, SSEReader } from '../stream/sse-frames.ts';
import { eventStreamOf } from './http-requests.ts';

/** What a server has to say it says at once: after so long without a word it has said all. Milliseconds. */
const QUIET = 400;

/** What a session said before this page came. */
export interface Backlog {
  /** Of the turn that goes on; empty where none does. */
  readonly open: readonly Frame[];
  /** Of the last turn that is over. */
  readonly over: readonly Frame[];
  /** How many turns are over. */
  readonly ends: number;
  /** Whether the beginning of `open` is kept no more. */
  readonly isCut: boolean;
  /** The id of the last event. */
  readonly last: number | undefined;
}

/**
 * Everything the server has to say after that event. Nothing in the stream tells what was said before from what is
 * said now, but that it comes at once.
 */
export async function readBacklog(
  response: Response,
  after: number | undefined,
  options: Pick<SSEFramesOptions, 'maxEventLength'> & { readonly signal: AbortSignal },
): Promise<Backlog> {
  const reader = new SSEReader(await eventStreamOf(response), options);
  let first: number | undefined;
  let last = after;
  let open: Frame[] = [];
  let over: readonly Frame[] = [];
  let ends = 0;
  for (let frames: readonly Frame[] | null = []; frames; ) {
    const timer = setTimeout(reader.close, QUIET);
    frames = await reader.read();
    clearTimeout(timer);
    for (const frame of frames ?? []) {
      if (frame.truncated) continue;
      last = toNumber(frame.id) ?? last;
      first ??= last;
      const turn = turnOf(frame);
      if (turn) open.push(frame);
      if (turn !== 'over') continue;
      over = open;
      open = [];
      ends += 1;
    }
  }
  if (options.signal.aborted) throw options.signal.reason;
  const isCut = after === undefined && ends === 0 && first !== undefined && first > 1;
  return { open, over, ends, isCut, last };
}

/** The calls that these have the results of. */
export function resultsIn(frames: readonly Frame[]): ReadonlySet<string> {
  const ids = new Set<string>();
  for (const { event, data } of frames) {
    if (event !== 'tool_result') continue;
    try {
      const result: unknown = JSON.parse(data);
      const id = isRecord(result) ? result['tool_use_id'] : undefined;
      if (typeof id === 'string') ids.add(id);
    } catch {
      // Whoever reads it says what is wrong.
    }
  }
  return ids;
}
