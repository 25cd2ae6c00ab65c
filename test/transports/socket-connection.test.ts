import { expect, it, vi } from 'vitest';
import { openWebSocket } from '../../src/transports/socket-connection.ts';

it.each([
  ['ws://example.com/', undefined, 'insecure-socket'],
  ['/chat', 'http://192.0.2.7/app', undefined],
  ['/chat', 'https://example.com/app', undefined],
  ['ws://example.com/chat', 'https://example.com/app', 'insecure-socket'],
  ['ws://127.0.0.1:9/chat', 'https://example.com/app', undefined],
  ['wss://example.com/chat', undefined, undefined],
])('a socket to %s from %s is encrypted or stays near: %s', async (url, page, code) => {
  const opened = vi.fn();
  vi.stubGlobal('location', page && { href: page });
  vi.stubGlobal(
    'WebSocket',
    class {
      onopen = (): void => {};
      constructor(address: URL) {
        opened(address.href);
        queueMicrotask(() => this.onopen());
      }
    },
  );
  const opening = openWebSocket(url)();
  if (code) await expect(opening).rejects.toMatchObject({ code });
  else await opening;
  expect(opened).toHaveBeenCalledTimes(code ? 0 : 1);
  if (!code) expect(opened.mock.calls[0]?.[0]).toMatch(/^wss?:/);
  vi.unstubAllGlobals();
});
