import { malformed } from '../core/error.ts';
import type { Frame } from '../stream/frame.ts';

/** Longest answer that is one JSON document. Characters. */
const MAX_DOCUMENT = 16_777_216;

/** An answer of one JSON document, as one frame. */
export class DocumentReader {
  #response: Response | undefined;

  constructor(response: Response) {
    this.#response = response;
  }

  async read(): Promise<readonly Frame[] | null> {
    const body = this.#response?.body?.pipeThrough(new TextDecoderStream());
    this.#response = undefined;
    if (!body) return null;
    let data = '';
    for (const reader = body.getReader(); ; ) {
      const { done, value } = await reader.read();
      if (done) return [{ data }];
      data += value;
      if (data.length <= MAX_DOCUMENT) continue;
      await reader.cancel();
      throw malformed('The server sent an answer that is too long.', 'document-too-long');
    }
  }

  close(): void {
    void this.#response?.body?.cancel();
  }
}
