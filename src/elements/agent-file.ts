import { css, html, LitElement, nothing } from 'lit';
import { property, state } from 'lit/decorators.js';
import type { UIFilePart } from '../core/message.ts';
import { hostOf, linkTarget, loadsFromHere } from '../markdown/url-policy.ts';
import { baseStyles } from './base.styles.ts';
import { icons } from './icons.ts';
import { formatSize, strings } from './strings.ts';

/**
 * @summary A file: an image as itself, anything else to download. An image of another host loads only when the
 * reader asks for it.
 * @csspart image - The image.
 * @csspart file - The name, size and download link of any other file.
 */
export class AgentFile extends LitElement {
  static override styles = [
    baseStyles,
    css`
      :host {
        display: inline-block;
        max-inline-size: 100%;
      }
      figure {
        margin: 0;
      }
      img {
        background: light-dark(transparent, #fff);
        border: 1px solid var(--_line);
        border-radius: var(--_radius);
        display: block;
        max-block-size: 24rem;
        max-inline-size: 100%;
      }
      figcaption {
        color: var(--_ink-quiet);
        font-size: 0.8125rem;
        margin-block-start: 0.25rem;
      }
      [part='file'] {
        align-items: center;
        background: var(--_canvas);
        border: 1px solid var(--_line);
        border-radius: var(--_radius);
        color: inherit;
        display: inline-flex;
        font-size: var(--_small);
        gap: 0.625rem;
        max-inline-size: 100%;
        min-block-size: 2.75rem;
        padding: 0.375rem 0.875rem;
        text-decoration: none;
        transition: background-color var(--_fast);
      }
      a[part='file']:hover,
      button[part='file']:hover {
        background: var(--_surface);
      }
      .name {
        font-weight: 500;
      }
    `,
  ];

  /** Whether the reader asked for an image of another host. */
  @state() private consented = false;

  /** The part to show. */
  @property({ attribute: false }) data: UIFilePart | undefined;

  override willUpdate(changed: Map<string, unknown>): void {
    const before = changed.get('data') as UIFilePart | undefined;
    if (before && before.url !== this.data?.url) this.consented = false;
  }

  override render() {
    if (!this.data) return;
    const { mediaType = '', url = '', filename, size } = this.data;
    const name = filename ?? mediaType;
    if (mediaType.startsWith('image/')) {
      if (this.consented || loadsFromHere(url)) {
        return html`<figure>
          <img part="image" src=${url} alt=${name} referrerpolicy="no-referrer" loading="lazy" />
          ${filename ? html`<figcaption dir="auto">${filename}</figcaption>` : nothing}
        </figure>`;
      }
      const host = hostOf(url);
      if (host && linkTarget(url)) {
        return html`<button part="file" type="button" class="plain" @click=${this.consent}>
          ${icons.image}<span><bdi class="name">${name}</bdi> <span class="quiet">${strings.loadImage(host)}</span></span>
        </button>`;
      }
    }
    const about = html`${icons.file}
      <span>
        <bdi class="name">${name}</bdi>
        ${size === undefined ? nothing : html`<span class="quiet">${formatSize(size)}</span>`}
      </span>`;
    const href = loadsFromHere(url) ? url : linkTarget(url);
    if (!href) return html`<span part="file">${about}</span>`;
    return html`<a part="file" href=${href} download=${filename ?? ''} target="_blank" rel="noopener noreferrer">
      ${about}<span class="hidden-visually">${strings.download}</span>
    </a>`;
  }

  private consent(): void {
    this.consented = true;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'agent-file': AgentFile;
  }
}
