import { html, nothing, type TemplateResult } from 'lit';
import { isOtherThread, type UIMessagePart, type UISourcePart } from '../core/message.ts';
import {
  type DisplayOptions,
  own,
  type PartRenderer,
  type RenderContext,
  type Rendered,
  rendererOf,
} from './renderers.ts';
import { strings } from './strings.ts';
import { nameOf } from './value.ts';

export interface PartsOptions {
  readonly display?: DisplayOptions | undefined;
  /** Whether more parts may come. */
  readonly isLive: boolean;
  /** Text that somebody typed is no Markdown. */
  readonly isTyped?: boolean;
}

type Drawn = Exclude<Rendered, null | undefined> | typeof nothing;

/** Renderers that have failed: each is complained of once. */
const failed = new WeakSet<PartRenderer>();

/** The parts of one message or worker as elements. Remembers what the application drew for as long as a part stays the same. */
export class RenderedParts {
  #drawn = new WeakMap<UIMessagePart, { readonly by: PartRenderer; readonly drawn: Drawn | null }>();
  readonly #firsts = new Map<string, number>();
  /** Those of the message, the same list for as long as they are the same. */
  #sources: readonly UISourcePart[] = [];

  /** In order; sources that follow one another stand in one row, and steps of work in one list. */
  render(messageId: string, parts: readonly UIMessagePart[], options: PartsOptions): unknown[] {
    // Each has the place of its part: nodes stay where they are when steps before them come to be drawn by others.
    const rendered: unknown[] = parts.map(() => nothing);
    const sources = parts.filter((part) => part.type === 'source');
    if (sources.length !== this.#sources.length || sources.some((source, at) => source !== this.#sources[at]))
      this.#sources = sources;
    for (let i = 0; i < parts.length; i += 1) {
      const part = parts[i] as UIMessagePart;
      const drawn = this.#own(messageId, part, i, options);
      if (drawn !== null) {
        rendered[i] = drawn;
        continue;
      }
      const end = this.#endOfRow(messageId, parts, i, options);
      const row = parts.slice(i, end);
      if (part.type === 'source') rendered[i] = renderSources(row, sources.indexOf(part));
      else if (isStep(part)) rendered[i] = renderSteps(row, options, end === parts.length);
      else rendered[i] = renderPart(part, options, this.#sources);
      i = end - 1;
    }
    return rendered;
  }

  /** Where the parts end that are drawn together with the one at `first`. */
  #endOfRow(
    messageId: string,
    parts: readonly UIMessagePart[],
    first: number,
    options: PartsOptions,
  ): number {
    const { type } = parts[first] as UIMessagePart;
    const belongs =
      type === 'source'
        ? (part: UIMessagePart) => part.type === 'source'
        : (part: UIMessagePart) => isStep(part) || isBlank(part);
    let end = first + 1;
    if (type !== 'source' && !isStep(parts[first] as UIMessagePart)) return end;
    for (let i = end; i < parts.length; i += 1) {
      const part = parts[i] as UIMessagePart;
      if (!belongs(part) || this.#own(messageId, part, i, options) !== null) break;
      if (!isBlank(part)) end = i + 1;
    }
    return end;
  }

  /** What the application draws of a part; null where it is drawn as usual. */
  #own(
    messageId: string,
    part: UIMessagePart,
    index: number,
    { display, isTyped }: PartsOptions,
  ): Drawn | null {
    const by = display?.renderers && rendererOf(display.renderers, part);
    if (!by) return null;
    const before = this.#drawn.get(part);
    if (before?.by === by) return before.drawn;
    const key = this.#keyOf(messageId, part, index);
    const context: RenderContext = { key, messageId, role: isTyped ? 'user' : 'assistant' };
    const drawn = setApart(part, attempt(by, part, context));
    this.#drawn.set(part, { by, drawn });
    return drawn;
  }

  /** Streams use ids again for what comes later: it is the first part of an id that is named by it. */
  #keyOf(messageId: string, part: UIMessagePart, index: number): string {
    const key = `${messageId}:${idOf(part) ?? index}`;
    const first = this.#firsts.get(key) ?? index;
    this.#firsts.set(key, first);
    return first === index ? key : `${messageId}:${index}`;
  }
}

