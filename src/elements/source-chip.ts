import { css, html, nothing } from 'lit';
import type { UISourcePart } from '../core/message.ts';
import { hostOf, linkTarget } from '../markdown/url-policy.ts';
import { visible } from '../markdown/visible.ts';
import type { AgentSource } from './agent-source.ts';
import { viewIcons } from './view-icons.ts';
import { viewStrings } from './view-strings.ts';

/** Of a longer host only its end, which says whose it is. Characters. */
const MAX_HOST = 32;

/** A source in one line. */
export class SourceChip {
  static readonly styles = css`
    [part='source'] {
      align-items: center;
      anchor-name: --source;
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
    [part='source']:hover {
      background: var(--_surface);
    }
    .number {
      background: var(--_bubble);
      border-radius: 1rem;
      flex: none;
      font-size: 0.75rem;
      font-variant-numeric: tabular-nums;
      line-height: 1.25rem;
      margin-inline-start: -0.375rem;
      min-inline-size: 1.25rem;
      padding-inline: 0.25rem;
      text-align: center;
    }
    .title {
      font-weight: inherit;
      overflow: hidden;
      text-overflow: ellipsis;
      white-space: nowrap;
    }
    .host {
      flex: none;
      max-inline-size: 75%;
    }
  `;

  readonly #host: AgentSource;

  constructor(host: AgentSource) {
    this.#host = host;
  }

  render() {
    const { data, number } = this.#host;
    if (!data) return nothing;
    const { url, title, filename } = data as { readonly [Name in keyof UISourcePart]: unknown };
    const [address, ...names] = [url, title, filename].map((text) => (typeof text === 'string' ? text : ''));
    const name = visible(names.find(Boolean) ?? address ?? '');
    const href = address ? linkTarget(address) : null;
    const mark = typeof number === 'number' ? html`<span class="number">${number}</span>` : undefined;
    const ask = (): void => this.#host.preview();
    const card = this.#host.renderPreview();
    if (!href) {
      return html`<span part="source" role="button" tabindex="0" aria-describedby="preview" @pointerenter=${ask} @focus=${ask}
        >${mark ?? viewIcons.file}<bdi class="title">${name}</bdi></span>${card}`;
    }
    const host = hostOf(href);
    const isForeign = host !== name && host !== location.host;
    return html`<a
        part="source" href=${href} target="_blank" rel="noopener noreferrer nofollow ugc"
        aria-describedby="preview" @pointerenter=${ask} @focus=${ask}
      >
        ${mark ?? viewIcons.link}<bdi class="title">${name}</bdi>
        ${host && isForeign ? html`<bdi class="host quiet">${host.length > MAX_HOST ? '…' : ''}${host.slice(-MAX_HOST)}</bdi>` : nothing}
        <span class="hidden-visually">(${viewStrings().opensNewTab})</span>
      </a>${card}`;
  }
}
