import type { SourceEvent } from '../../core/event.ts';
import { isWebAddress } from './files.ts';
import type { Fields } from './frame.ts';

const MEDIA_TYPES: ReadonlyMap<unknown, string> = new Map<unknown, string>([
  ['char_location', 'text/plain'],
  ['page_location', 'application/pdf'],
]);

/** What an answer cites, each named once however often it is cited. */
export class CitedSources {
  readonly #seen = new Set<string>();

  /** The source that a citation speaks of; undefined where it was named before. */
  take(citation: Fields, id: string): SourceEvent | undefined {
    const source = sourceOf(citation, id);
    if (!source || this.#seen.has(source.key)) return undefined;
    this.#seen.add(source.key);
    return source.event;
  }
}

function sourceOf(citation: Fields, id: string) {
  const {
    type,
    url,
    title,
    source,
    document_title: documentTitle,
    document_index: index,
    file_id: fileId,
  } = citation;
  const address = typeof url === 'string' ? url : source;
  if (typeof address === 'string') {
    const event: SourceEvent = isWebAddress(address)
      ? { type: 'source', sourceType: 'url', id, url: address, ...titled(title) }
      : {
          type: 'source',
          sourceType: 'document',
          id,
          title: typeof title === 'string' && title ? title : address,
        };
    return { key: `at ${address}`, event };
  }
  if (typeof index !== 'number') return undefined;
  const mediaType = MEDIA_TYPES.get(type);
  const event: SourceEvent = {
    type: 'source',
    sourceType: 'document',
    id,
    title: typeof documentTitle === 'string' && documentTitle ? documentTitle : `Document ${index + 1}`,
    ...(mediaType && { mediaType }),
  };
  return { key: typeof fileId === 'string' ? `file ${fileId}` : `document ${index}`, event };
}

function titled(title: unknown): { readonly title?: string } {
  return typeof title === 'string' && title ? { title } : {};
}
