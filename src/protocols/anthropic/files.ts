import type { FileReference } from '../../core/message.ts';

/** A block of a request, as the Messages API and Managed Agents take it. */
export type RequestBlock = Readonly<Record<string, unknown>>;

/** Text without a word in it is refused. */
export function textBlocks(text: string, more: RequestBlock = {}): readonly RequestBlock[] {
  return text.trim() === '' ? [] : [{ type: 'text', text, ...more }];
}

const IMAGES = new Set(['image/jpeg', 'image/png', 'image/gif', 'image/webp']);
const PDF = 'application/pdf';

/** A file as an image or a document where the model can read it, otherwise as words that name it. */
export function blockOfFile(file: FileReference): RequestBlock {
  const { url, filename } = file;
  const data = dataOf(url);
  const mediaType = (data?.mediaType || file.mediaType).toLowerCase();
  const title = filename ? { title: filename } : {};
  if (data && isText(mediaType)) {
    const text = textOf(data);
    if (text)
      return { type: 'document', source: { type: 'text', media_type: 'text/plain', data: text }, ...title };
  }
  const source = data?.isBase64
    ? { type: 'base64', media_type: mediaType, data: data.content }
    : isWebAddress(url) && { type: 'url', url };
  if (source && IMAGES.has(mediaType)) return { type: 'image', source };
  if (source && mediaType === PDF) return { type: 'document', source, ...title };
  const where = source && source.type === 'url' ? ` ${url}` : '';
  return {
    type: 'text',
    text: `[Attached file: ${filename ?? 'without a name'}, ${mediaType || 'of unknown type'}.${where}]`,
  };
}

interface DataUrl {
  readonly mediaType: string;
  readonly isBase64: boolean;
  readonly content: string;
}

function dataOf(url: string): DataUrl | undefined {
  const comma = url.indexOf(',');
  if (comma < 0 || url.slice(0, 5).toLowerCase() !== 'data:') return undefined;
  const [mediaType = '', ...parameters] = url.slice(5, comma).split(';');
  const isBase64 = parameters.at(-1)?.trim().toLowerCase() === 'base64';
  return { mediaType: mediaType.trim(), isBase64, content: url.slice(comma + 1) };
}

function isText(mediaType: string): boolean {
  return mediaType.startsWith('text/') || mediaType === 'application/json' || mediaType === 'image/svg+xml';
}

/** The words of a data URL; undefined where it does not hold what it says. */
function textOf({ isBase64, content }: DataUrl): string | undefined {
  try {
    if (!isBase64) return decodeURIComponent(content);
    return new TextDecoder().decode(Uint8Array.from(atob(content), (character) => character.charCodeAt(0)));
  } catch {
    return undefined;
  }
}

/** Whether it is an address that others can fetch by themselves. */
export function isWebAddress(url: string): boolean {
  return URL.canParse(url) && ['http:', 'https:'].includes(new URL(url).protocol);
}
