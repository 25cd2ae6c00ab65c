import { css, html, nothing, type TemplateResult } from 'lit';
import type { UIWorkerPart } from '../core/message.ts';
import type { AgentWorker } from './agent-worker.ts';
import { detailsStyles } from './details.styles.ts';
import { icons } from './icons.ts';
import { strings } from './strings.ts';
import { listOf, nameOf } from './value.ts';
import { viewIcons } from './view-icons.ts';
import { viewStrings } from './view-strings.ts';

/** One line for the work of another agent, which opens to all of it. */
export class WorkerView {
  static readonly styles = css`
    ${detailsStyles}
    [part='parts'] {
      display: grid;
      gap: 0.5rem;
    }
  `;

  readonly #host: AgentWorker;
  /** What the reader chose; until then it follows the work. */
  #chosen: boolean | undefined;

  constructor(host: AgentWorker) {
    this.#host = host;
  }

  render() {
    const { data } = this.#host;
    if (!data) return nothing;
    const { workerSlug = '', description, error, status } = data;
    const isOpen = this.#chosen ?? status === 'running';
    const toggle = (event: Event): void => {
      event.preventDefault();
      this.#chosen = !isOpen;
      this.#host.requestUpdate();
    };
    return html`
      <details ?open=${isOpen}>
        <summary @click=${toggle}>
          ${ICONS[status] ?? viewIcons.worker}
          <span class="title" dir="auto">${description ?? nameOf(workerSlug)}</span>
          <span class=${status === 'done' ? 'hidden-visually' : status}>${strings.toolStatus[status] ?? status}</span>
          ${icons.chevron}
        </summary>
        <div class="body">
          ${isOpen ? this.#renderDetails(data) : nothing}
          ${error ? html`<div part="error" class="error" dir="auto">${error}</div>` : nothing}
        </div>
      </details>
    `;
  }

  #renderDetails({ workerId, parts, input, inputText, output, status }: UIWorkerPart) {
    return html`${renderField(viewStrings().input, input ?? inputText)}
      <div part="parts">${this.#host.renderParts(workerId, listOf(parts), status === 'running')}</div>
      ${renderField(viewStrings().output, output)}`;
  }
}

function renderField(label: string, value: unknown): TemplateResult | typeof nothing {
  if (value === undefined || value === null) return nothing;
  return html`<div>
    <div class="label">${label}</div>
    <agent-value .value=${value} label=${label}></agent-value>
  </div>`;
}

const ICONS: Record<UIWorkerPart['status'], TemplateResult> = {
  running: icons.spinner,
  done: icons.check,
  error: icons.cross,
  cancelled: icons.dash,
};
