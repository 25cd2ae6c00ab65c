import { css, LitElement } from 'lit';
import { property } from 'lit/decorators.js';
import type { UIFilePart } from '../core/message.ts';
import { baseStyles } from './base.styles.ts';
import type { ImageZoom } from './image-zoom.ts';
import { OnDemand } from './on-demand.ts';

/** Asked for by the view of a file: what loads on demand loads nothing itself. */
export const loadCsvTable = () => import('./csv-table.ts');

/**
 * @summary A file: an image in a box of a fixed size that opens larger, sound and film to play, documents, tables and
 * text to preview, and anything to download. What is of another host loads only when the reader asks for it.
 * @csspart image - The image.
 * @csspart file - The name, size and download link of any other file.
 * @csspart player - Sound or film.
 * @csspart preview - The beginning of a document, a table or a text.
 * @csspart viewer - The dialog with the larger image.
 */
export class AgentFile extends LitElement {
  static override styles = [
    baseStyles,
    css`
      :host {
        display: inline-block;
        max-inline-size: 100%;
      }
    `,
  ];

  #card = new OnDemand<AgentFile>(this, async () => (await import('./file-card.ts')).FileCard);
  #view = new OnDemand<AgentFile>(this, async () => (await import('./file-view.ts')).FileView);
  #larger: OnDemand<AgentFile, ImageZoom> | undefined;

  /** The part to show. */
  @property({ attribute: false }) data: UIFilePart | undefined;

  /** What plays or previews the file. */
  renderView(): unknown {
    return this.#view.render();
  }

  /** The dialog with the larger image, once it was asked for. */
  renderLarger(): unknown {
    return this.#larger?.render();
  }

  /** Shows the image larger. */
  enlarge(): void {
    const load = async () => (await import('./image-zoom.ts')).ImageZoom;
    this.#larger ??= new OnDemand<AgentFile, ImageZoom>(this, load);
    this.#larger.view?.open();
    this.requestUpdate();
  }

  override render() {
    return this.data ? this.#card.render() : undefined;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'agent-file': AgentFile;
  }
}
