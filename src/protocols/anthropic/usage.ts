import type { UsageEvent } from '../../core/event.ts';
import { isRecord } from '../../core/is-record.ts';

const COUNTED = [
  'input_tokens',
  'output_tokens',
  'cache_creation_input_tokens',
  'cache_read_input_tokens',
] as const;

/** Tokens of one message. */
export type Counts = { readonly [name in (typeof COUNTED)[number]]?: number };

/** What was counted, with what is counted anew: counts of one message are said in full each time. */
export function latestUsage(before: Counts, usage: unknown): Counts {
  if (!isRecord(usage)) return before;
  const counted = COUNTED.flatMap((name) => {
    const count = usage[name];
    return typeof count === 'number' ? [[name, count]] : [];
  });
  return { ...before, ...Object.fromEntries(counted) };
}

export function addUsage(one: Counts, other: Counts): Counts {
  const names = COUNTED.filter((name) => name in one || name in other);
  return Object.fromEntries(names.map((name) => [name, (one[name] ?? 0) + (other[name] ?? 0)]));
}

/** The tokens of a body. Those that were written to the cache or read from it are part of the input. */
export function usageOf(counts: Counts, model: string | undefined): UsageEvent | undefined {
  if (Object.keys(counts).length === 0) return undefined;
  const { output_tokens: outputTokens = 0, cache_creation_input_tokens: cacheWriteTokens = 0 } = counts;
  const { cache_read_input_tokens: cacheReadTokens = 0 } = counts;
  const inputTokens = (counts.input_tokens ?? 0) + cacheWriteTokens + cacheReadTokens;
  return {
    type: 'usage',
    tokens: {
      inputTokens,
      outputTokens,
      totalTokens: inputTokens + outputTokens,
      cacheReadTokens,
      cacheWriteTokens,
    },
    ...(model !== undefined && { model }),
  };
}
