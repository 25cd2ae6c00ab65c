import type { UIFilePart } from '../core/message.ts';

/** How a file can be shown. */
export type FileKind = 'image' | 'audio' | 'video' | 'pdf' | 'table' | 'text' | 'other';

/** What is known of a file, whatever stands in the places of its fields. */
export interface FileFacts {
  readonly kind: FileKind;
  readonly url: string;
  readonly filename: string;
  readonly mediaType: string;
  /** Bytes. */
  readonly size: number | undefined;
}

/** By its type, or by the end of its name. */
const KINDS: readonly (readonly [FileKind, RegExp])[] = [
  ['image', /^image\//],
  ['audio', /^audio\//],
  ['video', /^video\//],
  ['pdf', /[/.]pdf$/],
  ['table', /\/(?:csv|tab-separated-values)$|\.[ct]sv$/],
  ['text', /^text\/(?:plain|markdown)$|[/.]json$|\.(?:txt|md)$/],
];
/** Types given to what nobody knows better; spreadsheets give theirs to what they export. */
const VAGUE = /^$|octet-stream$|^text\/plain$|ms-excel$/;

export function factsOf(data: UIFilePart): FileFacts {
  const { url, filename, mediaType, size } = data as { readonly [Name in keyof UIFilePart]: unknown };
  const name = textOf(filename);
  const type = textOf(mediaType);
  const essence = type.split(';')[0]?.trim().toLowerCase() ?? '';
  return {
    kind: (VAGUE.test(essence) && kindOf(name.slice(-8).toLowerCase())) || kindOf(essence) || 'other',
    url: textOf(url),
    filename: name,
    mediaType: type,
    size: typeof size === 'number' && size >= 0 && Number.isFinite(size) ? size : undefined,
  };
}

function kindOf(text: string): FileKind | undefined {
  return KINDS.find(([, rule]) => rule.test(text))?.[0];
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
