import { html, nothing, type TemplateResult } from 'lit';
import { isOtherThread, type UIMessagePart } from '../core/message.ts';
import { nameOf } from './value.ts';

/** The elements of parts, in order; sources that follow one another stand in one row. Text that somebody typed is no Markdown. */
export function renderParts(parts: readonly UIMessagePart[], isTyped = false): unknown[] {
  const rendered: unknown[] = [];
  for (let i = 0; i < parts.length; i += 1) {
    const part = parts[i] as UIMessagePart;
    if (part.type !== 'source') {
      rendered.push(renderPart(part, isTyped));
      continue;
    }
    const first = i;
    while (parts[i + 1]?.type === 'source') i += 1;
    rendered.push(
      html`<div class="sources">${parts.slice(first, i + 1).map((source) => renderPart(source, isTyped))}</div>`,
    );
  }
  return rendered;
}

/** The element of a part. Parts of other threads are set apart; parts nobody here knows show nothing. */
function renderPart(part: UIMessagePart, isTyped: boolean): TemplateResult | typeof nothing {
  const element = elementOf(part, isTyped);
  if (element === nothing || !isOtherThread(part) || !('thread' in part)) return element;
  return html`<div class="thread" role="group" aria-label=${nameOf(part.thread ?? '')}>
    <div class="thread-name">${nameOf(part.thread ?? '')}</div>
    ${element}
  </div>`;
}

function elementOf(part: UIMessagePart, isTyped: boolean): TemplateResult | typeof nothing {
  switch (part.type) {
    case 'text':
      return html`<agent-text .data=${part} ?plain=${isTyped}></agent-text>`;
    case 'reasoning':
      return html`<agent-reasoning .data=${part}></agent-reasoning>`;
    case 'tool-call':
      return html`<agent-tool-call .data=${part}></agent-tool-call>`;
    case 'operation':
      return html`<agent-operation .data=${part}></agent-operation>`;
    case 'source':
      return html`<agent-source .data=${part}></agent-source>`;
    case 'file':
      return html`<agent-file .data=${part}></agent-file>`;
    case 'object':
      return html`<agent-object .data=${part}></agent-object>`;
    case 'todo':
      return html`<agent-todo .data=${part}></agent-todo>`;
    case 'worker':
      return html`<agent-worker .data=${part}></agent-worker>`;
    case 'step-start':
      return html`<agent-step></agent-step>`;
    default:
      return nothing;
  }
}
