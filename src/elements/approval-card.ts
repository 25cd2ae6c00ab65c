import { Validator } from '@cfworker/json-schema';
import { css, html, nothing } from 'lit';
import { visible } from '../markdown/visible.ts';
import type { AgentApproval } from './agent-approval.ts';
import { type ApprovalText, approvalText } from './approval-text.ts';
import { ConsentGuard } from './consent-guard.ts';
import { AgentDecisionEvent, AgentReadEvent, type DecisionDetails } from './events.ts';
import { icons } from './icons.ts';
import { formatDuration } from './strings.ts';
import { nameOf } from './value.ts';
import { viewStrings } from './view-strings.ts';

type Args = Readonly<Record<string, unknown>>;

/** How the card looks; comes with it. */
const cardStyles = css`
  [part='approval'] {
    background: var(--_warn-surface);
    border: 1px solid color-mix(in srgb, var(--_warn) 40%, transparent);
    border-radius: var(--_radius);
    display: grid;
    font-size: var(--_small);
    gap: 0.625rem;
    grid-template-columns: minmax(0, 1fr);
    padding: 0.75rem 1rem;
    /* Above the shadow of the button that jumps to the end: it would count as a cover. */
    position: relative;
  }
  .words {
    display: grid;
    gap: 0.375rem;
    grid-template-columns: minmax(0, 1fr);
  }
  .title {
    align-items: center;
    display: flex;
    font-weight: 600;
    gap: 0.5rem;
  }
  .title svg {
    color: var(--_warn);
  }
  .title button {
    font-weight: 400;
    margin-inline-start: auto;
  }
  pre,
  textarea {
    background: var(--_canvas);
    border: 1px solid transparent;
    border-radius: calc(var(--_radius) * 0.5);
    font: 0.8125rem / 1.55 var(--_mono);
    inline-size: 100%;
    /* In the chat, the buttons stay in sight below it. */
    max-block-size: min(24vh, 20rem);
    padding: 0.5rem 0.75rem;
    unicode-bidi: isolate;
  }
  textarea {
    border-color: var(--_line);
    field-sizing: content;
    min-block-size: 5rem;
    resize: vertical;
  }
  .chunk {
    contain-intrinsic-block-size: auto 80rem;
    content-visibility: auto;
    display: block;
  }
  .row {
    align-items: center;
    display: flex;
    flex-wrap: wrap;
    gap: 0.25rem 0.75rem;
  }
  .buttons {
    align-items: center;
    display: flex;
    flex-wrap: wrap;
    gap: 0.5rem;
  }
  button.quiet {
    padding-inline: 0.5rem;
  }
  button.plain,
  input {
    background: var(--_canvas);
  }
  input {
    border: 1px solid var(--_line);
    border-radius: calc(var(--_radius) * 0.75);
    flex: 1 1 12rem;
    min-block-size: 2.25rem;
    min-inline-size: 0;
    padding: 0.25rem 0.75rem;
  }
  /* Not by transparency: what shines through counts as covered. */
  [part='allow'][aria-disabled='true'] {
    color: var(--_ink-quiet);
    opacity: 1;
  }
  [part='allow'].primary[aria-disabled='true'] {
    background: var(--_line);
  }
  [part='notes']:empty {
    display: none;
  }
  .wrong {
    color: var(--_bad);
  }
`;

/** The card in which a user allows or denies a tool call. */
export class ApprovalCard {
  static readonly styles = cardStyles;

  readonly #host: AgentApproval;
  readonly #guard: ConsentGuard;
  /** The arguments that are shown, and how they read. */
  #read: { readonly args: Args; readonly text: ApprovalText } | undefined;
  /** The request that all of this is about. */
  #asked: AgentApproval['approval'];
  #isExpanded = false;
  /** What the user writes in the place of the arguments. */
  #draft: string | null = null;
  #changed: Args | null = null;
  #wrong = '';
  #isReasoning = false;
  #wasRefused = false;
  #tick: ReturnType<typeof setTimeout> | undefined;

