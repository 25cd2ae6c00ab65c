import { html, nothing, type TemplateResult } from 'lit';
import Papa from 'papaparse';
import { visible } from '../markdown/visible.ts';
import { strings } from './strings.ts';
import { viewStrings } from './view-strings.ts';

/** As many rows are shown, below the one with the names. */
const MAX_ROWS = 100;
const MAX_COLUMNS = 50;
/** As much of one field. Characters. */
const MAX_FIELD = 400;
/** Rows that are shown come from this much. Characters: what is malformed takes long. */
const MAX_PARSED = 256_000;

/** The rows of a file of separated values. */
export class CsvTable {
  readonly #names: readonly string[];
  readonly #rows: readonly (readonly string[])[];
  readonly #columns: number;
  /** Which columns have nothing but numbers. */
  readonly #numbers: ReadonlySet<number>;
  readonly #count: number;
  readonly #isWhole: boolean;

  /** `isWhole`: whether the text is all of the file. */
  constructor(text: string, isWhole: boolean) {
    const beginning = text.slice(0, MAX_PARSED);
    const { data, meta } = Papa.parse<string[]>(beginning, { preview: MAX_ROWS + 2, skipEmptyLines: true });
    const isCut = !isWhole || beginning.length < text.length;
    // The last row may be half of one.
    if (isCut && data.length > 1 && data.length < MAX_ROWS + 2) data.pop();
    const [names = [], ...rows] = data;
    this.#names = names;
    this.#rows = rows.slice(0, MAX_ROWS);
    this.#columns = [names, ...this.#rows].reduce((most, { length }) => Math.max(most, length), 0);
    const all = Array.from({ length: Math.min(this.#columns, MAX_COLUMNS) }, (_, index) => index);
    this.#numbers = new Set(all.filter((index) => areNumbers(this.#rows.map((row) => row[index] ?? ''))));
    this.#count = Math.max(countRows(text, meta.delimiter) - 1, this.#rows.length);
    this.#isWhole = isWhole;
  }

  /** Nothing where there are no rows. */
  get isEmpty(): boolean {
    return this.#columns === 0;
  }

  render(label: string): TemplateResult {
    const columns = Array.from({ length: Math.min(this.#columns, MAX_COLUMNS) }, (_, index) => index);
    const rest = this.#columns - columns.length;
    return html`<div class="scroll" role="group" tabindex="0" aria-label=${label}>
        <table>
          <thead>
            <tr>
              ${columns.map((index) => html`<th scope="col" dir="auto" class=${this.#classOf(index)}>${cell(this.#names[index])}</th>`)}
              ${rest > 0 ? html`<td class="quiet">+${rest}</td>` : nothing}
            </tr>
          </thead>
          <tbody>
            ${this.#rows.map(
              (row) =>
                html`<tr>
                  ${columns.map((index) => html`<td dir="auto" class=${this.#classOf(index)}>${cell(row[index])}</td>`)}
                </tr>`,
            )}
          </tbody>
        </table>
      </div>
      <div class="note quiet">${this.#note()}</div>`;
  }

  #classOf(index: number): string {
    return this.#numbers.has(index) ? 'number' : '';
  }

  #note(): string {
    const shown = this.#rows.length;
    if (this.#isWhole && this.#count === shown) return viewStrings().items(shown);
    const all = new Intl.NumberFormat(strings.locale).format(this.#count);
    return viewStrings().firstRows(shown, this.#isWhole ? all : `${all}+`);
  }
}

function cell(text = ''): string {
  return visible(text.length > MAX_FIELD ? `${text.slice(0, MAX_FIELD)}…` : text);
}

function areNumbers(texts: readonly string[]): boolean {
  const filled = texts.filter((text) => text.trim() !== '');
  return (
    filled.length > 0 &&
    filled.every((text) => text.length < 30 && /^\s*[-+]?[\d.,\s]*\d\s*%?\s*$/.test(text))
  );
}

/** How many rows are not empty. Line ends in quotes are part of a field, and a quote begins one only where it begins. */
function countRows(text: string, delimiter: string): number {
  let count = 0;
  let isQuoted = false;
  let isRow = false;
  /** Where a quote is one that begins, or begins again: two of them are one that is meant. */
  let opens = 0;
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at];
    if (character === '"' && (isQuoted || at === opens)) {
      if (isQuoted) opens = at + 1;
      isQuoted = !isQuoted;
      isRow = true;
    } else if (!isQuoted && (character === '\n' || character === '\r')) {
      if (isRow) count += 1;
      isRow = false;
      opens = at + 1;
    } else if (!isQuoted) {
      if (character === delimiter) opens = at + 1;
      isRow = true;
    }
  }
  return isRow ? count + 1 : count;
}
