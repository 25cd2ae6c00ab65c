import { css, html, LitElement, nothing } from 'lit';
import { property, state } from 'lit/decorators.js';
import type { UIMessagePart } from '../core/message.ts';
import { baseStyles, stepStyles } from './base.styles.ts';
import { icons } from './icons.ts';
import { renderPart } from './rendered-parts.ts';
import type { DisplayOptions } from './renderers.ts';
import { formatDuration, strings } from './strings.ts';

/** With fewer finished steps, each keeps its own line. */
const LEAST_FOLDED = 2;

/**
 * @summary Steps of work that follow one another. What is finished folds into one line; what is at work, and what
 * finished last while more may come, keeps its own.
 * @csspart fold - The line that opens to the finished steps.
 * @csspart steps - The steps.
 */
export class AgentSteps extends LitElement {
  static override styles = [
    baseStyles,
    stepStyles,
    css`
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
    `,
  ];

  /** Whether the reader sees the finished steps. Who looks at one keeps all. */
  @state() private isOpen = false;

  /** The steps: parts of the types `reasoning`, `tool-call`, `operation` and `step-start`. */
  @property({ attribute: false }) parts: readonly UIMessagePart[] = [];

  /** What the application has its own mind of. */
  @property({ attribute: false }) display: DisplayOptions | undefined;

  /** Whether more steps may come. */
  @property({ type: Boolean }) live = false;

  private keepOpen(): void {
    if (this.folded < LEAST_FOLDED) this.isOpen = true;
  }

  /** How many steps, from the first, need no line of their own. */
  private get folded(): number {
    const { parts = [] } = this;
    const first = parts.findIndex((part) => !isFinished(part));
    const finished = first < 0 ? parts.length : first;
    // The last one settles before it goes.
    return this.live && finished === parts.length ? finished - 1 : finished;
  }

  override render() {
    const { parts, display, folded } = this;
    const works = parts?.slice(0, folded).filter(({ type }) => type !== 'step-start') ?? [];
    const folds = works.length >= LEAST_FOLDED;
    return html`${
      folds
        ? html`<button
            part="fold"
            type="button"
            aria-expanded=${this.isOpen}
            @click=${() => {
              this.isOpen = !this.isOpen;
            }}
          >
            ${icons.check}<span>${summaryOf(works)}</span>${icons.chevron}
          </button>`
        : nothing
    }
      <div
        part="steps"
        class=${[this.live ? 'live' : '', folds && this.isOpen ? 'open' : ''].join(' ')}
        @click=${this.keepOpen}
        @focusin=${this.keepOpen}
      >
        ${parts?.map((part, index) => {
          const isFolded = folds && index < folded && !this.isOpen;
          const isEdge = part.type === 'step-start' && (!folds || !this.isOpen);
          return html`<div ?hidden=${isFolded || isEdge}>${renderPart(part, { display })}</div>`;
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
    tools > 0 ? strings.usedTools(tools) : '',
    operations > 0 ? strings.tookSteps(operations) : '',
    failures > 0 ? strings.failedSteps(failures) : '',
  ].filter((phrase) => phrase !== '');
  const line = new Intl.ListFormat(strings.locale, { style: 'narrow' }).format(phrases);
  return line.charAt(0).toLocaleUpperCase(strings.locale) + line.slice(1);
}

declare global {
  interface HTMLElementTagNameMap {
    'agent-steps': AgentSteps;
  }
}