  /** Whether all of it was shown for long enough to be read. */
  wasRead = false;

  constructor(host: AgentApproval) {
    this.#host = host;
    this.#guard = new ConsentGuard(() => {
      if (this.#guard.isReady) this.#onReady();
      host.requestUpdate();
    });
    host.addController({
      hostConnected: () => host.requestUpdate(),
      hostUpdated: () => this.#watch(),
      hostDisconnected: () => {
        this.#guard.stop();
        clearTimeout(this.#tick);
        this.#tick = undefined;
      },
    });
  }

  #onReady(): void {
    this.#wasRefused = false;
    // What was changed is allowed by itself: allowing all at once knows nothing of it.
    if (this.wasRead || this.#changed || !this.#isComplete) return;
    this.wasRead = true;
    this.#host.dispatchEvent(new AgentReadEvent());
  }

  #watch(): void {
    const words = this.#host.renderRoot.querySelector('.words');
    const buttons = [...this.#host.renderRoot.querySelectorAll('[part="allow"]')];
    const isShown = this.#host.isConnected && words && buttons.length > 0;
    this.#guard.watch(isShown ? { words, buttons } : undefined);
    if (this.#left === undefined || this.#isExpired || this.#tick !== undefined) return;
    this.#tick = setTimeout(() => {
      this.#tick = undefined;
      this.#host.requestUpdate();
    }, 1_000);
  }

  get #args(): Args {
    return this.#changed ?? this.#host.approval?.args ?? {};
  }

  get #text(): ApprovalText {
    if (this.#read?.args !== this.#args) this.#read = { args: this.#args, text: approvalText(this.#args) };
    return this.#read.text;
  }

  /** Whether nothing of what would run is left out, or being changed. */
  get #isComplete(): boolean {
    return (this.#isExpanded || this.#text.beginning === null) && this.#draft === null;
  }

  /** For how long it can still be answered. Milliseconds. */
  get #left(): number | undefined {
    const { expiresAt } = this.#host.approval ?? {};
    return expiresAt === undefined ? undefined : expiresAt - Date.now();
  }

  get #isExpired(): boolean {
    return (this.#left ?? 1) <= 0;
  }

  #begin(approval: NonNullable<AgentApproval['approval']>): void {
    const before = this.#asked;
    this.#asked = approval;
    // Another object may still be the same request.
    if (before && ASKED.every((field) => before[field] === approval[field])) return;
    this.#isExpanded = false;
    this.#isReasoning = false;
    this.#wasRefused = false;
    this.#change(null);
  }

  /** The tool is to run with these, or with what it asked for: either is read anew. */
  #change(changed: Args | null): void {
    this.#changed = changed;
    this.#draft = null;
    this.#wrong = '';
    this.wasRead = false;
    this.#guard.restart();
    this.#host.requestUpdate();
  }

  #decide(approved: boolean, details: DecisionDetails): void {
    const { approval } = this.#host;
    if (approval) this.#host.dispatchEvent(new AgentDecisionEvent(approval.approvalId, approved, details));
  }

  /** Who comes by keyboard also sees what it is about: nothing is allowed that is out of sight. */
  readonly #onFocus = ({ target }: FocusEvent): void => {
    if (!(target instanceof Element) || !target.matches(':focus-visible')) return;
    this.#host.renderRoot.querySelector('.words')?.scrollIntoView({ block: 'nearest' });
    target.scrollIntoView({ block: 'nearest' });
  };

  #allow(event: Event, choice?: string): void {
    if (!this.#isComplete || this.#isExpired) return;
    if (this.#guard.allows(event))
      this.#decide(true, { choice, ...(this.#changed && { args: this.#changed }) });
    else {
      this.#wasRefused = true;
      this.#host.requestUpdate();
    }
  }

  #deny(event: Event): void {
    event.preventDefault();
    const reason = this.#host.renderRoot.querySelector('input')?.value.trim();
    this.#decide(false, reason ? { reason } : {});
  }

  #save(event: Event): void {
    event.preventDefault();
    const { args, wrong } = argumentsIn(this.#draft ?? '', this.#host.approval?.inputSchema);
    this.#wrong = wrong;
    if (!args) return this.#host.requestUpdate();
    this.#isExpanded = true;
    this.#change(args);
    this.#focus('[part="arguments"]');
  }

  /** To where the user goes on, once it is drawn. */
  #focus(selector: string): void {
    void this.#host.updateComplete.then(() =>
      this.#host.renderRoot.querySelector<HTMLElement>(selector)?.focus(),
    );
  }

  render() {
    const { approval } = this.#host;
    if (!approval) return nothing;
    this.#begin(approval);
    const words = viewStrings();
    const title = visible(words.approvalTitle(nameOf(approval.toolName)));
    const edit = (): void => {
      this.#draft = JSON.stringify(this.#args, null, 2);
      this.wasRead = false;
      this.#host.requestUpdate();
      this.#focus('textarea');
    };
    return html`<div part="approval" role="group" aria-label=${title}>
      <div class="words">
        <div class="title">
          ${icons.warning}<bdi>${title}</bdi>
          ${
            this.#draft === null
              ? html`<button class="quiet" type="button" @click=${edit}>${words.editArguments}</button>`
              : nothing
          }
        </div>
        ${approval.context ? html`<div dir="auto">${visible(approval.context)}</div>` : nothing}
        ${this.#draft === null ? this.#renderArguments() : this.#renderEditor(this.#draft)}
        ${this.#renderNotes()}
      </div>
      ${this.#isReasoning ? this.#renderReason() : this.#renderButtons(approval.choices)}
      <div role="status" class="wrong" ?hidden=${!this.#wasRefused}>${this.#wasRefused ? words.notYet : nothing}</div>
    </div>`;
  }

  #renderArguments() {
    const { beginning, chunks, isEmpty } = this.#text;
    const words = viewStrings();
    if (isEmpty)
      return html`<div part="arguments" class="quiet" tabindex="-1">${words.withoutArguments}</div>`;
    const expand = (): void => {
      this.#isExpanded = true;
      this.#guard.restart();
      this.#host.requestUpdate();
      this.#focus('[part="arguments"]');
    };
    const isShort = beginning !== null && !this.#isExpanded;
    // On one line: inside, white space is text.
    return html`<pre part="arguments" dir="ltr" tabindex="0" aria-label=${viewStrings().arguments}>${
      isShort
        ? beginning
        : chunks.length === 1
          ? chunks
          : chunks.map((chunk) => html`<span class="chunk">${chunk}</span>`)
    }</pre>
      ${
        isShort
          ? html`<div class="row">
              <button class="plain" type="button" @click=${expand}>${words.showAll}</button>
              <span class="quiet">${words.readFirst}</span>
            </div>`
          : nothing
      }`;
  }

  #renderNotes() {
    const { hidden, hosts } = this.#text;
    const words = viewStrings();
    const left = this.#left;
    const undo = (): void => {
      this.#change(null);
      this.#focus('[part="arguments"]');
    };
    return html`<div part="notes">
      ${hidden > 0 ? html`<div class="wrong">${words.hiddenCharacters(hidden)}</div>` : nothing}
      ${hosts.map(
        ({ written, real }) =>
          html`<div class="wrong"><bdi>${written}</bdi> = <bdi dir="ltr">${real}</bdi></div>`,
      )}
      ${
        this.#changed
          ? html`<div>
              ${words.changedArguments}
              <button class="plain" type="button" @click=${undo}>${words.undoChanges}</button>
            </div>`
          : nothing
      }
      ${
        left === undefined
          ? nothing
          : html`<div class="quiet">${
              left > 0 ? words.expiresIn(formatDuration(Math.max(left, 1_000))) : words.expired
            }</div>`
      }
    </div>`;
  }

  #renderButtons(choices: readonly string[] = []) {
    const words = viewStrings();
    const offered = choices.filter((choice) => choice !== 'deny');
    const mayAllow = this.#guard.isReady && this.#isComplete && !this.#isExpired;
    const allow = (choice: string | undefined, index: number) => html`<button
      part="allow"
      class=${index === 0 ? 'primary' : 'plain'}
      type="button"
      aria-disabled=${!mayAllow}
      @click=${(event: Event) => this.#allow(event, choice)}
    >
      ${choice === undefined ? words.allow : labelOf(choice)}
    </button>`;
    const reason = (): void => {
      this.#isReasoning = true;
      this.#host.requestUpdate();
      this.#focus('input');
    };
    return html`<div class="buttons" @focusin=${this.#onFocus}>
      ${offered.length === 0 ? allow(undefined, 0) : offered.map(allow)}
      <button part="deny" class="plain" type="button" @click=${this.#deny.bind(this)}>${words.deny}</button>
      <button class="quiet" type="button" @click=${reason}>${words.denyWith}</button>
    </div>`;
  }

  #renderReason() {
    const words = viewStrings();
    const back = (): void => {
      this.#isReasoning = false;
      this.#host.requestUpdate();
      this.#focus('[part="deny"]');
    };
    return html`<form class="buttons" @submit=${this.#deny.bind(this)}>
      <input part="input" autocomplete="off" aria-label=${words.denyReason} placeholder=${words.denyReason} />
      <button part="deny" class="primary" type="submit">${words.deny}</button>
      <button class="plain" type="button" @click=${back}>${words.cancel}</button>
    </form>`;
  }

  #renderEditor(draft: string) {
    const words = viewStrings();
    const cancel = (): void => {
      this.#draft = null;
      this.#wrong = '';
      this.#guard.restart();
      this.#host.requestUpdate();
      this.#focus('[part="arguments"]');
    };
    const onInput = ({ target }: Event): void => {
      this.#draft = (target as HTMLTextAreaElement).value;
    };
    return html`<form part="editor" @submit=${this.#save.bind(this)}>
      <textarea
        part="input"
        dir="ltr"
        spellcheck="false"
        aria-label=${viewStrings().arguments}
        aria-invalid=${this.#wrong !== ''}
        .value=${draft}
        @input=${onInput}
      ></textarea>
      <div role="alert" class="wrong">${this.#wrong}</div>
      <div class="buttons">
        <button class="plain" type="submit">${words.save}</button>
        <button class="plain" type="button" @click=${cancel}>${words.cancel}</button>
      </div>
    </form>`;
  }
}

