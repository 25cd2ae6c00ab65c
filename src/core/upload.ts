import { AgentChatError } from './error.ts';
import { checkFiles } from './file-check.ts';
import { guarded } from './guarded.ts';
import type { FileReference } from './message.ts';
import { safeFileName } from './safe-file-name.ts';

/** Asks the application's server where files may be put. One entry per file, in the same order. */
export type RequestUploadUrls = (
  files: { filename: string; mediaType: string; size: number }[],
) => Promise<UploadUrlsResponse>;

export interface UploadUrlsResponse {
  readonly files: readonly {
    readonly id: string;
    readonly uploadUrl: string;
    readonly downloadUrl: string;
  }[];
}

/**
 * Called with the file's index and its progress from 0 to 100: never with less than before, with 100 once, when the
 * file has arrived, and not at all after the upload has failed.
 */
export type UploadProgress = (fileIndex: number, progress: number) => void;

/** Which files may be sent. The server remains the judge: this spares a person a wait that ends in a refusal. */
export interface UploadLimits {
  /** 20 unless told. */
  readonly maxFiles?: number | undefined;
  /** Bytes of one file, 10 MB (10,485,760) unless told. */
  readonly maxFileSize?: number | undefined;
  /** Bytes of all files together, 50 MB (52,428,800) unless told. */
  readonly maxTotalSize?: number | undefined;
  /** As the `accept` attribute of a file input: `.pdf,image/*,text/csv`. Everything unless told. */
  readonly accept?: string | undefined;
}

/** Which files may be uploaded, and how patiently. */
export interface UploadOptions extends UploadLimits {
  /** How many files are on their way at the same time. 3 unless told. */
  readonly concurrency?: number | undefined;
  /** Milliseconds in which nothing moves before a try is given up. 60,000 unless told; `Infinity` waits for ever. */
  readonly timeout?: number | undefined;
  /** How often a file is tried again after a lost connection, a timeout or an answer of 408, 429 or 5xx. 2 unless told. */
  readonly retries?: number | undefined;
  /** Milliseconds before the first further try, twice as long before each next, half of it by chance. 1,000 unless told. */
  readonly retryDelay?: number | undefined;
}

export interface UploadFilesOptions extends UploadOptions {
  readonly requestUploadUrls: RequestUploadUrls;
  readonly onProgress?: UploadProgress | undefined;
  /** Calls everything off at once. */
  readonly signal?: AbortSignal | undefined;
  /** Files that arrived before. They are not sent again; every file that arrives is added, also where others fail. */
  readonly uploaded?: WeakMap<File, FileReference> | undefined;
}

/**
 * Checks the files, asks once where they may be put, and puts them there side by side. Resolves with a reference for
 * each, in the same order. Rejects with an `AgentChatError`: what {@link checkFiles} says, before anything is asked;
 * `upload-failed` for the first file that fails for good, which calls the others off; `upload-cancelled` as soon as
 * `signal` aborts. Given the same `uploaded`, a further call sends only what is missing.
 */
export async function uploadFiles(
  files: Iterable<File>,
  options: UploadFilesOptions,
): Promise<FileReference[]> {
  const { signal } = options;
  // Not `AbortSignal.any`: Node 20 may collect the signals that it depends on before they abort.
  const abort = new AbortController();
  let stop = (): void => {};
  const cancelled = new Promise<never>((_, reject) => {
    stop = () => {
      abort.abort();
      reject(uploadError('The upload was cancelled.', 'upload-cancelled', signal?.reason));
    };
    if (signal?.aborted) stop();
  });
  signal?.addEventListener('abort', stop);
  try {
    return await Promise.race([cancelled, upload([...files], options, abort.signal)]);
  } finally {
    signal?.removeEventListener('abort', stop);
    abort.abort();
  }
}

async function upload(
  files: readonly File[],
  options: UploadFilesOptions,
  signal: AbortSignal,
): Promise<FileReference[]> {
  const { requestUploadUrls, onProgress, concurrency = 3, uploaded = new WeakMap() } = options;
  await checkFiles(files, options);
  signal.throwIfAborted();
  const report = (file: File, progress: number): void => {
    for (const [index, other] of files.entries()) {
      if (other === file && !signal.aborted) guarded(() => onProgress?.(index, progress));
    }
  };
  const missing: File[] = [];
  for (const file of new Set(files)) {
    if (uploaded.has(file)) report(file, 100);
    else missing.push(file);
  }
  const places = missing.length > 0 ? await placesFor(missing, requestUploadUrls) : [];
  const queue = missing.entries();
  const work = async (): Promise<void> => {
    // All workers draw from the one queue.
    for (const [index, file] of queue) {
      signal.throwIfAborted();
      const place = places[index];
      if (!place) throw uploadFailed(file, NO_PLACE);
      await send(file, place.uploadUrl, options, signal, (progress) => report(file, progress));
      uploaded.set(file, { id: place.id, url: place.downloadUrl, ...described(file) });
      report(file, 100);
    }
  };
  await Promise.all(missing.slice(0, Math.max(1, concurrency)).map(work));
  return files.map((file) => uploaded.get(file) as FileReference);
}

