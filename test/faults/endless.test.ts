import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { AgentChat, createHttpTransport, createSocketTransport, type Transport } from 'agent-chat-kit';
import { describe, expect, it, onTestFinished } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import type { Way } from './serve.ts';

setFlagsFromString('--expose-gc');
const collectGarbage: () => void = runInNewContext('gc');

const MEGABYTE = 1_048_576;
const GIGABYTE = 1_024 * MEGABYTE;

const START = JSON.stringify({ type: 'start' });
const DELTA = JSON.stringify({ type: 'text-delta', id: 't', delta: 'x'.repeat(16_000) });
const PART = JSON.stringify({ type: 'source', sourceType: 'url', id: 's', url: 'https://example.org/' });

/** A server that says the same event over and over, up to a gigabyte of it, as fast as it is read. */
async function babble(
  way: Way,
  event: string,
): Promise<{ transport: Transport; sent: () => number; gone: Promise<void> }> {
  let sent = 0;
  let left = (): void => {};
  const gone = new Promise<void>((resolve) => {
    left = resolve;
  });
  const server = createServer(async (request, response) => {
    request.resume();
    response.on('close', left).on('error', () => {});
    response.writeHead(200, { 'Content-Type': 'text/event-stream' });
    response.write(`data: ${START}\n\n`);
    const block = Buffer.from(`data: ${event}\n\n`.repeat(Math.ceil(65_536 / event.length)));
    while (sent < GIGABYTE && !response.destroyed) {
      sent += block.length;
      if (!response.write(block)) await Promise.race([once(response, 'drain'), gone]);
    }
    response.end();
  });
  const sockets = new WebSocketServer({ server });
  sockets.on('connection', (socket) => {
    socket.on('error', () => {});
    socket.once('message', async () => {
      socket.on('message', (data) => {
        if (String(data).includes('"stop"')) left();
      });
      socket.send(START);
      let isOver = false;
      void gone.then(() => {
        isOver = true;
      });
      while (sent < GIGABYTE && !isOver) {
        sent += event.length;
        const isFull = socket.bufferedAmount > MEGABYTE;
        await new Promise<void>((resolve) => {
          socket.send(event, () => (isFull ? setImmediate(resolve) : resolve()));
        });
      }
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    for (const socket of sockets.clients) socket.terminate();
    server.close();
    server.closeAllConnections();
  });
  const { port } = server.address() as AddressInfo;
  const connect = () =>
    new Promise<WebSocket>((resolve, reject) => {
      const socket = new WebSocket(`ws://127.0.0.1:${port}`);
      socket.on('open', () => resolve(socket)).on('error', reject);
    });
  const transport =
    way === 'http'
      ? createHttpTransport({ url: `http://127.0.0.1:${port}` })
      : createSocketTransport({ connect });
  return { transport, sent: () => sent, gone };
}

function heapUsed(): number {
  collectGarbage();
  collectGarbage();
  return process.memoryUsage().heapUsed;
}

describe.each<Way>(['http', 'socket'])('an answer without an end, over %s', (way) => {
  it('of a gigabyte of text is over at the limit, and nowhere near that much is held', async () => {
    const { transport, sent, gone } = await babble(way, DELTA);
    const chat = new AgentChat({ transport });
    const before = heapUsed();
    await chat.sendMessage('Go');
    const growth = heapUsed() - before;
    expect(chat.error).toMatchObject({ code: 'limit-message-length', retryable: false });
    expect(chat.status).toBe('error');
    console.info(
      `${way}: ${Math.round(sent() / MEGABYTE)} MB came, ${(growth / MEGABYTE).toFixed(1)} MB are held`,
    );
    expect(growth).toBeLessThan(50 * MEGABYTE);
    // Whoever talks hears that nobody listens.
    await gone;
    expect(sent()).toBeLessThan(100 * MEGABYTE);
    expect(chat.messages).toHaveLength(2);
  });

  it('of parts is over at the limit', async () => {
    const { transport, sent, gone } = await babble(way, PART);
    const chat = new AgentChat({ transport, limits: { parts: 2_000 } });
    await chat.sendMessage('Go');
    expect(chat.error).toMatchObject({ code: 'limit-parts', retryable: false });
    await gone;
    expect(sent()).toBeLessThan(100 * MEGABYTE);
    expect(chat.messages.at(-1)?.parts.length).toBeLessThanOrEqual(2_000 + 256);
  });
});
