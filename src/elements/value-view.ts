import { html, nothing, type TemplateResult } from 'lit';
import type { AgentValue } from './agent-value.ts';
import { blocksOf, isError } from './value-blocks.ts';
import { ValueContent } from './value-content.ts';
import { CopyButtons } from './value-copy.ts';
import { ValueData } from './value-data.ts';
import { leafOf, ValueReader } from './value-reader.ts';
import { ValueText } from './value-text.ts';
import { valueStyles } from './value-view.styles.ts';
import { viewStrings } from './view-strings.ts';

/** Longer texts are not asked whether they are JSON. Characters. */
const MAX_JSON = 1_000_000;

/** What kind of thing a value is, found out once. */
interface Sight {
  readonly value: unknown;
  readonly isStreaming: boolean;
  readonly blocks: ReturnType<typeof blocksOf>;
  /** What a text says in JSON, or undefined. */
  readonly json: unknown;
}

/** Shows any value in the way that suits it. */
export class ValueView {
  static readonly styles = valueStyles;

  readonly #host: AgentValue;
  readonly #copies: CopyButtons;
  readonly #text: ValueText;
  readonly #data: ValueData;
  readonly #content: ValueContent;
  #sight: Sight | undefined;
  /** The reader wants the fields and items themselves. */
  #isData = false;

  constructor(host: AgentValue) {
    const update = (): void => host.requestUpdate();
    this.#host = host;
    this.#copies = new CopyButtons(update);
    this.#text = new ValueText(update, this.#copies);
    this.#data = new ValueData(host, this.#copies);
    this.#content = new ValueContent(host, this.#copies);
    host.addController({
      hostConnected: update,
      hostDisconnected: () => {
        this.#data.stop();
        this.#content.stop();
      },
    });
  }

  render(): TemplateResult {
    const { value, streaming, label } = this.#host;
    return html`<div class="whole" aria-busy=${streaming}>${this.#shown(value, streaming, label)}</div>`;
  }

  #shown(value: unknown, isStreaming: boolean, label: string): TemplateResult {
    const { blocks, json } = this.#look(value, isStreaming);
    const data = blocks ? value : json;
    if (data !== undefined && this.#isData) return this.#data.render(data, label, () => this.#choose(false));
    if (blocks)
      return html`${this.#content.render(blocks, label, isError(value))}
        <div class="tools">${this.#choices(data)}</div>`;
    if (typeof value === 'string' && value !== '')
      return this.#text.render(value, label, data === undefined ? nothing : this.#choices(data));
    const container = new ValueReader().containerOf(value);
    if (container && container.count > 0) return this.#data.render(value, label);
    if (container || value === undefined || value === '')
      return html`<div class="box quiet" role="group" aria-label=${label || nothing}>${viewStrings().emptyValue}</div>`;
    const { kind, text } = leafOf(value);
    return html`<div class="box" role="group" aria-label=${label || nothing}>
      <span class=${kind} dir="ltr">${text}</span>
    </div>`;
  }

  #choices(data: unknown): TemplateResult {
    return this.#data.choices(data, () => this.#choose(true));
  }

  #choose(isData: boolean): void {
    this.#isData = isData;
    this.#host.requestUpdate();
  }

  #look(value: unknown, isStreaming: boolean): Sight {
    let sight = this.#sight;
    if (!sight || sight.value !== value || sight.isStreaming !== isStreaming) {
      // A text that still grows is no JSON yet.
      const json = isStreaming ? undefined : jsonOf(value);
      sight = { value, isStreaming, blocks: blocksOf(value), json };
      this.#sight = sight;
    }
    return sight;
  }
}

/** The object or list that a text is the JSON of. */
function jsonOf(value: unknown): unknown {
  if (typeof value !== 'string' || value.length > MAX_JSON || !/^\s*[[{]/.test(value)) return undefined;
  try {
    const json: unknown = JSON.parse(value);
    return typeof json === 'object' && json !== null ? json : undefined;
  } catch {
    return undefined;
  }
}
