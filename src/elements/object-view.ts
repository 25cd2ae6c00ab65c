import { css, html, nothing, type TemplateResult } from 'lit';
import { visible } from '../markdown/visible.ts';
import type { AgentObject } from './agent-object.ts';
import { icons } from './icons.ts';
import { nameOf } from './value.ts';
import { CopyButtons } from './value-copy.ts';
import { toJson } from './value-json.ts';
import { type Container, leafOf, ValueReader } from './value-reader.ts';

/** What is deeper opens step by step. */
const MAX_DEPTH = 3;
/** What has more fields, or more items, opens step by step. */
const MAX_FIELDS = 40;
const MAX_ITEMS = 30;
/** Of longer text only the beginning, and how long it is. Characters. */
const MAX_LENGTH = 20_000;

const objectStyles = css`
  [part='object'] {
    border: 1px solid var(--_line);
    border-radius: var(--_radius);
    padding: 0.75rem 1rem;
    position: relative;
  }
  .head {
    align-items: center;
    color: var(--_ink-quiet);
    display: flex;
    font-size: var(--_small);
    gap: 0.5rem;
    margin-block: -0.25rem 0.25rem;
    min-block-size: 2rem;
  }
  [part='title'] {
    font-weight: 500;
    min-inline-size: 0;
  }
  .copy {
    color: inherit;
    flex: none;
    margin-inline: auto -0.5rem;
    min-block-size: 2rem;
    min-inline-size: 2rem;
    padding: 0;
  }
  .copy:hover {
    background: var(--_surface);
    color: var(--_ink);
  }
  .done {
    color: var(--_good);
  }
  dl {
    display: grid;
    gap: 0.375rem 1.25rem;
    grid-template-columns: minmax(5rem, max-content) minmax(0, 1fr);
    margin: 0;
  }
  dt {
    color: var(--_ink-quiet);
    max-inline-size: 14rem;
  }
  dd {
    margin: 0;
    min-inline-size: 0;
  }
  dd dl {
    border-inline-start: 2px solid var(--_line);
    padding-inline-start: 0.875rem;
  }
  /* Under its name, where it is more than a line. */
  .wide {
    grid-column: 1 / -1;
  }
  dt.wide {
    max-inline-size: none;
  }
  dd.wide + dt {
    margin-block-start: 0.25rem;
  }
  .empty::before {
    color: var(--_ink-quiet);
    content: '–';
  }
  .text {
    white-space: pre-line;
  }
  .number {
    font-variant-numeric: tabular-nums;
  }
  .quiet {
    color: var(--_ink-quiet);
  }
  ul {
    display: grid;
    gap: 0.125rem;
    margin: 0;
    padding-inline-start: 1.125rem;
  }
  li::marker {
    color: var(--_ink-quiet);
  }
  .error {
    color: var(--_bad);
    font-size: var(--_small);
    margin-block-start: 0.5rem;
  }
  @container (inline-size < 26rem) {
    dl {
      gap: 0 0.75rem;
      grid-template-columns: minmax(0, 1fr);
    }
    dt {
      font-size: var(--_small);
    }
    dd:not(:last-child) {
      margin-block-end: 0.375rem;
    }
  }
  :host {
    container-type: inline-size;
  }
`;

/** An object as people write one down: names and values, lists, and objects inside of it. */
export class ObjectView {
  static readonly styles = objectStyles;

  readonly #host: AgentObject;
  readonly #copies: CopyButtons;

  constructor(host: AgentObject) {
    this.#host = host;
    this.#copies = new CopyButtons(() => host.requestUpdate());
  }

  render(): unknown {
    const { data } = this.#host;
    if (!data) return nothing;
    const { typeName, object, partial, status, error } = data as Partial<typeof data>;
    const value = object ?? partial;
    const isStreaming = status === 'streaming';
    const reader = new ValueReader();
    const title = typeof typeName === 'string' ? visible(nameOf(typeName)) : '';
    const isContainer = reader.containerOf(value) !== undefined;
    return html`<div part="object" aria-busy=${isStreaming}>
      <div class="head">
        <div part="title" dir="auto">${title}</div>
        ${isStreaming ? icons.spinner : nothing}
        ${isContainer && !isStreaming ? this.#copies.button(this, () => toJson(reader, value)) : nothing}
      </div>
      ${this.#value(reader, value, title, 0, isStreaming)}
      ${typeof error === 'string' && error ? html`<div class="error" dir="auto">${visible(error)}</div>` : nothing}
    </div>`;
  }

  #value(reader: ValueReader, value: unknown, label: string, depth: number, isStreaming: boolean): unknown {
    if (value === undefined || value === null || value === '') return nothing;
    const container = reader.containerOf(value);
    if (!container) return words(value);
    if (container.count === 0) return nothing;
    const { kind, count } = container;
    if (kind === 'list' && count <= MAX_ITEMS && isOfWords(reader, container)) {
      return html`<ul>
        ${items(container).map((item) => html`<li>${words(item)}</li>`)}
      </ul>`;
    }
    if (kind === 'list' || depth === MAX_DEPTH || count > MAX_FIELDS) {
      return html`<agent-value .value=${value} label=${label} ?streaming=${isStreaming}></agent-value>`;
    }
    return html`<dl>
      ${items(container).map((item, index) => {
        const name = short(nameOf(container.label(index)));
        const inside = reader.containerOf(item);
        const isEmpty = item === null || item === '' || item === undefined || inside?.count === 0;
        const isWide = inside?.kind === 'list' && inside.count > 0 && !isOfWords(reader, inside);
        return html`<dt class=${isWide ? 'wide' : ''}><bdi>${name}</bdi></dt>
          <dd class=${isEmpty ? 'empty' : isWide ? 'wide' : ''}>${this.#value(reader, item, name, depth + 1, isStreaming)}</dd>`;
      })}
    </dl>`;
  }
}

function items(container: Container): unknown[] {
  return Array.from({ length: container.count }, (_, index) => container.at(index));
}

/** Whether nothing in a list has others inside. Long ones are not looked through. */
function isOfWords(reader: ValueReader, list: Container): boolean {
  return list.count <= MAX_ITEMS && items(list).every((item) => !reader.containerOf(item));
}

function words(value: unknown): TemplateResult {
  const { kind, text } = leafOf(value);
  return kind === 'string'
    ? html`<span class="text" dir="auto">${short(text)}</span>`
    : html`<span class=${kind === 'unreadable' || kind === 'null' ? 'quiet' : kind} dir="auto">${text}</span>`;
}

function short(text: string): string {
  const beginning = visible(text.slice(0, MAX_LENGTH));
  return text.length > MAX_LENGTH ? `${beginning}… (+${text.length - MAX_LENGTH})` : beginning;
}
