import { html, nothing, type TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import { type Gap, kept, type Place, shownOf } from './value-place.ts';
import { type Container, leafOf, type ValueReader } from './value-reader.ts';
import { beginning, countOf, marked, restOf } from './value-words.ts';
import { viewStrings } from './view-strings.ts';

/** As many records are looked at to see whether they are alike. */
const SAMPLE = 20;
/** What has more fields is no record. */
const MAX_FIELDS = 1_000;
/** As many columns are shown at first, and as many more with every press. */
const MAX_COLUMNS = 24;
/** As many cells are shown at once, and as many more with every press. */
const MAX_CELLS = 300;
/** As many rows at once, however few cells they have. */
const MAX_ROWS = 100;
/** Of a longer text only this much is shown at first. Characters. */
const FOLD = 160;

/** What surrounds the table. */
export interface TableHost {
  requestUpdate(): void;
  /** Shows only what is at a place. */
  show(place: Place): void;
}

/** What the table shows. */
export interface ShownTable {
  readonly reader: ValueReader;
  readonly base: Place;
  readonly container: Container;
  readonly label: string;
  /** What is looked for. */
  readonly words: string;
  /** The match the reader is at, or what it is inside of. */
  readonly current: Place | undefined;
}

const known = new WeakMap<Container, boolean>();

/** Whether these are two records or more that share most of their fields. */
export function isRecords(reader: ValueReader, list: Container): boolean {
  return kept(known, list, () => areAlike(reader, list));
}

function areAlike(reader: ValueReader, list: Container): boolean {
  if (list.kind !== 'list' || list.count < 2) return false;
  const names = new Set<string>();
  const sample = Math.min(list.count, SAMPLE);
  let fields = 0;
  for (let index = 0; index < sample; index += 1) {
    const record = reader.containerOf(list.at(index));
    if (record?.kind !== 'object' || record.count > MAX_FIELDS) return false;
    fields += record.count;
    for (const name of namesOf(record)) names.add(name);
  }
  return names.size > 0 && fields * 2 >= sample * names.size && fields > names.size;
}

interface Pages {
  readonly pages: Set<number>;
  /** How many rows are on one. */
  readonly size: number;
  columns: number;
}

/** Records as a table. */
export class ValueTable {
  readonly #host: TableHost;
  readonly #pages = new WeakMap<Place, Pages>();

  constructor(host: TableHost) {
    this.#host = host;
  }

  render(shown: ShownTable): TemplateResult {
    const { reader, base, container, label, words } = shown;
    const pages = this.#pagesOf(reader, base, container);
    const rows = [...shownOf(pages.pages, container.count, pages.size)];
    const all = columnsOf(reader, container, rows);
    const columns = all.slice(0, pages.columns);
    const hidden = Math.min(all.length - columns.length, MAX_COLUMNS);
    const widen = (): void => {
      pages.columns += hidden;
      this.#host.requestUpdate();
    };
    const open = (page: number): void => {
      pages.pages.add(page);
      this.#host.requestUpdate();
    };
    return html`<div part="table" role="group" tabindex="0" aria-label=${label || viewStrings().asTable}>
      <table>
        <thead>
          <tr>
            <th scope="col" class="index">#</th>
            ${columns.map((name) => html`<th scope="col" dir="auto">${marked(name, words)}</th>`)}
            ${hidden > 0 ? html`<td>${more(hidden, widen)}</td>` : nothing}
          </tr>
        </thead>
        <tbody>
          ${repeat(
            rows,
            (row) => (typeof row === 'number' ? base.inside(container.key(row)) : base.gap(row.page)),
            (row) =>
              typeof row === 'number'
                ? this.#record(row, columns, shown)
                : html`<tr>
                    <td colspan=${columns.length + 1}>${more(row.count, () => open(row.page))}</td>
                  </tr>`,
          )}
        </tbody>
      </table>
    </div>`;
  }

  /** Shows the record and the field of it, which is a match or has one inside. */
  reveal(reader: ValueReader, base: Place, container: Container, index: number, name = ''): void {
    const pages = this.#pagesOf(reader, base, container);
    pages.pages.add(Math.floor(index / pages.size));
    const shown = shownOf(pages.pages, container.count, pages.size);
    const column = columnsOf(reader, container, [...shown]).indexOf(name);
    pages.columns = Math.max(pages.columns, column + 1);
  }

  #pagesOf(reader: ValueReader, base: Place, container: Container): Pages {
    return kept(this.#pages, base, () => {
      const columns = Math.min(columnsOf(reader, container, []).length, MAX_COLUMNS);
      const size = Math.min(MAX_ROWS, Math.max(1, Math.floor(MAX_CELLS / (columns + 1))));
      return { pages: new Set([0]), size, columns: MAX_COLUMNS };
    });
  }

  #record(index: number, columns: readonly string[], shown: ShownTable): TemplateResult {
    const { reader, base, container, current } = shown;
    const place = base.inside(container.key(index));
    const value = container.at(index);
    const record = reader.containerOf(value);
    return html`<tr class=${place === current ? 'current' : ''}>
      <th scope="row" class="index">${index}</th>
      ${
        record?.kind === 'object'
          ? columns.map((name) => this.#cell(place, name, record.get(name), shown))
          : html`<td colspan=${columns.length}>${this.#content(place, value, shown)}</td>`
      }
    </tr>`;
  }

  #cell(record: Place, name: string, value: unknown, shown: ShownTable): TemplateResult {
    if (value === undefined) return html`<td></td>`;
    const { current, reader, words } = shown;
    const className = current?.parent === record && current.key === name ? 'current' : '';
    const leaf = reader.containerOf(value) ? undefined : leafOf(value);
    // Most cells are short, and there are many: they are nothing but themselves.
    return leaf && leaf.text.length <= FOLD
      ? html`<td class="${leaf.kind} ${className}" dir=${leaf.kind === 'string' ? 'auto' : 'ltr'}>${marked(leaf.text, words)}</td>`
      : html`<td class=${className}>${this.#content(record.inside(name), value, shown)}</td>`;
  }

  #content(place: Place, value: unknown, { reader, words }: ShownTable): TemplateResult {
    const container = reader.containerOf(value);
    if (container) {
      const show = (): void => this.#host.show(place);
      return container.count === 0
        ? html`<span class="count">${countOf(container)}</span>`
        : html`<button class="rest" type="button" @click=${show}>${countOf(container)}</button>`;
    }
    const { kind, text } = leafOf(value);
    const length = Math.max(FOLD, place.length);
    const show = (more: number): void => {
      place.length = more;
      this.#host.requestUpdate();
    };
    return html`<span class=${kind} dir=${kind === 'string' ? 'auto' : 'ltr'}>${marked(beginning(text, length), words)}</span>
      ${restOf(text, length, show)}`;
  }
}

/** The names of the fields of the first records and of those that are shown, in the order in which they come. */
function columnsOf(reader: ValueReader, list: Container, shown: readonly (number | Gap)[]): string[] {
  const names = new Set<string>();
  const ask = (index: number): void => {
    const record = reader.containerOf(list.at(index));
    if (record?.kind === 'object') for (const name of namesOf(record)) names.add(name);
  };
  for (let index = 0; index < Math.min(list.count, SAMPLE); index += 1) ask(index);
  for (const row of shown) if (typeof row === 'number') ask(row);
  return [...names];
}

function* namesOf(record: Container): Generator<string> {
  for (let index = 0; index < record.count; index += 1) yield record.key(index);
}

function more(count: number, show: () => void): TemplateResult {
  return html`<button class="rest" type="button" @click=${show}>${viewStrings().showMore(count)}</button>`;
}
