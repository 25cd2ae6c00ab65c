import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';

type Json = Readonly<Record<string, unknown>>;

export interface GatewayRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: Json;
}

export interface GatewayOptions {
  /** What a run is started with is answered by this; a run that is going on unless told. */
  readonly start?: Json;
  /** What the run says. Ends the stream when it is done. */
  readonly run?: (run: RunContext) => Promise<void> | void;
  /** The state of a run, by how often it was looked at. */
  readonly status?: (looks: number) => Json | undefined;
  /** Sees each request first; true where it was answered. */
  readonly before?: (request: GatewayRequest, response: ServerResponse) => boolean | undefined;
}

export interface RunContext {
  emit(event: string, data?: Json): void;
  /** The next answer to a request for permission. */
  approval(): Promise<Json>;
  readonly stopped: Promise<void>;
}

const json = (response: ServerResponse, status: number, body: unknown): void => {
  response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(body));
};

/** A gateway with runs over HTTP, as far as it is known. */
export async function serveGateway(options: GatewayOptions) {
  const requests: GatewayRequest[] = [];
  const approvals: Json[] = [];
  const waiting: ((answer: Json) => void)[] = [];
  let looks = 0;
  let stop = (): void => {};
  const stopped = new Promise<void>((resolve) => {
    stop = resolve;
  });

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    let text = '';
    for await (const chunk of request.setEncoding('utf8')) text += chunk;
    const { method = '', url: path = '', headers } = request;
    const seen = { method, path, headers, body: text ? JSON.parse(text) : {} };
    requests.push(seen);
    if (options.before?.(seen, response)) return;
    switch (`${method} ${path}`) {
      case 'POST /v1/runs':
        return json(response, 200, options.start ?? { run_id: 'r1', status: 'started' });
      case 'GET /v1/runs/r1': {
        looks += 1;
        const status = options.status?.(looks);
        return json(response, status ? 200 : 404, status ?? { error: { message: 'No such run.' } });
      }
      case 'POST /v1/runs/r1/stop':
        stop();
        return json(response, 200, { status: 'stopping' });
      case 'POST /v1/runs/r1/approval': {
        approvals.push(seen.body);
        const next = waiting.shift();
        next?.(seen.body);
        return json(
          response,
          next ? 200 : 409,
          next ? { ok: true } : { error: { message: 'Nothing is pending.' } },
        );
      }
      case 'GET /v1/runs/r1/events': {
        response.writeHead(200, { 'Content-Type': 'text/event-stream' });
        response.flushHeaders();
        await options.run?.({
          stopped,
          emit: (event, data = {}) => {
            const timestamp = '2026-11-21T10:00:00Z';
            response.write(`data: ${JSON.stringify({ event, run_id: 'r1', timestamp, ...data })}\n\n`);
          },
          approval: () =>
            new Promise((resolve) => {
              waiting.push(resolve);
            }),
        });
        return void response.end();
      }
      default:
        return json(response, 404, { error: { message: 'Not found.' } });
    }
  };

  const server = createServer((request, response) => void answer(request, response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    approvals,
    paths: () => requests.map(({ method, path }) => `${method} ${path}`),
    close: (): void => {
      server.closeAllConnections();
      server.close();
    },
  };
}

export interface SocketGatewayOptions {
  /** Pushed when a client comes. */
  readonly nonce?: string;
  /** The answer to `connect`: an error, or undefined to let the client in; null for none. */
  readonly refuse?: (params: Json) => Json | null | undefined;
  readonly answer: (request: { method: string; params: Json }, client: SocketClient) => unknown;
}

export interface SocketClient {
  push(event: string, payload: Json): void;
  drop(): void;
}

/** What is thrown where a request is refused. */
export class Refusal {
  readonly error: Json;
  constructor(error: Json) {
    this.error = error;
  }
}

/** A gateway over a socket: challenge, hello, requests and what is pushed. A promise that never settles is no answer. */
export async function serveSocketGateway(options: SocketGatewayOptions) {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
  await once(server, 'listening');
  const requests: { id: string; method: string; params: Json }[] = [];
  let inFlight = 0;
  let most = 0;
  const clients = new Set<WebSocket>();
  server.on('connection', (socket) => {
    clients.add(socket);
    const say = (message: Json): void => socket.send(JSON.stringify(message));
    const client: SocketClient = {
      push: (event, payload) => say({ type: 'event', event, payload }),
      drop: () => socket.terminate(),
    };
    if (options.nonce !== undefined) client.push('connect.challenge', { nonce: options.nonce });
    socket.on('message', async (data) => {
      const { id, method, params } = JSON.parse(String(data));
      requests.push({ id, method, params });
      if (method === 'connect') {
        const error = options.refuse?.(params);
        if (error === null) return;
        if (error) return say({ type: 'res', id, ok: false, error });
        const payload = { type: 'hello-ok', protocol: 4, auth: { scopes: params.scopes, role: 'operator' } };
        say({ type: 'res', id, ok: true, payload });
        // In the same breath.
        return client.push('presence', { online: true });
      }
      inFlight += 1;
      most = Math.max(most, inFlight);
      try {
        say({ type: 'res', id, ok: true, payload: await options.answer({ method, params }, client) });
      } catch (refusal) {
        say({ type: 'res', id, ok: false, error: (refusal as Refusal).error });
      }
      inFlight -= 1;
    });
  });
  return {
    url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    clients,
    most: () => most,
    close: (): void => {
      for (const socket of server.clients) socket.terminate();
      server.close();
    },
  };
}
