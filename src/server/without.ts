/** What stands where something was taken out. */
const GAP = '…';

/** The text of a stream without what must not be seen, wherever the stream is cut. */
export function without(
  bytes: ReadableStream<Uint8Array>,
  secrets: readonly string[],
): ReadableStream<Uint8Array> {
  if (secrets.length === 0) return bytes;
  const decoder = new TextDecoder();
  const encoder = new TextEncoder();
  let held = '';
  return bytes.pipeThrough(
    new TransformStream<Uint8Array, Uint8Array>({
      transform(chunk, controller) {
        const text = cleaned(held + decoder.decode(chunk, { stream: true }), secrets);
        const end = text.length - beginning(text, secrets);
        held = text.slice(end);
        if (end > 0) controller.enqueue(encoder.encode(text.slice(0, end)));
      },
      flush(controller) {
        const text = cleaned(held + decoder.decode(), secrets);
        if (text) controller.enqueue(encoder.encode(text));
      },
    }),
  );
}

/** The text without what must not be seen. */
export function cleaned(text: string, secrets: readonly string[]): string {
  return secrets.reduce((shown, secret) => shown.replaceAll(secret, GAP), text);
}

/** How much of the end may be the beginning of a secret. Characters. */
function beginning(text: string, secrets: readonly string[]): number {
  let most = 0;
  for (const secret of secrets) {
    for (let length = Math.min(secret.length - 1, text.length); length > most; length -= 1) {
      if (secret.startsWith(text.slice(-length))) most = length;
    }
  }
  return most;
}
