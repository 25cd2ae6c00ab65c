import {
  isOtherThread,
  type UIMessage,
  type UIMessagePart,
  type UITextPart,
  type UIToolCallPart,
} from '../core/message.ts';

/** One step of an answer: what the agent said and thought, then the tools that it called. */
export interface Step {
  readonly parts: readonly UIMessagePart[];
  readonly calls: readonly UIToolCallPart[];
}

/** The steps of an answer, for models that want each followed by the results of its calls. Other threads are left out. */
export function stepsOf({ parts }: UIMessage): Step[] {
  const steps: { parts: UIMessagePart[]; calls: UIToolCallPart[] }[] = [];
  let step: (typeof steps)[number] | undefined;
  for (const part of parts) {
    if (isOtherThread(part)) continue;
    const isCall = part.type === 'tool-call';
    if (part.type === 'step-start' || (!isCall && step && step.calls.length > 0)) step = undefined;
    if (part.type === 'step-start') continue;
    if (!step) {
      step = { parts: [], calls: [] };
      steps.push(step);
    }
    if (isCall) step.calls.push(part);
    else step.parts.push(part);
  }
  return steps;
}

/** The words among the parts, a blank line between those that stand apart. */
export function wordsOf(parts: readonly UIMessagePart[]): string {
  return parts
    .filter((part): part is UITextPart => part.type === 'text' && part.text !== '')
    .map(({ text }) => text)
    .join('\n\n');
}

/** What a call gave, as models take it: text. One that never ended was cancelled. */
export function outputOf({ result, error, status, approval }: UIToolCallPart): {
  readonly text: string;
  readonly isError: boolean;
} {
  if (status === 'done') return { text: textOf(result), isError: false };
  const denied =
    approval?.status === 'denied' ? (approval.reason ?? 'The user did not allow it.') : undefined;
  return { text: error ?? denied ?? 'The call was cancelled.', isError: true };
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
}
