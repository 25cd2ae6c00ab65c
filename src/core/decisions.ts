import type { ApprovalDecision } from './transport.ts';

/**
 * Where runs that wait for a person meet the answers. An approval id is the only key: whoever knows it may
 * answer, so agents make it with `generateId`. Each is answered once.
 */
export class Decisions {
  readonly #waiting = new Map<string, (decision: ApprovalDecision) => void>();

  /** Settles with the answer; rejects with the signal's reason when the run ends first. */
  wait(approvalId: string, signal: AbortSignal): Promise<ApprovalDecision> {
    return new Promise((resolve, reject) => {
      const giveUp = (): void => {
        this.#waiting.delete(approvalId);
        reject(signal.reason);
      };
      if (signal.aborted) return giveUp();
      signal.addEventListener('abort', giveUp, { once: true });
      this.#waiting.set(approvalId, (decision) => {
        signal.removeEventListener('abort', giveUp);
        this.#waiting.delete(approvalId);
        resolve(decision);
      });
    });
  }

  /** False where nobody waits for this id, or no more. */
  settle(decision: ApprovalDecision): boolean {
    const answer = this.#waiting.get(decision.approvalId);
    answer?.(decision);
    return answer !== undefined;
  }
}
