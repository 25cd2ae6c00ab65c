import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

type Json = Readonly<Record<string, unknown>>;

/** What an agent does for one message of the user. */
export type Turn = (agent: TurnContext) => Promise<void> | void;

export interface TurnContext {
  readonly content: unknown;
  readonly session: Session;
  emit(event: string, data: Json): void;
  /** A whole message with these blocks, and an event for each call in it. */
  say(...blocks: readonly (string | Json)[]): void;
  /** Asks for a permission; resolves with what was answered. */
  permission(id: string, name: string, input: Json, context?: Json): Promise<Json>;
  /** Asks the user; resolves with the answers. */
  question(id: string, questions: readonly Json[]): Promise<unknown>;
  /** Resolves when the turn is interrupted. */
  readonly interrupted: Promise<void>;
}

export interface ServerOptions {
  readonly turn: Turn;
  /** How long the stream may be silent before it is closed. Milliseconds. */
  readonly keepalive?: number;
  /** How many events are kept. */
  readonly ring?: number;
  /** How many messages may wait. */
  readonly queue?: number;
  readonly token?: string;
  /** Sees each request first; true where it was answered. */
  readonly before?: (request: Request_, response: ServerResponse) => boolean | undefined;
}

interface Request_ {
  readonly method: string;
  readonly path: string;
  readonly lastEventId: string | undefined;
  readonly headers: IncomingMessage['headers'];
  readonly body: Json;
}

interface Logged {
  readonly id: number;
  readonly event: string;
  readonly data: Json;
}

/** JSON as Python writes it: spaces after `:` and `,`, everything but ASCII escaped. */
function toPython(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(toPython).join(', ')}]`;
  if (typeof value === 'object' && value !== null) {
    const members = Object.entries(value).map(
      ([key, inner]) => `${toPython(key)}: ${toPython(inner ?? null)}`,
    );
    return `{${members.join(', ')}}`;
  }
  return JSON.stringify(value).replace(
    /[^\x20-\x7e]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** One session: its log of events, its queue of messages, and the answers it waits for. */
export class Session {
  readonly log: Logged[] = [];
  readonly said: Json[] = [];
  closed = false;
  #next = 1;
  #messages = 0;
  #waiting = new Map<string, (answer: Json) => void>();
  #queue: unknown[] = [];
  #busy = false;
  #interrupt: () => void = () => {};
  #subscribers = new Set<() => void>();
  readonly id: string;
  readonly #options: ServerOptions;

  constructor(id: string, options: ServerOptions) {
    this.id = id;
    this.#options = options;
    this.emit('session_ready', { session_id: id, protocol_version: '1.0' });
  }

  readonly emit = (event: string, data: Json): void => {
    if (this.closed) return;
    this.log.push({ id: this.#next++, event, data });
    if (this.log.length > (this.#options.ring ?? 1_000)) this.log.shift();
    for (const wake of [...this.#subscribers]) wake();
  };

  /** As if so many events had come and gone before anybody read them. */
  overrun(count: number): void {
    this.log.splice(0);
    this.#next += count;
  }

  subscribe(wake: () => void): () => void {
    this.#subscribers.add(wake);
    return () => void this.#subscribers.delete(wake);
  }

  /** The status of the answer, and its body. */
  input(message: Json): [number, Json?, Record<string, string>?] {
    this.said.push(message);
    const need = (name: string): boolean => !(name in message);
    switch (message['type']) {
      case 'user_message':
        if (need('content')) return [400, { detail: 'Missing field: content' }];
        if (this.#queue.length >= (this.#options.queue ?? 128)) {
          const detail = 'Inbound queue full; refuse and retry later';
          return [503, { detail, code: 'backpressure' }, { 'Retry-After': '1' }];
        }
        this.#queue.push(message['content']);
        void this.#work();
        return [204];
      case 'interrupt':
        this.#interrupt();
        return [204];
      case 'permission_response':
      case 'question_response': {
        const id = String(message['correlation_id']);
        const answer = this.#waiting.get(id);
        if (!answer) return [409, { detail: 'No pending decision for that correlation_id' }];
        this.#waiting.delete(id);
        answer(message);
        return [204];
      }
      case 'set_permission_mode':
        return need('mode') ? [400, { detail: 'Missing field: mode' }] : [204];
      case 'set_model':
        return [204];
      case 'stop_task':
        return need('task_id') ? [400, { detail: 'Missing field: task_id' }] : [204];
      default:
        return [400, { detail: `Unknown message type: ${String(message['type'])}` }];
    }
  }

  close(): void {
    this.emit('done', {});
    this.closed = true;
    for (const wake of [...this.#subscribers]) wake();
  }

  async #work(): Promise<void> {
    if (this.#busy) return;
    this.#busy = true;
    while (this.#queue.length > 0) {
      const content = this.#queue.shift();
      let wasInterrupted = false;
      const interrupted = new Promise<void>((resolve) => {
        this.#interrupt = () => {
          wasInterrupted = true;
          resolve();
        };
      });
      const ask = (id: string): Promise<Json> =>
        new Promise((resolve) => {
          this.#waiting.set(id, resolve);
        });
      let subtype = 'success';
      try {
        const work = this.#options.turn({
          content,
          session: this,
          emit: this.emit,
          interrupted,
          say: (...blocks) => {
            const message_id = `m_${++this.#messages}`;
            const list = blocks.map((block) =>
              typeof block === 'string' ? { type: 'text', text: block } : block,
            );
            const message = {
              id: message_id,
              role: 'assistant',
              content: list,
              model: 'm',
              stop_reason: null,
            };
            this.emit('message_complete', { message_id, message });
            for (const block of list as readonly Json[]) {
              const { type, id: tool_use_id, name: tool_name, input } = block;
              if (type === 'tool_use') this.emit('tool_use', { message_id, tool_use_id, tool_name, input });
            }
          },
          permission: (correlation_id, tool_name, input, context = { tool_use_id: correlation_id }) => {
            const answer = ask(correlation_id);
            this.emit('permission_request', { correlation_id, tool_name, input, context });
            return answer;
          },
          question: async (correlation_id, questions) => {
            const answer = ask(correlation_id);
            this.emit('ask_user_question', { correlation_id, questions: { questions } });
            return (await answer)['answers'];
          },
        });
        await Promise.race([work, interrupted]);
        if (wasInterrupted) {
          subtype = 'error_during_execution';
          this.#waiting.clear();
        }
      } catch (error) {
        this.emit('error', { code: 'query_failed', message: (error as Error).message });
        continue;
      }
      this.emit('result', { session_id: 'sdk', subtype, total_cost_usd: 0.002 });
    }
    this.#busy = false;
  }
}

