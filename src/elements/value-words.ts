import { html, nothing } from 'lit';
import { visible } from '../markdown/visible.ts';
import type { Container } from './value-reader.ts';
import { viewStrings } from './view-strings.ts';

/** As many matches are marked in one text. */
const MAX_MARKS = 100;
/** What one press shows of a long text. Characters: a browser lays out this much without a pause. */
const MAX_MORE = 200_000;

/** The beginning of a text, and never half a character. */
export function beginning(text: string, length: number): string {
  if (text.length <= length) return text;
  const code = text.charCodeAt(length - 1);
  return text.slice(0, code >= 0xd800 && code < 0xdc00 ? length - 1 : length);
}

/** A text with what hides in it made visible, and what is looked for marked. */
export function marked(text: string, words: string): unknown {
  const shown = visible(text);
  if (!words) return shown;
  const small = shown.toLowerCase();
  // Some small letters are longer than the large ones: then it is not known where they are.
  if (small.length !== shown.length) return shown;
  const pieces: unknown[] = [];
  let end = 0;
  for (let count = 0; count < MAX_MARKS; count += 1) {
    const at = small.indexOf(words, end);
    if (at < 0) break;
    pieces.push(shown.slice(end, at), html`<mark>${shown.slice(at, at + words.length)}</mark>`);
    end = at + words.length;
  }
  return end === 0 ? shown : [...pieces, shown.slice(end)];
}

/** What shows the rest of a text of which only `shown` characters are there; `show` gets how many it is to be. */
export function restOf(text: string, shown: number, show: (length: number) => void, tabindex = 0): unknown {
  const rest = text.length - shown;
  if (rest <= 0) return nothing;
  const more = Math.min(rest, MAX_MORE);
  return html`<button class="rest" type="button" tabindex=${tabindex} @click=${() => show(shown + more)}>${
    more === rest ? viewStrings().showAll : viewStrings().showMore(more)
  }</button>`;
}

/** How many there are inside, in words. */
export function countOf({ kind, count }: Container): string {
  if (count === 0) return kind === 'list' ? '[]' : '{}';
  return kind === 'list' ? viewStrings().items(count) : viewStrings().fields(count);
}
