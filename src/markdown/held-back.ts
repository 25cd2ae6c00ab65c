const MARKERS = /^[-+*_=#~`|:$\s]*$/;
const NUMBER = /^\d{1,9}[.)]?$/;
const LIST_MARKER = /^(?:[-+*]|\d{1,9}[.)])[ \t]+/;
const TASK = /^\[[ xX]?\]?$/;
/** A label at the beginning of a line, which may become a definition. */
const LABEL = /^\[(?:\^[^\]]{0,999}\]?|[^\]]{1,999}\]|[^\]]{1,999}\]:.{0,2000})$/;
const TAG = /^<[^>]{0,100}$/;

/** Whether a line that is still being written is only marks so far: what they mark is not known yet. */
export function isHeldBack(line: string, fence: string | null): boolean {
  if (line.length > 4000) return false;
  const trimmed = line.trim();
  if (fence !== null) return trimmed !== '' && [...trimmed].every((character) => fence.startsWith(character));
  let rest = line.replace(/^[\s>]+/, '');
  for (let match = LIST_MARKER.exec(rest); match; match = LIST_MARKER.exec(rest)) {
    rest = rest.slice(match[0].length);
    if (TASK.test(rest.trimEnd())) return true;
  }
  return MARKERS.test(rest) || NUMBER.test(rest) || LABEL.test(rest) || TAG.test(rest);
}
