import { type CSSResult, html, type LitElement, nothing } from 'lit';
import { strings } from './strings.ts';

/** What draws an element. */
export interface View {
  render(): unknown;
}

/** A view as its module brings it. */
export interface ViewClass<Host extends LitElement, Shown extends View = View> {
  readonly styles?: CSSResult;
  new (host: Host): Shown;
}

/**
 * Draws its host by a view whose code and styles are loaded with the first call of `render`. Where they do not
 * arrive, a button stands in its place that asks for them again.
 */
export class OnDemand<Host extends LitElement, Shown extends View = View> {
  readonly #host: Host;
  readonly #load: () => Promise<ViewClass<Host, Shown>>;
  #view: Shown | undefined;
  #state: 'unasked' | 'asked' | 'failed' = 'unasked';
  #asked: Promise<void> | undefined;

  constructor(host: Host, load: () => Promise<ViewClass<Host, Shown>>) {
    this.#host = host;
    this.#load = load;
    // An element is complete once what it shows is there.
    const complete = host['getUpdateComplete'].bind(host);
    host['getUpdateComplete'] = async () => {
      await complete();
      await this.#asked;
      return complete();
    };
  }

  /** The view, once it has come. */
  get view(): Shown | undefined {
    return this.#view;
  }

  render(): unknown {
    if (this.#view) return this.#view.render();
    if (this.#state === 'unasked') this.#asked = this.#ask();
    if (this.#state !== 'failed') return nothing;
    const again = (): void => {
      this.#asked = this.#ask();
    };
    return html`<div class="quiet">
      ${strings.notLoaded} <button class="plain" type="button" @click=${again}>${strings.retry}</button>
    </div>`;
  }

  async #ask(): Promise<void> {
    this.#state = 'asked';
    try {
      const ViewOfHost = await this.#load();
      this.#view = new ViewOfHost(this.#host);
      const sheet = ViewOfHost.styles?.styleSheet;
      const { renderRoot } = this.#host;
      if (sheet && renderRoot instanceof ShadowRoot) renderRoot.adoptedStyleSheets.push(sheet);
    } catch {
      this.#state = 'failed';
    }
    this.#host.requestUpdate();
  }
}
