/** What is not seen, or changes the order in which the rest is seen. Tabs and line ends are white space. */
const HIDDEN = /(?![\t\n\r])[\p{C}\p{Zl}\p{Zp}\p{DI}\u2800]/gu;
/** In an emoji they join what it is made of. */
const EMOJI = /(?:\p{ExtPict}\p{EMod}?\ufe0f?\u200d?)+|(?![\t\n\r])[\p{C}\p{Zl}\p{Zp}\p{DI}\u2800]/gu;

/** The text with what hides in it written out, as `⟨U+202E⟩`: it may say where something leads. */
export function visible(text: string): string {
  return text.replace(EMOJI, (found) => (found.search(HIDDEN) === 0 ? writtenOut(found) : found));
}

/** A character by its number, as `⟨U+202E⟩`. */
export function writtenOut(character: string): string {
  return `⟨U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}⟩`;
}

/** The text as it looks: without what hides in it, and with plain letters for those that only look different. */
export function asItLooks(text: string): string {
  return text.replace(HIDDEN, '').normalize('NFKC').replaceAll('\u3002', '.');
}
