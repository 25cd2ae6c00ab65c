import { css, LitElement } from 'lit';
import { property } from 'lit/decorators.js';
import type { UISourcePart } from '../core/message.ts';
import { baseStyles } from './base.styles.ts';
import { OnDemand } from './on-demand.ts';

/**
 * @summary Where a statement comes from: a link with its host, or the name of a document. What is known of it shows
 * beside it while the pointer or the focus is there. Nothing of it is ever loaded.
 * @csspart source - The link or the name.
 * @csspart preview - What is known of the source.
 */
export class AgentSource extends LitElement {
  static override styles = [
    baseStyles,
    css`
      :host {
        display: inline-block;
        max-inline-size: min(100%, 24rem);
        position: relative;
      }
    `,
  ];

  #chip = new OnDemand<AgentSource>(this, async () => (await import('./source-chip.ts')).SourceChip);
  #preview: OnDemand<AgentSource> | undefined;

  /** The part to show. */
  @property({ attribute: false }) data: UISourcePart | undefined;

  /** Its number among the sources of an answer, by which the answer may refer to it. */
  @property({ type: Number }) number: number | undefined;

  /** Shows what is known of the source, from now on wherever the pointer or the focus comes to it. */
  preview(): void {
    if (this.#preview) return;
    this.#preview = new OnDemand<AgentSource>(
      this,
      async () => (await import('./source-preview.ts')).SourcePreview,
    );
    this.requestUpdate();
  }

  /** What is known of the source, once it was asked for. */
  renderPreview(): unknown {
    return this.#preview?.render();
  }

  override render() {
    return this.data ? this.#chip.render() : undefined;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'agent-source': AgentSource;
  }
}
