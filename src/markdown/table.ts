import type { Align } from './block.ts';
import { BACKSLASH } from './characters.ts';

/** Columns of a table; more are no table. */
const MAX_COLUMNS = 1000;

const DELIMITER_ROW = /^[ \t]*\|?(?:[ \t]*:?-+:?[ \t]*(?:\||$))+[ \t]*$/;

/** The alignments that the line under the head of a table says, or null where it is no such line. */
export function delimiterRow(line: string): readonly Align[] | null {
  const columns = DELIMITER_ROW.test(line) ? (line.match(/:?-+:?/g) ?? []) : [];
  if (columns.length < 1 || columns.length > MAX_COLUMNS) return null;
  return columns.map((column) => {
    const isRight = column.endsWith(':');
    if (column.startsWith(':')) return isRight ? 'center' : 'left';
    return isRight ? 'right' : null;
  });
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
