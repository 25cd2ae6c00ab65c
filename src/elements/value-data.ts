import { html, nothing, type TemplateResult } from 'lit';
import { createRef, ref } from 'lit/directives/ref.js';
import { icons } from './icons.ts';
import type { CopyButtons } from './value-copy.ts';
import { PAGE, Place } from './value-place.ts';
import { type Container, ValueReader } from './value-reader.ts';
import { type Step, ValueSearch } from './value-search.ts';
import { isRecords, ValueTable } from './value-table.ts';
import { copied, ValueTree } from './value-tree.ts';
import { viewStrings } from './view-strings.ts';

/** A value with more nodes than this can be searched. */
const SEARCHED_FROM = 60;
/** Going to a match shows no more rows than this: of what is deeper or wider only a part is shown then. */
const MAX_REVEALED = 250;

/** What surrounds the data. */
export interface DataHost {
  readonly updateComplete: Promise<boolean>;
  requestUpdate(): void;
}

/** Objects and lists: a tree or a table, the search in them, and the way back from a part of them to the whole. */
export class ValueData {
  readonly updateHost: DataHost;
  readonly copies: CopyButtons;
  readonly #tree = new ValueTree(this);
  readonly #table = new ValueTable(this);
  readonly #search = new ValueSearch(() => this.requestUpdate());
  readonly #box = createRef<HTMLElement>();
  readonly #whole = new Place();
  /** What is shown of the whole. */
  #base = this.#whole;
  #value: unknown;
  #reader = new ValueReader();
  #current: Place | undefined;
  #canSearch = false;

  constructor(host: DataHost, copies: CopyButtons) {
    this.updateHost = host;
    this.copies = copies;
  }

  get updateComplete(): Promise<boolean> {
    return this.updateHost.updateComplete;
  }

  requestUpdate(): void {
    this.updateHost.requestUpdate();
  }

  /** What was chosen while records were not known to be some stays. */
  changed(): void {
    this.#base.view ??= 'tree';
    this.requestUpdate();
  }

  showTable(place: Place): void {
    place.view = 'table';
    this.show(place);
  }

  show(place: Place): void {
    this.#base = place;
    this.requestUpdate();
    void this.updateComplete.then(() => {
      this.#box.value?.scrollTo({ top: 0 });
      this.#box.value?.querySelector<HTMLElement>('[tabindex="0"]')?.focus({ preventScroll: true });
    });
  }

  /** Gives up what it does by itself. */
  stop(): void {
    this.#search.stop();
  }