/** A server that keeps to what is known of agent-webkit’s, faults included. */
export async function serveAgentWebkit(options: ServerOptions) {
  const sessions = new Map<string, Session>();
  const requests: Request_[] = [];
  let ids = 0;

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    let text = '';
    for await (const chunk of request.setEncoding('utf8')) text += chunk;
    const { method = '', url = '', headers } = request;
    const json = (status: number, body?: Json, more: Record<string, string> = {}): void => {
      const type = body ? { 'Content-Type': 'application/json' } : {};
      response.writeHead(status, { ...type, ...more }).end(body && JSON.stringify(body));
    };
    let body: Json;
    try {
      body = text ? JSON.parse(text) : {};
    } catch {
      return json(400, { detail: 'Invalid JSON' });
    }
    const lastEventId = headers['last-event-id'] as string | undefined;
    const seen: Request_ = { method, path: url, lastEventId, headers, body };
    requests.push(seen);
    if (options.before?.(seen, response)) return;
    if (method === 'OPTIONS') return json(405, { detail: 'Method Not Allowed' });
    if (options.token !== undefined && headers.authorization !== `Bearer ${options.token}`) {
      return json(401, { detail: headers.authorization ? 'Invalid token' : 'Missing bearer token' });
    }
    const [, , id = '', what] = url.split('/');
    if (method === 'POST' && url === '/sessions') {
      const session = new Session(`s-${++ids}`, options);
      sessions.set(session.id, session);
      return json(200, { session_id: session.id, protocol_version: '1.0' });
    }
    const session = sessions.get(decodeURIComponent(id));
    if (method === 'DELETE') {
      session?.close();
      sessions.delete(id);
      return json(204);
    }
    if (!session) return json(404, { detail: 'Session not found' });
    if (method === 'POST' && what === 'input') return json(...session.input(body));
    if (method !== 'GET' || what !== 'stream') return json(404, { detail: 'Not Found' });
    if (lastEventId && !/^\d+$/.test(lastEventId)) {
      return json(400, { detail: 'Last-Event-ID must be a non-negative integer' });
    }
    stream(session, Number(lastEventId ?? 0), response, json);
  };

  const stream = (
    session: Session,
    after: number,
    response: ServerResponse,
    json: (status: number, body?: Json) => void,
  ): void => {
    const oldest = session.log[0]?.id ?? 0;
    if (after > 0 && after < oldest - 1) return json(412, { detail: `Last-Event-ID ${after} evicted` });
    response.writeHead(200, {
      'Content-Type': 'text/event-stream; charset=utf-8',
      'Cache-Control': 'no-cache',
    });
    response.flushHeaders();
    let cursor = after;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const rest = (): void => {
      clearTimeout(timer);
      timer = setTimeout(() => {
        // The first silence ends the stream.
        response.write(': keepalive\n\n');
        end();
      }, options.keepalive ?? 15_000);
    };
    const end = (): void => {
      clearTimeout(timer);
      unsubscribe();
      response.end();
    };
    const drain = (): void => {
      for (const { id, event, data } of session.log) {
        if (id <= cursor) continue;
        cursor = id;
        response.write(`id: ${id}\nevent: ${event}\ndata: ${toPython(data)}\n\n`);
      }
      if (session.closed) end();
      else rest();
    };
    const unsubscribe = session.subscribe(drain);
    response.on('close', () => {
      clearTimeout(timer);
      unsubscribe();
    });
    drain();
  };

  const server = createServer((request, response) => void answer(request, response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    sessions,
    requests,
    /** What was posted to the only session, by type. */
    said: (type: string): Json[] =>
      [...sessions.values()].flatMap((session) => session.said.filter((message) => message['type'] === type)),
    streams: (): Request_[] => requests.filter(({ path }) => path.endsWith('/stream')),
    close: (): void => {
      server.closeAllConnections();
      server.close();
    },
  };
}
