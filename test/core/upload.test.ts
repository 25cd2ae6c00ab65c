import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import {
  AgentChatError,
  type FileReference,
  isAbortError,
  type RequestUploadUrls,
  uploadFiles,
} from 'agent-chat-kit';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { waitFor } from '../wait-for.ts';

/** A PUT that the server has read and the test is to answer. */
interface Put {
  readonly name: string;
  readonly method: string | undefined;
  readonly type: string | undefined;
  readonly body: string;
  readonly response: ServerResponse;
}

/** Set by a test that wants to answer by itself. */
let answer: ((put: Put) => void) | undefined;
const puts: Put[] = [];
const server = createServer((request, response) => void receive(request, response));

async function receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const put: Put = {
    name: request.url?.slice(1).split('?')[0] ?? '',
    method: request.method,
    type: request.headers['content-type'],
    body: Buffer.concat(chunks).toString(),
    response,
  };
  puts.push(put);
  if (answer) answer(put);
  else response.end();
}

beforeEach(async () => {
  puts.length = 0;
  answer = undefined;
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});

afterEach(async () => {
  server.closeAllConnections();
  server.close();
  await once(server, 'close');
});

function places(origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`): RequestUploadUrls {
  return async (files) => ({
    files: files.map(({ filename }, index) => ({
      id: `f${index}`,
      uploadUrl: `${origin}/${filename}?signature=secret-signature`,
      downloadUrl: `https://files.test/${filename}`,
    })),
  });
}

const file = (name: string, type = 'text/plain') => new File([`body of ${name}`], name, { type });

/** Frees what nobody holds. */
const collect = (() => {
  setFlagsFromString('--expose-gc');
  return runInNewContext('gc') as () => void;
})();

/** The typed error that the upload fails with. */
async function failure(upload: Promise<unknown>): Promise<AgentChatError> {
  const error: unknown = await upload.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (!AgentChatError.isInstance(error)) throw new Error('Expected an AgentChatError.', { cause: error });
  return error;
}

describe('uploading files', () => {
  it('asks where they may be put with their names, types and sizes', async () => {
    const requestUploadUrls = vi.fn(places());
    await uploadFiles([file('a.txt'), file('b', '')], { requestUploadUrls });
    expect(requestUploadUrls).toHaveBeenCalledExactlyOnceWith([
      { filename: 'a.txt', mediaType: 'text/plain', size: 13 },
      { filename: 'b', mediaType: 'application/octet-stream', size: 9 },
    ]);
  });

  it('puts each body where the server said, with its type', async () => {
    await uploadFiles([file('a.txt'), file('b', '')], { requestUploadUrls: places() });
    expect(puts.toSorted((a, b) => a.name.localeCompare(b.name))).toMatchObject([
      { name: 'a.txt', method: 'PUT', type: 'text/plain', body: 'body of a.txt' },
      { name: 'b', method: 'PUT', type: 'application/octet-stream', body: 'body of b' },
    ]);
  });

  it('puts them side by side and returns them in the order they were given', async () => {
    // Nobody is answered before all have come, and then the last one first.
    answer = () => {
      if (puts.length < 3) return;
      const waiting = puts.toSorted((a, b) => b.name.localeCompare(a.name));
      for (const { response } of waiting) response.end();
    };
    const references = await uploadFiles([file('a'), file('b'), file('c')], { requestUploadUrls: places() });
    expect(references).toEqual([
      { id: 'f0', mediaType: 'text/plain', url: 'https://files.test/a', filename: 'a', size: 9 },
      { id: 'f1', mediaType: 'text/plain', url: 'https://files.test/b', filename: 'b', size: 9 },
      { id: 'f2', mediaType: 'text/plain', url: 'https://files.test/c', filename: 'c', size: 9 },
    ]);
  });

  it('takes any iterable of files', async () => {
    const references = await uploadFiles(new Set([file('a'), file('b')]), { requestUploadUrls: places() });
    expect(references.map(({ filename }) => filename)).toEqual(['a', 'b']);
  });

  it('says of each file when it is there', async () => {
    const onProgress = vi.fn();
    await uploadFiles([file('a'), file('b')], { requestUploadUrls: places(), onProgress });
    expect(onProgress.mock.calls.toSorted()).toEqual([
      [0, 100],
      [1, 100],
    ]);
  });

  it('returns nothing for no files, and asks for nothing', async () => {
    const requestUploadUrls = vi.fn(places());
    await expect(uploadFiles([], { requestUploadUrls })).resolves.toEqual([]);
    expect(requestUploadUrls).not.toHaveBeenCalled();
    expect(puts).toEqual([]);
  });

  it('tells the server and the references names that are safe', async () => {
    const requestUploadUrls = vi.fn(places());
    const references = await uploadFiles([file('../../etc/\u202Eno\u0308tes\0.txt')], { requestUploadUrls });
    expect(requestUploadUrls.mock.calls[0]?.[0][0]?.filename).toBe('n\u00F6tes.txt');
    expect(references[0]?.filename).toBe('n\u00F6tes.txt');
  });

  it('sends a file that is given twice once, and tells of both', async () => {
    const twice = file('a');
    const onProgress = vi.fn();
    const references = await uploadFiles([twice, file('b'), twice], {
      requestUploadUrls: places(),
      onProgress,
    });
    expect(references.map(({ id }) => id)).toEqual(['f0', 'f1', 'f0']);
    expect(puts.map(({ name }) => name).toSorted()).toEqual(['a', 'b']);
    expect(onProgress.mock.calls.toSorted()).toEqual([
      [0, 100],
      [1, 100],
      [2, 100],
    ]);
  });

  it('does not ask for or send what was uploaded before', async () => {
    const [old, fresh] = [file('old'), file('fresh')];
    const reference = { id: 'o', mediaType: 'text/plain', url: 'https://files.test/o' };
    const uploaded = new WeakMap<File, FileReference>([[old, reference]]);
    const requestUploadUrls = vi.fn(places());
    const onProgress = vi.fn();
    const options = { requestUploadUrls, uploaded, onProgress };
    const references = await uploadFiles([old, fresh], options);
    expect(references[0]).toBe(reference);
    expect(puts.map(({ name }) => name)).toEqual(['fresh']);
    expect(uploaded.get(fresh)).toBe(references[1]);
    expect(onProgress.mock.calls).toEqual([
      [0, 100],
      [1, 100],
    ]);
    await expect(uploadFiles([fresh, old], options)).resolves.toEqual([references[1], reference]);
    expect(requestUploadUrls).toHaveBeenCalledTimes(1);
    expect(puts).toHaveLength(1);
  });

  it.each([0, -1, Number.POSITIVE_INFINITY])(
    'sends all of them with a concurrency of %d',
    async (concurrency) => {
      const files = ['a', 'b', 'c', 'd', 'e'].map((name) => file(name));
      await uploadFiles(files, { requestUploadUrls: places(), concurrency });
      expect(puts).toHaveLength(5);
    },
  );

  it('is not stopped by what a listener of its progress throws', async () => {
    const report = vi.spyOn(console, 'error').mockImplementation(() => {});
    const onProgress = () => {
      throw new Error('not my day');
    };
    await uploadFiles([file('a')], { requestUploadUrls: places(), onProgress });
    expect(report).toHaveBeenCalledExactlyOnceWith(new Error('not my day'));
    report.mockRestore();
    expect(puts).toHaveLength(1);
  });
});

