import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { createFrameSplitter } from './frames.ts';
import { createPacer } from './pacer.ts';
import type { Plan } from './plan.ts';

export interface FaultProxyOptions {
  /** Of the server behind it, on this machine. */
  readonly port: number;
  /** What happens to the next connection, by the method of its first request. */
  readonly plan: (method: string) => Plan;
  /** Told what happened, once it has. */
  readonly onFault?: ((fault: string) => void) | undefined;
}

/** An address that leads to a server through faults. */
export interface FaultProxy {
  readonly port: number;
  close(): void;
}

/** Where the bytes of a connection stand after a piece of them. */
type Progress = 'goes-on' | 'cut' | 'silent';

/**
 * Passes bytes on, and does to each connection what is planned for it: one request each, or one socket, which a
 * GET opens that asks for an upgrade.
 */
export async function createFaultProxy(options: FaultProxyOptions): Promise<FaultProxy> {
  const sockets = new Set<Socket>();
  const keep = (socket: Socket): Socket => {
    sockets.add(socket);
    socket.setNoDelay(true);
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
    return socket;
  };
  const server = createServer((client) => {
    keep(client);
    client.once('data', (first: Buffer) => {
      client.pause();
      new Link(options, client, first).begin(() => keep(connect(options.port, '127.0.0.1')));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    close() {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

/** One connection through the proxy. */
class Link {
  readonly #client: Socket;
  readonly #first: Buffer;
  readonly #plan: Plan;
  readonly #happened: (fault: string) => void;
  readonly #isSocket: boolean;
  readonly #write: (bytes: Uint8Array) => Promise<void>;
  #bytes = 0;
  #frames = 0;
  #repeats = 0;
  readonly #latest: Buffer[] = [];

  constructor({ plan, onFault }: FaultProxyOptions, client: Socket, first: Buffer) {
    const head = first.toString('latin1', 0, 400);
    this.#client = client;
    this.#first = first;
    this.#isSocket = /^upgrade: websocket/im.test(head);
    this.#plan = plan(head.slice(0, head.indexOf(' ')));
    this.#write = createPacer(client, this.#plan);
    this.#happened = (fault) => onFault?.(fault);
  }

  begin(connectToServer: () => Socket): void {
    const { fault } = this.#plan;
    const isLost = 'isForwarded' in fault && !fault.isForwarded;
    if (isLost) return this.#refuse();
    const server = connectToServer();
    server.write(this.#first);
    this.#client.pipe(server);
    void this.#carry(server);
  }

  /** Ends it in place of the server. */
  #refuse(): void {
    const { fault } = this.#plan;
    const arrived = 'isForwarded' in fault && fault.isForwarded ? ', though it arrived' : '';
    if (fault.kind === 'status') {
      this.#happened(`status ${fault.status}${arrived}`);
      this.#client.end(refusal(fault.status));
      // What is still sent is read, so that the answer is not lost in a reset.
      this.#client.resume();
    } else {
      this.#happened(`no answer${arrived}`);
      this.#client.resetAndDestroy();
    }
  }

  async #carry(server: Socket): Promise<void> {
    const client = this.#client;
    const split = this.#isSocket ? createFrameSplitter() : null;
    let progress: Progress = 'goes-on';
    const leave = (): void => void server.destroy();
    client.on('close', leave);
    try {
      const chunks: AsyncIterable<Buffer> = server.iterator({ destroyOnReturn: false });
      for await (const chunk of chunks) {
        if ('isForwarded' in this.#plan.fault) {
          this.#refuse();
          break;
        }
        const pieces = split ? split(chunk) : [{ bytes: chunk, isFrame: false }];
        for (const { bytes, isFrame } of pieces) {
          if (progress === 'goes-on')
            progress = await (isFrame ? this.#bringFrame(bytes) : this.#bring(bytes));
        }
        if (progress !== 'goes-on') break;
      }
    } catch {
      // The server broke off: so does this.
    }
    if (progress === 'silent') {
      // Neither side hears that the other is gone.
      client.off('close', leave);
      client.unpipe();
      client.resume();
      return;
    }
    await this.#end(progress === 'cut');
    server.destroy();
  }

  async #end(isCut: boolean): Promise<void> {
    const { fault } = this.#plan;
    if (!isCut || fault.kind !== 'cut' || !fault.reset) return void this.#client.end();
    // A reset takes with it what is not read yet: some of it may have come.
    await sleep(2);
    this.#client.resetAndDestroy();
  }

  /** Brings back a piece, as far as the plan lets it. */
  async #bring(piece: Buffer): Promise<Progress> {
    const { fault } = this.#plan;
    const hasLimit = fault.kind === 'cut' || fault.kind === 'half-open';
    const left = hasLimit ? fault.after - this.#bytes : Number.POSITIVE_INFINITY;
    this.#bytes += piece.length;
    await this.#write(piece.subarray(0, Math.max(0, left)));
    if (this.#client.destroyed) return 'cut';
    if (!hasLimit || piece.length < left) return 'goes-on';
    this.#happened(fault.kind === 'cut' ? `cut with ${fault.reset ? 'RST' : 'FIN'}` : fault.kind);
    return fault.kind === 'cut' ? 'cut' : 'silent';
  }

  async #bringFrame(frame: Buffer): Promise<Progress> {
    const { fault, repeat } = this.#plan;
    if (fault.kind === 'drop' && this.#frames >= fault.after) {
      this.#happened(fault.inside > 0 ? 'drop inside a frame' : 'drop after a frame');
      await this.#write(frame.subarray(0, Math.min(fault.inside, frame.length - 1)));
      return 'cut';
    }
    this.#frames += 1;
    const progress = await this.#bring(frame);
    if (!repeat || progress !== 'goes-on' || !frame.includes('"eventId"')) return progress;
    this.#latest.push(frame);
    if (this.#latest.length > repeat.count) this.#latest.shift();
    if (this.#frames % repeat.every !== 0) return progress;
    this.#repeats += 1;
    if (this.#repeats === 1) this.#happened(`repeat of ${this.#latest.length}`);
    return this.#bring(Buffer.concat(this.#latest));
  }
}

function refusal(status: number): string {
  const body = '{"error":"Made by the proxy."}';
  return [
    `HTTP/1.1 ${status} Fault`,
    'Content-Type: application/json',
    `Content-Length: ${body.length}`,
    ...(status === 503 ? ['Retry-After: 0'] : []),
    'Connection: close',
    '',
    body,
  ].join('\r\n');
}
