import { AgentChatError } from './error.ts';
import { checkFiles, type UploadLimits } from './file-check.ts';
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
  let stop: (() => void) | undefined;
  try {
    return await new Promise((resolve, reject) => {
      stop = () => {
        abort.abort();
        reject(uploadError('The upload was cancelled.', 'upload-cancelled', signal?.reason));
      };
      if (signal?.aborted) return stop();
      signal?.addEventListener('abort', stop);
      upload([...files], options, abort.signal).then(resolve, reject);
    });
  } finally {
    if (stop) signal?.removeEventListener('abort', stop);
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
  const missing = [...new Set(files)].filter((file) => {
    const isMissing = !uploaded.has(file);
    if (!isMissing) report(file, 100);
    return isMissing;
  });
  const places = missing.length > 0 ? await placesFor(missing, requestUploadUrls) : [];
  const queue = missing.entries();
  const work = async (): Promise<void> => {
    // All workers draw from the one queue.
    for (const [index, file] of queue) {
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
  let shown = 0;
  for (let attempt = 0; ; attempt += 1) {
    let why = 'the connection failed';
    let cause: unknown;
    let retryable = true;
    const abort = new AbortController();
    const stop = () => abort.abort();
    let timer: ReturnType<typeof setTimeout> | undefined;
    // Called when bytes have moved. The last percent is the server's answer.
    const moved = (bytes: number): void => {
      clearTimeout(timer);
      // What is longer would be over at once.
      timer = setTimeout(stop, Math.min(timeout, 2 ** 31 - 1));
      const progress = Math.min(99, Math.floor((bytes / file.size) * 100));
      if (progress > shown) onProgress((shown = progress));
    };
    signal.throwIfAborted();
    signal.addEventListener('abort', stop);
    try {
      const status = await put(file, url, abort.signal, moved);
      if (status >= 200 && status < 300) return;
      why = `the server answered ${status}`;
      retryable = status === 408 || status === 429 || status >= 500;
    } catch (error) {
      if (abort.signal.aborted) why = 'nothing moved any more';
      cause = error;
    } finally {
      clearTimeout(timer);
      signal.removeEventListener('abort', stop);
    }
    if (!retryable || attempt >= retries) throw uploadFailed(file, why, cause);
    await pause(retryDelay * 2 ** attempt * (1 - Math.random() / 2), signal);
  }
}

/** Resolves after that time, or when the signal aborts. */
function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, milliseconds);
    signal.addEventListener('abort', done);
  });
}

/**
 * One try: resolves with the status once the answer is here, rejects where there is none. `fetch` cannot tell how
 * much it has sent, so `XMLHttpRequest` does this where it exists.
 */
function put(
  file: File,
  url: string,
  signal: AbortSignal,
  onMoved: (bytes: number) => void,
): Promise<number> {
  const type = 'Content-Type';
  const { mediaType } = described(file);
  if (typeof XMLHttpRequest === 'undefined') {
    // Node reads a file by its public method, and so lets itself be watched. Where another runtime does not, there
    // is no progress and no timeout. A stream as the body would lose its length and could not follow a redirect.
    const stream = () => {
      let bytes = 0;
      onMoved(0);
      const counted = new TransformStream<Uint8Array, Uint8Array>({
        transform(chunk, controller) {
          onMoved(bytes);
          bytes += chunk.byteLength;
          controller.enqueue(chunk);
        },
        flush: () => onMoved(bytes),
      });
      return file.stream().pipeThrough(counted);
    };
    const body = Object.assign(file.slice(), { stream });
    return fetch(url, { method: 'PUT', body, headers: { [type]: mediaType }, signal }).then(
      async (response) => {
        await response.arrayBuffer();
        return response.status;
      },
    );
  }
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    const stop = () => request.abort();
    request.upload.onprogress = ({ loaded }) => onMoved(loaded);
    request.onload = () => resolve(request.status);
    request.onerror = request.onabort = reject;
    request.onloadend = () => signal.removeEventListener('abort', stop);
    signal.addEventListener('abort', stop);
    request.open('PUT', url);
    request.setRequestHeader(type, mediaType);
    onMoved(0);
    request.send(file);
  });
}

export function isFileReference(value: unknown): value is FileReference {
  return (
    typeof value === 'object' &&
    value !== null &&
    'id' in value &&
    'mediaType' in value &&
    'url' in value &&
    typeof value.url === 'string'
  );
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
