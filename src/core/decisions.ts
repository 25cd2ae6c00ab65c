import { type ApprovalSubject, approvalDigest } from './approval-digest.ts';
import type { ApprovalDecision } from './transport.ts';

/** `changed`: the person was shown something else than what is to run. */
export type Settled = 'settled' | 'not-pending' | 'changed';

interface Waiting {
  readonly subject: ApprovalSubject | undefined;
  readonly answer: (decision: ApprovalDecision) => void;
}

/**
 * Where runs that wait for a person meet the answers. An approval id is the only key: whoever knows it may
 * answer, so agents make it with `generateId`. Each is answered once.
 */
export class Decisions {
  readonly #waiting = new Map<string, Waiting>();

  /**
   * Settles with the answer; rejects with the signal's reason when the run ends first. With a `subject`, an answer
   * whose digest is of something else is not taken.
   */
  wait(approvalId: string, signal: AbortSignal, subject?: ApprovalSubject): Promise<ApprovalDecision> {
    return new Promise((resolve, reject) => {
      const giveUp = (): void => {
        this.#waiting.delete(approvalId);
        reject(signal.reason);
      };
      if (signal.aborted) return giveUp();
      signal.addEventListener('abort', giveUp, { once: true });
      const answer = (decision: ApprovalDecision): void => {
        signal.removeEventListener('abort', giveUp);
        this.#waiting.delete(approvalId);
        resolve(decision);
      };
      this.#waiting.set(approvalId, { subject, answer });
    });
  }

  async settle(decision: ApprovalDecision): Promise<Settled> {
    const { approvalId, digest } = decision;
    const waiting = this.#waiting.get(approvalId);
    if (!waiting) return 'not-pending';
    if (digest !== undefined && waiting.subject) {
      const expected = await approvalDigest(waiting.subject);
      if (expected !== undefined && expected !== digest) return 'changed';
      // Another answer may have come meanwhile.
      if (this.#waiting.get(approvalId) !== waiting) return 'not-pending';
    }
    waiting.answer(decision);
    return 'settled';
  }
}
