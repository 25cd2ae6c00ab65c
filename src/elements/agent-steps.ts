import { LitElement } from 'lit';
import { property } from 'lit/decorators.js';
import type { UIMessagePart } from '../core/message.ts';
import { baseStyles, stepStyles } from './base.styles.ts';
import { OnDemand } from './on-demand.ts';
import { renderPart } from './rendered-parts.ts';
import type { DisplayOptions } from './renderers.ts';

/**
 * @summary Steps of work that follow one another. What is finished folds into one line; what is at work, and what
 * finished last while more may come, keeps its own.
 * @csspart fold - The line that opens to the finished steps.
 * @csspart steps - The steps.
 */
export class AgentSteps extends LitElement {
  static override styles = [baseStyles, stepStyles];

  #view = new OnDemand<AgentSteps>(this, async () => (await import('./steps-view.ts')).StepsView);

  /** The steps: parts of the types `reasoning`, `tool-call`, `operation` and `step-start`. */
  @property({ attribute: false }) parts: readonly UIMessagePart[] = [];

  /** What the application has its own mind of. */
  @property({ attribute: false }) display: DisplayOptions | undefined;

  /** Whether more steps may come. */
  @property({ type: Boolean }) live = false;

  /** Whether finished steps are shown too. */
  @property({ type: Boolean }) open = false;

  /** Here, and not in the view: most pages have drawn parts before. */
  renderStep(part: UIMessagePart): unknown {
    return renderPart(part, { display: this.display });
  }

  override render() {
    return this.#view.render();
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'agent-steps': AgentSteps;
  }
}
