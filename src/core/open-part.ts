import type { UIMessagePart, UIObjectPart } from './message.ts';
import type { RunEnding } from './state.ts';

export type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** Whether a part, or one inside it, is still being written. */
export function isOpen(part: UIMessagePart): boolean {
  switch (part.type) {
    case 'text':
    case 'reasoning':
    case 'object':
    case 'todo':
      return part.status === 'streaming';
    case 'tool-call':
      return part.status === 'pending' || part.status === 'running';
    case 'operation':
      return part.status === 'running';
    case 'worker':
      // A stored worker may lack what this version wants of one.
      return part.status === 'running' || (part.parts ?? []).some(isOpen);
    default:
      return false;
  }
}

/** The same parts with nothing left open. `endedAt` is when that was, where it is known. */
export function closeParts(
  parts: readonly UIMessagePart[],
  ending: RunEnding,
  endedAt?: number,
): readonly UIMessagePart[] {
  if (!parts.some(isOpen)) return parts;
  return parts.map((part) => (isOpen(part) ? closePart(part, ending, endedAt) : part));
}

function closePart(part: UIMessagePart, ending: RunEnding, endedAt: number | undefined): UIMessagePart {
  const finished = ending === 'finished';
  const ended = endedAt === undefined ? {} : { endedAt };
  switch (part.type) {
    case 'reasoning':
      return { ...part, status: 'done', ...ended };
    case 'text':
    case 'todo':
      return { ...part, status: 'done' };
    case 'object': {
      const copy: Mutable<UIObjectPart> = { ...part };
      if (finished) finishObject(copy);
      else copy.status = 'done';
      return copy;
    }
    case 'tool-call': {
      // A call without a result did not happen, whatever the reason, and nobody is asked about it any more.
      const { approval, ...call } = part;
      const answered = approval && approval.status !== 'pending' ? { approval } : {};
      return { ...call, ...answered, status: 'cancelled', ...ended };
    }
    case 'operation':
      return { ...part, status: finished ? 'done' : 'cancelled' };
    case 'worker':
      return {
        ...part,
        parts: closeParts(part.parts ?? [], ending, endedAt),
        status: part.status === 'running' ? (finished ? 'done' : 'cancelled') : part.status,
      };
    default:
      return part;
  }
}

/** The object out of its whole text, or the error that there is none. */
export function finishObject(part: Mutable<UIObjectPart>): void {
  try {
    part.object = JSON.parse(part.text ?? '');
    part.status = 'done';
    delete part.partial;
    delete part.text;
  } catch {
    part.status = 'error';
    part.error = 'The answer was not valid JSON.';
  }
}
