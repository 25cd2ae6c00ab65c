import { html, nothing, type TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import type { AgentClientTool } from './agent-client-tool.ts';
import { clientToolStyles } from './client-tool-form.styles.ts';
import { type Question, readQuestion } from './client-tool-question.ts';
import { AgentToolAnswerEvent } from './events.ts';
import { FormDraft } from './form-draft.ts';
import type { GroupField } from './form-field.ts';
import { isPlainEnter } from './is-plain-enter.ts';
import { renderField, renderFields, words } from './schema-fields.ts';
import { viewStrings } from './view-strings.ts';

/** What holds one line of words, in which Enter means to be done. */
const ONE_LINE = 'input:not([type="radio"], [type="checkbox"])';

/** What an interactive client tool asks, as a form. Loaded when the first one asks. */
export class ClientToolForm {
  static readonly styles = clientToolStyles;

  readonly #host: AgentClientTool;
  #tool: AgentClientTool['tool'];
  #question: Question | undefined;
  #draft: FormDraft | undefined;
  #isAnswered = false;

  constructor(host: AgentClientTool) {
    this.#host = host;
  }

  render(): unknown {
    this.#follow();
    const question = this.#question;
    if (!question) return nothing;
    const { header, description, rest } = question;
    // What was typed into the fields of one question is no part of the next.
    return repeat(
      [question],
      (one) => one,
      () => html`<div part="question" role="group" aria-label=${viewStrings().question}>
        <div class="asked">
          ${header ? html`<div class="header" dir="auto">${words(header)}</div>` : nothing}
          <div class="words" id="words" dir="auto">${words(question.words)}</div>
          ${description ? html`<div class="hint" dir="auto">${words(description)}</div>` : nothing}
        </div>
        ${rest ? html`<pre tabindex="0" dir="auto">${words(rest)}</pre>` : nothing} ${this.#renderAnswers(question)}
      </div>`,
    );
  }

  /** Reads what is asked, once: what was entered stays for as long as the same is asked. */
  #follow(): void {
    const { tool } = this.#host;
    const before = this.#tool;
    if (tool === before) return;
    this.#tool = tool;
    if (tool && before && isSame(tool, before)) return;
    this.#isAnswered = false;
    this.#question = tool && readQuestion(tool.toolName, tool.args);
    const form = this.#question && 'form' in this.#question ? this.#question.form : undefined;
    this.#draft = form && new FormDraft(form, () => this.#host.requestUpdate());
  }

  #renderAnswers(question: Question): unknown {
    switch (question.kind) {
      case 'confirm': {
        const yes = words(question.yes) || viewStrings().yes;
        const no = words(question.no) || viewStrings().no;
        return html`<div class="buttons">
          ${this.#renderOption(yes, true, 'primary')}${this.#renderOption(no, false)}${this.#renderSkip()}
        </div>`;
      }
      case 'buttons': {
        const { options, form } = question;
        const buttons = Array.from({ length: options.length }, (_, index) => {
          const { label, value } = options.at(index);
          return this.#renderOption(words(label), value);
        });
        if (!form) return html`<div class="buttons">${buttons}${this.#renderSkip()}</div>`;
        return html`<div class="buttons">${buttons}</div>
          ${this.#renderForm(question, form)}`;
      }
      case 'field':
      case 'form':
        return this.#renderForm(question, question.form);
    }
  }

  #renderForm(question: Question, form: GroupField): unknown {
    const draft = this.#draft;
    const [only] = form.fields;
    if (!draft) return nothing;
    const isLine = question.kind === 'field' && only?.kind === 'text' && only.input !== 'long';
    // With a label of its own, the field is not named by the question.
    const place = { key: 'f.0', labelledBy: question.kind === 'field' ? 'words' : undefined };
    const onSubmit = (event: Event): void => {
      event.preventDefault();
      this.#submit(question, draft);
    };
    const isAsking = question.kind === 'form' && question.result === 'answers';
    return html`<form
      class=${isLine ? 'line' : isAsking ? 'questions' : ''} novalidate @submit=${onSubmit} @keydown=${this.#onKeydown}>
      ${question.kind !== 'form' && only ? renderField(draft, only, place) : renderFields(draft, form, 'f')}
      <div class="buttons">
        <button
          part="submit"
          class="primary"
          type="submit"
          aria-disabled=${this.#isAnswered ? 'true' : nothing}
        >
          ${viewStrings().answer}
        </button>
        ${this.#renderSkip()}
      </div>
    </form>`;
  }

  #renderOption(label: string, value: unknown, className = 'plain'): TemplateResult {
    return html`<button
      part="option"
      class=${className}
      type="button"
      aria-disabled=${this.#isAnswered ? 'true' : nothing}
      @click=${() => this.#answer({ result: { answer: value } })}
    >
      <bdi>${label}</bdi>
    </button>`;
  }

  #renderSkip(): TemplateResult {
    return html`<button
      part="skip"
      class="quiet"
      type="button"
      aria-disabled=${this.#isAnswered ? 'true' : nothing}
      @click=${() => this.#answer(null)}
    >
      ${viewStrings().skip}
    </button>`;
  }

  /** Enter ends a line; in more than a line it ends that only with Control or Command. */
  readonly #onKeydown = (event: KeyboardEvent): void => {
    const { target, currentTarget } = event;
    if (event.key !== 'Enter' || !(target instanceof Element) || !(currentTarget instanceof HTMLFormElement))
      return;
    if (event.isComposing) return;
    const isLine = target.matches(ONE_LINE);
    if (!isLine && !(target.matches('textarea') && (event.ctrlKey || event.metaKey))) return;
    // Safari would also submit with the Enter that ends a composition.
    event.preventDefault();
    if (isPlainEnter(event)) currentTarget.requestSubmit();
  };

  #submit(question: Question, draft: FormDraft): void {
    if (this.#isAnswered) return;
    const { renderRoot } = this.#host;
    const read = draft.read((key) => {
      const input = renderRoot.querySelector(`[id="${key}"]`);
      return input instanceof HTMLInputElement && input.validity.badInput;
    });
    if (!read) return void this.#focusWrong();
    this.#answer({ result: resultOf(question, read) });
  }

  /** The first answer counts. */
  #answer(answer: { readonly result: unknown } | null): void {
    const { tool } = this.#host;
    if (!tool || this.#isAnswered) return;
    this.#isAnswered = true;
    this.#host.requestUpdate();
    this.#host.dispatchEvent(new AgentToolAnswerEvent(tool.toolCallId, answer));
  }

  async #focusWrong(): Promise<void> {
    await this.#host.updateComplete;
    const wrong = this.#host.renderRoot.querySelector('[aria-invalid="true"], fieldset:has(> .problem)');
    const field = wrong?.matches('fieldset') ? wrong.querySelector('input, textarea, select, button') : wrong;
    if (field instanceof HTMLElement) field.focus();
  }
}

function resultOf(question: Question, read: Readonly<Record<string, unknown>>): unknown {
  if (question.kind !== 'form') return { answer: read['answer'] };
  switch (question.result) {
    case 'object':
      return read;
    case 'value':
      return read['answer'];
    case 'answers':
      return { answers: read };
  }
}

type Tool = NonNullable<AgentClientTool['tool']>;

/** A call is often told again as it was. */
function isSame(tool: Tool, before: Tool): boolean {
  if (tool.toolCallId !== before.toolCallId) return false;
  if (tool.args === before.args) return true;
  try {
    return JSON.stringify(tool.args) === JSON.stringify(before.args);
  } catch {
    return true;
  }
}
