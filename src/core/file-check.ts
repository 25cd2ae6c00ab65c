import { AgentChatError } from './error.ts';
import { safeFileName } from './safe-file-name.ts';

/** Which files may be sent. The server remains the judge: this spares a person a wait that ends in a refusal. */
export interface UploadLimits {
  /** 20 unless told. */
  readonly maxFiles?: number | undefined;
  /** Bytes of one file, 10 MB (10,485,760) unless told. */
  readonly maxFileSize?: number | undefined;
  /** Bytes of all files together, 50 MB (52,428,800) unless told. */
  readonly maxTotalSize?: number | undefined;
  /** As the `accept` attribute of a file input: `.pdf,image/*,text/csv`. Everything unless told. */
  readonly accept?: string | undefined;
}

/** How much of a file is read. */
const HEAD = 512;

/**
 * What an extension or a subtype promises, the bytes that such a file begins with, and the media types that may carry
 * those at all; an empty one is a file of which none is known. The first row that fits says what a content is.
 */
const FORMATS = (
  [
    // Programs: no name is to be one of them unasked.
    ['\n', 'MZ.*\0|\x7fELF|[\xce\xcf]\xfa\xed\xfe|\xca\xfe\xba\xbe', '$|application/(x-|java|vnd.microsoft)'],
    ['png', '\x89PNG', '$|image'],
    ['p?jpe?g|jfif', '\xff\xd8\xff', '$|image'],
    ['gif', 'GIF8', '$|image'],
    ['webp', 'RIFF....WEBP', '$|image'],
    ['bmp', 'BM.{4}\0'],
    ['pdf', '\\W*%PDF-'],
    // Office encrypts a document into the container of its older formats.
    ['zip(-.*)?|epub|od[tsp]|(doc|xls|ppt)[xm]|vnd.openxml.*', 'PK[\x03\x05\x07]|\xd0\xcf\x11\xe0'],
    ['gz(ip)?|tgz', '\x1f\x8b'],
    ['mp4|m4[av]|mov|quicktime|avif|hei[cf]', '\0...(ftyp|moov|mdat|wide|free|skip)'],
    ['webm|mkv', '\x1aE\xdf\xa3'],
    ['mp3', '\0*(ID3[\x02-\x04]|\xff[\xe2-\xfd])'],
    ['wave?', 'RIFF....WAVE'],
    ['og[gavx]|opus', 'OggS'],
    [
      'svgz?(.xml)?',
      '[^\\w<]*(<(\\?[^>]*|!--((?!-->).)*--)>\\s*)*<(!doctype\\s+)?(\\w+:)?svg\\b',
      'image/svg',
    ],
    ['text/.*|(.*\\+)?(json|xml)|javascript|txt|md|[ct]sv|x?html?|m?js|css|ph(p\\d?|tml|ar)|py|sh', ''],
  ] as const
).map(
  ([names, bytes, types = '']) =>
    [`(\\w+/)?(x-)?(${names})$`, bytes, types].map((source) => new RegExp(`^(${source})`, 'is')) as [
      RegExp,
      RegExp,
      RegExp,
    ],
);

/**
 * Rejects with an `AgentChatError` of type `validation_error` at the first file that may not be sent: for its size
 * or type before anything is read, then for a content that is plainly not what its name or media type says, for which
 * the first 512 bytes are read. An empty file and an unknown format pass.
 */
export async function checkFiles(files: readonly File[], limits: UploadLimits): Promise<void> {
  const { maxFiles = 20, maxFileSize = 10_485_760, maxTotalSize = 52_428_800, accept = '' } = limits;
  if (files.length > maxFiles) {
    throw refused(
      'too-many-files',
      `At most ${maxFiles} file${maxFiles === 1 ? '' : 's'} can be sent at once.`,
    );
  }
  const accepted = accept
    .toLowerCase()
    .split(/[\s,]+/)
    .filter(Boolean);
  let total = 0;
  for (const file of files) {
    const name = safeFileName(file.name);
    if (file.size > maxFileSize) {
      throw refused('file-too-large', `“${name}” is larger than ${readable(maxFileSize)}.`);
    }
    total += file.size;
    if (accepted.length > 0 && !accepted.some((what) => matches(what, name, file.type))) {
      throw refused('file-type-not-accepted', `“${name}” is not of a type that is accepted: ${accept}`);
    }
  }
  if (total > maxTotalSize) {
    throw refused('files-too-large', `These files together are larger than ${readable(maxTotalSize)}.`);
  }
  for (const file of files) {
    if (file.size === 0) continue;
    const name = safeFileName(file.name);
    const head = await file
      .slice(0, HEAD)
      .arrayBuffer()
      .catch((cause: unknown) => {
        throw refused('file-unreadable', `“${name}” could not be read.`, cause);
      });
    if (isMismatch(name, file.type, String.fromCharCode(...new Uint8Array(head)))) {
      throw refused('file-content-mismatch', `“${name}” is not what its name or type says.`);
    }
  }
}

/** Whether one entry of an `accept` attribute lets the file in. */
function matches(entry: string, name: string, type: string): boolean {
  if (entry[0] === '.') return name.toLowerCase().endsWith(entry);
  if (entry[0] === '*') return true;
  return entry.endsWith('/*') ? type.startsWith(entry.slice(0, -1)) : type.split(';')[0] === entry;
}

/** `head` holds one character for each byte. */
function isMismatch(name: string, mediaType: string, head: string): boolean {
  const type = mediaType.replace(/;.*|^application\/octet-stream$/, '');
  const content = FORMATS.find(([, bytes]) => bytes.test(head));
  return (
    !content?.[2].test(type) ||
    // Markup or a script as an image or a sound that is not in the table.
    (/^[^\w<#]*(<[\w!?]|#!)/.test(head) && /^(audio|image\/(?!svg))/.test(type)) ||
    [type, /\.([^.]*)$/.exec(name)?.[1]].some((promise = '') => {
      const format = FORMATS.find(([names]) => names.test(promise));
      // A long comment may hide what XML is about.
      return format && format !== content && !(/svg/i.test(promise) && /^[^\w<]*<(\?x|!--)/.test(head));
    })
  );
}

function readable(bytes: number): string {
  const power = Math.min(3, Math.floor(Math.log2(bytes || 1) / 10));
  return `${+(bytes / 1024 ** power).toFixed(1)} ${['bytes', 'kB', 'MB', 'GB'][power]}`;
}

function refused(code: string, message: string, cause?: unknown): AgentChatError {
  return new AgentChatError(message, {
    type: 'validation_error',
    source: 'client',
    retryable: false,
    code,
    cause,
  });
}
