import { html, LitElement, type TemplateResult } from 'lit';
import { property } from 'lit/decorators.js';
import type { UIOperationPart } from '../core/message.ts';
import { visible } from '../markdown/visible.ts';
import { baseStyles, stepStyles } from './base.styles.ts';
import { icons } from './icons.ts';
import { own } from './renderers.ts';
import { strings } from './strings.ts';

/**
 * @summary Something the agent's runtime does by itself, in one line.
 * @csspart name - What it does.
 */
export class AgentOperation extends LitElement {
  static override styles = [baseStyles, stepStyles];

  /** The part to show. */
  @property({ attribute: false }) data: UIOperationPart | undefined;

  override render() {
    if (!this.data) return;
    const { name, status } = this.data as {
      readonly name: unknown;
      readonly status: UIOperationPart['status'];
    };
    const words = typeof name === 'string' ? visible(name) : '';
    return html`<div class="line">
      ${own(ICONS, status)}<span part="name" class="title" dir="auto">${words}</span>
      <span class=${status === 'done' ? 'hidden-visually' : ''}>${own(strings.toolStatus, status)}</span>
    </div>`;
  }
}

const ICONS: Record<UIOperationPart['status'], TemplateResult> = {
  running: icons.spinner,
  done: icons.check,
  cancelled: icons.dash,
};

declare global {
  interface HTMLElementTagNameMap {
    'agent-operation': AgentOperation;
  }
}
