import type { Block } from './block.ts';

const MARKERS = /^[-+*_=#~`|:$\s]*$/;
const NUMBER = /^\d{1,9}[.)]?$/;
const LIST_MARKER = /^(?:[-+*]|\d{1,9}[.)])[ \t]+/;
const TASK = /^\[[ xX]?\]?$/;
/** What may become a definition, or the name of one. */
const LABEL = /^\[(?:\^?[^\]]{0,100}\]?|[^\]]{1,999}\]:.{0,2000})$/;
const TAG = /^<[^>]{0,100}$/;

/** Whether a line that is still being written is only marks so far: what they mark is not known yet. */
export function isHeldBack(line: string, tip: Block): boolean {
  if (line.length > 4000) return false;
  const { type, fence, open, text } = tip;
  if (type === 'code' && fence !== '' && open) {
    const trimmed = line.trim();
    return (
      trimmed !== '' && trimmed.length < 100 && [...trimmed].every((character) => fence.startsWith(character))
    );
  }
  let rest = line.replace(/^[\s>]+/, '');
  const isItem = LIST_MARKER.test(rest);
  for (let match = LIST_MARKER.exec(rest); match; match = LIST_MARKER.exec(rest)) {
    rest = rest.slice(match[0].length);
  }
  if (MARKERS.test(rest) || NUMBER.test(rest) || TAG.test(rest)) return true;
  if (isItem) return TASK.test(rest.trimEnd());
  // In the middle of a paragraph nothing is defined.
  return LABEL.test(rest) && !(type === 'paragraph' && open && !text.startsWith('['));
}
