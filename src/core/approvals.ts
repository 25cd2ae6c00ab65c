import type { ApprovalRequestEvent } from './event.ts';
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
  approve(answer?: { choice?: string; args?: Readonly<Record<string, unknown>> }): Promise<void>;
  deny(answer?: { reason?: string }): Promise<void>;
}

const NONE: readonly PendingApproval[] = Object.freeze([]);

/** Requests for permission as something that can be answered. The same list until the requests change. */
export class Approvals {
  readonly #respond: (decision: ApprovalDecision) => Promise<void>;
  #requests: readonly ApprovalRequestEvent[] = [];
  #pending = NONE;

  constructor(respond: (decision: ApprovalDecision) => Promise<void>) {
    this.#respond = respond;
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
    const { approvalId, toolCallId = approvalId, toolName, args, choices, context, expiresAt } = request;
    return {
      approvalId,
      toolCallId,
      toolName,
      args,
      choices,
      context,
      expiresAt,
      approve: (answer) => this.#respond({ approvalId, approved: true, ...answer }),
      deny: (answer) => this.#respond({ approvalId, approved: false, ...answer }),
    };
  }
}