const NO_PLACE = 'the server gave no place for it';

async function placesFor(
  files: readonly File[],
  requestUploadUrls: RequestUploadUrls,
): Promise<UploadUrlsResponse['files']> {
  let cause: unknown;
  try {
    const response = await requestUploadUrls(files.map(described));
    if (Array.isArray(response.files)) return response.files;
  } catch (error) {
    if (AgentChatError.isInstance(error)) throw error;
    cause = error;
  }
  throw uploadFailed(files[0] as File, NO_PLACE, cause);
}

/** One file, as often as it takes. */
async function send(
  file: File,
  url: string,
  { timeout = 60_000, retries = 2, retryDelay = 1_000 }: UploadOptions,
  signal: AbortSignal,
  onProgress: (progress: number) => void,
): Promise<void> {
  let attempt: AbortController;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let shown = 0;
  // A pause that is over before its time never ends: nobody waits for it any more.
  const stop = () => {
    clearTimeout(timer);
    attempt.abort();
  };
  // Once, as an error may keep the signal alive by its stack, and the signal this file.
  signal.addEventListener('abort', stop, { once: true });
  for (let tries = 0; ; tries += 1) {
    const abort = new AbortController();
    attempt = abort;
    let status = 0;
    let cause: unknown;
    try {
      status = await put(file, url, abort.signal, (bytes) => {
        // A body may still be read when its answer is here.
        if (abort.signal.aborted) return;
        clearTimeout(timer);
        // What is longer than this would be over at once.
        timer = setTimeout(() => abort.abort(), Math.min(timeout, 2 ** 31 - 1));
        // The last percent is the server's answer.
        const progress = Math.min(99, Math.floor((bytes / file.size) * 100));
        if (progress > shown) {
          shown = progress;
          onProgress(progress);
        }
      });
    } catch (error) {
      cause = error;
    }
    const why = abort.signal.aborted ? 'nothing moved any more' : 'the connection failed';
    clearTimeout(timer);
    abort.abort();
    if (status >= 200 && status < 300) return;
    signal.throwIfAborted();
    if (tries >= retries || (status > 0 && status < 500 && status !== 408 && status !== 429)) {
      throw uploadFailed(file, status ? `the server answered ${status}` : why, cause);
    }
    await new Promise((resolve) => {
      timer = setTimeout(resolve, retryDelay * 2 ** tries * (1 - Math.random() / 2));
    });
  }
}

const PIECE = 65_536;

/**
 * One try: resolves with the status of the answer; with 0 or an error where there is none. `fetch` cannot tell how
 * much it has sent, so `XMLHttpRequest` does this where it exists.
 */
async function put(
  file: File,
  url: string,
  signal: AbortSignal,
  onMoved: (bytes: number) => void,
): Promise<number> {
  const { mediaType } = described(file);
  if (typeof XMLHttpRequest === 'undefined') {
    // Node reads a file by its public method, and so lets itself be watched. Where another runtime does not, there
    // is no progress and no timeout. A stream as the body would lose its length and could not follow a redirect.
    const stream = () => {
      let bytes = 0;
      onMoved(0);
      return new ReadableStream<Uint8Array>(
        {
          // By pieces, as Node's own stream gives a file that is in memory as a whole.
          async pull(controller) {
            if (bytes >= file.size) return controller.close();
            onMoved(bytes);
            const piece = file.slice(bytes, bytes + PIECE);
            bytes += PIECE;
            controller.enqueue(new Uint8Array(await piece.arrayBuffer()));
          },
        },
        { highWaterMark: 0 },
      );
    };
    const body = Object.assign(file.slice(), { stream });
    const response = await fetch(url, {
      method: 'PUT',
      body,
      headers: { 'Content-Type': mediaType },
      signal,
    });
    await response.arrayBuffer();
    return response.status;
  }
  return new Promise((resolve) => {
    const request = new XMLHttpRequest();
    signal.addEventListener('abort', () => request.abort());
    request.upload.onprogress = ({ loaded }) => onMoved(loaded);
    request.onloadend = () => resolve(request.status);
    request.open('PUT', url);
    request.setRequestHeader('Content-Type', mediaType);
    request.send(file);
    onMoved(0);
  });
}

/** What the server is told of a file. */
function described(file: File): { filename: string; mediaType: string; size: number } {
  return {
    filename: safeFileName(file.name),
    mediaType: file.type || 'application/octet-stream',
    size: file.size,
  };
}

function uploadFailed(file: File, why: string, cause?: unknown): AgentChatError {
  return uploadError(`“${safeFileName(file.name)}” could not be uploaded: ${why}.`, 'upload-failed', cause);
}

function uploadError(message: string, code: string, cause?: unknown): AgentChatError {
  return new AgentChatError(message, {
    type: 'execution_error',
    source: 'client',
    retryable: true,
    code,
    cause,
  });
}
