/** An opening or a closing tag, as the specification has them. What repeats can be read in one way only: no text makes it slow. */
const TAG =
  /<(?:\/[a-z][a-z\d-]*[\t-\r ]*|[a-z][a-z\d-]*(?:[\t-\r ]+[a-z_:][\w.:-]*(?:[\t-\r ]*=[\t-\r ]*(?:"[^"]*"|'[^']*'|[^\t-\r "'=<>`]+))?)*[\t-\r ]*\/?)>/iy;

/** The place behind the tag that begins there, or -1. */
export function htmlTagEnd(text: string, from: number): number {
  TAG.lastIndex = from;
  return TAG.test(text) ? TAG.lastIndex : -1;
}
