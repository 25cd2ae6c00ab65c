import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

type Fields = Record<string, unknown>;

export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage['headers'];
  readonly body: Fields;
}

/**
 * Sessions as the documents of Managed Agents tell of them: a stream says what comes after it was opened and has no
 * ids to resume from, the history is read in pages, and what the user says is said back when it is queued and when it
 * is taken up.
 */
export async function serveSessions(script: (session: FakeSession, said: Fields) => void) {
  const asked: Asked[] = [];
  const sessions = new Map<string, FakeSession>();
  const refusals: ((asked: Asked, response: ServerResponse) => boolean)[] = [];
  const open = (id: string): FakeSession => {
    const session = sessions.get(id) ?? new FakeSession(id);
    sessions.set(id, session);
    return session;
  };
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    let text = '';
    for await (const piece of request) text += piece;
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://localhost');
    const [, , , id = '', , kind] = pathname.split('/');
    const one: Asked = {
      method: request.method ?? '',
      path: pathname,
      query: searchParams,
      headers: request.headers,
      body: text ? JSON.parse(text) : {},
    };
    asked.push(one);
    if (refusals.some((refuse) => refuse(one, response))) return;
    const json = (value: unknown, status = 200): void => {
      response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(value));
    };
    if (pathname === '/v1/sessions')
      return json({ id: open(`sesn_${sessions.size + 1}`).id, type: 'session' });
    const session = sessions.get(id);
    if (!session) return json({ error: { type: 'not_found_error', message: 'No such session' } }, 404);
    if (kind === 'stream') return session.listen(response);
    if (one.method === 'GET') return json(session.page(searchParams));
    const sent = (one.body['events'] as Fields[]).map((event) => session.queue(event));
    json({ data: sent });
    for (const event of sent) {
      if (!session.isBusy) session.take(event);
      script(session, event);
    }
  };
  const server = createServer((request, response) => void answer(request, response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    asked,
    refusals,
    open,
    /** What was said to sessions, without requests. */
    said: (): Fields[] => asked.flatMap(({ body }) => (body['events'] as Fields[]) ?? []),
    close: (): void => {
      server.close();
      server.closeAllConnections();
    },
  };
}

export class FakeSession {
  /** How many events one page of the history has. */
  pageSize = 3;
  /** Whether what the user says waits until the test takes it up. */
  isBusy = false;
  /** Whether events reach nobody who listens. */
  deaf = false;
  readonly id: string;
  readonly events: Fields[] = [];
  readonly #listeners = new Set<ServerResponse>();
  #count = 0;

  constructor(id: string) {
    this.id = id;
  }

  get listeners(): number {
    return this.#listeners.size;
  }

  listen(response: ServerResponse): void {
    response.writeHead(200, { 'Content-Type': 'text/event-stream' });
    response.write('event: ping\ndata: {"type": "ping"}\n\n');
    this.#listeners.add(response);
    response.on('close', () => this.#listeners.delete(response));
  }

  page(query: URLSearchParams): Fields {
    const from = Number(query.get('page') ?? 0);
    const next = from + this.pageSize;
    const data = this.events.slice(from, next);
    return { data, next_page: next < this.events.length ? `${next}` : null };
  }

  /** An event of the user, which is not taken up yet. */
  queue(event: Fields): Fields {
    const queued = { ...event, id: `sevt_${this.id}_${++this.#count}`, processed_at: null };
    this.events.push(queued);
    this.send(queued);
    return queued;
  }

  take(queued: Fields): void {
    const taken = { ...queued, processed_at: '2026-11-21T00:00:00Z' };
    this.events[this.events.indexOf(queued)] = taken;
    this.send(taken);
  }

  /** The session does something; returns the id of it. */
  emit(type: string, fields: Fields = {}): string {
    const event: Fields = {
      id: `sevt_${this.id}_${++this.#count}`,
      processed_at: '2026-11-21T00:00:00Z',
      type,
      ...fields,
    };
    this.events.push(event);
    this.send(event);
    return String(event['id']);
  }

  /** Says something to those who listen; the history does not have it. */
  send(event: Fields): void {
    if (this.deaf) return;
    for (const listener of this.#listeners) {
      listener.write(`event: ${event['type']}\ndata: ${JSON.stringify(event)}\n\n`);
    }
  }

  say(text: string): string {
    return this.emit('agent.message', { content: [{ type: 'text', text }] });
  }

  idle(type = 'end_turn', more: Fields = {}): void {
    this.emit('session.status_idle', { stop_reason: { type, ...more }, stop_details: null });
  }

  /** Cuts off all who listen. */
  cut(): void {
    for (const listener of this.#listeners) listener.destroy();
    this.#listeners.clear();
  }
}
