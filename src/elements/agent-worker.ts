import { LitElement } from 'lit';
import { property } from 'lit/decorators.js';
import type { UIMessagePart, UIWorkerPart } from '../core/message.ts';
import { baseStyles, partsStyles, stepStyles } from './base.styles.ts';
import { OnDemand } from './on-demand.ts';
import { RenderedParts } from './rendered-parts.ts';
import type { DisplayOptions } from './renderers.ts';

/**
 * @summary Another agent's work inside this answer, with everything it wrote. Open while it works.
 * @csspart parts - What the worker wrote.
 * @csspart sources - Sources that follow one another.
 * @csspart thread - What belongs to another thread.
 * @csspart failure - In the place of what an application failed to draw.
 * @csspart error - What went wrong.
 */
export class AgentWorker extends LitElement {
  static override styles = [baseStyles, stepStyles, partsStyles];

  #view = new OnDemand<AgentWorker>(this, async () => (await import('./worker-view.ts')).WorkerView);

  /** The part to show. */
  @property({ attribute: false }) data: UIWorkerPart | undefined;

  /** What the application has its own mind of. */
  @property({ attribute: false }) display: DisplayOptions | undefined;

  readonly #parts = new RenderedParts();

  /** Here, and not in the view: most pages have drawn parts before. */
  renderParts(workerId: string, parts: readonly UIMessagePart[], isLive: boolean): unknown {
    return this.#parts.render(workerId, parts, { display: this.display, isLive });
  }

  override render() {
    return this.data ? this.#view.render() : undefined;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'agent-worker': AgentWorker;
  }
}
