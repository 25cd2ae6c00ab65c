/** An event stream as one reads it first: lines that begin with `data: `. */
export async function* naiveSSE(bytes: ReadableStream<Uint8Array>): AsyncGenerator<{ data: string }[], void> {
  const reader = bytes.getReader();
  const decoder = new TextDecoder();
  let buffer = '';
  try {
    while (true) {
      const { done, value } = await reader.read();
      if (done) return;
      buffer += decoder.decode(value, { stream: true });
      const lines = buffer.split('\n');
      buffer = lines.pop() ?? '';
      for (const line of lines) if (line.startsWith('data: ')) yield [{ data: line.slice('data: '.length) }];
    }
  } finally {
    reader.releaseLock();
  }
}
