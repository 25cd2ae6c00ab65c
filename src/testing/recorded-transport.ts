import type { ApprovalDecision, ChatRequest } from '../core/transport.ts';
import type { Protocol } from '../protocols/protocol.ts';
import { recordedEvents } from './recorded.ts';
import type { ScriptedTransport } from './scripted-transport.ts';

/** What one answer was on the wire: the body of an event stream. */
export type Recording = string | Uint8Array<ArrayBuffer>;

export interface RecordedTransportOptions {
  /** What the recorded server speaks; the native protocol unless told. */
  readonly protocol?: Protocol | undefined;
  /** How many events arrive together; 1 unless told. */
  readonly chunk?: number | undefined;
}

/**
 * A transport that plays recorded answers: one for each request, in order. A request past the last of them throws, and
 * so does a recording that is not of its protocol. Requests and decisions are kept for the test to look at.
 */
export function createRecordedTransport(
  recordings: Recording | readonly Recording[],
  { protocol, chunk = 1 }: RecordedTransportOptions = {},
): ScriptedTransport {
  const legs = isList(recordings) ? recordings : [recordings];
  const requests: ChatRequest[] = [];
  const decisions: ApprovalDecision[] = [];
  const size = Math.max(1, chunk);
  return {
    requests,
    decisions,
    async *send(request) {
      const leg = legs[requests.length];
      requests.push(request);
      if (leg === undefined) throw new Error(`No answer is recorded for request ${requests.length}.`);
      const events = await recordedEvents(leg, protocol);
      for (let at = 0; at < events.length; at += size) yield events.slice(at, at + size);
    },
    async respond(decision) {
      decisions.push(decision);
    },
  };
}

function isList(recordings: Recording | readonly Recording[]): recordings is readonly Recording[] {
  return Array.isArray(recordings);
}
