import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { createPacer } from './pacer.ts';
import type { Plan } from './plan.ts';
import type { FaultProxy, FaultProxyOptions } from './proxy.ts';

/** Passes HTTP requests on, and does to each answer what is planned for it. */
export async function createHttpFaultProxy({ port, plan, onFault }: FaultProxyOptions): Promise<FaultProxy> {
  const server = createServer(async (incoming, outgoing) => {
    const body = await text(incoming).catch(() => undefined);
    if (body === undefined) return;
    const planned = plan(incoming.method ?? '');
    await new Answer(incoming, outgoing, planned, (fault) => onFault?.(fault)).give(port, body);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

class Answer {
  readonly #incoming: IncomingMessage;
  readonly #outgoing: ServerResponse;
  readonly #plan: Plan;
  readonly #happened: (fault: string) => void;
  readonly #write: (block: string) => Promise<void>;

  constructor(
    incoming: IncomingMessage,
    outgoing: ServerResponse,
    plan: Plan,
    happened: (fault: string) => void,
  ) {
    this.#incoming = incoming;
    this.#outgoing = outgoing;
    this.#plan = plan;
    this.#happened = happened;
    const write = createPacer(outgoing, plan);
    this.#write = (block) => write(Buffer.from(block));
  }

  async give(port: number, body: string): Promise<void> {
    const { fault } = this.#plan;
    if ('isForwarded' in fault && !fault.isForwarded) return this.#refuse();
    if (fault.kind === 'page') return this.#showPage();
    const { method, url, headers } = this.#incoming;
    const asking = request({ port, host: '127.0.0.1', method, path: url, headers, agent: false });
    this.#outgoing.once('close', () => asking.destroy());
    asking.end(body);
    try {
      const [answer] = (await once(asking, 'response')) as [IncomingMessage];
      if ('isForwarded' in fault) {
        await once(answer, 'data');
        return this.#refuse();
      }
      this.#outgoing.writeHead(answer.statusCode ?? 500, { ...answer.headers, connection: 'close' });
      this.#outgoing.flushHeaders();
      if (answer.headers['content-type']?.startsWith('text/event-stream')) await this.#stream(answer);
      else this.#outgoing.end(await text(answer));
    } catch {
      this.#outgoing.destroy();
    } finally {
      asking.destroy();
    }
  }

  #refuse(): void {
    const { fault } = this.#plan;
    const arrived = 'isForwarded' in fault && fault.isForwarded ? ', though it arrived' : '';
    if (fault.kind !== 'status') {
      this.#happened(`no answer${arrived}`);
      this.#incoming.socket.resetAndDestroy();
      return;
    }
    this.#happened(`status ${fault.status}${arrived}`);
    const retryAfter = fault.status === 503 ? { 'Retry-After': '0' } : {};
    this.#outgoing.writeHead(fault.status, { ...retryAfter, Connection: 'close' }).end('{}');
  }

  #showPage(): void {
    this.#happened('page');
    const page =
      '<!doctype html><title>Sign in</title><p>data: {"type":"text-delta","id":"1","delta":"no"}\n\n';
    this.#outgoing.writeHead(200, { 'Content-Type': 'text/html', Connection: 'close' }).end(page);
  }

  /** An event stream, block by block. */
  async #stream(answer: IncomingMessage): Promise<void> {
    const { fault, repeat, comments } = this.#plan;
    const outgoing = this.#outgoing;
    const latest: string[] = [];
    let events = 0;
    let repeats = 0;
    for await (const block of blocksOf(answer)) {
      if (outgoing.destroyed) return;
      if (!block.startsWith('id:')) {
        await this.#write(block);
        continue;
      }
      if ('after' in fault && events >= fault.after) return this.#break(block);
      events += 1;
      await this.#write(block);
      if (comments > 0 && events % comments === 0) await this.#write(': made by the proxy\n\n');
      if (!repeat) continue;
      latest.push(block);
      if (latest.length > repeat.count) latest.shift();
      if (events % repeat.every !== 0) continue;
      repeats += 1;
      if (repeats === 1) this.#happened(`repeat of ${latest.length}`);
      await this.#write(latest.join(''));
    }
    outgoing.end();
  }

  /** Ends the stream before `next`. */
  async #break(next: string): Promise<void> {
    const { fault } = this.#plan;
    const outgoing = this.#outgoing;
    switch (fault.kind) {
      case 'clean-end':
        this.#happened(fault.inside > 0 ? 'clean end inside an event' : 'clean end');
        if (fault.inside > 0) await this.#write(next.slice(0, Math.min(fault.inside, next.length - 3)));
        break;
      case 'done':
        this.#happened('[DONE] without an end');
        await this.#write('data: [DONE]\n\n');
        break;
      case 'short-chunk':
        this.#happened(fault.kind);
        outgoing.socket?.end(`ffff\r\n${next.slice(0, 40)}`);
        return;
      default:
    }
    outgoing.end();
  }
}

async function* blocksOf(answer: IncomingMessage): AsyncGenerator<string, void> {
  let held = '';
  for await (const chunk of answer.setEncoding('utf8') as AsyncIterable<string>) {
    held += chunk;
    const blocks = held.split('\n\n');
    held = blocks.pop() ?? '';
    for (const block of blocks) yield `${block}\n\n`;
  }
}
