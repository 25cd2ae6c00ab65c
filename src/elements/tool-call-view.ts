import { html, nothing, type TemplateResult } from 'lit';
import type { AgentToolCall } from './agent-tool-call.ts';
import { detailsStyles } from './details.styles.ts';
import { icons } from './icons.ts';
import { formatDuration, strings } from './strings.ts';
import { nameOf, summaryOf } from './value.ts';
import { viewIcons } from './view-icons.ts';
import { viewStrings } from './view-strings.ts';

/** One line for a tool call, which opens to its arguments and result. */
export class ToolCallView {
  static readonly styles = detailsStyles;

  readonly #host: AgentToolCall;
  /** Nothing of the details is made before somebody looks. */
  #isOpen = false;

  constructor(host: AgentToolCall) {
    this.#host = host;
  }

  get #standing(): keyof typeof strings.toolStatus {
    const { status = 'pending', approval } = this.#host.data ?? {};
    if (approval?.status === 'denied') return 'denied';
    const isOpen = status === 'pending' || status === 'running';
    return isOpen && approval?.status === 'pending' ? 'waiting' : status;
  }

  #onToggle = (event: Event): void => {
    this.#isOpen = (event.target as HTMLDetailsElement).open;
    this.#host.requestUpdate();
  };

  render() {
    if (!this.#host.data) return nothing;
    const { toolName = '', displayName, startedAt, endedAt } = this.#host.data;
    const { display } = this.#host;
    const standing = this.#standing;
    const took = startedAt !== undefined && endedAt !== undefined ? formatDuration(endedAt - startedAt) : '';
    const summary = this.#summary();
    return html`
      <details @toggle=${this.#onToggle}>
        <summary>
          ${(standing === 'done' && display?.icon) || ICONS[standing]}
          <span part="title" class="title">${display?.title ?? displayName ?? nameOf(toolName)}</span>
          ${summary ? html`<bdi part="summary" class="about">${summary}</bdi>` : nothing}
          <span class=${standing === 'done' ? 'hidden-visually' : standing}>${strings.toolStatus[standing]}</span>
          ${took ? html`<span>${took}</span>` : nothing}
          ${icons.chevron}
        </summary>
        <div class="body">${this.#isOpen ? this.#details() : nothing}</div>
      </details>
    `;
  }

  #summary(): string | undefined {
    const { data, display } = this.#host;
    try {
      return (data && display?.summary?.(data)) ?? summaryOf(data?.args);
    } catch (error) {
      reportError(error);
      return undefined;
    }
  }

  #details() {
    const { args = {}, argsText, result, error, approval } = this.#host.data ?? {};
    const reason = error ?? approval?.reason;
    // What cannot be read yet stands as it came.
    const shown = Object.keys(args).length === 0 && argsText ? argsText : args;
    return html`${this.#field('arguments', viewStrings().arguments, shown, argsText !== undefined)}
    ${result === undefined ? nothing : this.#field('result', viewStrings().result, result)}
    ${reason ? html`<div part="error" class="error" dir="auto">${reason}</div>` : nothing}`;
  }

  #field(part: string, label: string, value: unknown, isStreaming = false): TemplateResult {
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
  waiting: viewIcons.waiting,
  denied: icons.cross,
};
