import { Decisions } from '../core/decisions.ts';
import { refused } from '../core/error.ts';
import type { StreamEvent } from '../core/event.ts';
import type { ApprovalDecision, ChatRequest, EventStream } from '../core/transport.ts';

/** Asks an agent and reads its answer: one leg. */
export type Leg = (request: ChatRequest) => EventStream;

/**
 * Runs of agents whose leg ends when they ask for a permission. To whoever reads, such a run is one stream that waits
 * for the answers and goes on: they go with the next request. What the page itself is to do waits for them too.
 */
export class AskedLegs {
  readonly #decisions = new Decisions();
  /** Answers that the next request carries. */
  #decided: readonly ApprovalDecision[] = [];

  async respond(decision: ApprovalDecision): Promise<void> {
    if ((await this.#decisions.settle(decision)) === 'settled') return;
    throw refused('Nobody waits for this answer any more.', 'approval-not-pending');
  }

  async *send(leg: Leg, request: ChatRequest, signal: AbortSignal): EventStream {
    let next = request;
    if (next.type === 'trigger') this.#decided = [];
    while (true) {
      if (next.type === 'continue') next = { ...next, decisions: this.#decided };
      this.#decided = [];
      const waiting = new Map<string, Promise<ApprovalDecision>>();
      let calls: StreamEvent[] = [];
      for await (const item of leg(next)) {
        const passed: StreamEvent[] = [];
        for (const event of 'type' in item ? [item] : item) {
          if (event.type === 'approval-request') {
            const decision = this.#decisions.wait(event.approvalId, signal);
            // Nobody may come to ask for it: the leg may fail.
            decision.catch(() => {});
            waiting.set(event.approvalId, decision);
          } else if (event.type === 'approval-resolved' || event.type === 'approval-voided') {
            waiting.delete(event.approvalId);
          }
          if (event.type === 'client-tool-request') calls.push(event);
          else if (event.type !== 'finish') passed.push(event);
          else if (waiting.size === 0) {
            passed.push(...calls, event);
            calls = [];
          }
        }
        if (passed.length > 0) yield passed;
      }
      if (waiting.size === 0) return;
      this.#decided = await Promise.all(waiting.values());
      yield this.#decided.map(({ approvalId, approved, reason, args }) => ({
        type: 'approval-resolved',
        approvalId,
        approved,
        reason,
        args,
      }));
      if (calls.length > 0) return yield [...calls, { type: 'finish', finishReason: 'client-tool-calls' }];
      next = { type: 'continue', executionId: '', toolResults: [] };
    }
  }
}
