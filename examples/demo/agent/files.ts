import { generateId } from 'agent-chat-kit/server';

export interface StoredFile {
  readonly id: string;
  readonly filename: string;
  readonly mediaType: string;
  readonly content: Buffer;
}

/** Largest file that is kept. Bytes. */
export const MAX_FILE_SIZE = 5_000_000;
const MAX_FILES = 200;

const promised = new Map<string, { filename: string; mediaType: string }>();
const stored = new Map<string, StoredFile>();

/** Where a file is served from. */
export const fileUrl = (id: string): string => `/api/files/${id}`;

/** A place for each file, to be filled by a PUT to its address. */
export function promiseFiles(files: readonly { filename: string; mediaType: string }[]) {
  return files.map(({ filename, mediaType }) => {
    const id = generateId();
    promised.set(id, { filename, mediaType });
    return { id, uploadUrl: fileUrl(id), downloadUrl: fileUrl(id) };
  });
}

/** Keeps what was put at a promised place. False where nothing was promised. */
export function fillFile(id: string, content: Buffer): boolean {
  const promise = promised.get(id);
  if (!promise) return false;
  promised.delete(id);
  keep({ ...promise, id, content });
  return true;
}

/** Keeps a file that the agent made. */
export function makeFile(filename: string, mediaType: string, text: string): StoredFile {
  const file = { id: generateId(), filename, mediaType, content: Buffer.from(text) };
  keep(file);
  return file;
}

export function findFile(id: string): StoredFile | undefined {
  return stored.get(id);
}

function keep(file: StoredFile): void {
  if (stored.size >= MAX_FILES) stored.delete(stored.keys().next().value ?? '');
  stored.set(file.id, file);
}
