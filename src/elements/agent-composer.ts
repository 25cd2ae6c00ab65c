import { css, html, LitElement, nothing } from 'lit';
import { property, query, state } from 'lit/decorators.js';
import { baseStyles } from './base.styles.ts';
import { AgentStopEvent, AgentSubmitEvent } from './events.ts';
import { icons } from './icons.ts';
import { isPlainEnter } from './is-plain-enter.ts';
import { formatSize, strings } from './strings.ts';
import { listOf } from './value.ts';

/**
 * @summary Where the user writes. Enter sends, Shift+Enter breaks the line, and while an input method composes
 * a character Enter belongs to it. Files come by button, paste or drop.
 * @slot tools - Buttons beside the one that attaches files.
 * @event {AgentSubmitEvent} agent-submit - The user sends. Prevented, the draft stays.
 * @event {AgentStopEvent} agent-stop - The user stops the answer.
 * @csspart box - The whole field.
 * @csspart input - The text area.
 * @csspart files - The files that will be sent.
 * @csspart send - The button that sends.
 * @csspart stop - The button that stops.
 */
export class AgentComposer extends LitElement {
  static override styles = [
    baseStyles,
    css`
      [part='box'] {
        background: var(--_canvas);
        border: 1px solid var(--_line);
        border-radius: calc(var(--_radius) * 1.75);
        box-shadow: var(--_shadow);
        padding: 0.5rem;
        transition: border-color var(--_fast);
      }
      :host([disabled]) [part='box'] {
        background: var(--_surface);
        box-shadow: none;
      }
      [part='box']:focus-within {
        border-color: var(--_accent);
      }
      /* The box shows the focus of the field inside it. */
      [part='box']:has(textarea:focus-visible) {
        box-shadow:
          0 0 0 3px color-mix(in srgb, var(--_accent) 18%, transparent),
          var(--_shadow);
      }
      textarea:focus-visible {
        outline: none;
      }
      [part='box'].over {
        border-color: var(--_accent);
        border-style: dashed;
      }
      textarea {
        background: none;
        border: 0;
        display: block;
        field-sizing: content;
        inline-size: 100%;
        max-block-size: min(40vh, 16rem);
        padding: 0.375rem 0.625rem;
        resize: none;
      }
      textarea::placeholder {
        color: var(--_ink-quiet);
        opacity: 1;
      }
      .bar {
        align-items: center;
        display: flex;
        gap: 0.25rem;
      }
      .space {
        flex: 1;
      }
      .bar button {
        block-size: 2.25rem;
        border-radius: 50%;
        inline-size: 2.25rem;
        padding: 0;
      }
      .bar button:hover:enabled:not(.primary) {
        background: var(--_surface);
      }
      svg.solid {
        fill: currentColor;
      }
      [part='files'] {
        display: flex;
        flex-wrap: wrap;
        gap: 0.375rem;
        list-style: none;
        margin: 0;
        padding: 0.25rem 0.375rem 0.375rem;
      }
      [part='files'] li {
        align-items: center;
        background: var(--_surface);
        border-radius: 0.625rem;
        display: flex;
        font-size: var(--_small);
        gap: 0.5rem;
        max-inline-size: 100%;
        padding-inline-start: 0.625rem;
      }
      [part='files'] button {
        min-block-size: 2rem;
        padding: 0 0.5rem;
      }
    `,
  ];

  @query('textarea') private input!: HTMLTextAreaElement;
  @query('input') private picker!: HTMLInputElement;

  @state() private over = false;

  /** The draft. */
  @property() value = '';

  /** The files that will be sent with it. */
  @property({ attribute: false }) files: readonly File[] = [];

  /** What stands in the empty field, and its name for assistive technology. */
  @property() placeholder: string | undefined;

  /** Whether an answer is on its way: it can be stopped, and nothing is sent meanwhile unless it `queues`. */
  @property({ type: Boolean }) busy = false;

  /** Whether what is sent while an answer is on its way waits for its turn. */
  @property({ type: Boolean }) queues = false;

  /** Whether files can be attached. */
  @property({ type: Boolean }) attachments = false;

  /** Whether nothing can be written or sent; the draft stays. */
  @property({ type: Boolean, reflect: true }) disabled = false;

  /** File types offered when choosing, as in `<input accept>`. */
  @property() accept = '';

