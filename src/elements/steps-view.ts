import { css, html, nothing } from 'lit';
import type { UIMessagePart } from '../core/message.ts';
import type { AgentSteps } from './agent-steps.ts';
import { icons } from './icons.ts';
import { formatDuration, strings } from './strings.ts';
import { listOf } from './value.ts';
import { viewStrings } from './view-strings.ts';

/** With fewer finished steps, each keeps its own line. */
const LEAST_FOLDED = 2;

/** The lines of steps, and the one that finished steps fold into. */
export class StepsView {
  static readonly styles = css`
    button {
      border-radius: calc(var(--_radius) * 0.5);
      color: var(--_ink-quiet);
      font-size: var(--_small);
      justify-content: flex-start;
      margin-inline: -0.25rem;
      min-block-size: 2rem;
      padding: 0 0.25rem;
      text-align: start;
    }
    button:hover {
      color: var(--_ink);
    }
    [aria-expanded='true'] .chevron {
      rotate: 90deg;
    }
    .chevron:dir(rtl) {
      scale: -1 1;
    }
    [aria-expanded='true'] .chevron:dir(rtl) {
      rotate: -90deg;
    }
    .open {
      border-inline-start: 2px solid var(--_line);
      margin-inline-start: 0.5rem;
      padding-inline-start: 1rem;
    }
    .live > :last-child {
      animation: arrive 240ms ease-out;
    }
    @keyframes arrive {
      from {
        opacity: 0;
        translate: 0 0.375rem;
      }
    }
  `;

  readonly #host: AgentSteps;

  constructor(host: AgentSteps) {
    this.#host = host;
  }

  /** How many steps, from the first, need no line of their own. */
  #folded(parts: readonly UIMessagePart[]): number {
    const first = parts.findIndex((part) => !isFinished(part));
    const finished = first < 0 ? parts.length : first;
    // The last one settles before it goes.
    return this.#host.live && finished === parts.length ? finished - 1 : finished;
  }

  render() {
    const host = this.#host;
    const parts = listOf(host.parts);
    const folded = this.#folded(parts);
    const works = parts.slice(0, folded).filter(({ type }) => type !== 'step-start');
    const folds = works.length >= LEAST_FOLDED;
    const isOpen = folds && host.open;
    const toggle = (): void => {
      host.open = !isOpen;
    };
    // Who looks at one keeps all.
    const keep = (): void => {
      if (!folds) host.open = true;
    };
    return html`${
      folds
        ? html`<button part="fold" type="button" aria-expanded=${isOpen} @click=${toggle}>
            ${icons.check}<span>${summaryOf(works)}</span>${icons.chevron}
          </button>`
        : nothing
    }
      <div
        part="steps"
        class=${[host.live ? 'live' : '', isOpen ? 'open' : ''].join(' ')}
        @click=${keep}
        @focusin=${keep}
      >
        ${parts.map((part, index) => {
          const isHidden = part.type === 'step-start' ? !isOpen : folds && index < folded && !isOpen;
          return html`<div ?hidden=${isHidden}>${host.renderStep(part)}</div>`;
        })}
      </div>`;
  }
}

function isFinished(part: UIMessagePart): boolean {
  return !('status' in part) || !UNFINISHED.has(part.status);
}

const UNFINISHED: ReadonlySet<string> = new Set(['streaming', 'pending', 'running']);

/** “Thought for 6 s, used 3 tools, 1 failed”. */
function summaryOf(parts: readonly UIMessagePart[]): string {
  let thought = 0;
  let hasThought = false;
  let tools = 0;
  let operations = 0;
  let failures = 0;
  for (const part of parts) {
    if (part.type === 'reasoning') {
      hasThought = true;
      thought += (part.endedAt ?? 0) - (part.startedAt ?? part.endedAt ?? 0);
    } else if (part.type === 'tool-call') {
      tools += 1;
      if (part.status === 'error') failures += 1;
    } else operations += 1;
  }
  const phrases = [
    hasThought ? strings.thought(formatDuration(thought)) : '',
    tools > 0 ? viewStrings().usedTools(tools) : '',
    operations > 0 ? viewStrings().tookSteps(operations) : '',
    failures > 0 ? viewStrings().failedSteps(failures) : '',
  ].filter((phrase) => phrase !== '');
  const line = new Intl.ListFormat(strings.locale, { style: 'narrow' }).format(phrases);
  return line.charAt(0).toLocaleUpperCase(strings.locale) + line.slice(1);
}
