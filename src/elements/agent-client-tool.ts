import { LitElement } from 'lit';
import { property } from 'lit/decorators.js';
import type { InteractiveTool } from '../core/client-tools.ts';
import { baseStyles } from './base.styles.ts';
import { OnDemand } from './on-demand.ts';

/**
 * @summary Asks the user what an interactive client tool asks, by the form that its arguments tell: words, yes or
 * no, a choice, several questions, or the fields of a JSON schema. Never takes the focus when it appears.
 * @event {AgentToolAnswerEvent} agent-tool-answer - The user answers or declines. The result is `{ answer }`, of
 * several questions `{ answers }` by question, of a schema the object that it describes.
 * @csspart question - The card.
 * @csspart option - A button with a ready answer.
 * @csspart submit - The button that answers with what the form has.
 * @csspart skip - The button that declines.
 */
export class AgentClientTool extends LitElement {
  static override styles = baseStyles;

  #view = new OnDemand<AgentClientTool>(
    this,
    async () => (await import('./client-tool-form.ts')).ClientToolForm,
  );

  /** What waits for the user. */
  @property({ attribute: false }) tool: Pick<InteractiveTool, 'toolCallId' | 'toolName' | 'args'> | undefined;

  override render() {
    return this.tool && this.#view.render();
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'agent-client-tool': AgentClientTool;
  }
}
