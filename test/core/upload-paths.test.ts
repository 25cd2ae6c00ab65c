import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type AddressInfo, createServer as createMuteServer } from 'node:net';
import { type UploadFilesOptions, uploadFiles } from 'agent-chat-kit';
import { build } from 'esbuild';
import type { Browser, Page } from 'playwright';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { launch } from '../e2e/browser.ts';
import { ROOT } from '../guards/files.ts';

// One list of rules for both ways that a body may take: `fetch` in Node and `XMLHttpRequest` in Chromium. What is to
// happen is plain data, so that the same function plays it in either.

const MB = 1024 * 1024;

interface Scenario {
  /** Bytes by name. */
  readonly files: Readonly<Record<string, number>>;
  readonly options?: Pick<UploadFilesOptions, 'concurrency' | 'timeout' | 'retries' | 'retryDelay'>;
  /** How often the same files are uploaded. */
  readonly calls?: number;
  /** Their media type. */
  readonly type?: string;
  /** Where they may be put, where that is not the test's server. */
  readonly storage?: string;
  /** Milliseconds until the server says where the files may be put. */
  readonly placesAfter?: number;
}

interface Outcome {
  /** The names that a place was asked for, by request. */
  readonly asked: readonly (readonly string[])[];
  readonly progress: readonly (readonly [index: number, percent: number])[];
  readonly urls?: readonly string[];
  readonly error?: { readonly code: string; readonly message: string; readonly retryable: boolean };
}

declare global {
  /** Calls off the upload that is being played. */
  var cancelUpload: () => void;
}

/** Sees nothing but its arguments, as it is sent to a page too. */
async function play([upload, origin, scenario]: [typeof uploadFiles, string, Scenario]): Promise<Outcome[]> {
  const files = Object.entries(scenario.files).map(([name, size]) => {
    const bytes = new Uint8Array(size);
    for (let index = 0; index < Math.min(size, 251); index += 1) bytes[index] = index + 1;
    for (let done = 251; done < size; done *= 2) bytes.copyWithin(done, 0, done);
    return new File([bytes], name, { type: scenario.type ?? 'application/x-test' });
  });
  const abort = new AbortController();
  globalThis.cancelUpload = () => abort.abort();
  const uploaded = new WeakMap();
  const outcomes: Outcome[] = [];
  for (let call = 0; call < (scenario.calls ?? 1); call += 1) {
    const asked: string[][] = [];
    const progress: [number, number][] = [];
    outcomes.push(
      await upload(files, {
        ...scenario.options,
        maxFileSize: Number.POSITIVE_INFINITY,
        maxTotalSize: Number.POSITIVE_INFINITY,
        signal: abort.signal,
        uploaded,
        onProgress: (index, percent) => progress.push([index, percent]),
        async requestUploadUrls(wanted) {
          asked.push(wanted.map(({ filename }) => filename));
          await new Promise((resolve) => setTimeout(resolve, scenario.placesAfter ?? 0));
          return {
            files: wanted.map(({ filename: id }) => ({
              id,
              uploadUrl: `${scenario.storage ?? origin}/${id}`,
              downloadUrl: `d:${id}`,
            })),
          };
        },
      }).then(
        (references) => ({ asked, progress, urls: references.map(({ url }) => url) }),
        ({ code, message, retryable }) => ({ asked, progress, error: { code, message, retryable } }),
      ),
    );
  }
  return outcomes;
}

