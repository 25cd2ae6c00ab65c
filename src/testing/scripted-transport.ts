import type { StreamEvent } from '../core/event.ts';
import type { ApprovalDecision, ChatRequest, Transport } from '../core/transport.ts';

/** One leg: its events, or a function that makes them as they are read. */
export type ScriptedLeg =
  | Iterable<StreamEvent>
  | ((request: ChatRequest, signal: AbortSignal) => Iterable<StreamEvent> | AsyncIterable<StreamEvent>);

export interface ScriptedTransport extends Transport {
  /** Every request so far. */
  readonly requests: readonly ChatRequest[];
  /** Every approval decision so far. */
  readonly decisions: readonly ApprovalDecision[];
}

/** A transport that plays one leg per request, in order. A request past the last leg throws. */
export function createScriptedTransport(...legs: readonly ScriptedLeg[]): ScriptedTransport {
  const requests: ChatRequest[] = [];
  const decisions: ApprovalDecision[] = [];
  return {
    requests,
    decisions,
    async *send(request, { signal }) {
      const leg = legs[requests.length];
      requests.push(request);
      if (!leg) throw new Error(`No leg is scripted for request ${requests.length}.`);
      yield* typeof leg === 'function' ? leg(request, signal) : leg;
    },
    async respond(decision) {
      decisions.push(decision);
    },
  };
}
