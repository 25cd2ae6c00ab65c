/** The beginning of a file. */
export interface FileBytes {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Whether this is all of it. */
  readonly isWhole: boolean;
}

/**
 * Reads as many bytes of a file of this host, and leaves the rest. Throws where there is none, where it is on another
 * host, and where a page came in its place.
 */
export async function readBytes(url: string, limit: number, signal: AbortSignal): Promise<FileBytes> {
  const response = await fetch(url, { mode: 'same-origin', signal });
  const isPage = response.headers.get('content-type')?.startsWith('text/html');
  const reader = response.body?.getReader();
  if (!response.ok || isPage || !reader) {
    await reader?.cancel();
    throw new TypeError('Not a file');
  }
  const chunks: Uint8Array[] = [];
  let length = 0;
  let isWhole = false;
  while (length <= limit) {
    const { done, value } = await reader.read();
    isWhole = done;
    if (!value) break;
    chunks.push(value);
    length += value.length;
  }
  if (!isWhole) await reader.cancel();
  const bytes = new Uint8Array(Math.min(length, limit));
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk.subarray(0, bytes.length - at), at);
    at += Math.min(chunk.length, bytes.length - at);
  }
  return { bytes, isWhole };
}

/** Bytes as text, in the encoding that they look like. Throws where they are no text. */
export function decode({ bytes, isWhole }: FileBytes): string {
  const text = decoded(bytes, isWhole);
  if (text.includes('\0')) throw new TypeError('Not text');
  return text;
}

function decoded(bytes: Uint8Array<ArrayBuffer>, isWhole: boolean): string {
  const mark = `${bytes[0]} ${bytes[1]}`;
  if (mark === '255 254' || mark === '254 255')
    return new TextDecoder(mark === '255 254' ? 'utf-16le' : 'utf-16be').decode(bytes, { stream: !isWhole });
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: !isWhole });
  } catch {
    // What spreadsheets wrote before.
    return new TextDecoder('windows-1252').decode(bytes);
  }
}