/** What fails is one card: the rest of the message stands. */
function attempt(by: PartRenderer, part: UIMessagePart, context: RenderContext): Drawn | null {
  try {
    return by(part, context) ?? null;
  } catch (error) {
    if (!failed.has(by)) {
      failed.add(by);
      reportError(error);
    }
    return html`<div part="failure" class="failure">${strings.notDrawn}</div>`;
  }
}

function idOf(part: UIMessagePart): string | undefined {
  if (part.type === 'tool-call') return `call-${part.toolCallId}`;
  if (part.type === 'worker') return `worker-${part.workerId}`;
  return 'id' in part && part.id !== undefined ? `${part.type}-${part.id}` : undefined;
}

/** Work of the agent, one line each. What belongs to other threads is set apart, and is not. */
export function isStep(part: UIMessagePart): boolean {
  return STEPS.has(part.type) && !isOtherThread(part);
}

const STEPS: ReadonlySet<string> = new Set(['reasoning', 'tool-call', 'operation', 'step-start']);

/** Models put empty lines between the tools that they call. */
function isBlank(part: UIMessagePart): boolean {
  return part.type === 'text' && part.text.trim() === '';
}

/** With the numbers by which the text cites them. */
function renderSources(sources: readonly UIMessagePart[], before: number): TemplateResult {
  return html`<div part="sources" class="sources" role="group" aria-label=${strings.sources(sources.length)}>
    ${sources.map((source, index) => html`<agent-source .data=${source} .number=${before + index + 1}></agent-source>`)}
  </div>`;
}

function renderSteps(
  steps: readonly UIMessagePart[],
  { display, isLive }: PartsOptions,
  isLast: boolean,
): TemplateResult {
  // A boundary with no work beside it parts what is written.
  if (steps.every(({ type }) => type === 'step-start')) return html`<agent-step></agent-step>`;
  return html`<agent-steps
    .parts=${steps.filter((step) => !isBlank(step))}
    .display=${display}
    ?live=${isLive && isLast}
  ></agent-steps>`;
}

/** The element of a part. Parts nobody here knows show nothing. */
export function renderPart(
  part: UIMessagePart,
  { display, isTyped = false }: Pick<PartsOptions, 'display' | 'isTyped'>,
  sources?: readonly UISourcePart[],
): TemplateResult | typeof nothing {
  return setApart(part, elementOf(part, display, isTyped, sources));
}

/** What belongs to other threads is set apart. */
function setApart<Shown extends Drawn | null>(part: UIMessagePart, shown: Shown): Shown | TemplateResult {
  if (!shown || shown === nothing || !isOtherThread(part) || !('thread' in part)) return shown;
  const name = nameOf(part.thread ?? '');
  return html`<div part="thread" class="thread" role="group" aria-label=${name}>
    <div class="thread-name">${name}</div>
    ${shown}
  </div>`;
}

function elementOf(
  part: UIMessagePart,
  display: DisplayOptions | undefined,
  isTyped: boolean,
  sources: readonly UISourcePart[] | undefined,
): TemplateResult | typeof nothing {
  switch (part.type) {
    case 'text':
      return html`<agent-text
        .data=${part}
        .markdown=${display?.markdown}
        .sources=${sources}
        ?plain=${isTyped}
      ></agent-text>`;
    case 'reasoning':
      return html`<agent-reasoning .data=${part} .markdown=${display?.markdown}></agent-reasoning>`;
    case 'tool-call':
      return html`<agent-tool-call .data=${part} .display=${own(display?.toolDisplay, part.toolName)}></agent-tool-call>`;
    case 'operation':
      return html`<agent-operation .data=${part}></agent-operation>`;
    case 'file':
      return html`<agent-file .data=${part}></agent-file>`;
    case 'object':
      return html`<agent-object .data=${part}></agent-object>`;
    case 'todo':
      return html`<agent-todo .data=${part}></agent-todo>`;
    case 'worker':
      return html`<agent-worker .data=${part} .display=${display}></agent-worker>`;
    case 'step-start':
      return html`<agent-step></agent-step>`;
    case 'source':
      return html`<agent-source .data=${part}></agent-source>`;
    case 'data':
      return part.name === 'progress' ? html`<agent-progress .data=${part}></agent-progress>` : nothing;
    default:
      return nothing;
  }
}
