import { css, html, LitElement, nothing } from 'lit';
import { property, query } from 'lit/decorators.js';
import type { InteractiveTool } from '../core/client-tools.ts';
import { baseStyles } from './base.styles.ts';
import { AgentToolAnswerEvent } from './events.ts';
import { strings } from './strings.ts';
import { nameOf, toText } from './value.ts';

/**
 * @summary Asks the user what an interactive client tool asks: its `question`, with `options` to choose from or
 * room for words of their own. The answer is `{ answer: string }`.
 * @event {AgentToolAnswerEvent} agent-tool-answer - The user answers or declines.
 * @csspart question - The card.
 * @csspart option - A button with a ready answer.
 * @csspart skip - The button that declines.
 */
export class AgentClientTool extends LitElement {
  static override styles = [
    baseStyles,
    css`
      [part='question'] {
        border: 1px solid var(--_line);
        border-radius: var(--_radius);
        background: var(--_surface);
        display: grid;
        gap: 0.625rem;
        padding: 0.75rem 1rem;
      }
      .words {
        font-weight: 500;
      }
      .buttons {
        display: flex;
        flex-wrap: wrap;
        gap: 0.5rem;
      }
      button.plain {
        background: var(--_canvas);
      }
      form {
        display: flex;
        gap: 0.5rem;
      }
      input {
        background: var(--_canvas);
        border: 1px solid var(--_line);
        border-radius: calc(var(--_radius) * 0.75);
        flex: 1;
        min-block-size: 2.25rem;
        min-inline-size: 0;
        padding: 0.25rem 0.75rem;
      }
    `,
  ];

  @query('input') private input!: HTMLInputElement;

  /** What waits for the user. */
  @property({ attribute: false }) tool: Pick<InteractiveTool, 'toolCallId' | 'toolName' | 'args'> | undefined;

  private answer(answer: string | null): void {
    if (!this.tool) return;
    const { toolCallId } = this.tool;
    this.dispatchEvent(new AgentToolAnswerEvent(toolCallId, answer === null ? null : { result: { answer } }));
  }

  private onSubmit(event: SubmitEvent): void {
    event.preventDefault();
    if (this.input.value.trim()) this.answer(this.input.value.trim());
  }

  override render() {
    if (!this.tool) return;
    const { toolName, args } = this.tool;
    const question = [args['question'], args['message'], args['prompt']].find(
      (text) => typeof text === 'string',
    );
    const options = Array.isArray(args['options']) ? args['options'].map(toOption) : [];
    return html`<div part="question" role="group" aria-label=${strings.question}>
      <div class="words" dir="auto">${question ?? nameOf(toolName)}</div>
      ${question === undefined && Object.keys(args).length > 0 ? html`<pre tabindex="0">${toText(args)}</pre>` : nothing}
      ${
        options.length > 0
          ? nothing
          : html`<form @submit=${this.onSubmit}>
              <input
                name="answer"
                dir="auto"
                autocomplete="off"
                aria-label=${question ?? strings.answer}
                placeholder=${strings.answerPlaceholder}
              />
              <button class="primary" type="submit">${strings.answer}</button>
            </form>`
      }
      <div class="buttons">
        ${options.map(
          ({ label, value }) =>
            html`<button part="option" class="plain" type="button" @click=${() => this.answer(value)}>
              <bdi>${label}</bdi>
            </button>`,
        )}
        <button part="skip" type="button" class="quiet" @click=${() => this.answer(null)}>${strings.skip}</button>
      </div>
    </div>`;
  }
}

/** An option is a string or `{label, value}`; anything else that a model sends is shown as JSON. */
function toOption(option: unknown): { label: string; value: string } {
  const { label, value } = (option ?? {}) as { label?: unknown; value?: unknown };
  const text = toText(label ?? value ?? option);
  return { label: text, value: value === undefined ? text : toText(value) };
}

declare global {
  interface HTMLElementTagNameMap {
    'agent-client-tool': AgentClientTool;
  }
}
