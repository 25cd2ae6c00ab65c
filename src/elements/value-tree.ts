import { html, nothing, type TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import type { CopyButtons } from './value-copy.ts';
import { toJson } from './value-json.ts';
import type { Place } from './value-place.ts';
import { leafOf, type ValueReader } from './value-reader.ts';
import { type GapRow, type NodeRow, type Row, rowsOf } from './value-rows.ts';
import { isRecords } from './value-table.ts';
import { beginning, countOf, marked, restOf } from './value-words.ts';
import { viewStrings } from './view-strings.ts';

/** Of a longer text only this much is shown at first. Characters. */
const FOLD = 300;
/** Deeper levels stand below one another. */
const MAX_INDENT = 8;
/** A pointer that went further selects text. Pixels. */
const STILL = 4;

/** What surrounds the tree. */
export interface TreeHost {
  readonly updateComplete: Promise<boolean>;
  requestUpdate(): void;
  /** The reader opened or closed something. */
  changed(): void;
  readonly copies: CopyButtons;
  /** Shows only what is at a place, as a table. */
  showTable(place: Place): void;
}

/** What the tree shows. */
export interface Shown {
  readonly reader: ValueReader;
  readonly base: Place;
  readonly value: unknown;
  readonly above: ReadonlyMap<unknown, string>;
  readonly label: string;
  /** What is looked for. */
  readonly words: string;
  /** The match the reader is at. */
  readonly current: Place | undefined;
}

interface RowElement extends HTMLElement {
  row?: Row;
}

/** Objects and lists that open, by the keyboard as well: the tree of the ARIA Authoring Practices. */
export class ValueTree {
  readonly #host: TreeHost;
  #rows: readonly Row[] = [];
  /** The row that Tab leads to. */
  #active: object | undefined;
  #hovered: object | undefined;
  #pressed = { x: 0, y: 0 };

  constructor(host: TreeHost) {
    this.#host = host;
  }

  render(shown: Shown): TemplateResult {
    const { reader, base, value, above, label } = shown;
    this.#rows = rowsOf(reader, base, value, above);
    if (!this.#rows.some(({ id }) => id === this.#active)) this.#active = this.#rows[0]?.id;
    return html`<div
      part="tree"
      role="tree"
      dir="ltr"
      aria-label=${label || nothing}
      @click=${this.#onClick}
      @keydown=${this.#onKeydown}
      @focusin=${this.#onFocus}
      @pointerdown=${this.#onPointerdown}
      @pointerover=${this.#onPointerover}
      @pointerleave=${this.#onPointerover}
    >
      ${repeat(
        this.#rows,
        ({ id }) => id,
        (row) => ('gap' in row ? this.#gap(row) : this.#node(row, shown)),
      )}
    </div>`;
  }

  /** Tab leads to this place from now on. */
  activate(place: Place): void {
    this.#active = place;
  }

  #gap(row: GapRow): TemplateResult {
    return html`<div
      role="treeitem"
      class="more"
      data-level=${Math.min(row.level, MAX_INDENT)}
      aria-level=${row.level}
      tabindex=${row.id === this.#active ? 0 : -1}
      .row=${row}
    >${viewStrings().showMore(row.gap.count)}</div>`;
  }

  #node(row: NodeRow, { reader, words, current }: Shown): TemplateResult {
    const isActive = row.id === this.#active;
    const tabindex = isActive ? 0 : -1;
    const copy =
      isActive || row.id === this.#hovered
        ? this.#host.copies.button(row.id, () => copied(reader, row.value), tabindex)
        : nothing;
    return html`<div
      role="treeitem"
      class=${row.place === current ? 'current' : ''}
      data-level=${Math.min(row.level, MAX_INDENT)}
      aria-level=${row.level}
      aria-posinset=${row.position}
      aria-setsize=${row.size}
      aria-expanded=${row.isOpen ?? nothing}
      aria-current=${row.place === current ? 'true' : nothing}
      tabindex=${tabindex}
      .row=${row}
    ><bdi class=${row.isItem ? 'key index' : 'key'}>${
      row.isItem ? row.label : marked(row.label, words)
    }</bdi>${this.#value(row, reader, words, tabindex)}${copy}</div>`;
  }

  #value(
    { place, value, container, circular }: NodeRow,
    reader: ValueReader,
    words: string,
    tabindex: number,
  ) {
    if (circular !== undefined) return html`<span class="other">↺ <bdi>${circular}</bdi></span>`;
    if (container) {
      const table = (): void => this.#host.showTable(place);
      return html`<span class="count">${countOf(container)}</span>${
        isRecords(reader, container)
          ? html`<button class="rest" type="button" tabindex=${tabindex} @click=${table}>${viewStrings().asTable}</button>`
          : nothing
      }`;
    }
    const { kind, text } = leafOf(value);
    if (kind !== 'string') return html`<span class=${kind} dir="ltr">${marked(text, words)}</span>`;
    const length = Math.max(FOLD, place.length);
    const show = (more: number): void => {
      place.length = more;
      this.#host.requestUpdate();
    };
    return html`<span class="string" dir="auto">${marked(beginning(text, length), words)}</span>${restOf(text, length, show, tabindex)}`;
  }

  #toggle(row: NodeRow, isOpen: boolean): void {
    row.place.isOpen = isOpen;
    this.#host.changed();
  }

  #more(row: GapRow, tree: HTMLElement): void {
    row.place.pages.add(row.gap.page);
    const at = this.#rows.indexOf(row);
    this.#host.changed();
    // The row is gone then; in its place is the first of what it brought.
    void this.#host.updateComplete.then(() => this.#focus(at, tree));
  }

  #focus(at: number, tree: HTMLElement): void {
    const row = this.#rows[at];
    if (!row) return;
    this.#active = row.id;
    this.#host.requestUpdate();
    (tree.children[at] as HTMLElement | undefined)?.focus();
  }

  #onFocus = ({ target }: Event): void => {
    const row = rowAt(target);
    if (!row || row.id === this.#active) return;
    this.#active = row.id;
    this.#host.requestUpdate();
  };

  #onPointerdown = ({ clientX: x, clientY: y }: PointerEvent): void => {
    this.#pressed = { x, y };
  };

  #onPointerover = ({ type, target }: Event): void => {
    const hovered = type === 'pointerleave' ? undefined : rowAt(target)?.id;
    if (hovered === this.#hovered) return;
    this.#hovered = hovered;
    this.#host.requestUpdate();
  };

  #onClick = (event: MouseEvent): void => {
    const row = rowAt(event.target);
    if (!row || isButton(event.target)) return;
    const { x, y } = this.#pressed;
    if (event.detail > 0 && Math.hypot(event.clientX - x, event.clientY - y) > STILL) return;
    if ('gap' in row) this.#more(row, event.currentTarget as HTMLElement);
    else if (row.isOpen !== undefined) this.#toggle(row, !row.isOpen);
  };

  #onKeydown = (event: KeyboardEvent): void => {
    const row = rowAt(event.target);
    if (!row || event.ctrlKey || event.metaKey || event.altKey) return;
    const tree = event.currentTarget as HTMLElement;
    const at = this.#rows.indexOf(row);
    const isPress = event.key === 'Enter' || event.key === ' ';
    if (isPress && isButton(event.target)) return;
    const isOpen = 'gap' in row ? undefined : row.isOpen;
    let to = at;
    if (event.key === 'ArrowDown') to = Math.min(at + 1, this.#rows.length - 1);
    else if (event.key === 'ArrowUp') to = Math.max(at - 1, 0);
    else if (event.key === 'Home') to = 0;
    else if (event.key === 'End') to = this.#rows.length - 1;
    else if (event.key === 'ArrowRight') {
      if (isOpen) to = at + 1;
      else if (isOpen === false) this.#toggle(row as NodeRow, true);
    } else if (event.key === 'ArrowLeft') {
      if (isOpen) this.#toggle(row as NodeRow, false);
      else to = this.#above(at);
    } else if (isPress) {
      if ('gap' in row) this.#more(row, tree);
      else if (isOpen !== undefined) this.#toggle(row, !isOpen);
    } else if (event.key.length === 1) to = this.#named(event.key, at);
    else return;
    event.preventDefault();
    // A key means one thing at a time, whatever surrounds the tree.
    event.stopPropagation();
    if (to !== at) this.#focus(to, tree);
  };

  /** The row that a row is inside of; itself where there is none. */
  #above(at: number): number {
    const { level = 1 } = this.#rows[at] ?? {};
    let to = at - 1;
    while (to >= 0 && (this.#rows[to]?.level ?? 0) >= level) to -= 1;
    return to < 0 ? at : to;
  }

  /** The next row whose name begins with a letter. */
  #named(letter: string, at: number): number {
    const { length } = this.#rows;
    for (let step = 1; step < length; step += 1) {
      const to = (at + step) % length;
      const row = this.#rows[to];
      if (row && 'label' in row && row.label.toLowerCase().startsWith(letter.toLowerCase())) return to;
    }
    return at;
  }
}

/** A value as it is copied: text as it is. */
export function copied(reader: ValueReader, value: unknown): string {
  return typeof value === 'string' ? value : toJson(reader, value);
}

function rowAt(target: EventTarget | null): Row | undefined {
  return target instanceof Element
    ? (target.closest('[role="treeitem"]') as RowElement | null)?.row
    : undefined;
}

function isButton(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest('button') !== null;
}