  /** The ways to show a value that is now shown as something else. */
  choices(value: unknown, choose: () => void): TemplateResult {
    this.#take(value);
    const container = this.#reader.containerOf(value);
    const areRecords = container !== undefined && isRecords(this.#reader, container);
    return this.#views(areRecords, undefined, (view) => {
      this.#base = this.#whole;
      this.#whole.view = view;
      choose();
    });
  }

  /** With `leave`, the reader can go back to what the value was shown as before. */
  render(value: unknown, label: string, leave?: () => void): TemplateResult {
    this.#take(value);
    const { shown, above } = this.#walk();
    const container = this.#reader.containerOf(shown);
    const common = {
      reader: this.#reader,
      base: this.#base,
      label,
      words: this.#search.words,
      current: this.#current,
    };
    const areRecords = container !== undefined && isRecords(this.#reader, container);
    const isTable = areRecords && this.#base.view !== 'tree';
    const choose = (view: 'table' | 'tree'): void => {
      if (leave && isTable === (view === 'table')) return leave();
      this.#base.view = view;
      this.requestUpdate();
    };
    return html`<div class="data">
      <div class="bar">
        ${this.#trail(label)} ${this.#canSearch ? this.#searchField() : nothing}
        <span class="tools">
          ${areRecords || leave ? this.#views(areRecords, isTable ? 'table' : 'tree', choose) : nothing}
          ${this.copies.button(this, () => copied(this.#reader, shown))}
        </span>
      </div>
      <div class="box" ${ref(this.#box)}>
        ${
          isTable
            ? this.#table.render({ ...common, container })
            : this.#tree.render({ ...common, value: shown, above })
        }
      </div>
    </div>`;
  }

  #take(value: unknown): void {
    if (value === this.#value) return;
    this.#value = value;
    this.#reader = new ValueReader();
    this.#canSearch ||= hasMany(this.#reader, value);
    this.#search.refresh(this.#reader, value);
  }

  /** What is at the base, and what that is inside of. */
  #walk(): { readonly shown: unknown; readonly above: ReadonlyMap<unknown, string> } {
    const above = new Map<unknown, string>();
    let shown = this.#value;
    let place = this.#whole;
    for (const next of this.#base.from(this.#whole) ?? []) {
      above.set(shown, place.key);
      const container = this.#reader.containerOf(shown);
      shown = container?.get(next.key);
      place = next;
    }
    if (this.#base === this.#whole || this.#reader.containerOf(shown)) return { shown, above };
    // Another value has nothing there.
    this.#base = this.#whole;
    return { shown: this.#value, above: new Map() };
  }

  #trail(label: string): unknown {
    const { key, parent } = this.#base;
    if (!parent) return nothing;
    const isDeep = parent.parent !== undefined;
    return html`<span class="trail">
      <button class="rest" type="button" @click=${() => this.show(this.#whole)}>${label || '…'}</button>
      ${icons.next}${isDeep ? html`… ${icons.next}` : nothing}<bdi>${key}</bdi>
    </span>`;
  }

  #views(
    areRecords: boolean,
    chosen: 'table' | 'tree' | undefined,
    choose: (view: 'table' | 'tree') => void,
  ): TemplateResult {
    const button = (view: 'table' | 'tree', name: string): TemplateResult =>
      html`<button class="choice" type="button" aria-pressed=${view === chosen} @click=${() => choose(view)}>${name}</button>`;
    return html`${areRecords ? button('table', viewStrings().asTable) : nothing}
    ${button('tree', viewStrings().asTree)}`;
  }

  #searchField(): TemplateResult {
    const { matches, current, isLimited, words, isAtWork } = this.#search;
    const onInput = ({ target }: Event): void => {
      this.#current = undefined;
      this.#search.find(this.#reader, this.#value, (target as HTMLInputElement).value);
    };
    const onKeydown = (event: KeyboardEvent): void => {
      if (event.key !== 'Enter' || event.isComposing) return;
      event.preventDefault();
      // Whatever surrounds the field may send something on Enter.
      event.stopPropagation();
      this.#go(event.shiftKey ? -1 : 1);
    };
    const step = (by: number, name: string, icon: unknown) =>
      html`<button
        class="copy"
        type="button"
        aria-label=${name}
        title=${name}
        ?disabled=${matches.length === 0}
        @click=${() => this.#go(by)}
      >
        ${icon}
      </button>`;
    const found =
      current < 0
        ? `${isLimited ? '≥ ' : ''}${viewStrings().matches(matches.length)}`
        : `${viewStrings().progress(current + 1, matches.length)}${isLimited ? '+' : ''}`;
    return html`<span class="search">
      <input
        part="search"
        type="search"
        dir="auto"
        autocomplete="off"
        aria-label=${viewStrings().search}
        placeholder=${viewStrings().search}
        @input=${onInput}
        @keydown=${onKeydown}
      />
      <span class="quiet" role="status">${words && !isAtWork ? found : ''}</span>
      ${words ? html`${step(-1, viewStrings().previousMatch, icons.previous)}${step(1, viewStrings().nextMatch, icons.next)}` : nothing}
    </span>`;
  }

  #go(by: number): void {
    const match = this.#search.move(by);
    if (!match) return;
    this.#reveal(stepsTo(match));
    this.requestUpdate();
    void this.updateComplete.then(() => this.#scrollToCurrent());
  }

  /** Opens what leads to a match, or where that is a lot, shows only the part that it is in. */
  #reveal(steps: readonly Step[]): void {
    const around: { readonly place: Place; readonly container: Container | undefined }[] = [];
    let value = this.#value;
    let place = this.#whole;
    for (const { key } of steps) {
      const container = this.#reader.containerOf(value);
      around.push({ place, container });
      value = container?.get(key);
      place = place.inside(key);
    }
    this.#current = place;
    const baseAt = around.findIndex((each) => each.place === this.#base);
    let first = Math.max(baseAt, 0);
    const base = around[first];
    if (base?.container && base.place.view !== 'tree' && isRecords(this.#reader, base.container)) {
      this.#base = base.place;
      const [record, field] = steps.slice(first);
      this.#table.reveal(this.#reader, base.place, base.container, record?.index ?? 0, field?.key);
      // What is deep inside of a cell is marked as the cell.
      while (this.#current.parent?.parent !== base.place && this.#current.parent !== base.place)
        this.#current = this.#current.parent as Place;
      return;
    }
    let rows = 0;
    for (let at = around.length - 1; at >= first; at -= 1) {
      rows += Math.min(around[at]?.container?.count ?? 0, PAGE * 2);
      if (rows > MAX_REVEALED && at < around.length - 1) first = at + 1;
      if (rows > MAX_REVEALED) break;
    }
    this.#base = around[first]?.place ?? this.#whole;
    if (this.#base !== this.#whole) this.#base.view ??= 'tree';
    for (let at = first; at < around.length; at += 1) {
      const each = around[at];
      if (!each) continue;
      each.place.isOpen = true;
      each.place.pages.add(Math.floor((steps[at]?.index ?? 0) / PAGE));
    }
    this.#tree.activate(this.#current);
  }

  /** Only inside of the box: the page stays where the reader has it. */
  #scrollToCurrent(): void {
    const box = this.#box.value;
    const row = box?.querySelector('.current');
    if (!box || !row) return;
    for (const scroller of [box, ...box.querySelectorAll('[part="table"]')]) {
      const outside = scroller.getBoundingClientRect();
      const inside = row.getBoundingClientRect();
      const centre = (start: number, end: number): number => (start + end) / 2;
      if (inside.top < outside.top || inside.bottom > outside.bottom)
        scroller.scrollTop += centre(inside.top, inside.bottom) - centre(outside.top, outside.bottom);
      if (inside.left < outside.left || inside.right > outside.right)
        scroller.scrollLeft += centre(inside.left, inside.right) - centre(outside.left, outside.right);
    }
  }
}

function stepsTo(match: Step): Step[] {
  const steps: Step[] = [];
  for (let step: Step | undefined = match; step; step = step.before) steps.push(step);
  return steps.reverse();
}

/** Whether there is enough inside to look for something. */
function hasMany(reader: ValueReader, value: unknown): boolean {
  const queue = [value];
  const seen = new Set<Container>();
  let nodes = 0;
  while (queue.length > 0) {
    const container = reader.containerOf(queue.pop());
    if (!container || seen.has(container)) continue;
    seen.add(container);
    nodes += container.count;
    if (nodes > SEARCHED_FROM) return true;
    for (let index = 0; index < container.count; index += 1) queue.push(container.at(index));
  }
  return false;
}