  private get takesFiles(): boolean {
    return this.attachments && !this.disabled;
  }

  private get isEmpty(): boolean {
    return !this.value?.trim() && !this.files?.length;
  }

  /** Moves the focus to the field. */
  override focus(options?: FocusOptions): void {
    this.input?.focus(options);
  }

  /** Sends the draft as if the user had. */
  submit(): void {
    if (this.disabled || (this.busy && !this.queues) || this.isEmpty) return;
    const content = (this.value ?? '').trim();
    const files = listOf(this.files);
    if (!this.dispatchEvent(new AgentSubmitEvent(content, files))) return;
    this.value = '';
    this.files = [];
  }

  private onInput(): void {
    this.value = this.input.value;
  }

  private onKeydown(event: KeyboardEvent): void {
    if (!isPlainEnter(event)) return;
    event.preventDefault();
    this.submit();
  }

  private onSend(): void {
    this.submit();
    this.focus();
  }

  private onStop(): void {
    this.dispatchEvent(new AgentStopEvent());
    this.focus();
  }

  private add(files: Iterable<File>): void {
    this.files = [...listOf(this.files), ...files];
  }

  private onPick(): void {
    this.add(this.picker.files ?? []);
    this.picker.value = '';
    this.focus();
  }

  private onPaste(event: ClipboardEvent): void {
    const files = event.clipboardData?.files;
    if (!this.takesFiles || !files?.length) return;
    event.preventDefault();
    this.add(files);
  }

  private onDrag(event: DragEvent): void {
    if (!event.dataTransfer?.types.includes('Files')) return;
    // Also where it takes no files: the browser would leave the page for one that is dropped.
    event.preventDefault();
    if (!this.takesFiles) {
      event.dataTransfer.dropEffect = 'none';
      return;
    }
    this.over = event.type === 'dragover';
    if (event.type === 'drop') this.add(event.dataTransfer.files);
  }

  private removeFile(file: File): void {
    this.files = listOf(this.files).filter((other) => other !== file);
    this.focus();
  }

  override render() {
    const placeholder = this.placeholder ?? strings.messagePlaceholder;
    return html`
      <div
        part="box"
        class=${this.over ? 'over' : ''}
        @dragover=${this.onDrag}
        @dragleave=${this.onDrag}
        @drop=${this.onDrag}
      >
        ${listOf(this.files).length === 0 ? nothing : this.renderFiles()}
        <textarea
          part="input"
          rows="1"
          dir=${this.value ? 'auto' : nothing}
          enterkeyhint="send"
          placeholder=${placeholder}
          aria-label=${placeholder}
          ?disabled=${this.disabled}
          .value=${this.value ?? ''}
          @input=${this.onInput}
          @keydown=${this.onKeydown}
          @paste=${this.onPaste}
        ></textarea>
        <div class="bar">
          ${this.attachments ? this.renderAttach() : nothing}
          <slot name="tools"></slot>
          <span class="space"></span>
          ${
            this.busy
              ? html`<button part="stop" class="primary" type="button" aria-label=${strings.stop} @click=${this.onStop}>
                  ${icons.stop}
                </button>`
              : nothing
          }
          ${this.busy && (!this.queues || this.isEmpty) ? nothing : this.renderSend()}
        </div>
      </div>
    `;
  }

  private renderSend() {
    return html`<button
      part="send"
      class="primary"
      type="button"
      aria-label=${this.busy ? strings.queue : strings.send}
      ?disabled=${this.disabled || this.isEmpty}
      @click=${this.onSend}
    >
      ${icons.send}
    </button>`;
  }

  private renderAttach() {
    return html`<input type="file" hidden multiple accept=${this.accept} @change=${this.onPick} />
      <button
        type="button"
        aria-label=${strings.attach}
        title=${strings.attach}
        ?disabled=${this.disabled}
        @click=${() => this.picker.click()}
      >
        ${icons.attach}
      </button>`;
  }

  private renderFiles() {
    return html`<ul part="files">
      ${listOf(this.files).map(
        (file) => html`<li>
          <bdi>${file.name}</bdi><span class="quiet">${formatSize(file.size)}</span>
          <button type="button" aria-label=${strings.remove(file.name)} @click=${() => this.removeFile(file)}>
            ${icons.close}
          </button>
        </li>`,
      )}
    </ul>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'agent-composer': AgentComposer;
  }
}
