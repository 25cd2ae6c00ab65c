import type { FileUpload } from './chat-snapshot.ts';
import type { FileReference } from './message.ts';
import type { UploadFilesOptions } from './upload.ts';

type Upload = (
  files: readonly File[],
  options: Required<Pick<UploadFilesOptions, 'onProgress' | 'signal' | 'uploaded'>>,
) => Promise<FileReference[]>;

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
  readonly #onChange: () => void;
  readonly #uploaded = new WeakMap<File, FileReference>();
  #files: readonly FileUpload[] = [];
  #abort = new AbortController();

  constructor(onChange: () => void) {
    this.#onChange = onChange;
  }

  /** The same list until something arrived. */
  get files(): readonly FileUpload[] {
    return this.#files;
  }

  /** The files as references: those that are none yet are uploaded, and take their places among the others. */
  async references(
    files: readonly (File | FileReference)[],
    upload: Upload,
  ): Promise<readonly FileReference[]> {
    const raw = files.filter((file) => file instanceof File);
    if (raw.length === 0) return files as readonly FileReference[];
    this.#change([...this.#files, ...raw.map((file) => ({ file, progress: 0 }))]);
    try {
      const uploaded = await upload(raw, {
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
    this.#onChange();
  }
}
