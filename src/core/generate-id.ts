const ALPHABET = '0123456789abcdefghijklmnopqrstuvwxyz';

/** A random id of 21 letters and digits. Works where `crypto.randomUUID` is missing: on pages without TLS. */
export function generateId(): string {
  let id = '';
  for (const byte of crypto.getRandomValues(new Uint8Array(21))) id += ALPHABET[byte % 36];
  return id;
}
