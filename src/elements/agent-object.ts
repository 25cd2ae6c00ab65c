import { LitElement } from 'lit';
import { property } from 'lit/decorators.js';
import type { UIObjectPart } from '../core/message.ts';
import { baseStyles } from './base.styles.ts';
import { OnDemand } from './on-demand.ts';

/**
 * @summary A structured object by its fields, readable while it still streams. Lists of records, and what is deep or
 * large, open step by step.
 * @csspart object - The card.
 * @csspart title - The name of the object's type.
 */
export class AgentObject extends LitElement {
  static override styles = baseStyles;

  #loading: Promise<unknown> | undefined;
  readonly #view = new OnDemand<AgentObject>(this, () => {
    const loading = import('./object-view.ts').then(({ ObjectView }) => ObjectView);
    this.#loading = loading;
    return loading;
  });

  /** The part to show. */
  @property({ attribute: false }) data: UIObjectPart | undefined;

  /** Complete once the object is drawn. */
  protected override async getUpdateComplete(): Promise<boolean> {
    await super.getUpdateComplete();
    await this.#loading?.catch(() => {});
    return super.getUpdateComplete();
  }

  override render() {
    return this.data && this.#view.render();
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'agent-object': AgentObject;
  }
}
