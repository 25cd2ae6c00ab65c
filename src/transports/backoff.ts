/** The first wait is up to this long, each further one up to twice as long. Milliseconds. */
const BASE = 500;
const CAP = 30_000;

/**
 * How long to wait before the try with this number, counted from 0: anything up to the full time, so that many
 * clients of a server that was down do not come back at once.
 */
export function backoff(attempt: number, base = BASE): number {
  return Math.random() * Math.min(CAP, base * 2 ** attempt);
}

/**
 * Resolves after that time; at once when the page comes back to the front, as timers of a hidden page are late;
 * and where the browser knows that it is offline, that long after it is back. Rejects with the signal's reason
 * when it aborts first.
 */
export function wait(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const forget = onWake(() => {
      if (!isOffline()) done(resolve);
    });
    const done = (settle: () => void): void => {
      clearTimeout(timer);
      forget();
      signal.removeEventListener('abort', stop);
      globalThis.removeEventListener?.('online', start);
      settle();
    };
    const stop = (): void => done(() => reject(signal.reason));
    const start = (): void => {
      timer = setTimeout(() => done(resolve), milliseconds);
    };
    if (signal.aborted) return stop();
    signal.addEventListener('abort', stop, { once: true });
    if (isOffline()) globalThis.addEventListener('online', start, { once: true });
    else start();
  });
}

function isOffline(): boolean {
  return globalThis.navigator?.onLine === false;
}

/** Calls back when the page is shown again: its tab, or the page itself out of the browser's cache. */
export function onWake(callback: () => void): () => void {
  const { document } = globalThis;
  const shown = (): void => {
    if (document.visibilityState === 'visible') callback();
  };
  document?.addEventListener('visibilitychange', shown);
  globalThis.addEventListener?.('pageshow', callback);
  return () => {
    document?.removeEventListener('visibilitychange', shown);
    globalThis.removeEventListener?.('pageshow', callback);
  };
}