/** A try of a file at the server. */
interface Try {
  readonly name: string;
  readonly at: number;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

let tries: Try[] = [];
/** What the server does with a try: its count among those of this file is given, from 0. */
let serve: (attempt: Try, count: number) => unknown = ({ request, response }) =>
  request.resume().on('end', () => response.end());
let script = '';

const server = createServer((request, response) => {
  if (request.method === 'GET') {
    if (request.url === '/script.js') {
      response.writeHead(200, { 'Content-Type': 'text/javascript' }).end(script);
    } else {
      response.writeHead(200, { 'Content-Type': 'text/html' }).end('<!doctype html><title>Upload</title>');
    }
    return;
  }
  // Connections that are kept would be closed under the next test.
  response.shouldKeepAlive = false;
  // The storage has another origin than the page, as it mostly has.
  response.setHeader('Access-Control-Allow-Origin', '*');
  response.setHeader('Access-Control-Allow-Methods', 'PUT');
  response.setHeader('Access-Control-Allow-Headers', 'Content-Type');
  if (request.method === 'OPTIONS') return void response.end();
  const name = request.url?.slice(1) ?? '';
  const attempt = { name, at: performance.now(), request, response };
  const count = tries.filter((other) => other.name === name).length;
  tries.push(attempt);
  request.on('error', () => {});
  void serve(attempt, count);
});

const answer = ({ request, response }: Try, status = 200): void => {
  request.resume().on('end', () => response.writeHead(status).end());
};
const names = (): string[] => tries.map(({ name }) => name);

/** Whether every connection was given up before its body was whole. A server sees that only when it reads. */
const letGo = (): boolean =>
  tries.every(({ request }) => {
    request.resume();
    return request.destroyed && !request.complete;
  });

/** Reads the body no faster than that; resolves with its size. */
async function readSlowly(request: IncomingMessage, bytesPerSecond: number): Promise<number> {
  let size = 0;
  const start = performance.now();
  for await (const chunk of request) {
    size += (chunk as Buffer).byteLength;
    const ahead = (size / bytesPerSecond) * 1000 - (performance.now() - start);
    if (ahead > 20) await new Promise((resolve) => setTimeout(resolve, ahead));
  }
  return size;
}

let browser: Browser;
let page: Page;

beforeAll(async () => {
  const { outputFiles } = await build({
    stdin: {
      contents:
        "import { uploadFiles } from './src/core/upload.ts'; Object.assign(globalThis, { uploadFiles });",
      resolveDir: ROOT,
    },
    bundle: true,
    write: false,
    format: 'esm',
    target: 'es2022',
  });
  script = outputFiles[0]?.text ?? '';
  server.listen(0, '127.0.0.1');
  [browser] = await Promise.all([launch(), once(server, 'listening')]);
  page = await browser.newPage();
  // The storage is the same server by another name, and so another origin.
  await page.goto(address());
  await page.addScriptTag({ url: '/script.js', type: 'module' });
  await page.waitForFunction('globalThis.uploadFiles');
});
afterAll(async () => {
  await browser?.close();
  server.closeAllConnections();
  server.close();
});
beforeEach(() => {
  tries = [];
  serve = (attempt) => answer(attempt);
});
// Those only: a browser keeps connections in advance, and its next request would lose one of these.
afterEach(() => {
  for (const { response } of tries) response.destroy();
});

const address = (): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

const paths = [
  {
    name: 'fetch in Node',
    play: (scenario: Scenario) => play([uploadFiles, address(), scenario]),
    cancel: async () => globalThis.cancelUpload(),
  },
  {
    name: 'XMLHttpRequest in Chromium',
    play: (scenario: Scenario) =>
      page.evaluate<Outcome[]>(
        `(${play})([globalThis.uploadFiles, ${JSON.stringify(address().replace('127.0.0.1', 'localhost'))}, ${JSON.stringify(scenario)}])`,
      ),
    cancel: () => page.evaluate(() => globalThis.cancelUpload()),
  },
];

describe.each(paths)('an upload by $name', ({ name: path, play: playAll, cancel }) => {
  const playOne = async (scenario: Scenario): Promise<Outcome> => (await playAll(scenario))[0] as Outcome;

  it('takes the way that it is to take', async () => {
    let agent = '';
    serve = (attempt) => {
      agent = attempt.request.headers['user-agent'] ?? '';
      answer(attempt);
    };
    await playOne({ files: { a: 1 } });
    expect(agent).toMatch(path.includes('Node') ? /^node$/ : /Chrome/);
  });

  it('sends the whole body with its type and its length', async () => {
    let body = Buffer.alloc(0);
    serve = async (attempt) => {
      const chunks: Buffer[] = [];
      for await (const chunk of attempt.request) chunks.push(chunk as Buffer);
      body = Buffer.concat(chunks);
      answer(attempt);
      attempt.response.end();
    };
    const { urls, error } = await playOne({ files: { a: 300_000 } });
    expect(error).toBeUndefined();
    expect(urls).toEqual(['d:a']);
    expect(tries[0]?.request.method).toBe('PUT');
    expect(tries[0]?.request.headers).toMatchObject({
      'content-type': 'application/x-test',
      'content-length': '300000',
    });
    expect(body.equals(Buffer.from(new Uint8Array(300_000).map((_, index) => (index % 251) + 1)))).toBe(true);
  });

  it('sends what has no type as bytes', async () => {
    await playOne({ files: { a: 10 }, type: '' });
    expect(tries[0]?.request.headers['content-type']).toBe('application/octet-stream');
  });

  it('sends an empty file', async () => {
    const { urls, progress, error } = await playOne({ files: { a: 0 } });
    expect(error).toBeUndefined();
    expect(urls).toEqual(['d:a']);
    expect(progress).toEqual([[0, 100]]);
    expect(tries[0]?.request.headers['content-length']).toBe('0');
  });

  it('follows the server to another place', async () => {
    serve = (attempt) => {
      if (attempt.name === 'a') attempt.response.setHeader('Location', '/b');
      answer(attempt, attempt.name === 'a' ? 307 : 200);
    };
    const { urls, error } = await playOne({ files: { a: 100_000 } });
    expect(error).toBeUndefined();
    expect(urls).toEqual(['d:a']);
    expect(names()).toEqual(['a', 'b']);
  });

  it.each([408, 429, 500, 503])('tries again after the answer %i', async (status) => {
    serve = (attempt, count) => answer(attempt, count < 2 ? status : 200);
    const { urls, progress, error } = await playOne({ files: { a: 10 }, options: { retryDelay: 1 } });
    expect(error).toBeUndefined();
    expect(urls).toEqual(['d:a']);
    expect(names()).toEqual(['a', 'a', 'a']);
    expect(progress.filter(([, percent]) => percent === 100)).toEqual([[0, 100]]);
  });

  it.each([304, 400, 403, 404, 413, 499])('does not try again after the answer %i', async (status) => {
    serve = (attempt) => answer(attempt, status);
    const { error } = await playOne({ files: { a: 10 }, options: { retryDelay: 1 } });
    expect(error).toEqual({
      code: 'upload-failed',
      message: `“a” could not be uploaded: the server answered ${status}.`,
      retryable: true,
    });
    expect(names()).toEqual(['a']);
  });

  it('tries again after a lost connection, and never tells of less than before', async () => {
    serve = async (attempt, count) => {
      if (count > 0) return answer(attempt);
      let size = 0;
      for await (const chunk of attempt.request) {
        size += (chunk as Buffer).byteLength;
        if (size > 16 * MB) return void attempt.request.socket.destroy();
      }
    };
    const { urls, progress, error } = await playOne({ files: { a: 24 * MB }, options: { retryDelay: 1 } });
    expect(error).toBeUndefined();
    expect(urls).toEqual(['d:a']);
    expect(names()).toEqual(['a', 'a']);
    const percents = progress.map(([, percent]) => percent);
    expect(percents.length).toBeGreaterThan(2);
    expect(percents).toEqual([...new Set(percents)].sort((a, b) => a - b));
    expect(percents.at(-1)).toBe(100);
  });

  it('tries again where the answer breaks off', async () => {
    serve = (attempt, count) => {
      if (count > 0) return answer(attempt);
      const { request, response } = attempt;
      request.resume().on('end', () => {
        response.writeHead(200, { 'Content-Length': '10' });
        response.write('x', () => setTimeout(() => request.socket.destroy(), 50));
      });
    };
    const { urls, error } = await playOne({ files: { a: 10 }, options: { retryDelay: 1 } });
    expect(error).toBeUndefined();
    expect(urls).toEqual(['d:a']);
    expect(names()).toEqual(['a', 'a']);
  });

  it('says that the connection failed after the last try', async () => {
    serve = ({ request }) => request.socket.destroy();
    const { error } = await playOne({ files: { a: 10 }, options: { retries: 1, retryDelay: 1 } });
    expect(error).toMatchObject({
      code: 'upload-failed',
      message: '“a” could not be uploaded: the connection failed.',
    });
    expect(names()).toEqual(['a', 'a']);
  });

  it('waits twice as long before each further try, up to half of it less', async () => {
    serve = (attempt) => answer(attempt, 500);
    await playOne({ files: { a: 10 }, options: { retries: 3, retryDelay: 200 } });
    const [first = 0, second = 0, third = 0] = tries
      .slice(1)
      .map(({ at }, index) => at - (tries[index]?.at ?? 0));
    expect(first).toBeGreaterThanOrEqual(95);
    expect(second).toBeGreaterThanOrEqual(195);
    expect(third).toBeGreaterThanOrEqual(395);
    expect(third).toBeLessThan(2_000);
  });

  it('gives up where nothing moves, and lets go of the connection', async () => {
    serve = () => {};
    const start = performance.now();
    const { error } = await playOne({
      files: { a: 24 * MB },
      options: { timeout: 300, retries: 1, retryDelay: 1 },
    });
    expect(error?.message).toBe('“a” could not be uploaded: nothing moved any more.');
    expect(performance.now() - start).toBeGreaterThanOrEqual(600);
    expect(names()).toEqual(['a', 'a']);
    await expect.poll(letGo).toBe(true);
  });

  it('gives up where a connection is never made', async () => {
    // A server that says nothing to what a secure connection begins with.
    const mute = createMuteServer();
    mute.listen(0, '127.0.0.1');
    await once(mute, 'listening');
    const { port } = mute.address() as AddressInfo;
    const start = performance.now();
    const { error } = await playOne({
      files: { a: 10 },
      storage: `https://127.0.0.1:${port}`,
      options: { timeout: 300, retries: 0 },
    });
    mute.close();
    expect(error?.message).toBe('“a” could not be uploaded: nothing moved any more.');
    expect(performance.now() - start).toBeLessThan(5_000);
  });

  it.each([0, 10])('gives up where %d bytes are taken and no answer comes', async (size) => {
    serve = ({ request }) => request.resume();
    const { error } = await playOne({ files: { a: size }, options: { timeout: 200, retries: 0 } });
    expect(error?.message).toBe('“a” could not be uploaded: nothing moved any more.');
  });

  it('takes as long as it needs where something moves', async () => {
    const size = 40 * MB;
    serve = async ({ request, response }) => {
      await readSlowly(request, 10 * MB);
      response.end();
    };
    const start = performance.now();
    const { urls, error } = await playOne({ files: { a: size }, options: { timeout: 2_000, retries: 0 } });
    expect(error).toBeUndefined();
    expect(urls).toEqual(['d:a']);
    expect(performance.now() - start).toBeGreaterThan(3_500);
  });

  it('waits for ever where it is told so', async () => {
    serve = (attempt) => void setTimeout(() => answer(attempt), 200);
    const { urls, error } = await playOne({
      files: { a: 10 },
      options: { timeout: Number.MAX_VALUE, retries: 0 },
    });
    expect(error).toBeUndefined();
    expect(urls).toEqual(['d:a']);
  });

  it('has at most so many files on their way', async () => {
    let now = 0;
    let most = 0;
    let expected = 2;
    serve = async ({ request, response }) => {
      now += 1;
      most = Math.max(most, now);
      for await (const _ of request);
      await expect.poll(() => most).toBeGreaterThanOrEqual(expected);
      await new Promise((resolve) => setTimeout(resolve, 50));
      now -= 1;
      response.end();
    };
    const files = Object.fromEntries(Array.from('abcdefg', (name) => [name, 10]));
    const { urls, error } = await playOne({ files, options: { concurrency: 2 } });
    expect(error).toBeUndefined();
    expect(urls).toEqual(Array.from('abcdefg', (name) => `d:${name}`));
    expect(most).toBe(2);
    most = 0;
    expected = 3;
    await playOne({ files });
    expect(most).toBe(3);
  });

  it('is called off at once, and tells nothing any more', async () => {
    serve = () => {};
    const outcome = playOne({ files: { a: 16 * MB, b: 16 * MB, c: 16 * MB, d: 10 } });
    await expect.poll(() => tries.length).toBe(3);
    await cancel();
    const { error, progress } = await outcome;
    expect(error).toEqual({
      code: 'upload-cancelled',
      message: 'The upload was cancelled.',
      retryable: true,
    });
    expect(progress.filter(([, percent]) => percent === 100)).toEqual([]);
    await expect.poll(letGo).toBe(true);
    expect(tries).toHaveLength(3);
  });

  it('is called off while it waits for its next try', async () => {
    serve = (attempt) => answer(attempt, 500);
    const outcome = playOne({ files: { a: 10 }, options: { retryDelay: 2_000 } });
    await expect.poll(() => tries[0]?.response.writableFinished).toBe(true);
    await new Promise((resolve) => setTimeout(resolve, 100));
    const start = performance.now();
    await cancel();
    expect((await outcome).error?.code).toBe('upload-cancelled');
    expect(performance.now() - start).toBeLessThan(700);
    await new Promise((resolve) => setTimeout(resolve, 2_200));
    expect(names()).toEqual(['a']);
  });

  it('is called off while it asks for places, and puts nothing', async () => {
    const outcome = playOne({ files: { a: 10 }, placesAfter: 1_000 });
    await new Promise((resolve) => setTimeout(resolve, 100));
    const start = performance.now();
    await cancel();
    expect((await outcome).error?.code).toBe('upload-cancelled');
    expect(performance.now() - start).toBeLessThan(700);
    await new Promise((resolve) => setTimeout(resolve, 1_200));
    expect(tries).toEqual([]);
  });

  it('calls the others off where one fails, and sends only the missing ones when asked again', async () => {
    let refuses = true;
    serve = async (attempt) => {
      if (attempt.name === 'good' || !refuses) return answer(attempt);
      if (attempt.name !== 'bad') return;
      const at = (name: string) => tries.find((other) => other.name === name);
      await expect.poll(() => at('good')?.response.writableFinished && at('held')).toBeTruthy();
      // The good file's answer is to have come through.
      await new Promise((resolve) => setTimeout(resolve, 100));
      refuses = false;
      answer(attempt, 403);
    };
    const [first, second] = await playAll({ files: { good: 10, bad: 10, held: 10, later: 10 }, calls: 2 });
    expect(first?.error?.message).toBe('“bad” could not be uploaded: the server answered 403.');
    expect(first?.asked).toEqual([['good', 'bad', 'held', 'later']]);
    expect(second?.asked).toEqual([['bad', 'held', 'later']]);
    expect(second?.urls).toEqual(['d:good', 'd:bad', 'd:held', 'd:later']);
    expect(names().filter((name) => name === 'good')).toEqual(['good']);
    for (const index of [0, 1, 2, 3]) {
      expect(second?.progress.filter(([of, percent]) => of === index && percent === 100)).toHaveLength(1);
    }
  });
});
