import type { AgentChatOptions } from './chat-options.ts';
import type { FileUpload } from './chat-snapshot.ts';
import { unsupported } from './error.ts';
import type { FileReference } from './message.ts';
import type { UploadFilesOptions } from './upload.ts';

export interface UploadsOptions {
  readonly onChange: () => void;
  /** As they are now. */
  readonly chat: () => Pick<AgentChatOptions, 'requestUploadUrls' | 'uploadOptions'>;
}

/** See `upload.ts`, which comes with the first file: most conversations have none. */
export async function uploadFiles(
  files: Iterable<File>,
  options: UploadFilesOptions,
): Promise<FileReference[]> {
  const { uploadFiles } = await import('./upload.ts');
  return uploadFiles(files, options);
}

/** Files that messages wait for. One that arrived once is not sent again, however often its message is tried. */
export class Uploads {
  readonly #options: UploadsOptions;
  readonly #uploaded = new WeakMap<File, FileReference>();
  #files: readonly FileUpload[] = [];
  #abort = new AbortController();

  constructor(options: UploadsOptions) {
    this.#options = options;
  }

  /** The same list until something arrived. */
  get files(): readonly FileUpload[] {
    return this.#files;
  }

  async upload(
    files: Iterable<File>,
    options: Omit<UploadFilesOptions, 'requestUploadUrls'>,
  ): Promise<FileReference[]> {
    const { requestUploadUrls, uploadOptions } = this.#options.chat();
    if (requestUploadUrls) return uploadFiles(files, { ...uploadOptions, requestUploadUrls, ...options });
    throw unsupported('This chat takes no files: `requestUploadUrls` is not set.', 'uploads-not-configured');
  }

  /** The files as references: those that are none yet are uploaded, and take their places among the others. */
  async references(files: readonly (File | FileReference)[]): Promise<readonly FileReference[]> {
    const raw = files.filter((file) => file instanceof File);
    if (raw.length === 0) return files as readonly FileReference[];
    this.#change([...this.#files, ...raw.map((file) => ({ file, progress: 0 }))]);
    try {
      const uploaded = await this.upload(raw, {
        signal: this.#abort.signal,
        uploaded: this.#uploaded,
        onProgress: (index, progress) =>
          this.#change(
            this.#files.map((entry) => (entry.file === raw[index] ? { ...entry, progress } : entry)),
          ),
      });
      return files.map((file) =>
        file instanceof File ? (uploaded[raw.indexOf(file)] as FileReference) : file,
      );
    } finally {
      this.#change(this.#files.filter(({ file }) => !raw.includes(file)));
    }
  }

  cancel(): void {
    this.#abort.abort();
    this.#abort = new AbortController();
  }

  #change(files: readonly FileUpload[]): void {
    this.#files = files;
    this.#options.onChange();
  }
}
