import { css, html, LitElement, nothing } from 'lit';
import { property } from 'lit/decorators.js';
import type { UISourcePart } from '../core/message.ts';
import { hostOf, linkTarget } from '../markdown/url-policy.ts';
import { baseStyles } from './base.styles.ts';
import { icons } from './icons.ts';
import { strings } from './strings.ts';

/**
 * @summary Where a statement comes from: a link with its host, or the name of a document.
 * @csspart source - The link or the name.
 */
export class AgentSource extends LitElement {
  static override styles = [
    baseStyles,
    css`
      :host {
        display: inline-block;
        max-inline-size: 100%;
      }
      [part='source'] {
        align-items: center;
        border: 1px solid var(--_line);
        border-radius: 2rem;
        color: inherit;
        display: inline-flex;
        font-size: var(--_small);
        gap: 0.5rem;
        max-inline-size: 100%;
        min-block-size: 2rem;
        padding: 0.125rem 0.75rem;
        text-decoration: none;
        transition: background-color var(--_fast);
      }
      a:hover {
        background: var(--_surface);
      }
      .title {
        overflow: hidden;
        text-overflow: ellipsis;
        white-space: nowrap;
      }
      .host {
        flex: none;
      }
    `,
  ];

  /** The part to show. */
  @property({ attribute: false }) data: UISourcePart | undefined;

  override render() {
    if (!this.data) return;
    const { url, title, filename } = this.data;
    const href = url === undefined ? null : linkTarget(url);
    const name = title ?? filename ?? url ?? '';
    if (!href) return html`<span part="source">${icons.file}<bdi class="title">${name}</bdi></span>`;
    const host = hostOf(href);
    const foreign = host !== name && host !== location.host;
    return html`<a part="source" href=${href} target="_blank" rel="noopener noreferrer nofollow ugc">
      ${icons.link}<bdi class="title">${name}</bdi>
      ${host && foreign ? html`<bdi class="host quiet">${host}</bdi>` : nothing}
      <span class="hidden-visually">(${strings.opensNewTab})</span>
    </a>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'agent-source': AgentSource;
  }
}