/** What makes it another request, to be read anew. */
const ASKED = ['approvalId', 'toolCallId', 'toolName', 'args', 'context'] as const;

function labelOf(choice: string): string {
  const labels: Readonly<Record<string, string>> = viewStrings().allowChoice;
  return Object.hasOwn(labels, choice) ? (labels[choice] ?? choice) : visible(nameOf(choice));
}

/** The arguments that a text says, or what is wrong with it. */
function argumentsIn(
  text: string,
  schema: Args | undefined,
): { readonly args?: Args; readonly wrong: string } {
  const words = viewStrings();
  let args: unknown;
  try {
    args = JSON.parse(text);
  } catch (error) {
    return { wrong: words.invalidJson(lineOf(text, error)) };
  }
  if (typeof args !== 'object' || args === null || Array.isArray(args)) return { wrong: words.notAnObject };
  try {
    const errors = schema ? new Validator(schema).validate(args).errors : [];
    const reason = errors.at(-1);
    if (reason) return { wrong: `${words.doesNotFit} ${reason.instanceLocation} ${reason.error}` };
  } catch {
    // A schema that cannot be read says nothing of the arguments; whoever runs the tool still judges them.
  }
  return { args: args as Args, wrong: '' };
}

/** Browsers say where the mistake is as a position, or as a line, or not at all. */
function lineOf(text: string, error: unknown): number {
  const { message } = error as Error;
  const line = /line (\d+)/.exec(message)?.[1];
  if (line) return Number(line);
  const position = Number(/position (\d+)/.exec(message)?.[1] ?? text.length);
  return text.slice(0, position).split('\n').length;
}
