import type { StreamEvent } from 'agent-chat-kit';
import { createMemoryLog, type EventLog, EvictedError } from 'agent-chat-kit/server';
import { describe, expect, it, vi } from 'vitest';

const delta = (text: string): StreamEvent => ({ type: 'text-delta', id: 't', delta: text });

async function read(log: EventLog, position: number, signal = new AbortController().signal) {
  const seen: [number, string][] = [];
  for await (const { position: at, event } of log.read('s', position, signal)) {
    seen.push([at, event.type === 'text-delta' ? event.delta : event.type]);
  }
  return seen;
}

describe('a log in memory', () => {
  it('gives what there is, then what comes, to each of its readers', async () => {
    const log = createMemoryLog();
    await log.append('s', delta('a'));
    await log.append('s', delta('b'));
    const readers = [read(log, 0), read(log, 1), read(log, 2)];
    await log.append('s', delta('c'));
    await log.close('s');
    expect(await Promise.all(readers)).toEqual([
      [
        [1, 'a'],
        [2, 'b'],
        [3, 'c'],
      ],
      [
        [2, 'b'],
        [3, 'c'],
      ],
      [[3, 'c']],
    ]);
  });

  it('keeps only so many events of a stream, and says so where one is gone', async () => {
    const log = createMemoryLog({ maxEvents: 8 });
    for (let i = 1; i <= 10; i += 1) await log.append('s', delta(String(i)));
    await log.close('s');
    await expect(read(log, 0)).rejects.toThrow(EvictedError);
    expect((await read(log, 5)).map(([at]) => at)).toEqual([6, 7, 8, 9, 10]);
  });

  it('keeps only so many streams, and each for a while after its end', async () => {
    vi.useFakeTimers();
    const log = createMemoryLog({ maxStreams: 1, keepFor: 1_000 });
    await log.append('older', delta('a'));
    await log.append('s', delta('a'));
    await log.close('s');
    expect(await read(log, 0)).toHaveLength(1);
    vi.advanceTimersByTime(1_000);
    vi.useRealTimers();
    await expect(read(log, 0)).rejects.toThrow(EvictedError);
  });

  it('drops a stream that has ended before one that goes on, and lets go of whoever reads what is dropped', async () => {
    const log = createMemoryLog({ maxStreams: 2 });
    await log.append('s', delta('a'));
    await log.append('ended', delta('b'));
    await log.close('ended');
    await log.append('third', delta('c'));
    const reading = read(log, 0);
    await log.append('s', delta('d'));
    await log.append('fourth', delta('e'));
    expect(await reading).toEqual([
      [1, 'a'],
      [2, 'd'],
    ]);
  });

  it('lets go of a reader who has gone', async () => {
    const log = createMemoryLog();
    await log.append('s', delta('a'));
    const gone = new AbortController();
    const reading = read(log, 0, gone.signal);
    gone.abort();
    expect(await reading).toEqual([[1, 'a']]);
  });
});
