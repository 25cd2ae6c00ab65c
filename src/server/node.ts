import type { IncomingMessage, ServerResponse } from 'node:http';

/** Serves a `(Request) => Response` function from Node's `http`. Waits for slow readers; stops with them. */
export function toNodeHandler(
  handle: (request: Request) => Promise<Response>,
): (request: IncomingMessage, response: ServerResponse) => Promise<void> {
  return async (incoming, outgoing) => {
    const gone = new AbortController();
    let reader: ReadableStreamDefaultReader<Uint8Array> | undefined;
    outgoing.once('close', () => {
      if (outgoing.writableFinished) return;
      gone.abort();
      // The signal alone is not enough: what follows it may have been garbage collected by now.
      reader?.cancel().catch(() => {});
    });
    try {
      const response = await handle(toRequest(incoming, gone.signal));
      const headers = new Map<string, string | string[]>(response.headers);
      const cookies = response.headers.getSetCookie();
      if (cookies.length > 0) headers.set('set-cookie', cookies);
      // What was not read of the request must not be taken for the next one.
      if (!incoming.complete) headers.set('connection', 'close');
      outgoing.writeHead(response.status, Object.fromEntries(headers));
      outgoing.flushHeaders();
      reader = response.body?.getReader();
      while (reader && !gone.signal.aborted) {
        const { done, value } = await reader.read();
        if (done) break;
        if (!outgoing.write(value)) await drained(outgoing, gone.signal);
      }
      outgoing.end();
    } catch {
      // Once headers are out, a cut body is how the client learns that the answer is not whole.
      if (outgoing.headersSent) outgoing.destroy();
      else outgoing.writeHead(500).end();
    }
  };
}

function toRequest(incoming: IncomingMessage, signal: AbortSignal): Request {
  const headers = new Headers();
  for (const [name, value] of Object.entries(incoming.headers)) {
    for (const item of Array.isArray(value) ? value : [value ?? '']) headers.append(name, item);
  }
  const method = incoming.method ?? 'GET';
  const hasBody = method !== 'GET' && method !== 'HEAD';
  const init: RequestInit & { duplex?: 'half' } = { method, headers, signal };
  if (hasBody) {
    init.body = bytesOf(incoming);
    init.duplex = 'half';
  }
  return new Request(new URL(incoming.url ?? '/', `http://${incoming.headers.host ?? 'localhost'}`), init);
}

/** The body as it comes. Given up, the rest of it is let through unread, so that the answer can still go out. */
function bytesOf(incoming: IncomingMessage): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start(controller) {
      incoming.pause();
      incoming.on('data', (chunk: Buffer) => {
        controller.enqueue(new Uint8Array(chunk));
        incoming.pause();
      });
      incoming.once('end', () => controller.close());
      incoming.once('error', (error) => controller.error(error));
    },
    pull: () => void incoming.resume(),
    cancel() {
      incoming.removeAllListeners('data').removeAllListeners('end').removeAllListeners('error');
      incoming.on('error', () => {});
      incoming.resume();
    },
  });
}

function drained(outgoing: ServerResponse, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      outgoing.removeListener('drain', done);
      signal.removeEventListener('abort', done);
      resolve();
    };
    outgoing.once('drain', done);
    signal.addEventListener('abort', done);
  });
}
