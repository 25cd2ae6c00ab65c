import { css, html, nothing, type TemplateResult } from 'lit';
import { hostOf, linkTarget, loadsFromHere } from '../markdown/url-policy.ts';
import { visible } from '../markdown/visible.ts';
import type { AgentFile } from './agent-file.ts';
import { type FileFacts, factsOf } from './file-kind.ts';
import { icons } from './icons.ts';
import { formatSize } from './strings.ts';
import { viewIcons } from './view-icons.ts';
import { viewStrings } from './view-strings.ts';

/** A file as it stands in an answer: the image itself, or its name, size and link. */
export class FileCard {
  static readonly styles = css`
    figure {
      margin: 0;
    }
    /* Of one size before and after the image comes, so that nothing moves. */
    .box {
      aspect-ratio: 4 / 3;
      background: var(--_surface);
      border-color: var(--_line);
      border-radius: var(--_radius);
      cursor: zoom-in;
      display: block;
      inline-size: 22rem;
      max-inline-size: 100%;
      overflow: hidden;
      padding: 0;
      position: relative;
    }
    .box:hover {
      border-color: var(--_ink-quiet);
    }
    img {
      background: light-dark(transparent, #fff);
      inset: 0;
      margin: auto;
      max-block-size: 100%;
      max-inline-size: 100%;
      object-fit: contain;
      position: absolute;
    }
    .loading {
      animation: wait 1.2s ease-in-out infinite alternate;
    }
    .loading img {
      opacity: 0;
    }
    @keyframes wait {
      to {
        background: var(--_line);
      }
    }
    figcaption {
      color: var(--_ink-quiet);
      font-size: 0.8125rem;
      margin-block-start: 0.25rem;
    }
    .row {
      align-items: center;
      display: flex;
      flex-wrap: wrap;
      gap: 0.5rem;
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
      line-height: 1.4;
      max-inline-size: 100%;
      min-block-size: 2.75rem;
      padding: 0.375rem 0.875rem;
      text-align: start;
      text-decoration: none;
      transition: background-color var(--_fast);
    }
    a[part='file']:hover,
    button[part='file']:hover {
      background: var(--_surface);
    }
    [part='file'] svg {
      color: var(--_ink-quiet);
    }
    .name {
      font-weight: 500;
    }
  `;

  readonly #host: AgentFile;
  /** What the rest is about: of another file, nothing is known. */
  #url: string | undefined;
  /** Whether the reader asked for an image of another host. */
  #isConsented = false;
  /** How it went with the image. */
  #image: 'loading' | 'shown' | 'failed' = 'loading';

  constructor(host: AgentFile) {
    this.#host = host;
  }

  render() {
    const { data } = this.#host;
    if (!data) return nothing;
    if (this.#url !== data.url) {
      this.#url = data.url;
      this.#isConsented = false;
      this.#image = 'loading';
    }
    const facts = factsOf(data);
    const { kind, url, filename, mediaType } = facts;
    const name = visible(filename || mediaType);
    const isOwn = loadsFromHere(url);
    const link = linkTarget(url);
    if (kind === 'image' && this.#image !== 'failed') {
      if (isOwn || this.#isConsented) return this.#renderImage(facts, name);
      const host = hostOf(url);
      if (host && link) {
        return html`<button part="file" type="button" class="plain" @click=${this.#consent}>
          ${viewIcons.image}<span><bdi class="name">${name}</bdi> <span class="quiet">${viewStrings().loadImage(host)}</span></span>
        </button>`;
      }
    }
    const card = this.#renderCard(facts, name, isOwn ? url : link);
    const isPlayed = kind === 'audio' || kind === 'video';
    const isViewed = isPlayed ? isOwn || link : isOwn && kind !== 'image' && kind !== 'other';
    return isViewed ? html`<div class="row">${card}${this.#host.renderView()}</div>` : card;
  }

  #renderImage({ url, filename }: FileFacts, name: string): TemplateResult {
    return html`<figure>
        <button class="box ${this.#image}" type="button" aria-haspopup="dialog" @click=${() => this.#host.enlarge()}>
          <img
            part="image" src=${url} alt=${name} referrerpolicy="no-referrer" loading="lazy"
            @load=${this.#onImage} @error=${this.#onImage}
          />
        </button>
        ${filename ? html`<figcaption><bdi>${name}</bdi></figcaption>` : nothing}
      </figure>
      ${this.#host.renderLarger()}`;
  }

  #renderCard({ filename, mediaType, size }: FileFacts, name: string, href: string | null): TemplateResult {
    // The end of most names says of what type they are.
    const type = filename && !filename.slice(-6, -1).includes('.') ? visible(mediaType) : '';
    const about = [type, size === undefined ? '' : formatSize(size)].filter(Boolean).join(' · ');
    const content = html`${viewIcons.file}
      <span>
        <bdi class="name">${name}</bdi>
        ${about ? html`<span class="quiet">${about}</span>` : nothing}
      </span>`;
    if (!href) return html`<span part="file">${content}</span>`;
    return html`<a part="file" href=${href} download=${filename} target="_blank" rel="noopener noreferrer">
      ${content}${icons.down}<span class="hidden-visually">${viewStrings().download}</span>
    </a>`;
  }

  #consent = (): void => {
    this.#isConsented = true;
    this.#host.requestUpdate();
  };

  #onImage = ({ type }: Event): void => {
    this.#image = type === 'load' ? 'shown' : 'failed';
    this.#host.requestUpdate();
  };
}
