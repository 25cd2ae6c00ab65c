import { AgentChatError } from './error.ts';
import { safeFileName } from './safe-file-name.ts';
import type { UploadLimits } from './upload.ts';

/** How much of a file is read. */
const HEAD = 512;

/**
 * What an extension or a subtype promises, the bytes that such a file begins with, and the media types that may carry
 * those at all; an empty one is a file of which none is known. The first row that fits says what a content is.
 */
const FORMATS = [
  // Programs: no name is to be one of them unasked.
  ['\n', 'MZ.*\0|\x7fELF|\xcf\xfa\xed\xfe|\xca\xfe\xba\xbe', '$|application/(x-|java|vnd.mic)'],
  ['png', '\x89PNG', '$|image'],
  ['jpe?g', '\xff\xd8\xff', '$|image'],
  ['gif', 'GIF8', '$|image'],
  ['webp', 'RIFF....WEBP', '$|image'],
  ['bmp', 'BM....\0'],
  ['pdf', '\\W*%PDF-'],
  // Office encrypts a document into the container of its older formats.
  ['zip|(doc|xls|ppt)x', 'PK[\x03\x05\x07]|\xd0\xcf'],
  ['gz|gzip|tgz', '\x1f\x8b'],
  ['mp4|m4[av]|avif|heic', '\0...ftyp'],
  ['webm|mkv', '\x1aE\xdf'],
  ['mp3', '\0*(ID3[\x02-\x04]|\xff[\xe2-\xfd])'],
  ['wav', 'RIFF....WAVE'],
  ['og[gav]|opus', 'OggS'],
  ['svgz?(.xml)?', '[^\\w<]*(<[?!][^>]*>\\s*)*<(!doctype |\\w+:)?svg\\b', 'image/svg'],
  ['text/.*|(.*\\+)?(json|xml)|javascript|txt|md|[ct]sv|x?html?|js|css|ph\\w+|py|sh', ''],
].map(([names, bytes, types = '']) =>
  [`(\\w+/)?(x-)?(${names})$`, bytes, types].map((source) => new RegExp(`^(${source})`, 'is')),
) as unknown as readonly (readonly [names: RegExp, bytes: RegExp, types: RegExp])[];

/**
 * Rejects with an `AgentChatError` of type `validation_error` at the first file that may not be sent: for its size
 * or type before anything is read, then for a content that is plainly not what its name or media type says, for which
 * the first 512 bytes are read. An empty file and an unknown format pass.
 */
export async function checkFiles(files: readonly File[], limits: UploadLimits): Promise<void> {
  const { maxFiles = 20, maxFileSize = 10_485_760, maxTotalSize = 52_428_800, accept = '' } = limits;
  if (files.length > maxFiles) throw refused('too-many-files', `Too many files: at most ${maxFiles}.`);
  const accepted = accept.toLowerCase().match(/[^\s,]+/g);
  let total = 0;
  for (const file of files) {
    total += file.size;
    if (file.size > maxFileSize) {
      throw refused(
        'file-too-large',
        `“${safeFileName(file.name)}” is larger than ${readable(maxFileSize)}.`,
      );
    }
    if (accepted?.every((entry) => !matches(file, entry))) {
      throw refused(
        'file-type-not-accepted',
        `“${safeFileName(file.name)}” is not accepted, only ${accept}.`,
      );
    }
  }
  if (total > maxTotalSize) {
    throw refused('files-too-large', `The files together are larger than ${readable(maxTotalSize)}.`);
  }
  for (const file of files) {
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
function matches({ name, type }: File, entry: string): boolean {
  if (entry[0] === '.') return safeFileName(name).toLowerCase().endsWith(entry);
  if (entry[0] === '*') return true;
  return entry.endsWith('/*') ? type.startsWith(entry.slice(0, -1)) : type.split(';')[0] === entry;
}

/** `head` holds one character for each byte. */
function isMismatch(name: string, mediaType: string, head: string): boolean {
  if (head === '') return false;
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
