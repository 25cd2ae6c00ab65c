import { AgentChatError } from './error.ts';
import type { FileReference } from './message.ts';

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

/** Called with the file's index and its progress from 0 to 100. */
export type UploadProgress = (fileIndex: number, progress: number) => void;

export interface UploadFilesOptions {
  readonly requestUploadUrls: RequestUploadUrls;
  readonly onProgress?: UploadProgress | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Puts files where the server says, side by side. Throws `AgentChatError` if any of them fails. */
export async function uploadFiles(
  files: Iterable<File>,
  { requestUploadUrls, onProgress, signal }: UploadFilesOptions,
): Promise<FileReference[]> {
  const list = [...files];
  const wanted = list.map((file) => ({ filename: file.name, mediaType: mediaTypeOf(file), size: file.size }));
  const places = await placesFor(wanted, requestUploadUrls);
  const abort = new AbortController();
  const either = signal ? AbortSignal.any([signal, abort.signal]) : abort.signal;
  try {
    return await Promise.all(
      list.map(async (file, index) => {
        const place = places[index];
        if (!place) throw uploadFailed(file.name, 'the server gave no place for it');
        await put(file, place.uploadUrl, either, (progress) => onProgress?.(index, progress));
        const { filename, mediaType, size } = wanted[index] as (typeof wanted)[number];
        return { id: place.id, mediaType, url: place.downloadUrl, filename, size };
      }),
    );
  } catch (error) {
    abort.abort();
    throw error;
  }
}

async function placesFor(
  wanted: Parameters<RequestUploadUrls>[0],
  requestUploadUrls: RequestUploadUrls,
): Promise<UploadUrlsResponse['files']> {
  try {
    const { files } = await requestUploadUrls(wanted);
    if (Array.isArray(files)) return files;
  } catch (cause) {
    if (AgentChatError.isInstance(cause)) throw cause;
    throw uploadFailed(wanted[0]?.filename ?? '', 'the server gave no place for it', cause);
  }
  throw uploadFailed(wanted[0]?.filename ?? '', 'the server gave no place for it');
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

function mediaTypeOf(file: File): string {
  return file.type || 'application/octet-stream';
}

/** `fetch` cannot tell how much it has sent, so `XMLHttpRequest` does this where it exists. */
function put(
  file: File,
  url: string,
  signal: AbortSignal,
  onProgress: (progress: number) => void,
): Promise<void> {
  const headers = { 'Content-Type': mediaTypeOf(file) };
  if (typeof XMLHttpRequest === 'undefined') {
    return fetch(url, { method: 'PUT', body: file, headers, signal }).then(
      (response) => {
        if (!response.ok) throw uploadFailed(file.name, `the server answered ${response.status}`);
        onProgress(100);
      },
      (cause) => {
        throw uploadFailed(file.name, signal.aborted ? 'it was cancelled' : 'the connection failed', cause);
      },
    );
  }
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    const stop = () => request.abort();
    request.upload.onprogress = ({ loaded, total }) =>
      onProgress(total ? Math.round((loaded / total) * 100) : 0);
    request.onload = () => {
      if (request.status < 200 || request.status > 299) {
        reject(uploadFailed(file.name, `the server answered ${request.status}`));
      } else {
        onProgress(100);
        resolve();
      }
    };
    request.onerror = () => reject(uploadFailed(file.name, 'the connection failed'));
    request.onabort = () => reject(uploadFailed(file.name, 'it was cancelled'));
    request.onloadend = () => signal.removeEventListener('abort', stop);
    signal.addEventListener('abort', stop);
    request.open('PUT', url);
    request.setRequestHeader('Content-Type', headers['Content-Type']);
    if (signal.aborted) reject(uploadFailed(file.name, 'it was cancelled'));
    else request.send(file);
  });
}

function uploadFailed(filename: string, why: string, cause?: unknown): AgentChatError {
  return new AgentChatError(`“${filename}” could not be uploaded: ${why}.`, {
    type: 'execution_error',
    source: 'client',
    retryable: true,
    code: 'upload-failed',
    cause,
  });
}
