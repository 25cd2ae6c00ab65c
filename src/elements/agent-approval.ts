import { css, html, LitElement, nothing } from 'lit';
import { property } from 'lit/decorators.js';
import type { PendingApproval } from '../core/approvals.ts';
import { baseStyles } from './base.styles.ts';
import { AgentDecisionEvent } from './events.ts';
import { icons } from './icons.ts';
import { strings } from './strings.ts';
import { nameOf, toText } from './value.ts';

/**
 * @summary Asks the user whether a tool may run, with exactly what it would run with. Never takes the focus.
 * @event {AgentDecisionEvent} agent-decision - The user allows or denies.
 * @csspart approval - The card.
 * @csspart arguments - What the tool would run with.
 * @csspart allow - A button that allows.
 * @csspart deny - The button that denies.
 */
export class AgentApproval extends LitElement {
  static override styles = [
    baseStyles,
    css`
      [part='approval'] {
        background: var(--_warn-surface);
        border: 1px solid color-mix(in srgb, var(--_warn) 40%, transparent);
        border-radius: var(--_radius);
        display: grid;
        font-size: var(--_small);
        gap: 0.625rem;
        padding: 0.75rem 1rem;
      }
      .title {
        align-items: center;
        display: flex;
        font-weight: 600;
        gap: 0.5rem;
      }
      .title svg {
        color: var(--_warn);
      }
      pre {
        background: var(--_canvas);
        border-radius: calc(var(--_radius) * 0.5);
        max-block-size: 12rem;
        padding: 0.5rem 0.75rem;
      }
      .buttons {
        display: flex;
        flex-wrap: wrap;
        gap: 0.5rem;
      }
      button.plain {
        background: var(--_canvas);
      }
    `,
  ];

  /** What waits for the user. */
  @property({ attribute: false }) approval: Omit<PendingApproval, 'approve' | 'deny'> | undefined;

  private decide(approved: boolean, choice?: string): void {
    if (this.approval) this.dispatchEvent(new AgentDecisionEvent(this.approval.approvalId, approved, choice));
  }

  override render() {
    if (!this.approval) return;
    const { toolName, args, choices, context } = this.approval;
    const allows = choices?.filter((choice) => choice !== 'deny') ?? [];
    return html`<div part="approval" role="group" aria-label=${strings.approvalTitle(nameOf(toolName))}>
      <div class="title">${icons.warning}<span>${strings.approvalTitle(nameOf(toolName))}</span></div>
      ${context ? html`<div dir="auto">${context}</div>` : nothing}
      <pre part="arguments" dir="ltr" tabindex="0" aria-label=${strings.arguments}>${toText(args)}</pre>
      <div class="buttons">
        ${
          allows.length === 0
            ? this.renderAllow(strings.allow, 0)
            : allows.map((choice, index) => this.renderAllow(labelOf(choice), index, choice))
        }
        <button part="deny" class="plain" type="button" @click=${() => this.decide(false)}>${strings.deny}</button>
      </div>
    </div>`;
  }

  private renderAllow(label: string, index: number, choice?: string) {
    return html`<button
      part="allow"
      class=${index === 0 ? 'primary' : 'plain'}
      type="button"
      @click=${() => this.decide(true, choice)}
    >
      ${label}
    </button>`;
  }
}

function labelOf(choice: string): string {
  const labels: Readonly<Record<string, string>> = strings.allowChoice;
  return Object.hasOwn(labels, choice) ? (labels[choice] ?? choice) : nameOf(choice);
}

declare global {
  interface HTMLElementTagNameMap {
    'agent-approval': AgentApproval;
  }
}
