import { htmlTagEnd } from './html-tag.ts';

const BLOCK_TAGS = new Set(
  'address article aside base basefont blockquote body caption center col colgroup dd details dialog dir div dl dt fieldset figcaption figure footer form frame frameset h1 h2 h3 h4 h5 h6 head header hr html iframe legend li link main menu menuitem nav noframes ol optgroup option p param search section summary table tbody td tfoot th thead title tr track ul'.split(
    ' ',
  ),
);
const RAW = /^<(?:script|pre|textarea|style)(?:\s|>|$)/i;
const RAW_END = /<\/(?:script|pre|textarea|style)>/i;
const TAG = /^<\/?([a-zA-Z][a-zA-Z0-9]*)(?:\s|\/?>|$)/;

/** Which of the seven kinds of HTML blocks in the specification the line begins; 0 for none. */
export function htmlKind(line: string): number {
  if (RAW.test(line)) return 1;
  if (line.startsWith('<!--')) return 2;
  if (line.startsWith('<?')) return 3;
  if (/^<![a-zA-Z]/.test(line)) return 4;
  if (line.startsWith('<![CDATA[')) return 5;
  if (BLOCK_TAGS.has(TAG.exec(line)?.[1]?.toLowerCase() ?? '')) return 6;
  const end = htmlTagEnd(line, 0);
  return end > 0 && line.slice(end).trim() === '' ? 7 : 0;
}

/** Whether this line is the last of such a block. */
export function endsHtml(kind: number, line: string): boolean {
  switch (kind) {
    case 1:
      return RAW_END.test(line);
    case 2:
      return line.includes('-->');
    case 3:
      return line.includes('?>');
    case 4:
      return line.includes('>');
    case 5:
      return line.includes(']]>');
    default:
      return false;
  }
}
