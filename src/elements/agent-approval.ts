import { LitElement } from 'lit';
import { property } from 'lit/decorators.js';
import type { PendingApproval } from '../core/approvals.ts';
import { baseStyles } from './base.styles.ts';
import { OnDemand } from './on-demand.ts';

/**
 * @summary Asks the user whether a tool may run, with exactly what it would run with. Never takes the focus, and
 * takes no permission before all of it was seen: half a second uncovered and at rest, in a page that has the focus.
 * @event {AgentDecisionEvent} agent-decision - The user allows or denies.
 * @event {AgentReadEvent} agent-read - All of it was shown for long enough to be read.
 * @csspart approval - The card.
 * @csspart arguments - What the tool would run with.
 * @csspart editor - The form in which the user changes that.
 * @csspart input - A field of the form, or the one for a reason.
 * @csspart notes - What is to be known before one allows it.
 * @csspart allow - A button that allows.
 * @csspart deny - The button that denies.
 */
export class AgentApproval extends LitElement {
  static override styles = [baseStyles];

  #view = new OnDemand(this, async () => (await import('./approval-card.ts')).ApprovalCard);

  /** What waits for the user. */
  @property({ attribute: false }) approval: Omit<PendingApproval, 'approve' | 'deny'> | undefined;

  /** Whether all of it was shown for long enough to be read. */
  get wasRead(): boolean {
    return this.#view.view?.wasRead ?? false;
  }

  override render() {
    return this.approval ? this.#view.render() : undefined;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'agent-approval': AgentApproval;
  }
}
