import { html, LitElement, nothing, type TemplateResult } from 'lit';
import { property } from 'lit/decorators.js';
import type { UIToolCallPart } from '../core/message.ts';
import { baseStyles, stepStyles } from './base.styles.ts';
import { icons } from './icons.ts';
import { formatDuration, strings } from './strings.ts';
import { nameOf, toText } from './value.ts';

/**
 * @summary A tool call: its name, how it stands, and its arguments and result on demand.
 * @csspart arguments - The arguments.
 * @csspart result - The result.
 * @csspart error - What went wrong.
 */
export class AgentToolCall extends LitElement {
  static override styles = [baseStyles, stepStyles];

  /** The part to show. */
  @property({ attribute: false }) data: UIToolCallPart | undefined;

  private get standing(): keyof typeof strings.toolStatus {
    const { status = 'pending', approval } = this.data ?? {};
    const isOpen = status === 'pending' || status === 'running';
    return isOpen && approval?.status === 'pending' ? 'waiting' : status;
  }

  override render() {
    if (!this.data) return;
    const { toolName = '', displayName, args = {}, argsText, result, error, startedAt, endedAt } = this.data;
    const { standing } = this;
    const took = startedAt !== undefined && endedAt !== undefined ? formatDuration(endedAt - startedAt) : '';
    return html`
      <details>
        <summary>
          ${ICONS[standing]}
          <span class="title">${displayName ?? nameOf(toolName)}</span>
          <span class=${standing === 'done' ? 'hidden-visually' : standing}>${strings.toolStatus[standing]}</span>
          ${took ? html`<span>${took}</span>` : nothing}
          ${icons.chevron}
        </summary>
        <div class="body">
          ${this.field('arguments', strings.arguments, argsText ?? toText(args))}
          ${result === undefined ? nothing : this.field('result', strings.result, toText(result))}
          ${error === undefined ? nothing : html`<div part="error" class="error" dir="auto">${error}</div>`}
        </div>
      </details>
    `;
  }

  private field(part: string, label: string, text: string): TemplateResult {
    return html`<div>
      <div class="label">${label}</div>
      <pre part=${part} class="value" dir="ltr" tabindex="0">${text}</pre>
    </div>`;
  }
}

const ICONS: Record<keyof typeof strings.toolStatus, TemplateResult> = {
  pending: icons.spinner,
  running: icons.spinner,
  done: icons.check,
  error: icons.cross,
  cancelled: icons.dash,
  waiting: icons.waiting,
};

declare global {
  interface HTMLElementTagNameMap {
    'agent-tool-call': AgentToolCall;
  }
}
