import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { wait } from '../../src/transports/backoff.ts';
import { SocketConnection, type SocketLike } from '../../src/transports/socket-connection.ts';
import { Watchdog } from '../../src/transports/watchdog.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

const never = new AbortController().signal;

describe('a wait', () => {
  it.each([
    ['the tab is shown again', () => document.dispatchEvent(new Event('visibilitychange'))],
    ['the page comes out of the cache', () => window.dispatchEvent(new Event('pageshow'))],
  ])('ends when %s', async (_, wake) => {
    const ended = vi.fn();
    void wait(60_000, never).then(ended);
    await vi.advanceTimersByTimeAsync(10);
    expect(ended).not.toHaveBeenCalled();
    wake();
    await vi.advanceTimersByTimeAsync(0);
    expect(ended).toHaveBeenCalled();
  });

  it('goes on when the tab is hidden', async () => {
    vi.spyOn(document, 'visibilityState', 'get').mockReturnValue('hidden');
    const ended = vi.fn();
    void wait(60_000, never).then(ended);
    document.dispatchEvent(new Event('visibilitychange'));
    await vi.advanceTimersByTimeAsync(10);
    expect(ended).not.toHaveBeenCalled();
  });

  it('does not begin before the browser is online again', async () => {
    const onLine = vi.spyOn(navigator, 'onLine', 'get').mockReturnValue(false);
    const ended = vi.fn();
    void wait(100, never).then(ended);
    await vi.advanceTimersByTimeAsync(10_000);
    document.dispatchEvent(new Event('visibilitychange'));
    await vi.advanceTimersByTimeAsync(10_000);
    expect(ended).not.toHaveBeenCalled();
    onLine.mockReturnValue(true);
    window.dispatchEvent(new Event('online'));
    await vi.advanceTimersByTimeAsync(99);
    expect(ended).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(1);
    expect(ended).toHaveBeenCalled();
  });
});

describe('a watchdog', () => {
  it('sleeps until it is armed, hears signs of life, and barks once', async () => {
    const silent = vi.fn();
    const watchdog = new Watchdog(1_000, silent);
    await vi.advanceTimersByTimeAsync(5_000);
    expect(silent).not.toHaveBeenCalled();
    watchdog.arm();
    for (let i = 0; i < 10; i += 1) {
      await vi.advanceTimersByTimeAsync(900);
      watchdog.heard();
    }
    expect(silent).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(5_000);
    expect(silent).toHaveBeenCalledTimes(1);
  });

  it('lets a page that was frozen read first what came meanwhile', async () => {
    const silent = vi.fn();
    const watchdog = new Watchdog(1_000, silent);
    watchdog.arm();
    // Time passed, and no timer ran.
    const frozen = performance.now() + 60_000;
    const now = vi.spyOn(performance, 'now').mockReturnValue(frozen);
    document.dispatchEvent(new Event('visibilitychange'));
    await vi.advanceTimersByTimeAsync(1_900);
    expect(silent).not.toHaveBeenCalled();
    watchdog.heard();
    now.mockReturnValue(frozen + 2_000);
    await vi.advanceTimersByTimeAsync(100);
    expect(silent).toHaveBeenCalledTimes(1);
  });

  it('is quiet once it is stopped', async () => {
    const silent = vi.fn();
    const watchdog = new Watchdog(1_000, silent);
    watchdog.arm();
    watchdog.stop();
    await vi.advanceTimersByTimeAsync(5_000);
    expect(silent).not.toHaveBeenCalled();
  });
});

describe('a socket', () => {
  function connection() {
    const sockets: (SocketLike & { closed: boolean })[] = [];
    const onDrop = vi.fn();
    const made = new SocketConnection({
      connect: async () => {
        const socket = {
          readyState: 1,
          bufferedAmount: 0,
          send: vi.fn(),
          closed: false,
          close() {
            this.closed = true;
          },
          onmessage: null,
          onclose: null,
        };
        sockets.push(socket);
        return socket;
      },
      idleTimeout: 1_000,
      maxBufferedAmount: 10,
      onOpen: () => {},
      onMessage: () => {},
      onDrop,
    });
    return { connection: made, sockets, onDrop };
  }

  it('is closed when the user leaves the page, so that the browser can keep the page', async () => {
    const { connection: made, sockets, onDrop } = connection();
    await made.open();
    window.dispatchEvent(new Event('pagehide'));
    expect(sockets[0]?.closed).toBe(true);
    expect(onDrop).toHaveBeenCalledTimes(1);
    expect(made.state).toBe('disconnected');
    await made.open();
    expect(sockets).toHaveLength(2);
    expect(made.state).toBe('connected');
  });

  it('that gave signs of life and is silent is given up', async () => {
    const { connection: made, sockets, onDrop } = connection();
    await made.open();
    await vi.advanceTimersByTimeAsync(10_000);
    expect(onDrop).not.toHaveBeenCalled();
    made.watch();
    await vi.advanceTimersByTimeAsync(1_100);
    expect(sockets[0]?.closed).toBe(true);
    expect(onDrop).toHaveBeenCalledTimes(1);
  });

  it('refuses a request where too much waits to be sent', async () => {
    const { connection: made, sockets } = connection();
    await made.open();
    Object.assign(sockets[0] ?? {}, { bufferedAmount: 11 });
    expect(() => made.ask({ type: 'trigger' })).toThrow(
      expect.objectContaining({ code: 'socket-congested' }),
    );
    expect(made.say({ type: 'stop' })).toBe(true);
  });
});
