import { LitElement } from 'lit';
import { property } from 'lit/decorators.js';
import type { UIToolCallPart } from '../core/message.ts';
import { baseStyles, stepStyles } from './base.styles.ts';
import { OnDemand } from './on-demand.ts';
import type { ToolDisplay } from './renderers.ts';

/**
 * @summary A tool call in one line: what it does, with what, how it stands and how long it took. Opens to its
 * arguments and result.
 * @csspart title - What it does.
 * @csspart summary - What this call is about.
 * @csspart arguments - The arguments.
 * @csspart result - The result.
 * @csspart error - What went wrong, or why it was not allowed.
 */
export class AgentToolCall extends LitElement {
  static override styles = [baseStyles, stepStyles];

  #view = new OnDemand<AgentToolCall>(this, async () => (await import('./tool-call-view.ts')).ToolCallView);

  /** The part to show. */
  @property({ attribute: false }) data: UIToolCallPart | undefined;

  /** How calls of this tool are shown. */
  @property({ attribute: false }) display: ToolDisplay | undefined;

  override render() {
    return this.data ? this.#view.render() : undefined;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'agent-tool-call': AgentToolCall;
  }
}
