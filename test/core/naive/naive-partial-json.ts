/** The beginning of a JSON text as one completes it first: quotes, then all brackets, then all braces. */
export function naivePartialJson(text: string): unknown {
  const count = (pattern: RegExp) => text.match(pattern)?.length ?? 0;
  const quote = count(/"/g) % 2 ? '"' : '';
  const brackets = ']'.repeat(Math.max(0, count(/\[/g) - count(/\]/g)));
  const braces = '}'.repeat(Math.max(0, count(/\{/g) - count(/\}/g)));
  try {
    return JSON.parse(text.replace(/,\s*$/, '') + quote + brackets + braces);
  } catch {
    return undefined;
  }
}
