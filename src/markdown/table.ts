import type { Align } from './block.ts';
import { BACKSLASH, COLON, DASH, isSpaceOrTab, PIPE } from './characters.ts';

/** Columns of a table; more are no table. */
const MAX_COLUMNS = 1000;

/** The alignments that the line under the head of a table says, or null where it is no such line. */
export function delimiterRow(line: string): readonly Align[] | null {
  const align: Align[] = [];
  let at = 0;
  const skip = (): void => {
    while (isSpaceOrTab(line.charCodeAt(at))) at += 1;
  };
  skip();
  if (line.charCodeAt(at) === PIPE) at += 1;
  for (;;) {
    skip();
    if (at >= line.length) break;
    const isLeft = line.charCodeAt(at) === COLON;
    if (isLeft) at += 1;
    const dashes = at;
    while (line.charCodeAt(at) === DASH) at += 1;
    if (at === dashes) return null;
    const isRight = line.charCodeAt(at) === COLON;
    if (isRight) at += 1;
    align.push(isLeft && isRight ? 'center' : isLeft ? 'left' : isRight ? 'right' : null);
    if (align.length > MAX_COLUMNS) return null;
    skip();
    if (at >= line.length) break;
    if (line.charCodeAt(at) !== PIPE) return null;
    at += 1;
  }
  return align.length > 0 ? align : null;
}

/** What stands in the cells of a row, at most so many; a pipe behind a backslash belongs to its cell. */
export function cellsOf(line: string, most: number): readonly string[] {
  const row = line.trim();
  const cells: string[] = [];
  let from = row.startsWith('|') ? 1 : 0;
  let isEscaped = false;
  const cell = (end: number): void => {
    const text = row.slice(from, end).trim();
    cells.push(isEscaped ? text.replaceAll('\\|', '|') : text);
    isEscaped = false;
    from = end + 1;
  };
  for (let at = row.indexOf('|', from); at >= 0 && cells.length < most; at = row.indexOf('|', at + 1)) {
    if (row.charCodeAt(at - 1) === BACKSLASH) isEscaped = true;
    else cell(at);
  }
  if (from < row.length && cells.length < most) cell(row.length);
  return cells;
}
