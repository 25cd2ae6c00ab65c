import { html, LitElement, nothing, type TemplateResult } from 'lit';
import { property, state } from 'lit/decorators.js';
import type { UIToolCallPart } from '../core/message.ts';
import { baseStyles, stepStyles } from './base.styles.ts';
import { icons } from './icons.ts';
import type { ToolDisplay } from './renderers.ts';
import { formatDuration, strings } from './strings.ts';
import { nameOf, summaryOf } from './value.ts';

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

  /** Nothing of the details is made before somebody looks. */
  @state() private isOpen = false;

  /** The part to show. */
  @property({ attribute: false }) data: UIToolCallPart | undefined;

  /** How calls of this tool are shown. */
  @property({ attribute: false }) display: ToolDisplay | undefined;

  private get standing(): keyof typeof strings.toolStatus {
    const { status = 'pending', approval } = this.data ?? {};
    if (approval?.status === 'denied') return 'denied';
    const isOpen = status === 'pending' || status === 'running';
    return isOpen && approval?.status === 'pending' ? 'waiting' : status;
  }

  private onToggle(event: Event): void {
    this.isOpen = (event.target as HTMLDetailsElement).open;
  }

  override render() {
    if (!this.data) return;
    const { toolName = '', displayName, startedAt, endedAt } = this.data;
    const { display, standing } = this;
    const took = startedAt !== undefined && endedAt !== undefined ? formatDuration(endedAt - startedAt) : '';
    const summary = this.summary();
    return html`
      <details @toggle=${this.onToggle}>
        <summary>
          ${(standing === 'done' && display?.icon) || ICONS[standing]}
          <span part="title" class="title">${display?.title ?? displayName ?? nameOf(toolName)}</span>
          ${summary ? html`<bdi part="summary" class="about">${summary}</bdi>` : nothing}
          <span class=${standing === 'done' ? 'hidden-visually' : standing}>${strings.toolStatus[standing]}</span>
          ${took ? html`<span>${took}</span>` : nothing}
          ${icons.chevron}
        </summary>
        <div class="body">${this.isOpen ? this.details() : nothing}</div>
      </details>
    `;
  }

  private summary(): string | undefined {
    const { data, display } = this;
    try {
      return (data && display?.summary?.(data)) ?? summaryOf(data?.args);
    } catch (error) {
      reportError(error);
      return undefined;
    }
  }

  private details() {
    const { args = {}, argsText, result, error, approval } = this.data ?? {};
    const reason = error ?? approval?.reason;
    // What cannot be read yet stands as it came.
    const shown = Object.keys(args).length === 0 && argsText ? argsText : args;
    return html`${this.field('arguments', strings.arguments, shown, argsText !== undefined)}
    ${result === undefined ? nothing : this.field('result', strings.result, result)}
    ${reason ? html`<div part="error" class="error" dir="auto">${reason}</div>` : nothing}`;
  }

  private field(part: string, label: string, value: unknown, isStreaming = false): TemplateResult {
    return html`<div part=${part}>
      <div class="label">${label}</div>
      <agent-value .value=${value} label=${label} ?streaming=${isStreaming}></agent-value>
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
  denied: icons.cross,
};

declare global {
  interface HTMLElementTagNameMap {
    'agent-tool-call': AgentToolCall;
  }
}
