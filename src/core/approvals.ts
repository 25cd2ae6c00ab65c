import { approvalDigest } from './approval-digest.ts';
import { AgentChatError } from './error.ts';
import type { ApprovalRequestEvent, StreamEvent } from './event.ts';
import type { ApprovalDecision } from './transport.ts';

/** A tool call that waits for a person's permission. */
export interface PendingApproval {
  readonly approvalId: string;
  readonly toolCallId: string;
  readonly toolName: string;
  readonly args: Readonly<Record<string, unknown>>;
  readonly choices?: readonly string[] | undefined;
  readonly context?: string | undefined;
  readonly expiresAt?: number | undefined;
  /** JSON Schema of the arguments: what a person may change them to. */
  readonly inputSchema?: Readonly<Record<string, unknown>> | undefined;
  /** With `args`, the tool is to run with those instead. Rejects where the answer could not be delivered. */
  approve(answer?: { choice?: string; args?: Readonly<Record<string, unknown>> }): Promise<void>;
  deny(answer?: { reason?: string }): Promise<void>;
}

export interface ApprovalsOptions {
  /** Whether a run still waits for the answer to this very request. */
  readonly isOpen: (request: ApprovalRequestEvent) => boolean;
  readonly deliver: (decision: ApprovalDecision) => Promise<void>;
  /** What the answer means for the conversation. */
  readonly onAnswer: (event: StreamEvent) => void;
}

const NONE: readonly PendingApproval[] = Object.freeze([]);

/** Requests for permission as something that can be answered, each once. The same list until the requests change. */
export class Approvals {
  readonly #options: ApprovalsOptions;
  #requests: readonly ApprovalRequestEvent[] = [];
  #pending = NONE;
  /** Those whose answer is under way. */
  #answering = new Set<ApprovalRequestEvent>();

  constructor(options: ApprovalsOptions) {
    this.#options = options;
  }

  of(requests: readonly ApprovalRequestEvent[]): readonly PendingApproval[] {
    if (requests.length === 0) return NONE;
    if (requests !== this.#requests) {
      this.#requests = requests;
      this.#pending = requests.map((request) => this.#answerable(request));
    }
    return this.#pending;
  }

  #answerable(request: ApprovalRequestEvent): PendingApproval {
    const { approvalId, toolCallId = approvalId, toolName, args, choices, context } = request;
    const decide = (answer: Omit<ApprovalDecision, 'approvalId' | 'digest'>) =>
      this.#decide(request, async () => {
        const digest = await approvalDigest({ toolCallId, toolName, args });
        return { approvalId, ...answer, ...(digest && { digest }) };
      });
    return {
      approvalId,
      toolCallId,
      toolName,
      args,
      choices,
      context,
      expiresAt: request.expiresAt,
      inputSchema: request.inputSchema,
      approve: (answer) => decide({ approved: true, ...answer }),
      deny: (answer) => decide({ approved: false, ...answer }),
    };
  }

  /** Delivers the decision, then shows it. One that did not arrive can be made again while it is waited for. */
  async #decide(request: ApprovalRequestEvent, decision: () => Promise<ApprovalDecision>): Promise<void> {
    const { isOpen, deliver, onAnswer } = this.#options;
    const { approvalId } = request;
    if (this.#answering.has(request) || !isOpen(request)) return;
    this.#answering.add(request);
    try {
      const decided = await decision();
      // The call may have changed, or another tab may have answered, while the digest was made.
      if (!isOpen(request)) return;
      await deliver(decided);
      const { approved, reason, args } = decided;
      if (isOpen(request)) onAnswer({ type: 'approval-resolved', approvalId, approved, reason, args });
    } catch (error) {
      const { type } = AgentChatError.from(error);
      const isGone = type === 'conflict_error' || type === 'not_found_error';
      if (isGone && isOpen(request)) onAnswer({ type: 'approval-voided', approvalId });
      throw error;
    } finally {
      this.#answering.delete(request);
    }
  }
}
