import { html, nothing, type TemplateResult } from 'lit';
import { hostOf, imageAddress, loadsFromHere } from '../markdown/url-policy.ts';
import { visible } from '../markdown/visible.ts';
import { formatSize, strings } from './strings.ts';
import type { Block } from './value-blocks.ts';
import type { CopyButtons } from './value-copy.ts';
import { type DataHost, ValueData } from './value-data.ts';
import { kept } from './value-place.ts';
import { ValueText } from './value-text.ts';
import { viewIcons } from './view-icons.ts';
import { viewStrings } from './view-strings.ts';

/** Pictures made of points: nothing in them runs or loads. */
const RASTER = new Set(['image/png', 'image/jpeg', 'image/gif', 'image/webp', 'image/avif']);
/** Larger images are shown when somebody asks. Bytes. */
const MAX_SIZE = 1_000_000;
/** Larger images are not shown. Bytes. */
const MAX_ASKED = 50_000_000;

interface Picture {
  readonly data: string;
  /** Undefined where the data is none. */
  readonly url: string | undefined;
}

/** Texts, images and values that a tool brings back, one below the other. */
export class ValueContent {
  readonly #host: DataHost;
  readonly #copies: CopyButtons;
  readonly #texts = new Map<number, ValueText>();
  readonly #values = new Map<number, ValueData>();
  readonly #pictures = new Map<number, Picture>();
  /** Addresses, and the positions of large images, that the reader asked for. */
  readonly #asked = new Set<string | number>();

  constructor(host: DataHost, copies: CopyButtons) {
    this.#host = host;
    this.#copies = copies;
  }

  render(blocks: readonly Block[], label: string, isError: boolean): TemplateResult {
    for (const index of this.#pictures.keys()) if (blocks[index]?.type !== 'image') this.#forget(index);
    return html`<div class="content ${isError ? 'error' : ''}" role="group" aria-label=${label || nothing}>
      ${blocks.map((block, index) => this.#block(block, index, label))}
    </div>`;
  }

  /** Gives the memory of images back, and ends what works by itself. */
  stop(): void {
    for (const index of [...this.#pictures.keys()]) this.#forget(index);
    for (const value of this.#values.values()) value.stop();
  }

  #block(block: Block, index: number, label: string): unknown {
    switch (block.type) {
      case 'text':
        return html`${block.name ? html`<div class="label"><bdi>${visible(block.name)}</bdi></div>` : nothing}
        ${kept(this.#texts, index, () => new ValueText(this.#update, this.#copies)).render(block.text, label)}`;
      case 'value':
        return kept(this.#values, index, () => new ValueData(this.#host, this.#copies)).render(
          block.value,
          label,
        );
      case 'image':
        return this.#image(block, index);
      case 'address':
        return this.#remote(block.address, visible(block.name));
      default:
        block satisfies never;
        return nothing;
    }
  }

  #image({ data, mediaType, name }: Block & { type: 'image' }, index: number): TemplateResult {
    const alternative = visible(name) || mediaType;
    const size = Math.floor((data.length * 3) / 4);
    const about = (asks: unknown): TemplateResult =>
      html`${viewIcons.image}<span><bdi>${alternative}</bdi> <span class="quiet">${formatSize(size)} ${asks}</span></span>`;
    if (!RASTER.has(mediaType) || size > MAX_ASKED) return html`<div class="chip">${about(nothing)}</div>`;
    if (size > MAX_SIZE && !this.#asked.has(index)) return this.#ask(index, about(strings.loadImageOf));
    const url = this.#urlOf(data, mediaType, index);
    const fail = (): void => {
      this.#forget(index);
      this.#pictures.set(index, { data, url: undefined });
      this.#update();
    };
    return url
      ? html`<img part="image" src=${url} alt=${alternative} @error=${fail} />`
      : html`<div class="chip">${about(nothing)}</div>`;
  }

  #remote(address: string, name: string): TemplateResult {
    const url = imageAddress(address);
    const host = hostOf(address);
    const text = name || (url ? host : visible(address));
    if (this.#asked.has(address) || loadsFromHere(address))
      return html`<img part="image" src=${url ?? address} alt=${text} referrerpolicy="no-referrer" />`;
    if (!url) return html`<div class="chip">${viewIcons.image}<bdi>${text}</bdi></div>`;
    return this.#ask(
      address,
      html`${viewIcons.image}<span>
        ${name ? html`<bdi>${name}</bdi> ` : nothing}<span class="quiet">${viewStrings().loadImage(host)}</span>
      </span>`,
    );
  }

  #ask(what: string | number, about: TemplateResult): TemplateResult {
    const ask = (): void => {
      this.#asked.add(what);
      this.#update();
    };
    return html`<button class="chip" type="button" @click=${ask}>${about}</button>`;
  }

  /** An address of the image, made once. Pages that forbid `data:` addresses allow these. */
  #urlOf(data: string, mediaType: string, index: number): string | undefined {
    const known = this.#pictures.get(index);
    if (known?.data === data) return known.url;
    this.#forget(index);
    let url: string | undefined;
    try {
      const bytes = Uint8Array.from(atob(data), (character) => character.charCodeAt(0));
      url = URL.createObjectURL(new Blob([bytes], { type: mediaType }));
    } catch {
      // No image, or not all of it yet.
    }
    this.#pictures.set(index, { data, url });
    return url;
  }

  #forget(index: number): void {
    const { url } = this.#pictures.get(index) ?? {};
    if (url) URL.revokeObjectURL(url);
    this.#pictures.delete(index);
  }

  #update = (): void => this.#host.requestUpdate();
}
