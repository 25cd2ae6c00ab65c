import { css, html, nothing, type TemplateResult } from 'lit';
import { hostOf, linkTarget } from '../markdown/url-policy.ts';
import { visible } from '../markdown/visible.ts';
import type { AgentSource } from './agent-source.ts';
import { viewIcons } from './view-icons.ts';

/** Of a longer text only its beginning, and how long it is. Characters. */
const MAX_LENGTH = 1_000;
/** How long the card stays when the pointer has left, which may be on its way to it. Milliseconds. */
const STAYS = 200;

const previewStyles = css`
  [part='preview'] {
    background: var(--_canvas);
    border: 1px solid var(--_line);
    border-radius: var(--_radius);
    box-shadow: var(--_shadow);
    color: var(--_ink);
    font-size: var(--_small);
    inline-size: max-content;
    inset: auto;
    line-height: 1.45;
    margin: 0.25rem 0;
    max-block-size: 18rem;
    max-inline-size: min(22rem, calc(100vi - 1rem));
    overflow: auto;
    padding: 0.75rem 1rem;
    position: fixed;
    position-anchor: --source;
    position-area: block-end span-inline-end;
    position-try-fallbacks:
      flip-block,
      flip-inline,
      flip-block flip-inline;
  }
  /* Where boxes cannot be placed beside one another, below it. */
  [part='preview']:not([popover]) {
    inset-block-start: 100%;
    inset-inline-start: 0;
    position: absolute;
    z-index: 1;
  }
  .whole {
    display: block;
    font-weight: 600;
  }
  .line {
    align-items: center;
    color: var(--_ink-quiet);
    display: flex;
    gap: 0.375rem;
    margin-block-start: 0.25rem;
  }
  .waiting {
    color: var(--_warn);
  }
  .address {
    color: var(--_ink-quiet);
    display: block;
    font: 0.75rem / 1.5 var(--_mono);
    margin-block-start: 0.375rem;
    overflow-wrap: anywhere;
  }
`;

/** What is known of a source, in a card beside it. Stays while the pointer or the focus is there; Escape closes it. */
export class SourcePreview {
  static readonly styles = previewStyles;

  readonly #host: AgentSource;
  #isPointed: boolean;
  #isFocused: boolean;
  /** Closed by Escape, until both have left. */
  #isDismissed = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** While the card is open: ends its listening. */
  #open: AbortController | undefined;

  constructor(host: AgentSource) {
    this.#host = host;
    this.#isPointed = host.matches(':hover');
    this.#isFocused = host.matches(':focus-within');
    host.addEventListener('pointerenter', () => {
      clearTimeout(this.#timer);
      this.#set(true, this.#isFocused);
    });
    host.addEventListener('pointerleave', () => {
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => this.#set(false, this.#isFocused), STAYS);
    });
    host.addEventListener('focusin', () => this.#set(this.#isPointed, true));
    host.addEventListener('focusout', () => this.#set(this.#isPointed, false));
    host.addController({ hostUpdated: () => this.#place(), hostDisconnected: () => this.#set(false, false) });
  }

  render(): unknown {
    const { data } = this.#host;
    if (!data || !this.#isOpen) return nothing;
    return html`<div
      part="preview" id="preview" role="tooltip" popover=${canAnchor() ? 'manual' : nothing}
    >${about(data)}</div>`;
  }

  get #isOpen(): boolean {
    return (this.#isPointed || this.#isFocused) && !this.#isDismissed;
  }

  #set(isPointed: boolean, isFocused: boolean): void {
    this.#isPointed = isPointed;
    this.#isFocused = isFocused;
    if (!isPointed && !isFocused) this.#isDismissed = false;
    this.#host.requestUpdate();
  }

  #place(): void {
    const card = this.#host.renderRoot.querySelector<HTMLElement>('[part="preview"]');
    if (!card) {
      this.#open?.abort();
      this.#open = undefined;
      return;
    }
    if (card.popover && card.isConnected && !card.matches(':popover-open')) card.showPopover();
    if (this.#open) return;
    this.#open = new AbortController();
    const { signal } = this.#open;
    this.#host.ownerDocument.addEventListener('keydown', this.#onKeydown, { capture: true, signal });
  }

  /** Closes this and nothing else: around it, Escape stops an answer. */
  readonly #onKeydown = (event: KeyboardEvent): void => {
    if (event.key !== 'Escape' || event.isComposing) return;
    event.stopPropagation();
    this.#isDismissed = true;
    this.#host.requestUpdate();
  };
}

function canAnchor(): boolean {
  return CSS.supports('position-area', 'block-end') && 'popover' in HTMLElement.prototype;
}

function about(data: NonNullable<AgentSource['data']>): TemplateResult {
  const { url, title, filename, mediaType } = data as { readonly [Name in keyof typeof data]: unknown };
  const [address = '', name = '', file = '', type = ''] = [url, title, filename, mediaType].map((text) =>
    typeof text === 'string' ? text : '',
  );
  const href = address && linkTarget(address);
  const host = href ? hostOf(href) : '';
  // Letters that look like others are written out in a host, and nobody reads them so.
  const isOdd = host.split('.').some((label) => label.startsWith('xn--'));
  const details = [file === name ? '' : file, type].filter(Boolean).map(shown).join(' · ');
  return html`${name ? html`<bdi class="whole">${shown(name)}</bdi>` : nothing}
    ${host ? html`<span class="line">${isOdd ? viewIcons.waiting : viewIcons.link}<bdi>${host}</bdi></span>` : nothing}
    ${details ? html`<span class="line">${viewIcons.file}<bdi>${details}</bdi></span>` : nothing}
    ${address ? html`<bdi class="address" dir="ltr">${shown(href || address)}</bdi>` : nothing}`;
}

function shown(text: string): string {
  const beginning = visible(text.slice(0, MAX_LENGTH));
  return text.length > MAX_LENGTH ? `${beginning}… (+${text.length - MAX_LENGTH})` : beginning;
}
