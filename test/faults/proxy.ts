import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { setImmediate as turn, setTimeout as sleep } from 'node:timers/promises';
import { createFrameSplitter } from './frames.ts';
import type { Plan } from './plan.ts';

export interface FaultProxyOptions {
  /** Of the server behind it, on this machine. */
  readonly port: number;
  /** What happens to the next connection, by the method of its first request. */
  readonly plan: (method: string) => Plan;
  /** Told what happened, when it has. */
  readonly onFault?: ((fault: string) => void) | undefined;
}

/** An address that leads to a server through faults. */
export interface FaultProxy {
  readonly port: number;
  close(): void;
}

/**
 * Passes bytes on, and does to each connection what is planned for it. Frames are those of a socket, which a GET
 * that asks for an upgrade opens.
 */
export async function createFaultProxy({ port, plan, onFault }: FaultProxyOptions): Promise<FaultProxy> {
  const sockets = new Set<Socket>();
  const keep = (socket: Socket): Socket => {
    sockets.add(socket);
    socket.setNoDelay(true);
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
    return socket;
  };
  const server = createServer(async (client) => {
    keep(client);
    const [first] = (await once(client, 'data').catch(() => [])) as [Buffer?];
    if (!first || client.destroyed) return;
    const head = first.toString('latin1', 0, 400);
    const link: Link = {
      client,
      isSocket: /^upgrade: websocket/im.test(head),
      plan: plan(head.slice(0, head.indexOf(' '))),
      happened: (fault) => onFault?.(fault),
    };
    if (answersItself(link)) return;
    const origin = keep(connect(port, '127.0.0.1'));
    origin.write(first);
    client.pipe(origin);
    let isBroken = false;
    client.on('close', () => {
      // The other end of a half-open connection does not hear that it is gone.
      if (!isBroken) origin.destroy();
    });
    isBroken = await carry(link, origin);
    if (!isBroken) origin.destroy();
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

interface Link {
  readonly client: Socket;
  readonly isSocket: boolean;
  readonly plan: Plan;
  readonly happened: (fault: string) => void;
}

/** Whether nothing of this request reaches the server. */
function answersItself({ client, plan: { fault }, happened }: Link): boolean {
  if (fault.kind === 'no-answer' && !fault.isForwarded) {
    happened(fault.kind);
    client.resetAndDestroy();
    return true;
  }
  if (fault.kind !== 'status' || fault.isForwarded) return false;
  happened(`status ${fault.status}`);
  client.end(refusal(fault.status));
  // What is sent meanwhile is read, so that the answer is not lost in a reset.
  client.resume();
  return true;
}

function refusal(status: number): string {
  const body = `{"error":"Made by the proxy."}`;
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

/** Brings back what the server says, until the planned end. True where the connection is half-open from now on. */
async function carry(link: Link, origin: Socket): Promise<boolean> {
  const { client, plan, happened } = link;
  const { fault } = plan;
  const split = link.isSocket ? createFrameSplitter() : null;
  const latest: Buffer[] = [];
  let bytes = 0;
  let frames = 0;
  let repeats = 0;

  /** False once nothing more may be brought. */
  const bring = async (piece: Buffer): Promise<boolean> => {
    const limit = fault.kind === 'cut' || fault.kind === 'half-open' ? fault.after : Number.POSITIVE_INFINITY;
    const part = piece.subarray(0, Math.max(0, limit - bytes));
    bytes += piece.length;
    await write(client, part, plan);
    if (bytes < limit || client.destroyed) return !client.destroyed;
    happened(fault.kind === 'cut' ? `cut with ${fault.reset ? 'RST' : 'FIN'}` : fault.kind);
    return false;
  };
  const bringFrame = async (frame: Buffer): Promise<boolean> => {
    if (fault.kind === 'drop' && frames >= fault.after) {
      happened(fault.inside > 0 ? 'drop inside a frame' : 'drop after a frame');
      await write(client, frame.subarray(0, Math.min(fault.inside, frame.length - 1)), plan);
      return false;
    }
    frames += 1;
    if (!(await bring(frame))) return false;
    const { repeat } = plan;
    if (!repeat || !frame.includes('"eventId"')) return true;
    latest.push(frame);
    if (latest.length > repeat.count) latest.shift();
    if (frames % repeat.every !== 0) return true;
    repeats += 1;
    if (repeats === 1) happened(`repeat ${latest.length}`);
    for (const old of latest) if (!(await bring(old))) return false;
    return true;
  };

  try {
    for await (const chunk of origin as AsyncIterable<Buffer>) {
      if (fault.kind === 'no-answer') {
        happened('no-answer, though it arrived');
        client.resetAndDestroy();
        return false;
      }
      if (fault.kind === 'status') {
        happened(`status ${fault.status}, though it arrived`);
        client.end(refusal(fault.status));
        return false;
      }
      for (const piece of split ? split(chunk) : [chunk]) {
        if (await (piece.isFrame ? bringFrame(piece) : bring(piece))) continue;
        if (fault.kind === 'half-open' && !client.destroyed) {
          client.unpipe();
          client.resume();
          return true;
        }
        await end(client, fault.kind === 'cut' && fault.reset);
        return false;
      }
    }
    client.end();
  } catch {
    client.destroy();
  }
  return false;
}
