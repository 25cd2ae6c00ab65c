/** What nobody sees in a name, what makes it read in another order, and halves of characters. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Cs}\p{DI}\u2800]/gu;
const RESERVED = /^(con|prn|aux|nul|(com|lpt)[\d¹²³])(?= *(\.|$))/i;
const MAX_BYTES = 255;

/**
 * A file's name as it may be sent, shown and stored: no folders, nothing invisible, nothing that a file system
 * reads in its own way, at most 255 bytes of UTF-8 in normal form C with the extension kept, never empty. A name
 * that came out of here stays as it is.
 */
export function safeFileName(name: string): string {
  const parts = name
    .replace(UNSEEN, '')
    .normalize()
    .replace(/\s+/g, ' ')
    .replace(/[<>:"|?*]/g, '_')
    .split(/[\\/]/)
    .flatMap((part) => /[^. ](.*[^. ])?/.exec(part)?.[0] ?? []);
  const whole = (parts.at(-1) ?? 'file').replace(RESERVED, '_$&');
  const extension = /\.[^.]{1,32}$/.exec(whole)?.[0] ?? '';
  const stem = whole.slice(0, whole.length - extension.length);
  const encoder = new TextEncoder();
  const room = new Uint8Array(MAX_BYTES - encoder.encode(extension).length);
  // Stops before the first character that no longer fits.
  const { read } = encoder.encodeInto(stem, room);
  return (stem.slice(0, read) + extension).replace(/[. ]+$/, '');
}
