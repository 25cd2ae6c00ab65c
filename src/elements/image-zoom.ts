import { css, html, nothing } from 'lit';
import { linkTarget, loadsFromHere } from '../markdown/url-policy.ts';
import { visible } from '../markdown/visible.ts';
import type { AgentFile } from './agent-file.ts';
import { factsOf } from './file-kind.ts';
import { icons } from './icons.ts';
import { viewStrings } from './view-strings.ts';

const zoomStyles = css`
  dialog {
    background: var(--_canvas);
    border: 1px solid var(--_line);
    border-radius: var(--_radius);
    box-shadow: var(--_shadow);
    color: inherit;
    max-block-size: calc(100dvb - 2rem);
    max-inline-size: calc(100dvi - 2rem);
    min-inline-size: min(18rem, 100% - 2rem);
    padding: 0;
  }
  dialog[open] {
    display: flex;
    flex-direction: column;
  }
  dialog::backdrop {
    background: rgb(0 0 0 / 0.6);
  }
  header {
    align-items: center;
    display: flex;
    flex: none;
    gap: 0.25rem;
    padding: 0.375rem 0.375rem 0.375rem 1rem;
  }
  header:dir(rtl) {
    padding: 0.375rem 1rem 0.375rem 0.375rem;
  }
  h2 {
    flex: 1;
    font-size: var(--_small);
    font-weight: 500;
    margin: 0;
    max-block-size: 4.5em;
    min-inline-size: 0;
    overflow: auto;
  }
  .tool {
    align-items: center;
    border-radius: calc(var(--_radius) * 0.75);
    color: var(--_ink-quiet);
    display: inline-flex;
    flex: none;
    justify-content: center;
    min-block-size: 2.25rem;
    min-inline-size: 2.25rem;
    padding: 0;
  }
  .tool:hover {
    background: var(--_surface);
    color: var(--_ink);
  }
  dialog img {
    background: light-dark(transparent, #fff);
    display: block;
    margin-inline: auto;
    max-inline-size: 100%;
    min-block-size: 0;
    object-fit: contain;
    position: static;
  }
`;

/** The image as large as the window lets it be. */
export class ImageZoom {
  static readonly styles = zoomStyles;

  readonly #host: AgentFile;
  /** The address of the image that was pressed; undefined while none is open. */
  #url: string | undefined;

  constructor(host: AgentFile) {
    this.#host = host;
    this.#url = host.data?.url;
    host.addController({
      hostUpdated: () => {
        const dialog = host.renderRoot.querySelector('dialog');
        if (dialog?.isConnected && !dialog.open) dialog.showModal();
      },
      hostDisconnected: this.#close,
    });
  }

  open(): void {
    this.#url = this.#host.data?.url;
  }

  render(): unknown {
    const { data } = this.#host;
    if (!data || this.#url === undefined || this.#url !== data.url) return nothing;
    const { url, filename, mediaType } = factsOf(data);
    const name = visible(filename || mediaType);
    const href = loadsFromHere(url) ? url : linkTarget(url);
    return html`<dialog
      part="viewer"
      aria-label=${viewStrings().viewLarger(name)}
      @close=${this.#close}
      @click=${this.#onClick}
      @keydown=${this.#onKeydown}
    >
      <header>
        <h2><bdi>${name}</bdi></h2>
        ${
          href
            ? html`<a
                class="tool" href=${href} download=${filename} target="_blank" rel="noopener noreferrer"
                title=${viewStrings().download} aria-label=${viewStrings().download}
              >${icons.down}</a>`
            : nothing
        }
        <form method="dialog">
          <button class="tool" autofocus title=${viewStrings().close} aria-label=${viewStrings().close}>
            ${icons.close}
          </button>
        </form>
      </header>
      <img src=${url} alt=${name} referrerpolicy="no-referrer" />
    </dialog>`;
  }

  readonly #close = (): void => {
    this.#url = undefined;
    this.#host.requestUpdate();
  };

  /** Around the dialog is what lies behind it, which counts as the dialog itself. */
  #onClick({ target, currentTarget }: Event): void {
    if (target === currentTarget && target instanceof HTMLDialogElement) target.close();
  }

  /** Closes this and nothing else: around it, Escape stops an answer. */
  #onKeydown(event: KeyboardEvent): void {
    if (event.key === 'Escape') event.stopPropagation();
  }
}
