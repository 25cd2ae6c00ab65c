import { setTimeout as sleep } from 'node:timers/promises';

/** Between two words, in milliseconds, so that a visitor sees an answer arrive. Tests change it as they go. */
const paceNow = (): number => Number(process.env['DEMO_PACE'] ?? 22);

/** The text word by word, as a model would say it, or so many times slower. Rejects when the signal aborts. */
export async function* spoken(text: string, signal: AbortSignal, times = 1): AsyncGenerator<string> {
  for (const word of text.match(/\s*\S+/g) ?? []) {
    await pause(signal, times);
    yield word;
  }
}

/** As long as between so many words. */
export function pause(signal: AbortSignal, times: number): Promise<void> {
  return sleep(paceNow() * times, undefined, { signal });
}

/** The events of several sources as they come, until all have ended. */
export async function* merge<T>(...sources: readonly AsyncIterable<T>[]): AsyncGenerator<T, void, void> {
  const waiting = new Map(
    sources.map((source) => {
      const iterator = source[Symbol.asyncIterator]();
      return [iterator, next(iterator)] as const;
    }),
  );
  while (waiting.size > 0) {
    const { iterator, result } = await Promise.race(waiting.values());
    if (result.done) {
      waiting.delete(iterator);
    } else {
      waiting.set(iterator, next(iterator));
      yield result.value;
    }
  }
}

async function next<T>(iterator: AsyncIterator<T>) {
  return { iterator, result: await iterator.next() };
}
