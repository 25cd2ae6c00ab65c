import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { env } from 'node:process';
import {
  createAgentHandler,
  createMemoryLog,
  createSocketHandler,
  toNodeHandler,
} from 'agent-chat-kit/server';
import { WebSocketServer } from 'ws';
import { documents } from './agent/documents.ts';
import { fillFile, findFile, MAX_FILE_SIZE, promiseFiles } from './agent/files.ts';
import { createDemoAgent } from './agent/index.ts';
import { type Model, modelOf } from './model.ts';

type Next = () => void;

/** How to drop the connection of each session, newest first, for the demonstration of a stream that breaks. */
const cuts = new Map<unknown, () => void>();
const agent = createDemoAgent((sessionId) => cuts.get(sessionId)?.());
const onError = (error: unknown): void => console.error(error);

// With a log, a page that lost its connection, or was loaded again, goes on where it was.
const answerChat = toNodeHandler(createAgentHandler(agent, { log: createMemoryLog(), onError }));
const answerSocket = createSocketHandler(agent, { log: createMemoryLog(), onError });

/** The model that answers in the place of the demo's own agent, where the environment names one. */
export const model: Model | null = await modelOf(env, onError);
const answerModel = model && toNodeHandler(model.answer);

/** Middleware for the demo's addresses: the agent, uploads, and the project's documents. */
export async function serveDemo(
  request: IncomingMessage,
  response: ServerResponse,
  next: Next,
): Promise<void> {
  const { pathname, searchParams } = addressOf(request);
  if (pathname === '/api/chat') {
    const session = searchParams.get('session');
    const cut = (): void => void response.destroy();
    cuts.set(session, cut);
    response.once('close', () => cuts.get(session) === cut && cuts.delete(session));
    return answerChat(request, response);
  }
  if (pathname === '/api/agent') {
    const told = model ? { label: model.label, protocol: model.protocol } : {};
    return send(response, 200, JSON.stringify(told), { 'Content-Type': 'application/json' });
  }
  if (pathname === '/api/model' && answerModel) return answerModel(request, response);
  if (pathname === '/api/uploads') return sendUploadUrls(request, response);
  if (pathname.startsWith('/api/files/'))
    return serveFile(pathname.slice('/api/files/'.length), request, response);
  const document = documents.get(pathname.slice(1));
  if (document !== undefined)
    return send(response, 200, document, { 'Content-Type': 'text/plain; charset=utf-8' });
  next();
}

/** Takes the WebSocket upgrades of the demo's own address and leaves all others alone. */
export function serveSockets(server: Pick<Server, 'on'>): void {
  const sockets = new WebSocketServer({ noServer: true, maxPayload: 4_194_304 });
  server.on('upgrade', (request, duplex, head) => {
    const { pathname, searchParams } = addressOf(request);
    if (pathname !== '/api/socket') return;
    sockets.handleUpgrade(request, duplex, head, (socket) => {
      const session = searchParams.get('session');
      const cut = (): void => socket.terminate();
      cuts.set(session, cut);
      socket.on('close', () => cuts.get(session) === cut && cuts.delete(session));
      answerSocket(socket, request);
    });
  });
}

async function sendUploadUrls(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = await read(request, 100_000);
  try {
    const { files } = JSON.parse(body?.toString() ?? '') as {
      files: { filename: string; mediaType: string }[];
    };
    send(response, 200, JSON.stringify({ files: promiseFiles(files.slice(0, 20)) }), {
      'Content-Type': 'application/json',
    });
  } catch {
    send(response, 400, '{"error":"`files` must be a list."}', { 'Content-Type': 'application/json' });
  }
}

async function serveFile(id: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (request.method === 'PUT') {
    const content = await read(request, MAX_FILE_SIZE);
    return send(response, !content ? 413 : fillFile(id, content) ? 204 : 404, '');
  }
  const file = findFile(id);
  if (!file) return send(response, 404, 'Not found');
  send(response, 200, file.content, {
    'Content-Type': file.mediaType,
    'Content-Disposition': `inline; filename*=UTF-8''${encodeURIComponent(file.filename)}`,
    // What a visitor uploads runs nothing, even when it is opened by itself.
    'Content-Security-Policy': "sandbox; default-src 'none'; style-src 'unsafe-inline'",
    'X-Content-Type-Options': 'nosniff',
  });
}

/** The body, or null where it is longer than the limit. */
async function read(request: IncomingMessage, limit: number): Promise<Buffer | null> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request) {
    length += chunk.length;
    if (length > limit) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function send(response: ServerResponse, status: number, body: string | Buffer, headers = {}): void {
  response.writeHead(status, headers).end(body);
}

function addressOf(request: IncomingMessage): URL {
  return new URL(request.url ?? '/', 'http://localhost');
}