describe('an upload that fails', () => {
  it('asks and puts nothing where one of the files may not be sent', async () => {
    const requestUploadUrls = vi.fn(places());
    const error = await failure(
      uploadFiles([file('a.txt'), file('photo.png', 'image/png')], { requestUploadUrls }),
    );
    expect(error).toMatchObject({
      code: 'file-content-mismatch',
      type: 'validation_error',
      retryable: false,
    });
    expect((await failure(uploadFiles([file('a')], { requestUploadUrls, maxFileSize: 8 }))).code).toBe(
      'file-too-large',
    );
    expect(requestUploadUrls).not.toHaveBeenCalled();
  });

  it('names the file that the server named no place for', async () => {
    const requestUploadUrls: RequestUploadUrls = async (files) => {
      const { files: all } = await places()(files);
      return { files: all.slice(0, 1) };
    };
    const error = await failure(uploadFiles([file('a'), file('b')], { requestUploadUrls }));
    expect(error).toMatchObject({ code: 'upload-failed', type: 'execution_error', source: 'client' });
    expect(error.message).toContain('“b”');
  });

  it('names the file and the status where the server refuses it, but not the answer’s body or the address', async () => {
    answer = ({ response }) => response.writeHead(403).end('secret-body');
    const onProgress = vi.fn();
    const error = await failure(uploadFiles([file('a')], { requestUploadUrls: places(), onProgress }));
    expect(error).toMatchObject({ code: 'upload-failed', retryable: true });
    expect(error.message).toContain('“a”');
    expect(error.message).toContain('403');
    expect(`${error.message} ${JSON.stringify(error)} ${error.cause}`).not.toContain('secret');
    expect(onProgress).not.toHaveBeenCalled();
  });

  it('calls off the other files', async () => {
    const held: Put[] = [];
    answer = (put) => {
      if (put.name === 'held') held.push(put);
      if (held.length > 0)
        puts
          .find(({ name }) => name === 'bad')
          ?.response.writeHead(500)
          .end();
    };
    const error = await failure(
      uploadFiles([file('held'), file('bad')], { requestUploadUrls: places(), retries: 0 }),
    );
    expect(error.message).toContain('“bad”');
    await waitFor(() => expect(held[0]?.response.closed).toBe(true));
    expect(held[0]?.response.writableEnded).toBe(false);
  });

  it('ends when it is called off', async () => {
    const abort = new AbortController();
    answer = () => abort.abort();
    const error = await failure(
      uploadFiles([file('a')], { requestUploadUrls: places(), signal: abort.signal }),
    );
    expect(error).toMatchObject({ code: 'upload-cancelled', source: 'client', retryable: true });
    expect(isAbortError(error.cause)).toBe(true);
    await waitFor(() => expect(puts[0]?.response.closed).toBe(true));
    expect(puts[0]?.response.writableEnded).toBe(false);
  });

  it('puts nothing where it was called off before', async () => {
    const signal = AbortSignal.abort();
    const requestUploadUrls = vi.fn(places());
    const error = await failure(uploadFiles([file('a')], { requestUploadUrls, signal }));
    expect(error.code).toBe('upload-cancelled');
    expect(requestUploadUrls).not.toHaveBeenCalled();
    expect(puts).toEqual([]);
  });

  it('asks nothing where it was called off while the files were checked', async () => {
    const abort = new AbortController();
    const requestUploadUrls = vi.fn(places());
    const error = failure(uploadFiles([file('a')], { requestUploadUrls, signal: abort.signal }));
    abort.abort();
    expect((await error).code).toBe('upload-cancelled');
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(requestUploadUrls).not.toHaveBeenCalled();
  });

  it('can still be called off after memory was tidied up', async () => {
    const abort = new AbortController();
    answer = () => {};
    const error = failure(uploadFiles([file('a')], { requestUploadUrls: places(), signal: abort.signal }));
    await waitFor(() => expect(puts).toHaveLength(1));
    for (let times = 0; times < 5; times += 1) {
      collect();
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    abort.abort();
    expect((await error).code).toBe('upload-cancelled');
    await waitFor(() => expect(puts[0]?.response.closed).toBe(true));
  });

  it('holds no file once it was called off, whatever its signal and its server do', async () => {
    const abort = new AbortController();
    answer = () => {};
    const begin = () => {
      const held = [file('a'), file('b')];
      const upload = failure(
        uploadFiles(held, { requestUploadUrls: places(), signal: abort.signal, concurrency: 1 }),
      );
      return { upload, held: held.map((each) => new WeakRef(each)) };
    };
    const { upload, held } = begin();
    await waitFor(() => expect(puts).toHaveLength(1));
    collect();
    expect(held.every((each) => each.deref())).toBe(true);
    abort.abort();
    await upload;
    await waitFor(() => {
      collect();
      expect(held.some((each) => each.deref())).toBe(false);
    });
  });

  it('holds no file once it was called off while it waited for a next try', async () => {
    const abort = new AbortController();
    answer = ({ response }) => response.writeHead(500).end();
    const begin = () => {
      const held = file('a');
      const options = { requestUploadUrls: places(), signal: abort.signal, retryDelay: 600_000 };
      return { upload: failure(uploadFiles([held], options)), held: new WeakRef(held) };
    };
    const { upload, held } = begin();
    await waitFor(() => expect(puts[0]?.response.closed).toBe(true));
    await new Promise((resolve) => setTimeout(resolve, 100));
    abort.abort();
    await upload;
    await waitFor(() => {
      collect();
      // The file itself in an error would keep it alive.
      expect(held.deref() === undefined).toBe(true);
    });
  });

  it('tells nothing any more once it was called off', async () => {
    const abort = new AbortController();
    const twice = file('a');
    const onProgress = vi.fn(() => abort.abort());
    const error = await failure(
      uploadFiles([twice, twice], { requestUploadUrls: places(), signal: abort.signal, onProgress }),
    );
    expect(error.code).toBe('upload-cancelled');
    expect(onProgress.mock.calls).toEqual([[0, 100]]);
  });

  it('leaves nothing listening on the signal', async () => {
    const abort = new AbortController();
    const added = vi.spyOn(abort.signal, 'addEventListener');
    const removed = vi.spyOn(abort.signal, 'removeEventListener');
    await uploadFiles([file('a'), file('b')], { requestUploadUrls: places(), signal: abort.signal });
    expect(added.mock.calls.length).toBeGreaterThan(0);
    expect(removed.mock.calls.map(([, listener]) => listener)).toEqual(
      added.mock.calls.map(([, listener]) => listener),
    );
  });

  it('is a typed error with its cause where nobody listens', async () => {
    const other = createServer();
    other.listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    other.close();
    await once(other, 'close');
    const requestUploadUrls = places(`http://127.0.0.1:${port}`);
    const error = await failure(uploadFiles([file('a')], { requestUploadUrls, retryDelay: 1 }));
    expect(error).toMatchObject({ code: 'upload-failed', retryable: true });
    expect(error.message).toContain('“a”');
    expect(error.message).not.toContain('secret');
    expect(error.cause).toBeInstanceOf(TypeError);
  });

  it('passes on an error of this library that the application gives as it is', async () => {
    const reason = new AgentChatError('Sign in first.', {
      type: 'authentication_error',
      source: 'platform',
      retryable: false,
    });
    const requestUploadUrls = () => Promise.reject(reason);
    expect(await failure(uploadFiles([file('a')], { requestUploadUrls }))).toBe(reason);
  });

  it('passes on why no place could be asked for, and puts nothing', async () => {
    const reason = new Error('not signed in');
    const requestUploadUrls = () => Promise.reject(reason);
    const error: unknown = await uploadFiles([file('a')], { requestUploadUrls }).catch(
      (thrown: unknown) => thrown,
    );
    expect(error === reason || (error instanceof AgentChatError && error.cause === reason)).toBe(true);
    expect(puts).toEqual([]);
  });
});
