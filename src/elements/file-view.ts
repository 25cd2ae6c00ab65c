import { html, nothing, type TemplateResult } from 'lit';
import { hostOf, loadsFromHere } from '../markdown/url-policy.ts';
import { visible } from '../markdown/visible.ts';
import { type AgentFile, loadCsvTable } from './agent-file.ts';
import type { CsvTable } from './csv-table.ts';
import { type FileFacts, factsOf } from './file-kind.ts';
import { decode, readBytes } from './file-reader.ts';
import { fileViewStyles } from './file-view.styles.ts';
import { icons } from './icons.ts';
import { formatSize } from './strings.ts';
import { viewStrings } from './view-strings.ts';

/** Larger documents are not previewed. Bytes. */
const MAX_PDF = 25_000_000;
/** The viewer without what it puts around: it would show the address as the name. */
const PLAIN = '#toolbar=0&navpanes=0&view=FitH';
/** As much of a table is read. Bytes. */
const MAX_TABLE = 2_000_000;
/** As much of a text is shown. Bytes. */
const MAX_TEXT = 64_000;

/** What the reader sees of a file beside its name. */
type Preview =
  | { readonly type: 'closed' | 'loading' | 'failed' }
  /** The address is one that this view made, and gives back. */
  | { readonly type: 'pdf'; readonly address: string }
  | { readonly type: 'table'; readonly table: CsvTable }
  | { readonly type: 'text'; readonly text: string; readonly rest: string };

const CLOSED: Preview = { type: 'closed' };
const FAILED: Preview = { type: 'failed' };

/** Plays sound and film, and previews documents, tables and text. */
export class FileView {
  static readonly styles = fileViewStyles;

  readonly #host: AgentFile;
  /** What the rest is about. */
  #url = '';
  /** Whether the reader asked for a file of another host. */
  #isAllowed = false;
  #preview = CLOSED;
  #loading: AbortController | undefined;

  constructor(host: AgentFile) {
    this.#host = host;
    host.addController({ hostDisconnected: () => this.#show(CLOSED) });
  }

  render(): unknown {
    if (!this.#host.data) return nothing;
    const facts = factsOf(this.#host.data);
    if (facts.url !== this.#url) {
      this.#url = facts.url;
      this.#isAllowed = false;
      this.#put(CLOSED);
    }
    const name = visible(facts.filename || facts.mediaType);
    if (facts.kind === 'audio' || facts.kind === 'video') return this.#player(facts, name);
    return this.#previewed(facts, name);
  }

  #player({ kind, url }: FileFacts, name: string): TemplateResult {
    if (this.#preview === FAILED) return this.#failure();
    if (!this.#isAllowed && !loadsFromHere(url)) {
      return html`<button class="plain" type="button" @click=${this.#allow}>
        ${viewStrings().loadFile(hostOf(url))}
      </button>`;
    }
    const fail = (): void => this.#show(FAILED);
    return kind === 'audio'
      ? html`<audio part="player" controls preload="none" src=${url} aria-label=${name} @error=${fail}></audio>`
      : html`<video
          part="player" controls playsinline preload="none" src=${url} aria-label=${name} @error=${fail}
        ></video>`;
  }

  #previewed(facts: FileFacts, name: string): TemplateResult {
    const { type } = this.#preview;
    const isClosed = type === 'closed' || type === 'failed';
    const toggle = (): void => {
      if (isClosed) void this.#load(facts);
      else this.#show(CLOSED);
    };
    return html`<button
        class="plain" type="button" aria-expanded=${!isClosed} aria-busy=${type === 'loading'} @click=${toggle}
      >
        ${type === 'loading' ? icons.spinner : nothing} ${viewStrings().preview}
      </button>
      ${this.#content(name)}`;
  }

  #content(name: string): unknown {
    const preview = this.#preview;
    switch (preview.type) {
      case 'pdf':
        return html`<div part="preview">
          <iframe src=${`${preview.address}${PLAIN}`} title=${name} referrerpolicy="no-referrer"></iframe>
        </div>`;
      case 'table':
        return html`<div part="preview">${preview.table.render(name)}</div>`;
      case 'text':
        return html`<div part="preview">
          <pre class="scroll" role="group" tabindex="0" aria-label=${name} dir="auto">${preview.text}</pre>
          ${preview.rest ? html`<div class="note quiet">${preview.rest}</div>` : nothing}
        </div>`;
      case 'failed':
        return this.#failure();
      default:
        return nothing;
    }
  }

  #failure(): TemplateResult {
    return html`<div class="note quiet" role="status">${viewStrings().notPreviewed}</div>`;
  }

  async #load({ kind, url, size }: FileFacts): Promise<void> {
    const loading = new AbortController();
    this.#show({ type: 'loading' });
    this.#loading = loading;
    const { signal } = loading;
    let preview = FAILED;
    try {
      if (kind === 'pdf') preview = await this.#pdf(url, size, signal);
      else if (kind === 'table') preview = await table(url, signal);
      else preview = await text(url, size, signal);
    } catch {
      // It says so in place.
    }
    if (!signal.aborted) this.#show(preview, loading);
    else if (preview.type === 'pdf') URL.revokeObjectURL(preview.address);
  }

  async #pdf(url: string, size: number | undefined, signal: AbortSignal): Promise<Preview> {
    if (!navigator.pdfViewerEnabled || (size ?? 0) > MAX_PDF) return FAILED;
    const { bytes, isWhole } = await readBytes(url, MAX_PDF, signal);
    const isPdf = isWhole && String.fromCharCode(...bytes.subarray(0, 5)) === '%PDF-';
    if (!isPdf) return FAILED;
    // A frame that the page's policy forbids says so to the page alone.
    const onViolation = ({ blockedURI, effectiveDirective }: SecurityPolicyViolationEvent): void => {
      if (blockedURI.startsWith('blob') && /^(?:frame|child|default)-src$/.test(effectiveDirective))
        this.#show(FAILED);
    };
    this.#host.ownerDocument.addEventListener('securitypolicyviolation', onViolation, { signal });
    return {
      type: 'pdf',
      address: URL.createObjectURL(new Blob([bytes], { type: 'application/pdf' })),
    };
  }

  readonly #allow = (): void => {
    this.#isAllowed = true;
    this.#host.requestUpdate();
  };

  #show(preview: Preview, loading?: AbortController): void {
    this.#put(preview, loading);
    this.#host.requestUpdate();
  }

  /** Ends and gives back what was there before. */
  #put(preview: Preview, loading?: AbortController): void {
    if (this.#loading !== loading) {
      this.#loading?.abort();
      this.#loading = undefined;
    }
    if (this.#preview.type === 'pdf') URL.revokeObjectURL(this.#preview.address);
    this.#preview = preview;
  }
}

async function table(url: string, signal: AbortSignal): Promise<Preview> {
  const [bytes, { CsvTable }] = await Promise.all([readBytes(url, MAX_TABLE, signal), loadCsvTable()]);
  const table = new CsvTable(decode(bytes), bytes.isWhole);
  return table.isEmpty ? FAILED : { type: 'table', table };
}

async function text(url: string, size: number | undefined, signal: AbortSignal): Promise<Preview> {
  const bytes = await readBytes(url, MAX_TEXT, signal);
  const all = size === undefined ? '' : ` / ${formatSize(size)}`;
  const rest = bytes.isWhole ? '' : `${formatSize(bytes.bytes.length)}${all}`;
  return { type: 'text', text: visible(decode(bytes)), rest };
}
