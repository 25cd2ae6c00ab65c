import type { FileReference } from '../../core/message.ts';
import { type Fields, recordIfAny, textIfAny } from './fields.ts';

const KINDS: readonly string[] = ['image', 'audio', 'video'];

/** A file as a part of content. */
export function partOfFile({ url, mediaType, filename }: FileReference): Fields {
  const [kind = ''] = mediaType.split('/');
  const comma = url.indexOf(',');
  const isData = url.startsWith('data:') && url.slice(0, comma).endsWith(';base64');
  return {
    type: KINDS.includes(kind) ? kind : 'document',
    source: isData
      ? { type: 'data', value: url.slice(comma + 1), mimeType: mediaType }
      : { type: 'url', value: url, mimeType: mediaType },
    ...(filename !== undefined && { metadata: { filename } }),
  };
}

/** The file that a part of content brings. What only a provider can read is none. */
export function fileIn(part: Fields, id: string): FileReference | undefined {
  const kind = part['type'];
  if (kind !== 'document' && !KINDS.includes(String(kind))) return undefined;
  const source = recordIfAny(part, 'source') ?? {};
  const value = textIfAny(source, 'value');
  const type = source['type'];
  if (value === undefined || (type !== 'url' && type !== 'data')) return undefined;
  const mediaType =
    textIfAny(source, 'mimeType') ?? (kind === 'document' ? 'application/octet-stream' : `${String(kind)}/*`);
  const { filename } = (part['metadata'] ?? {}) as Fields;
  return {
    id,
    mediaType,
    url: type === 'url' ? value : `data:${mediaType};base64,${value}`,
    ...(typeof filename === 'string' && { filename }),
  };
}
