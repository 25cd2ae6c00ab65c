import { AgentChatError, streamInterrupted } from '../core/error.ts';
import type { StreamEvent, ToolResult } from '../core/event.ts';
import type { ChatRequest, EventStream, SendContext, Transport } from '../core/transport.ts';
import { toEvent } from '../protocols/octavus.ts';
import { backoff, wait } from './backoff.ts';

/** What came since the last look. */
export interface PollResult {
  readonly events: readonly StreamEvent[];
  /** Where the next look begins. */
  readonly cursor: number | string;
  /** Anything but `streaming` with no `finish` among the events is an answer that was cut off. */
  readonly status?: string | undefined;
}

export interface PollingOptions {
  readonly onTrigger: (
    triggerName: string,
    input: Readonly<Record<string, unknown>> | undefined,
    context: SendContext & { readonly rollbackAfterMessageId?: string | null | undefined },
  ) => Promise<unknown>;
  /** Hands the results of client tools to the agent; without it there are no client tools. */
  readonly onContinue?:
    | ((executionId: string, toolResults: readonly ToolResult[], context: SendContext) => Promise<unknown>)
    | undefined;
  /** What came after `cursor`: 0 at the beginning of a run. */
  readonly onPoll: (
    cursor: number | string,
    context: { readonly signal: AbortSignal },
  ) => Promise<PollResult>;
  readonly onStop?: (() => unknown) | undefined;
  /** How long to wait after a look that found nothing. Milliseconds; 500 unless told. */
  readonly pollIntervalMs?: number | undefined;
}

const POLL_INTERVAL = 500;
/** How many looks in a row may fail. */
const MAX_ATTEMPTS = 6;

/** Looks for events again and again: for places where nothing can be streamed. */
export function createPollingTransport(options: PollingOptions): Transport {
  const { onTrigger, onContinue, onPoll, onStop, pollIntervalMs = POLL_INTERVAL } = options;
  let cursor: number | string = 0;

  const ask = (request: ChatRequest, context: SendContext): Promise<unknown> => {
    if (request.type === 'continue') {
      return (
        onContinue?.(request.executionId, request.toolResults, context) ?? Promise.reject(streamInterrupted())
      );
    }
    cursor = 0;
    const { triggerName, input, rollbackAfterMessageId } = request;
    return onTrigger(triggerName, input, { ...context, rollbackAfterMessageId });
  };

  return {
    keepsHistory: true,
    async *send(request, context): EventStream {
      const { signal } = context;
      let over = false;
      const stop = (): void => {
        if (!over) onStop?.();
      };
      signal.addEventListener('abort', stop, { once: true });
      try {
        await ask(request, context);
        for (let attempts = 0; !over; ) {
          let result: PollResult;
          try {
            result = await onPoll(cursor, { signal });
          } catch (error) {
            attempts += 1;
            const { retryable } = AgentChatError.from(error);
            if (signal.aborted || !retryable || attempts > MAX_ATTEMPTS) throw error;
            await wait(backoff(attempts), signal);
            continue;
          }
          attempts = 0;
          const events = result.events.map(toEvent);
          over = events.some(({ type }) => type === 'finish' || type === 'error');
          // Before they are read: whoever has read the end of a leg does not come back.
          cursor = result.cursor;
          if (events.length > 0) yield events;
          if (over) return;
          if (result.status !== undefined && result.status !== 'streaming') throw streamInterrupted();
          if (events.length === 0) await wait(pollIntervalMs, signal);
        }
      } finally {
        signal.removeEventListener('abort', stop);
      }
    },
  };
}
