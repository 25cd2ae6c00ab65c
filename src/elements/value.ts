/** How much of one value is written out. Characters. */
const MAX_LENGTH = 20_000;

/** Longer text is no summary of anything. Characters. */
const MAX_SUMMARY = 80;

/** A value as people can read it: text as it is, anything else as indented JSON, cut where it is very long. */
export function toText(value: unknown): string {
  const text = typeof value === 'string' ? value : (stringify(value) ?? String(value));
  return text.length > MAX_LENGTH ? `${text.slice(0, MAX_LENGTH)}\n… (${text.length} characters)` : text;
}

/** An identifier as words: `get-weather` and `getWeather` become “Get weather”. */
export function nameOf(identifier: string): string {
  // Stored conversations may have anything anywhere.
  const words = String(identifier)
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .replace(/[-_.]+/g, ' ')
    .trim()
    .toLowerCase();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** What is a list of things, where stored conversations may have anything. */
export function listOf<Item extends object>(value: readonly Item[] | undefined): readonly Item[] {
  if (!Array.isArray(value)) return [];
  // Not by its class: a message may come from another frame.
  const isThing = (item: unknown): boolean => typeof item === 'object' && item !== null;
  return value.every(isThing) ? value : value.filter(isThing);
}

/** What a call is about, if one of its arguments is short text: the first one. */
export function summaryOf(args: Readonly<Record<string, unknown>> | undefined): string | undefined {
  const text = Object.values(args ?? {}).find((value) => typeof value === 'string' && value.trim() !== '');
  return typeof text === 'string' && text.length <= MAX_SUMMARY ? text : undefined;
}

function stringify(value: unknown): string | undefined {
  try {
    return JSON.stringify(value, null, 2);
  } catch {
    return undefined;
  }
}
